"""Waivers: findings that a team knows and accepts for now, with a reason, an owner, and an end.

A waivers file is TOML, one table per waiver::

    [[waiver]]
    rule = "BK401"
    reason = "the index is rebuilt on the main thread; moves to a worker in 2.4"
    owner = "storage team"
    expires = 2026-12-31       # optional: from the next day on it no longer counts
    fingerprint = "9c1b..."    # optional: only this finding of the rule

A waiver that no longer does anything is a fault of its own: it would hide the next finding.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

MEMBERS = ("rule", "reason", "owner", "expires", "fingerprint")


class WaiverError(ValueError):
    """A waivers file cannot be read; the message names the file, the waiver and what is wrong."""


class WaiverState(StrEnum):
    """What has become of a waiver in a run. All but the first two fail the run."""

    USED = "used"
    NOT_JUDGED = "not-judged"
    EXPIRED = "expired"
    STALE = "stale"
    UNMATCHED = "unmatched"

    @property
    def fails(self) -> bool:
        """Whether a waiver in this state fails the run."""
        return self not in (WaiverState.USED, WaiverState.NOT_JUDGED)


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry of the file. ``number`` counts from 1, in the order of the file."""

    number: int
    rule: str
    reason: str
    owner: str
    expires: date | None = None
    fingerprint: str = ""

    def has_expired(self, today: date) -> bool:
        """True from the day after ``expires`` on."""
        return self.expires is not None and today > self.expires

    def covers(self, rule: str, fingerprint: str) -> bool:
        """Whether it speaks of this finding."""
        return self.rule == rule and self.fingerprint in ("", fingerprint)

    def to_json(self) -> dict[str, Any]:
        """Its members as they stand in the file, for the report."""
        return {
            "rule": self.rule,
            "reason": self.reason,
            "owner": self.owner,
            "expires": self.expires.isoformat() if self.expires else None,
            "fingerprint": self.fingerprint or None,
        }


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a run, and the day on which it takes place."""

    file: str = ""
    entries: tuple[Waiver, ...] = ()
    today: date = date.min

    def accepts(self, rule: str, fingerprint: str) -> Waiver | None:
        """The waiver that covers a finding today, if there is one."""
        alive = (w for w in self.entries if not w.has_expired(self.today))
        return next((w for w in alive if w.covers(rule, fingerprint)), None)


@dataclass(frozen=True, slots=True)
class WaiverVerdict:
    """What has become of one waiver, and the sentence that says so."""

    waiver: Waiver
    state: WaiverState
    message: str


def load_waivers(path: Path, today: date) -> Waivers:
    """Read a waivers file. Raises WaiverError for anything that is none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WaiverError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WaiverError(f"{path}: no TOML ({error})") from None
    entries = document.pop("waiver", [])
    if document:
        raise WaiverError(f"{path}: unknown {', '.join(map(repr, document))}; a waivers file has [[waiver]] tables only")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise WaiverError(f"{path}: write each waiver as a table of its own, headed [[waiver]]")
    return Waivers(str(path), tuple(_waiver(path, number, entry) for number, entry in enumerate(entries, 1)), today)


def judge_waiver(
    waiver: Waiver, today: date, known_rules: Iterable[str], outcome: str | None, fingerprints: Sequence[str]
) -> WaiverVerdict:
    """What has become of a waiver, given the outcome of its rule (None: not run) and the findings that the rule had."""
    rule, known = waiver.rule, tuple(known_rules)
    if rule not in known:
        close = difflib.get_close_matches(rule.upper(), known, n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        return WaiverVerdict(waiver, WaiverState.UNMATCHED, f"there is no rule {rule!r}{hint}")
    if waiver.expires is not None and waiver.has_expired(today):
        last = waiver.expires.isoformat()
        message = f"its last day was {last}; mend the finding, or agree on a new date with {waiver.owner}"
        return WaiverVerdict(waiver, WaiverState.EXPIRED, message)
    if outcome in (None, "blocked", "error"):
        return WaiverVerdict(waiver, WaiverState.NOT_JUDGED, f"{rule} was not judged in this run")
    if not fingerprints:
        word = "does not apply here" if outcome == "not-applicable" else "finds nothing any more"
        return WaiverVerdict(waiver, WaiverState.STALE, f"{rule} {word}: remove the waiver")
    if any(waiver.covers(rule, fingerprint) for fingerprint in fingerprints):
        return WaiverVerdict(waiver, WaiverState.USED, waiver.reason)
    seen = ", ".join(dict.fromkeys(fingerprints))
    message = f"{rule} has findings, but none with the fingerprint {waiver.fingerprint!r} (seen: {seen})"
    return WaiverVerdict(waiver, WaiverState.UNMATCHED, message)


def _waiver(path: Path, number: int, entry: Mapping[str, Any]) -> Waiver:
    where = f"{path}: waiver {number}" + (f" ({entry['rule']})" if isinstance(entry.get("rule"), str) else "")
    for name in entry:
        if name not in MEMBERS:
            close = difflib.get_close_matches(name, MEMBERS, n=1)
            raise WaiverError(f"{where}: unknown {name!r}; " + (f"did you mean {close[0]}?" if close else _known()))
    for name in ("rule", "reason", "owner"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise WaiverError(f"{where}: {name} is needed, as a text")
    fingerprint = entry.get("fingerprint", "")
    if not isinstance(fingerprint, str):
        raise WaiverError(f"{where}: fingerprint is a text")
    return Waiver(number, entry["rule"], entry["reason"], entry["owner"], _date(where, entry.get("expires")), fingerprint)


def _known() -> str:
    return f"known are {', '.join(MEMBERS)}"


def _date(where: str, value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise WaiverError(f"{where}: expires {value!r} is no date like 2026-12-31") from None
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise WaiverError(f"{where}: expires {value} is no date like 2026-12-31")
