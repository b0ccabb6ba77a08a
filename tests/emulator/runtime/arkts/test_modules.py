"""Modules of the app, and what stands in for kits that are not there."""

from __future__ import annotations

from emulator import Record, SessionKind
from tests.emulator.harness import OK_JSON, seen
from tests.emulator.runtime.arkts.stand_in import logged, run, subject

EXT = "class Ext { onBackupEx(i) { return tell(); } }\nexports.default = Ext;"
UNLOADABLE = [("onBundleBegin", 0), ("onAllBundlesEnd", 0), ("onBundleEnd", 13500004), ("onAllBundlesEnd", 0)]


def refused(record: Record) -> list[tuple[str, int | None, bool]]:
    return [(e.data["name"], e.data["call"], e.data["uncaught"]) for e in record.of_kind("refused") if e.data["process"] == 1]


def reported(record: Record) -> list[str]:
    return [message.args[1] for message in record.client if message.callback == "onResultReport"]


def failure(record: Record) -> str:
    assert seen(record) == UNLOADABLE
    [first, *_] = [e.data["text"] for e in record.of_kind("process.end") if e.data["why"] == "module-not-loadable"]
    assert logged(record, "crash")[0] == first
    return str(first)


def test_modules_are_evaluated_once_and_may_import_each_other() -> None:
    record = run(
        f"const a = require('./a'); const b = require('./b'); const tell = () => a.name() + b.name() + a.count;\n{EXT}",
        others={
            "a.js": "exports.count = 0; const b = require('./b'); exports.name = () => 'a' + b.late(); exports.count++;",
            "b.js": "const a = require('./a'); exports.name = () => 'b'; exports.late = () => a.name.length; a.count++;",
        },
    )
    assert reported(record) == ["a0b2"]


def test_a_module_that_throws_does_not_load() -> None:
    record = run(f"require('./a');\n{EXT}", others={"a.js": "\n\nnull.x = 1;"})
    assert failure(record) == "TypeError: Cannot set properties of null (setting 'x') (a.js:3:8)"


def test_a_module_that_is_not_there_does_not_load() -> None:
    record = run(f"\nrequire('./nowhere');\n{EXT}")
    assert failure(record) == "Error: cannot find module './nowhere', imported by Ext.js (Ext.js:2:1)"


def test_a_module_that_is_no_script_does_not_load() -> None:
    text = failure(run(f"require('./a');\n{EXT}", others={"a.js": "let a;\nlet a;"}))
    assert text == "SyntaxError: Identifier 'a' has already been declared (a.js:2) (Ext.js:1:1)"


def test_a_constructor_that_throws_does_not_load() -> None:
    record = run("class Ext {\n constructor() { throw new RangeError('too much'); }\n onBackupEx(i) {} }\nexports.default = Ext;")
    assert failure(record) == "RangeError: too much (Ext.js:2:24)"


def test_a_module_without_a_class_does_not_load() -> None:
    assert failure(run("exports.other = 1;")) == "Ext.js exports no default class"


def test_a_class_that_is_not_exported_is_found_by_its_base() -> None:
    body = "const K = require('@kit.CoreFileKit'); exports.x = 1;\nclass Ext extends K.BackupExtensionAbility "
    body += f"{{ onBackupEx(i) {{ return '{OK_JSON}'; }} }}\n__ext(Ext, 'Ext');"
    assert reported(run(body)) == [OK_JSON]


def test_a_class_can_be_named() -> None:
    from emulator import Device, nominal_plan

    code = f"class Other {{ onBackupEx(i) {{ return '{OK_JSON}'; }} }}\nexports.Other = Other; exports.default = class {{}};"
    with Device() as device:
        device.install(subject(code, class_name="Other"))
        assert reported(device.run(nominal_plan(SessionKind.FULL_BACKUP))) == [OK_JSON]


def test_errors_have_the_place_in_the_apps_code() -> None:
    record = run(
        f"const {{ tell }} = require('./a');\n{EXT}", others={"a.js": "\nexports.tell = () => {\n throw new Error('x'); };"}
    )
    [end] = [event for event in record.of_kind("call.sync-end") if event.data["outcome"] == "threw"]
    assert end.data["where"] == "a.js:3:8"


