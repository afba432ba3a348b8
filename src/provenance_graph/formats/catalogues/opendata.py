"""Creators and licences of Hub datasets: Open Trusted Data, and the dataset cards of 2022.

JSON Lines of two shapes: the AI Alliance's Open Trusted Data catalogue (one line per dataset, from
its Croissant), and the front matter of the dataset cards of ``huggingface/datasets`` in 2022.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDFS
from provenance_graph.formats import coverage, mapping, statements
from provenance_graph.formats.catalogues import entries, keys
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.fields import packages
from provenance_graph.formats.mapping import Row

SOURCE = "opendata"


def _languages(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of a dataset's languages; English alone is kept as stated.

    The catalogue gives English for every dataset: it is the language of the Hub's description,
    whatever the language of the data.
    """
    if statements.as_list(value) == ["en"]:
        yield coverage.other(subject, "languages", "en")
        return
    yield from mapping.languages(subject, property_, value, where)


_TRUSTED = frozenset({"name", "creator_name", "license_name", "url"})
_LINE: tuple[Row, ...] = (
    Row("creator_name", DCTERMS.creator, mapping.makers),
    Row("languages", DCTERMS.language, _languages),
)
_CARD: tuple[Row, ...] = (
    Row("data/language", DCTERMS.language, mapping.languages),
    Row("data/categories", PG.task, mapping.text),
    Row("data/tasks", PG.task, mapping.text),
    Row("data/url", RDFS.seeAlso, mapping.link),
)


def _is_card(entry: Any) -> bool:
    data = entry.get("data") if isinstance(entry, dict) else None
    return isinstance(data, dict) and "givenLicense" in data and "id" in entry


def _recognises(features: Features) -> bool:
    return features.syntax == "jsonl" and (features.keys >= _TRUSTED or _is_card(features.value))


def _origin(document: Document) -> Origin:
    if _is_card(document.features.value):
        return Origin(
            local="nlp-dataset-cards-2022",
            publisher=iris.organization("Hugging Face"),
            title="Dataset cards of huggingface/datasets, 2022",
            licence="Apache-2.0",
            attribution="Hugging Face, extracted by Damien Graux, "
            "https://github.com/dgraux/NLP-Metadata-Datasets",
        )
    return Origin(
        local="open-trusted-data",
        publisher=iris.organization("AI Alliance"),
        title="Open Trusted Data Initiative: catalogue",
        licence="CDLA-Permissive-2.0",
        attribution="Open Trusted Data Initiative, AI Alliance, "
        "https://github.com/The-AI-Alliance/open-trusted-data-initiative",
    )


def _read(document: Document) -> ReaderOutput:
    for line in document.lines:
        if isinstance(line, Problem):
            yield line
            continue
        where, entry = line
        if _is_card(entry):
            yield from _card(entry, where)
        elif isinstance(entry, dict):
            yield from _trusted(entry, where)
        else:
            yield Problem(where, "a line that is not a mapping", kind="shape")


def _trusted(entry: dict[str, Any], where: str) -> ReaderOutput:
    address = statements.scalar_text(entry.get("url"))
    name = hub.dataset_name(address)
    if not name:
        yield Problem(
            f"{where}/url", f"{address[:80]!r} is not a dataset of the Hub", kind="missing"
        )
        return
    subject = iris.dataset(name)
    yield from _described(subject, name)
    yield from mapping.claims(subject, entry, _LINE, where)
    licence, link = (
        statements.scalar_text(entry.get("license_name")),
        statements.scalar_text(entry.get("license_url")),
    )
    yield from statements.licensed(
        subject, licence or link, link=link, locator=f"{where}/license_name"
    )


def _card(entry: dict[str, Any], where: str) -> ReaderOutput:
    name = statements.scalar_text(entry.get("id"))
    if not name:
        yield Problem(f"{where}/id", "a card without an id", kind="missing")
        return
    subject = iris.dataset(name)
    yield from _described(subject, name)
    yield from mapping.claims(subject, entry, _CARD, where)
    given = statements.scalar_text(mapping.find(entry, "data/givenLicense"))
    at = f"{where}/data/givenLicense"
    if given:
        several = [each.strip() for each in given.split(",") if each.strip()]
        for each in several:
            for claim in statements.licensed(subject, each, locator=at):
                partly = len(several) > 1 and claim.value is not None
                yield packages.partly(claim, at) if partly else claim
    else:
        yield statements.not_given(subject, DCTERMS.license, Stance.NOT_STATED, "", at)


def _described(subject: Iri, name: str) -> Iterator[Claim]:
    yield from statements.is_a(subject, PG.Dataset, name)
    yield Claim(subject, PG.hubRepository, hub.page(name, hub.RepositoryKind.DATASET))


SYNTAXES = ("jsonl",)


def _subject(entry: Mapping[Any, Any]) -> Iri | None:
    """The dataset of a line, or None where it names no Hub dataset."""
    if _is_card(entry):
        name = statements.scalar_text(entry.get("id"))
    else:
        name = hub.dataset_name(statements.scalar_text(entry.get("url")))
    return iris.dataset(name) if name else None


_SUBJECTS = entries.lines(_subject)
_LEAVES = gathered(keys.lines("entry"))
_READ = entries.with_rest(_read, keys.OPENDATA, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "Licences and makers of Hub datasets: Open Trusted Data, dataset cards of 2022 (JSON lines)",
    _recognises,
    _origin,
    _READ,
    version="6",
    keys=keys.OPENDATA,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
