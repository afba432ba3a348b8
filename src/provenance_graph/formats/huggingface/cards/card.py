"""Reader of a card's metadata: licence, lineage, languages, data, emissions, results."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.coverage import Treatment
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import languages
from provenance_graph.formats.huggingface.cards import data as card_data
from provenance_graph.formats.huggingface.cards import lineage, tags
from provenance_graph.formats.huggingface.cards.front import Card, shape, texts
from provenance_graph.formats.huggingface.cards.results import read_model_index
from provenance_graph.formats.huggingface.keys import KEYS, field_of
from provenance_graph.formats.huggingface.tables import (
    TASKS,
)

MAX_UNREAD_VALUES = 200


_LICENCE_FIELDS = frozenset(("license_name", "license_link"))


def _respelt(card: Card, fields: frozenset[str]) -> Card:
    """The card with misspelt fields added under the Hub's names, for readers of several fields."""
    odd = {
        field: value
        for key, value in card.data.items()
        if isinstance(key, str) and (field := field_of(key, fields)) and field not in card.data
    }
    return replace(card, data={**card.data, **odd}) if odd else card


def read_card(card: Card, only: frozenset[str] | None = None) -> ReaderOutput:
    """Yield the claims of a card's metadata by field; a key without a reader is stored as stated."""
    fields = frozenset(FIELDS) if only is None else only
    spelt = _respelt(card, fields | _LICENCE_FIELDS)
    for stated, value in card.data.items():
        key = stated if isinstance(stated, str) else ""
        where, field = f"{card.location}/{key}", field_of(key, fields)
        if field and field != key:
            yield Problem(where, f"{key!r} is not read by the Hub", field)
            if field in card.data:
                field = ""
        key = field or key
        reader = FIELDS.get(field) if field else None
        if key == "license" and value in (None, "", []):
            subject = card.repo.subject
            yield statements.not_given(subject, DCTERMS.license, Stance.NOT_STATED, "", where)
        elif reader is not None and value is not None:
            yield from reader(spelt, value, where)
        elif key.startswith("extra_gated") and value:
            yield card.claim(PG.weightsAvailability, PG.GatedWeights)
        else:
            yield from _unread(card, key, value)


def _unread(card: Card, key: str, value: Any) -> ReaderOutput:
    """Yield the values under a key without a reader as stated, save those that are no provenance."""
    where = f"{card.location}/{key}"
    for count, leaf in enumerate(coverage.leaves(value, ("card", key), where)):
        if count >= MAX_UNREAD_VALUES:
            what = f"more than {MAX_UNREAD_VALUES} values under a key that is not read; the rest is dropped"
            yield Problem(where, what, kind="size")
            return
        if KEYS.treatment(leaf.path) in (Treatment.UNKNOWN, Treatment.NOT_READ) or key in _STATED:
            text = statements.scalar_text(leaf.value)
            yield coverage.other(card.repo.subject, ".".join(leaf.path[1:]), text)


_STATED = frozenset(
    (
        "annotations_creators",
        "language_creators",
        "multilinguality",
        "size_categories",
        "language_bcp47",
        "paperswithcode_id",
    )
)


def _licence(card: Card, value: Any, where: str) -> ReaderOutput:
    name = statements.scalar_text(card.data.get("license_name"))
    link = statements.scalar_text(card.data.get("license_link"))
    if value is False:  # `license: no`, as YAML 1.1 reads it
        value = "no"
    stated: list[tuple[str, str]] = []
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
        else:
            stated.append(item)
    if len(stated) > 1:
        what = f"{len(stated)} licences; whether all bind or one may be chosen is not stated"
        yield Problem(where, what, "an SPDX expression under license_name", kind="ambiguous")
        display_text = "; ".join(text for _, text in stated)
        yield Claim(
            card.repo.subject,
            DCTERMS.license,
            None,
            basis=card.basis,
            as_stated=display_text[: statements.MAX_STATED],
            locator=where,
            unusable="several licences; how they combine is not said",
        )
        return
    for at, text in stated:
        yield from statements.licensed(
            card.repo.subject,
            text,
            name=name or text,
            link=link,
            locator=at,
            basis=card.basis,
        )
    yield from _terms(card, link, f"{card.location}/license_link")


