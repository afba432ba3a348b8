"""User-defined shapes, checked by pyshacl with full SHACL, on one graph at a time.

It is about a hundred times slower than ``setbased``, and tests compare the two. Shapes that are not
shipped are checked here, since ``setbased`` refuses some of what SHACL allows.
"""

from __future__ import annotations

import difflib
import multiprocessing
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path as FilePath
from typing import Any

import pyoxigraph as ox
import pyshacl
import rdflib
from pyparsing import ParseBaseException
from pyshacl.errors import ValidationFailure
from rdflib.namespace import OWL, RDF, SH, XSD
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

from provenance_graph.core.claims import Literal, Quad, Record, Value
from provenance_graph.core.errors import BUGS, BadShape, Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import text
from provenance_graph.shapes.findings import Finding, Severity, order
from provenance_graph.shapes.setbased import statements
from provenance_graph.store.pool.starting import start, starting

_FORMATS = {".owl": ox.RdfFormat.RDF_XML, ".json-ld": ox.RdfFormat.JSON_LD}
"""File suffixes in addition to those that the parser knows."""

COMPLEX_PATH = "(path)"
"""The placeholder for any path of more than one property."""

MAX_SECONDS = 120.0
"""The time limit for one graph, in seconds."""
MAX_BYTES = 2 << 30
MAX_TRIPLES = 50_000
"""The most triples of a graph; more take the validator minutes (use ``validate_store``)."""


def read_shapes(paths: Sequence[FilePath]) -> rdflib.Graph:
    """Read shape files into a graph for pyshacl, by suffix (Turtle for an unknown suffix).

    The store's parser reads the files, since it accesses no network and reports the line of an
    error. Raises BadShape for a file that is missing, not RDF, or without a shape.
    """
    graph = rdflib.Graph()
    for path in paths:
        kind = _FORMATS.get(path.suffix) or ox.RdfFormat.from_extension(path.suffix[1:])
        kind = kind or ox.RdfFormat.TURTLE
        try:
            quads = ox.parse(
                path.read_bytes(),
                format=kind,
                base_iri=path.resolve().as_uri(),
                rename_blank_nodes=True,
            )
            triples = [quad.triple for quad in quads]
        except OSError as error:
            raise BadShape(f"{path}: {error.strerror or error}") from error
        except (SyntaxError, ValueError) as error:
            raise BadShape(f"{path}: not {kind.name}: {str(error)[:200]}") from error
        if any(isinstance(triple.object, ox.Triple) for triple in triples):
            raise BadShape(f"{path}: shapes with triple terms cannot be checked")
        graph.parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="nt")
    _refuse_passed_over(graph)
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    if not any((None, target, None) in graph for target in targets) and not any(
        (shape, RDF.type, rdflib.RDFS.Class) in graph
        for shape in graph.subjects(RDF.type, SH.NodeShape)
    ):
        text = ", ".join(map(str, paths))
        raise BadShape(f"{text}: no shape with a target (sh:targetClass and the like)")
    return graph


_NOT_EVALUATED = frozenset(
    getattr(SH, name)
    for name in ("expression", "filterShape", "js", "rule", "target", "JSRule", "SPARQLRule")
)
"""Terms of SHACL-AF and SHACL-JS, which a SHACL validator ignores."""
_SHAPES_OF = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_LISTS_OF = (SH["and"], SH["or"], SH.xone)


def _refuse_passed_over(graph: rdflib.Graph) -> None:
    """Raise BadShape for terms that the validator would silently ignore.

    These are terms that SHACL does not have, extensions that are not evaluated, imports, and
    recursive shapes, whose meaning SHACL leaves undefined (§3.4.3).
    """
    names = [*SH.__annotations__, "and", "class", "in", "not", "or"]
    for term in sorted(
        {str(one) for triple in graph for one in triple if str(one).startswith(str(SH))}
    ):
        name = term.removeprefix(str(SH))
        if rdflib.URIRef(term) not in SH:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean sh:{near[0]}?" if near else ""
            raise BadShape(f"SHACL has no sh:{name[:60]}{hint}")
        if rdflib.URIRef(term) in _NOT_EVALUATED:
            raise BadShape(f"sh:{name} is not evaluated: it is no part of SHACL's core or SPARQL")
    imported = next(graph.objects(None, OWL.imports), None)
    if imported is not None:
        raise BadShape(f"owl:imports <{imported}> is not followed; give that file as well")
    _refuse_recursion(graph)


