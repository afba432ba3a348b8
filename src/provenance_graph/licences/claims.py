"""The claims on licences and lineage, with their basis and custody, that answers rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from provenance_graph.acceptance.developer import counted, developers
from provenance_graph.acceptance.resolve import is_valid_on
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import DEVELOPER_RANK, Basis, Claim, SourcedClaim, Stance
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import ALL_DERIVATIONS, DCTERMS, PG, PROV
from provenance_graph.licences.inheritance.own_names import (
    is_own_checkpoint,
    names_itself,
    release_of,
)
from provenance_graph.licences.results import LicenceFinding, Reason
from provenance_graph.licences.support import Support
from provenance_graph.lineage.results import Edge

_WANTED = ALL_DERIVATIONS | {DCTERMS.license, DCTERMS.creator, PG.trainedOn}

Side = tuple[Iri, Iri | None, tuple[Edge, ...]]
"""The holder of a licence, the licence, and the path to the holder."""

MAX_CLAIMS = 12
"""Claims given for one reason."""


class ClaimReader:
    """Reads the claims about entities under all their names; each entity is read once.

    A claim's basis is the one on which it counts: a developer's only where the publisher is the
    model's own developer and custody is known.
    """

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self.statements = snapshot.statements
        self._read: dict[Iri, list[SourcedClaim]] = {}

    def about(self, entity: Iri) -> list[SourcedClaim]:
        """Claims on licence, parents and training data of an entity, from records that count.

        Statements without a value (no licence, no parent) are those valid on the snapshot's day.
        """
        if entity not in self._read:
            self._read[entity] = list(self._claims(entity))
        return self._read[entity]

    def _claims(self, entity: Iri) -> Iterator[SourcedClaim]:
        names = self.statements.names_of(entity)
        stored = [
            SourcedClaim(claim, header, entity)
            for name in names
            for claim, header in self.statements.stating(name, _WANTED)
            if self.snapshot.latest.counts(header)
        ]
        owners = developers(names, stored, self.snapshot.policy, self.statements.canonical)
        policy, day = self.snapshot.policy, self.snapshot.as_of
        for one in stored:
            ended = one.claim.value is None and not is_valid_on(one, policy, day)
            if one.claim.predicate != DCTERMS.creator and not ended:
                yield counted(_as_its_document(one), owners, self.statements.canonical)

    def stated_parents(self, entity: Iri) -> list[Support]:
        """Claims of developer rank that state what a model was made from.

        A statement that it was trained from scratch is one of them (stance DeclaredEmpty). Claims
        whose parent is the model itself, its family or its checkpoint are left out.
        """
        return [
            support(item)
            for item in self.about(entity)
            if item.claim.predicate in ALL_DERIVATIONS
            and (item.claim.stance is Stance.DECLARED_EMPTY or item.claim.value is not None)
            and item.claim.stance in (Stance.STATED, Stance.DECLARED_EMPTY)
            and is_developer_rank(item)
            and not self._own_name(entity, item.claim)
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
        """Whether a source of developer rank states that a model was trained from scratch."""
        return any(
            item.claim.predicate in ALL_DERIVATIONS
            and item.claim.stance is Stance.DECLARED_EMPTY
            and is_developer_rank(item)
            for item in self.about(entity)
        )

    def unread_label(self, entity: Iri) -> str:
        """Why the licence that a source states cannot be read, with its text; or "".

        Examples are the name of a family, a name that contradicts its link, or a statement that
        there is no licence.
        """
        for item in self.about(entity):
            claim = item.claim
            if claim.predicate != DCTERMS.license or claim.value is not None:
                continue
            if claim.stance is Stance.DECLARED_EMPTY:
                return "it is stated to have no licence, so that all rights are reserved"
            if claim.stance is Stance.REPORTS_UNDISCLOSED:
                return "its licence is reported as undisclosed"
            if claim.unusable == "unrecognised licence":
                return f"its licence is stated as {claim.as_stated!r}, which names none known here"
            if claim.unusable:
                return f"its licence is stated as {claim.as_stated!r}: {claim.unusable}"
        return ""

    def label_is_reported(self, entity: Iri) -> bool:
        """Whether third parties state an entity's licence and its developer does not."""
        stated = [
            item
            for item in self.about(entity)
            if item.claim.predicate == DCTERMS.license and item.claim.value is not None
        ]
        return bool(stated) and not any(map(is_developer_rank, stated))

    def states_data(self, entity: Iri) -> bool:
        """Whether a source of developer rank states training data of a model."""
        return any(
            item.claim.predicate == PG.trainedOn
            and item.claim.value is not None
            and item.claim.stance is Stance.STATED
            and is_developer_rank(item)
            for item in self.about(entity)
        )

    def of_edge(self, edge: Edge) -> Iterator[Support]:
        """Claims that state a step of lineage."""
        yield from map(support, self._stating(edge))

    def edge_is_reported(self, edge: Edge) -> bool:
        """Whether no claim of developer rank states a step of lineage."""
        return not any(map(is_developer_rank, self._stating(edge)))

    def _stating(self, edge: Edge) -> Iterator[SourcedClaim]:
        for item in self.about(edge.child):
            if (
                item.claim.predicate in (edge.relation, PROV.wasDerivedFrom)
                and isinstance(item.claim.value, Iri)
                and self.statements.canonical(item.claim.value) == edge.parent
            ):
                yield item

    def of_licence(self, entity: Iri, licence: Iri) -> Iterator[Support]:
        """Claims that give an entity a licence."""
        for item in self.about(entity):
            if item.claim.predicate == DCTERMS.license and item.claim.value == licence:
                yield support(item)

    def of_reason(self, reason: Reason) -> tuple[Support, ...]:
        """The claims that support a reason: the licence of its holder, and its path's steps."""
        licence = reason.licence.iri if reason.licence else None
        return self._resting_on(((reason.holder, licence, reason.path),))

    def of_finding(self, finding: LicenceFinding) -> tuple[Support, ...]:
        """The claims that support a finding: licences of both sides, the label, and the paths."""
        label = [
            (finding.subject, item.claim.value, ())
            for item in self.about(finding.subject)
            if item.claim.predicate == DCTERMS.license and isinstance(item.claim.value, Iri)
        ]
        sides = [
            (one.holder or finding.subject, one.licence.iri if one.licence else None, one.path)
            for one in (finding, finding.other)
            if one is not None
        ]
        return self._resting_on((*sides, *label))

    def _resting_on(self, sides: Iterable[Side]) -> tuple[Support, ...]:
        supports: list[Support] = []
        for holder, licence, path in sides:
            if licence is not None:
                supports += self.of_licence(holder, licence)
            for edge in path[:MAX_CLAIMS]:
                supports += self.of_edge(edge)
        return tuple(dict.fromkeys(supports))[:MAX_CLAIMS]


def _as_its_document(item: SourcedClaim) -> SourcedClaim:
    """The claim with its record's basis, where a document of developer rank names the parent.

    A card with ``base_model`` and no relation says what the model was made from; a reader infers
    only that it was fine-tuned. A record that is an inference as a whole stays one.
    """
    claim = item.claim
    if (
        claim.predicate in ALL_DERIVATIONS
        and claim.value is not None
        and claim.basis is Basis.INFERENCE
        and item.header.basis in DEVELOPER_RANK
    ):
        return replace(item, claim=replace(claim, basis=None))
    return item


def is_developer_rank(item: SourcedClaim) -> bool:
    """Whether a claim counts as the developer's own statement."""
    return item.basis in DEVELOPER_RANK


def support(item: SourcedClaim) -> Support:
    """A claim in the form in which answers cite it."""
    header = item.header
    return Support(
        header.record,
        header.document,
        header.publisher,
        header.retrieved,
        item.basis.label,
        header.custody.label.lower(),
        local_name(item.claim.predicate),
        item.claim.locator,
    )
