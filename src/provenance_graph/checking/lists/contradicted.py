"""Where a document says one value and the developer, as the store accepts it, another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from provenance_graph.acceptance.agreement import agree
from provenance_graph.checking.lists.accepted import AcceptedClaims
from provenance_graph.core.claims import DEVELOPER_RANK, Claim, Literal, SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import DCTERMS, DERIVATIONS


def by_predicate(claims: Iterable[Claim]) -> dict[Iri, list[Claim]]:
    """Claims by what they state, in their order."""
    claims_on: dict[Iri, list[Claim]] = defaultdict(list)
    for claim in claims:
        claims_on[claim.predicate].append(claim)
    return claims_on


def against(
    accepted: AcceptedClaims | None,
    predicates: Iterable[Iri],
    claims: Mapping[Iri, Sequence[Claim]],
) -> str:
    """The first value that the developer gives otherwise, in a sentence; else nothing.

    ``claims`` are the document's, by predicate.

    Properties of one value and licences are compared; no value in common is a contradiction.
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
            continue  # whoever says so, the document says it too
        developer = [one for one in accepted.of(subject, predicate) if one.basis in DEVELOPER_RANK]
        if developer and not any(_same(claim, other) for claim in own for other in developer):
            publisher = short_id(developer[0].header.publisher)
            theirs = f"{value_text(developer[0])} ({publisher})"
            mine = SourcedClaim(own[0], developer[0].header, subject)
            yield f"the document states {value_text(mine)}, its developer {theirs}"


def _same(claim: Claim, other: SourcedClaim) -> bool:
    return agree(SourcedClaim(claim, other.header, claim.subject), other)


def value_text(claim: SourcedClaim) -> str:
    """A value in few words."""
    value = claim.value
    if isinstance(value, Literal):
        return value.lexical[:80]
    return short_id(value).removeprefix("licence:") if value is not None else ""
