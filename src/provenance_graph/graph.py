"""The Python API: a graph, its models, and what one can ask of them.

>>> from provenance_graph import Graph
>>> graph = Graph.open("var/graph")                        # doctest: +SKIP
>>> graph.model("anthropic/claude-haiku-4-5").facts        # doctest: +SKIP
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.conflicts import detect as conflict_ledger
from provenance_graph.conflicts.results import Conflict
from provenance_graph.core.claims import Literal, SourcedClaim, Value
from provenance_graph.core.errors import QueryError, QuerySyntax, UsageError
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG, RDF, XSD
from provenance_graph.listing import SHOWN, Listing, to_html, to_pandas, to_polars
from provenance_graph.model import questions
from provenance_graph.model.entities import find_entity
from provenance_graph.model.fields import fields, property_named
from provenance_graph.model.naming import resolve
from provenance_graph.model.profile import Profile, profile, value_json
from provenance_graph.model.stats import Stats, stats
from provenance_graph.store.base import Store
from provenance_graph.store.opening import derived_folder, open_store
from provenance_graph.store.values import ANY, Rows

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import rdflib

    from provenance_graph.assessment.assess import Assessed
    from provenance_graph.changes.history_results import History
    from provenance_graph.changes.log import Commit
    from provenance_graph.exchange.ledger import Exported
    from provenance_graph.fleet import FleetFinding
    from provenance_graph.forms.answers import FilledForm
    from provenance_graph.ingest.run import Report
    from provenance_graph.licences.results import LicenceReport
    from provenance_graph.lineage.graph import LineageGraph
    from provenance_graph.lineage.results import Impact
    from provenance_graph.model.receipt import ReceiptsOf
    from provenance_graph.reconciliation import Candidate


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
        return to_pandas(self._plain(), self.names)

    def to_polars(self) -> pl.DataFrame:
        """The rows as a data frame of polars; needs polars."""
        return to_polars(self._plain(), self.names)

    def _plain(self) -> list[dict[str, Any]]:
        return [dict(zip(self.names, map(_plain, row), strict=True)) for row in self.rows]

    def __repr__(self) -> str:
        cut = ", cut short" if self.truncated else ""
        return f"<Table {len(self)} rows of {', '.join(self.names)}{cut}>"

    def _repr_html_(self) -> str:
        return to_html(self._plain()[:SHOWN], len(self))


class Model:
    """One model: its accepted facts, the claims behind them, and what follows."""

    def __init__(self, graph: Graph, iri: Iri, as_of: str = "") -> None:
        self.graph, self.iri, self.as_of = graph, iri, as_of

    @property
    def id(self) -> str:
        """``namespace/name``."""
        return short_id(self.iri)

    @property
    def snapshot(self) -> AcceptedSnapshot:
        """What the graph accepts, as of this model's day."""
        return self.graph.snapshot(self.as_of)

    @property
    def facts(self) -> dict[str, Any]:
        """Accepted values by property; a list where a property has several.

        Numbers are numbers, dates are dates, entities are IRIs and text is text.
        """
        results: dict[str, list[Any]] = {}
        known = {field.property for field in fields(self.snapshot)}
        for _, predicate, value, _ in self.snapshot.view(self.iri).quads:
            if predicate in known:
                results.setdefault(local_name(predicate), []).append(_plain(value))
        return {key: values[0] if len(values) == 1 else values for key, values in results.items()}

    @property
    def disclosure(self) -> dict[str, str]:
        """Disclosure status by property, for every property that any source speaks of."""
        statuses = self.snapshot.view(self.iri).statuses
        return {local_name(prop): local_name(status) for prop, status in statuses.items()}

    def claims(self, property: str | None = None) -> Listing[SourcedClaim]:
        """Who says what, with standing and reason; of one property, or of all."""
        predicate = property_named(self.snapshot, property) if property else None
        return Listing(self.snapshot.claims(self.iri, predicate), _claim_row)

    def profile(self) -> Profile:
        """The profile, field by field."""
        return profile(self.snapshot, self.iri)

    def conflicts(self) -> Listing[Conflict]:
        """Where sources disagree about it, worst first."""
        return Listing(conflict_ledger.conflicts(self.snapshot, [self.iri]), _conflict_row)

    def licences(self, *uses: str, on: str = "") -> LicenceReport:
        """Duties, restrictions and findings on every path, with a sentence; ``on`` an ISO day.

        ``uses`` are planned ones such as ``"commercial"`` or ``"users=1000000"``.
        """
        from provenance_graph.licences.graph import LicenceGraph

        return LicenceGraph(self.snapshot).report(self.iri, uses=uses, day=on)

    def history(self, start: str = "", end: str = "") -> History:
        """What changed in the world and in what sources say, between two days."""
        from provenance_graph.changes.history import history

        return history(self.snapshot, self.iri, day_of(start), day_of(end))

    def export(self, format: str, *, ancestors: bool = True) -> Exported:
        """The model in a format (``text``), with what the format cannot hold (``losses``)."""
        from provenance_graph.exchange.registry import export
        from provenance_graph.model.bundle import bundle

        return export(bundle(self.snapshot, [self.iri], ancestors=ancestors), format)

    def form(self, name: str) -> FilledForm:
        """A form such as ``"eu-gpai-mdf"``, filled from claims."""
        from provenance_graph.formats.forms.definition import form_named
        from provenance_graph.forms.fill import fill

        return fill(self.snapshot, self.iri, form_named(name))

    def bundle(self, *formats: str) -> bytes:
        """A bundle of exports with every claim behind them, unsigned; see ``verify``."""
        from provenance_graph.receipts.make import make

        return make(self.snapshot, [self.iri], formats or ("cyclonedx",))

    def receipts(self) -> ReceiptsOf:
        """Where each accepted value comes from, by property."""
        from provenance_graph.model.receipt import receipts_of

        return receipts_of(self.snapshot, [self.iri])[0]

    def report(self) -> str:
        """The printable audit report, as HTML that needs nothing else."""
        from provenance_graph.report.facts import report
        from provenance_graph.report.html import html as page

        return page(report(self.snapshot, [self.iri]))

    def to_rdflib(self) -> rdflib.Dataset:
        """What the graph accepts of the model, and all claims on it with their headers, for rdflib."""
        from provenance_graph.as_rdflib import dataset

        store = self.graph.store
        names = self.snapshot.statements.names_of(self.iri)
        quads = [quad for name in names for quad in store.quads(name)]
        for name in names:
            quads += store.quads(name, graph=ANY)
            for node, _, _, graph in list(store.quads(predicate=PG.about, object=name, graph=ANY)):
                quads += store.quads(node, graph=graph)
        for record in sorted({graph for *_, graph in quads if graph is not None}):
            quads += store.quads(record, graph=record)
        return dataset(quads)

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
        json = self.profile().to_json()
        rows = "".join(
            f"<tr><th>{html.escape(field['label'])}</th>"
            f"<td>{html.escape(', '.join(str(_told(v)) for v in field['values']))}</td>"
            f"<td>{html.escape(str(field['status']))}</td><td>{field['sources']}</td></tr>"
            for section in json["sections"]
            for field in section["fields"]
            if field["values"] or field["status"] != "NotRecorded"
        )
        return f"<table><caption>{html.escape(json['name'])}</caption>{rows}</table>"


