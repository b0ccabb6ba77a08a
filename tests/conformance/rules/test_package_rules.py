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
from emulator.storage.config.backup_config import DEFAULT_INCLUDES
from tests.conformance.rules.builder import backup, restore

RULES = tuple(f"BK7{number:02}" for number in range(1, 13))
METADATA = [{"name": "ohos.extension.backup", "resource": "$profile:backup_config"}]
FILES, OWN = "data/storage/el2/base/files/", "data/storage/el2/base/haps/entry/files/"
GUIDE_2025 = tuple(
    f"data/storage/{level}/{place}"
    for level in ("el1", "el2", "el5")
    for place in ("database/", "base/files/", "base/preferences/", "base/haps/*/files/", "base/haps/*/preferences/")
)
"""The list of the guide, but for the distributed files."""


def extension(**members: Any) -> dict[str, Any]:
    """A backup extension as the template has it; None takes a member away."""
    whole = {"name": "B", "srcEntry": "./ets/B.ets", "type": "backup", "exported": False, "metadata": METADATA, **members}
    return {name: value for name, value in whole.items() if value is not None}


def module(*extensions: Any, **members: Any) -> str:
    return json.dumps({"module": {"name": "entry", "type": "entry", "extensionAbilities": extensions, **members}}, indent=1)


def profile(**members: Any) -> str:
    return json.dumps({"allowToBackupRestore": True, **members})


GOOD_MODULE, GOOD = module(extension()), profile()


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


