"""Assessment, as-of views and history on a generated catalogue, against plain SPARQL, in one run.

    python benchmarks/bench_assessment.py [--models 2000] [--store var/graph]

Every model has a card and a configuration in two retrievals, a page of a third party, a
version, an alias and results: about 60 claims. Absolute times depend on the machine; the
ratios are what to compare. With ``--store`` the first parts are measured on that store too.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from provenance_graph.acceptance.evidence import view
from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.acceptance.record_set import RecordSet
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.assessment.assess import assess_everywhere, assess_model
from provenance_graph.assessment.evidence.gather import (
    ModelEvidence,
    RecordLinks,
    level_quads,
)
from provenance_graph.assessment.levels.rules import LevelQuestion
from provenance_graph.assessment.rubrics.loader import from_store, load
from provenance_graph.assessment.totals import all_totals, query
from provenance_graph.changes.compare import compare_dates
from provenance_graph.changes.history.history import history
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Header, Quad, Record, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.store.base import Limits, Store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore

NUMBERS = (
    PG.layerCount,
    PG.hiddenSize,
    PG.attentionHeadCount,
    PG.vocabularySize,
    PG.contextLength,
    PG.parameterCount,
    PG.feedForwardSize,
)
SILENT = (
    PG.trainingComputeFLOP,
    PG.trainingEnergyMWh,
    PG.trainingCostUSD,
    PG.dataDomainShare,
    PG.trainedOn,
    PG.tokenizer,
)
LIMITS = Limits(seconds=120)


def record(local: str, day: str, basis: Basis, who: str, claims: list[Claim]) -> Record:
    """One retrieval of one document, as a record."""
    header = Header(
        iris.record("bench", local, day),
        Iri(f"https://example.org/{local}"),
        iris.organization(who),
        day,
        "bench",
        basis,
    )
    return Record(header, tuple(claims)).sort()


def catalogue(count: int) -> list[Record]:
    """The records of a generated catalogue; the same in every run."""
    chance = random.Random(11)
    results = []
    for n in range(count):
        name = f"org{n % 50}/model-{n}"
        model = iris.model(name)
        version = iris.mint("version", name, "20250301")
        alias, result = (iris.entity("bench", kind, name) for kind in ("alias", "evaluation"))
        sizes = {p: chance.choice((32, 64, 4096, 128_000)) for p in NUMBERS}
        card = [
            Claim(model, RDF.type, PG.Model),
            Claim(model, SCHEMA.name, literals.text(name)),
            Claim(model, DCTERMS.creator, iris.organization(f"org{n % 50}")),
            Claim(model, DCTERMS.license, Iri("http://spdx.org/licenses/Apache-2.0")),
            Claim(model, PG.weightsAvailability, PG.OpenWeights),
            Claim(model, PG.paper, Iri(f"https://example.org/paper/{n}")),
            *(
                Claim(model, p, literals.integer(v))
                for p, v in sizes.items()
                if chance.random() < 0.6
            ),
        ]
        config = [Claim(model, p, literals.integer(v)) for p, v in sizes.items()]
        forms = [
            Claim(version, RDF.type, PG.ModelVersion),
            Claim(version, PROV.specializationOf, model),
            Claim(version, SCHEMA.version, literals.text("20250301")),
            Claim(alias, RDF.type, PG.AliasBinding),
            Claim(alias, PG.alias, literals.text(f"m{n}")),
            Claim(alias, PG.resolvesTo, version, valid_from="2025-03-01"),
        ]
        page = [Claim(model, p, None, Stance.REPORTS_UNDISCLOSED) for p in SILENT]
        page += [
            Claim(model, p, literals.integer(v + chance.choice((0, 1)))) for p, v in sizes.items()
        ]
        measured = [
            Claim(result, RDF.type, PG.EvaluationResult),
            Claim(result, PG.evaluationOf, version),
            Claim(result, PG.score, literals.decimal("0.5")),
        ]
        results += [
            record(f"{n}/card", "2025-03-01", Basis.DEVELOPER, "Org", card),
            record(f"{n}/card", "2025-09-01", Basis.DEVELOPER, "Org", [*card, *forms]),
            record(f"{n}/config", "2025-09-01", Basis.ARTIFACT, "Org", config),
            record(f"{n}/page", "2025-06-01", Basis.THIRD_PARTY, "Page", page),
            record(f"{n}/lab", "2025-10-01", Basis.MEASUREMENT, "Lab", measured),
        ]
    return results


def timed(work: Callable[[], object], times: int = 20) -> float:
    """The median of several runs, in milliseconds."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took) * 1000


