"""BuildProfile: where a build writes it, and which fields it has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from emulator.package.build_profile import source_text
from emulator.package.files import PackageError
from emulator.package.resolution import ModuleGraph
from tests.emulator.test_package import write

ENTRY = "entry/src/main/ets/backup/Backup.ets"
LOG = "log/src/main/ets/Log.ets"
BUILT = "entry/build/default/generated/profile/default/BuildProfile.ets"
FILES = {
    "AppScope/app.json5": "{app: {bundleName: 'com.example.notes', versionCode: 1000007, versionName: '1.0.7'}}",
    "build-profile.json5": "{modules: [{srcPath: './entry'}, {srcPath: './log'}]}",
    "oh-package.json5": "{modelVersion: '5.0.5'}",
    "entry/oh-package.json5": "{name: 'entry', dependencies: {log: 'file:../log', plain: 'file:../plain'}}",
    "entry/src/main/module.json5": "{module: {name: 'entry', type: 'entry'}}",
    ENTRY: "",
    "entry/src/ohosTest/module.json5": "{module: {name: 'entry_test', type: 'feature'}}",
    "log/oh-package.json5": "{name: 'log', version: '2.0.1', main: 'Index.ets'}",
    "log/src/main/module.json5": "{module: {name: 'log', type: 'har'}}",
    "log/Index.ets": "",
    LOG: "",
    "plain/oh-package.json5": "{name: 'plain'}",
}
OF_A_HAP = {
    "BUNDLE_NAME": '"com.example.notes"',
    "BUNDLE_TYPE": '"app"',
    "VERSION_CODE": "1000007",
    "VERSION_NAME": '"1.0.7"',
    "TARGET_NAME": '"default"',
    "PRODUCT_NAME": '"default"',
    "BUILD_MODE_NAME": '"release"',
    "DEBUG": "false",
}
OF_A_HAR = {"HAR_VERSION": '"2.0.1"', "BUILD_MODE_NAME": '"release"', "DEBUG": "false", "TARGET_NAME": '"default"'}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write(tmp_path, FILES))
    return tmp_path


def fields(path: Path) -> dict[str, str]:
    """The constants of the text, all of which the class has too."""
    text = source_text(path)
    found = dict(re.findall(r"^export const (\S+) = (.*);$", text, re.MULTILINE))
    assert re.findall(r"^  static readonly (\S+) = \1;$", text, re.MULTILINE) == list(found)
    assert "export default class BuildProfile {" in text
    return found


@pytest.mark.parametrize(
    ("importer", "specifier", "target"),
    [
        (ENTRY, "BuildProfile", BUILT),
        (ENTRY, "entry/BuildProfile", BUILT),
        ("entry/src/ohosTest/ets/Test.ets", "BuildProfile", BUILT),
        (ENTRY, "log/BuildProfile", "log/BuildProfile.ets"),
        (LOG, "../../../BuildProfile", "log/BuildProfile.ets"),
        (LOG, "../../../BuildProfile.ets", "log/BuildProfile.ets"),
        (LOG, "BuildProfile", "log/BuildProfile.ets"),
        ("log/Index.ets", "./BuildProfile", "log/BuildProfile.ets"),
    ],
)
def test_where_it_is_written(root: Path, importer: str, specifier: str, target: str) -> None:
    graph = ModuleGraph(root)
    assert graph.resolve(specifier, root / importer) == root / target
    assert graph.why_not(specifier, root / importer) == ""
    assert not graph.lacks(specifier, root / importer)


@pytest.mark.parametrize(
    ("importer", "specifier"),
    [
        (ENTRY, "../../../../BuildProfile"),
        (ENTRY, "../../../../../BuildProfile"),
        (ENTRY, "./BuildProfile"),
        (ENTRY, "plain/BuildProfile"),
        (ENTRY, "log/src/BuildProfile"),
        (ENTRY, "nobody/BuildProfile"),
        (ENTRY, "buildProfile"),
        (LOG, "../../BuildProfile"),
        (LOG, "../BuildProfile"),
        ("Loose.ets", "BuildProfile"),
    ],
)
def test_where_it_is_not(root: Path, importer: str, specifier: str) -> None:
    assert ModuleGraph(root).resolve(specifier, root / importer) is None
    assert ModuleGraph(root).why_not(specifier, root / importer) != ""


def test_a_file_or_a_package_of_that_name_goes_before(root: Path) -> None:
    write(root, {"log/BuildProfile.ts": "", "entry/oh_modules/BuildProfile/Index.ets": ""})
    assert ModuleGraph(root).resolve("../../../BuildProfile", root / LOG) == root / "log/BuildProfile.ts"
    assert ModuleGraph(root).resolve("BuildProfile", root / ENTRY) == root / "entry/oh_modules/BuildProfile/Index.ets"


def test_a_module_that_cannot_be_read_has_none(root: Path) -> None:
    write(root, {"log/src/main/module.json5": "{"})
    assert "log/src/main/module.json5: not JSON5" in ModuleGraph(root).why_not("../../../BuildProfile", root / LOG)


def test_the_fields_of_a_hap(root: Path) -> None:
    assert fields(root / BUILT) == OF_A_HAP
    write(root, {"AppScope/app.json5": "{app: {bundleName: 'com.example.notes', bundleType: 'atomicService'}}"})
    assert fields(root / BUILT) == {
        **OF_A_HAP,
        "BUNDLE_TYPE": '"atomicService"',
        "VERSION_CODE": "0",
        "VERSION_NAME": '""',
    }


def test_the_fields_of_a_har(root: Path) -> None:
    assert fields(root / "log/BuildProfile.ets") == OF_A_HAR
    (root / "log/oh-package.json5").unlink()
    assert fields(root / "log/BuildProfile.ets") == {**OF_A_HAR, "HAR_VERSION": '""'}


def option(**own: object) -> dict[str, Any]:
    return {"arkOptions": {"buildProfileFields": own}}


def build_option(value: str) -> dict[str, Any]:
    return {"buildOption": option(who=value)}


WEAKEST_FIRST: list[tuple[str, str, Any]] = [
    ("project", "buildModeSet", [{"name": "debug", **build_option("no")}, {"name": "release", **build_option("mode")}]),
    ("project", "products", [{"name": "other", **build_option("no")}, {"name": "default", **build_option("product")}]),
    ("module", "buildOption", option(who="module")),
    ("module", "buildOptionSet", [{"name": "debug", **option(who="no")}, {"name": "release", **option(who="set")}]),
    (
        "module",
        "targets",
        [{"name": "other", "config": build_option("no")}, {"name": "default", "config": build_option("target")}],
    ),
]


@pytest.mark.parametrize(("number", "winner"), [*enumerate(["mode", "product", "module", "set", "target"], 1)])
def test_the_strongest_place_of_a_field_wins(root: Path, number: int, winner: str) -> None:
    given = WEAKEST_FIRST[:number]
    project, module = ({key: value for where, key, value in given if where == file} for file in ("project", "module"))
    documents = {"build-profile.json5": {"modules": [], "app": project}, "entry/build-profile.json5": module}
    write(root, {name: json.dumps(document) for name, document in documents.items()})
    assert fields(root / BUILT)["who"] == f'"{winner}"'


def test_fields_of_ones_own(root: Path) -> None:
    values = {"text": "it's \u4e2d", "count": 1.5, "on": True, "none": None, "list": [1], "no-name": 1}
    text = json.dumps({"buildOption": option(**values)})
    write(root, {"entry/build-profile.json5": text, "log/build-profile.json5": text})
    made = {"text": '"it\'s \\u4e2d"', "count": "1.5", "on": "true"}
    assert fields(root / BUILT) == {**OF_A_HAP, **made}
    assert fields(root / "log/BuildProfile.ets") == {**OF_A_HAR, **made}


def test_a_file_that_is_there_is_read_as_it_is(root: Path) -> None:
    write(root, {"log/BuildProfile.ets": "\ufeffexport const mine = 1;", BUILT: "// built"})
    assert source_text(root / "log/BuildProfile.ets") == "export const mine = 1;"
    assert source_text(root / BUILT) == "// built"
    assert source_text(root / ENTRY) == ""
    with pytest.raises(FileNotFoundError):
        source_text(root / "entry/Gone.ets")


def test_a_document_that_cannot_be_read_is_named(root: Path) -> None:
    write(root, {"entry/build-profile.json5": "{"})
    with pytest.raises(PackageError, match=r"build-profile\.json5: not JSON5"):
        source_text(root / BUILT)
