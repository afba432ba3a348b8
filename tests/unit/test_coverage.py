"""Nothing is lost silently: every key has a fate, and a key declared as read is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from readers_b import document

from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage
from provenance_graph.formats.coverage import Fate, KeyTable, Leaf, later, read, skip, text
from provenance_graph.formats.registry import readers
from tools.reading_coverage import Row, measure

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = [
    (name, path)
    for name, reader in readers().items()
    if reader.keys
    for path in sorted(GOLDEN.glob(f"{name}/*/input*.json"))
]


@pytest.mark.parametrize(("name", "path"), CASES, ids=lambda x: getattr(x, "parent", Path(x)).name)
def test_a_value_under_a_key_declared_as_read_changes_what_comes_of_the_document(
    name: str, path: Path
) -> None:
    row = Row()
    measure(document(path.read_bytes(), path.name), readers()[name], 150, row)
    assert row.stated > 0
    assert dict(row.keys) == {}


TABLE = KeyTable(
    (
        *read("its name", "model/name"),
        *text(PG.task, "model/task"),
        *skip("a picture", "model/logo/**"),
        *later("model/notes"),
    )
)
LEAVES = [
    Leaf(("model", "name"), "/name", "a"),
    Leaf(("model", "task"), "/task", "NOASSERTION"),
    Leaf(("model", "logo", "data"), "/logo/data", "…"),
    Leaf(("model", "notes"), "/notes", "b"),
    Leaf(("model", "colour"), "/colour/0", "red"),
    Leaf(("model", "colour"), "/colour/1", "blue"),
]


def test_the_ledger_counts_every_value_by_fate_and_key() -> None:
    ledger = coverage.count(LEAVES, TABLE)
    assert {fate: ledger.total(fate) for fate in Fate} == {
        Fate.READ: 2,
        Fate.NOT_PROVENANCE: 1,
        Fate.NOT_READ: 1,
        Fate.UNKNOWN: 2,
    }
    assert ledger.by_key(Fate.UNKNOWN) == {"model/colour": 2}


def test_what_has_no_property_is_kept_as_stated_and_a_blank_as_left_blank() -> None:
    from provenance_graph.core import iris

    claims = list(coverage.claims(iris.model("a/b"), LEAVES, TABLE))
    assert [str(c.value) for c in claims if c.predicate == PG.otherStatement] == [
        "notes: b",
        "colour: red",
        "colour: blue",
    ]
    assert [c.stance.label for c in claims if c.predicate == PG.task] == ["NotStated"]


def test_an_unknown_key_is_a_problem_once_with_its_count() -> None:
    (problem,) = coverage.unknown(LEAVES, TABLE, "the standard")
    assert problem.where == "/colour/0"
    assert problem.what == "'model/colour' is no key of the standard (2 times)"


def test_a_long_text_is_cut_where_it_says_so() -> None:
    value = coverage.brief("x" * 5_000)
    assert len(value.lexical) == coverage.MAX_TEXT
    assert value.lexical.endswith(" …")
