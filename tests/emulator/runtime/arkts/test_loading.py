"""From files to subjects, with the real compiler; and how the places of errors come back to the source."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import Device, Record, SessionKind, SubjectError, load_subject, nominal_plan
from emulator.runtime.arkts.toolchain import ToolchainMissing, find_toolchain
from tests.emulator.harness import OK_JSON, called, seen
from tests.emulator.runtime.arkts.stand_in import logged

try:
    find_toolchain()
except ToolchainMissing as missing:
    pytest.skip(str(missing), allow_module_level=True)

EXT = f"""import {{ BackupExtensionAbility, BundleVersion }} from '@kit.CoreFileKit';

export default class Ext extends BackupExtensionAbility {{
  private answer: string = '{OK_JSON}';

  async onBackupEx(backupInfo: string): Promise<string> {{
    return this.answer;
  }}

  async onRestore(version: BundleVersion): Promise<void> {{
    console.info(`from ${{version.name}}`);
  }}
}}
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def session(spec: str, kind: SessionKind = SessionKind.FULL_BACKUP) -> Record:
    with Device() as device:
        device.install(load_subject(spec))
        return device.run(nominal_plan(kind))


def test_a_file_is_a_subject(app: Path) -> None:
    (app / "Ext.ets").write_text(EXT)
    subject = load_subject("Ext.ets")
    assert (subject.language, subject.file) == ("arkts", "Ext.ets")
    assert subject.callbacks == ("onBackupEx", "onRestore")
    assert subject.places == {"onBackupEx": "Ext.ets:6:9", "onRestore": "Ext.ets:10:9"}
    assert ("onResultReport", OK_JSON) in seen(session("Ext.ets"))
    assert logged(session("Ext.ets", SessionKind.FULL_RESTORE)) == ["from 1.0.0"]


def test_callbacks_may_come_from_a_base_class_in_another_file(app: Path) -> None:
    (app / "Base.ets").write_text(EXT.replace("Ext ", "Base "))
    (app / "Ext.ets").write_text(
        "import Base from './Base';\nexport default class Ext extends Base {\n  onRelease(scenario: number) {}\n}\n"
    )
    subject = load_subject("Ext.ets")
    assert set(subject.callbacks) == {"onBackupEx", "onRestore", "onRelease"}
    assert subject.places == {"onBackupEx": "Base.ets:6:9", "onRestore": "Base.ets:10:9", "onRelease": "Ext.ets:3:3"}
    assert called(session("Ext.ets")) == ["onBackupEx", "onRelease"]


@pytest.mark.parametrize("spec", ["Ext.ets", "Ext.ets:Ext"])
def test_a_class_that_is_not_exported_is_found(app: Path, spec: str) -> None:
    (app / "Ext.ets").write_text(EXT.replace("export default ", ""))
    assert ("onResultReport", OK_JSON) in seen(session(spec))


def test_errors_have_the_place_in_the_source(app: Path) -> None:
    text = EXT.replace("    return this.answer;", "    await Promise.resolve();\n\n    this.fail(backupInfo);\n    return '';")
    text = text.replace(
        "  async onRestore",
        "  private fail(info: string): never {\n    throw new RangeError(info.length.toString());\n  }\n\n  async onRestore",
    )
    (app / "Ext.ets").write_text(text)
    [settled] = [event for event in session("Ext.ets").of_kind("call.settled") if event.data["outcome"] == "rejected"]
    before = text[: text.index("new RangeError")].split("\n")
    assert settled.data["where"] == f"Ext.ets:{len(before)}:{len(before[-1]) + 1}"
    assert settled.data["error"]["type"] == "RangeError"


def test_a_file_that_does_not_compile_does_not_load(app: Path) -> None:
    (app / "Ext.ets").write_text(EXT.replace("private answer", "private ]answer"))
    subject = load_subject("Ext.ets")
    assert subject.sources is not None
    assert [(fault.file, fault.line) for fault in subject.sources.faults] == [("Ext.ets", 4)]
    record = session("Ext.ets")
    assert next(event.data["why"] for event in record.of_kind("process.end")) == "module-not-loadable"
    assert "(Ext.ets:4:" in logged(record, "crash")[0]


def test_a_file_that_is_not_there_is_no_subject(app: Path) -> None:
    with pytest.raises(SubjectError, match=r"--extension=Nowhere.ets: there is no file Nowhere.ets"):
        load_subject("Nowhere.ets")


def test_functions_of_the_pool_come_from_real_sources(app: Path) -> None:
    (app / "work.ets").write_text(
        """import { taskpool } from '@kit.ArkTS';
@Sendable
export class Info { done: number = 0; }
@Concurrent
export function work(info: Info, total: number): string {
  for (let i = 0; i < total; i++) {
    const begin = Date.now();
    while (Date.now() - begin < 1200) { continue; }
    info.done++;
  }
  return taskpool.Task.isCanceled() ? 'canceled' : 'ok';
}
"""
    )
    (app / "Ext.ets").write_text(
        """import { BackupExtensionAbility } from '@kit.CoreFileKit';
import { taskpool } from '@kit.ArkTS';
import { Info, work } from './work';
export default class Ext extends BackupExtensionAbility {
  private info: Info = new Info();
  onProcess(): string { return `${this.info.done}`; }
  async onBackupEx(backupInfo: string): Promise<string> {
    const result: Object = await taskpool.execute(new taskpool.LongTask(work, this.info, 20));
    return result as string;
  }
}
"""
    )
    record = session("Ext.ets")
    assert ("onResultReport", "ok") in seen(record)
    assert [poll.text for poll in record.polls] == ["0", "4", "8", "12", "16"]


def test_what_only_a_device_has_of_the_language_is_no_fault_of_the_app(app: Path) -> None:
    (app / "Ext.ets").write_text(f"const ready: number = await Promise.resolve(1);\n{EXT}")
    assert session("Ext.ets").blocked == "not available on the emulated device: await outside of a function (Ext.ets:1:23)"


def test_a_module_of_that_kind_may_be_imported_when_it_is_wanted(app: Path) -> None:
    (app / "Late.ets").write_text("export const ready: number = await Promise.resolve(1);\n")
    (app / "Ext.ets").write_text(EXT.replace("    return this.answer;", "    await import('./Late');\n    return this.answer;"))
    assert session("Ext.ets").blocked == "not available on the emulated device: await outside of a function (Late.ets:1:30)"
