"""RdbPredicates: the conditions, order and bounds of a query, an update or a delete, as text and arguments of SQL."""

# ruff: noqa: N802 - the names are the API's.
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.kits.relational_store.errors import EMPTY_TABLE


class RdbPredicates:
    """Conditions on one table; each method gives the predicates again. ``and``, ``or`` and ``in`` are words of Python: they
    are called ``and_``, ``or_`` and ``in_`` as well.
    """

    def __init__(self, name: str) -> None:
        if not name:
            raise BusinessError(*EMPTY_TABLE)
        self.table = name
        self.arguments: list[Any] = []
        self._where: list[str] = []
        self._joint = ""
        self._order: list[str] = []
        self._group: list[str] = []
        self._having = ""
        self.having_arguments: list[Any] = []
        self._index = ""
        self._distinct = False
        self._limit: int | None = None
        self._offset: int | None = None

    def _add(self, text: str, *arguments: Any) -> RdbPredicates:
        joint = self._joint or ("AND " if self._where and not self._where[-1].endswith("(") else "")
        self._where.append(joint + text)
        self._joint = ""
        self.arguments += arguments
        return self

    def equalTo(self, field: str, value: Any) -> RdbPredicates:
        """``field = value``."""
        return self._add(f"{field} = ?", value)

    def notEqualTo(self, field: str, value: Any) -> RdbPredicates:
        """``field <> value``."""
        return self._add(f"{field} <> ?", value)

    def greaterThan(self, field: str, value: Any) -> RdbPredicates:
        """``field > value``."""
        return self._add(f"{field} > ?", value)

    def lessThan(self, field: str, value: Any) -> RdbPredicates:
        """``field < value``."""
        return self._add(f"{field} < ?", value)

    def greaterThanOrEqualTo(self, field: str, value: Any) -> RdbPredicates:
        """``field >= value``."""
        return self._add(f"{field} >= ?", value)

    def lessThanOrEqualTo(self, field: str, value: Any) -> RdbPredicates:
        """``field <= value``."""
        return self._add(f"{field} <= ?", value)

    def between(self, field: str, low: Any, high: Any) -> RdbPredicates:
        """From ``low`` to ``high``, both included."""
        return self._add(f"{field} BETWEEN ? AND ?", low, high)

    def notBetween(self, field: str, low: Any, high: Any) -> RdbPredicates:
        """Below ``low`` or above ``high``."""
        return self._add(f"{field} NOT BETWEEN ? AND ?", low, high)

    def contains(self, field: str, value: str) -> RdbPredicates:
        """``value`` anywhere in the text."""
        return self._add(f"{field} LIKE ?", f"%{value}%")

    def notContains(self, field: str, value: str) -> RdbPredicates:
        """``value`` nowhere in the text."""
        return self._add(f"{field} NOT LIKE ?", f"%{value}%")

    def beginsWith(self, field: str, value: str) -> RdbPredicates:
        """``value`` at the beginning."""
        return self._add(f"{field} LIKE ?", f"{value}%")

    def endsWith(self, field: str, value: str) -> RdbPredicates:
        """``value`` at the end."""
        return self._add(f"{field} LIKE ?", f"%{value}")

    def like(self, field: str, value: str) -> RdbPredicates:
        """SQL's LIKE."""
        return self._add(f"{field} LIKE ?", value)

    def notLike(self, field: str, value: str) -> RdbPredicates:
        """SQL's NOT LIKE."""
        return self._add(f"{field} NOT LIKE ?", value)

    def glob(self, field: str, value: str) -> RdbPredicates:
        """SQL's GLOB."""
        return self._add(f"{field} GLOB ?", value)

    def isNull(self, field: str) -> RdbPredicates:
        """Without a value."""
        return self._add(f"{field} IS NULL")

    def isNotNull(self, field: str) -> RdbPredicates:
        """With a value."""
        return self._add(f"{field} IS NOT NULL")

    def in_(self, field: str, values: Sequence[Any]) -> RdbPredicates:
        """One of ``values``."""
        return self._add(f"{field} IN ({', '.join('?' * len(values))})", *values)

    def notIn(self, field: str, values: Sequence[Any]) -> RdbPredicates:
        """None of ``values``."""
        return self._add(f"{field} NOT IN ({', '.join('?' * len(values))})", *values)

    def beginWrap(self) -> RdbPredicates:
        """An opening parenthesis."""
        return self._add("(")

    def endWrap(self) -> RdbPredicates:
        """A closing parenthesis."""
        self._where.append(")")
        return self

    def or_(self) -> RdbPredicates:
        """Either what was before or what comes next."""
        self._joint = "OR "
        return self

    def and_(self) -> RdbPredicates:
        """Both; also where nothing is said."""
        self._joint = "AND "
        return self

    def orderByAsc(self, field: str) -> RdbPredicates:
        """The smallest first."""
        self._order.append(f"{field} ASC")
        return self

    def orderByDesc(self, field: str) -> RdbPredicates:
        """The greatest first."""
        self._order.append(f"{field} DESC")
        return self

    def groupBy(self, fields: Iterable[str]) -> RdbPredicates:
        """One row for each group."""
        self._group += fields
        return self

    def having(self, conditions: str, args: Sequence[Any] = ()) -> RdbPredicates:
        """Of the groups only these."""
        self._having = conditions
        self.having_arguments = list(args)
        return self

    def distinct(self) -> RdbPredicates:
        """Equal rows once."""
        self._distinct = True
        return self

    def limitAs(self, count: int) -> RdbPredicates:
        """At most so many rows."""
        self._limit = count
        return self

    def offsetAs(self, count: int) -> RdbPredicates:
        """Without the first so many rows."""
        self._offset = count
        return self

    def indexedBy(self, name: str) -> RdbPredicates:
        """With this index."""
        self._index = name
        return self

    def where(self) -> str:
        """`` WHERE ...``, or nothing."""
        return f" WHERE {' '.join(self._where)}" if self._where else ""

    def select(self, columns: Sequence[str]) -> str:
        """The statement of a query."""
        parts = [f"SELECT {'DISTINCT ' if self._distinct else ''}{', '.join(columns) or '*'} FROM {self.table}"]
        parts += [f" INDEXED BY {self._index}" if self._index else "", self.where()]
        parts += [f" GROUP BY {', '.join(self._group)}" if self._group else ""]
        parts += [f" HAVING {self._having}" if self._having else ""]
        parts += [f" ORDER BY {', '.join(self._order)}" if self._order else ""]
        if self._limit is not None or self._offset is not None:
            parts.append(f" LIMIT {-1 if self._limit is None else self._limit} OFFSET {self._offset or 0}")
        return "".join(parts)


for _name in ("and", "or", "in"):
    setattr(RdbPredicates, _name, getattr(RdbPredicates, f"{_name}_"))
