"""A document that was read again speaks once: what it stated before counts for its own days alone."""

from __future__ import annotations

from pathlib import Path

import importing
import pytest
from importing import Take, write

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.terms import PG
from provenance_graph.licences.in_force import catalogue_of
from provenance_graph.licences.texts.labels import labels
from provenance_graph.lineage.evidence import EdgeEvidence
from provenance_graph.lineage.read import only_inferred
from provenance_graph.lineage.results import Edge
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.store.memory import MemoryStore

store, take = importing.store, importing.take  # fixtures
OAK, ONE, TWO = (iris.model(f"acme/{name}") for name in ("oak", "one", "two"))
FIRST, SECOND = "2026-05-01", "2026-06-01"
HEADS = {
    FIRST: "license: mit\nbase_model: acme/one\nbase_model_relation: finetune\n",
    SECOND: "license: apache-2.0\nbase_model: acme/two\n",
}


@pytest.fixture
def twice(store: MemoryStore, take: Take, tmp_path: Path) -> MemoryStore:
    """A card that named another base, outright, and another licence a month ago."""
    for day, head in HEADS.items():
        card = write(tmp_path / day / "oak" / "README.md", f"---\n{head}---\n")
        take(card.parent, day=day, namespace="acme", collection="cards")
    return store


def test_an_earlier_reading_speaks_neither_for_an_edge_nor_against_one(twice: MemoryStore) -> None:
    now, then = AcceptedSnapshot(twice), AcceptedSnapshot(twice, FIRST)
    pro, contra = EdgeEvidence(now).of(Edge(OAK, TWO, PG.fineTunedFrom))
    assert ([source.retrieved for source in pro], contra) == ([SECOND], ())
    pro, contra = EdgeEvidence(then).of(Edge(OAK, ONE, PG.fineTunedFrom))
    assert ([source.retrieved for source in pro], contra) == ([FIRST], ())


def test_an_edge_that_only_an_earlier_reading_stated_outright_is_inferred_now(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    for day, more in ((FIRST, "base_model_relation: finetune\n"), (SECOND, "")):
        head = f"base_model: acme/one\n{more}"
        card = write(tmp_path / day / "oak" / "README.md", f"---\n{head}---\n")
        take(card.parent, day=day, namespace="acme", collection="cards")
    edge = (OAK, PG.fineTunedFrom, ONE)
    assert only_inferred(AcceptedSnapshot(store), edge)
    assert not only_inferred(AcceptedSnapshot(store, FIRST), edge)


def test_a_label_of_an_earlier_reading_is_none_now(twice: MemoryStore) -> None:
    for day, licence in (("", "Apache-2.0"), (FIRST, "MIT")):
        then = AcceptedSnapshot(twice, day)
        given = labels(then, catalogue_of(then), OAK)
        assert [one.licence.iri.rpartition("/")[2] for one in given] == [licence]


def test_what_could_not_be_read_then_is_no_unread_value_now(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    for day, licence in ((FIRST, "gpl"), (SECOND, "mit")):
        card = write(tmp_path / day / "oak" / "README.md", f"---\nlicense: {licence}\n---\n")
        take(card.parent, day=day, namespace="acme", collection="cards")
    assert OAK not in AcceptedSnapshot(store).unreadable()
    assert OAK in AcceptedSnapshot(store, FIRST).unreadable()


def test_what_only_a_past_day_knows_is_found_on_that_day(twice: MemoryStore) -> None:
    assert find_entity(AcceptedSnapshot(twice, FIRST), "acme/one", ["model"]).iri == ONE
    with pytest.raises(NotFound):
        find_entity(AcceptedSnapshot(twice), "acme/one", ["model"])


def test_an_ambiguous_name_counts_the_records_of_each_candidate(
    store: MemoryStore, take: Take, tmp_path: Path
) -> None:
    """Readings that count, as the profile does; neither the view nor replaced ones."""
    for day in (FIRST, SECOND):
        for account in ("acme", "other"):
            card = write(
                tmp_path / day / account / "oak" / "README.md", f"---\nlicense: mit\n---\n{day}"
            )
            take(card.parent, day=day, namespace=account, collection=account)
    with pytest.raises(Ambiguous) as raised:
        find_entity(AcceptedSnapshot(store), "oak", ["model"])
    assert str(raised.value).count("records: 1)") == 2
