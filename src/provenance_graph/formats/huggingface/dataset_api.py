"""Reader of the Hub's API answers about a dataset: ``/api/datasets/<name>`` and lists of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.api import artifacts, is_commit, name_of, times
from provenance_graph.formats.huggingface.cards.card import DATASET_FIELDS, read_card
from provenance_graph.formats.huggingface.cards.front import Card
from provenance_graph.formats.huggingface.names import NamedRepository, described

_TAGGED = (
    "license",
    "language",
    "task_categories",
    "task_ids",
    "source_datasets",
    "annotations_creators",
    "language_creators",
    "multilinguality",
    "size_categories",
)
"""Fields of a dataset's card that the Hub repeats in its tags."""


def dataset_of(raw: dict[str, Any]) -> NamedRepository | None:
    """The dataset that an answer is about, or None where it names none.

    >>> dataset_of({"id": "allenai/c4"}).local
    'datasets/allenai/c4'
    """
    name = name_of(raw)
    return NamedRepository(iris.dataset(name), f"datasets/{name}", name) if name else None


def read_dataset_answer(repo: NamedRepository, raw: dict[str, Any], location: str) -> ReaderOutput:
    """Yield the claims of one API answer about a dataset, also of facts stated only in tags."""
    yield from described(repo, PG.Dataset)
    card = statements.mapping(raw.get("cardData"))
    yield from read_card(Card(repo, _about(raw, card), f"{location}/cardData"), DATASET_FIELDS)
    for tag in _differing(raw, card):
        yield coverage.other(repo.subject, "tag", tag)
    for key, predicate in (("description", SCHEMA.description), ("citation", PG.citeAs)):
        if text := statements.scalar_text(raw.get(key)).strip():
            yield coverage.stated(repo.subject, predicate, text, f"{location}/{key}")
    if (pages := statements.scalar_text(raw.get("paperswithcode_id"))) and (
        "paperswithcode_id" not in card
    ):
        yield coverage.other(repo.subject, "paperswithcode_id", pages)
    gated = raw.get("gated")
    if gated in (True, "auto", "manual"):
        text = "gated" if gated is True else f"gated ({gated})"
        yield Claim(repo.subject, PG.dataAvailability, literals.text(text))
    elif gated not in (None, False):
        yield Problem(f"{location}/gated", f"{str(gated)[:60]!r} is not a kind of gate")
    yield from times(repo, raw, location)
    yield from artifacts(repo, raw)
    sha = statements.scalar_text(raw.get("sha"))
    if is_commit(sha):
        yield Claim(repo.subject, SCHEMA.version, literals.text(sha))
    elif sha:
        yield Problem(f"{location}/sha", f"{sha[:60]!r} is not a commit")


def _differing(raw: dict[str, Any], card: dict[str, Any]) -> Iterator[str]:
    """Yield the tags whose kind is a field of the card but whose value differs from the card's."""
    for tag in statements.as_list(raw.get("tags")):
        kind, colon, rest = tag.partition(":") if isinstance(tag, str) else ("", "", "")
        stated = {statements.scalar_text(v).casefold() for v in statements.as_list(card.get(kind))}
        if colon and kind in _TAGGED and kind in card and rest.casefold() not in stated:
            yield tag


def _about(raw: dict[str, Any], card: dict[str, Any]) -> dict[str, Any]:
    """The card's fields, with missing ones taken from the Hub's tags."""
    about = {key: value for key, value in card.items() if isinstance(key, str)}
    tags: list[str] = []
    for tag in statements.as_list(raw.get("tags")):
        kind, colon, rest = tag.partition(":") if isinstance(tag, str) else ("", "", "")
        if colon and kind in _TAGGED:
            if kind not in card:
                about[kind] = [*statements.as_list(about.get(kind)), rest]
        elif isinstance(tag, str):
            tags.append(tag)
    own = [tag for tag in statements.as_list(card.get("tags")) if isinstance(tag, str)]
    if tags or own:
        about["tags"] = list(dict.fromkeys([*own, *tags]))
    return about
