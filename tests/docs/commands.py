"""The commands in README.md and docs/*.md, and the files that the reader is told to write.

Fenced blocks count by their language:

- ``console``: lines that start with ``$ `` are commands (continued by a backslash), the others what they print;
- ``sh``: every line is part of one script, comments included; a ``$ `` in front is not needed;
- ``python``, ``toml``, ``ini``, ``json``: only with a ``file`` note, a file that later commands of the same document need;
  ``python`` without one is run as it stands.

Notes are HTML comments on the lines above a block, which a reader does not see:

- ``<!-- output: exact -->``: what the commands print is compared, wall-clock times and versions left out; a line ``...``
  stands for any lines;
- ``<!-- exit: 1 -->``: the last command's exit code, 0 without this note;
- ``<!-- file: myapp.py -->``: the block is this file;
- ``<!-- skip: why -->``: neither run nor read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
RUN = frozenset({"console", "sh", "python"})
KINDS = frozenset({"output", "exit", "file", "skip"})

_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,})(?P<language>[\w-]*) *")
_NOTE = re.compile(r" *<!-- (?P<kind>\w+): (?P<value>.+) -->")
_SAME = (
    (re.compile(r"\b\d+(\.\d+)?s\b( \(\d+:\d\d:\d\d\))?"), "N.NNs"),
    (re.compile(r"^(platform \w+) -- .*"), r"\1 -- ..."),
    (re.compile(r"^(plugins|rootdir|cachedir): .*"), r"\1: ..."),
    (re.compile(r"^=+ (.*?) =+$"), r"== \1 =="),
)


class DocumentError(ValueError):
    """A document cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block, or the script of an sh block, with the lines that follow it."""

    text: str
    output: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block with its notes."""

    document: str
    line: int
    language: str
    lines: tuple[str, ...]
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it stands, as a test id."""
        return f"{self.document}:{self.line}"

    @property
    def text(self) -> str:
        """The block as a file."""
        return "\n".join(self.lines) + "\n"

    @property
    def commands(self) -> list[Command]:
        """What is run, in order."""
        if self.language == "sh":
            return [Command("\n".join(line.removeprefix("$ ") for line in self.lines))]
        commands: list[Command] = []
        more = False
        for number, line in enumerate(self.lines, self.line + 1):
            if more:
                commands[-1] = Command(f"{commands[-1].text}\n{line.removeprefix('> ')}")
            elif line.startswith("$ "):
                commands.append(Command(line.removeprefix("$ ")))
            elif commands:
                commands[-1] = Command(commands[-1].text, (*commands[-1].output, line))
            elif line.strip():
                raise DocumentError(f"{self.document}:{number}: a console block begins with a command: $ ...")
            more = (more or line.startswith("$ ")) and line.endswith("\\")
        return commands


def documents() -> list[Path]:
    """README.md and the documents under docs, the specification left out."""
    return [path for path in (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))) if path.is_file()]


def blocks(text: str, document: str) -> Iterator[Block]:
    """The fenced blocks of a document. Raises DocumentError for notes that nobody would obey and fences without end."""
    notes: dict[str, str] = {}
    fence, indent, language, start, held = "", 0, "", 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            if line.strip() == fence:
                yield Block(document, start, language, tuple(held), notes)
                fence, notes = "", {}
            else:
                held.append(line[indent:] if not line[:indent].strip() else line)
        elif note := _NOTE.fullmatch(line):
            if note["kind"] not in KINDS:
                raise DocumentError(f"{document}:{number}: no note {note['kind']!r}; there are {', '.join(sorted(KINDS))}")
            notes[note["kind"]] = note["value"]
        elif opening := _FENCE.fullmatch(line):
            fence, indent, language, start, held = opening["fence"], len(opening["indent"]), opening["language"], number, []
        elif line.strip() and notes:
            raise DocumentError(f"{document}:{number}: a note without a block below it: {notes}")
    if fence:
        raise DocumentError(f"{document}:{start}: the block does not end")


def comparable(lines: tuple[str, ...] | list[str]) -> list[str]:
    """Output without what differs between two runs and two machines."""
    kept = []
    for line in lines:
        for pattern, same in _SAME:
            line = pattern.sub(same, line)
        kept.append(line.rstrip())
    while kept and not kept[-1]:
        kept.pop()
    return kept


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the output is as the document says, where a line ``...`` stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None
