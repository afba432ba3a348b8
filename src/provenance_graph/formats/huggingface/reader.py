"""Hugging Face: repository folders, model cards, configs, adapters, results, API answers.

The publisher of a card or config is the owner of the repository. What a card says is the
developer's statement, what a config holds a reading of the artifact, what the Hub infers
(a base model's relation, a task's modalities) an inference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats import statements
from provenance_graph.formats.document import (
    Document,
    Hints,
    Origin,
    Reader,
    decode,
    parse_json,
    parse_yaml,
)
from provenance_graph.formats.huggingface.api import name_of, read_answer
from provenance_graph.formats.huggingface.card import (
    DATASET_FIELDS,
    of_dataset,
    read_card,
)
from provenance_graph.formats.huggingface.card_parts import Card, shape
from provenance_graph.formats.huggingface.config import read_config
from provenance_graph.formats.huggingface.front import metadata
from provenance_graph.formats.huggingface.generated import read_generated
from provenance_graph.formats.huggingface.keys import KEYS, leaves_of
from provenance_graph.formats.huggingface.merge import FILES as RECIPES
from provenance_graph.formats.huggingface.merge import is_recipe, read_merge
from provenance_graph.formats.huggingface.names import (
    SOURCE,
    Repository,
    described,
    located,
    repository,
    repository_of,
    version_claims,
)
from provenance_graph.formats.huggingface.quantization import (
    Packing,
    packing,
    stated_dtype,
)
from provenance_graph.formats.huggingface.results import read_eval_results
from provenance_graph.formats.huggingface.tables import WEIGHT_FORMATS
from provenance_graph.formats.huggingface.weights import read_adapter, read_index

Found = Iterator[Claim | Problem]
_CARD_KEYS = re.compile(
    r"^(?:license|licence|language|base_model|pipeline_tag|library_name|tags|datasets|model-index"
    r"|metrics|thumbnail|widget|inference|co2_eq_emissions|license_name)\s*:",
    re.MULTILINE,
)
_CONFIG_MARKS = frozenset(
    {"architectures", "model_type", "_diffusers_version", "auto_map", "pretrained_cfg"}
)
_CONFIG_SHAPE = frozenset(
    {"hidden_size", "num_hidden_layers", "num_attention_heads", "n_layer", "n_embd", "d_model",
     "vocab_size", "n_layers", "transformers_version", "text_config", "_class_name",
     "tie_word_embeddings", "torch_dtype", "quantization_config", "auto_map", "architecture"}
)  # fmt: skip
_ADAPTER_MARKS = frozenset({"peft_type", "base_model_name_or_path"})
_API_MARKS = frozenset(
    {"tags", "downloads", "likes", "lastModified", "createdAt", "cardData", "siblings", "gated"}
)
FOLDER_FILES = frozenset(
    {"README.md", "config.json", "adapter_config.json", "model_index.json",
     "tokenizer_config.json", "model.safetensors.index.json",
     "diffusion_pytorch_model.safetensors.index.json"}
)  # fmt: skip
"""What is read of a repository's folder, besides ``.eval_results/*.yaml``."""


def kind_of(hints: Hints) -> str:
    """Which document of the Hub it is by its content: card, config, adapter, index, api, results."""
    if hints.syntax in ("markdown", "text"):
        return "card" if _is_card(hints) else ""
    keys = hints.keys
    if hints.syntax == "jsonl":
        value = hints.value
        return "api" if isinstance(value, dict) and _is_answer(value) else ""
    if hints.syntax == "json":
        value = hints.value[0] if isinstance(hints.value, list) and hints.value else hints.value
        if not isinstance(value, dict):
            return ""
        if _is_answer(value):
            return "api"
        if isinstance(hints.value, list):
            return ""
        if keys >= _ADAPTER_MARKS:
            return "adapter"
        if "weight_map" in keys:
            return "index"
        if keys & _CONFIG_MARKS and keys & _CONFIG_SHAPE:
            return "config"
        return "tokenizer" if "tokenizer_class" in keys else ""
    if hints.syntax == "yaml" and is_recipe(hints.value):
        return "merge"
    if hints.syntax == "yaml" and isinstance(hints.value, list) and hints.value:
        first = hints.value[0]
        dataset = first.get("dataset") if isinstance(first, dict) else None
        return "results" if isinstance(dataset, dict) and "id" in dataset else ""
    return ""


