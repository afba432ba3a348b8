"""Questions about the lineage of the whole store: the index answers as the text does."""

from __future__ import annotations

from pathlib import Path

import pytest
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.lineage.whole_questions import ANSWERS
from provenance_graph.model.questions import stored
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore

NAMES = [Iri(f"https://example.org/{letter}") for letter in "abcdefgh"]
LICENCES = [Iri(f"https://example.org/licence/{n}") for n in range(4)]
MEANINGS = (PG.requires, PG.termsLike, PG.grants)

steps = st.sets(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from((PG.fineTunedFrom, PG.adapterOf, PG.trainedOn, PROV.wasDerivedFrom)),
        st.sampled_from(NAMES),
    ),
    max_size=20,
)
stated = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(LICENCES)), max_size=10)
described = st.sets(st.tuples(st.sampled_from(LICENCES), st.sampled_from(MEANINGS)), max_size=5)


def answers(snapshot: AcceptedSnapshot, name: str) -> tuple[object, object]:
    """The rows of the index, and those that the engine gives for the text."""
    question = stored.find(name)
    index = LineageIndex.open(snapshot)
    indexed = question.in_order(ANSWERS[name](index, snapshot))
    return indexed, snapshot.select(question.text)


def test_questions_asked_of_the_index_are_those_that_it_answers() -> None:
    assert set(ANSWERS) == asking._OF_LINEAGE


@settings(max_examples=sample(25, 200), deadline=None)
@given(steps=steps, stated=stated, described=described)
def test_the_index_answers_as_the_text_on_random_lineages(steps, stated, described) -> None:
    quads: list[Quad] = [(child, relation, parent, None) for child, relation, parent in steps]
    quads += ((c, PROV.wasDerivedFrom, p, None) for c, r, p in steps if r in DERIVATIONS)
    quads += ((name, DCTERMS.license, licence, None) for name, licence in stated)
    quads += ((licence, meaning, NAMES[0], None) for licence, meaning in described)
    with MemoryStore(set(quads)) as store:
        for name in ANSWERS:
            indexed, plain = answers(AcceptedSnapshot(store), name)
            assert indexed == plain


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_of_the_shipped_store_the_answer_is_the_same_with_and_without_index(
    shipped: Path, tmp_path: Path, name: str
) -> None:
    with EmbeddedStore.open(shipped) as opened:
        snapshot = AcceptedSnapshot(opened, folder=tmp_path)
        plain = asking.ask(snapshot, name)
        assert LineageIndex.stored(snapshot) is None, "a question makes no index"
        LineageIndex.open(snapshot)
        assert asking.known(snapshot, stored.find(name), {}) is not None
        assert asking.ask(snapshot, name) == plain


def test_a_question_of_a_newer_version_is_not_answered_from_an_older_index(tmp_path) -> None:
    edge = (NAMES[0], PROV.wasDerivedFrom, NAMES[1], None)
    back = (NAMES[1], PROV.wasDerivedFrom, NAMES[0], None)
    with MemoryStore([edge]) as store:
        LineageIndex.open(AcceptedSnapshot(store, folder=tmp_path))
    with MemoryStore([edge, back]) as store:
        assert asking.ask(AcceptedSnapshot(store, folder=tmp_path), "circles").rows == [
            (NAMES[0], NAMES[1]),
            (NAMES[1], NAMES[0]),
        ]
