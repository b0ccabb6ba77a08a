"""What is under test: finding the extension that ``--extension`` names, without calling any of its callbacks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, overload

from emulator.runtime.python.subject import PythonSubject
from emulator.runtime.realm import Realm

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.package import Package
    from emulator.runtime.arkts.sources import Sources


ARKTS_SUFFIXES = (".ets", ".ts", ".js")
"""Sources of extensions that are not Python."""


class SubjectError(Exception):
    """The subject cannot be imported, found or instantiated; the message says what was tried and what is close."""


class Subject(Protocol):
    """What the device installs: knows its callbacks and makes a realm for each process."""

    @property
    def spec(self) -> str:
        """As the user named it."""

    @property
    def language(self) -> str:
        """python or arkts."""

    @property
    def callbacks(self) -> tuple[str, ...]:
        """The callbacks that the app itself defines."""

    @property
    def file(self) -> str:
        """The source file, relative to the working directory where possible."""

    @property
    def places(self) -> Mapping[str, str]:
        """Where each callback is defined: "file:line", in ArkTS "file:line:column"."""

    @property
    def sources(self) -> Sources | None:
        """What can be read off an ArkTS subject without running it; None for a Python one."""

    @property
    def package(self) -> Package | None:
        """How the subject's own project registers it; None where there is no project around it."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was chosen where the project left a choice, for the user."""

    def make_realm(self, process: ExtensionProcess) -> Realm:
        """The language half of a new process."""


@overload
def load_subject(spec: type[Any]) -> PythonSubject: ...


@overload
def load_subject(spec: str, kit_shims: Mapping[str, Path] | None = None) -> Subject: ...


def load_subject(spec: str | type[Any], kit_shims: Mapping[str, Path] | None = None) -> Subject:
    """What ``spec`` names: ``pkg.module.Class``, ``path/to/file.py:Class``, a class itself, ``path/to/file.ets`` (.ts, .js) with
    ``:Class`` or not, or the directory of a HarmonyOS project or of a module of one.

    A Python class is imported and instantiated once; of an ArkTS module nothing runs. No callback is called.
    ``kit_shims`` are the files that play modules for an ArkTS extension, by module (docs/kits.md). Raises SubjectError with
    one clear message.
    """
    if isinstance(spec, type):
        return _python(f"{spec.__module__}.{spec.__qualname__}", spec)
    path, _, name = spec.rpartition(":")
    if spec.endswith(ARKTS_SUFFIXES):
        return _arkts(Path(spec), "", spec, kit_shims or {})
    if path.endswith(ARKTS_SUFFIXES) and name:
        return _arkts(Path(path), name, spec, kit_shims or {})
    is_python_file = spec.endswith(".py") or path.endswith(".py")
    if not is_python_file and (Path(spec).is_dir() or "/" in spec or os.sep in spec):
        return _project(Path(spec), spec, kit_shims or {})
    if kit_shims:
        raise SubjectError(f"--kit-shim={next(iter(kit_shims))}=...: {spec} is Python; kit shims are for ArkTS extensions")
    if path.endswith(".py") and name:
        return _python(spec, Path(path), name)
    if spec.endswith(".py"):
        raise SubjectError(f"--extension={spec}: name the class too, as {spec}:Class")
    module, _, name = spec.rpartition(".")
    if not module or not all(part.isidentifier() for part in spec.split(".")):
        raise SubjectError(
            f"--extension={spec}: expected pkg.module.Class, path/to/file.py:Class, path/to/file.ets or the "
            "directory of a HarmonyOS project"
        )
    return _python(spec, module, name)


def _python(spec: str, place: type[Any] | Path | str, name: str = "") -> PythonSubject:
    from emulator.runtime.python.loading import NotLoadable, load_python_subject

    try:
        return load_python_subject(spec, place, name)
    except NotLoadable as error:
        raise SubjectError(f"--extension={spec}: {error}") from None


def _arkts(path: Path, name: str, spec: str, shims: Mapping[str, Path]) -> Subject:
    if not path.is_file():
        raise SubjectError(f"--extension={spec}: there is no file {path}")
    from emulator.runtime.arkts.loading import NoSuchClass, load_arkts_subject
    from emulator.runtime.arkts.shims import ShimError
    from emulator.runtime.arkts.toolchain import ToolchainMissing

    try:
        return load_arkts_subject(spec, path, name, shims=shims)
    except ShimError as error:
        raise SubjectError(str(error)) from None
    except (ToolchainMissing, NoSuchClass) as error:
        raise SubjectError(f"--extension={spec}: {error}") from None


def _project(directory: Path, spec: str, shims: Mapping[str, Path]) -> Subject:
    from emulator.package import PackageError
    from emulator.runtime.arkts.loading import load_arkts_project
    from emulator.runtime.arkts.shims import ShimError
    from emulator.runtime.arkts.toolchain import ToolchainMissing

    try:
        return load_arkts_project(spec, directory, shims)
    except ShimError as error:
        raise SubjectError(str(error)) from None
    except (PackageError, ToolchainMissing) as error:
        raise SubjectError(f"--extension={spec}: {error}") from None
