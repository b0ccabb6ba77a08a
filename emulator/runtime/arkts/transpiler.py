"""From ArkTS to JavaScript: the TypeScript compiler in a process of its own, which is started when something is not cached."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from emulator.runtime.arkts.cache import ScriptCache
from emulator.runtime.arkts.script import ClassInfo, Diagnostic, Import, Script
from emulator.runtime.arkts.toolchain import Toolchain

PROGRAM = Path(__file__).parent / "js" / "transpile"


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
        key = self._key(text)
        cached = self._cache.get(key)
        script = _script(path, cached) if cached is not None else None
        if script is None:
            document = self._ask(path, text)
            script = _script(path, document)
            if script is None:
                raise TranspilerError(f"{path}: the compiler's answer cannot be read")
            self._cache.put(key, document)
        return script

    def close(self) -> None:
        """End the compiler."""
        compiler, self._compiler = self._compiler, None
        if compiler is not None:
            compiler.communicate()

    def _key(self, text: str) -> str:
        tools = f"{_our_version()} {self._toolchain.typescript_version}"
        return hashlib.sha256(f"{tools}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()

    def _ask(self, path: Path, text: str) -> dict[str, Any]:
        compiler = self._running()
        assert compiler.stdin is not None and compiler.stdout is not None
        try:
            compiler.stdin.write(json.dumps(text) + "\n")
            compiler.stdin.flush()
            answer = compiler.stdout.readline()
            document = json.loads(answer) if answer else None
        except (OSError, ValueError) as error:
            raise TranspilerError(f"{path}: the TypeScript compiler failed ({error})") from None
        if not isinstance(document, dict):
            self._compiler = None
            raise TranspilerError(f"{path}: the TypeScript compiler ended with exit code {compiler.wait()}")
        return document

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


def _script(path: Path, document: Mapping[str, Any]) -> Script | None:
    """A document as a script; None when it is none of ours."""
    try:
        code = str(document["code"])
        return Script(
            file=str(path),
            code=code,
            mappings=str(document["mappings"]),
            imports=tuple(Import(**{**i, "names": tuple(i["names"]), "locals": tuple(i["locals"])}) for i in document["imports"]),
            classes=tuple(ClassInfo(**{**c, "methods": tuple(map(tuple, c["methods"]))}) for c in document["classes"]),
            default_export=str(document["default_export"]),
            concurrent=tuple(document["concurrent"]),
            diagnostics=tuple(Diagnostic(**d) for d in document["diagnostics"]),
            digest=hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest(),
        )
    except (KeyError, TypeError, AttributeError):
        return None
