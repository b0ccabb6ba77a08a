"""What is under test: finding the extension that ``--extension`` names, without calling any of its callbacks."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, overload

from emulator.ability import CALLBACKS, BackupExtensionAbility
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


@dataclass(frozen=True)
class PythonSubject:
    """A Python class with the callbacks under their real names, derived from BackupExtensionAbility or not."""

    cls: type[Any]
    spec: str
    callbacks: tuple[str, ...]
    file: str
    places: Mapping[str, str] = field(default_factory=dict)
    roots: tuple[str, ...] = ()
    language: str = "python"
    sources: None = None
    package: None = None
    notes: tuple[str, ...] = ()

    def shown(self, file: str) -> str:
        """``file`` as messages name it: relative to the working directory where possible."""
        return _shown(file)

    def make_realm(self, process: ExtensionProcess) -> Realm:
        """A Python realm of this class."""
        from emulator.runtime.python.realm import PythonRealm

        return PythonRealm(self, process)


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
        return _subject(spec, f"{spec.__module__}.{spec.__qualname__}")
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
        return _subject(_member(_import_file(Path(path), spec), name, spec), spec)
    if spec.endswith(".py"):
        raise SubjectError(f"--extension={spec}: name the class too, as {spec}:Class")
    module, _, name = spec.rpartition(".")
    if not module or not all(part.isidentifier() for part in spec.split(".")):
        raise SubjectError(
            f"--extension={spec}: expected pkg.module.Class, path/to/file.py:Class, path/to/file.ets or the "
            "directory of a HarmonyOS project"
        )
    return _subject(_member(_import_module(module, spec), name, spec), spec)


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


def _import_module(name: str, spec: str) -> ModuleType:
    def load() -> ModuleType:
        return importlib.import_module(name)

    try:
        return _loading(load)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(error.name + ".")):
            raise _import_failed(name, spec, error) from None
        raise SubjectError(
            f"--extension={spec}: there is no module {error.name!r}; looked in {', '.join(_first_places())} and what is installed"
        ) from None
    except BaseException as error:
        raise _import_failed(name, spec, error) from None


def _first_places() -> list[str]:
    """The directories in which an app's own modules are looked for first."""
    places = dict.fromkeys(place or str(Path.cwd()) for place in sys.path if "site-packages" not in place)
    return list(places)[:2]


def _import_file(path: Path, spec: str) -> ModuleType:
    if not path.is_file():
        raise SubjectError(f"--extension={spec}: there is no file {path}")
    packages, home = _packages_around(path.resolve())
    name = ".".join((*packages, path.stem))

    def load() -> ModuleType:
        loaded = sys.modules.get(name)
        if loaded is not None and getattr(loaded, "__file__", None) == str(path.resolve()):
            return loaded
        sys.path[:0] = [place for place in (str(path.resolve().parent), home) if place not in sys.path]
        if packages:
            importlib.import_module(".".join(packages))
        module_spec = importlib.util.spec_from_file_location(name, path.resolve())
        assert module_spec is not None and module_spec.loader is not None
        module = importlib.util.module_from_spec(module_spec)
        sys.modules[name] = module
        try:
            module_spec.loader.exec_module(module)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        return module

    try:
        return _loading(load)
    except BaseException as error:
        raise _import_failed(str(path), spec, error) from None


def _packages_around(path: Path) -> tuple[list[str], str]:
    """The packages in which this file is a module, outermost first, and the directory from which they are imported.

    A directory with an ``__init__.py`` is a package, as for pytest, so that its modules can import each other.
    """
    packages: list[str] = []
    directory = path.parent
    while (directory / "__init__.py").is_file():
        packages.insert(0, directory.name)
        directory = directory.parent
    return packages, str(directory)


def _loading(load: Callable[[], ModuleType]) -> ModuleType:
    from emulator.runtime.python import surface

    surface.install()
    with surface.loading():
        module = load()
    surface.rebind()
    return module


