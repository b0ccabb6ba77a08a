"""Every row of the specification's decisive tables is held by a test, or docs/fidelity.md says why it is not."""

from __future__ import annotations

import pytest

from tests.meta.claims import Claims, collect
from tests.meta.fidelity import differences
from tests.meta.spec_tables import UnknownRow, all_rows, read_rows, spec_row, table

REQUIRED = {
    "2.3": 5,
    "2.4": 14,
    "3.3": 6,
    "3.4 A": 4,
    "3.4 A'": 1,
    "3.4 B": 7,
    "3.4 C": 1,
    "3.4 D": 7,
    "3.5": 5,
    "5.1": 9,
    "5.2": 7,
    "5.5": 9,
    "5.6": 3,
    "6.2": 30,
    "7.4": 5,
}
"""Sections of control-plane, and how many rows they have: a row that the reader loses is a row that nobody tests."""

TEXT = """
# 1. First

| A | B |
|---|---|
| one | a \\| b |

Text.

| C |
|---|
| two |

## 1.1 Second

**A. With a table** (in s)

| A |
|---|
| x |

**B. Without**: it says everything itself.

## Appendix

| A |
|---|
| not numbered |
"""


@pytest.fixture(scope="module")
def claims() -> Claims:
    return collect()


@pytest.mark.parametrize("section", REQUIRED)
def test_rows_are_tested_or_explained(section: str, claims: Claims) -> None:
    claimed = {row for rows in claims.values() for row in rows}
    explained = {row for difference in differences() for row in difference.rows}
    rows = table(section)
    assert len(rows) == REQUIRED[section]
    missing = [f"{row.id}: {' | '.join(row.cells.values())}" for row in rows if row.id not in claimed | explained]
    assert not missing, 'neither a test with @pytest.mark.spec("<row>") nor a line in docs/fidelity.md:\n' + "\n".join(missing)


def test_claims_name_rows_that_exist(claims: Claims) -> None:
    unknown = [f"{test}: {row}" for test, rows in claims.items() for row in rows if row not in all_rows()]
    assert not unknown, "\n".join(unknown)


def test_fidelity_names_rows_and_tests_that_exist(claims: Claims) -> None:
    tests = {test.partition("[")[0] for test in claims} | claims.keys()
    for difference in differences():
        for row in difference.rows:
            spec_row(row)
        unknown = [test for test in difference.tests if test not in tests]
        assert not unknown, f"docs/fidelity.md:{difference.line}: no test {unknown}"
        assert all(difference.cells[column] for column in ("row", "what the stack does", "what we do", "why"))


def test_no_row_is_explained_twice() -> None:
    rows = [row for difference in differences() for row in difference.rows]
    assert sorted(rows) == sorted(set(rows))


def test_reader() -> None:
    assert {row.id: dict(row.cells) for row in read_rows(TEXT, "xx")} == {
        "xx-1-01": {"A": "one", "B": "a | b"},
        "xx-1-02": {"C": "two"},
        "xx-1.1-A-01": {"A": "x"},
        "xx-1.1-B-01": {"text": "**B. Without**: it says everything itself."},
    }


def test_a_row_of_the_wrong_width_is_no_row() -> None:
    with pytest.raises(AssertionError, match="3 cells under 2 headings"):
        list(read_rows("# 1. X\n| A | B |\n|---|---|\n| 1 | 2 | 3 |\n", "xx"))


def test_rows_are_read_by_their_columns() -> None:
    assert spec_row("cp-2.4-13")["onBackupEx / onRestoreEx"] == "**HANG**"
    assert spec_row("cp-5.1-03")["Value"].startswith("20 s x ratio + 5 s = **25 s**")
    with pytest.raises(UnknownRow, match=r"cp-2\.4 has cp-2\.4-01 to cp-2\.4-14"):
        spec_row("cp-2.4-15")
