"""Golden code: constructs of ArkTS, and what they have to become.

A file holds cases: a line `### title`, the source, a line `===`, the code without the helpers that the compiler puts first.
`python -m tests.emulator.runtime.arkts.goldens` writes the code of all anew; what it writes has to be read.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.runtime.arkts.script import Script
from emulator.runtime.arkts.toolchain import Toolchain, find_toolchain
from emulator.runtime.arkts.transpiler import Transpiler

HERE = Path(__file__).parent
GOLDENS = HERE / "goldens"
HARNESS = HERE / "scripts_harness.js"

_CASE = re.compile(r"^### (.*)\n((?:.*\n)*?)===\n((?:(?!### ).*\n)*)", re.MULTILINE)
_HELPER = re.compile(r"^var __\w+ = \(this && this\.__(?:.*\n)*?\}.*;\n", re.MULTILINE)
_HEAD = '"use strict";\n'
_MARK = 'Object.defineProperty(exports, "__esModule", { value: true });\n'


@dataclass(frozen=True, slots=True)
class Golden:
    """One construct."""

    title: str
    source: str
    code: str


def goldens(path: Path) -> list[Golden]:
    """The cases of a file."""
    return [Golden(*found) for found in _CASE.findall(path.read_text(encoding="utf-8"))]


def core(code: str) -> str:
    """The code without the compiler's helpers."""
    return _HELPER.sub("", code.replace(_HEAD, "", 1)).replace(_MARK, "", 1)


def transpiled(transpiler: Transpiler, source: str, name: str = "Notes.ets") -> Script:
    """The script of a source that is in no file."""
    return transpiler.transpile(Path(name), source)


def run(toolchain: Toolchain, codes: Sequence[str]) -> list[dict[str, Any]]:
    """What comes of each code under Node: its exports, the calls of marks, an error and its stack, what `main()` returns."""
    done = subprocess.run(
        [toolchain.node, HARNESS], input=json.dumps(list(codes)), capture_output=True, encoding="utf-8", check=True, timeout=120
    )
    notes: list[dict[str, Any]] = json.loads(done.stdout)
    return notes


def _write() -> None:
    transpiler = Transpiler(find_toolchain(), None)
    for path in sorted(GOLDENS.glob("*.golden")):
        cases = [(case, core(transpiled(transpiler, case.source).code)) for case in goldens(path)]
        text = "".join(f"### {case.title}\n{case.source}===\n{code}" for case, code in cases)
        path.write_text(text, encoding="utf-8")
    transpiler.close()


if __name__ == "__main__":
    _write()
