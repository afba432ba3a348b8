"""A card as its fields are read: whose it is, where it stands, and the texts of a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provenance_graph.core.claims import Basis, Claim, Problem, Value
from provenance_graph.core.iris import Iri
from provenance_graph.formats import statements
from provenance_graph.formats.huggingface.names import NamedRepository

MAX_ITEMS = 2_000

PAGE_TAGS = frozenset(
    (
        "autotrain_compatible",
        "endpoints_compatible",
        "has_space",
        "model-index",
        "region:eu",
        "region:us",
        "text-embeddings-inference",
        "text-generation-inference",
        "deploy:azure",
        "deploy:sagemaker",
    )
)
"""Tags that tell where the Hub can run or show a model."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card's metadata and what else bears on its meaning."""

    repo: NamedRepository
    data: Mapping[str, Any]
    place: str = ""
    basis: Basis | None = None
    files: frozenset[str] = frozenset()
    text: str = ""

    def say(self, predicate: Iri, value: Value | None, **more: Any) -> Claim:
        """A claim of the card about its model."""
        return Claim(self.repo.subject, predicate, value, **{"basis": self.basis, **more})


def shape(value: Any) -> str:
    """What kind of value it is, as its author would call it.

    >>> shape({}), shape(3)
    ('a mapping', 'a number')
    """
    names_ = {dict: "a mapping", list: "a list", bool: "yes or no", int: "a number"}
    return names_.get(type(value), "a number" if isinstance(value, float) else "something")


def texts(value: Any, where: str) -> Iterator[tuple[str, str] | Problem]:
    """The texts of a field that is one or a list, each with its place."""
    items = statements.as_list(value)
    if len(items) > MAX_ITEMS:
        yield Problem(where, f"{len(items)} items; the first {MAX_ITEMS} are read", kind="size")
    for index, item in enumerate(items[:MAX_ITEMS]):
        at = f"{where}/{index}" if isinstance(value, list) else where
        if isinstance(item, str) and item.strip():
            yield at, item.strip()
        elif item not in (None, ""):
            yield Problem(at, f"{shape(item)} where a text is expected", kind="shape")


def split_names(item: Any) -> list[Any]:
    """The names of a list that is written as one text; a name has no comma and no semicolon.

    >>> split_names("c4; the_pile"), split_names("web pages (English, German)")
    (['c4', 'the_pile'], ['web pages (English, German)'])
    """
    if isinstance(item, str) and _LIST.fullmatch(item.strip()):
        return [part for each in re.split("[,;]", item) if (part := each.strip())]
    return [item]


_LIST = re.compile(r"[\w./@:-]+(?:\s*[,;]\s*[\w./@:-]+)+[,;]?")


def of_dataset(data: Mapping[str, Any]) -> bool:
    """Whether the card is a dataset's: the Hub keeps those in the same form."""
    marks = {
        "dataset_info",
        "task_categories",
        "task_ids",
        "size_categories",
        "configs",
        "annotations_creators",
        "source_datasets",
    }
    return bool(marks & data.keys()) and not data.keys() & {
        "base_model",
        "pipeline_tag",
        "library_name",
        "model-index",
    }
