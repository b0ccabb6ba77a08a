"""What becomes of every file: the list against the archive of a nominal backup, and against backups that fail."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.extension import outgoing
from emulator.leaving import TICK, Leaving, ListedFile, leaving
from emulator.package import Package
from emulator.storage.config.backup_config import parse_backup_config
from emulator.storage.pack.staging import BACKUP
from emulator.storage.seed import SpecialNode, default_seed, plant_special
from emulator.storage.transfer import Archive
from tests.emulator.harness import BUNDLE, Idle
from tests.emulator.storage.strategies import ROOTS, sandboxes, write_tree

F = "/data/storage/el2/base/files"
RECORD = "/data/storage/el2/base/recorded/"
LOST = "\ufffd"
"""What the index makes of a byte that is no UTF-8: the file comes back under another name."""
Seed = Callable[[Path], None]


class Staging:
    """Stages a file on backup, and switches the mapping on."""

    def onBackupEx(self, info: str) -> str:
        home = self.context.backupDir  # type: ignore[attr-defined]
        os.makedirs(f"{home}staged", exist_ok=True)
        Path(f"{home}staged/export.json").write_text("{}")
        return json.dumps({"compatibleDirMapping": [RECORD]})


class Throws:
    def onBackup(self) -> None:
        raise RuntimeError("no")


def registered(**profile: Any) -> Package:
    text = json.dumps({"allowToBackupRestore": True, **profile})
    return Package(config=parse_backup_config(text))


def everything(root: Path) -> None:
    default_seed(root)
    for kind in SpecialNode:
        if kind is not SpecialNode.BIG_WITHOUT_EXTENSION:
            plant_special(root, kind)


def files(**content: bytes) -> Seed:
    """A sandbox with these files below ``files``; an underscore in a name stands for a dot."""

    def seed(root: Path) -> None:
        (root / F[1:]).mkdir(parents=True)
        for name, data in content.items():
            (root / F[1:] / name.replace("_", ".")).write_bytes(data)

    return seed


def whys(listed: Leaving) -> dict[str, str]:
    return {file.path.removeprefix(f"{F}/"): file.why for file in listed.files}


# against the archive ----------------------------------------------------------------------------------------------------------


def archive_of(subject: object, package: Package, seed: Seed) -> tuple[Archive | None, Callable[[str], str], Device]:
    """What a client keeps of a nominal backup, and how names in it lead to places in the sandbox; the device to close."""
    device = Device()
    bundle = device.install(load_subject(subject), package=package, sandbox=seed)
    device.run(nominal_plan(SessionKind.FULL_BACKUP))
    root = os.path.realpath(bundle.sandbox.root)

    def place(name: str) -> str:
        above, _, last = name.rstrip("/").rpartition("/")
        if name.endswith("/") or os.path.isdir(f"{root}{name}"):
            return os.path.realpath(f"{root}{name}")[len(root) :] + "/"
        return f"{os.path.realpath(root + above)}/{last}"[len(root) :]

    return bundle.archive, place, device


def contents(archive: Archive) -> dict[str, tuple[str, int]]:
    """Blob and size of every file in an archive, by the name under which it will come back; read by other code than ours."""
    found: dict[str, tuple[str, int]] = {}
    index = json.loads(archive.index.read())
    recorded = {entry["fileName"]: entry["information"]["path"] for entry in index if entry["isBigFile"]}
    for blob in archive.blobs:
        if blob.uri in recorded:
            found["/" + recorded[blob.uri].lstrip("/")] = (blob.uri, blob.size)
            continue
        data = io.BytesIO(blob.read())
        with tarfile.open(fileobj=data, format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
            for member in tar:
                found["/" + member.name.lstrip("/") + "/" * member.isdir()] = (blob.uri, 0 if member.isdir() else member.size)
    return found


def agree(subject: object, package: Package, seed: Seed, mapped: tuple[str, str] = ("", "")) -> Leaving:
    """Compare the list with the archive: the same places, each in the same blob with the same size."""
    listed = leaving(load_subject(subject), package=package, sandbox=seed)
    archive, place, device = archive_of(subject, package, seed)
    with device:
        held = contents(archive) if archive is not None else {}
        source, record = mapped
        names = [name.replace(record, source, 1) if record and name.startswith(record) else name for name in held]
        told = [file for file in listed.files if file.blob]
        assert {file.path for file in told if LOST not in file.recorded} == {place(name) for name in names if LOST not in name}
        for file in told:
            size = file.size if file.leaves else 0
            assert held["/" + (file.recorded or file.path).lstrip("/")] == (file.blob, size)
        assert all(file.leaves or file.why == "link-as-empty-file" for file in told)
        assert not any(file.leaves for file in listed.files if not file.blob)
        assert {*listed.tars, *listed.big_files} == {blob.uri for blob in archive.blobs} if archive is not None else True
    return listed


@pytest.mark.parametrize("subject", [Idle, Staging])
@pytest.mark.parametrize(
    "profile",
    [
        {},
        {"includes": ["data/storage/el2/base/"]},
        {"includes": [f"{F}/"], "excludes": ["*.txt", f"{F}/media/"]},
        {"includes": [F, f"{F}/link to note.txt", "data/storage/el2/base/haps/entry/files/link to media/"]},
        {"includes": ["", "nowhere"]},
        {"includes": [RECORD], "compatibleDirMapping": [{"backupDir": "/data/storage/el2/base/haps/", "restoreDir": RECORD}]},
    ],
    ids=["default", "base", "excludes", "links", "nothing", "mapped"],
)
def test_the_list_is_the_archive(subject: type, profile: dict[str, Any]) -> None:
    is_mapped = "compatibleDirMapping" in profile and subject is Staging
    mapped = ("/data/storage/el2/base/haps/", RECORD) if is_mapped else ("", "")
    listed = agree(subject, registered(**profile), everything, mapped)
    assert listed.end_code == 0
    assert listed.was_scanned
    assert any(not file.leaves for file in listed.files)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(sandboxes(), st.one_of(st.none(), st.sampled_from(ROOTS)))
def test_the_list_is_the_archive_of_drawn_sandboxes(sandbox: tuple[dict[str, Any], dict[str, Any]], source: str | None) -> None:
    tree, profile = sandbox
    if source is None:
        agree(Idle, registered(**profile), lambda root: write_tree(tree, root))
        return
    profile = {**profile, "includes": [RECORD], "compatibleDirMapping": [{"backupDir": f"{source}/", "restoreDir": RECORD}]}
    agree(Staging, registered(**profile), lambda root: write_tree(tree, root), (f"{source}/", RECORD))


def test_a_tree_that_is_cut_into_several_tars(tmp_path: Path) -> None:
    def many(root: Path) -> None:
        (root / F[1:]).mkdir(parents=True)
        for number in range(6001):
            (root / F[1:] / f"{number:04}").touch()

    said: list[str] = []
    listed = leaving(load_subject(Idle), sandbox=many, progress=said.append)
    assert listed.tars == ("part.0.tar", "part.1.tar")
    assert [file.blob for file in listed.files[-2:]] == ["part.0.tar", "part.1.tar"]
    assert len(said) == 2 + 6001 // TICK
    assert said[1] == f"looking at file {TICK}"


def test_what_the_app_staged_is_there() -> None:
    listed = leaving(load_subject(Staging), package=registered(includes=["data/storage/el2/base/.backup/"]))
    assert listed.callbacks == ("onBackupEx",)
    assert [(file.path, file.size, file.blob) for file in listed.files if not file.is_directory] == [
        ("/data/storage/el2/base/.backup/staged/export.json", 2, "part.0.tar")
    ]


def test_what_decided_is_named() -> None:
    profile = {"includes": [f"{F}/*.log", f"{F}/keep/"], "excludes": ["*.b.log"]}
    listed = leaving(load_subject(Idle), package=registered(**profile), sandbox=files(a_log=b"a", a_b_log=b"", other=b""))
    assert listed.files == (
        ListedFile(f"{F}/a.b.log", 0, "", False, "excluded", "excluded by *.b.log", f"{F}/*.log", "*.b.log"),
        ListedFile(f"{F}/a.log", 1, "part.0.tar", True, include=f"{F}/*.log"),
        ListedFile(f"{F}/other", 0, "", False, "outside", "in no include"),
    )


def test_a_name_that_the_index_does_not_keep() -> None:
    def seed(root: Path) -> None:
        (root / F[1:]).mkdir(parents=True)
        for name, size in (("\udcff.bin", 2097153), ("\udcff", 1)):
            (root / F[1:] / name).write_bytes(bytes(size))

    listed = leaving(load_subject(Idle), sandbox=seed)
    assert [(file.path, file.recorded) for file in listed.files] == [
        (f"{F}/\udcff", ""),
        (f"{F}/\udcff.bin", f"{F}/{LOST}.bin"),
    ]


def test_the_seed_of_a_user_directory(tmp_path: Path) -> None:
    everything(tmp_path)
    listed = leaving(load_subject(Idle), sandbox=tmp_path)
    kinds = {file.why for file in listed.files}
    assert kinds == {"", "outside", "symlink", "socket", "fifo", "unreadable"}


# backups that fail ------------------------------------------------------------------------------------------------------------


def test_a_callback_that_throws() -> None:
    listed = leaving(load_subject(Throws), sandbox=files(a=b"hello"))
    assert (listed.was_scanned, listed.end_code, listed.callbacks) == (False, 13500004, ("onBackup",))
    assert [(file.path, file.size, file.why) for file in listed.files] == [(f"{F}/a", 5, "not-scanned")]


def test_an_app_that_may_not_be_backed_up() -> None:
    package = Package(allow_to_backup_restore=False)
    listed = leaving(load_subject(Idle), package=package, sandbox=files(a=b"hello"))
    assert (listed.was_scanned, listed.end_code, whys(listed)) == (False, 13500001, {"a": "not-scanned"})


def test_nothing_at_all() -> None:
    assert leaving(load_subject(Throws)).files == leaving(load_subject(Idle)).files == ()


def test_a_blob_whose_name_has_a_slash() -> None:
    def seed(root: Path) -> None:
        files(small=b"x")(root)
        plant_special(root, SpecialNode.BIG_WITHOUT_EXTENSION)

    listed = leaving(load_subject(Idle), sandbox=seed)
    by_name = {file.path.rpartition("/")[2]: file for file in listed.files}
    assert listed.end_code != 0
    assert (by_name["blob"].why, by_name["blob"].blob) == ("breaks-the-bundle", "")
    assert by_name["small"].leaves == ("part.0.tar" in listed.tars)


def test_a_fifo_that_an_include_names() -> None:
    def seed(root: Path) -> None:
        files(a=b"x")(root)
        os.mkfifo(root / F[1:] / "pipe")

    listed = leaving(load_subject(Idle), package=registered(includes=[f"{F}/a", f"{F}/pipe"]), sandbox=seed)
    assert whys(listed) == {"a": "not-sent", "pipe": "fifo-blocks"}
    assert listed.end_code != 0


def test_what_changes_before_it_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(sandbox: Any, *_: object) -> None:
        (sandbox.root / F[1:] / "gone").unlink()
        (sandbox.root / F[1:] / "closed").chmod(0)
        (sandbox.root / F[1:] / "grown").write_bytes(b"longer")

    monkeypatch.setattr(outgoing, "change_before_packing", change)
    listed = leaving(load_subject(Idle), sandbox=files(gone=b"x", closed=b"x", grown=b"x"))
    assert whys(listed) == {"closed": "pack-error", "gone": "pack-error", "grown": ""}
    assert [file.text for file in listed.files] == [
        "it could not be packed any more: EACCES",
        "it could not be packed any more: ENOENT",
        "",
    ]
    assert listed.files[2].size == 6


def test_staging_is_the_device_s_own() -> None:
    listed = leaving(load_subject(Idle), sandbox=files(a=b""))
    assert not [file for file in listed.files if file.path.startswith(BACKUP)]
    assert listed.bundle == BUNDLE
