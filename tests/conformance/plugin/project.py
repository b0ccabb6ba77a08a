"""A project of a user's, in a directory of its own, in which pytest runs as a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[2]
INSTALLED = any(entry.value == "conformance.plugin" for entry in metadata.entry_points(group="pytest11"))

APP = """
class Ext:
    def onBackupEx(self, info):
        return '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'
"""


@dataclass
class Result:
    """What a run of pytest left."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The output without what differs from machine to machine."""
        return [line.rstrip() for line in self.out.splitlines()]

    def between(self, first: str, last: str) -> str:
        """The lines after the one that holds ``first`` and before the next one that holds ``last``."""
        lines = self.lines
        start = next(n for n, line in enumerate(lines) if first in line) + 1
        end = next(n for n, line in enumerate(lines[start:], start) if last in line)
        return "\n".join(lines[start:end])

    @property
    def counts(self) -> str:
        """Pytest's own last line, without rules and time."""
        match = re.search(r"(?:^=+ )?([^=\n]+) in [\d.]+s(?: \([\d:]+\))?(?: =+)?$", self.out.rstrip())
        return match[1].strip() if match else ""


@dataclass
class Project:
    """The directory of a user's project."""

    directory: Path

    def write(self, name: str, text: str) -> Path:
        """Make a file."""
        file = self.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return file

    def script(self, **rules: Any) -> None:
        """Say what the run is to find (see scripted.py)."""
        self.write("script.json", json.dumps(rules))

    def pytest(self, *arguments: str, cwd: Path | None = None, scripted: bool = True, first_on_path: bool = False) -> Result:
        """Run plain ``pytest``, which does not put the working directory on sys.path, unless ``first_on_path``."""
        process = self.start(*arguments, cwd=cwd, scripted=scripted, first_on_path=first_on_path)
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Result(process.returncode, out, err)

    def start(
        self,
        *arguments: str,
        cwd: Path | None = None,
        scripted: bool = False,
        first_on_path: bool = False,
        terminal: int = subprocess.PIPE,
        **environment: str,
    ) -> subprocess.Popen[str]:
        """Begin such a run; what it prints goes to ``terminal``, an open file descriptor, if there is one."""
        plugins = [] if INSTALLED else ["-p", "conformance.plugin"]
        plugins += ["-p", "scripted"] if scripted else []
        paths = [*([str(self.directory)] if first_on_path else []), str(HERE), *([] if INSTALLED else [str(CHECKOUT)])]
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "pytest", *plugins, "-p", "no:benchmark", *arguments],
            cwd=cwd or self.directory,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "COV", "TOX"))},
                "PYTHONPATH": os.pathsep.join(paths),
                "PYTHONDONTWRITEBYTECODE": "1",  # what a test writes twice in a second would look as if it had not changed
                "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
                "CONFORMANCE_SCRIPT": str(self.directory / "script.json"),
                "COLUMNS": "80",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            text=True,
        )

    def check(self, *arguments: str, **more: Any) -> Result:
        """Run it with the extension of the project."""
        return self.pytest("--extension=app.Ext", *arguments, **more)

    def report(self, name: str = "report.json") -> dict[str, Any]:
        """The JSON report that a run left."""
        document: dict[str, Any] = json.loads((self.directory / name).read_text(encoding="utf-8"))
        return document
