"""What a lineage says of itself is true of what was asked for."""

from __future__ import annotations

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.terms import PG
from provenance_graph.lineage.formats import FORMATS
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.store.memory import MemoryStore

CHILD, BASE, DATA, CRAWL = (
    iris.model("x/child"),
    iris.model("x/base"),
    iris.dataset("x/data"),
    iris.dataset("x/crawl"),
)
QUADS = [
    (CHILD, PG.fineTunedFrom, BASE, None),
    (BASE, PG.trainedOn, DATA, None),
    (DATA, PG.adaptedFrom, CRAWL, None),
]


def graph() -> LineageGraph:
    return LineageGraph(AcceptedSnapshot(MemoryStore(QUADS)))


def test_training_data_that_is_left_out_is_no_missing_lineage() -> None:
    result = graph().of(BASE, direction="up")
    assert result.extent == "no derivation is known; 2 datasets and influences left out"
    assert graph().of(BASE, direction="up", influences=True).extent == "2 shown, all there are"


def test_datasets_that_were_asked_for_are_not_called_left_out() -> None:
    result = graph().of(BASE, direction="up", relations=["trained-on"])
    assert result.extent == "1 shown, all there are, along trainedOn only"
    assert "left out" not in "".join(FORMATS[form](result) for form in ("tree", "dot", "mermaid"))


def test_nothing_along_one_relation_is_not_nothing_at_all() -> None:
    result = graph().of(CHILD, direction="up", relations=["mergedFrom", "adapterOf"])
    assert result.extent == "nothing is known along mergedFrom, adapterOf"


def test_the_first_of_a_line_is_so_only_on_record() -> None:
    below = FORMATS["tree"](graph().of(BASE, direction="down"))
    assert below.splitlines()[-1] == "generation 0: no parent is recorded"
