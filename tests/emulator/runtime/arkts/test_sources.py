"""What is read off real sources, by the real compiler: the class under test, its bases, its imports, and what is at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import judge
from emulator import Device, SessionKind, nominal_plan
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


PROJECT = {
    "AppScope/app.json5": "{app: {bundleName: 'com.example.notes', versionCode: 7, versionName: '0.7'}}",
    "build-profile.json5": "{modules: [{srcPath: './entry'}, {srcPath: './log'}]}",
    "entry/oh-package.json5": "{name: 'entry', dependencies: {'@notes/log': 'file:../log'}}",
    "entry/src/main/module.json5": """{module: {name: 'entry', type: 'entry', extensionAbilities: [
      {name: 'B', srcEntry: './ets/Backup.ets', type: 'backup',
       metadata: [{name: 'ohos.extension.backup', resource: '$profile:b'}]},
    ]}}""",
    "entry/src/main/resources/base/profile/b.json": '{"allowToBackupRestore": true}',
    "entry/src/main/ets/Backup.ets": f"""{HEAD}import BuildProfile, {{ DEBUG }} from 'BuildProfile';
import {{ version }} from '@notes/log';
export default class E extends BackupExtensionAbility {{
  async onBackupEx(info: string): Promise<string> {{
    return JSON.stringify([BuildProfile.VERSION_CODE, BuildProfile.VERSION_NAME, DEBUG, version()]);
  }}
}}
""",
    "log/oh-package.json5": "{name: '@notes/log', version: '2.0.1', main: 'Index.ets'}",
    "log/src/main/module.json5": "{module: {name: 'log', type: 'har'}}",
    "log/Index.ets": "import Profile from './BuildProfile';\nexport const version = (): string => Profile.HAR_VERSION;\n",
}
BUILT = "entry/build/default/generated/profile/default/BuildProfile.ets"


def reported(subject: ArkTsSubject) -> list[str]:
    with Device() as device:
        device.install(subject)
        return [m.args[1] for m in device.run(nominal_plan(SessionKind.FULL_BACKUP)).client if m.callback == "onResultReport"]


def test_what_a_build_writes_for_a_module_needs_not_to_be_there() -> None:
    subject = load_arkts_project("notes", write(Path(), PROJECT))
    assert rules(subject) == []
    assert subject.places == {"onBackupEx": "entry/src/main/ets/Backup.ets:5:9"}
    assert set(subject.program.modules) == {"entry/src/main/ets/Backup.ets", BUILT, "log/Index.ets", "log/BuildProfile.ets"}
    assert reported(subject) == ['[7,"0.7",false,"2.0.1"]']


def test_what_a_build_has_written_is_taken() -> None:
    text = "export const DEBUG = true;\nexport default class BuildProfile { static VERSION_NAME = 'mine'; }"
    har = "export default class BuildProfile { static HAR_VERSION = 'checked in'; }"
    subject = load_arkts_project("notes", write(Path(), {**PROJECT, BUILT: text, "log/BuildProfile.ets": har}))
    assert rules(subject) == []
    assert reported(subject) == ['[null,"mine",true,"checked in"]']


@pytest.mark.parametrize(
    ("specifier", "reason"),
    [
        (
            "BuildProfil",
            "BuildProfil is no dependency in entry/oh-package.json5, and no oh_modules has it; did you mean BuildProfile?",
        ),
        ("../../../BuildProfile", "there is no BuildProfile in entry, which is no HAR: import it from 'BuildProfile'"),
    ],
)
def test_what_no_build_writes(specifier: str, reason: str) -> None:
    entry = PROJECT["entry/src/main/ets/Backup.ets"].replace("'BuildProfile'", f"'{specifier}'")
    subject = load_arkts_project("notes", write(Path(), {**PROJECT, "entry/src/main/ets/Backup.ets": entry}))
    (finding,) = judge(sources=subject.sources)
    assert (finding.rule, finding.where) == ("BK801", "entry/src/main/ets/Backup.ets:2:1")
    assert finding.message == f"an import of Backup.ets leads nowhere: {reason}"


def test_a_build_profile_of_a_document_that_cannot_be_read() -> None:
    subject = load_arkts_project("notes", write(Path(), {**PROJECT, "log/build-profile.json5": "{"}))
    (finding,) = judge(sources=subject.sources)
    assert (finding.rule, finding.where) == ("BK801", "log/BuildProfile.ets:1:1")
    assert "no build makes it: " in finding.message
    assert "log/build-profile.json5: not JSON5" in finding.message


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