class ModelLineage:
    """The lineage seen from one model, on its day."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._lineage = model.graph.lineage(model.as_of)

    def ancestors(self, *, influences: bool = False) -> list[Model]:
        """Everything its weights come from; with ``influences`` also data, judges and the like."""
        ancestors = self._lineage.ancestors(self.model.iri, influences)
        return [Model(self.model.graph, iri, self.model.as_of) for iri in ancestors]

    def descendants(self, *, influences: bool = False) -> list[Model]:
        """Everything that comes from its weights."""
        descendants = self._lineage.descendants(self.model.iri, influences)
        return [Model(self.model.graph, iri, self.model.as_of) for iri in descendants]

    def __repr__(self) -> str:
        up, down = len(self.ancestors()), len(self.descendants())
        return f"<lineage of {self.model.id}: {up} ancestors, {down} descendants>"


class Graph:
    """A knowledge graph of model provenance, open for reading."""

    def __init__(self, store: Store, folder: Path | None = None, place: Path | None = None) -> None:
        self.store, self.place = store, place
        self._folder = folder
        self._snapshots: dict[str, AcceptedSnapshot] = {}

    @classmethod
    def open(cls, place: str = "var/graph") -> Self:
        """Open a folder or a remote SPARQL service; raises StoreError."""
        local = None if str(place).startswith(("http://", "https://")) else Path(place)
        return cls(open_store(str(place)), derived_folder(str(place)), local)

    def reopen(self) -> None:
        """See what was written since the graph was opened."""
        if self.place is not None:
            self.store.close()
            self.store = open_store(str(self.place))
            self._snapshots = {}

    @property
    def version(self) -> str:
        """The version of the store."""
        return self.store.version

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        """What the graph accepts, now or as of a day; raises UsageError for what is no day."""
        day, now = day_of(as_of), AcceptedSnapshot(self.store, folder=self._folder)
        stored = self._snapshots.get("")
        if stored is None or (stored.version, stored.today) != (now.version, now.today):
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

    def conflicts(self, *, as_of: str = "") -> Listing[Conflict]:
        """Where sources disagree, worst first."""
        return Listing(conflict_ledger.conflicts(self.snapshot(as_of)), _conflict_row)

    def construct(self, sparql: str) -> rdflib.Graph:
        """The graph of a CONSTRUCT or DESCRIBE; the project's prefixes need not be declared.

        Raises UsageError for a query of another kind.
        """
        import rdflib

        try:
            answer = self.store.serialize(questions.prefixes(sparql), "application/n-triples")
        except QuerySyntax:
            raise
        except QueryError as other:
            raise UsageError(f"construct takes CONSTRUCT or DESCRIBE: {other}") from other
        return rdflib.Graph().parse(data=answer.body, format="nt")

    def impact(self, entity: str, *, as_of: str = "", limit: int = 100) -> Impact:
        """What is affected if a model or dataset is withdrawn, with our deployments and offers.

        Raises NotFound, Ambiguous.
        """
        from provenance_graph.fleet import impact

        now = self.snapshot(as_of)
        return impact(
            now, find_entity(now, entity, ("model", "family", "dataset")).iri, limit=limit
        )

    def fleet(
        self, file: str | Path | None = None, *, on: str = "", as_of: str = ""
    ) -> Listing[FleetFinding]:
        """What concerns the systems of a ``fleet.toml``, or those that the store holds.

        Raises UsageError with every fault of the file.
        """
        from provenance_graph.fleet import check, read_fleet, systems_of

        now = self.snapshot(as_of)
        systems = read_fleet(Path(file)) if file is not None else list(systems_of(now))
        findings = check(now, systems, day_of(on) or now.day)
        return Listing(findings, lambda one: {**one.to_json(), "path": " → ".join(one.path)})

    def changes(self, since: str = "") -> Listing[Commit]:
        """What each commit since a version changed, oldest first; the last 50 without one.

        Raises ChangesGone where the log does not reach back that far, UsageError for a remote
        store.
        """
        from provenance_graph.changes.feeds import title
        from provenance_graph.changes.log import ChangeLog

        if self.place is None:
            raise UsageError("ask a remote service at /api/v1/changes?since=VERSION")
        log, version = ChangeLog(self.place), self.version
        commits = log.since(since, version) if since else log.last(version)
        return Listing(
            commits,
            lambda one: {
                "version": one.version,
                "at": datetime.fromisoformat(one.at),
                "kind": one.kind,
                "facts": one.fact_count,
                "title": title(one),
            },
        )

    def links(self, *entities: str, to: Iterable[str] = ()) -> str:
        """Links of models and datasets to data outside, as SSSOM; of all where none is named."""
        from provenance_graph.acceptance.sssom import write_sssom
        from provenance_graph.matching import links

        now = self.snapshot()
        subjects = [find_entity(now, name).iri for name in entities] or links.everything(now)
        return write_sssom(links.links(now, subjects, to), links.HEADER)

    def reconcile(self, name: str, kind: str = "", limit: int = 10) -> Listing[Candidate]:
        """The entities that a name may mean, with scores and what they are made of.

        ``kind`` is ``model``, ``dataset``, ``organization`` or ``licence``.
        """
        from provenance_graph.reconciliation import Query, match
        from provenance_graph.reconciliation.match import kind_named

        kinds = (kind_named(kind),) if kind else ()
        return Listing(
            match(self.snapshot(), Query(name, kinds, limit)),
            lambda one: {
                "id": short_id(one.iri),
                "name": one.name,
                "kind": one.kind,
                "score": one.score,
                "match": one.match,
                **{key: value for key, _, value in one.features},
            },
        )

    def import_(self, *paths: str, **options: Any) -> Report:
        """Read documents into the store, as the command does; problems are in the report.

        Options: ``format``, ``publisher`` (an IRI), ``retrieved``, ``url``. Raises UsageError
        for a remote store and StoreBusy while another process writes.
        """
        return _imported(self, paths, **options)

    def stats(self, *, as_of: str = "") -> Stats:
        """What the graph holds, or held on a day."""
        return stats(self.snapshot(as_of))

    def lineage(self, as_of: str = "") -> LineageGraph:
        """The lineage of all models: ancestors, descendants, paths, impact, networkx."""
        from provenance_graph.lineage.graph import LineageGraph

        return LineageGraph(self.snapshot(as_of))

    def to_rdflib(self) -> rdflib.Dataset:
        """The whole graph as an rdflib Dataset, for one's own tools; takes memory.

        ``model(…).to_rdflib()`` gives one model's part.
        """
        from provenance_graph.as_rdflib import dataset

        return dataset(self._quads())

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
    if value is None or isinstance(value, Iri):
        return value
    if value.datatype == XSD.date:
        try:
            return date.fromisoformat(value.lexical)
        except ValueError:
            return value.lexical
    return value_json(value)


def _told(value: Any) -> Any:
    return value["label"] if isinstance(value, dict) else value


def _claim_row(sourced: SourcedClaim) -> dict[str, Any]:
    return {
        "property": local_name(sourced.claim.predicate),
        "value": _plain(sourced.claim.value),
        "stance": sourced.claim.stance.label,
        "standing": sourced.standing.label,
        "basis": sourced.basis.label,
        "publisher": short_id(sourced.header.publisher),
        "retrieved": _plain(Literal(sourced.header.retrieved[:10], XSD.date)),
        "place": sourced.claim.locator,
        "document": str(sourced.header.document),
        "why": sourced.reason,
    }


def _conflict_row(conflict: Conflict) -> dict[str, Any]:
    json = conflict.to_json()
    return {
        "subject": short_id(conflict.subject),
        "property": local_name(conflict.property),
        "kind": json.get("kind"),
        "severity": conflict.severity,
        "why": json.get("why") or json.get("reason") or "",
    }


def _imported(graph: Graph, paths: tuple[str, ...], **options: Any) -> Report:
    from datetime import UTC

    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.iris import iri
    from provenance_graph.formats.registry import readers
    from provenance_graph.formats.walk import walk
    from provenance_graph.ingest.intake import Options
    from provenance_graph.ingest.run import import_documents
    from provenance_graph.store.opening import open_writer

    if graph.place is None:
        raise UsageError("import_ needs a store in a folder; open one with Graph.open(folder)")
    known = {"format", "publisher", "retrieved", "url"}
    if unknown := set(options) - known:
        raise UsageError(f"import_ takes no {min(unknown)!r}; it takes {', '.join(sorted(known))}")
    publisher = options.get("publisher")
    asked = Options(
        str(options.get("format", "")),
        iri(str(publisher)) if publisher else None,
        str(options.get("retrieved", "")),
    )
    today = asked.retrieved or datetime.now(UTC).date().isoformat()
    documents = walk(paths, retrieved=today, url=str(options.get("url", "")))
    with open_writer(graph.place) as store:
        done = import_documents(
            store, documents, readers(), asked, lambda *_: None, EvidenceLevels()
        )
    graph.reopen()
    return done
