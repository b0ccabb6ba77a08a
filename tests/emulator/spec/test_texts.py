"""The JSON texts of control-plane 2.2, 2.5, 3.6: byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.extension.reports import rewrite_result
from emulator.service.details import (
    file_error_envelope,
    parses_on_connect,
    progress_envelope,
    read_infos,
)
from emulator.service.errors import INTERNAL_TO_EXTERNAL, TEXTS, backup_code, bundle_error, file_error, rejection_code
from emulator.storage.config.cjson import printed

PRINTED = '[{\n\t\t"type":\t"userId",\n\t\t"detail":\t"100"\n\t}]'


def info(document: str | None, singleton: bool = False, incremental: bool = False) -> str:
    return read_infos(document, 100, singleton, incremental).ext_info


@pytest.mark.parametrize(
    ("document", "singleton", "incremental", "text"),
    [
        (None, False, False, ""),
        (None, True, False, PRINTED),
        ('{"infos":[]}', False, False, PRINTED),
        ('{"INFOS":[]}', False, False, PRINTED),
        ("no json", False, False, ""),
        ("no json", True, False, PRINTED),
        ("no json", True, True, ""),
        ('{"infos":{}}', False, False, ""),
        ('{"infos":[{"type":"broadcast","details":[1]}]}', False, False, PRINTED),
        ('{"infos":[7,{"type":"unicast","details":[{"type":"a"}]}]}', False, False, ""),
        ('{"infos":[7]}', False, False, ""),
        ('{"infos":[{"type":"unicast","details":7}]}', True, False, PRINTED),
        ('{"infos":[]} behind', False, False, PRINTED),
    ],
)
def test_the_details_string(document: str | None, singleton: bool, incremental: bool, text: str) -> None:
    assert info(document, singleton, incremental) == text


def test_the_first_unicast_entry_wins_and_is_printed_anew() -> None:
    document = (
        '{"infos":[{"type":"unicast","details":[{"type":"a","detail":{"n":1.50,"e":[],"o":{}}}]},'
        '{"type":"unicast","details":[{"type":"b"}]}]}'
    )
    assert info(document) == (
        '[{\n\t\t"type":\t"a",\n\t\t"detail":\t{\n\t\t\t"n":\t1.5,\n\t\t\t"e":\t[],\n\t\t\t"o":\t{\n\t\t\t}\n\t\t}\n\t}, '
        '{\n\t\t"type":\t"userId",\n\t\t"detail":\t"100"\n\t}]'
    )


@pytest.mark.parametrize(
    ("document", "clear"),
    [
        ('{"infos":[],"clearBackupData":"true"}', True),
        ('{"infos":[],"clearBackupData":"false"}', False),
        ('{"infos":[],"clearBackupData":"no"}', False),
        ('{"infos":[],"clearBackupData":false}', True),
        ('{"clearBackupData":"false"}', True),
    ],
)
def test_the_clear_flag_is_a_string(document: str, clear: bool) -> None:
    assert read_infos(document, 100, False, False).clear_backup_data is clear


def unicast(more: str, detail: str = "1") -> str:
    """A document with one detail and further members."""
    return f'{{"infos":[{{"type":"unicast","details":[{{"type":"a","detail":{detail}}}]}}],{more}}}'


@pytest.mark.parametrize(
    ("document", "delay_s"),
    [
        (unicast('"delayTime":-5'), 0),
        (unicast('"delayTime":-1e999'), 0),
        (unicast('"delayTime":1.9'), 1),
        (unicast('"delayTime":1e999'), 2**31 - 1),
        (unicast(f'"delayTime":{"9" * 400}'), 2**31 - 1),
        ('{"infos":[],"delayTime":1e999}', 0),
        (unicast('"delayTime":NaN'), 0),
        (unicast('"delayTime":"5"'), 0),
        (unicast('"delayTime":5,"delayTime":6'), 5),
        (unicast('"DELAYTIME":5,"delayTime":6'), 5),
    ],
)
def test_the_delay_as_the_service_reads_it(document: str, delay_s: int) -> None:
    assert read_infos(document, 100, False, True).delay_time_s == delay_s


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "1e999", "-1e999"])
def test_a_number_beyond_a_double_reaches_the_app_as_null(number: str) -> None:
    assert '"detail":\tnull' in info(unicast('"x":1', number))


@pytest.mark.parametrize(("depth", "usable"), [(995, True), (996, False), (100_000, False)])
def test_a_document_may_nest_a_thousand_deep(depth: int, usable: bool) -> None:
    assert bool(info(unicast('"x":1', "[" * depth + "]" * depth))) is usable


def test_members_of_the_same_name_are_all_handed_on_and_the_first_counts() -> None:
    assert info('{"infos":[],"infos":7}') == PRINTED
    assert '"detail":\t2,\n\t\t"detail":\t3\n' in info(unicast('"x":1', '2,"detail":3'))
    assert not read_infos(unicast('"clearBackupData":"false","clearBackupData":"true"'), 100, False, False).clear_backup_data


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (1e20, "1e+20"),
        (0.1, "0.1"),
        (2**40, "1099511627776"),
        ("a\n\x01é", '"a\\n\\u0001é"'),
        (None, "null"),
    ],
)
def test_numbers_and_strings_as_cjson_prints_them(value: Any, text: str) -> None:
    assert printed(value) == text


def test_the_progress_envelope() -> None:
    assert progress_envelope(7, '{"a": "b"}') == (
        '{\n\t"processResult":\t{\n\t\t"timeInfo":\t"7",\n\t\t"resultInfo":\t"{\\"a\\": \\"b\\"}"\n\t}\n}'
    )
    assert progress_envelope(7, "é\t") == printed({"processResult": {"timeInfo": "7", "resultInfo": "é\t"}})


def test_the_file_error_envelope() -> None:
    assert file_error_envelope(7, 13, "/a") == (
        '{\n\t"processResult":\t{\n\t\t"timeInfo":\t"7",\n\t\t"errorInfo":\t{\n'
        '\t\t\t"errorCode":\t"13",\n\t\t\t"errorMessage":\t"/a"\n\t\t}\n\t}\n}'
    )


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("CountInfo", False),
        ('{"resultInfo":[{"type":"CountInfo"}]}', False),
        ('{"resultInfo":{"type":"CountInfo","infos":[]}}', False),
        ('{"resultInfo":[{"type":"CountInfo","infos":[]}]}', True),
        ('{"resultInfo":[{"type":"Count\\u0049nfo","infos":[]}]}', True),
    ],
)
def test_only_a_count_info_with_infos_is_rewritten(text: str, rewritten: bool) -> None:
    result = rewrite_result(text)
    assert (result != text) is rewritten
    assert ("anco_doc" in result) is rewritten


@pytest.mark.parametrize(
    ("text", "connects"),
    [
        ("", True),
        ("no json", True),
        ("{}", True),
        ('[{"type":"a"}]', True),
        ("[1]", False),
        ('["a"]', False),
        ('[{"type":"anco_file_list_clone","detail":1}]', False),
        ('[{"type":"anco_file_list_clone","detail":"a"}]', True),
        ('[{"type":"a"},{"type":"anco_file_list_clone","detail":"a","detail":1}]', False),
        ("[1e999]", True),
        (f"[{'9' * 5000}]", True),
        ("[" * 100_000 + "]" * 100_000, False),
        ('[{"a":' * 50_000 + "1" + "}]" * 50_000, True),
    ],
)
def test_which_details_break_a_backup_connection(text: str, connects: bool) -> None:
    assert parses_on_connect(text) is connects


def test_error_codes() -> None:
    assert INTERNAL_TO_EXTERNAL[0x5009] == 13500007
    assert TEXTS[13500011].endswith(" "), "the trailing space is the service's"
    assert [backup_code(raw) for raw in (0, 13500003, 1, 20499, 29189, 13500010, 13500016)] == [0, 13500003, *[13900042] * 5]
    assert [rejection_code(code) for code in (0, 1, 13500013, 13900020, 13600001)] == [0, 13900001, 13900042, 13900020, 13600001]
    assert bundle_error(20499, "a").to_json() == {"code": 13900042, "message": "Unknown error, origin errno: 20499", "data": "a"}
    assert file_error(28, "a").to_json() == {"code": 13900025, "message": "system errno: 28", "data": "a"}
