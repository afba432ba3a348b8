"""Detects conflicts between sources, sorted by severity, with the kind of each conflict.

``conflicts.kinds`` defines the kinds; ``several`` handles several-valued properties, ``lineage``
parents, ``offers`` providers' limits, ``unmerged`` names that identity does not merge because
values differ; ``selection`` filters and counts conflicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from provenance_graph.acceptance.agreement import value_key
from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.resolve import GIVES_VALUE
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts import several
from provenance_graph.conflicts.kinds import (
    ConflictKind,
    conflict_kind,
    contradicting,
    kind_of,
)
from provenance_graph.conflicts.lineage import parents
from provenance_graph.conflicts.measured import measured, other_shape
from provenance_graph.conflicts.offers import offers
from provenance_graph.conflicts.results import Conflict, Side
from provenance_graph.conflicts.sizes import outgrown
from provenance_graph.conflicts.unmerged import unmerged_names
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    AcceptanceRule,
    AcceptanceStatus,
    Basis,
    Precision,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.matching.entities import OFFERS
from provenance_graph.matching.organizations import Organizations
from provenance_graph.model.fields import Field, fields
from provenance_graph.store.values import ANY

SILENT = (Stance.REPORTS_UNDISCLOSED, Stance.DECLINES, Stance.NOT_STATED)
_IMPOSSIBLE = re.compile(
    r"\b(day|date|release|month|whole number|negative|placeholder|keeps the size)\b"
)
_ALIAS = re.compile(r"[-_@: ]latest\b|\(latest\)", re.IGNORECASE)


def conflicts(snapshot: AcceptedSnapshot, subjects: Iterable[Iri] | None = None) -> list[Conflict]:
    """Every conflict of some subjects, or of the whole snapshot, by falling severity."""
    listed = iterate_conflicts(snapshot, subjects)
    return sorted(listed, key=lambda c: (-c.severity, c.name, c.subject, c.property))


def iterate_conflicts(
    snapshot: AcceptedSnapshot, subjects: Iterable[Iri] | None = None
) -> Iterator[Conflict]:
    """Yield every conflict of some subjects, or of the whole snapshot, in the order found.

    Aliases are left out: a name that moves between models has no values of its own that could
    conflict. A name that identity maps counts as the entity it is mapped to.
    """
    wanted = None if subjects is None else sorted({snapshot.canonical(name) for name in subjects})
    for conflict in _models(_every(snapshot, wanted)):
        if wanted is None or not conflict.about().isdisjoint(wanted):
            yield conflict


def _every(snapshot: AcceptedSnapshot, wanted: list[Iri] | None) -> Iterator[Conflict]:
    layout = {field.property: field for field in fields(snapshot)}
    known = Organizations(snapshot)
    chosen = wanted
    if chosen is None:
        chosen = sorted({*contested(snapshot), *several.subjects(snapshot)})
    for subject, _ in snapshot.views(chosen):
        yield from of_subject(snapshot, subject, layout, known)
    del chosen
    for others in (parents, offers, measured, outgrown):
        yield from others(snapshot, wanted)
    yield from unmerged_names(snapshot, known, wanted)


def below(snapshot: AcceptedSnapshot, parents_: Iterable[Iri]) -> list[Conflict]:
    """The conflicts of some models' children that depend on properties of the parents."""
    children = {
        child
        for parent in parents_
        for child, *_ in snapshot.quads(predicate=PROV.wasDerivedFrom, object=parent)
    }
    return list(_models([*other_shape(snapshot, children), *outgrown(snapshot, children)]))


def _models(listed: Iterable[Conflict]) -> Iterator[Conflict]:
    """Yield the conflicts that are not about an alias."""
    return (c for c in listed if not _ALIAS.search(f"{short_id(c.subject)} {c.name}"))


