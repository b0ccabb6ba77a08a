"""What a device does before any module runs: it binds each imported name to an export of the other module.

The device's modules are those of ECMAScript, where a name that is missing is an error of linking; in the emulated realm, where
they are CommonJS, it would only be undefined. Source: ECMA-262, ResolveExport and InitializeEnvironment of a module.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emulator.runtime.arkts.script import Diagnostic, Import, Script

DEFAULT = "default"
EVERYTHING = "*"
MOST_SHOWN = 5


@dataclass(frozen=True)
class Bindings:
    """Scripts by file, and for each file which file its specifiers mean. What they do not lead to may export anything."""

    scripts: Mapping[str, Script]
    targets: Mapping[str, Mapping[str, str]]

    def unbound(self, file: str) -> tuple[Diagnostic, ...]:
        """A diagnostic for each name that the file asks of a module that does not have it; none where it does not compile."""
        script = self.scripts[file]
        return () if script.diagnostics else tuple(self._missing(file, script))

    def _missing(self, file: str, script: Script) -> Iterator[Diagnostic]:
        for statement in script.imports:
            target = self.targets[file].get(statement.specifier)
            # A lazy import is bound when its name is first used, and a dynamic one binds no name.
            if target is None or statement.type_only or statement.dynamic or statement.lazy:
                continue
            exports = self._exports(target, set())
            if exports is None:
                continue
            for name in statement.used:
                if name not in exports:
                    yield Diagnostic(statement.line, statement.column, _message(statement, name, exports))

    def _exports(self, file: str, seen: set[str]) -> list[str] | None:
        """All names that a module exports, those that it passes on included; None where nobody can tell."""
        seen.add(file)
        script = self.scripts[file]
        if script.open or script.diagnostics:
            return None
        names = list(script.exports)
        for statement in script.imports:
            if statement.locals != (EVERYTHING,):
                continue
            target = self.targets[file].get(statement.specifier)
            if target in seen:
                continue
            passed_on = self._exports(target, seen) if target is not None else None
            if passed_on is None:
                return None
            names += [name for name in passed_on if name != DEFAULT]
        return names


def _message(statement: Import, name: str, exports: list[str]) -> str:
    if name != DEFAULT:
        [close] = difflib.get_close_matches(name, exports, n=1) or [""]
        return f"{statement.specifier} does not export {name}; {f'did you mean {close}?' if close else _told(exports)}"
    local = dict(zip(statement.names, statement.locals, strict=True))[DEFAULT]
    [close] = difflib.get_close_matches(local, exports, n=1) or [""]
    return f"{statement.specifier} has no default export; {f'did you mean {{ {close} }}?' if close else _told(exports)}"


def _told(exports: list[str]) -> str:
    if not exports:
        return "it exports nothing"
    rest = f" and {len(exports) - MOST_SHOWN} more" if len(exports) > MOST_SHOWN else ""
    return f"it exports {', '.join(exports[:MOST_SHOWN])}{rest}"
