"""The tables of docs/spec, row by row, under ids that do not change while rows keep their order.

The id of a row is the document (``cp`` control-plane, ``dp`` data-plane, ``cl`` clauses), the section, the letter of the
part if the section has lettered parts, and its number within them: ``cp-2.4-01``, ``cp-3.4-B-07``. A section with several
tables counts on from one to the next. A lettered part that is a paragraph, not a table, is one row, with the cell "text".

Tests claim rows with ``@pytest.mark.spec("cp-2.4-01")`` and read them with `spec_row`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SPEC = Path(__file__).parents[2] / "docs" / "spec"
DOCUMENTS = {"cp": "control-plane.md", "dp": "data-plane.md", "cl": "clauses.md"}

_HEADING = re.compile(r"#+ (?P<number>\d+(?:\.\d+)*)\.? ")
_PART = re.compile(r"\*\*(?P<letter>[A-Z]'?)\. ")
_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, and its cells by the heading of their column."""

    id: str
    section: str
    line: int
    cells: Mapping[str, str]


class UnknownRow(KeyError):
    """There is no row with this id; the message names the table's ids."""

    def __str__(self) -> str:
        return str(self.args[0])


def spec_row(row_id: str) -> Mapping[str, str]:
    """The cells of a row, Markdown and all, by the heading of their column. Raises UnknownRow."""
    try:
        return all_rows()[row_id].cells
    except KeyError:
        table = row_id.rpartition("-")[0]
        near = [known for known in all_rows() if known.rpartition("-")[0] == table]
        known = f"{near[0]} to {near[-1]}" if near else "nothing; is the section right?"
        raise UnknownRow(f"no row {row_id!r} in docs/spec; {table} has {known}") from None


def table(section: str, document: str = "cp") -> tuple[Row, ...]:
    """The rows of a section ("2.4") or of one of its lettered parts ("3.4 D"), in order."""
    return tuple(row for row in all_rows().values() if row.section == section and row.id.startswith(f"{document}-"))


@cache
def all_rows() -> Mapping[str, Row]:
    """Every row of every table by its id, in the order of the documents."""
    rows: dict[str, Row] = {}
    for document, name in DOCUMENTS.items():
        for row in read_rows((SPEC / name).read_text(encoding="utf-8"), document):
            assert row.id not in rows, f"{name}:{row.line}: {row.id} is taken twice"
            rows[row.id] = row
    return rows


def read_rows(text: str, document: str) -> Iterator[Row]:
    """The rows of all numbered sections of a Markdown text."""
    section = ""
    columns: list[str] = []
    count: dict[str, int] = {}

    def row(content: Mapping[str, str]) -> Row:
        count[section] = count.get(section, 0) + 1
        return Row(f"{document}-{section.replace(' ', '-')}-{count[section]:02}", section, number, content)

    for number, line in enumerate(text.splitlines(), 1):
        if heading := _HEADING.match(line):
            section = heading["number"]
        elif line.startswith("#"):
            section = ""
        elif section and (part := _PART.match(line)):
            section = f"{section.partition(' ')[0]} {part['letter']}"
            if "**:" in line:
                yield row({"text": line})
        if not line.startswith("|"):
            columns = []
        elif not columns:
            columns = cells(line)
        elif section and not set(line) <= set("|-: "):
            found = cells(line)
            assert len(found) == len(columns), f"{document} line {number}: {len(found)} cells under {len(columns)} headings"
            yield row(dict(zip(columns, found, strict=True)))


def cells(line: str) -> list[str]:
    """The cells of one line of a table; an escaped bar belongs to its cell."""
    return [cell.strip().replace("\\|", "|") for cell in _CELL_END.split(line.strip().removeprefix("|").removesuffix("|"))]
