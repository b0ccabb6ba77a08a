"""Positions in transpiled code, back in the source."""

from __future__ import annotations

import functools

_DIGITS = {c: n for n, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}


def original(mappings: str, line: int, column: int) -> tuple[int, int]:
    """Line and column (from 1) in the source of a position in the code; the position itself without ``mappings``."""
    lines = _decode(mappings)
    if not mappings or line > len(lines):
        return line, column
    found = [(source_line, source_column) for at, source_line, source_column in lines[line - 1] if at <= column - 1]
    return found[-1] if found else (line, column)


@functools.lru_cache(256)
def _decode(mappings: str) -> list[list[tuple[int, int, int]]]:
    lines, source_line, source_column = [], 0, 0
    for text in mappings.split(";"):
        column, segments = 0, []
        for segment in filter(None, text.split(",")):
            values, value, shift = [], 0, 0
            for char in segment:
                digit = _DIGITS[char]
                value |= (digit & 31) << shift
                shift += 5
                if not digit & 32:
                    values.append(-(value >> 1) if value & 1 else value >> 1)
                    value = shift = 0
            column += values[0]
            if len(values) >= 4:
                source_line += values[2]
                source_column += values[3]
                segments.append((column, source_line + 1, source_column + 1))
        lines.append(segments)
    return lines
