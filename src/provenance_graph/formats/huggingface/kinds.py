"""Which document of the Hub it is, by its content: card, config, adapter, index, answer, results."""

from __future__ import annotations

import re
from typing import Any

from provenance_graph.formats import statements
from provenance_graph.formats.document import Features
from provenance_graph.formats.huggingface.configs.merge import is_recipe

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
"""Kinds of documents that the Hub's API answers with, alone, in a list, or one a line."""


def kind_of(features: Features) -> str:
    """Which document of the Hub it is by its content.

    One of card, config, adapter, index, api, dataset_api, results, merge, tokenizer, or nothing.
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
    if features.syntax == "yaml" and is_recipe(features.value):
        return "merge"
    if features.syntax == "yaml" and isinstance(features.value, list) and features.value:
        first = features.value[0]
        dataset = first.get("dataset") if isinstance(first, dict) else None
        return "results" if isinstance(dataset, dict) and "id" in dataset else ""
    return ""


def shelf_of(value: dict[str, Any]) -> str:
    """``models`` or ``datasets``, as an entry of the Hub's answers is one; nothing for others."""
    return {"api": "models", "dataset_api": "datasets"}.get(_answer(value), "")


def _answer(value: dict[str, Any]) -> str:
    """Whether a mapping is what the Hub answers about a model or a dataset, alone or in a list."""
    named = "id" in value or "modelId" in value
    if not named or len(value.keys() & _API_MARKS) < 2:
        return ""
    return "dataset_api" if _is_dataset(value) else "api"


def _is_card(features: Features) -> bool:
    if features.files:  # the head of a repository's folder
        return True
    head = next((line for line in features.lines if line.strip()), "")
    if head.rstrip() == "---":
        return bool(_CARD_KEYS.search("\n".join(features.lines))) or features.syntax == "markdown"
    return features.syntax == "markdown" and head.startswith("#")


def _is_dataset(value: dict[str, Any]) -> bool:
    """Whether an answer is a dataset's: the Hub gives models ``modelId``, datasets their own tags."""
    if value.keys() & {"modelId", "pipeline_tag", "config", "library_name"}:
        return False
    tags = statements.as_list(value.get("tags"))
    card = statements.mapping(value.get("cardData"))
    return (
        any(isinstance(tag, str) and tag.startswith(_DATASET_TAGS) for tag in tags)
        or bool(card.keys() & {"dataset_info", "task_categories", "configs", "size_categories"})
        or "paperswithcode_id" in value
    )
