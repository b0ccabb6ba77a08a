"""The outermost net: pytest-timeout, for the case that neither ticks nor the alarm inside a session end something.

Its thread method ends the process, so the limit is far beyond what a rule may take. A limit of the user's counts too;
the time that the fuzzer may take is added to it, since one item does all the fuzzing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance._options import Options
    from conformance.run import RunSettings

LIMIT_S = 1800.0


def hang_net(config: pytest.Config, options: Options, settings: RunSettings) -> pytest.MarkDecorator | None:
    """The marker for our items; None where the user's own limit is enough, without pytest-timeout, or under a debugger."""
    from conformance.run import FUZZ_BUDGET_S

    if options.debugger or not config.pluginmanager.hasplugin("timeout"):
        return None
    fuzzing_s = (settings.budget_s or FUZZ_BUDGET_S) if settings.profile == "fuzz" else 0.0
    own = config.getoption("timeout", None) or os.environ.get("PYTEST_TIMEOUT") or config.getini("timeout")
    if not own:
        return pytest.mark.timeout(LIMIT_S + fuzzing_s, method="thread")
    return pytest.mark.timeout(float(own) + fuzzing_s) if fuzzing_s and float(own) > 0 else None
