"""Findings about the documents of a package: where in which file, and what is close to what was written."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any

from conformance.catalogue import Finding
from conformance.rules.findings import finding_about, shortened
from conformance.rules.package_lines import Path, lines_of
from emulator.package import PackageFile


def package_finding(rule_id: str, file: PackageFile, at: Path | int, message: str, seen: str, *, cause: str = "") -> Finding:
    """A finding about ``file`` at a member, by its path, or a line.

    ``cause`` tells apart what is not the same break of the rule.
    """
    return finding_about(file.name, rule_id, message, seen, where=where(file, at), cause=cause)


def where(file: PackageFile, at: Path | int) -> str:
    """The file and the line of a member, or of the nearest one around it that is there: "app/module.json5:3"."""
    if isinstance(at, int):
        return f"{file.place}:{at}"
    lines = lines_of(file.text)
    while at and at not in lines:
        at = at[:-1]
    return f"{file.place}:{lines.get(at, 1)}"


def written(path: Path) -> str:
    """A path as it is said: "includes[0]", "module.type"."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def as_json(value: Any) -> str:
    """A value as it stands in a document, on one line, cut to what a terminal takes."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "a value that is nested too deeply to be shown"
    return shortened(text)


def close_to(name: str, known: Iterable[str]) -> str:
    """The hint "; did you mean x?" where a known name is close, else ""."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""
