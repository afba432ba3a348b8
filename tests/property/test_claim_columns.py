"""A build in parts and columns makes, quad for quad, what the functions for one subject make."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_data import reference

from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core import iris, literals, rdf
from provenance_graph.core.claims import (
    Basis,
    Claim,
    Custody,
    Header,
    Precision,
    Quad,
    Record,
    Stance,
)
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, SKOS
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.bulk.pipeline import compile_parts, read_files
from provenance_graph.ingest.bulk.resolve import Rules
from provenance_graph.ingest.rules import KEYS
from provenance_graph.store import claim_columns
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.processes import LocalEngine

DAY = "2026-06-01"
LEVELS = EvidenceLevels()
MODELS = [iris.model("org/a"), iris.model("org/b-7b"), iris.model("lab/c-20250101")]
OTHERS = [
    iris.entity("x", "model", "a"),
    iris.entity("y", "model", "b"),
    iris.organization("org"),
    iris.entity("x", "dataset", "d"),
]
NODES = [iris.entity("x", "result", "one"), iris.entity("x", "version", "two")]
ENTITIES = [*MODELS, *OTHERS]
ORGANIZATIONS = [iris.organization("org"), iris.organization("lab"), iris.organization("T")]
HUBS = [Iri("https://huggingface.co/org/a"), Iri("https://huggingface.co/org/b-7b")]
CURATED = [
    Mapping(iris.entity("y", "model", "b"), SKOS.exactMatch, iris.model("org/b-7b")),
    Mapping(iris.organization("T"), SKOS.exactMatch, iris.organization("lab")),
]
COLLECTIONS = [mint("collection", name) for name in ("modelsdev", "huggingface", "epoch", "t")]
RUBRICS = ("kg-transparency", "facets", "osai")

values = st.one_of(
    st.tuples(
        st.sampled_from(
            [PG.contextLength, PG.maxOutputTokens, PG.layerCount, PG.slidingWindowSize]
        ),
        st.sampled_from([4096, 8192, 128_000]).map(literals.integer),
    ),
    st.tuples(
        st.just(PG.parameterCount),
        st.sampled_from([7_000_000_000, 7_241_732_096, 30_000_000_000]).map(literals.integer),
    ),
    st.tuples(
        st.sampled_from([PG.inputModality, PG.outputModality]),
        st.sampled_from([PG.Text, PG.Image]),
    ),
    st.tuples(
        st.sampled_from(
            [PG.fineTunedFrom, PG.postTrainedFrom, PG.prunedFrom, PROV.wasDerivedFrom, PG.trainedOn]
        ),
        st.sampled_from(ENTITIES),
    ),
    st.tuples(st.just(PG.hubRepository), st.sampled_from(HUBS)),
    st.tuples(st.just(DCTERMS.creator), st.sampled_from(ORGANIZATIONS)),
    st.tuples(st.just(SCHEMA.name), st.sampled_from(["A", "A 7B", "B"]).map(literals.text)),
    st.tuples(st.just(RDF.type), st.sampled_from([PG.Model, PG.Dataset])),
    st.tuples(
        st.sampled_from([DCTERMS.issued, DCTERMS.created, PG.knowledgeCutoff]),
        st.sampled_from(["2024-01-31", "2025-01-31", "2025-06-01", "2026-01-01"]).map(
            lambda day: literals.day(day).literal  # type: ignore[union-attr]
        ),
    ),
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    if draw(st.integers(0, 5)) == 0:
        node = draw(st.sampled_from(NODES))
        link = draw(st.sampled_from([PG.evaluationOf, PROV.specializationOf]))
        return Claim(node, link, draw(st.sampled_from([*MODELS, *OTHERS, *NODES])))
    subject = draw(st.sampled_from([*ENTITIES, *NODES]))
    predicate, value = draw(values)
    basis = draw(st.sampled_from([None, None, *Basis]))
    if draw(st.integers(0, 3)):
        return Claim(subject, predicate, value, basis=basis)
    stance = draw(st.sampled_from(list(Stance)))
    silent = stance in (Stance.NOT_STATED, Stance.DECLINES, Stance.REPORTS_UNDISCLOSED)
    return Claim(
        subject,
        predicate,
        None if silent else value,
        stance,
        basis=basis,
        locator=draw(st.sampled_from(["", "https://example.org/paper"])),
        confidence=draw(st.sampled_from([None, Decimal("0.3"), Decimal("0.9")])),
        precision=draw(st.sampled_from([None, Precision.MONTH])) if "date" in repr(value) else None,
        valid_until=draw(st.sampled_from(["", "", "2025-03-01"])),
        unusable=draw(st.sampled_from(["", "", "no such thing"])),
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    local = draw(st.sampled_from(["one", "two", "three", "four"]))
    day = draw(st.sampled_from(["2025-01-01", "2025-06-01"]))
    collection = draw(st.sampled_from(COLLECTIONS))
    header = Header(
        iris.record(collection.rpartition("/")[2], local, day),
        Iri(f"https://example.org/{local}"),
        draw(st.sampled_from(ORGANIZATIONS)),
        day,
        "rdf",
        draw(st.sampled_from(list(Basis))),
        custody=draw(st.sampled_from(list(Custody))),
        collection=collection,
    )
    return Record(header, tuple(draw(st.lists(claims(), min_size=1, max_size=8)))).sort()


@cache
def rules() -> Rules:
    known = MemoryStore(reference(*RUBRICS))
    policy = load_policy(known, DAY)
    return Rules(policy, LEVELS.in_columns(known, policy), str(LEVELS.graph))


def one(name: str, *claims: Claim) -> Record:
    header = Header(
        iris.record("t", name, "2025-01-01"),
        Iri(f"https://example.org/{name}"),
        iris.organization("T"),
        "2025-01-01",
        "rdf",
    )
    return Record(header, claims).sort()


def test_a_word_that_names_nothing_and_a_release_before_the_repository_are_seen() -> None:
    named = Claim(MODELS[0], DCTERMS.license, iris.Iri(f"{iris.ID}licence/proprietary"))
    days = [literals.day(day).literal for day in ("2023-01-01", "2025-01-31")]  # type: ignore[union-attr]
    issued = Claim(MODELS[1], DCTERMS.issued, days[0])
    created = Claim(MODELS[1], DCTERMS.created, days[1])
    repository = one("b", created)
    repository = replace(repository, header=replace(repository.header, reader="osaimap"))
    records = [one("a", named, issued), repository]
    assert in_columns(records, [], 1000) == one_by_one(records, [])


def of(collection: str, record: Record, basis: Basis = Basis.THIRD_PARTY) -> Record:
    """The same record from a collection, with the basis on which its claims stand."""
    known = mint("collection", collection)
    return replace(record, header=replace(record.header, collection=known, basis=basis))


@pytest.mark.parametrize("basis", [Basis.THIRD_PARTY, Basis.DEVELOPER])
@pytest.mark.parametrize("by_hub", [[], [literals.integer(4096)]])
def test_a_list_of_services_says_nothing_of_weights_in_a_repository(basis, by_hub) -> None:
    window, model = PG.maxOutputTokens, MODELS[0]
    weights = [Claim(model, PG.hubRepository, HUBS[0])]
    records = [
        of("huggingface", one("a", *weights, *(Claim(model, window, size) for size in by_hub))),
        of("modelsdev", one("b", Claim(model, window, literals.integer(8192))), basis),
        of("modelsdev", one("c", Claim(MODELS[1], window, literals.integer(8192))), basis),
    ]
    made = in_columns(records, [], 1000)
    assert made == one_by_one(records, [])
    accepted = {value for *about, value, graph in made if (*about, graph) == (model, window, None)}
    if basis is Basis.THIRD_PARTY:
        assert accepted == set(by_hub)
    assert (MODELS[1], window, literals.integer(8192), None) in made


def in_columns(records: Iterable[Record], rows: list[Mapping], bucket: int) -> set[Quad]:
    """The quads of records, views and levels as a build in parts makes them."""
    with tempfile.TemporaryDirectory() as made, LocalEngine(1) as engine:
        stage = Path(made)
        parts = []
        for number, record in enumerate(records):
            path = stage / f"{number}.trig"
            path.write_bytes(rdf.write_trig([record]))
            parts += read_files([(path, path.name)], stage, engine, first=number)
        compiled = compile_parts(parts, rows, stage, rules(), engine, bucket_claims=bucket)
        quads = set()
        for path, form in compiled.load:
            known = ox.RdfFormat.TRIG if form == "trig" else ox.RdfFormat.N_QUADS
            quads.update(rdf.our_quad(quad) for quad in ox.parse(path=path, format=known))
        return quads


def one_by_one(records: Iterable[Record], rows: list[Mapping]) -> set[Quad]:
    """The same, without what no record states."""
    fixed = set(compile_quads(reference(*RUBRICS), [], rows, day=DAY))
    made = set(compile_quads(reference(*RUBRICS), list(records), rows, derive=LEVELS, day=DAY))
    apart = {mint("graph", "identity-by-rule"), KEYS}  # made by stages of their own
    return {quad for quad in made - fixed if quad[3] not in apart}


@settings(max_examples=sample(6, 30), deadline=None)
@given(
    made=st.lists(records(), min_size=1, max_size=6, unique_by=lambda r: r.header.record),
    rows=st.sampled_from([[], CURATED]),
    bucket=st.sampled_from([3, 1000]),
)
def test_columns_make_what_the_functions_for_one_subject_make(made, rows, bucket) -> None:
    assert in_columns(made, rows, bucket) == one_by_one(made, rows)


@given(made=records())
def test_a_record_comes_back_from_columns_as_it_went_in(made) -> None:
    writer = claim_columns.ColumnWriter()
    writer.add(made, 1)
    assert list(claim_columns.records(*writer.frames())) == [made]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(text=texts, language=st.sampled_from(["", "en", "pt-br"]))
def test_a_text_written_as_nquads_is_read_as_it_was(text, language) -> None:
    value = literals.text(text) if not language else literals.text("x")
    quad = (MODELS[0], SCHEMA.name, value, None)
    written = claim_columns.nquads(claim_columns.quad_frame([quad]))
    (read,) = ox.parse(written, format=ox.RdfFormat.N_QUADS)
    assert rdf.our_quad(read) == quad
