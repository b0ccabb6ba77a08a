"""docs/rules.md is what the catalogue gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.catalogue import CATALOGUE
from conformance.rules_doc import document, main

COMMITTED = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_committed_file_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == document(), "run: python -m conformance.rules_doc > docs/rules.md"


def test_every_rule_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    text = capsys.readouterr().out
    assert [f"### {rule.id} {rule.name}" in text for rule in CATALOGUE.values()] == [True] * len(CATALOGUE)