def say(what: str, milliseconds: float, note: str = "") -> None:
    """Print one line of the result."""
    print(f"{what:<58} {milliseconds:>10,.1f} ms  {note}")


def one_model(store: Store, model: Iri) -> None:
    """Measure and print the assessments of one model."""
    say(
        "one model, one rubric, down to claims, as JSON",
        timed(lambda: assess_model(AcceptedSnapshot(store), model).to_json()),
    )
    say(
        "one model, all rubrics, down to claims",
        timed(lambda: assess_everywhere(AcceptedSnapshot(store), model)),
        "aim: < 50",
    )
    say(
        "as of a day: one model, findings from claims",
        timed(lambda: ModelEvidence(AcceptedSnapshot(store, as_of="2025-07-01")).findings(model)),
        "aim: < 100",
    )
    say(
        "as of a day: the whole accepted view of one model",
        timed(lambda: AcceptedSnapshot(store, as_of="2025-07-01").view(model)),
        "aim: < 100",
    )
    say(
        "one model at two dates, every field and rubric",
        timed(lambda: compare_dates(AcceptedSnapshot(store), model, ["2025-07-01", ""]), 5),
    )
    say("history of one model", timed(lambda: history(AcceptedSnapshot(store), model)))


def by_sparql(store: Store, model: Iri | None, count: int) -> None:
    """Measure the stored query of totals, for one model or for all, under every rubric."""
    rubrics = [rubric for rubric in from_store(store) if rubric.is_computed]
    start = time.perf_counter()
    for rubric in rubrics:
        store.select(query(rubric, [model] if model else ()), limits=LIMITS)
    took = (time.perf_counter() - start) * 1000
    what = "one model" if model else f"{count:,} models"
    say(f"the stored SPARQL query: {what}, all {len(rubrics)} rubrics", took)


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=2000)
    parser.add_argument("--store", type=Path)
    given = parser.parse_args()
    if given.store:
        with EmbeddedStore.open(given.store) as store:
            print(f"-- {given.store}")
            one_model(store, iris.model("anthropic/claude-haiku-4-5"))
            by_sparql(store, iris.model("anthropic/claude-haiku-4-5"), 1)
    retained, reference = catalogue(given.models), list(reference_quads())
    claims = sum(len(r.claims) for r in retained)
    print(f"-- generated: {given.models:,} models, {len(retained):,} records, {claims:,} claims")
    known: list[Quad] = [quad for quad in reference if quad[3] is None]
    start = time.perf_counter()
    quads = list(compile_quads(reference, retained, []))
    say("the accepted view of everything (for scale)", (time.perf_counter() - start) * 1000)
    source, links, policy = (
        RecordSet(retained, []),
        RecordLinks(retained),
        load_policy(MemoryStore(known)),
    )
    question = LevelQuestion.of(load(known), policy.single)
    latest = CurrentVersions(source)
    views = [(s, view(s, source, policy, latest).claims) for s in source.subjects()]
    start = time.perf_counter()
    levels = [
        q for s, stored in views for q in level_quads(s, stored, source, latest, links, question)
    ]
    took = (time.perf_counter() - start) * 1000
    say("evidence levels of everything, at a full build", took, f"{len(levels):,} triples")
    store = MemoryStore([*quads, *levels])
    model = iris.model("org7/model-7")
    one_model(store, model)
    start = time.perf_counter()
    count = len(list(all_totals(AcceptedSnapshot(store), from_store(store))))
    say(
        f"all models, all rubrics: {count:,} totals",
        (time.perf_counter() - start) * 1000,
        "aim: < 10,000",
    )
    by_sparql(store, model, 1)
    by_sparql(store, None, given.models)
    start = time.perf_counter()
    then = AcceptedSnapshot(store, as_of="2025-07-01")
    for subject, _ in views:
        then.view(subject)
    say(
        "as of a day: the accepted view of the whole store",
        (time.perf_counter() - start) * 1000,
        f"{len(views):,} subjects",
    )


if __name__ == "__main__":
    main()
