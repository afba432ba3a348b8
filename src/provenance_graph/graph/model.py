"""One model of a graph: facts, claims, lineage, licences, assessments and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup

from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of, first_day
from provenance_graph.assessment.rubrics.rubric import DEFAULT_RUBRIC
from provenance_graph.conflicts import detect as conflict_ledger
from provenance_graph.conflicts.results import Conflict
from provenance_graph.conflicts.selection import of_default_kinds
from provenance_graph.core.claims import Precision, SourcedClaim
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG
from provenance_graph.listing import Listing
from provenance_graph.model.fields import fields, property_named
from provenance_graph.store.base import Store
from provenance_graph.store.values import ANY

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

    from provenance_graph.assessment.assess import Assessed
    from provenance_graph.changes.history.results import History
    from provenance_graph.exchange.ledger import Exported
    from provenance_graph.forms.answers import FilledForm
    from provenance_graph.licences.results import LicenceReport
    from provenance_graph.lineage.results import Impact
    from provenance_graph.model.answers import ProfileAnswer
    from provenance_graph.model.receipt import ReceiptsOf
from provenance_graph.graph.rows import (
    CLAIM_COLUMNS,
    CONFLICT_COLUMNS,
    claim_row,
    conflict_row,
    plain,
)


class OpenGraph(Protocol):
    """The interface of the graph that a model uses."""

    @property
    def store(self) -> Store:
        """The store that is read."""
        ...

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        """The accepted values, now or as of a day."""
        ...


class Model:
    """One model, now or as of a day: accepted facts, their claims, and derived answers."""

    def __init__(self, graph: OpenGraph, iri: Iri, as_of: str = "") -> None:
        self.graph, self.iri, self.as_of = graph, iri, as_of

    @property
    def id(self) -> str:
        """The model's short id, ``namespace/name``."""
        return short_id(self.iri)

    @property
    def snapshot(self) -> AcceptedSnapshot:
        """The accepted values as of this model's day."""
        return self.graph.snapshot(self.as_of)

    @property
    def facts(self) -> dict[str, Any]:
        """Accepted values by property; a list where a property has several.

        Numbers are numbers, days are dates, entities are IRIs and text is text. A date known to the
        month only is a text such as ``"2025-02"``.
        """
        results: dict[str, list[Any]] = {}
        known = {field.property for field in fields(self.snapshot)}
        quads = self.snapshot.view(self.iri).quads
        marked = {(mark, prop) for _, mark, prop, _ in quads}
        for _, predicate, value, _ in quads:
            if predicate in known:
                precision = next((p for p in Precision if (p.mark, predicate) in marked), None)
                results.setdefault(local_name(predicate), []).append(plain(value, precision))
        return {key: values[0] if len(values) == 1 else values for key, values in results.items()}

    @property
    def disclosure(self) -> dict[str, str]:
        """Disclosure status by property, for every property with a claim by any source.

        ``NotRecorded``: no disclosure by the developer is recorded. The value in ``facts`` is then
        reported by another source.
        """
        statuses = self.snapshot.view(self.iri).statuses
        return {local_name(prop): local_name(status) for prop, status in statuses.items()}

    def claims(self, property: str | None = None) -> Listing[SourcedClaim]:
        """Claims with source, standing and reason; about one property, or about all."""
        predicate = property_named(self.snapshot, property) if property else None
        return Listing(self.snapshot.claims(self.iri, predicate), claim_row, CLAIM_COLUMNS)

    def profile(self) -> ProfileAnswer:
        """The profile, field by field: the document that ``show --format json`` prints."""
        from provenance_graph.changes.profiles import profile_of

        return profile_of(self.snapshot, self.iri)

    def conflicts(self, *, every: bool = False) -> Listing[Conflict]:
        """Disagreements between sources on this model, the worst first; ``every`` for all kinds."""
        listed = conflict_ledger.conflicts(self.snapshot, [self.iri])
        chosen = listed if every else of_default_kinds(listed)
        return Listing(chosen, conflict_row, CONFLICT_COLUMNS)

    def licences(self, *uses: str, on: str = "") -> LicenceReport:
        """Duties, restrictions and findings on every path of lineage, with a summary sentence.

        ``uses`` are planned uses such as ``"commercial"`` or ``"users=1000000"``. ``on`` is the day
        (ISO) whose licence texts apply. Raises UsageError for a use or day that is none, and for a
        day to come.
        """
        from provenance_graph.licences.graph import LicenceGraph, day_of_texts
        from provenance_graph.licences.inheritance.near import index_near

        index = index_near(self.snapshot, [self.iri]) if self.snapshot.as_of else None
        return LicenceGraph(self.snapshot, index).report(self.iri, uses=uses, day=day_of_texts(on))

    def impact(self, *, limit: int = 100) -> Impact:
        """The entities affected if the model is withdrawn, with our deployments and offers."""
        from provenance_graph.fleet import impact

        return impact(self.snapshot, self.iri, limit=limit)

    def history(self, start: str = "", end: str = "") -> History:
        """Changes of the model and of claims about it between two days, or the ends of periods.

        Raises UsageError where ``start`` is later than ``end``.
        """
        from provenance_graph.changes.history.history import history

        return history(self.snapshot, self.iri, first_day(start), day_of(end))

    def export(self, format: str, *, ancestors: bool = True) -> Exported:
        """The model in a format (``text``), with what the format cannot hold (``losses``)."""
        from provenance_graph.exchange.registry import export
        from provenance_graph.model.bundles.gather import bundle

        return export(bundle(self.snapshot, [self.iri], ancestors=ancestors), format)

    def form(self, name: str) -> FilledForm:
        """A form such as ``"eu-gpai-mdf"``, filled from claims."""
        from provenance_graph.formats.forms.definition import form_named
        from provenance_graph.forms.fill import fill

        return fill(self.snapshot, self.iri, form_named(name))

    def bundle(self, *formats: str) -> bytes:
        """A bundle of exports with every claim behind them, unsigned; ``verify`` checks it."""
        from provenance_graph.receipts.make import make

        return make(self.snapshot, [self.iri], formats or ("cyclonedx",))

    def receipts(self) -> ReceiptsOf:
        """The sources of each accepted value, by property."""
        from provenance_graph.model.receipt import receipts_of

        return receipts_of(self.snapshot, [self.iri])[0]

    def report(self) -> str:
        """The printable audit report as self-contained HTML."""
        from provenance_graph.report.facts import report
        from provenance_graph.report.html import html as page

        return page(report(self.snapshot, [self.iri]))

    def to_rdflib(self) -> rdflib.Dataset:
        """The accepted view of the model and all claims about it with their headers, for rdflib."""
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
        """The model's ancestors and descendants."""
        return ModelLineage(self)

    def assess(self, rubric: str = DEFAULT_RUBRIC) -> Assessed:
        """The model's score under a rubric, each point with its claims."""
        from provenance_graph.assessment.assess import assess_model

        return assess_model(self.snapshot, self.iri, rubric)

    def __repr__(self) -> str:
        return f"<Model {self.id}{f' as of {self.as_of}' if self.as_of else ''}>"

    def _repr_html_(self) -> str:
        from provenance_graph.model.disclosure.states import STATES

        json = self.profile()
        rows = Markup("").join(
            Markup("<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>").format(
                field["label"],
                ", ".join(str(_label(v)) for v in field["values"]),
                STATES[field["state"]].label,
                field["sources"],
            )
            for section in json["sections"]
            for field in section["fields"]
            if field["state"] != "notRecorded"
        )
        return Markup("<table><caption>{}</caption>{}</table>").format(json["name"], rows)


