"""Graphs with faults, and findings made comparable, for the tests of validation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from zlib import crc32

import pyoxigraph as ox
import rdflib
from examples import ROAMING
from rdflib.namespace import SH

from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import NS, PREFIXES, Iri
from provenance_graph.core.rdf import our_quad
from provenance_graph.core.terms import RDF, XSD
from provenance_graph.shapes.compile import Check, compile_shapes
from provenance_graph.shapes.findings import Finding
from provenance_graph.shapes.parse import shipped_shapes
from tools.shacl_reference import COMPLEX_PATH, shapes_graph

HEAD = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items())
X = "https://example.org/"
THING = Iri(X + "thing")


def quads(turtle: str) -> list[Quad]:
    """Turtle with our prefixes, and ``x:`` for examples, as quads of the default graph."""
    text = HEAD + f"@prefix x: <{X}> .\n" + turtle
    return [our_quad(quad) for quad in ox.parse(text, format=ox.RdfFormat.TRIG)]


def comparable(findings: Iterable[Finding]) -> Counter[tuple[object, ...]]:
    """Findings without what engines may word as they like: messages, complex paths."""
    return Counter(
        (
            finding.severity.label,
            finding.focus,
            COMPLEX_PATH if finding.path[:1] in "(^" and finding.path else finding.path,
            finding.value,
            finding.shape if not finding.shape.startswith("_:") else "_:",
            finding.component,
        )
        for finding in findings
    )


def by_shape(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    """Which components of which shapes were broken, by local name."""
    return {(finding.shape.rsplit("#", 1)[-1], finding.component) for finding in findings}


def checks(graph: str) -> list[Check]:
    """Every check of our shapes over a kind of graph."""
    return [
        check
        for check in compile_shapes(shipped_shapes(), lambda name: (name,))
        if graph in check.over
    ]


_ALIKE = ("Value-", "One-", "Once-")
_EVERY = 8


def seldom(shape: str) -> bool:
    """Whether a shape is left to the quick validator alone.

    Hundreds of derived shapes differ in the name of their property only: one in eight of them is
    enough for pyshacl, which is a hundred times slower; ``make roam`` compares all.
    """
    name = shape.rsplit("#", 1)[-1]
    return not ROAMING and name.startswith(_ALIKE) and crc32(name.encode()) % _EVERY != 0


def sampled_shapes_graph(*, over: str = "") -> rdflib.Graph:
    """Our shapes as ``shapes_graph`` gives them, without those that ``seldom`` tells."""
    graph = shapes_graph(over=over)
    for shape in {s for s in graph.subjects() if isinstance(s, rdflib.URIRef) and seldom(str(s))}:
        graph.remove((shape, None, None))
        graph.remove((None, SH.property, shape))
    return graph


def fault_for(check: Check, number: int) -> list[Quad] | None:
    """Quads that break one core constraint, or None where a fault must be written by hand."""
    if check.reach or check.path is None or check.component in ("SPARQL", "Or", "Xone", "Not"):
        return None
    focus = Iri(f"{X}f{number}")
    values = list(_bad_values(check))
    if check.path.predicate:
        made: list[Quad] = [(focus, Iri(check.path.predicate), value, None) for value in values]
    elif check.path.kind == "inverse":
        inner = Iri(check.path.parts[0].predicate)
        made = [(Iri(f"{focus}-{n}"), inner, focus, None) for n in range(len(values))]
    else:
        made = [(focus, Iri(check.path.parts[0].predicate), v, None) for v in values]
    if check.component in ("LessThan", "LessThanOrEquals"):
        term = _constraint(check).terms[0]
        low = (
            Literal("2020-01-01", Iri(PREFIXES["xsd"] + "date"))
            if "valid" in term.value
            else _number("1")
        )
        made.append((focus, Iri(term.value), low, None))
    return made + _target(check, focus)


def _target(check: Check, focus: Iri) -> list[Quad]:
    target = check.targets[0]
    if target.kind == "class":
        return [(focus, RDF.type, Iri(target.term.value), None)]
    if check.targets_implied:
        return []
    if target.kind == "subjects":
        return [(focus, Iri(target.term.value), THING, None)]
    return [(THING, Iri(target.term.value), focus, None)]


def _constraint(check: Check):
    return next(c for c in check.shape.constraints if c.component == check.component)


def _number(text: str, kind: str = "integer") -> Literal:
    return Literal(text, Iri(PREFIXES["xsd"] + kind))


def _bad_values(check: Check) -> Iterator[Iri | Literal]:
    terms = _constraint(check).terms
    datatype = next(
        (
            c.terms[0].value.rsplit("#")[-1]
            for c in check.shape.constraints
            if c.component == "Datatype"
        ),
        "string",
    )
    match check.component:
        case "MinCount" | "HasValue":
            return
        case "MaxCount":
            for n in range(int(terms[0].value) + 1):
                yield Literal(f"value {n}", XSD.string)
        case "Datatype":
            yield _number("7") if datatype != "integer" else Literal("seven")
        case "NodeKind" if terms[0].value.endswith("IRI"):
            yield Literal("a text")
        case "NodeKind":
            yield THING
        case "In" | "Class":
            yield Iri(NS + "NoSuchCode")
        case "Pattern":
            yield Literal("MD5 of something")
        case "MinLength":
            yield Literal("")
        case "MinInclusive" | "MinExclusive":
            yield (
                Literal("1900-01-01", Iri(PREFIXES["xsd"] + "date"))
                if datatype == "date"
                else _number("-3", datatype)
            )
        case "MaxInclusive":
            yield _number("3", datatype)
        case "LessThan" | "LessThanOrEquals":
            yield (
                _number("9")
                if datatype != "date"
                else Literal("2021-01-01", Iri(PREFIXES["xsd"] + "date"))
            )
        case other:
            raise AssertionError(f"no fault is known for {other}")