def _import_failed(name: str, spec: str, error: BaseException) -> SubjectError:
    if isinstance(error, KeyboardInterrupt):
        detail = "the import was interrupted (KeyboardInterrupt)"
    elif isinstance(error, SyntaxError):
        detail = f"{error.filename}:{error.lineno}: {error.msg}"
    else:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename]
        own = [f for f in frames if not f.filename.endswith("emulator/subject.py")]
        where = f" ({own[-1].filename}:{own[-1].lineno})" if own else ""
        detail = f"{type(error).__name__}: {error}{where}"
    return SubjectError(f"--extension={spec}: importing {name} failed: {detail}")


def _member(module: ModuleType, name: str, spec: str) -> type[Any]:
    found = getattr(module, name, None)
    if found is None:
        classes = [n for n, value in vars(module).items() if isinstance(value, type) and not n.startswith("_")]
        close = difflib.get_close_matches(name, classes, cutoff=0.4) or classes
        hint = f"; did you mean {', '.join(close)}?" if close else "; it defines no class"
        raise SubjectError(f"--extension={spec}: {module.__name__} has no {name!r}{hint}")
    if not isinstance(found, type):
        raise SubjectError(f"--extension={spec}: {name} is a {type(found).__name__}, not a class")
    return found


def _subject(cls: type[Any], spec: str) -> PythonSubject:
    callbacks = tuple(name for name in CALLBACKS if _defines(cls, name))
    if not callbacks:
        own = [n for n, v in vars(cls).items() if callable(v) and not n.startswith("_")]
        close = [m for name in own for m in difflib.get_close_matches(name, CALLBACKS, n=1, cutoff=0.6)]
        hint = f"; did you mean {', '.join(dict.fromkeys(close))}?" if close else ""
        raise SubjectError(
            f"--extension={spec}: {cls.__qualname__} defines none of the callbacks ({', '.join(CALLBACKS[:6])}, ...){hint}"
        )
    if inspect.isabstract(cls):
        missing = ", ".join(sorted(cls.__abstractmethods__))
        raise SubjectError(f"--extension={spec}: {cls.__qualname__} is abstract: {missing} not implemented")
    _try_instance(cls, spec)
    return PythonSubject(cls, spec, callbacks, _file(cls), _places(cls, callbacks), _roots(cls))


def _defines(cls: type[Any], name: str) -> bool:
    found = inspect.getattr_static(cls, name, None)
    return found is not None and found is not vars(BackupExtensionAbility).get(name)


def _try_instance(cls: type[Any], spec: str) -> None:
    from emulator.runtime.python import surface

    try:
        with surface.loading():
            instance = cls()
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise SubjectError(
            f"--extension={spec}: {cls.__qualname__}() failed: {type(error).__name__}: {error} "
            f"({where.filename}:{where.lineno}); the device makes it without arguments"
        ) from None
    try:
        instance.context = None
    except Exception as error:
        raise SubjectError(
            f"--extension={spec}: {cls.__qualname__} cannot take its context ({type(error).__name__}: {error}); "
            "add 'context' to __slots__ or derive from emulator.BackupExtensionAbility"
        ) from None


def _file(cls: type[Any]) -> str:
    try:
        return _shown(inspect.getsourcefile(cls) or "")
    except (OSError, TypeError):
        return ""


def _places(cls: type[Any], callbacks: tuple[str, ...]) -> dict[str, str]:
    codes = {name: getattr(inspect.unwrap(getattr(cls, name)), "__code__", None) for name in callbacks}
    return {name: f"{_shown(code.co_filename)}:{code.co_firstlineno}" for name, code in codes.items() if code is not None}


def _shown(file: str) -> str:
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


_OURS = ("emulator", "conformance")


def _roots(cls: type[Any]) -> tuple[str, ...]:
    """The directory or file whose code is the app's own: its top package, or its single module. Of a subject of ours it is the
    module alone: nothing else of the harness is to be counted.
    """
    module = sys.modules.get(cls.__module__)
    file = getattr(module, "__file__", None)
    if file is None:
        return ()
    top_name = cls.__module__.partition(".")[0]
    if top_name in _OURS:
        return (file,)
    top = sys.modules.get(top_name)
    top_file = getattr(top, "__file__", None)
    if top is not module and top_file and Path(top_file).name == "__init__.py":
        return (str(Path(top_file).parent),)
    return (str(Path(file).parent),) if "." in cls.__module__ else (file,)
