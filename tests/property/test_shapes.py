"""The set-based validator and pyshacl find the same, on any graph and for any shapes we know."""

import logging
from functools import cache

import rdflib
from examples import sample
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shape_cases import HEAD, X, comparable, quads, sampled_shapes_graph, seldom

from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import boolean, day, decimal, double, integer
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.shapes import validate_store
from provenance_graph.shapes.findings import Severity
from provenance_graph.shapes.model import ACCEPTED_VIEW, RECORD_GRAPHS
from provenance_graph.shapes.parse import load_shapes, shipped_shapes
from provenance_graph.shapes.setbased import (
    affected,
    find_in_graph,
    validate_subjects,
)
from provenance_graph.store.base import Change
from provenance_graph.store.memory import MemoryStore
from tools.shacl_reference import graph_of, reference_findings

# Making a counterexample small would take these many minutes.
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
slow = settings(
    phases=UNSHRUNK,
    max_examples=sample(5, 12),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
THINGS = [Iri(f"{X}n{n}") for n in range(6)]
P, Q = Iri(X + "p"), Iri(X + "q")

# ---- any small shapes over any small graph ------------------------------------------------

logging.getLogger("rdflib.term").disabled = True  # it tells at length of each ill-formed literal
VALUES = [
    "1",
    "3",
    "2.5",
    '"a"',
    '"bb"@en',
    '"cc"@de',
    '"3"',
    "true",
    '"x"^^xsd:integer',
    "x:n0",
    "x:n1",
    "x:n2",
]
NUMBERS = ["1", "3", "2.5", '"4"^^xsd:double']


@st.composite
def graphs(draw: st.DrawFn) -> str:
    triples = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["x:n0", "x:n1", "x:n2", "x:n3"]),
                st.sampled_from(["x:p", "x:q", "x:r"]),
                st.sampled_from(VALUES),
            ),
            min_size=1,
            max_size=14,
        )
    )
    kinds = draw(
        st.lists(
            st.sampled_from(["x:n0 a x:C", "x:n1 a x:C", "x:n2 a x:D", "x:D rdfs:subClassOf x:C"]),
            unique=True,
        )
    )
    return " .\n".join(["x:n0 x:z x:n3", *kinds, *(" ".join(triple) for triple in triples), ""])


PATHS = ["x:p", "[ sh:inversePath x:p ]", "( x:p x:q )", "[ sh:alternativePath ( x:p x:q ) ]",
         "[ sh:zeroOrMorePath x:p ]", "[ sh:oneOrMorePath x:p ]", "[ sh:zeroOrOnePath x:q ]"]  # fmt: skip
SIMPLE = [
    "sh:minCount 1", "sh:minCount 2", "sh:maxCount 1", "sh:maxCount 0", "sh:datatype xsd:integer",
    "sh:datatype xsd:string", "sh:datatype rdf:langString", "sh:nodeKind sh:IRI", "sh:nodeKind sh:Literal", "sh:class x:C", "sh:in ( 1 x:n1 \"a\" )",
    "sh:in ( x:n0 x:n2 )", "sh:hasValue 3", "sh:hasValue x:n1", 'sh:pattern "^[ab]"', 'sh:pattern "A" ; sh:flags "i"',
    "sh:minLength 2", "sh:maxLength 1", 'sh:languageIn ( "en" )', "sh:uniqueLang true", "sh:equals x:q",
    "sh:disjoint x:q",
]  # fmt: skip


