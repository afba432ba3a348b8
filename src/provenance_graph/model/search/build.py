"""Making the catalogue of a store's version: one scan of each predicate it needs."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.claims import Literal, Precision, Value
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.literals import period, shown_date
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, SKOS
from provenance_graph.model.fields import fields
from provenance_graph.model.naming.resolve import fold
from provenance_graph.model.search.names import SCHEMA_SQL, fill_names
from provenance_graph.store.values import ANY

GAPS = (PG.undisclosed, PG.withheld, PG.partlyDisclosed)
_STATES = {PG.undisclosed: "undisclosed", PG.withheld: "withheld", PG.partlyDisclosed: "partly"}
_SCHEMA = """
CREATE TABLE model (
  number INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, id TEXT NOT NULL, name TEXT NOT NULL,
  released TEXT, released_first TEXT, released_last TEXT, context INTEGER, parameters INTEGER, sources INTEGER NOT NULL,
  gaps INTEGER NOT NULL, descendants INTEGER NOT NULL,
  summary TEXT NOT NULL);
CREATE TABLE facet (kind TEXT NOT NULL, value TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (kind, value, number)) WITHOUT ROWID;
CREATE TABLE above (number INTEGER NOT NULL, ancestor TEXT NOT NULL, PRIMARY KEY (ancestor, number))
  WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(name, id, aliases, developer, folded,
  prefix='2 3 4', tokenize="unicode61 remove_diacritics 2");
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def make(path: Path, snapshot: AcceptedSnapshot) -> None:
    """Make the file aside and put it in place whole; two processes may do so at once."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    database = sqlite3.connect(aside)
    try:
        fill(database, snapshot)
        database.close()
        aside.replace(path)
    finally:
        database.close()
        aside.unlink(missing_ok=True)


def fill(database: sqlite3.Connection, snapshot: AcceptedSnapshot) -> None:
    """Fill an empty database with the models of a store."""
    database.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA + SCHEMA_SQL
    )
    summaries: dict[Iri, dict[str, Any]] = {}
    facts = IndexedFacts(snapshot)
    above = _ancestors(facts.parents)
    below = Counter(a for ancestors in above.values() for a in ancestors)
    for number, model in enumerate(facts.models, 1):
        row = summaries[model] = facts.row(model, below[model])
        database.execute(
            "INSERT INTO model VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                number, model, row["id"], row["name"], row["released"], *facts.release_period(model), row["contextLength"],
                row["parameterCount"], row["sources"], row["gaps"],
                row["descendants"], json.dumps(row, ensure_ascii=False),
            ),
        )  # fmt: skip
        spoken = sorted({row["name"], row["id"], *row["aliases"]})
        database.execute(
            "INSERT INTO words(rowid, name, id, aliases, developer, folded) VALUES (?,?,?,?,?,?)",
            (number, row["name"], row["id"], " ".join(row["aliases"]), " ".join(row["developers"]),
             " ".join(fold(name) for name in spoken)),
        )  # fmt: skip
        pairs = {(kind, value) for kind, value in facts.facets(model, row) if value}
        database.executemany(
            "INSERT INTO facet VALUES (?,?,?)", [(*p, number) for p in sorted(pairs)]
        )
        database.executemany(
            "INSERT INTO above VALUES (?,?)", [(number, a) for a in sorted(above[model])]
        )
    fill_names(database, snapshot, summaries)
    counts = {"version": snapshot.version, "models": len(facts.models)}
    database.executemany(
        "INSERT INTO meta VALUES (?,?)", [(k, json.dumps(v)) for k, v in counts.items()]
    )
    database.executescript("INSERT INTO words(words) VALUES ('optimize'); ANALYZE;")
    database.commit()


class IndexedFacts:
    """What the table needs, read from the store predicate by predicate."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self.models = sorted({s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)})
        self._names = self._texts(SCHEMA.name)
        self._others = self._texts(SCHEMA.alternateName)
        self._described = self._values(PG.describedAs)
        self._values_of = {p: self._values(p) for p in _COLUMNS}
        self._gaps = {p: self._values(p) for p in GAPS}
        self._disclosed = self._values(PG.disclosed)
        self._contested = self._values(PG.contested)
        self._to_period = {p: self._values(p.mark) for p in Precision if p.mark is not None}
        self._records = self._count_records()
        self._fields = fields(snapshot)
        self._valued = {
            field.property: {s for s, *_ in snapshot.quads(predicate=field.property)}
            for field in self._fields
        }
        self._known = self._count_known()
        self._openness = self._codes(PG.openness)
        self._family = self._codes(PG.licenceFamily)
        self._approved = self._texts(PG.osiApproved)
        self._labels = {
            **self._texts(RDFS.label),
            **self._texts(SKOS.prefLabel),
            **self._names,
        }
        above: dict[Iri, set[Iri]] = defaultdict(set)
        for relation in terms.DERIVATIONS:  # typed relations only, as lineage counts them
            for child, parents in self._values(relation).items():
                above[child].update(parent for parent in parents if isinstance(parent, Iri))
        self.parents = {model: sorted(above[model]) for model in self.models}

    def _values(self, predicate: Iri) -> dict[Iri, list[Value]]:
        values: dict[Iri, list[Value]] = defaultdict(list)
        for subject, _, value, _ in self.snapshot.quads(predicate=predicate):
            values[subject].append(value)
        return values

    def _count_records(self) -> Counter[Iri]:
        """How many records describe each model, under any of its names."""
        owner = {
            name: model
            for model, names in self._described.items()
            for name in names
            if isinstance(name, Iri)
        }
        pairs = {
            (owner.get(name, name), graph)
            for name, _, _, graph in self.snapshot.quads(
                predicate=RDF.type, object=PG.Model, graph=ANY
            )
        }
        return Counter(model for model, _ in pairs)

    def _count_gaps(self, model: Iri) -> int:
        """How many fields have no value and a state of ``knowledge.GAPS``."""
        marked = {p for of in self._gaps.values() for p in of.get(model, ())}
        return sum(
            field.property in marked and model not in self._valued[field.property]
            for field in self._fields
        )

    def _count_known(self) -> Counter[Iri]:
        """How many fields of each entity have an accepted value."""
        return Counter(model for models in self._valued.values() for model in models)

    def _texts(self, predicate: Iri) -> dict[Iri, str]:
        results: dict[Iri, str] = {}
        for subject, _, value, _ in self.snapshot.quads(predicate=predicate):
            if isinstance(value, Literal):
                results[subject] = min(results.get(subject, value.lexical), value.lexical)
        return results

    def _codes(self, predicate: Iri) -> dict[Iri, str]:
        """Short ids of concepts, by the entity that has them."""
        return {
            subject: local_name(str(concept))
            for subject, _, concept, _ in self.snapshot.quads(predicate=predicate)
            if isinstance(concept, Iri)
        }

    def label(self, entity: Value) -> str:
        """The label of an entity, or the literal's text."""
        if isinstance(entity, Iri):
            return self._labels.get(entity) or short_id(entity)
        return entity.lexical

    def _shown(self, model: Iri, predicate: Iri) -> list[str]:
        return sorted(map(self.label, self._values_of[predicate].get(model, ())))

    def _number(self, model: Iri, predicate: Iri) -> int | None:
        for value in self._values_of[predicate].get(model, ()):
            if isinstance(value, Literal) and value.lexical.lstrip("-").isdigit():
                return int(value.lexical)
        return None

    def _release_precision(self, model: Iri) -> Precision | None:
        for precision, of in self._to_period.items():
            if DCTERMS.issued in of.get(model, ()):
                return precision
        return None

    def release_period(self, model: Iri) -> tuple[str | None, str | None]:
        """The first and the last day on which a model may have been released."""
        for value in sorted(self._values_of[DCTERMS.issued].get(model, ()), key=str):
            if isinstance(value, Literal):
                try:
                    first, last = period(value, self._release_precision(model))
                except ValueError:
                    return value.lexical, value.lexical
                return first.isoformat(), last.isoformat()
        return None, None

    def row(self, model: Iri, descendants: int) -> dict[str, Any]:
        """The summary of a model, as lists and searches show it."""
        issued = self._shown(model, DCTERMS.issued)
        released = shown_date(issued[0], self._release_precision(model)) if issued else None
        described = [short_id(e) for e in self._described.get(model, ()) if isinstance(e, Iri)]
        licences = [
            v for v in self._values_of[DCTERMS.license].get(model, ()) if isinstance(v, Iri)
        ]
        aliases = {self._others.get(model, ""), *(name.rsplit("/", 1)[-1] for name in described)}
        return {
            "iri": model,
            "id": short_id(model),
            "name": self._names.get(model) or short_id(model).rsplit("/", 1)[-1],
            "aliases": sorted(a for a in aliases if a),
            "developers": self._shown(model, DCTERMS.creator),
            "released": released,
            "contextLength": self._number(model, PG.contextLength),
            "parameterCount": self._number(model, PG.parameterCount),
            "licences": [
                {"iri": v, "id": short_id(v), "label": self.label(v)} for v in sorted(licences)
            ],
            "openness": sorted({self._openness.get(v, "unknown") for v in licences}) or ["unknown"],
            "modalities": self._shown(model, PG.inputModality),
            "architecture": self._shown(model, PG.sparsity),
            "weights": self._shown(model, PG.weightsAvailability),
            "sources": self._records[model],
            "known": self._known[model],
            "fields": len(self._fields),
            "gaps": self._count_gaps(model),
            "descendants": descendants,
        }

    def facets(self, model: Iri, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The facet values of a model."""
        yield from (("developer", name) for name in row["developers"])
        yield from (("licence", licence["id"]) for licence in row["licences"])
        yield from (("openness", value) for value in row["openness"])
        yield from (("licenceClass", value) for value in row["openness"])
        for licence in row["licences"]:
            family = self._family.get(licence["iri"], "")
            yield "family", family
            yield "licenceClass", family
            if self._approved.get(licence["iri"]) == "true":
                yield "licenceClass", "osi-approved"
        yield from (("modality", value) for value in row["modalities"])
        yield from (("architecture", value) for value in row["architecture"])
        yield from (("weights", value) for value in row["weights"])
        yield "year", (row["released"] or "")[:4]
        for predicate, of in self._gaps.items():
            for prop in of.get(model, ()):
                if isinstance(prop, Iri):
                    yield "disclosure", local_name(predicate)
                    yield "disclosure", f"{local_name(prop)}={_STATES[predicate]}"
                    yield "undisclosed", local_name(prop)
        for prop in self._disclosed.get(model, ()):
            if isinstance(prop, Iri):
                yield "disclosed", f"{local_name(prop)}=disclosed"
        if self._contested.get(model):
            yield "disclosure", "contested"


_COLUMNS = (
    DCTERMS.creator,
    DCTERMS.issued,
    PG.contextLength,
    PG.parameterCount,
    DCTERMS.license,
    PG.inputModality,
    PG.sparsity,
    PG.weightsAvailability,
)


def _ancestors(parents: Mapping[Iri, Iterable[Iri]]) -> dict[Iri, set[Iri]]:
    """Everything above each model; safe on cycles."""
    iris: dict[Iri, set[Iri]] = {}
    for model in parents:
        seen: set[Iri] = set()
        waiting = list(parents[model])
        while waiting:
            parent = waiting.pop()
            if parent not in seen:
                seen.add(parent)
                known = iris.get(parent)
                if known is not None:
                    seen |= known
                else:
                    waiting.extend(parents.get(parent, ()))
        iris[model] = seen - {model}
    return iris
