"""Building of the search index of a store's version, in one pass over models and links."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl

from provenance_graph.acceptance.columns.wide import in_columns, stated_members
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.claims import Literal, Precision, Value
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.literals import date_text, period
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, SKOS
from provenance_graph.model.disclosure.matrix import MatrixStates, layout, matrix_states
from provenance_graph.model.fields import fields
from provenance_graph.model.search import cards, heads
from provenance_graph.model.search.entity_frame import MODELS, FrameRows, framed
from provenance_graph.model.search.model_rows import ModelRows
from provenance_graph.model.search.name_rows import SCHEMA_SQL, fill_names
from provenance_graph.model.search.sorts import MAX_SORTED, STORED_SORTS, order_by

GAPS = (PG.undisclosed, PG.withheld, PG.partlyDisclosed)
_NO_GAPS = {
    PG.disclosed: "disclosed",
    PG.inferred: "inferred",
    PG.contradicted: "contradicted",
}
"""Disclosure states that are filters but no gaps, with the words of the filter."""
_STATES = {PG.undisclosed: "undisclosed", PG.withheld: "withheld", PG.partlyDisclosed: "partly"}
_SCHEMA = """
CREATE TABLE model (
  number INTEGER PRIMARY KEY, head INTEGER, rest TEXT, id TEXT NOT NULL, name TEXT NOT NULL,
  released TEXT, released_first TEXT, released_last TEXT, context INTEGER, parameters INTEGER, sources INTEGER NOT NULL,
  gaps INTEGER NOT NULL, descendants INTEGER NOT NULL);
CREATE TABLE facet (facet INTEGER NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (facet, number)) WITHOUT ROWID;
CREATE TABLE facet_count (facet INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL,
  models INTEGER NOT NULL, UNIQUE (kind, value));
CREATE TABLE sorted (sort TEXT NOT NULL, place INTEGER NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (sort, place)) WITHOUT ROWID;
CREATE TABLE ancestor (ancestor INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE);
CREATE TABLE above (number INTEGER NOT NULL, ancestor INTEGER NOT NULL,
  PRIMARY KEY (ancestor, number)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(name, id, aliases, developer, folded,
  content='', columnsize=0, prefix='2 3 4', tokenize="unicode61 remove_diacritics 2");
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_UNSORTED = """
CREATE TEMP TABLE unsorted (met INTEGER, number INTEGER);
CREATE TEMP TABLE facet_met (met INTEGER PRIMARY KEY, facet INTEGER);
CREATE TEMP TABLE unsorted_model AS SELECT * FROM model;
CREATE TEMP TABLE unsorted_card (number INTEGER, card TEXT);
CREATE TEMP TABLE unsorted_words (number, name, id, aliases, developer, folded);
"""
_SORTED = """
INSERT INTO facet SELECT DISTINCT facet, number FROM unsorted JOIN facet_met USING (met)
  ORDER BY 1, 2;
UPDATE facet_count SET models = (SELECT count(*) FROM facet f WHERE f.facet = facet_count.facet);
CREATE INDEX facet_most ON facet_count (kind, models DESC, value);
INSERT INTO model SELECT * FROM unsorted_model ORDER BY number;
INSERT INTO words(rowid, name, id, aliases, developer, folded)
  SELECT * FROM unsorted_words ORDER BY number;
DROP TABLE unsorted; DROP TABLE facet_met; DROP TABLE unsorted_model; DROP TABLE unsorted_card; DROP TABLE unsorted_words;
"""
"""Models are read in the order of the store; tables and text indexes are filled in their own."""

_MANY = 2_000
"""Models per write."""


def make(path: Path, snapshot: AcceptedSnapshot) -> None:
    """Make the index file and put it in place atomically; two processes may do so at once.

    The filled database is copied without free pages and the space that growing tables leave: a
    twelfth of its size.
    """
    with replacing(path) as whole:
        filled = whole.with_name(f"{whole.name}.filled")
        filled.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(filled)) as database:
                fill(database, snapshot)
                database.execute("VACUUM INTO ?", (str(whole),))
        finally:
            filled.unlink(missing_ok=True)


def fill(database: sqlite3.Connection, snapshot: AcceptedSnapshot) -> None:
    """Fill an empty database with the models and names of a store.

    Facts are read and written one model after another, so that memory grows only by the names of
    entities.
    """
    database.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
        + "".join((_SCHEMA, cards.SCHEMA_SQL, heads.SCHEMA_SQL, SCHEMA_SQL))
    )
    snapshot = in_columns(snapshot)
    known = heads.Heads()
    models = _fill_models(database, snapshot, known)
    counts = {"version": snapshot.version, "models": len(models)}
    fill_names(database, snapshot, models, known)
    database.executemany("INSERT INTO head VALUES (?,?,?)", known.rows())
    database.executemany(
        "INSERT INTO meta VALUES (?,?)", [(k, json.dumps(v)) for k, v in counts.items()]
    )
    database.executescript("INSERT INTO words(words) VALUES ('optimize'); ANALYZE;")
    database.commit()


