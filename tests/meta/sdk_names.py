"""What the public declarations of the device's API declare, as plain lists of names.

``python -m tests.meta.sdk_names DIR`` reads a checkout of the declarations (directories ``api``, ``arkts`` and ``kits``) and
writes three files: where each export of a ``@kit.`` module lives, and what the UI has without an import (``kit`` and ``ui`` of
``js/kits/modules.json``), the constants that kits answer with (``js/kits/enums.js``), and the declared names of every module
that a kit stands for (``tests/emulator/runtime/arkts/declared.json``). Names and numbers only, no text.
"""

from __future__ import annotations

import functools
import json
import operator
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KITS = ROOT / "emulator" / "runtime" / "arkts" / "js" / "kits"
DECLARED = ROOT / "tests" / "emulator" / "runtime" / "arkts" / "declared.json"

WITH_CONSTANTS = (
    *("@ohos.ability.wantConstant", "@ohos.account.osAccount", "@ohos.app.ability.AbilityConstant"),
    *("@ohos.app.ability.ConfigurationConstant", "@ohos.app.ability.contextConstant", "@ohos.app.ability.wantConstant"),
    *("@ohos.commonEventManager", "@ohos.deviceInfo", "@ohos.hiSysEvent", "@ohos.hiTraceMeter"),
    *("@ohos.hiviewdfx.hiAppEvent", "@ohos.i18n", "@ohos.request", "@ohos.resourceschedule.workScheduler"),
    *("@ohos.systemDateTime", "@ohos.telephony.call", "@ohos.telephony.observer", "@ohos.telephony.radio"),
    "@ohos.telephony.sim",
)
"""Modules whose enumerations are kept with their values."""

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_IMPORT = re.compile(r"import\s+(?:type\s+)?([^;]*?)\s+from\s+['\"]([^'\"]+)['\"]", re.DOTALL)
_EXPORT = re.compile(r"export\s*\{(.*?)\}(?:\s*from\s*['\"]([^'\"]+)['\"])?", re.DOTALL)
_ENUM = re.compile(r"\benum\s+(\w+)\s*\{(.*?)\}", re.DOTALL)
_GLOBAL = re.compile(r"^declare\s+(?:const\s+enum|enum|const|function|(?:abstract\s+)?class)\s+(\w+)", re.MULTILINE)
_ONLY_TYPES = ("Attribute", "Instance", "InStance", "Interface")
"""Endings of names that declarations need and no code uses."""
_BLOCK = re.compile(r"(?:export\s+|declare\s+|default\s+|abstract\s+)*(namespace|class)\s+(\w+)[^{]*\{")
_MEMBER = re.compile(
    r"(?:(?:export|static|readonly|public|get|set|declare)\s+(?=\w))*(function\s+|(?:const\s+)?enum\s+|const\s+|let\s+|class\s+)?(\w+)"
)


def source(path: Path) -> str:
    """A declaration without its comments, and without what only the static dialect has."""

    def kept(found: re.Match[str]) -> str:
        since = re.findall(r"@since +[^ \n]+ *([^\n]*)", found[0])
        return " @static " if since and all(dialect.startswith("static") for dialect in since) else " "

    text = path.read_text(encoding="utf-8").replace("@Sendable", "")
    text = re.sub(r"/\*\*\* if arkts static \*/.*?/\*\*\* endif \*/", " ", text, flags=re.DOTALL)
    return _COMMENT.sub(kept, text)


def names(clause: str) -> list[tuple[str, str]]:
    """``a as b, type c`` -> [(a, b), (c, c)]."""
    found = []
    for part in clause.split(","):
        words = re.sub(r"\btype\s+", "", part.replace("@static", "")).split()
        if words:
            found.append((words[0], words[-1]))
    return found


def exports_of_kit(path: Path) -> dict[str, str]:
    """The exports of a ``@kit.`` module: name -> ``@ohos.module`` or ``@ohos.module#Name``."""
    text = source(path)
    imported: dict[str, str] = {}
    for clause, module in _IMPORT.findall(text):
        braces = re.search(r"\{(.*?)\}", clause, re.DOTALL)
        head = re.sub(r"\{.*?\}", "", clause, flags=re.DOTALL).strip(" ,\n")
        if head:
            imported[head] = module
        for name, local in names(braces[1]) if braces else ():
            imported[local] = module if name == "default" else f"{module}#{name}"
    found = {}
    for clause, module in _EXPORT.findall(text):
        for name, shown in names(clause):
            target = f"{module}#{name}" if module else imported.get(name)
            if target:
                found[shown] = target
    return dict(sorted(found.items()))


