"""The facts of an audit report: gathered once, in an order that never changes.

``service.report_html`` writes them. Nothing here asks a clock, so that the same store, models
and day give the same report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from provenance_graph.acceptance.evidence import Evidence, day_of
from provenance_graph.assessment.assess import DEFAULT, assess_model
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.core.claims import Header, SourcedClaim
from provenance_graph.core.iris import Iri
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.fields import label
from provenance_graph.model.profile import claim_json, profile
from provenance_graph.model.stats import stats

Json = dict[str, Any]
USES = ("commercial", "distribute", "modify", "eu")
"""The planned uses that every report answers, unless others are asked for."""
MOST_NODES = 300
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

    profile: Json
    claims: tuple[Json, ...]
    headers: tuple[Header, ...]
    conflicts: tuple[Json, ...]
    lineage: Json
    licences: Json
    assessed: Json

    @property
    def queries(self) -> dict[str, str]:
        """The queries that give the same facts, by what they ask."""
        iri = self.profile["iri"]
        return {name: text.replace("%s", iri) for name, text in QUERIES.items()}

    def to_json(self) -> Json:
        """Everything the report rests on."""
        return {
            "profile": self.profile,
            "claims": list(self.claims),
            "conflicts": list(self.conflicts),
            "lineage": self.lineage,
            "licences": self.licences,
            "assessment": self.assessed,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A report over some models of one version of a store, as of a day."""

    version: str
    fed: str
    as_of: str
    day: str
    uses: tuple[str, ...]
    models: tuple[ModelFacts, ...]

    @property
    def checksum(self) -> str:
        """SHA-256 of the facts as canonical JSON; two reports with it rest on the same facts."""
        facts = [model.to_json() for model in self.models]
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


@dataclass(frozen=True)
class Sources:
    """What a report is read from."""

    evidence: Evidence
    lineage: LineageGraph
    licences: LicenceGraph


def report(
    sources: Sources, subjects: Sequence[Iri], *, uses: Sequence[str] = USES, day: str = ""
) -> Report:
    """Gather a report.

    Licence texts in force are chosen by ``day``: the day asked for, else the day the evidence
    is taken of, else the day the store was last fed.
    """
    evidence = sources.evidence
    told = stats(evidence.store)
    chosen = day or evidence.as_of or told.fed
    return Report(
        version=told.version,
        fed=told.fed,
        as_of=evidence.as_of,
        day=day_of(chosen)[:10],
        uses=tuple(uses),
        models=tuple(_facts(sources, s, uses, day_of(chosen)[:10]) for s in subjects),
    )


def _facts(sources: Sources, subject: Iri, uses: Sequence[str], day: str) -> ModelFacts:
    evidence = sources.evidence
    held = evidence.claims(subject)
    named = {c.claim.value for c in held if isinstance(c.claim.value, Iri)}
    labels = {thing: label(evidence.store, thing) for thing in sorted(named)}
    lineage = sources.lineage.of(
        subject, direction="both", influences=True, evidence=True, limit=MOST_NODES
    )
    found = conflicts(evidence, [evidence.canonical(subject)])
    return ModelFacts(
        profile=profile(evidence, subject).to_json(),
        claims=tuple(claim_json(c, labels) for c in sorted(held, key=_order)),
        headers=tuple({c.header.record: c.header for c in sorted(held, key=_order)}.values()),
        conflicts=tuple(conflict.to_json() for conflict in found),
        lineage=lineage.to_json(),
        licences=sources.licences.report(subject, uses=list(uses), today=day).to_json(),
        assessed=assess_model(evidence, subject, DEFAULT).to_json(),
    )


def _order(held: SourcedClaim) -> tuple[str, ...]:
    claim = held.claim
    return (
        held.header.record, claim.subject, claim.predicate, str(claim.value or ""),
        claim.stance.label, claim.locator, claim.as_stated,
    )  # fmt: skip
