"""What plays a module that the emulated device does not have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance import judge
from emulator import Device, Record, SessionKind, SubjectError, load_subject, nominal_plan
from emulator.runtime.arkts.toolchain import ToolchainMissing, find_toolchain

EXTENSION = """
import {{ BackupExtensionAbility }} from '@kit.CoreFileKit';
{imports}
export default class Ext extends BackupExtensionAbility {{
  async onBackupEx(info: string): Promise<string> {{ {body} }}
}}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    try:
        find_toolchain()
    except ToolchainMissing as error:
        pytest.skip(str(error))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def subject(shims: Mapping[str, str], imports: str = "", body: str = "return '';", **files: str) -> Any:
    """An extension with these imports and this body; ``shims``: the text of a file for each module, by "module=file"."""
    Path("Ext.ets").write_text(EXTENSION.format(imports=imports, body=body))
    for name, text in files.items():
        Path(name.replace("__", ".")).write_text(text)
    wanted = {}
    for given, text in shims.items():
        module, _, file = given.partition("=")
        Path(file).write_text(text)
        wanted[module] = Path(file)
    return load_subject("Ext.ets", wanted)


def run(app: Any) -> Record:
    with Device() as device:
        device.install(app)
        return device.run(nominal_plan(SessionKind.FULL_BACKUP))


def said(app: Any) -> str:
    """What onBackupEx returned in a session that is judged."""
    record = run(app)
    assert record.blocked == ""
    [text] = [message.args[1] for message in record.client if message.callback == "onResultReport"]
    return str(text)


# scripts ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "imports", "expression"),
    [
        ("export function add(a: number, b: number): number { return a + b; }", "import fake from 'libentry.so';", "fake.add"),
        ("export function add(a: number, b: number): number { return a + b; }", "import { add } from 'libentry.so';", "add"),
        ("export default { add: (a: number, b: number) => a + b };", "import fake from 'libentry.so';", "fake.add"),
        ("export default { add: (a: number, b: number) => a + b };", "import { add } from 'libentry.so';", "add"),
        ("export const add = (a: number, b: number) => a + b;", "import * as fake from 'libentry.so';", "fake.add"),
    ],
    ids=["names-as-default", "names", "default", "default-by-name", "namespace"],
)
def test_a_native_library(home: Path, text: str, imports: str, expression: str) -> None:
    assert said(subject({"libentry.so=fake.ets": text}, imports, f"return `${{{expression}(1, 2)}}`;")) == "3"


def test_plain_javascript_with_a_module_of_its_own(home: Path) -> None:
    app = subject(
        {"libentry.so=fake.js": "const { base } = require('./base'); exports.add = (a) => base + a;"},
        "import { add } from 'libentry.so';",
        "return `${add(1)}`;",
        base__js="exports.base = 41;",
    )
    assert said(app) == "42"


@pytest.mark.parametrize(
    "specifier",
    ["@ohos.wifiManager", "@ohos:wifiManager", "@kit.ConnectivityKit"],
    ids=["module", "old-spelling", "through-the-kit"],
)
def test_a_module_of_the_system(home: Path, specifier: str) -> None:
    name = "{ wifiManager }" if "kit" in specifier else "wifiManager"
    app = subject(
        {"@ohos.wifiManager=wifi.ts": "export const isWifiActive = () => true;"},
        f"import {name} from '{specifier}';",
        "return `${wifiManager.isWifiActive()}`;",
    )
    assert said(app) == "true"


def test_a_kit_of_which_one_name_is_played(home: Path) -> None:
    app = subject(
        {
            "@kit.CoreFileKit=files.ets": "import { fileIo as real } from '@kit.CoreFileKit';\n"
            "export const fileIo = { accessSync: (path: string) => path === '/x' && !real.accessSync('/none') };"
        },
        "import { fileIo } from '@kit.CoreFileKit';",
        "return [fileIo.accessSync('/x'), typeof fileIo.openSync, fileIo.OpenMode.CREATE].join();",
    )
    assert said(app) == "true,function,64"


def test_a_package_that_is_not_on_the_disk(home: Path) -> None:
    app = subject(
        {"@app/core=core.ts": "export class Core { name = 'core'; }"},
        "import { Core } from '@app/core';",
        "return new Core().name;",
    )
    assert app.sources.faults == ()
    assert "core.ts" not in app.sources.scripts
    assert said(app) == "core"


