"""Archives for tests of the unpacker, the device's own and foreign ones, and a sandbox with a staging to restore from."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.incremental.manifest import MANIFEST_COLUMNS, VERSION_LINE
from emulator.storage.inside import Inside
from emulator.storage.pack.header import HeaderWriter, app_owner
from emulator.storage.pack.staging import RESTORE, make_staging
from emulator.storage.transfer import DataError
from emulator.storage.unpack.events import Restored, What
from emulator.storage.unpack.restore import full_restore, incremental_restore

F = "/data/storage/el2/base/files"
f = F[1:]
MTIME = 1_700_000_000
TAIL = bytes(1024)
MANIFEST_HEAD = f"{VERSION_LINE}\n{MANIFEST_COLUMNS}\n"
STAT = {"st_size": 7, "st_mode": 33184, "st_atim": {"tv_sec": 1, "tv_nsec": 5}, "st_mtim": {"tv_sec": 2, "tv_nsec": 6}}


def status(mode: int, size: int, mtime: int = MTIME) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, 0, 0, size, mtime, mtime, mtime), {"st_mtime_ns": mtime * 10**9})


def blocks(content: bytes) -> bytes:
    return content.ljust(-(-len(content) // 512) * 512, b"\0")


def entry(name: str, content: bytes = b"", mode: int = 0o100660, mtime: int = MTIME) -> bytes:
    """A regular file as the packer writes it."""
    return HeaderWriter(app_owner(20010045)).entry(name.encode(), status(mode, len(content), mtime)) + blocks(content)


def directory(name: str, mode: int = 0o40771, size: int = 4096) -> bytes:
    return HeaderWriter(app_owner(20010045)).entry(name.encode(), status(mode, size))


def foreign(
    name: bytes,
    content: bytes = b"",
    kind: bytes = b"0",
    size: int | bytes | None = None,
    mode: bytes = b"0000644",
    prefix: bytes = b"",
) -> bytes:
    """A header of another packer. ``size`` may announce anything, as a number or as the field's 12 bytes."""
    announced = len(content) if size is None else size
    numbers = announced if isinstance(announced, bytes) else b"%011o\0" % announced
    head = name.ljust(100, b"\0") + mode.ljust(8, b"\0") + b"0000000\0" * 2 + numbers + b"%011o\0" % MTIME
    tail = kind + bytes(100) + b"ustar\x0000" + bytes(80) + prefix.ljust(155, b"\0") + bytes(12)
    return head + b"%06o\0 " % (sum(head) + 8 * 32 + sum(tail)) + tail + blocks(content)


R = entry(f"{F}/a.txt", b"hello")
Q = directory(f"{F}/empty/")
A = R + Q + TAIL
LONG = f"{F}/{'n' * 71}"


@dataclass
class Place:
    """A sandbox, its staging, and what the last restore gave."""

    root: Path
    events: list[Restored] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root.joinpath("data").mkdir(mode=0o755, parents=True)
        make_staging(Inside(self.root), RESTORE)

    def host(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def stage(self, name: str, content: bytes, manifest: str | None = "") -> None:
        self.host(f"{RESTORE}/{name}").write_bytes(content)
        if manifest is not None:
            self.host(f"{RESTORE}/{name}.rp").write_text(manifest)

    def index(self, *elements: dict[str, Any] | str) -> None:
        """Write manage.json; a name alone stands for a tar's element."""
        document = [self._element(element) for element in elements]
        self.stage("manage.json", json.dumps(document).encode())

    @staticmethod
    def _element(element: dict[str, Any] | str) -> dict[str, Any]:
        if isinstance(element, dict):
            return element
        return {"fileName": element, "information": {"path": element}, "isBigFile": False, "isUserTar": False}

    def restore(self, flow: str = "incremental", disk: Disk = HEALTHY_DISK, umask: int = 0o022, **options: Any) -> int:
        """The result that the extension reports, 0 when onRestore is next."""
        restoring = {"incremental": incremental_restore, "full": full_restore}[flow]
        self.events = []
        try:
            for event in restoring(Inside(self.root), disk=disk, umask=umask, **options):
                self.events.append(event)
        except DataError as error:
            return error.code
        return 0

    def unpack(self, archive: bytes, manifest: str = "", **options: Any) -> int:
        """Restore from one tar."""
        self.stage("part.0.tar", archive, manifest)
        self.index("part.0.tar")
        return self.restore(**options)

    def whats(self) -> list[What]:
        return [event.what for event in self.events]

    def tree(self) -> dict[str, str]:
        """Everything outside staging: a directory's or file's permissions, and a link's target."""
        found: dict[str, str] = {}
        for above, directories, files in os.walk(self.root):
            for name in directories + files:
                host = Path(above, name)
                path = "/" + str(host.relative_to(self.root))
                mode = host.lstat().st_mode
                found[path] = os.readlink(host) if stat.S_ISLNK(mode) else oct(stat.S_IMODE(mode))
        above_staging = [str(parent) for parent in [Path(RESTORE), *Path(RESTORE).parents]]
        return {path: found[path] for path in sorted(found) if path not in above_staging and not path.startswith(RESTORE)}


def big(name: str, path: str, **members: Any) -> dict[str, Any]:
    """An index element of a big file."""
    information = {"path": path, "stat": STAT}
    return {"fileName": name, "information": information, "isBigFile": True, "isUserTar": False, **members}
