"""The tasks of MTEB: the Hub dataset, revision and licence behind each task's name.

MTEB's models name their training data by task. A task's dataset is therefore the dataset with the
task's name, and the task's statements (repository, licence, paper) are claims about that dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats import mapping, statements
from provenance_graph.formats.catalogues import entries, keys
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.mapping import Row

SOURCE = "mteb-tasks"
_MARKS = frozenset({"name", "dataset", "revision", "sample_creation", "annotations_creators"})
_ROWS: tuple[Row, ...] = (
    Row("license", DCTERMS.license, mapping.terms, {"not specified": Stance.NOT_STATED}),
    Row("reference", PG.paper, mapping.link),
)


def _recognises(features: Features) -> bool:
    return features.syntax == "jsonl" and features.keys >= _MARKS


def _origin(document: Document) -> Origin:
    name = statements.clean(document.name or document.url).rpartition("/")[2]
    return Origin(
        local=iris.slug(name.removesuffix(".jsonl")),
        publisher=iris.organization("MTEB"),
        title="MTEB: datasets of its tasks",
        licence="Apache-2.0",
        attribution="MTEB, https://github.com/embeddings-benchmark/mteb",
    )


def _read(document: Document) -> ReaderOutput:
    for line in document.lines:
        if isinstance(line, Problem):
            yield line
            continue
        where, entry = line
        name = statements.scalar_text(statements.mapping(entry).get("name"))
        if name:
            yield from _task(entry, name, where)
        else:
            yield Problem(where, "a task without a name", kind="missing")


def _task(entry: dict[str, Any], name: str, where: str) -> ReaderOutput:
    subject = iris.dataset(name)
    yield from statements.is_a(subject, PG.Dataset, name)
    repository = statements.scalar_text(entry.get("dataset"))
    if hub.is_name(repository):
        yield Claim(subject, PG.hubRepository, hub.page(repository, hub.RepositoryKind.DATASET))
        revision = statements.scalar_text(entry.get("revision"))
        if hub.is_commit(revision):
            yield Claim(subject, SCHEMA.version, literals.text(revision))
    elif repository:
        what = f"{repository[:80]!r} is not a repository"
        yield Problem(f"{where}/dataset", what, "owner/name", kind="missing")
    yield from mapping.claims(subject, entry, _ROWS, where)
    for other in statements.as_list(entry.get("adapted_from")):
        source = statements.stated_name(other)
        if source and iris.dataset(source) != subject:
            yield from statements.is_a(iris.dataset(source), PG.Dataset, source)
            yield Claim(subject, PROV.wasDerivedFrom, iris.dataset(source))


SYNTAXES = ("jsonl",)


def _subject(entry: Mapping[Any, Any]) -> Iri | None:
    """The dataset of a line, or None where it has no name."""
    name = statements.scalar_text(entry.get("name"))
    return iris.dataset(name) if name else None


_SUBJECTS = entries.lines(_subject)
_LEAVES = gathered(keys.lines("entry"))
_READ = entries.with_rest(_read, keys.MTEB_TASKS, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "MTEB: the Hub datasets behind its tasks (JSON lines)",
    _recognises,
    _origin,
    _READ,
    version="3",
    keys=keys.MTEB_TASKS,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
