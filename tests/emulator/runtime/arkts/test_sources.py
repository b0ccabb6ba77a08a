"""What is read off real sources, by the real compiler: the class under test, its bases, its imports, and what is at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import judge
from emulator.runtime.arkts.loading import NoSuchClass, load_arkts_project, load_arkts_subject
from emulator.runtime.arkts.subject import ArkTsSubject
from emulator.runtime.arkts.toolchain import ToolchainMissing, find_toolchain
from tests.emulator.test_package import write

HEAD = "import { BackupExtensionAbility } from '@kit.CoreFileKit';\n"
BASE = f"{HEAD}export default class Base extends BackupExtensionAbility {{ onBackup(): void {{ }} }}\n"
FIXTURES = Path(__file__).parents[4] / "fixtures"


@pytest.fixture(autouse=True)
def _toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        find_toolchain()
    except ToolchainMissing as error:
        pytest.skip(str(error))
    monkeypatch.chdir(tmp_path)


def load(entry: str, wanted: str = "", **others: str) -> ArkTsSubject:
    """The extension of an entry file and of what lies beside it."""
    write(Path(), {"Backup.ets": entry, **{f"{name}.ets": text for name, text in others.items()}})
    return load_arkts_subject("Backup.ets", Path("Backup.ets"), wanted)


def rules(subject: ArkTsSubject) -> list[str]:
    return [found.rule for found in judge(sources=subject.sources)]


GOOD = {
    "own class": ({"entry": BASE}, ("onBackup",)),
    "named afterwards": ({"entry": BASE.replace("export default ", "") + "export { Base as default };"}, ("onBackup",)),
    "import lazy": ({"entry": BASE.replace("import {", "import lazy {")}, ("onBackup",)),
    "alias": (
        {
            "entry": "import { BackupExtensionAbility as A } from '@kit.CoreFileKit';\n"
            "export default class E extends A { onBackup(): void { } }"
        },
        ("onBackup",),
    ),
    "passed on": ({"entry": "export { default } from './Base';", "Base": BASE}, ("onBackup",)),
    "imported and exported": ({"entry": "import B from './Base';\nexport default B;", "Base": BASE}, ("onBackup",)),
    "base elsewhere": (
        {"entry": "import B from './Base';\nexport default class E extends B { onRestore(): void { } }", "Base": BASE},
        ("onBackup", "onRestore"),
    ),
    "through an index": (
        {
            "entry": "import { Mine } from './Index';\nexport default class E extends Mine { }",
            "Index": "export { default as Mine } from './Base';",
            "Base": BASE,
        },
        ("onBackup",),
    ),
    "ability passed on": (
        {
            "entry": "import * as own from './Own';\nexport default class E extends own.Ability { onBackup(): void { } }",
            "Own": "export { BackupExtensionAbility as Ability } from '@kit.CoreFileKit';",
        },
        ("onBackup",),
    ),
    "legacy module": (
        {"entry": BASE.replace(HEAD, "import BackupExtensionAbility from '@ohos.application.BackupExtensionAbility';\n")},
        ("onBackup",),
    ),
    "type of a module that is not allowed": (
        {"entry": BASE.replace("Base ext", "Base<T extends window.Window> ext") + "import { window } from '@kit.ArkUI';"},
        ("onBackup",),
    ),
}


@pytest.mark.parametrize("case", GOOD)
def test_good_sources(case: str) -> None:
    files, callbacks = GOOD[case]
    subject = load(files["entry"], **{name: text for name, text in files.items() if name != "entry"})
    assert subject.callbacks == callbacks
    assert rules(subject) == []


BAD = {
    "no default": (BASE.replace("default ", ""), ["BK802"], "Backup.ets:2:14"),
    "an object": ("export default { onBackup() { } };", ["BK803"], "Backup.ets:1"),
    "an instance": (BASE.replace("default ", "") + "const it = new Base();\nexport default it;", ["BK803"], "Backup.ets:1"),
    "another ability": (
        "import { UIAbility } from '@kit.AbilityKit';\n\nexport default class E extends UIAbility { }",
        ["BK803"],
        "Backup.ets:3:22",
    ),
    "used": (BASE + "import { window } from '@kit.ArkUI';\nwindow.getLastWindow();", ["BK804"], "Backup.ets:3:1"),
    "plain": ("export default class E {\n  onBackup(): void { }\n}", ["BK806"], "Backup.ets:1:22"),
    "slip": (BASE.replace("onBackup()", "onbackup()"), ["BK805"], "Backup.ets:2:60"),
    "syntax": (f"{HEAD}export default class E {{\n  onBackup(): void {{ let x = ; }}\n}}", ["BK801"], "Backup.ets:3:30"),
    "no such file": (f"import {{ a }} from './Gone';\n{BASE}console.info(a);", ["BK801"], "Backup.ets:1:1"),
    "static": (f"'use static';\n{BASE}", ["BK801"], "Backup.ets:1:1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_sources(case: str) -> None:
    entry, fired, where = BAD[case]
    subject = load(entry)
    assert rules(subject) == fired
    assert judge(sources=subject.sources)[0].where == where


def test_a_class_by_its_name() -> None:
    entry = BASE + "export class Other extends BackupExtensionAbility { onRestore(): void { } }"
    assert load(entry).callbacks == ("onBackup",)
    assert load(entry, "Other").callbacks == ("onRestore",)
    with pytest.raises(NoSuchClass, match=r"Backup\.ets has no class 'Othr'; did you mean Other\?"):
        load(entry, "Othr")
    assert rules(load("class {{", "Other")) == ["BK801"]


def test_a_project() -> None:
    subject = load_arkts_project("notes", FIXTURES / "harmony_notes")
    assert subject.callbacks == ("onBackupEx", "onRestoreEx", "onProcess", "onRelease")
    assert subject.file.endswith("entry/src/main/ets/entrybackupability/EntryBackupAbility.ets")
    assert subject.sources is not None
    assert {Path(file).name for file in subject.sources.scripts} == {
        *("EntryBackupAbility.ets", "Index.ets", "NoteStore.ets", "Progress.ets", "Report.ets")
    }
    assert subject.package is not None
    assert subject.package.module == "entry"
    assert rules(subject) == []
