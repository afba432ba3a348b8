"""Nothing is written twice: no table, pattern or name of ours stands in two modules of the package."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "src" / "provenance_graph"
SHORTEST = 25
"""Characters of a value below which two that are the same may mean two things."""
ALLOWED = {
    "logging.getLogger(__name__)": "a logger of each module",
    "gathered(keys.one('entry'))": "its ``keys`` is another table in each module",
    "gathered(keys.lines('entry'))": "its ``keys`` is another table in each module",
    "Annotated[str, Query(max_length=300)]": "two parameters that happen to be bound alike",
    "Callable[[int, int], None]": "a signature, not knowledge",
    "Mapping[Iri, Sequence[Value]]": "a signature, not knowledge",
    "('kind', 'value', 'datatype', 'language')": "the columns of two different tables",
    "('entity', 'activity', 'agent')": "PROV-JSON's keys, and three variables of PROV-O's reader",
    "(graph_names.IDENTITY, graph_names.IDENTITY_BY_RULE)": "both are named, not typed again",
    "re.compile('\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d')": "the form of a day, as short as a name for it",
    "document: Document\nreturn chain.from_iterable(stated(document).values())": "each ``stated`` differs",
    "features: Features\nreturn features.syntax == SOURCE": "each ``SOURCE`` differs",
    "'a name inside the document'": "the reason of one skipped key in two formats",
}


def constants(tree: ast.Module) -> Iterator[str]:
    """The values that a module gives its names, as source."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            yield ast.unparse(node.value)


def functions(tree: ast.Module) -> Iterator[str]:
    """The bodies of a module's own functions with their parameters, without names and docstrings."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield ast.unparse(node.args) + "\n" + "\n".join(map(ast.unparse, body))


@cache
def standing(folder: Path) -> dict[str, list[str]]:
    """Every value and function of the modules below a folder, with the paths where it stands."""
    places = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for text in {*constants(tree), *functions(tree)}:
            places[text].append(path.relative_to(folder).as_posix())
    return places


def repeated(folder: Path) -> dict[str, list[str]]:
    """What stands in two modules or more, with their paths."""
    return {
        text: found
        for text, found in standing(folder).items()
        if len(found) > 1 and len(text) > SHORTEST and text not in ALLOWED
    }


def test_no_table_and_no_function_stands_in_two_modules() -> None:
    assert repeated(ROOT) == {}


def classes(folder: Path) -> dict[str, list[str]]:
    """Class names that are given in two places or more, with the paths of their modules."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(path.relative_to(folder).as_posix())
    return {name: paths for name, paths in places.items() if len(paths) > 1}


def test_a_class_name_has_one_meaning(tmp_path: Path) -> None:
    assert classes(ROOT) == {}
    (tmp_path / "first.py").write_text("class Row:\n    pass\n")
    (tmp_path / "second.py").write_text("def made():\n    class Row:\n        pass\n")
    assert classes(tmp_path) == {"Row": ["first.py", "second.py"]}


def test_what_is_allowed_to_stand_twice_still_does() -> None:
    """An exception that is needed no longer goes."""
    places = standing(ROOT)
    assert {text for text in ALLOWED if len(places.get(text, ())) < 2} == set()


@pytest.mark.parametrize(
    "text",
    [
        'NAMES = frozenset({"one", "two", "three"})\n',
        'def folded(text):\n    """Words."""\n    return "".join(text.casefold().split())\n',
    ],
)
def test_a_second_copy_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "first.py").write_text(text)
    (tmp_path / "second.py").write_text(text.replace("NAMES", "OTHERS").replace("Words", "Text"))
    assert list(repeated(tmp_path).values()) == [["first.py", "second.py"]]
