"""What of the graph concerns the systems we run: one finding each, with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.fleet.read import System
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.model.entities import find_entity
from provenance_graph.shapes.findings import Finding, Severity

KINDS = ("unknown", "licence", "breach", "retirement", "alias", "undisclosed", "conflict")
"""Kinds of findings: a model nobody knows; a use that a licence blocks or leaves unknown; a rule
on licences that the model breaks; a deprecation or retirement; a name that may move to another
version; a licence nobody disclosed; sources that disagree."""

_GRAVE = {"blocked": Severity.VIOLATION, "unknown": Severity.WARNING, "conditional": Severity.INFO}


@dataclass(frozen=True, slots=True)
class FleetFinding:
    """One finding on one model of one system."""

    system: str
    model: str
    kind: str
    severity: Severity
    message: str

    def as_finding(self) -> Finding:
        """As validation reports findings, for SARIF and JUnit."""
        return Finding(
            severity=self.severity,
            focus=Iri(f"urn:system:{self.system}"),
            path="",
            value=None,
            message=f"{self.system}: {self.model}: {self.message}",
            shape=f"urn:provenance-graph:fleet:{self.kind}",
            component="Fleet",
        )


def check(
    snapshot: AcceptedSnapshot, systems: Iterable[System], day: str
) -> Iterator[FleetFinding]:
    """Every finding on every system, in the systems' order."""
    graph = LicenceGraph(snapshot)
    for system in systems:
        for name in system.models:
            try:
                entity = find_entity(snapshot, name)
            except (NotFound, Ambiguous) as error:
                yield FleetFinding(system.id, name, "unknown", Severity.WARNING, str(error))
                continue
            model = _model_of(snapshot, entity.iri)
            for kind, severity, message in (
                *_licences(graph, model, system, day),
                *_breaches(graph, model, day),
                *_lifecycle(snapshot, model, entity.iri, day),
                *_aliases(snapshot, entity.iri, name),
                *_undisclosed(snapshot, model),
                *_conflicts(snapshot, model),
            ):
                yield FleetFinding(system.id, name, kind, severity, message)


Told = Iterator[tuple[str, Severity, str]]


def _model_of(snapshot: AcceptedSnapshot, entity: Iri) -> Iri:
    """The model of a version or an offer; itself where it is one."""
    for term in (PROV.specializationOf, PG.offerOf):
        for value in snapshot.values(entity, term):
            if isinstance(value, Iri):
                return value
    return entity


def _licences(graph: LicenceGraph, model: Iri, system: System, day: str) -> Told:
    if not system.uses:
        return
    report = graph.report(model, uses=system.uses, day=day)
    for verdict in report.today.verdicts:
        if verdict.answer in _GRAVE:
            json = verdict.to_json()
            use = json.get("use") or json.get("key") or ""
            shown = use.get("label") or use.get("key") if isinstance(use, dict) else use
            yield "licence", _GRAVE[verdict.answer], f"{shown}: {verdict.answer}. {report.sentence}"


def _breaches(graph: LicenceGraph, model: Iri, day: str) -> Told:
    for finding in graph.findings(model, day=day):
        severity = Severity.named(finding.severity)
        if severity >= Severity.WARNING and finding.rule.id != "LR-15":
            yield "breach", severity, f"{finding.rule.id}: {finding.message}"


def _lifecycle(snapshot: AcceptedSnapshot, model: Iri, used: Iri, day: str) -> Told:
    for term, word in ((PG.retirementDate, "retires"), (PG.deprecationDate, "deprecated from")):
        for entity in dict.fromkeys((used, model)):
            for value in snapshot.values(entity, term):
                past = str(value) <= day
                grave = Severity.VIOLATION if past and word == "retires" else Severity.WARNING
                replaced = snapshot.related(DCTERMS.replaces, model)
                by = f"; replaced by {', '.join(map(short_id, replaced))}" if replaced else ""
                shown = ("retired" if word == "retires" else "deprecated") if past else word
                yield "retirement", grave, f"{shown} {value}{by}"


def _aliases(snapshot: AcceptedSnapshot, used: Iri, name: str) -> Told:
    bare = name.rpartition("/")[2]
    for binding in snapshot.related(PG.resolvesTo, used):
        if str(snapshot.value(binding, PG.alias) or "") == bare:
            yield "alias", Severity.INFO, f"{bare} is an alias; name the version to hold it fast"
    if bare.endswith("-latest"):
        yield "alias", Severity.WARNING, f"{bare} moves to the next release; name the version"


def _undisclosed(snapshot: AcceptedSnapshot, model: Iri) -> Told:
    gaps = {
        value
        for term in (PG.undisclosed, PG.withheld)
        for value in snapshot.values(model, term)
        if value in (DCTERMS.license, PG.trainedOn, PG.knowledgeCutoff)
    }
    if gaps:
        yield "undisclosed", Severity.INFO, ", ".join(sorted(local_name(str(g)) for g in gaps))


def _conflicts(snapshot: AcceptedSnapshot, model: Iri) -> Told:
    fields = {local_name(one.property) for one in conflicts(snapshot, [model])}
    if fields:
        yield "conflict", Severity.INFO, f"sources disagree on {', '.join(sorted(fields))}"
