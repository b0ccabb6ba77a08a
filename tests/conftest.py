"""Hypothesis in our own tests draws the same examples in every run, without deadlines: shared machines are slow now and then.

``pytest --hypothesis-profile=search`` draws new ones.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("search", deadline=None, print_blob=True)
settings.register_profile("tests", settings.get_profile("search"), derandomize=True, database=None)
settings.load_profile("tests")
