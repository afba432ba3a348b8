"""An update of the view gives, bit for bit, what a full build of the same records gives."""

from __future__ import annotations

import pytest
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_data import reference

from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Header, Precision, Record, Stance
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SKOS
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import digest_part, update
from provenance_graph.store.base import ANY, Change
from provenance_graph.store.memory import MemoryStore

MODELS = [iris.model("org/a"), iris.model("org/b"), iris.entity("x", "model", "a")]
ENTITIES = [*MODELS, iris.entity("y", "model", "a"), iris.entity("y", "model", "b")]
HUBS = [Iri("https://huggingface.co/org/a"), Iri("https://huggingface.co/org/b")]
CURATED = [Mapping(iris.entity("x", "model", "a"), SKOS.exactMatch, iris.model("org/a"))]
RUBRICS = ("kg-transparency", "facets", "osai")
LEVELS = EvidenceLevels()
DAYS = ["2025-01-01", "2025-06-01", "2026-01-01"]

facts = st.one_of(
    st.tuples(st.just(PG.contextLength), st.integers(1, 3).map(literals.integer)),
    st.tuples(st.just(PG.inputModality), st.sampled_from([PG.Text, PG.Image])),
    st.tuples(st.just(PG.fineTunedFrom), st.sampled_from(ENTITIES)),
    st.tuples(st.just(PG.hubRepository), st.sampled_from(HUBS)),
    st.tuples(
        st.sampled_from([DCTERMS.issued, PG.knowledgeCutoff]),
        st.sampled_from(DAYS).map(lambda day: literals.day(day).literal),  # type: ignore[union-attr]
    ),
)
silences = st.sampled_from(
    [Stance.NOT_STATED, Stance.REPORTS_UNDISCLOSED, Stance.DECLINES, Stance.INAPPLICABLE]
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    subject = draw(st.sampled_from(ENTITIES))
    if draw(st.integers(0, 4)) == 0:
        return Claim(subject, PG.contextLength, None, draw(silences))
    predicate, value = draw(facts)
    return Claim(
        subject,
        predicate,
        value,
        draw(st.sampled_from([Stance.STATED, Stance.STATED, Stance.PARTLY_STATED, Stance.DENIES])),
        basis=draw(st.sampled_from([None, *Basis])),
        precision=draw(st.sampled_from([None, Precision.MONTH])) if "date" in str(value) else None,
        valid_until=draw(st.sampled_from(["", "", "2025-03-01"])),
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    local = draw(st.sampled_from(["one", "two", "three"]))
    day = draw(st.sampled_from(DAYS))
    header = Header(
        iris.record("t", local, day),
        Iri(f"https://example.org/{local}"),
        iris.organization("T"),
        day,
        "rdf",
        draw(st.sampled_from(list(Basis))),
    )
    return Record(header, tuple(draw(st.lists(claims(), min_size=1, max_size=5)))).sort()


steps = st.lists(st.tuples(st.booleans(), records()), min_size=1, max_size=8)


def contents(store: MemoryStore) -> set[object]:
    return {*store.quads(), *store.quads(graph=ANY)}


@settings(max_examples=sample(14, 60), deadline=None)
@given(steps=steps)
def test_any_sequence_of_imports_and_retractions_equals_a_full_build(steps) -> None:
    store = MemoryStore(compile_quads(reference(), [], CURATED))
    stored: dict[Iri, Record] = {}
    for put, record in steps:
        name = record.header.record
        if put:
            stored[name] = record
            update(store, [record], derive=LEVELS)
        elif name in stored:
            del stored[name]
            update(store, drop=[name], derive=LEVELS)
    built = set(compile_quads(reference(), list(stored.values()), CURATED, derive=LEVELS))
    assert contents(store) == built


def test_dropping_a_record_that_is_not_there_says_so() -> None:
    store = MemoryStore(compile_quads(reference(), [], []))
    with pytest.raises(NotFound, match="no record named"):
        update(store, drop=[iris.record("t", "gone", "2025-01-01")])


def test_the_digest_of_the_same_records_is_the_same_in_any_order() -> None:
    def one(local: str) -> Record:
        header = Header(
            iris.record("t", local, "2025-01-01"),
            Iri("https://example.org/"),
            iris.organization("T"),
            "2025-01-01",
            "rdf",
        )
        return Record(header, (Claim(MODELS[0], PG.contextLength, literals.integer(1)),))

    stores = [MemoryStore(), MemoryStore()]
    for store in stores:
        store.commit(Change(add=reference()), "000000000000")
    update(stores[0], [one("a"), one("b")])
    update(stores[1], [one("b"), one("c")])
    update(stores[1], [one("a")], drop=[one("c").header.record])
    assert digest_part(stores[0].version) == digest_part(stores[1].version)
