"""The claims behind licences and lineage: who says so, on what basis and in whose custody."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import DEVELOPER_RANK, Claim, Header, Stance
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV
from provenance_graph.licences.own_names import is_own_checkpoint, names_itself, release_of
from provenance_graph.licences.results import Reason, Support
from provenance_graph.lineage.results import Edge

PARENTS = frozenset({*DERIVATIONS, PROV.wasDerivedFrom})
"""Properties by which a source says what weights were made from."""

MOST_CLAIMS = 12
"""Claims told of one reason."""


class ClaimReader:
    """Claims about things under all their names, each thing read once."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.statements = snapshot.statements
        self._read: dict[Iri, list[tuple[Claim, Header]]] = {}

    def about(self, entity: Iri) -> list[tuple[Claim, Header]]:
        """Claims on licence and parents of a thing."""
        if entity not in self._read:
            self._read[entity] = [
                (claim, header)
                for name in self.statements.names_of(entity)
                for claim, header in self.statements.about(name)
                if claim.predicate in PARENTS or claim.predicate in (DCTERMS.license, PG.trainedOn)
            ]
        return self._read[entity]

    def parents_told(self, entity: Iri) -> list[Support]:
        """Claims of developer rank that say what a model was made from.

        That it was trained from scratch is one of them (stance DeclaredEmpty).
        """
        return [
            support(claim, header)
            for claim, header in self.about(entity)
            if claim.predicate in PARENTS
            and (claim.stance is Stance.DECLARED_EMPTY or claim.value is not None)
            and claim.stance in (Stance.STATED, Stance.DECLARED_EMPTY)
            and is_developer_rank(claim, header)
            and not self._own_name(entity, claim)
        ]

    def _own_name(self, entity: Iri, claim: Claim) -> bool:
        """Whether the parent that a claim names is the model itself, its family or checkpoint."""
        if not isinstance(claim.value, Iri):
            return False
        parent = self.statements.canonical(claim.value)
        itself = parent == entity or is_own_checkpoint(release_of(entity), parent)
        only_text = "/unresolved/" in parent
        return itself or (only_text and names_itself(local_name(entity), local_name(parent)))

    def from_scratch(self, entity: Iri) -> bool:
        """Whether a source of developer rank says that it was trained from scratch."""
        return any(
            claim.predicate in PARENTS
            and claim.stance is Stance.DECLARED_EMPTY
            and is_developer_rank(claim, header)
            for claim, header in self.about(entity)
        )

    def data_told(self, entity: Iri) -> bool:
        """Whether a source of developer rank names data that a model was trained on."""
        return any(
            claim.predicate == PG.trainedOn
            and claim.value is not None
            and claim.stance is Stance.STATED
            and is_developer_rank(claim, header)
            for claim, header in self.about(entity)
        )

    def of_edge(self, edge: Edge) -> Iterator[Support]:
        """Claims that state a step of lineage."""
        for claim, header in self.about(edge.child):
            if (
                claim.predicate in (edge.relation, PROV.wasDerivedFrom)
                and isinstance(claim.value, Iri)
                and self.statements.canonical(claim.value) == edge.parent
            ):
                yield support(claim, header)

    def of_licence(self, entity: Iri, licence: Iri) -> Iterator[Support]:
        """Claims that give a thing a licence."""
        for claim, header in self.about(entity):
            if claim.predicate == DCTERMS.license and claim.value == licence:
                yield support(claim, header)

    def of_reason(self, reason: Reason) -> tuple[Support, ...]:
        """The claims that a reason rests on: the licence of its holder, and its path."""
        found: list[Support] = []
        if reason.licence is not None:
            found += self.of_licence(reason.holder, reason.licence.iri)
        for edge in reason.path[:MOST_CLAIMS]:
            found += self.of_edge(edge)
        return tuple(dict.fromkeys(found))[:MOST_CLAIMS]


def is_developer_rank(claim: Claim, header: Header) -> bool:
    """Whether a claim counts as the developer's own statement, by its basis and custody."""
    basis = claim.basis or header.basis
    return basis in DEVELOPER_RANK and custody(header) not in ("assumed", "derived")


def custody(header: Header) -> str:
    """How we know that the source said it; "" where the record does not say."""
    kept = getattr(header, "custody", "")
    return str(getattr(kept, "label", kept)).lower()


def support(claim: Claim, header: Header) -> Support:
    """A claim as answers cite it."""
    return Support(
        header.record,
        header.document,
        header.publisher,
        header.retrieved,
        (claim.basis or header.basis).label,
        custody(header),
        local_name(claim.predicate),
        claim.locator,
    )
