"""The choice of the accepted claim about one property of one subject, with the reason.

For a single-valued property the claims compete. The criteria of the policy are applied one after
another, each keeping the best of what the one before left; the reason names the last one that
eliminated a rival. Where the best claim names only a month, or a rounded count, a claim that itself
competes and lies within it refines it. Of properties with several values every claim is accepted,
but not an inference where a source states a value, and not a distant source's further value where
the property says that closer sources state them all, or that the closest one does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from provenance_graph.acceptance.agreement import agree, value_key, width
from provenance_graph.acceptance.criteria import best_of, order_key
from provenance_graph.acceptance.developer import owner_names
from provenance_graph.acceptance.policy.policy import Policy, PolicyCriterion
from provenance_graph.acceptance.reasons import marked, status_of, why_accepted
from provenance_graph.acceptance.words import in_words
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    KNOWN_CUSTODY,
    AcceptanceRule,
    AcceptanceStatus,
    Basis,
    Custody,
    Ruling,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.iris import Iri, local_name, mint
from provenance_graph.core.terms import ALL_DERIVATIONS, DCTERMS, PG

GIVES_VALUE = frozenset({Stance.STATED, Stance.PARTLY_STATED})
DEVELOPER_VALUES = frozenset({Basis.ARTIFACT, Basis.DEVELOPER, Basis.MEASUREMENT})
"""Bases on which a value outranks a documented silence of the developer."""
FINDINGS = mint("collection", "findings")
"""What users of a store read and recorded, each with its document."""

ResolvedClaim = tuple[SourcedClaim, Ruling]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The rulings on all claims about one property of one subject, and the accepted values.

    ``values`` are accepted; ``rivals`` are further values that do not agree with them. ``inferred``
    says that the accepted value is an inference and nothing else, ``implausible`` that it was
    accepted although a check contradicts it. ``decided`` is the criterion that settled it, None
    where nothing competed.
    """

    claims: tuple[ResolvedClaim, ...]
    values: tuple[Value, ...]
    rivals: tuple[Value, ...] = ()
    inferred: bool = False
    implausible: bool = False
    decided: PolicyCriterion | None = None


def resolve(
    sourced_claims: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str = ""
) -> Resolution:
    """Decide between the claims about one property; ``as_of`` is an ISO day, else the policy's."""
    competing: list[SourcedClaim] = []
    closed: list[ResolvedClaim] = []
    silence = documented_silence(sourced_claims, predicate, policy, as_of)
    doubted = _undisclosed_by(sourced_claims, predicate, policy, as_of)
    for item in sourced_claims:
        why = refused(item, policy, as_of) or _silenced(item, silence, doubted)
        if why is None:
            competing.append(item)
        else:
            closed.append((item, why))
    if any(item.implausible for item in competing):
        competing, further = _plausible(competing, predicate, policy)
        closed.extend(further)
    if not competing:
        return Resolution(tuple(closed), ())
    if predicate in policy.single:
        return _single(competing, closed, predicate, policy)
    return _several(competing, closed, predicate, policy)


def is_valid_on(item: SourcedClaim, policy: Policy, as_of: str) -> bool:
    """Whether a claim is valid on the day by its stated validity; without one it always is."""
    day, claim = as_of or policy.day, item.claim
    return not (claim.valid_until and claim.valid_until <= day) and not claim.valid_from > day


