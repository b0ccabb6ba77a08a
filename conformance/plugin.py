"""The pytest plugin: declares its options, and does nothing more unless an extension is named.

This module is loaded by every pytest run of an environment in which the distribution is installed, so it imports
neither the emulator nor Hypothesis; what does the work is registered as a plugin of its own (`conformance._stage`).
"""

from __future__ import annotations

import pytest

from conformance import _options


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    _options.declare(parser)


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Answer ``--conformance-explain`` in place of a test run."""
    rule = None if config.getoption("help", False) else _options.explained_rule(config)
    if rule is None:
        return None
    from conformance._explain import explain

    print(explain(rule))
    return 0


def pytest_configure(config: pytest.Config) -> None:
    """Bring in what collects and judges, when there is something to judge."""
    options = None if config.getoption("help", False) else _options.read(config)
    if options is None:
        return
    from conformance._stage import Stage

    config.pluginmanager.register(Stage(config, options), "backup_conformance_stage")
