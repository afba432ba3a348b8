"""The evidence levels after any imports and retractions are those of a full build."""

from __future__ import annotations

from functools import cache

from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.assessment.evidence.gather import GRAPH, ModelEvidence, as_quads
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Header, Quad, Record, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import ontology_files
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.ingest.update import update
from provenance_graph.store.memory import MemoryStore

MODEL, OTHER = iris.model("org/a"), iris.model("org/b")
NAMES = [MODEL, OTHER, iris.entity("x", "model", "a")]
HUBS = [Iri("https://huggingface.co/org/a"), Iri("https://huggingface.co/org/b")]
VERSION, RESULT = iris.entity("x", "version", "1"), iris.entity("y", "evaluation", "1")
DAYS = ["2025-01-01", "2025-06-01"]

said = st.one_of(
    st.builds(
        lambda s, n, stance: Claim(
            s, PG.parameterCount, None if stance is Stance.DECLINES else literals.integer(n), stance
        ),
        st.sampled_from(NAMES),
        st.integers(7, 8),
        st.sampled_from([Stance.STATED, Stance.STATED, Stance.DECLINES]),
    ),
    st.builds(lambda s: Claim(s, RDF.type, PG.Model), st.sampled_from(NAMES)),
    st.builds(
        lambda s, h: Claim(s, PG.hubRepository, h), st.sampled_from(NAMES), st.sampled_from(HUBS)
    ),
    st.builds(lambda s: Claim(VERSION, PROV.specializationOf, s), st.sampled_from(NAMES)),
    st.builds(
        lambda n: Claim(VERSION, SCHEMA.version, literals.text(n)), st.sampled_from(["1", "2"])
    ),
    st.builds(lambda s: Claim(RESULT, PG.evaluationOf, s), st.sampled_from([VERSION, *NAMES])),
    st.builds(
        lambda s: Claim(RESULT, PG.evaluationOf, s, basis=Basis.MEASUREMENT),
        st.sampled_from([VERSION, MODEL]),
    ),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    local, day = draw(st.sampled_from(["one", "two", "three"])), draw(st.sampled_from(DAYS))
    header = Header(
        iris.record("t", local, day),
        Iri(f"https://example.org/{local}"),
        iris.organization("T"),
        day,
        "rdf",
        draw(st.sampled_from([Basis.DEVELOPER, Basis.ARTIFACT, Basis.THIRD_PARTY])),
    )
    return Record(header, tuple(draw(st.lists(said, min_size=1, max_size=4)))).sort()


@cache
def reference() -> list[Quad]:
    rubrics = ("facets", "kg-transparency", "apx-10")
    files = [
        path
        for path in ontology_files()
        if (path.parent.name == "rubrics" and path.stem in rubrics)
        or (path.parent.name == "ontology" and not path.stem.startswith(("spdx", "licence")))
    ]
    return list(reference_quads(files))


def levels(store: MemoryStore) -> set[Quad]:
    return set(store.quads(graph=GRAPH))


@given(st.lists(st.tuples(st.booleans(), records()), min_size=1, max_size=7))
@settings(max_examples=sample(6, 25), deadline=None)
def test_levels_after_any_changes_are_those_of_a_full_build(steps: list[tuple[bool, Record]]):
    store = MemoryStore(compile_quads(reference(), [], []))
    stored: dict[Iri, Record] = {}
    for put, record in steps:
        name = record.header.record
        if put:
            stored[name] = record
            update(store, [record], derive=EvidenceLevels())
        elif name in stored:
            del stored[name]
            update(store, drop=[name], derive=EvidenceLevels())
    built = compile_quads(reference(), list(stored.values()), [], derive=EvidenceLevels())
    assert levels(store) == {quad for quad in built if quad[3] == GRAPH}
    fresh = ModelEvidence(AcceptedSnapshot(store))
    having = {quad[0]: quad[2] for quad in levels(store) if quad[1] == PG.evidenceProfile}
    for model, profile in having.items():
        assert set(as_quads(model, fresh.findings(model))) == {
            quad for quad in levels(store) if quad[0] in (model, profile)
        }
    assert {quad[0] for quad in levels(store)} == {*having, *having.values()}
