"""exo: cards of models that its cluster can run, one TOML file a Hub repository.

A card describes a conversion (``mlx-community/…-4bit``) and names what it was made from in
words alone, so the parent is an unresolved reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph import names, values, vocab
from provenance_graph.claims import Basis, Claim, Problem, Stance
from provenance_graph.names import Iri
from provenance_graph.sources import catalogues, statements
from provenance_graph.sources.document import Document, Hints, Origin, Reader

SOURCE = "exo"
Found = Iterator[Claim | Problem]
_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_TASKS = {
    "TextGeneration": ("text-generation", vocab.TEXT),
    "TextToImage": ("text-to-image", vocab.IMAGE),
    "ImageToImage": ("image-to-image", vocab.IMAGE),
    "TextToEmbedding": ("feature-extraction", vocab.EMBEDDING),
}
_INPUTS = {"text": vocab.TEXT, "vision": vocab.IMAGE, "image_edit": vocab.IMAGE}
_STORED = {
    "4bit": (vocab.INT4, "4"),
    "8bit": (vocab.INT8, "8"),
    "bf16": (vocab.B_FLOAT16, ""),
    "fp16": (vocab.FLOAT16, ""),
    "fp32": (vocab.FLOAT32, ""),
}
_COUNTS = (
    ("n_layers", vocab.LAYER_COUNT),
    ("hidden_size", vocab.HIDDEN_SIZE),
    ("num_key_value_heads", vocab.KEY_VALUE_HEAD_COUNT),
    ("context_length", vocab.CONTEXT_LENGTH),
)


def _recognises(hints: Hints) -> bool:
    return hints.syntax == "toml" and {"model_id", "n_layers", "storage_size"} <= hints.keys


def _origin(document: Document) -> Origin:
    name = statements.word(document.toml.get("model_id"))
    return Origin(
        local=statements.clean(name) if _NAME.fullmatch(name) else names.slug(document.name),
        publisher=names.organization("exo"),
        title=f"exo model card: {name[:200]}",
        licence="Apache-2.0",
        attribution="exo, https://github.com/exo-explore/exo",
    )


def _read(document: Document) -> Found:
    raw = statements.tidy(document.toml, document.text)
    name = statements.word(raw.get("model_id"))
    if not _NAME.fullmatch(name):
        yield Problem("/model_id", f"{name[:60]!r} is not a repository", "owner/name")
        return
    subject = names.model(name)
    yield Claim(subject, vocab.RDF_TYPE, vocab.MODEL_CLASS)
    yield Claim(subject, vocab.HUB_REPOSITORY, statements.hub_page(name))
    yield from statements.made_by(subject, name.partition("/")[0])
    for key, predicate in _COUNTS:
        if key == "hidden_size" and raw.get(key) == 1:
            continue  # exo's filler where an image model has no one width
        yield from catalogues.tokens(subject, predicate, raw.get(key), f"/{key}", "a count")
    yield from _kinds(raw, subject)
    yield from _stored(raw, subject)
    if base := statements.word(raw.get("base_model")):
        node = names.entity(SOURCE, "unresolved", names.slug(base)[:120])
        relation = vocab.CONVERTED_FROM if not _bits(raw) else vocab.QUANTIZED_FROM
        yield Claim(node, vocab.RDF_TYPE, vocab.UNRESOLVED_REFERENCE_CLASS)
        yield Claim(node, vocab.UNRESOLVED_TEXT, values.text(base[: statements.SHOWN]))
        yield Claim(
            subject, relation, node, basis=Basis.INFERENCE, as_stated=base, locator="/base_model"
        )


def _kinds(raw: dict[str, Any], subject: Iri) -> Found:
    for index, task in enumerate(statements.listed(raw.get("tasks"))):
        known = _TASKS.get(task) if isinstance(task, str) else None
        if known is None:
            yield Problem(f"/tasks/{index}", f"{catalogues.brief(task)} is no task that is known")
            continue
        yield Claim(subject, vocab.TASK, values.text(known[0]))
        yield Claim(subject, vocab.OUTPUT_MODALITY, known[1], basis=Basis.INFERENCE)
    skills = {
        skill for skill in statements.listed(raw.get("capabilities")) if isinstance(skill, str)
    }
    for skill in sorted(skills & _INPUTS.keys()):
        yield Claim(subject, vocab.INPUT_MODALITY, _INPUTS[skill])
    if "thinking_toggle" in skills:
        yield Claim(subject, vocab.REASONING_MODE, vocab.HYBRID_REASONING)
    elif "thinking" in skills:
        yield Claim(
            subject,
            vocab.REASONING_MODE,
            vocab.REASONING,
            Stance.PARTLY_STATED,
            as_stated="thinking",
            locator="/capabilities",
        )
    if any(
        isinstance(b, str) and b.startswith("Mlx") for b in statements.listed(raw.get("backends"))
    ):
        yield Claim(subject, vocab.FRAMEWORK, values.text("mlx"))


def _bits(raw: dict[str, Any]) -> str:
    return _STORED.get(statements.word(raw.get("quantization")), (vocab.TEXT, ""))[1]


def _stored(raw: dict[str, Any], subject: Iri) -> Found:
    stated = statements.word(raw.get("quantization"))
    if stated in _STORED:
        stored, bits = _STORED[stated]
        yield Claim(subject, vocab.WEIGHT_PRECISION, stored)
        if bits:
            yield Claim(subject, vocab.QUANTIZATION_BITS, values.decimal(bits))
    elif stated:
        yield Problem("/quantization", f"{stated[:60]!r} is no number format of the code list")


READER = Reader(SOURCE, "exo: cards of runnable models (TOML)", _recognises, _origin, _read)
