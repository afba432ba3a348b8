"""Checks of the systems in a fleet: findings on their models, each with its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.selection import of_default_kinds
from provenance_graph.core.errors import Ambiguous, NotFound, UsageError
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.literals import date_text
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.fleet.answers import FleetFindingAnswer
from provenance_graph.fleet.read import System
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.uses import parse_uses
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.fields import property_named
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.shapes.findings import Finding, Severity

KINDS = (
    "unknown",
    "licence",
    "breach",
    "upstream",
    "retirement",
    "alias",
    "undisclosed",
    "conflict",
    "vulnerability",
    "availability",
    "digest",
    "terms",
    "lineage",
    "fact",
)
"""Kinds of findings: an unknown model; a use that a licence blocks, or on which it is silent; a
licence rule that the model breaks, or that one upstream breaks; a deprecation or retirement; a
name that may denote another version in future, or already does; values that the developer does
not disclose; sources that disagree; a known vulnerability of the model or upstream; and, as
events since the last check, data or weights that are no longer available, files with other
content, other terms, other parents, other facts."""

NOTES = frozenset({"undisclosed", "conflict", "lineage", "fact"})
"""Kinds whose findings are notes; ``--fail-on`` may name them nevertheless."""

MUST = (DCTERMS.license, PG.trainedOn, PG.knowledgeCutoff)
"""Properties that a developer should disclose, for a system that does not name its own."""

_SEVERITIES = {
    "blocked": Severity.VIOLATION,
    "unknown": Severity.WARNING,
    "conditional": Severity.INFO,
}


@dataclass(frozen=True, slots=True)
class FleetFinding:
    """A finding on one model of one system.

    ``path`` leads from the system to the cause. ``version`` is the commit that caused it. ``new``:
    it was not found the last time. ``iri`` is the model's, if known.
    """

    system: str
    model: str
    kind: str
    severity: Severity
    message: str
    path: tuple[str, ...] = ()
    version: str = ""
    new: bool = False
    iri: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The identity of the finding across runs: system, model, kind and message."""
        return self.system, self.model, self.kind, self.message

    def as_finding(self) -> Finding:
        """The finding in the form of validation findings, for SARIF and JUnit."""
        return Finding(
            severity=self.severity,
            focus=Iri(f"urn:system:{self.system}"),
            path="",
            value=None,
            message=f"{self.system}: {self.model}: {self.message}",
            shape=f"urn:provenance-graph:fleet:{self.kind}",
            component="Fleet",
        )

    def to_json(self) -> FleetFindingAnswer:
        """The finding as JSON."""
        return {
            "system": self.system,
            "model": self.model,
            "iri": self.iri or None,
            "kind": self.kind,
            "severity": self.severity.label,
            "finding": self.message,
            "path": list(self.path),
            "version": self.version or None,
            "new": self.new,
        }


Row = tuple[str, Severity, str, tuple[str, ...]]


def check(
    snapshot: AcceptedSnapshot, systems: Iterable[System], day: str
) -> Iterator[FleetFinding]:
    """Yield every finding on every system, in the order of the systems.

    Raises NotFound for an unknown property in ``must`` and UsageError for an unknown use.
    """
    checker = _Checker(snapshot, day)
    for system in systems:
        check_uses(checker.licences, system)
        for name in system.models:
            try:
                used = find_entity(snapshot, name).iri
            except (NotFound, Ambiguous) as error:
                yield FleetFinding(system.id, name, "unknown", Severity.WARNING, str(error))
                continue
            for kind, severity, message, path in checker.rows(system, name, used):
                yield FleetFinding(
                    system.id, name, kind, severity, message, (system.id, *path), iri=used
                )


def check_uses(licences: LicenceGraph, system: System) -> None:
    """Raise UsageError, with the place, for an unknown use of a system."""
    try:
        parse_uses(licences.catalogue, system.uses)
    except (NotFound, UsageError) as error:
        raise UsageError(f"{system.id}.uses: {error}") from error


