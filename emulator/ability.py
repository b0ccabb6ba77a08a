"""What an extension written in Python imports: the base class, the version object, and two ways to misbehave.

The callbacks keep their real names, since that is what the device looks up (control-plane 2.1).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

CALLBACKS = (
    "onBackup",
    "onBackupEx",
    "onRestore",
    "onRestoreEx",
    "onProcess",
    "onRelease",
    "getBackupInfo",
    "getBackupCompatibilityInfo",
    "getRestoreCompatibilityInfo",
)
"""Every method of the ability that the backup stack calls (control-plane 2.1)."""


@dataclass(frozen=True, slots=True)
class BundleVersion:
    """The version of the data that is being restored, that is of the app on the old device (C-008, C-009)."""

    code: int
    name: str


class Undefined:
    """What an empty body returns, the ``undefined`` of ArkTS: false, and an ``await`` of it gives None at once."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()

    def __bool__(self) -> bool:
        return False


class BackupExtensionAbility:
    """Base class of an extension. Deriving from it is optional: the device looks callbacks up by name.

    ``context`` is set before the first callback (C-010). Like the base class on the device it has every
    callback but ``onBackupEx``, each with an empty body (control-plane 2.1). ``await super().onRelease(scenario)``
    works here as it does there, whichever callback it is, and so does the call without an ``await``.
    """

    context: Any = None

    def onBackup(self) -> Any:
        """Called on backup when onBackupEx is absent or came back empty."""
        return Undefined()

    def onRestore(self, bundleVersion: BundleVersion) -> Any:
        """Called on restore when onRestoreEx is absent or came back empty."""
        return Undefined()

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> Any:
        """Called on restore; a non-empty string, or an awaitable of one, is the result."""
        return Undefined()

    def onProcess(self) -> Any:
        """Called once before the work and then every 5 s; returns the progress as a string."""
        return Undefined()

    def onRelease(self, scenario: int) -> Any:
        """Called at the end of the task with 1 (backup) or 2 (restore)."""
        return Undefined()

    def getBackupInfo(self) -> Any:
        """Answers a caller's query with a string."""
        return Undefined()

    def getBackupCompatibilityInfo(self, extInfo: str) -> Any:
        """Answers a caller's query in a backup session with an awaitable of a string."""
        return Undefined()

    def getRestoreCompatibilityInfo(self, extInfo: str) -> Any:
        """Answers a caller's query in a restore session with an awaitable of a string."""
        return Undefined()


class NonErrorValue(Exception):
    """A value other than an Error that the app throws or rejects a Promise with; ``value`` is that value."""

    def __init__(self, value: object = "") -> None:
        super().__init__(value)
        self.value = value


class ThrownValue(NonErrorValue):
    """``raise ThrownValue("text")`` stands for JavaScript's ``throw "text"`` (control-plane 2.4)."""


class RejectedValue(NonErrorValue):
    """``raise RejectedValue("text")`` in an async callback stands for ``Promise.reject("text")``."""
