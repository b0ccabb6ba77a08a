"""A pytest plugin for the tests of the plugin: the run of the suites, replaced by a script.

The script is the JSON file that CONFORMANCE_SCRIPT names: an object whose members are rule ids. A value has ``outcome``,
``reason``, ``missed``, ``findings`` (members of `Finding` over a default, and ``replay``), and what is to happen on the way:
``print``, ``warn``, ``raise`` (a message), ``interrupt``, ``die``, ``run out`` (the time limit of pytest-timeout does, now). With
``settings`` and ``limit`` the outcome's reason is what the run was made with, and the rule's time limit in seconds. Rules that
are not in the script pass. ``closed`` in the script names a file that is written when the run is closed.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conformance.catalogue import CATALOGUE, Finding
from conformance.run import OutcomeKind, ReportedFinding, RuleOutcome

SCRIPT: dict[str, Any] = json.loads(Path(os.environ["CONFORMANCE_SCRIPT"]).read_text(encoding="utf-8"))


class ScriptedRun:
    """Stands in for `conformance.run.ConformanceRun`."""

    sessions_run = 0
    durations: Mapping[str, float] = {}
    progress: Callable[..., None] | None = None

    def __init__(self, subject: object, settings: Any, package: object = None) -> None:
        self.settings = settings

    def outcome(self, rule_id: str) -> RuleOutcome:
        """What the script says."""
        told = SCRIPT.get(rule_id, {})
        if "print" in told:
            print(told["print"])
        if "warn" in told:
            warnings.warn(told["warn"], stacklevel=1)
        if "raise" in told:
            raise RuntimeError(told["raise"])
        if "die" in told:
            os._exit(9)
        if "interrupt" in told:
            raise KeyboardInterrupt
        if "run out" in told:
            _run_out()
        if "limit" in told:
            return RuleOutcome(rule_id, OutcomeKind.NOT_APPLICABLE, f"{_limit().interval:g} s", ())
        if "settings" in told:
            return RuleOutcome(rule_id, OutcomeKind.NOT_APPLICABLE, repr(self.settings), ())
        findings = tuple(_finding(rule_id, number, given) for number, given in enumerate(told.get("findings", ()), 1))
        outcome, missed = OutcomeKind(told.get("outcome", "passed")), tuple(told.get("missed", ()))
        return RuleOutcome(rule_id, outcome, told.get("reason", ""), findings, missed)

    def close(self) -> None:
        """Leave a trace."""
        if "closed" in SCRIPT:
            Path(SCRIPT["closed"]).write_text("closed", encoding="utf-8")


def _limit() -> threading.Timer:
    """The time limit of the present test, by pytest-timeout's method ``thread``."""
    return next(thread for thread in threading.enumerate() if isinstance(thread, threading.Timer))


def _run_out() -> None:
    """Let the time limit strike, by whichever method, as if the time were over."""
    if signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        signal.raise_signal(signal.SIGALRM)
    else:
        _limit().function(*_limit().args)


def _finding(rule_id: str, number: int, given: Mapping[str, Any]) -> ReportedFinding:
    rule = CATALOGUE[rule_id]
    members = {
        "message": f"finding {number}",
        "seen": "at 5.000 s: something\nat 6.000 s: something else",
        "device": rule.device,
        "mend": rule.mend,
        "clauses": rule.clauses,
        "where": "app.py:12",
        "log": ("5.000 s stdout: packing",),
        "fingerprint": f"{rule_id}-{number}",
    }
    members.update({name: value for name, value in given.items() if name != "replay"})
    return ReportedFinding(Finding(rule=rule_id, **members), given.get("replay", ""))


def scripted_replay(path: Path, subject: object, settings: object, package: object) -> Any:
    """Stands in for `conformance.replay.replay`."""
    told = SCRIPT["replay"]
    findings = tuple(_finding(rule, 1, {}) for rule in told.get("rules", ()))
    return SimpleNamespace(verdict=told["verdict"], findings=findings, message=told["message"])


def pytest_configure() -> None:
    """Put the script in place."""
    import conformance.replay
    import conformance.run

    conformance.run.ConformanceRun = ScriptedRun  # type: ignore[misc, assignment]
    conformance.replay.replay = scripted_replay
