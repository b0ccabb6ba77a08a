"""The words of the subject's own source: what it compares its input with is worth sending."""

from __future__ import annotations

import re
from operator import itemgetter
from pathlib import Path

_LITERAL = re.compile(r"""(["'`])((?:(?!\1)[^\\\n]){1,40})\1""")
_COMPARED = re.compile(r"(==|!=|\bcase|\bin \(?|\(|\[|,)\s*$")
_MAX_WORDS = 24


def words_of(file: str) -> tuple[str, ...]:
    """The short string literals of a source file, first those that are compared or looked up; none when it cannot be read."""
    try:
        text = Path(file).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ()
    found = [(_rank(text, match), match.group(2)) for match in _LITERAL.finditer(text)]
    return tuple(dict.fromkeys(word for _, word in sorted(found, key=itemgetter(0))))[:_MAX_WORDS]


def _rank(text: str, literal: re.Match[str]) -> int:
    """0 after a comparison, 1 as an argument or index, 2 elsewhere."""
    before = _COMPARED.search(text, max(0, literal.start() - 8), literal.start())
    if before is None:
        return 2
    return 1 if before.group(1) in ("(", "[", ",") else 0
