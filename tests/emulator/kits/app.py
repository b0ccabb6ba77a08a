"""Running a function as the callback of an app that uses kits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emulator import Condition, Device, SessionKind, load_subject, nominal_plan
from emulator.record import Record
from emulator.storage.disk import Disk
from tests.emulator.harness import OK_JSON

FILES = "/data/storage/el2/base/haps/entry/files"

Body = Callable[[Any], Any]


class Ran:
    """What came out: the value of the body or what it raised, the files afterwards by name, the record and the disk."""

    def __init__(self, value: Any, files: dict[str, bytes], record: Record, disk: Disk) -> None:
        self.value, self.files, self.record, self.disk = value, files, record, disk


def in_app(body: Body, *conditions: Condition, seed: dict[str, bytes] | None = None) -> Ran:
    """``body(context)`` inside onBackupEx; ``seed``: files below filesDir."""
    values: list[Any] = []

    class Ext:
        context: Any = None

        async def onBackupEx(self, info: str) -> str:
            try:
                value = body(self.context)
                values.append(await value if asyncio.iscoroutine(value) or asyncio.isfuture(value) else value)
            except Exception as error:
                values.append(error)
            return OK_JSON

    def fill(root: Path) -> None:
        for name, content in {".keep": b"", **(seed or {})}.items():
            path = root / FILES.lstrip("/") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    with Device(conditions=conditions) as device:
        device.install(load_subject(Ext), sandbox=fill)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        sandbox = device.bundles["com.example.app"].sandbox
        files = {name.removeprefix(FILES + "/"): Path(path).read_bytes() for name, path, _ in sandbox.files()}
        files.pop(".keep", None)
        return Ran(values[0], files, record, device.host.disk)


def raised(ran: Ran) -> Any:
    """The code of the BusinessError that it raised, with its message."""
    assert isinstance(ran.value, Exception), ran.value
    return getattr(ran.value, "code", repr(ran.value)), getattr(ran.value, "message", "")
