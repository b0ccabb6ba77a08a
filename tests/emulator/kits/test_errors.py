"""BusinessError: one class, whoever throws it."""

from __future__ import annotations

import emulator
from emulator.kits import errors, fileIo
from tests.emulator.harness import OK_JSON, run, seen


def test_there_is_one_class() -> None:
    assert emulator.BusinessError is errors.BusinessError


def test_an_app_catches_what_a_kit_throws() -> None:
    codes: list[int] = []

    class Ext:
        def onBackupEx(self, info: str) -> str:
            try:
                fileIo.openSync("/data/storage/el2/base/nothing")
            except emulator.BusinessError as error:
                codes.append(error.code)
            return OK_JSON

    assert seen(run(Ext), "onBundleEnd") == [("onBundleEnd", 0)]
    assert codes == [13900002]
