"""The data of an app that has been in use for a while, for sandboxes that nobody else fills, and the nodes that cause trouble.

Everything is fixed, down to modes and times: two seeded sandboxes are equal, and so are their archives. The default seed holds
nothing that a device leaves out or stumbles over (data-plane 2.2, 3.2); `plant_special` adds such a thing on purpose.
"""

from __future__ import annotations

import base64
import os
import stat
import zlib
from collections.abc import Callable
from enum import Enum, StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from emulator.storage.names import BIG_BOUNDARY_BYTES

SEEDED_AT_NS = 1_780_000_000_123_456_789
"""The mtime of what is seeded, unless its own is given: some weeks before a new device's clock begins."""

DIRECTORY_MODE = 0o771
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

EL1 = "data/storage/el1"
EL2 = "data/storage/el2"
FILES = f"{EL2}/base/haps/entry/files"

# Page size 4096, three rows of the table notes; taken from the disk of a process that was still running.
_DATABASE = zlib.decompress(
    base64.b85decode(
        "c-rmSy-ve05C?EOi9kr8AgU_sv9)T%0uMkz5lbb$x-"
        "cQPJ&;u=p^ht>k%fup;T3obW(HPvk_d)&U<UO6$!Gg)o%fS`c|OpN=_a?Sa<nhDh3APwA|ZtT72jkP!AdU0&wQ~rmRr@v3lBv2SWN%`000000Dr`pw-"
        ")t!^2(`^;bLa02Ku_-*_^ZSYU&?fB>iDR!~W4Ap_R){rc#cpth<owQ54CC)8@%6cU&}+w^ZI7b@YUE=J=K^-C3O~Thf$EQgfH<Y-"
        "~B@%*EuiGfa*bt}df&ZcI$0d{Qo-b?e^T4_`$19==u!000000002|UTr@Rt*&F0C~N4%av9Ux)AObmh^RHPtR}YP9T|xBZmP}H-"
        "RESqvs~2uzYIS_H2?qr00000;6K@rek7aU1pX(=@@LT"
    )
)

# The log of the same process: one transaction, the fourth row, which is lost to whoever copies the database without it.
_LOG = zlib.decompress(
    base64.b85decode(
        "c-rmQ!Ae3w6b9fk-"
        "a!b<2}N{MOznbNxDq$6lpdj_j5*b%=?=^tw7W{&2}0yc^aj2{ZxPYTMc_)oU2_*cLlFPRIdJ$7oCi3qm*SMJz8gfx6tH3GCMhmTi*Bbper-OVhpdn<_W"
        "5>l@-"
        ">*P`$r+;;+@2g_!J*u000000001hzjDes)!Mhp7@L?(#)<R~S{i#VQ!DS3t3{lu7hbELaz<V|on6Y+e0f;lRId)4RzsKR3JXWho?`Rp$5xuyJDrBxQQr"
        "H%z-Zaub?sX@{|hj&p-=z-000000Pvq2u&B-w>vhV10TgvN`v"
    )
)

_PREFERENCES = b"""<?xml version="1.0" encoding="UTF-8"?>
<preferences version="1.0"><bool key="darkMode" value="true"/><double key="fontSize" value="16"/>\
<string key="nickname">Ada &amp; Bob</string>\
<stringArray key="recent"><string>milk</string><string>bread</string></stringArray></preferences>
"""


class Seeded(NamedTuple):
    """One file of the seed: its path below the root, what it begins with, and what tells it from the others.

    ``size`` in bytes, None for as long as ``content``; a longer file is sparse and ends with ``content`` again.
    """

    path: str
    content: bytes
    mode: int = 0o660
    mtime_ns: int = SEEDED_AT_NS
    size: int | None = None


