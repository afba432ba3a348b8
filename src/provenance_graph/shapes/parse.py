"""Parses SHACL shapes from RDF; refuses components that the set-based validator lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path as FilePath

import pyoxigraph as ox

from provenance_graph.core.errors import BadShape
from provenance_graph.core.iris import PREFIXES, SHAPES
from provenance_graph.core.resources import shape_files
from provenance_graph.shapes.derive import derived_shapes
from provenance_graph.shapes.model import SEVERITIES, SH, Constraint, Shape, ShapePath, Target, Term

_TYPE = PREFIXES["rdf"] + "type"
_FIRST, _REST, _NIL = (PREFIXES["rdf"] + name for name in ("first", "rest", "nil"))
_XSD = PREFIXES["xsd"]
_CLASSES = {PREFIXES["rdfs"] + "Class", PREFIXES["owl"] + "Class"}
_TARGETS = {
    "targetClass": "class",
    "targetNode": "node",
    "targetSubjectsOf": "subjects",
    "targetObjectsOf": "objects",
}
_ONE_TERM_NAMES = (
    "minCount maxCount datatype nodeKind class hasValue minLength maxLength minInclusive "
    "maxInclusive minExclusive maxExclusive lessThan lessThanOrEquals equals disjoint"
)
_ONE_TERM = {name: name[0].upper() + name[1:] for name in _ONE_TERM_NAMES.split()}
_TERM_LISTS = {"in": "In", "languageIn": "LanguageIn"}
_ONE_SHAPE = {"not": "Not", "node": "Node", "property": "Property"}
_SHAPE_LISTS = {"and": "And", "or": "Or", "xone": "Xone"}
_SPECIAL = {"pattern", "flags", "uniqueLang", "closed", "ignoredProperties", "sparql"}
_OF_COMPONENTS = ("validator", "nodeValidator", "propertyValidator", "parameter", "ask")
_NOT_CONSTRAINTS = {
    "path",
    "name",
    "description",
    "order",
    "group",
    "defaultValue",
    "severity",
    "message",
    "deactivated",
    "declare",
    *_TARGETS,
}
_KNOWN = {*_ONE_TERM, *_TERM_LISTS, *_ONE_SHAPE, *_SHAPE_LISTS, *_SPECIAL, *_NOT_CONSTRAINTS}
_PATHS = {
    "inversePath": "inverse",
    "alternativePath": "alternative",
    "zeroOrMorePath": "zeroOrMore",
    "oneOrMorePath": "oneOrMore",
    "zeroOrOnePath": "zeroOrOne",
}
_DERIVED_INTEGER_NAMES = (
    "byte int long short unsignedByte unsignedInt unsignedLong unsignedShort "
    "positiveInteger nonNegativeInteger negativeInteger nonPositiveInteger"
)
_DERIVED_INTEGERS = {_XSD + name for name in _DERIVED_INTEGER_NAMES.split()}


def load_shapes(sources: Iterable[FilePath | bytes]) -> tuple[Shape, ...]:
    """Parse the shapes that have targets, from Turtle files or text, sorted by name.

    Raises BadShape, naming the shape, for anything that is not supported.
    """
    reader = _ShapeReader()
    for source in sources:
        data = source if isinstance(source, bytes) else source.read_bytes()
        where = "shapes" if isinstance(source, bytes) else source.name
        try:
            reader.add(ox.parse(data, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
        except SyntaxError as error:
            raise BadShape(f"{where}: line {error.lineno}: {error.msg}") from error
    return reader.shapes()


@cache
def shipped_shapes() -> tuple[Shape, ...]:
    """The shapes that this project ships, and those derived from its ontology."""
    return load_shapes([*shape_files(), derived_shapes()])


class _ShapeReader:
    """Parses shapes from a graph indexed by subject."""

    def __init__(self) -> None:
        self._statements: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._shapes: dict[Term, Shape] = {}
        self._open: list[Term] = []

    def add(self, quads: Iterable[ox.Quad]) -> None:
        for quad in quads:
            if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
                raise BadShape(f"{quad.subject}: shapes with triple terms cannot be checked")
            values = self._statements[quad.subject][quad.predicate.value]
            if quad.object not in values:
                values.append(quad.object)

    def shapes(self) -> tuple[Shape, ...]:
        kinds = {f"{SH}ConstraintComponent", f"{SH}SPARQLTargetType"}
        for node, stated in list(self._statements.items()):
            own = any(SH + name in stated for name in _OF_COMPONENTS)  # also for subclasses
            if own or any(_name(kind) in kinds for kind in stated.get(_TYPE, [])):
                raise BadShape(f"{node}: custom constraint components cannot be checked")
        wanted = [
            node
            for node, stated in list(self._statements.items())
            if any(SH + target in stated for target in _TARGETS) or self._implicit(stated)
        ]
        results = [self.shape(node) for node in wanted]
        return tuple(
            sorted((s for s in results if s.constraints or s.targets), key=lambda s: s.name)
        )

    @staticmethod
    def _implicit(terms: dict[str, list[Term]]) -> bool:
        """Whether a class is its own target (SHACL 2.1.3.3)."""
        kinds = {_name(kind) for kind in terms.get(_TYPE, [])}
        return bool(kinds & _CLASSES) and bool(kinds & {SH + "NodeShape", SH + "PropertyShape"})

    def shape(self, node: Term) -> Shape:
        if node in self._shapes:
            return self._shapes[node]
        if node in self._open:
            raise BadShape(f"{node}: a shape that refers to itself cannot be checked")
        self._open.append(node)
        stated = self._statements[node]
        self._refuse_unknown(node, stated)
        path = stated.get(SH + "path", [])
        if len(path) > 1:
            raise BadShape(f"{node}: a property shape has one sh:path; found {len(path)}")
        deactivated = any(_text(v) == "true" for v in stated.get(SH + "deactivated", []))
        targets = [
            Target(kind, term)
            for name, kind in _TARGETS.items()
            for term in stated.get(SH + name, [])
        ]
        if self._implicit(stated):
            targets.append(Target("class", node))
        made = Shape(
            node=node,
            path=self.path(path[0]) if path else None,
            severity=self._severity(node, stated),
            message=_text(stated[SH + "message"][0]) if SH + "message" in stated else "",
            targets=() if deactivated else tuple(targets),
            constraints=() if deactivated else tuple(self._constraints(node, stated)),
            over=frozenset(_name(graph) for graph in stated.get(SHAPES + "over", [])),
        )
        self._open.pop()
        self._shapes[node] = made
        return made

    @staticmethod
    def _refuse_unknown(node: Term, terms: dict[str, list[Term]]) -> None:
        for predicate in terms:
            if predicate.startswith(SH) and predicate[len(SH) :] not in _KNOWN:
                raise BadShape(
                    f"{node}: sh:{predicate[len(SH) :]} cannot be checked here; validate with "
                    "pyshacl, or say it with the components that docs/validation.md lists"
                )

    @staticmethod
    def _severity(node: Term, terms: dict[str, list[Term]]) -> str:
        stated = [_name(term) for term in terms.get(SH + "severity", [])]
        if not stated:
            return "Violation"
        local = stated[0].removeprefix(SH)
        if local not in SEVERITIES:
            raise BadShape(f"{node}: the severity {stated[0]} is none of {', '.join(SEVERITIES)}")
        return local

    def path(self, node: Term) -> ShapePath:
        if isinstance(node, ox.NamedNode):
            return ShapePath("predicate", node.value)
        stated = self._statements[node]
        if _FIRST in stated:
            return ShapePath("sequence", parts=tuple(self.path(part) for part in self.items(node)))
        results = [name for name in _PATHS if SH + name in stated]
        if len(results) != 1:
            raise BadShape(f"{node}: not a property path")
        (inner,) = stated[SH + results[0]]
        if results[0] == "alternativePath":
            return ShapePath(
                "alternative", parts=tuple(self.path(part) for part in self.items(inner))
            )
        return ShapePath(_PATHS[results[0]], parts=(self.path(inner),))

    def items(self, head: Term) -> Iterator[Term]:
        seen: set[Term] = set()
        while _name(head) != _NIL:
            if head in seen or _FIRST not in self._statements[head]:
                raise BadShape(f"{head}: a list that does not end")
            seen.add(head)
            yield self._statements[head][_FIRST][0]
            head = self._statements[head][_REST][0]

    def _constraints(self, node: Term, terms: dict[str, list[Term]]) -> Iterator[Constraint]:
        for name, component in _ONE_TERM.items():
            for term in terms.get(SH + name, []):
                if component == "Datatype" and _name(term) in _DERIVED_INTEGERS:
                    raise BadShape(
                        f"{node}: the engine keeps {term} as xsd:integer; "
                        "use xsd:integer with sh:minInclusive and sh:maxInclusive"
                    )
                yield Constraint(component, (term,))
        for name, component in _TERM_LISTS.items():
            for head in terms.get(SH + name, []):
                yield Constraint(component, tuple(self.items(head)))
        for name, component in _ONE_SHAPE.items():
            for inner in terms.get(SH + name, []):
                yield Constraint(component, shapes=(self.shape(inner),))
        for name, component in _SHAPE_LISTS.items():
            for head in terms.get(SH + name, []):
                yield Constraint(component, shapes=tuple(map(self.shape, self.items(head))))
        yield from self._special(node, terms)

    def _special(self, node: Term, terms: dict[str, list[Term]]) -> Iterator[Constraint]:
        flags = tuple(terms.get(SH + "flags", []))
        for pattern in terms.get(SH + "pattern", []):
            yield Constraint("Pattern", (pattern, *flags))
        if any(_text(v) == "true" for v in terms.get(SH + "uniqueLang", [])):
            yield Constraint("UniqueLang")
        if any(_text(v) == "true" for v in terms.get(SH + "closed", [])):
            ignored = [t for h in terms.get(SH + "ignoredProperties", []) for t in self.items(h)]
            shapes = [self.shape(inner) for inner in terms.get(SH + "property", [])]
            own = [ox.NamedNode(s.path.predicate) for s in shapes if s.path and s.path.predicate]
            yield Constraint("Closed", (*own, *ignored))
        for query in terms.get(SH + "sparql", []):
            yield self._sparql(node, self._statements[query])

    def _sparql(self, node: Term, terms: dict[str, list[Term]]) -> Constraint:
        if SH + "select" not in terms:
            raise BadShape(f"{node}: a SPARQL constraint needs sh:select")
        prefixes = "".join(
            f"PREFIX {_text(self._statements[d][SH + 'prefix'][0])}: "
            f"<{_text(self._statements[d][SH + 'namespace'][0])}>\n"
            for holder in terms.get(SH + "prefixes", [])
            for d in self._statements[holder].get(SH + "declare", [])
        )
        if any(_text(v) == "true" for v in terms.get(SH + "deactivated", [])):
            return Constraint("None")
        message = _text(terms[SH + "message"][0]) if SH + "message" in terms else ""
        return Constraint("SPARQL", text=prefixes + _text(terms[SH + "select"][0]), message=message)


def _name(term: Term) -> str:
    return term.value


def _text(term: Term) -> str:
    return term.value
