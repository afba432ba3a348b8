"""Results of lineage queries: plain values that convert to the API's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.lineage import versions
from provenance_graph.lineage.arrays import CODE, DERIVED
from provenance_graph.lineage.words import saying

if TYPE_CHECKING:
    from provenance_graph.core.results import LabelRef
    from provenance_graph.lineage.answers import (
        BreachAnswer,
        CycleAnswer,
        ImpactAnswer,
        LineageAnswer,
        LineageEdge,
        LineageNode,
        PathsAnswer,
        SharedAnswer,
        SourceAnswer,
    )

MAX_OFFERS = 500
"""The most offers listed in an answer on impact; all are counted."""


def is_derivation(relation: Iri) -> bool:
    """Whether a relation is a derivation, in which weights are passed on."""
    return CODE[relation] < DERIVED


def named(iri: Iri) -> LabelRef:
    """A reference to an entity: its IRI and its short id as label."""
    return {"iri": iri, "label": short_id(iri)}


@dataclass(frozen=True, slots=True)
class EdgeSource:
    """One statement of an edge: its record, publisher, basis, stance, place and date."""

    record: Iri
    document: Iri
    publisher: Iri
    retrieved: str
    basis: str
    stance: str
    locator: str = ""
    as_stated: str = ""
    says: Iri | None = None
    custody: str = ""
    edition: str = ""

    def to_json(self) -> SourceAnswer:
        """The source as a JSON answer."""
        source_answer: SourceAnswer = {
            "record": self.record,
            "document": self.document,
            "publisher": named(self.publisher),
            "retrieved": self.retrieved,
            "edition": self.edition or None,
            "custody": self.custody,
            "basis": self.basis,
            "stance": self.stance,
            "locator": self.locator,
            "asStated": self.as_stated,
        }
        if self.says:
            source_answer["says"] = named(self.says)
        return source_answer


@dataclass(frozen=True, slots=True)
class Node:
    """An entity in a lineage; ``distance`` counts steps from the subject of the query.

    ``side`` is ``self``, ``up`` or ``down``; ``kind`` is model, dataset or unresolved; ``text`` is
    a source's text for an unresolved one.
    """

    iri: Iri
    kind: str
    side: str
    distance: int
    licences: tuple[Iri, ...] = ()
    text: str = ""
    declared: bool = True

    @property
    def label(self) -> str:
        """The name shown for the entity."""
        return self.text if self.kind == "unresolved" and self.text else short_id(self.iri)

    def to_json(self) -> LineageNode:
        """The node as a JSON answer."""
        return {
            "iri": self.iri,
            "label": self.label,
            "kind": self.kind,
            "side": self.side,
            "distance": self.distance,
            "licences": [named(licence) for licence in self.licences],
        }


@dataclass(frozen=True, slots=True)
class Breach:
    """A licence rule that the child of an edge breaks because of the edge."""

    rule: str
    severity: str
    message: str
    licence: str
    clause: str


def _breach(one: Breach) -> BreachAnswer:
    from provenance_graph.core.results import fields_of  # most edges have none
    from provenance_graph.lineage.answers import BreachAnswer

    return fields_of(one, BreachAnswer)


@dataclass(frozen=True, slots=True)
class Edge:
    """A lineage edge, from a child to a parent from which it was made or which influenced it.

    ``revision`` is the fixed state of the parent that was used, if a source names it. ``inferred``:
    no claim states the edge outright. ``against`` are sources that deny the edge or name another
    parent instead. ``breaches`` are licence findings that begin here. ``contested``: sources
    disagree about this relation of the child; None if that was not looked up.
    """

    child: Iri
    parent: Iri
    relation: Iri
    inferred: bool = False
    weight: str = ""
    method: str = ""
    revision: str = ""
    sources: tuple[EdgeSource, ...] = ()
    against: tuple[EdgeSource, ...] = ()
    breaches: tuple[Breach, ...] = ()
    contested: bool | None = None

    @property
    def group(self) -> str:
        """``derivation`` if weights are passed on, else ``influence``."""
        return "derivation" if is_derivation(self.relation) else "influence"

    def to_json(self) -> LineageEdge:
        """The edge as a JSON answer, with its sources."""
        lineage_edge: LineageEdge = {
            "child": self.child,
            "parent": self.parent,
            "relation": self.relation,
            "relationName": local_name(self.relation),
            "relationLabel": saying(self.relation),
            "group": self.group,
            "inferred": self.inferred,
            "weight": self.weight,
            "method": self.method,
            "revision": self.revision,
            "evidence": [source.to_json() for source in self.sources],
            "contradictedBy": [source.to_json() for source in self.against],
            "breaches": list(map(_breach, self.breaches)),
        }
        if self.contested is not None:
            lineage_edge["contested"] = self.contested
        return lineage_edge


@dataclass(frozen=True, slots=True)
class Cycle:
    """Entities that descend from each other; ``level`` is their level, release or family."""

    members: tuple[Iri, ...]
    level: str

    def to_json(self) -> CycleAnswer:
        """The cycle as a JSON answer."""
        return {"level": self.level, "members": [named(member) for member in self.members]}


@dataclass(frozen=True, slots=True)
class Lineage:
    """The lineage of one entity: nearest nodes first, the entity itself before all.

    ``total`` counts all nodes; ``nodes`` hold those shown. ``marked`` of ``markable`` models were
    checked for licence findings. ``versions``: see ``lineage.versions``.
    """

    subject: Iri
    direction: str
    depth: int | None
    influences: bool
    generation: int | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    total: int
    cycles: tuple[Cycle, ...] = ()
    marked: int = 0
    markable: int = 0
    versions: tuple[tuple[Iri, int], ...] = ()
    relations: tuple[Iri, ...] = ()
    left_out: int = 0

    @property
    def truncated(self) -> bool:
        """Whether fewer nodes are shown than there are."""
        return len(self.nodes) - 1 < self.total

    @property
    def extent(self) -> str:
        """A sentence on how many nodes are shown of how many, and what was left out.

        >>> Lineage(Iri("urn:a"), "up", None, False, 0, (), (), 0).extent
        'no lineage is known'
        """
        if not self.total:
            return f"{self._nothing}{versions.versions_text(self.versions)}"
        here = f"{max(len(self.nodes) - 1, 0):,}"
        of = f" of {self.total:,} shown" if self.truncated else " shown, all there are"
        if self.relations:
            return f"{here}{of}, along {self._followed} only"
        return here + of + ("" if self.influences else ", datasets and influences left out")

    @property
    def _followed(self) -> str:
        more = ("data and influences",) if self.influences else ()
        return ", ".join((*map(local_name, self.relations), *more))

    @property
    def _nothing(self) -> str:
        if self.relations:
            return f"nothing is known along {self._followed}"
        if self.left_out:
            return f"no derivation is known; {self.left_out:,} datasets and influences left out"
        return "no lineage is known"

    @property
    def unresolved(self) -> list[Node]:
        """The parents known only by a text."""
        return [n for n in self.nodes if n.kind == "unresolved"]

    def ancestors(self) -> list[Iri]:
        """The shown ancestors, nearest first."""
        return [node.iri for node in self.nodes if node.side == "up"]

    def descendants(self) -> list[Iri]:
        """The shown descendants, nearest first."""
        return [node.iri for node in self.nodes if node.side == "down"]

    def to_json(self) -> LineageAnswer:
        """The lineage as a JSON answer."""
        return {
            "subject": named(self.subject),
            "direction": self.direction,
            "depth": self.depth,
            "influences": self.influences,
            "generation": self.generation,
            "nodes": [node.to_json() for node in self.nodes],
            "edges": [edge.to_json() for edge in self.edges],
            "unresolved": [node.to_json() for node in self.unresolved],
            "cycles": [cycle.to_json() for cycle in self.cycles],
            "versions": [{**named(one), "of": of} for one, of in self.versions],
            "modelsChecked": self.marked,
            "modelsCheckedOf": self.markable,
            "shown": max(len(self.nodes) - 1, 0),
            "of": self.total,
            "truncated": self.truncated,
        }


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths from a child up to an ancestor, shortest first; ``total`` None: too many to count."""

    child: Iri
    ancestor: Iri
    paths: tuple[tuple[Edge, ...], ...]
    total: int | None

    def to_json(self) -> PathsAnswer:
        """The paths as a JSON answer."""
        return {
            "child": named(self.child),
            "ancestor": named(self.ancestor),
            "paths": [[edge.to_json() for edge in path] for path in self.paths],
            "shown": len(self.paths),
            "of": self.total,
            "truncated": self.total is None or self.total > len(self.paths),
        }