def _is_answer(value: dict[str, Any]) -> bool:
    """Whether a mapping is what the Hub answers about a model, alone or in a list."""
    named = "id" in value or "modelId" in value
    return named and len(value.keys() & _API_MARKS) >= 2 and not _is_dataset(value)


def _is_card(hints: Hints) -> bool:
    if hints.files:  # the head of a repository's folder
        return True
    head = next((line for line in hints.lines if line.strip()), "")
    if head.rstrip() == "---":
        return bool(_CARD_KEYS.search("\n".join(hints.lines))) or hints.syntax == "markdown"
    return hints.syntax == "markdown" and head.startswith("#")


def _is_dataset(value: dict[str, Any]) -> bool:
    tags = statements.listed(value.get("tags"))
    return (
        "pipeline_tag" not in value
        and "config" not in value
        and (
            any(
                isinstance(t, str) and t.startswith(("task_categories:", "size_categories:"))
                for t in tags
            )
        )
    )


def _recognises(hints: Hints) -> bool:
    return bool(kind_of(hints))


def _origin(document: Document) -> Origin:
    repo, kind = _subject(document)
    folder = bool(document.files)
    basis = Basis.ARTIFACT if kind in _READINGS and not folder else Basis.DEVELOPER
    place = located(document)
    if kind == "card" and place is not None and place.kind is not hub.Kind.MODEL:
        name = f"{place.kind.value}/{place.name}"
        maker = iris.organization(place.owner or "unknown publisher")
        return Origin(f"{name}/card", maker, Basis.DEVELOPER, f"{name}, card")
    local = repo.local if folder else f"{repo.local}/{kind or 'document'}"
    return Origin(
        local=local,
        publisher=iris.organization(repo.owner or "unknown publisher"),
        basis=basis,
        title=repo.name or repo.title,
        licence="",
        attribution=f"Hugging Face Hub, {repo.name}" if repo.name else "",
    )


def _other_card(document: Document, place: hub.Repository) -> Found:
    """A card whose address or path says that it is a dataset's or a space's."""
    data, problems = metadata(document.text, document.url)
    yield from problems
    if place.kind is hub.Kind.DATASET:
        yield from _dataset_card(place.name, place.name, place.revision, data, document.text, "")
    else:
        what = f"{place.name} is a Space, an application; nothing is claimed of a model"
        yield Problem("", what, "the card of a model or dataset", kind="skipped")


def _dataset_card(
    name: str, local: str, revision: str, data: dict[str, Any], text: str, place: str
) -> Found:
    subject = iris.dataset(name) if name else iris.entity(SOURCE, "dataset", local)
    dataset = Repository(subject, name or local, name, revision)
    yield from described(dataset, PG.Dataset)
    if revision and revision != "main":
        yield Claim(subject, SCHEMA.version, literals.text(revision[:100]))
    yield from read_card(Card(dataset, data, place, text=text), DATASET_FIELDS)


_READINGS = frozenset({"config", "adapter", "index", "tokenizer"})


def _subject(document: Document) -> tuple[Repository, str]:
    kind = kind_of(document.hints)
    if kind == "api" and isinstance(document.json, dict) and (name := name_of(document.json)):
        return repository(name), kind
    return repository_of(document), kind


