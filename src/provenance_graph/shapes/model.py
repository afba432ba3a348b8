"""SHACL shapes as Python values, limited to what the set-based validator supports.

Everything else is refused with BadShape: a component that is silently ignored would make every
result worthless.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from provenance_graph.core.iris import PREFIXES, SHAPES

SH = PREFIXES["sh"]
Term = ox.NamedNode | ox.BlankNode | ox.Literal

SEVERITIES = ("Info", "Warning", "Violation")
"""The severities in ascending order, by local name in the SHACL namespace."""

RECORD_GRAPHS = SHAPES + "RecordGraphs"
"""Shapes over this are checked in each record graph as it is stored."""
DOCUMENT_ALONE = SHAPES + "DocumentAlone"
"""Shapes over this are checked on the statements of one document that is validated alone."""
ACCEPTED_VIEW = SHAPES + "AcceptedView"
"""Shapes over this are checked in the default graph."""


@dataclass(frozen=True, slots=True)
class ShapePath:
    """A property path.

    ``kind`` is predicate, inverse, sequence, alternative, zeroOrMore, oneOrMore or zeroOrOne.
    """

    kind: str
    predicate: str = ""
    parts: tuple[ShapePath, ...] = ()

    @property
    def sparql(self) -> str:
        """The path in SPARQL syntax."""
        inner = [part.sparql for part in self.parts]
        match self.kind:
            case "predicate":
                return f"<{self.predicate}>"
            case "inverse":
                return f"^({inner[0]})"
            case "sequence":
                return "(" + "/".join(inner) + ")"
            case "alternative":
                return "(" + "|".join(inner) + ")"
            case _:
                return f"({inner[0]}){_SUFFIX[self.kind]}"

    @property
    def turtle(self) -> str:
        """The path in the Turtle syntax of a SHACL report."""
        inner = [part.turtle for part in self.parts]
        match self.kind:
            case "predicate":
                return f"<{self.predicate}>"
            case "sequence":
                return "( " + " ".join(inner) + " )"
            case "alternative":
                return f"[ <{SH}alternativePath> ( {' '.join(inner)} ) ]"
            case _:
                return f"[ <{SH}{self.kind}Path> {inner[0]} ]"

    @property
    def optional(self) -> bool:
        """Whether the path can match zero triples, from a node to itself."""
        match self.kind:
            case "zeroOrMore" | "zeroOrOne":
                return True
            case "alternative":
                return any(part.optional for part in self.parts)
            case "predicate":
                return False
            case _:
                return all(part.optional for part in self.parts)

    def __str__(self) -> str:
        return self.predicate or self.sparql


_SUFFIX = {"zeroOrMore": "*", "oneOrMore": "+", "zeroOrOne": "?"}


@dataclass(frozen=True, slots=True)
class Target:
    """A target of a shape; ``kind`` is class, node, subjects or objects."""

    kind: str
    term: Term


@dataclass(frozen=True, slots=True)
class Constraint:
    """One component with its parameters: terms, shapes, or the text of a SPARQL query."""

    component: str
    terms: tuple[Term, ...] = ()
    shapes: tuple[Shape, ...] = ()
    text: str = ""
    message: str = ""


@dataclass(frozen=True)
class Shape:
    """A node shape, or with a path a property shape.

    ``over`` are the graphs in which the shape is checked; empty means any.
    """

    node: Term
    path: ShapePath | None = None
    severity: str = "Violation"
    message: str = ""
    targets: tuple[Target, ...] = ()
    constraints: tuple[Constraint, ...] = field(default=())
    over: frozenset[str] = frozenset()

    @cached_property
    def name(self) -> str:
        """The shape's IRI, or a blank node's label."""
        return self.node.value if isinstance(self.node, ox.NamedNode) else str(self.node)

    @cached_property
    def optional(self) -> bool:
        """Whether any path in the shape can match zero triples."""
        inner = (shape for constraint in self.constraints for shape in constraint.shapes)
        return bool(self.path and self.path.optional) or any(shape.optional for shape in inner)

    def property_shapes(self) -> Iterator[Shape]:
        """Yield the shapes attached with ``sh:property``."""
        for constraint in self.constraints:
            if constraint.component == "Property":
                yield from constraint.shapes