@st.composite
def constraints(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0 or draw(st.integers(0, 3)):
        return draw(st.sampled_from(SIMPLE))
    inner = st.builds("[ sh:path {} ; {} ]".format, st.sampled_from(PATHS), constraints(depth - 1))
    kind = draw(st.sampled_from(["not", "node", "and", "or", "xone"]))
    if kind == "node":
        return f"sh:node [ a sh:NodeShape ; sh:property {draw(inner)} ]"
    if kind == "not":
        return f"sh:not {draw(inner)}"
    return f"sh:{kind} ( {' '.join(draw(st.lists(inner, min_size=1, max_size=3)))} )"


TARGETS = [
    "sh:targetClass x:C",
    "sh:targetSubjectsOf x:p",
    "sh:targetObjectsOf x:p",
    "sh:targetNode x:n0",
    "sh:targetSubjectsOf x:p, x:q",
]


@settings(max_examples=sample(18, 80), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=graphs(),
    path=st.sampled_from(PATHS),
    target=st.sampled_from(TARGETS),
    each=st.lists(constraints(), min_size=1, max_size=3, unique=True),
)
def test_any_shape_means_the_same_to_both_validators(
    data: str, path: str, target: str, each: list[str]
) -> None:
    inner = " .\n".join(f"x:P{n} sh:path {path} ; {c}" for n, c in enumerate(each))
    names = ", ".join(f"x:P{n}" for n in range(len(each)))
    shapes = f"{HEAD}@prefix x: <{X}> .\nx:S a sh:NodeShape ; {target} ; sh:property {names} .\n{inner} ."
    stored = quads(data)
    ours = find_in_graph(stored, load_shapes([shapes.encode()]), "", Severity.INFO)
    theirs = reference_findings(
        graph_of(stored), rdflib.Graph().parse(data=shapes, format="turtle")
    )
    assert comparable(ours) == comparable(theirs)


@settings(max_examples=sample(9, 40), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    low=st.lists(st.sampled_from(NUMBERS), max_size=3),
    high=st.lists(st.sampled_from(NUMBERS), max_size=3),
    test=st.sampled_from(
        [
            "sh:lessThan x:q",
            "sh:lessThanOrEquals x:q",
            "sh:minInclusive 2",
            "sh:maxExclusive 3",
            "sh:minExclusive 1",
            "sh:maxInclusive 2.5",
        ]
    ),
)
def test_numbers_compare_alike_whatever_their_type(
    low: list[str], high: list[str], test: str
) -> None:
    data = "".join(f"x:n0 x:p {v} . " for v in low) + "".join(f"x:n0 x:q {v} . " for v in high)
    shapes = f"{HEAD}@prefix x: <{X}> .\nx:S a sh:NodeShape ; sh:targetNode x:n0 ; sh:property x:P . x:P sh:path x:p ; {test} ."
    stored = quads(data)
    ours = find_in_graph(stored, load_shapes([shapes.encode()]), "", Severity.INFO)
    theirs = reference_findings(
        graph_of(stored), rdflib.Graph().parse(data=shapes, format="turtle")
    )
    assert comparable(ours) == comparable(theirs)


# ---- our shapes over graphs of models and claims ------------------------------------------

DATES = [day(text).literal for text in ("2024-01-15", "2024-06-30", "2025-12-31", "2025-02-28")]  # type: ignore[union-attr]
FACTS: dict[Iri, list[Iri | Literal]] = {
    PG.contextLength: [integer(4096), integer(0), Literal("4K")],
    PG.slidingWindowSize: [integer(1024), integer(8192)],
    PG.attentionHeadCount: [integer(8), integer(32)],
    PG.keyValueHeadCount: [integer(8), integer(64)],
    PG.attentionMechanism: [PG.MultiHeadAttention, PG.Dense, Literal("MHA")],
    PG.sparsity: [PG.Dense, PG.MixtureOfExperts],
    PG.expertCount: [integer(1), integer(64)],
    PG.ropeTheta: [double(10000.0), integer(10000)],
    PG.minimumMemoryGB: [decimal("16"), decimal("-1")],
    PG.toolUse: [boolean(True), Literal("yes")],
    DCTERMS.issued: list(DATES),
    PG.knowledgeCutoff: list(DATES),
    PG.undisclosed: [PG.contextLength, PG.sparsity, Literal("all")],
    PG.notApplicable: [PG.contextLength, PG.expertCount],
    PROV.wasDerivedFrom: [*THINGS],
    PG.quantizedFrom: [*THINGS],
    DCTERMS.license: [THINGS[0], Literal("MIT")],
    PG.describedAs: [*THINGS],
    RDF.type: [PG.Model, PG.EvaluationResult, PG.Licence, PG.UnresolvedReference],
    PG.score: [decimal("0.7"), decimal("80"), integer(3)],
    PG.maxScore: [decimal("1"), decimal("0")],
    PG.unresolvedText: [Literal("GPT-3"), Literal("")],
}
CLAIM: dict[Iri, list[Iri | Literal]] = {
    RDF.type: [PG.Claim],
    PG.about: [THINGS[0], Literal("it")],
    PG.property: [PG.contextLength, DCTERMS.issued, PG.sparsity, PG.toolUse],
    PG.value: [integer(4096), Literal("4K"), PG.Dense, boolean(True), *DATES[:1]],
    PG.stance: [PG.Stated, PG.NotStated, PG.PartlyStated, PG.Estimate],
    PG.basis: [PG.Estimate, PG.Stated],
    PG.confidence: [decimal("0.5"), decimal("2")],
    PG.unusable: [Literal("why")],
    PG.valueAsStated: [Literal("4K")],
    PG.datePrecision: [PG.Month, PG.Dense],
    PG.validFrom: list(DATES),
    PG.validUntil: list(DATES),
}


def statements_of(table: dict[Iri, list[Iri | Literal]]) -> st.SearchStrategy[list[Quad]]:
    pairs = [(predicate, value) for predicate, values in table.items() for value in values]
    quad = st.builds(lambda s, pv: (s, *pv, None), st.sampled_from(THINGS), st.sampled_from(pairs))
    return st.lists(quad, min_size=8, max_size=60, unique=True)


@cache
def reference_shapes(graph: str) -> rdflib.Graph:
    return sampled_shapes_graph(over=graph)


@slow
@given(statements_of(FACTS))
def test_our_shapes_of_the_view_mean_the_same_to_both_validators(data: list[Quad]) -> None:
    ours = find_in_graph(data, shipped_shapes(), ACCEPTED_VIEW, Severity.INFO)
    assert comparable(f for f in ours if not seldom(f.shape)) == comparable(
        reference_findings(graph_of(data), reference_shapes(ACCEPTED_VIEW))
    )


@slow
@given(statements_of(CLAIM))
def test_our_shapes_of_claims_mean_the_same_to_both_validators(data: list[Quad]) -> None:
    ours = find_in_graph(data, shipped_shapes(), RECORD_GRAPHS, Severity.INFO)
    assert comparable(f for f in ours if not seldom(f.shape)) == comparable(
        reference_findings(graph_of(data), reference_shapes(RECORD_GRAPHS))
    )


# ---- a few nodes instead of all -----------------------------------------------------------


@settings(max_examples=sample(9, 40), deadline=None, phases=UNSHRUNK)
@given(statements_of(FACTS), st.sets(st.sampled_from(THINGS), min_size=1))
def test_some_nodes_have_the_findings_that_the_whole_store_has_for_them(
    data: list[Quad], some: set[Iri]
) -> None:
    with MemoryStore(data) as store:
        whole = [f for f in validate_store(store) if f.focus in some]
        assert validate_subjects(store, some) == whole


@settings(max_examples=sample(9, 40), deadline=None, phases=UNSHRUNK)
@given(statements_of(FACTS), statements_of(FACTS), st.sampled_from(THINGS))
def test_a_change_alters_findings_only_of_the_nodes_it_affects(
    before: list[Quad], after: list[Quad], changed: Iri
) -> None:
    fresh = [quad for quad in after if quad[0] == changed]
    with MemoryStore(before) as store:
        old = validate_store(store)
        near = affected(store, [changed])
        store.commit(Change(remove=[q for q in before if q[0] == changed], add=fresh))
        near |= affected(store, [changed])
        retained = [f for f in old if f.focus not in near and not _may_be_far(f.message)]
        updated = retained + validate_subjects(store, near)
        new = validate_store(store)
    assert {f for f in updated if not _may_be_far(f.message)} == {
        f for f in new if not _may_be_far(f.message)
    }


def _may_be_far(message: str) -> bool:
    """A cycle concerns all models on it, however far from the change."""
    return "own ancestors" in message


def test_where_pyshacl_gives_no_result_for_what_does_not_compare() -> None:
    """SHACL 4.3: a result for every value for which the comparison does not return true."""
    shapes = f'{HEAD}@prefix x: <{X}> .\nx:S a sh:NodeShape ; sh:targetNode x:n0 ; sh:property x:P . x:P sh:path x:p ; sh:minInclusive "1950-01-01"^^xsd:date .'
    stored = quads("x:n0 x:p 7 .")
    ours = find_in_graph(stored, load_shapes([shapes.encode()]), "", Severity.INFO)
    theirs = reference_findings(
        graph_of(stored), rdflib.Graph().parse(data=shapes, format="turtle")
    )
    assert (len(ours), len(theirs)) == (1, 0)


def test_where_pyshacl_drops_equal_solutions_of_a_query() -> None:
    """SHACL 5.3.1: a result for every solution; two solutions may look alike."""
    query = "SELECT $this ?value WHERE { $this x:p ?value ; x:q ?any }"
    declared = f'[ sh:prefix "x" ; sh:namespace "{X}"^^xsd:anyURI ]'
    shapes = f'{HEAD}@prefix x: <{X}> .\nx:O sh:declare {declared} . x:S a sh:NodeShape ; sh:targetNode x:n0 ; sh:sparql [ sh:prefixes x:O ; sh:message "m" ; sh:select "{query}" ] .'
    stored = quads("x:n0 x:p 1 ; x:q 2, 3 .")
    ours = find_in_graph(stored, load_shapes([shapes.encode()]), "", Severity.INFO)
    theirs = reference_findings(
        graph_of(stored), rdflib.Graph().parse(data=shapes, format="turtle")
    )
    assert (len(ours), len(theirs)) == (2, 1)