def refused(item: SourcedClaim, policy: Policy, as_of: str = "") -> Ruling | None:
    """The ruling on a claim that does not compete; None for a claim that competes."""
    claim = item.claim
    if claim.unusable:
        return Ruling(AcceptanceStatus.REJECTED, claim.unusable, item.excluded)
    if claim.value is None:
        return _outside(item, policy, as_of) or Ruling(
            AcceptanceStatus.ALTERNATIVE, f"no value: {claim.stance.label}"
        )
    if claim.value in policy.no_values:
        return _rejected("a generic term, which identifies nothing", AcceptanceRule.GENERIC)
    if claim.predicate == DCTERMS.creator and item.value in policy.keepers:
        return _rejected("an account that hosts models of others", AcceptanceRule.KEEPER)
    if claim.stance not in GIVES_VALUE:
        return Ruling(AcceptanceStatus.REJECTED, f"the source {claim.stance.label} it")
    if item.basis in policy.never:
        return _rejected(f"{item.basis.label} is never accepted", AcceptanceRule.NEVER)
    if item.basis is Basis.INFERENCE and claim.predicate in policy.source(item).refuses:
        weak = policy.source(item).refuses[claim.predicate]
        return _rejected(f"inferred from evidence too weak: {weak}", AcceptanceRule.WEAK)
    if claim.confidence is not None and claim.confidence < policy.confidence:
        why = f"its confidence {claim.confidence} is below {policy.confidence}"
        return _rejected(why, AcceptanceRule.CONFIDENCE)
    if claim.predicate in ALL_DERIVATIONS and _is_extracted(item):
        return _rejected("lineage that a program took from prose", AcceptanceRule.PROSE)
    return _outside(item, policy, as_of)


def _outside(item: SourcedClaim, policy: Policy, as_of: str) -> Ruling | None:
    """The ruling on a claim that is not valid on the day; None for one that is."""
    if is_valid_on(item, policy, as_of):
        return None
    since, until = item.claim.valid_from, item.claim.valid_until
    ended = until and until <= (as_of or policy.day)
    bound = f"until {until}" if ended else f"from {since}"
    return Ruling(AcceptanceStatus.SUPERSEDED, f"valid {bound}", AcceptanceRule.VALIDITY)


def _rejected(why: str, rule: AcceptanceRule) -> Ruling:
    return Ruling(AcceptanceStatus.REJECTED, why, rule)


def _is_extracted(item: SourcedClaim) -> bool:
    """Whether a program took the claim from prose: by its record, or an inference with a score.

    The score of such a program is no probability, so none is high enough.
    """
    if item.header.custody is Custody.DERIVED:
        return True
    return item.basis is Basis.INFERENCE and item.claim.confidence is not None


def documented_silence(
    sourced_claims: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str = ""
) -> SourcedClaim | None:
    """The refusal or documented search that outranks third parties' values of a guarded property.

    A refusal is the developer's own; a search is reported by a source of the first two tiers. A
    report that its own source is unsure of is no search. None where there is neither.
    """
    if predicate not in policy.guarded:
        return None
    for item in sourced_claims:
        heard = item.basis in DEVELOPER_VALUES or policy.source(item).tier <= 2
        if heard and _is_silent(item, policy, as_of):
            return item
    return None


def _is_silent(item: SourcedClaim, policy: Policy, as_of: str) -> bool:
    """Whether a claim says, of the day, that the developer does not disclose a property."""
    silent = item.claim.stance in (Stance.DECLINES, Stance.REPORTS_UNDISCLOSED)
    sure = not item.claim.unusable and item.basis not in policy.never
    return silent and sure and is_valid_on(item, policy, as_of)


def _undisclosed_by(
    sourced_claims: Sequence[SourcedClaim], predicate: Iri, policy: Policy, as_of: str
) -> set[Iri]:
    """The records that state themselves that a guarded property is not disclosed on the day."""
    if predicate not in policy.guarded:
        return set()
    return {one.header.record for one in sourced_claims if _is_silent(one, policy, as_of)}


def _silenced(
    item: SourcedClaim, silence: SourcedClaim | None, doubted: Collection[Iri] = ()
) -> Ruling | None:
    if item.basis in DEVELOPER_VALUES or names_document(item) or _follows_from_own_document(item):
        return None
    if item.header.record in doubted:
        return Ruling(
            AcceptanceStatus.ALTERNATIVE, "its own source states that it is not disclosed"
        )
    if silence is None:
        return None
    declines = silence.claim.stance is Stance.DECLINES
    known = "the developer declines to say" if declines else "searched for and not found"
    where = local_name(silence.header.collection)
    why = f"{known} ({where}), and it cites no document"
    return Ruling(AcceptanceStatus.ALTERNATIVE, why, AcceptanceRule.SILENCE)


