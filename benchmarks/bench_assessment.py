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

from provenance_graph import names, values, vocab
from provenance_graph.analysis.assessment import assess_everywhere, assess_model
from provenance_graph.analysis.assessment_evidence import (
    ModelEvidence,
    RecordLinks,
    level_quads,
    question,
)
from provenance_graph.analysis.assessment_totals import all_totals, query
from provenance_graph.analysis.compare import compare_dates
from provenance_graph.analysis.history import history
from provenance_graph.analysis.rubrics import from_store, load
from provenance_graph.claims import Basis, Claim, Header, Quad, Record, Stance
from provenance_graph.ingest.build import compile_quads, reference_quads
from provenance_graph.names import Iri
from provenance_graph.store.base import Limits, Store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore
from provenance_graph.view.evidence import Evidence, Latest, RecordSet, load_policy, view

NUMBERS = (
    vocab.LAYER_COUNT, vocab.HIDDEN_SIZE, vocab.ATTENTION_HEAD_COUNT, vocab.VOCABULARY_SIZE,
    vocab.CONTEXT_LENGTH, vocab.PARAMETER_COUNT, vocab.FEED_FORWARD_SIZE,
)  # fmt: skip
SILENT = (
    vocab.TRAINING_COMPUTE_FLOP, vocab.TRAINING_ENERGY_M_WH, vocab.TRAINING_COST_USD,
    vocab.DATA_DOMAIN_SHARE, vocab.TRAINED_ON, vocab.TOKENIZER,
)  # fmt: skip
LIMITS = Limits(seconds=120)


def record(local: str, day: str, basis: Basis, who: str, claims: list[Claim]) -> Record:
    """One retrieval of one document."""
    header = Header(
        names.record("bench", local, day),
        Iri(f"https://example.org/{local}"),
        names.organization(who),
        day,
        "bench",
        basis,
    )
    return Record(header, tuple(claims)).sort()


def catalogue(count: int) -> list[Record]:
    """The records of a catalogue; the same in every run."""
    chance = random.Random(11)
    found = []
    for n in range(count):
        name = f"org{n % 50}/model-{n}"
        model = names.model(name)
        version = names.mint("version", name, "20250301")
        alias, result = (names.entity("bench", kind, name) for kind in ("alias", "evaluation"))
        sizes = {p: chance.choice((32, 64, 4096, 128_000)) for p in NUMBERS}
        card = [
            Claim(model, vocab.RDF_TYPE, vocab.MODEL_CLASS),
            Claim(model, vocab.NAME, values.text(name)),
            Claim(model, vocab.CREATOR, names.organization(f"org{n % 50}")),
            Claim(model, vocab.LICENSE, Iri("http://spdx.org/licenses/Apache-2.0")),
            Claim(model, vocab.WEIGHTS_AVAILABILITY, vocab.OPEN_WEIGHTS),
            Claim(model, vocab.PAPER, Iri(f"https://example.org/paper/{n}")),
            *(
                Claim(model, p, values.integer(v))
                for p, v in sizes.items()
                if chance.random() < 0.6
            ),
        ]
        config = [Claim(model, p, values.integer(v)) for p, v in sizes.items()]
        forms = [
            Claim(version, vocab.RDF_TYPE, vocab.MODEL_VERSION_CLASS),
            Claim(version, vocab.SPECIALIZATION_OF, model),
            Claim(version, vocab.VERSION, values.text("20250301")),
            Claim(alias, vocab.RDF_TYPE, vocab.ALIAS_BINDING_CLASS),
            Claim(alias, vocab.ALIAS, values.text(f"m{n}")),
            Claim(alias, vocab.RESOLVES_TO, version, valid_from="2025-03-01"),
        ]
        page = [Claim(model, p, None, Stance.REPORTS_UNDISCLOSED) for p in SILENT]
        page += [
            Claim(model, p, values.integer(v + chance.choice((0, 1)))) for p, v in sizes.items()
        ]
        measured = [
            Claim(result, vocab.RDF_TYPE, vocab.EVALUATION_RESULT_CLASS),
            Claim(result, vocab.EVALUATION_OF, version),
            Claim(result, vocab.SCORE, values.decimal("0.5")),
        ]
        found += [
            record(f"{n}/card", "2025-03-01", Basis.DEVELOPER, "Org", card),
            record(f"{n}/card", "2025-09-01", Basis.DEVELOPER, "Org", [*card, *forms]),
            record(f"{n}/config", "2025-09-01", Basis.ARTIFACT, "Org", config),
            record(f"{n}/page", "2025-06-01", Basis.THIRD_PARTY, "Page", page),
            record(f"{n}/lab", "2025-10-01", Basis.MEASUREMENT, "Lab", measured),
        ]
    return found


