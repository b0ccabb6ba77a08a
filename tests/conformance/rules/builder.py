"""Records written by hand: one session, told in seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from emulator.plan import SessionKind, SessionPlan, nominal_plan
from emulator.profile import PRESETS
from emulator.record import Event, Record

BUNDLE = "com.example.app"
OK = '{"type":"ErrorInfo","errorCode":0,"errorInfo":""}'
NOMINAL_INFO = '[{\n\t\t"type":\t"userId",\n\t\t"detail":\t"100"\n\t}]'
NOT_DELIVERED = {"kind": "undefined", "text": "undefined"}


def ns(seconds: float) -> int:
    """Seconds in virtual nanoseconds."""
    return round(seconds * 1_000_000_000)


def progress(processed: float = 0, total: float = 10, name: str = "notes") -> str:
    """A well-formed answer of onProcess."""
    return json.dumps({"progressInfo": [{"name": name, "processed": processed, "total": total}]})


def value(given: Any) -> dict[str, str]:
    """A value of the record: a str is a string, None is undefined, a pair is (kind, text)."""
    if isinstance(given, str):
        return {"kind": "string", "text": given}
    if given is None:
        return NOT_DELIVERED
    kind, text = given
    return {"kind": kind, "text": text}


class SessionBuilder:
    """Collects events; `record` puts them in order of time. Calls are numbered as they are made."""

    def __init__(
        self,
        kind: str = "full-backup",
        callbacks: Sequence[str] = ("onBackupEx",),
        *,
        conditions: Sequence[Mapping[str, Any]] = (),
        profile: Mapping[str, Any] | None = None,
        **plan: Any,
    ) -> None:
        self.plan: SessionPlan = replace(nominal_plan(SessionKind(kind)), **plan)
        self.callbacks = tuple(callbacks)
        self.conditions = tuple(conditions)
        self.profile = {**PRESETS["latest"].to_json(), **(profile or {})}
        self.events: list[Event] = []
        self.calls = 0
        self.info = NOMINAL_INFO if self.plan.ext_info is None else self.plan.ext_info
        if self.plan.infos is None and self.plan.ext_info is None:
            self.info = ""
        self.event("process.start", 0, process=1, bundle=BUNDLE, purpose="backup")

    def event(self, kind: str, at: float, /, **data: Any) -> SessionBuilder:
        """Any event."""
        self.events.append(Event(ns(at), "js", kind, data))
        return self

    def begin(self, callback: str, at: float, process: int = 1) -> int:
        """A call begins, and its body is entered if it is overridden."""
        self.calls += 1
        args: tuple[Any, ...] = ()
        version = {"code": self.plan.version.code, "name": self.plan.version.name}
        if callback == "onBackupEx":
            args = (self.info,)
        elif callback == "onRestoreEx":
            args = (version, self.info)
        elif callback == "onRestore":
            args = (version,)
        self.event("call", at, call=self.calls, process=process, bundle=BUNDLE, callback=callback, args=args)
        if callback in self.callbacks and callback != "onProcess":
            self.event("entry", at, process=process, callback=callback, by="device")
        return self.calls

    def call(
        self,
        callback: str,
        given: Any,
        at: float = 1,
        end: float | None = None,
        *,
        later: bool = False,
        read: bool = True,
        process: int = 1,
    ) -> SessionBuilder:
        """A call that comes back with ``given``, at once or as a Promise (``later``)."""
        number = self.begin(callback, at, process)
        end = at if end is None else end
        if later:
            self._end("call.sync-end", at, number, "promise", ("promise", "coroutine"))
            self._end("call.settled", end, number, "fulfilled", given)
        else:
            self._end("call.sync-end", end, number, "returned", given)
        if read:
            self.event("call.read", end, call=number)
        return self

    def absent(self, callback: str, at: float = 1) -> SessionBuilder:
        """The device calls a callback that the app does not override."""
        number = self.begin(callback, at)
        self._end("call.sync-end", at, number, "absent", None)
        return self.event("call.read", at, call=number)

    def fails(
        self,
        callback: str,
        at: float = 1,
        end: float | None = None,
        *,
        error: str = "TypeError",
        message: str = "x is undefined",
        is_error: bool = True,
        later: bool = False,
        where: str | None = None,
        read: bool = False,
        process: int = 1,
    ) -> SessionBuilder:
        """A call that throws, or whose Promise is rejected (``later``)."""
        number = self.begin(callback, at, process)
        end = at if end is None else end
        thrown = {"type": error, "message": message, "isError": is_error}
        if later:
            self._end("call.sync-end", at, number, "promise", ("promise", "coroutine"))
            self._end("call.settled", end, number, "rejected", None, thrown, where)
        else:
            self._end("call.sync-end", end, number, "threw", None, thrown, where)
        if read:
            self.event("call.read", end, call=number)
        return self

    def pending(self, callback: str, at: float = 1, *, blocks: bool = False, process: int = 1) -> SessionBuilder:
        """A call that never settles; with ``blocks`` not even its synchronous part ends."""
        number = self.begin(callback, at, process)
        if not blocks:
            self._end("call.sync-end", at, number, "promise", ("promise", "coroutine"))
        return self

    def poll(
        self,
        number: int,
        given: Any,
        at: float,
        answered: float | None = None,
        *,
        throws: bool = False,
        read: bool = True,
    ) -> SessionBuilder:
        """One round of onProcess that is answered."""
        answered = at if answered is None else answered
        self.arm(number, at)
        call = self.calls + 1
        self.event("poll.called", at, process=1, poll=number, call=call)
        if throws:
            self.fails("onProcess", at, answered, read=read)
        else:
            self.call("onProcess", given, at, answered, read=read)
        late = ns(answered) >= ns(at + self._limit(number))
        text = given if isinstance(given, str) and not throws else ""
        if late:
            self.timeout(number, at)
        verdict = "late" if late else "accepted"
        return self.event("poll.answered", answered, process=1, poll=number, verdict=verdict, text=text, dropped=late)

    def arm(self, number: int, at: float) -> SessionBuilder:
        """A round of onProcess begins."""
        deadline = ns(at + self._limit(number))
        return self.event("poll.armed", at, process=1, bundle=BUNDLE, poll=number, deadline_ns=deadline, first=number == 1)

    def timeout(self, number: int, at: float, *, failed: bool = False) -> SessionBuilder:
        """The time of the round that was armed at ``at`` runs out."""
        return self.event("poll.timeout", at + self._limit(number), process=1, poll=number, count=1, failed=failed)

    def end(self, at: float = 10, code: int = 0, why: str = "disconnect", process: int = 1) -> SessionBuilder:
        """The process ends, and the client hears of it."""
        self.event("process.end", at, process=process, bundle=BUNDLE, why=why, text="")
        error = {"code": code, "message": "", "data": BUNDLE}
        return self.event("client", at, callback="onBundleEnd", args=(None, BUNDLE) if code == 0 else (error,))

    def record(self, **changes: Any) -> Record:
        """The session as a record."""
        places = {callback: f"app.py:{10 * number}" for number, callback in enumerate(self.callbacks, 1)}
        record = Record(
            subject={
                "spec": "app.Ext",
                "language": "python",
                "callbacks": list(self.callbacks),
                "source": {"file": "app.py", "places": places},
            },
            profile=self.profile,
            plan=self.plan.to_json(),
            conditions=self.conditions,
            seed=0,
            events=tuple(sorted(self.events, key=lambda event: event.at_ns)),
        )
        return replace(record, **changes)

    def _limit(self, number: int) -> float:
        name = "first_progress_limit_ms" if number == 1 else "progress_limit_ms"
        return float(self.profile[name]) / 1000

    def _end(
        self, kind: str, at: float, number: int, outcome: str, given: Any, error: Any = None, where: str | None = None
    ) -> None:
        self.event(kind, at, call=number, outcome=outcome, value=value(given), error=error, where=where)


def backup(given: Any = OK, **options: Any) -> Record:
    """A nominal full backup whose onBackupEx returns ``given``."""
    return SessionBuilder(**options).call("onBackupEx", given).end().record()


def restore(given: Any = OK, **options: Any) -> Record:
    """A nominal incremental restore whose onRestoreEx returns ``given``."""
    options.setdefault("callbacks", ("onRestoreEx",))
    return SessionBuilder("incremental-restore", **options).call("onRestoreEx", given).end().record()