def _fill_models(
    database: sqlite3.Connection, snapshot: AcceptedSnapshot, known: heads.Heads
) -> pl.DataFrame:
    """Fill the tables of models; returns their names and richness (columns ``MODELS``)."""
    source = IndexedFacts(snapshot)
    above = _ancestors(source.parents)
    below = Counter(a for ancestors in above.values() for a in ancestors)
    named = FrameRows(MODELS)
    database.executescript(_UNSORTED)
    waiting, numbers = ModelRows(known), source.numbers
    for facts in source.each():
        row, number = facts.row(below[facts.model]), numbers[facts.model]
        richness = 5 * row["sources"] + row["descendants"]
        named.add(facts.model, row["name"], row["aliases"], richness, number)
        waiting.add(number, facts, row)
        if len(waiting) >= _MANY:
            waiting.write(database)
    waiting.write(database)
    for position, (facet, met) in enumerate(sorted(waiting.facets.items())):
        database.execute("INSERT INTO facet_count VALUES (?,?,?,0)", (position, *facet))
        database.execute("INSERT INTO facet_met VALUES (?,?)", (met, position))
    cards.fill(database)
    database.executescript(_SORTED)
    ancestors = {name: n for n, name in enumerate(sorted(below), 1)}
    database.executemany("INSERT INTO ancestor(iri, ancestor) VALUES (?,?)", ancestors.items())
    pairs = sorted((ancestors[a], numbers[model]) for model in above for a in above[model])
    database.executemany("INSERT INTO above(ancestor, number) VALUES (?,?)", pairs)
    for sort in (sign + name for name in STORED_SORTS for sign in ("", "-")):
        rows = database.execute(f"SELECT number FROM model {order_by(sort)} LIMIT ?", (MAX_SORTED,))
        places = [(sort, position, n) for position, (n,) in enumerate(rows)]
        database.executemany("INSERT INTO sorted VALUES (?,?,?)", places)
    return named.frame()


class IndexedFacts:
    """The facts of a store that the index needs: licences, derivations, and each model's facts."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self.models = sorted({s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)})
        self.properties = frozenset(field.property for field in fields(snapshot))
        self.place = {field.property: number for number, field in enumerate(layout(snapshot))}
        self.openness = self._codes(PG.openness)
        self.family = self._codes(PG.licenceFamily)
        self.approved = {
            s for s, _, o, _ in snapshot.quads(predicate=PG.osiApproved) if str(o) == "true"
        }
        self._labels: dict[Iri, str] = {}
        self.numbers = {model: number for number, model in enumerate(self.models, 1)}
        self._sources = self._count_records()
        above: dict[Iri, set[Iri]] = defaultdict(set)
        for relation in terms.DERIVATIONS:  # only the kinds of derivation, as in lineage
            for child, _, parent, _ in snapshot.quads(predicate=relation):
                if isinstance(parent, Iri):
                    above[child].add(parent)
        self.parents = {model: sorted(above[model]) for model in self.models if model in above}

    def each(self) -> Iterator[AcceptedFacts]:
        """The accepted facts of every model, in the order of the store."""
        for model, quads in self.snapshot.subjects(dict.fromkeys(self.models)):
            facts: dict[Iri, list[Value]] = defaultdict(list)
            for _, predicate, value, _ in quads:
                facts[predicate].append(value)
            yield AcceptedFacts(self, model, facts)

    def _count_records(self) -> dict[Iri, int]:
        """The number of records that state, under any name, that an entity is a model."""
        described = self.snapshot.quads(predicate=PG.describedAs)
        pairs = chain(
            ((str(o), s) for s, _, o, _ in described), zip(self.models, self.models, strict=True)
        )
        names = framed({"name": pl.String, "model": pl.String}, pairs)
        stated = framed(
            {"name": pl.String, "record": pl.UInt64}, stated_members(self.snapshot, PG.Model)
        )
        counted = names.join(stated, on="name").group_by("model").agg(pl.col("record").n_unique())
        return {Iri(model): number for model, number in counted.iter_rows()}

    def sources(self, model: Iri) -> int:
        """The number of records that state that an entity is a model."""
        return self._sources.get(model, 0)

    def _codes(self, predicate: Iri) -> dict[Iri, str]:
        """The short id of the concept that each entity has for a property."""
        return {
            subject: local_name(str(concept))
            for subject, _, concept, _ in self.snapshot.quads(predicate=predicate)
            if isinstance(concept, Iri)
        }

    def label(self, entity: Value) -> str:
        """The label of an entity, or the literal's text."""
        if not isinstance(entity, Iri):
            return entity.lexical
        label = self._labels.get(entity)
        if label is None:
            label = self._labels[entity] = self._stated_label(entity) or short_id(entity)
        return label

    def _stated_label(self, entity: Iri) -> str:
        for predicate in (SCHEMA.name, SKOS.prefLabel, RDFS.label):
            values = self.snapshot.values(entity, predicate)
            if texts := [value.lexical for value in values if isinstance(value, Literal)]:
                return min(texts)
        return ""


