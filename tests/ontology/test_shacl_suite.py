"""The W3C SHACL Core test suite, for the components that the set-based validator knows."""

import tarfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDF, SH
from shared import SHARED, needs_shared

from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.errors import BadShape, QueryError
from provenance_graph.core.iris import PREFIXES
from provenance_graph.core.literals import decimal
from provenance_graph.shapes import validate_store
from provenance_graph.shapes.parse import load_shapes
from provenance_graph.shapes.user_shapes import read_shapes, shacl_findings
from provenance_graph.store.memory import MemoryStore

pytestmark = needs_shared
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
XSD_STRING = PREFIXES["xsd"] + "string"

REFUSED = {
    "core/misc/severity-002": "a severity of one's own",
    "core/node/qualified-001": "sh:qualifiedValueShape",
    "core/property/datatype-ill-formed": "the engine keeps xsd:byte as xsd:integer",
    "core/property/qualifiedMinCountDisjoint-001": "sh:qualifiedValueShape",
    "core/property/qualifiedValueShape-001": "sh:qualifiedValueShape",
    "core/property/qualifiedValueShapesDisjoint-001": "sh:qualifiedValueShape",
}
"""Tests whose shapes are refused, aloud, and why."""

Case = tuple[str, Path, Path, rdflib.Graph, rdflib.term.Node]


def cases(root: Path, part: str = "core") -> Iterator[Case]:
    for manifest in sorted((root / part).rglob("*.ttl")):
        graph = rdflib.Graph().parse(manifest, publicID=manifest.as_uri())
        for test in sorted(graph.subjects(RDF.type, SHT.Validate)):
            action, result = graph.value(test, MF.action), graph.value(test, MF.result)
            data, shapes = (
                Path(str(graph.value(action, which)).removeprefix("file://"))
                for which in (SHT.dataGraph, SHT.shapesGraph)
            )
            name = str(test).removeprefix(root.as_uri() + "/")
            yield name, data, shapes, graph, result


@pytest.fixture(scope="module", autouse=True)
def literals_as_written() -> Iterator[None]:
    """The suite holds ill-formed literals, which rdflib would mend with a warning."""
    retained, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield
    rdflib.NORMALIZE_LITERALS = retained


@pytest.fixture(scope="module")
def suite(literals_as_written: None, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    assert SHARED is not None
    place = tmp_path_factory.mktemp("shacl")
    with tarfile.open(SHARED / "conformance" / "w3c-shacl-tests.tar.gz") as archive:
        archive.extractall(place, filter="data")
    return list(cases(place / "data-shapes-test-suite" / "tests"))


def key(value: object) -> str | None:
    """A term as the suite's own runner compares it: blank nodes are alike."""
    if value is None:
        return None
    if isinstance(value, rdflib.BNode) or str(value).startswith("_:"):
        return "_:"
    if isinstance(value, rdflib.Literal) and value.datatype == rdflib.XSD.decimal:
        value = decimal(str(value))
    if isinstance(value, rdflib.Literal):
        value = Literal(
            str(value), str(value.datatype or XSD_STRING), (value.language or "").lower()
        )
        if value.language:
            return f"{value.lexical}@{value.language}"
    if isinstance(value, Literal):
        if value.language:
            return f"{value.lexical}@{value.language}"
        return f"{value.lexical}^^{value.datatype}"
    return str(value)


def expected(graph: rdflib.Graph, report: rdflib.term.Node) -> Counter[tuple[str | None, ...]]:
    def path_key(path: rdflib.term.Node | None) -> str:
        return "" if path is None else str(path) if isinstance(path, rdflib.URIRef) else "(path)"

    return Counter(
        (
            key(graph.value(result, SH.focusNode)),
            path_key(graph.value(result, SH.resultPath)),
            key(graph.value(result, SH.value)),
            str(graph.value(result, SH.resultSeverity)).rsplit("#", 1)[-1],
            str(graph.value(result, SH.sourceConstraintComponent))
            .rsplit("#", 1)[-1]
            .removesuffix("ConstraintComponent"),
            key(graph.value(result, SH.sourceShape)),
        )
        for result in graph.objects(report, SH.result)
    )


def ntriples(path: Path) -> bytes:
    quads = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    return ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES) or b""