FIRES: dict[str, list[tuple[dict[str, Any], str, str, str]]] = {
    "BK701": [
        (
            {"module": module({"type": "Backup"}), "profile": GOOD},
            'no element of extensionAbilities has the type "backup"; did you mean backup?',
            'the types are ["Backup"]',
            "app/module.json5:5",
        ),
        (
            {"module": "{module: {}}"},
            'no element of extensionAbilities has the type "backup"',
            "the types are []",
            "app/module.json5:1",
        ),
        (
            {"module": module(extension(metadata=[{"name": "ohos.extension. backup", "resource": "$profile:backup_config"}]))},
            'no metadata of the extension is named ohos.extension.backup; "ohos.extension. backup" is another name',
            'metadata is [{"name": "ohos.extension. backup", "resource": "$profile:backup_config"}]',
            "app/module.json5:11",
        ),
        (
            {"module": module(extension(metadata=None))},
            "no metadata of the extension is named ohos.extension.backup",
            "metadata is null",
            "app/module.json5:6",
        ),
        (
            {"module": module(extension(metadata=[{"name": "ohos.extension.backup", "resource": "backup_config"}]))},
            'resource of the metadata ohos.extension.backup is "backup_config", not $profile:<name>',
            'metadata is [{"name": "ohos.extension.backup", "resource": "backup_config"}]',
            "app/module.json5:11",
        ),
        (
            {"profile": None},
            "the profile backup_config.json does not exist",
            "looked for backup_config.json in src/main/resources/base/profile, resources/base/profile, .",
            "app/module.json5:11",
        ),
        (
            {"module": module(extension(srcEntry=None))},
            "the extension has no srcEntry",
            'its keys are ["name", "type", "exported", "metadata"]',
            "app/module.json5:6",
        ),
        (
            {"ets/Other.ets": ""},
            "srcEntry ./ets/B.ets does not exist",
            "looked for ./ets/B.ets beside module.json5",
            "app/module.json5:8",
        ),
    ],
    "BK702": [
        (
            {"profile": "{'allowToBackupRestore': true}"},
            "the device cannot read backup_config.json: line 1, column 2: \"'\" where '\"' or '}' is expected",
            "its parser says line 1, column 2: \"'\" where '\"' or '}' is expected",
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{\n "includes": [1,,2]\n}'},
            "the device cannot read backup_config.json: line 2, column 17: ',' where a value is expected",
            "its parser says line 2, column 17: ',' where a value is expected",
            "app/backup_config.json:2",
        ),
        (
            {"profile": "\n"},
            "the device cannot read backup_config.json: the file is empty",
            "its parser says the file is empty",
            "app/backup_config.json:1",
        ),
        (
            {"profile": "[" * 1001},
            "the device cannot read backup_config.json: more than 1000 values inside each other",
            "its parser says more than 1000 values inside each other",
            "app/backup_config.json:1",
        ),
        ({"profile": "[true]"}, "backup_config.json is no object", "the top level is [true]", "app/backup_config.json:1"),
        ({"profile": "null"}, "backup_config.json is no object", "the top level is null", "app/backup_config.json:1"),
    ],
    "BK703": [
        ({"profile": "{}"}, "allowToBackupRestore is absent", "the fields are []", "app/backup_config.json:1"),
        (
            {"profile": '{\n"allowToBackupRestore": false}'},
            "allowToBackupRestore is false",
            '"allowToBackupRestore": false',
            "app/backup_config.json:2",
        ),
        (
            {"profile": '{"allowToBackupRestore": "true"}'},
            'allowToBackupRestore is "true", which is no boolean',
            '"allowToBackupRestore": "true"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": 1}'},
            "allowToBackupRestore is 1, which is no boolean",
            '"allowToBackupRestore": 1',
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": true, "allowToBackupRestore": null}'},
            "allowToBackupRestore is null, which is no boolean",
            '"allowToBackupRestore": null',
            "app/backup_config.json:1",
        ),
    ],
    "BK704": [
        (
            {"profile": '{"allowToBackupRestore": true,\n"fullbackOnly": true}'},
            "the device does not read fullbackOnly; did you mean fullBackupOnly?",
            '"fullbackOnly": true',
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(includes=[OWN], include=[])},
            "the device does not read include",
            '"include": []',
            "app/backup_config.json:1",
        ),
        ({"profile": profile(host="x")}, "the device does not read host", '"host": "x"', "app/backup_config.json:1"),
        (
            {"profile": profile(INCLUDES=[FILES])},
            "the device does not read INCLUDES; did you mean includes?",
            f'"INCLUDES": ["{FILES}"]',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(optionDir=[{"sceneid": "a"}])},
            "the device does not read optionDir[0].sceneid; did you mean sceneId?",
            '"sceneid": "a"',
            "app/backup_config.json:1",
        ),
    ],
    "BK705": [
        (
            {"profile": profile(restoreDeps=[])},
            "restoreDeps is [], not a string",
            '"restoreDeps": []',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(fullBackupOnly="true")},
            'fullBackupOnly is "true", not a boolean',
            '"fullBackupOnly": "true"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(includes=OWN)},
            f'includes is "{OWN}", not an array',
            f'"includes": "{OWN}"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": f'{{"allowToBackupRestore": true, "excludes": [\n"{OWN}x",\nnull]}}'},
            "excludes[1] is null, not a string",
            f'"excludes": ["{OWN}x", null]',
            "app/backup_config.json:3",
        ),
        (
            {"profile": profile(extraInfo=["hmos2next"])},
            'extraInfo is ["hmos2next"], not an object',
            '"extraInfo": ["hmos2next"]',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(compatibleDirMapping=[{"backupDir": 1}])},
            "compatibleDirMapping[0].backupDir is 1, not a string",
            '"compatibleDirMapping": [{"backupDir": 1}]',
            "app/backup_config.json:1",
        ),
    ],
    "BK706": [
        (
            {"profile": profile(includes=[])},
            "includes is []: nothing is backed up",
            '"includes": []',
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": true,\n "includes": ["", ""]}'},
            'includes is ["", ""]: nothing is backed up',
            '"includes": ["", ""]',
            "app/backup_config.json:2",
        ),
    ],
    "BK707": [
        (
            {"profile": f'{{"allowToBackupRestore": true, "includes": [\n"{OWN}",\n"./files/"]}}'},
            "includes[1] \"./files/\" keeps its './'; write the path from data/storage/ on",
            'includes[1] is "./files/"',
            "app/backup_config.json:3",
        ),
        (
            {"profile": profile(includes=[OWN, ""])},
            'includes[1] "" names nothing',
            'includes[1] is ""',
            "app/backup_config.json:1",
        ),
    ],
    "BK708": [
        (
            {"profile": '{"allowToBackupRestore": true, "excludes": [\n"cache"]}'},
            'excludes[0] "cache" takes nothing away: it is compared with whole paths; write the path from data/storage/ on',
            'excludes[0] is "cache"',
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(excludes=["data/storage/el2/base/cache/"])},
            'excludes[0] "data/storage/el2/base/cache/" takes nothing away: '
            "no path that /data/storage/el2/base/cache/* matches is included",
            'excludes[0] is "data/storage/el2/base/cache/"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(excludes=["./cache/"])},
            "excludes[0] \"./cache/\" takes nothing away: it keeps its './'; write the path from data/storage/ on",
            'excludes[0] is "./cache/"',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(excludes=[""])},
            'excludes[0] "" takes nothing away: an empty text names nothing',
            'excludes[0] is ""',
            "app/backup_config.json:1",
        ),
        (
            {"profile": profile(includes=[OWN], excludes=["data/storage/el2/base/haps/entry/preferences/a"])},
            'excludes[0] "data/storage/el2/base/haps/entry/preferences/a" takes nothing away: '
            "no path that /data/storage/el2/base/haps/entry/preferences/a matches is included",
            'excludes[0] is "data/storage/el2/base/haps/entry/preferences/a"',
            "app/backup_config.json:1",
        ),
    ],
    "BK709": [
        (
            {"profile": f'{{"allowToBackupRestore": true,\n"includes": ["{FILES}"]}}'},
            "no include names anything in data/storage/el2/base/haps/entry/ or data/storage/el2/database/, "
            "where contexts of the module keep their data",
            f'includes is ["{FILES}"]',
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(includes=[OWN, FILES]), "module": module(extension(), name="phone")},
            "no include names anything in data/storage/el2/base/haps/phone/ or data/storage/el2/database/, "
            "where contexts of the module keep their data",
            f'includes is ["{OWN}", "{FILES}"]',
            "app/backup_config.json:1",
        ),
    ],
    "BK710": [
        (
            {"profile": '{"allowToBackupRestore": true,\n"fullBackupOnly": true}', "callbacks": ("onBackup", "onBackupEx")},
            "fullBackupOnly is true and neither onRestore nor onRestoreEx is overridden",
            "the callbacks that are overridden: onBackup, onBackupEx",
            "app/backup_config.json:2",
        ),
        (
            {"profile": profile(fullBackupOnly=True), "callbacks": ()},
            "fullBackupOnly is true and neither onRestore nor onRestoreEx is overridden",
            "the callbacks that are overridden: none",
            "app/backup_config.json:1",
        ),
    ],
    "BK711": [
        (
            {"module": module(extension(), extension(name="C"))},
            "2 backup extensions are registered: which of them is run is not defined",
            "module.extensionAbilities is",
            "app/module.json5:5",
        ),
        (
            {"module": module(extension(), type="feature")},
            'the module is of type "feature": a backup extension is found in the entry module only',
            'module.type is "feature"',
            "app/module.json5:4",
        ),
        (
            {"module": module({"type": "form", "exported": True}, extension(exported=True))},
            "exported is true: other apps may start the extension",
            "module.extensionAbilities[1].exported is true",
            "app/module.json5:14",
        ),
        (
            {"module": module(extension(exported="false"))},
            'exported is "false", not false',
            'module.extensionAbilities[0].exported is "false"',
            "app/module.json5:10",
        ),
        (
            {"module": module(extension(srcEntry=None, srcEntrance="./ets/B.ts"))},
            "srcEntrance is a key of earlier versions; today it is srcEntry",
            'module.extensionAbilities[0].srcEntrance is "./ets/B.ts"',
            "app/module.json5:16",
        ),
        (
            {"module": module(extension(exported=None, visible=True))},
            "visible is a key of earlier versions; today it is exported",
            "module.extensionAbilities[0].visible is true",
            "app/module.json5:16",
        ),
    ],
    "BK712": [
        (
            {"profile": '{\n // on\n"allowToBackupRestore": true}'},
            "backup_config.json is no strict JSON: a comment",
            "a strict parser stops: Expecting property name enclosed in double quotes at character 3",
            "app/backup_config.json:2",
        ),
        (
            {"profile": '{"allowToBackupRestore": true,\n"excludes": [],\n}\nand so on'},
            "backup_config.json is no strict JSON: a comma after the last element, text after the end",
            "a strict parser stops: ",
            "app/backup_config.json:3",
        ),
        (
            {"profile": "\ufeff" + GOOD},
            "backup_config.json is no strict JSON: a byte order mark",
            "a strict parser stops: Expecting value at character 0",
            "app/backup_config.json:1",
        ),
        (
            {"profile": '{"allowToBackupRestore": true,\n\n"restoreDeps": "a\tb"}'},
            "backup_config.json is no strict JSON: a line break or another control character in a string",
            "a strict parser stops: Invalid control character at at character 49",
            "app/backup_config.json:3",
        ),
        (
            {"profile": '{"allowToBackupRestore": true, "extraInfo": {"a": +1}}'},
            "backup_config.json is no strict JSON: +1, which is no number of JSON",
            "a strict parser stops: Expecting value at character 50",
            "app/backup_config.json:1",
        ),
    ],
}
"""The texts, then message, beginning of what was seen, and place of the one finding."""

