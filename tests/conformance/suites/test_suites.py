"""Which groups the suites yield, and that each of them does on a device what it is named for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

import pytest

from conformance.catalogue import CATALOGUE
from conformance.suites import SUITES, suites_feeding
from conformance.suites.control import Control
from conformance.suites.faults import conditions_of, process_events, turning_points
from conformance.suites.lab import Lab
from conformance.suites.session import SessionGroup, SuiteContext, single
from conformance.suites.storage import struck_operations
from emulator import CALLBACKS, IoError, SessionKind, SlowCpu, load_profile, load_subject, nominal_plan
from emulator.plan import SessionPlan
from emulator.record import Event, Record
from emulator.storage.seed import AppData

LATEST = load_profile("latest")
CONTROL = load_subject(Control)


@pytest.fixture(scope="module")
def nominal() -> dict[SessionKind, Record]:
    """The control subject's nominal sessions."""
    lab = Lab(CONTROL)
    groups = suite("nominal")(SuiteContext(frozenset(CONTROL.callbacks), LATEST))
    return {group.sessions[0].plan.kind: lab.run(group).records[0] for group in groups}


def suite(name: str):  # type: ignore[no-untyped-def]
    return next(s for s in SUITES if s.name == name).groups


def context(nominal: dict[SessionKind, Record] | None = None, *callbacks: str) -> SuiteContext:
    return SuiteContext(frozenset(callbacks or CALLBACKS), LATEST, nominal or {})


def all_groups(nominal: dict[SessionKind, Record]) -> Iterator[tuple[str, SessionGroup]]:
    for one in SUITES:
        for group in one.groups(context(nominal)):
            yield one.name, group


def test_names_are_unique_within_a_suite(nominal: dict[SessionKind, Record]) -> None:
    names = [(name, group.name) for name, group in all_groups(nominal)]
    assert len(names) == len(set(names))


def test_sessions_are_not_planned_twice(nominal: dict[SessionKind, Record]) -> None:
    sessions = [(group.sessions, group.installs, group.data) for _, group in all_groups(nominal)]
    assert len(sessions) == len(set(sessions))


def test_every_plan_saves_and_reads_back(nominal: dict[SessionKind, Record]) -> None:
    for _, group in all_groups(nominal):
        for session in group.sessions:
            assert SessionPlan.from_json(session.plan.to_json()) == session.plan


def test_each_kind_has_a_nominal_session() -> None:
    groups = list(suite("nominal")(context()))
    for data in (AppData.FULL, AppData.FEW):
        assert [group.sessions[0].plan.kind for group in groups if group.data is data] == list(SessionKind)
    assert all(group.sessions[0].plan.nominal for group in groups)


@pytest.mark.parametrize("name", ["info", "text"])
def test_nobody_sends_infos_to_an_app_that_gets_none(name: str) -> None:
    assert not list(suite(name)(context(None, "onBackup", "onRestore")))
    kinds = {group.sessions[0].plan.kind for group in suite(name)(context(None, "onBackupEx"))}
    assert kinds and all(kind.is_backup for kind in kinds)


def test_the_empty_info_goes_to_every_kind_of_session() -> None:
    empty = [g.sessions[0].plan.kind for g in suite("info")(context()) if g.sessions[0].plan.infos is None]
    assert empty == list(SessionKind)


def test_the_words_of_the_source_are_sent() -> None:
    told = replace(context(), words=("vip", "9.9"))
    added = {g.name for name in ("info", "versions") for g in suite(name)(told)} - {
        g.name for name in ("info", "versions") for g in suite(name)(context())
    }
    kinds = ("full-backup", "incremental-restore")
    assert added == {"word-9.9", *(f"{kind}-word-{word}" for kind in kinds for word in ("vip", "9.9"))}


def test_versions_need_a_restore_callback() -> None:
    assert not list(suite("versions")(context(None, "onBackupEx")))


def test_compatibility_is_asked_where_the_device_knows_it() -> None:
    assert len(list(suite("compatibility")(context()))) == 8
    old = replace(context(), profile=load_profile("api-18"))
    assert not list(suite("compatibility")(old))


def test_a_users_condition_goes_to_every_kind_of_session(nominal: dict[SessionKind, Record]) -> None:
    own = replace(context(nominal), conditions=(SlowCpu(7),))
    groups = [g for g in suite("conditions")(own) if g.sessions[0].conditions == (SlowCpu(7),)]
    assert [g.sessions[0].plan.kind for g in groups] == list(SessionKind)


