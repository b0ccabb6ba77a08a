"""Bytes moved between open files in each of the ways there are, and the staging that they are moved into."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.pack import content
from emulator.storage.pack.content import STEP, move
from emulator.storage.pack.staging import BACKUP, make_staging

DATA = bytes(range(256)) * (3 * STEP // 256) + b"rest"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """A source after its first 10 bytes, and a target with 3 bytes in it."""
    (tmp_path / "source").write_bytes(b"0123456789" + DATA)
    source = os.open(tmp_path / "source", os.O_RDONLY)
    target = os.open(tmp_path / "target", os.O_RDWR | os.O_CREAT)
    os.read(source, 10)
    os.write(target, b"abc")
    yield source, target
    os.close(source)
    os.close(target)


def refuse(source: int, target: int, size: int) -> int:
    raise OSError(errno.EXDEV, "another file system")


def nothing(source: int, target: int, size: int) -> int:
    return 0


ways: dict[str, tuple[Callable[[int, int, int], int], ...]] = {
    "as-it-comes": content._MOVERS,
    "send": (refuse, *content._MOVERS[1:]),
    "read-and-write": (refuse, refuse, content._MOVERS[-1]),
    "says-nothing": (nothing, nothing, content._MOVERS[-1]),
}


@pytest.mark.parametrize("movers", ways.values(), ids=ways)
@pytest.mark.parametrize("size", [0, 1, STEP, STEP + 1, len(DATA), len(DATA) + 5])
def test_moving(
    files: tuple[int, int], monkeypatch: pytest.MonkeyPatch, movers: tuple[Callable[[int, int, int], int], ...], size: int
) -> None:
    monkeypatch.setattr(content, "_MOVERS", movers)
    source, target = files
    there = min(size, len(DATA))
    assert move(source, target, size) == there
    assert os.lseek(source, 0, os.SEEK_CUR) == 10 + there
    os.lseek(target, 0, os.SEEK_SET)
    assert os.read(target, len(DATA) + 10) == b"abc" + DATA[:there]


def test_an_error_of_the_host_is_no_reason_to_try_another_way(files: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: int, target: int, size: int) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(content, "_MOVERS", (full, content._MOVERS[-1]))
    with pytest.raises(OSError, match="full"):
        move(*files, 5)


def test_staging_is_the_extensions_own(tmp_path: Path) -> None:
    make_staging(Inside(tmp_path), umask=0o027)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / BACKUP[1:], (tmp_path / BACKUP[1:]).parent)]
    assert modes == [0o700, 0o750]
    os.chmod(tmp_path / BACKUP[1:], 0o755)
    make_staging(Inside(tmp_path))
    assert stat.S_IMODE((tmp_path / BACKUP[1:]).stat().st_mode) == 0o755
