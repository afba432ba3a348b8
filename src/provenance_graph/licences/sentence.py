"""A summary of a licence answer in one sentence: worst first, with every condition.

It is made from the answer alone, so command, service, page and report show the same text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.results import (
    ALLOWED,
    BLOCKED,
    CONDITIONAL,
    UNKNOWN_,
    AnswerOfDay,
    AnswerPart,
    LicenceFinding,
    Reason,
    Term,
    Verdict,
)
from provenance_graph.licences.texts.catalogue import Licence
from provenance_graph.licences.uses import PERMISSION, USES, qualified

NOTICES = {
    "copy-of-licence": "a copy of the licence",
    "keep-notices": "its notices",
    "attribution": "attribution",
    "attribution-notice-file": "a notice file",
    "notice-file": "the NOTICE file",
    "state-changes": "a statement of changes",
    "indicate-changes": "a statement of changes",
    "link-licence": "a link to the licence",
    "keep-or-improve-documentation": "documentation",
}
"""Duties of a distribution, as nouns."""


@dataclass(frozen=True, slots=True)
class UpstreamLicence:
    """A licence that reaches a model along weights; ``reported``: third parties state the path."""

    licence: Licence
    holder: Iri
    reported: bool


@dataclass(frozen=True, slots=True)
class SentenceBasis:
    """Facts about the terms that a sentence uses besides the answer.

    ``contract`` are the terms of the service that offers the model; ``general``: they are the
    provider's terms for everything it offers. ``label_reported``: only third parties state the
    model's licence. ``past``: the day asked about is over. ``expressions`` are the stated licences
    joined by AND, OR and WITH. ``unread`` is what a source writes in place of a licence.
    ``without_terms``: a service offers the model, and no terms of it are on record.
    """

    upstream: Sequence[UpstreamLicence] = ()
    contract: Sequence[Licence] = ()
    general: bool = False
    label_reported: bool = False
    past: bool = False
    expressions: Sequence[str] = ()
    unread: str = ""
    without_terms: bool = False


def sentence(
    subject: Iri, answer: AnswerOfDay, basis: SentenceBasis, breaches: Sequence[LicenceFinding]
) -> str:
    """The summary sentence of an answer; ``breaches`` are findings of severity Violation."""
    parts = [
        *_breaches(breaches),
        *_by_answer(answer, BLOCKED),
        *_by_answer(answer, UNKNOWN_),
        *_conditional(answer),
        *_by_answer(answer, ALLOWED),
        *_exempt(answer),
        *_conditions(answer, breaches),
        *_data(answer),
        *_contract(answer),
        *_lineage(answer),
    ]
    return f"{_label(subject, answer, basis)}: " + "; ".join(parts) + "."


def _label(subject: Iri, answer: AnswerOfDay, basis: SentenceBasis) -> str:
    names = " and ".join(_name(one) for one in answer.declared)
    when = (
        f" (texts of {answer.day})"
        if answer.day and (answer.occasion != "today" or basis.past)
        else ""
    )
    service_only = basis.contract and not any(one.weights.applies for one in answer.verdicts)
    if service_only:
        whose = ", the provider's general terms" if basis.general else ""
        head = f"offered as a service under {' and '.join(map(_name, basis.contract))}{whose}"
    elif names:
        head = f"labelled {_stated(basis.expressions, names)}"
        head += " (as others report)" if basis.label_reported else ""
    elif basis.unread:
        head = "without a licence that can be read"
    elif basis.without_terms:
        head = "offered as a service, with neither its terms nor a licence on record"
    else:
        head = "without a licence on record"
    head = f"{short_id(subject)}{when} is {head}"
    own = {one.iri for one in answer.declared}
    built: dict[str, list[str]] = defaultdict(list)
    for one in basis.upstream:
        if one.licence.iri not in own:
            holder = short_id(one.holder) + (", as others report" if one.reported else "")
            built[_name(one.licence)].append(holder)
    text = " and ".join(
        f"{name} ({', '.join(sorted(set(who))[:3])})" for name, who in built.items()
    )
    return head + (f", built on {text}" if text else "")


def _stated(expressions: Sequence[str], names: str) -> str:
    """The label in words; for joined licences the expression, and which of them decide."""
    if not expressions:
        return names
    text = " and ".join(expressions)
    why = []
    joins = text.upper()
    if " OR " in joins:
        why.append(f"at the user's choice, judged by {names}")
    elif " AND " in joins:
        why.append("all of them bind")
    if " WITH " in joins:
        why.append("what the exception permits besides is not counted")
    return f"{text} ({'; '.join(why)})" if why else text


def _name(licence: Licence) -> str:
    name = licence.label or licence.name
    if licence.shares:
        return f"{name} (text not read, taken to share the terms of {licence.shares})"
    unread = licence.known and not licence.text_seen and licence.terms_like is None
    return f"{name} (text not read, known from a secondary source)" if unread else name


def _use(verdict: Verdict) -> str:
    name = USES.get(verdict.use.key, verdict.use.label)
    if verdict.use.key == "revenue":
        name = "US dollars of annual revenue"
    return f"{verdict.number:,} {name}" if verdict.number is not None else name


def _by_answer(answer: AnswerOfDay, wanted: str) -> Iterator[str]:
    """The uses with a wanted answer, grouped by their reasons."""
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for verdict in answer.verdicts:
        if verdict.answer == wanted:
            alike[tuple(_because(verdict.reasons, wanted))].append(_use(verdict))
    for because, uses in alike.items():
        why = f" ({'; '.join(because)})" if because else ""
        yield f"{_joined(uses)} {wanted}{why}"


def _because(reasons: Iterable[Reason], wanted: str) -> Iterator[str]:
    worst = [one for one in reasons if one.effect == wanted and wanted != ALLOWED]
    explained = {one.licence.iri for one in worst if one.licence and one.kind != PERMISSION}
    texts: dict[str, None] = {}
    for one in worst:
        if one.licence and one.kind == PERMISSION and one.licence.iri in explained:
            continue  # a condition of the same licence is more specific
        where = f" [{one.licence.name} {one.clause}]" if one.licence and one.clause else ""
        texts[f"{_lower(one.text)}{where}"] = None
    yield from list(texts)[:3]
    if len(texts) > 3:
        yield f"and {len(texts) - 3} more reasons"


def _breaches(breaches: Sequence[LicenceFinding]) -> Iterator[str]:
    """The rules that the model breaks, each with its clause; at most three."""
    for one in breaches[:3]:
        clause = f", {one.licence.name} {one.clause}" if one.licence and one.clause else ""
        yield f"it {one.message} [{one.rule.id}{clause}]"
    if len(breaches) > 3:
        more = len(breaches) - 3
        yield f"{more} more {'rule' if more == 1 else 'rules'} broken"


def _conditional(answer: AnswerOfDay) -> Iterator[str]:
    uses = [one for one in answer.verdicts if one.answer == CONDITIONAL]
    plain = [_use(one) for one in uses if one.use.key != "train-on-outputs"]
    if plain:
        yield f"{_joined(plain)} on conditions{_as_far(answer)}"
    for one in uses:
        if one.use.key == "train-on-outputs":
            texts = [r.text for r in one.reasons if r.kind == "outputs"]
            why = f" ({'; '.join(dict.fromkeys(texts))})" if texts else ""
            yield f"{_use(one)} on conditions{why}"


def _as_far(answer: AnswerOfDay) -> str:
    """A note that conditions of unrecorded ancestors may be added; or ""."""
    return " as far as lineage is recorded" if _is_partly_recorded(answer) else ""


def _is_partly_recorded(answer: AnswerOfDay) -> bool:
    weights = any(one.weights.applies for one in answer.verdicts)
    return weights and answer.lineage.state != "complete"


def _exempt(answer: AnswerOfDay) -> Iterator[str]:
    """Clauses that would block a use but do not apply to the licensor's model."""
    uses = {one.use.key for one in answer.verdicts}
    texts: dict[str, None] = {}
    for term in answer.exempt:
        if touched := uses & term.condition.blocks:
            names = _joined([USES.get(one, one) for one in sorted(touched)])
            texts[f"{names} not excluded by {term.licence.name}, since {term.why}"] = None
    yield from texts