def contested(snapshot: AcceptedSnapshot) -> list[Iri]:
    """Subjects that may have a conflict: with contested, implausible, unreadable or silent claims.

    Models with a nominal parameter count, or with a stated but no accepted knowledge cutoff, are
    included.
    """
    results = {s for s, *_ in snapshot.quads(predicate=PG.contested)}
    results |= {s for s, *_ in snapshot.quads(predicate=PG.contradicted)}
    results |= {s for s, *_ in snapshot.quads(predicate=PG.implausible)}
    results |= {s for s, *_ in snapshot.quads(predicate=PG.nominalParameterCount)}
    results |= _without_cutoff(snapshot)
    return sorted(results | snapshot.unreadable() | snapshot.silenced(SILENT))


def _without_cutoff(snapshot: AcceptedSnapshot) -> set[Iri]:
    """Models with a stated but no accepted knowledge cutoff, which may be after the release."""
    stated = {s for s, *_ in snapshot.quads(predicate=PG.knowledgeCutoff, graph=ANY)}
    for node, _, _, graph in snapshot.quads(
        predicate=PG.property, object=PG.knowledgeCutoff, graph=ANY
    ):
        stated |= {
            o for *_, o, _ in snapshot.quads(node, PG.about, graph=graph) if isinstance(o, Iri)
        }
    models = {
        one
        for one in map(snapshot.canonical, stated)
        if any(snapshot.quads(one, RDF.type, PG.Model))
    }
    return {one for one in models if not any(snapshot.quads(one, PG.knowledgeCutoff))}


def of_subject(
    snapshot: AcceptedSnapshot, subject: Iri, layout: dict[Iri, Field], known: Organizations
) -> Iterator[Conflict]:
    """Yield the conflicts of one subject."""
    seen = snapshot.view(subject)
    name = label(snapshot, subject) or short_id(subject)
    groups: dict[Iri, list[SourcedClaim]] = {}
    for claim in seen.claims:
        groups.setdefault(claim.claim.predicate, []).append(claim)
    yield from several.several_valued(snapshot, subject, groups, known)
    policy = snapshot.policy
    for prop, claims in sorted(groups.items()):
        prop_label = layout[prop].label if prop in layout else local_name(prop)
        competing = [claim for claim in claims if _competes(claim)]
        if prop == PG.parameterCount:
            nominal = groups.get(PG.nominalParameterCount, ())
            competing += contradicting(competing, nominal, policy.plausible)
        kind = None
        if prop in policy.single and prop not in several.PROPERTIES:
            kind = kind_of(snapshot, subject, prop, competing)
        elif prop in policy.exhaustive:
            kind = _lists(competing)
        if kind is not None:
            yield Conflict(
                subject,
                prop,
                prop_label,
                kind.kind,
                kind.severity,
                kind.why,
                _sides(competing),
                name,
            )
        elif prop in layout and (silence := _silence(claims)) is not None:
            severity, why, silent = silence
            sides = (*_sides(competing), *silent)
            yield Conflict(subject, prop, prop_label, "undisclosed", severity, why, sides, name)
        if prop != PG.paper:  # a paper that a card cites need not be the model's own
            yield from _implausible(subject, prop, prop_label, claims, name)


def _competes(item: SourcedClaim) -> bool:
    """Whether a claim is a side of a conflict: current, with a plausible value, not an estimate."""
    return (
        item.value is not None
        and not item.claim.unusable
        and not item.implausible
        and item.status is not AcceptanceStatus.SUPERSEDED
        and item.claim.stance in GIVES_VALUE
        and item.basis not in (Basis.ESTIMATE, Basis.INFERENCE)
    )


def _lists(competing: Sequence[SourcedClaim]) -> ConflictKind | None:
    """The conflict of sources that give whole lists: only if two lists have nothing in common."""
    lists: dict[Iri, set[Value]] = {}
    for item in competing:
        if item.value is not None and item.header.reader not in OFFERS:
            lists.setdefault(item.header.record, set()).add(item.value)
    if len(lists) > 1 and not set.intersection(*lists.values()):
        return conflict_kind("sources", "sources list values that have nothing in common")
    return None


