"""Running kit JavaScript against the Python operations: a Node process, a real sandbox, and one script after the other."""

from __future__ import annotations

import base64
import json
import random
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from emulator.conditions import Condition
from emulator.kits.errors import BusinessError
from emulator.package import Package
from emulator.profile import PRESETS
from emulator.runtime.arkts.bridge import OPERATIONS
from emulator.storage.faults import disk_for
from emulator.storage.sandbox import Sandbox
from tests.emulator.runtime.arkts.kit_cases import KITS

HARNESS = Path(__file__).with_name("kits_harness.js")
EL2 = "/data/storage/el2/base"
FILES = f"{EL2}/files"
CONTEXT = {
    "filesDir": FILES,
    "databaseDir": "/data/storage/el2/database/entry",
    "preferencesDir": f"{EL2}/haps/entry/preferences",
}
WALL_NS = 1_782_864_000_000_000_000


@dataclass
class FakeApp:
    """An app process as far as operations look at it."""

    process: Any
    clock_ns: int = 5_000_000_000

    def now_ns(self) -> int:
        return self.clock_ns


def app_on(root: Path, conditions: Iterable[Condition] = (), seed: Mapping[str, bytes] | None = None) -> FakeApp:
    """An app whose sandbox is at ``root``; ``seed``: files below filesDir."""

    def fill(top: Path) -> None:
        for name, content in (seed or {}).items():
            path = top / FILES.lstrip("/") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    host = SimpleNamespace(disk=disk_for(conditions), settings={}, data_shares={})
    package = Package()
    bundle = SimpleNamespace(full_name="com.example.app", package=package, profile=PRESETS["latest"])
    process = SimpleNamespace(
        sandbox=Sandbox(root, "entry", fill),
        host=host,
        bundle=bundle,
        random=random.Random(0),
        alive=True,
        wall_epoch_ns=WALL_NS,
        wrote_files=False,
        touched_outside=lambda path, writes: None,
    )
    return FakeApp(process)


@dataclass
class Thrown:
    """The BusinessError that a script ended with."""

    code: int
    message: str = ""
    data: Any = field(default=None)


class Kits:
    """One Node process; `run` gives a script's value, or what it threw."""

    def __init__(self, node: Path) -> None:
        self._node = subprocess.Popen(
            [node, str(HARNESS), str(KITS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.operations: list[str] = []
        """What the last script asked for."""

    def run(self, app: FakeApp, script: str, on_operation: Callable[[str], None] = lambda op: None) -> Any:
        self.operations = []
        self._send({"script": script, "context": CONTEXT})
        while True:
            answer = self._receive()
            if "op" not in answer:
                return _value(answer)
            self.operations.append(answer["op"])
            on_operation(answer["op"])
            self._send(_perform(app, answer["op"], answer["args"]))

    def code(self, app: FakeApp, script: str) -> int:
        """The code of the BusinessError that a script ends with. Raises AssertionError for a script that gives a value."""
        result = self.run(app, script)
        assert isinstance(result, Thrown), f"gives {result!r} and throws nothing"
        assert result.message, f"{result.code} without a message"
        return result.code

    def close(self) -> None:
        self._node.communicate()

    def _send(self, message: Any) -> None:
        assert self._node.stdin is not None
        self._node.stdin.write(json.dumps(message).encode() + b"\n")
        self._node.stdin.flush()

    def _receive(self) -> Any:
        assert self._node.stdout is not None
        line = self._node.stdout.readline()
        assert line, "Node has ended"
        return json.loads(line)


def _perform(app: FakeApp, op: str, args: list[Any]) -> dict[str, Any]:
    try:
        return {"value": OPERATIONS[op](app, *args)}
    except BusinessError as error:
        return {"error": {"code": error.code, "message": error.message, "data": error.data}}


def _value(answer: Any) -> Any:
    assert "crash" not in answer, answer["crash"]
    if "error" in answer:
        return Thrown(**answer["error"])
    return _read(answer["value"])


def _read(value: Any) -> Any:
    """``undefined`` is Ellipsis, BigInts are text with an n, bytes are bytes."""
    if isinstance(value, list):
        return [_read(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$undefined" in value:
        return ...
    if "$bigint" in value:
        return f"{value['$bigint']}n"
    if "$number" in value:
        return value["$number"]
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    return {name: _read(member) for name, member in value.items()}
