"""Small changes to a good subject, made by machine: what a slip of the hand would leave.

One mutant has one change. Its name says the change, its line where it is; the file it is made from stays as it is.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

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
    """The body of an ``async with`` or ``with`` that makes a pool, run on the spot."""
    call = node.value if isinstance(node, ast.Await) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "run_in_executor":
        return None
    return ast.Call(call.args[1], call.args[2:], [])


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
}


def mutants(source: str) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
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
