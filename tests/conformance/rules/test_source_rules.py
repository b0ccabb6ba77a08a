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
from tests.conformance.rules.scripts import ENTRY, KIT, class_of, evidence_with, imports, script, sources_with

RULES = tuple(f"BK80{number}" for number in range(1, 7))
KIT_IMPORT = imports(KIT, "BackupExtensionAbility", "BundleVersion")
GOOD = script(class_of("BackupExtensionAbility", "onBackup", "onRestore"), imported=(KIT_IMPORT,))
SPEC = Path(__file__).parents[3] / "docs" / "spec" / "clauses.md"


def app(entry: Script = GOOD, **others: Script) -> dict[str, Script]:
    """An entry file and what lies beside it."""
    return {ENTRY: entry, **{f"app/{name}.ets": made for name, made in others.items()}}


def backup_class(*methods: str, base: str = "BackupExtensionAbility", code: str = "", **members: Any) -> Script:
    return script(class_of(base, *methods, **members), imported=(KIT_IMPORT,), code=code)


def importing(*statements: Any) -> Script:
    return replace(GOOD, imports=(KIT_IMPORT, *statements))


BASE = script(class_of("BackupExtensionAbility", "onBackupEx", name="Base", default=False, exported=True), imported=(KIT_IMPORT,))
FROM_BASE = script(class_of("Base", "onRestore"), imported=(imports("./Base", "Base"),))

FIRES: dict[str, list[tuple[dict[str, Script], str, str, str]]] = {
    "BK801": [
        (
            app(replace(GOOD, diagnostics=script(a="';' expected.", b="'}' expected.").diagnostics)),
            "Backup.ets does not compile: ';' expected.",
            "app/Backup.ets:2:5: ';' expected., and 1 more in this file",
            "app/Backup.ets:2:5",
        ),
        (
            app(importing(imports("./Gone", "Gone", line=4, column=8))),
            "an import of Backup.ets leads nowhere: there is no ./Gone",
            "app/Backup.ets:4:8: there is no ./Gone",
            "app/Backup.ets:4:8",
        ),
        (
            app(importing(imports("./Gone", "Gone", type_only=True, line=4, column=8))),
            "an import of Backup.ets leads nowhere: there is no ./Gone",
            "app/Backup.ets:4:8: there is no ./Gone",
            "app/Backup.ets:4:8",
        ),
        (
            app(importing(imports("./A")), A=script(imported=(imports("./B"),)), B=script(a="Expression expected.")),
            "B.ets does not compile: Expression expected.",
            "app/B.ets:2:5: Expression expected.",
            "app/B.ets:2:5",
        ),
    ],
    "BK802": [
        (
            app(script(class_of("BackupExtensionAbility", "onBackup", default=False), imported=(KIT_IMPORT,))),
            "class Backup is not exported, not as default",
            "the module has no default export; Backup is run",
            "app/Backup.ets:3:7",
        ),
        (
            app(
                script(class_of("", name="Other", default=False), class_of("", "onBackup", default=False, exported=True, line=7))
            ),
            "class Backup is exported by its name, not as default",
            "the module has no default export; Backup is run",
            "app/Backup.ets:7:7",
        ),
        (
            app(script(class_of("", "x", default=False))),
            "there is no default export",
            "the classes of the file: Backup",
            "app/Backup.ets:1",
        ),
        (app(script()), "there is no default export", "the classes of the file: none", "app/Backup.ets:1"),
    ],
    "BK803": [
        (app(script(export="(expression)")), "the default export is no class", "it is (expression)", "app/Backup.ets:1"),
        (
            app(script(class_of("UIAbility"), imported=(imports("@kit.AbilityKit", "UIAbility"),))),
            "class Backup extends UIAbility, not BackupExtensionAbility",
            "Backup (app/Backup.ets:3) extends UIAbility",
            "app/Backup.ets:3:7",
        ),
        (
            app(
                FROM_BASE,
                Base=script(class_of("F", name="Base", default=False), imported=(imports("@ohos.app.F", "default as F"),)),
            ),
            "class Base extends F, not BackupExtensionAbility",
            "Backup (app/Backup.ets:3) extends Base (app/Base.ets:3) extends F",
            "app/Base.ets:3:7",
        ),
        (
            app(script(class_of("kit.UIAbility"), imported=(imports("@kit.AbilityKit", "* as kit"),))),
            "class Backup extends UIAbility, not BackupExtensionAbility",
            "Backup (app/Backup.ets:3) extends UIAbility",
            "app/Backup.ets:3:7",
        ),
    ],
    "BK804": [
        (
            app(importing(imports("@kit.ArkUI", "window", "display", line=2, column=1))),
            "Backup.ets imports @ohos.window, which is not allowed in a backup extension",
            "import { window, display } from @kit.ArkUI; in the entry file",
            "app/Backup.ets:2:1",
        ),
        (
            app(importing(imports("@ohos:sensor", "default"))),
            "Backup.ets imports @ohos.sensor, which is not allowed in a backup extension",
            "import { default } from @ohos:sensor; in the entry file",
            "app/Backup.ets:1:1",
        ),
        (
            app(
                importing(imports("./A", "a")),
                A=script(imported=(imports("./B", "b"),)),
                B=script(imported=(imports("@ohos.power", line=9, column=3, dynamic=True),)),
            ),
            "B.ets imports @ohos.power, which is not allowed in a backup extension",
            "import @ohos.power; imported by Backup.ets -> A.ets",
            "app/B.ets:9:3",
        ),
    ],
    "BK805": [
        (
            app(backup_class("onbackup")),
            "onbackup is no callback of the ability",
            "onbackup is close to onBackup",
            "app/Backup.ets:4:3",
        ),
        (
            app(backup_class("onBackup", "onCleanup")),
            "onCleanup is no callback of the ability",
            f"the callbacks are {', '.join(CALLBACKS)}",
            "app/Backup.ets:5:3",
        ),
        (
            app(backup_class("onDestroy", code="onDestroy() { super.onDestroy() }")),
            "onDestroy is no callback of the ability",
            "onDestroy is a callback of other abilities",
            "app/Backup.ets:4:3",
        ),
        (
            app(
                FROM_BASE,
                Base=replace(
                    BASE, classes=(class_of("BackupExtensionAbility", "onRestoreFinished", name="Base", default=False),)
                ),
            ),
            "onRestoreFinished is no callback of the ability",
            f"the callbacks are {', '.join(CALLBACKS)}",
            "app/Base.ets:4:3",
        ),
    ],
    "BK806": [
        (
            app(script(class_of("", "onRestore", "onBackup"))),
            "class Backup extends nothing",
            "Backup (app/Backup.ets:3); it has onBackup, onRestore",
            "app/Backup.ets:3:7",
        ),
        (
            app(FROM_BASE, Base=script(class_of("", name="Base", default=False, line=8))),
            "class Base extends nothing",
            "Backup (app/Backup.ets:3) extends Base (app/Base.ets:8); it has onRestore",
            "app/Base.ets:8:7",
        ),
    ],
}

