"""Findings that follow from claims by a legal rule, with the conditions of the rule.

This is not legal advice: a finding says which condition of the text is met by which claim, which is
not met, and on which no source makes a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.claims import AcceptanceStatus, Basis, Literal, SourcedClaim
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import DCTERMS, PG

THRESHOLD = 1e25
"""Training FLOP from which systemic risk is presumed: Article 51(2), Regulation 2024/1689."""
_MAX_ANCESTORS = 50
_PUBLIC: tuple[tuple[str, tuple[Iri, ...], frozenset[Iri]], ...] = (
    ("weights for anyone to download", (PG.weightsAvailability,), frozenset({PG.OpenWeights})),
    (
        "information on the architecture",
        (PG.architectureFamily, PG.architectureClass, PG.modelType, PG.layerCount),
        frozenset(),
    ),
    (
        "information on how it is used",
        (PG.modelCard, PG.integrationGuide, PG.inferenceCode, PG.systemCard),
        frozenset(),
    ),
)


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """A finding: its answer (yes, no, unknown), a sentence, notes, and the claims behind it."""

    answer: str
    sentence: str
    notes: tuple[str, ...]
    claims: tuple[SourcedClaim, ...]


def systemic_risk(snapshot: AcceptedSnapshot, model: Iri) -> DerivedValue:
    """Whether systemic risk is presumed, from the accepted training compute.

    Compute of the models from which the model was made counts towards it (recital 111): if a parent
    alone is above the threshold, so is the model. A teacher's training does not count as the
    student's. No claim says whether a stated compute includes that of the parents, so a sum that
    only together reaches the threshold gives "unknown".
    """
    own = _compute(snapshot, model)
    spent = [(model, *own)] if own else []
    for parent in _ancestors(snapshot, model):
        matches = _compute(snapshot, parent)
        spent += [(parent, *matches)] if matches else []
    notes = [
        f"an estimate, which never decides: {_flop(claim)} for {short_id(subject)} "
        f"({short_id(claim.header.publisher)})"
        for subject in (model, *_ancestors(snapshot, model))
        for claim in snapshot.claims(subject, PG.trainingComputeFLOP)
        if claim.basis is Basis.ESTIMATE
    ]
    claims = tuple(claim for _, _, claim in spent)
    total = sum(value for _, value, _ in spent)
    parts = ", ".join(f"{value:.3g} FLOP for {short_id(who)}" for who, value, _ in spent)
    if any(value >= THRESHOLD for _, value, _ in spent):
        sentence = f"Presumed (Article 51(2)): {parts}, at least {THRESHOLD:.0e} FLOP."
        return DerivedValue("yes", sentence, tuple(notes), claims)
    if total >= THRESHOLD:
        sentence = (
            f"Unknown: {parts}, together at least {THRESHOLD:.0e} FLOP if none of them includes "
            "another, which no source says."
        )
        return DerivedValue("unknown", sentence, tuple(notes), claims)
    if own:
        sentence = f"Not presumed (Article 51(2)): {parts}, below {THRESHOLD:.0e} FLOP."
        return DerivedValue("no", sentence, tuple(notes), claims)
    sentence = "Unknown: no source that is accepted states the training compute."
    if spent:
        sentence = f"Unknown: its own compute is not stated; known is {parts}."
    return DerivedValue("unknown", sentence, tuple(notes), claims)


def _compute(snapshot: AcceptedSnapshot, model: Iri) -> tuple[float, SourcedClaim] | None:
    for claim in snapshot.claims(model, PG.trainingComputeFLOP):
        if claim.status is AcceptanceStatus.ACCEPTED and isinstance(claim.value, Literal):
            return float(claim.value.lexical), claim
    return None


def _flop(claim: SourcedClaim) -> str:
    value = claim.value
    return f"{float(value.lexical):.3g} FLOP" if isinstance(value, Literal) else "a value"


def _ancestors(snapshot: AcceptedSnapshot, model: Iri) -> list[Iri]:
    """The models from which a model was made, nearest first, without duplicates."""
    waiting: list[Iri] = [model]
    matches: list[Iri] = []
    while waiting and len(matches) < _MAX_ANCESTORS:
        current = waiting.pop(0)
        for _, predicate, parent, _ in snapshot.view(current).quads:
            if (
                predicate in terms.DERIVATIONS
                and predicate != PG.distilledFrom
                and isinstance(parent, Iri)
                and parent != model
                and parent not in matches
            ):
                matches.append(parent)
                waiting.append(parent)
    return matches


def open_source_exemption(snapshot: AcceptedSnapshot, model: Iri) -> DerivedValue:
    """Whether Article 53(2) exempts the provider from points (a) and (b), by condition with claims.

    The conditions are a free and open-source licence; public weights, architecture and usage
    information; no systemic risk. Payment for the model, which ends the exemption (recital 103), is
    not among the claims; the form says so.
    """
    states: list[tuple[str, str]] = []
    claims: list[SourcedClaim] = []
    licence, why, behind = _licence(snapshot, model)
    states.append((f"a free and open-source licence{why}", licence))
    claims += behind
    for words, properties, wanted in _PUBLIC:
        state, behind = _public(snapshot, model, properties, wanted)
        named = dict.fromkeys(snapshot.label(each.claim.predicate) for each in behind)
        where = f" ({', '.join(named)})" if state == "yes" and not wanted else ""
        states.append((f"{words} made public{where}", state))
        claims += behind
    risk = systemic_risk(snapshot, model)
    opposite = {"yes": "no", "no": "yes"}.get(risk.answer, "unknown")
    states.append(("no systemic risk", opposite))
    claims += risk.claims
    answers = [state for _, state in states]
    answer = "no" if "no" in answers else "unknown" if "unknown" in answers else "yes"
    lead = {
        "yes": "Applies, unless the model is offered against payment (Article 53(2))",
        "no": "Does not apply (Article 53(2))",
        "unknown": "Unknown (Article 53(2))",
    }[answer]
    names = {"yes": "met", "no": "not met", "unknown": "no source states it"}
    text = "; ".join(f"{what}: {names[state]}" for what, state in states)
    return DerivedValue(answer, f"{lead}: {text}.", (), tuple(dict.fromkeys(claims)))


def _licence(snapshot: AcceptedSnapshot, model: Iri) -> tuple[str, str, Sequence[SourcedClaim]]:
    accepted = _accepted(snapshot, model, DCTERMS.license)
    if not accepted:
        return "unknown", "", ()
    open_ = [
        any(str(o) == "open" for _, _, o, _ in snapshot.quads(claim.value, PG.openness))
        or any(str(o) == "true" for _, _, o, _ in snapshot.quads(claim.value, PG.osiApproved))
        for claim in accepted
        if isinstance(claim.value, Iri)
    ]
    names = ", ".join(
        sorted(
            {
                snapshot.label(c.value) or short_id(c.value)
                for c in accepted
                if isinstance(c.value, Iri)
            }
        )
    )
    return ("yes" if open_ and all(open_) else "no"), f" ({names})", accepted


def _accepted(snapshot: AcceptedSnapshot, model: Iri, predicate: Iri) -> list[SourcedClaim]:
    return [
        claim
        for claim in snapshot.claims(model, predicate)
        if claim.status is AcceptanceStatus.ACCEPTED
    ]


def _public(
    snapshot: AcceptedSnapshot, model: Iri, properties: Sequence[Iri], wanted: frozenset[Iri]
) -> tuple[str, Sequence[SourcedClaim]]:
    claims = [claim for one in properties for claim in _accepted(snapshot, model, one)]
    if not claims:
        return "unknown", ()
    if not wanted:
        return "yes", claims[:3]
    met = [claim for claim in claims if claim.value in wanted]
    return ("yes", met) if met else ("no", claims)


RULES = {"systemic-risk": systemic_risk, "open-source-exemption": open_source_exemption}
"""The rules by the name used in a form."""
