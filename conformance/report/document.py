"""The JSON report: every rule of the catalogue in id order, whatever its outcome (schemas/conformance-report.schema.json).

Everything but ``durations`` is the same in every run of the same subject with the same options, in one process or
in several.
"""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance._options import Options
    from conformance._smoke import Setup
    from conformance._tally import Tally
    from conformance._verdict import FindingText

REPORT_VERSION = 1
DISTRIBUTION = "pytest-backup-extension"


class JsonReport:
    """Writes the report to its file, again and again as verdicts come in: a run may be ended at any moment."""

    def __init__(self, path: Path, options: Options, setup: Setup) -> None:
        self.path = path
        self._frame = _frame(options, setup)
        self._texts: dict[str, str] = {}

    def add(self, member: str, text: str) -> None:
        """Add a member that will not change any more, as JSON text: it may be long, and is written with every verdict."""
        self._texts[member] = text

    def write(self, tally: Tally, seconds: float) -> None:
        """Replace the file by the state of the run, in one step. Raises OSError when it cannot."""
        document = {
            **self._frame,
            "compliant": tally.compliant,
            "counts": tally.counts(),
            "rules": [_rule(tally, rule) for rule in tally.rules],
            "missed": tally.missed,
            "waivers": [{**v.waiver.to_json(), "state": v.state.value, "message": v.message} for v in tally.waiver_verdicts()],
            "durations": {
                "total_s": round(seconds, 3),
                "rules_s": {rule: round(v.seconds, 3) for rule, v in sorted(tally.verdicts.items())},
            },
        }
        if tally.replayed is not None:
            document["replay"] = tally.replayed
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        text = json.dumps(document, indent=1, ensure_ascii=False).removesuffix("\n}")
        added = "".join(f',\n "{member}": {value}' for member, value in self._texts.items())
        scratch.write_text(f"{text}{added}\n}}\n", encoding="utf-8")
        scratch.replace(self.path)


def _frame(options: Options, setup: Setup) -> dict[str, Any]:
    subject, settings = setup.subject, setup.settings
    return {
        "reportVersion": REPORT_VERSION,
        "subject": {
            "spec": subject.spec,
            "language": subject.language,
            "file": subject.file,
            "callbacks": list(subject.callbacks),
        },
        "device": settings.device.to_json(),
        "conditions": [condition.to_json() for condition in settings.conditions],
        "profile": settings.profile,
        "seed": settings.seed,
        "examples": settings.examples,
        "strict": options.strict,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """What the run was made with."""
    found = {"python": platform.python_version()}
    for name in (DISTRIBUTION, "pytest", "hypothesis"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _rule(tally: Tally, rule_id: str) -> dict[str, Any]:
    rule, verdict = tally.rules[rule_id], tally.verdicts.get(rule_id)
    return {
        "id": rule.id,
        "name": rule.name,
        "area": rule.area,
        "severity": str(rule.severity),
        "outcome": verdict.outcome.value if verdict else "not-run",
        "reason": verdict.reason if verdict else tally.why_not_run(rule_id),
        "findings": [_finding(finding) for finding in verdict.findings] if verdict else [],
    }


def _finding(finding: FindingText) -> dict[str, Any]:
    return {
        "message": finding.message,
        "session": finding.session or None,
        "seen": finding.seen,
        "device": finding.device,
        "mend": finding.mend,
        "clauses": list(finding.clauses),
        "replay": finding.replay or None,
        "where": finding.where or None,
        "log": list(finding.log),
        "fingerprint": finding.fingerprint,
        "waived": finding.waived or None,
    }
