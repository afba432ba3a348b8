"""Data Provenance Initiative: audited licences, creators, generators and sources of datasets.

A file holds the datasets of one collection by their identifiers. A dataset has the IRI of a Hub
dataset where its own address leads there. Several datasets of one collection share the collection's
address, which identifies none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats import mapping, statements
from provenance_graph.formats.catalogues import common, entries, keys
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.mapping import Row

SOURCE = "dpi"
_ID = "Unique Dataset Identifier"
_UNSPECIFIED: Mapping[str, Stance] = MappingProxyType(
    {"unspecified": Stance.NOT_STATED, "": Stance.NOT_STATED}
)


_NO_MODEL = frozenset({"other", "others", "unknown", "various"})
"""Values in the index's list of models that do not say which model was used."""


def _writers(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the models that generated a dataset's contents, by name."""
    for item in statements.as_list(value):
        name = statements.stated_name(item)
        if name.casefold() in _NO_MODEL:
            yield statements.not_given(subject, property_, Stance.PARTLY_STATED, name, where)
        elif name:
            model = iris.entity(SOURCE, "model", iris.slug(name))
            yield from statements.is_a(model, PG.Model, name)
            yield Claim(subject, property_, model)
            yield Claim(
                subject, PG.dataAcquisition, PG.SyntheticData, basis=Basis.INFERENCE, locator=where
            )


def _languages(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of languages by name, also of several in one text."""
    if isinstance(value, str):
        value = [part.strip() for part in re.split("[,;]", value)]
    yield from mapping.languages(subject, property_, value, where)


_ROWS: tuple[Row, ...] = (
    Row("Creators", DCTERMS.creator, mapping.makers),
    Row("Languages", DCTERMS.language, _languages),
    Row("Model Generated", PG.generatedBy, _writers),
    Row("Derived from Datasets", DCTERMS.source, mapping.derived_data),
    Row("ArXiv URL", PG.paper, mapping.link),
    Row("GitHub URL", PG.codeRepository, mapping.link),
)


def _recognises(features: Features) -> bool:
    if features.syntax != "json" or not isinstance(features.value, dict) or not features.value:
        return False
    first = next(iter(features.value.values()))
    return isinstance(first, dict) and {_ID, "Dataset Name", "Licenses"} <= first.keys()


def _origin(document: Document) -> Origin:
    file = statements.clean(document.name or document.url).rpartition("/")[2]
    name = unquote(file).removesuffix(".json")
    return Origin(
        local=name[:150],  # collections whose names differ only in case are distinct
        publisher=iris.organization("Data Provenance Initiative"),
        title=f"Data Provenance Initiative: {name[:100]}",
        attribution="Data Provenance Initiative, https://www.dataprovenance.org/",
    )


def _read(document: Document) -> ReaderOutput:
    whole = statements.sanitise(document.json, document.text)
    if not isinstance(whole, dict):
        raise Unreadable(document.url, "not a mapping of datasets")
    alone = _stand_alone(whole)
    for key, entry in whole.items():
        where = f"/{key}"
        if isinstance(entry, dict):
            yield from _dataset(entry, key, where, alone=alone)
        else:
            yield Problem(where, f"{common.brief(entry)} is not a mapping", kind="shape")


def _stand_alone(whole: Mapping[Any, Any]) -> bool:
    """Whether no two datasets share a repository, so that each repository is its dataset's own."""
    shared = [
        statements.scalar_text(statements.mapping(e).get("Hugging Face URL"))
        for e in whole.values()
    ]
    return len(set(shared)) == len(shared)


def _subject(entry: Mapping[Any, Any], key: str, *, alone: bool) -> tuple[Iri, str]:
    """The IRI of an entry's dataset, and its Hub repository or an empty text."""
    addresses = [statements.scalar_text(entry.get("Dataset URL"))]
    if alone:
        addresses.append(statements.scalar_text(entry.get("Hugging Face URL")))
    repository = next((name for url in addresses if (name := hub.dataset_name(url))), "")
    if repository:
        return iris.dataset(repository), repository
    return iris.entity(SOURCE, "dataset", iris.slug(key)), ""


def _dataset(entry: dict[str, Any], key: str, where: str, *, alone: bool) -> ReaderOutput:
    name = statements.stated_name(entry.get("Dataset Name")) or key
    subject, repository = _subject(entry, key, alone=alone)
    if repository:
        yield Claim(subject, PG.hubRepository, hub.page(repository, hub.RepositoryKind.DATASET))
    yield from statements.is_a(subject, PG.Dataset, name)
    yield from mapping.claims(subject, entry, _ROWS, where)
    yield from _licences(subject, entry, where)
    if collection := statements.stated_name(entry.get("Collection")):
        whole = iris.entity(SOURCE, "collection", iris.slug(collection))
        if whole != subject and collection != name:
            yield from statements.is_a(whole, PG.Dataset, collection)
            yield Claim(subject, DCTERMS.isPartOf, whole)


def _licences(subject: Iri, entry: dict[str, Any], where: str) -> ReaderOutput:
    stated: dict[str, str] = {}
    for item in statements.as_list(entry.get("Licenses")):
        text = statements.scalar_text(statements.mapping(item).get("License"))
        link = statements.scalar_text(statements.mapping(item).get("License URL"))
        stated.setdefault(text, "" if link.casefold() == "unspecified" else link)
    at = f"{where}/Licenses"
    if len(stated) > 1:
        yield Claim(
            subject,
            DCTERMS.license,
            None,
            as_stated="; ".join(stated)[: statements.MAX_STATED],
            locator=at,
            unusable="several licences; how they combine is not said",
        )
        return
    for text, link in stated.items():
        if stance := _UNSPECIFIED.get(text.casefold()):
            yield statements.not_given(subject, DCTERMS.license, stance, text, at)
        else:
            name = "" if text.casefold() in ("custom", "various") else text
            yield from statements.licensed(subject, text, name=name, link=link, locator=at)


SYNTAXES = ("json",)


def _subjects(document: Document) -> Mapping[str, Iri]:
    """The dataset of every entry, by location."""
    whole = statements.mapping(statements.sanitise(document.json, document.text))
    alone = _stand_alone(whole)
    return entries.named(lambda key, entry: _subject(entry, key, alone=alone)[0])(document)


_SUBJECTS = _subjects
_LEAVES = gathered(keys.several("entry"))
_READ = entries.with_rest(_read, keys.DPI, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "Data Provenance Initiative: summaries of datasets (JSON)",
    _recognises,
    _origin,
    _READ,
    version="5",
    keys=keys.DPI,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
