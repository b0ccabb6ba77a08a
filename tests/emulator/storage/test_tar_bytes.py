"""Tar bytes, data-plane 8.7: every field of the reference entries, and archives that other tools read."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.pack.header import HeaderWriter, Owner, app_owner, byte_sum
from emulator.storage.pack.slices import Entry
from emulator.storage.pack.staging import BACKUP, make_staging
from emulator.storage.pack.tar import pack
from tests.vectors import Vector, vectors

F = "/data/storage/el2/base/files"
LONG = f"{F}/{'n' * 71}"
MTIME = 1_700_000_000
APP = app_owner(20010045)
ROOT = Owner(0, 0, "root", "root")


def status(mode: int, size: int) -> os.stat_result:
    times = {"st_mtime_ns": MTIME * 10**9}
    return os.stat_result((mode, 0, 0, 1, 0, 0, size, MTIME, MTIME, MTIME), times)


def entry(name: str, mode: int = 0o100660, content: bytes = b"", size: int | None = None, owner: Owner = APP) -> bytes:
    header = HeaderWriter(owner).entry(name.encode(), status(mode, len(content) if size is None else size))
    return header + content.ljust(-(-len(content) // 512) * 512, b"\0")


R = entry(f"{F}/a.txt", content=b"hello")
AS_ROOT = entry(f"{F}/a.txt", content=b"hello", owner=ROOT)
Q = entry(f"{F}/empty/", 0o40771, size=4096)
L = entry(LONG, content=b"x")
DIRECTORY_OF_99 = entry("/" + "d" * 98, 0o40771, size=4096)
LINK = entry(f"{F}/link", 0o120777, size=5)
MAPPED = entry(f"{F}/R/empty", 0o40771, size=4096)


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def field(data: bytes) -> str:
    return text(data.rstrip(b"\0"))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


MEASURED: dict[str, Callable[[], str]] = {
    "T1a": lambda: text(R[100:108]),
    "T1b": lambda: text(R[124:136]),
    "T1c": lambda: text(R[136:148]),
    "T2": lambda: text(R[108:116]) if R[108:116] == R[116:124] else "",
    "T3a": lambda: text(R[156:157]),
    "T3b": lambda: text(R[257:265]),
    "T4": lambda: field(R[265:297]) if R[265:297] == R[297:329] else "",
    "T5": lambda: text(R[148:156]),
    "T6": lambda: digest(R),
    "T7a": lambda: text(AS_ROOT[148:156]),
    "T7b": lambda: digest(AS_ROOT[:512]),
    "T8a": lambda: text(Q[156:157]),
    "T8b": lambda: text(Q[124:136]) if len(Q) == 512 else "",
    "T8c": lambda: text(Q[148:156]),
    "T8d": lambda: digest(Q),
    "T9": lambda: str(len(entry("/" + "n" * 98, content=b"x"))),
    "T10a": lambda: str(len(L)),
    "T10b": lambda: field(L[:100]),
    "T10c": lambda: text(L[156:157]),
    "T10d": lambda: text(L[100:108]) if L[100:108] == L[108:116] == L[116:124] else "",
    "T10e": lambda: text(L[124:136]),
    "T10f": lambda: text(L[136:148]),
    "T10g": lambda: text(L[148:156]),
    "T10h": lambda: digest(L[:512]),
    "T10i": lambda: text(L[512:613]) if not L[613:1024].strip(b"\0") else "",
    "T10j": lambda: field(L[1024:1124]),
    "T10k": lambda: digest(L),
    "T11a": lambda: str(len(entry("/" + "n" * 510))),
    "T11b": lambda: str(len(entry("/" + "n" * 511))),
    "T11c": lambda: str(len(entry("/" + "n" * 512))),
    "T13a": lambda: str(len(LINK)),
    "T13b": lambda: text(LINK[156:157]),
    "T17": lambda: field(MAPPED[:100]),
}


@pytest.mark.parametrize("vector", vectors("T1..T11", "T13a", "T13b", "T17"))
def test_bytes(vector: Vector) -> None:
    assert MEASURED[vector.id]() == vector["Result"]


@pytest.mark.vector("T12")
def test_a_slash_makes_a_directory_name_long() -> None:
    assert len(DIRECTORY_OF_99) == 1536
    assert DIRECTORY_OF_99[124:136] == b"00000000145\0"


@pytest.mark.vector("T13c")
def test_a_links_own_mode_and_no_size() -> None:
    assert LINK[100:108] == b"0000777\0"
    assert LINK[124:136] == b"00000000000\0"


def test_the_header_of_appendix_b() -> None:
    assert R[:34] == f"{F}/a.txt".encode()
    assert not R[34:100].strip(b"\0")
    assert R[100:156].hex(" ") == (
        "30 30 30 30 36 36 30 00 31 31 34 32 35 32 30 00 31 31 34 32 35 32 30 00 30 30 30 30 30 30 30 30 "
        "30 30 35 00 31 34 35 32 34 37 37 30 34 30 30 00 30 30 31 35 35 32 32 20"
    )
    assert R[156:257] == b"0".ljust(101, b"\0")
    assert R[257:305] == b"ustar\x001\x0020010045".ljust(40, b"\0") + b"20010045"
    assert not R[305:512].strip(b"\0")


def test_numbers_that_are_too_long_keep_their_first_digits() -> None:
    header = HeaderWriter(APP).entry(b"x", status(0o100600, 0o123456701234))
    assert header[124:136] == b"12345670123\0"
    before_1970 = os.stat_result((0o100600, 0, 0, 1, 0, 0, 0, 0, -1, 0), {"st_mtime_ns": -(10**9)})
    assert HeaderWriter(APP).entry(b"x", before_1970)[136:148] == b"17777777777\0"


def test_a_size_above_the_formats_is_refused() -> None:
    writer = HeaderWriter(APP)
    assert writer.entry(b"x", status(0o100600, 2**36 - 1))
    with pytest.raises(ValueError, match="do not fit"):
        writer.entry(b"x", status(0o100600, 2**36))


def test_the_checksum_counts_bytes_unsigned() -> None:
    assert byte_sum(b"\xff" * 512) == 512 * 255
    name = b"\xff" * 99
    header = HeaderWriter(Owner(1, 1, "\udcff" * 40, "\udcff" * 40)).entry(name, status(0o107777, 2**36 - 1))
    assert header[265:329] == (b"\xff" * 31 + b"\0") * 2
    assert int(header[148:155], 8) == sum(header) - sum(header[148:156]) + 8 * 32


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    (tmp_path / F[1:]).mkdir(parents=True)
    found = Inside(tmp_path)
    make_staging(found)
    return found


def lay(inside: Inside, path: str, content: bytes | None = None, mode: int = 0o660) -> Entry:
    host = Path(inside.entry(path))
    if content is None:
        host.mkdir(exist_ok=True)
    else:
        host.write_bytes(content)
    host.chmod(mode)
    os.utime(host, (MTIME, MTIME))
    return Entry(path, path, len(content or b""))


def packed(inside: Inside, *entries: Entry) -> bytes:
    result = pack(inside, entries, f"{BACKUP}/part.0.tar", APP)
    data = Path(inside.entry(result.path)).read_bytes()
    assert result.size == len(data)
    assert not result.errors
    return data


@pytest.mark.vector("T14")
def test_an_archive_of_one_file(inside: Inside) -> None:
    data = packed(inside, lay(inside, f"{F}/a.txt", b"hello"))
    assert len(data) == 2048
    assert data[:1024] == R


@pytest.mark.vector("T15a", "T15b")
def test_an_archive_of_a_file_and_a_directory(inside: Inside) -> None:
    data = packed(inside, lay(inside, f"{F}/a.txt", b"hello"), lay(inside, f"{F}/empty/", mode=0o771))
    assert len(data) == 2560
    assert digest(data) == vectors("T15b")[0].values[0]["Result"], "wherever the host keeps it"


def reference_tree(inside: Inside) -> list[Entry]:
    entries = [
        lay(inside, f"{F}/a.txt", b"hello"),
        lay(inside, f"{F}/empty/", mode=0o771),
        lay(inside, LONG, b"x"),
        lay(inside, "/" + "d" * 98, mode=0o771),
    ]
    os.symlink("a.txt", inside.entry(f"{F}/link"))
    below = "/long"
    while len(below) < 400:
        lay(inside, below, mode=0o771)
        below += "/" + "p" * 99
    lay(inside, below, mode=0o771)
    for length in (511, 512, 513):
        entries.append(lay(inside, below + "/" + "n" * (length - len(below) - 1), b""))
    return [*entries, Entry(f"{F}/link", f"{F}/link", 5)]


@pytest.mark.vector("T16")
def test_tarfile_reads_every_name(inside: Inside) -> None:
    entries = reference_tree(inside)
    packed(inside, *entries)
    with tarfile.open(inside.entry(f"{BACKUP}/part.0.tar"), errorlevel=2) as archive:
        members = archive.getmembers()
        assert [member.name for member in members] == [e.recorded.rstrip("/") for e in entries]
        content = archive.extractfile(members[2])
        assert content is not None
        assert content.read() == b"x"
        assert members[0].mtime == MTIME
        assert (members[0].mode, members[1].isdir()) == (0o660, True)


@pytest.mark.vector("T16")
def test_gnu_tar_reads_every_name_where_there_is_one(inside: Inside) -> None:
    entries = reference_tree(inside)
    packed(inside, *entries)
    listed = gnu_tar_list(inside.entry(f"{BACKUP}/part.0.tar"))
    kinds = [stat.S_ISDIR(os.lstat(inside.entry(e.path)).st_mode) for e in entries]
    names = [e.recorded.rstrip("/") + ("/" if is_directory else "") for e, is_directory in zip(entries, kinds, strict=True)]
    assert listed in (names, None)


def gnu_tar_list(archive: str) -> list[str] | None:
    """The names that GNU tar reads; None where the host's tar is another one."""
    tool = shutil.which("gtar") or shutil.which("tar")
    if tool is None or b"GNU tar" not in subprocess.run([tool, "--version"], capture_output=True, check=False).stdout:
        return None
    done = subprocess.run([tool, "-tPf", archive], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()
