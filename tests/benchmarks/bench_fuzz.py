"""One fuzzed session with all rules judged, against bare Hypothesis that calls the same callback with the same strategy.

At most one and a half times as long. How to run it is in docs/performance.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.rules import judge_evidence
from conformance.strategies import Draws
from conformance.suites.control import Control
from conformance.suites.judging import evidence_of
from conformance.suites.lab import Lab
from conformance.suites.session import Session, SessionGroup
from emulator import SessionKind, load_subject, nominal_plan
from emulator.guard import guarded
from emulator.service.details import read_infos

EXAMPLES = 300
SEEDS = 5
ROUNDS = 4
LIMIT = 1.5
SUBJECT = load_subject(Control)


def drawing(use: Callable[[SessionGroup], object], number: int) -> float:
    """Wall seconds for one example that is drawn and used; CPU time is counted in steps of milliseconds on some machines."""

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        backend="hypothesis",
    )
    @given(Draws().groups())
    def run(group: SessionGroup) -> None:
        use(first_of(group))

    begin = time.perf_counter()
    run()
    return (time.perf_counter() - begin) / EXAMPLES


def bare_call(group: SessionGroup) -> object:
    """The callback itself, with the string that the device would have made."""
    plan = group.sessions[0].plan
    extension = Control()
    text = plan.ext_info if plan.ext_info is not None else read_infos(plan.infos, 100, False, False).ext_info
    return extension.onBackupEx(text) if plan.kind.is_backup else extension.onRestoreEx(plan.version, text)


def in_turns(uses: Sequence[Callable[[SessionGroup], object]], number: int) -> list[float]:
    """The least that each use of the same examples takes in a few rounds."""
    rounds = [[drawing(use, number) for use in uses] for _ in range(ROUNDS)]
    return [min(taken) for taken in zip(*rounds, strict=True)]


def bench_fuzz_against_bare_hypothesis() -> None:
    lab = Lab(SUBJECT)
    nominal = {}
    for kind in SessionKind:
        group = SessionGroup(str(kind), (Session(nominal_plan(kind)),))
        nominal[str(kind)] = lab.run(group).records[0]

    def session_only(group: SessionGroup) -> object:
        return lab.run(group)

    def judged(group: SessionGroup) -> object:
        return judge_evidence(evidence_of(lab.run(group), nominal))

    uses = (bare_call, session_only, judged)
    with guarded(lab.hang_limit_s):
        least = [in_turns(uses, number) for number in range(SEEDS)]
    bare, ran, all_rules = (sum(taken) / SEEDS * 1e3 for taken in zip(*least, strict=True))
    print(
        f"\nper example: bare Hypothesis {bare:.3f} ms, with a session {ran:.3f} ms ({ran / bare:.2f}), "
        f"and all rules {all_rules:.3f} ms ({all_rules / bare:.2f}, limit {LIMIT})"
    )
    assert all_rules <= LIMIT * bare


def first_of(group: SessionGroup) -> SessionGroup:
    return SessionGroup(group.name, group.sessions[:1], group.installs)
