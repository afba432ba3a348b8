"""Stored profiles of models: the most expensive ones are stored, all others are computed.

A profile costs a look-up for every result, rank and offer of the model: 30 ms for a model with 134
criterion results, 80 ms if the engine has none of their blocks in memory. Such models are few.
Their profiles are computed for each version and stored in the form in which they are sent, for
command line, Python and service. The accepted view of a current model does not depend on the day,
so a profile is valid for its version, and for later versions as long as no commit touches an entity
from which it was made. These entities are stored with it.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.view import View
from provenance_graph.changes.log import sequence_of
from provenance_graph.changes.updating import changed_subjects
from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.databases import SharedConnection, connect
from provenance_graph.core.encoding import as_json
from provenance_graph.core.errors import UsageError
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.store.values import AnyGraph

if TYPE_CHECKING:
    from provenance_graph.model.answers import ProfileAnswer

FORMAT: Final = "2"
"""The format of the file; files of another format are not used."""
MAX_PROFILES: Final = 512
"""The most models whose profile is stored, the most expensive ones; it bounds time and disk."""
FEWEST: Final = 12
"""The least cost, in look-ups, for which a profile is stored; less takes a few milliseconds."""
MAX_CHANGED: Final = 500
"""The most changed entities with which profiles of an earlier version are reused."""
_CLAIMS_A_NODE: Final = 2
"""The number of annotated claims that cost as many look-ups as one node of a model."""
_BELOW: Final = (
    PG.evaluationOf,
    PG.rankOf,
    PG.offerOf,
    PG.artifactOf,
    PG.resolvesTo,
    PG.assessmentOf,
    PROV.specializationOf,
)
"""Properties by which nodes refer to the model to which they belong."""


def profiles_file(folder: Path, version: str) -> Path:
    """The file of stored profiles of a version."""
    return folder / f"profiles-{FORMAT}-{version}.sqlite"


def heaviest(
    snapshot: AcceptedSnapshot, limit: int = MAX_PROFILES, fewest: int = FEWEST
) -> list[Iri]:
    """The models with the most nodes and annotated claims, most expensive first."""
    counts: Counter[Iri] = Counter()
    assessed: dict[Iri, Iri] = {}
    part_of_model: list[tuple[Iri, Iri]] = []
    for predicate in _BELOW:
        for node, _, model, _ in snapshot.quads(predicate=predicate):
            if isinstance(model, Iri):
                counts[model] += 1
                if predicate == PG.assessmentOf:
                    assessed[node] = model
                elif predicate == PROV.specializationOf:
                    part_of_model.append((node, model))
    for _, _, whole, _ in snapshot.quads(predicate=DCTERMS.isPartOf):
        if isinstance(whole, Iri) and whole in assessed:
            counts[assessed[whole]] += 1
    for version, model in part_of_model:  # a page also shows the results of versions
        counts[model] += counts[version]
    for model, claims in _claims(snapshot).items():
        counts[model] += claims // _CLAIMS_A_NODE
    chosen = [iri for iri, number in counts.items() if number >= fewest]
    return sorted(chosen, key=lambda iri: (-counts[iri], iri))[:limit]


def _claims(snapshot: AcceptedSnapshot) -> Counter[Iri]:
    """The number of annotated claims about each model, under all its names."""
    models = {model for model, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)}
    named = {o: s for s, _, o, _ in snapshot.quads(predicate=PG.describedAs) if s in models}
    totals: Counter[Iri] = Counter()
    for name, number in snapshot.annotated_of():
        if (model := named.get(name, name)) in models:
            totals[model] += number
    return totals


class _Noting(AcceptedSnapshot):
    """A current snapshot that records which entities are read."""

    def __init__(self, of: AcceptedSnapshot) -> None:
        super().__init__(of._store, folder=of.folder, today=of.today)
        self.__dict__ |= {"policy": of.policy, "_reference_labels": of._reference_labels}
        self.entities: set[Iri] = set()

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        self.entities.update(one for one in (subject, object) if isinstance(one, Iri))
        return super().quads(subject, predicate, object, graph)

    def view(self, subject: Iri) -> View:
        self.entities |= {subject, self.canonical(subject)}
        return super().view(subject)

    def label(self, subject: Iri) -> str:
        self.entities.add(subject)
        return super().label(subject)


def keep(folder: Path, snapshot: AcceptedSnapshot) -> None:
    """Write the profiles of the most expensive models to a new file, then rename it in place.

    Profiles of an earlier version are reused for models that no commit has touched since.
    """
    from provenance_graph.model.profile import profile  # not needed to read stored profiles

    file = profiles_file(folder, snapshot.version)
    before = StoredProfiles.of_before(snapshot)
    with replacing(file) as aside, closing(sqlite3.connect(aside)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute(
            "CREATE TABLE profile (iri TEXT PRIMARY KEY, body BLOB NOT NULL, entities BLOB NOT NULL)"
            " WITHOUT ROWID"
        )
        noting = _Noting(snapshot)
        for model in heaviest(in_columns(snapshot)):
            row = before.row(model) if before else None
            if row is None:
                noting.entities = {model}
                body = as_json(profile(noting, model).to_json())
                row = (
                    zlib.compress(body),
                    zlib.compress("\n".join(sorted(noting.entities)).encode()),
                )
            database.execute("INSERT INTO profile VALUES (?,?,?)", (model, *row))
        database.commit()


class StoredProfiles:
    """The stored profiles of a version or an earlier one; usable from several threads.

    ``touched`` are the entities that commits changed since that version, and the entities to which
    these refer: a profile made from one of them is no longer valid.
    """

    def __init__(self, database: sqlite3.Connection, touched: frozenset[Iri]) -> None:
        self._shared, self._database, self._touched = SharedConnection(database), database, touched

    @classmethod
    def open(cls, snapshot: AcceptedSnapshot) -> StoredProfiles | None:
        """The profiles of a current snapshot, else of the latest earlier version, or None."""
        if snapshot.folder is None:
            return None
        file = profiles_file(snapshot.folder, snapshot.version)
        if file.exists():
            return snapshot.cached("profiles", lambda: cls._opened(file, frozenset()))
        return cls.of_before(snapshot)

    @classmethod
    def of_before(cls, snapshot: AcceptedSnapshot) -> StoredProfiles | None:
        """The profiles of the latest earlier version whose later changes are known, or None."""

        def opened() -> StoredProfiles | None:
            for version in sorted(_versions(snapshot), key=sequence_of, reverse=True):
                assert snapshot.folder is not None  # else there are no versions
                changed = changed_subjects(snapshot.folder.parent, version, snapshot.version)
                if changed is not None and len(changed) <= MAX_CHANGED:
                    file = profiles_file(snapshot.folder, version)
                    return cls._opened(file, frozenset(_touched(snapshot, changed)))
            return None

        return snapshot.cached("profiles of before", opened)

    @classmethod
    def _opened(cls, file: Path, touched: frozenset[Iri]) -> StoredProfiles:
        return cls(connect(file), touched)

    def row(self, model: Iri) -> tuple[bytes, bytes] | None:
        """A profile and its entities, both compressed; None if there is none or it is invalid."""
        query = "SELECT body, entities FROM profile WHERE iri = ?"
        row: tuple[bytes, bytes] | None = self._database.execute(query, (model,)).fetchone()
        if row is None or not self._touched:
            return row
        entities = zlib.decompress(row[1]).decode().split("\n")
        return None if self._touched.intersection(entities) else row

    def find(self, model: Iri) -> bytes | None:
        """The profile of a model as it is sent, or None if no valid one is stored."""
        row = self.row(model)
        return None if row is None else zlib.decompress(row[0])


def _versions(snapshot: AcceptedSnapshot) -> list[str]:
    """The other versions with stored profiles."""
    if snapshot.folder is None:
        return []
    head = f"profiles-{FORMAT}-"
    stored = (file.stem.removeprefix(head) for file in snapshot.folder.glob(f"{head}*.sqlite"))
    return [version for version in stored if version != snapshot.version]


def _touched(snapshot: AcceptedSnapshot, changed: Iterable[Iri]) -> Iterator[Iri]:
    """Yield the changed subjects under all their names, and the entities to which they refer."""
    for subject in changed:
        yield from snapshot.statements.names_of(subject)
        yield from (o for _, _, o, _ in snapshot.quads(subject) if isinstance(o, Iri))


def stored_profile(snapshot: AcceptedSnapshot, model: Iri) -> bytes | None:
    """The stored profile of a model as it is sent; None if there is none, or for a past day.

    A damaged file counts as none.
    """
    try:
        stored = None if snapshot.as_of else StoredProfiles.open(snapshot)
        return None if stored is None else stored.find(snapshot.canonical(model))
    except (sqlite3.Error, zlib.error, UsageError):
        return None


def profile_bytes(snapshot: AcceptedSnapshot, model: Iri) -> bytes:
    """The profile of a model as it is sent, stored or computed."""
    stored = stored_profile(snapshot, model)
    if stored is not None:
        return stored
    from provenance_graph.model.profile import profile

    return as_json(profile(snapshot, model).to_json())


def profile_of(snapshot: AcceptedSnapshot, model: Iri, *, alone: bool = False) -> ProfileAnswer:
    """The profile of a model, stored or computed.

    ``alone`` computes only its fields, without the nodes that belong to the model.
    """
    stored = stored_profile(snapshot, model)
    if stored is not None:
        answer: ProfileAnswer = json.loads(stored)
        return answer
    from provenance_graph.model.profile import profile

    return profile(snapshot, model, alone=alone).to_json()
