"""Conflicts between names of possibly one entity that identity does not merge, as values differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kinds import conflict_kind
from provenance_graph.conflicts.results import Conflict, Side
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.matching.candidates import compared, compared_among
from provenance_graph.matching.neighbourhood import around, has_keys, sharing
from provenance_graph.matching.organizations import Organizations
from provenance_graph.matching.outcome import Pair, PairVerdict

FEW = 3
"""If fewer than one model in so many shares a spelling, subjects are read one by one."""
_VALUES = {"sizes contradict": PG.parameterCount, "another developer": DCTERMS.creator}
"""The property to which a reason against a merge refers."""


def unmerged_names(
    snapshot: AcceptedSnapshot, known: Organizations, subjects: Collection[Iri] | None = None
) -> Iterator[Conflict]:
    """Yield a conflict for each pair of equal names that only one differing value keeps apart.

    Only between models that are not both repositories, since two repositories of one name are two
    entities. ``subjects`` restricts the pairs to those with one end among them.
    """
    for pair in _pairs(snapshot, known, subjects):
        if (
            pair.verdict is PairVerdict.SAME
            or "same full name" not in pair.pro
            or len(pair.contra) != 1
        ):
            continue
        prop = next((p for why, p in _VALUES.items() if pair.contra[0].startswith(why)), None)
        if prop is None or not _both_models(snapshot, pair):
            continue
        sides = tuple(
            side for one in (pair.subject, pair.other) for side in _sides(snapshot, one, prop)
        )
        if len(sides) > 1:
            kind = conflict_kind("apart", f"the same full name, different models: {pair.contra[0]}")
            label = "parameter count" if prop == PG.parameterCount else "developer"
            yield Conflict(
                pair.other,
                prop,
                label,
                kind.kind,
                kind.severity,
                kind.why,
                sides,
                pair.labels[1] or pair.labels[0],
                pair.subject,
            )


def _pairs(
    snapshot: AcceptedSnapshot, known: Organizations, subjects: Collection[Iri] | None
) -> list[Pair]:
    if subjects is not None and has_keys(snapshot):
        pairs = compared_among(snapshot, known, around(snapshot, subjects))
    elif snapshot.as_of or not has_keys(snapshot):
        pairs = snapshot.cached("identity of models", lambda: compared(snapshot, known))
    else:
        members = sharing(snapshot)
        few = len(members) * FEW < snapshot.count(RDF.type, PG.Model)  # else one pass is quicker
        pairs = (
            compared_among(snapshot, known, members)
            if few
            else compared(snapshot, known, members=members)
        )
    chosen = None if subjects is None else {snapshot.canonical(one) for one in subjects}
    return [p for p in pairs if chosen is None or chosen & {p.subject, p.other}]


def _both_models(snapshot: AcceptedSnapshot, pair: Pair) -> bool:
    ends = (pair.subject, pair.other)
    named = all(one.startswith(ID + "model/") for one in ends)
    return not named and all(snapshot.is_a(one, PG.Model) for one in ends)


def _sides(snapshot: AcceptedSnapshot, subject: Iri, prop: Iri) -> Iterator[Side]:
    nominal = [PG.nominalParameterCount] if prop == PG.parameterCount else []
    stored = tuple(
        c
        for known in (prop, *nominal)
        for c in snapshot.claims(subject, known)
        if c.value is not None and c.status.label in ("Accepted", "Inferred")
    )
    if stored:
        value = stored[0].value
        assert value is not None
        yield value, stored
