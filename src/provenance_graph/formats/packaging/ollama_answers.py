"""Answers of a running Ollama: about one model (``/api/show``), or all its models (``/api/tags``).

An answer about one model holds the Modelfile that would build it, whose comment names the model and
whose ``FROM`` is a blob by its digest, and the metadata of the weights, with the keys of a GGUF
header. A list gives for each model its name, the digest of its manifest and a few details.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage, mapping, statements
from provenance_graph.formats.coverage import Key, KeyTable, Leaf, coded, later, read
from provenance_graph.formats.document import Document, Features
from provenance_graph.formats.fields import packages
from provenance_graph.formats.fields.modalities import modalities
from provenance_graph.formats.mapping import Row
from provenance_graph.formats.statements import scalar_text
from provenance_graph.formats.weights import gguf, gguf_metadata

SOURCE = "ollama"
_SIZE = (Row("parameter_size", PG.nominalParameterCount, mapping.count("a size")),)
_COUNT = "general.parameter_count"
_READ_ELSEWHERE = ("modelfile", "model_info", "tensors")
_MADE_OF = frozenset({"modelfile", "model_info"})
_INPUTS = frozenset({"vision", "audio"})
"""Capabilities that name an input modality; others, such as "embedding", do not."""
_LISTED = frozenset({"name", "digest", "details"})

ANSWER_KEYS: tuple[Key, ...] = (
    *read("`pg:parameterCount`", "answer/model_info/general/parameter_count"),
    *(replace(row, path=f"answer/model_info/{row.path}") for row in gguf.KEYS.rows),
    *coded("`pg:layoutDigest`", "answer/tensors"),
    *read("the model", "answer/name"),
    *read("the model, where no name is given", "answer/model"),
    *read("`pg:digest` of the manifest", "answer/digest"),
    *read("a parent: `prov:wasDerivedFrom`", "answer/details/parent_model"),
    *read("`pg:fileFormat`", "answer/details/format"),
    *read("`pg:nominalParameterCount`", "answer/details/parameter_size"),
    *read("`pg:quantizationMethod`, `pg:quantizationBits`", "answer/details/quantization_level"),
    *coded("`pg:inputModality`, `pg:reasoningMode`, else as stated", "answer/capabilities"),
    *read("`dcterms:license`, its text kept", "answer/license"),
    *later("answer/**"),
)
TABLE = KeyTable(ANSWER_KEYS)


def is_answer(features: Features) -> bool:
    """Whether a document is Ollama's answer about one model, or about all its models."""
    value = features.value
    if features.syntax != "json" or not isinstance(value, dict):
        return False
    if "details" in value and _MADE_OF & value.keys():
        return isinstance(value["details"], dict)
    return any(statements.mapping(e).keys() >= _LISTED for _, e in entries(value))


def entries(value: Mapping[str, Any]) -> list[tuple[int, Any]]:
    """The entries of a list of models, each with its index."""
    listed = value.get("models")
    return list(enumerate(listed)) if isinstance(listed, list) else []


def is_list(value: Any) -> bool:
    """Whether an answer is about several models."""
    return isinstance(value, dict) and "models" in value and "details" not in value


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value of an answer except its Modelfile, for a list by entry."""
    value = statements.mapping(document.json)
    if not is_list(value):
        yield from _of_one(value, "")
        return
    for n, entry in entries(value):
        yield from _of_one(statements.mapping(entry), f"/models/{n}")
    yield from coverage.leaves(value, ("answer",), "", without=("models",))


def _of_one(value: Mapping[str, Any], where: str) -> Iterator[Leaf]:
    yield from coverage.leaves(value, ("answer",), where, without=_READ_ELSEWHERE)
    for leaf in gguf.metadata_leaves(_metadata(value)):
        yield Leaf(
            ("answer", "model_info", *leaf.path), f"{where}/model_info{leaf.where}", leaf.value
        )
    if tensors := statements.as_list(value.get("tensors")):
        yield Leaf(("answer", "tensors"), f"{where}/tensors", len(tensors))


def tagged(name: str) -> Iri:
    """The IRI of a model of Ollama's library, or of a server, by its name and tag."""
    return iris.entity(SOURCE, "model", name)


