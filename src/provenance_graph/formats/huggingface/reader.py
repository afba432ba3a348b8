"""Hugging Face: repository folders, model cards, configs, adapters, results, API answers.

The publisher of a card or config is the owner of the repository. A card's content is the
developer's statement, a config's content a reading of the artifact, and the Hub's inferences (a
base model's relation, a task's modalities) have the basis inference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats import statements
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
)
from provenance_graph.formats.huggingface.api import name_of
from provenance_graph.formats.huggingface.cards.front import card_metadata
from provenance_graph.formats.huggingface.configs.merge import holds_recipes
from provenance_graph.formats.huggingface.configs.total import without_sum
from provenance_graph.formats.huggingface.dataset_api import dataset_of, read_dataset_answer
from provenance_graph.formats.huggingface.files import READINGS, dataset_card, repository_claims
from provenance_graph.formats.huggingface.keys import KEYS, leaves_of
from provenance_graph.formats.huggingface.names import (
    SOURCE,
    NamedRepository,
    located,
    repository,
    repository_of,
)

_CARD_KEYS = re.compile(
    r"^(?:license|licence|language|base_model|pipeline_tag|library_name|tags|datasets|model-index"
    r"|metrics|thumbnail|widget|inference|co2_eq_emissions|license_name)\s*:",
    re.MULTILINE,
)
_CONFIG_MARKS = frozenset(
    {"architectures", "model_type", "_diffusers_version", "auto_map", "pretrained_cfg"}
)
_CONFIG_SHAPE = frozenset(
    {
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "n_layer",
        "n_embd",
        "d_model",
        "vocab_size",
        "n_layers",
        "transformers_version",
        "text_config",
        "_class_name",
        "tie_word_embeddings",
        "torch_dtype",
        "quantization_config",
        "auto_map",
        "architecture",
    }
)
_ADAPTER_MARKS = frozenset({"peft_type", "base_model_name_or_path"})
_DATASET_TAGS = (
    "task_categories:",
    "size_categories:",
    "task_ids:",
    "source_datasets:",
    "format:",
    "modality:",
    "library:datasets",
    "annotations_creators:",
)
_API_MARKS = frozenset(
    {"tags", "downloads", "likes", "lastModified", "createdAt", "cardData", "siblings", "gated"}
)


ANSWERS = frozenset(("api", "dataset_api"))
"""Kinds of documents that the Hub's API answers with: one, a list, or one a line."""


def kind_of(features: Features) -> str:
    """The kind of Hub document, by its content.

    One of card, config, adapter, index, api, dataset_api, results, merge, tokenizer, or empty.
    """
    if features.syntax in ("markdown", "text"):
        return "card" if _is_card(features) else ""
    keys = features.keys
    if features.syntax == "jsonl":
        value = features.value
        return _answer(value) if isinstance(value, dict) else ""
    if features.syntax == "json":
        value = (
            features.value[0]
            if isinstance(features.value, list) and features.value
            else features.value
        )
        if not isinstance(value, dict):
            return ""
        if kind := _answer(value):
            return kind
        if isinstance(features.value, list):
            return ""
        if keys >= _ADAPTER_MARKS:
            return "adapter"
        if "weight_map" in keys:
            return "index"
        if keys & _CONFIG_MARKS and keys & _CONFIG_SHAPE:
            return "config"
        return "tokenizer" if "tokenizer_class" in keys else ""
    if features.syntax == "yaml" and holds_recipes(features):
        return "merge"
    if features.syntax == "yaml" and isinstance(features.value, list) and features.value:
        first = features.value[0]
        dataset = first.get("dataset") if isinstance(first, dict) else None
        return "results" if isinstance(dataset, dict) and "id" in dataset else ""
    return ""


def shelf_of(value: dict[str, Any]) -> str:
    """``models`` or ``datasets``, by an entry of the Hub's answers; empty for any other mapping."""
    return {"api": "models", "dataset_api": "datasets"}.get(_answer(value), "")


def _answer(value: dict[str, Any]) -> str:
    """The kind of API answer that a mapping is: ``api``, ``dataset_api`` or empty."""
    named = "id" in value or "modelId" in value
    if not named or len(value.keys() & _API_MARKS) < 2:
        return ""
    return "dataset_api" if _is_dataset(value) else "api"


def _is_card(features: Features) -> bool:
    if features.files:  # the main file of a repository's folder
        return True
    head = next((line for line in features.lines if line.strip()), "")
    if head.rstrip() == "---":
        return bool(_CARD_KEYS.search("\n".join(features.lines))) or features.syntax == "markdown"
    return features.syntax == "markdown" and head.startswith("#")


def _is_dataset(value: dict[str, Any]) -> bool:
    """Whether an answer is about a dataset: models have ``modelId``, datasets tags of their own."""
    if value.keys() & {"modelId", "pipeline_tag", "config", "library_name"}:
        return False
    tags = statements.as_list(value.get("tags"))
    card = statements.mapping(value.get("cardData"))
    return (
        any(isinstance(tag, str) and tag.startswith(_DATASET_TAGS) for tag in tags)
        or bool(card.keys() & {"dataset_info", "task_categories", "configs", "size_categories"})
        or "paperswithcode_id" in value
    )


MAX_QUOTED = 400
"""The most characters quoted of an entry that could not be read."""


def _recognises(features: Features) -> bool:
    return bool(kind_of(features))