def found(data: Path, shapes: Path) -> Counter[tuple[str | None, ...]]:
    store = MemoryStore()
    store._engine.load(ntriples(data), format=ox.RdfFormat.N_TRIPLES)
    parsed = load_shapes([ntriples(shapes)])

    def value(term: Value | None) -> str | None:
        return key(term)

    return Counter(
        (
            value(f.focus),
            "(path)" if f.path[:1] in ("(", "^") else f.path,
            value(f.value),
            f.severity.label,
            f.component,
            key(f.shape),
        )
        for f in validate_store(store, shapes=parsed)
    )


def test_every_result_of_the_suite_is_ours(suite: list[Case]) -> None:
    assert len(suite) > 95
    wrong = {}
    for name, data, shapes, graph, report in suite:
        if name in REFUSED:
            continue
        try:
            ours, theirs = found(data, shapes), expected(graph, report)
        except BadShape as error:
            wrong[name] = f"refused: {error}"
            continue
        if ours != theirs:
            wrong[name] = f"missing {theirs - ours}, extra {ours - theirs}"
    assert wrong == {}


def test_what_cannot_be_checked_is_refused(suite: list[Case]) -> None:
    stored = {name: shapes for name, _, shapes, _, _ in suite if name in REFUSED}
    assert stored.keys() == REFUSED.keys()
    for shapes in stored.values():
        with pytest.raises(BadShape):
            validate_store(MemoryStore(), shapes=load_shapes([ntriples(shapes)]))


NEITHER = {
    "core/misc/severity-002": "none of sh:Info",
    "core/property/qualifiedValueShape-001": "SHACL has no sh:nodeShape",
    "sparql/component/validator-001": "owl:imports <http://datashapes.org/dash> is not followed",
    "sparql/node/prefixes-001": "owl:imports",
    "sparql/pre-binding/shapesGraph-001": "Shapes Graph is not currently supported",
}
"""Tests that pyshacl behind our bounds refuses as well, and why; ``docs/conformance.md`` tells them."""


def test_what_is_refused_is_found_by_the_other_validator_or_refused_aloud(
    suite: list[Case],
) -> None:
    root = suite[0][1].parents[2]
    wrong, refused = {}, {}
    for name, data, shapes, graph, report in [*suite, *cases(root, "sparql")]:
        fails = (report, RDF.type, SH.ValidationReport) not in graph
        try:
            found(data, shapes)
            continue  # other tests hold it to what is expected
        except (BadShape, QueryError):
            theirs = None if fails else expected(graph, report)
        stated = rdflib.Graph().parse(data=ntriples(data), format="nt")
        try:
            findings = shacl_findings(stated, read_shapes([shapes]))
        except BadShape as error:
            if theirs is not None:
                refused[name] = str(error)
            continue
        ours = Counter(
            (
                key(f.focus),
                "(path)" if f.path[:1] in ("(", "^") else f.path,
                key(f.value),
                f.severity.label,
                f.component,
                key(f.shape),
            )
            for f in findings
        )
        if ours != theirs:
            wrong[name] = (ours, theirs)
    assert wrong == {}
    assert refused.keys() == NEITHER.keys()
    assert all(why in refused[name] for name, why in NEITHER.items()), refused


def test_no_shape_of_the_sparql_suite_is_passed_that_should_not(suite: list[Case]) -> None:
    """Every SPARQL-based shape is checked right or refused aloud; none "conforms" wrongly."""
    root = suite[0][1].parents[2]
    wrong, refused, right = {}, 0, 0
    for name, data, shapes, graph, report in cases(root, "sparql"):
        if report is None or (report, RDF.type, SH.ValidationReport) not in graph:
            theirs = None  # the suite expects a failure
        else:
            theirs = expected(graph, report)
        try:
            ours = found(data, shapes)
        except (BadShape, QueryError):  # a prefix that only an import declares
            refused += 1
            continue
        if theirs is None or ours != theirs:
            wrong[name] = (ours, theirs)
        right += 1
    assert not wrong
    assert right + refused >= 20
    assert right >= 4
