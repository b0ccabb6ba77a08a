"""The rules about the sources of an ArkTS extension: what they find, word for word, and what only just keeps to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance import judge
from conformance.catalogue import CATALOGUE, Finding
from conformance.evidence import Evidence
from conformance.rules import PREDICATES, does_not_run, files_blocked, judge_evidence, not_applicable
from conformance.rules.source_callbacks import why_no_callback
from conformance.rules.source_modules import appendix, disallowed_modules
from conformance.run import ConformanceRun, OutcomeKind, RunSettings
from conformance.suites.control import Control
from emulator import CALLBACKS, load_package, load_subject
from emulator.runtime.arkts.script import Script
from emulator.runtime.arkts.sources import LoadFault, Sources, Stage
from tests.conformance.rules.builder import backup
from tests.conformance.rules.scripts import ENTRY, class_of, evidence_with, imports, script, sources_with
from tests.conformance.rules.source_examples import BASE, FIRES, FROM_BASE, GOOD, KIT_IMPORT, MISSES, app, backup_class, importing

RULES = tuple(f"BK80{number}" for number in range(1, 7))
SPEC = Path(__file__).parents[3] / "docs" / "spec" / "clauses.md"


@pytest.fixture
def evidence_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Evidence]:
    """Evidence with the sources of an app that lies in the working directory."""

    def make(files: dict[str, Script], *faults: LoadFault) -> Evidence:
        monkeypatch.chdir(tmp_path)
        return evidence_with(sources_with(tmp_path, files), *faults)

    return make


def cases(table: dict[str, list[Any]]) -> list[Any]:
    return [pytest.param(rule_id, case, id=f"{rule_id}-{n}") for rule_id, rows in table.items() for n, case in enumerate(rows, 1)]


@pytest.mark.parametrize(("rule_id", "case"), cases(FIRES))
def test_fires(rule_id: str, case: Any, evidence_of: Callable[..., Evidence]) -> None:
    files, message, seen, where = case
    evidence = evidence_of(files)
    (found,) = PREDICATES[rule_id](evidence)
    assert (found.message, found.seen, found.where) == (message, seen, where)
    rule = CATALOGUE[rule_id]
    assert (found.rule, found.device, found.mend, found.clauses) == (rule_id, rule.device, rule.mend, rule.clauses)
    assert len(found.fingerprint) == 12
    assert not_applicable(rule_id, evidence) is None
    assert files_blocked(rule_id, evidence) == ""


@pytest.mark.parametrize(("rule_id", "files"), cases(MISSES))
def test_keeps_quiet(rule_id: str, files: dict[str, Script], evidence_of: Callable[..., Evidence]) -> None:
    assert list(PREDICATES[rule_id](evidence_of(files))) == []


def test_every_rule_has_both_kinds_of_example() -> None:
    assert tuple(FIRES) == tuple(MISSES) == RULES
    assert {rule_id for rule_id in PREDICATES if CATALOGUE[rule_id].area == "source"} == set(RULES)


@pytest.mark.parametrize(("rule_id", "case"), cases(FIRES))
def test_one_cause_one_rule(rule_id: str, case: Any, evidence_of: Callable[..., Evidence]) -> None:
    """Of the rules that are not blocked, nothing but the one fires; a class that is not exported may be plain as well."""
    evidence = evidence_of(case[0])
    open_rules = [rule for rule in RULES if not_applicable(rule, evidence) is None and not files_blocked(rule, evidence)]
    fired = [found.rule for found in judge_evidence(evidence, only=open_rules)]
    assert [rule for rule in fired if (rule_id, rule) != ("BK802", "BK806")] == [rule_id]


@pytest.mark.parametrize(("rule_id", "case"), cases(FIRES))
def test_an_empty_predicate_is_noticed(rule_id: str, case: Any, evidence_of: Callable[..., Evidence]) -> None:
    def empty(evidence: Evidence) -> Iterator[Finding]:
        return iter(())

    mutated = {**PREDICATES, rule_id: empty}
    assert rule_id not in {found.rule for rule in RULES for found in mutated[rule](evidence_of(case[0]))}


def test_where_the_checkout_lies_is_not_in_the_fingerprint(
    evidence_of: Callable[..., Evidence], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = app(importing(imports("@ohos.power", "default")))
    (first,) = PREDICATES["BK804"](evidence_of(files))
    monkeypatch.chdir("/")
    (second,) = PREDICATES["BK804"](evidence_with(sources_with(tmp_path, files)))
    assert first.where != second.where
    assert first.fingerprint == second.fingerprint


def test_what_fails_while_it_is_evaluated(evidence_of: Callable[..., Evidence]) -> None:
    fault = LoadFault(Stage.EVALUATE, ENTRY, 7, 3, "TypeError: x is not a function")
    (found,) = PREDICATES["BK801"](evidence_of(app(), fault))
    assert found.message == "Backup.ets fails while it is evaluated: TypeError: x is not a function"
    assert found.where == "app/Backup.ets:7:3"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    files = app(importing(imports("./A", "a")), A=script())
    (tmp_path / "app").mkdir()
    (tmp_path / "app/A.ets").write_bytes(b"\xff")
    sources = sources_with(tmp_path, files)
    assert [(Path(f.file).name, f.stage, f.line, f.message) for f in sources.faults] == [
        ("A.ets", Stage.COMPILE, 1, "the file is no UTF-8 (byte 0)")
    ]


def test_a_file_is_read_once_and_in_the_order_of_imports(tmp_path: Path) -> None:
    files = app(
        importing(imports("./B", "b"), imports("./A", "a")),
        A=script(imported=(imports("./B", "b"), imports("./Backup", "default"))),
        B=script(imported=(imports("./A", "a"),)),
    )
    assert [Path(file).name for file in sources_with(tmp_path, files).scripts] == ["Backup.ets", "B.ets", "A.ets"]


# the class under test --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "wanted", "name"),
    [
        (app(), "", "Backup"),
        (app(script(class_of("", "onBackup", name="A", default=False), class_of("", "onRestore", name="B"))), "A", "A"),
        (app(), "Gone", None),
        (app(script(class_of("", "save", name="A", default=False), class_of("", "onBackup", name="B", default=False))), "", "B"),
        (app(script(class_of("", "onBackup", name="A", default=False, abstract=True))), "", None),
        (app(script(imported=(imports("./Base", "Base"),), export="Base"), Base=BASE), "", "Base"),
        (
            app(
                script(
                    class_of("", "onBackup", name="A", default=False),
                    class_of("BackupExtensionAbility", name="B", default=False),
                    imported=(KIT_IMPORT,),
                )
            ),
            "",
            "B",
        ),
    ],
)
def test_which_class_is_under_test(tmp_path: Path, files: dict[str, Script], wanted: str, name: str | None) -> None:
    found = sources_with(tmp_path, files, wanted).extension
    assert (found.info.name if found is not None else None) == name


def test_callbacks_of_a_base_are_the_apps_own(tmp_path: Path) -> None:
    sources = sources_with(tmp_path, app(FROM_BASE, Base=BASE))
    assert sources.extension is not None
    ancestry = sources.ancestry(sources.extension)
    assert ancestry.callbacks == ("onBackupEx", "onRestore")
    assert {name: (Path(file).name, *at) for name, (file, *at) in ancestry.methods.items()} == {
        "onBackupEx": ("Base.ets", 4, 3),
        "onRestore": ("Backup.ets", 4, 3),
    }


def test_the_nearest_definition_counts(tmp_path: Path) -> None:
    sources = sources_with(tmp_path, app(replace(FROM_BASE, classes=(class_of("Base", "onBackupEx", line=20),)), Base=BASE))
    assert sources.extension is not None
    assert sources.ancestry(sources.extension).methods["onBackupEx"][1] == 21


def test_a_class_that_extends_itself_ends(tmp_path: Path) -> None:
    sources = sources_with(tmp_path, app(script(class_of("B", name="A"), class_of("A", name="B", default=False))))
    assert sources.extension is not None
    assert [place.info.name for place in sources.ancestry(sources.extension).classes] == ["A", "B"]


# BK804 and BK805: their data -------------------------------------------------------------------------------------------------


def test_the_appendix_is_that_of_the_specification() -> None:
    chapter = SPEC.read_text(encoding="utf-8").partition("## 5. Modules not allowed")[2].partition("40 rows, 39 distinct")[0]
    listed = set(re.findall(r"@ohos\.[\w.]+\w|BundleInstaller|ServiceExtensionContext|UIAbilityContext", chapter))
    assert set(appendix()) == listed
    assert len(appendix()) == 39


def test_modules_and_their_kits() -> None:
    assert all(kit == () or (len(kit) == 2 and kit[0].startswith("@kit.")) for kit in appendix().values())
    assert disallowed_modules(imports("@kit.AbilityKit", "appManager", "bundleManager", "freeInstall")) == (
        "@ohos.app.ability.appManager",
        "@ohos.bundle.freeInstall",
    )


@pytest.mark.parametrize(
    "name",
    [
        "onBackUp",
        "OnBackup",
        "onRestor",
        "onBackupEX",
        "onprocess",
        "getBackUpInfo",
        "onRestoreFinished",
        "onCleanup",
        "onProgress",
    ],
)
def test_names_that_look_like_callbacks(name: str) -> None:
    assert why_no_callback(name)


@pytest.mark.parametrize("name", [*CALLBACKS, "on", "backup", "restore", "onData", "process", "getInfo", "migrate", "onPageShow"])
def test_names_that_do_not(name: str) -> None:
    assert why_no_callback(name) == ""


# what is not judged, and what is not run -------------------------------------------------------------------------------------


def test_python_has_no_sources_to_judge() -> None:
    reason = "only the sources of an ArkTS extension are judged"
    assert {not_applicable(rule_id, Evidence((backup(),), {})) for rule_id in RULES} == {reason}
    assert not judge_evidence(Evidence((backup(),), {}), only=RULES)


def test_what_has_no_default_export_has_no_wrong_one(evidence_of: Callable[..., Evidence]) -> None:
    assert not_applicable("BK803", evidence_of(app(script()))) == "there is no default export, which is BK802"


BROKEN = app(replace(GOOD, diagnostics=script(a="';' expected.").diagnostics))
LEADS_NOWHERE = app(importing(imports("./Gone", "Gone")))
NOT_EXPORTED = "BK802: class Backup is not exported, not as default"


@pytest.mark.parametrize(
    ("files", "blocked", "reason"),
    [
        (app(), (), ""),
        (BROKEN, RULES[1:], "BK801: Backup.ets does not compile: ';' expected."),
        (LEADS_NOWHERE, ("BK804",), "BK801: an import of Backup.ets leads nowhere: there is no ./Gone"),
        (app(importing(imports("./Gone", "Gone"), imports("@ohos.power", "default"))), (), ""),
        (app(script()), ("BK805", "BK806"), "BK802: there is no default export"),
        (app(script(export="(expression)")), ("BK805", "BK806"), "BK803: the default export is no class"),
        (app(script(class_of("", "onBackup", default=False))), (), ""),
    ],
)
def test_blocked(files: dict[str, Script], blocked: tuple[str, ...], reason: str, evidence_of: Callable[..., Evidence]) -> None:
    evidence = evidence_of(files)
    assert {rule_id: files_blocked(rule_id, evidence) for rule_id in RULES} == {
        rule_id: reason if rule_id in blocked else "" for rule_id in RULES
    }


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (app(), ""),
        (app(FROM_BASE, Base=BASE), ""),
        (BROKEN, "BK801: Backup.ets does not compile: ';' expected."),
        (LEADS_NOWHERE, "BK801: an import of Backup.ets leads nowhere: there is no ./Gone"),
        (app(script()), "BK802: there is no default export"),
        (app(script(class_of("", "onBackup", default=False))), ""),
        (app(script(export="(expression)")), "BK803: the default export is no class"),
        (FIRES["BK803"][1][0], "BK803: class Backup extends UIAbility, not BackupExtensionAbility"),
        (FIRES["BK804"][0][0], ""),
        (app(script(class_of("", "onBackup"))), ""),
    ],
)
def test_why_there_is_nothing_to_call(files: dict[str, Script], reason: str, evidence_of: Callable[..., Evidence]) -> None:
    assert does_not_run(evidence_of(files)) == reason


def test_without_a_source_the_package_says_why(tmp_path: Path) -> None:
    (tmp_path / "module.json5").write_text('{"module": {"name": "entry", "extensionAbilities": []}}')
    evidence = Evidence((), {}, package=load_package(tmp_path), sources=Sources("", {}))
    reason = 'BK701: no element of extensionAbilities has the type "backup"'
    assert {files_blocked(rule_id, evidence) for rule_id in RULES} == {reason}
    assert not judge_evidence(evidence, only=RULES)


# in a run --------------------------------------------------------------------------------------------------------------------


def run_of(tmp_path: Path, sources: Sources | None) -> ConformanceRun:
    """A run of the control subject, as if these were its sources."""
    subject = load_subject(Control)
    object.__setattr__(subject, "sources", sources)
    return ConformanceRun(subject, RunSettings(profile="quick", scenario_dir=tmp_path / "scenarios", examples=5))


def test_a_module_that_does_not_load_blocks_what_needs_it(tmp_path: Path) -> None:
    run = run_of(tmp_path, sources_with(tmp_path, LEADS_NOWHERE))
    assert run.outcome("BK801").outcome is OutcomeKind.FAILED
    assert run.outcome("BK803").outcome is OutcomeKind.PASSED
    for rule_id in ("BK101", "BK503", "BK902", "BK804"):
        outcome = run.outcome(rule_id)
        reason = "BK801: an import of Backup.ets leads nowhere: there is no ./Gone"
        assert (outcome.outcome, outcome.reason) == (OutcomeKind.BLOCKED, reason)
    assert run.outcome("BK704").outcome is OutcomeKind.NOT_APPLICABLE
    assert run.sessions_run == 0


def test_good_sources_pass_and_sessions_are_run(tmp_path: Path) -> None:
    run = run_of(tmp_path, sources_with(tmp_path, app()))
    assert {run.outcome(rule_id).outcome for rule_id in RULES} == {OutcomeKind.PASSED}
    assert run.outcome("BK101").outcome is OutcomeKind.PASSED
    assert run.sessions_run


def test_warnings_are_no_failures(tmp_path: Path) -> None:
    run = run_of(tmp_path, sources_with(tmp_path, app(script(class_of("", "onBackup", "onCleanup")))))
    outcomes = {rule_id: run.outcome(rule_id).outcome for rule_id in RULES}
    assert {r for r, outcome in outcomes.items() if outcome is OutcomeKind.WARNED} == {"BK805", "BK806"}


def test_python_subjects_are_told_why(tmp_path: Path) -> None:
    outcome = run_of(tmp_path, None).outcome("BK801")
    assert (outcome.outcome, outcome.reason) == (OutcomeKind.NOT_APPLICABLE, "only the sources of an ArkTS extension are judged")


def test_judge_takes_sources_beside_records(tmp_path: Path) -> None:
    sources = sources_with(tmp_path, app(backup_class("onbackup")))
    assert [found.rule for found in judge(backup(), sources=sources)] == ["BK805"]
    assert not judge(backup())
