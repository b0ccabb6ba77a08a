"""Hypothesis in our own tests: no deadlines, since shared machines are slow now and then."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("tests", deadline=None, print_blob=True)
settings.load_profile("tests")
