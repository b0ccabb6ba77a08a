"""Small changes to a good subject, made by machine: what a slip of the hand would leave.

One mutant has one change. Its name says the change, its line where it is; the file it is made from stays as it is.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from emulator import CALLBACKS

Function = ast.FunctionDef | ast.AsyncFunctionDef
Change = Callable[[ast.AST], ast.AST | list[ast.AST] | None]
"""A changed copy of a node, or None where the operator has nothing to do."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed version of a module. ``before`` is the line that was changed, as it stands in the module."""

    operator: str
    function: str
    line: int
    before: str
    source: str

    @property
    def name(self) -> str:
        """Unique within its module, and readable."""
        return f"{self.function}:{self.line} {self.operator}"


def _empty_return(node: ast.AST) -> ast.AST | None:
    changes = isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "''"
    return ast.Return(ast.Constant("")) if changes else None


def _no_return(node: ast.AST) -> ast.AST | None:
    return ast.Expr(node.value) if isinstance(node, ast.Return) and node.value is not None else None


def _raise(node: ast.AST) -> ast.AST | None:
    if not isinstance(node, ast.Return):
        return None
    return ast.Raise(ast.Call(ast.Name("RuntimeError", ast.Load()), [ast.Constant("mutant")], []), None)


def _no_await(node: ast.AST) -> ast.AST | None:
    return node.value if isinstance(node, ast.Await) else None


def _no_statement(node: ast.AST) -> ast.AST | None:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return ast.Pass() if isinstance(node, ast.Expr) and not is_text else None


def _no_handler(node: ast.AST) -> list[ast.AST] | None:
    return list(node.body) if isinstance(node, ast.Try) and not node.finalbody else None


def _other_branch(node: ast.AST) -> ast.AST | None:
    return ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse) if isinstance(node, ast.If) else None


def _other_key(node: ast.AST) -> ast.AST | None:
    """The first key of a dict display, misspelt."""
    if not isinstance(node, ast.Dict) or not node.keys or not isinstance(node.keys[0], ast.Constant):
        return None
    return ast.Dict([ast.Constant(f"{node.keys[0].value!s}s"), *node.keys[1:]], node.values)


def _no_worker(node: ast.AST) -> ast.AST | None:
    """What would run on a worker, run on the spot."""
    call = node.value if isinstance(node, ast.Await) else None
    return ast.Call(call.args[1], call.args[2:], []) if _is_run_in_executor(call) else None


def _no_waiting(node: ast.AST) -> list[ast.AST] | None:
    """The work of a pool takes long, and nobody waits: neither the block that closes the pool nor the await for its result."""
    if not isinstance(node, ast.With) or len(node.items) != 1 or not isinstance(node.items[0].optional_vars, ast.Name):
        return None
    pool = node.items[0].optional_vars
    slow = ast.parse(f"import time; {pool.id}.submit(time.sleep, 10)").body
    begun: list[ast.AST] = [ast.Assign([pool], node.items[0].context_expr), *slow]
    waits = False
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Await):
            waits = True
            begun += [ast.Expr(statement.value.value), ast.Assign(statement.targets, ast.Constant(""))]
        else:
            begun.append(statement)
    return begun if waits else None


def _is_run_in_executor(node: ast.AST | None) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run_in_executor"


def _swallow(node: ast.AST) -> ast.AST | None:
    """Something goes wrong, and the handler keeps it to itself."""
    if not isinstance(node, ast.Try) or not node.handlers or node.finalbody:
        return None
    body: list[ast.stmt] = [ast.parse('raise ValueError("mutant")').body[0], *node.body]
    silent: list[ast.stmt] = [ast.Return(ast.Constant(""))]
    broad = [ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, silent)]
    return ast.Try(body, broad, node.orelse, node.finalbody)


def _result(change: Callable[[ast.expr], ast.expr]) -> Change:
    """A change of what a callback returns, wherever it returns something."""

    def changed(node: ast.AST) -> ast.AST | None:
        if not _is_callback(node) or not any(isinstance(inner, ast.Return) and inner.value for inner in ast.walk(node)):
            return None
        made = copy.deepcopy(node)
        for inner in ast.walk(made):
            if isinstance(inner, ast.Return) and inner.value is not None:
                inner.value = change(inner.value)
        return made

    return changed


def _first(text: str) -> Change:
    """Statements that come before everything else in a callback; where they await, in one that may await."""
    statements = ast.parse(text).body

    def changed(node: ast.AST) -> ast.AST | None:
        if not _is_callback(node) or ("await" in text and not isinstance(node, ast.AsyncFunctionDef)):
            return None
        made = copy.deepcopy(node)
        made.body[:0] = copy.deepcopy(statements)
        return made

    return changed


def _asynchronous(node: ast.AST) -> ast.AST | None:
    return (
        ast.AsyncFunctionDef(**dict(ast.iter_fields(node))) if _is_callback(node) and isinstance(node, ast.FunctionDef) else None
    )


def _synchronous(node: ast.AST) -> ast.AST | None:
    if not _is_callback(node) or not isinstance(node, ast.AsyncFunctionDef):
        return None
    awaits = any(isinstance(inner, ast.Await) for inner in ast.walk(node))
    return None if awaits else ast.FunctionDef(**dict(ast.iter_fields(node)))


def _is_callback(node: ast.AST) -> TypeGuard[Function]:
    return isinstance(node, Function) and node.name in CALLBACKS


OPERATORS: dict[str, Change] = {
    'returns ""': _empty_return,
    "returns nothing": _no_return,
    "raises instead": _raise,
    "does not await": _no_await,
    "leaves the call out": _no_statement,
    "catches nothing": _no_handler,
    "takes the other branch": _other_branch,
    "misspells a key": _other_key,
    "works on the main thread": _no_worker,
    "does not wait for a slow worker": _no_waiting,
    "swallows what goes wrong": _swallow,
    "returns a number": _result(lambda _: ast.Constant(0)),
    "encodes twice": _result(lambda value: ast.Call(ast.parse("json.dumps", mode="eval").body, [value], [])),
    "never settles": _first("import asyncio; await asyncio.get_running_loop().create_future()"),
    "blocks for 30 s": _first("import time; time.sleep(30)"),
    "is asynchronous": _asynchronous,
    "is synchronous": _synchronous,
}


def mutants(source: str) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, Function):
            continue
        for index, node in enumerate(ast.walk(function)):
            for operator, change in OPERATORS.items():
                if change(node) is not None:
                    found.append((node.lineno, function.name, index, operator))  # type: ignore[attr-defined]
    lines = source.splitlines()
    for line, name, index, operator in sorted(found):
        yield Mutant(operator, name, line, lines[line - 1].strip(), _changed(tree, name, index, OPERATORS[operator]))


def _changed(tree: ast.Module, function: str, index: int, change: Change) -> str:
    made = copy.deepcopy(tree)
    owner = next(node for node in ast.walk(made) if getattr(node, "name", "") == function)
    target = list(ast.walk(owner))[index]
    result = change(target)
    assert result is not None

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return result if node is target else self.generic_visit(node)

    Replace().visit(made)
    return ast.unparse(ast.fix_missing_locations(made))
