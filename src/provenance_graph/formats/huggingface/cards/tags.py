"""Reader of a card's tags: papers, data, formats, libraries, tasks, languages, quantisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from provenance_graph.core import literals, papers
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import languages, named
from provenance_graph.formats.huggingface.cards import data as card_data
from provenance_graph.formats.huggingface.cards import lineage
from provenance_graph.formats.huggingface.cards.front import PAGE_TAGS, Card, split_names, texts
from provenance_graph.formats.huggingface.tables import FORMAT_TAGS, TASKS, quantization_of


def read(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the claims of each tag; a tag that repeats a key of the metadata yields none."""
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        at, tag = item
        kind, colon, rest = tag.partition(":")
        if colon and kind in ("arxiv", "doi") and rest:
            yield from paper(card, rest, at)
        elif colon and kind == "dataset" and rest and "datasets" not in card.data:
            yield from card_data.datasets(card, rest, at)
        elif kind in _KEY_OF:
            # the tags of an API answer are read in api.py
            yield from _by_key(card, tag, at) if card.text and colon else ()
        elif tag.casefold() not in PAGE_TAGS:
            yield from _plain_tag(card, tag)
    yield from _quantised(card, value)


def _plain_tag(card: Card, tag: str) -> Iterator[Claim]:
    """Yield the claim of a one-word tag: format, task, library or language, else as stated."""
    if tag.casefold() in FORMAT_TAGS:
        yield card.claim(PG.fileFormat, literals.text(tag.casefold()))
    elif tag in TASKS:
        if tag != card.data.get("pipeline_tag"):
            yield card.claim(PG.task, literals.text(tag))
    elif tag.casefold() in named.LIBRARIES:
        if tag != card.data.get("library_name"):
            yield card.claim(PG.framework, literals.text(tag))
    elif tag in languages.TAGS:
        if tag not in statements.as_list(card.data.get("language")):
            yield replace(languages.claim(card.repo.subject, tag), basis=card.basis)
    elif quantization_of([tag]) == ("", 0):
        yield coverage.other(card.repo.subject, "tag", tag)


def _quantised(card: Card, tags: Any) -> Iterator[Claim]:
    """Yield the quantisation method and bits stated in the tags of a card.

    None for an adapter, whose tags describe how its base was loaded.
    """
    if lineage.relation_of(card)[0] == PG.adapterOf:
        return
    method, bits = quantization_of(map(statements.scalar_text, statements.as_list(tags)))
    if method:
        yield card.claim(PG.quantizationMethod, literals.text(method))
    if bits:
        yield card.claim(PG.quantizationBits, literals.decimal(bits))


_KEY_OF = MappingProxyType(
    {
        "base_model": "base_model",
        "license": "license",
        "dataset": "datasets",
        "language": "language",
    }
)
"""The metadata key for each kind of tag: the Hub derives these tags from those keys."""


def _by_key(card: Card, tag: str, where: str) -> ReaderOutput:
    """Yield the claims of a tag that has a metadata key: none for a repeated value, else its own."""
    kind, _, rest = tag.partition(":")
    stated = [
        statements.scalar_text(statements.mapping(each).get("name", each)).casefold()
        for each in statements.as_list(card.data.get(_KEY_OF[kind]))
    ]
    given = rest.rpartition(":")[2].casefold() if kind == "base_model" else rest.casefold()
    if not any(stated):
        yield from named.tag(card.repo.subject, tag, where)
    elif not any(given in split_names(each) for each in stated):
        yield coverage.other(card.repo.subject, "tag", tag)


def paper(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield a paper given by its arXiv id, DOI or address."""
    if isinstance(value, float):  # 2310.0683 was written 2310.06830
        result = re.search(rf"arxiv\s*:\s*[\"']?({papers.ARXIV_NUMBER})", card.text[:200_000])
        value = result[1] if result else statements.scalar_text(value)
    for item in texts(value, where):
        if isinstance(item, Problem):
            yield item
            continue
        link = statements.link(card.repo.subject, PG.paper, item[1], item[0])
        yield link if isinstance(link, Problem) else replace(link, basis=card.basis)
