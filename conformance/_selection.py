"""Which of our items the arguments of pytest ask for.

Node ids are ``conformance/<area>::BK401-progress-late``. They name no file, so they are no paths to pytest; given as
arguments they are taken out of the list of paths before pytest looks for them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.catalogue import AREAS, CATALOGUE
from conformance.waivers import Waiver

ROOT = "conformance"
WAIVERS = "waivers"
REPLAY = "replay"

_NODE_ID = re.compile(rf"(?:\.\./)*{ROOT}(?:/(?P<area>{'|'.join((*AREAS, WAIVERS))}))?(?:::(?P<name>.+))?")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of our items are wanted: all of them, none, or those under some node ids."""

    prefixes: tuple[str, ...] = ()

    def wants(self, nodeid: str) -> bool:
        """Whether an item with this node id is to be collected."""
        return any(nodeid == p or nodeid.startswith((p + "/", p + "::", p + "-")) for p in self.prefixes)


def take_selection(config: pytest.Config) -> Selection:
    """Find out what the arguments ask of us, and leave the user's own paths to pytest.

    Without any path (``testpaths`` is none) that is everything of ours and nothing else; with paths exactly those.
    """
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args[:] = []
        return Selection((ROOT,))
    ours = [arg for arg in config.args if _is_ours(arg, config.invocation_params.dir)]
    config.args[:] = [arg for arg in config.args if arg not in ours]
    return Selection(tuple(arg[arg.index(ROOT) :] for arg in ours))


def _is_ours(argument: str, directory: Path) -> bool:
    return bool(_NODE_ID.fullmatch(argument)) and not (directory / argument.partition("::")[0]).exists()


def check_selection(selection: Selection, waivers: Iterable[Waiver]) -> None:
    """Raise UsageError for an argument that names none of our items."""
    known = [f"{ROOT}/{rule.area}::{rule.title}" for rule in CATALOGUE.values()]
    known += [f"{ROOT}/{WAIVERS}::{waiver.rule}" for waiver in waivers]
    for prefix in selection.prefixes:
        if prefix != ROOT and not any(Selection((prefix,)).wants(nodeid) for nodeid in known):
            close = difflib.get_close_matches(prefix, known, n=1)
            raise pytest.UsageError(f"not found: {prefix}" + (f"; did you mean {close[0]}?" if close else ""))
