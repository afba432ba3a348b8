"""Reader of a Hub repository as one document: card, configurations, recipes, results."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import Document, ReaderOutput
from provenance_graph.formats.fields.weight_files import format_of
from provenance_graph.formats.huggingface.api import read_answer
from provenance_graph.formats.huggingface.cards.card import DATASET_FIELDS, read_card
from provenance_graph.formats.huggingface.cards.fenced import read_recipes
from provenance_graph.formats.huggingface.cards.front import (
    Card,
    card_metadata,
    metadata,
    of_dataset,
    shape,
)
from provenance_graph.formats.huggingface.cards.generated import read_generated
from provenance_graph.formats.huggingface.cards.results import read_eval_results
from provenance_graph.formats.huggingface.configs.config import read_config
from provenance_graph.formats.huggingface.configs.keys import leaves_of_file, role_of
from provenance_graph.formats.huggingface.configs.merge import FILES as RECIPES
from provenance_graph.formats.huggingface.configs.merge import one_or_all, read_merge
from provenance_graph.formats.huggingface.configs.quantization import (
    Packing,
    packing,
    precision,
    stated_dtype,
)
from provenance_graph.formats.huggingface.configs.weights import read_adapter, read_index
from provenance_graph.formats.huggingface.keys import KEYS
from provenance_graph.formats.huggingface.names import (
    SOURCE,
    NamedRepository,
    described,
    version_claims,
)
from provenance_graph.formats.parsing import decode, parse_json, parse_yaml, parse_yaml_stream

READINGS = frozenset({"config", "adapter", "index", "tokenizer"})
"""Kinds of documents whose claims are readings of an artifact."""
MAX_STATED = 120
"""The most values of one configuration that are stored as stated."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The storage of weights that a config states: number format and packing."""

    dtype: Iri | None = None
    packed: Packing | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    """The files of one repository: the main document and those beside it."""

    document: Document
    kind: str

    def names(self) -> frozenset[str]:
        return frozenset(self.document.files)

    def text(self, file: str) -> str:
        return decode(self.document.files[file], f"{self.document.url}/{file}")


def repository_claims(repo: NamedRepository, document: Document, kind: str) -> ReaderOutput:
    """Yield the claims of a repository's files, or of a single file."""
    output = list(_claims(repo, document, kind))
    claims = [item for item in output if isinstance(item, Claim)]
    nameless = {claim.subject for claim in claims if claim.value == PG.UnresolvedReference}
    adapters = [claim for claim in claims if claim.predicate == PG.adapterOf]
    if any(claim.value in nameless and claim.basis is not Basis.INFERENCE for claim in adapters):
        # The config states that it is an adapter, with a local folder as the base; the card states the
        # repository of the base: neither is inferred.
        inferred = {
            each
            for each in adapters
            if each.basis is Basis.INFERENCE and each.value not in nameless
        }
        output = [
            replace(item, basis=None) if isinstance(item, Claim) and item in inferred else item
            for item in output
        ]
    yield from output


def _claims(repo: NamedRepository, document: Document, kind: str) -> ReaderOutput:
    if repo.revision:
        version = iris.mint("in", SOURCE, "version", repo.local, repo.revision)
        yield from version_claims(repo.subject, version, repo.revision)
    folder = _Folder(document, kind)
    alone = not document.files
    if kind == "api":
        yield from read_answer(repo, statements.sanitise(document.json, document.text), "")
    elif kind != "card":
        yield from described(repo)
    readings = None if alone and kind in READINGS else Basis.ARTIFACT
    numbers = Numbers()
    if kind == "card":
        yield from _card(repo, document.text, document, "", alone)
    elif kind == "results":
        rows = statements.sanitise(document.yaml, document.text)
        yield from read_eval_results(repo, rows, "")
        yield from _as_stated(repo, "results", rows, "")
    elif kind == "merge":
        stream = statements.sanitise(list(document.yaml_stream), document.text)
        yield from read_merge(repo, stream, "")
        yield from _as_stated(repo, "merge", one_or_all(stream), "")
    elif kind in READINGS:
        raw = statements.sanitise(document.json, document.text)
        if kind == "config":
            numbers = Numbers(stated_dtype(raw), packing(raw))
        yield from _reading(repo, kind, raw, readings, "", Numbers())
    for container in sorted({format_of(name) for name in folder.names()} - {""}):
        yield Claim(repo.subject, PG.fileFormat, literals.text(container), basis=Basis.ARTIFACT)
    for file in sorted(folder.names()):
        base = file.rpartition("/")[2]
        try:
            numbers = yield from _companion_file(repo, folder, file, base, numbers)
        except Unreadable as error:
            yield Problem(file, error.why, kind="syntax")