def _read(document: Document) -> Found:
    repo, kind = _subject(document)
    place = located(document)
    if kind == "card" and place is not None and place.kind is not hub.Kind.MODEL:
        yield from _other_card(document, place)
        return
    if kind == "api" and not (document.hints.syntax == "json" and isinstance(document.json, dict)):
        for part in split(document):
            yield from (part,) if isinstance(part, Problem) else _read(part)
        return
    if not kind:
        raise Unreadable(document.url, "no card, config, adapter, results or answer of the Hub")
    yield from _folder(repo, document, kind)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a config says of how its weights are stored."""

    dtype: Iri | None = None
    packed: Packing | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    """The files of one repository: the document itself and those beside it."""

    document: Document
    kind: str

    def names(self) -> frozenset[str]:
        return frozenset(self.document.files)

    def text(self, file: str) -> str:
        return decode(self.document.files[file], f"{self.document.url}/{file}")


def _folder(repo: Repository, document: Document, kind: str) -> Found:
    if repo.revision:
        version = iris.mint("in", SOURCE, "version", repo.local, repo.revision)
        yield from version_claims(repo.subject, version, repo.revision)
    folder = _Folder(document, kind)
    alone = not document.files
    if kind == "api":
        yield from read_answer(repo, statements.tidy(document.json, document.text), "")
    elif kind != "card":
        yield from described(repo)
    readings = None if alone and kind in _READINGS else Basis.ARTIFACT
    numbers = Numbers()
    if kind == "card":
        yield from _card(repo, document.text, document, "", alone)
    elif kind == "results":
        rows = statements.tidy(document.yaml, document.text)
        yield from read_eval_results(repo, rows, "")
    elif kind == "merge":
        yield from read_merge(repo, statements.tidy(document.yaml, document.text), "")
    elif kind in _READINGS:
        raw = statements.tidy(document.json, document.text)
        if kind == "config":
            numbers = Numbers(stated_dtype(raw), packing(raw))
        yield from _reading(repo, kind, raw, readings, "", Numbers())
    for kind_ in sorted(WEIGHT_FORMATS.keys() & {f.rpartition(".")[2] for f in folder.names()}):
        shown = literals.text(WEIGHT_FORMATS[kind_])
        yield Claim(repo.subject, PG.fileFormat, shown, basis=Basis.ARTIFACT)
    for file in sorted(folder.names()):
        base = file.rpartition("/")[2]
        try:
            numbers = yield from _beside(repo, folder, file, base, numbers)
        except Unreadable as error:
            yield Problem(file, error.why, kind="syntax")


def _beside(
    repo: Repository, folder: _Folder, file: str, base: str, numbers: Numbers
) -> Generator[Claim | Problem, None, Numbers]:
    """One of the other files of a folder; gives back the number format once a config said it."""
    url = f"{folder.document.url}/{file}"
    if base == "README.md" and folder.kind != "card":
        yield from _card(repo, folder.text(file), folder.document, file, False)
    elif ".eval_results/" in f"/{file}" and base.endswith((".yaml", ".yml")):
        text = folder.text(file)
        yield from read_eval_results(repo, statements.tidy(parse_yaml(text, url), text), file)
    elif base in RECIPES:
        text = folder.text(file)
        yield from read_merge(repo, statements.tidy(parse_yaml(text, url), text), file)
    elif base in FOLDER_FILES and base.endswith(".json"):
        text = folder.text(file)
        raw = statements.tidy(parse_json(text, url), text)
        if not isinstance(raw, dict):
            yield Problem(file, f"{shape(raw)} where a mapping belongs", kind="shape")
            return numbers
        kind = {"adapter_config.json": "adapter", "tokenizer_config.json": "tokenizer"}.get(
            base, "index" if "index.json" in base and base != "model_index.json" else "config"
        )
        yield from _reading(repo, kind, raw, Basis.ARTIFACT, file, numbers)
        if kind == "config":
            numbers = Numbers(stated_dtype(raw) or numbers.dtype, packing(raw) or numbers.packed)
    return numbers


def _reading(
    repo: Repository,
    kind: str,
    raw: dict[str, Any],
    basis: Basis | None,
    place: str,
    numbers: Numbers,
) -> Found:
    if kind == "config":
        yield from read_config(repo, raw, basis, place)
        for key in ("_class_name", "architecture"):  # as diffusers and timm write it
            name = raw.get(key)
            if isinstance(name, str) and name:
                shown = literals.text(name[:200])
                yield Claim(repo.subject, PG.architectureClass, shown, basis=basis)
        hint = raw.get("_name_or_path")
        if isinstance(hint, str) and hint and not repo.name and not hint.startswith(("/", ".")):
            shown = literals.text(hint[:200])
            yield Claim(repo.subject, PG.sourceName, shown, basis=basis)
    elif kind == "adapter":
        yield from read_adapter(repo, raw, basis, place)
    elif kind == "index":
        yield from read_index(repo, raw, basis, place, numbers.dtype, numbers.packed)
    else:
        tokenizer = raw.get("tokenizer_class")
        if isinstance(tokenizer, str) and tokenizer:
            shown = literals.text(tokenizer[:200])
            yield Claim(repo.subject, PG.tokenizer, shown, basis=basis)


def _card(repo: Repository, text: str, document: Document, place: str, alone: bool) -> Found:
    """A card. A text without metadata is not known to be about a model; a dataset's is about one."""
    data, problems = metadata(text, document.url)
    for problem in problems:
        yield replace(problem, where=f"{place} {problem.where}".strip())
    if alone and of_dataset(data):
        yield from _dataset_card(repo.name, repo.local, "", data, text, place)
        return
    card = Card(repo, data, place, files=frozenset(document.files), text=text)
    results = list(read_card(card))
    stated = [item for item in results if isinstance(item, Claim)]
    results += read_generated(repo, text, place, None, stated)
    if repo.name or not alone or any(isinstance(item, Claim) for item in results):
        yield from described(repo)
    if repo.name:
        page = Iri(f"https://huggingface.co/{repo.name}/blob/main/README.md")
        yield Claim(repo.subject, PG.modelCard, page)
    yield from results


