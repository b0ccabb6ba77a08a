"""Where imports lead: files beside the importer, packages of the project, what ohpm has installed, and nothing, with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.package.resolution import ModuleGraph, is_system
from tests.emulator.test_package import write

ENTRY = "entry/src/main/ets/backup/Backup.ets"
DEPENDENCIES = """{
  // as ohpm writes it
  'name': 'entry',
  'dependencies': {
    '@notes/core': 'file:../core', 'plain': 'file:../plain', '@ohos/axios': '^2.2.0', 'gone': 'file:../gone',
    'packed': 'file:./libs/packed.har', 'built': 'file:../built', 'mainless': 'file:../mainless', 'wrong': 'file:../wrong',
    'libentry.so': 'file:./src/main/cpp/types/libentry',
  },
  'devDependencies': {'@ohos/hypium': '1.0.21', 'plain': 'file:../gone'},
  'dynamicDependencies': {'shared': 'file:../shared'},
}"""
FILES = {
    "build-profile.json5": "{modules: []}",
    "oh-package.json5": "{'dependencies': {'above': 'file:./above'}}",
    "entry/oh-package.json5": DEPENDENCIES,
    ENTRY: "",
    "entry/src/main/ets/backup/Beside.ets": "",
    "entry/src/main/ets/backup/Typed.ts": "",
    "entry/src/main/ets/backup/Typed.d.ts": "",
    "entry/src/main/ets/backup/Plain.js": "",
    "entry/src/main/ets/backup/Plain.d.ts": "",
    "entry/src/main/ets/backup/Only.d.ts": "",
    "entry/src/main/ets/common/index.ets": "",
    "entry/src/main/ets/upper/Index.ts": "",
    "entry/src/main/ets/both.ets": "",
    "entry/src/main/ets/both/index.ets": "",
    "entry/build-profile.json5": """{'targets': [
        {'name': 'default', 'source': {'sourceRoots': ['./src/default']}},
        {'name': 'pro', 'source': {'sourceRoots': ['./src/pro']}},
    ]}""",
    "entry/src/default/Edition.ets": "",
    "entry/src/pro/Edition.ets": "",
    "entry/src/pro/Extra.ets": "",
    "entry/libs/packed.har": "",
    "core/oh-package.json5": "{'name': '@notes/core', 'main': './Index.ets', 'dependencies': {'deep': 'file:../deep'}}",
    "core/Index.ets": "",
    "core/src/main/ets/Text.ets": "",
    "deep/oh-package.json5": "{'name': 'deep', 'main': ''}",
    "deep/index.ets": "",
    "plain/Index.ets": "",
    "shared/oh-package.json5": "{'main': 'src/main/ets/Shared'}",
    "shared/src/main/ets/Shared.ets": "",
    "above/index.js": "",
    "built/oh-package.json5": "{'main': 'Index.d.ets'}",
    "built/Index.d.ets": "",
    "built/ets/modules.abc": "",
    "mainless/oh-package.json5": "{'main': 'lib/main.js'}",
    "wrong/oh-package.json5": "{'main': ",
    "entry/oh_modules/packed/Index.ets": "",
    "oh_modules/@ohos/hypium/index.js": "",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write(tmp_path, FILES))
    return tmp_path


@pytest.mark.parametrize(
    ("importer", "specifier", "target"),
    [
        (ENTRY, "./Beside", "entry/src/main/ets/backup/Beside.ets"),
        (ENTRY, "./Beside.ets", "entry/src/main/ets/backup/Beside.ets"),
        (ENTRY, "./Typed", "entry/src/main/ets/backup/Typed.ts"),
        (ENTRY, "./Plain", "entry/src/main/ets/backup/Plain.js"),
        (ENTRY, "./Only", "entry/src/main/ets/backup/Only.d.ts"),
        (ENTRY, "../common", "entry/src/main/ets/common/index.ets"),
        (ENTRY, "../common/", "entry/src/main/ets/common/index.ets"),
        (ENTRY, "../common/index", "entry/src/main/ets/common/index.ets"),
        (ENTRY, "../upper", "entry/src/main/ets/upper/Index.ts"),
        (ENTRY, "../both", "entry/src/main/ets/both.ets"),
        ("entry/src/main/ets/common/index.ets", ".", "entry/src/main/ets/common/index.ets"),
        (ENTRY, "@notes/core", "core/Index.ets"),
        (ENTRY, "@notes/core/src/main/ets/Text", "core/src/main/ets/Text.ets"),
        (ENTRY, "plain", "plain/Index.ets"),
        (ENTRY, "shared", "shared/src/main/ets/Shared.ets"),
        (ENTRY, "above", "above/index.js"),
        (ENTRY, "packed", "entry/oh_modules/packed/Index.ets"),
        (ENTRY, "@ohos/hypium", "oh_modules/@ohos/hypium/index.js"),
        (ENTRY, "entry/src/main/ets/common", "entry/src/main/ets/common/index.ets"),
        (ENTRY, "entry/Edition", "entry/src/default/Edition.ets"),
        ("core/Index.ets", "deep", "deep/index.ets"),
        ("core/src/main/ets/Text.ets", "@notes/core", "core/Index.ets"),
    ],
)
def test_leads_to(root: Path, importer: str, specifier: str, target: str) -> None:
    graph = ModuleGraph(root)
    assert graph.resolve(specifier, Path(importer)) == root / target
    assert graph.resolve(specifier, root / importer) == root / target
    assert graph.why_not(specifier, Path(importer)) == ""


@pytest.mark.parametrize(
    ("importer", "specifier", "reason"),
    [
        (ENTRY, "./beside", "there is no beside in entry/src/main/ets/backup; there is Beside.ets"),
        (
            ENTRY,
            "./zzz",
            "there is no zzz in entry/src/main/ets/backup, with .ets, .ts, .js or as a directory with an index",
        ),
        (ENTRY, "../comon/Paths", "there is no directory entry/src/main/ets/comon for ../comon/Paths"),
        (ENTRY, "@ohos/axios", "@ohos/axios is '^2.2.0' in entry/oh-package.json5, and no oh_modules has it: run ohpm install"),
        (ENTRY, "gone", "gone is 'file:../gone' in entry/oh-package.json5, and there is no such directory"),
        (
            ENTRY,
            "@notes/cor",
            "@notes/cor is no dependency in entry/oh-package.json5, and no oh_modules has it; did you mean @notes/core?",
        ),
        ("plain/Index.ets", "deep", "deep is no dependency in oh-package.json5, and no oh_modules has it"),
        ("core/Index.ets", "plain", "plain is no dependency in core/oh-package.json5, and no oh_modules has it"),
        (ENTRY, "entry/Extra", "there is no Extra in entry, with .ets, .ts, .js or as a directory with an index"),
        (ENTRY, "built", "package built in built is built: ets/modules.abc is byte code, and its sources are not there"),
        (ENTRY, "mainless", "package mainless has no lib/main.js, which oh-package.json5 names as main, in mainless"),
        (ENTRY, "@notes/core/src/Text", "there is no Text in core/src, with .ets, .ts, .js or as a directory with an index"),
    ],
)
def test_leads_nowhere(root: Path, importer: str, specifier: str, reason: str) -> None:
    graph = ModuleGraph(root)
    assert graph.resolve(specifier, Path(importer)) is None
    assert graph.why_not(specifier, Path(importer)).replace(f"{root}/", "") == reason


@pytest.mark.parametrize(
    ("specifier", "lacks"), [("@ohos/axios", True), ("built", True), ("gone", False), ("@notes/cor", False), ("./zzz", False)]
)
def test_what_a_build_has_all_the_same(root: Path, specifier: str, lacks: bool) -> None:
    assert ModuleGraph(root).lacks(specifier, root / ENTRY) is lacks


def test_a_package_without_a_main_and_without_an_index(root: Path) -> None:
    (root / "plain/Index.ets").rename(root / "plain/Other.ets")
    assert ModuleGraph(root).why_not("plain", root / ENTRY) == "package plain has no Index.ets in plain"


def test_a_document_that_cannot_be_read_is_named(root: Path) -> None:
    assert "wrong/oh-package.json5: not JSON5" in ModuleGraph(root).why_not("wrong", root / ENTRY)
    (root / "entry/oh-package.json5").write_text("{")
    assert "entry/oh-package.json5: not JSON5" in ModuleGraph(root).why_not("plain", root / ENTRY)


def test_a_packed_file_that_is_not_installed(root: Path) -> None:
    (root / "entry/oh_modules/packed/Index.ets").unlink()
    (root / "entry/oh_modules/packed").rmdir()
    why = ModuleGraph(root).why_not("packed", root / ENTRY)
    assert why.endswith("which is a packed file, and no oh_modules has it: run ohpm install")


def test_the_search_ends_at_the_root_of_the_project(root: Path) -> None:
    write(root, {"inner/entry/Index.ets": ""})
    assert ModuleGraph(root).resolve("above", root / "inner/entry/Index.ets") == root / "above/index.js"
    assert ModuleGraph(root / "inner").resolve("above", root / "inner/entry/Index.ets") is None


def test_installed_packages_find_each_other_through_links(root: Path) -> None:
    store = "oh_modules/.ohpm/a@1.0.0/oh_modules"
    write(root, {f"{store}/a/Index.ets": "", "oh_modules/.ohpm/b@1.0.0/oh_modules/b/Index.ets": ""})
    (root / "oh_modules/a").symlink_to(root / store / "a")
    (root / store / "b").symlink_to(root / "oh_modules/.ohpm/b@1.0.0/oh_modules/b")
    graph = ModuleGraph(root)
    installed = graph.resolve("a", root / ENTRY)
    assert installed == root / store / "a/Index.ets"
    assert graph.resolve("b", installed) == root / "oh_modules/.ohpm/b@1.0.0/oh_modules/b/Index.ets"
    assert graph.resolve("b", root / ENTRY) is None


@pytest.mark.parametrize(
    "specifier", ["@kit.CoreFileKit", "@ohos.file.fs", "@ohos:file.fs", "@hms.core.x", "@system.app", "libentry.so"]
)
def test_modules_of_the_system_are_nobodys_files(root: Path, specifier: str) -> None:
    assert is_system(specifier)
    assert ModuleGraph(root).resolve(specifier, root / ENTRY) is None
    assert ModuleGraph(root).why_not(specifier, root / ENTRY) == ""


@pytest.mark.parametrize("specifier", ["@ohos/axios", "./libs/x", "library", "@kit", "kit.ArkTS"])
def test_packages_of_the_app_are_not_of_the_system(specifier: str) -> None:
    assert not is_system(specifier)