def _conditions(answer: AnswerOfDay, breaches: Sequence[LicenceFinding]) -> Iterator[str]:
    """Every duty and restriction in force, of weights and contract, each once.

    Those that a breach or a blocked use already states are left out.
    """
    misnamed = {one.licence.iri for one in breaches if one.rule.id == "LR-04" and one.licence}
    reported: set[str] = set()
    blocking = {
        (one.licence.iri, one.text)
        for verdict in answer.verdicts
        for one in verdict.reasons
        if one.effect == BLOCKED and one.licence
    }
    on_outputs = {  # the answer on outputs states these already, unless a worse reason hides them
        one.licence.iri
        for verdict in answer.verdicts
        for one in verdict.reasons
        if one.kind == "outputs" and one.licence and verdict.use.key == "train-on-outputs"
        if one.effect == verdict.answer
    }
    terms = [
        one
        for one in answer.terms
        if (one.licence.iri, one.condition.label) not in blocking
        and not (_bans_outputs(one) and one.licence.iri in on_outputs)
        and not (one.condition.key == "name-prefix" and one.licence.iri in misnamed)
        and one.condition.key != "no-weights"  # the clause on the contract states it
    ]
    for text in [*_weighty(terms), *_notices(terms)]:
        if text not in reported:
            reported.add(text)
            yield text


