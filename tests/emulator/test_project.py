"""Finding the extension of a project: which module, which file, whose documents, and what a directory without one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator import PackageError
from emulator.package.project import App, Project, ProjectError, find_project
from tests.emulator.test_package import write

ON = '{"allowToBackupRestore": true}'
LICENCE = "/*\n * Copyright (c) the authors\n */\n"
METADATA = [{"name": "ohos.extension.backup", "resource": "$profile:backup_config"}]
BUILD = "build-profile.json5"


def extension(name: str = "EntryBackupAbility", **members: Any) -> dict[str, Any]:
    """A backup extension as the template has it; None takes a member away."""
    whole = {"name": name, "srcEntry": f"./ets/backup/{name}.ets", "type": "backup", "metadata": METADATA, **members}
    return {key: value for key, value in whole.items() if value is not None}


def module(directory: str, *extensions: dict[str, Any], kind: str = "entry", **files: str) -> dict[str, str]:
    """The files of a module in a directory of that name, with the source of each extension."""
    document = {"module": {"name": Path(directory).name, "type": kind, "extensionAbilities": extensions}}
    made = {f"{directory}/src/main/module.json5": f"{LICENCE}{json.dumps(document)} // the end"}
    for entry in extensions:
        source = entry.get("srcEntry") or entry["srcEntrance"]
        made[f"{directory}/src/main/{source}"] = "export default class {}"
        made[f"{directory}/src/main/resources/base/profile/backup_config.json"] = ON
    return made | {f"{directory}/{name}": text for name, text in files.items()}


def build_profile(*paths: str) -> dict[str, str]:
    modules = ", ".join(f"{{'name': '{Path(path).name}', 'srcPath': '{path}',}}" for path in paths)
    return {BUILD: f"{LICENCE}{{'app': {{}}, 'modules': [{modules}],}}"}


def project(directory: Path, *files: dict[str, str]) -> Path:
    for some in files:
        write(directory, some)
    return directory


def source_of(found: Project) -> str:
    assert found.source is not None
    return found.source.name


# where it is -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".", "entry", "entry/src/main"])
def test_a_project_a_module_and_the_directory_of_the_document(tmp_path: Path, place: str) -> None:
    project(tmp_path, build_profile("./entry"), module("entry", extension()))
    found = find_project(tmp_path / place)
    assert found.source == tmp_path / "entry/src/main/ets/backup/EntryBackupAbility.ets"
    assert (found.module.name, found.module.kind, found.package.module) == ("entry", "entry", "entry")
    assert found.package.allow_to_backup_restore
    assert found.directory == tmp_path
    assert found.notes == ()


def test_a_project_without_a_build_profile(tmp_path: Path) -> None:
    assert source_of(find_project(project(tmp_path, module("phone", extension())))) == "EntryBackupAbility.ets"


def test_a_build_profile_of_a_module_names_no_modules(tmp_path: Path) -> None:
    project(tmp_path, build_profile("entry"), module("entry", extension(), **{BUILD: '{"targets": []}'}))
    assert find_project(tmp_path / "entry").directory == tmp_path


def test_the_older_names(tmp_path: Path) -> None:
    old = extension(srcEntry=None, srcEntrance="./ets/Backup.ts", visible=True)
    files = module("entry", old)
    files["entry/src/main/module.json"] = files.pop("entry/src/main/module.json5")
    assert source_of(find_project(project(tmp_path, files))) == "Backup.ts"


def test_the_newer_document_comes_first(tmp_path: Path) -> None:
    files = module("entry", extension())
    files["entry/src/main/module.json"] = '{"module": {"name": "old"}}'
    assert find_project(project(tmp_path, files)).module.name == "entry"


# what is chosen --------------------------------------------------------------------------------------------------------------


def test_the_entry_module_comes_first_and_the_others_are_named(tmp_path: Path) -> None:
    project(
        tmp_path,
        build_profile("./features/photos", "./entry", "./core", "./gone"),
        module("features/photos", extension("Photos"), kind="feature"),
        module("entry", extension()),
        module("core", kind="har"),
    )
    found = find_project(tmp_path)
    assert source_of(found) == "EntryBackupAbility.ets"
    assert [m.name for m in found.modules] == ["photos", "entry", "core"]
    assert found.notes == ("module entry of 3; the others are photos (feature, with a backup extension), core (har)",)


def test_another_module_where_the_entry_registers_nothing(tmp_path: Path) -> None:
    project(tmp_path, build_profile("entry", "photos"), module("entry"), module("photos", extension("P"), kind="feature"))
    assert (find_project(tmp_path).module.name, source_of(find_project(tmp_path))) == ("photos", "P.ets")


def test_the_first_extension_whose_profile_is_there(tmp_path: Path) -> None:
    first = extension("First", metadata=[{"name": "ohos.extension.backup", "resource": "$profile:gone"}])
    found = find_project(project(tmp_path, module("entry", first, extension("Second"), extension("Third"))))
    assert source_of(found) == "Second.ets"
    assert found.notes == ("the device takes Second, the first whose profile is there, and not First, Third",)


def test_a_project_that_registers_nothing_has_no_source(tmp_path: Path) -> None:
    found = find_project(project(tmp_path, module("entry")))
    assert found.source is None
    assert not found.package.has_backup_extension


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    files = module("entry", extension())
    del files["entry/src/main/./ets/backup/EntryBackupAbility.ets"]
    assert find_project(project(tmp_path, files)).source is None


# the app ---------------------------------------------------------------------------------------------------------------------


def test_the_app_and_its_label(tmp_path: Path) -> None:
    app = {"bundleName": "com.example.notes", "versionCode": 1000000, "versionName": "1.0.0", "label": "$string:app_name"}
    strings = {"string": [{"name": "other", "value": "x"}, {"name": "app_name", "value": "Notes"}]}
    project(tmp_path, module("entry", extension()))
    write(tmp_path, {"AppScope/app.json5": f"{LICENCE}{json.dumps({'app': app})}"})
    write(tmp_path, {"AppScope/resources/base/element/string.json": json.dumps(strings)})
    assert find_project(tmp_path / "entry").app == App("com.example.notes", 1000000, "1.0.0", "Notes")


@pytest.mark.parametrize(
    ("members", "strings", "label"),
    [
        ({"label": "Notes"}, "{}", "Notes"),
        ({"label": "$string:app_name"}, "{", ""),
        ({"label": "$string:app_name"}, '{"string": [{"name": "app_name"}, 1]}', ""),
        ({"label": 1}, "[]", ""),
        ({}, "{}", ""),
    ],
)
def test_a_label_may_lead_nowhere(tmp_path: Path, members: dict[str, Any], strings: str, label: str) -> None:
    project(tmp_path, module("entry", extension()))
    write(tmp_path, {"AppScope/app.json5": json.dumps({"app": members}), "AppScope/resources/base/element/string.json": strings})
    assert find_project(tmp_path).app == App(label=label)


def test_without_an_app_scope(tmp_path: Path) -> None:
    assert find_project(project(tmp_path, module("entry", extension()))).app == App()


# what is no project ----------------------------------------------------------------------------------------------------------

TRIED = "looked for build-profile.json5, src/main/module.json5 and module.json5"


@pytest.mark.parametrize(
    ("files", "place", "message"),
    [
        ({"a.txt": ""}, ".", f"no HarmonyOS project: {TRIED}"),
        ({"modul.json5": ""}, ".", f"no HarmonyOS project: {TRIED}; there is modul.json5"),
        (build_profile("./gone"), ".", f"no HarmonyOS project: {BUILD} names ./gone, and none of them has src/main/module.json5"),
        (
            {"src/main/config.json": "{}"},
            ".",
            f"no HarmonyOS project: {TRIED}; src/main/config.json is one of the FA model, which has no backup extension",
        ),
        (module("apps/notes/entry") | {"apps/notes/build-profile.json5": "{}"}, ".", f"{TRIED}; did you mean apps/notes?"),
        (module("entry", extension()), "entry/src/main/ets", f"{TRIED}; did you mean entry/src/main?"),
        ({}, "gone", "there is no such directory"),
    ],
    ids=["nothing", "a-slip", "no-module", "fa-model", "further-down", "too-far-down", "no-directory"],
)
def test_what_is_no_project_is_told_what_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], place: str, message: str
) -> None:
    monkeypatch.chdir(write(tmp_path, files))
    with pytest.raises(ProjectError) as caught:
        find_project(Path(place))
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{place}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("document", [BUILD, "entry/src/main/module.json5", "AppScope/app.json5"])
def test_a_document_that_cannot_be_read_is_named(tmp_path: Path, document: str) -> None:
    project(tmp_path, build_profile("entry"), module("entry", extension()))
    write(tmp_path, {document: "{'module': "})
    with pytest.raises(PackageError, match=f"{document}: not JSON5"):
        find_project(tmp_path)