def _terms(card: Card, link: str, where: str) -> ReaderOutput:
    """Yield the terms of use from a link: a web address, or a file of the repository itself."""
    file = re.fullmatch(r"(?:\./)?([\w.-]+(?:/[\w.-]+)*)", link)
    if link.startswith(("http://", "https://")):
        yield statements.link(card.repo.subject, PG.termsOfUse, link, where)
    elif file and card.repo.name:
        page = f"{card.repo.page}/blob/main/{file[1]}"
        yield statements.link(card.repo.subject, PG.termsOfUse, page, where)
    elif link:
        yield Problem(where, f"{link[:80]!r} is neither an address nor a file", kind="link")


def _language(card: Card, value: Any, where: str) -> ReaderOutput:
    if value is False or (isinstance(value, list) and False in value):
        what = "`no` without quotes is read as false by YAML 1.1; taken as Norwegian"
        yield Problem(where, what, "'no'", kind="syntax")
        value = ["no" if item is False else item for item in statements.as_list(value)]
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        at, text = item
        codes = [part.strip() for part in text.split(",")] if "," in text else [text]
        for code in codes:
            if languages.is_language(code):
                yield replace(languages.claim(card.repo.subject, code), basis=card.basis)
            elif code in languages.HUB_WORDS:
                yield coverage.other(card.repo.subject, "language", code)
            elif code:
                why = "not a language code"
                display_text = statements.clean(code)[:60]
                yield card.claim(DCTERMS.language, None, as_stated=display_text, unusable=why)
                yield Problem(at, f"{code[:60]!r} is not a language code", "ISO 639: en, de, zh")


def _library(card: Card, value: Any, where: str) -> ReaderOutput:
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
        else:
            yield card.claim(PG.framework, literals.text(item[1][:120]))


def _task(card: Card, value: Any, where: str) -> ReaderOutput:
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        yield card.claim(PG.task, literals.text(item[1][:120]))
        takes, gives = TASKS.get(item[1], ((), ()))
        for kind in takes:
            yield card.claim(PG.inputModality, kind, basis=Basis.INFERENCE)
        for kind in gives:
            yield card.claim(PG.outputModality, kind, basis=Basis.INFERENCE)


def _results(card: Card, value: Any, where: str) -> ReaderOutput:
    yield from read_model_index(card.repo, value, where)


def _name(card: Card, value: Any, where: str) -> ReaderOutput:
    text = statements.scalar_text(value)
    if text:
        yield card.claim(SCHEMA.alternateName, literals.text(text[:200]))
    elif value:
        yield Problem(where, f"{shape(value)} where a name is expected", kind="shape")


def _linked(predicate: Iri) -> Callable[[Card, Any, str], ReaderOutput]:
    def read(card: Card, value: Any, where: str) -> ReaderOutput:
        for item in texts(value, where):
            if isinstance(item, Problem):
                yield item
            elif "://" in item[1]:
                yield statements.link(card.repo.subject, predicate, item[1], item[0])

    return read


DATASET_FIELDS = frozenset(
    (
        "license",
        "language",
        "arxiv",
        "doi",
        "paper",
        "pretty_name",
        "tags",
        "configs",
        "dataset_info",
        "task_categories",
        "task_ids",
        "source_datasets",
    )
)
"""The fields that have the same meaning on a dataset's card."""

FIELDS: Mapping[str, Callable[[Card, Any, str], ReaderOutput]] = MappingProxyType(
    {
        "license": _licence,
        "language": _language,
        "languages": _language,
        "library_name": _library,
        "pipeline_tag": _task,
        "tags": tags.read,
        "datasets": card_data.datasets,
        "base_model": lineage.base,
        "base_model_relation": lineage.relation_alone,
        "base_model_revision": lineage.revisions,
        "new_version": lineage.successor,
        "arxiv": tags.paper,
        "paper": tags.paper,
        "doi": tags.paper,
        "repo": _linked(PG.codeRepository),
        "repository": _linked(PG.codeRepository),
        "github": _linked(PG.codeRepository),
        "demo": _linked(PG.homepage),
        "co2_eq_emissions": card_data.emissions,
        "model-index": _results,
        "model_name": _name,
        "pretty_name": _name,
        "configs": card_data.configurations,
        "dataset_info": card_data.configurations,
        "task_categories": card_data.tasks,
        "task_ids": card_data.tasks,
        "source_datasets": card_data.sources,
    }
)
"""The fields of a card that are read, each with its reader."""
