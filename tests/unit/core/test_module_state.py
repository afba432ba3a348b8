"""No function changes what a module holds: what is remembered stands in objects that bound it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[3] / "src" / "provenance_graph"
CHANGES = frozenset(
    [
        "append",
        "add",
        "update",
        "setdefault",
        "pop",
        "clear",
        "extend",
        "insert",
        "discard",
        "remove",
    ]
)


def changed(source: str) -> Iterator[str]:
    """The names of a module that its functions change, with what changes them."""
    tree = ast.parse(source)
    held = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        held |= {target.id for target in targets if isinstance(target, ast.Name)}
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
            names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
            own |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
            yield from _in(function, (held | classes) - own)


def _in(function: ast.AST, held: set[str]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            yield f"global {', '.join(node.names)}"
        elif isinstance(node, (ast.Subscript, ast.Attribute)):
            writes = isinstance(node.ctx, (ast.Store, ast.Del))
            if writes and isinstance(node.value, ast.Name) and node.value.id in held:
                yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if node.func.attr in CHANGES and isinstance(of, ast.Name) and of.id in held:
                yield ast.unparse(node.func)


def test_what_a_function_changes_is_seen() -> None:
    source = "A: dict = {}\nclass B:\n    n = 0\n"
    assert list(changed(f"{source}def f():\n    A['x'] = 1\n    B.n += 1\n    A.clear()"))
    assert not list(changed(f"{source}def f(A):\n    A['x'] = 1"))


def test_no_function_changes_what_its_module_holds() -> None:
    results = {
        file.relative_to(PACKAGE).as_posix(): names
        for file in sorted(PACKAGE.rglob("*.py"))
        if (names := sorted(changed(file.read_text("utf-8"))))
    }
    assert results == {}