class _Checker:
    """Checks models against one snapshot; results shared by several systems are computed once."""

    def __init__(self, snapshot: AcceptedSnapshot, day: str) -> None:
        self.snapshot, self.day = snapshot, day
        self.licences = LicenceGraph(snapshot)
        self.lineage = LineageGraph(snapshot)
        self._of_model: dict[tuple[Iri, Iri], list[Row]] = {}
        self._of_use: dict[tuple[Iri, tuple[str, ...]], list[Row]] = {}

    def rows(self, system: System, name: str, used: Iri) -> Iterator[Row]:
        """Yield the findings on one model of a system."""
        model = model_of(self.snapshot, used)
        key = model, system.uses
        if key not in self._of_use:
            self._of_use[key] = list(self._licences(model, system.uses))
        yield from self._of_use[key]
        if (model, used) not in self._of_model:
            self._of_model[model, used] = [
                *self._breaches(model),
                *self._upstream(model),
                *self._lifecycle(model, used),
                *self._vulnerabilities(model, used),
                *self._conflicts(model),
            ]
        yield from self._of_model[model, used]
        yield from self._aliases(used, name)
        yield from self._undisclosed(model, system)

    def _licences(self, model: Iri, uses: tuple[str, ...]) -> Iterator[Row]:
        if not uses:
            return
        report = self.licences.report(model, uses=uses, day=self.day)
        for verdict in report.today.verdicts:
            if verdict.answer in _SEVERITIES:
                answer = verdict.to_json()
                use = answer.get("use") or answer.get("key") or ""
                use_name = use.get("label") or use.get("key") if isinstance(use, dict) else use
                message = f"{use_name}: {verdict.answer}. {report.sentence}"
                yield "licence", _SEVERITIES[verdict.answer], message, (short_id(model),)

    def _breaches(self, model: Iri) -> Iterator[Row]:
        for finding in self.licences.findings(model, day=self.day):
            severity = Severity.named(finding.severity)
            if severity >= Severity.WARNING and finding.rule.id != "LR-15":
                message = f"{finding.rule.id}: {finding.message}"
                yield "breach", severity, message, (short_id(model),)

    def _upstream(self, model: Iri) -> Iterator[Row]:
        """Yield licence rules that an ancestor of the weights breaks.

        Such an ancestor passes on rights that it does not have.
        """
        for ancestor in self.lineage.ancestors(model):
            for finding in self.licences.findings(ancestor, day=self.day):
                if Severity.named(finding.severity) >= Severity.VIOLATION:
                    message = f"{short_id(ancestor)}: {finding.rule.id}: {finding.message}"
                    yield "upstream", Severity.WARNING, message, self._path(model, ancestor)

    def _path(self, model: Iri, ancestor: Iri) -> tuple[str, ...]:
        paths = self.lineage.shortest_path(model, ancestor, influences=True).paths
        steps = [model, *(edge.parent for edge in paths[0])] if paths else [model, ancestor]
        return tuple(map(short_id, steps))

    def _lifecycle(self, model: Iri, used: Iri) -> Iterator[Row]:
        for term, word in ((PG.retirementDate, "retires"), (PG.deprecationDate, "deprecated from")):
            for entity in dict.fromkeys((used, model)):
                for value in self.snapshot.values(entity, term):
                    past = str(value) <= self.day
                    retired = past and word == "retires"
                    severity = Severity.VIOLATION if retired else Severity.WARNING
                    newer = self.snapshot.related(DCTERMS.replaces, model)
                    by = f"; replaced by {', '.join(map(short_id, newer))}" if newer else ""
                    done = "retired" if word == "retires" else "deprecated"
                    when = date_text(str(value), self.snapshot.precision(entity, term))
                    message = f"{done if past else word} {when}{by}"
                    yield "retirement", severity, message, (short_id(entity),)

    def _vulnerabilities(self, model: Iri, used: Iri) -> Iterator[Row]:
        above = [*dict.fromkeys((used, model)), *self.lineage.ancestors(model, influences=True)]
        for entity in above:
            for value in self.snapshot.values(entity, PG.vulnerability):
                own = entity in (used, model)
                where = "" if own else f" of {short_id(entity)}, upstream"
                path = (short_id(entity),) if own else self._path(model, entity)
                yield "vulnerability", Severity.VIOLATION, f"{value}{where}", path

    def _aliases(self, used: Iri, name: str) -> Iterator[Row]:
        bare = name.rpartition("/")[2]
        for binding in self.snapshot.related(PG.resolvesTo, used):
            if str(self.snapshot.value(binding, PG.alias) or "") == bare:
                message = f"{bare} is an alias of {short_id(used)}; name the version to pin it"
                yield "alias", Severity.INFO, message, (short_id(binding),)
        if bare.endswith("-latest"):
            message = f"{bare} moves to the next release; name the version to pin it"
            yield "alias", Severity.WARNING, message, (name,)

    def _undisclosed(self, model: Iri, system: System) -> Iterator[Row]:
        must = [property_named(self.snapshot, name) for name in system.must] or list(MUST)
        statuses = {
            value: word
            for term, word in ((PG.undisclosed, "undisclosed"), (PG.withheld, "withheld"))
            for value in self.snapshot.values(model, term)
        }
        missing = [
            f"{local_name(prop)} ({word})" if word else f"{local_name(prop)} (no source covers it)"
            for prop in sorted(must)
            if (word := statuses.get(prop)) is not None
            or (system.must and not self.snapshot.values(model, prop))
        ]
        if missing:
            severity = Severity.WARNING if system.must else Severity.INFO
            yield "undisclosed", severity, ", ".join(missing), (short_id(model),)

    def _conflicts(self, model: Iri) -> Iterator[Row]:
        names = {
            local_name(one.property) for one in of_default_kinds(conflicts(self.snapshot, [model]))
        }
        if names:
            message = f"sources disagree on {', '.join(sorted(names))}"
            yield "conflict", Severity.INFO, message, (short_id(model),)


def model_of(snapshot: AcceptedSnapshot, entity: Iri) -> Iri:
    """The model of a version, an alias or an offer; the entity itself where it is a model."""
    for term in (PG.resolvesTo, PROV.specializationOf, PG.offerOf):
        for value in snapshot.values(entity, term):
            if isinstance(value, Iri):
                return model_of(snapshot, value) if term == PG.resolvesTo else value
    return entity
