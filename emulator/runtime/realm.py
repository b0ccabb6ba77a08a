"""The interface between the native half of the extension process and the app's language.

The native half knows neither Python nor JavaScript: it sees how a call ended and what value came out of it.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from emulator.record import Value

if TYPE_CHECKING:
    from emulator.journal import Journal

UNDEFINED = Value("undefined", "undefined")


@dataclass(frozen=True, slots=True)
class AppError:
    """What the app threw or rejected with. ``is_error`` is False for a value that is no Error (control-plane 2.4).

    ``text`` is the message of an Error, the string itself for a thrown string, "" for any other value.
    ``where`` is "file:line" in the app's own code, or "".
    """

    type: str
    text: str
    is_error: bool
    is_string: bool = False
    where: str = ""

    def to_json(self) -> dict[str, Any]:
        """``{"type", "message", "isError"}`` for the record."""
        return {"type": self.type, "message": self.text, "isError": self.is_error}


class Completion(NamedTuple):
    """How a call ended, or for a Promise how it settled.

    ``outcome``: absent, returned, threw, promise; for the settling fulfilled or rejected.
    """

    outcome: str
    value: Value = UNDEFINED
    error: AppError | None = None


def note_outcome(journal: Journal, kind: str, number: int, completion: Completion) -> None:
    """Write down how call ``number`` ended: ``kind`` is call.sync-end or call.settled (docs/record.md)."""
    value, error = completion.value, completion.error
    journal.add(
        kind,
        call=number,
        outcome=completion.outcome,
        value={"kind": value.kind, "text": value.text},
        error=error.to_json() if error else None,
        where=error.where or None if error else None,
    )


class CallJob(Protocol):
    """One call of a callback: what to call, and the native code that runs on the main thread when it ends."""

    number: int
    callback: str
    args: tuple[Any, ...]

    def returned(self, completion: Completion) -> Coroutine[Any, Any, None]:
        """The native return parser, inside the event of the call."""

    def settled(self, completion: Completion) -> Coroutine[Any, Any, None]:
        """The reaction to the Promise that the call returned."""

    def over(self) -> None:
        """The event on the main thread is over."""


class Realm(Protocol):
    """One app process as its native half sees it."""

    def load(self) -> None:
        """Begin to make the app's object. Called once, before any call."""

    def post(self, job: CallJob) -> None:
        """Queue a call on the main thread, first in, first out."""

    def end(self) -> None:
        """The process is over: nothing of the app runs any more, and what was suspended is gone."""

    def pending_work(self, call: int) -> list[str]:
        """Descriptions of the work that this call started and that is still running or due."""

    def alive_work(self) -> list[str]:
        """Descriptions of all work of the app that is still running or due."""
