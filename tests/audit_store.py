"""A small store for tests of assessment, history and comparison."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from provenance_graph import names, values, vocab
from provenance_graph.analysis.assessment_evidence import RecordLinks, level_quads, question
from provenance_graph.analysis.rubrics import load
from provenance_graph.claims import Basis, Claim, Header, Quad, Record, Stance
from provenance_graph.ingest.build import compile_quads, reference_quads
from provenance_graph.names import Iri, mint
from provenance_graph.store.memory import MemoryStore
from provenance_graph.view.evidence import Latest, RecordSet, load_policy, view

MODEL, OLD, SIBLING = names.model("org/m"), names.model("org/m-1"), names.model("org/big")
VERSION, OTHER = mint("version", "org/m", "20250301"), mint("version", "org/m", "20250901")
ALIAS, RESULT = names.entity("t", "alias", "m"), names.entity("t", "evaluation", "m")
INDEX, SCHEME = names.entity("idx", "assessment", "m"), mint("rubric", "osai")
ORG = names.organization("Org")
MIT = Iri("http://spdx.org/licenses/MIT")
APACHE = Iri("http://spdx.org/licenses/Apache-2.0")


@cache
def reference() -> tuple[Quad, ...]:
    return tuple(reference_quads())


def record(source: str, day: str, basis: Basis, *claims: Claim, publisher: str = "Org") -> Record:
    header = Header(
        names.record("t", source, day),
        Iri(f"https://example.org/{source}"),
        names.organization(publisher),
        day,
        "rdf",
        basis,
    )
    return Record(header, claims).sort()


def date(text: str) -> values.Dated:
    found = values.day(text)
    assert found
    return found


def rank(edition: str, day: str, place: int, population: int) -> list[Claim]:
    node, ranking = names.entity("t", "rank", edition), names.entity("t", "ranking", edition)
    return [
        Claim(node, vocab.RDF_TYPE, vocab.RANK_ENTRY_CLASS),
        Claim(node, vocab.RANK_OF, MODEL),
        Claim(node, vocab.RANK, values.integer(place)),
        Claim(node, vocab.POPULATION, values.integer(population)),
        Claim(node, vocab.DATE, date(day).literal),
        Claim(node, vocab.RANKING, ranking),
        Claim(ranking, vocab.RDF_TYPE, vocab.RANKING_CLASS),
        Claim(ranking, vocab.NAME, values.text(f"Arena, list at {edition}")),
    ]


def records() -> list[Record]:
    """A model with a predecessor, two versions, an alias that moved, ranks, and an index."""
    card = [
        Claim(MODEL, vocab.RDF_TYPE, vocab.MODEL_CLASS),
        Claim(MODEL, vocab.NAME, values.text("M")),
        Claim(MODEL, vocab.CREATOR, ORG),
        Claim(MODEL, vocab.REPLACES, OLD),
        Claim(MODEL, vocab.ISSUED, date("2025-03-01").literal),
        Claim(MODEL, vocab.CONTEXT_LENGTH, values.integer(8000), locator="L3"),
        Claim(MODEL, vocab.DEPRECATION_DATE, date("2026-01-01").literal),
        Claim(MODEL, vocab.RETIREMENT_DATE, date("2026-03-02").literal),
        Claim(MODEL, vocab.LICENSE, MIT),
    ]
    later = [claim for claim in card if claim.predicate != vocab.CONTEXT_LENGTH]
    later.append(Claim(MODEL, vocab.CONTEXT_LENGTH, values.integer(16000), locator="L3"))
    forms = [
        Claim(VERSION, vocab.RDF_TYPE, vocab.MODEL_VERSION_CLASS),
        Claim(VERSION, vocab.SPECIALIZATION_OF, MODEL),
        Claim(VERSION, vocab.VERSION, values.text("20250301")),
        Claim(VERSION, vocab.LICENSE, APACHE),
        Claim(OTHER, vocab.RDF_TYPE, vocab.MODEL_VERSION_CLASS),
        Claim(OTHER, vocab.SPECIALIZATION_OF, MODEL),
        Claim(OTHER, vocab.VERSION, values.text("20250901")),
        Claim(OTHER, vocab.LICENSE, MIT),
        Claim(ALIAS, vocab.RDF_TYPE, vocab.ALIAS_BINDING_CLASS),
        Claim(ALIAS, vocab.ALIAS, values.text("m-latest")),
        Claim(ALIAS, vocab.RESOLVES_TO, VERSION, valid_from="2025-03-01", valid_until="2025-09-01"),
        Claim(ALIAS, vocab.RESOLVES_TO, OTHER, valid_from="2025-09-01"),
    ]
    old = [
        Claim(OLD, vocab.RDF_TYPE, vocab.MODEL_CLASS),
        Claim(OLD, vocab.NAME, values.text("M 1")),
        Claim(OLD, vocab.CREATOR, ORG),
        Claim(OLD, vocab.CONTEXT_LENGTH, values.integer(4000)),
    ]
    config = [Claim(MODEL, vocab.CONTEXT_LENGTH, values.integer(16000))]
    silent = [
        Claim(MODEL, vocab.TRAINING_COMPUTE_FLOP, None, Stance.REPORTS_UNDISCLOSED),
        Claim(MODEL, vocab.PARAMETER_COUNT, values.integer(7_000_000_000)),
    ]
    measured = [
        Claim(RESULT, vocab.RDF_TYPE, vocab.EVALUATION_RESULT_CLASS),
        Claim(RESULT, vocab.EVALUATION_OF, VERSION),
        Claim(RESULT, vocab.SCORE, values.decimal("0.5")),
    ]
    weights = Iri(f"{INDEX}/weights_endmodel")
    index = [
        Claim(INDEX, vocab.RDF_TYPE, vocab.ASSESSMENT_CLASS),
        Claim(INDEX, vocab.ASSESSMENT_OF, SIBLING),
        Claim(INDEX, vocab.SCHEME, SCHEME),
        Claim(weights, vocab.RDF_TYPE, vocab.CRITERION_RESULT_CLASS),
        Claim(weights, vocab.IS_PART_OF, INDEX),
        Claim(weights, vocab.CRITERION, mint("rubric", "osai", "weights_endmodel")),
        Claim(weights, vocab.LEVEL, vocab.LEVEL_DISCLOSED),
        Claim(SIBLING, vocab.RDF_TYPE, vocab.MODEL_CLASS),
        Claim(SIBLING, vocab.NAME, values.text("Big")),
        Claim(SIBLING, vocab.CREATOR, ORG),
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


def store(kept: Iterable[Record] | None = None) -> MemoryStore:
    """A store of records with its view and the evidence levels that follow."""
    kept = records() if kept is None else list(kept)
    quads = list(compile_quads(list(reference()), kept, []))
    return MemoryStore([*quads, *levels(kept)])


def levels(kept: list[Record]) -> list[Quad]:
    """The evidence levels of all models, as a full build works them out."""
    source, links = RecordSet(kept, []), RecordLinks(kept)
    known = [quad for quad in reference() if quad[3] is None]
    policy, latest = load_policy(MemoryStore(known)), Latest(source)
    asked = question(load(known), policy)
    return [
        quad
        for subject in source.subjects()
        for quad in level_quads(
            subject, view(subject, source, policy, latest).claims, source, latest, links, asked
        )
    ]