MISSES: dict[str, list[dict[str, Any]]] = {
    "BK701": [
        {},
        {"module": None},
        {"ets/B.ets": ""},
        {"module": module({"type": "form"}, extension())},
        {"module": module(extension(metadata=None), extension())},
    ],
    "BK702": [{}, {"profile": "// on\n" + GOOD + "}"}, {"profile": None}],
    "BK703": [{}, {"profile": '{"allowToBackupRestore": false, "allowToBackupRestore": true}'}, {"profile": "'"}],
    "BK704": [
        {
            "profile": profile(
                includes=[OWN],
                excludes=[OWN + "a"],
                fullBackupOnly=False,
                restoreDeps="",
                supportScene="next2next,hmos2next",
                extraInfo={"supportScene": ["hmos2next"], "anything": 1},
                requireCompatibility=True,
                backupScene="a",
                optionDir=[{"sceneId": "a", "includes": [], "excludes": []}],
                compatibleDirMapping=[{"backupDir": "a", "restoreDir": "b"}],
            )
        },
        {"profile": "[1]"},
    ],
    "BK705": [{}, {"profile": '{"allowToBackupRestore": "true"}'}, {"profile": profile(includes=[], extraInfo={})}],
    "BK706": [{}, {"profile": profile(includes=["", OWN])}, {"profile": profile(includes=OWN)}],
    "BK707": [
        {"profile": profile(includes=[*DEFAULT_INCLUDES])},
        {"profile": profile(includes=[*GUIDE_2025, "data/storage/el2/distributedfiles/"])},
        {"profile": profile(includes=["/data/storage/el2/base/haps/*/files", "data/storage/el2/", "/"])},
        {"profile": profile(includes=[])},
    ],
    "BK708": [
        {"profile": profile(excludes=[FILES + "a", "/" + FILES + "b/", "*.log", "data/storage/el2/base/haps/*/files/c"])},
        {"profile": profile(includes=[OWN + "a/"], excludes=[OWN, OWN + "a/b.txt"])},
        {"profile": profile(includes=[""], excludes=["cache"])},
    ],
    "BK709": [
        {},
        {"profile": profile(includes=[*DEFAULT_INCLUDES])},
        {"profile": profile(includes=[FILES + "users/"])},
        {"profile": profile(includes=[FILES, OWN + "a.txt"])},
        {"profile": profile(includes=[FILES, "data/storage/el2/database/"])},
        {"profile": profile(includes=[FILES, "data/storage/el2/base/haps/*/preferences"])},
        {"profile": profile(includes=[FILES]), "module": None},
        {"profile": profile(includes=["./files/"])},
        {"profile": profile(includes=[""])},
    ],
    "BK710": [
        {"profile": profile(fullBackupOnly=True)},
        {"profile": profile(fullBackupOnly=True), "callbacks": ("onRestore",)},
        {"profile": profile(fullBackupOnly="true"), "callbacks": ()},
        {"callbacks": ()},
    ],
    "BK711": [
        {},
        {"module": module(extension(exported=None, launchType="singleton"), {"type": "form", "exported": True, "visible": True})},
        {"module": module({"type": "service"}, type="feature")},
    ],
    "BK712": [{}, {"profile": f"\r\n\t{GOOD} \n"}, {"profile": "'"}],
}


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
