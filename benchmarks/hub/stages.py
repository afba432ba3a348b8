"""The measured stages of a hub; each runs in a process of its own.

A stage works on a folder: the generated hub below ``hub``, the store below ``store``. It returns
the figures for its line of the results. Milliseconds are of processor time.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox
from click.testing import CliRunner

from benchmarks.hub.disk import most_disk
from benchmarks.hub.documents import answer_bytes, everything
from benchmarks.hub.serving import service
from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.cli import app
from provenance_graph.conflicts.stored import ledger, models_index
from provenance_graph.core import iris
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.ingest.build import build
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.rules.breaches import Filters, store_findings
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.model.profile import profile
from provenance_graph.model.questions import stored as questions
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.service.api.common.indexes import INDEXES
from provenance_graph.service.processes.indexer import index_all
from provenance_graph.shapes import Finding, Severity, validate_store
from provenance_graph.store.claim_table import ClaimTable
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.processes import Engine, LocalEngine

Figures = dict[str, object]


@dataclass(frozen=True)
class Work:
    """The folder of a run, and the number of models."""

    folder: Path
    models: int
    seed: int = 1

    @property
    def hub(self) -> Path:
        """The folder of the generated hub."""
        return self.folder / "hub"

    @property
    def store(self) -> Path:
        """The folder of the store built from the hub."""
        return self.folder / "store"

    @property
    def shape(self) -> Mapping[str, object]:
        """The generator's description of the hub."""
        result: Mapping[str, object] = json.loads((self.hub / "shape.json").read_text())
        return result

    def snapshot(self) -> AcceptedSnapshot:
        """The store's newest version, with its index folder."""
        folder = self.store / "derived"
        folder.mkdir(exist_ok=True)
        return AcceptedSnapshot(EmbeddedStore.open(self.store), folder=folder)


def generated(work: Work) -> Figures:
    """Write the hub: records of three sources with planted faults."""
    shape = generate(Hub(work.models, work.seed), work.hub, "trig", processes=os.cpu_count() or 1)
    return {"claims": shape["claims"]}


def built(work: Work) -> Figures:
    """Build the store: read, identity, view, levels, load, publish."""
    shutil.rmtree(
        work.store, ignore_errors=True
    )  # a build over an existing store records the changes
    with most_disk(work.store) as taken:
        done = build(work.hub / "data", work.store, derive=EvidenceLevels(), fresh=True)
    used = sum(f.stat().st_size for f in (work.store / "checkpoints").rglob("*") if f.is_file())
    sizes = {"disk MB": used >> 20, "peak disk MB": max(taken) >> 20}
    return {"records": done.records, "quads": done.quads, **sizes}


DUMPING = (
    "import sys, pyoxigraph as ox; "
    "ox.Store.read_only(sys.argv[1]).dump(sys.stdout.buffer, ox.RdfFormat.N_QUADS)"
)


