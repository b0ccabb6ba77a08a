"""What apps return, tried out with whatever Hypothesis can think of: rules judge it and never break on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conformance import judge
from conformance.json_text import NotJsonError, is_json, read_json
from conformance.rules.info import info_class
from conformance.rules.progress_text import read_answer
from conformance.rules.result_text import result_faults
from conformance.schemas import load_schema, matcher
from tests.conformance.rules.builder import SessionBuilder, backup, progress, restore
from tests.conformance.rules.sessions import polled

ANY_TEXT = st.text(st.characters(), max_size=60)
LEAVES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(exclude_categories=[]), max_size=8)
MEMBERS = st.sampled_from(
    ["type", "errorCode", "errorInfo", "resultInfo", "compatibleDirMapping", "progressInfo", "name", "total"]
)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=3) | st.dictionaries(MEMBERS, v, max_size=4), max_leaves=12)
JSON_LIKE = VALUES.map(json.dumps)
TEXTS = ANY_TEXT | JSON_LIKE | JSON_LIKE.map(json.dumps) | st.text(st.characters(exclude_categories=[]), max_size=20)


@given(TEXTS)
@settings(max_examples=300)
def test_any_result_is_judged(text: str) -> None:
    for record in (backup(text), restore(text)):
        found = {finding.rule for finding in judge(record)}
        assert ("BK201" in found) == (text == "")
        assert ("BK102" in found) == (text != "" and not is_json(text))
        assert len(found & {"BK102", "BK103", "BK106", "BK201"}) <= 1


@given(st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=200)
def test_any_answer_is_judged(texts: list[str]) -> None:
    found = [finding.rule for finding in judge(polled(*texts, first=progress(0)))]
    assert ("BK408" in found) == ("" in texts)
    assert ("BK403" in found) == any("BK403" in read_answer(text).faults for text in texts if text)


@given(TEXTS)
@settings(max_examples=200)
def test_any_info_is_judged(text: str) -> None:
    for kind, callback in (("full-backup", "onBackupEx"), ("incremental-restore", "onRestoreEx")):
        record = SessionBuilder(kind, (callback,), ext_info=text).fails(callback).end(2, 13500004).record()
        nominal = backup() if kind == "full-backup" else restore()
        found = [finding.rule for finding in judge(record, nominal={kind: nominal})]
        wanted = {"empty": ["BK506"], "deliverable": ["BK507"], "other": ["BK514"], "beyond": []}
        assert found == wanted[info_class(text, is_backup=kind == "full-backup")]


@given(VALUES)
def test_what_python_prints_as_json_is_json(given_value: object) -> None:
    try:
        assert is_json(json.dumps(given_value, allow_nan=False))
    except ValueError:
        assert not is_json(json.dumps(given_value))


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "-Infinity", "", " ", "{}x", "[1,]", "'a'", '"\n"', "\ufeff{}", "01", "+1", ".5", "1."]
)
def test_lenient_texts_are_not_json(text: str) -> None:
    with pytest.raises(NotJsonError):
        read_json(text)


@pytest.mark.parametrize(
    "text",
    ["1e999", "1" * 5000, "-" + "1" * 5000, ' {"a": 1, "a": 2} ', '"\\ud83d"', "\t[]\r\n", '"\u2028"', "-0", "1E+2"],
)
def test_odd_texts_are_json(text: str) -> None:
    read_json(text)


def test_depth_is_no_crash() -> None:
    deep = "[" * 900 + "]" * 900
    assert set(result_faults("onBackupEx", deep)) <= {"BK102", "BK103"}
    assert result_faults("onBackupEx", deep)
    nested = '{"resultInfo":[{"type":"ErrorInfo","detail":' + deep + "}]}"
    assert "BK105" not in result_faults("onBackupEx", nested)
    assert read_answer(deep).faults


@pytest.mark.parametrize("name", ["result", "progress", "record", "scenario"])
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(load_schema(name))


def test_a_missing_schema_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"no schema 'nothing\.schema\.json'"):
        load_schema("nothing")


def test_an_installed_package_brings_its_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_schemas").mkdir()
    (tmp_path / "_schemas" / "result.schema.json").write_text('{"title": "installed"}', encoding="utf-8")
    monkeypatch.setattr("conformance.schemas.files", lambda package: tmp_path)
    assert load_schema.__wrapped__("result") == {"title": "installed"}
    assert load_schema.__wrapped__("progress")["title"] == "What onProcess returns"


def test_the_whole_result_schema_takes_all_shapes() -> None:
    whole, on_restore = matcher("result"), matcher("result", "onRestoreEx")
    mapping = {"compatibleDirMapping": ["/data/storage/el2/base/files/"]}
    assert whole(mapping)
    assert not on_restore(mapping)
    for shape in ({"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}, {"resultInfo": [{"type": "CountInfo"}]}):
        assert whole(shape)
        assert on_restore(shape)


def test_hand_written_records_are_records() -> None:
    validator = Draft202012Validator(load_schema("record"))
    for record in (backup(), polled(progress(1), "")):
        validator.validate(json.loads(record.dumps()))
