"""ResultSet: the rows of a query and a pointer to one of them, at first before the first. The rows are those of the query's
own moment.
"""

# ruff: noqa: N802 - the names are the API's.
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.kits.relational_store.errors import CLOSED, COLUMN_OUT_OF_RANGE, ROW_OUT_OF_RANGE


class ResultSet:
    """What query and querySql give."""

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.columnNames = list(names)
        self._rows = rows
        self._at = -1
        self.isClosed = False

    @property
    def columnCount(self) -> int:
        """How many columns."""
        return len(self.columnNames)

    @property
    def rowCount(self) -> int:
        """How many rows."""
        self._check()
        return len(self._rows)

    @property
    def rowIndex(self) -> int:
        """Where the pointer is: -1 before the first row."""
        self._check()
        return self._at

    @property
    def isAtFirstRow(self) -> bool:
        """The pointer is at the first row."""
        return self.rowCount > 0 and self._at == 0

    @property
    def isAtLastRow(self) -> bool:
        """The pointer is at the last row."""
        return self.rowCount > 0 and self._at == self.rowCount - 1

    @property
    def isStarted(self) -> bool:
        """The pointer has been moved to a row."""
        return self._at >= 0

    @property
    def isEnded(self) -> bool:
        """The pointer is behind the last row."""
        return self._at >= self.rowCount

    def goToRow(self, position: int) -> bool:
        """Whether there is such a row; else the pointer is before the first or behind the last."""
        self._at = max(-1, min(position, self.rowCount))
        return 0 <= position < self.rowCount

    def goTo(self, offset: int) -> bool:
        """As `goToRow`, from where the pointer is."""
        return self.goToRow(self._at + offset)

    def goToFirstRow(self) -> bool:
        """As `goToRow`."""
        return self.goToRow(0)

    def goToLastRow(self) -> bool:
        """As `goToRow`."""
        return self.goToRow(self.rowCount - 1)

    def goToNextRow(self) -> bool:
        """As `goToRow`."""
        return self.goTo(1)

    def goToPreviousRow(self) -> bool:
        """As `goToRow`."""
        return self.goTo(-1)

    def getColumnIndex(self, name: str) -> int:
        """The number of a column; -1 when there is none."""
        self._check()
        return self.columnNames.index(name) if name in self.columnNames else -1

    def getColumnName(self, index: int) -> str:
        """The name of a column."""
        self._check()
        if not 0 <= index < self.columnCount:
            raise BusinessError(*COLUMN_OUT_OF_RANGE)
        return self.columnNames[index]

    def getValue(self, index: int) -> Any:
        """int, float, str, bytes or None."""
        self._check()
        if not 0 <= self._at < len(self._rows):
            raise BusinessError(*ROW_OUT_OF_RANGE)
        self.getColumnName(index)
        return self._rows[self._at][index]

    def getLong(self, index: int) -> int:
        """As SQLite reads it as an integer."""
        return int(self.getDouble(index)) if not isinstance(self.getValue(index), int) else int(self.getValue(index))

    def getDouble(self, index: int) -> float:
        """As SQLite reads it as a real number: 0 for what is none."""
        try:
            return float(self.getValue(index) or 0)
        except (TypeError, ValueError):
            return 0.0

    def getString(self, index: int) -> str:
        """As text; empty for null."""
        value = self.getValue(index)
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else "" if value is None else str(value)

    def getBlob(self, index: int) -> bytes:
        """As bytes; empty for null."""
        value = self.getValue(index)
        return value if isinstance(value, bytes) else self.getString(index).encode("utf-8", "surrogateescape")

    def isColumnNull(self, index: int) -> bool:
        """Whether there is no value."""
        return self.getValue(index) is None

    def getRow(self) -> dict[str, Any]:
        """The row by column names."""
        return {name: self.getValue(index) for index, name in enumerate(self.columnNames)}

    def close(self) -> None:
        """The rows are gone."""
        self.isClosed = True

    def _check(self) -> None:
        if self.isClosed:
            raise BusinessError(*CLOSED)
