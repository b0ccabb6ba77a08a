"""PreDealExcludes and IsDirsMatch: what is taken away from a full backup (data-plane 1.6)."""

from __future__ import annotations

import os
from collections.abc import Sequence

from emulator.storage.scan.fnmatch import compiled


def pre_deal_excludes(excludes: Sequence[str]) -> tuple[str, ...]:
    """The patterns that are matched; empty ones are dropped."""
    return tuple(_pattern(exclude) for exclude in excludes if exclude)


class Excludes:
    """The excludes of one profile, ready to match."""

    def __init__(self, excludes: Sequence[str]) -> None:
        self._matchers = [
            (exclude, compiled(os.fsencode(_pattern(exclude)), leading_dir=True).match) for exclude in excludes if exclude
        ]

    def match(self, path: bytes) -> str | None:
        """The first exclude that takes ``path`` away, as the profile has it; None when none does."""
        for exclude, matches in self._matchers:
            if matches(path):
                return exclude
        return None


def _pattern(exclude: str) -> str:
    pattern = f"{exclude}*" if exclude.endswith("/") else exclude
    return f"/{pattern}" if "/" in pattern and not pattern.startswith("/") else pattern
