"""The three answers for a planned use: on weights, on training data, on the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS
from provenance_graph.licences.context import (
    LicenceContext,
    data_recorded,
    states_data,
)
from provenance_graph.licences.contract import Contract, contract
from provenance_graph.licences.inheritance.own_names import display_name
from provenance_graph.licences.inheritance.recorded import COMPLETE, NOT_RECORDED
from provenance_graph.licences.results import (
    ALLOWED,
    BLOCKED,
    CONDITIONAL,
    UNKNOWN_,
    AnswerOfDay,
    AnswerPart,
    LicenceFinding,
    LineageState,
    Reason,
    Term,
    Verdict,
)
from provenance_graph.licences.sentence import SentenceBasis, UpstreamLicence, sentence
from provenance_graph.licences.uses import Facts, Governing, PlannedUse, part, worst


@dataclass(frozen=True)
class _Sides:
    """The facts for each of the three answers, and the contract."""

    weights: Facts
    data: Facts
    contract: Facts
    service: Contract


def answer(
    now: LicenceContext,
    occasion: str,
    plans: Sequence[PlannedUse],
    day: str | None = None,
    breaches: Sequence[LicenceFinding] = (),
) -> AnswerOfDay:
    """The answers for the planned uses of a model on one day, with a summary sentence.

    ``occasion`` names the day; ``day`` is shown in place of the context's. ``breaches`` are
    reported in the sentence.
    """
    sides = _sides(now)
    binding = [one.licence.grants for one in sides.weights.governing if one.limits and one.settled]
    result = AnswerOfDay(
        day=now.day if day is None else day,
        occasion=occasion,
        declared=now.declared,
        permissions=tuple(sorted(frozenset.intersection(*binding))) if binding else (),
        terms=_all_terms(now, sides),
        exempt=tuple(now.exempt),
        unknowns=tuple(now.unknowns),
        unknown_total=max(len(now.unknowns), now.inheritance.unknown),
        verdicts=tuple(_clashing(_verdict(now, plan, plans, sides), breaches) for plan in plans),
        lineage=now.lineage,
    )
    basis = SentenceBasis(
        _upstream(now, sides),
        sides.service.terms,
        sides.service.general,
        now.graph.claims.label_is_reported(now.subject),
        now.day < now.graph.snapshot.day,
        _expressions(now),
        "" if now.declared else now.graph.claims.unread_label(now.subject),
        sides.service.without_terms,
    )
    return replace(result, sentence=sentence(now.subject, result, basis, breaches))


def _expressions(now: LicenceContext) -> list[str]:
    """The licence expressions that the model states, where the answer rests on their parts."""
    catalogue = now.graph.catalogue
    stated = now.graph.snapshot.quads(now.subject, DCTERMS.license)
    joined = [one for _, _, one, _ in stated if isinstance(one, Iri)]
    declared = {one.iri for one in now.declared}
    return [
        catalogue.licence(one).name
        for one in sorted(joined)
        if (binding := catalogue.binding(one)) != (one,) and declared.issuperset(binding)
    ]


def verdicts(now: LicenceContext, plans: Sequence[PlannedUse]) -> tuple[Verdict, ...]:
    """The verdict on each planned use, without terms and sentence."""
    sides = _sides(now)
    return tuple(_verdict(now, plan, plans, sides) for plan in plans)


def _all_terms(now: LicenceContext, sides: _Sides) -> tuple[Term, ...]:
    """Every term in force, with the contract's terms where only a service is offered."""
    if not sides.service.service_only:
        return tuple(now.terms)
    stored = {(one.condition.key, one.licence.iri) for one in now.terms}
    agreed = (
        one for one in sides.contract.terms if (one.condition.key, one.licence.iri) not in stored
    )
    return (*now.terms, *agreed)


CLASH = "LR-17"
"""The rule on two licence texts that cannot both be complied with."""


def _clashing(verdict: Verdict, breaches: Sequence[LicenceFinding]) -> Verdict:
    """The verdict, blocked for passing the model on where two texts cannot both be met."""
    clashes = [one for one in breaches if one.rule.id == CLASH]
    if not clashes or verdict.use.permission not in ("distribute", "sublicense"):
        return verdict
    added = [
        Reason(
            BLOCKED,
            f"{one.other.licence.name} and {one.licence.name} cannot both be complied with",
            one.licence,
            one.clause,
            one.holder or one.subject,
            one.path,
            kind="clash",
        )
        for one in clashes
        if one.licence and one.other
    ]
    weights = AnswerPart(*worst([*added, *verdict.weights.reasons]))
    answer, reasons = worst([*added, *verdict.reasons])
    return replace(verdict, answer=answer, reasons=reasons, weights=weights)


def _upstream(now: LicenceContext, sides: _Sides) -> list[UpstreamLicence]:
    """Licences with terms of their own that reach the model along weights."""
    reader = now.graph.claims
    results = [
        UpstreamLicence(one.licence, one.holder, any(map(reader.edge_is_reported, one.path)))
        for one in sides.weights.governing
        if one.path and one.carries_terms
    ]
    return list(dict.fromkeys(results))


