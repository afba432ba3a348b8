"""Search, filters, facets and pages over the shipped models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.errors import UsageError
from provenance_graph.model.naming.followed import table_of
from provenance_graph.model.naming.table import kinds_of, names
from provenance_graph.model.search.index import FACETS, SearchIndex
from provenance_graph.model.search.sorts import MAX_SORTED, STORED_SORTS
from provenance_graph.store.embedded import EmbeddedStore

HAIKU = "anthropic/claude-haiku-4-5"


@pytest.fixture(scope="module")
def catalogue(shipped: Path) -> Iterator[SearchIndex]:
    with EmbeddedStore.open(shipped) as store:
        yield SearchIndex.open(AcceptedSnapshot(store, folder=shipped / "derived"))


@pytest.mark.parametrize("typed", ["haiku 4.5", "HAIKU-4-5", "claude haik", HAIKU])
def test_a_model_is_found_however_its_name_is_typed(catalogue: SearchIndex, typed: str) -> None:
    assert HAIKU in [m["id"] for m in catalogue.search(typed).items][:2]


@pytest.mark.parametrize(
    "typed", ["", "   ", '"', "NEAR(", "a AND", "x" * 5000, "-", "*", "name:x"]
)
def test_no_text_breaks_the_search(catalogue: SearchIndex, typed: str) -> None:
    assert isinstance(catalogue.search(typed).items, list)
    catalogue.models(text=typed)


def test_pages_join_to_the_whole_list_without_repeats(catalogue: SearchIndex) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = catalogue.models(limit=30, sort="-released", cursor=cursor)
        seen += [item["iri"] for item in page.items]
        if page.cursor is None:
            break
        cursor = page.cursor
    assert len(seen) == len(set(seen)) == page.total == catalogue.meta()["models"]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("name", STORED_SORTS)
def test_the_stored_beginning_of_a_list_is_that_of_the_whole_list(
    catalogue: SearchIndex, name: str, sign: str
) -> None:
    stored = catalogue.models(sort=sign + name, limit=MAX_SORTED)
    made = catalogue.models(sort=sign + name, limit=MAX_SORTED + 1)  # more than is stored
    assert stored.items == made.items[:MAX_SORTED]
    assert stored.total == made.total
    page = catalogue.models(sort=sign + name, limit=7, cursor="20")
    assert page.items == made.items[20:27]


def test_counts_of_all_models_are_those_of_each_value(catalogue: SearchIndex) -> None:
    for kind, counts in catalogue.facets(limit=5).items():
        assert counts == sorted(counts, key=lambda one: (-one["count"], one["value"]))
        for one in counts if kind != "disclosure" else ():
            assert one["count"] == catalogue.models({kind: [one["value"]]}).total


def test_filters_narrow_and_combine(catalogue: SearchIndex) -> None:
    wide = catalogue.models({"openness": ["open"]})
    narrow = catalogue.models({"openness": ["open"], "contextMin": ["128K"]})
    assert 0 < narrow.total < wide.total
    assert all(item["contextLength"] >= 128_000 for item in narrow.items)


def test_descendants_of_a_model_are_a_filter(catalogue: SearchIndex) -> None:
    base = iris.model("meta-llama/Llama-3.1-8B")
    results = [m["id"] for m in catalogue.models({"descendsFrom": [base]}).items]
    assert "deepseek-ai/DeepSeek-R1-Distill-Llama-8B" in results


def test_undisclosed_properties_are_a_filter(catalogue: SearchIndex) -> None:
    models = catalogue.models({"disclosure": ["trainingComputeFLOP=undisclosed"]})
    assert HAIKU in [m["id"] for m in models.items]


def test_a_facet_counts_what_the_other_filters_leave(catalogue: SearchIndex) -> None:
    facets = catalogue.facets({"openness": ["open"]})
    assert set(facets) == set(FACETS)
    (count,) = [f["count"] for f in facets["openness"] if f["value"] == "open"]
    assert count == catalogue.models({"openness": ["open"]}).total


@pytest.mark.parametrize(
    "bad",
    [
        {"where": {"colour": ["red"]}},
        {"sort": "beauty"},
        {"cursor": "x"},
        {"where": {"contextMin": ["much"]}},
    ],
)
def test_what_does_not_exist_is_named_with_what_does(catalogue: SearchIndex, bad) -> None:
    with pytest.raises(UsageError, match=r"there are|such as|gave as"):
        catalogue.models(**bad)


def test_names_mean_the_same_in_the_index_and_in_memory(shipped: Path) -> None:
    with EmbeddedStore.open(shipped) as store:
        stored = AcceptedSnapshot(store, folder=shipped / "derived")
        bare = AcceptedSnapshot(store)
        for kinds in ((), ("model", "family"), ("organization",)):
            table, other = table_of(stored, kinds), table_of(bare, kinds)
            assert type(table) is not type(other)
            known = names(bare, kinds_of(bare, kinds))
            for entity in sorted(known)[::40]:
                for name in sorted(known[entity]):
                    assert table.by_name(name) == other.by_name(name)
                    shorter = name.rpartition("-")[0]
                    assert table.editions(shorter) == other.editions(shorter)
        near = table_of(stored, ["model"]).near("claude-haiku-4-6")
        assert HAIKU in near
        assert HAIKU in table_of(bare, ["model"]).near("claude-haiku-4-6")
