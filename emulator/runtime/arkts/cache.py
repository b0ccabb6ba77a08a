"""Transpiled scripts on disk, by content: a second run, and every other worker, finds them there."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any


class ScriptCache:
    """Documents by key under a directory; with None it is empty and stays so. No failure of the disk is an error here."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory

    def get(self, key: str) -> dict[str, Any] | None:
        """The document, or None when there is none that can be read."""
        if self._directory is None:
            return None
        with suppress(OSError, ValueError):
            document = json.loads(self._path(key).read_text(encoding="utf-8"))
            return document if isinstance(document, dict) else None
        return None

    def put(self, key: str, document: dict[str, Any]) -> None:
        """Keep the document, in one step."""
        if self._directory is None:
            return
        path = self._path(key)
        scratch = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                scratch.write_text(json.dumps(document), encoding="utf-8")
                os.replace(scratch, path)
            finally:
                scratch.unlink(missing_ok=True)

    def directory(self, name: str) -> str:
        """A directory for something else that may be thrown away; "" when nothing can be kept."""
        if self._directory is None:
            return ""
        place = self._directory / name
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError:
            return ""
        return str(place)

    def _path(self, key: str) -> Path:
        assert self._directory is not None
        return self._directory / key[:2] / f"{key[2:]}.json"