# kits ------------------------------------------------------------------------------------------------------------------------


def test_a_kit_that_is_not_there_blocks_a_session_that_uses_it() -> None:
    record = run(f"const {{ wifiManager }} = require('@kit.Nowhere'); const tell = () => wifiManager.enable(1).then();\n{EXT}")
    name = "kit missing: @kit.Nowhere.wifiManager.enable"
    [call] = [call.id for call in record.calls if call.callback == "onBackupEx"]
    assert refused(record) == [(name, call, False), (name, call, True)]
    assert record.blocked == f"not available on the emulated device: {name}"
    [end] = [event for event in record.of_kind("call.sync-end") if event.data["outcome"] == "threw"]
    assert end.data["error"]["type"] == "BusinessError"


def test_an_app_that_copes_is_judged() -> None:
    code = "try { wifi.enable(); } catch (error) { __chk(error); return `${error.code} ${error instanceof Error}`; }"
    record = run(f"const {{ wifi }} = require('@kit.Nowhere'); const tell = () => {{ {code} }};\n{EXT}")
    assert reported(record) == ["801 true"]
    assert [uncaught for _, _, uncaught in refused(record)] == [False]
    assert record.blocked == ""


def test_what_is_missing_is_inert_while_modules_are_evaluated() -> None:
    record = run(f"""
        const {{ wifi, Base, Level }} = require('@kit.Nowhere'); const native = require('libentry.so').default;
        const made = new Base.Thing(1); const value = wifi.getState().level;
        class Mine extends Base {{ own() {{ return 'own'; }} }}
        const text = `${{wifi.name}}`; native.start(); const mine = new Mine();
        const tell = () => [mine.own(), typeof made.then, typeof value, Level.HIGH !== undefined].join();
        {EXT}""")
    assert reported(record) == ["own,undefined,function,true"]
    assert ("kit missing: @kit.Nowhere.Base.Thing", None, False) in refused(record)
    assert ("kit missing: libentry.so.start", None, False) in refused(record)
    assert record.blocked == ""


def test_names_of_the_ui_are_inert_while_modules_are_evaluated() -> None:
    head = "const bold = FontWeight.Bold; const room = px2vp(30); globalThis.Row = 5;"
    head += " const tell = () => typeof bold + Row + typeof List;"
    assert reported(run(f"{head}\n{EXT}")) == ["function5function"]
    assert refused(run("onBackupEx(i) { return px2vp(30) + ''; }"))[0][0] == "kit missing: px2vp"


def test_an_unknown_name_of_a_known_kit_is_missing() -> None:
    record = run(f"const {{ hilog }} = require('@kit.PerformanceAnalysisKit'); const tell = () => hilog.invented(1);\n{EXT}")
    assert record.blocked == "not available on the emulated device: kit missing: @ohos.hilog.invented"


def test_a_rejection_because_of_a_missing_kit_blocks_as_well() -> None:
    record = run(f"const {{ wifi }} = require('@kit.Nowhere'); const tell = async () => {{ await null; wifi.on(); }};\n{EXT}")
    assert record.blocked == "not available on the emulated device: kit missing: @kit.Nowhere.wifi.on"


def test_old_spellings_of_specifiers_are_the_same_kit() -> None:
    record = run(
        "const a = require('@ohos:hilog'); const b = require('@ohos.hilog');"
        f"const tell = () => typeof a.default.info + typeof b.default.info;\n{EXT}"
    )
    assert reported(record) == ["functionfunction"]


# context, logs ---------------------------------------------------------------------------------------------------------------


