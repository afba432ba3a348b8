"""The evidence levels after any imports and retractions are those of a full build."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph import names, values, vocab
from provenance_graph.analysis.assessment_evidence import GRAPH, ModelEvidence, as_quads
from provenance_graph.analysis.derived import EvidenceLevels
from provenance_graph.claims import Basis, Claim, Header, Quad, Record, Stance
from provenance_graph.ingest.build import compile_quads, reference_quads
from provenance_graph.ingest.update import update
from provenance_graph.names import Iri
from provenance_graph.resources import ontology_files
from provenance_graph.store.memory import MemoryStore
from provenance_graph.view.evidence import Evidence

MODEL, OTHER = names.model("org/a"), names.model("org/b")
NAMES = [MODEL, OTHER, names.entity("x", "model", "a")]
HUBS = [Iri("https://huggingface.co/org/a"), Iri("https://huggingface.co/org/b")]
VERSION, RESULT = names.entity("x", "version", "1"), names.entity("y", "evaluation", "1")
DAYS = ["2025-01-01", "2025-06-01"]

said = st.one_of(
    st.builds(
        lambda s, n, stance: Claim(
            s, vocab.PARAMETER_COUNT, None if stance is Stance.DECLINES else values.integer(n), stance
        ),
        st.sampled_from(NAMES),
        st.integers(7, 8),
        st.sampled_from([Stance.STATED, Stance.STATED, Stance.DECLINES]),
    ),
    st.builds(lambda s: Claim(s, vocab.RDF_TYPE, vocab.MODEL_CLASS), st.sampled_from(NAMES)),
    st.builds(lambda s, h: Claim(s, vocab.HUB_REPOSITORY, h), st.sampled_from(NAMES), st.sampled_from(HUBS)),
    st.builds(lambda s: Claim(VERSION, vocab.SPECIALIZATION_OF, s), st.sampled_from(NAMES)),
    st.builds(lambda n: Claim(VERSION, vocab.VERSION, values.text(n)), st.sampled_from(["1", "2"])),
    st.builds(lambda s: Claim(RESULT, vocab.EVALUATION_OF, s), st.sampled_from([VERSION, *NAMES])),
    st.builds(
        lambda s: Claim(RESULT, vocab.EVALUATION_OF, s, basis=Basis.MEASUREMENT),
        st.sampled_from([VERSION, MODEL]),
    ),
)  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> Record:
    local, day = draw(st.sampled_from(["one", "two", "three"])), draw(st.sampled_from(DAYS))
    header = Header(
        names.record("t", local, day),
        Iri(f"https://example.org/{local}"),
        names.organization("T"),
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
@settings(max_examples=25, deadline=None)
def test_levels_after_any_changes_are_those_of_a_full_build(steps: list[tuple[bool, Record]]):
    store = MemoryStore(compile_quads(reference(), [], []))
    held: dict[Iri, Record] = {}
    for put, record in steps:
        name = record.header.record
        if put:
            held[name] = record
            update(store, [record], derive=EvidenceLevels())
        elif name in held:
            del held[name]
            update(store, drop=[name], derive=EvidenceLevels())
    built = compile_quads(reference(), list(held.values()), [], derive=EvidenceLevels())
    assert levels(store) == {quad for quad in built if quad[3] == GRAPH}
    fresh = ModelEvidence(Evidence(store))
    for model in {quad[0] for quad in levels(store)}:
        assert set(as_quads(model, fresh.findings(model))) == {
            quad for quad in levels(store) if quad[0] == model
        }
