"""The names of a version without a search index, from the index of an earlier version.

A commit changes few entities. Their names are read from the snapshot; all others are looked up in
the index of the version before, so that a look-up takes milliseconds right after a write too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DERIVATIONS, INFLUENCES, PG, PROV
from provenance_graph.model.naming.catalogue_file import catalogue_file
from provenance_graph.model.naming.table import (
    KINDS,
    NamesInMemory,
    NameTable,
    StoredNames,
    kinds_of,
    listings,
    names,
)
from provenance_graph.store.values import ANY

MAX_CHANGED = 500
"""Changed entities; with more, a table is made from the whole snapshot."""


class NamesFollowed:
    """A name table of a snapshot: changed entities from the snapshot, others from ``before``."""

    def __init__(
        self,
        present: AcceptedSnapshot,
        kinds: Collection[str],
        before: NameTable,
        changed: Collection[Iri],
    ) -> None:
        self._present, self._kinds, self._before = present, set(kinds) or set(KINDS), before
        self._changed = frozenset(changed)
        touched = sorted(self._changed | set(_named_by(present, self._changed)))
        self._now = NamesInMemory(names(present, [one for one in touched if self._is_one(one)]))

    def by_name(self, name: str) -> list[Iri]:
        """Entities of that name (see ``NameTable``)."""
        return self._together(self._before.by_name(name), self._now.by_name(name))

    def editions(self, name: str) -> list[Iri]:
        """Entities of that name with a version (see ``NameTable``); changed ones come last."""
        return self._together(self._before.editions(name), self._now.editions(name))

    def near(self, name: str, limit: int = 5) -> list[str]:
        """Similar names (see ``NameTable``); those of changed entities come first."""
        return list(dict.fromkeys([*self._now.near(name, limit), *self._before.near(name, limit)]))[
            :limit
        ]

    def _together(self, before: Iterable[Iri], now: Iterable[Iri]) -> list[Iri]:
        same = [one for one in before if one not in self._changed and self._is_one(one)]
        return list(dict.fromkeys([*same, *now]))

    def _is_one(self, entity: Iri) -> bool:
        """Whether an entity is of one of the kinds, by its classes or by its use as a value."""
        present, kinds = self._present, self._kinds
        types = present.types(entity)
        if any(types & set(KINDS[kind]) for kind in kinds):
            return True
        if "organization" in kinds and any(
            True
            for name in present.statements.names_of(entity)
            for _ in present.quads(predicate=PROV.wasAttributedTo, object=name, graph=ANY)
        ):
            return True
        return any(
            True
            for relation in (*DERIVATIONS, *INFLUENCES)
            if ("dataset" if relation == PG.trainedOn else "model") in kinds
            for _ in present.quads(predicate=relation, object=entity)
        )


def _named_by(present: AcceptedSnapshot, changed: Iterable[Iri]) -> Iterable[Iri]:
    """The parents and data that entities name, and the publishers of their records."""
    records: set[Iri] = set()
    for entity in changed:
        for relation in (*DERIVATIONS, *INFLUENCES):
            yield from (o for o in present.values(entity, relation) if isinstance(o, Iri))
        for name in present.statements.names_of(entity):
            records |= {graph for *_, graph in present.quads(name, graph=ANY) if graph is not None}
    for record in records:
        for _, _, who, _ in present.quads(record, PROV.wasAttributedTo, graph=record):
            if isinstance(who, Iri):
                yield present.canonical(who)


def table_of(present: AcceptedSnapshot, kinds: Iterable[str] = ()) -> NameTable:
    """The name table of entities of some kinds, or of all; cached by snapshot.

    It is read from the search index of the version, else from that of an earlier version, else made
    in memory.
    """
    wanted = sorted(kinds)

    def opened() -> NameTable:
        if present.folder is not None:
            file = catalogue_file(present.folder, present.version)
            if file.exists():
                return StoredNames.open(file, wanted)
            if (last := present.before(present)) is not None:
                earlier, changed = last
                if len(changed) <= MAX_CHANGED:
                    return NamesFollowed(
                        present.uncached(), wanted, table_of(earlier, wanted), changed
                    )
        present.expect_whole(listings(wanted))
        return NamesInMemory(names(present, kinds_of(present, wanted)))

    return present.cached(f"names of {' '.join(wanted)}", opened)