class ModelLineage:
    """The lineage around one model, as of its day."""

    def __init__(self, model: Model) -> None:
        from provenance_graph.licences.inheritance.near import index_near
        from provenance_graph.lineage.graph import LineageGraph

        self.model = model
        self._lineage = LineageGraph(model.snapshot, index_near(model.snapshot, [model.iri]))

    def ancestors(self, *, influences: bool = False) -> list[Model]:
        """Models that its weights derive from; with ``influences`` also data, judges and others."""
        ancestors = self._lineage.ancestors(self.model.iri, influences)
        return [Model(self.model.graph, iri, self.model.as_of) for iri in ancestors]

    def descendants(self, *, influences: bool = False) -> list[Model]:
        """Models that derive from its weights; with ``influences`` also those it influenced."""
        descendants = self._lineage.descendants(self.model.iri, influences)
        return [Model(self.model.graph, iri, self.model.as_of) for iri in descendants]

    def to_networkx(self) -> nx.MultiDiGraph:
        """The model with all its ancestors and descendants, influences included, for networkx."""
        one = self.model.iri
        around = {one, *self._lineage.ancestors(one, True), *self._lineage.descendants(one, True)}
        whole = self._lineage.to_networkx()
        return whole.subgraph([node for node in around if node in whole]).copy()

    def __repr__(self) -> str:
        up, down = len(self.ancestors()), len(self.descendants())
        return f"<lineage of {self.model.id}: {up} ancestors, {down} descendants>"


def _label(value: Any) -> Any:
    return value["label"] if isinstance(value, dict) else value