FILES_OF_THE_SEED = (
    Seeded(f"{EL1}/base/files/device.json", b'{"wallpaper": 3}'),
    Seeded(f"{EL1}/base/haps/entry/files/alarms.json", b'[{"hour": 7, "minute": 30}]'),
    Seeded(f"{EL1}/base/haps/entry/preferences/alarm", b'<?xml version="1.0" encoding="UTF-8"?>\n<preferences version="1.0"/>\n'),
    Seeded(f"{EL2}/base/files/account.json", b'{"user": "ada"}', 0o600),
    Seeded(f"{EL2}/base/preferences/app", _PREFERENCES),
    Seeded(f"{EL2}/base/haps/entry/preferences/settings", _PREFERENCES),
    Seeded(f"{EL2}/base/haps/entry/cache/thumbnail.png", b"made again when it is missing"),
    Seeded(f"{EL2}/base/haps/entry/temp/upload.part", b"half of it"),
    Seeded(f"{EL2}/base/cache/http/index", b"of no interest"),
    Seeded(f"{EL2}/distributedfiles/shared.txt", b"seen by the other devices"),
    Seeded(f"{EL2}/database/entry/rdb/notes.db", _DATABASE),
    Seeded(f"{EL2}/database/entry/rdb/notes.db-wal", _LOG),
    Seeded(f"{FILES}/.nomedia", b""),
    Seeded(f"{FILES}/.hidden/token", b"0123456789abcdef", 0o600),
    Seeded(f"{FILES}/empty.txt", b""),
    Seeded(f"{FILES}/note.txt", b"milk\nbread\ntea\n"),
    Seeded(f"{FILES}/no extension", b"a name with a blank"),
    Seeded(f"{FILES}/run.sh", b"#!/bin/sh\n", 0o750),
    Seeded(f"{FILES}/one block.bin", b"x" * 512),
    Seeded(f"{FILES}/one block and one.bin", b"x" * 513),
    Seeded(f"{FILES}/from 2010.txt", b"unpacked from an old archive", mtime_ns=1_262_304_000_000_000_000),
    Seeded(f"{FILES}/semicolon;percent%.txt", b"needs care in a manifest"),
    Seeded(f"{FILES}/日本語/メモ.txt", "お茶".encode()),
    Seeded(f"{FILES}/emoji 😀/café.txt", b"accents are part of the name"),
    Seeded(f"{FILES}/{'n' * 251}.txt", b"a name of 255 bytes"),
    Seeded(f"{FILES}/{'a directory with a long name/' * 3}leaf.txt", b"a path of more than 100 bytes"),
    Seeded(f"{FILES}/media/photo.jpg", b"JFIF", size=BIG_BOUNDARY_BYTES),
    Seeded(f"{FILES}/media/clip.mp4", b"ftyp", size=BIG_BOUNDARY_BYTES + 1),
)

EMPTY_DIRECTORIES = (
    f"{EL1}/database",
    f"{EL1}/base/preferences",
    f"{FILES}/drafts",
    f"{FILES}/.trash",
    f"{FILES}/日本語/空",
)


FEW_FILES = (
    Seeded(f"{EL1}/base/files/device.json", b'{"wallpaper": 3}'),
    Seeded(f"{EL2}/base/haps/entry/preferences/settings", _PREFERENCES),
    Seeded(f"{EL2}/database/entry/rdb/notes.db", _DATABASE),
    Seeded(f"{FILES}/note.txt", b"milk\nbread\ntea\n"),
)
"""One file of each kind that nearly every app has."""


class AppData(StrEnum):
    """What an app whose data nobody gives finds in its sandbox."""

    NONE = "none"
    FEW = "few"
    FULL = "full"

    @property
    def seed(self) -> Callable[[Path], None] | None:
        """What fills a fresh sandbox."""
        return {AppData.NONE: None, AppData.FEW: few_files, AppData.FULL: default_seed}[self]


def default_seed(root: Path) -> None:
    """Fill the empty directory ``root``, which stands for ``/`` of the app. Needs no other state; raises OSError."""
    _fill(root, FILES_OF_THE_SEED, EMPTY_DIRECTORIES)


def few_files(root: Path) -> None:
    """Fill the empty directory ``root`` with the little that a session needs which is run many times over. Raises OSError."""
    _fill(root, FEW_FILES, ())


