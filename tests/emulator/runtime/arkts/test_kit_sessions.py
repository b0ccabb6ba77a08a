"""Kits with a Python side in whole sessions: what a JavaScript extension leaves on the disk is what a Python one leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator import Device, Record, SessionKind, load_subject, nominal_plan
from emulator.conditions import Condition, SlowStorage, StorageFull
from emulator.kits import fileIo, preferences, relationalStore
from tests.emulator.harness import OK_JSON
from tests.emulator.runtime.arkts.stand_in import extension, result, subject

JS = f"""
const {{ fileIo: fs }} = require("@kit.CoreFileKit");
const {{ preferences, relationalStore }} = require("@kit.ArkData");
class Ext extends K.BackupExtensionAbility {{
  async onBackupEx(info) {{
    const dir = this.context.filesDir;
    const file = await fs.open(dir + "/notes.txt", fs.OpenMode.CREATE | fs.OpenMode.READ_WRITE);
    await fs.write(file.fd, "milk\\n");
    fs.closeSync(file);
    const settings = preferences.getPreferencesSync(this.context, {{ name: "settings" }});
    settings.putSync("notes", 1);
    await settings.flush();
    const store = await relationalStore.getRdbStore(this.context, {{ name: "notes.db", securityLevel: 1 }});
    await store.executeSql("CREATE TABLE IF NOT EXISTS note (text TEXT)");
    await store.insert("note", {{ text: "milk" }});
    await store.close();
    console.info(fs.listFileSync(dir).join());
    return '{OK_JSON}';
  }}
}}
exports.default = Ext;
"""


class Ext:
    context: Any = None

    async def onBackupEx(self, info: str) -> str:
        directory = self.context.filesDir
        file = await fileIo.open(directory + "/notes.txt", fileIo.OpenMode.CREATE | fileIo.OpenMode.READ_WRITE)
        await fileIo.write(file.fd, "milk\n")
        fileIo.closeSync(file)
        settings = preferences.getPreferencesSync(self.context, "settings")
        settings.putSync("notes", 1)
        await settings.flush()
        store = await relationalStore.getRdbStore(self.context, {"name": "notes.db", "securityLevel": 1})
        await store.executeSql("CREATE TABLE IF NOT EXISTS note (text TEXT)")
        await store.insert("note", {"text": "milk"})
        await store.close()
        return OK_JSON


def backup(extension_of: Any, *conditions: Condition) -> tuple[Record, dict[str, bytes]]:
    with Device(conditions=conditions) as device:
        device.install(extension_of)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        files = device.bundles["com.example.app"].sandbox.files()
        return record, {path: Path(host).read_bytes() for path, host, _ in files}


def changes(record: Record) -> list[tuple[str, str, int]]:
    """SQLite's own files are left out: what is in them depends on its salts."""
    found = [(e.data["path"], e.data["what"], e.data["size"]) for e in record.of_kind("change")]
    return sorted(change for change in found if "notes.db" not in change[0])


def test_both_languages_leave_the_same() -> None:
    js, js_files = backup(subject("const K = require('@kit.CoreFileKit');" + JS))
    python, python_files = backup(load_subject(Ext))
    assert [c.outcome for c in js.calls if c.callback == "onBackupEx"] == ["fulfilled"]
    assert changes(js) == changes(python)
    assert {path: data for path, data in js_files.items() if "notes.db" not in path} == {
        path: data for path, data in python_files.items() if "notes.db" not in path
    }
    assert [path for path in js_files if "notes.db" in path] == [path for path in python_files if "notes.db" in path]
    assert "notes.txt" in [e.data["text"].strip() for e in js.of_kind("log")]


def test_every_directory_of_the_context_is_there() -> None:
    body = """const names = Object.keys(this.context).filter((name) => name.endsWith("Dir") && this.context[name]);
      return names.map((name) => [name, K.fileIo.statSync(this.context[name]).isDirectory()]);"""
    there = dict(result(body))
    assert len(there) == 10
    assert all(there.values())


def test_the_context_has_the_configuration_of_the_phone() -> None:
    body = """const { config } = this.context; const { ConfigurationConstant: C, Configuration } = require("@kit.AbilityKit");
      const { i18n } = require("@kit.LocalizationKit");
      return [config.language === i18n.System.getSystemLanguage(), config.locale.toString() === i18n.System.getSystemLocale(),
        config.colorMode === C.ColorMode.COLOR_MODE_LIGHT, config.direction === C.Direction.DIRECTION_VERTICAL,
        config.screenDensity === C.ScreenDensity.SCREEN_DENSITY_XXLDPI, config.displayId, config.hasPointerDevice,
        config.fontSizeScale, config.fontWeightScale, config.mcc, config.mnc, typeof config.fontId, config === this.context.config];"""
    assert result(body) == [True] * 5 + [0, False, 1, 1, "", "", "undefined", True]


def test_only_the_extensions_own_context_has_a_configuration() -> None:
    body = """const code = (context) => { try { return `${context.config.language}`; } catch (e) { return e.code; } };
      return [code(this.context), code(this.context.getApplicationContext()), code(this.context.createAreaModeContext(1))];"""
    assert result(body) == ["zh-Hans", 801, 801]


def test_an_event_hub_tells_its_listeners_at_once() -> None:
    body = """const hub = this.context.eventHub; const heard = []; const one = (...values) => heard.push(["one", ...values]);
      hub.on("e", one); hub.on("e", one); hub.on("e", () => heard.push(["two"])); hub.emit("e", 1, 2); hub.off("e", one); hub.emit("e");
      hub.off("e"); hub.emit("e"); hub.off("nothing"); hub.emit("nothing");
      return [heard, hub === this.context.eventHub];"""
    assert result(body) == [[["one", 1, 2], ["two"], ["two"]], True]


