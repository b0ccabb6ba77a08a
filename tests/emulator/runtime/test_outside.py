"""What an app touches outside its sandbox is written down, whatever function it took; what Python itself reads is not."""

from __future__ import annotations

import gc
import linecache
import os
import shutil
import sqlite3
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.storage.transfer import SMALL_BYTES, Archive, Blob
from tests.emulator.harness import OK_JSON


def touched(work: Callable[[Any], object]) -> list[tuple[str, bool]]:
    """(path, writes) of every event that ``work`` with the app's context gives, in a backup."""

    class App:
        context: Any = None

        def onBackupEx(self, info: str) -> str:
            work(self.context)
            return OK_JSON

    with Device() as device:
        device.install(load_subject(App))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    return [(event.data["path"], event.data["writes"]) for event in record.of_kind("outside")]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "there.txt").write_text("there")
    return tmp_path


def test_reading_and_writing(elsewhere: Path) -> None:
    there, new = elsewhere / "there.txt", elsewhere / "new.txt"
    assert touched(lambda _: there.read_text()) == [(str(there), False)]
    assert touched(lambda _: new.write_text("new")) == [(str(new), True)]
    assert touched(lambda _: os.close(os.open(there, os.O_RDONLY))) == [(str(there), False)]
    assert touched(lambda _: os.close(os.open(there, os.O_RDWR))) == [(str(there), True)]


def test_each_path_once(elsewhere: Path) -> None:
    there = elsewhere / "there.txt"

    def twice(_: Any) -> None:
        there.read_text()
        there.read_text()

    assert touched(twice) == [(str(there), False)]


def test_directories_and_names(elsewhere: Path) -> None:
    there, new = str(elsewhere / "there.txt"), str(elsewhere / "new.txt")
    assert touched(lambda _: os.listdir(elsewhere)) == [(str(elsewhere), False)]
    assert touched(lambda _: os.mkdir(elsewhere / "made")) == [(str(elsewhere / "made"), True)]
    assert touched(lambda _: os.rename(there, new)) == [(there, True), (new, True)]
    assert touched(lambda _: os.remove(new)) == [(new, True)]


def test_a_database(elsewhere: Path) -> None:
    database = str(elsewhere / "app.db")
    assert touched(lambda _: sqlite3.connect(database).close()) == [(database, True)]
    assert touched(lambda _: sqlite3.connect(":memory:").close()) == []


def test_a_relative_path_is_one_from_where_the_app_was_started(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(elsewhere)
    assert touched(lambda _: Path("there.txt").read_text()) == [("there.txt", False)]


def test_a_link_in_the_sandbox_that_leads_out(elsewhere: Path) -> None:
    there = elsewhere / "there.txt"

    def through(context: Any) -> None:
        link = Path(context.filesDir, "link")
        link.symlink_to(there)
        link.read_text()

    assert [writes for path, writes in touched(through) if path.endswith("/link")] == [False]


def _put_a_link(way: Path, elsewhere: Path) -> None:
    way.rmdir()
    way.symlink_to(elsewhere)


def _move_a_link_there(way: Path, elsewhere: Path) -> None:
    way.with_name("link").symlink_to(elsewhere)
    way.rename(way.with_name("gone"))
    way.with_name("link").rename(way)


def _link_what_was_missing(way: Path, elsewhere: Path) -> None:
    missing = way.with_name("missing")
    with suppress(FileNotFoundError):
        (missing / "there.txt").read_text()
    missing.symlink_to(elsewhere)
    (missing / "there.txt").read_text()


@pytest.mark.parametrize("change", [_put_a_link, _move_a_link_there, _link_what_was_missing])
def test_a_directory_that_becomes_a_link_that_leads_out(elsewhere: Path, change: Callable[[Path, Path], None]) -> None:
    def through(context: Any) -> None:
        way = Path(context.filesDir, "way")
        way.mkdir()
        (way / "own.txt").write_text("own")
        (way / "own.txt").unlink()
        change(way, elsewhere)
        with suppress(FileNotFoundError):
            (way / "there.txt").read_text()

    assert [writes for path, writes in touched(through) if path.endswith("/there.txt")] == [False]


def test_the_apps_own_files_are_no_matter() -> None:
    def own(context: Any) -> None:
        path = Path(context.filesDir, "a")
        path.write_text("a")
        path.read_text()
        os.listdir(context.filesDir)
        sqlite3.connect(path.with_name("a.db")).close()

    assert touched(own) == []


def test_upwards_out_of_the_apps_directories() -> None:
    def climb(context: Any) -> None:
        top = os.path.join(context.filesDir, *[os.pardir] * 7)
        with suppress(OSError):
            Path(top, "etc/hosts").read_text()
        Path(top, "data/export.txt").write_text("milk")
        os.listdir(os.path.join(top, "data/storage"))

    assert touched(climb) == [("/etc/hosts", False), ("/data/export.txt", True)]


def test_what_python_reads_for_itself_is_no_matter() -> None:
    def importing(_: Any) -> None:
        import colorsys
        import importlib

        importlib.reload(colorsys)
        Path(os.__file__).read_text(encoding="utf-8")
        Path("/dev/null").write_text("nothing")

    assert touched(importing) == []


def test_a_traceback_through_the_emulator_is_no_matter() -> None:
    texts: list[str] = []

    def trace(_: Any) -> None:
        linecache.clearcache()
        texts.extend(traceback.format_stack())

    assert touched(trace) == []
    assert "emulator/runtime/python" in "".join(texts)


def test_what_the_emulator_throws_away_meanwhile_is_no_matter(tmp_path: Path) -> None:
    """An app that calls gc.collect() also ends archives of sessions that are over."""
    big = tmp_path / "big"
    big.write_bytes(bytes(SMALL_BYTES + 1))
    shelves: list[Path] = []

    def collect(_: Any) -> None:
        archive = Archive()
        archive.keep(Blob("big", "big", SMALL_BYTES + 1, big))
        shelves.append(Path(str(archive.blobs[0].content)).parent)
        archive.made_from = archive
        del archive
        gc.collect()

    assert touched(collect) == []
    assert not shelves[0].exists()


def test_python_itself_may_be_read_and_not_written() -> None:
    def write(_: Any) -> None:
        os.close(os.open(os.__file__, os.O_RDONLY | os.O_APPEND))

    assert touched(write) == [(os.__file__, True)]


def test_a_name_below_an_open_directory_belongs_to_that_directory(elsewhere: Path) -> None:
    def own(context: Any) -> None:
        tree = Path(context.filesDir, "tree/branch")
        tree.mkdir(parents=True)
        (tree / "leaf").write_text("leaf")
        (tree / "link").symlink_to("leaf")
        (tree / "out").symlink_to(elsewhere / "there.txt")
        shutil.rmtree(tree.parent)

    def others(_: Any) -> None:
        directory = os.open(elsewhere, os.O_RDONLY)
        os.mkdir("made", dir_fd=directory)
        os.close(directory)

    assert touched(own) == []
    assert touched(others) == [(str(elsewhere), False), (str(elsewhere / "made"), True)]
