"""Names of files: which are read as documents, and which belong together in a repository."""

from __future__ import annotations

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
"""Files of one value a line, which are read in parts where they are long."""
HEADERS = frozenset(("gguf", "safetensors"))
"""Files of which only the header is read."""
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
