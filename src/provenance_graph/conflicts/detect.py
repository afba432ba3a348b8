"""Where sources disagree, side by side, worst first, with the kind of each conflict.

Kinds, from worst: **error** (a value that cannot be, or two developer claims that exclude
each other), **contradiction** (sources of the same weight differ), **outdated** (a later
claim of the same publisher replaced it), **scope** (the values belong to another size,
version or the whole family), **semantics** (two meanings of one field: a repository's
date for an announcement's, an input limit for a context length), **disclosure** (one source
gives a value that another says is not disclosed, or that a sibling page leaves blank),
**offer** (a provider's own limit differs from the model's), **spelling** (the same thing
written differently). Parents are compared by source in ``conflicts_lineage``, offers with
their model in ``conflicts_offers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from provenance_graph.acceptance.agreement import value_key
from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.lineage import parents
from provenance_graph.conflicts.offers import LIMITS, offers
from provenance_graph.conflicts.results import Conflict, Side
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    AcceptanceStatus,
    Basis,
    Literal,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.iris import Iri, local_name, said
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.model.fields import Field, fields
from provenance_graph.model.naming import fold
from provenance_graph.store.values import ANY

KINDS = (
    "error", "contradiction", "outdated", "scope", "semantics", "disclosure", "offer", "spelling",
)  # fmt: skip
SILENT = (Stance.REPORTS_UNDISCLOSED, Stance.DECLINES, Stance.NOT_STATED)
CATALOGUES = frozenset({"litellm", "modelsdev"})
_IMPOSSIBLE = re.compile(r"\b(day|date|release|month|whole number|negative|placeholder)\b")


def conflicts(snapshot: AcceptedSnapshot, subjects: Iterable[Iri] | None = None) -> list[Conflict]:
    """Every conflict of some subjects, or of the whole snapshot, worst first."""
    layout = {field.property: field for field in fields(snapshot)}
    chosen = contested(snapshot) if subjects is None else sorted(set(subjects))
    found = [c for subject in chosen for c in of_subject(snapshot, subject, layout)]
    asked = None if subjects is None else chosen
    found += [*parents(snapshot, asked), *offers(snapshot, asked)]
    return sorted(found, key=lambda c: (-c.severity, c.name, c.subject, c.property))


def contested(snapshot: AcceptedSnapshot) -> list[Iri]:
    """Subjects with a contested fact or a value that cannot be."""
    found = {s for s, *_ in snapshot.quads(predicate=PG.contested)}
    found |= {s for s, *_ in snapshot.quads(predicate=PG.contradicted)}
    for node, _, _, graph in snapshot.quads(predicate=PG.unusable, graph=ANY):
        for _, _, about, _ in snapshot.quads(node, PG.about, graph=graph):
            if isinstance(about, Iri):
                found.add(snapshot.canonical(about))
    return sorted(found | _silences(snapshot))


def _silences(snapshot: AcceptedSnapshot) -> set[Iri]:
    """Subjects with a value for what some source says is not disclosed or leaves blank."""
    found: set[Iri] = set()
    for stance in SILENT:
        for node, _, _, graph in snapshot.quads(
            predicate=PG.stance, object=stance.value, graph=ANY
        ):
            said_of = {p: o for _, p, o, _ in snapshot.quads(node, graph=graph)}
            about, prop = said_of.get(PG.about), said_of.get(PG.property)
            if isinstance(about, Iri) and isinstance(prop, Iri):
                subject = snapshot.canonical(about)
                if subject not in found and any(True for _ in snapshot.quads(subject, prop)):
                    found.add(subject)
    return found


def of_subject(
    snapshot: AcceptedSnapshot, subject: Iri, layout: dict[Iri, Field]
) -> Iterator[Conflict]:
    """The conflicts of one subject."""
    seen = snapshot.view(subject)
    name = label(snapshot, subject) or said(subject)
    disputed = {o for _, p, o, _ in seen.quads if p in (PG.contested, PG.contradicted)}
    groups: dict[Iri, list[SourcedClaim]] = {}
    for claim in seen.claims:
        groups.setdefault(claim.claim.predicate, []).append(claim)
    for prop, claims in sorted(groups.items()):
        shown = layout[prop].label if prop in layout else local_name(prop)
        if prop in disputed:
            sides = _sides(claims)
            kind, severity, why = _kind(subject, prop, sides, snapshot)
            yield Conflict(subject, prop, shown, kind, severity, why, sides, name)
        elif prop in layout and (silence := _silence(claims)) is not None:
            severity, why, silent = silence
            sides = (*_sides(claims), *silent)
            yield Conflict(subject, prop, shown, "disclosure", severity, why, sides, name)
        yield from _impossible(subject, prop, shown, claims, name)


def _silence(claims: Sequence[SourcedClaim]) -> tuple[int, str, tuple[Side, ...]] | None:
    """A value beside a report that there is none, or beside a sibling page's blank."""
    current = [c for c in claims if c.standing is not AcceptanceStatus.SUPERSEDED]
    given = [c for c in current if c.standing is AcceptanceStatus.ACCEPTED]
    if not given:
        return None
    denied = tuple(c for c in current if c.claim.stance in SILENT[:2])
    if denied:
        developer = any(c.basis in DEVELOPER_RANK for c in given)
        why = "the developer states it" if developer else "a third party gives it"
        side: Side = ("not disclosed", denied)
        return (40 if developer else 25), f"{why}, another source says it is not disclosed", (side,)
    publishers = {c.header.publisher for c in given}
    documents = {c.header.document for c in given}
    blank = tuple(
        c for c in current
        if c.claim.stance is Stance.NOT_STATED
        and c.header.publisher in publishers and c.header.document not in documents
    )  # fmt: skip
    if blank:
        return (
            15,
            "one page of the publisher gives it, a sibling page leaves it blank",
            (("-", blank),),
        )
    return None