def names_document(item: SourcedClaim) -> bool:
    """Whether a claim gives the address of the document that it is based on.

    A finding is read from the one document that its record names. The record of an index names the
    index, so its claims have to name the document.
    """
    return "://" in item.claim.locator or item.header.collection == FINDINGS


def _plausible(
    competing: list[SourcedClaim], predicate: Iri, policy: Policy
) -> tuple[list[SourcedClaim], list[ResolvedClaim]]:
    """The claims that pass the checks, and the rulings on the others.

    Where no parameter count passes, those of researched indices are kept: a count is checked
    against a name, which may be loose; a day or a base against a fact.
    """
    retained = [item for item in competing if not item.implausible]
    if not retained and predicate == PG.parameterCount:
        retained = [item for item in competing if policy.source(item).researched]
    staying = {id(item) for item in retained}
    lost = [
        (item, Ruling(AcceptanceStatus.REJECTED, f"implausible: {item.implausible}"))
        for item in competing
        if id(item) not in staying
    ]
    return retained, lost


# ---- one value ---------------------------------------------------------------------------


def _single(
    competing: list[SourcedClaim], closed: list[ResolvedClaim], predicate: Iri, policy: Policy
) -> Resolution:
    if len(competing) == 1:
        (only,) = competing
        assert only.value is not None
        why = "the only claim" if not closed else "the only claim that competes"
        return Resolution(
            ((only, _accepted(only, why)), *closed),
            (only.value,),
            inferred=only.basis is Basis.INFERENCE,
            implausible=bool(only.implausible),
        )
    best, fell = best_of(competing, predicate, policy)
    winner, closer = _narrowest(competing, best, predicate, policy)
    fell = {**fell, **closer}
    assert winner.value is not None
    rivals = {i.value for i in competing if i.value is not None and not agree(i, winner)}
    decided = _decisive(competing, winner, closer if closer else fell, policy.criteria(predicate))
    why = why_accepted(winner, best, competing, decided)
    resolved: list[ResolvedClaim] = []
    for item in sorted(competing, key=lambda item: (item is not winner, order_key(item))):
        if item is winner:
            resolved.append((item, _accepted(item, why)))
        else:
            resolved.append((item, status_of(item, winner, fell.get(id(item)))))
    return Resolution(
        (*resolved, *closed),
        (winner.value,),
        _in_order(rivals),
        inferred=winner.basis is Basis.INFERENCE,
        implausible=bool(winner.implausible),
        decided=decided,
    )


def _narrowest(
    competing: Sequence[SourcedClaim], best: SourcedClaim, predicate: Iri, policy: Policy
) -> tuple[SourcedClaim, dict[int, PolicyCriterion]]:
    """The most precise claim that refines the best one; the criteria decide between several."""
    if not width(best):
        return best, {}
    agreeing = [item for item in competing if _refines(item, best)]
    least = min(map(width, agreeing))
    if width(best) == least:
        return best, {}
    return best_of([item for item in agreeing if width(item) == least], predicate, policy)


def _refines(item: SourcedClaim, best: SourcedClaim) -> bool:
    """Whether a claim may replace the best one: it agrees, and is no inference of another value."""
    if item is best:
        return True
    return agree(item, best) and (item.basis is not Basis.INFERENCE or item.value == best.value)


def _decisive(
    competing: Sequence[SourcedClaim],
    winner: SourcedClaim,
    fell: dict[int, PolicyCriterion],
    order: Sequence[PolicyCriterion],
) -> PolicyCriterion | None:
    """The last criterion, in the policy's order, that eliminated a rival of the winner; or None."""
    rivals = [fell[id(i)] for i in competing if id(i) in fell and not agree(i, winner)]
    return max(rivals, key=order.index, default=None)


# ---- several values -----------------------------------------------------------------------


