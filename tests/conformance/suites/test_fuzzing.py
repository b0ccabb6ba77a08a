"""The fuzzer's own power and manners, on runners of a few lines."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest

from conformance.strategies import Draws
from conformance.suites import fuzz
from conformance.suites.fuzz import Fuzzer
from conformance.suites.session import SessionGroup
from emulator.plan import SessionKind

SEEDS = range(30)


def details_of(group: SessionGroup) -> list[object]:
    infos = group.sessions[0].plan.infos
    return json.loads(infos)["infos"][0]["details"] if infos and json.loads(infos)["infos"] else []


def breaks_on(test: Callable[[object], bool]) -> Callable[[SessionGroup], bool]:
    return lambda group: any(test(element) for element in details_of(group))


def names_version(prefix: str) -> Callable[[SessionGroup], bool]:
    return lambda group: any(s.plan.version.name.startswith(prefix) and not s.plan.kind.is_backup for s in group.sessions)


def strikes(name: str, *kinds: SessionKind) -> Callable[[SessionGroup], bool]:
    return lambda group: any(
        type(condition).__name__ == name and session.plan.kind in kinds
        for session in group.sessions
        for condition in session.conditions
    )


SUBJECTS: dict[str, tuple[float, Callable[[SessionGroup], bool]]] = {
    "detail is null": (0.5, breaks_on(lambda e: isinstance(e, dict) and "detail" in e and e["detail"] is None)),
    "detail absent": (0.9, breaks_on(lambda e: isinstance(e, dict) and "detail" not in e)),
    "detail is a number": (0.9, breaks_on(lambda e: isinstance(e, dict) and isinstance(e.get("detail"), (int, float)))),
    "an empty type": (0.7, breaks_on(lambda e: isinstance(e, dict) and e.get("type") == "")),
    "the same device": (0.9, breaks_on(lambda e: isinstance(e, dict) and e.get("type") == "isSameDevice")),
    "a word of its source": (0.9, breaks_on(lambda e: isinstance(e, dict) and e.get("type") == "vip")),
    "an element that is no object": (0.9, breaks_on(lambda e: not isinstance(e, dict))),
    "three elements": (0.9, lambda group: len(details_of(group)) >= 3),
    "a clone of HarmonyOS 4": (0.9, names_version("0.0.0.0")),
    "a foreign phone": (0.6, names_version("99.99.99.99")),
    "plain text": (0.7, lambda group: (group.sessions[0].plan.ext_info or "{")[0] not in '[{"0123456789'),
    "a crash in a restore": (0.9, strikes("Kill", SessionKind.INCREMENTAL_RESTORE, SessionKind.FULL_RESTORE)),
    "a cancelled session": (0.8, strikes("Cancel", *SessionKind)),
    "a clone beside it": (0.9, lambda group: any(len(session.plan.bundles) > 1 for session in group.sessions)),
    "a restore after a crash": (
        0.9,
        lambda group: any(
            s.conditions and not t.conditions and not t.plan.kind.is_backup
            for s, t in zip(group.sessions, group.sessions[1:], strict=False)
        ),
    ),
}


@pytest.fixture(scope="module")
def drawn() -> list[list[SessionGroup]]:
    """What the gate draws with each of many seeds."""
    runs = []
    for number in SEEDS:
        groups: list[SessionGroup] = []
        Fuzzer(Draws(words=("vip",)), lambda group, groups=groups: groups.append(group) or (), seed=number * 1000).run()  # type: ignore[misc]
        runs.append(groups)
    return runs


@pytest.mark.parametrize("name", SUBJECTS)
def test_finds_a_subject_that_breaks_on(name: str, drawn: list[list[SessionGroup]]) -> None:
    wanted, breaks = SUBJECTS[name]
    found = sum(any(map(breaks, groups)) for groups in drawn)
    assert found >= wanted * len(drawn)


def test_equal_seeds_draw_equal_groups() -> None:
    def drawn(number: int) -> list[SessionGroup]:
        groups: list[SessionGroup] = []
        Fuzzer(Draws(), lambda group: groups.append(group) or (), seed=number, examples=30).run()  # type: ignore[func-returns-value]
        return groups

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def smallest(
    rule_breaks: dict[str, Callable[[SessionGroup], bool]], known: frozenset[str] = frozenset()
) -> dict[str, SessionGroup]:
    last: dict[str, SessionGroup] = {}

    def attempt(group: SessionGroup) -> list[str]:
        fired = [rule for rule, breaks in rule_breaks.items() if breaks(group)]
        for rule in fired:
            if rule not in last or len(str(group)) < len(str(last[rule])):
                last[rule] = group
        return fired

    Fuzzer(Draws(), attempt, known=known).run()
    return last


def test_each_rule_is_shrunk_on_its_own() -> None:
    found = smallest(
        {
            "BK101": breaks_on(lambda e: isinstance(e, dict) and "detail" in e and e["detail"] is None),
            "BK903": strikes("Kill", SessionKind.FULL_RESTORE),
        }
    )
    assert len(details_of(found["BK101"])) == 1
    assert len(found["BK101"].sessions) == 1
    assert len(found["BK903"].sessions) <= 2
    assert found["BK903"].sessions[0].plan.infos == '{"infos":[]}'


def test_known_rules_cost_no_shrinking() -> None:
    tried = []

    def attempt(group: SessionGroup) -> list[str]:
        tried.append(group)
        return ["BK101"]

    Fuzzer(Draws(), attempt, known=frozenset(["BK101"]), examples=20).run()
    assert len(tried) <= 25


@pytest.mark.parametrize("times", [1, 2, 5])
def test_what_does_not_fail_again_ends_nothing(times: int) -> None:
    fired: list[SessionGroup] = []

    def attempt(group: SessionGroup) -> list[str]:
        if len(fired) < times:
            fired.append(group)
            return ["BK101"]
        return []

    Fuzzer(Draws(), attempt, examples=20).run()
    assert len(fired) == times


def test_a_batch_is_drawn_before_it_is_run_and_again_to_shrink(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing: list[bool] = []
    inside: list[bool] = []
    whole = fuzz.Fuzzer._draw

    def watched(self: Fuzzer, number: int, use: Callable[[SessionGroup], None]) -> None:
        drawing.append(True)
        whole(self, number, use)
        drawing.pop()

    def attempt(group: SessionGroup) -> list[str]:
        inside.append(bool(drawing))
        return ["BK101"] if len(details_of(group)) >= 3 else []

    monkeypatch.setattr(fuzz.Fuzzer, "_draw", watched)
    Fuzzer(Draws(), attempt).run_sessions(0)
    assert not any(inside[: inside.index(True)])
    assert all(inside[inside.index(True) :])


def test_errors_of_the_harness_pass_through() -> None:
    def attempt(group: SessionGroup) -> list[str]:
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        Fuzzer(Draws(), attempt, examples=5).run()


def test_a_spent_budget_ends_the_run() -> None:
    tried: list[SessionGroup] = []
    Fuzzer(Draws(), lambda group: tried.append(group) or (), deadline=-math.inf, examples=5).run()  # type: ignore[func-returns-value]
    assert tried == []
