"""What becomes of the app's files: one session of its own for ``--conformance-files``, with its progress on a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from conformance._collection import warnings_stay_warnings

if TYPE_CHECKING:
    from conformance._smoke import Setup
    from emulator.leaving import Leaving


CI = ("CI", "BUILD_NUMBER")
"""What is set where nobody watches; pytest goes by the same variables."""


class ProgressLine:
    """One line that is written again and again on a terminal, and nowhere else; a CI job has none, whatever it claims."""

    def __init__(self, config: pytest.Config) -> None:
        reporter: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
        on_terminal = reporter is not None and reporter.isatty and not any(os.environ.get(name) for name in CI)
        self._reporter = reporter if on_terminal else None

    def show(self, text: str) -> None:
        """Put this in place of what was there."""
        if self._reporter is not None:
            self._reporter.rewrite(f"files: {text}" if text else "\r", erase=True)

    def clear(self) -> None:
        """Leave the line empty, for what comes next."""
        self.show("")


def list_files(config: pytest.Config, setup: Setup) -> Leaving:
    """Run the session on the device, the package and the data that the suites have."""
    from emulator.leaving import leaving

    line, settings = ProgressLine(config), setup.settings
    try:
        with warnings_stay_warnings():
            return leaving(
                setup.subject,
                profile=settings.device,
                package=setup.package,
                sandbox=settings.sandbox,
                seed=settings.seed,
                hang_limit_s=settings.hang_limit_s,
                progress=line.show,
            )
    finally:
        line.clear()
