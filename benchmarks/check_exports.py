"""Exports of many models given to the standards' own checkers, and imported again.

    python -m benchmarks.check_exports STORE [--others 200] [--back 142] [--shared DIR]
                                       [--no-checkers] [--out FILE.json]

All curated models and others, drawn by a seed, are exported in every format. Each document is
checked by the tool of its standard; what a tool misses is compared with the store, so that "nobody
states it" is distinguished from a fault of the writer. The first models are also imported again: an
export of this program adds no claim, and so changes no accepted fact. And every document is read as
a foreign document of its format: each fact that the writer claims to carry must be found, and the
surviving parents, pinned revisions, kinds of derivation and stated licences are counted.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rdflib

from benchmarks.export_checkers import checks
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import resources
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, short_id, shorten
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, RDF, SCHEMA
from provenance_graph.exchange.ledger import Exported
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.model.bundles.results import Bundle, BundleEntity
from provenance_graph.store.opening import open_store
from tests.exports_back import missing, read_back

SEED = 17


def curated(snapshot: AcceptedSnapshot) -> list[Iri]:
    """The models that a curated record is about."""
    found = set()
    for record in sorted((resources.folder("data") / "records" / "curated").glob("*.trig")):
        for quad in rdflib.Dataset().parse(data=record.read_text(), format="trig").quads():
            if str(quad[1]) == RDF.type and str(quad[2]) == PG.Model:
                found.add(snapshot.canonical(Iri(str(quad[0]))))
    return sorted(found)


def others(snapshot: AcceptedSnapshot, known: list[Iri], count: int) -> list[Iri]:
    """``count`` further models, drawn by a seed from all models of the store."""
    rest = sorted({s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)} - {*known})
    return random.Random(SEED).sample(rest, min(count, len(rest)))


def back(store: Any, text: str, format: str, repository: str) -> list[str]:
    """The changes that importing an export would make, under two file names."""
    problems: list[str] = []

    def note(_: str, problem: Problem) -> None:
        problems.append(str(problem))

    reader = "huggingface" if format == "hf-card" else ""
    for stem in {"back", repository.replace("/", "--") or "back"}:
        name = f"{stem}.{exporters()[format].suffix}"
        document = Document(Iri(f"urn:file:{name}"), text.encode(), "2031-01-31", name)
        done = import_documents(None, [document], readers(), Options(reader), note, against=store)
        if (done.records, done.claims, done.failed) != (0, 0, 0):
            problems.append(f"{done.records} records, {done.claims} claims, {done.failed} failed")
    return problems


class Survived:
    """The parents, revisions, kinds of derivation and licences that a document carries."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.lost: dict[str, list[str]] = defaultdict(list)
        self.unread: dict[str, list[str]] = defaultdict(list)

    def add(self, format: str, one: Bundle, made: Exported) -> None:
        name = one.subjects[0].partition("/id/model/")[2].replace("/", "--") or "document"
        if format not in _VIEWS:
            self.unread[format] += missing(one, format, made, name)
        claims = read_back(format, made, name)
        versions = {str(c.value) for c in claims if c.predicate == SCHEMA.version}
        texts = {c.as_stated for c in claims} | {str(c.value) for c in claims}
        subject = one.entity(one.subjects[0])
        for relation in DERIVATIONS:
            for parent in subject.iris(relation):
                on_card = relation in CARD_RELATIONS and one.entity(parent).repository
                what = "parents and relations of a card" if on_card else "other parents"
                kept = (subject.iri, relation, parent) in made.written or format in _VIEWS
                self._count(format, what, subject, kept, f"{shorten(relation)} {short_id(parent)}")
        for revision in subject.revisions.values():
            self._count(format, "revisions", subject, revision in versions, revision)
        for licence in subject.iris(DCTERMS.license):
            kept = (subject.iri, DCTERMS.license, licence) in made.written or format in _VIEWS
            self._count(format, "licences", subject, kept, licence)
        for stated in subject.stated_licences:
            kept = any(stated.name in text for text in texts)
            self._count(format, "licences as stated", subject, kept, stated.name)

    def _count(self, format: str, what: str, of: BundleEntity, survived: bool, shown: str) -> None:
        self.counts[format][f"{what} {'survived' if survived else 'lost'}"] += 1
        if not survived:
            self.lost[format].append(f"{short_id(of.iri)}: {what} {shown}")

    def results(self) -> Mapping[str, Any]:
        return {
            "survived": {f: dict(sorted(c.items())) for f, c in self.counts.items()},
            "lost": {f: found[:20] for f, found in self.lost.items()},
            "carried and not read back": {
                f: found[:20] for f, found in self.unread.items() if found
            },
        }


CARD_RELATIONS = (PG.fineTunedFrom, PG.adapterOf, PG.quantizedFrom, PG.mergedFrom)
"""The kinds of derivation that a card of the Hub can state."""
_VIEWS = frozenset({"trig", "trig12"})
"""Formats whose claims are grouped by record."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store")
    parser.add_argument("--others", type=int, default=200)
    parser.add_argument("--back", type=int, default=142)
    parser.add_argument("--no-checkers", action="store_true")
    parser.add_argument("--limit", type=int, default=10_000)
    parser.add_argument("--only", default="", help="models of these names, with commas")
    parser.add_argument("--formats", default="")
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    logging.getLogger().setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with open_store(options.store) as store:
        snapshot = AcceptedSnapshot(store)
        known = curated(snapshot)
        models = (known + others(snapshot, known, options.others))[: options.limit]
        if options.only:
            models = [m for m in models if short_id(m) in options.only.split(",")]
        result = run(store, snapshot, models, options)
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


def run(
    store: Any, snapshot: AcceptedSnapshot, models: list[Iri], options: argparse.Namespace
) -> dict[str, Any]:
    wanted = checks(options.shared, with_checkers=not options.no_checkers)
    survived = Survived()
    formats = options.formats.split(",") if options.formats else list(exporters())
    times: dict[str, float] = defaultdict(float)
    made: Counter[str] = Counter()
    clean: Counter[str] = Counter()
    issues: dict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[str, str] = {}
    returned: dict[str, list[str]] = defaultdict(list)
    for number, model in enumerate(models):
        one = bundle(snapshot, [model])
        for name in formats:
            start = time.process_time()
            try:
                exported = export(one, name)
            except UsageError:
                continue  # a format for datasets, and the model names none
            text = exported.text
            times[name] += time.process_time() - start
            if exporters()[name].alone != "dataset":
                survived.add(name, one, exported)
            made[name] += 1
            results = list(wanted[name](text, one))
            clean[name] += not results
            for issue in set(results):
                issues[name][issue] += 1
                examples.setdefault(f"{name}: {issue}", short_id(model))
            if number < options.back:
                again = back(store, text, name, one.entity(one.subjects[0]).repository)
                returned[name] += [f"{short_id(model)}: {p}" for p in again]
    return {
        "models": len(models),
        "exported": dict(made),
        "per second": {f: round(made[f] / times[f], 1) for f in made if times[f]},
        "nothing to remark": dict(clean),
        "remarks": {f: dict(c.most_common(30)) for f, c in issues.items()},
        "examples": examples,
        "came back with something": {f: found[:5] for f, found in returned.items() if found},
        "imported again": min(options.back, len(models)),
        **survived.results(),
    }


if __name__ == "__main__":
    main()
