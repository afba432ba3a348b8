"""A small store for tests of assessment, history and comparison."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import reference_data

from provenance_graph.acceptance.evidence import view
from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.record_set import RecordSet
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.assessment.evidence.gather import (
    LevelQuestion,
    RecordLinks,
    level_quads,
)
from provenance_graph.assessment.rubrics.loader import load
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Quad, Record, Stance
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.store.memory import MemoryStore

MODEL, OLD, SIBLING = iris.model("org/m"), iris.model("org/m-1"), iris.model("org/big")
VERSION, OTHER = mint("version", "org/m", "20250301"), mint("version", "org/m", "20250901")
ALIAS, RESULT = iris.entity("t", "alias", "m"), iris.entity("t", "evaluation", "m")
INDEX, SCHEME = iris.entity("idx", "assessment", "m"), mint("rubric", "osai")
ORG = iris.organization("Org")
MIT = Iri("http://spdx.org/licenses/MIT")
APACHE = Iri("http://spdx.org/licenses/Apache-2.0")


reference = reference_data.everything


def record(source: str, day: str, basis: Basis, *claims: Claim, publisher: str = "Org") -> Record:
    header = Header(
        iris.record("t", source, day),
        Iri(f"https://example.org/{source}"),
        iris.organization(publisher),
        day,
        "rdf",
        basis,
        custody=Custody.ASSERTED,
    )
    return Record(header, claims).sort()


def date(text: str) -> literals.Dated:
    result = literals.day(text)
    assert result
    return result


def rank(edition: str, day: str, place: int, population: int) -> list[Claim]:
    node, ranking = iris.entity("t", "rank", edition), iris.entity("t", "ranking", edition)
    return [
        Claim(node, RDF.type, PG.RankEntry),
        Claim(node, PG.rankOf, MODEL),
        Claim(node, PG.rank, literals.integer(place)),
        Claim(node, PG.population, literals.integer(population)),
        Claim(node, DCTERMS.date, date(day).literal),
        Claim(node, PG.ranking, ranking),
        Claim(ranking, RDF.type, PG.Ranking),
        Claim(ranking, SCHEMA.name, literals.text(f"Arena, list at {edition}")),
    ]


def records() -> list[Record]:
    """A model with a predecessor, two versions, an alias that moved, ranks, and an index."""
    card = [
        Claim(MODEL, RDF.type, PG.Model),
        Claim(MODEL, SCHEMA.name, literals.text("M")),
        Claim(MODEL, DCTERMS.creator, ORG),
        Claim(MODEL, DCTERMS.replaces, OLD),
        Claim(MODEL, DCTERMS.issued, date("2025-03-01").literal),
        Claim(MODEL, PG.contextLength, literals.integer(8000), locator="L3"),
        Claim(MODEL, PG.deprecationDate, date("2026-01-01").literal),
        Claim(MODEL, PG.retirementDate, date("2026-03-02").literal),
        Claim(MODEL, DCTERMS.license, MIT),
    ]
    later = [claim for claim in card if claim.predicate != PG.contextLength]
    later.append(Claim(MODEL, PG.contextLength, literals.integer(16000), locator="L3"))
    forms = [
        Claim(VERSION, RDF.type, PG.ModelVersion),
        Claim(VERSION, PROV.specializationOf, MODEL),
        Claim(VERSION, SCHEMA.version, literals.text("20250301")),
        Claim(VERSION, DCTERMS.license, APACHE),
        Claim(OTHER, RDF.type, PG.ModelVersion),
        Claim(OTHER, PROV.specializationOf, MODEL),
        Claim(OTHER, SCHEMA.version, literals.text("20250901")),
        Claim(OTHER, DCTERMS.license, MIT),
        Claim(ALIAS, RDF.type, PG.AliasBinding),
        Claim(ALIAS, PG.alias, literals.text("m-latest")),
        Claim(ALIAS, PG.resolvesTo, VERSION, valid_from="2025-03-01", valid_until="2025-09-01"),
        Claim(ALIAS, PG.resolvesTo, OTHER, valid_from="2025-09-01"),
    ]
    old = [
        Claim(OLD, RDF.type, PG.Model),
        Claim(OLD, SCHEMA.name, literals.text("M 1")),
        Claim(OLD, DCTERMS.creator, ORG),
        Claim(OLD, PG.contextLength, literals.integer(4000)),
    ]
    config = [Claim(MODEL, PG.contextLength, literals.integer(16000))]
    silent = [
        Claim(MODEL, PG.trainingComputeFLOP, None, Stance.REPORTS_UNDISCLOSED),
        Claim(MODEL, PG.parameterCount, literals.integer(7_000_000_000)),
    ]
    measured = [
        Claim(RESULT, RDF.type, PG.EvaluationResult),
        Claim(RESULT, PG.evaluationOf, VERSION),
        Claim(RESULT, PG.score, literals.decimal("0.5")),
    ]
    weights = Iri(f"{INDEX}/weights_endmodel")
    index = [
        Claim(INDEX, RDF.type, PG.Assessment),
        Claim(INDEX, PG.assessmentOf, SIBLING),
        Claim(INDEX, PG.scheme, SCHEME),
        Claim(weights, RDF.type, PG.CriterionResult),
        Claim(weights, DCTERMS.isPartOf, INDEX),
        Claim(weights, PG.criterion, mint("rubric", "osai", "weights_endmodel")),
        Claim(weights, PG.level, PG.LevelDisclosed),
        Claim(SIBLING, RDF.type, PG.Model),
        Claim(SIBLING, SCHEMA.name, literals.text("Big")),
        Claim(SIBLING, DCTERMS.creator, ORG),
    ]
    developer, third = Basis.DEVELOPER, Basis.THIRD_PARTY
    return [
        record("card", "2025-04-01", developer, *card),
        record("card", "2025-10-01", developer, *later),
        record("forms", "2025-10-01", developer, *forms),
        record("old", "2025-04-01", developer, *old),
        record("config", "2025-10-01", Basis.ARTIFACT, *config),
        record("page", "2025-06-01", third, *silent, publisher="Page"),
        record("lab", "2025-10-02", Basis.MEASUREMENT, *measured, publisher="Lab"),
        record("index", "2025-10-03", third, *index, publisher="Index"),
        record(
            "arena",
            "2026-02-01",
            third,
            *rank("one", "2025-05-01", 3, 60),
            *rank("two", "2026-01-01", 30, 120),
            publisher="Arena",
        ),
    ]


def store(retained: Iterable[Record] | None = None) -> MemoryStore:
    """A store of records with its view and the evidence levels that follow."""
    return MemoryStore(_whole() if retained is None else _quads(list(retained)))


@cache
def _whole() -> list[Quad]:
    return _quads(records())


def _quads(retained: list[Record]) -> list[Quad]:
    return [*compile_quads(reference(), retained, []), *levels(retained)]


def levels(retained: list[Record]) -> list[Quad]:
    """The evidence levels of all models, as a full build works them out."""
    source, links = RecordSet(retained, []), RecordLinks(retained)
    policy, asked = _known()
    latest = CurrentVersions(source)
    return [
        quad
        for subject in source.subjects()
        for quad in level_quads(
            subject, view(subject, source, policy, latest).claims, source, latest, links, asked
        )
    ]


@cache
def _known() -> tuple[Policy, LevelQuestion]:
    """The acceptance policy, and what the rubrics ask for."""
    known = [quad for quad in reference() if quad[3] is None]
    policy = load_policy(MemoryStore(known))
    return policy, LevelQuestion.of(load(known), policy.single)