def _companion_file(
    repo: NamedRepository, folder: _Folder, file: str, base: str, numbers: Numbers
) -> Generator[Claim | Problem, None, Numbers]:
    """Yield the claims of one companion file; return the number format once a config stated it."""
    url = f"{folder.document.url}/{file}"
    repeated: list[Problem] = []
    if base == "README.md" and folder.kind != "card":
        yield from _card(repo, folder.text(file), folder.document, file, False)
    elif ".eval_results/" in f"/{file}" and base.endswith((".yaml", ".yml")):
        text = folder.text(file)
        rows = statements.sanitise(parse_yaml(text, url, repeated), text)
        yield from read_eval_results(repo, rows, file)
        yield from _as_stated(repo, "results", rows, file)
    elif base in RECIPES:
        text = folder.text(file)
        stream = statements.sanitise(list(parse_yaml_stream(text, url, repeated)), text)
        yield from read_merge(repo, stream, file)
        yield from _as_stated(repo, "merge", one_or_all(stream), file)
    elif kind := role_of(base):
        text = folder.text(file)
        raw = statements.sanitise(parse_json(text, url, repeated), text)
        if not isinstance(raw, dict):
            yield Problem(file, f"{shape(raw)} where a mapping is expected", kind="shape")
            return numbers
        yield from _reading(repo, kind, raw, Basis.ARTIFACT, file, numbers)
        if kind == "config":
            numbers = Numbers(stated_dtype(raw) or numbers.dtype, packing(raw) or numbers.packed)
    yield from (replace(each, where=f"{file} {each.where}") for each in repeated)
    return numbers


def _reading(
    repo: NamedRepository,
    kind: str,
    raw: dict[str, Any],
    basis: Basis | None,
    location: str,
    numbers: Numbers,
) -> ReaderOutput:
    if kind == "config":
        yield from read_config(repo, raw, basis, location)
        for key in ("_class_name", "architecture"):  # as diffusers and timm write it
            name = raw.get(key)
            if isinstance(name, str) and name:
                literal = literals.text(name[:200])
                yield Claim(repo.subject, PG.architectureClass, literal, basis=basis)
        hint = raw.get("_name_or_path")
        if isinstance(hint, str) and hint and not repo.name and not hint.startswith(("/", ".")):
            literal = literals.text(hint[:200])
            yield Claim(repo.subject, PG.sourceName, literal, basis=basis)
    elif kind == "adapter":
        yield from read_adapter(repo, raw, basis, location)
    elif kind == "index":
        yield from read_index(repo, raw, basis, location, numbers.dtype, numbers.packed)
    elif kind == "quantize" and numbers.packed is None:
        yield from precision(repo, [{"quantization_config": raw}], location, basis)
    elif kind == "tokenizer":
        tokenizer = raw.get("tokenizer_class")
        if isinstance(tokenizer, str) and tokenizer:
            literal = literals.text(tokenizer[:200])
            yield Claim(repo.subject, PG.tokenizer, literal, basis=basis)
    yield from _as_stated(repo, kind, raw, location)


def _as_stated(repo: NamedRepository, role: str, raw: Any, location: str) -> ReaderOutput:
    """Yield the values of a file that have no property, as stated; at most MAX_STATED of them."""
    values = leaves_of_file(role, raw, location)
    claims = dict.fromkeys(coverage.claims(repo.subject, values, KEYS))
    yield from list(claims)[:MAX_STATED]
    if len(claims) > MAX_STATED:
        what = f"{len(claims)} values that no property holds; the first {MAX_STATED} are kept"
        yield Problem(location, what, kind="size")


def _card(
    repo: NamedRepository, text: str, document: Document, location: str, alone: bool
) -> ReaderOutput:
    """Yield the claims of a card.

    A card without metadata is not known to be about a model; a dataset's card is about a dataset.
    """
    data, problems = metadata(text, document.url) if location else card_metadata(document)
    for problem in problems:
        yield replace(problem, where=f"{location} {problem.where}".strip())
    if alone and of_dataset(data):
        yield from dataset_card(repo.name, repo.local, "", data, text, location)
        return
    card = Card(repo, data, location, files=frozenset(document.files), text=text)
    results = list(read_card(card))
    has_code = "```" in text or "~~~" in text
    if has_code and not any(file.rpartition("/")[2] in RECIPES for file in document.files):
        results += read_recipes(
            repo, text, location, None
        )  # a recipe file would repeat these claims
    stated = [item for item in results if isinstance(item, Claim)]
    results += read_generated(repo, text, location, None, stated)
    if repo.name or not alone or any(isinstance(item, Claim) for item in results):
        yield from described(repo)
    if repo.name:
        page = Iri(f"{hub.page(repo.name)}/blob/main/README.md")
        yield Claim(repo.subject, PG.modelCard, page)
    yield from results


def dataset_card(
    name: str, local: str, revision: str, data: dict[str, Any], text: str, location: str
) -> ReaderOutput:
    """Yield the claims of a dataset's card, by the fields shared with model cards."""
    subject = iris.dataset(name) if name else iris.entity(SOURCE, "dataset", local)
    dataset = NamedRepository(subject, name or local, name, revision)
    yield from described(dataset, PG.Dataset)
    if revision and revision != "main":
        yield Claim(subject, SCHEMA.version, literals.text(revision[:100]))
    yield from read_card(Card(dataset, data, location, text=text), DATASET_FIELDS)
