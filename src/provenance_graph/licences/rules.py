"""The sixteen rules on licences along lineage, LR-01 to LR-16.

What each finds, why it matters and how to mend it stands in the ontology
(``licence-rules.ttl``); here is how each is decided. Rules point at questions for counsel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from provenance_graph.core.iris import Iri, said
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.licences import labels as label_history
from provenance_graph.licences import rule_pairs as pairs
from provenance_graph.licences.catalogue import Licence
from provenance_graph.licences.inherit import Inherited
from provenance_graph.licences.results import Finding, Label
from provenance_graph.licences.rule_context import INFO, SEVERITIES, WARNING, Case, Draft, begins
from provenance_graph.licences.uses import PlannedUse
from provenance_graph.lineage.results import Edge

if TYPE_CHECKING:
    from provenance_graph.licences.graph import Situation

Rule = Callable[[Case], Iterator[Draft]]


def flow_down(case: Case) -> Iterator[Draft]:
    """LR-01: use restrictions that must be passed on are not in the declared licence."""
    for one, licence in _conflicts(case, "LR-01"):
        yield case.draft(
            f"declares {case.declared}, which does not carry the use restrictions of {licence.name}",
            one, "flow-down-use-restrictions",
        )  # fmt: skip


def share_alike(case: Case) -> Iterator[Draft]:
    """LR-02: a same-licence duty, and another licence is declared."""
    for one, licence in _conflicts(case, "LR-02"):
        key = "share-alike" if "share-alike" in one.terms.conditions else "share-alike-database"
        yield case.draft(
            f"declares {case.declared} although {licence.name} asks for the same licence",
            one, key, "" if one.settled else WARNING,
        )  # fmt: skip


def non_commercial(case: Case) -> Iterator[Draft]:
    """LR-03: commercial use is permitted on top of something non-commercial."""
    conditions = case.now.graph.catalogue.conditions
    for one, licence in _conflicts(case, "LR-03"):
        key = next(k for k in one.terms.conditions if "commercial" in conditions[k].blocks)
        data = (
            "" if one.settled else "; whether the data's licence reaches the weights is unsettled"
        )
        yield case.draft(
            f"declares {case.declared}, which permits commercial use; {licence.name} of "
            f"{said(case.now.holder(one))} does not{data}",
            one, key, "" if one.settled else WARNING,
        )  # fmt: skip


def name_prefix(case: Case) -> Iterator[Draft]:
    """LR-04: the name does not begin as a licence upstream asks."""
    for one, licence in case.reaching():
        wanted = pairs.name_prefix(case.now.graph.catalogue, case.now.declared, licence, one.terms)
        if wanted and one.settled and not begins(case.name, licence.prefix):
            yield case.draft(
                f"is named {case.name!r}; {licence.name} asks for a name that begins with "
                f"{licence.prefix!r}",
                one, "name-prefix",
            )  # fmt: skip


def outputs_to_train(case: Case) -> Iterator[Draft]:
    """LR-05: trained on outputs against a ban, directly."""
    yield from _breaches(case, through_data=False)


def dataset_from_model(case: Case) -> Iterator[Draft]:
    """LR-13: trained on a dataset that a model wrote whose terms ban or limit that."""
    yield from _breaches(case, through_data=True)
    for one, licence in case.reaching():
        if one.settled or not _through_data(case, one) or not _model_wrote(case, one):
            continue
        if one.terms.conditions:
            yield case.draft(
                f"was trained on data that {said(case.now.holder(one))} wrote; whether "
                f"{licence.name} follows the outputs is unsettled",
                one,
            )


def _breaches(case: Case, *, through_data: bool) -> Iterator[Draft]:
    for one, licence in case.reaching("ban"):
        if one.settled or case.now.excepted(one) or _through_data(case, one) != through_data:
            continue
        carry = licence.passes.get("outputs")
        open_ = carry is not None and carry.key == "banned-if-competing"
        yield case.draft(
            f"was made with outputs of {said(case.now.holder(one))}; {licence.name} says: "
            f"{carry.label if carry else 'not allowed'}",
            one, "outputs", WARNING if open_ or through_data else "",
        )  # fmt: skip


def _through_data(case: Case, one: Inherited) -> bool:
    return any(edge.relation in (PG.trainedOn, PG.generatedBy) for edge in case.now.path(one))


def _model_wrote(case: Case, one: Inherited) -> bool:
    return any(edge.relation == PG.generatedBy for edge in case.now.path(one))


def display(case: Case) -> Iterator[Draft]:
    """LR-06: no recorded document shows the text a licence upstream asks for."""
    shown = case.now.text(PG.displayText) | case.now.text(SCHEMA.description)
    for one, licence in case.reaching():
        if "display-text" not in one.terms.conditions or not one.settled:
            continue
        if not any(text in words for text in licence.display for words in shown):
            texts = " or ".join(f'"{text}"' for text in licence.display)
            yield case.draft(f"no recorded document shows {texts}", one, "display-text")


def relabel(case: Case) -> Iterator[Draft]:
    """LR-07: declares a licence with none of the restrictions of one upstream."""
    for one, licence in _conflicts(case, "LR-07"):
        if any(own.family == licence.family for own in case.now.declared):
            message = f"declares {case.declared}, but what it was made from is under {licence.name}"
        else:
            message = (
                f"declares {case.declared}, which has none of the restrictions of {licence.name}"
            )
        yield case.draft(message, one)


def territory(case: Case) -> Iterator[Draft]:
    """LR-08: a multimodal model under a licence that excludes the European Union."""
    planned = any(plan.use.key == "eu" for plan in case.plans)
    if not case.now.multimodal:
        return
    own = (
        (None, one) for one in case.now.declared if "eu-exclusion-multimodal" in one.restrictions
    )
    far = (
        (one, licence)
        for one, licence in case.reaching()
        if "eu-exclusion-multimodal" in one.terms.conditions
    )
    seen = set()
    for one, licence in (*own, *far):
        if licence.iri in seen:
            continue
        seen.add(licence.iri)
        message = f"is multimodal, and {licence.name} grants no rights to it in the EU"
        severity = "" if planned else INFO
        if one is None:
            clause = licence.clause("eu-exclusion-multimodal").place
            yield Draft(message, licence, clause, case.now.subject, (), severity)
        else:
            yield case.draft(message, one, "eu-exclusion-multimodal", severity)


def scale(case: Case) -> Iterator[Draft]:
    """LR-09: planned users or revenue above a threshold of any licence on the way."""
    keys = ("users-above-threshold", "revenue-above-threshold", "royalty-above-revenue")
    for term in case.now.terms:
        if term.condition.key not in keys:
            continue
        kind = "users" if term.condition.key == keys[0] else "revenue"
        limit = term.licence.users if kind == "users" else term.licence.revenue
        for plan in case.plans:
            if plan.use.threshold == kind and plan.number and limit and plan.number > limit:
                yield Draft(
                    f"{plan.number:,} {kind} planned; {term.licence.name} ends at {limit:,}",
                    term.licence,
                    term.licence.clause(term.condition.key).place,
                    term.holder,
                    term.path,
                )


def merge(case: Case) -> Iterator[Draft]:
    """LR-10: a merge whose parents ask for different same licences."""
    if len({e.parent for e in case.now.parents if e.relation == PG.mergedFrom}) < 2:
        return
    asking = {
        licence.iri: (one, licence)
        for one, licence in case.reaching()
        if one.settled and "share-alike" in one.terms.conditions
    }
    for iri, (one, licence) in sorted(asking.items()):
        accepted = pairs.COMPATIBLE.get(licence.key, frozenset()) | {licence.key}
        others = [
            other
            for key, (_, other) in sorted(asking.items())
            if key != iri
            and not accepted & (pairs.COMPATIBLE.get(other.key, frozenset()) | {other.key})
        ]
        if others:
            names = ", ".join(other.name for other in others)
            yield case.draft(f"{licence.name} asks for itself, and so does {names}", one, "share-alike")  # fmt: skip


def adapter(case: Case) -> Iterator[Draft]:
    """LR-11: an adapter inherits what binds its base."""
    for edge in case.now.parents:
        if edge.relation != PG.adapterOf:
            continue
        for licence in case.now.licences_of(edge.parent):
            conditions = case.now.graph.catalogue.conditions
            if any(conditions[key].group in pairs.BURDENS for key in licence.conditions):
                yield Draft(
                    f"is an adapter of {said(edge.parent)}: the terms of {licence.name} apply with "
                    "the base, which must be obtained under them",
                    licence, "", edge.parent, (edge,),
                )  # fmt: skip


def quantise(case: Case) -> Iterator[Draft]:
    """LR-12: a quantised or converted copy under another licence than its parent."""
    for edge in case.now.parents:
        if edge.relation not in (PG.quantizedFrom, PG.convertedFrom) or not case.judged:
            continue
        for licence in case.now.licences_of(edge.parent):
            if not licence.known or any(own.iri == licence.iri for own in case.now.declared):
                continue
            carry = licence.passes.get("quantize")
            light = carry is not None and carry.key in ("free", "notice-only", "attribution")
            yield Draft(
                f"is a copy of {said(edge.parent)} in another format, labelled {case.declared} "
                f"instead of {licence.name}",
                licence, licence.clause("state-changes").place, edge.parent, (edge,),
                INFO if light else "",
            )  # fmt: skip


_GRANT_FILES = re.compile(r"(^|/)(licen[cs]e|copying|notice)", re.IGNORECASE)


def payload(case: Case) -> Iterator[Draft]:
    """LR-14: a permissive label, files recorded, and no licence text among them."""
    snapshot = case.now.graph.snapshot
    files = [
        str(name)
        for artifact, *_ in snapshot.quads(predicate=PG.artifactOf, object=case.now.subject)
        for _, _, name, _ in snapshot.quads(artifact, PG.fileName)
    ]
    if not files or any(_GRANT_FILES.search(name) for name in files):
        return
    for licence in case.now.declared:
        if licence.openness == "open" and {"copy-of-licence", "keep-notices"} & set(licence.duties):
            yield Draft(
                f"is labelled {licence.name}, and none of its {len(files)} recorded files holds the "
                "licence text",
                licence, licence.clause("copy-of-licence").place, case.now.subject,
            )  # fmt: skip


def unknown(case: Case) -> Iterator[Draft]:
    """LR-15: something on a path has no licence that is known."""
    for one in case.now.unknowns:
        if "outputs of" not in one.why:
            yield Draft(one.why, one.licence, "", one.holder, one.path)


def dated_text(case: Case) -> Iterator[Draft]:
    """LR-16: the label or the text in force depends on the date."""
    if words := label_history.changed(case.labels):
        accepted = next((one.licence for one in case.labels if one.accepted), None)
        yield Draft(words, accepted, "", case.now.subject)
    catalogue = case.now.graph.catalogue
    holders: list[tuple[Licence, Iri, tuple[Edge, ...]]] = [
        (own, case.now.subject, ()) for own in case.now.declared
    ]
    holders += [(lic, case.now.holder(one), case.now.path(one)) for one, lic in case.reaching()]
    seen = set()
    for licence, holder, path in holders:
        described = catalogue.licence(licence.iri)
        if licence.iri in seen:
            continue
        seen.add(licence.iri)
        if len(described.texts) > 1:
            since = ", ".join(text.valid_from for text in described.texts)
            yield Draft(f"{described.name} has texts of {since}", described, "", holder, path)
        if "aup-latest-version-binds" in licence.restrictions:
            clause = licence.clause("aup-latest-version-binds").place
            yield Draft(f"the latest use policy of {licence.name} binds", licence, clause, holder, path)  # fmt: skip


def _conflicts(case: Case, rule: str) -> Iterator[tuple[Inherited, Licence]]:
    """Inherited terms that conflict with the declared licence, by a rule on pairs.

    A model without a known licence of its own is unknown (LR-15), not in conflict.
    """
    if not case.judged:
        return
    test, settled, unsettled = pairs.PAIRS[rule]
    reported = set()
    for one, licence in case.reaching():
        if not (settled if one.settled else unsettled) or licence.iri in reported:
            continue
        if test(case.now.graph.catalogue, case.now.declared, licence, one.terms):
            reported.add(licence.iri)
            yield one, licence


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
}


def findings(now: Situation, plans: Sequence[PlannedUse], labels: Sequence[Label]) -> list[Finding]:
    """Every rule that the model runs against, worst first."""
    case = Case(now, plans, labels)
    documented = now.graph.catalogue.rules
    found = [
        Finding(
            documented[key],
            draft.severity or documented[key].severity,
            now.subject,
            draft.message,
            draft.licence,
            draft.clause,
            draft.holder,
            draft.path,
        )
        for key, rule in RULES.items()
        for draft in rule(case)
    ]
    return sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.rule.id, one.message))
