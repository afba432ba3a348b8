"""Exports of many models before the standards' own checkers, and read back into the store.

    python -m benchmarks.check_exports STORE [--others 200] [--back 142] [--shared DIR]
                                       [--no-checkers] [--out FILE.json]

All models that we curated and others, drawn by a seed, are exported in every format. Each document
is held to the tool of its standard; what a tool misses is compared with what the store holds, so
that "nobody states it" is told from a fault of ours. The first models are also imported again: a
document of ours adds no claim, and so changes no accepted fact. And every document is read as any
other of its format: each fact that the writer says it carries must be there, and of parents, their
pinned revisions, the kind of derivation and stated licences it is counted how many survive.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import random
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import rdflib
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from ntia_conformance_checker.bsi_checker import BSIChecker
from ntia_conformance_checker.fsct_checker import FSCT3Checker
from ntia_conformance_checker.ntia_checker import NTIAChecker

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import resources
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, short_id, shorten
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV, RDF, SCHEMA
from provenance_graph.exchange.fair4ml import page
from provenance_graph.exchange.ledger import Exported, file_address
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.exchange.spdx3.elements import project_pages
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.model.bundles.results import Bundle, BundleEntity
from provenance_graph.store.opening import open_store
from tests.exports_back import missing, read_back

SEED = 17
Check = Callable[[str, Bundle], Iterator[str]]
"""A document's text and what it was made from, to what the standard's tool finds wrong."""

_STRICT = {
    "cyclonedx": JsonStrictValidator(SchemaVersion.V1_7),
    "cyclonedx-1.6": JsonStrictValidator(SchemaVersion.V1_6),
}


def curated(snapshot: AcceptedSnapshot) -> list[Iri]:
    """The models that a curated record is about."""
    found = set()
    for record in sorted((resources.folder("data") / "records" / "curated").glob("*.trig")):
        for quad in rdflib.Dataset().parse(data=record.read_text(), format="trig").quads():
            if str(quad[1]) == RDF.type and str(quad[2]) == PG.Model:
                found.add(snapshot.canonical(Iri(str(quad[0]))))
    return sorted(found)


def others(snapshot: AcceptedSnapshot, known: list[Iri], count: int) -> list[Iri]:
    """So many further models, drawn by a seed from all that the store holds."""
    rest = sorted({s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)} - {*known})
    return random.Random(SEED).sample(rest, min(count, len(rest)))


def cyclonedx(format: str) -> Check:
    def check(text: str, _: Bundle) -> Iterator[str]:
        error = _STRICT[format].validate_str(text)
        if error is not None:
            yield f"schema: {str(error)[:200]}"

    return check


def _hangs(link: Iri, *terms: Iri) -> Callable[[Bundle, BundleEntity], bool]:
    """Whether a node of a kind hangs on an entity and states one of these."""
    return lambda one, entity: any(
        node.text(term) for node in one.hanging(entity.iri, link) for term in terms
    )


def _has(*terms: Iri) -> Callable[[Bundle, BundleEntity], bool]:
    return lambda _, entity: any(entity.all(term) for term in terms)


FACTS: dict[str, Callable[[Bundle, BundleEntity], bool]] = {
    "names": _has(SCHEMA.name),
    "suppliers": _has(DCTERMS.creator, PG.suppliedBy),
    "creators": lambda one, entity: any(
        one.entity(maker).pages() or project_pages(entity, entity.iri in one.datasets)
        for maker in entity.iris(DCTERMS.creator)
    ),
    "versions": lambda one, entity: (
        _has(SCHEMA.version)(one, entity)
        or _hangs(PROV.specializationOf, SCHEMA.version)(one, entity)
    ),
    "concluded_licenses": lambda _, entity: bool(
        entity.all(DCTERMS.license) or entity.stated_licences
    ),
    "original_licenses": lambda _, entity: bool(
        entity.all(DCTERMS.license) or entity.stated_licences
    ),
    "copyright_texts": _has(PG.copyrightText),
    "filenames": _hangs(PG.artifactOf, PG.fileName),
    "sha512_hashes": lambda one, entity: any(
        value.lexical.startswith("sha512")
        for node in one.hanging(entity.iri, PG.artifactOf)
        for value in node.texts(PG.digest)
    ),
    "unique_identifiers": lambda _, entity: bool(entity.repository),
    "source_code_uris": lambda _, entity: any(
        "/blob/" not in place for place in entity.iris(PG.codeRepository)
    ),
    "deployable_uris": lambda one, entity: any(
        file_address(node, entity.repository) for node in one.hanging(entity.iri, PG.artifactOf)
    ),
}
"""What the checkers look for, and whether anything accepted could fill it."""


PROFILE_FACTS: dict[str, Callable[[Bundle, BundleEntity], bool]] = {
    "created": _has(DCTERMS.created),
    "version": lambda one, entity: bool(
        entity.texts(SCHEMA.version) or one.only_version(entity.iri)
    ),
    "hasFile": FACTS["deployable_uris"],
    "trainedOn": lambda one, entity: any(d in one.datasets for d in entity.iris(PG.trainedOn)),
    "description": _has(SCHEMA.description),
    "collectionDate": _has(PG.dataCollectionPeriod),
}
"""What the shapes of MLDCAT-AP want, and whether anything accepted could fill it."""


def _in_spite_of_a_fact(checker: Any, one: Bundle) -> Iterator[str]:
    """What a checker misses of a component though the store holds it."""
    entities = {
        f"{'dataset' if entity.iri in one.datasets else 'model'}-{n}": entity
        for n, entity in enumerate(one.described(), 1)
    }
    for name, known in FACTS.items():
        for _, element in getattr(checker, f"components_without_{name}", ()) or ():
            entity = entities.get(str(element).rpartition("#")[2])
            if entity is not None and known(one, entity):
                yield f"{name}: missed, and a fact exists"


def spdx(text: str, one: Bundle) -> Iterator[str]:
    from spdx_python_model.bindings import v3_0_1 as model

    objects = model.SHACLObjectSet()
    try:
        model.JSONLDDeserializer().read(io.BytesIO(text.encode()), objects)
    except (TypeError, ValueError) as error:
        yield f"spdx-python-model: {error}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "m.spdx.json")
        path.write_text(text)
        for name, checker, standard in (
            ("ntia", NTIAChecker, "ntia"),
            ("fsct3", FSCT3Checker, "fsct3-min"),
            ("bsi", BSIChecker, "bsi"),
        ):
            done = checker(str(path), compliance=standard, sbom_spec="spdx3")
            yield from (f"{name}: {error}" for error in done.parsing_errors)
            yield from (f"{name}: {label}" for label, met in done.table_elements if not met)
            yield from (f"{name}: {found}" for found in _in_spite_of_a_fact(done, one))


def croissant(text: str, _: Bundle) -> Iterator[str]:
    import mlcroissant

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "croissant.json")
        path.write_text(text)
        try:
            issues = mlcroissant.Dataset(str(path)).metadata.ctx.issues
        except mlcroissant.ValidationError as error:
            yield f"mlcroissant: {str(error)[:300]}"
            return
        yield from (f"mlcroissant: {one}" for one in issues.errors)


def card(text: str, _: Bundle) -> Iterator[str]:
    from huggingface_hub import ModelCard

    try:
        data = ModelCard(text, ignore_metadata_errors=False).data.to_dict()
    except (ValueError, TypeError) as error:
        yield f"huggingface_hub: {str(error)[:200]}"
        return
    if not data:
        yield "huggingface_hub: no metadata"


def prov(text: str, _: Bundle) -> Iterator[str]:
    from prov.model import ProvDocument, ProvException

    try:
        document = ProvDocument.deserialize(content=text, format="rdf", rdf_format="turtle")
    except (ProvException, ValueError, TypeError) as error:
        yield f"prov: {type(error).__name__} {str(error)[:200]}"
        return
    if not document.get_records():
        yield "prov: no records"


class Shapes:
    """A SHACL file of a standard, and what breaks it."""

    def __init__(self, path: Path) -> None:
        self._shapes = rdflib.Graph().parse(path)

    def __call__(self, text: str, one: Bundle) -> Iterator[str]:
        import pyshacl

        pages = {page(entity, entity.iri in one.datasets): entity for entity in one.described()}
        data = rdflib.Graph().parse(data=text, format="turtle")
        _, report, _ = pyshacl.validate(data, shacl_graph=self._shapes)
        for result in report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult):
            kind = str(report.value(result, rdflib.SH.sourceConstraintComponent)).rpartition("#")[2]
            path = str(report.value(result, rdflib.SH.resultPath)).replace("#", "/")
            path = path.rpartition("/")[2]
            yield f"{kind.removesuffix('ConstraintComponent')} {path}"
            entity = pages.get(str(report.value(result, rdflib.SH.focusNode)))
            if entity is not None and path in PROFILE_FACTS and PROFILE_FACTS[path](one, entity):
                yield f"{path}: missed, and a fact exists"


def none(_: str, __: Bundle) -> Iterator[str]:
    yield from ()


def checks(shared: Path | None, *, with_checkers: bool = True) -> dict[str, Check]:
    """The check of each format; formats of our own have none but coming back."""
    result: dict[str, Check] = dict.fromkeys(exporters(), none)
    if not with_checkers:
        return result
    result |= {name: cyclonedx(name) for name in _STRICT}
    result |= {"spdx3": spdx, "croissant": croissant, "hf-card": card, "prov": prov}
    path = shared and shared / "vocabularies" / "mldcat-ap" / "mldcat-ap-SHACL.ttl"
    if path and path.exists():
        result["mldcat-ap"] = Shapes(path)
    return result


def back(store: Any, text: str, format: str) -> list[str]:
    """What importing a document of ours would add."""
    name = f"back.{exporters()[format].suffix}"
    document = Document(Iri(f"urn:file:{name}"), text.encode(), "2031-01-31", name)
    problems: list[str] = []

    def note(_: str, problem: Problem) -> None:
        problems.append(str(problem))

    reader = "huggingface" if format == "hf-card" else ""
    done = import_documents(None, [document], readers(), Options(reader), note, against=store)
    if (done.records, done.claims, done.failed) != (0, 0, 0):
        problems.append(f"{done.records} records, {done.claims} claims, {done.failed} failed")
    return problems


class Survived:
    """What a document carries of parents, their revisions, kinds of derivation and licences."""

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
"""Formats whose claims stand record by record."""


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
                continue  # a name of datasets, and the model names none
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
                returned[name] += [f"{short_id(model)}: {p}" for p in back(store, text, name)]
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