def test_only_the_hub_of_the_application_is_shared_among_contexts() -> None:
    body = """const app = this.context.getApplicationContext().eventHub; const heard = [];
      app.on("e", () => heard.push("app")); this.context.eventHub.on("e", () => heard.push("own"));
      this.context.getApplicationContext().eventHub.emit("e"); this.context.createAreaModeContext(1).eventHub.emit("e");
      return heard;"""
    assert result(body) == ["app"]


def test_a_hub_says_what_it_cannot_take() -> None:
    body = """const hub = this.context.eventHub; const code = (work) => { try { return work(); } catch (e) { return e.code; } };
      return [code(() => hub.on(5, () => 1)), code(() => hub.on("e", 5)), code(() => hub.emit(5)), code(() => hub.off(5))];"""
    assert result(body) == [401, 401, 401, 401]


def test_a_kit_that_a_script_names_is_made_before_the_app_begins() -> None:
    spoilt = "Object.entries = () => [];"
    assert [result("return K.fileIo.accessSync(this.context.filesDir);", before=spoilt) for _ in range(2)] == [True, True]


def test_it_is_the_same_every_time() -> None:
    body = """async onBackupEx(i) {
      const fs = K.fileIo; const d = this.context.filesDir;
      const made = fs.mkdtempSync(d + "/t-XXXXXX"); fs.closeSync(fs.openSync(made + "/x", 0o102));
      const s = fs.statSync(made + "/x"); console.info(made, s.ino, s.mtimeNs, s.ctimeNs, s.uid, fs.openSync(made + "/x").fd);
      await new Promise((r) => setTimeout(r, 50));
      fs.utimes(made + "/x", 1000);
      return ""; }"""
    first, second = (backup(subject(extension(body)))[0].to_json() for _ in range(2))
    assert first == second
    assert any("1782864000" in str(event) for event in first["events"])


def test_a_full_disk_is_seen_in_the_record() -> None:
    body = """async onBackupEx(i) {
      const fs = K.fileIo; const f = fs.openSync(this.context.filesDir + "/x", 0o102);
      await fs.write(f.fd, "abc"); await fs.write(f.fd, "defg"); return ""; }"""
    record, files = backup(subject(extension(body)), StorageFull(after_bytes=3))
    (settled,) = [e.data for e in record.of_kind("call.settled") if e.data["outcome"] == "rejected"]
    assert (settled["error"]["type"], settled["error"]["message"]) == ("BusinessError", "No space left on device")
    assert [e.data["name"] for e in record.of_kind("condition")] == ["StorageFull"]
    assert [data for path, data in files.items() if path.endswith("/x")] == [b"abc"]


@pytest.mark.parametrize("form", ["fs.writeSync(f.fd, text)", "await fs.write(f.fd, text)"])
def test_a_slow_disk_takes_virtual_time(form: str) -> None:
    body = f"""async onBackupEx(i) {{
      const fs = K.fileIo; const f = fs.openSync(this.context.filesDir + "/x", 0o102); const text = "x".repeat(2000);
      {form}; return ""; }}"""
    record, _ = backup(subject(extension(body)), SlowStorage(bytes_per_second=1000))
    call = next(c for c in record.calls if c.callback == "onBackupEx")
    assert call.end_ns is not None and call.end_ns - call.begin_ns >= 2_000_000_000


def test_what_was_shared_and_set_is_the_devices() -> None:
    body = """async onBackupEx(i) {
      const settings = require("@ohos.settings").default; const share = require("@ohos.data.dataShare").default;
      const { DataSharePredicates } = require("@ohos.data.dataSharePredicates").default;
      settings.setValueSync(this.context, "seen", settings.getValueSync(this.context, "seen", "") + "x");
      const h = await share.createDataShareHelper(this.context, "datashare:///com.other/table");
      const q = await h.query("datashare:///com.other/table", new DataSharePredicates(), ["n"]); q.goToFirstRow();
      const info = require("@ohos.bundle.bundleManager").default.getBundleInfoForSelfSync(9);
      console.info(q.getString(0), info.name, info.targetVersion);
      return ""; }"""
    with Device() as device:
        device.install(subject(extension(body)))
        device.data_shares["datashare:///com.other/table"] = [{"n": "shared"}]
        for _ in range(2):
            record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        assert "shared com.example.app 26" in [e.data["text"].strip() for e in record.of_kind("log")]
        assert device.settings == {("global", "seen"): "xx"}


def test_what_there_is_not_of_digests_is_told_as_missing() -> None:
    body = """const { cryptoFramework: crypto } = require("@kit.CryptoArchitectureKit"); const md = crypto.createMd("MD5"); await md.digest();
      const told = (work) => { try { return work(); } catch (e) { return [e.code, e.message.split(" is not")[0]]; } };
      return [() => crypto.createMd("SHA3-256"), () => crypto.createMac("SHA256"), () => md.digestSync(), () => md.update()].map(told);"""
    used = "@ohos.security.cryptoFramework.Md after its digest"
    made = "@ohos.security.cryptoFramework.createMd of SHA3-256"
    assert result(body) == [[801, made], [801, "@ohos.security.cryptoFramework.createMac"], [801, used], [801, used]]


def test_a_digest_may_be_made_while_modules_are_loaded() -> None:
    before = 'const md = require("@kit.CryptoArchitectureKit").cryptoFramework.createMd("SHA1");'
    assert result(
        "md.updateSync({ data: new Uint8Array([97]) }); return [...md.digestSync().data].slice(0, 2);", before=before
    ) == [134, 247]
