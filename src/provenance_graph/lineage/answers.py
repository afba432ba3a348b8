"""JSON types of the answers of the lineage routes."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import AnswerObject, FacetCount, LabelRef


class SourceAnswer(AnswerObject):
    """One statement of an edge: its record, publisher, basis, stance, place and date."""

    record: str
    document: str
    publisher: LabelRef
    retrieved: str
    edition: str | None
    custody: str
    basis: str
    stance: str
    locator: str
    asStated: str
    says: NotRequired[LabelRef]


class LineageNode(AnswerObject):
    """An entity in a lineage."""

    iri: str
    label: str
    kind: str
    side: str
    distance: int
    licences: list[LabelRef]


class BreachAnswer(AnswerObject):
    """A licence rule that the child of a step breaks because of the step."""

    rule: str
    severity: str
    message: str
    licence: str
    clause: str


class LineageEdge(AnswerObject):
    """A step of lineage, from a child to a parent from which it was made or which influenced it.

    ``revision``: the fixed state of the parent that was used, if a source names it. ``contested``:
    sources disagree about this relation of the child.
    """

    child: str
    parent: str
    relation: str
    relationName: str
    relationLabel: str
    group: str
    inferred: bool
    weight: str
    method: str
    revision: str
    evidence: list[SourceAnswer]
    contradictedBy: list[SourceAnswer]
    breaches: list[BreachAnswer]
    contested: NotRequired[bool]


class CycleAnswer(AnswerObject):
    """Entities that descend from each other."""

    level: str
    members: list[LabelRef]


class VersionLineage(LabelRef):
    """A version of an entity; ``of`` is the number of entities in the lineage of the version."""

    of: int


class LineageAnswer(AnswerObject):
    """The lineage of one entity: ``shown`` of ``of`` nodes, nearest first.

    ``versions`` of the entity are listed if it has no lineage itself.
    """

    subject: LabelRef
    direction: str
    depth: int | None
    influences: bool
    generation: int | None
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    unresolved: list[LineageNode]
    cycles: list[CycleAnswer]
    versions: list[VersionLineage]
    modelsChecked: int
    modelsCheckedOf: int
    shown: int
    of: int
    truncated: bool


class PathsAnswer(AnswerObject):
    """Paths from a child up to an ancestor; ``of`` is null if they are too many to count."""

    child: LabelRef
    ancestor: LabelRef
    paths: list[list[LineageEdge]]
    shown: int
    of: int | None
    truncated: bool


class SharedAncestor(LabelRef):
    """An ancestor of two entities, with its distance from each."""

    fromFirst: int
    fromSecond: int


class SharedAnswer(AnswerObject):
    """The common ancestors and common datasets of two entities."""

    first: LabelRef
    second: LabelRef
    nearest: list[LabelRef]
    ancestors: list[SharedAncestor]
    datasets: list[LabelRef]


class DistanceCount(AnswerObject):
    """The number of models at a distance, in steps of lineage."""

    distance: int
    count: int


class RelationCount(AnswerObject):
    """The number of models whose last step from the subject is by a relation."""

    relation: str
    relationName: str
    relationLabel: str
    count: int


class LicencesCount(AnswerObject):
    """The number of models that declare these licences; an empty list means no declared licence."""

    licences: list[LabelRef]
    count: int


class ImpactNode(LineageNode):
    """An entity that depends on the withdrawn one, and the step by which it is reached."""

    declared: bool
    through: LineageEdge


class AffectedDeployment(AnswerObject):
    """A deployed system of the operator and the affected entity that it runs."""

    system: str
    runs: str


class AffectedOffer(AnswerObject):
    """A provider's offer and the affected entity that it offers."""

    offer: str
    of: str


class ImpactAnswer(AnswerObject):
    """The entities affected if an entity is withdrawn.

    ``next`` is the cursor of the next page; ``facets`` count values of columns, if requested.
    """

    subject: LabelRef
    hit: int
    datasets: int
    inferredOnly: int
    inferredShare: float
    byDistance: list[DistanceCount]
    byRelation: list[RelationCount]
    byLicence: list[LicencesCount]
    nodes: list[ImpactNode]
    shown: int
    of: int
    truncated: bool
    deployments: list[AffectedDeployment]
    offers: list[AffectedOffer]
    offerCount: int
    next: NotRequired[str | None]
    facets: NotRequired[dict[str, list[FacetCount]]]


class CytoscapeNode(AnswerObject):
    """The data of a node in the format of Cytoscape."""

    id: str
    label: str
    kind: str
    side: str
    distance: int
    licences: list[str]


class CytoscapeEdge(AnswerObject):
    """The data of an edge in the format of Cytoscape."""

    id: str
    source: str
    target: str
    relation: str
    label: str
    group: str
    inferred: bool
    weight: str


class CytoscapeNodeElement(AnswerObject):
    """A node in the format of Cytoscape."""

    data: CytoscapeNode


class CytoscapeEdgeElement(AnswerObject):
    """An edge in the format of Cytoscape."""

    data: CytoscapeEdge


class CytoscapeElements(AnswerObject):
    """Nodes and edges in the format of Cytoscape."""

    nodes: list[CytoscapeNodeElement]
    edges: list[CytoscapeEdgeElement]


class CytoscapeAnswer(AnswerObject):
    """A lineage for Cytoscape and Cytoscape.js; ``shown`` says how many nodes are shown."""

    elements: CytoscapeElements
    shown: str
