"""Storage conditions that are no answers to an operation but facts on the disk: odd files, and changes behind the device's back.

Whoever fills a sandbox calls `plant`, whoever packs calls `change_before_packing`, whoever hands blobs over calls `rot`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from fnmatch import fnmatchcase

from emulator.conditions import BitRot, Condition, Grows, OddFile, Vanishes
from emulator.storage.names import BIG_BOUNDARY_BYTES
from emulator.storage.sandbox import Sandbox

_NAMES = {
    "symlink": "odd-link",
    "socket": "odd-socket",
    "fifo": "odd-fifo",
    "unreadable": "odd-unreadable",
    "breaking-name": "odd.d/name",
}


def plant(sandbox: Sandbox, conditions: Iterable[Condition]) -> list[str]:
    """Make every `OddFile`; what is there already stays. Gives their device paths. Sockets need Linux."""
    paths = []
    for condition in conditions:
        if isinstance(condition, OddFile):
            path = condition.path or f"/data/storage/el2/base/haps/{sandbox.module}/files/{_NAMES[condition.kind]}"
            host = os.path.join(sandbox.directory(os.path.dirname(path)), os.path.basename(path))
            if not os.path.lexists(host):
                _make(condition.kind, host)
            paths.append(path)
    return paths


def _make(kind: str, host: str) -> None:
    if kind == "symlink":
        _write(f"{host}.target", b"odd")
        os.symlink(os.path.basename(host) + ".target", host)
    elif kind in ("socket", "fifo"):
        os.mknod(host, 0o600 | (stat.S_IFSOCK if kind == "socket" else stat.S_IFIFO))
    elif kind == "unreadable":
        _write(host, b"odd")
        os.chmod(host, 0)
    else:
        _write(host, b"")
        os.truncate(host, BIG_BOUNDARY_BYTES + 1)  # big enough for a blob of its own, named by its extension


def _write(host: str, content: bytes) -> None:
    with open(host, "wb") as file:
        file.write(content)


def change_before_packing(sandbox: Sandbox, conditions: Iterable[Condition], paths: Iterable[str]) -> list[str]:
    """Carry `Vanishes` and `Grows` out on those of ``paths`` (device paths that a scan has found) that match.

    Gives the paths that are not what they were.
    """
    changed = []
    chosen = [c for c in conditions if isinstance(c, (Vanishes, Grows))]
    for path in paths:
        struck = [c for c in chosen if fnmatchcase(path, c.path) and _change(c, f"{sandbox.root}{path}")]
        if struck:
            changed.append(path)
    return changed


def _change(condition: Vanishes | Grows, host: str) -> bool:
    if not os.path.isfile(host):
        return False
    if isinstance(condition, Vanishes):
        os.unlink(host)
    else:
        os.truncate(host, os.stat(host).st_size + condition.by_bytes)
    return True


def rot(name: str, content: bytes, conditions: Iterable[Condition]) -> bytes:
    """``content`` of the blob called ``name``, with the bits turned over that `BitRot` names."""
    changed = bytearray(content)
    for condition in conditions:
        if isinstance(condition, BitRot) and fnmatchcase(name, condition.blob) and condition.offset < len(changed):
            changed[condition.offset] ^= 1 << condition.bit
    return bytes(changed)
