"""The AI Stack Map as CSV: recognition of its four tables, and their readings."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats import statements
from provenance_graph.formats.catalogues import entries, keys
from provenance_graph.formats.catalogues.osaimap import leaderboard, repositories
from provenance_graph.formats.catalogues.osaimap.rows import SOURCE, Row
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)


def kind_of(columns: tuple[str, ...]) -> str:
    """The kind of a table of the map, by its header row; empty for any other table."""
    stored = set(columns)
    if {"model_id", "base_model", "params_b", "submission_date"} <= stored:
        return "benchmarks"
    if {"model_id", "github_repo", "base_model_id"} <= stored:
        return "repositories"
    if {"model_id", "created_at", "tags", "likes"} <= stored:
        return "models"
    if {"dataset_id", "created_at", "tags", "likes"} <= stored:
        return "datasets"
    return ""


def _recognises(features: Features) -> bool:
    return features.syntax == "csv" and bool(kind_of(features.columns))


def _origin(document: Document) -> Origin:
    stem = (document.name or document.url).rpartition("/")[2].removesuffix(".csv")
    return Origin(
        local=iris.slug(statements.clean(stem)),
        publisher=iris.organization("Current AI"),
        title=f"AI Stack Map: {statements.clean(stem)[:100]}",
        licence="MIT",
        attribution="AI Stack Map, Current AI, https://github.com/currentai-org/os-ai-map",
    )


def _read(document: Document) -> ReaderOutput:
    kind = kind_of(document.features.columns)
    if not kind:
        raise Unreadable(document.url, "no table of the AI Stack Map by its header row")
    reader = csv.DictReader(io.StringIO(document.text, newline=""))
    reading = READINGS[kind]
    key = "dataset_id" if kind == "datasets" else "model_id"
    seen: Counter[str] = Counter()
    if kind == "benchmarks":
        yield from leaderboard.benchmarks()
    try:
        for row in reader:
            where = f"L{reader.line_num}"
            if None in row or None in row.values():
                what = "the row has another number of cells than the header"
                yield Problem(where, what, kind="shape")
            cells = {
                name: statements.clean(cell.strip())
                for name, cell in row.items()
                if isinstance(name, str) and isinstance(cell, str)
            }
            name = cells.get(key, "")
            if not hub.is_name(name) and not re.fullmatch(r"[\w.-]+", name):
                yield Problem(f"{where}/{key}", f"{name[:60]!r} is not a repository", "owner/name")
                continue
            seen[name] += 1
            yield from reading(cells, name, where, seen[name])
    except csv.Error as error:
        yield Problem(
            f"L{reader.line_num}", f"not CSV: {error}; the rest is not read", kind="syntax"
        )


READINGS: Mapping[str, Callable[[Row, str, str, int], ReaderOutput]] = MappingProxyType(
    {
        "benchmarks": leaderboard.evaluation,
        "repositories": repositories.from_repositories,
        "models": repositories.model,
        "datasets": repositories.dataset,
    }
)

SYNTAXES = ("csv",)


def _subject(row: Mapping[Any, Any]) -> Iri | None:
    """The model or dataset of a row, or None."""
    model, dataset = row.get("model_id", ""), row.get("dataset_id", "")
    return iris.model(model) if model else iris.dataset(dataset) if dataset else None


_SUBJECTS = entries.rows(_subject)
_CELLS = keys.cells("row")


def _leaves(document: Document) -> Iterator[Leaf]:
    """Yield the cells; tags singly, with those about topics or deployment under a key of their own."""
    for leaf in _CELLS(document):
        if leaf.path == ("row", "tags"):
            for tag in map(str.strip, leaf.value.split(",")):
                if tag:
                    path = (
                        leaf.path
                        if repositories.is_statement(tag) or " " in tag
                        else ("row", "topics")
                    )
                    yield Leaf(path, leaf.location, tag)
        else:
            yield leaf


_LEAVES = gathered(_leaves)
_READ = entries.with_rest(_read, keys.OSAIMAP, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "AI Stack Map: crawl of Hub models and datasets, Open LLM Leaderboard (CSV)",
    _recognises,
    _origin,
    _READ,
    version="10",
    keys=keys.OSAIMAP,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
