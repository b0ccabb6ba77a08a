"""BK805: methods that look like callbacks of the ability and that no device ever calls (clauses 8 #13)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.registry import predicate
from conformance.rules.source_findings import source_finding
from emulator.ability import CALLBACKS
from emulator.runtime.arkts.sources import ABILITY, Sources

_OF_OTHER_ABILITIES = frozenset(
    ("onCreate", "onDestroy", "onConnect", "onDisconnect", "onRequest", "onForeground", "onBackground", "onStart", "onStop")
)
_INVENTED = re.compile(
    r"on(Backup|Restore)(Ex)?(Begin|Start|Started|End|Ended|Finish|Finished|Done|Complete|Completed|Success|Fail|Failed|Error|"
    r"Progress|Result|Cancel|Canceled|Cancelled)"
    r"|on(Clean|Cleanup|CleanUp|Progress|PreBackup|PostBackup|PreRestore|PostRestore|BeforeBackup|AfterBackup|BeforeRestore|"
    r"AfterRestore|Finish|Finished|Complete|Cancel)"
)
"""Names of articles and of other platforms, with their relatives."""
_CLOSE = 0.85


@predicate("BK805", needs.sources)
def no_such_callback(evidence: Evidence) -> Iterator[Finding]:
    """A method with a name like a callback's, which nothing of the app calls either. Those of another ability are right where
    they are: that it is the wrong one is BK803's to say.
    """
    sources = evidence.sources
    if sources is None or sources.extension is None:
        return
    ancestry = sources.ancestry(sources.extension)
    if ancestry.system not in ("", ABILITY):
        return
    for name, (file, line, column) in ancestry.methods.items():
        why = why_no_callback(name)
        if why and not _is_called(sources, name):
            message = f"{name} is no callback of the ability"
            yield source_finding("BK805", file, line, message, why, column=column, cause=name)


def why_no_callback(name: str) -> str:
    """What a name is taken for; "" for a callback and for a name that is nothing like one."""
    if name in CALLBACKS:
        return ""
    if name in _OF_OTHER_ABILITIES:
        return f"{name} is a callback of other abilities"
    by_lower = {callback.lower(): callback for callback in CALLBACKS if callback[:2] == name[:2].lower()}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=_CLOSE)
    if close:
        return f"{name} is close to {by_lower[close[0]]}"
    return f"the callbacks are {', '.join(CALLBACKS)}" if _INVENTED.fullmatch(name) else ""


def _is_called(sources: Sources, name: str) -> bool:
    """True where the app itself calls the method: then it is one of its own."""
    call = re.compile(rf"(?<!super)\.{re.escape(name)}\b")
    return any(call.search(script.code) for script in sources.scripts.values())
