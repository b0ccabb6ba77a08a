"""Which paths an include can name: the supported directories, and why a pattern leads to none of them (C-070, C-078)."""

from __future__ import annotations

import re

from conformance.rules.package_overlap import can_name

LEVELS = ("el1", "el2", "el5")
SUPPORTED = (
    *(
        f"data/storage/{level}/{place}"
        for level in LEVELS
        for place in (
            "database",
            "base/files",
            "base/preferences",
            "base/haps/*/database",
            "base/haps/*/files",
            "base/haps/*/preferences",
        )
    ),
    "data/storage/el2/distributedfiles",
)
"""The directories that the guide lists and those that the device takes by default (V-11), with a module's name as `*`."""

_MODULE_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_WILD = re.compile(r"[*?\[\\]")
_SCRATCH = frozenset({"cache", "temp"})


def fault_of_include(pattern: str) -> str:
    """What is wrong with an include that never matches or lies outside the supported directories, after "the include"; or ""."""
    if not pattern:
        return "names nothing"
    segments = [segment for segment in pattern.split("/") if segment]
    if "." in segments:
        return "keeps its './'; write the path from data/storage/ on"
    if ".." in segments:
        return "keeps its '../', and a restore refuses it"
    if any(_reaches(segments, directory.split("/")) for directory in SUPPORTED):
        return ""
    return _why_outside(segments)


def own_directories(module: str) -> tuple[str, ...]:
    """Where the contexts of this module keep files, preferences and databases, on every level that is backed up."""
    places = (f"base/haps/{module}/files", f"base/haps/{module}/preferences", f"base/haps/{module}/database", "database")
    return tuple(f"data/storage/{level}/{place}" for level in LEVELS for place in places)


def reaches(pattern: str, directory: str) -> bool:
    """True when the include can name the directory, something in it, or something above it."""
    return _reaches([segment for segment in pattern.split("/") if segment], directory.split("/"))


def takes_whole_directory(pattern: str) -> bool:
    """True when the include can name one of the supported directories, or what is above it, and not only parts of one."""
    segments = [segment for segment in pattern.split("/") if segment]
    return any(
        _reaches(segments, names) for names in (directory.split("/") for directory in SUPPORTED) if len(segments) <= len(names)
    )


def _reaches(segments: list[str], directory: list[str]) -> bool:
    return all(_fits(segment, name) for segment, name in zip(segments, directory, strict=False))


def _fits(segment: str, name: str) -> bool:
    if name != "*":
        return can_name(segment, name)
    return bool(_WILD.search(segment) or _MODULE_NAME.fullmatch(segment))


def _why_outside(segments: list[str]) -> str:
    placeholder = next((segment for segment in segments if re.fullmatch(r"<.*>|\{.*\}|\$.*", segment)), "")
    if placeholder:
        return f"is taken as it stands, {placeholder} and all; write the name itself, or *"
    if segments[:2] != ["data", "storage"]:
        return "is none of the app's directories; they begin with data/storage/"
    if segments[2:3] in (["el3"], ["el4"]):
        return f"is on {segments[2]}, which is not supported"
    if _SCRATCH & set(segments[3:7]):
        return "is a cache or temp directory, which is not supported"
    return "is outside the supported directories"