def _refuse_recursion(graph: rdflib.Graph) -> None:
    done: set[rdflib.term.Node] = set()
    within: dict[rdflib.term.Node, None] = {}
    every = {s for name in (*_SHAPES_OF, *_LISTS_OF) for s in graph.subjects(name)}
    todo = [(shape, False) for shape in every]
    while todo:
        shape, left = todo.pop()
        if left:
            within.pop(shape)
            done.add(shape)
        elif shape in within:
            raise BadShape(
                f"the shape {_display_text(within)} refers to itself; SHACL leaves open "
                "what a recursive shape means"
            )
        elif shape not in done:
            within[shape] = None
            todo.append((shape, True))
            todo += [(other, False) for other in _referred(graph, shape) if other not in done]


def _display_text(shapes: Iterable[rdflib.term.Node]) -> str:
    named = [f"<{shape}>" for shape in shapes if isinstance(shape, rdflib.URIRef)]
    return named[0] if named else "without a name"


def _referred(graph: rdflib.Graph, shape: rdflib.term.Node) -> list[rdflib.term.Node]:
    """The shapes to which a shape refers; raises BadShape for a list without end."""
    result = [other for name in _SHAPES_OF for other in graph.objects(shape, name)]
    for name in _LISTS_OF:
        for node in graph.objects(shape, name):
            try:
                result += graph.items(node)
            except ValueError as error:
                raise BadShape(f"a list of sh:{str(name).rsplit('#', 1)[-1]} has no end") from error
    return result


def check_records(records: Iterable[Record], shapes: rdflib.Graph) -> list[list[Finding]]:
    """Check the statements of each record against user shapes; findings in the records' order."""
    return [
        [
            replace(finding, record=record.header.record)
            for finding in shacl_findings(graph_of(statements(record)), shapes)
        ]
        for record in records
    ]


def graph_of(quads: Iterable[Quad]) -> rdflib.Graph:
    """Convert quads to one rdflib graph, without their graph names."""
    graph = _PreparingGraph()
    for subject, predicate, value, _ in quads:
        graph.add((rdflib.URIRef(subject), rdflib.URIRef(predicate), _node(value)))
    return graph


class _PreparingGraph(rdflib.Graph):
    """A graph that parses each query once, since pyshacl repeats it for every focus node."""

    def __init__(self) -> None:
        super().__init__()
        self._prepared: dict[str, Query] = {}

    def query(self, query_object: str | Query, *arguments: Any, **named: Any) -> Result:
        """Evaluate as rdflib does; parsing costs ten times as much as a search in a small graph."""
        if isinstance(query_object, str):
            text = query_object
            if text not in self._prepared:
                self._prepared[text] = prepareQuery(text, initNs=dict(self.namespaces()))
            query_object = self._prepared[text]
        return super().query(query_object, *arguments, **named)


def _node(value: Value) -> rdflib.URIRef | rdflib.Literal:
    if isinstance(value, Iri):
        return rdflib.URIRef(value)
    if value.language:
        return rdflib.Literal(value.lexical, lang=value.language)
    kind = None if value.datatype == str(XSD.string) else rdflib.URIRef(value.datatype)
    return rdflib.Literal(value.lexical, datatype=kind, normalize=False)


def shacl_findings(
    data: rdflib.Graph, shapes: rdflib.Graph, seconds: float | None = MAX_SECONDS
) -> list[Finding]:
    """The findings of pyshacl, run in a separate process with a limit on time and memory.

    Raises Unreadable for a graph that is too large, and BadShape if pyshacl fails: it reports
    ``conforms: false`` for shapes that it could not evaluate, and that is not a finding.
    """
    if len(data) > MAX_TRIPLES:
        why = f"{len(data)} triples are too many for the reference validator ({MAX_TRIPLES})"
        raise Unreadable("data", why)
    return _within(seconds, lambda: _evaluated(data, shapes))


