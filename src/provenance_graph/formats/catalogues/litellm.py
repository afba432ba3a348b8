"""LiteLLM's map of prices and context windows: thousands of offers in one JSON file.

Every entry is an offer of a provider under its own name for a model, so limits, prices and dates
are the offer's. ``max_input_tokens`` is the longest accepted prompt, not the model's context
length. An entry offers a pg:OfferedModel: a provider's name, which counts as a model only once
identity resolution says which model it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem, Stance
from provenance_graph.core.developers import developer_names
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.formats import coverage, mapping, statements
from provenance_graph.formats.catalogues import common, entries, keys
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.mapping import Row

SOURCE = "litellm"
_SAMPLE = "sample_spec"
_MODALITY_FLAGS = (
    ("supports_vision", PG.inputModality, PG.Image),
    ("supports_audio_input", PG.inputModality, PG.Audio),
    ("supports_video_input", PG.inputModality, PG.Video),
    ("supports_pdf_input", PG.inputModality, PG.Document),
    ("supports_audio_output", PG.outputModality, PG.Audio),
)


_LIMITS: tuple[Row, ...] = (
    Row("max_input_tokens", PG.maxInputTokens, mapping.count("a number of tokens")),
    Row("max_output_tokens", PG.maxOutputTokens, mapping.count("a number of tokens")),
    Row("input_cost_per_token", PG.inputPriceUSD, mapping.price(million=True)),
    Row("output_cost_per_token", PG.outputPriceUSD, mapping.price(million=True)),
)
_CONTENTS: tuple[Row, ...] = (
    Row("supported_modalities", PG.inputModality, mapping.modalities),
    Row("supported_output_modalities", PG.outputModality, mapping.modalities),
)
_CALLS: tuple[Row, ...] = (Row("supports_function_calling", PG.toolUse, mapping.flag),)
_WIDTH: tuple[Row, ...] = (
    Row("output_vector_size", PG.embeddingDimension, mapping.count("a number of tokens")),
)
_END: tuple[Row, ...] = (Row("deprecation_date", PG.deprecationDate, mapping.date),)


def _recognises(features: Features) -> bool:
    if features.syntax != "json" or not isinstance(features.value, dict):
        return False
    first = [entry for _, entry in zip(range(5), features.value.values(), strict=False)]
    return bool(first) and any(
        isinstance(entry, dict) and "litellm_provider" in entry for entry in first
    )


def _origin(_: Document) -> Origin:
    return Origin(
        local="model-prices-and-context-window",
        publisher=iris.organization("LiteLLM"),
        title="LiteLLM: model prices and context window",
        licence="MIT",
        attribution="LiteLLM, Berri AI, https://github.com/BerriAI/litellm",
    )


def _read(document: Document) -> ReaderOutput:
    entries = statements.sanitise(document.json, document.text)
    if not isinstance(entries, dict):
        raise Unreadable(document.url, "not a mapping of names to offers")
    seen: dict[Iri, str] = {}
    known: set[str] = set()
    for key, entry in entries.items():
        if key == _SAMPLE:
            continue
        where = "/" + key.replace("~", "~0").replace("/", "~1")
        if not isinstance(entry, dict):
            yield Problem(where, f"{common.brief(entry)} is not a mapping", kind="shape")
            continue
        node = iris.entity(SOURCE, "offer", key)
        if node in seen:
            yield Problem(where, f"the same name as {seen[node]!r} but for slashes", kind="repeat")
            continue
        seen[node] = key
        yield from _offer(node, key, entry, where, known)


def model_of(provider: str, key: str) -> Iri:
    """The IRI of the model that an entry offers, as far as its key shows.

    A provider that is the developer names its own models; ``owner/name`` after the provider is one
    entity of this source for all providers; any other name is the provider's own.

    >>> iris.short_id(model_of("openai", "gpt-4o"))
    'openai/gpt-4o'
    >>> iris.short_id(model_of("groq", "groq/openai/gpt-oss-120b"))
    'litellm/model/openai/gpt-oss-120b'
    """
    parts = key.split("/")
    bare = parts[1:] if len(parts) > 1 and parts[0] == provider else parts
    developer = developer_names().own_services[SOURCE].get(provider)
    if developer and len(bare) == 1:
        return iris.model(f"{developer}/{bare[0]}")
    if len(bare) == 2 and not re.fullmatch(r"[a-z]{2}(?:-[a-z]+)+-\d|[a-z]{2}|\d.*|\*", bare[0]):
        return iris.entity(SOURCE, "model", "/".join(bare))
    return iris.entity(SOURCE, "model", f"{provider}/{bare[-1]}")


def _offer(node: Iri, key: str, entry: dict[str, Any], where: str, known: set[str]) -> ReaderOutput:
    provider = statements.scalar_text(entry.get("litellm_provider"))
    if not provider:
        yield Problem(where, "an offer without litellm_provider", kind="missing")
        return
    of = model_of(provider, key)
    yield Claim(of, RDF.type, PG.OfferedModel)
    yield from common.offer(node, of, provider, key, known)
    yield from mapping.claims(node, entry, _LIMITS, where)
    yield from _capabilities(node, entry, where)
    yield from mapping.claims(node, entry, _END, where)
    if source := statements.scalar_text(entry.get("source")):
        yield statements.link(node, DCTERMS.source, source, f"{where}/source")


def _capabilities(node: Iri, entry: dict[str, Any], where: str) -> ReaderOutput:
    contents = list(mapping.claims(node, entry, _CONTENTS, where))
    yield from contents
    listed = {(item.predicate, item.value) for item in contents if isinstance(item, Claim)}
    for key, predicate, kind in _MODALITY_FLAGS:
        if entry.get(key) is True and (predicate, kind) not in listed:
            yield Claim(node, predicate, kind)
        elif entry.get(key) is False and (predicate, kind) in listed:
            yield coverage.other(node, key, "false")
    if entry.get("mode") == "embedding":
        yield Claim(node, PG.outputModality, PG.Embedding)
    yield from mapping.claims(node, entry, _CALLS, where)
    reasons = entry.get("supports_reasoning")
    if reasons is False:
        yield Claim(node, PG.reasoningMode, PG.NonReasoning)
    elif reasons is True:
        always = entry.get("thinking_always_on") is True
        yield Claim(
            node,
            PG.reasoningMode,
            PG.Reasoning,
            Stance.STATED if always else Stance.PARTLY_STATED,
            as_stated="" if always else "true",
            locator="" if always else f"{where}/supports_reasoning",
        )
    yield from mapping.claims(node, entry, _WIDTH, where)


def _leaves(document: Document) -> Iterator[Leaf]:
    """Yield the values of every offer; the sample entry has a role of its own."""
    results: list[Leaf] = []
    for key, entry in statements.mapping(document.json).items():
        location = "/" + str(key).replace("~", "~0").replace("/", "~1")
        if key == _SAMPLE:
            results += coverage.leaves(entry, ("sample",), location)
            continue
        of_call = _of_call(entry) if isinstance(entry, dict) else ()
        results += coverage.leaves(entry, ("offer",), location, of_call)
        for name in of_call:
            results += coverage.leaves(entry[name], ("offer", "call", name), f"{location}/{name}")
    return iter(results)


def _of_call(entry: dict[str, Any]) -> tuple[str, ...]:
    """The keys that describe how an offer is called, not what it is."""
    mode = entry.get("mode")
    called = isinstance(mode, str) and mode != "embedding" and " " not in mode.strip()
    always = "thinking_always_on" in entry and entry.get("supports_reasoning") is not True
    return ("mode",) * called + ("thinking_always_on",) * always


SYNTAXES = ("json",)


def _subject(key: str, entry: Mapping[Any, Any]) -> Iri | None:
    """The offer under a key; None without a provider."""
    offered = key != _SAMPLE and statements.scalar_text(entry.get("litellm_provider"))
    return iris.entity(SOURCE, "offer", key) if offered else None


_SUBJECTS = entries.named(_subject)
_LEAVES = gathered(_leaves)
_READ = entries.with_rest(_read, keys.LITELLM, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "LiteLLM: prices and context windows by provider (JSON)",
    _recognises,
    _origin,
    _READ,
    version="3",
    keys=keys.LITELLM,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
