"""Gathers the facts of an audit report, in a fixed order.

``report.html`` renders them. No clock is read, so that the same snapshot, models and day give the
same report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.assessment.assess import assess_model
from provenance_graph.assessment.rubrics.rubric import DEFAULT_RUBRIC
from provenance_graph.changes.profiles import profile_of
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.selection import of_default_kinds
from provenance_graph.core.claims import Header, SourcedClaim
from provenance_graph.core.iris import Iri
from provenance_graph.licences.answers import LicenceReportAnswer
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.near import index_near
from provenance_graph.licences.rules.marks import with_breaches
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.cells import claim_json

if TYPE_CHECKING:
    from provenance_graph.assessment.answers import AssessedAnswer
    from provenance_graph.conflicts.answers import ConflictAnswer
    from provenance_graph.lineage.answers import LineageAnswer
    from provenance_graph.model.answers import ClaimAnswer, ProfileAnswer

Json = dict[str, Any]
USES = ("commercial", "distribute", "modify", "eu")
"""The planned uses that a report answers by default."""
MAX_NODES = 300
QUERIES = {
    "Every claim about the model, by record": """\
PREFIX pg: <https://w3id.org/provenance-graph/ns#>
SELECT ?record ?property ?value ?stance WHERE {
  { BIND(<%s> AS ?e) } UNION { <%s> pg:describedAs ?e }
  GRAPH ?record { { ?e ?property ?value } UNION
                  { ?c pg:about ?e ; pg:property ?property ; pg:stance ?stance .
                    OPTIONAL { ?c pg:value ?value } } } }
ORDER BY ?record ?property ?value""",
    "What follows from them": """\
SELECT ?property ?value WHERE { <%s> ?property ?value } ORDER BY ?property ?value""",
}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model: its profile, claims, conflicts, lineage, licences and assessment, as JSON."""

    profile: ProfileAnswer
    claims: tuple[ClaimAnswer, ...]
    headers: tuple[Header, ...]
    conflicts: tuple[ConflictAnswer, ...]
    lineage: LineageAnswer
    licences: LicenceReportAnswer
    assessed: AssessedAnswer

    @property
    def queries(self) -> dict[str, str]:
        """The SPARQL queries that return the same facts, by their descriptions."""
        iri = self.profile["iri"]
        return {name: text.replace("%s", iri) for name, text in QUERIES.items()}

    def to_json(self) -> Json:
        """All facts of the model in the report, as JSON."""
        return {
            "profile": self.profile,
            "claims": list(self.claims),
            "conflicts": list(self.conflicts),
            "lineage": self.lineage,
            "licences": self.licences,
            "assessment": self.assessed,
        }


@dataclass(frozen=True, slots=True)
class AuditReport:
    """A report on some models in one version of a snapshot, as of a day."""

    version: str
    last_retrieved: str
    as_of: str
    day: str
    uses: tuple[str, ...]
    models: tuple[ModelFacts, ...]

    @property
    def checksum(self) -> str:
        """SHA-256 of the facts as canonical JSON; reports of equal checksum have the same facts."""
        facts = [model.to_json() for model in self.models]
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def report(
    snapshot: AcceptedSnapshot,
    subjects: Sequence[Iri],
    *,
    uses: Sequence[str] = USES,
    day: str = "",
) -> AuditReport:
    """Gather the facts of a report.

    ``day`` selects the licence texts in force: by default the day of the snapshot, else the day on
    which a record was last retrieved.
    """
    latest = snapshot.last_retrieved()
    chosen = day_of(day or snapshot.as_of or latest)[:10]
    index = index_near(snapshot, subjects)
    licences = LicenceGraph(snapshot, index)
    lineage = LineageGraph(snapshot, index)
    return AuditReport(
        version=snapshot.version,
        last_retrieved=latest,
        as_of=snapshot.as_of,
        day=chosen,
        uses=tuple(uses),
        models=tuple(_facts(lineage, licences, subject, uses, chosen) for subject in subjects),
    )


def _facts(
    lineage: LineageGraph, licences: LicenceGraph, subject: Iri, uses: Sequence[str], day: str
) -> ModelFacts:
    snapshot = lineage.snapshot
    claims = snapshot.claims(subject)
    named = {c.claim.value for c in claims if isinstance(c.claim.value, Iri)}
    labels = {entity: label(snapshot, entity) for entity in sorted(named)}
    above = with_breaches(lineage.of(subject, influences=True, limit=MAX_NODES), licences, day)
    result = of_default_kinds(conflicts(snapshot, [snapshot.canonical(subject)]))
    return ModelFacts(
        profile=profile_of(snapshot, subject),
        claims=tuple(claim_json(c, labels) for c in sorted(claims, key=_order)),
        headers=tuple({c.header.record: c.header for c in sorted(claims, key=_order)}.values()),
        conflicts=tuple(conflict.to_json() for conflict in result),
        lineage=above.to_json(),
        licences=licences.report(subject, uses=list(uses), day=day).to_json(),
        assessed=assess_model(snapshot, subject, DEFAULT_RUBRIC).to_json(),
    )


def _order(sourced: SourcedClaim) -> tuple[str, ...]:
    claim = sourced.claim
    return (
        sourced.header.record,
        claim.subject,
        claim.predicate,
        str(claim.value or ""),
        claim.stance.label,
        claim.locator,
        claim.as_stated,
    )
