"""What a model card's metadata says: licence, lineage, languages, data, emissions, results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.coverage import Fate
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import languages, named
from provenance_graph.formats.huggingface.cards import data as card_data
from provenance_graph.formats.huggingface.cards.parts import PAGE_TAGS, Card, listed, shape, texts
from provenance_graph.formats.huggingface.cards.results import read_model_index
from provenance_graph.formats.huggingface.keys import KEYS, field_of
from provenance_graph.formats.huggingface.names import SOURCE, is_repository, parent, version_of
from provenance_graph.formats.huggingface.tables import (
    ADAPTER_MARKS,
    FORMAT_TAGS,
    HUB_RELATIONS,
    MERGE_MARKS,
    QUANTIZED_MARKS,
    RELATIONS,
    TASKS,
    quantization_of,
)
from provenance_graph.formats.licences import names as licence_names

_ARXIV = re.compile(r"(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v\d+)?", re.IGNORECASE)
MAX_UNREAD_VALUES = 200


_LICENCE_FIELDS = frozenset(("license_name", "license_link"))


def _respelt(card: Card, fields: frozenset[str]) -> Card:
    """The card as those readers see it that look at another field: under the Hub's names."""
    odd = {
        field: value
        for key, value in card.data.items()
        if isinstance(key, str) and (field := field_of(key, fields)) and field not in card.data
    }
    return replace(card, data={**card.data, **odd}) if odd else card


def read_card(card: Card, only: frozenset[str] | None = None) -> ReaderOutput:
    """Claims of a card's metadata, field by field; a key that nothing reads is stored as stated."""
    fields = frozenset(FIELDS) if only is None else only
    spelt = _respelt(card, fields | _LICENCE_FIELDS)
    for stated, value in card.data.items():
        key = stated if isinstance(stated, str) else ""
        field = field_of(key, fields)
        if field and field != key:
            if field in card.data:
                field = ""
            yield Problem(f"{card.place}/{key}", f"{key!r} is not read by the Hub", field or "")
        key = field or key
        reader = FIELDS.get(field) if field else None
        if key == "license" and value in (None, "", []):
            where = f"{card.place}/{key}"
            subject = card.repo.subject
            yield statements.not_given(subject, DCTERMS.license, Stance.NOT_STATED, "", where)
        elif reader is not None and value is not None:
            yield from reader(spelt, value, f"{card.place}/{key}")
        elif licence_names.spelling(key):
            yield Problem(f"{card.place}/{key}", f"{key!r} is not read by the Hub", "license")
            if "license" not in card.data:
                yield from _licence(spelt, value, f"{card.place}/{key}")
        elif key.startswith("extra_gated") and value:
            yield card.say(PG.weightsAvailability, PG.GatedWeights)
        else:
            yield from _unread(card, key, value)


def _unread(card: Card, key: str, value: Any) -> ReaderOutput:
    """What stands under a key that nothing reads, as it stands; not what is no provenance."""
    where = f"{card.place}/{key}"
    for count, leaf in enumerate(coverage.leaves(value, ("card", key), where)):
        if count >= MAX_UNREAD_VALUES:
            what = f"more than {MAX_UNREAD_VALUES} values under a key that nothing reads; the rest is left"
            yield Problem(where, what, kind="size")
            return
        if KEYS.fate(leaf.path) in (Fate.UNKNOWN, Fate.NOT_READ) or key in _STATED:
            shown = statements.scalar_text(leaf.value)
            yield coverage.other(card.repo.subject, ".".join(leaf.path[1:]), shown)


