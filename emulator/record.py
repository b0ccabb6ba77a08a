"""The record of one session: every event with its virtual time, as plain data.

A record is a flat journal of `Event`s. What rules ask for again and again (calls, polls, messages to the client) is read
out of the journal once, as the tuples below; nothing in them is not in the journal. The journal's event
kinds and their members are listed in docs/record.md and checked by schemas/record.schema.json.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

RECORD_VERSION = 1

_POLL_EVENTS = frozenset({"poll.called", "poll.timeout", "poll.answered", "poll.skipped"})


class RecordError(ValueError):
    """A saved record cannot be read; the message names the file and the place."""


class Event(NamedTuple):
    """One line of the journal: when (virtual ns since the session began), on which virtual thread, what."""

    at_ns: int
    thread: str
    kind: str
    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The event as one flat JSON object."""
        return {"at_ns": self.at_ns, "thread": self.thread, "kind": self.kind, **self.data}


_KIND = itemgetter(Event._fields.index("kind"))


class Value(NamedTuple):
    """A value that crossed from the app to the device, seen with JavaScript's eyes.

    ``kind`` is one of string, undefined, number, boolean, object, error, promise, thenable; ``text`` is the string itself
    for a string, the message for an error, and a short description (at most 200 characters) otherwise.
    """

    kind: str
    text: str

    @property
    def is_string(self) -> bool:
        """True for a primitive string, the only thing that the device reads (control-plane 2.4)."""
        return self.kind == "string"


class Call(NamedTuple):
    """One call of a callback by the device.

    ``outcome``: absent, returned, threw (synchronously), fulfilled, rejected, pending (never settled while the process
    lived), cut (the process ended first). ``sync_end_ns`` is the end of the synchronous part, ``end_ns`` the settling.
    ``read`` says that the device used the value; a late or orphaned value was never read and is not judged.
    """

    id: int
    process: int
    bundle: str
    callback: str
    args: tuple[Any, ...]
    begin_ns: int
    sync_end_ns: int | None
    end_ns: int | None
    outcome: str
    value: Value | None
    is_async: bool
    read: bool
    first_in_process: bool


class Poll(NamedTuple):
    """One round of onProcess: when it was armed, by when it had to be answered, and how it went.

    ``verdict``: accepted, late (answered after its deadline), unanswered, skipped (polling had stopped before it ran).
    ``text`` is the string that the device read ("" for anything that is no string). ``failed`` marks the poll at whose
    deadline the device gave the bundle up.
    """

    number: int
    process: int
    bundle: str
    armed_ns: int
    deadline_ns: int
    call: Call | None
    verdict: str
    text: str
    failed: bool


