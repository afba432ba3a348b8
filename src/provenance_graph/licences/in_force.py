"""The licences of an entity on a day, by its label and the texts in force then."""

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
    """The catalogue of licences that a store describes, read once per snapshot."""
    return snapshot.cached("licence catalogue", lambda: reading.load(snapshot))


class LicencesInForce:
    """The licences of entities by label and text, over a snapshot and its lineage index.

    ``index`` is by default the snapshot's own; another may hold only the part that is needed.
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
        """The ISO day on which a record was last retrieved, at most the snapshot's day."""
        return min(self.snapshot.day, self.snapshot.last_retrieved() or self.snapshot.day)

    def _following(self, index: LineageIndex) -> LineageIndex:
        return licence_index(index, self.snapshot, self.claims, self.catalogue)

    def licences_at(self, node: int, day: str = "") -> tuple[Licence, ...]:
        """The licences of a node, by its label and the texts in force on a day."""
        return tuple(self.catalogue.in_force(one, day) for one in self._labelled(node, day))

    def licences_above(self, node: int, subject: Iri, day: str = "") -> tuple[Licence, ...]:
        """The licences of an ancestor of ``subject``, by the texts that bound its making.

        Terms of a service bind by the text of the day on which it was used: at the latest the day
        on which the data written with it, or else the model, was released. Other licences are read
        by the text in force on ``day``.
        """
        licences = self._labelled(node, day)
        used = self._used(node, subject, day) if any(one.service for one in licences) else day
        return tuple(self.catalogue.in_force(one, used if one.service else day) for one in licences)

    def _used(self, service: int, subject: Iri, day: str) -> str:
        """The day by which a service had been used to make a model, at the latest ``day``."""
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
        """The earliest release of an entity and of its descendants among the nodes ``within``."""
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
        """The licences of a node: of an earlier day the labels that ended since, else today's."""
        if day and day < self.snapshot.day:
            if (node, day) not in self._lost:
                name = self.index.names[node]
                lost = label_history.ended_labels(self.snapshot, self.catalogue, name, day)
                self._lost[node, day] = self.catalogue.bound(one.iri for one in lost)
            if self._lost[node, day]:
                return self._lost[node, day]
        return [self.catalogue.licence(iri) for iri in self.index.licences_of(node)]

    def traits(self, model: Iri) -> ModelTraits:
        """The traits of a model that clauses depend on; cached."""
        if model not in self._traits:
            self._traits[model] = traits(self.snapshot, model)
        return self._traits[model]