@dataclass(frozen=True, slots=True)
class AcceptedFacts:
    """The accepted facts of one model, by property."""

    source: IndexedFacts
    model: Iri
    facts: Mapping[Iri, list[Value]]

    def _of(self, predicate: Iri) -> list[Value]:
        return self.facts.get(predicate, [])

    def _text(self, predicate: Iri) -> str:
        """The first literal of a property in alphabetical order; empty without one."""
        return min((v.lexical for v in self._of(predicate) if isinstance(v, Literal)), default="")

    def _display_texts(self, predicate: Iri) -> list[str]:
        return sorted(map(self.source.label, self._of(predicate)))

    def _number(self, predicate: Iri) -> int | None:
        texts = [value.lexical for value in self._of(predicate) if isinstance(value, Literal)]
        return min((int(text) for text in texts if text.lstrip("-").isdigit()), default=None)

    def _known(self) -> int:
        """The number of fields with an accepted value."""
        return len(self.source.properties & self.facts.keys())

    def _gaps(self) -> int:
        """The number of fields without a value and with a state of ``GAPS``."""
        marked = {value for state in GAPS for value in self._of(state)}
        return len((self.source.properties & marked) - self.facts.keys())

    def _release_precision(self) -> Precision | None:
        for precision in Precision:
            if precision.mark is not None and DCTERMS.issued in self._of(precision.mark):
                return precision
        return None

    def release_period(self) -> tuple[str | None, str | None]:
        """The first and last ISO day on which the model may have been released; None if unknown."""
        for value in sorted(self._of(DCTERMS.issued), key=str):
            if isinstance(value, Literal):
                try:
                    first, last = period(value, self._release_precision())
                except ValueError:
                    return value.lexical, value.lexical
                return first.isoformat(), last.isoformat()
        return None, None

    def states(self) -> MatrixStates:
        """The state of every field."""
        return matrix_states(self.facts, self.source.place)

    def row(self, descendants: int) -> dict[str, Any]:
        """The summary of the model, as lists and searches show it."""
        issued = self._display_texts(DCTERMS.issued)
        released = date_text(issued[0], self._release_precision()) if issued else None
        names = [name for name in self._of(PG.describedAs) if isinstance(name, Iri)]
        licences = [v for v in self._of(DCTERMS.license) if isinstance(v, Iri)]
        aliases = {
            self._text(SCHEMA.alternateName),
            *(short_id(name).rsplit("/", 1)[-1] for name in names),
        }
        text = short_id(self.model)
        openness = self.source.openness
        return {
            "iri": self.model,
            "id": text,
            "name": self._text(SCHEMA.name) or text.rsplit("/", 1)[-1],
            "aliases": sorted(a for a in aliases if a),
            "developers": self._display_texts(DCTERMS.creator),
            "released": released,
            "contextLength": self._number(PG.contextLength),
            "parameterCount": self._number(PG.parameterCount),
            "licences": [
                {"iri": v, "id": short_id(v), "label": self.source.label(v)}
                for v in sorted(licences)
            ],
            "openness": sorted({openness.get(v, "unknown") for v in licences}) or ["unknown"],
            "modalities": self._display_texts(PG.inputModality),
            "architecture": self._display_texts(PG.sparsity),
            "weights": self._display_texts(PG.weightsAvailability),
            "sources": self.source.sources(self.model),
            "known": self._known(),
            "fields": len(self.source.properties),
            "gaps": self._gaps(),
            "descendants": descendants,
        }

    def facets(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """The facet values of the model as (facet, value); a value may be empty."""
        yield from (("developer", name) for name in row["developers"])
        yield from (("licence", licence["id"]) for licence in row["licences"])
        yield from (("openness", value) for value in row["openness"])
        yield from (("licenceClass", value) for value in row["openness"])
        for licence in row["licences"]:
            family = self.source.family.get(licence["iri"], "")
            yield "family", family
            yield "licenceClass", family
            if licence["iri"] in self.source.approved:
                yield "licenceClass", "osi-approved"
        yield from (("modality", value) for value in row["modalities"])
        yield from (("architecture", value) for value in row["architecture"])
        yield from (("weights", value) for value in row["weights"])
        yield "year", (row["released"] or "")[:4]
        for predicate in GAPS:
            for prop in self._of(predicate):
                if isinstance(prop, Iri):
                    yield "disclosure", local_name(predicate)
                    yield "disclosure", f"{local_name(prop)}={_STATES[predicate]}"
        for predicate, state in _NO_GAPS.items():
            for prop in self._of(predicate):
                if isinstance(prop, Iri):
                    yield "disclosed", f"{local_name(prop)}={state}"
        if self._of(PG.contested):
            yield "disclosure", "contested"


def _ancestors(parents: Mapping[Iri, Iterable[Iri]]) -> dict[Iri, set[Iri]]:
    """The set of all ancestors of each model, without itself; cycles are allowed."""
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