@dataclass(frozen=True, slots=True)
class SharedAncestry:
    """Common ancestors of two entities; ``nearest`` are those without a descendant among them."""

    first: Iri
    second: Iri
    nearest: tuple[Iri, ...]
    ancestors: tuple[tuple[Iri, int, int], ...]
    datasets: tuple[Iri, ...] = ()

    def to_json(self) -> SharedAnswer:
        """The common ancestors as a JSON answer."""
        return {
            "first": named(self.first),
            "second": named(self.second),
            "nearest": [named(one) for one in self.nearest],
            "ancestors": [
                {**named(one), "fromFirst": a, "fromSecond": b} for one, a, b in self.ancestors
            ],
            "datasets": [named(one) for one in self.datasets],
        }


@dataclass(frozen=True, slots=True)
class Impact:
    """The entities affected if an entity is withdrawn.

    ``hit`` counts affected models; ``datasets`` counts affected datasets, such as those that
    affected models wrote. ``inferred_only`` counts models that are reached only over inferred
    edges. ``deployments`` and ``offers`` are pairs of a deployment or offer and the affected entity
    that it runs or offers.
    """

    subject: Iri
    hit: int
    datasets: int
    inferred_only: int
    by_distance: tuple[tuple[int, int], ...]
    by_relation: tuple[tuple[Iri, int], ...]
    by_licence: tuple[tuple[tuple[Iri, ...], int], ...]
    nodes: tuple[Node, ...] = ()
    reasons: dict[Iri, Edge] = field(default_factory=dict)
    deployments: tuple[tuple[Iri, Iri], ...] = ()
    offers: tuple[tuple[Iri, Iri], ...] = ()

    def __repr__(self) -> str:
        return f"<impact of {short_id(self.subject)}: {self.hit:,} models>"

    def to_json(self) -> ImpactAnswer:
        """The impact as a JSON answer, with at most MAX_OFFERS offers."""
        return {
            "subject": named(self.subject),
            "hit": self.hit,
            "datasets": self.datasets,
            "inferredOnly": self.inferred_only,
            "inferredShare": round(self.inferred_only / max(self.hit, 1), 4),
            "byDistance": [{"distance": d, "count": n} for d, n in self.by_distance],
            "byRelation": [
                {
                    "relation": r,
                    "relationName": local_name(r),
                    "relationLabel": saying(r),
                    "count": n,
                }
                for r, n in self.by_relation
            ],
            "byLicence": [
                {"licences": [named(one) for one in stored], "count": n}
                for stored, n in self.by_licence
            ],
            "nodes": [
                {
                    **node.to_json(),
                    "declared": node.declared,
                    "through": self.reasons[node.iri].to_json(),
                }
                for node in self.nodes
            ],
            "shown": len(self.nodes),
            "of": self.hit + self.datasets,
            "truncated": len(self.nodes) < self.hit + self.datasets,
            "deployments": [
                {"system": short_id(one), "runs": short_id(entity)}
                for one, entity in self.deployments
            ],
            "offers": [
                {"offer": short_id(one), "of": short_id(entity)}
                for one, entity in self.offers[:MAX_OFFERS]
            ],
            "offerCount": len(self.offers),
        }