_STATED = frozenset(
    ("annotations_creators", "language_creators", "multilinguality", "size_categories",
     "language_bcp47", "paperswithcode_id")
)  # fmt: skip


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
        what = f"{len(stated)} licences; whether all bind or one may be chosen is not said"
        yield Problem(where, what, "an SPDX expression under license_name", kind="ambiguous")
        shown = "; ".join(text for _, text in stated)
        yield Claim(
            card.repo.subject,
            DCTERMS.license,
            None,
            basis=card.basis,
            as_stated=shown[: statements.MAX_STATED],
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


def _terms(card: Card, link: str, where: str) -> ReaderOutput:
    """Where the terms stand: an address, or a file of the repository itself."""
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
                yield card.say(DCTERMS.language, literals.text(code))
            elif code in languages.HUB_WORDS:
                yield coverage.other(card.repo.subject, "language", code)
            elif code:
                why = "not a language code"
                shown = statements.clean(code)[:60]
                yield card.say(DCTERMS.language, None, as_stated=shown, unusable=why)
                yield Problem(at, f"{code[:60]!r} is not a language code", "ISO 639: en, de, zh")


def _library(card: Card, value: Any, where: str) -> ReaderOutput:
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
        else:
            yield card.say(PG.framework, literals.text(item[1][:120]))


def _task(card: Card, value: Any, where: str) -> ReaderOutput:
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        yield card.say(PG.task, literals.text(item[1][:120]))
        takes, gives = TASKS.get(item[1], ((), ()))
        for kind in takes:
            yield card.say(PG.inputModality, kind, basis=Basis.INFERENCE)
        for kind in gives:
            yield card.say(PG.outputModality, kind, basis=Basis.INFERENCE)


def _tags(card: Card, value: Any, where: str) -> ReaderOutput:
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        tag = item[1]
        kind, colon, rest = tag.partition(":")
        if colon and kind in ("arxiv", "doi") and rest:
            yield from _paper(card, rest if kind == "arxiv" else f"https://doi.org/{rest}", item[0])
        elif colon and kind == "dataset" and rest and "datasets" not in card.data:
            yield from card_data.datasets(card, rest, item[0])
        elif tag.casefold() in FORMAT_TAGS:
            yield card.say(PG.fileFormat, literals.text(tag.casefold()))
        elif tag in TASKS:
            if tag != card.data.get("pipeline_tag"):
                yield card.say(PG.task, literals.text(tag))
        elif tag.casefold() in named.LIBRARIES:
            if tag != card.data.get("library_name"):
                yield card.say(PG.framework, literals.text(tag))
        elif tag in languages.TAGS:
            if tag not in statements.as_list(card.data.get("language")):
                yield card.say(DCTERMS.language, literals.text(tag))
        elif kind in _READ_ELSEWHERE or tag.casefold() in PAGE_TAGS:
            continue
        elif quantization_of([tag]) == ("", 0):
            yield coverage.other(card.repo.subject, "tag", tag)
    yield from _quantised(card, value)


def _quantised(card: Card, tags: Any) -> Iterator[Claim]:
    """Method and bits by the tags; those of an adapter tell how its base was loaded."""
    if relation_of(card)[0] == PG.adapterOf:
        return
    method, bits = quantization_of(map(statements.scalar_text, statements.as_list(tags)))
    if method:
        yield card.say(PG.quantizationMethod, literals.text(method))
    if bits:
        yield card.say(PG.quantizationBits, literals.decimal(bits))


_READ_ELSEWHERE = frozenset({"base_model", "license", "dataset", "language"})


def relation_of(card: Card) -> tuple[Iri, bool]:
    """The kind of derivation from the base, and whether it was inferred as the Hub infers it."""
    stated = statements.scalar_text(card.data.get("base_model_relation")).casefold()
    if stated in RELATIONS:
        return RELATIONS[stated], False
    if stated:
        return PROV.wasDerivedFrom, False
    marks = {
        statements.scalar_text(tag).casefold() for tag in statements.as_list(card.data.get("tags"))
    } | {statements.scalar_text(card.data.get("library_name")).casefold()}
    related = {tag.split(":")[1] for tag in marks if re.match(r"base_model:[^:]+:", tag)}
    if len(related) == 1 and (tagged := RELATIONS.get(next(iter(related)))):
        return tagged, True
    names_ = {file.rpartition("/")[2].casefold() for file in card.files}
    if marks & ADAPTER_MARKS or "adapter_config.json" in names_:
        return PG.adapterOf, True
    quantised = bool(card.data.get("quantized_by")) or any(f.endswith(".gguf") for f in names_)
    if quantised or marks & QUANTIZED_MARKS:
        return PG.quantizedFrom, True
    bases = _bases(card)
    if len(bases) > 1 or (marks & MERGE_MARKS and bases):
        return PG.mergedFrom, True
    return PG.fineTunedFrom, True


def _bases(card: Card) -> list[Any]:
    """The base models, also where several stand in one text."""
    stated = statements.as_list(card.data.get("base_model"))
    return [part for each in stated for part in listed(each)]


def _base(card: Card, value: Any, where: str) -> ReaderOutput:
    relation, inferred = relation_of(card)
    stated = statements.scalar_text(card.data.get("base_model_relation"))
    if stated and stated.casefold() not in HUB_RELATIONS:
        at = f"{card.place}/base_model_relation"
        what = f"{stated[:60]!r} is no relation of the Hub's"
        yield Problem(at, what, ", ".join(sorted(HUB_RELATIONS)))
    basis = Basis.INFERENCE if inferred else card.basis
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        for name in listed(item[1]):
            yield from parent(card.repo, relation, name, item[0], basis)


def _relation_alone(card: Card, value: Any, where: str) -> ReaderOutput:
    """A relation says nothing where the base that it relates to is missing."""
    if not any(map(statements.scalar_text, statements.as_list(card.data.get("base_model")))):
        what = "a relation to a base model, and no base model"
        yield Problem(where, what, "base_model: owner/name", kind="missing")
        yield coverage.other(
            card.repo.subject, "base_model_relation", statements.scalar_text(value)
        )


def _successor(card: Card, value: Any, where: str) -> ReaderOutput:
    name = statements.scalar_text(value)
    if is_repository(name):
        yield Claim(iris.model(name), DCTERMS.replaces, card.repo.subject, basis=card.basis)
    else:
        yield Problem(where, f"{name[:60]!r} is not a repository", "owner/name")


def _paper(card: Card, value: Any, where: str) -> ReaderOutput:
    if isinstance(value, float):  # 2310.0683 was written 2310.06830
        result = re.search(r"arxiv\s*:\s*[\"']?(\d{4}\.\d{4,5})", card.text[:200_000])
        value = result[1] if result else statements.scalar_text(value)
    for item in texts(value, where):
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


def _results(card: Card, value: Any, where: str) -> ReaderOutput:
    yield from read_model_index(card.repo, value, where)


def _name(card: Card, value: Any, where: str) -> ReaderOutput:
    shown = statements.scalar_text(value)
    if shown:
        yield card.say(SCHEMA.alternateName, literals.text(shown[:200]))
    elif value:
        yield Problem(where, f"{shape(value)} where a name belongs", kind="shape")


def _linked(predicate: Iri) -> Callable[[Card, Any, str], ReaderOutput]:
    def read(card: Card, value: Any, where: str) -> ReaderOutput:
        for item in texts(value, where):
            if isinstance(item, Problem):
                yield item
            elif "://" in item[1]:
                yield statements.link(card.repo.subject, predicate, item[1], item[0])

    return read


def _revisions(card: Card, value: Any, where: str) -> ReaderOutput:
    """The states of the base models that were used, one for each, or one for the only one."""
    bases = _bases(card)
    revisions = [part for each in statements.as_list(value) for part in listed(each)]
    if len(bases) != len(revisions):
        what = f"{len(revisions)} revisions for {len(bases)} base models"
        yield Problem(where, what, "one for each, in their order", kind="lineage")
        yield coverage.other(card.repo.subject, "base_model_revision", str(value)[:200])
        return
    for base, revision in zip(bases, revisions, strict=True):
        name, stated = statements.scalar_text(base), statements.scalar_text(revision)
        if not is_repository(name) or not stated:
            yield coverage.other(card.repo.subject, "base_model_revision", stated)
            continue
        node = iris.mint("in", SOURCE, "derivation", card.repo.local, "base", iris.slug(name)[:120])
        yield card.say(PROV.qualifiedDerivation, node)
        yield Claim(node, RDF.type, PG.Derivation)
        yield Claim(node, PROV.entity, iris.model(name), basis=card.basis)
        yield from version_of(iris.model(name), node, stated, card.basis)


DATASET_FIELDS = frozenset(
    ("license", "language", "arxiv", "doi", "paper", "pretty_name", "tags", "configs",
     "dataset_info", "task_categories", "task_ids", "source_datasets")
)  # fmt: skip
"""The fields that mean the same on a dataset's card."""

FIELDS: Mapping[str, Callable[[Card, Any, str], ReaderOutput]] = MappingProxyType(
    {
        "license": _licence,
        "language": _language,
        "languages": _language,
        "library_name": _library,
        "pipeline_tag": _task,
        "tags": _tags,
        "datasets": card_data.datasets,
        "base_model": _base,
        "base_model_relation": _relation_alone,
        "base_model_revision": _revisions,
        "new_version": _successor,
        "arxiv": _paper,
        "paper": _linked(PG.paper),
        "doi": _paper,
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
"""The card's fields that have a meaning here, each with its small reader."""