def timed(work: Callable[[], object], times: int = 20) -> float:
    """The median of several runs, in milliseconds."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took) * 1000


def say(what: str, milliseconds: float, note: str = "") -> None:
    """One line of the result."""
    print(f"{what:<58} {milliseconds:>10,.1f} ms  {note}")


def one_model(store: Store, model: Iri) -> None:
    """What concerns one model."""
    say(
        "one model, one rubric, down to claims, as JSON",
        timed(lambda: assess_model(Evidence(store), model).to_json()),
    )
    say(
        "one model, all rubrics, down to claims",
        timed(lambda: assess_everywhere(Evidence(store), model)),
        "aim: < 50",
    )
    say(
        "as of a day: one model, findings from claims",
        timed(lambda: ModelEvidence(Evidence(store, as_of="2025-07-01")).findings(model)),
        "aim: < 100",
    )
    say(
        "as of a day: the whole accepted view of one model",
        timed(lambda: Evidence(store, as_of="2025-07-01").view(model)),
        "aim: < 100",
    )
    say(
        "one model at two dates, every field and rubric",
        timed(lambda: compare_dates(Evidence(store), model, ["2025-07-01", ""]), 5),
    )
    say("history of one model", timed(lambda: history(Evidence(store), model)))


def by_sparql(store: Store, model: Iri | None, count: int) -> None:
    """The stored query of totals, for one model or for all, under every rubric."""
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
            one_model(store, names.model("anthropic/claude-haiku-4-5"))
            by_sparql(store, names.model("anthropic/claude-haiku-4-5"), 1)
    kept, reference = catalogue(given.models), list(reference_quads())
    claims = sum(len(r.claims) for r in kept)
    print(f"-- generated: {given.models:,} models, {len(kept):,} records, {claims:,} claims")
    known: list[Quad] = [quad for quad in reference if quad[3] is None]
    start = time.perf_counter()
    quads = list(compile_quads(reference, kept, []))
    say("the accepted view of everything (for scale)", (time.perf_counter() - start) * 1000)
    source, links, policy = RecordSet(kept, []), RecordLinks(kept), load_policy(MemoryStore(known))
    asked, latest = question(load(known), policy), Latest(source)
    views = [(s, view(s, source, policy, latest).claims) for s in source.subjects()]
    start = time.perf_counter()
    levels = [q for s, held in views for q in level_quads(s, held, source, latest, links, asked)]
    took = (time.perf_counter() - start) * 1000
    say("evidence levels of everything, at a full build", took, f"{len(levels):,} triples")
    store = MemoryStore([*quads, *levels])
    model = names.model("org7/model-7")
    one_model(store, model)
    start = time.perf_counter()
    count = len(list(all_totals(store, from_store(store))))
    say(
        f"all models, all rubrics: {count:,} totals",
        (time.perf_counter() - start) * 1000,
        "aim: < 10,000",
    )
    by_sparql(store, model, 1)
    by_sparql(store, None, given.models)
    start = time.perf_counter()
    then = Evidence(store, as_of="2025-07-01")
    for subject, _ in views:
        then.view(subject)
    say(
        "as of a day: the accepted view of the whole store",
        (time.perf_counter() - start) * 1000,
        f"{len(views):,} subjects",
    )


if __name__ == "__main__":
    main()
