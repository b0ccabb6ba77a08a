"""docs/rules.md, made from the catalogue: ``python -m conformance.rules_doc > docs/rules.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from conformance.catalogue import AREAS, CATALOGUE, Rule, Severity
from conformance.rules import NOT_JUDGED, PREDICATES

_HEADINGS = {
    "return": "Return value of onBackupEx and onRestoreEx",
    "fallback": "Fallback after an empty string",
    "exclusion": "Mutual exclusion of the Ex and the plain callback",
    "progress": "Progress (onProcess)",
    "lifecycle": "Life cycle and time",
    "data": "Data",
    "package": "Package (module.json5 and backup_config.json)",
    "source": "Source of an ArkTS extension",
    "conditions": "Device conditions",
}

_INTRODUCTION = """\
# Rules

Made from `conformance/catalogue.toml` by `python -m conformance.rules_doc > docs/rules.md`; edit there.

A rule's id, name and meaning are stable; a new meaning gets a new id. A finding of severity `error` fails a run, a
`warning` only under `--conformance-strict`. C-nnn and V-nn are clauses of `spec/clauses.md`; other references are chapters
of the files in `spec/`.

Which sessions a rule judges:

- 1xx, 2xx, BK301 and BK403 to BK409 judge every session, but only values that the device used.
- BK401, BK402, BK410, BK411, BK504, BK509 and BK513 judge sessions in which nothing changes time or cuts the session short.
- BK501 to BK503, BK505, BK512 and BK515 judge nominal sessions: device in order, empty details, the ordinary version.
- BK506 to BK508 and BK514 judge sessions that differ from the nominal one of their kind in nothing but the info, or nothing
  but the version, and only what the nominal session is free of. An upgrade brings another version; what happens in it alone
  to a restore callback is BK508 rather than BK501 to BK503.
- BK510 judges every session, BK511 pairs of identical sessions, BK302 whole runs.
- BK902 judges a session under a condition against the same session without it; what a kill, a cancel or a death does to an
  unfinished callback does not count.
- 7xx judge the files that `--bundle` names, or those of the project that `--extension` names, and need no session. Where
  BK701, BK702 or BK703 fires, no session would run anything of the app: the rules about sessions are blocked.
- 8xx judge the sources of an ArkTS extension, with all that it imports, and need no session. Where BK801 or BK803 fires, or
  BK802 and no class is found either, there is nothing to call: the rules about sessions are blocked.
- Nothing is judged in a session that the harness could not run to its end, or in which the app used something that the
  emulated device does not have and did not catch the error.

Where two rules fit one cause, the one that names the cause keeps the other away: BK102, BK106, BK406, BK407, BK502, BK702.
"""


def document() -> str:
    """The text of docs/rules.md."""
    return "\n".join([_INTRODUCTION, *(line for area in AREAS for line in _area(area))])


def _area(area: str) -> Iterator[str]:
    rules = [rule for rule in CATALOGUE.values() if rule.area == area]
    yield f"## {rules[0].id[:3]}xx {_HEADINGS[area]}\n"
    for rule in rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    severity = "error" if rule.severity is Severity.ERROR else "warning"
    pending = "" if rule.id in PREDICATES else f"; {NOT_JUDGED}"
    yield f"### {rule.id} {rule.name}\n"
    yield f"*{severity}{pending}*\n"
    yield f"- Fires when {rule.fires_when}."
    yield f"- Device: {rule.device}"
    yield f"- Mend: {rule.mend}"
    yield f"- Requires it: {', '.join(rule.clauses)} ({rule.source})\n"


def main() -> int:
    """Write the document to standard output."""
    sys.stdout.write(document())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
