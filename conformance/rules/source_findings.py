"""Findings about the sources of an ArkTS extension: at a line and column of one of its files."""

from __future__ import annotations

from pathlib import Path

from conformance.catalogue import Finding
from conformance.rules.findings import finding_about
from emulator.package.files import shown


def source_finding(rule_id: str, file: str, line: int, message: str, seen: str, *, column: int = 0, cause: str = "") -> Finding:
    """A finding in ``file``, at a line and a column that count from 1, 0 for none.

    ``cause`` tells apart what is not the same break of the rule; where the checkout lies does not matter.
    """
    return finding_about(Path(file).name, rule_id, message, seen, where=place(file, line, column), cause=cause)


def place(file: str, line: int = 0, column: int = 0) -> str:
    """A place in the sources: "entry/src/main/ets/Backup.ets:3:8"."""
    numbers = [str(number) for number in (line, column) if number]
    return ":".join([shown(Path(file)), *numbers])
