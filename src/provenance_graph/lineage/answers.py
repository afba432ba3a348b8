"""What the routes on lineage answer, as JSON."""

from __future__ import annotations

from typing import NotRequired

from provenance_graph.core.results import Answer, LabelRef


class SourceAnswer(Answer):
    """One statement of an edge: who says so, on what basis, where and when."""

    record: str
    document: str
    publisher: LabelRef
    retrieved: str
    basis: str
    stance: str
    locator: str
    asStated: str
    says: NotRequired[LabelRef]


class LineageNode(Answer):
    """An entity in a lineage."""

    iri: str
    label: str
    kind: str
    side: str
    distance: int
    licences: list[LabelRef]


class BreachAnswer(Answer):
    """A licence rule that the child of a step runs against because of the step."""

    rule: str
    severity: str
    message: str
    licence: str
    clause: str


class LineageEdge(Answer):
    """A step of lineage, from a child to what it was made from.

    ``contested``: sources disagree about this relation of the child.
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
    evidence: list[SourceAnswer]
    contradictedBy: list[SourceAnswer]
    breaches: list[BreachAnswer]
    contested: NotRequired[bool]


class CycleAnswer(Answer):
    """Entities that each descend from the other."""

    level: str
    members: list[LabelRef]


class LineageAnswer(Answer):
    """The lineage of one entity: ``shown`` of ``of`` nodes, nearest first."""

    subject: LabelRef
    direction: str
    depth: int | None
    influences: bool
    generation: int | None
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    unresolved: list[LineageNode]
    cycles: list[CycleAnswer]
    modelsChecked: int
    modelsCheckedOf: int
    shown: int
    of: int
    truncated: bool


class PathsAnswer(Answer):
    """Ways from a child up to an ancestor; ``of`` is null where they are too many to count."""

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


class SharedAnswer(Answer):
    """What two entities both came from."""

    first: LabelRef
    second: LabelRef
    nearest: list[LabelRef]
    ancestors: list[SharedAncestor]
    datasets: list[LabelRef]


class DistanceCount(Answer):
    """How many models stand at a distance."""

    distance: int
    count: int


class RelationCount(Answer):
    """How many models are reached last by a relation."""

    relation: str
    relationName: str
    relationLabel: str
    count: int


class LicencesCount(Answer):
    """How many models declare these licences; none of them: no licence is declared."""

    licences: list[LabelRef]
    count: int


class ImpactNode(LineageNode):
    """An entity below the one withdrawn, and the step by which it is reached."""

    declared: bool
    through: LineageEdge


class AffectedDeployment(Answer):
    """A system of ours and the affected entity that it runs."""

    system: str
    runs: str


class AffectedOffer(Answer):
    """A provider's offer and the affected entity that it is of."""

    offer: str
    of: str


class ImpactAnswer(Answer):
    """What is affected if an entity is withdrawn."""

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


class CytoscapeNode(Answer):
    """What Cytoscape is told of an entity."""

    id: str
    label: str
    kind: str
    side: str
    distance: int
    licences: list[str]


class CytoscapeEdge(Answer):
    """What Cytoscape is told of a step."""

    id: str
    source: str
    target: str
    relation: str
    label: str
    group: str
    inferred: bool
    weight: str


class CytoscapeNodeElement(Answer):
    """A node as Cytoscape reads it."""

    data: CytoscapeNode


class CytoscapeEdgeElement(Answer):
    """An edge as Cytoscape reads it."""

    data: CytoscapeEdge


class CytoscapeElements(Answer):
    """Nodes and edges as Cytoscape reads them."""

    nodes: list[CytoscapeNodeElement]
    edges: list[CytoscapeEdgeElement]


class CytoscapeAnswer(Answer):
    """A lineage for Cytoscape and Cytoscape.js; ``shown`` says how much of it this is."""

    elements: CytoscapeElements
    shown: str
