"""From the name of a Python class to a subject: the module is imported and an instance made once, and no callback is called."""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from emulator.ability import CALLBACKS
from emulator.runtime.python import early_threads, locks, overridden, surface
from emulator.runtime.python.subject import PythonSubject, shown
from emulator.runtime.python.words import error_text


class NotLoadable(Exception):
    """The class cannot be imported, found or instantiated; the message says what was tried and what is close."""


class NotMade(NotLoadable):
    """The class cannot be instantiated."""


def load_python_subject(spec: str, place: type[Any] | Path | str, name: str = "") -> PythonSubject:
    """The class itself, or the class ``name`` of a file or of a module, as the user's ``spec`` says. Raises NotLoadable."""
    if isinstance(place, type):
        return _subject(place, spec)
    module = _import_file(place) if isinstance(place, Path) else _import_module(place)
    return _subject(_member(module, name), spec)


def _import_module(name: str) -> ModuleType:
    def load() -> ModuleType:
        return importlib.import_module(name)

    try:
        return _loading(load, name)
    except early_threads.StartedEarly as error:
        raise _thread_started(name, name, error) from None
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(error.name + ".")):
            raise _import_failed(name, error) from None
        raise NotLoadable(
            f"there is no module {error.name!r}; looked in {', '.join(_first_places())} and what is installed"
        ) from None
    except BaseException as error:
        raise _import_failed(name, error) from None


def _first_places() -> list[str]:
    """The directories in which an app's own modules are looked for first."""
    places = dict.fromkeys(place or str(Path.cwd()) for place in sys.path if "site-packages" not in place)
    return list(places)[:2]


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise NotLoadable(f"there is no file {path}")
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
        return _loading(load, name)
    except early_threads.StartedEarly as error:
        raise _thread_started(str(path), name, error) from None
    except BaseException as error:
        raise _import_failed(str(path), error) from None


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


def _loading(load: Callable[[], ModuleType], name: str) -> ModuleType:
    surface.install()
    with early_threads.refused(lambda: _roots(name)), locks.loading():
        module = load()
    surface.rebind()
    return module


def _thread_started(what: str, name: str, error: early_threads.StartedEarly) -> NotLoadable:
    sys.modules.pop(name, None)  # it is still there when it has caught the error
    return NotLoadable(
        f"importing {what} starts a thread ({error.place}), of which each process of the device would have one of its own; "
        "start it in a callback or in __init__, which run in the emulated process"
    )


def _import_failed(name: str, error: BaseException) -> NotLoadable:
    if isinstance(error, KeyboardInterrupt):
        detail = "the import was interrupted (KeyboardInterrupt)"
    elif isinstance(error, SyntaxError):
        detail = f"{error.filename}:{error.lineno}: {error.msg}"
    else:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "importlib" not in f.filename]
        own = [f for f in frames if f.filename != __file__]
        where = f" ({own[-1].filename}:{own[-1].lineno})" if own else ""
        detail = f"{error_text(error)}{where}"
    return NotLoadable(f"importing {name} failed: {detail}")


def _member(module: ModuleType, name: str) -> type[Any]:
    found = getattr(module, name, None)
    if found is None:
        classes = [n for n, value in vars(module).items() if isinstance(value, type) and not n.startswith("_")]
        close = difflib.get_close_matches(name, classes, cutoff=0.4) or classes
        hint = f"; did you mean {', '.join(close)}?" if close else "; it defines no class"
        raise NotLoadable(f"{module.__name__} has no {name!r}{hint}")
    if not isinstance(found, type):
        raise NotLoadable(f"{name} is a {type(found).__name__}, not a class")
    return found


def _subject(cls: type[Any], spec: str) -> PythonSubject:
    if inspect.isabstract(cls):
        missing = ", ".join(sorted(cls.__abstractmethods__))
        raise NotLoadable(f"{cls.__qualname__} is abstract: {missing} not implemented")
    try:
        callbacks = _try_instance(cls)
    except NotMade as error:
        if overridden.of_class(cls):
            raise
        raise NotLoadable(f"{_without_callbacks(cls)}, and {error}") from None
    if not callbacks:
        raise NotLoadable(_without_callbacks(cls))
    places = {name: overridden.place_of(callback) for name, callback in callbacks.items()}
    return PythonSubject(cls, spec, tuple(callbacks), _file(cls), {n: p for n, p in places.items() if p}, _roots(cls.__module__))


def _without_callbacks(cls: type[Any]) -> str:
    own = [n for n, v in vars(cls).items() if callable(v) and not n.startswith("_")]
    close = [m for name in own for m in difflib.get_close_matches(name, CALLBACKS, n=1, cutoff=0.6)]
    hint = f"; did you mean {', '.join(dict.fromkeys(close))}?" if close else ""
    return f"{cls.__qualname__} defines none of the callbacks ({', '.join(CALLBACKS[:6])}, ...){hint}"


def _try_instance(cls: type[Any]) -> dict[str, Any]:
    """The callbacks that an instance has. One that starts a thread is not made any further: its processes do that."""
    try:
        with early_threads.refused(lambda: _roots(cls.__module__)), locks.loading():
            instance = cls()
            callbacks = overridden.of_instance(instance)
            odd = overridden.not_callable(instance)
    except early_threads.StartedEarly as error:
        callbacks = overridden.of_class(cls)
        if not callbacks:
            raise NotLoadable(
                f"{cls.__qualname__}() starts a thread ({error.place}) and the class defines none of the callbacks; "
                "define them in the class"
            ) from None
        return callbacks
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise NotMade(
            f"{cls.__qualname__}() failed: {error_text(error)} "
            f"({where.filename}:{where.lineno}); the device makes it without arguments"
        ) from None
    if odd:
        raise NotLoadable(f"{cls.__qualname__}.{odd}, not a function: the device would pass over it")
    try:
        instance.context = None
    except dataclasses.FrozenInstanceError:
        raise NotLoadable(f"{cls.__qualname__} is frozen, and the device sets its context: leave out frozen=True") from None
    except Exception as error:
        raise NotLoadable(
            f"{cls.__qualname__} cannot take its context ({error_text(error)}); "
            "add 'context' to __slots__ or derive from emulator.BackupExtensionAbility"
        ) from None
    return callbacks


def _file(cls: type[Any]) -> str:
    try:
        return shown(inspect.getsourcefile(cls) or "")
    except (OSError, TypeError):
        return ""


_OURS = ("emulator", "conformance")


def _roots(module_name: str) -> tuple[str, ...]:
    """The directory or file whose code is the app's own: the top package of its module, or its single module. Of a subject of
    ours it is the module alone: nothing else of the harness is to be counted.
    """
    module = sys.modules.get(module_name)
    top_name = module_name.partition(".")[0]
    top = sys.modules.get(top_name)
    top_file = getattr(top, "__file__", None)
    if top_name not in _OURS and top is not module and top_file and Path(top_file).name == "__init__.py":
        return (str(Path(top_file).parent),)
    file = getattr(module, "__file__", None)
    if file is None:
        return ()
    return (str(Path(file).parent),) if top_name not in _OURS and "." in module_name else (file,)
