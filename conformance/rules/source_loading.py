"""BK801: whatever keeps the extension's module from being loaded (control-plane 2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.registry import predicate
from conformance.rules.source_findings import place, source_finding
from emulator.runtime.arkts.sources import LoadFault, Stage

_WHAT_HAPPENS = {
    Stage.COMPILE: "{} does not compile",
    Stage.RESOLVE: "an import of {} leads nowhere",
    Stage.EVALUATE: "{} fails while it is evaluated",
}


@predicate("BK801", needs.sources)
def does_not_load(evidence: Evidence) -> Iterator[Finding]:
    """The module or one that it imports fails to compile, to resolve or to evaluate."""
    if evidence.sources is None:
        return
    for fault in evidence.sources.faults:
        message = f"{_WHAT_HAPPENS[fault.stage].format(Path(fault.file).name)}: {fault.message}"
        seen = _seen(fault)
        yield source_finding("BK801", fault.file, fault.line, message, seen, column=fault.column, cause=fault.message)


def _seen(fault: LoadFault) -> str:
    """The first error of a file is shown, since those after it are often its consequences."""
    rest = f", and {fault.more} more in this file" if fault.more else ""
    return f"{place(fault.file, fault.line, fault.column)}: {fault.message}{rest}"