def number(value: str, known: Mapping[str, Any]) -> int:
    """The value of an enumeration's member: a number, another member, shifts and ors of these."""
    if "|" in value:
        return functools.reduce(operator.or_, (number(part, known) for part in value.split("|")))
    if "<<" in value:
        first, *shifts = (number(part, known) for part in value.strip(" ()").split("<<"))
        return functools.reduce(operator.lshift, shifts, first)
    value = value.strip(" ()")
    return int(known[value]) if value in known else int(value, 0)


def enums(text: str) -> dict[str, dict[str, Any]]:
    """Enumerations with their values."""
    found: dict[str, dict[str, Any]] = {}
    for name, body in _ENUM.findall(text):
        values: dict[str, Any] = {}
        following = 0
        for member in body.replace("@static", "").split(","):
            label, _, value = (part.strip() for part in member.partition("="))
            if not label:
                continue
            if value.startswith(("'", '"')):
                values[label] = value[1:-1]
                continue
            values[label] = number(value, values) if value else following
            following = values[label] + 1
        found.setdefault(name, values)
    return found


def body_from(text: str, start: int) -> str:
    """The text between the brace at ``start`` and its partner."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            return text[start + 1 : index]
    return text[start + 1 :]


def statements(body: str) -> list[str]:
    """The declarations at the top of a block, without what stands in their own braces."""
    found, depth, current = [], 0, ""
    for character in body:
        if character in "{(":
            depth += 1
        elif character in "})":
            depth -= 1
        current += character
        if depth == 0 and character in ";}":
            found.append(current)
            current = ""
    return [statement.strip() for statement in (*found, current) if statement.strip()]


def members(body: str, inside_class: bool) -> set[str]:
    """Names that exist at run time: functions, constants, classes with their members, enumerations."""
    found: set[str] = set()
    for statement in statements(body):
        if statement.startswith("@static"):
            continue
        statement = statement.replace("@static", "").strip()
        if re.match(r"(export\s+)?(declare\s+)?(interface|type|import)\b", statement):
            continue
        block = _BLOCK.match(statement)
        if block:
            name = block[2]
            found.add(name)
            inner = members(body_from(statement, block.end() - 1), block[1] == "class")
            found |= {f"{name}.{member}" for member in inner}
            continue
        member = _MEMBER.match(statement)
        if member and (member[1] or inside_class) and member[2] not in {"constructor", "length", "Symbol"}:
            found.add(member[2])
    return found


def declared(path: Path) -> list[str]:
    """Names of a module; a namespace or the default class gives its members without its own name."""
    text = source(path)
    default = re.findall(r"export\s+default\s+(\w+)", text)
    found: set[str] = set()
    for statement in statements(text.replace("@static", "")):
        if function := re.match(r"(?:export\s+)?declare\s+function\s+(\w+)", statement):
            found.add(function[1])
        if block := _BLOCK.search(statement):
            inner = members(body_from(statement, block.end() - 1), block[1] == "class")
            alone = block[1] == "class" and "default" not in block[0] and block[2] not in default
            found |= {block[2], *(f"{block[2]}.{member}" for member in inner)} if alone else inner
    return sorted(found)


def ui_names(sdk: Path) -> list[str]:
    """What an app with a user interface has without an import."""
    files = (sdk / "api" / "@internal" / "component" / "ets").glob("*.d.ts")
    found = {name for file in files for name in _GLOBAL.findall(source(file))}
    return sorted(name for name in found if not name.endswith(_ONLY_TYPES))


def module_file(sdk: Path, module: str) -> Path | None:
    """The declaration of a module."""
    places = (sdk / "api", sdk / "arkts")
    files = (folder / f"{module}{suffix}" for folder in places for suffix in (".d.ts", ".d.ets"))
    return next((file for file in files if file.is_file()), None)


def main(sdk: Path) -> None:
    """Write the three files."""
    modules = json.loads((KITS / "modules.json").read_text(encoding="utf-8"))
    modules["kit"] = {
        path.name.removesuffix(".d.ts"): exports_of_kit(path) for path in sorted((sdk / "kits").glob("@kit.*.d.ts"))
    }
    modules["ui"] = ui_names(sdk)
    modules["ohos"] = dict(sorted(modules["ohos"].items()))
    (KITS / "modules.json").write_text(json.dumps(modules, indent=1) + "\n", encoding="utf-8")
    constants = {name: enums(source(file)) for name in WITH_CONSTANTS if (file := module_file(sdk, name))}
    lines = ["// Enumerations of the public API; written by tests/meta/sdk_names.py."]
    lines += [f"exports[{json.dumps(name)}] = {json.dumps(values, sort_keys=True)};" for name, values in constants.items()]
    (KITS / "enums.js").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = {name: declared(file) for name in modules["ohos"] if (file := module_file(sdk, name))}
    DECLARED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
