"""The tables of test vectors in docs/spec/data-plane.md, read as the head of its section 8 says.

``python -m tests.emulator.storage.vector_tables`` writes fixtures/vectors again after a change of the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.vectors import CHECKOUT, DIRECTORY, GROUPS, Vector

DOCUMENT = CHECKOUT / "docs" / "spec" / "data-plane.md"

_HEADING = re.compile(r"### (?P<section>8\.\d+) (?P<title>.+?) \((?P<group>[A-Z])\)(?:  \[(?P<pins>.*)\])?")
_LITERAL = re.compile(r"`([^`]*)`")
_COMMENT = re.compile(r"(?P<head>.*(?:`|\"\")[^`]*?) \((?P<comment>.*)\)")
_REPEAT = re.compile(r"\{(.)\*(\d+)\}")
_TOKENS = {
    "{F}": "/data/storage/el2/base/files",
    "{f}": "data/storage/el2/base/files",
    "{sep}": "||||",
    "{LF}": "\n",
    "{CR}": "\r",
    "{NUL}": "\0",
    "{SP}": " ",
    "{BOM}": "\ufeff",
}
_LEVEL = (
    "database/",
    "base/files/",
    "base/preferences/",
    "base/haps/*/database/",
    "base/haps/*/files/",
    "base/haps/*/preferences/",
)
_DEFAULTS = [f"data/storage/el{level}/{path}" for level in (1, 2) for path in _LEVEL] + ["data/storage/el2/distributedfiles/"]


@dataclass(frozen=True, slots=True)
class Group:
    """One section of vectors: what it is about, the functions and tests that it pins, and its vectors."""

    letter: str
    section: str
    title: str
    pins: str
    vectors: tuple[Vector, ...]


def groups() -> Iterator[Group]:
    """Every group of the document, in order."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("\n## 8. ")[2].partition("\n## 9. ")[0]
    for part in section.split("\n### ")[1:]:
        match = _HEADING.match(f"### {part}")
        assert match is not None, part[:80]
        yield Group(match["group"], match["section"], match["title"], match["pins"] or "", tuple(_rows(part)))


def _rows(text: str) -> Iterator[Vector]:
    columns: list[str] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            columns = []
        elif not columns:
            columns = _split(line)
        elif columns[0] == "#" and not set(line) <= set("|-"):
            yield _vector(dict(zip(columns, _split(line), strict=True)))


def _split(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _vector(row: dict[str, str]) -> Vector:
    inner = {column: cell for column, cell in row.items() if column not in ("#", "Src")}
    split = {column: _without_comment(cell) for column, cell in inner.items()}
    cells = {column: _text(cell) for column, (cell, _) in split.items()}
    literals = {column: _literals(cell) for column, (cell, _) in split.items()}
    comments = {column: _text(comment) for column, (_, comment) in split.items() if comment}
    return Vector(row["#"], cells, literals, comments, row["Src"])


def _without_comment(cell: str) -> tuple[str, str]:
    match = _COMMENT.fullmatch(cell)
    return (match["head"], match["comment"]) if match else (cell, "")


def _text(cell: str) -> str:
    return "" if cell == '""' else _replaced(cell.replace("`", ""))


def _literals(cell: str) -> tuple[str, ...]:
    found = tuple(_replaced(literal) for literal in _LITERAL.findall(cell))
    return found or (_text(cell),)


def _replaced(text: str) -> str:
    if text == "DEFAULTS":
        return json.dumps(_DEFAULTS)
    for token, value in _TOKENS.items():
        text = text.replace(token, value)
    return _REPEAT.sub(lambda match: match[1] * int(match[2]), text)


def toml(group: Group) -> str:
    """A group as the text of its file."""
    head = f"# Data-plane {group.section}: {group.title}.\n"
    if group.pins:
        head += f"# Pins: {group.pins}.\n"
    return head + "".join(f"\n[[vector]]\n{_entries(vector)}" for vector in group.vectors)


def _entries(vector: Vector) -> str:
    lines = [f"id = {_string(vector.id)}", f"src = {_string(vector.src)}"]
    for column, cell in vector.cells.items():
        lines.append(f"cells.{_key(column)} = {_string(cell)}")
        if vector.literals[column] != (cell,):
            lines.append(f"literals.{_key(column)} = [{', '.join(map(_string, vector.literals[column]))}]")
        if column in vector.comments:
            lines.append(f"comments.{_key(column)} = {_string(vector.comments[column])}")
    return "\n".join(lines) + "\n"


def _key(column: str) -> str:
    return column if re.fullmatch(r"\w+", column, re.ASCII) else _string(column)


def _string(text: str) -> str:
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.replace("\n", "").isprintable())


def write() -> None:
    """Write every file of fixtures/vectors."""
    for group in groups():
        Path(DIRECTORY / f"{group.letter}.toml").write_text(toml(group), encoding="utf-8")


if __name__ == "__main__":
    assert {group.letter for group in groups()} == set(GROUPS)
    write()
