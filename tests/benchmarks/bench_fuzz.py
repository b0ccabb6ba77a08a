"""One fuzzed session with all rules judged, against bare Hypothesis that calls the same callback with the same strategy.

At most one and a half times as long. How to run it is in docs/performance.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.rules import judge_evidence
from conformance.strategies import Draws
from conformance.suites.control import Control
from conformance.suites.fuzz import BATCH, Fuzzer
from conformance.suites.judging import evidence_of
from conformance.suites.lab import Lab
from conformance.suites.session import Session, SessionGroup
from emulator import SessionKind, load_subject, nominal_plan
from emulator.guard import guarded
from emulator.service.details import read_infos

SEEDS = 12
ROUNDS = 5
LIMIT = 1.5
SUBJECT = load_subject(Control)

Use = Callable[[SessionGroup], object]


def in_hypothesis(use: Use, number: int) -> None:
    """What bare Hypothesis does: each example is used when it has been drawn."""

    @seed(number)
    @settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        backend="hypothesis",
    )
    @given(Draws().groups())
    def run(group: SessionGroup) -> None:
        use(first_of(group))

    run()


def fuzzed(use: Use, number: int) -> None:
    """What the fuzz suite does: a batch is drawn, then used."""

    def attempt(group: SessionGroup) -> Iterable[str]:
        use(first_of(group))
        return ()

    Fuzzer(Draws(), attempt).run_sessions(number)


def bare_call(group: SessionGroup) -> object:
    """The callback itself, with the string that the device would have made."""
    plan = group.sessions[0].plan
    extension = Control()
    text = plan.ext_info if plan.ext_info is not None else read_infos(plan.infos, 100, False, False).ext_info
    return extension.onBackupEx(text) if plan.kind.is_backup else extension.onRestoreEx(plan.version, text)


def first_of(group: SessionGroup) -> SessionGroup:
    return SessionGroup(group.name, group.sessions[:1], group.installs)


def wall_ms(run: Callable[[Use, int], None], use: Use, number: int) -> float:
    """Wall milliseconds an example; CPU time is counted in steps of milliseconds on some machines."""
    begin = time.perf_counter()
    run(use, number)
    return (time.perf_counter() - begin) / BATCH * 1e3


def bench_fuzz_against_bare_hypothesis() -> None:
    lab = Lab(SUBJECT)
    nominal = {}
    for kind in SessionKind:
        group = SessionGroup(str(kind), (Session(nominal_plan(kind)),))
        nominal[str(kind)] = lab.run(group).records[0]

    def judged(group: SessionGroup) -> object:
        return judge_evidence(evidence_of(lab.run(group), nominal))

    sides = {
        "bare Hypothesis": (in_hypothesis, bare_call),
        "sessions": (fuzzed, lab.run),
        "sessions, judged": (fuzzed, judged),
        "the same inside Hypothesis": (in_hypothesis, judged),
    }
    taken = dict.fromkeys(sides, 0.0)
    with guarded(lab.hang_limit_s):
        for number in range(SEEDS):
            rounds = [[wall_ms(run, use, number) for run, use in sides.values()] for _ in range(ROUNDS)]
            for name, times in zip(sides, zip(*rounds, strict=True), strict=True):
                taken[name] += min(times) / SEEDS
    bare = taken["bare Hypothesis"]
    print(
        "\nper example: " + ", ".join(f"{name} {ms:.3f} ms ({ms / bare:.2f})" for name, ms in taken.items()) + f"; limit {LIMIT}"
    )
    assert taken["sessions, judged"] <= LIMIT * bare
