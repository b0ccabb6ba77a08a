"""The header of a run: every setting that a verdict may depend on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance._options import Options
    from conformance._smoke import Setup
    from conformance.run import RunSettings


def header(options: Options, setup: Setup) -> list[str]:
    """The lines that pytest shows before it collects."""
    subject, settings = setup.subject, setup.settings
    source = f" in {subject.file}" if subject.file else ""
    conditions = f", also under {', '.join(options.conditions)}" if options.conditions else ""
    lines = [
        f"conformance: {subject.spec} ({subject.language}{source})",
        *(f"project: {note}" for note in subject.notes),
        f"device: {settings.device.name} (API level {settings.device.api_level}){conditions}",
        f"profile: {settings.profile}, seed {settings.seed}, {_drawn(settings)} (whatever the hypothesis profile is)",
        f"ticks: {_ticks(setup)}; hang limit {'off under a debugger' if options.debugger else f'{options.hang_limit_s:g} s'}",
    ]
    if options.ignore:
        lines.append(f"not run: {', '.join(options.ignore)} (conformance_ignore)")
    if sys.platform == "win32":
        lines.append("off on this platform: the CPU-time alarm, and what needs POSIX file names and modes")
    return lines


def _drawn(settings: RunSettings) -> str:
    from conformance.run import EXAMPLES, FUZZ_BUDGET_S

    examples = settings.examples or EXAMPLES[settings.profile]
    if settings.profile == "fuzz":
        return f"sessions drawn for {settings.budget_s or FUZZ_BUDGET_S:g} s, {examples} at a time"
    return f"{examples} drawn sessions"


def _ticks(setup: Setup) -> str:
    from emulator.runtime.python import ticks

    ticks.watch(getattr(setup.subject, "roots", ()))
    return ticks.source()
