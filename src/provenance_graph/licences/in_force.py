"""Which licences an entity holds on a day, by its label and the texts in force then."""

from __future__ import annotations

from functools import cached_property

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.licences.claims import ClaimReader
from provenance_graph.licences.inheritance.applicability import ModelTraits, traits
from provenance_graph.licences.inheritance.recorded import licence_index
from provenance_graph.licences.texts import labels as label_history
from provenance_graph.licences.texts import reading
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.lineage.arrays import closure
from provenance_graph.lineage.index import LineageIndex


def catalogue_of(snapshot: AcceptedSnapshot) -> Catalogue:
    """The licences that a store describes, read once."""
    return snapshot.cached("licence catalogue", lambda: reading.load(snapshot))


class LicencesInForce:
    """The licences of entities by label and text, over a store and its lineage index.

    ``index`` is the snapshot's own where none is given; others hold the part that is asked about.
    """

    def __init__(
        self,
        snapshot: AcceptedSnapshot,
        index: LineageIndex | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.claims = ClaimReader(snapshot)
        self.catalogue = catalogue or catalogue_of(snapshot)
        self.index = (
            snapshot.cached("licence index", lambda: self._following(LineageIndex.open(snapshot)))
            if index is None
            else self._following(index)
        )
        self._traits: dict[Iri, ModelTraits] = {}
        self._lost: dict[tuple[int, str], list[Licence]] = {}

    @cached_property
    def evidence_day(self) -> str:
        """The day on which a record was last retrieved, and no later than the day asked about."""
        return min(self.snapshot.day, self.snapshot.last_retrieved() or self.snapshot.day)

    def _following(self, index: LineageIndex) -> LineageIndex:
        return licence_index(index, self.snapshot, self.claims, self.catalogue)

    def licences_at(self, node: int, day: str = "") -> tuple[Licence, ...]:
        """The licences of a node, by its label and the texts in force on a day."""
        return tuple(self.catalogue.in_force(one, day) for one in self._labelled(node, day))

    def licences_above(self, node: int, subject: Iri, day: str = "") -> tuple[Licence, ...]:
        """The licences of what a model was made from, by the texts that bound its making.

        Terms of a service bind by the text of the day on which it was used: at the latest that on
        which the data written with it, or else the model, was released. Other licences are read by
        the text in force on ``day``.
        """
        licences = self._labelled(node, day)
        used = self._used(node, subject, day) if any(one.service for one in licences) else day
        return tuple(self.catalogue.in_force(one, used if one.service else day) for one in licences)

    def _used(self, service: int, subject: Iri, day: str) -> str:
        """The day by which a service had been used for a model, ``day`` at the latest."""
        released = self.traits(subject).released
        node = self.index.names.find(subject)
        if node is not None:
            within = {node, *closure(self.index.up, node, influences=True).nodes.tolist()}
            made = [
                self._first_release(child, within)
                for at in self.index.down.edges_of(service)
                if (child := int(self.index.down.other[at])) in within
            ]
            if made and all(made):
                released = max(made)
        return min(filter(None, (released, day)), default="")

    def _first_release(self, start: int, within: set[int]) -> str:
        """The earliest release of an entity and of what was made with it, on the way to a model."""
        reached, waiting = {start}, [start]
        while waiting:
            node = waiting.pop()
            children = (int(self.index.down.other[at]) for at in self.index.down.edges_of(node))
            new = {child for child in children if child in within} - reached
            reached |= new
            waiting += new
        days = (self.traits(self.index.names[one]).released for one in sorted(reached))
        return min(filter(None, days), default="")

    def _labelled(self, node: int, day: str) -> list[Licence]:
        """The licences of a node: on an earlier day the label that it lost since, else today's."""
        if day and day < self.snapshot.day:
            if (node, day) not in self._lost:
                name = self.index.names[node]
                lost = label_history.ended_labels(self.snapshot, self.catalogue, name, day)
                self._lost[node, day] = self.catalogue.bound(one.iri for one in lost)
            if self._lost[node, day]:
                return self._lost[node, day]
        return [self.catalogue.licence(iri) for iri in self.index.licences_of(node)]

    def traits(self, model: Iri) -> ModelTraits:
        """What clauses ask about a model."""
        if model not in self._traits:
            self._traits[model] = traits(self.snapshot, model)
        return self._traits[model]