def test_without_a_shim_the_session_is_not_judged(home: Path) -> None:
    app = subject({}, "import fake from 'libentry.so';", "return `${fake.add(1, 2)}`;")
    assert run(app).blocked == "not available on the emulated device: kit missing: libentry.so.add"


def test_a_name_that_the_shim_lacks_is_still_missing(home: Path) -> None:
    app = subject(
        {"libentry.so=fake.ets": "export const inner = { a: 1 };"},
        "import fake from 'libentry.so';",
        "return `${fake.inner.b(1)}`;",
    )
    assert run(app).blocked == "not available on the emulated device: kit missing: libentry.so.inner.b"


def test_what_a_script_throws_is_what_the_device_throws(home: Path) -> None:
    app = subject(
        {"libentry.so=fake.ets": "export function add(): number { throw Object.assign(new Error('no'), { code: 401 }); }"},
        "import fake from 'libentry.so';",
        "try { return `${fake.add()}`; } catch (e) { return `${e.code} ${e.message}`; }",
    )
    assert said(app) == "401 no"


def test_a_script_that_cannot_be_evaluated_blocks_the_session(home: Path) -> None:
    app = subject(
        {"libentry.so=fake.ets": "\nnull.x = 1;\nexport const add = 1;"}, "import { add } from 'libentry.so';", "return `${add}`;"
    )
    assert run(app).blocked == (
        "not available on the emulated device: kit shim libentry.so failed: "
        "TypeError: Cannot set properties of null (setting 'x') (fake.ets:2:7)"
    )


def test_the_state_of_a_shim_ends_with_the_session(home: Path) -> None:
    counter = "let n = 0;\nexport const next = () => ++n;"
    python = "n = 0\ndef next():\n    global n\n    n += 1\n    return n\n"
    for name, text in (("fake.ets", counter), ("fake.py", python)):
        app = subject({f"libentry.so={name}": text}, "import { next } from 'libentry.so';", "next(); return `${next()}`;")
        assert [said(app), said(app)] == ["2", "2"]


# Python ----------------------------------------------------------------------------------------------------------------------

FAKE = """
import json
import os.path
from functools import wraps

from emulator.kits.errors import BusinessError

def same(*values):
    return values

async def later(value):
    return {"value": value}

class Pause:
    def __await__(self):
        yield

async def waits():
    await Pause()

def fails():
    return {}["x"]

def refuses():
    raise BusinessError(14500101, "busy", {"a": 1})

def odd():
    return {1, 2}

def _own():
    return 1

def leaves():
    raise SystemExit(3)
"""


def python(body: str) -> Any:
    return subject({"libentry.so=fake.py": FAKE}, "import fake from 'libentry.so';", body)


def test_functions_in_python(home: Path) -> None:
    body = "const v = fake.same(1.5, 'ä', null, [true], { a: undefined, b: 'x' }); const w = fake.later(2);"
    app = python(f"{body} return JSON.stringify([v, Array.isArray(v), w instanceof Promise, await w]);")
    assert said(app) == '[[1.5,"ä",null,[true],{"b":"x"}],true,true,{"value":2}]'


def test_an_error_of_the_device_in_python(home: Path) -> None:
    app = python("try { fake.refuses(); return ''; } catch (e) { return `${e.name} ${e.code} ${e.message} ${e.data.a}`; }")
    assert said(app) == "BusinessError 14500101 busy 1"


@pytest.mark.parametrize(
    ("call", "how"),
    [
        ("fake.fails()", "fails failed: KeyError: 'x' (fake.py:22)"),
        (
            "fake.same.call(null, 1), fake.later()",
            "later failed: TypeError: later() missing 1 required positional argument: 'value'",
        ),
        ("await fake.waits()", "waits failed: RuntimeError: it waits for something; a shim has to answer at once"),
        ("fake.odd()", "odd failed: TypeError: Object of type set is not JSON serializable"),
        ("fake.leaves()", "leaves failed: SystemExit: 3 (fake.py:34)"),
    ],
    ids=["raises", "arguments", "waits", "no-json", "exits"],
)
def test_a_function_that_fails_blocks_the_session(home: Path, call: str, how: str) -> None:
    record = run(python(f"try {{ await ({call}); }} catch (e) {{ console.log(e.code); }} await null; return 'coped';"))
    assert record.blocked.startswith(f"not available on the emulated device: kit shim libentry.so.{how}")
    assert record.complete


def test_only_its_own_public_functions_are_there(home: Path) -> None:
    assert run(python("fake._own();")).blocked.endswith("kit missing: libentry.so._own")
    assert run(python("fake.wraps();")).blocked.endswith("kit missing: libentry.so.wraps")


