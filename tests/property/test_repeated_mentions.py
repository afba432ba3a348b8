"""What many records say of an organisation or a dataset is resolved anew only where it changes."""

from __future__ import annotations

from dataclasses import replace

from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_data import reference

from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Record, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, SKOS
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import update
from provenance_graph.store.base import ANY
from provenance_graph.store.memory import MemoryStore

DATA, FIRM, OTHER = (
    iris.mint("dataset", "org/data"),
    iris.organization("org"),
    iris.organization("o"),
)
CURATED = [Mapping(OTHER, SKOS.exactMatch, FIRM)]
HUBS = [Iri(f"https://huggingface.co/datasets/org/{name}") for name in ("data", "other")]
NAMES = [literals.text(name) for name in ("Org", "org")]

plain = st.one_of(
    st.sampled_from([Claim(DATA, RDF.type, PG.Dataset), Claim(FIRM, RDF.type, PG.Organization)]),
    st.builds(Claim, st.sampled_from([DATA, FIRM, OTHER]), st.just(SCHEMA.name), st.just(NAMES[0])),
    st.builds(Claim, st.sampled_from([FIRM, OTHER]), st.just(SCHEMA.name), st.sampled_from(NAMES)),
    st.builds(Claim, st.just(DATA), st.just(PG.hubRepository), st.sampled_from(HUBS)),
    st.builds(Claim, st.just(DATA), st.just(DCTERMS.creator), st.sampled_from([FIRM, OTHER])),
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    claim = draw(plain)
    if draw(st.integers(0, 7)):
        return claim
    basis = draw(st.sampled_from([None, Basis.INFERENCE, Basis.DEVELOPER]))
    return replace(claim, basis=basis, stance=draw(st.sampled_from([Stance.STATED, Stance.DENIES])))


@st.composite
def records(draw: st.DrawFn) -> Record:
    source, local = draw(st.sampled_from("tu")), draw(st.sampled_from(["one", "two", "three"]))
    day = draw(st.sampled_from(["2025-01-01", "2025-06-01"]))
    header = Header(
        iris.record(source, local, day),
        Iri(f"https://example.org/{local}"),
        draw(st.sampled_from([FIRM, iris.organization("T")])),
        day,
        "rdf",
        draw(st.sampled_from([Basis.THIRD_PARTY, Basis.THIRD_PARTY, *Basis])),
        custody=draw(st.sampled_from([Custody.ASSUMED, *Custody])),
        edition=draw(st.sampled_from(["", day])),
    )
    return Record(header, tuple(draw(st.lists(claims(), min_size=1, max_size=4)))).sort()


@settings(max_examples=sample(14, 80), deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 3), records()), min_size=3, max_size=9))
def test_mentions_in_any_sequence_equal_a_full_build(steps) -> None:
    store = MemoryStore(compile_quads(reference(), [], CURATED))
    stored: dict[Iri, Record] = {}
    for put, record in steps:
        name = record.header.record
        if put:
            stored[name] = record
            update(store, [record])
        elif name in stored:
            del stored[name]
            update(store, drop=[name])
    built = set(compile_quads(reference(), list(stored.values()), CURATED))
    assert {*store.quads(), *store.quads(graph=ANY)} == built


def _record(local: str, *further: Claim) -> Record:
    header = Header(
        iris.record("t", local, "2025-01-01"),
        Iri(f"https://example.org/{local}"),
        FIRM,
        "2025-01-01",
        "rdf",
        edition=f"2024-01-{len(local):02d}",
    )
    model = iris.model(f"org/{local}")
    stated = (Claim(model, PG.trainedOn, DATA), Claim(DATA, RDF.type, PG.Dataset), *further)
    return Record(header, stated).sort()


def test_a_further_mention_is_not_judged_from_all_others() -> None:
    named = Claim(DATA, SCHEMA.name, NAMES[0])
    store = MemoryStore(compile_quads(reference(), [_record("a", named)], []))
    done = update(store, [_record("bb", named)])
    assert DATA not in done.subjects
    assert iris.model("org/bb") in done.subjects


def test_a_mention_under_another_name_is_judged() -> None:
    store = MemoryStore(compile_quads(reference(), [_record("a")], []))
    assert DATA in update(store, [_record("bb", Claim(DATA, SCHEMA.name, NAMES[0]))]).subjects
    assert DATA in update(store, [_record("ccc", Claim(DATA, SCHEMA.name, NAMES[1]))]).subjects
