"""What a model card's metadata says: licence, lineage, languages, data, emissions, results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats import statements
from provenance_graph.formats.huggingface.names import Repository, is_repository, parent
from provenance_graph.formats.huggingface.results import read_model_index
from provenance_graph.formats.huggingface.tables import (
    ADAPTER_MARKS,
    FORMAT_TAGS,
    HUB_RELATIONS,
    MERGE_MARKS,
    METHOD_TAGS,
    QUANTIZED_MARKS,
    RELATIONS,
    TASKS,
)
from provenance_graph.formats.licences import names as licence_names

Found = Iterator[Claim | Problem]
_ARXIV = re.compile(r"(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v\d+)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|code|multilingual")
_EMISSIONS = re.compile(
    r"[~≈]?\s*([\d.,]+)\s*(kg|g|grams?|t|tonnes?|tons?|kilograms?|mg)?"
    r"\s*(?:of )?(?:co2|co₂)?(?:[ -]?eq(?:uivalent|\.)?|e)?\.?",
    re.IGNORECASE,
)
_GRAMS = {"g": 0, "gram": 0, "grams": 0, "": 0, "mg": -3, "kg": 3, "kilogram": 3, "kilograms": 3,
          "t": 6, "tonne": 6, "tonnes": 6, "ton": 6, "tons": 6}  # fmt: skip
MAX_ITEMS = 2_000


@dataclass(frozen=True, slots=True)
class Card:
    """A card's metadata and what else bears on its meaning."""

    repo: Repository
    data: Mapping[str, Any]
    place: str = ""
    basis: Basis | None = None
    files: frozenset[str] = frozenset()
    text: str = ""

    def say(self, predicate: Iri, value: Value, **more: Any) -> Claim:
        """A claim of the card about its model."""
        return Claim(self.repo.subject, predicate, value, **{"basis": self.basis, **more})


def of_dataset(data: Mapping[str, Any]) -> bool:
    """Whether the card is a dataset's: the Hub keeps those in the same form."""
    marks = {"dataset_info", "task_categories", "task_ids", "size_categories", "configs",
             "annotations_creators", "source_datasets"}  # fmt: skip
    return bool(marks & data.keys()) and not data.keys() & {
        "base_model", "pipeline_tag", "library_name", "model-index",
    }  # fmt: skip


def read_card(card: Card, only: frozenset[str] | None = None) -> Found:
    """Claims of a card's metadata, field by field; keys that are not mapped are no problems."""
    for key, value in card.data.items():
        reader = FIELDS.get(key) if only is None or key in only else None
        if key == "license" and value in (None, "", []):
            where = f"{card.place}/{key}"
            subject = card.repo.subject
            yield statements.not_given(subject, DCTERMS.license, Stance.NOT_STATED, "", where)
        elif reader is not None and value is not None:
            yield from reader(card, value, f"{card.place}/{key}")
        elif licence_names.spelling(str(key)):
            yield Problem(f"{card.place}/{key}", f"{key!r} is not read by the Hub", "license")
            if "license" not in card.data:
                yield from _licence(card, value, f"{card.place}/{key}")
        elif isinstance(key, str) and key.startswith("extra_gated") and value:
            yield card.say(PG.weightsAvailability, PG.GatedWeights)


def shape(value: Any) -> str:
    """What kind of value it is, as its author would call it.

    >>> shape({}), shape(3)
    ('a mapping', 'a number')
    """
    names_ = {dict: "a mapping", list: "a list", bool: "yes or no", int: "a number"}
    return names_.get(type(value), "a number" if isinstance(value, float) else "something")


def _texts(value: Any, where: str) -> Iterator[tuple[str, str] | Problem]:
    """The texts of a field that is one or a list, each with its place."""
    items = statements.listed(value)
    if len(items) > MAX_ITEMS:
        yield Problem(where, f"{len(items)} items; the first {MAX_ITEMS} are read", kind="size")
    for index, item in enumerate(items[:MAX_ITEMS]):
        at = f"{where}/{index}" if isinstance(value, list) else where
        if isinstance(item, str) and item.strip():
            yield at, item.strip()
        elif item not in (None, ""):
            yield Problem(at, f"{shape(item)} where a text belongs", kind="shape")


