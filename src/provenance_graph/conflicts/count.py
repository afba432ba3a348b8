"""How many models that several sources describe have values that differ, by property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Basis, Literal, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.store.values import ANY

Values = dict[Iri, set[Value]]
GIVEN = frozenset({Stance.STATED.value, Stance.PARTLY_STATED.value})


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one property: models with a value from two or more publishers, and how many differ."""

    label: str
    compared: int
    differ: int

    def row(self) -> tuple[str, int, int, str]:
        """As a table row."""
        share = f"{self.differ / self.compared:.0%}" if self.compared else ""
        return self.label, self.differ, self.compared, share


def figures(snapshot: AcceptedSnapshot) -> list[Figure]:
    """The figures for licences, parameter counts and release dates."""
    return [
        _figure(snapshot, "licences", DCTERMS.license, _unequal),
        _figure(snapshot, "parameter counts", PG.parameterCount, _unequal),
        _figure(snapshot, "parameter counts, by over 12 %", PG.parameterCount, _other_size),
        _figure(snapshot, "release dates", DCTERMS.issued, _unequal),
        _figure(snapshot, "release dates, by over a week", DCTERMS.issued, _over_a_week),
        _figure(
            snapshot, "the same, no inferred day", DCTERMS.issued, _over_a_week, inferred=False
        ),
    ]


def _figure(
    snapshot: AcceptedSnapshot,
    label: str,
    predicate: Iri,
    differ: Callable[[Values], bool],
    *,
    inferred: bool = True,
) -> Figure:
    several = [
        values
        for values in _stated(snapshot, predicate, inferred=inferred).values()
        if len(values) > 1
    ]
    return Figure(label, len(several), sum(map(differ, several)))


def _stated(snapshot: AcceptedSnapshot, predicate: Iri, *, inferred: bool) -> dict[Iri, Values]:
    """The usable values of a property, by model and publisher."""
    found: dict[Iri, Values] = defaultdict(lambda: defaultdict(set))

    def keep(name: Iri, value: object, graph: Iri | None) -> None:
        header = snapshot.header(graph) if graph else None
        if header is not None and isinstance(value, (Iri, Literal)):
            model = snapshot.canonical(name)
            if any(True for _ in snapshot.quads(model, RDF.type, PG.Model)):
                found[model][snapshot.canonical(header.publisher)].add(
                    snapshot.canonical(value) if isinstance(value, Iri) else value
                )

    for name, _, value, graph in snapshot.quads(predicate=predicate, graph=ANY):
        keep(name, value, graph)
    for node, _, _, graph in snapshot.quads(predicate=PG.property, object=predicate, graph=ANY):
        said = {p: o for _, p, o, _ in snapshot.quads(node, graph=graph)}
        about, stance = said.get(PG.about), said.get(PG.stance)
        if said.get(PG.basis) == Basis.INFERENCE.value and not inferred:
            continue
        if isinstance(about, Iri) and PG.unusable not in said and stance in GIVEN:
            keep(about, said.get(PG.value), graph)
    return found


def _unequal(values: Values) -> bool:
    """No value is given by all."""
    return not set.intersection(*values.values())


def _other_size(values: Values) -> bool:
    numbers = sorted(float(str(v)) for found in values.values() for v in found)
    return _unequal(values) and numbers[-1] > 1.12 * numbers[0]


def _over_a_week(values: Values) -> bool:
    days = sorted(date.fromisoformat(str(v)) for found in values.values() for v in found)
    return _unequal(values) and (days[-1] - days[0]).days > 7
