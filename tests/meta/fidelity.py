"""docs/fidelity.md, read: where we differ from the real stack on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.meta.spec_tables import cells

FIDELITY = Path(__file__).parents[2] / "docs" / "fidelity.md"
COLUMNS = ["row", "what the stack does", "what we do", "why", "test"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the tables of docs/fidelity.md; ``tests`` are the node ids that pin what we do."""

    rows: tuple[str, ...]
    cells: Mapping[str, str]
    tests: tuple[str, ...]
    line: int


def differences(text: str | None = None) -> Iterator[Difference]:
    """Every entry, in order. Fails on a line of a table that is no entry."""
    inside = False
    lines = (FIDELITY.read_text(encoding="utf-8") if text is None else text).splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith("|"):
            inside = False
            continue
        row = cells(line)
        if not inside:
            assert row == COLUMNS, f"docs/fidelity.md:{number}: columns are {COLUMNS}"
            inside = True
        elif not set(line) <= set("|-: "):
            assert len(row) == len(COLUMNS), f"docs/fidelity.md:{number}: {len(row)} cells"
            entry = dict(zip(COLUMNS, row, strict=True))
            yield Difference(tuple(_words(entry["row"])), entry, tuple(_words(entry["test"])), number)


def _words(cell: str) -> list[str]:
    return [word.strip().strip("`") for word in cell.split(",") if word.strip(" -`")]