def _silence(claims: Sequence[SourcedClaim]) -> tuple[int, str, tuple[Side, ...]] | None:
    """A conflict of a value with a report of non-disclosure or a sibling page's blank field."""
    current = [c for c in claims if c.status is not AcceptanceStatus.SUPERSEDED]
    given = [c for c in current if c.status is AcceptanceStatus.ACCEPTED]
    if not given:
        return None
    denied = tuple(c for c in current if c.claim.stance in SILENT[:2])
    if denied:
        developer = any(c.basis in DEVELOPER_RANK for c in given)
        why = "the developer states it" if developer else "a third party gives it"
        side: Side = ("not disclosed", denied)
        return (
            (40 if developer else 25),
            f"{why}, another source states that it is not disclosed",
            (side,),
        )
    publishers = {c.header.publisher for c in given}
    documents = {c.header.document for c in given}
    blank = tuple(
        c
        for c in current
        if c.claim.stance is Stance.NOT_STATED
        and c.header.publisher in publishers
        and c.header.document not in documents
    )
    if blank:
        return (
            15,
            "one page of the publisher gives it, a sibling page leaves it blank",
            (("-", blank),),
        )
    return None


def _implausible(
    subject: Iri, prop: Iri, label: str, claims: Sequence[SourcedClaim], name: str
) -> Iterator[Conflict]:
    """Yield a conflict for each implausible value and each text that could not be read."""
    for claim in claims:
        if claim.status is AcceptanceStatus.SUPERSEDED:
            continue
        stated = claim.claim.as_stated or str(claim.claim.value or "")
        if claim.implausible:
            guessed = claim.basis in (
                Basis.ESTIMATE,
                Basis.INFERENCE,
            )  # accuses no source
            kind = conflict_kind("weaker" if guessed else "implausible", claim.implausible)
            others = _sides([c for c in claims if _competes(c) and c.value != claim.value])
            sides: tuple[Side, ...] = ((claim.value or stated, (claim,)), *others)
        elif claim.excluded is AcceptanceRule.SERVICE:
            continue  # the value is read and stated for the service instead
        elif reason := claim.claim.unusable:
            sides = ((stated, (claim,)),)
            if "after the release" in reason and claim.basis not in DEVELOPER_RANK:
                kind = conflict_kind(
                    "announcement", f"the name moves on to later releases: {reason}"
                )
            elif claim.basis in (Basis.ESTIMATE, Basis.INFERENCE):
                kind = conflict_kind("unreadable", f"not read: {reason}")
            elif "records creation" in reason:
                kind = conflict_kind("announcement", f"no day of its own: {reason}")
            elif _IMPOSSIBLE.search(reason):
                kind = conflict_kind("implausible", f"cannot be a value: {reason}")
            else:
                kind = conflict_kind("unreadable", f"not read: {reason}")
        else:
            continue
        yield Conflict(subject, prop, label, kind.kind, kind.severity, kind.why, sides, name)


def _sides(claims: Sequence[SourcedClaim]) -> tuple[Side, ...]:
    """Group claims by value and precision: a month and its last day are different sides."""
    groups: dict[tuple[Value, Precision], list[SourcedClaim]] = {}
    for stored in claims:
        if stored.value is not None:
            precision = stored.claim.precision or Precision.DAY
            groups.setdefault((stored.value, precision), []).append(stored)

    def order(
        item: tuple[tuple[Value, Precision], list[SourcedClaim]],
    ) -> tuple[bool, tuple[str, ...], str]:
        (value, precision), stored = item
        accepted = any(one.status is AcceptanceStatus.ACCEPTED for one in stored)
        return not accepted, value_key(value), precision.value

    return tuple((value, tuple(stored)) for (value, _), stored in sorted(groups.items(), key=order))
