"""The standards' own checkers, compared with the store: a gap where a fact exists is a fault."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import rdflib
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from ntia_conformance_checker.bsi_checker import BSIChecker
from ntia_conformance_checker.fsct_checker import FSCT3Checker
from ntia_conformance_checker.ntia_checker import NTIAChecker

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange.fair4ml import page
from provenance_graph.exchange.ledger import file_address
from provenance_graph.exchange.registry import exporters
from provenance_graph.exchange.spdx3.elements import project_pages
from provenance_graph.model.bundles.results import Bundle, BundleEntity

Check = Callable[[str, Bundle], Iterator[str]]
"""A function of a document's text and its bundle that yields the standard's tool's findings."""

_STRICT = {
    "cyclonedx": JsonStrictValidator(SchemaVersion.V1_7),
    "cyclonedx-1.6": JsonStrictValidator(SchemaVersion.V1_6),
}


def cyclonedx(format: str) -> Check:
    def check(text: str, _: Bundle) -> Iterator[str]:
        error = _STRICT[format].validate_str(text)
        if error is not None:
            yield f"schema: {str(error)[:200]}"

    return check


def _hangs(link: Iri, *terms: Iri) -> Callable[[Bundle, BundleEntity], bool]:
    """A test whether a linked node of an entity states one of the terms."""
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
"""The elements that the checkers look for, and whether any accepted value could fill each."""


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
"""The elements that MLDCAT-AP's shapes require, and whether any accepted value could fill each."""


def _in_spite_of_a_fact(checker: Any, one: Bundle) -> Iterator[str]:
    """Yield what a checker misses of a component although the store holds it."""
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
    """A SHACL file of a standard, and a check of documents against it."""

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
    """The check of each format; this program's own formats have none except re-import."""
    result: dict[str, Check] = dict.fromkeys(exporters(), none)
    if not with_checkers:
        return result
    result |= {name: cyclonedx(name) for name in _STRICT}
    result |= {"spdx3": spdx, "croissant": croissant, "hf-card": card, "prov": prov}
    path = shared and shared / "vocabularies" / "mldcat-ap" / "mldcat-ap-SHACL.ttl"
    if path and path.exists():
        result["mldcat-ap"] = Shapes(path)
    return result