def _within(seconds: float | None, work: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings of a separate process, within a time limit and MAX_BYTES of additional memory.

    A pattern can keep a matcher busy for ever, which cannot be interrupted in the same process.
    """
    if not hasattr(os, "fork"):
        return work()
    how = multiprocessing.get_context("fork")
    with starting("the evaluation of these shapes"):
        ours, theirs = how.Pipe(duplex=False)
        process = how.Process(target=_sent, args=(work, theirs), daemon=True)
        with theirs:
            try:
                start(process)
            except OSError:
                ours.close()
                raise
    try:
        if not ours.poll(seconds):
            raise BadShape(f"pyshacl had not evaluated these shapes after {seconds:g} s")
        answer = ours.recv()
    except EOFError:
        raise BadShape("pyshacl ended while it evaluated these shapes: too little memory") from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(answer, str):
        raise BadShape(answer)
    findings: list[Finding] = answer
    return findings


def _sent(work: Callable[[], list[Finding]], sink: Connection) -> None:
    """Run the work and send its findings, or the message of a BadShape."""
    if sys.platform == "linux":
        import resource  # there is none on other systems

        from provenance_graph.store.pool.sandbox import address_space

        address_limit = address_space() + MAX_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (address_limit, address_limit))
    try:
        sink.send(work())
    except BadShape as error:
        sink.send(str(error))
    except MemoryError:
        return  # the receiver sees the end of the pipe


def _evaluated(data: rdflib.Graph, shapes: rdflib.Graph) -> list[Finding]:
    try:
        _, report, text_ = pyshacl.validate(
            data, shacl_graph=shapes, advanced=False, meta_shacl=False, inplace=True
        )
    except (*BUGS, re.error, ParseBaseException) as error:
        # patterns, lists, paths and queries that are wrong end in errors of as many libraries
        why = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
        raise BadShape(f"pyshacl cannot evaluate these shapes: {why}") from error
    if isinstance(report, (ValidationFailure, bytes)) or not isinstance(report, rdflib.Graph):
        raise BadShape(f"pyshacl could not evaluate these shapes: {text_[:300]}")
    results = report.subjects(RDF.type, SH.ValidationResult)
    top = {
        r
        for holder in report.subjects(RDF.type, SH.ValidationReport)
        for r in report.objects(holder, SH.result)
    }
    return order(_finding(report, result) for result in results if result in top)


def _finding(report: rdflib.Graph, result: rdflib.term.Node) -> Finding:
    def one(name: rdflib.URIRef) -> rdflib.term.Node | None:
        return report.value(result, name)

    severity, path = one(SH.resultSeverity), one(SH.resultPath)
    focus, value = one(SH.focusNode), one(SH.value)
    component = str(one(SH.sourceConstraintComponent)).rsplit("#", 1)[-1]
    assert focus is not None  # every result has a focus node
    shape, label = one(SH.sourceShape), str(severity).removeprefix(str(SH))
    try:
        degree = Severity.named(label)
    except KeyError:
        raise BadShape(
            f"the severity <{severity}> is none of sh:Info, sh:Warning and sh:Violation"
        ) from None
    return Finding(
        severity=degree,
        focus=_value(focus),
        path="" if path is None else _path(path),
        value=None if value is None else _value(value),
        message=str(one(SH.resultMessage) or ""),
        shape="" if shape is None else str(_value(shape)),
        component=component.removesuffix("ConstraintComponent"),
    )


def _path(path: rdflib.term.Node) -> str:
    # A report repeats a complex path as blank nodes; the shape says which it is.
    return str(path) if isinstance(path, rdflib.URIRef) else COMPLEX_PATH


def _value(node: rdflib.term.Node) -> Value:
    if isinstance(node, rdflib.Literal):
        if node.language:
            return text(str(node), node.language)
        kind = Iri(node.datatype) if node.datatype is not None else Iri(XSD.string)
        return text(str(node)) if kind == str(XSD.string) else Literal(str(node), kind)
    return Iri(node) if isinstance(node, rdflib.URIRef) else Iri(f"_:{node}")