def bare_engine(work: Work) -> Figures:
    """Load the same quads by the bare engine, as text that another process writes meanwhile.

    The figures are those of the load alone. The text is not kept, since it would be larger than the
    store.
    """
    with EmbeddedStore.open(work.store) as store:
        checkpoint = store.checkpoint
    writing = [sys.executable, "-c", DUMPING, str(checkpoint)]
    with (
        tempfile.TemporaryDirectory(dir=work.folder) as folder,
        subprocess.Popen(writing, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None
        before = time.process_time()
        ox.Store(folder).bulk_load(process.stdout, ox.RdfFormat.N_QUADS)
        spent = time.process_time() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    if process.returncode:
        raise SystemExit(f"the dump ended with {process.returncode}")
    return {"cpu": round(spent, 3), "peak MB": peak}


def lineage_index(work: Work) -> Figures:
    """Make the index of lineage."""
    LineageIndex.open(work.snapshot())
    return {}


def search_index(work: Work) -> Figures:
    """Make the index of search and lists."""
    SearchIndex.open(work.snapshot())
    return {}


def statistics(work: Work) -> Figures:
    """Count and store the figures of the start page."""
    snapshot = work.snapshot()
    assert snapshot.folder is not None
    INDEXES["stats"].make(snapshot.folder, snapshot, "", None)
    return {}


def all_conflicts(work: Work) -> Figures:
    """Find and store all conflicts."""
    snapshot = work.snapshot()
    assert snapshot.folder is not None
    INDEXES["conflicts"].make(snapshot.folder, snapshot, "", None)
    return {}


def all_identity(work: Work) -> Figures:
    """Compare all names by the rules of identity and store the pairs."""
    snapshot = work.snapshot()
    assert snapshot.folder is not None
    INDEXES["identity"].make(snapshot.folder, snapshot, "", None)
    return {}


def all_indexes(work: Work) -> Figures:
    """Make every index as ``build`` does, independent ones in parallel."""
    return _indexed(work)


def indexes_and_validation(work: Work) -> Figures:
    """Make every index and validate the whole store, as ``build --validate`` does."""
    findings: list[Finding] = []
    return _indexed(work, lambda engine: findings.extend(_validated(work, engine))) | {
        "findings": len(findings)
    }


def _indexed(work: Work, meanwhile: Callable[[Engine], None] | None = None) -> Figures:
    derived = work.store / "derived"
    derived.mkdir(exist_ok=True)
    for made in [one for one in derived.iterdir() if not one.name.startswith("claims-")]:
        if made.is_dir():
            shutil.rmtree(made)
        else:
            made.unlink()
    index_all(work.store, seldom=False, meanwhile=meanwhile)
    return {"derived MB": sum(f.stat().st_size for f in derived.rglob("*") if f.is_file()) >> 20}


def _ms(call: Callable[[], object]) -> float:
    before = time.process_time()
    call()
    return round((time.process_time() - before) * 1000, 1)


def answers(work: Work) -> Figures:
    """Measure answers about one model and searches, each the first on a fresh snapshot."""
    root = iris.model(str(work.shape["popular root"]))
    asked: Mapping[str, Callable[[AcceptedSnapshot], object]] = {
        "show ms": lambda s: profile(s, root),
        "first descendants ms": lambda s: LineageGraph(s).of(root, evidence=False),
        "first descendants with evidence ms": lambda s: LineageGraph(s).of(root),
        "lineage ms": lambda s: LineageGraph(s).descendants(root),
        "licences ms": lambda s: LicenceGraph(s).findings(root),
        "search ms": lambda s: SearchIndex.open(s).search("org model", 20, [], ""),
        "search of two letters ms": lambda s: SearchIndex.open(s).search("mo", 20, [], ""),
        "search of what most hold ms": lambda s: SearchIndex.open(s).search("model", 20, [], ""),
        "first list ms": lambda s: models_index(s).models({}, limit=50),
        "first conflicts ms": lambda s: ledger(s)[:20],
        "filters ms": lambda s: models_index(s).facets({}),
    }
    profile(work.snapshot(), root)  # one-time loading is not part of an answer
    figures: Figures = {}
    for name, call in asked.items():
        figures[name] = min(_ms(lambda c=call: c(work.snapshot())) for _ in range(3))  # type: ignore[misc]
    return figures


def stored_questions(work: Work) -> Figures:
    """Measure every stored question; those about a model for the one with most descendants."""
    snapshot = work.snapshot()
    figures: Figures = {}

    def first(kind: Iri) -> str:
        return next(iter(map(iris.short_id, snapshot.related(RDF.type, kind))), "")

    given = {
        "model": str(work.shape["popular root"]),
        "alias": next(str(o) for _, _, o, _ in snapshot.quads(predicate=SCHEMA.version)),
        "dataset": first(PG.Dataset),
        "organization": first(PG.Organization),
    }
    slowest: dict[str, tuple[float, str]] = {}
    failed = []
    for question in questions.questions().values():
        kinds = {parameter.name: parameter.kind for parameter in question.parameters}
        settings = {name: given[kind] for name, kind in kinds.items() if kind in given}
        about = "one entity" if settings else "the store"
        try:
            spent = _ms(lambda q=question.name, s=settings: asking.ask(snapshot, q, s))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - a question that fails is a result
            failed.append(f"{question.name}: {error}")
            continue
        slowest[about] = max(slowest.get(about, (0.0, "")), (spent, question.name))
        figures[f"question {question.name} ms"] = spent
    if failed:
        figures["questions failed"] = failed
    for about, (spent, name) in slowest.items():
        figures[f"slowest question about {about} ms"] = spent
        figures[f"slowest question about {about}"] = name
    return figures


def validation(work: Work) -> Figures:
    """Validate the whole store: view and record graphs."""
    with LocalEngine() as engine:
        return {"findings": len(_validated(work, engine))}


def _validated(work: Work, engine: Engine) -> list[Finding]:
    with EmbeddedStore.open(work.store) as store:
        table = ClaimTable.open(work.store / "derived", store.version)
        return validate_store(store, Severity.WARNING, table=table, engine=engine)


def licence_findings(work: Work) -> Figures:
    """Find the licence conflicts of the whole store; compare them with the planted ones."""
    planted = _planted(work, "rule")
    found = store_findings(
        LicenceGraph(work.snapshot()), limit=1_000_000, filters=Filters(rules=frozenset(planted))
    )
    seen: dict[str, set[Iri]] = defaultdict(set)
    for finding in found.findings:
        seen[finding.rule.id].add(finding.subject)
    return {"faults": _compared(planted, seen)}


def planted_faults(work: Work) -> Figures:
    """Count planted disagreements and violations that are found, and further findings."""
    snapshot = work.snapshot()
    planted = _planted(work, "property")
    for shape, models in _planted(work, "shape").items():
        planted[SHAPES[shape]] |= models
    found: dict[str, set[Iri]] = defaultdict(set)
    for conflict in ledger(snapshot):
        if (conflict.kind, local_name(conflict.property)) != ("rounding", "issued"):
            found[local_name(conflict.property)].add(conflict.subject)
    with LocalEngine() as engine:
        findings = _validated(work, engine)
    for finding in findings:
        if not finding.record:
            found[finding.shape.rpartition("#")[2]].add(Iri(str(finding.focus)))
    return {"faults": _compared(planted, found)}


SHAPES = {
    "Specification-parameterCount": "Value-parameterCount",
    "Lineage-cycle": "LineageView-Violation",
    "Lineage-calendar": "LineageView-Warning",
    "Lineage-dangling": "LineageView-Warning",
}
"""The shapes that find the planted faults, by fault."""


def _planted(work: Work, key: str) -> dict[str, set[Iri]]:
    planted: dict[str, set[Iri]] = defaultdict(set)
    for line in (work.hub / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if key in entry:
            planted[entry[key]].add(iris.model(entry["model"]))
    return planted


def _compared(
    planted: Mapping[str, set[Iri]], found: Mapping[str, set[Iri]]
) -> dict[str, list[int]]:
    """For every kind: the number planted, of these found, and found besides."""
    return {
        what: [len(wanted), len(wanted & found[what]), len(found[what] - wanted)]
        for what, wanted in sorted(planted.items())
    }


def import_one(work: Work) -> Figures:
    """Import changed records of the busiest owner, one after another, with all derived data.

    The first import includes the engine's compaction of the data that a build loaded.
    """
    shape = work.shape
    root = next(iter(everything(Hub(int(str(shape["models"])), int(str(shape["seed"]))))))
    spent = []
    with tempfile.TemporaryDirectory(dir=work.folder) as folder:
        copy, changed = Path(folder) / "store", Path(folder) / "answer.json"
        with EmbeddedStore.open(work.store) as opened:
            opened.backup(copy)
        shutil.copytree(work.store / "derived", copy / "derived", copy_function=os.link)
        for day in (26, 27, 28):
            changed.write_bytes(answer_bytes({**root.hub, "tags": [f"read-{day}"]}))
            words = ["--store", str(copy), "import", str(changed), "--retrieved", f"2026-11-{day}"]
            spent.append(_ms(lambda w=words: _imported(w)))  # type: ignore[misc]
    return {"first changed record ms": spent[0], "one changed record ms": min(spent[1:])}


def _imported(words: list[str]) -> None:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert "1 record " in result.output, result.output


STAGES: Mapping[str, Callable[[Work], Figures]] = MappingProxyType(
    {
        "generate": generated,
        "build": built,
        "raw bulk load": bare_engine,
        "lineage index": lineage_index,
        "search index": search_index,
        "stats": statistics,
        "conflicts": all_conflicts,
        "identity": all_identity,
        "all indexes": all_indexes,
        "indexes and validation": indexes_and_validation,
        "answers": answers,
        "questions": stored_questions,
        "licences of the store": licence_findings,
        "validate": validation,
        "planted faults": planted_faults,
        "import one": import_one,
        "service": lambda work: service(work.store),
    }
)
"""Stages by name, in the order in which they run; each needs those before it."""