def test_a_shim_may_import_what_another_shim_adds_to_a_module_of_the_app(home: Path) -> None:
    shims = {
        "liba.so=a.ets": "import { more } from './Part';\nexport const a = more;",
        "./Part=part.ets": "export const more = 'more';",
    }
    app = subject(shims, "import { a } from 'liba.so';", "return a;", Part__ets="export const less = 'less';")
    assert said(app) == "more"


# what will not do ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("fake.ets", "export const = 1;", "fake.ets does not compile: Variable declaration expected. (fake.ets:1:14)"),
        (
            "fake.ets",
            "import { a } from './b';\nexport const b = a;",
            "there is no b in ., with .ets, .ts, .js or as a directory with an index (fake.ets:1:1)",
        ),
        (
            "fake.ets",
            "import { a } from './fake';\nexport const b = a;",
            "fake.ets cannot be linked: ./fake does not export a; it exports b (fake.ets:1:1)",
        ),
        ("fake.py", "def f(:", "invalid syntax (line 1)"),
        (
            "fake.py",
            "import nowhere_at_all",
            "importing it failed: ModuleNotFoundError: No module named 'nowhere_at_all' (fake.py:1)",
        ),
        ("fake.py", "from json import dumps", "it defines no function"),
    ],
    ids=["compile", "resolve", "link", "syntax", "import", "empty"],
)
def test_a_shim_that_cannot_be_loaded(home: Path, file: str, text: str, message: str) -> None:
    with pytest.raises(SubjectError) as caught:
        subject({f"libentry.so={file}": text})
    assert str(caught.value) == f"--kit-shim=libentry.so={file}: {message}"


def test_a_file_that_is_not_there(home: Path) -> None:
    Path("Ext.ets").write_text(EXTENSION.format(imports="", body=""))
    with pytest.raises(SubjectError, match=r"^--kit-shim=libentry.so=none.ets: there is no such file$"):
        load_subject("Ext.ets", {"libentry.so": Path("none.ets")})


def test_python_subjects_have_no_shims() -> None:
    with pytest.raises(SubjectError, match=r"fixtures\.notes\.Ext is Python; kit shims are for ArkTS"):
        load_subject("fixtures.notes.Ext", {"libentry.so": Path("fake.ets")})


def test_a_shim_that_nothing_asks_for_is_told(home: Path) -> None:
    app = subject({"libentri.so=fake.ets": "export const a = 1;"}, "import { add } from 'libentry.so';", "return `${add}`;")
    assert app.notes == ("nothing imports libentri.so, for which there is a kit shim; did you mean libentry.so?",)


# packages that are not here --------------------------------------------------------------------------------------------------

DECLARED = {"oh-package__json5": '{"name": "app", "dependencies": {"@ohos/axios": "^2.2.0"}}'}
NOT_INSTALLED = "@ohos/axios is '^2.2.0' in oh-package.json5, and no oh_modules has it: run ohpm install"
AXIOS = "import axios, { AxiosError } from '@ohos/axios';\nconst client = axios.create();\nclass Mine extends AxiosError {}\n"


def test_a_package_that_is_not_installed_is_missing_here_and_not_in_the_app(home: Path) -> None:
    app = subject({}, AXIOS, "return typeof client + typeof Mine;", **DECLARED)
    assert said(app) == "functionfunction"
    assert app.sources.faults == ()
    assert app.notes == (f"kit missing: {NOT_INSTALLED}; a file can play it: --kit-shim=@ohos/axios=FILE",)
    record = run(subject({}, AXIOS, "return await axios.get('/');", **DECLARED))
    assert record.blocked == "not available on the emulated device: kit missing: @ohos/axios.get"


def test_a_base_class_of_a_package_that_is_not_installed_cannot_be_judged(home: Path) -> None:
    Path("oh-package.json5").write_text(DECLARED["oh-package__json5"])
    Path("Ext.ets").write_text("import { Base } from '@ohos/axios';\nexport default class Ext extends Base { onBackup() {} }")
    app = load_subject("Ext.ets")
    assert app.callbacks == ("onBackup",)
    assert judge(sources=app.sources) == ()


def test_a_shim_plays_a_package_that_is_not_installed(home: Path) -> None:
    fake = "export default { get: async (url: string) => 'milk' };"
    app = subject({"@ohos/axios=fake.ets": fake}, AXIOS.split("\n")[0], "return axios.get('/');", **DECLARED)
    assert said(app) == "milk"
    assert app.notes == ()
