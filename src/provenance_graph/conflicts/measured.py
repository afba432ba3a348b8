"""Declared derivations that measurements of the weights contradict, and undeclared parents.

There are two sources of evidence: claims of basis Measurement (``kinship``), and the shapes in the
configurations of a child and its declared parent. Fine-tuning, quantising or converting changes
neither the width of a model nor its number of heads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.kinds import SEVERITY
from provenance_graph.conflicts.results import Conflict, Side
from provenance_graph.core import terms
from provenance_graph.core.claims import (
    OBSERVED,
    AcceptanceStatus,
    Basis,
    Literal,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, PROV
from provenance_graph.store.values import ANY

RELATIONS = frozenset({*terms.DERIVATIONS, PROV.wasDerivedFrom})
SAME_SHAPE = frozenset(
    {PG.fineTunedFrom, PG.quantizedFrom, PG.continuedFrom, PG.postTrainedFrom, PG.convertedFrom}
)
"""Relations that do not change any shape."""
SHAPES: Mapping[Iri, str] = {
    PG.hiddenSize: "width",
    PG.attentionHeadCount: "number of attention heads",
    PG.keyValueHeadCount: "number of key-value heads",
}
_STEPS = 4


def measured(
    snapshot: AcceptedSnapshot, subjects: Collection[Iri] | None = None
) -> Iterator[Conflict]:
    """Yield every conflict between declared and measured parents."""
    chosen = _measured_subjects(snapshot) if subjects is None else set(subjects)
    for subject in sorted(chosen):
        yield from _of_subject(snapshot, subject)
    yield from other_shape(snapshot, subjects)


def _measured_subjects(snapshot: AcceptedSnapshot) -> set[Iri]:
    """Models of which a record of basis Measurement states or denies a parent."""
    subjects: set[Iri] = set()
    records = {
        s for s, *_ in snapshot.quads(predicate=PG.defaultBasis, object=PG.Measurement, graph=ANY)
    }
    for record in records:
        for node, _, prop, _ in snapshot.quads(predicate=PG.property, graph=record):
            if prop in RELATIONS:
                for *_, about, _ in snapshot.quads(node, PG.about, graph=record):
                    if isinstance(about, Iri):
                        subjects.add(snapshot.canonical(about))
    return subjects


def _of_subject(snapshot: AcceptedSnapshot, subject: Iri) -> Iterator[Conflict]:
    declared: dict[Iri, list[SourcedClaim]] = {}
    stated: dict[Iri, list[SourcedClaim]] = {}
    denied: dict[Iri, list[SourcedClaim]] = {}
    for item in snapshot.view(subject).claims:
        value = item.claim.value
        if item.claim.predicate not in RELATIONS or not isinstance(value, Iri):
            continue
        if item.status is AcceptanceStatus.SUPERSEDED:
            continue
        parent = snapshot.canonical(value)
        is_denied = item.claim.stance is Stance.DENIES
        if item.basis is Basis.MEASUREMENT:
            (denied if is_denied else stated).setdefault(parent, []).append(item)
        elif not is_denied:
            declared.setdefault(parent, []).append(item)
    name = label(snapshot, subject) or short_id(subject)
    for parent in sorted(declared.keys() & denied.keys()):
        why = (
            f"the weights do not come from {short_id(parent)}: {denied[parent][0].claim.as_stated}"
        )
        sides: tuple[Side, ...] = (
            (parent, tuple(declared[parent])),
            ("measured: not its parent", tuple(denied[parent])),
        )
        yield _conflict(subject, "not-its-child", why, sides, name)
    for parent in sorted(stated.keys() - declared.keys()):
        if any(_leads(snapshot, each, parent) for each in declared):
            continue  # the declared parent itself comes from it
        listed = ", ".join(short_id(each) for each in sorted(declared)) or "no parent"
        why = f"{listed} declared; {stated[parent][0].claim.as_stated}"
        sides = (
            *((each, tuple(declared[each])) for each in sorted(declared)),
            (parent, tuple(stated[parent])),
        )
        yield _conflict(subject, "undeclared-parent", why, sides, name)


def _conflict(subject: Iri, kind: str, why: str, sides: tuple[Side, ...], name: str) -> Conflict:
    return Conflict(subject, PROV.wasDerivedFrom, "parent", kind, SEVERITY[kind], why, sides, name)


def _leads(snapshot: AcceptedSnapshot, start: Iri, ancestor: Iri) -> bool:
    """Whether an ancestor is within _STEPS derivations of a model."""
    reached = {start}
    for _ in range(_STEPS):
        if ancestor in reached:
            return True
        reached = {
            parent
            for each in reached
            for *_, parent, _ in snapshot.quads(each, PROV.wasDerivedFrom)
            if isinstance(parent, Iri)
        }
    return ancestor in reached


def other_shape(snapshot: AcceptedSnapshot, subjects: Collection[Iri] | None) -> Iterator[Conflict]:
    """Yield a conflict for each declared child whose configuration has another shape."""
    children: Collection[Iri | None] = [None] if subjects is None else set(subjects)
    edges = {
        (child, parent)
        for chosen in children
        for relation in SAME_SHAPE
        for child, _, parent, _ in snapshot.quads(chosen, relation)
        if isinstance(parent, Iri)
    }
    value = _shapes(snapshot) if subjects is None else snapshot.value
    for child, parent in sorted(edges):
        result = _difference(snapshot, child, parent, value)
        if result is not None:
            prop, sides = result
            (ours, _), (theirs, _) = sides
            why = f"declared as made of {short_id(parent)}, with another {SHAPES[prop]}: {ours} instead of {theirs}"
            name = label(snapshot, child) or short_id(child)
            kind = "not-its-child"
            yield Conflict(
                child, PROV.wasDerivedFrom, "parent", kind, SEVERITY[kind], why, sides, name
            )


def _shapes(snapshot: AcceptedSnapshot) -> Callable[[Iri, Iri], Value | None]:
    """A function like ``snapshot.value`` for the shapes of all entities, each read in one pass."""
    given: dict[tuple[Iri, Iri], Value] = {}
    for prop in SHAPES:
        for subject, _, value, _ in snapshot.quads(predicate=prop):
            given.setdefault((subject, prop), value)
    return lambda subject, prop: given.get((subject, prop))


def _difference(
    snapshot: AcceptedSnapshot,
    child: Iri,
    parent: Iri,
    value: Callable[[Iri, Iri], Value | None],
) -> tuple[Iri, tuple[Side, Side]] | None:
    """The first shape that differs between the files of two models, with both sides, or None.

    Only values read from files count.
    """
    for prop in SHAPES:
        one, other = value(child, prop), value(parent, prop)
        if not isinstance(one, Literal) or not isinstance(other, Literal) or one == other:
            continue
        ours = _readings(snapshot, child, prop, one)
        theirs = _readings(snapshot, parent, prop, other)
        if ours and theirs:
            return prop, ((one, ours), (other, theirs))
    return None


def _readings(
    snapshot: AcceptedSnapshot, subject: Iri, prop: Iri, value: Literal
) -> tuple[SourcedClaim, ...]:
    claims: Iterable[SourcedClaim] = snapshot.claims(subject, prop)
    return tuple(c for c in claims if c.claim.value == value and c.basis in OBSERVED)
