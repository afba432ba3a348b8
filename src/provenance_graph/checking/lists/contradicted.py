"""Values of a document that the developer's accepted values contradict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from provenance_graph.acceptance.agreement import agree
from provenance_graph.checking.lists.accepted import AcceptedClaims
from provenance_graph.core.claims import DEVELOPER_RANK, Claim, Literal, SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import DCTERMS, DERIVATIONS


def by_predicate(claims: Iterable[Claim]) -> dict[Iri, list[Claim]]:
    """Claims grouped by property, in their order."""
    claims_on: dict[Iri, list[Claim]] = defaultdict(list)
    for claim in claims:
        claims_on[claim.predicate].append(claim)
    return claims_on


def against(
    accepted: AcceptedClaims | None,
    predicates: Iterable[Iri],
    claims: Mapping[Iri, Sequence[Claim]],
) -> str:
    """A sentence on the first value that the developer contradicts; "" without one.

    ``claims`` are the document's, by property. Properties with a single value and licences are
    compared; they contradict where no value is common.
    """
    if accepted is None:
        return ""
    single = accepted.snapshot.policy.single
    for predicate in predicates:
        comparable = predicate == DCTERMS.license or predicate in single
        if comparable and predicate not in DERIVATIONS:
            for sentence in _of_property(accepted, predicate, claims.get(predicate, ())):
                return sentence
    return ""


def _of_property(
    accepted: AcceptedClaims, predicate: Iri, claims: Sequence[Claim]
) -> Iterator[str]:
    stated = [claim for claim in claims if claim.value is not None]
    for subject in dict.fromkeys(claim.subject for claim in stated):
        own = [claim for claim in stated if claim.subject == subject]
        if accepted.values(subject, predicate) <= {claim.value for claim in own}:
            continue  # the document states every accepted value
        developer = [one for one in accepted.of(subject, predicate) if one.basis in DEVELOPER_RANK]
        if developer and not any(_same(claim, other) for claim in own for other in developer):
            publisher = short_id(developer[0].header.publisher)
            theirs = f"{value_text(developer[0])} ({publisher})"
            mine = SourcedClaim(own[0], developer[0].header, subject)
            yield f"the document states {value_text(mine)}, its developer {theirs}"


def _same(claim: Claim, other: SourcedClaim) -> bool:
    return agree(SourcedClaim(claim, other.header, claim.subject), other)


def value_text(claim: SourcedClaim) -> str:
    """A claim's value as short text; "" without a value."""
    value = claim.value
    if isinstance(value, Literal):
        return value.lexical[:80]
    return short_id(value).removeprefix("licence:") if value is not None else ""