class ClientMessage(NamedTuple):
    """One callback of the client: its real name and its arguments, e.g. onBundleEnd, (None, "com.example.app")."""

    at_ns: int
    callback: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Record:
    """One session on one device. Two runs of the same subject, profile, conditions and seed give equal records."""

    subject: Mapping[str, Any]
    """spec, language, callbacks (the overridden ones), source (file, and place by callback)."""
    profile: Mapping[str, Any]
    """All fields of the DeviceProfile."""
    plan: Mapping[str, Any]
    """The session: kind, bundles, version, details or ext_info, client steps; see emulator.plan."""
    conditions: tuple[Mapping[str, Any], ...]
    seed: int
    events: tuple[Event, ...]
    tie_order: str = "fifo"
    complete: bool = True
    """False when the harness gave up on the session (hang limit); ``blocked`` then says why."""
    blocked: str = ""

    @property
    def nominal(self) -> bool:
        """True for a session with the device in order, empty details and the ordinary version."""
        return not self.conditions and bool(self.plan.get("nominal"))

    @property
    def kind(self) -> str:
        """full-backup, incremental-backup, full-restore, incremental-restore or upgrade-restore."""
        return str(self.plan["kind"])

    @property
    def is_backup(self) -> bool:
        """True for both kinds of backup."""
        return self.kind.endswith("backup")

    @cached_property
    def by_kind(self) -> Mapping[str, Sequence[Event]]:
        """The events of each kind that there is, in order."""
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for kind, event in zip(map(_KIND, self.events), self.events, strict=True):
            found[kind].append(event)
        return dict(found)

    def of_kind(self, *kinds: str) -> Iterator[Event]:
        """The events of these kinds, in order."""
        if len(kinds) == 1:
            return iter(self.by_kind.get(kinds[0], ()))
        return (event for event in self.events if event.kind in kinds)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call of a callback by the device, in order of their begin."""
        return tuple(_read_calls(self.by_kind))

    @cached_property
    def polls(self) -> tuple[Poll, ...]:
        """Every round of onProcess, in order of arming."""
        return tuple(_read_polls(self.events, {call.id: call for call in self.calls}))

    @cached_property
    def client(self) -> tuple[ClientMessage, ...]:
        """What the caller of the backup saw, in order."""
        return tuple(ClientMessage(e.at_ns, e.data["callback"], tuple(e.data["args"])) for e in self.of_kind("client"))

    def end_code(self, bundle: str) -> int | None:
        """The code of the bundle's last onBundleEnd, or of its failed onBundleBegin; None when it never ended."""
        code = None
        for message in self.client:
            if message.callback not in ("onBundleEnd", "onBundleBegin"):
                continue
            error = message.args[0]
            name = error["data"] if error else message.args[1]
            if name == bundle and (error or message.callback == "onBundleEnd"):
                code = error["code"] if error else 0
        return code

    def to_json(self) -> dict[str, Any]:
        """The record as one JSON document (schemas/record.schema.json)."""
        return {
            "recordVersion": RECORD_VERSION,
            "subject": dict(self.subject),
            "profile": dict(self.profile),
            "plan": dict(self.plan),
            "conditions": [dict(c) for c in self.conditions],
            "seed": self.seed,
            "tieOrder": self.tie_order,
            "complete": self.complete,
            "blocked": self.blocked,
            "events": [event.to_json() for event in self.events],
        }

    def dumps(self) -> str:
        """The document as text with a fixed layout, so that equal records are equal bytes."""
        return json.dumps(self.to_json(), ensure_ascii=True, indent=1, sort_keys=True) + "\n"

    @cached_property
    def trace_hash(self) -> str:
        """SHA-256 over the journal, 16 hex digits: equal for runs in which the same happened at the same times."""
        text = json.dumps([event.to_json() for event in self.events], ensure_ascii=True, sort_keys=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]

    def save(self, path: Path) -> None:
        """Write the document; the parent directory must exist."""
        path.write_text(self.dumps(), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Record:
        """Read a document back. Raises RecordError for anything that is no record of a known version."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["recordVersion"] != RECORD_VERSION:
                raise RecordError(f"{path}: recordVersion {document['recordVersion']!r} is not {RECORD_VERSION}")
            return cls.from_json(document)
        except OSError as error:
            raise RecordError(f"{path}: cannot be read ({error.strerror})") from None
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, RecordError):
                raise
            raise RecordError(f"{path}: no record ({type(error).__name__}: {error})") from None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Record:
        """The record that `to_json` gave."""
        own = ("at_ns", "thread", "kind")
        return cls(
            subject=document["subject"],
            profile=document["profile"],
            plan=document["plan"],
            conditions=tuple(document["conditions"]),
            seed=document["seed"],
            events=tuple(
                Event(e["at_ns"], e["thread"], e["kind"], {k: v for k, v in e.items() if k not in own})
                for e in document["events"]
            ),
            tie_order=document["tieOrder"],
            complete=document["complete"],
            blocked=document["blocked"],
        )


def _read_calls(by_kind: Mapping[str, Sequence[Event]]) -> Iterator[Call]:
    sync_ends = {e.data["call"]: e for e in by_kind.get("call.sync-end", ())}
    settles = {e.data["call"]: e for e in by_kind.get("call.settled", ())}
    reads = {e.data["call"] for e in by_kind.get("call.read", ())}
    ended = {e.data["process"] for e in by_kind.get("process.end", ())}
    seen: set[int] = set()
    for begin_ns, _, _, begin in by_kind.get("call", ()):
        number, process = begin["call"], begin["process"]
        sync_end = sync_ends.get(number)
        is_async = sync_end is not None and sync_end.data["outcome"] == "promise"
        last = settles.get(number) if sync_end is None or is_async else sync_end
        if last is None:
            outcome, value = "cut" if sync_end is None and process in ended else "pending", None
        else:
            outcome, value = last.data["outcome"], last.data.get("value")
        yield Call(
            number,
            process,
            begin["bundle"],
            begin["callback"],
            tuple(begin["args"]),
            begin_ns,
            sync_end.at_ns if sync_end is not None else None,
            last.at_ns if last is not None else None,
            outcome,
            Value(value["kind"], value["text"]) if value else None,
            is_async,
            number in reads,
            process not in seen,
        )
        seen.add(process)


def _read_polls(events: tuple[Event, ...], calls: dict[int, Call]) -> Iterator[Poll]:
    rounds: dict[tuple[int, int], dict[str, Any]] = {}
    for event in events:
        if event.kind == "poll.armed":
            key = (event.data["process"], event.data["poll"])
            rounds[key] = {"armed": event, "call": None, "verdict": "unanswered", "text": "", "failed": False}
        elif event.kind in _POLL_EVENTS:
            poll = rounds.get((event.data["process"], event.data["poll"]))
            if poll is None:
                continue
            if event.kind == "poll.called":
                poll["call"] = calls.get(event.data["call"])
            elif event.kind == "poll.timeout":
                poll["failed"] = event.data["failed"]
            elif event.kind == "poll.answered":
                poll["verdict"], poll["text"] = event.data["verdict"], event.data["text"]
            elif event.kind == "poll.skipped":
                poll["verdict"] = "skipped"
    for (process, number), poll in rounds.items():
        armed = poll["armed"]
        yield Poll(
            number=number,
            process=process,
            bundle=armed.data["bundle"],
            armed_ns=armed.at_ns,
            deadline_ns=armed.data["deadline_ns"],
            call=poll["call"],
            verdict=poll["verdict"],
            text=poll["text"],
            failed=poll["failed"],
        )
