"""The kits in JavaScript answer as the tables say."""

from __future__ import annotations

import re

import pytest

from tests.emulator.runtime.arkts.kit_cases import TABLES, Case, cases, node, shown

pytestmark = pytest.mark.skipif(node() is None, reason="needs Node: python -m pip install 'pytest-backup-extension[arkts]'")

ALL = [case for path in sorted(TABLES.glob("*.cases")) for case in cases(path)]
OF_MODULE = {case.module: tuple(dict.fromkeys(other.code for other in ALL if other.module == case.module)) for case in ALL}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in ALL])
def test_a_case_of_the_tables(case: Case) -> None:
    codes = OF_MODULE[case.module]
    answer = shown(case.module, codes)[codes.index(case.code)]
    if re.fullmatch(r"throws -?\w+", case.expected):
        answer = answer.split(":")[0]
    assert answer == case.expected, f"{case.code}\n  shows    {answer}\n  expected {case.expected}"
