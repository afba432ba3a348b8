"""Providers' limits that differ from the model's own limits: kind ``provider-limit``.

If two or more providers sell clearly more context than a catalogue states for the model, the
context of the catalogue is an implausible value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.resolve import DEVELOPER_VALUES
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kinds import SEVERITY
from provenance_graph.conflicts.results import Conflict, Side
from provenance_graph.core.claims import AcceptanceStatus, Literal, SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG

_NAMES = {PG.contextLength: "context length", PG.maxOutputTokens: "maximum output"}
_LIKE = {
    PG.contextLength: (PG.contextLength, PG.maxInputTokens),
    PG.maxOutputTokens: (PG.maxOutputTokens,),
}
"""For each limit of a model: the properties by which an offer states it, in order of preference."""
_CATALOGUE = 3
"""The first tier (tier 1 is the best) of sources whose entries nobody researched."""


def offers(snapshot: AcceptedSnapshot, subjects: Iterable[Iri] | None = None) -> Iterator[Conflict]:
    """Yield a conflict for each model and limit with which some provider's offer disagrees."""
    offered: dict[Iri, list[Iri]] = defaultdict(list)
    if subjects is None:
        for offer, _, model, _ in snapshot.quads(predicate=PG.offerOf):
            offered[Iri(str(model))].append(offer)
    else:
        for model in subjects:
            quads = snapshot.quads(predicate=PG.offerOf, object=model)
            offered[model] = [offer for offer, *_ in quads]
    for model, listed in sorted(offered.items()):
        for limit in _LIKE:
            own = _number(snapshot, model, limit)
            differing = own and _differing(snapshot, listed, limit, own)
            if own and differing:
                yield _conflict(snapshot, model, limit, own, differing)


def _number(snapshot: AcceptedSnapshot, entity: Iri, predicate: Iri) -> Literal | None:
    results = (o for *_, o, _ in snapshot.quads(entity, predicate) if isinstance(o, Literal))
    return next((value for value in results if value.lexical.isdigit()), None)


def _differing(
    snapshot: AcceptedSnapshot, listed: Iterable[Iri], limit: Iri, own: Literal
) -> dict[Literal, list[tuple[Iri, Iri]]]:
    """Offers by their differing value, each with the property that states it."""
    rows: dict[Literal, list[tuple[Iri, Iri]]] = defaultdict(list)
    for offer in sorted(listed):
        for predicate in _LIKE[limit]:
            if (value := _number(snapshot, offer, predicate)) is not None:
                if value != own:
                    rows[value].append((offer, predicate))
                break
    return rows


def _conflict(
    snapshot: AcceptedSnapshot,
    model: Iri,
    limit: Iri,
    own: Literal,
    differing: dict[Literal, list[tuple[Iri, Iri]]],
) -> Conflict:
    accepted = tuple(c for c in snapshot.claims(model, limit) if c.claim.value == own)
    sides: list[Side] = [(own, accepted)]
    for value in sorted(differing, key=lambda v: int(v.lexical)):
        stored = [
            _offer_claims(snapshot, offer, stated_by, model)
            for offer, stated_by in differing[value]
        ]
        sides.append((value, tuple(claim for one in stored for claim in one)))
    if limit == PG.contextLength and (sold := _sold_beyond(snapshot, own, accepted, differing)):
        beyond = snapshot.policy.plausible.offers_over_context
        why = f"{sold} providers sell the model with more than {beyond:g} times that context"
        name = label(snapshot, model) or short_id(model)
        severity = SEVERITY["implausible"]
        kind = "implausible"
        return Conflict(model, limit, _NAMES[limit], kind, severity, why, tuple(sides), name)
    furthest = min(_ratio(own, value) for value in differing)
    number = sum(map(len, differing.values()))
    rounded = furthest > 0.93
    what = "rounded, or counted in 1000 or 1024" if rounded else f"down to {furthest:.0%} of it"
    if any(int(v.lexical) > int(own.lexical) for v in differing) and not rounded:
        what = "more or less than the model's own"
    why = f"{number} offers of providers give another limit: {what}"
    name = label(snapshot, model) or short_id(model)
    severity = 12 if rounded else 30
    return Conflict(
        model, limit, _NAMES[limit], "provider-limit", severity, why, tuple(sides), name
    )


def _sold_beyond(
    snapshot: AcceptedSnapshot,
    own: Literal,
    accepted: Iterable[SourcedClaim],
    differing: dict[Literal, list[tuple[Iri, Iri]]],
) -> int:
    """The number of providers that sell clearly more context than a catalogue states, if several.

    One provider may err or count otherwise; two or more hardly do, so fewer give 0. Offers do not
    cast doubt on values of the developer or of a researched index, which also give 0.
    """
    sources = [snapshot.policy.source(claim).tier for claim in accepted]
    own_word = any(claim.basis in DEVELOPER_VALUES for claim in accepted)
    if own_word or not sources or min(sources) < _CATALOGUE:
        return 0
    beyond = snapshot.policy.plausible.offers_over_context
    providers = {
        provider
        for value, listed in differing.items()
        if int(value.lexical) > beyond * int(own.lexical)
        for offer, _ in listed
        for *_, provider, _ in snapshot.quads(offer, PG.provider)
    }
    return len(providers) if len(providers) > 1 else 0


def _ratio(own: Literal, value: Literal) -> float:
    low, high = sorted((int(own.lexical), int(value.lexical)))
    return low / high if high else 1.0


def _offer_claims(
    snapshot: AcceptedSnapshot, offer: Iri, predicate: Iri, model: Iri
) -> list[SourcedClaim]:
    return [
        SourcedClaim(claim, header, model, AcceptanceStatus.ALTERNATIVE, "the provider's own limit")
        for claim, header in snapshot.statements.about(offer)
        if claim.predicate == predicate
        and claim.value is not None
        and snapshot.latest.counts(header)
    ]
