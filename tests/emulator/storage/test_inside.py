"""Where a path of the device is on the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.storage.inside import Inside


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").touch()
    for name, target in (("to-dir", "/dir"), ("to-file", "file"), ("nowhere", "missing")):
        (tmp_path / name).symlink_to(target)
    return Inside(tmp_path)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("dir", "dir"),
        ("dir/", "dir"),
        ("dir//", "dir"),
        ("file", "file"),
        ("to-dir", "to-dir"),
        ("to-dir/", "dir"),
        ("to-file", "to-file"),
        ("missing", "missing"),
        ("missing/", "missing"),
        ("dir/../file", "file"),
    ],
)
def test_an_entry_is_where_lstat_would_look(inside: Inside, path: str, found: str) -> None:
    assert inside.entry(path) == f"{inside.root}/{found}"


@pytest.mark.parametrize(
    ("path", "error"), [("file/", NotADirectoryError), ("to-file/", NotADirectoryError), ("nowhere/", FileNotFoundError)]
)
def test_a_slash_at_the_end_asks_for_a_directory(inside: Inside, path: str, error: type[OSError]) -> None:
    with pytest.raises(error):
        inside.entry(path)
    with pytest.raises(error):
        inside.host(path)
