"""BK802, BK803 and BK806: what srcEntry exports, and what it extends (control-plane 1.1, C-001)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.registry import predicate
from conformance.rules.source_findings import place, source_finding
from emulator.runtime.arkts.sources import ABILITY, Ancestry, ClassPlace, Sources


@predicate("BK802", needs.sources)
def no_default_export(evidence: Evidence) -> Iterator[Finding]:
    """The entry file has no default export; a class that is found anyway is run all the same."""
    sources = evidence.sources
    if sources is None or sources.main is None or sources.main.default_export:
        return
    found = sources.extension
    if found is None:
        names = ", ".join(info.name for info in sources.main.classes) or "none"
        yield source_finding("BK802", sources.entry, 1, "there is no default export", f"the classes of the file: {names}")
        return
    how = "exported by its name" if found.info.exported else "not exported"
    message = f"class {found.info.name} is {how}, not as default"
    yield _at_class("BK802", found, message, f"the module has no default export; {found.info.name} is run")


@predicate("BK803", needs.sources)
def wrong_base_class(evidence: Evidence) -> Iterator[Finding]:
    """The default export is no class, or its bases end in another ability."""
    sources = evidence.sources
    if sources is None or sources.main is None or not sources.main.default_export:
        return
    found = sources.default_class
    if found is None:
        message = "the default export is no class"
        yield source_finding("BK803", sources.entry, 1, message, f"it is {sources.main.default_export}")
        return
    ancestry = sources.ancestry(found)
    if ancestry.system and ancestry.system != ABILITY:
        last = ancestry.classes[-1]
        message = f"class {last.info.name} extends {ancestry.system}, not {ABILITY}"
        yield _at_class("BK803", last, message, _line_of(ancestry), cause=ancestry.system)


@predicate("BK806", needs.sources)
def no_base_class(evidence: Evidence) -> Iterator[Finding]:
    """A plain class with callbacks: works, but nothing types it."""
    found = _under_test(evidence.sources)
    if found is None or evidence.sources is None:
        return
    ancestry = evidence.sources.ancestry(found)
    if ancestry.system or ancestry.lost or not ancestry.callbacks:
        return
    last = ancestry.classes[-1]
    seen = f"{_line_of(ancestry)}; it has {', '.join(ancestry.callbacks)}"
    yield _at_class("BK806", last, f"class {last.info.name} extends nothing", seen)


def _at_class(rule_id: str, at: ClassPlace, message: str, seen: str, cause: str = "") -> Finding:
    return source_finding(rule_id, at.file, at.info.line, message, seen, column=at.info.column, cause=cause)


def _under_test(sources: Sources | None) -> ClassPlace | None:
    return sources.extension if sources is not None else None


def _line_of(ancestry: Ancestry) -> str:
    """The class and its bases with their places: "Backup (a.ets:3) extends Base (b.ets:1) extends UIAbility"."""
    steps = [f"{step.info.name} ({place(step.file, step.info.line)})" for step in ancestry.classes]
    return " extends ".join([*steps, *filter(None, [ancestry.system or ancestry.lost])])
