"""The Python API: a graph, its models, and what one can ask of them.

>>> from provenance_graph import Graph
>>> graph = Graph.open("var/graph")                        # doctest: +SKIP
>>> graph.model("anthropic/claude-haiku-4-5").facts        # doctest: +SKIP
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.conflicts import detect as conflict_ledger
from provenance_graph.conflicts.results import Conflict
from provenance_graph.core.claims import SourcedClaim, Value
from provenance_graph.core.iris import Iri, local_name, said
from provenance_graph.core.terms import PG, RDF
from provenance_graph.model import questions
from provenance_graph.model.fields import fields, property_named
from provenance_graph.model.naming import resolve
from provenance_graph.model.profile import Profile, profile, value_json
from provenance_graph.model.stats import Stats, stats
from provenance_graph.store.base import Store
from provenance_graph.store.opening import derived_folder, open_store
from provenance_graph.store.values import ANY, Rows

if TYPE_CHECKING:
    import pandas as pd
    import rdflib

    from provenance_graph.assessment.assess import Assessed
    from provenance_graph.lineage.graph import LineageGraph


class Table:
    """The rows of a query: iterate for mappings of the bound variables."""

    def __init__(self, rows: Rows) -> None:
        self.names, self.rows, self.truncated = rows.names, rows.rows, rows.truncated

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Each row as a mapping."""
        yield from Rows(self.names, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame; needs pandas (``pip install provenance-graph[pandas]``)."""
        try:
            import pandas
        except ImportError as missing:
            raise ImportError(
                "to_pandas needs pandas: pip install 'provenance-graph[pandas]'"
            ) from missing
        plain = [[_plain(value) for value in row] for row in self.rows]
        return pandas.DataFrame(plain, columns=list(self.names))

    def __repr__(self) -> str:
        cut = ", cut short" if self.truncated else ""
        return f"<Table {len(self)} rows of {', '.join(self.names)}{cut}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.names)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(_plain(v)))}</td>" for v in row) + "</tr>"
            for row in self.rows[:50]
        )
        more = f"<caption>50 of {len(self)} rows</caption>" if len(self) > 50 else ""
        return f"<table>{more}<tr>{head}</tr>{body}</table>"


class Model:
    """One model: its accepted facts, the claims behind them, and what follows."""

    def __init__(self, graph: Graph, iri: Iri, as_of: str = "") -> None:
        self.graph, self.iri, self.as_of = graph, iri, as_of

    @property
    def id(self) -> str:
        """``namespace/name``."""
        return said(self.iri)

    @property
    def snapshot(self) -> AcceptedSnapshot:
        """What the graph accepts, as of this model's day."""
        return self.graph.snapshot(self.as_of)

    @property
    def facts(self) -> dict[str, Any]:
        """Accepted values by property; a list where a property has several.

        Numbers are numbers, things are IRIs, dates and text are text.
        """
        found: dict[str, list[Any]] = {}
        known = {field.property for field in fields(self.snapshot)}
        for _, predicate, value, _ in self.snapshot.view(self.iri).quads:
            if predicate in known:
                found.setdefault(local_name(predicate), []).append(_plain(value))
        return {key: values[0] if len(values) == 1 else values for key, values in found.items()}

    @property
    def disclosure(self) -> dict[str, str]:
        """Disclosure status by property, for every property that any source speaks of."""
        statuses = self.snapshot.view(self.iri).statuses
        return {local_name(prop): local_name(status) for prop, status in statuses.items()}

    def claims(self, property: str | None = None) -> list[SourcedClaim]:
        """Who says what, with standing and reason; of one property, or of all."""
        predicate = property_named(self.snapshot, property) if property else None
        return self.snapshot.claims(self.iri, predicate)

    def profile(self) -> Profile:
        """The profile, field by field."""
        return profile(self.snapshot, self.iri)

    def conflicts(self) -> list[Conflict]:
        """Where sources disagree about it, worst first."""
        return conflict_ledger.conflicts(self.snapshot, [self.iri])

    def lineage(self) -> ModelLineage:
        """What it rests on and what rests on it."""
        return ModelLineage(self)

    def assess(self, rubric: str = "kg-transparency") -> Assessed:
        """Its score under a rubric, each point down to its claims."""
        from provenance_graph.assessment.assess import assess_model

        return assess_model(self.snapshot, self.iri, rubric)

    def __repr__(self) -> str:
        return f"<Model {self.id}{f' as of {self.as_of}' if self.as_of else ''}>"

    def _repr_html_(self) -> str:
        found = self.profile().to_json()
        rows = "".join(
            f"<tr><th>{html.escape(field['label'])}</th>"
            f"<td>{html.escape(', '.join(str(_told(v)) for v in field['values']))}</td>"
            f"<td>{html.escape(str(field['status']))}</td><td>{field['sources']}</td></tr>"
            for section in found["sections"]
            for field in section["fields"]
            if field["values"] or field["status"] != "NotRecorded"
        )
        return f"<table><caption>{html.escape(found['name'])}</caption>{rows}</table>"


class ModelLineage:
    """The lineage seen from one model, on its day."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._lineage = model.graph.lineage(model.as_of)

    def ancestors(self, *, influences: bool = False) -> list[Model]:
        """Everything its weights come from; with ``influences`` also data, judges and the like."""
        found = self._lineage.ancestors(self.model.iri, influences)
        return [Model(self.model.graph, iri, self.model.as_of) for iri in found]

    def descendants(self, *, influences: bool = False) -> list[Model]:
        """Everything that comes from its weights."""
        found = self._lineage.descendants(self.model.iri, influences)
        return [Model(self.model.graph, iri, self.model.as_of) for iri in found]

    def __repr__(self) -> str:
        up, down = len(self.ancestors()), len(self.descendants())
        return f"<lineage of {self.model.id}: {up} ancestors, {down} descendants>"


class Graph:
    """A knowledge graph of model provenance, open for reading."""

    def __init__(self, store: Store, folder: Path | None = None) -> None:
        self.store = store
        self._folder = folder
        self._snapshots: dict[str, AcceptedSnapshot] = {}

    @classmethod
    def open(cls, place: str = "var/graph") -> Self:
        """Open a folder or a remote SPARQL service; raises StoreError."""
        return cls(open_store(str(place)), derived_folder(str(place)))

    @property
    def version(self) -> str:
        """The version of the store."""
        return self.store.version

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        """What the graph accepts, now or as of a day; raises UsageError for what is no day."""
        day, now = day_of(as_of), AcceptedSnapshot(self.store, folder=self._folder)
        held = self._snapshots.get("")
        if held is None or (held.version, held.today) != (now.version, now.today):
            self._snapshots = {"": now}
        return self._snapshots.setdefault(day, self._snapshots[""].at(day))

    def model(self, name: str, *, as_of: str = "") -> Model:
        """A model by IRI, ``namespace/name`` or unambiguous name; raises NotFound, Ambiguous."""
        return Model(self, resolve(self.snapshot(), name), day_of(as_of))

    def models(self, *, as_of: str = "") -> list[Model]:
        """Every model, by IRI; those known on a day where one is given."""
        snapshot = self.snapshot(as_of)
        return [Model(self, iri, snapshot.as_of) for iri in snapshot.related(RDF.type, PG.Model)]

    def query(self, sparql: str, bindings: Mapping[str, Value] | None = None) -> Table:
        """The rows of a SELECT; the project's prefixes need not be declared."""
        return Table(self.store.select(questions.prefixes(sparql), bindings))

    def ask(self, question: str, *, as_of: str = "", **settings: str) -> Table:
        """The answer of a stored question, now or as of a day.

        Raises QueryTooLarge for a day of a store that is too large to be queried so.
        """
        snapshot = self.snapshot(as_of)
        if not snapshot.as_of:
            return Table(questions.ask(snapshot, question, settings))
        from provenance_graph.ingest.day import dataset

        with dataset(snapshot) as data:
            return Table(questions.ask(snapshot, question, settings, data=data))

    def conflicts(self, *, as_of: str = "") -> list[Conflict]:
        """Where sources disagree, worst first."""
        return conflict_ledger.conflicts(self.snapshot(as_of))

    def stats(self, *, as_of: str = "") -> Stats:
        """What the graph holds, or held on a day."""
        return stats(self.snapshot(as_of))

    def lineage(self, as_of: str = "") -> LineageGraph:
        """The lineage of all models: ancestors, descendants, paths, impact, networkx."""
        from provenance_graph.lineage.graph import LineageGraph

        return LineageGraph(self.snapshot(as_of))

    def to_rdflib(self) -> rdflib.Dataset:
        """The whole graph as an rdflib Dataset, for one's own tools; takes memory."""
        import rdflib

        found = rdflib.Dataset()
        for subject, predicate, value, graph in self._quads():
            into = found.graph(rdflib.URIRef(graph)) if graph else found.default_graph
            into.add((rdflib.URIRef(subject), rdflib.URIRef(predicate), _rdflib(value)))
        return found

    def _quads(self) -> Iterator[tuple[Iri, Iri, Value, Iri | None]]:
        yield from self.store.quads()
        yield from self.store.quads(graph=ANY)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Graph version {self.version}>"


def _plain(value: Value | None) -> Any:
    return value if value is None or isinstance(value, Iri) else value_json(value)


def _told(value: Any) -> Any:
    return value["label"] if isinstance(value, dict) else value


def _rdflib(value: Value) -> rdflib.term.Identifier:
    import rdflib

    if isinstance(value, Iri):
        return rdflib.URIRef(value)
    if value.language:
        return rdflib.Literal(value.lexical, lang=value.language)
    return rdflib.Literal(value.lexical, datatype=rdflib.URIRef(value.datatype), normalize=False)