def _licence(card: Card, value: Any, where: str) -> Found:
    name = statements.word(card.data.get("license_name"))
    link = statements.word(card.data.get("license_link"))
    if value is False:  # `license: no`, as YAML 1.1 reads it
        value = "no"
    stated: list[tuple[str, str]] = []
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
        else:
            stated.append(item)
    if len(stated) > 1:
        what = f"{len(stated)} licences; whether all bind or one may be chosen is not said"
        yield Problem(where, what, "an SPDX expression under license_name", kind="ambiguous")
        shown = "; ".join(text for _, text in stated)
        yield Claim(
            card.repo.subject,
            DCTERMS.license,
            None,
            basis=card.basis,
            as_stated=shown[: statements.SHOWN],
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
    yield from _terms(card, link, f"{card.place}/license_link")


def _terms(card: Card, link: str, where: str) -> Found:
    """Where the terms stand: an address, or a file of the repository itself."""
    file = re.fullmatch(r"(?:\./)?([\w.-]+(?:/[\w.-]+)*)", link)
    if link.startswith(("http://", "https://")):
        yield statements.link(card.repo.subject, PG.termsOfUse, link, where)
    elif file and card.repo.name:
        page = f"{card.repo.page}/blob/main/{file[1]}"
        yield statements.link(card.repo.subject, PG.termsOfUse, page, where)
    elif link:
        yield Problem(where, f"{link[:80]!r} is neither an address nor a file", kind="link")


def _language(card: Card, value: Any, where: str) -> Found:
    if value is False or (isinstance(value, list) and False in value):
        what = "`no` without quotes is read as false by YAML 1.1; taken as Norwegian"
        yield Problem(where, what, "'no'", kind="syntax")
        value = ["no" if item is False else item for item in statements.listed(value)]
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        at, text = item
        codes = [part.strip() for part in text.split(",")] if "," in text else [text]
        for code in codes:
            if _LANGUAGE.fullmatch(code):
                yield card.say(DCTERMS.language, literals.text(code))
            elif code:
                yield Problem(at, f"{code[:60]!r} is not a language code", "ISO 639: en, de, zh")


def _library(card: Card, value: Any, where: str) -> Found:
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
        else:
            yield card.say(PG.framework, literals.text(item[1][:120]))


def _task(card: Card, value: Any, where: str) -> Found:
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        yield card.say(PG.task, literals.text(item[1][:120]))
        takes, gives = TASKS.get(item[1], ((), ()))
        for kind in takes:
            yield card.say(PG.inputModality, kind, basis=Basis.INFERENCE)
        for kind in gives:
            yield card.say(PG.outputModality, kind, basis=Basis.INFERENCE)


def _tags(card: Card, value: Any, where: str) -> Found:
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        tag = item[1]
        kind, colon, rest = tag.partition(":")
        if colon and kind in ("arxiv", "doi") and rest:
            yield from _paper(card, rest if kind == "arxiv" else f"https://doi.org/{rest}", item[0])
        elif colon and kind == "dataset" and rest and "datasets" not in card.data:
            yield from _datasets(card, rest, item[0])
        elif tag.casefold() in FORMAT_TAGS:
            yield card.say(PG.fileFormat, literals.text(tag.casefold()))
        elif tag.casefold() in METHOD_TAGS:
            yield card.say(PG.quantizationMethod, literals.text(tag.casefold()))


def _datasets(card: Card, value: Any, where: str) -> Found:
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        name = statements.hub_dataset(item[1]) or item[1][:200]
        dataset = iris.dataset(name)
        yield card.say(PG.trainedOn, dataset)
        yield from statements.is_a(dataset, PG.Dataset, name)
        if is_repository(name):
            page = statements.hub_page(f"datasets/{name}")
            yield Claim(dataset, PG.hubRepository, page)


def relation_of(card: Card) -> tuple[Iri, bool]:
    """The kind of derivation from the base, and whether it was inferred as the Hub infers it."""
    stated = statements.word(card.data.get("base_model_relation")).casefold()
    if stated in RELATIONS:
        return RELATIONS[stated], False
    if stated:
        return PROV.wasDerivedFrom, False
    marks = {
        statements.word(tag).casefold() for tag in statements.listed(card.data.get("tags"))
    } | {statements.word(card.data.get("library_name")).casefold()}
    names_ = {file.rpartition("/")[2].casefold() for file in card.files}
    if marks & ADAPTER_MARKS or "adapter_config.json" in names_:
        return PG.adapterOf, True
    quantised = bool(card.data.get("quantized_by")) or any(f.endswith(".gguf") for f in names_)
    if quantised or marks & QUANTIZED_MARKS:
        return PG.quantizedFrom, True
    bases = statements.listed(card.data.get("base_model"))
    if len(bases) > 1 or (marks & MERGE_MARKS and bases):
        return PG.mergedFrom, True
    return PG.fineTunedFrom, True


def _base(card: Card, value: Any, where: str) -> Found:
    relation, inferred = relation_of(card)
    stated = statements.word(card.data.get("base_model_relation"))
    if stated and stated.casefold() not in HUB_RELATIONS:
        at = f"{card.place}/base_model_relation"
        what = f"{stated[:60]!r} is no relation of the Hub's"
        yield Problem(at, what, ", ".join(sorted(HUB_RELATIONS)))
    basis = Basis.INFERENCE if inferred else card.basis
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
        else:
            yield from parent(card.repo, relation, item[1], item[0], basis)


def _successor(card: Card, value: Any, where: str) -> Found:
    name = statements.word(value)
    if is_repository(name):
        yield Claim(iris.model(name), DCTERMS.replaces, card.repo.subject, basis=card.basis)
    else:
        yield Problem(where, f"{name[:60]!r} is not a repository", "owner/name")


def _paper(card: Card, value: Any, where: str) -> Found:
    if isinstance(value, float):  # 2310.0683 was written 2310.06830
        found = re.search(r"arxiv\s*:\s*[\"']?(\d{4}\.\d{4,5})", card.text[:200_000])
        value = found[1] if found else statements.word(value)
    for item in _texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        text = item[1]
        if match := _ARXIV.fullmatch(text):
            yield card.say(PG.paper, Iri(f"https://arxiv.org/abs/{match[1]}"))
        elif text.startswith("10.") and "/" in text:
            yield statements.link(card.repo.subject, PG.paper, f"https://doi.org/{text}", item[0])
        else:
            yield statements.link(card.repo.subject, PG.paper, text, item[0])


def _emissions(card: Card, value: Any, where: str) -> Found:
    """Grams of carbon dioxide equivalent, as a number, a text or a mapping with more."""
    stated = value
    if isinstance(value, dict):
        stated, where = value.get("emissions"), f"{where}/emissions"
        for hardware in statements.listed(value.get("hardware_used")):
            if shown := statements.word(hardware):
                yield card.say(PG.trainingHardware, literals.text(shown[:200]))
    if stated is None:
        return
    tonnes = _tonnes(stated)
    if tonnes is None:
        shown = statements.word(stated)[: statements.SHOWN]
        yield Problem(where, f"{shown[:60] or type(stated).__name__!r} is not a mass of CO2")
        yield Claim(
            card.repo.subject,
            PG.trainingCO2eTonnes,
            None,
            basis=card.basis,
            as_stated=shown,
            locator=where,
            unusable="not a mass",
        )
        return
    shown = statements.word(stated)
    yield card.say(
        PG.trainingCO2eTonnes,
        literals.decimal(tonnes),
        as_stated=shown if isinstance(stated, str) else f"{shown} g",
        locator=where,
    )


def _tonnes(stated: Any) -> Decimal | None:
    if isinstance(stated, str):
        match = _EMISSIONS.fullmatch(stated.strip()) if len(stated) < 60 else None
        if match is None:
            return None
        number = statements.score(match[1].replace(",", ""))
        scale = _GRAMS[(match[2] or "").casefold()]
    else:
        number, scale = statements.score(stated), 0
    if number is None or number.lexical.startswith("-"):
        return None
    return Decimal(number.lexical).scaleb(scale - 6)


def _results(card: Card, value: Any, where: str) -> Found:
    yield from read_model_index(card.repo, value, where)


def _name(card: Card, value: Any, where: str) -> Found:
    shown = statements.word(value)
    if shown:
        yield card.say(SCHEMA.alternateName, literals.text(shown[:200]))
    elif value:
        yield Problem(where, f"{shape(value)} where a name belongs", kind="shape")


def _linked(predicate: Iri) -> Callable[[Card, Any, str], Found]:
    def read(card: Card, value: Any, where: str) -> Found:
        for item in _texts(value, where):
            if isinstance(item, Problem):
                yield item
            elif "://" in item[1]:
                yield statements.link(card.repo.subject, predicate, item[1], item[0])

    return read


DATASET_FIELDS = frozenset({"license", "language", "arxiv", "doi", "paper", "pretty_name", "tags"})
"""The fields that mean the same on a dataset's card."""

FIELDS: Mapping[str, Callable[[Card, Any, str], Found]] = MappingProxyType(
    {
        "license": _licence,
        "language": _language,
        "languages": _language,
        "library_name": _library,
        "pipeline_tag": _task,
        "tags": _tags,
        "datasets": _datasets,
        "base_model": _base,
        "new_version": _successor,
        "arxiv": _paper,
        "paper": _linked(PG.paper),
        "doi": _paper,
        "repo": _linked(PG.codeRepository),
        "repository": _linked(PG.codeRepository),
        "github": _linked(PG.codeRepository),
        "demo": _linked(PG.homepage),
        "co2_eq_emissions": _emissions,
        "model-index": _results,
        "model_name": _name,
        "pretty_name": _name,
    }
)
"""The card's fields that have a meaning here, each with its small reader."""
