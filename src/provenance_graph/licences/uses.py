"""The answer for a planned use: allowed, blocked, conditional or unknown, with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.licences.results import (
    ALLOWED,
    BLOCKED,
    CONDITIONAL,
    UNKNOWN_,
    AnswerPart,
    Reason,
    Term,
    Unknown,
)
from provenance_graph.licences.texts.catalogue import (
    BANNED,
    BINDING,
    UNSETTLED,
    Catalogue,
    Licence,
    Use,
)
from provenance_graph.lineage.results import Edge

USES = {
    "use": "use",
    "research": "research",
    "commercial": "commercial use",
    "production": "use in production",
    "distribute": "distribution",
    "modify": "modification",
    "sublicense": "licensing on under other terms",
    "eu": "EU use",
    "uk": "UK use",
    "south-korea": "use in South Korea",
    "hosted-service": "offering it as a service",
    "train-on-outputs": "training on outputs",
    "competing-product": "a competing product",
    "users": "users",
    "revenue": "revenue",
}
"""Planned uses as nouns, for sentences."""


PERMISSION = "permission"
"""The kind of a reason that says only that a licence does not grant a use."""


@dataclass(frozen=True, slots=True)
class PlannedUse:
    """A use of the catalogue; ``number`` is set for a use that is compared with a threshold."""

    use: Use
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Governing:
    """A licence that governs the model: its own, or one whose limits or terms reach it.

    ``limits``: its permissions limit those of the model. ``carries_terms``: it has burdens or a
    ban.
    """

    licence: Licence
    holder: Iri
    settled: bool
    limits: bool
    carries_terms: bool
    path: tuple[Edge, ...] = ()


def parse_uses(catalogue: Catalogue, texts: Iterable[str]) -> list[PlannedUse]:
    """Parse planned uses such as ``commercial``, ``eu`` or ``users=100000000``, each once.

    Raises NotFound for an unknown use and UsageError for a number that is missing or not wanted.
    """
    results = []
    for text in texts:
        key, has_number, number = text.strip().partition("=")
        use = catalogue.uses.get(key.strip().lower())
        if use is None:
            raise NotFound(key, "planned use", known=sorted(catalogue.uses))
        if not use.threshold:
            if has_number:
                raise UsageError(f"the use {use.key!r} takes no number; write {use.key}")
            results.append(PlannedUse(use))
            continue
        digits = number.strip().replace("_", "").replace(",", "")
        if not is_digits(digits):
            raise UsageError(f"the use {use.key!r} needs a number, such as {use.key}=1000000")
        results.append(PlannedUse(use, int(digits)))
    return list(dict.fromkeys(results))


@dataclass(frozen=True)
class Facts:
    """The facts that one of the three answers rests on, besides the plan."""

    governing: Sequence[Governing] = ()
    terms: Sequence[Term] = ()
    unknowns: Sequence[Unknown] = ()


ORDER = {BLOCKED: 0, UNKNOWN_: 1, CONDITIONAL: 2, ALLOWED: 3}
"""Answers, worst first."""


def part(planned: PlannedUse, plans: Sequence[PlannedUse], facts: Facts) -> AnswerPart:
    """One of the three answers for a use; the numbers of other plans may settle a threshold."""
    reasons = [
        *_unknown(facts.unknowns),
        *_permission(planned.use, facts.governing),
        *_conditions(planned, plans, facts),
    ]
    if planned.use.key == "train-on-outputs":
        reasons += _outputs(facts.governing)
    return AnswerPart(*worst(reasons))


def worst(reasons: Iterable[Reason]) -> tuple[str, tuple[Reason, ...]]:
    """The worst answer among reasons, and the distinct reasons, worst first."""
    retained = sorted(
        dict.fromkeys(reasons), key=lambda one: (ORDER[one.effect], one.text, one.holder)
    )
    return (retained[0].effect if retained else ALLOWED), tuple(retained)


def _unknown(unknowns: Sequence[Unknown]) -> Iterator[Reason]:
    for one in unknowns:
        yield Reason(UNKNOWN_, one.why, one.licence, "", one.holder, one.path, one.cause)


def _permission(use: Use, governing: Sequence[Governing]) -> Iterator[Reason]:
    """Reasons against a use that a governing licence does not permit.

    Permissions intersect: every governing licence must grant what the use needs.
    """
    for one in governing:
        if not use.permission or not one.limits or use.permission in one.licence.grants:
            continue
        noun = USES.get(use.key, use.label)
        if one.licence.service and use.key not in ("distribute", "modify", "sublicense"):
            yield _as_service(one)
        elif one.settled:
            text = f"{one.licence.name} does not permit {noun}"
            yield Reason(BLOCKED, text, one.licence, "", one.holder, one.path, kind=PERMISSION)
        else:
            text = (
                f"{one.licence.name} does not permit {noun}; "
                "whether that reaches the model is unsettled"
            )
            yield Reason(
                UNKNOWN_,
                text,
                one.licence,
                "",
                one.holder,
                one.path,
                settled=False,
                kind=PERMISSION,
            )


def _as_service(one: Governing) -> Reason:
    """The reason that terms of a service give for a use.

    Conditional on the terms; unknown where nobody has read what they grant.
    """
    licence = one.licence
    if licence.grants:
        text = f"as a service under {licence.name}"
        return Reason(CONDITIONAL, text, licence, "", one.holder, kind="service")
    where = f" ({licence.url})" if licence.url else ""
    text = f"the text of {licence.label or licence.name} was not read{where}"
    return Reason(UNKNOWN_, text, licence, "", one.holder, cause="text")


def _conditions(planned: PlannedUse, plans: Sequence[PlannedUse], facts: Facts) -> Iterator[Reason]:
    use = planned.use.key
    for term in facts.terms:
        condition, licence = term.condition, term.licence
        clause = licence.clause(condition.key)
        only = clause.applies.uses
        if (condition.derivatives_only and not term.path) or (only and use not in only):
            continue
        stored = _threshold(planned, plans, term)
        if stored is not None:
            effect, text = stored
            if not effect:
                continue
        elif use in condition.blocks:
            effect, text = BLOCKED, condition.label
        elif use in condition.conditions or use in only:
            effect, text = CONDITIONAL, term_text(term)
        else:
            continue
        if term.applies is None:
            effect, text = UNKNOWN_, f"{text}; {term.why}"
        settled = term.binding == "binds"
        if not settled:
            effect = UNKNOWN_ if effect == BLOCKED else effect
            text += " (whether it reaches the model is unsettled)"
        yield Reason(
            effect,
            text,
            licence,
            clause.location,
            term.holder,
            term.path,
            settled=settled,
            kind=condition.group,
        )


_LIMITS = {
    "users-above-threshold": ("users", "monthly active users"),
    "revenue-above-threshold": ("revenue", "US dollars of annual revenue"),
    "royalty-above-revenue": ("revenue", "US dollars of annual revenue"),
}


def _threshold(
    planned: PlannedUse, plans: Sequence[PlannedUse], term: Term
) -> tuple[str, str] | None:
    """The effect and text of a restriction with a threshold; None for any other condition.

    The effect is empty where the planned number is within the limit.
    """
    counted = _LIMITS.get(term.condition.key)
    if counted is None or planned.use.key not in term.condition.conditions:
        return None
    kind, unit = counted
    limit = term.licence.users if kind == "users" else term.licence.revenue
    number = planned.number if planned.use.threshold == kind else None
    if number is None:
        number = next((p.number for p in plans if p.use.threshold == kind), None)
    if limit is None:
        return CONDITIONAL, term.condition.label
    unit += qualified(term)
    royalty = term.condition.key == "royalty-above-revenue"
    if number is None:
        what = "a royalty is due above" if royalty else "only up to"
        return CONDITIONAL, f"{what} {limit:,} {unit}"
    if number <= limit:
        return "", ""
    if royalty:
        return CONDITIONAL, f"a royalty is due: {number:,} is above {limit:,} {unit}"
    return BLOCKED, f"{number:,} is above {limit:,} {unit}: a separate licence is needed"


def qualified(term: Term) -> str:
    """The qualification of a term by its clause, in brackets; "" without one."""
    text = term.licence.clause(term.condition.key).text
    return f" ({text[:1].lower()}{text[1:]})" if text else ""


def term_text(term: Term) -> str:
    """A duty or restriction in words, with the text, name or number that it requires."""
    key, licence = term.condition.key, term.licence
    if key == "name-prefix":
        return f"{term.condition.label} {licence.prefix!r}"
    if key == "display-text":
        return f"{term.condition.label}: " + " or ".join(f'"{text}"' for text in licence.display)
    attribute, unit = _LIMITS.get(key, ("", ""))
    number = getattr(licence, attribute) if attribute else None
    if number:
        return f"{term.condition.label} (above {number:,} {unit})"
    return term.condition.label


def _outputs(governing: Sequence[Governing]) -> Iterator[Reason]:
    """Reasons on training others with outputs, by each licence's own clause on outputs."""
    for one in governing:
        carry = one.licence.passes.get("outputs")
        if not one.carries_terms or carry is None:
            continue
        clause = one.licence.clause("outputs").location
        if one.licence.service and not one.licence.grants:
            yield _as_service(one)
            continue
        if carry.mode == BANNED:
            open_ = carry.key != "banned"
            effect = CONDITIONAL if open_ else BLOCKED
        elif carry.mode == UNSETTLED:
            effect = UNKNOWN_
        elif carry.mode == BINDING and carry.groups:
            effect = CONDITIONAL
        elif carry.mode == BINDING:
            continue
        else:
            effect = UNKNOWN_
        if effect == BLOCKED and not one.settled:
            effect = UNKNOWN_
        text = f"{one.licence.name} on outputs: {carry.label}"
        yield Reason(
            effect,
            text,
            one.licence,
            clause,
            one.holder,
            one.path,
            settled=one.settled,
            kind="outputs",
        )