DEFAULT_IMPORT = imports("@ohos.application.BackupExtensionAbility", "default as Ability")
MISSES: dict[str, list[dict[str, Script]]] = {
    "BK801": [
        app(),
        app(importing(imports("./A", "a")), A=script()),
        app(importing(imports("@app/gone", "Gone", type_only=True))),
        app(importing(imports("./Gone", dynamic=True))),
        app(importing(imports("@ohos.nobody.knows", "x"), imports("@kit.Unknown", "y", lazy=True))),
    ],
    "BK802": [app(), app(script(export="(expression)")), app(FROM_BASE, Base=BASE)],
    "BK803": [
        app(),
        app(FROM_BASE, Base=BASE),
        app(script(class_of("Ability"), imported=(DEFAULT_IMPORT,))),
        app(script(class_of("Kit.BackupExtensionAbility"), imported=(imports(KIT, "* as Kit"),))),
        app(script(class_of("mixin(Base)"))),
        app(script(class_of("", "onBackup"))),
        app(script(class_of("Unknown"), imported=(KIT_IMPORT,))),
        app(script(class_of("Alias"), imported=(imports(KIT, "BackupExtensionAbility as Alias"),))),
        app(script(class_of("Own"), imported=(imports("./Base", "Base as Own"),)), Base=BASE),
        app(script(imported=(imports("./Base", "Base as Own"),), export="Own"), Base=BASE),
        app(script(imported=(imports("./Base", "default as Own"),), export="Own"), Base=replace(BASE, default_export="Base")),
        app(script(imported=(imports("./Base", "Base as default"),), export="default"), Base=BASE),
        app(FROM_BASE, Base=script(imported=(imports(KIT, "BackupExtensionAbility as Base"),))),
        app(FROM_BASE, Base=script(imported=(imports(KIT, "*"),))),
        app(FROM_BASE, Base=script(imported=(imports("./Deep", "*"),)), Deep=BASE),
        app(script(class_of("Base"), imported=(imports("./Backup", "Base"),))),
    ],
    "BK804": [
        app(),
        app(importing(imports("@kit.ArkUI", "display"), imports("@kit.AbilityKit", "*"), imports("@kit.AbilityKit", "Context"))),
        app(importing(imports("@ohos.window", "default", type_only=True), imports("@kit.ArkUI", "window", type_only=True))),
        app(importing(imports("@ohos.windowing", "default"), imports("@ohos.file.fs", "default"))),
    ],
    "BK805": [
        app(backup_class(*CALLBACKS)),
        app(backup_class("onBackup", "onBackupDone", code="onBackup() { this.onBackupDone(); }")),
        app(backup_class("onNote", "onOpen", "constructor", "backupNotes", "onDatabaseUpgrade")),
        app(script(class_of("", "onCleanup", name="Helper", default=False), class_of("BackupExtensionAbility", "onBackup"))),
    ],
    "BK806": [
        app(),
        app(script(class_of("", "save"))),
        app(script(class_of("mixin(Base)", "onBackup"))),
        app(FROM_BASE, Base=BASE),
    ],
}


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
