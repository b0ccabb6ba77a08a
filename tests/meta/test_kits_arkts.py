"""docs/kits.md says what the kits of ArkTS have and lack; every name of the maps leads somewhere."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.emulator.runtime.arkts.kit_cases import KITS, TABLES, cases, node
from tests.meta.kits_arkts import DOCUMENT, lacking, written
from tests.meta.sdk_names import DECLARED, declared, enums, exports_of_kit, members

MODULES = json.loads((KITS / "modules.json").read_text(encoding="utf-8"))
NEEDS_NODE = pytest.mark.skipif(node() is None, reason="needs Node: python -m pip install 'pytest-backup-extension[arkts]'")


@NEEDS_NODE
def test_the_document_is_up_to_date() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == written(text), "python -m tests.meta.kits_arkts writes docs/kits.md anew"


@NEEDS_NODE
def test_a_missing_name_is_told() -> None:
    assert lacking("@ohos.util", ["format", "nothing", "TextDecoder.create", "TextDecoder.nothing"]) == [
        "nothing",
        "TextDecoder.nothing",
    ]


def test_every_kit_file_is_reachable() -> None:
    files = {path.stem for path in KITS.glob("*.js")} - {"globals"}
    assert files <= set(MODULES["ohos"].values())


def test_an_export_of_a_kit_names_a_module() -> None:
    shape = re.compile(r"@(ohos|arkts|system|kit)\.[\w.]+(#\w+)?")
    wrong = [
        f"{kit} {name}" for kit, names in MODULES["kit"].items() for name, target in names.items() if not shape.fullmatch(target)
    ]
    assert wrong == []
    assert MODULES["kit"]["@kit.ArkTS"]["util"] == "@ohos.util"
    assert MODULES["kit"]["@kit.CoreFileKit"]["BundleVersion"] == "@ohos.application.BackupExtensionAbility#BundleVersion"


# Kits with a Python side or with the host's help: their tests run sessions.
IN_SESSIONS = (
    "@ohos.application.",
    "@ohos.bundle.",
    "@ohos.data.",
    "@ohos.events.",
    "@ohos.file",
    "@ohos.hilog",
    "@ohos.security.",
    "@ohos.settings",
    "@ohos.taskpool",
    "@ohos.zlib",
)
ALIASES = {"@ohos.systemparameter", "@ohos.commonEvent"}


def test_every_kit_in_javascript_alone_has_a_table() -> None:
    held = {case.module for path in TABLES.glob("*.cases") for case in cases(path)}
    alone = {name for name in MODULES["ohos"] if not name.startswith(("@emulator.", *IN_SESSIONS))}
    assert alone - held - ALIASES == set()
    assert set(json.loads(DECLARED.read_text(encoding="utf-8"))) <= set(MODULES["ohos"])


def test_enumerations_are_read_with_their_values() -> None:
    text = "enum A { X, Y = 5, Z, W = 'text' } export enum B { P = 1 << 3, Q = P }"
    assert enums(text) == {"A": {"X": 0, "Y": 5, "Z": 6, "W": "text"}, "B": {"P": 8, "Q": 8}}


def test_members_exist_at_run_time() -> None:
    body = """
        function a(x: { y: number }): void;
        @static function b(): void;
        interface I { c(): void; }
        class C { d(): void; readonly e: string; constructor(); }
        const f: number;
    """
    assert members(body, inside_class=False) == {"a", "C", "C.d", "C.e", "f"}


def test_a_class_that_is_not_the_default_keeps_its_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("api") / "@ohos.x.d.ts"
    text = "export default x;\ndeclare namespace x { function a(): void; }\nexport class C { b(): void; }\n"
    path.write_text(text, encoding="utf-8")
    assert declared(path) == ["C", "C.b", "a"]
    path.write_text("declare class C { b(): void; }\nexport default C;\n", encoding="utf-8")
    assert declared(path) == ["b"]


def test_exports_of_a_kit(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("kits") / "@kit.X.d.ts"
    path.write_text(
        "import util from '@ohos.util';\nimport base, { A as B, C } from '@ohos.base';\nexport { util, B, C, base };\n",
        encoding="utf-8",
    )
    assert exports_of_kit(path) == {"B": "@ohos.base#A", "C": "@ohos.base#C", "base": "@ohos.base", "util": "@ohos.util"}


def test_every_kit_of_the_maps_has_its_file() -> None:
    assert {name for name in MODULES["ohos"].values() if not (KITS / f"{name}.js").is_file()} == set()
    assert {"fileIo", "fileioLegacy", "globals"} <= {path.stem for path in KITS.glob("*.js")}


@NEEDS_NODE
def test_the_map_has_the_name_of_everything_that_needs_no_import() -> None:
    script = f"const globals = {{}}; ((globals, kit) => {{ {(KITS / 'globals.js').read_text()} }})(globals, {{}});"
    script += "console.log(JSON.stringify(Object.getOwnPropertyNames(globals)));"
    told = subprocess.run([str(node()), "-e", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(told) == MODULES["globals"]