def _origin(document: Document) -> Origin:
    repo, kind = _subject(document)
    folder = bool(document.files)
    basis = Basis.ARTIFACT if kind in READINGS and not folder else Basis.DEVELOPER
    repository = located(document)
    if (
        kind == "card"
        and repository is not None
        and repository.kind is not hub.RepositoryKind.MODEL
    ):
        name = f"{repository.kind.value}/{repository.name}"
        maker = iris.organization(repository.owner or "unknown publisher")
        return Origin(f"{name}/card", maker, Basis.DEVELOPER, f"{name}, card")
    document_kind = kind.removeprefix("dataset_") or "document"
    local = repo.local if folder else f"{repo.local}/{document_kind}"
    return Origin(
        local=local,
        publisher=iris.organization(repo.owner or "unknown publisher"),
        basis=basis,
        title=repo.name or repo.title,
        licence="",
        attribution=f"Hugging Face Hub, {repo.name}" if repo.name else "",
    )


def _other_card(document: Document, repository: hub.Repository) -> ReaderOutput:
    """Yield the claims of a card whose address or path marks it as a dataset's or a Space's."""
    data, problems = card_metadata(document)
    yield from problems
    if repository.kind is hub.RepositoryKind.DATASET:
        yield from dataset_card(
            repository.name, repository.name, repository.revision, data, document.text, ""
        )
    else:
        what = f"{repository.name} is a Space, an application; nothing is claimed of a model"
        yield Problem("", what, "the card of a model or dataset", kind="skipped")


def _subject(document: Document) -> tuple[NamedRepository, str]:
    kind = kind_of(document.features)
    if kind in ANSWERS and isinstance(document.json, dict):
        if kind == "dataset_api" and (dataset := dataset_of(document.json)):
            return dataset, kind
        if name := name_of(document.json):
            return repository(name), kind
    return repository_of(document), kind


def _read(document: Document) -> ReaderOutput:
    repo, kind = _subject(document)
    repository = located(document)
    if (
        kind == "card"
        and repository is not None
        and repository.kind is not hub.RepositoryKind.MODEL
    ):
        yield from _other_card(document, repository)
        return
    if kind in ANSWERS and not (
        document.features.syntax == "json" and isinstance(document.json, dict)
    ):
        for part in split(document):
            yield from (part,) if isinstance(part, Problem) else _read(part)
        return
    if not kind:
        raise Unreadable(document.url, "no card, config, adapter, results or answer of the Hub")
    if kind == "dataset_api":
        yield from read_dataset_answer(repo, statements.sanitise(document.json, document.text), "")
    elif kind == "card" and not document.files:
        yield from repository_claims(repo, document, kind)
    else:
        yield from without_sum(repository_claims(repo, document, kind))


def split(document: Document) -> Iterator[Document | Problem]:
    """Yield the answers of a list, or of JSON Lines, each as a document of its own.

    Nothing for a document that is no such list. A line that is no JSON is a problem.
    """
    if kind_of(document.features) not in ANSWERS:
        return
    seen: set[str] = set()
    for where, raw in _entries(document):
        name = name_of(raw) if isinstance(raw, dict) else ""
        if isinstance(raw, Problem):
            yield raw
        elif not name or not isinstance(raw, dict):
            what = f"an entry that names no repository: {_brief(raw)}"
            yield Problem(where, what, "id: owner/name", kind="missing")
        elif name in seen:
            what = f"{name} occurs twice, here as {_brief(raw)}"
            yield Problem(f"{where}/id", what, kind="repeat")
        elif not (shelf := shelf_of(raw)):
            what = f"no answer of the Hub: {_brief(raw)}"
            yield Problem(where, what, "an entry of /api/models or /api/datasets", kind="missing")
        else:
            seen.add(name)
            data = json.dumps(raw, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
            url = Iri(f"{hub.PAGE}api/{shelf}/{quote(name)}")
            yield Document(url, data, document.retrieved, f"{name}/api.json")


def _brief(raw: Any) -> str:
    """An entry as JSON, cut to MAX_QUOTED characters."""
    text = json.dumps(raw, ensure_ascii=False)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]} …"


def _entries(document: Document) -> Iterator[tuple[str, Any]]:
    if document.features.syntax == "jsonl":
        for line in document.lines:
            yield ("", line) if isinstance(line, Problem) else line
    elif isinstance(document.json, list):
        for index, raw in enumerate(statements.sanitise(document.json, document.text)):
            yield f"/{index}", raw


def folder(url: Iri, files: Mapping[str, bytes], retrieved: str, name: str = "") -> Document:
    """A repository's files as one document: the card where there is one, else the config.

    Raises Unreadable where no file of the folder describes a model.
    """
    for first in ("README.md", "config.json", "adapter_config.json", "model_index.json"):
        if first in files:
            others = {file: data for file, data in files.items() if file != first}
            path = f"{name}/{first}" if name else first
            return Document(url, files[first], retrieved, path, others)
    raise Unreadable(url, "the folder holds no README.md, config.json or adapter_config.json")


READER = Reader(
    SOURCE,
    "Hugging Face: repository folder, model card, config, adapter, results, API answer",
    _recognises,
    _origin,
    _read,
    version="15",
    split=split,
    keys=KEYS,
    leaves=lambda document: leaves_of(document, kind_of(document.features)),
    parts={"mergekit": holds_recipes},
)
