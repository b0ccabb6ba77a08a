"""The times that an app sees of its files are the device's, in the callback that writes them too."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.device import WALL_EPOCH_NS
from emulator.storage.seed import SEEDED_AT_NS
from tests.emulator.harness import OK_JSON, S

FILES = "data/storage/el2/base/haps/entry/files"


def seen(*works: Callable[[Path], Any], seed: Callable[[Path], None] | None = None) -> list[Any]:
    """What each of ``works`` gives with the app's files directory, in a backup each."""
    given: list[Any] = []

    class App:
        context: Any = None

        def onBackupEx(self, info: str) -> str:
            given.append(works[len(given)](Path(self.context.filesDir)))
            return OK_JSON

    with Device() as device:
        device.install(load_subject(App), sandbox=seed)
        for _ in works:
            device.run(nominal_plan(SessionKind.FULL_BACKUP))
    return given


def written(directory: Path, name: str = "note.txt", text: str = "milk") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text)
    return directory / name


def by_listing(file: Path) -> os.stat_result:
    with os.scandir(file.parent) as entries:
        return next(entry for entry in entries if entry.name == file.name).stat()


def by_descriptor(file: Path) -> os.stat_result:
    with file.open("rb") as opened:
        return os.fstat(opened.fileno())


def by_directory(file: Path) -> os.stat_result:
    above = os.open(file.parent, os.O_RDONLY)
    try:
        return os.stat(file.name, dir_fd=above)
    finally:
        os.close(above)


WAYS = {
    "os.stat": lambda file: os.stat(file),
    "os.lstat": lambda file: os.lstat(file),
    "os.fstat": by_descriptor,
    "dir_fd": by_directory,
    "scandir": by_listing,
    "Path.stat": lambda file: file.stat(),
    "keywords": lambda file: os.stat(path=file, follow_symlinks=False),
    "bytes": lambda file: os.stat(os.fsencode(file)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_has_the_time_at_which_it_was_written(way: str) -> None:
    def work(files: Path) -> int:
        time.sleep(10)
        file = written(files)
        time.sleep(5)
        return int(WAYS[way](file).st_mtime_ns)

    (mtime_ns,) = seen(work)
    assert mtime_ns == WALL_EPOCH_NS + 10 * S


def test_all_times_of_a_status_agree() -> None:
    (status,) = seen(lambda files: os.stat(written(files)))
    assert {status.st_mtime_ns, status.st_ctime_ns, status.st_atime_ns} == {WALL_EPOCH_NS}
    assert {status.st_mtime, status.st_ctime, status.st_atime} == {WALL_EPOCH_NS / 1e9}
    assert status.st_size == 4
    assert status.st_blksize > 0


def test_the_age_of_a_file_is_by_the_apps_clock() -> None:
    def work(files: Path) -> float:
        file = written(files)
        time.sleep(60)
        return time.time() - os.path.getmtime(file)

    assert seen(work) == [pytest.approx(60, abs=0.001)]


def test_the_newest_of_what_was_written_one_after_the_other() -> None:
    def work(files: Path) -> str:
        for name in ("b", "c", "a"):
            written(files, name)
            time.sleep(1)
        return max(files.iterdir(), key=os.path.getmtime).name

    assert seen(work) == ["a"]


def test_a_time_that_was_seen_stays() -> None:
    def write_and_look(files: Path) -> int:
        time.sleep(3)
        return written(files).stat().st_mtime_ns

    def look(files: Path) -> int:
        time.sleep(100)
        return (files / "note.txt").stat().st_mtime_ns

    assert seen(write_and_look, look) == [WALL_EPOCH_NS + 3 * S] * 2


def test_a_time_goes_along_with_a_new_name() -> None:
    def work(files: Path) -> tuple[int, int]:
        draft = written(files / "drafts", "a.txt")
        time.sleep(2)
        draft.rename(files / "a.txt")
        other = written(files / "drafts", "b.txt")
        time.sleep(2)
        other.parent.rename(files / "done")
        return (files / "a.txt").stat().st_mtime_ns, (files / "done" / "b.txt").stat().st_mtime_ns

    assert seen(work) == [(WALL_EPOCH_NS, WALL_EPOCH_NS + 2 * S)]


def test_a_time_that_the_app_sets_or_copies_stays() -> None:
    def work(files: Path) -> list[int]:
        file = written(files)
        os.utime(file, ns=(5 * S, 7 * S))
        copy = Path(shutil.copy2(file, files / "copy.txt"))
        touched = written(files, "touched.txt")
        time.sleep(4)
        touched.touch()
        return [path.stat().st_mtime_ns for path in (file, copy, touched)]

    assert seen(work) == [[7 * S, 7 * S, WALL_EPOCH_NS + 4 * S]]


def test_what_nobody_touched_keeps_its_time() -> None:
    def one_file(root: Path) -> None:
        file = written(root / FILES)
        os.utime(file, ns=(SEEDED_AT_NS, SEEDED_AT_NS))

    (status,) = seen(lambda files: os.stat(files / "note.txt"), seed=one_file)
    assert (status.st_mtime_ns, status.st_ctime_ns) == (SEEDED_AT_NS, SEEDED_AT_NS)


def test_directories_and_databases() -> None:
    def work(files: Path) -> list[int]:
        time.sleep(2)
        database = sqlite3.connect(files / "notes.db")
        with database:
            database.execute("create table notes (text)")
        database.close()
        return [path.stat().st_mtime_ns - WALL_EPOCH_NS for path in (files, files / "notes.db")]

    assert seen(work) == [[0, 2 * S]]


def test_archives_carry_the_devices_times() -> None:
    def work(files: Path) -> list[Any]:
        notes = written(files / "notes").parent
        with tarfile.open(files / "notes.tar.gz", "w:gz") as tar:
            tar.add(notes, "notes")
        with zipfile.ZipFile(files / "notes.zip", "w") as zipped:
            zipped.write(notes / "note.txt", "note.txt")
        with tarfile.open(files / "notes.tar.gz") as tar, zipfile.ZipFile(files / "notes.zip") as zipped:
            return [*(member.mtime for member in tar), zipped.getinfo("note.txt").date_time, time.localtime()[:6]]

    (directory, note, in_zip, now) = seen(work)[0]
    assert (directory, note) == (WALL_EPOCH_NS // S, WALL_EPOCH_NS // S)
    assert in_zip == now


def test_a_file_elsewhere_is_as_the_host_says(tmp_path: Path) -> None:
    there = tmp_path / "there.txt"
    there.write_text("there")
    assert seen(lambda _: os.stat(there).st_mtime_ns) == [os.stat(there).st_mtime_ns]


def test_what_a_function_of_os_can_do_is_known() -> None:
    assert seen(lambda files: [os.stat in known for known in (os.supports_dir_fd, os.supports_follow_symlinks)]) == [[True, True]]


def test_what_is_not_there_is_not_there() -> None:
    def work(files: Path) -> None:
        with pytest.raises(FileNotFoundError):
            os.stat(files / "nothing")

    assert seen(work) == [None]
