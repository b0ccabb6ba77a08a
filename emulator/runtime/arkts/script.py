"""What the transpiler makes of one source file: code to run, and the facts that can be read off it without running it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One import or re-export, at ``line`` and ``column`` (from 1). ``names``: "default", "*", or the imported names.

    ``locals`` are what this file calls each of them, or of a re-export, under which names it exports them; "*" for all.
    ``type_only``: nothing of the import is left in the code; ``used`` are those of the names that are, as values.
    """

    specifier: str
    names: tuple[str, ...]
    line: int
    column: int
    lazy: bool
    type_only: bool
    dynamic: bool
    locals: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class at the top level, its name at ``line`` and ``column`` (from 1). ``base`` is what it extends, as written, ""
    for nothing; ``methods`` have their lines and columns.
    """

    name: str
    base: str
    methods: tuple[tuple[str, int, int], ...]
    exported: bool
    default: bool
    abstract: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Why the file does not compile."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Script:
    """One transpiled file.

    ``default_export``: the name of the class, of this file or as one of ``locals``; "(expression)" for something else, "" for
    none. ``unsupported``: what a device has of the language, and the emulated one has not. ``exports`` are all names that the
    file itself exports, types too; it may have others where it is ``open``, since it assigns them while it runs.
    """

    file: str
    code: str
    mappings: str
    imports: tuple[Import, ...]
    classes: tuple[ClassInfo, ...]
    default_export: str
    concurrent: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    digest: str
    unsupported: tuple[Diagnostic, ...] = ()
    exports: tuple[str, ...] = ()
    open: bool = False
