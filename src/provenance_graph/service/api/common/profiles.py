"""Profiles of the models with most below them or stated of them, made aside for each version and stored as they are sent.

A profile costs a look-up for every result, rank and offer below the model: 30 ms for one with 134
criterion results, 80 ms where the engine has none of their blocks in memory. Such models are few;
all others are made when they are asked for. What is accepted of a model now does not depend on the
day, so that a profile holds as long as its version.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter
from pathlib import Path
from typing import Final

from provenance_graph.acceptance.columns.wide import in_columns
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.service.api.common.encoding import as_json

FORMAT: Final = "1"
"""What the file holds; one of an earlier edition is made again."""
MOST: Final = 512
"""Models whose profile is stored, the heaviest: the bound of time and disk."""
FEWEST: Final = 12
"""What a model must weigh for its profile to be stored; with less it takes a few milliseconds."""
_CLAIMS_A_NODE: Final = 2
"""So many annotated claims cost as many look-ups as one node below a model."""
_BELOW: Final = (
    PG.evaluationOf,
    PG.rankOf,
    PG.offerOf,
    PG.artifactOf,
    PG.resolvesTo,
    PG.assessmentOf,
    PROV.specializationOf,
)
"""How what hangs on a model points to it."""


def profiles_file(folder: Path, version: str) -> Path:
    """The file of a version."""
    return folder / f"profiles-{FORMAT}-{version}.sqlite"


def heaviest(snapshot: AcceptedSnapshot, most: int = MOST, fewest: int = FEWEST) -> list[Iri]:
    """The models with most below them or stated of them, heaviest first."""
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
    for version, model in part_of_model:  # a page shows the results of versions, too
        counts[model] += counts[version]
    for model, claims in _claims(snapshot).items():
        counts[model] += claims // _CLAIMS_A_NODE
    chosen = [iri for iri, number in counts.items() if number >= fewest]
    return sorted(chosen, key=lambda iri: (-counts[iri], iri))[:most]


def _claims(snapshot: AcceptedSnapshot) -> Counter[Iri]:
    """How many annotated claims there are about each model, under all its names."""
    models = {model for model, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)}
    named = {o: s for s, _, o, _ in snapshot.quads(predicate=PG.describedAs) if s in models}
    found: Counter[Iri] = Counter()
    for name, number in snapshot.annotated_of():
        if (model := named.get(name, name)) in models:
            found[model] += number
    return found


def keep(folder: Path, snapshot: AcceptedSnapshot) -> None:
    """Write the profiles of the heaviest models aside, and swap the file in."""
    from provenance_graph.model.profile import profile  # who reads what is stored needs none of it

    file = profiles_file(folder, snapshot.version)
    aside = file.with_name(f".{file.name}.new")
    aside.unlink(missing_ok=True)
    database = sqlite3.connect(aside)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute(
            "CREATE TABLE profile (iri TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID"
        )
        for model in heaviest(in_columns(snapshot)):
            body = as_json(profile(snapshot, model).to_json())
            database.execute("INSERT INTO profile VALUES (?,?)", (model, zlib.compress(body)))
        database.commit()
        database.close()
        aside.replace(file)
    finally:
        database.close()
        aside.unlink(missing_ok=True)


class StoredProfiles:
    """The stored profiles of a version; open for reading, usable from several threads."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    def open(cls, snapshot: AcceptedSnapshot) -> StoredProfiles:
        """Those that a snapshot's folder holds; none where it has no such file."""
        return snapshot.cached("profiles", lambda: cls._opened(snapshot))

    @classmethod
    def _opened(cls, snapshot: AcceptedSnapshot) -> StoredProfiles:
        assert snapshot.folder is not None  # whoever opens them has looked for the file
        file = profiles_file(snapshot.folder, snapshot.version)
        uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        return cls(sqlite3.connect(uri, uri=True, check_same_thread=False))

    def find(self, model: Iri) -> bytes | None:
        """The profile of a model as it is sent, or None where it is not stored."""
        row = self._database.execute("SELECT body FROM profile WHERE iri = ?", (model,)).fetchone()
        return None if row is None else zlib.decompress(row[0])
