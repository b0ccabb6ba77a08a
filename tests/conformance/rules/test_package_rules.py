"""The rules about module.json5 and backup_config.json: what they find, word for word, and what only just keeps to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import judge
from conformance.catalogue import CATALOGUE, Finding
from conformance.evidence import Evidence
from conformance.rules import PREDICATES, judge_evidence, not_applicable, package_blocked, switched_off
from emulator import load_package
from tests.conformance.rules.builder import backup, restore
from tests.conformance.rules.package_examples import FIRES, GOOD, GOOD_MODULE, MISSES, OWN, extension, module, profile

RULES = tuple(f"BK7{number:02}" for number in range(1, 13))


@pytest.fixture
def evidence_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Evidence]:
    """Evidence with the package of these texts, in the directory "app"; None leaves a file out."""

    def make(
        profile: str | None = GOOD,
        module: str | None = GOOD_MODULE,
        *,
        callbacks: tuple[str, ...] = ("onRestoreEx",),
        **more: str,
    ) -> Evidence:
        directory = tmp_path / "app"
        files = {"backup_config.json": profile, "module.json5": module, **more}
        for name, text in files.items():
            if text is not None:
                (directory / name).parent.mkdir(parents=True, exist_ok=True)
                (directory / name).write_text(text, encoding="utf-8", newline="")
        monkeypatch.chdir(tmp_path)
        return Evidence((), {}, package=load_package(directory), callbacks=frozenset(callbacks))

    return make


def cases(table: dict[str, list[Any]]) -> list[Any]:
    return [pytest.param(rule_id, case, id=f"{rule_id}-{n}") for rule_id, rows in table.items() for n, case in enumerate(rows, 1)]


@pytest.mark.parametrize(("rule_id", "case"), cases(FIRES))
def test_fires(rule_id: str, case: Any, evidence_of: Callable[..., Evidence]) -> None:
    given, message, seen, where = case
    evidence = evidence_of(**given)
    (found,) = PREDICATES[rule_id](evidence)
    assert (found.message, found.where) == (message, where)
    assert found.seen.startswith(seen)
    rule = CATALOGUE[rule_id]
    assert (found.rule, found.device, found.mend, found.clauses) == (rule_id, rule.device, rule.mend, rule.clauses)
    assert len(found.fingerprint) == 12
    assert not_applicable(rule_id, evidence) is None
    assert package_blocked(rule_id, evidence) == ""


@pytest.mark.parametrize(("rule_id", "given"), cases(MISSES))
def test_keeps_quiet(rule_id: str, given: dict[str, Any], evidence_of: Callable[..., Evidence]) -> None:
    assert list(PREDICATES[rule_id](evidence_of(**given))) == []


def test_every_rule_has_both_kinds_of_example() -> None:
    assert tuple(FIRES) == tuple(MISSES) == RULES
    assert {rule_id for rule_id in PREDICATES if CATALOGUE[rule_id].area == "package"} == set(RULES)


@pytest.mark.parametrize(("rule_id", "case"), cases(FIRES))
def test_one_cause_one_rule(rule_id: str, case: Any, evidence_of: Callable[..., Evidence]) -> None:
    """Of the rules that are not blocked, nothing but the one fires."""
    evidence = evidence_of(**case[0])
    open_rules = [rule for rule in RULES if not_applicable(rule, evidence) is None and not package_blocked(rule, evidence)]
    assert [found.rule for found in judge_evidence(evidence, only=open_rules)] == [rule_id]


@pytest.mark.parametrize(("rule_id", "case"), cases(FIRES))
def test_an_empty_predicate_is_noticed(rule_id: str, case: Any, evidence_of: Callable[..., Evidence]) -> None:
    def empty(evidence: Evidence) -> Iterator[Finding]:
        return iter(())

    mutated = {**PREDICATES, rule_id: empty}
    evidence = evidence_of(**case[0])
    assert rule_id not in {found.rule for rule in RULES for found in mutated[rule](evidence)}


def test_several_findings_of_a_rule_are_told_apart(evidence_of: Callable[..., Evidence]) -> None:
    evidence = evidence_of(profile(a=1, b=2, includes=[OWN, "x", "y"], excludes=["v", "w"], restoreDeps=1, backupScene=1))
    found = judge_evidence(evidence)
    assert [f.rule for f in found] == ["BK704"] * 2 + ["BK705"] * 2 + ["BK707"] * 2 + ["BK708"] * 2
    assert len({f.fingerprint for f in found}) == len(found)


def test_a_fingerprint_outlives_another_order(evidence_of: Callable[..., Evidence]) -> None:
    (first,) = judge_evidence(evidence_of(profile(includes=[OWN, "x"])))
    (second,) = judge_evidence(evidence_of("\n" + profile(includes=["x", OWN])))
    assert first.fingerprint == second.fingerprint


def test_two_faults_of_a_registration(evidence_of: Callable[..., Evidence]) -> None:
    found = judge_evidence(evidence_of(None, module(extension(srcEntry=None))), only=["BK701"])
    assert [f.message for f in found] == ["the profile backup_config.json does not exist", "the extension has no srcEntry"]
    assert found[0].fingerprint != found[1].fingerprint


# what is not judged ----------------------------------------------------------------------------------------------------------

EMPTY_INCLUDES = "BK706: includes is []: nothing is backed up"


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({}, {"BK706": "the profile has no includes", "BK707": "the profile has no includes"}),
        ({}, {"BK708": "the profile has no excludes", "BK709": "the profile has no includes"}),
        ({}, {"BK710": "fullBackupOnly is not true"}),
        ({}, dict.fromkeys(("BK701", "BK702", "BK703", "BK704", "BK705", "BK711", "BK712"))),
        ({"profile": profile(includes=[OWN])}, dict.fromkeys(("BK706", "BK707", "BK709"))),
        ({"module": None}, dict.fromkeys(("BK701", "BK709", "BK711"), "there is no module.json5")),
        ({"module": None}, dict.fromkeys(("BK702", "BK703", "BK704", "BK705", "BK712"))),
        ({"module": module()}, {"BK701": None, "BK711": "no backup extension is registered"}),
    ],
)
def test_not_applicable(given: dict[str, Any], reasons: dict[str, str | None], evidence_of: Callable[..., Evidence]) -> None:
    evidence = evidence_of(**given)
    assert {rule_id: not_applicable(rule_id, evidence) for rule_id in reasons} == reasons


@pytest.mark.parametrize("package", [None, "made by hand"])
def test_without_a_bundle_there_is_nothing_to_judge(package: str | None) -> None:
    from emulator import Package

    evidence = Evidence((backup(),), {}, package=Package() if package else None)
    assert {not_applicable(rule_id, evidence) for rule_id in RULES} == {"no --bundle"}
    assert not judge_evidence(evidence, only=RULES)


@pytest.mark.parametrize(
    ("given", "blocked", "reason"),
    [
        ({"profile": None}, RULES[1:10] + RULES[11:], "BK701: the profile backup_config.json does not exist"),
        ({"profile": "null"}, RULES[2:10] + RULES[11:], "BK702: backup_config.json is no object"),
        ({"profile": profile(includes=[])}, ("BK707", "BK708", "BK709"), EMPTY_INCLUDES),
        ({}, (), ""),
        ({"profile": "{}"}, (), ""),
    ],
)
def test_blocked(given: dict[str, Any], blocked: tuple[str, ...], reason: str, evidence_of: Callable[..., Evidence]) -> None:
    evidence = evidence_of(**given)
    assert {rule_id: package_blocked(rule_id, evidence) for rule_id in RULES} == {
        rule_id: reason if rule_id in blocked else "" for rule_id in RULES
    }
    assert all(not_applicable(rule_id, evidence) is None for rule_id in blocked)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, ""),
        ({"module": None}, ""),
        ({"profile": profile(includes=[])}, ""),
        ({"profile": None}, "BK701: the profile backup_config.json does not exist"),
        ({"profile": "[]"}, "BK702: backup_config.json is no object"),
        ({"profile": "{}"}, "BK703: allowToBackupRestore is absent"),
    ],
)
def test_what_keeps_the_device_from_starting_the_extension(
    given: dict[str, Any], reason: str, evidence_of: Callable[..., Evidence]
) -> None:
    assert switched_off(evidence_of(**given)) == reason


# as a library ----------------------------------------------------------------------------------------------------------------


def test_judge_takes_a_package_beside_records(evidence_of: Callable[..., Evidence]) -> None:
    package = evidence_of(profile(fullBackupOnly=True, host=1)).package
    assert [f.rule for f in judge(package=package)] == ["BK704", "BK710"]
    assert [f.rule for f in judge(backup(), package=package)] == ["BK704", "BK710"]
    assert [f.rule for f in judge(backup(), restore(), package=package)] == ["BK704"]
    assert not judge(backup(), restore())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from([OWN, "./a", "*", "[", "/"]),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=4), v, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["allowToBackupRestore", "includes", "excludes", "fullBackupOnly", "optionDir", "compatibleDirMapping", "x"]
)
PROFILES = st.dictionaries(FIELDS, VALUES, max_size=5).map(json.dumps) | VALUES.map(json.dumps) | st.text(max_size=30)


@given(PROFILES)
@settings(max_examples=300, deadline=None)
def test_any_profile_is_judged(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    directory = tmp_path_factory.mktemp("app")
    (directory / "backup_config.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    (directory / "module.json5").write_text(GOOD_MODULE)
    evidence = Evidence((), {}, package=load_package(directory))
    found = {finding.rule for finding in judge_evidence(evidence)}
    assert evidence.package is not None
    assert evidence.package.allow_to_backup_restore != bool(found & {"BK702", "BK703"})
    assert not {"BK702", "BK703"} <= found