def test_every_faulted_session_is_followed_by_a_healed_one(nominal: dict[SessionKind, Record]) -> None:
    for group in suite("conditions")(context(nominal)):
        faulted, healed = group.sessions
        assert faulted.conditions and not healed.conditions
        assert healed.plan == nominal_plan(faulted.plan.kind)


def test_a_kill_at_every_event_of_the_process_in_a_restore(nominal: dict[SessionKind, Record]) -> None:
    record = nominal[SessionKind.INCREMENTAL_RESTORE]
    kinds = [event.kind for event in record.events]
    struck = process_events(record)
    assert struck == list(range(kinds.index("process.start"), kinds.index("process.end")))
    kills = {name for name, _ in conditions_of(record) if name.startswith("kill-")}
    assert kills == {f"kill-{event}" for event in struck}


def test_kills_are_spread_over_events_that_come_by_the_hundred(nominal: dict[SessionKind, Record]) -> None:
    record = nominal[SessionKind.INCREMENTAL_RESTORE]
    begin = next(number for number, event in enumerate(record.events) if event.kind == "process.start") + 1
    many = [Event(0, "task", "file.lost", {"path": str(number)}) for number in range(1_000)]
    struck = process_events(replace(record, events=(*record.events[:begin], *many, *record.events[begin:])))
    inside = [number for number in struck if begin <= number < begin + 1_000]
    assert inside[0] == begin and inside[-1] == begin + 999 and len(inside) == 40
    assert {late - early for early, late in pairwise(inside)} == {25, 26}
    assert len(struck) == len(process_events(record)) + 40


def test_errors_reach_far_into_the_work_of_an_app_with_many_files() -> None:
    tried = list(islice(struck_operations(), 60))
    assert tried[:20] == list(range(1, 21))
    assert tried[20:24] == [22, 24, 26, 28] and tried[-1] > 300


@pytest.mark.parametrize(
    ("kind", "thorough", "points"),
    [(SessionKind.FULL_BACKUP, True, 12), (SessionKind.FULL_BACKUP, False, 6), (SessionKind.INCREMENTAL_RESTORE, False, 6)],
)
def test_a_kill_at_turning_points_elsewhere(
    nominal: dict[SessionKind, Record], kind: SessionKind, thorough: bool, points: int
) -> None:
    kills = [name for name, _ in conditions_of(nominal[kind], thorough) if name.startswith("kill-")]
    assert kills == [f"kill-{event}" for event in turning_points(nominal[kind], points)]
    assert len(kills) > 3


def test_the_healed_device_always_completes(nominal: dict[SessionKind, Record]) -> None:
    lab = Lab(CONTROL)
    for group in suite("conditions")(context(nominal)):
        healed = lab.run(group).records[-1]
        assert healed.end_code("com.example.app") == 0, group.name


def test_every_judged_rule_is_fed() -> None:
    about_files = {rule.id for rule in CATALOGUE.values() if rule.area in ("package", "source")}
    assert {rule_id for rule_id in CATALOGUE if not suites_feeding(rule_id)} == about_files


def test_no_suite_feeds_a_rule_that_does_not_exist() -> None:
    assert all(one.feeds <= CATALOGUE.keys() for one in SUITES)


@pytest.mark.parametrize("operations", [0, 1, 7])
@pytest.mark.parametrize("spec", ["fixtures.notes.Ext", "fixtures.good.template.Ext"])
def test_an_error_is_tried_at_every_file_operation(spec: str, operations: int) -> None:
    """As long as one strikes, there may be a further operation, also of an app whose files are the same in the end."""
    record = Lab(load_subject(spec)).run(single("n", nominal_plan(SessionKind.FULL_BACKUP), data=AppData.FEW)).records[0]
    groups = suite("storage")(context({SessionKind.FULL_BACKUP: record}))
    tried: Counter[str] = Counter()
    group = next(groups, None)
    while group is not None:
        condition = group.sessions[0].conditions[0]
        struck = False
        if isinstance(condition, IoError):
            tried[condition.operation] += 1
            assert condition.nth == tried[condition.operation]
            struck = condition.nth <= operations
        try:
            group = groups.send(struck)
        except StopIteration:
            break
    assert tried == dict.fromkeys(("open", "write", "read"), operations + 1)
