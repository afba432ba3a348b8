"""Whether a claim counts as a statement of the model's developer.

A source may call itself a developer's statement or a reading of the model's files. Its claims count
on that basis only where the publisher is the model's own developer and it is known that the
publisher stated them (custody verified or asserted). Otherwise they count as a third party's
report, with the reason. A claim that a program took from prose counts as an inference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    KNOWN_CUSTODY,
    Basis,
    Custody,
    SourcedClaim,
)
from provenance_graph.core.iris import ID, Iri, organization, owner_of
from provenance_graph.core.terms import DCTERMS

_KINDS = ("model/", "dataset/")
_REASONS = {
    Custody.ASSUMED: "counts as a third party's report: its publisher is assumed from a name or path",
    Custody.DERIVED: "counts as an inference: a program took it from prose",
}
_NOT_OWN = "counts as a third party's report: its publisher is not the developer"


def developers(
    names: Iterable[Iri],
    sourced_claims: Iterable[SourcedClaim],
    policy: Policy,
    canonical: Callable[[Iri], Iri],
) -> frozenset[Iri] | None:
    """The organisations that developed a model or dataset; None for any other entity.

    They are the owners in its names (``owner/name``), and the creators stated by records of known
    custody. A creator that states itself does not count, unless the record is of a collection that
    this project keeps.
    """
    owners = {canonical(owner) for owner in owner_names(names)}
    if not owners and not any(_is_described(name) for name in names):
        return None
    for item in sourced_claims:
        if item.claim.predicate != DCTERMS.creator or not isinstance(item.value, Iri):
            continue
        header = item.header
        if header.custody not in KNOWN_CUSTODY:
            continue
        if policy.source(item).own or canonical(header.publisher) != item.value:
            owners.add(item.value)
    return frozenset(owners)


def owner_names(names: Iterable[Iri]) -> Iterator[Iri]:
    """The organisations whose accounts are the owner part of names of models and datasets."""
    for name in names:
        if owner := owner_of(name):
            yield organization(owner)


def _is_described(name: Iri) -> bool:
    """Whether a name is of a model or dataset: our IRI, or one in a source's own name space."""
    if name.startswith(tuple(f"{ID}{kind}" for kind in _KINDS)):
        return True
    if not name.startswith(f"{ID}in/"):
        return False
    parts = name[len(ID) + 3 :].split("/", 2)
    return len(parts) == 3 and f"{parts[1]}/" in _KINDS


def counted(
    item: SourcedClaim,
    developed_by: Collection[Iri] | None,
    canonical: Callable[[Iri], Iri],
) -> SourcedClaim:
    """The claim with the basis on which it counts, where that is not the basis that it states.

    ``developed_by`` are the developers of its subject; with None the publisher is not checked.
    """
    custody, basis = item.header.custody, item.stated_basis
    if custody is Custody.DERIVED:
        if basis in (Basis.INFERENCE, Basis.ESTIMATE):
            return item
        return replace(item, counted=Basis.INFERENCE, demoted=_REASONS[custody])
    if basis not in DEVELOPER_RANK:
        return item
    if custody not in KNOWN_CUSTODY:
        return replace(item, counted=Basis.THIRD_PARTY, demoted=_REASONS[Custody.ASSUMED])
    if developed_by is not None and canonical(item.header.publisher) not in developed_by:
        return replace(item, counted=Basis.THIRD_PARTY, demoted=_NOT_OWN)
    return item
