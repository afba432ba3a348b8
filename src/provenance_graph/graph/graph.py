"""The Python API: the graph, and the questions that can be asked of it.

>>> from provenance_graph import Graph
>>> graph = Graph.open("var/graph")                        # doctest: +SKIP
>>> graph.model("anthropic/claude-haiku-4-5").facts        # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.conflicts import detect as conflict_ledger
from provenance_graph.conflicts.results import Conflict
from provenance_graph.conflicts.selection import of_default_kinds
from provenance_graph.core import clock
from provenance_graph.core.claims import Value
from provenance_graph.core.errors import NotASelect, QueryError, QuerySyntax, UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.listing import Listing
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.resolve import organization_named, resolve
from provenance_graph.model.questions import stored as questions
from provenance_graph.model.questions.reach import REACHED
from provenance_graph.model.stats import Stats, stats
from provenance_graph.store.base import Store
from provenance_graph.store.opening import derived_folder, open_store
from provenance_graph.store.values import ANY, SparqlQuery

if TYPE_CHECKING:
    import rdflib

    from provenance_graph.changes.compare import Comparison
    from provenance_graph.changes.log import Commit
    from provenance_graph.fleet import FleetFinding
    from provenance_graph.graph.explorer import Explorer
    from provenance_graph.ingest.run import ImportReport
    from provenance_graph.licences.rules.breaches import StoreFindings
    from provenance_graph.lineage.graph import LineageGraph
    from provenance_graph.lineage.results import Impact
    from provenance_graph.reconciliation import MatchCandidate
    from provenance_graph.shapes.findings import Finding
from provenance_graph.graph import listings
from provenance_graph.graph.importing import imported
from provenance_graph.graph.model import Model
from provenance_graph.graph.rows import CONFLICT_COLUMNS, Table, conflict_row


class Graph:
    """A knowledge graph of model provenance, open for reading."""

    def __init__(self, store: Store, folder: Path | None = None, path: Path | None = None) -> None:
        self.store, self.location = store, path
        self._folder = folder
        self._snapshots: dict[str, AcceptedSnapshot] = {}

    @classmethod
    def open(cls, location: str = "var/graph") -> Self:
        """Open a store's folder or a remote SPARQL service for reading; raises StoreError."""
        local = None if str(location).startswith(("http://", "https://")) else Path(location)
        return cls(open_store(str(location)), derived_folder(str(location)), local)

    def reopen(self) -> None:
        """Open the newest version of a store in a folder, to read what was written since."""
        if self.location is not None:
            self.store.close()
            self.store = open_store(str(self.location))
            self._snapshots = {}

    @property
    def version(self) -> str:
        """The version of the store."""
        return self.store.version

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        """The accepted values, now or as of a day; raises UsageError if ``as_of`` is no day."""
        day, now = day_of(as_of), AcceptedSnapshot(self.store, folder=self._folder)
        stored = self._snapshots.get("")
        if stored is None or (stored.version, stored.today) != (now.version, now.today):
            self._snapshots = {"": now}
        return self._snapshots.setdefault(day, self._snapshots[""].at(day))

    def _whole(self, as_of: str) -> AcceptedSnapshot:
        """A snapshot for a caller that reads much of a past day; raises QueryTooLarge."""
        snapshot = self.snapshot(as_of)
        if snapshot.as_of and snapshot.folder is None and not snapshot.nothing_known():
            from provenance_graph.ingest.day import whole

            snapshot = self._snapshots[snapshot.as_of] = whole(snapshot)
        return snapshot

    def model(self, name: str, *, as_of: str = "") -> Model:
        """A model by IRI, ``namespace/name`` or unambiguous name; raises NotFound, Ambiguous."""
        return Model(self, resolve(self.snapshot(), name), day_of(as_of))

    def models(
        self, text: str = "", *, as_of: str = "", sort: str = "name", **filters: object
    ) -> Listing[Model]:
        """Models whose names contain ``text`` and that meet every filter; by default all models.

        Filters are those of the command: ``developer="Meta"``, ``licence_class="osi-approved"``,
        ``undisclosed="trainingCompute"``, ``since="2024"``, …; a list accepts any of its values.
        Raises NotFound with similar values for an unknown value, UsageError for an unknown filter.
        """
        snapshot = self._whole(as_of)
        rows = {
            listings.iri_of(one): listings.summary_row(one)
            for one in listings.summaries(snapshot, text, sort, filters)
        }
        models = [Model(self, iri, snapshot.as_of) for iri in rows]
        return Listing(models, lambda model: rows[model.iri])

    def search(
        self, text: str, *kinds: str, as_of: str = "", limit: int = 20
    ) -> Listing[dict[str, Any]]:
        """Entities of all or of some kinds whose names contain a text, the best match first."""
        return listings.searched(self._whole(as_of), text, kinds, limit)

    def check(self, *paths: str, format: str = "") -> Listing[Finding]:
        """Findings on documents, by themselves and against this graph; nothing is stored."""
        from provenance_graph.checking.upstream import Upstream

        snapshot = self.snapshot()
        checkers = [Upstream(self.store, snapshot)]
        return listings.checked(paths, format, snapshot.day, checkers)

    def compare(self, *models: str, as_of: str = "") -> Comparison:
        """A comparison of models, field by field."""
        from provenance_graph.changes.compare import compare

        snapshot = self.snapshot(as_of)
        return compare(snapshot, [resolve(snapshot, name) for name in models])

    def breaches(
        self, *rules: str, licensor: str = "", developer: str = "", on: str = "", as_of: str = ""
    ) -> StoreFindings:
        """All licence findings, or those of some rules, of a licensor or of a developer.

        ``on`` is the day (ISO) whose licence texts apply.
        """
        from provenance_graph.licences.graph import LicenceGraph, day_of_texts
        from provenance_graph.licences.rules.breaches import Filters, store_findings

        filters = Filters(frozenset(one.upper() for one in rules), licensor, developer, None)
        day = day_of_texts(on)
        return store_findings(LicenceGraph(self._whole(as_of)), day=day, filters=filters)

    def query(self, sparql: str, bindings: Mapping[str, Value] | None = None) -> Table:
        """The rows of a SELECT; the project's prefixes need not be declared.

        ``construct`` evaluates a CONSTRUCT or DESCRIBE. Raises QueryError for a query that is not a
        SELECT.
        """
        try:
            return Table(self.store.select(questions.prefixes(sparql), bindings))
        except NotASelect as error:
            raise QueryError(f"{error}; graph.construct(…) takes CONSTRUCT and DESCRIBE") from error

    def ask(
        self, question: str, *, as_of: str = "", limit: int = REACHED, **settings: str
    ) -> Table:
        """The answer of a stored question, now or as of a day.

        Of an answer on everything that lineage reaches, the first ``limit`` entities are given, 0
        for all; ``share`` of the table states the total. Raises QueryTooLarge where the store is
        too large for the dataset of a day.
        """
        snapshot = self.snapshot(as_of)
        if not snapshot.as_of:
            return Table(asking.ask(snapshot, question, settings, limit=limit))
        from provenance_graph.ingest.day import at_hand, dataset

        with dataset(snapshot) as data:
            over = at_hand(snapshot) or snapshot
            return Table(asking.ask(over, question, settings, data=data, limit=limit))

    def conflicts(self, *, as_of: str = "", every: bool = False) -> Listing[Conflict]:
        """Disagreements between sources, the worst first; with ``every`` of all kinds."""
        from provenance_graph.conflicts.stored import ledger

        snapshot = self._whole(as_of)
        if every:
            return Listing(conflict_ledger.conflicts(snapshot), conflict_row, CONFLICT_COLUMNS)
        listed = of_default_kinds(ledger(snapshot))  # few, so each is read completely
        subjects = {one.subject for one in listed}
        whole = {
            (one.subject, one.property, one.kind): one
            for one in conflict_ledger.conflicts(snapshot, subjects)
        }
        keys = ((one.subject, one.property, one.kind) for one in listed)
        chosen = [whole[key] for key in keys if key in whole]
        return Listing(chosen, conflict_row, CONFLICT_COLUMNS)

    def construct(self, sparql: str) -> rdflib.Graph:
        """The result of a CONSTRUCT or DESCRIBE; the project's prefixes need not be declared.

        Raises UsageError for another form of query.
        """
        import rdflib

        try:
            query = SparqlQuery(questions.prefixes(sparql))
            answer = self.store.serialize(query, "application/n-triples")
        except QuerySyntax:
            raise
        except QueryError as other:
            raise UsageError(f"construct takes CONSTRUCT or DESCRIBE: {other}") from other
        return rdflib.Graph().parse(data=answer.body, format="nt")

    def impact(self, entity: str, *, as_of: str = "", limit: int = 100) -> Impact:
        """Entities affected if a model or dataset is withdrawn, with our deployments and offers.

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
        """Findings on the systems in a ``fleet.toml``, or on those that the store holds.

        ``on`` is the day (ISO) to check. Raises UsageError that lists every error in the file.
        """
        from provenance_graph.fleet import check, read_fleet, systems_of

        now = self.snapshot(as_of)
        systems = read_fleet(Path(file)) if file is not None else list(systems_of(now))
        findings = check(now, systems, day_of(on) or now.day)
        return Listing(findings, lambda one: {**one.to_json(), "path": " → ".join(one.path)})

    def changes(self, since: str = "") -> Listing[Commit]:
        """The commits since a version with their changes, oldest first; else the last 50 commits.

        Raises ChangesGone where the log does not reach back to that version, UsageError for a
        remote store.
        """
        from provenance_graph.changes.feeds import title
        from provenance_graph.changes.log import ChangeLog

        if self.location is None:
            raise UsageError("ask a remote service at /api/v1/changes?since=VERSION")
        log, version = ChangeLog(self.location), self.version
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
        """Links of models and datasets to external data, as SSSOM; of all entities by default."""
        from provenance_graph.acceptance.sssom import write_sssom
        from provenance_graph.matching import links

        now = self.snapshot()
        subjects = [find_entity(now, name).iri for name in entities] or links.everything(now)
        return write_sssom(links.links(now, subjects, to), links.HEADER)

    def explorer(self, about: str, *, as_of: str = "", height: int = 480) -> Explorer:
        """The web page's explorer as a notebook widget that starts at an entity.

        Needs ``anywidget`` (the extra ``notebooks``); raises UsageError without it, and NotFound.
        """
        try:
            from provenance_graph.graph.explorer import Explorer
        except ModuleNotFoundError as missing:
            raise UsageError(
                f"the explorer needs {missing.name}: pip install 'provenance-graph[notebooks]'"
            ) from missing
        return Explorer(self.snapshot(as_of), about, height)

    def reconcile(self, name: str, kind: str = "", limit: int = 10) -> Listing[MatchCandidate]:
        """The entities that a name may denote, with scores and the features behind each score.

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

    def import_(
        self,
        *paths: str,
        format: str = "",
        publisher: str = "",
        retrieved: str = "",
        url: str = "",
        namespace: str = "",
        collection: str = "",
        private: bool = False,
    ) -> ImportReport:
        """Import documents into the store, as the command does; the report lists problems.

        The keywords are the command's options: ``publisher`` is an IRI or a name, ``retrieved`` an
        ISO day or time. Raises UsageError for a bad option or a remote store, and StoreBusy while
        another process writes.
        """
        from provenance_graph.ingest.arguments import account_of, time_of
        from provenance_graph.ingest.intake import Options

        options = Options(
            format,
            organization_named(self.snapshot(), publisher) if publisher else None,
            time_of(retrieved),
            collection,
            account_of(namespace),
            url,
            now=clock.now(),
            private=private,
        )
        report = imported(self.location, paths, options)
        self.reopen()
        return report

    def stats(self, *, as_of: str = "") -> Stats:
        """Counts of what the graph holds, now or as of a day."""
        return stats(self._whole(as_of))

    def lineage(self, as_of: str = "") -> LineageGraph:
        """The lineage of all models: ancestors, descendants, paths, impact, networkx."""
        from provenance_graph.lineage.graph import LineageGraph

        return LineageGraph(self._whole(as_of))

    def to_rdflib(self) -> rdflib.Dataset:
        """The whole graph as an rdflib Dataset, which takes much memory.

        ``model(…).to_rdflib()`` returns the part about one model.
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
