"""What a user puts in the place of a module that the emulated device does not have.

A script runs inside the realm as the module. A Python file's functions are called from there by name, with what JSON can say.
"""

from __future__ import annotations

import difflib
import inspect
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, Protocol

from emulator.kits.errors import BusinessError
from emulator.package.files import shown
from emulator.runtime.arkts.bridge.app import App, Operation
from emulator.runtime.arkts.host import SCRIPTS, outside_the_app
from emulator.runtime.arkts.program import Program, Resolves, Shim, Transpiles, link, spelled

PYTHON_SUFFIX = ".py"
UNAVAILABLE = 801


class ShimError(Exception):
    """A shim will not do; the message begins with the option that names it."""


class Finds(Resolves, Protocol):
    """Knows which file an import means, and why it means none."""

    def why_not(self, specifier: str, importer: Path) -> str:
        """Why it leads nowhere, "" when it does not need to lead anywhere."""


def with_shims(program: Program, wanted: Mapping[str, Path], transpiler: Transpiles, graph: Finds) -> Program:
    """The program with shims for these modules. Raises ShimError for what cannot be loaded."""
    modules, shims = dict(program.modules), {}
    for module, path in wanted.items():
        option = f"--kit-shim={module}={shown(path)}"
        if not path.is_file():
            raise ShimError(f"{option}: there is no such file")
        if path.suffix == PYTHON_SUFFIX:
            shims[spelled(module)] = _python_shim(path, option)
            continue
        linked = link(path, transpiler, graph, layered={spelled(name) for name in wanted})
        for file, made in linked.modules.items():
            if made.fault:
                how = "does not compile" if made.script.diagnostics else "cannot be linked"
                raise ShimError(f"{option}: {Path(file).name} {how}: {made.fault}")
            for statement in made.script.imports:
                reason = "" if statement.specifier in made.dependencies else graph.why_not(statement.specifier, Path(file))
                if reason and not statement.type_only and spelled(statement.specifier) not in wanted:
                    raise ShimError(f"{option}: {reason} ({file}:{statement.line}:{statement.column})")
        modules = {**linked.modules, **modules}
        shims[spelled(module)] = Shim(linked.entry)
    return replace(program, modules=modules, shims=shims)


def unused(program: Program, wanted: Mapping[str, Path]) -> tuple[str, ...]:
    """A line for each shim of a module that nothing in the program asks for."""
    imports = [statement for module in program.modules.values() for statement in module.script.imports]
    asked = {spelled(statement.specifier) for statement in imports if not statement.type_only}
    kits = json.loads((SCRIPTS / "kits" / "modules.json").read_text(encoding="utf-8"))["kit"]
    through = {target.partition("#")[0] for kit in asked & kits.keys() for target in kits[kit].values()}
    lines = []
    for module in wanted:
        if spelled(module) not in asked | through:
            close = difflib.get_close_matches(module, sorted(asked), n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            lines.append(f"nothing imports {module}, for which there is a kit shim{hint}")
    return tuple(lines)


# Python ------------------------------------------------------------------------------------------------------------------


def _python_shim(path: Path, option: str) -> Shim:
    try:
        code = compile(path.read_bytes(), shown(path.resolve()), "exec")
        space = _evaluated(code)
    except SyntaxError as error:
        raise ShimError(f"{option}: {error.msg} (line {error.lineno})") from None
    except (Exception, SystemExit) as error:
        raise ShimError(f"{option}: importing it failed: {_said(error, code.co_filename)}") from None
    functions = {name: value for name, value in space.items() if _is_own(name, value, space["__name__"])}
    if not functions:
        raise ShimError(f"{option}: it defines no function")
    later = tuple(name for name, value in functions.items() if inspect.iscoroutinefunction(value))
    return Shim(code.co_filename, tuple(functions), later, code)


@outside_the_app
def _evaluated(code: CodeType) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": Path(code.co_filename).stem, "__file__": code.co_filename}
    exec(code, space)
    return space


def _is_own(name: str, value: Any, module: str) -> bool:
    """A public function of the file itself, whatever it is wrapped in."""
    if name.startswith("_") or not callable(value):
        return False
    function = inspect.unwrap(value)
    return inspect.isfunction(function) and function.__module__ == module


def operations(shims: Mapping[str, Shim]) -> dict[str, Operation]:
    """The operations of one process: a Python file is evaluated anew for each, when the first of it is called."""
    made: dict[str, Operation] = {}
    for module, shim in shims.items():
        if shim.code is not None:
            space = cache(lambda code=shim.code: _evaluated(code))
            made |= {f"shim.{module}.{name}": _operation(module, name, shim.code.co_filename, space) for name in shim.functions}
    return made


def _operation(module: str, name: str, file: str, space: Callable[[], dict[str, Any]]) -> Operation:
    @outside_the_app
    def call(values: tuple[Any, ...]) -> Any:
        value = space()[name](*values)
        if inspect.iscoroutine(value):
            value = _result_of(value)
        return json.loads(json.dumps(value, allow_nan=False))

    def operate(app: App, *values: Any) -> Any:
        try:
            return call(values)
        except BusinessError:
            raise
        except (Exception, SystemExit) as error:
            raise failed(app, f"{module}.{name}", _said(error, file)) from None

    return operate


def _result_of(coroutine: Any) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("it waits for something; a shim has to answer at once")


def failed(app: App, name: str, how: str) -> BusinessError:
    """A shim that fails is no fault of the app's: the session is not judged, and the app hears that there is no such thing."""
    text = f"kit shim {name} failed: {how}"
    app.process.note_uncaught_refusal(text)
    return BusinessError(UNAVAILABLE, text)


def _said(error: BaseException, file: str) -> str:
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    where = f" ({file}:{lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {error}{where}"