def test_the_context_has_device_paths_in_its_area() -> None:
    body = """onBackupEx(i) {
        const c = this.context; const el2 = [c.filesDir, c.databaseDir, c.backupDir, c.distributedFilesDir];
        const app = c.getApplicationContext(); const other = c.createAreaModeContext(4);
        c.area = 0; c.area = 9; c.area = 'x';
        return [...el2, c.area, c.filesDir, c.backupDir, app.filesDir, app.databaseDir, other.filesDir, other.backupDir,
                c.applicationInfo.name, c.currentHapModuleInfo.name].join('|');
    }"""
    record = run(body)
    assert reported(record)[0].split("|") == [
        "/data/storage/el2/base/haps/entry/files",
        "/data/storage/el2/database/entry",
        "/data/storage/el2/base/.backup/",
        "/data/storage/el2/distributedfiles",
        "0",
        "/data/storage/el1/base/haps/entry/files",
        "/data/storage/el1/base/.backup/",
        "/data/storage/el2/base/files",
        "/data/storage/el2/database",
        "/data/storage/el5/base/haps/entry/files",
        "",
        "com.example.app",
        "entry",
    ]
    assert [event.data["area"] for event in record.of_kind("call.area")] == [0]


def test_what_the_device_gives_without_an_import_is_there() -> None:
    body = """onBackupEx(i) {
        AppStorage.setOrCreate('context', this.context);
        const same = AppStorage.get('context') === this.context;
        return [same, getContext().filesDir, canIUse('SystemCapability.X'), $r('app.string.a').type].join('|');
    }"""
    assert reported(run(body)) == ["true|/data/storage/el2/base/haps/entry/files|true|10003"]


def test_hilog_hides_what_is_not_public() -> None:
    record = run("""onBackupEx(i) {
        const { hilog } = require('@kit.PerformanceAnalysisKit');
        hilog.info(0, 'T', 'a %{public}s %{private}s %s %{public}d%%', 'b', 'c', 'd', 7.9);
        hilog.error(0, 'T', '%{public}s', { a: 1 });
        console.log('%s is %d', 'x', 1, [1, 2], null); console.error(new Error('bad'));
    }""")
    assert logged(record) == ["I T: a b <private> <private> 7%", 'E T: {"a":1}', "x is 1 [1,2] null", "Error: bad"]
    assert [event.data["stream"] for event in record.of_kind("log")] == ["hilog", "hilog", "stdout", "stderr"]


# what needs no import --------------------------------------------------------------------------------------------------------


def test_what_the_device_gives_without_an_import_is_there_before_the_modules() -> None:
    record = run(
        f"""
        const {{ title }} = require('./a');
        AppStorage.setOrCreate('count', 1);
        const tell = () => JSON.stringify([title.type, title.params, typeof $rawfile, canIUse('SystemCapability.X'),
            AppStorage.get('count'), new LocalStorage({{ a: 2 }}).get('a'), Object.keys(globalThis)]);
        {EXT}""",
        others={"a.js": "exports.title = $r('app.string.title'); PersistentStorage.persistProp('count', 0);"},
    )
    assert reported(record) == ['[10003,["app.string.title"],"function",true,1,2,[]]']
    assert list(record.of_kind("refused")) == []


def test_an_app_may_have_its_own() -> None:
    assert reported(run(f"globalThis.canIUse = () => 'mine'; const tell = () => canIUse('x') + typeof getContext;\n{EXT}")) == [
        "minefunction"
    ]


def test_a_session_does_not_see_the_storage_of_the_one_before() -> None:
    count = "AppStorage.setOrCreate('n', (AppStorage.get('n') ?? 0) + 1); return `${AppStorage.get('n')}`;"
    code = f"const tell = () => {{ {count} }};\n{EXT}"
    assert [reported(run(code)) for _ in range(2)] == [["1"], ["1"]]


def test_the_context_without_an_import_is_the_extensions() -> None:
    assert reported(run(f"const tell = () => getContext().filesDir;\n{EXT}")) == ["/data/storage/el2/base/haps/entry/files"]


def test_a_business_error_says_its_name() -> None:
    record = run("""onBackupEx(i) {
        const { fileIo } = require('@kit.CoreFileKit'); const { BusinessError } = require('@ohos.base');
        try { fileIo.openSync('/data/storage/el2/base/files/none'); } catch (error) { __chk(error);
          return [error.name, String(error), error instanceof BusinessError, JSON.stringify(error)].join('|'); }
    }""")
    assert reported(record) == ['BusinessError|BusinessError: No such file or directory|true|{"code":13900002}']