def _sides(now: LicenceContext) -> _Sides:
    service = contract(now)

    def own_service(term: Term) -> bool:
        return not term.path and term.licence.service

    by_weights: list[Term] = []
    by_data: list[Term] = []
    for term in now.terms:
        if not own_service(term):
            (by_weights if term.along_weights else by_data).append(term)
    conditions = now.graph.catalogue.conditions
    agreed = [
        Term(conditions[key], licence, now.subject, "binds")
        for licence in service.terms
        if not now.text_gap(licence)
        for key in licence.conditions
    ]
    own = {licence.iri for licence in service.terms}
    return _Sides(
        Facts(
            [one for one in now.governing(data=False) if one.path or not one.licence.service],
            by_weights,
            [
                one
                for one in now.unknowns
                if not one.with_data
                and not (one.licence and not one.path and one.licence.iri in own)
            ],
        ),
        Facts(now.governing(data=True), by_data, [one for one in now.unknowns if one.with_data]),
        Facts(
            [Governing(one, now.subject, True, True, True) for one in service.terms],
            agreed,
            [
                *(
                    one
                    for one in now.unknowns
                    if one.licence and not one.path and one.licence.iri in own
                ),
                *service.unread(now),
            ],
        ),
        service,
    )


def _verdict(
    now: LicenceContext, plan: PlannedUse, plans: Sequence[PlannedUse], sides: _Sides
) -> Verdict:
    agreed = _contract(now, plan, plans, sides)
    weights = _weights(now, plan, plans, sides)
    data = _data(now, plan, plans, sides)
    decides = agreed if sides.service.service_only else weights
    restrictions = [one for one in data.reasons if _restricts(one)]
    result, reasons = worst([*decides.reasons, *restrictions])
    return Verdict(plan.use, plan.number, result, reasons, weights, data, agreed)


def _restricts(reason: Reason) -> bool:
    """Whether a reason on the side of data is a recorded restriction, not an unknown."""
    if reason.cause == "outputs":
        return True
    return reason.cause == "clause" and (reason.settled or reason.effect == UNKNOWN_)


def _weights(
    now: LicenceContext, plan: PlannedUse, plans: Sequence[PlannedUse], sides: _Sides
) -> AnswerPart:
    if sides.service.service_only:
        licence = sides.contract.governing[0].licence
        clause = licence.clause("no-weights").location
        none = Reason(BLOCKED, "no weights are supplied", licence, clause, now.subject)
        return AnswerPart(BLOCKED, (none,), applies=False)
    result = part(plan, plans, sides.weights)
    lineage = now.lineage
    if result.answer not in (ALLOWED, CONDITIONAL) or lineage.state == COMPLETE:
        return result
    if lineage.state != NOT_RECORDED and result.answer == CONDITIONAL:
        return result
    return AnswerPart(*worst([_unrecorded(now, result.answer), *result.reasons]))


def _unrecorded(now: LicenceContext, otherwise: str) -> Reason:
    how = "allows it" if otherwise == ALLOWED else "allows it on conditions"
    whose = "its own licence"
    if now.lineage.state != NOT_RECORDED:
        whose, how = "its own licence and those recorded above it", how.replace("allows", "allow")
    own = now.declared[0] if now.declared else None
    text = f"{whose} {how}; {missing_lineage(now.lineage)}"
    return Reason(UNKNOWN_, text, own, "", now.subject, cause="lineage")


def missing_lineage(lineage: LineageState) -> str:
    """What is missing in a lineage that is not complete, in words."""
    if lineage.state == NOT_RECORDED:
        return "what it was made from is not recorded"
    if lineage.cycle:
        names = " and ".join(map(display_name, lineage.cycle[:3]))
        return f"{names} are stated to derive from one another, so the origin of the weights is unknown"
    names = ", ".join(map(display_name, lineage.missing[:3]))
    more = lineage.missing_total - 3
    names += f" and {more:,} more" if more > 0 else ""
    verb = "was" if lineage.missing_total == 1 else "were"
    return f"no developer's source on record says what {names} {verb} made from"


def _data(
    now: LicenceContext, plan: PlannedUse, plans: Sequence[PlannedUse], sides: _Sides
) -> AnswerPart:
    result = part(plan, plans, sides.data)
    if not data_recorded(now):
        text = "no training data is recorded"
    elif result.answer == ALLOWED and not states_data(now):
        text = "no developer's source on record lists the training data"
    else:
        return result
    reason = Reason(UNKNOWN_, text, None, "", now.subject, cause="data")
    return AnswerPart(*worst([reason, *result.reasons]))


def _contract(
    now: LicenceContext, plan: PlannedUse, plans: Sequence[PlannedUse], sides: _Sides
) -> AnswerPart:
    if sides.contract.governing:
        return part(plan, plans, sides.contract)
    text = "no terms of a service are recorded"
    reason = Reason(UNKNOWN_, text, None, "", now.subject, cause="licence")
    return AnswerPart(UNKNOWN_, (reason,), applies=False)
