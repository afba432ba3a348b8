"""Reader of a card's fields on data and emissions: training data, configurations, sources, carbon."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.terms import PG, PROV
from provenance_graph.formats import coverage, model_names, paths, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.cards.front import MAX_ITEMS, Card, split_names, texts
from provenance_graph.formats.huggingface.names import SOURCE, is_repository

_EMISSIONS = re.compile(
    r"[~≈]?\s*([\d.,]+)\s*(kg|g|grams?|t|tonnes?|tons?|kilograms?|mg)?"
    r"\s*(?:of )?(?:co2|co₂)?(?:[ -]?eq(?:uivalent|\.)?|e)?\.?",
    re.IGNORECASE,
)
_GRAMS = {
    "g": 0,
    "gram": 0,
    "grams": 0,
    "": 0,
    "mg": -3,
    "kg": 3,
    "kilogram": 3,
    "kilograms": 3,
    "t": 6,
    "tonne": 6,
    "tonnes": 6,
    "ton": 6,
    "tons": 6,
}


def _configured(value: Any) -> Any:
    """Data given as mappings of name and configuration, rewritten as ``name#configuration``."""
    items = statements.as_list(value)
    if isinstance(value, (list, dict)):
        items = [_one_configured(item) for item in items]
    several = [part for item in items for part in split_names(item)]
    return several if len(several) != len(items) or isinstance(value, (list, dict)) else value


def _one_configured(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    name = _first(item, ("name", "type", "id", "dataset", "path", "repo"))
    config = _first(item, ("config", "subset", "config_name"))
    return (f"{name}#{config}" if config else name) or item


def _first(item: dict[Any, Any], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := statements.scalar_text(item.get(key)))), "")


def datasets(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the training data, by Hub name or other name, with the part used where stated."""
    for item in texts(_configured(value), where):
        if isinstance(item, Problem):
            yield item
            continue
        stated, part = _with_part(item[1])
        if model_names.names_no_dataset(stated):
            what = f"{stated[:60]!r} states how data were loaded, not which"
            yield Problem(where, what, "the name of a dataset", kind="lineage")
            continue
        name = statements.hub_dataset(stated) or stated.strip()[:200]
        dataset = iris.dataset(name)
        if model_names.is_path(name) or paths.is_local_name(name):  # local to this repository
            dataset = iris.entity(SOURCE, "dataset", f"{card.repo.local}/{iris.slug(name)}")
        yield card.claim(PG.trainedOn, dataset)
        if part:
            yield Claim(dataset, PG.datasetConfiguration, literals.text(part[:200]))
        yield from statements.called(dataset, PG.Dataset, name)
        if is_repository(name):
            page = statements.hub_page(f"datasets/{name}")
            yield Claim(dataset, PG.hubRepository, page)


def _with_part(text: str) -> tuple[str, str]:
    """A dataset's name and the configuration used: ``owner/name#part``, ``owner/name:part``.

    >>> _with_part("HuggingFaceH4/ultrachat_200k:default"), _with_part("a/b#c"), _with_part("c4: en")
    (('HuggingFaceH4/ultrachat_200k', 'default'), ('a/b', 'c'), ('c4: en', ''))
    """
    stated, hash_, part = text.partition("#")
    name, colon, config = stated.partition(":")
    if colon and not hash_ and is_repository(name) and re.fullmatch(r"[\w.-]+", config):
        return name, config
    return stated, part


def configurations(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the named configurations in which a dataset is published."""
    for item in statements.as_list(value)[:MAX_ITEMS]:
        if name := statements.scalar_text(statements.mapping(item).get("config_name")):
            yield card.claim(PG.datasetConfiguration, literals.text(name[:200]))
        for key in _ABOUT:  # the form that `datasets` wrote before cards had their own keys
            if stated := statements.scalar_text(statements.mapping(item).get(key)):
                yield coverage.other(card.repo.subject, f"{where.rpartition('/')[2]}.{key}", stated)
        if name:
            continue
        if not isinstance(item, dict):
            yield Problem(
                where, f"{statements.stated_name(item)[:60]!r} is not a configuration", kind="shape"
            )


_ABOUT = ("license", "homepage", "citation", "description")


def tasks(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the tasks that a dataset is intended for."""
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
        else:
            yield card.claim(PG.task, literals.text(item[1][:120]))


def sources(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the source datasets of a dataset: ``original``, or ``extended|name`` for each."""
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        kind, bar, name = item[1].partition("|")
        name = name if bar else kind
        if name in ("original", "extended") or name.startswith("other"):
            yield coverage.other(card.repo.subject, "source_datasets", item[1])
            continue
        parent_ = iris.dataset(name[:200])
        if parent_ != card.repo.subject:
            yield from statements.called(parent_, PG.Dataset, name[:200])
            yield card.claim(PROV.wasDerivedFrom, parent_)


def emissions(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the training emissions, stated in grams of CO2 equivalent as number, text or mapping."""
    stated = value
    if isinstance(value, dict):
        stated, where = value.get("emissions"), f"{where}/emissions"
        for hardware in statements.as_list(value.get("hardware_used")):
            if text := statements.scalar_text(hardware):
                yield card.claim(PG.trainingHardware, literals.text(text[:200]))
    if stated is None:
        return
    tonnes = _tonnes(stated)
    if tonnes is None:
        text = statements.scalar_text(stated)[: statements.MAX_STATED]
        yield Problem(where, f"{text[:60] or type(stated).__name__!r} is not a mass of CO2")
        yield Claim(
            card.repo.subject,
            PG.trainingCO2eTonnes,
            None,
            basis=card.basis,
            as_stated=text,
            locator=where,
            unusable="not a mass",
        )
        return
    text = statements.scalar_text(stated)
    yield card.claim(
        PG.trainingCO2eTonnes,
        literals.decimal(tonnes),
        as_stated=text if isinstance(stated, str) else f"{text} g",
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