def model_facts(model: Iri, value: Mapping[str, Any], where: str) -> Iterator[Claim | Problem]:
    """Yield the claims of an answer about a model, other than those of its Modelfile."""
    other = scalar_text(value.get("model"))
    if other and tagged(other) != model:
        yield coverage.other(model, "model", other)
    yield from _details(model, statements.mapping(value.get("details")), f"{where}/details")
    yield from _capabilities(model, value.get("capabilities"))
    info = _metadata(value)
    lengths = {key: len(inner) for key, inner in info.items() if isinstance(inner, list)}
    yield from gguf_metadata.claims(model, info, lengths)
    yield from gguf.metadata_claims(model, gguf.metadata_leaves(info), lengths)
    if (count := info.get(_COUNT)) is not None:
        yield statements.quantity(model, PG.parameterCount, count, f"{where}/model_info/{_COUNT}")


def _metadata(value: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of the weights in an answer, without omitted arrays, which are null."""
    stated = statements.mapping(value.get("model_info"))
    return {str(key): inner for key, inner in stated.items() if inner is not None}


def _details(model: Iri, details: Mapping[str, Any], where: str) -> Iterator[Claim | Problem]:
    yield from mapping.claims(model, details, _SIZE, where)
    level = scalar_text(details.get("quantization_level"))
    if level and level != "unknown":
        yield from gguf_metadata.packed(model, level)
    elif level:
        yield coverage.other(model, "details.quantization_level", level)
    if kind := scalar_text(details.get("format")):
        yield Claim(model, PG.fileFormat, literals.text(kind))


def _capabilities(model: Iri, stated: Any) -> Iterator[Claim]:
    for skill in statements.as_list(stated):
        text = scalar_text(skill)
        if text in _INPUTS:
            yield Claim(model, PG.inputModality, modalities()[text])
        elif text:
            yield coverage.other(model, "capabilities", text)


def layout(value: Mapping[str, Any]) -> Iterator[str | Problem]:
    """Yield the digest over the tensors, where an answer lists them all, or a problem."""
    tensors: list[tuple[str, tuple[int, ...], str]] = []
    for n, raw in enumerate(statements.as_list(value.get("tensors"))):
        entry = statements.mapping(raw)
        shape = entry.get("shape")
        if not isinstance(shape, list) or not all(type(size) is int for size in shape):
            yield Problem(f"/tensors/{n}", "not a tensor", "name, type and shape", kind="shape")
            return
        kind = scalar_text(entry.get("type"))
        tensors.append((scalar_text(entry.get("name")), tuple(shape), kind))
    if tensors:
        yield gguf.layout_digest(tensors)


def listed_models(document: Document) -> Iterator[Claim | Problem]:
    """Yield the models of a list, each with the digest of its manifest."""
    for n, raw in entries(statements.mapping(document.json)):
        where, entry = f"/models/{n}", statements.mapping(raw)
        name = scalar_text(entry.get("name")) or scalar_text(entry.get("model"))
        if not name:
            yield Problem(where, "no model with a name", "an object with a name", kind="missing")
            continue
        model = tagged(name)
        yield from statements.is_a(model, PG.Model, name)
        yield from model_facts(model, entry, where)
        stated = scalar_text(entry.get("digest")).removeprefix("sha256:")
        digest = packages.digest("sha256", stated)
        if stated and not digest:
            yield Problem(f"{where}/digest", f"{stated[:80]!r} is not a SHA-256", kind="digest")
        if digest:
            yield from packages.artifact(SOURCE, model, "manifest", [digest])
        yield from coverage.claims(model, coverage.leaves(entry, ("answer",), where), TABLE)
