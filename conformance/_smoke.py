"""Smoke: everything that the options name is looked at before any verdict, and no callback is called.

Whatever is wrong here is told in one message and ends the run with exit code 4, instead of failing every rule.
"""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance._options import Options
from conformance.waivers import WaiverError, Waivers, load_waivers

if TYPE_CHECKING:
    from conformance.run import RunSettings
    from emulator.package import Package
    from emulator.subject import Subject

SCENARIO_DIRECTORY = ".conformance"
NO_LIMIT_S = 1e9
"""The hang limit while a debugger is on."""


@dataclass(frozen=True)
class Setup:
    """What is under test, and how: everything a run needs."""

    subject: Subject
    package: Package | None
    settings: RunSettings
    waivers: Waivers


def check_packages() -> None:
    """Refuse to work with somebody else's package of the same name. Raises UsageError naming it."""
    import emulator

    ours = Path(__file__).resolve().parent.parent
    found = getattr(emulator, "__file__", None)
    if found is None or Path(found).resolve().parent.parent != ours:
        place = found or ", ".join(emulator.__path__)
        raise pytest.UsageError(
            f"another package called 'emulator' is imported in place of the one beside {Path(__file__).resolve().parent}: "
            f"{place}; rename it, or run pytest from a directory where it is not importable"
        )


def smoke(options: Options, today: date, scenario_dir: Path) -> Setup:
    """Load and find everything that the options name. Raises UsageError with one clear message."""
    import hypothesis  # noqa: F401 - first: it keeps the clocks that it finds, which must be real ones

    from conformance.run import RunSettings
    from emulator import (
        ConditionError,
        ProfileError,
        Scenario,
        ScenarioError,
        SubjectError,
        load_profile,
        load_subject,
        parse_condition,
    )

    _exists("--bundle", options.bundle, directory=True)
    _exists("--sandbox", options.sandbox, directory=True)
    _exists("--replay", options.replay, directory=False)
    _known_rules(options.ignore)
    try:
        settings = RunSettings(
            profile=options.profile,
            seed=options.seed,
            examples=options.examples,
            budget_s=options.budget_s,
            device=load_profile(options.device),
            conditions=tuple(parse_condition(text) for text in options.conditions),
            hang_limit_s=NO_LIMIT_S if options.debugger else options.hang_limit_s,
            scenario_dir=scenario_dir,
            check_repeat=True,
            sandbox=options.sandbox,
        )
        waivers = load_waivers(options.waivers, today) if options.waivers else Waivers()
        package = _package(options.bundle)
        if options.replay is not None:
            Scenario.load(options.replay)
        put_on_path(options.import_root)
        subject = load_subject(options.extension, options.kit_shims)
        return Setup(subject, package or subject.package, settings, waivers)
    except (ProfileError, ConditionError, SubjectError, WaiverError, ScenarioError) as error:
        raise pytest.UsageError(str(error)) from None


def put_on_path(directory: Path) -> None:
    """Make the modules of a directory importable, as ``python -m pytest`` does and plain ``pytest`` does not."""
    if str(directory) not in sys.path:
        sys.path.insert(0, str(directory))


def _exists(flag: str, path: Path | None, *, directory: bool) -> None:
    if path is None or (path.is_dir() if directory else path.is_file()):
        return
    kind = "directory" if directory else "file"
    detail = f"is no {kind}" if path.exists() else "does not exist"
    raise pytest.UsageError(f"{flag}={path}: {detail}")


def _package(directory: Path | None) -> Package | None:
    if directory is None:
        return None
    from emulator import PackageError, load_package

    try:
        return load_package(directory)
    except PackageError as error:
        raise pytest.UsageError(f"--bundle={directory}: {error}") from None


def _known_rules(rules: tuple[str, ...]) -> None:
    from conformance.catalogue import CATALOGUE

    for rule in rules:
        if rule not in CATALOGUE:
            close = difflib.get_close_matches(rule.upper(), CATALOGUE, n=3)
            hint = f"; did you mean {', '.join(close)}?" if close else ""
            raise pytest.UsageError(f"ini option conformance_ignore: there is no rule {rule!r}{hint}")
