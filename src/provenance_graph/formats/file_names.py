"""File names: which files are read as documents, and which belong together as one repository."""

from __future__ import annotations

import re
from pathlib import Path

from provenance_graph.core import hub
from provenance_graph.formats.fields import weight_files

SUFFIXES = frozenset(
    [
        "txt",
        "md",
        "markdown",
        "json",
        "jsonl",
        "ndjson",
        "jsonld",
        "yaml",
        "yml",
        "toml",
        "csv",
        "tsv",
        "ttl",
        "trig",
        "nq",
        "nt",
        "xml",
        "rdf",
        "sig",
        "sigstore",
        "bundle",
        "intoto",
        "modelfile",
    ]
)
LINES = frozenset(("jsonl", "ndjson"))
"""Suffixes of files with one value a line, which are read in parts where they are long."""
HEADERS = frozenset(("gguf", "safetensors"))
"""Suffixes of files of which only the header is read."""
BARE = frozenset(("Modelfile", "MLmodel", "Kitfile"))
CARDS = ("README.md", "readme.md")
COMPANION_FILES = (
    "config.json",
    "adapter_config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "model.safetensors.index.json",
    "model_index.json",
    "config_sentence_transformers.json",
    "mergekit_config.yml",
    "mergekit_config.yaml",
    "mergekit_moe_config.yml",
    "mergekit_moe_config.yaml",
    "params.json",
    "quantize_config.json",
    "preprocessor_config.json",
    "special_tokens_map.json",
)
RESULTS = ".eval_results"
"""The folder of a repository that holds evaluation results."""


CACHED = re.compile(r"(?:models|datasets|spaces)--.")
"""The name of a repository's folder in the Hub's cache."""


def from_cache(folder: Path, path: str) -> str:
    """A document's path from its repository's folder in a Hub cache on; empty outside such a cache.

    The folder's name identifies the repository, however deep below it the import began. Empty also
    where ``path`` itself holds the folder.
    """
    first = next((n for n, part in enumerate(folder.parts) if CACHED.match(part)), None)
    if first is None or hub.cached(path) is not None:
        return ""
    result = "/".join((*folder.parts[first:], *path.split("/")))
    return result if hub.cached(result) is not None else ""


def repository_files(folder: Path, names: list[str]) -> tuple[str, tuple[str, ...]] | None:
    """The main file and its companion files where the folder is a model repository, else None."""
    others = tuple(
        name for name in names if name in COMPANION_FILES or weight_files.format_of(name)
    )
    main = next((name for name in CARDS if name in names), None)
    if main is not None:
        return (main, others) if others or (folder / RESULTS).is_dir() else None
    main = next((n for n in ("config.json", "adapter_config.json") if n in names), None)
    if main is None or len(others) < 2:
        return None
    return main, tuple(name for name in others if name != main)