def _impossible(
    subject: Iri, prop: Iri, shown: str, claims: Sequence[SourcedClaim], name: str
) -> Iterator[Conflict]:
    for claim in claims:
        if claim.claim.unusable and claim.standing is not AcceptanceStatus.SUPERSEDED:
            stated = claim.claim.as_stated or str(claim.claim.value or "")
            why = f"cannot be a value: {claim.claim.unusable}"
            kind, severity = _why_unusable(claim.claim.unusable)
            yield Conflict(subject, prop, shown, kind, severity, why, ((stated, (claim,)),), name)


def _why_unusable(reason: str) -> tuple[str, int]:
    """A date or number that cannot be is an error; a word outside our code lists is not."""
    if "records creation" in reason:
        return "semantics", 15
    if _IMPOSSIBLE.search(reason):
        return "error", 90
    return "spelling", 20


def _sides(claims: Sequence[SourcedClaim]) -> tuple[Side, ...]:
    groups: dict[Value, list[SourcedClaim]] = {}
    for held in claims:
        if held.claim.value is not None and not held.claim.unusable:
            if held.standing is AcceptanceStatus.SUPERSEDED or held.basis is Basis.ESTIMATE:
                continue
            groups.setdefault(held.claim.value, []).append(held)

    def order(item: tuple[Value, list[SourcedClaim]]) -> tuple[bool, tuple[str, ...]]:
        accepted = any(held.standing is AcceptanceStatus.ACCEPTED for held in item[1])
        return not accepted, value_key(item[0])

    return tuple((value, tuple(held)) for value, held in sorted(groups.items(), key=order))


