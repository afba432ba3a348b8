"""No file imports another that comes back to it: not inside a package, inside a function or for types."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Graph = dict[str, set[str]]


def python_imports(root: Path) -> Graph:
    """The modules below a folder, and which of them each imports, wherever it does so."""
    modules = {
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in root.rglob("*.py")
    }
    return {name: set(_imported(path, modules)) - {name} for name, path in modules.items()}


def _imported(path: Path, modules: Container[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if (name := inner if inner in modules else node.module) in modules:
                    yield name


def page_imports(root: Path) -> Graph:
    """The files of the page, and which of them each imports."""
    files = {path.resolve(): path for suffix in ("ts", "tsx") for path in root.rglob(f"*.{suffix}")}
    graph: Graph = {}
    for path in files:
        text = path.read_text(encoding="utf-8")
        found = graph.setdefault(str(path.relative_to(root)), set())
        for step in re.findall(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""", text):
            for suffix in (".ts", ".tsx", "/index.ts", "/index.tsx"):
                other = (path.parent / (step + suffix)).resolve()
                if other in files and other != path:
                    found.add(str(other.relative_to(root)))
    return graph


def cycle(graph: Graph) -> list[str]:
    """A cycle of files; none where each can be read after all that it imports."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_of_the_package_is_in_an_import_cycle() -> None:
    graph = python_imports(ROOT / "src" / "provenance_graph")
    assert sum(map(len, graph.values())) > 3_000
    assert cycle(graph) == []


def test_no_file_of_the_page_is_in_an_import_cycle() -> None:
    graph = page_imports(ROOT / "web" / "src")
    assert sum(map(len, graph.values())) > 150
    assert cycle(graph) == []


@pytest.mark.parametrize(
    "statement",
    [
        "from provenance_graph.b import x",
        "def late():\n    from provenance_graph import b",
        "if TYPE_CHECKING:\n    import provenance_graph.b",
    ],
)
def test_an_import_cycle_is_found_wherever_it_is_closed(tmp_path: Path, statement: str) -> None:
    package = tmp_path / "provenance_graph"
    package.mkdir()
    (package / "a.py").write_text(f"{statement}\n")
    (package / "b.py").write_text("from provenance_graph.a import y\n")
    assert set(cycle(python_imports(package))) == {"provenance_graph.a", "provenance_graph.b"}
