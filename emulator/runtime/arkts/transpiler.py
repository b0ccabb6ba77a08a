"""From ArkTS to JavaScript: the TypeScript compiler in a process of its own, which is started when something is not cached."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from emulator.runtime.arkts.cache import ScriptCache
from emulator.runtime.arkts.script import ClassInfo, Diagnostic, Import, Script
from emulator.runtime.arkts.source_map import original
from emulator.runtime.arkts.toolchain import Toolchain

PROGRAM = Path(__file__).parent / "js" / "transpile"
PLAIN_SUFFIXES = (".js", ".mjs", ".cjs")
"""JavaScript: without types, and a module only if it imports or exports."""
_NAMES = ("names", "locals", "used")


class TranspilerError(Exception):
    """The transpiler itself failed: a fault of ours, not of the source."""


class Transpiler:
    """Makes scripts of sources. ``close`` ends the compiler's process; it begins again when it is needed."""

    def __init__(self, toolchain: Toolchain, cache: Path | None) -> None:
        self._toolchain = toolchain
        self._cache = ScriptCache(cache)
        self._compiler: subprocess.Popen[str] | None = None

    def transpile(self, path: Path, text: str) -> Script:
        """The script of a source; what is wrong with it is in the diagnostics. Raises TranspilerError."""
        kind = "js" if path.suffix in PLAIN_SUFFIXES else "ts"
        key = self._key(kind, text)
        cached = self._cache.get(key)
        script = _script(path, cached) if cached is not None else None
        if script is None:
            document = self._ask(path, {"kind": kind, "text": text})
            script = _script(path, document)
            if script is None:
                raise TranspilerError(f"{path}: the compiler's answer cannot be read")
            self._cache.put(key, document)
        return script

    def close(self) -> None:
        """End the compiler."""
        self._end()

    def _end(self) -> int:
        compiler, self._compiler = self._compiler, None
        if compiler is None:
            return 0
        compiler.communicate()
        return compiler.returncode

    def _key(self, kind: str, text: str) -> str:
        tools = f"{_our_version()} {self._toolchain.typescript_version} {kind}"
        return hashlib.sha256(f"{tools}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()

    def _ask(self, path: Path, request: dict[str, str]) -> dict[str, Any]:
        try:
            answer = self._exchange(json.dumps(request))
        except OSError as error:
            self._end()
            raise TranspilerError(f"{path}: the TypeScript compiler failed ({error})") from None
        if not answer.endswith("\n"):
            raise TranspilerError(f"{path}: the TypeScript compiler ended with exit code {self._end()}")
        document: dict[str, Any] = json.loads(answer)
        if "failure" in document:
            raise TranspilerError(f"{path}: the TypeScript compiler failed ({document['failure']})")
        return document

    def _exchange(self, line: str) -> str:
        compiler = self._running()
        assert compiler.stdin is not None and compiler.stdout is not None
        with suppress(BrokenPipeError):  # it is gone, and says so below by saying nothing
            compiler.stdin.write(line + "\n")
            compiler.stdin.flush()
        return compiler.stdout.readline()

    def _running(self) -> subprocess.Popen[str]:
        if self._compiler is None:
            self._compiler = subprocess.Popen(
                [
                    self._toolchain.node,
                    PROGRAM / "main.js",
                    self._toolchain.typescript,
                    self._cache.directory("compiler"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        return self._compiler


@cache
def _our_version() -> str:
    """What the code depends on beside the source: our own part of the compiler."""
    parts = sorted(PROGRAM.glob("*.js"))
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def _mistakes(document: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    """What the engine finds in the code, at its place in the source."""
    return tuple(
        Diagnostic(*original(document["mappings"], found["line"], found["column"]), found["message"])
        for found in document["engine"]
    )


def _script(path: Path, document: Mapping[str, Any]) -> Script | None:
    """A document as a script; None when it is none of ours."""
    try:
        code = str(document["code"])
        return Script(
            file=str(path),
            code=code,
            mappings=str(document["mappings"]),
            imports=tuple(Import(**{**i, **{of: tuple(i[of]) for of in _NAMES}}) for i in document["imports"]),
            classes=tuple(ClassInfo(**{**c, "methods": tuple(map(tuple, c["methods"]))}) for c in document["classes"]),
            default_export=str(document["default_export"]),
            concurrent=tuple(document["concurrent"]),
            diagnostics=tuple(Diagnostic(**d) for d in document["diagnostics"]) or _mistakes(document),
            digest=hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest(),
            unsupported=tuple(Diagnostic(**d) for d in document["unsupported"]),
            exports=tuple(document["exports"]),
            open=bool(document["open"]),
        )
    except (KeyError, TypeError, AttributeError):
        return None
