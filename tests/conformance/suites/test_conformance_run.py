"""From rules to outcomes: which sessions are run, what is reported, what is saved, and what is the harness' own fault."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import conformance.suites.judging
from conformance import scenarios
from conformance.catalogue import CATALOGUE
from conformance.replay import replay
from conformance.run import ConformanceRun, OutcomeKind, RuleOutcome, RunSettings
from conformance.scenarios import Verdict
from conformance.suites.control import RESULT, Control
from emulator import BackupExtensionAbility, BundleVersion, Scenario, SlowCpu, load_subject
from emulator.plan import SessionPlan
from tests.conformance.suites.fake_device import SUBJECT, FakeDevice, FakeDevices
from tests.conformance.suites.vip import Mended, Vip


def run_of(cls: type[Any], tmp_path: Path, **settings: Any) -> ConformanceRun:
    return ConformanceRun(load_subject(cls), RunSettings(scenario_dir=tmp_path, **{"profile": "quick", **settings}))


def fake_run(behaviour: Callable[[FakeDevice, SessionPlan], str], tmp_path: Path, **settings: Any) -> ConformanceRun:
    chosen = RunSettings(scenario_dir=tmp_path, **{"examples": 5, "profile": "quick", **settings})
    return ConformanceRun(SUBJECT, chosen, make_device=FakeDevices(behaviour))  # type: ignore[arg-type]


def kinds(outcomes: dict[str, RuleOutcome], *wanted: OutcomeKind) -> list[str]:
    return [rule_id for rule_id, outcome in outcomes.items() if outcome.outcome in wanted]


def all_outcomes(run: ConformanceRun) -> dict[str, RuleOutcome]:
    return {rule_id: run.outcome(rule_id) for rule_id in CATALOGUE}


# which sessions ------------------------------------------------------------------------------------------------------------


def test_nothing_is_run_before_it_is_asked_for(tmp_path: Path) -> None:
    assert run_of(Control, tmp_path).sessions_run == 0


def test_a_rule_runs_no_further_than_its_last_suite(tmp_path: Path) -> None:
    run = run_of(Control, tmp_path)
    run.outcome("BK506")
    assert list(run.durations) == ["nominal", "repeat", "info"]
    run.outcome("BK101")
    assert list(run.durations)[-1] == "fuzz"


def test_every_session_is_run_once(tmp_path: Path) -> None:
    run = run_of(Control, tmp_path)
    run.outcome("BK101")
    before = run.sessions_run
    all_outcomes(run)
    assert run.sessions_run == before


def test_a_good_subject_passes_or_has_nothing_to_judge(tmp_path: Path) -> None:
    outcomes = all_outcomes(run_of(Control, tmp_path, check_repeat=True))
    assert not kinds(outcomes, OutcomeKind.FAILED, OutcomeKind.WARNED, OutcomeKind.BLOCKED, OutcomeKind.ERROR)
    assert outcomes["BK101"].outcome is OutcomeKind.PASSED
    assert outcomes["BK302"].reason == "neither pair of callbacks is overridden in full"
    assert all(outcomes[rule_id].reason for rule_id in kinds(outcomes, OutcomeKind.NOT_APPLICABLE))
    assert not list(tmp_path.iterdir())


class PlainForSome(BackupExtensionAbility):
    """Hands over to its plain sibling when the caller has nothing to say, and only then."""

    def onBackupEx(self, backupInfo: str) -> str:
        if not backupInfo:
            self.onBackup()
        return RESULT

    def onBackup(self) -> None:
        """Nothing to do."""


def test_a_plain_callback_that_the_app_calls_in_some_session_is_reached(tmp_path: Path) -> None:
    assert run_of(PlainForSome, tmp_path).outcome("BK302").outcome is OutcomeKind.PASSED


class HalfRefused(Control):
    def onBackupEx(self, backupInfo: str) -> str:
        import socket

        socket.create_connection(("localhost", 1))
        return RESULT


def test_a_rule_does_not_pass_when_an_ordinary_session_could_not_be_judged(tmp_path: Path) -> None:
    outcomes = all_outcomes(run_of(HalfRefused, tmp_path))
    assert not kinds(outcomes, OutcomeKind.FAILED, OutcomeKind.WARNED, OutcomeKind.ERROR)
    assert outcomes["BK101"].outcome is OutcomeKind.BLOCKED
    assert "full-backup: not available on the emulated device: socket" in outcomes["BK101"].reason


class Copes(Control):
    def onBackupEx(self, backupInfo: str) -> str:
        import socket

        try:
            socket.create_connection(("localhost", 1))
        except Exception:
            return RESULT
        return "connected"


def test_what_the_app_asked_for_in_vain_is_told_also_when_it_copes(tmp_path: Path) -> None:
    outcome = run_of(Copes, tmp_path).outcome("BK101")
    assert outcome.outcome is OutcomeKind.PASSED
    assert outcome.missed == ("not available on the emulated device: socket.create_connection",)
    assert run_of(HalfRefused, tmp_path).outcome("BK101").missed == ()


class AllRefused(BackupExtensionAbility):
    def onBackup(self) -> None:
        import socket

        socket.create_connection(("localhost", 1))

    def onRestore(self, bundleVersion: Any) -> None:
        self.onBackup()


def test_what_could_not_be_judged_is_blocked_and_not_without_a_subject(tmp_path: Path) -> None:
    outcomes = all_outcomes(run_of(AllRefused, tmp_path))
    assert not kinds(outcomes, OutcomeKind.FAILED, OutcomeKind.WARNED, OutcomeKind.ERROR)
    assert {outcomes[rule_id].outcome for rule_id in ("BK501", "BK505", "BK601", "BK604", "BK904")} == {OutcomeKind.BLOCKED}
    assert outcomes["BK507"].reason == "neither onBackupEx nor onRestoreEx is overridden"
    assert outcomes["BK603"].outcome is OutcomeKind.NOT_APPLICABLE
    assert outcomes["BK603"].reason == "fullBackupOnly is not true"
    passed = kinds(outcomes, OutcomeKind.PASSED)
    assert all(rule_id.startswith(("BK7", "BK8")) for rule_id in passed)


class NotesWhenAndWhere(BackupExtensionAbility):
    """Writes down when it was restored, and a number of its own for this phone."""

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        path = Path(self.context.filesDir, "restored.txt")
        path.with_suffix(".part").write_text(f"{time.time()} {uuid.uuid4()}")
        path.with_suffix(".part").replace(path)
        return RESULT


class NamesItsNote(BackupExtensionAbility):
    """Leaves a note that is called after the time and a number of its own."""

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        Path(self.context.filesDir, f"restored-{int(time.time())}-{uuid.uuid4().hex}.txt").write_text("once")
        return RESULT


@pytest.mark.parametrize("cls", [NotesWhenAndWhere, NamesItsNote])
def test_what_depends_on_the_clock_or_on_chance_is_no_damage(cls: type[Any], tmp_path: Path) -> None:
    assert run_of(cls, tmp_path, profile="gate").outcome("BK903").outcome is OutcomeKind.PASSED


class DeletesWhenTold(BackupExtensionAbility):
    """Makes room on the old phone when the new one is another device."""

    def onBackupEx(self, backupInfo: str) -> str:
        if "isSameDevice" in backupInfo and '"false"' in backupInfo:
            for note in Path(self.context.filesDir).glob("*.txt"):
                note.unlink()
        return RESULT


def test_what_a_backup_deletes_when_it_is_told_something_is_damage(tmp_path: Path) -> None:
    outcomes = all_outcomes(run_of(DeletesWhenTold, tmp_path))
    assert [rule_id for rule_id, outcome in outcomes.items() if outcome.findings] == ["BK904"]


def test_the_quick_profile_runs_less(tmp_path: Path) -> None:
    quick, gate = (
        ConformanceRun(load_subject(Control), RunSettings(profile=p, scenario_dir=tmp_path)) for p in ("quick", "gate")
    )
    quick.outcome("BK101")
    gate.outcome("BK101")
    assert quick.sessions_run < 0.8 * gate.sessions_run


def test_the_fuzz_profile_ends_with_its_budget(tmp_path: Path) -> None:
    run = run_of(Control, tmp_path, profile="fuzz", budget_s=0.001)
    assert run.outcome("BK101").outcome is OutcomeKind.PASSED


def test_a_users_condition_is_tried(tmp_path: Path) -> None:
    plain, own = (run_of(Control, tmp_path, conditions=conditions) for conditions in ((), (SlowCpu(9),)))
    plain.outcome("BK510")
    own.outcome("BK510")
    assert own.sessions_run == plain.sessions_run + 10


# agreement -----------------------------------------------------------------------------------------------------------------

_calls = [0]


class Counting(BackupExtensionAbility):
    """Keeps a count in its module, and breaks now and then because of it."""

    def onBackupEx(self, backupInfo: str) -> str:
        _calls[0] += 1
        return "" if _calls[0] % 7 == 0 else RESULT

    def onBackup(self) -> None:
        """Nothing to do."""


def test_processes_that_ask_in_another_order_agree(tmp_path: Path) -> None:
    def in_order(rule_ids: list[str]) -> dict[str, RuleOutcome]:
        _calls[0] = 0
        run = run_of(Counting, tmp_path)
        return {rule_id: run.outcome(rule_id) for rule_id in rule_ids}

    forwards, backwards = in_order(sorted(CATALOGUE)), in_order(sorted(CATALOGUE, reverse=True))
    assert forwards == {rule_id: backwards[rule_id] for rule_id in forwards}
    assert forwards["BK201"].outcome is OutcomeKind.FAILED
    assert forwards["BK511"].outcome is OutcomeKind.WARNED


# findings and their files --------------------------------------------------------------------------------------------------


class ElsewhereMended(BackupExtensionAbility):
    """Another app: the Ex callback is gone."""

    def onBackup(self) -> None:
        """Nothing to do."""


@pytest.fixture
def found(tmp_path: Path) -> RuleOutcome:
    """What the fuzzer finds in Vip."""
    return run_of(Vip, tmp_path, examples=100).outcome("BK507")


def test_the_fuzzer_finds_a_word_of_the_source_and_shrinks(found: RuleOutcome) -> None:
    assert found.outcome is OutcomeKind.FAILED
    details = json.loads(str(found.findings[0].finding.plan["infos"]))["infos"][0]["details"]
    assert [element["type"] for element in details] == ["vip"]
    assert len(json.dumps(details)) < 50


def test_a_saved_failure_fails_again_until_it_is_mended(found: RuleOutcome) -> None:
    path = Path(found.findings[0].replay)
    again = replay(path, load_subject(Vip), RunSettings())
    assert again.verdict is Verdict.FAILED and again.message == "BK507 fires again, on the same trace"
    assert [reported.finding.rule for reported in again.findings] == ["BK507"]
    assert replay(path, load_subject(Mended), RunSettings()).verdict is Verdict.FIXED
    assert replay(path, load_subject(ElsewhereMended), RunSettings()).verdict is Verdict.DIVERGED


def test_a_scenario_names_its_rule(found: RuleOutcome) -> None:
    scenario = Scenario.load(Path(found.findings[0].replay))
    assert scenario.pins == scenario.expect["rule"] == "BK507"
    assert scenario.why == found.findings[0].finding.message


class AfterCrash(BackupExtensionAbility):
    """Throws once it finds what an interrupted backup left."""

    def onBackup(self) -> None:
        marker = Path(self.context.filesDir, "busy")
        marker.touch(exist_ok=False)
        time.sleep(1)
        marker.unlink()


def test_what_a_fault_leaves_behind_is_found_on_the_healed_device(tmp_path: Path) -> None:
    outcome = run_of(AfterCrash, tmp_path).outcome("BK501")
    assert outcome.outcome is OutcomeKind.FAILED
    scenario = Scenario.load(Path(outcome.findings[0].replay))
    before = json.loads(scenario.expect["before"])
    assert [condition["name"] for condition in before[0]["conditions"]] and not scenario.conditions
    assert replay(Path(outcome.findings[0].replay), load_subject(AfterCrash), RunSettings()).verdict is Verdict.FAILED


class HalfImported(NotesWhenAndWhere):
    """Takes an import that was begun for one that is done."""

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        begun = Path(self.context.filesDir, "begun")
        if self.begins_anew or not begun.exists():
            begun.touch()
            time.sleep(1)
            Path(self.context.filesDir, "imported.txt").write_text("all")
        return super().onRestoreEx(bundleVersion, restoreInfo)

    begins_anew = False


class AllImported(HalfImported):
    begins_anew = True


def test_the_clock_is_no_damage_in_a_replay_either(tmp_path: Path) -> None:
    outcome = run_of(HalfImported, tmp_path).outcome("BK903")
    assert outcome.outcome is OutcomeKind.FAILED
    file = Path(outcome.findings[0].replay)
    assert replay(file, load_subject(HalfImported), RunSettings()).verdict is Verdict.FAILED
    assert replay(file, load_subject(AllImported), RunSettings()).verdict is Verdict.FIXED


class ExportCounted(Control):
    """Counts its own export among its notes, so that the second backup tells of one more."""

    def onBackupEx(self, backupInfo: str) -> str:
        files = Path(self.context.filesDir)
        notes = len(list(files.glob("*.json")))
        (files / "export.json").write_text("[]", encoding="utf-8")
        return json.dumps({"type": "ErrorInfo", "errorCode": 0, "errorInfo": f"{notes} notes"})


def test_a_session_that_is_not_repeated_fails_again_until_it_is_mended(tmp_path: Path) -> None:
    outcome = run_of(ExportCounted, tmp_path).outcome("BK511")
    path = Path(outcome.findings[0].replay)
    assert len(scenarios.group_of(Scenario.load(path)).sessions) == 2
    again = replay(path, load_subject(ExportCounted), RunSettings())
    assert (again.verdict, again.message) == (Verdict.FAILED, "BK511 fires again, on the same trace")
    assert replay(path, load_subject(Control), RunSettings()).verdict is Verdict.FIXED


_runs = iter(range(10_000))


class Forgetful(Control):
    """Says something else in every run of this process."""

    def onBackupEx(self, backupInfo: str) -> str:
        print("run", next(_runs))
        return RESULT


def test_a_second_run_that_went_another_way_is_made_again(tmp_path: Path) -> None:
    outcome = run_of(Forgetful, tmp_path, check_repeat=True).outcome("BK511")
    path = Path(outcome.findings[0].replay)
    assert len(scenarios.group_of(Scenario.load(path)).sessions) == 1
    assert replay(path, load_subject(Forgetful), RunSettings()).verdict is Verdict.FAILED
    assert replay(path, load_subject(Control), RunSettings()).verdict is Verdict.FIXED


# blocked, and errors of ours -----------------------------------------------------------------------------------------------


def test_a_confirmed_hang_is_a_finding_and_blocks_the_rest(tmp_path: Path) -> None:
    outcomes = all_outcomes(fake_run(lambda device, plan: "hang", tmp_path))
    assert outcomes["BK503"].outcome is OutcomeKind.FAILED
    assert "after 10 s in a second run" in outcomes["BK503"].findings[0].finding.seen
    assert outcomes["BK101"].outcome is OutcomeKind.BLOCKED
    assert outcomes["BK101"].reason.startswith("nominal/full-backup: ")
    assert not kinds(outcomes, OutcomeKind.PASSED, OutcomeKind.ERROR)


def test_slowness_that_is_no_hang_is_judged_until_it_takes_too_long(tmp_path: Path) -> None:
    def slow(device: FakeDevice, plan: SessionPlan) -> str:
        return "hang" if (device.hang_limit_s or 0) < 8 else RESULT

    outcomes = all_outcomes(fake_run(slow, tmp_path))
    assert not kinds(outcomes, OutcomeKind.FAILED, OutcomeKind.WARNED)
    assert outcomes["BK101"].outcome is OutcomeKind.PASSED
    assert "had to be stopped in 3 sessions" in outcomes["BK514"].reason


def test_a_fault_of_the_emulator_is_an_error(tmp_path: Path) -> None:
    def broken(device: FakeDevice, plan: SessionPlan) -> str:
        raise LookupError("the emulator stumbled")

    run = fake_run(broken, tmp_path)
    outcome = run.outcome("BK101")
    assert outcome.outcome is OutcomeKind.ERROR
    assert outcome.reason.startswith("session nominal/full-backup: LookupError: the emulator stumbled\n")
    assert not outcome.findings


def test_a_fault_in_one_rule_keeps_no_other_from_judging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = conformance.suites.judging.judge_evidence

    def faulty(evidence: Any, *, only: Any = None) -> Any:
        if only is None or "BK102" in only:
            raise ZeroDivisionError("in BK102")
        return judge(evidence, only=only)

    monkeypatch.setattr(conformance.suites.judging, "judge_evidence", faulty)
    run = run_of(Control, tmp_path, examples=2, profile="quick")
    assert run.outcome("BK102").outcome is OutcomeKind.ERROR
    assert "rule BK102: ZeroDivisionError: in BK102" in run.outcome("BK102").reason
    assert run.outcome("BK101").outcome is OutcomeKind.PASSED


# repeatability -------------------------------------------------------------------------------------------------------------


def test_a_subject_that_does_not_repeat_itself_is_warned(tmp_path: Path) -> None:
    outcome = run_of(Forgetful, tmp_path, check_repeat=True).outcome("BK511")
    assert outcome.outcome is OutcomeKind.WARNED
    assert any("log at" in reported.finding.seen for reported in outcome.findings)


def test_addresses_in_the_log_and_in_errors_need_not_repeat_themselves(tmp_path: Path) -> None:
    alive: list[object] = []

    class Addressed(Control):
        def onBackupEx(self, backupInfo: str) -> str:
            alive.append(object())
            print("packing", alive[-1])
            raise ValueError(f"odd {alive[-1]}")

    run = run_of(Addressed, tmp_path, check_repeat=True)
    assert (run.outcome("BK501").outcome, run.outcome("BK511").outcome) == (OutcomeKind.FAILED, OutcomeKind.PASSED)


def test_a_device_that_does_not_repeat_itself_is_an_error_of_ours(tmp_path: Path) -> None:
    numbers = iter(range(10_000))
    run = fake_run(lambda device, plan: f"result {next(numbers)}", tmp_path, check_repeat=True)
    outcome = run.outcome("BK505")
    assert outcome.outcome is OutcomeKind.ERROR
    assert "the emulated device is not repeatable: event 3 was call.sync-end" in outcome.reason


class VersionBound(Control):
    """Refuses archives of other versions with an exception."""

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        if bundleVersion.name.startswith("99.99.99.997"):
            raise ValueError(bundleVersion.name)
        return RESULT


def test_fixed_sessions_come_before_drawn_ones(tmp_path: Path) -> None:
    outcome = run_of(VersionBound, tmp_path).outcome("BK508")
    assert outcome.findings[0].finding.plan["version"] == {"code": 0, "name": "99.99.99.997"}


class Unwaiting(Control):
    """Does all its file work at one go, and cleans up after errors: only a kill amid the work does damage."""

    def onBackupEx(self, backupInfo: str) -> str:
        note, aside = (Path(self.context.filesDir, name) for name in ("note.txt", "aside.txt"))
        if note.exists():
            note.rename(aside)
            try:
                note.with_name("export.txt").write_bytes(aside.read_bytes())
            finally:
                aside.rename(note)
        return RESULT

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        mark = Path(self.context.filesDir, "mark")
        if not mark.exists():
            mark.touch()
            try:
                mark.with_name("index.txt").write_text("note.txt")
            except OSError:
                mark.unlink()
                raise
        return RESULT


@pytest.mark.parametrize("profile", ["quick", "gate"])
def test_an_app_that_waits_for_nothing_is_killed_amid_its_work(tmp_path: Path, profile: str) -> None:
    run = run_of(Unwaiting, tmp_path, profile=profile, examples=0)
    for rule_id in ("BK903", "BK904"):
        (reported,) = run.outcome(rule_id).findings
        assert [condition["name"] for condition in reported.finding.conditions] == ["SlowStorage", "LowMemoryKill"]


class Rows(Control):
    """Writes rows at one go. A restore behind one that was killed finds some of them."""

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        with closing(sqlite3.connect(f"{self.context.databaseDir}/words.db", isolation_level=None)) as connection:
            connection.execute("DROP TABLE IF EXISTS words")
            connection.execute("CREATE TABLE IF NOT EXISTS kept (word TEXT)")
            connection.execute("CREATE TABLE words (word TEXT)")
            for word in ("milk", "bread"):
                connection.execute("INSERT INTO words VALUES (?)", (word,))
            if not connection.execute("SELECT * FROM kept").fetchall():
                connection.execute("INSERT INTO kept VALUES ('milk')")
                connection.execute("INSERT INTO kept VALUES ('bread')")
        return RESULT


class AllRows(Control):
    """The same, with what belongs together in one transaction."""

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        with closing(sqlite3.connect(f"{self.context.databaseDir}/words.db")) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (word TEXT)")
            if not connection.execute("SELECT * FROM kept").fetchall():
                connection.execute("INSERT INTO kept VALUES ('milk')")
                connection.execute("INSERT INTO kept VALUES ('bread')")
                connection.commit()
        return RESULT


@pytest.mark.parametrize(("app", "found"), [(Rows, 1), (AllRows, 0)])
def test_a_kill_between_two_statements_of_a_database(tmp_path: Path, app: type, found: int) -> None:
    assert len(run_of(app, tmp_path, profile="gate", examples=0).outcome("BK903").findings) == found


class Locking(Control):
    """A restore that finds the lock of one that was killed does nothing. Nothing is left to show how long it wrote the lock."""

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        lock = Path(self.context.filesDir, "lock")
        if not lock.exists():
            lock.with_name("lock.part").write_text("restoring")
            lock.with_name("lock.part").rename(lock)
            try:
                lock.with_name("index").write_text("{}")
            finally:
                lock.unlink()
        return RESULT


def test_work_that_leaves_no_trace_is_cut_short_as_well(tmp_path: Path) -> None:
    [reported] = run_of(Locking, tmp_path, profile="gate", examples=0).outcome("BK903").findings
    assert "/index has another content" in reported.finding.message
