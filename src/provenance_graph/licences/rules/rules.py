"""The seventeen rules on licences along lineage, LR-01 to LR-17.

The ontology (``licence-rules.ttl``) states what each rule finds, why it matters and how to fix it;
this module decides it. Rules raise questions for counsel. A rule reads a ``RuleContext`` and
nothing else, so it serves one model and a whole store alike.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import model_names
from provenance_graph.licences.results import LicenceFinding, OtherText
from provenance_graph.licences.rules import pairs
from provenance_graph.licences.rules.context import (
    INFO,
    SEVERITIES,
    WARNING,
    ModelContext,
    Reaching,
    RuleContext,
    RuleMatch,
    declared_names,
    is_assessable,
)
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.lineage.results import Edge

Rule = Callable[[RuleContext], Iterator[RuleMatch]]


def flow_down(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-01: use restrictions that must be passed on are not in the declared licence."""
    for one in _conflicts(context, "LR-01"):
        yield context.match(
            f"declares {declared_names(context)}, which does not carry the use restrictions of "
            f"{one.licence.name}",
            one,
            "flow-down-use-restrictions",
        )


def share_alike(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-02: a same-licence duty is inherited, and another licence is declared."""
    for one in _conflicts(context, "LR-02"):
        key = "share-alike" if "share-alike" in one.terms.conditions else "share-alike-database"
        yield context.match(
            f"declares {declared_names(context)} although {one.licence.name} asks for the same "
            f"licence{_of_data(one)}",
            one,
            key,
            "" if one.settled else WARNING,
        )


def non_commercial(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-03: commercial use is permitted although an inherited licence is non-commercial."""
    conditions = context.catalogue.conditions
    for one in _conflicts(context, "LR-03"):
        key = next(k for k in one.terms.conditions if "commercial" in conditions[k].blocks)
        yield context.match(
            f"declares {declared_names(context)}, which permits commercial use; "
            f"{one.licence.name} of {context.holder(one)} does not{_of_data(one)}",
            one,
            key,
            "" if one.settled else WARNING,
        )


def _of_data(one: Reaching) -> str:
    """A note that a licence may not reach the weights; "" where it does."""
    return "" if one.settled else "; whether the data's licence reaches the weights is unsettled"


def name_prefix(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-04: the name does not begin with the prefix that an inherited licence requires."""
    for one in context.reaching():
        wanted = pairs.name_prefix(context.catalogue, context.declared, one.licence, one.terms)
        if wanted and one.settled and context.lacks_prefix(one.licence):
            outputs = context.through_outputs(one)
            since = f", since outputs of {context.holder(one)} were used" if outputs else ""
            # a model known from a lone document is named after the file: no source states its name
            unnamed = model_names.names_a_file(context.name)
            named = "has no stated name" if unnamed else f"is named {context.name!r}"
            yield context.match(
                f"{named}; {one.licence.name} asks for a name that begins with "
                f"{one.licence.prefix!r}{since}",
                one,
                "name-prefix",
                WARNING if unnamed else "",
            )


def outputs_to_train(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-05: trained directly on outputs although their terms ban it."""
    yield from _breaches(context, through_data=False)


def dataset_from_model(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-13: trained on a dataset that a model wrote, whose terms ban or limit that."""
    yield from _breaches(context, through_data=True)
    for one in context.reaching():
        if one.settled or context.through_data(one) is False or not context.model_wrote(one):
            continue
        if one.terms.conditions:
            writer, holder = context.writer(one), context.holder(one)
            whose = "" if writer == holder else f" of {holder}, from which that model comes,"
            yield context.match(
                f"was trained on data that {writer} wrote; whether {one.licence.name}{whose} "
                "follows the outputs is unsettled",
                one,
            )


def _breaches(context: RuleContext, *, through_data: bool) -> Iterator[RuleMatch]:
    for one in context.reaching("ban"):
        if one.settled or context.excepted(one):
            continue
        if context.through_data(one) not in (None, through_data):
            continue
        carry = one.licence.passes.get("outputs")
        open_ = carry is not None and carry.key in pairs.OPEN_BANS
        yield context.match(
            f"was made with outputs of {context.holder(one)}; {one.licence.name} says: "
            f"{carry.label if carry else 'not allowed'}{context.text_note(one.licence)}",
            one,
            "outputs",
            WARNING if open_ or through_data else "",
        )


def display(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-06: no recorded document shows the text that an inherited licence requires."""
    for one in context.reaching():
        if "display-text" not in one.terms.conditions or not one.settled:
            continue
        if not context.shows(one.licence):
            texts = " or ".join(f'"{text}"' for text in one.licence.display)
            yield context.match(f"no recorded document shows {texts}", one, "display-text")


def relabel(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-07: declares a licence with none of the restrictions of an inherited one."""
    for one in _conflicts(context, "LR-07"):
        names = declared_names(context)
        if any(own.family == one.licence.family for own in context.declared):
            message = f"declares {names}, but what it was made from is under {one.licence.name}"
        else:
            message = f"declares {names}, which has none of the restrictions of {one.licence.name}"
        conditions = context.catalogue.conditions
        burdens = (key for key in one.terms.conditions if conditions[key].group in pairs.BURDENS)
        yield context.match(message, one, _cited(one.licence, burdens))


def territory(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-08: a clause excludes the European Union, and applies to the licensor's model."""
    planned = any(plan.use.key == "eu" for plan in context.plans)
    for match in context.excluded("eu"):
        yield replace(match, severity="" if planned else INFO)


def scale(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-09: planned users or revenue above a threshold of a licence that binds the model."""
    yield from context.thresholds()


def merge(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-10: a merge whose parents require different same licences."""
    if context.merged_parents < 2:
        return
    asking = {
        one.licence.iri: one
        for one in context.reaching()
        if one.settled and "share-alike" in one.terms.conditions
    }
    for iri, one in sorted(asking.items()):
        accepted = pairs.accepted_licences(one.licence)
        others = [
            other.licence.name
            for key, other in sorted(asking.items())
            if key != iri and not accepted & pairs.accepted_licences(other.licence)
        ]
        if others:
            message = (
                f"is merged from what is under {one.licence.name}, which asks for itself, and "
                f"under {', '.join(others)}, which does too"
            )
            yield context.match(message, one, "share-alike")


def adapter(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-11: an adapter inherits the terms of its base."""
    conditions = context.catalogue.conditions
    for step in context.parents:
        if step.relation != PG.adapterOf:
            continue
        for licence in step.licences:
            burdens = [k for k in licence.conditions if conditions[k].group in pairs.BURDENS]
            if burdens:
                message = (
                    f"is an adapter of {step.parent}: the terms of {licence.name} apply with the "
                    "base, which must be obtained under them"
                )
                clause = licence.clause(_cited(licence, burdens)).location
                yield _of_step(message, licence, clause, step.edge)


def quantise(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-12: a quantised or converted copy under another licence than its parent."""
    if not is_assessable(context):
        return
    for step in context.parents:
        if step.relation not in (PG.quantizedFrom, PG.convertedFrom):
            continue
        for licence in step.licences:
            if not licence.known or any(own.iri == licence.iri for own in context.declared):
                continue
            carry = licence.passes.get("quantize")
            light = carry is not None and carry.key in ("free", "notice-only", "attribution")
            message = (
                f"is a copy of {step.parent} in another format, labelled "
                f"{declared_names(context)} instead of {licence.name}"
            )
            clause = licence.clause("state-changes").location
            yield _of_step(message, licence, clause, step.edge, INFO if light else "")


def _of_step(
    message: str, licence: Licence, clause: str, edge: Edge | None, severity: str = ""
) -> RuleMatch:
    return RuleMatch(
        message, licence, clause, edge.parent if edge else None, (edge,) if edge else (), severity
    )


def payload(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-14: a permissive label, with recorded files that include no licence text."""
    if not context.files_without_licence:
        return
    for licence in context.declared:
        if licence.openness == "open" and {"copy-of-licence", "keep-notices"} & set(licence.duties):
            message = (
                f"is labelled {licence.name}, and none of its {context.files_without_licence} "
                "recorded files holds the licence text"
            )
            yield RuleMatch(message, licence, licence.clause("copy-of-licence").location)


def unknown(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-15: an entity on a path has no known licence."""
    for one in context.unknowns:
        yield RuleMatch(one.why, one.licence, "", one.holder, one.path)


def dated_text(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-16: the label or the text in force depends on the date, of the model or an ancestor."""
    if words := context.label_change:
        yield RuleMatch(words, next(iter(context.declared), None))
    for licence, holder, path in context.dated():
        described = context.catalogue.licence(licence.iri)
        if len(described.texts) > 1:
            since = ", ".join(text.valid_from for text in described.texts)
            message = f"{described.name} has texts of {since}"
            yield RuleMatch(message, described, "", holder, path)
        if "aup-latest-version-binds" in licence.restrictions:
            clause = licence.clause("aup-latest-version-binds").location
            message = f"the latest use policy of {licence.name} binds"
            yield RuleMatch(message, licence, clause, holder, path)


def clash(context: RuleContext) -> Iterator[RuleMatch]:
    """LR-17: two licences whose terms cannot both be met, such as the GPL and a Llama licence.

    The same-licence text is declared, or reaches the model from above. In the second case both
    texts bind every recipient, whatever the model declares.
    """
    catalogue = context.catalogue
    settled = [one for one in context.reaching() if one.settled]
    stated = set()
    for own in context.declared if is_assessable(context) else ():
        for one in settled:
            if one.licence.iri in stated:
                continue
            if pairs.clashing(catalogue, own, one.licence, one.terms):
                stated.add(one.licence.iri)
                message = (
                    f"declares {declared_names(context)}, which permits no added restriction, "
                    f"over {one.licence.name} of {context.holder(one)}, whose restrictions bind "
                    "whoever gets the model: both texts cannot be complied with"
                )
                restricting = _cited(one.licence, _restricting(catalogue, one))
                yield replace(context.match(message, one, restricting), other=OtherText(own))
    yield from _clashes_above(context, settled, stated)


def _clashes_above(
    context: RuleContext, settled: Sequence[Reaching], stated: set[Iri]
) -> Iterator[RuleMatch]:
    """Pairs of inherited texts that clash, without licences that clash with a declared one."""
    seen = set()
    for alike, one in itertools.product(settled, settled):
        pair = (alike.licence.iri, one.licence.iri)
        if pair in seen or one.licence.iri in stated or "share-alike" not in alike.terms.conditions:
            continue
        if pairs.clashing(context.catalogue, alike.licence, one.licence, one.terms):
            seen.add(pair)
            message = (
                f"is under {alike.licence.name} of {context.holder(alike)}, which lets nobody add "
                f"a restriction, and under {one.licence.name} of {context.holder(one)}, whose "
                "restrictions bind whoever gets the model: both texts cannot be complied with"
            )
            restricting = _cited(one.licence, _restricting(context.catalogue, one))
            match = context.match(message, one, restricting)
            yield replace(match, other=context.other_text(alike))


def _restricting(catalogue: Catalogue, one: Reaching) -> Iterator[str]:
    return (key for key in one.terms.conditions if pairs.restricts(catalogue, key))


def _cited(licence: Licence, conditions: Iterable[str]) -> str:
    """The first of some conditions whose place in the text is on record; "" without one."""
    return next((key for key in conditions if licence.clause(key).location), "")


def _conflicts(context: RuleContext, rule: str) -> Iterator[Reaching]:
    """Inherited terms that conflict with the declared licence, by a rule on pairs.

    None for a model without a known licence of its own: that is unknown (LR-15), not in conflict.
    """
    if not is_assessable(context):
        return
    test, settled, unsettled = pairs.PAIRS[rule]
    reported = set()
    for one in context.reaching():
        if not (settled if one.settled else unsettled) or one.licence.iri in reported:
            continue
        if test(context.catalogue, context.declared, one.licence, one.terms):
            reported.add(one.licence.iri)
            yield one


RULES: dict[str, Rule] = {
    "LR-01": flow_down,
    "LR-02": share_alike,
    "LR-03": non_commercial,
    "LR-04": name_prefix,
    "LR-05": outputs_to_train,
    "LR-06": display,
    "LR-07": relabel,
    "LR-08": territory,
    "LR-09": scale,
    "LR-10": merge,
    "LR-11": adapter,
    "LR-12": quantise,
    "LR-13": dataset_from_model,
    "LR-14": payload,
    "LR-15": unknown,
    "LR-16": dated_text,
    "LR-17": clash,
}


STEPLESS: Final = frozenset({"LR-14", "LR-15"})
"""Rules that mark no step of lineage: on the model's own files, and on unknown licences."""


def findings(context: ModelContext, without: Collection[str] = ()) -> list[LicenceFinding]:
    """The findings of every rule on a model, worst first; the rules ``without`` are skipped.

    A finding on a text that is later than the day is left out, since nobody breaks a text before it
    exists; the answer on the licence states that the text cannot be read for that day.
    """
    results = [
        context.finding(key, match)
        for key, rule in RULES.items()
        if key not in without
        for match in rule(context)
        if key in ("LR-15", "LR-16") or match.licence is None or context.has_text(match.licence)
    ]
    return sorted(
        results, key=lambda one: (SEVERITIES.index(one.severity), one.rule.id, one.message)
    )
