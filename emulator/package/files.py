"""The documents of a package as they lie on the disk: where they are looked for, their text, what was read from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROFILE_DIRECTORIES = ("src/main/resources/base/profile", "resources/base/profile", ".")
"""Where profiles lie: in a project, in a module, beside module.json5 where somebody has put the two together."""


class PackageError(ValueError):
    """A package cannot be read; the message names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One document. ``name`` is its path below the package's directory, with slashes; ``place`` as messages name it.

    ``document`` is the parsed module. A profile has none: strict and lenient readers read it differently, and both get
    its ``text``.
    """

    name: str
    place: str
    text: str
    document: Mapping[str, Any] = field(default_factory=dict)


def find_file(directory: Path, name: str) -> str | None:
    """Where the profile ``name`` lies below ``directory``; None when it is nowhere."""
    places = (name if place == "." else f"{place}/{name}" for place in PROFILE_DIRECTORIES)
    return next((place for place in places if (directory / place).is_file()), None)


def spelled_otherwise(directory: Path, name: str) -> str | None:
    """The path of a file below ``directory`` that differs from ``name`` by upper and lower case alone; None where none does."""
    found = [("", directory)]
    for part in name.split("/"):
        found = [(f"{path}/{inner}", place / inner) for path, place in found for inner in _called(place, part)]
    return next((path.removeprefix("/") for path, place in found if place.is_file()), None)


def _called(directory: Path, name: str) -> list[str]:
    if name in (".", ".."):
        return [name]
    return sorted(inner.name for inner in directory.iterdir() if inner.name.lower() == name.lower()) if directory.is_dir() else []


def read_json5(directory: Path, name: str) -> PackageFile:
    """A document of the build tools, such as module.json5. Raises PackageError when it cannot be read or is no JSON5 object."""
    import json5

    path = directory / name
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json5.loads(text)
    except OSError as error:
        raise PackageError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise PackageError(f"{path}: not JSON5 ({error})") from None
    if not isinstance(document, dict):
        raise PackageError(f"{path}: expected one object")
    return PackageFile(name, shown(path), text, document)


def read_profile(directory: Path, name: str) -> PackageFile:
    """The profile's text, byte by byte: what is no UTF-8 comes as surrogates. Raises PackageError."""
    path = directory / name
    try:
        return PackageFile(name, shown(path), path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError as error:
        raise PackageError(f"{path}: cannot be read ({error.strerror})") from None


def shown(path: Path) -> str:
    """A path as messages name it: relative to the working directory where possible, with slashes."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