def _several(
    competing: list[SourcedClaim], closed: list[ResolvedClaim], predicate: Iri, policy: Policy
) -> Resolution:
    stated = [
        item
        for item in competing
        if item.basis is not Basis.INFERENCE or _names_own_parent(item, predicate)
    ]
    chosen = stated or competing
    if predicate in policy.tiered and stated:
        tier = min(_tier(item, policy) for item in stated)
        chosen = [item for item in stated if _tier(item, policy) == tier]
    elif predicate in policy.closest and stated:
        nearest = min(_distance(item, predicate, policy) for item in stated)
        chosen = [item for item in stated if _distance(item, predicate, policy) == nearest]
    elif predicate in ALL_DERIVATIONS and any(_is_close(item, policy) for item in stated):
        chosen = [item for item in stated if _is_close(item, policy)]
    worded = in_words(competing) if len(competing) > 1 else set()
    values = {item.value for item in chosen if item.value is not None} - worded
    resolved: list[ResolvedClaim] = []
    for item in competing:
        if item.value in worded:
            ruling = _alternative("text for what another document identifies as an entity")
        elif item.value in values and item.basis is Basis.INFERENCE and stated:
            why = "one of several values, which it infers"  # ``chosen`` are stated values
            ruling = Ruling(AcceptanceStatus.ACCEPTED, why)
        elif item.value in values:
            ruling = _accepted(item, "one of several values")
        elif item.basis is Basis.INFERENCE:
            ruling = _alternative("an inference, while a source states a value")
        else:
            why = "sources closer to the facts list the values, and not this one"
            ruling = _alternative(why, AcceptanceRule.RIVAL)
        resolved.append((item, ruling))
    rivals = {item.value for item in competing if item.value is not None} - values - worded
    return Resolution(
        (*resolved, *closed),
        _in_order(values),
        _in_order(rivals),
        inferred=all(item.basis is Basis.INFERENCE for item in chosen if item.value in values),
        implausible=any(item.implausible for item in chosen),
    )


def _in_order(values: Collection[Value]) -> tuple[Value, ...]:
    return tuple(values if len(values) < 2 else sorted(values, key=value_key))


def _accepted(item: SourcedClaim, why: str) -> Ruling:
    return Ruling(AcceptanceStatus.ACCEPTED, marked(item, why))


def _alternative(why: str, rule: AcceptanceRule | None = None) -> Ruling:
    return Ruling(AcceptanceStatus.ALTERNATIVE, why, rule)


def _is_close(item: SourcedClaim, policy: Policy) -> bool:
    """Whether a claim's source is taken to name all parents: tier 1, or the developer's.

    Inferences that reach this function are of the model's own repository, and count too.
    """
    if item.basis in DEVELOPER_VALUES or policy.source(item).tier == 1:
        return True
    return item.basis is Basis.INFERENCE  # these are of the model's own repository


def _names_own_parent(item: SourcedClaim, predicate: Iri) -> bool:
    """Whether the model's own repository names the parent, and only the kind is inferred.

    A card's ``base_model`` says from what a model comes, and the Hub concludes how. As an inference
    it would give way to an index that knows the parent by its words alone.
    """
    return predicate in ALL_DERIVATIONS and _follows_from_own_document(item)


def _follows_from_own_document(item: SourcedClaim) -> bool:
    """Whether a claim is inferred from a card or file in the model's own repository."""
    header = item.header
    return (
        item.basis is Basis.INFERENCE
        and item.claim.confidence is None
        and header.basis in DEVELOPER_RANK
        and header.custody in KNOWN_CUSTODY
        and header.publisher in owner_names([item.subject, item.claim.subject])
    )


def _tier(item: SourcedClaim, policy: Policy) -> int:
    """The tier of a claim's source, 2 for tiers 1 and 2; farther ones count only without these."""
    if item.basis in DEVELOPER_VALUES:
        return 2
    return max(2, policy.source(item).tier)


def _distance(item: SourcedClaim, predicate: Iri, policy: Policy) -> int:
    """The closeness rank of a claim's source for a property; -1 for the developer's own values."""
    return -1 if item.basis in DEVELOPER_VALUES else policy.source(item).closeness_of(predicate)


def unusable(item: SourcedClaim, why: str, rule: AcceptanceRule | None = None) -> SourcedClaim:
    """The claim, marked with the reason why it cannot be true of its subject."""
    return replace(item, claim=replace(item.claim, unusable=why), excluded=rule)