def split(document: Document) -> Iterator[Document | Problem]:
    """The answers of a list, or of JSON Lines, each as a document of its own.

    A document that is no such list gives nothing. A line that is no JSON is a problem.
    """
    if kind_of(document.hints) != "api":
        return
    seen: set[str] = set()
    for where, raw in _entries(document):
        name = name_of(raw) if isinstance(raw, dict) else ""
        if isinstance(raw, Problem):
            yield raw
        elif not name:
            yield Problem(where, "an entry that names no repository", kind="missing")
        elif name in seen:
            yield Problem(f"{where}/id", f"{name} stands there twice", kind="repeat")
        else:
            seen.add(name)
            data = json.dumps(raw, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
            url = Iri(f"{hub.PAGE}api/models/{quote(name)}")
            yield Document(url, data, document.retrieved, f"{name}/api.json")


def _entries(document: Document) -> Iterator[tuple[str, Any]]:
    if document.hints.syntax == "jsonl":
        for number, line in enumerate(document.text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                yield f"L{number}", statements.tidy(parse_json(line, document.url), line)
            except Unreadable as error:
                yield f"L{number}", Problem(f"L{number}", error.why, kind="syntax")
    elif isinstance(document.json, list):
        for index, raw in enumerate(statements.tidy(document.json, document.text)):
            yield f"/{index}", raw


def folder(url: Iri, files: Mapping[str, bytes], retrieved: str, name: str = "") -> Document:
    """A repository's files as one document: the card where there is one, else the config.

    Raises Unreadable where nothing in the folder says anything about a model.
    """
    for first in ("README.md", "config.json", "adapter_config.json", "model_index.json"):
        if first in files:
            beside = {file: data for file, data in files.items() if file != first}
            path = f"{name}/{first}" if name else first
            return Document(url, files[first], retrieved, path, beside)
    raise Unreadable(url, "the folder holds no README.md, config.json or adapter_config.json")


READER = Reader(
    SOURCE,
    "Hugging Face: repository folder, model card, config, adapter, results, API answer",
    _recognises,
    _origin,
    _read,
    version="2",
    split=split,
    keys=KEYS,
    leaves=lambda document: leaves_of(document, kind_of(document.hints)),
)
