"""What the IRI of a model says by itself: its source, its owner, and how good a name it is."""

from __future__ import annotations

from urllib.parse import unquote

from provenance_graph.core import iris
from provenance_graph.core.iris import ID, Iri, short_id

ORDER = (
    "",
    "curated",
    "apx",
    "fmti",
    "osai",
    "mot",
    "epoch",
    "mteb",
    "osaimap",
    "modelsdev",
    "litellm",
)
"""Which name of several stands for all: ours first, then by source."""
_BY_PATH = frozenset({"huggingface", "safetensors", "gguf", "ollama", "modelpack", "mlflow"})
"""Formats whose documents may name no model, which is then known by collection and path."""
_WITHIN = frozenset(
    {"cyclonedx", "spdx3", "croissant", "fair4ml", "rocrate", "mldcat-ap", "modelsigning", "prov"}
)
"""Formats in which a name without an owner is known within its document: below its path."""


def preference(name: Iri) -> tuple[int, int, int, str]:
    """Names that stand for the whole sort first: hub repositories, our scheme, sources; short first.

    >>> a, b = iris.model("openai/gpt-4"), iris.entity("epoch", "model", "gpt-4")
    >>> min(b, a, key=preference) == a
    True
    """
    place = source(name)
    hub_like = any(c.isupper() for c in name[len(iris.ID) :])
    rank = ORDER.index(place) if place in ORDER else len(ORDER)
    return rank, not hub_like, len(local(name)), name


def local(iri: Iri) -> str:
    """The name in an IRI of a model, without owner or provider.

    >>> local(iris.model("meta-llama/Llama-3.1-8B"))
    'Llama-3.1-8B'
    """
    return unquote(iri.rstrip("/").rpartition("/")[2])


def source(iri: Iri) -> str:
    """The source in whose words an IRI names an entity; empty for our own names."""
    return iri[len(ID) + 3 :].partition("/")[0] if iri.startswith(ID + "in/") else ""


def first_part(iri: Iri) -> str:
    """What stands first in the local name of a source's IRI: of an offer, the host."""
    parts = iri[len(ID) :].split("/")
    return parts[3] if iri.startswith(ID + "in/") and len(parts) > 4 else ""


def owner(iri: Iri) -> str:
    """The owner that an IRI names: of a repository or of a model in our scheme; a folder is none.

    >>> owner(iris.model("meta-llama/Llama-3.1-8B"))
    'meta-llama'
    """
    parts = short_id(iri).split("/")
    if source(iri) in _BY_PATH or (source(iri) in _WITHIN and len(parts) > 4):
        return ""
    if iri.startswith(ID + "model/") and len(parts) == 2:
        return parts[0]
    if source(iri) and len(parts) >= 4:
        return parts[-2]
    return ""