def _fill(root: Path, files: tuple[Seeded, ...], empty: tuple[str, ...]) -> None:
    prefix = f"{root}/"
    directories = _directories(files, empty)
    for directory in directories:
        os.mkdir(prefix + directory)
        os.chmod(prefix + directory, DIRECTORY_MODE)
    for file in files:
        _write(prefix + file.path, file)
    times = (SEEDED_AT_NS, SEEDED_AT_NS)
    for directory in directories:
        os.utime(prefix + directory, ns=times)


@cache
def _directories(files: tuple[Seeded, ...], empty: tuple[str, ...]) -> tuple[str, ...]:
    """Every directory of a seed, parents first."""
    found = set(empty)
    for path in (*empty, *(file.path for file in files)):
        parts = path.split("/")[:-1]
        found.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
    return tuple(sorted(found))


def _write(path: str, file: Seeded) -> None:
    descriptor = os.open(path, _NEW_FILE, 0o600)
    try:
        os.write(descriptor, file.content)
        if file.size is not None:
            os.lseek(descriptor, file.size - len(file.content), os.SEEK_SET)
            os.write(descriptor, file.content)
    finally:
        os.close(descriptor)
    os.chmod(path, file.mode)
    os.utime(path, ns=(file.mtime_ns, file.mtime_ns))


class SpecialNode(Enum):
    """What a backup leaves out or stumbles over; the value says where it lies below ``files`` of the entry module."""

    SYMLINK = "link to note.txt"
    """A link to a file beside it: skipped when met, an empty file when an include names it."""
    DANGLING_LINK = "link to nowhere"
    """A link to nothing: skipped."""
    DIRECTORY_LINK = "link to media"
    """A link to a directory: not entered."""
    SOCKET = "socket"
    """Skipped by a full backup, a file that cannot be read for an incremental one."""
    FIFO = "fifo"
    """Skipped when met; whoever opens it waits for ever."""
    UNREADABLE_FILE = "mode 0.txt"
    """A small file that nobody may read: left out without a word."""
    UNREADABLE_DIRECTORY = "mode 0"
    """A directory that nobody may read, with a file in it."""
    BIG_WITHOUT_EXTENSION = ".mmkv/blob"
    """A big file whose blob name gets a slash, which ends the whole bundle with an error (data-plane 9, item 1)."""


def plant_special(root: Path, kind: SpecialNode) -> str:
    """Make one special node in a sandbox and give its device path.

    Raises FileExistsError when it is there already, OSError where the host's file system has no such node.
    """
    path = f"{root}/{FILES}/{kind.value}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    _PLANTERS[kind](path)
    return f"/{FILES}/{kind.value}"


def _unreadable_file(path: str) -> None:
    _write(path, Seeded(path, b"nobody's business", 0))


def _unreadable_directory(path: str) -> None:
    os.mkdir(path)
    _write(f"{path}/inner.txt", Seeded(path, b"out of reach"))
    os.chmod(path, 0)


def _big_without_extension(path: str) -> None:
    _write(path, Seeded(path, b"mmap", size=BIG_BOUNDARY_BYTES + 1))


_PLANTERS: dict[SpecialNode, Callable[[str], None]] = {
    SpecialNode.SYMLINK: lambda path: os.symlink("note.txt", path),
    SpecialNode.DANGLING_LINK: lambda path: os.symlink("nowhere", path),
    SpecialNode.DIRECTORY_LINK: lambda path: os.symlink("media", path),
    SpecialNode.SOCKET: lambda path: os.mknod(path, stat.S_IFSOCK | 0o660),
    SpecialNode.FIFO: lambda path: os.mkfifo(path, 0o660),
    SpecialNode.UNREADABLE_FILE: _unreadable_file,
    SpecialNode.UNREADABLE_DIRECTORY: _unreadable_directory,
    SpecialNode.BIG_WITHOUT_EXTENSION: _big_without_extension,
}
