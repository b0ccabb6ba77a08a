"""Which files would leave the device and which would not, for people and for the JSON report (docs/files.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from conformance.report.finding import Line

if TYPE_CHECKING:
    from emulator.leaving import Leaving, ListedFile
    from emulator.profile import DeviceProfile

STAYS = "stays"
SIZE = 10
BLOB = 40
"""Widest column of blob names; a longer name pushes its own line only."""

_STEP = 1024
_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def escaped(text: str) -> str:
    r"""A path or pattern that harms neither a terminal nor a JSON reader, and can be read back.

    A backslash is doubled; ``\x0a`` is an ASCII character or, from ``\x80``, a byte that is no UTF-8; ``\u202e`` and
    ``\U000e0001`` are characters that cannot be printed.
    """
    return text if text.isprintable() and "\\" not in text else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    code = ord(character)
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def human(size: int) -> str:
    """A number of bytes with at most four digits."""
    if size < _STEP:
        return f"{size} B"
    value = float(size)
    for unit in _UNITS:
        value /= _STEP
        if value < _STEP - 0.05 or unit == _UNITS[-1]:
            break
    return f"{value:.1f} {unit}"


# for people -----------------------------------------------------------------------------------------------------------------


def section(leaving: Leaving, device: DeviceProfile, *, has_sandbox: bool) -> Iterator[Line]:
    """The lines of the section: what is shown, the tree, the totals."""
    for text in _heading(leaving, device, has_sandbox=has_sandbox):
        yield Line(text)
    yield Line()
    yield from _tree(leaving.files)
    yield from _totals(leaving)


def title(leaving: Leaving) -> str:
    """The section's title."""
    return f"files of {leaving.bundle}"


def _heading(leaving: Leaving, device: DeviceProfile, *, has_sandbox: bool) -> Iterator[str]:
    where = f"a full backup on {device.name} (API level {device.api_level})"
    if leaving.was_scanned:
        ran = f"after {' and '.join(leaving.callbacks)}" if leaving.callbacks else "as it was, with no onBackup to run"
        yield f"the sandbox {ran}, as the device finds it in {where}"
    else:
        yield f"the sandbox at the end of {where} that never came to look at the files"
    if leaving.blocked:
        yield f"blocked: {leaving.blocked}"
    elif leaving.end_code is None:
        yield "the backup never ends"
    elif leaving.end_code:
        kept = "what was sent until then is of no use" if leaving.tars or leaving.big_files else "nothing leaves"
        yield f"the backup fails with {leaving.end_code}: {kept}"
    if not has_sandbox:
        yield "no --sandbox: only what the app itself has written"


def _tree(files: tuple[ListedFile, ...]) -> Iterator[Line]:
    width = max((len(escaped(file.blob)) for file in files), default=0)
    width = min(max(width, len(STAYS)), BLOB)
    if files:
        yield Line(f"{'size':>{SIZE}}  {'in':{width}}  file")
    above: list[str] = []
    for file in files:
        *directories, name = file.path.strip("/").split("/")
        shared = _shared(above, directories)
        for depth in range(shared, len(directories)):
            yield Line(f"{'':{SIZE}}  {'':{width}}  {'  ' * depth}{escaped(directories[depth])}/")
        above = directories
        size = "" if file.is_directory else human(file.size)
        shown = f"{'  ' * len(directories)}{escaped(name)}{'/' * file.is_directory}{_note(file)}"
        markup = {} if file.leaves else {"yellow": True}
        yield Line(f"{size:>{SIZE}}  {escaped(file.blob) or STAYS:{width}}  {shown}", markup)


def _shared(above: list[str], directories: list[str]) -> int:
    """How many directories two paths have in common, from the top."""
    for depth, (one, other) in enumerate(zip(above, directories, strict=False)):
        if one != other:
            return depth
    return min(len(above), len(directories))


def _note(file: ListedFile) -> str:
    """What decided."""
    renamed = f" as {escaped(file.recorded)}" if file.recorded else ""
    if file.leaves:
        return f"{renamed}  (include {escaped(file.include)})"
    return f"{renamed}  ({escaped(file.text)})"


def _totals(leaving: Leaving) -> Iterator[Line]:
    leaves, stays = counts(f for f in leaving.files if f.leaves), counts(f for f in leaving.files if not f.leaves)
    sent = [_number(len(names), noun) for names, noun in ((leaving.tars, "tar"), (leaving.big_files, "big file")) if names]
    yield Line(f"leaves: {_counted(leaves)}{' in ' if sent else ''}{' and '.join(sent)}", {"bold": True})
    yield Line(f"left behind: {_counted(stays)}", {"bold": True})


def _counted(numbers: dict[str, int]) -> str:
    directories = f" and {_number(numbers['directories'], 'empty directory')}" if numbers["directories"] else ""
    return f"{_number(numbers['files'], 'file')}{directories}, {human(numbers['bytes'])} ({_number(numbers['bytes'], 'byte')})"


def _number(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun.removesuffix('y') + 'ies' if noun.endswith('y') else noun + 's'}"


def counts(files: Iterable[ListedFile]) -> dict[str, int]:
    """How many files and directories, and the bytes of the files."""
    listed = list(files)
    directories = sum(file.is_directory for file in listed)
    return {"files": len(listed) - directories, "directories": directories, "bytes": sum(file.size for file in listed)}


# for machines ---------------------------------------------------------------------------------------------------------------


def document(leaving: Leaving) -> str:
    """The member ``files`` of the JSON report, as text: one line for each file."""
    head = {
        "bundle": leaving.bundle,
        "state": "at-scan" if leaving.was_scanned else "at-end",
        "callbacks": list(leaving.callbacks),
        "endCode": leaving.end_code,
        "blocked": leaving.blocked or None,
        "tars": [escaped(name) for name in leaving.tars],
        "bigFiles": [escaped(name) for name in leaving.big_files],
        "leaves": counts(file for file in leaving.files if file.leaves),
        "leftBehind": counts(file for file in leaving.files if not file.leaves),
    }
    entries = ",\n   ".join(_dumps(_entry(file)) for file in leaving.files)
    members = [f"{_dumps(name)}: {_dumps(value)}" for name, value in head.items()]
    return "{\n  " + ",\n  ".join([*members, f'"entries": [\n   {entries}\n  ]' if entries else '"entries": []']) + "\n }"


def _entry(file: ListedFile) -> dict[str, Any]:
    return {
        "path": escaped(file.path),
        "size": file.size,
        "leaves": file.leaves,
        "blob": escaped(file.blob) or None,
        "recorded": escaped(file.recorded) or None,
        "why": file.why or None,
        "reason": escaped(file.text) or None,
        "include": escaped(file.include) or None,
        "exclude": escaped(file.exclude) or None,
    }


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
