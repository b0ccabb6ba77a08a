"""Copies of sandboxes, with everything that can be in one."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from emulator.storage.copying import copy_given
from tests.emulator.storage.model_tree import Tree
from tests.emulator.storage.strategies import read_tree, trees, write_tree


@settings(derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(trees())
def test_a_copy_is_what_was_there(tmp_path_factory: pytest.TempPathFactory, tree: Tree) -> None:
    above = tmp_path_factory.mktemp("copied")
    (above / "source").mkdir()
    write_tree(tree, above / "source")
    copy_given(above / "source", above / "target")
    assert read_tree(above / "target") == tree


def test_what_may_not_be_read_is_there_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    (tmp_path / "source/closed").mkdir(parents=True)
    (tmp_path / "source/file").write_bytes(b"secret")
    (tmp_path / "source/file").chmod(0)
    monkeypatch.setattr(shutil, "copyfile", refuse)
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: refuse() if str(path).endswith("closed") else real(path))
    copy_given(tmp_path / "source", tmp_path / "target")
    status = (tmp_path / "target/file").stat()
    assert (status.st_size, stat.S_IMODE(status.st_mode)) == (6, 0)
    assert (tmp_path / "target/closed").is_dir()


def test_a_host_without_sockets_leaves_them_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").mkdir()
    os.mkfifo(tmp_path / "source/pipe")
    (tmp_path / "source/file").touch()
    monkeypatch.delattr(os, "mknod")
    copy_given(tmp_path / "source", tmp_path / "target")
    assert os.listdir(tmp_path / "target") == ["file"]


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "source").mkdir()
    (tmp_path / "source/file").touch()
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        copy_given(tmp_path / "source", tmp_path / "target")