def _bans_outputs(term: Term) -> bool:
    """Whether a term concerns only outputs, as the answer on training with them does."""
    return term.condition.group == "output-ban" and not term.condition.blocks


def _weighty(terms: Iterable[Term]) -> Iterator[str]:
    for term in terms:
        if term.condition.key in NOTICES or term.applies is None:
            continue
        if not term.along_weights and term.binding != "binds":
            continue
        yield f"{_term(term)}{_cited(term)}"


def _term(term: Term) -> str:
    key, licence, how = term.condition.key, term.licence, qualified(term)
    if key == "name-prefix":
        who = "" if term.path else " of a derivative"
        return f"the name{who} must begin with {licence.prefix!r}"
    if key == "display-text":
        return "show " + " or ".join(f'"{one}"' for one in licence.display) + how
    if key == "users-above-threshold" and licence.users:
        return f"another licence is needed above {licence.users:,} monthly active users{how}"
    if key == "revenue-above-threshold" and licence.revenue:
        return (
            f"another licence is needed above {licence.revenue:,} US dollars of annual revenue{how}"
        )
    if key == "royalty-above-revenue" and licence.revenue:
        return f"a royalty is due above {licence.revenue:,} US dollars of annual revenue{how}"
    limited = licence.clause(key).applies.limits_models  # then the label says which models
    return _lower(term.condition.label) + ("" if limited else how)


def _cited(term: Term) -> str:
    location = term.licence.clause(term.condition.key).location
    return f" [{term.licence.name}{f' {location}' if location else ''}]"


def _notices(terms: Iterable[Term]) -> Iterator[str]:
    """The notices that a distribution must carry, by licence."""
    by_licence: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        if term.condition.key in NOTICES and term.along_weights and term.applies is not None:
            by_licence[term.licence.name].append(NOTICES[term.condition.key])
    for name, nouns in by_licence.items():
        yield f"distribution carries {_joined(list(dict.fromkeys(nouns)))} [{name}]"


def _data(answer: AnswerOfDay) -> Iterator[str]:
    parts = [one.data for one in answer.verdicts]
    yield from _aside("rights in the training data", parts)


def _contract(answer: AnswerOfDay) -> Iterator[str]:
    parts = [one.contract for one in answer.verdicts if one.contract.applies]
    if parts and any(not one.weights.applies for one in answer.verdicts):
        yield "no weights are supplied"
    elif parts:
        yield from _aside("terms of the service", parts)


def _aside(what: str, parts: Sequence[AnswerPart]) -> Iterator[str]:
    """A clause with the worst answer among parts and its first reason."""
    order = (BLOCKED, UNKNOWN_, CONDITIONAL, ALLOWED)
    if not parts:
        return
    worst = min(parts, key=lambda one: order.index(one.answer))
    reason = next((one for one in worst.reasons if one.effect == worst.answer), None)
    more = len({one.text for one in worst.reasons if one.effect == worst.answer}) - 1
    why = f" ({_lower(reason.text)}{f', and {more} more' if more > 0 else ''})" if reason else ""
    yield f"{what} {worst.answer}{why}"


def _lineage(answer: AnswerOfDay) -> Iterator[str]:
    state = answer.lineage
    if _is_partly_recorded(answer):
        yield (
            f"lineage {state.state}"
            if state.state == "not recorded"
            else "lineage recorded in part"
        )


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _lower(text: str) -> str:
    """A text without a capital at the start, unless the first word is a name."""
    head, _, rest = text.partition(" ")
    plain = head[:1].isupper() and head[1:].islower()
    return f"{head.lower()} {rest}".rstrip() if plain else text
