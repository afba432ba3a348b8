"""The licence labels of a model with sources and validity, and the days on which they changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Custody, Literal
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import DCTERMS, PROV, SCHEMA
from provenance_graph.licences.results import Label
from provenance_graph.licences.texts.catalogue import Catalogue, Licence


@dataclass(frozen=True, slots=True)
class Moment:
    """A day or version that needs an answer of its own; ``declared`` None: as labelled now."""

    occasion: str
    day: str
    declared: tuple[Licence, ...] | None


def labels(snapshot: AcceptedSnapshot, catalogue: Catalogue, subject: Iri) -> list[Label]:
    """Every licence that a source gives the model or one of its versions, current ones first."""
    statements = snapshot.statements
    sources: dict[tuple[Iri, str, str, str], dict[Iri, Custody]] = defaultdict(dict)
    versions = {
        name: str(label)
        for name, *_ in snapshot.quads(predicate=PROV.specializationOf, object=subject)
        for _, _, label, _ in snapshot.quads(name, SCHEMA.version)
    }
    for entity, version in ((subject, ""), *sorted(versions.items())):
        for name in statements.names_of(entity):
            for claim, header in statements.stating(name, (DCTERMS.license,)):
                if isinstance(claim.value, Iri) and snapshot.latest.counts(header):
                    key = (claim.value, claim.valid_from, claim.valid_until, version)
                    known = sources[key].get(header.publisher, header.custody)
                    best = min(known, header.custody, key=list(Custody).index)
                    sources[key][header.publisher] = best
    accepted = {o for _, _, o, _ in snapshot.quads(subject, DCTERMS.license)}
    for licence in accepted:
        if isinstance(licence, Iri) and not any(key[0] == licence for key in sources):
            sources[licence, "", "", ""] = {}
    results = [
        Label(
            catalogue.licence(licence),
            licence in accepted and not version,
            tuple(sorted(who)),
            tuple(who[one] for one in sorted(who)),
            since,
            until,
            version,
        )
        for (licence, since, until, version), who in sources.items()
    ]
    return sorted(
        results,
        key=lambda one: (not one.accepted, one.version, one.valid_until or "9", one.licence.iri),
    )


def ended_labels(
    snapshot: AcceptedSnapshot, catalogue: Catalogue, subject: Iri, day: str
) -> list[Licence]:
    """The labels in force on a day that ended later; empty where none is known to have ended."""
    return [
        one.licence
        for one in labels(snapshot, catalogue, subject)
        if one.valid_until and not one.accepted and not one.version and _in_force(one, day)
    ]


def released(snapshot: AcceptedSnapshot, subject: Iri) -> str:
    """The accepted ISO day of release; "" without one."""
    days = snapshot.quads(subject, DCTERMS.issued)
    return min((o.lexical[:10] for _, _, o, _ in days if isinstance(o, Literal)), default="")


def moments(snapshot: AcceptedSnapshot, subject: Iri, known: Sequence[Label]) -> list[Moment]:
    """Earlier days that may need another answer, oldest first, then undated versions."""
    results = []
    day = released(snapshot, subject)
    if day:
        results.append(Moment("release", day, _on(known, day)))
    for label in known:
        if label.version:
            occasion = f"version {label.version}"
            results.append(Moment(occasion, "", (label.licence,)))
        elif label.valid_until and not label.accepted:
            before = _day_before(label.valid_until)
            occasion = f"until {label.valid_until}, when the label changed"
            results.append(Moment(occasion, before, (label.licence,)))
    return sorted(results, key=lambda one: (not one.day, one.day, one.occasion))


def _on(known: Sequence[Label], day: str) -> tuple[Licence, ...] | None:
    """The licences of the dated labels in force on a day; None without any."""
    dated = [
        label.licence
        for label in known
        if (label.valid_from or label.valid_until) and _in_force(label, day) and not label.version
    ]
    return tuple(dated) or None


def _in_force(label: Label, day: str) -> bool:
    return (not label.valid_from or label.valid_from <= day) and (
        not label.valid_until or day < label.valid_until
    )


def _day_before(day: str) -> str:
    try:
        return (date.fromisoformat(day[:10]) - timedelta(days=1)).isoformat()
    except ValueError:
        return day


def changed(known: Sequence[Label]) -> str:
    """How the label changed, in words; "" where it did not."""
    past = [one for one in known if (one.valid_until or one.version) and not one.accepted]
    now = [one for one in known if one.accepted]
    if not past or not now:
        return ""
    before = ", ".join(
        one.licence.name
        + (f" until {one.valid_until}" if one.valid_until else f" in version {one.version}")
        for one in past
    )
    today = ", ".join(dict.fromkeys(one.licence.name for one in now))
    return f"labelled {before}, and {today} now"


def stated_by(label: Label) -> str:
    """The sources of a label, in words."""
    return ", ".join(map(short_id, label.sources)) or "the accepted view"