def _kind(
    subject: Iri, prop: Iri, sides: Sequence[Side], snapshot: AcceptedSnapshot
) -> tuple[str, int, str]:
    values = [value for value, _ in sides]
    if prop == SCHEMA.name or _same_spelling(values, snapshot):
        return "spelling", 10, "the values differ only in how they are written"
    if prop in snapshot.policy.exhaustive:
        return "contradiction", 50, "sources list different values; all that are given are accepted"
    if prop in LIMITS and _only_catalogue_rivals(sides):
        return "offer", 30, "a provider's limit stands beside the model's own"
    developer = [
        value for value, held in sides if any(claim.basis in DEVELOPER_RANK for claim in held)
    ]
    if prop in LIMITS and _input_or_total(values):
        return "semantics", 40, "one source counts input alone, another input and output"
    if prop == DCTERMS.issued and (days := _apart(values)) is not None:
        if days <= 7:
            return "semantics", 35, f"{days} days apart: announcement, repository or upload"
        if (rest := _apart(_without(sides, "mot"))) is None or rest <= 7:
            return "semantics", 35, "one of the dates is the day of an index's own entry"
        if len(developer) > 1:
            return "contradiction", 80, f"developer sources are {days} days apart"
        return "contradiction", 60, f"sources are {days} days apart"
    if prop == PG.parameterCount and (ratio := _ratio(values)) is not None:
        if ratio < 1.12:
            return "semantics", 30, "rounded, or embeddings and extra heads counted or not"
        if ratio > 1.8:
            severity = 95 if len(developer) > 1 else 75
            whose = _whose(subject, sides, snapshot)
            return "scope", severity, f"{ratio:.1f} times apart: {whose}"
    if len(developer) > 1:
        return "contradiction", 85, "documents of the developer exclude each other"
    if _same_publisher(sides):
        return "outdated", 45, "one publisher gives both, at different times or places"
    return "contradiction", 55, "sources give values that cannot all be true"


def _whose(subject: Iri, sides: Sequence[Side], snapshot: AcceptedSnapshot) -> str:
    """Of what else a value is the size: another member of the series has exactly that count."""
    name = fold(label(snapshot, subject) or local_name(subject))
    for value, _ in sides:
        if not isinstance(value, Literal):
            continue
        for other, *_ in snapshot.quads(predicate=PG.parameterCount, object=value):
            shown = label(snapshot, other) or said(other)
            if name and fold(shown) != name and fold(shown).startswith(name):
                return f"{value.lexical} is what {shown} has"
    return "another size, or active for total"


def _without(sides: Sequence[Side], reader: str) -> list[Value | str]:
    """The values that any other reader's claims give."""
    return [value for value, held in sides if any(c.header.reader != reader for c in held)]


def _same_spelling(values: Sequence[Value | str], snapshot: AcceptedSnapshot) -> bool:
    shown = {
        fold(label(snapshot, v) or said(v)) if isinstance(v, Iri) else fold(str(v)) for v in values
    }
    return len(shown) == 1


def _only_catalogue_rivals(sides: Sequence[Side]) -> bool:
    return all(claim.header.reader in CATALOGUES for _, held in sides[1:] for claim in held)


def _same_publisher(sides: Sequence[Side]) -> bool:
    return len({claim.header.publisher for _, held in sides for claim in held}) == 1


def _numbers(values: Sequence[Value | str]) -> list[float]:
    found = []
    for value in values:
        try:
            found.append(float(value.lexical if isinstance(value, Literal) else value))
        except ValueError:
            return []
    return found


def _input_or_total(values: Sequence[Value | str]) -> bool:
    numbers = sorted(_numbers(values))
    return len(numbers) > 1 and 1.0 < numbers[-1] / max(numbers[0], 1) < 1.5


def _ratio(values: Sequence[Value | str]) -> float | None:
    numbers = sorted(_numbers(values))
    return numbers[-1] / numbers[0] if len(numbers) > 1 and numbers[0] > 0 else None


def _apart(values: Sequence[Value | str]) -> int | None:
    try:
        days = sorted(date.fromisoformat(str(value)) for value in values)
    except ValueError:
        return None
    return (days[-1] - days[0]).days if days else None
