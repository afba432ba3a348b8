"""exo: cards of models that its cluster can run, one TOML file per Hub repository.

A card describes a conversion (``mlx-community/…-4bit``) and gives the original only by a display
name, so the parent is an unresolved reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats import coverage, mapping, statements
from provenance_graph.formats.catalogues import common
from provenance_graph.formats.coverage import KeyTable, Leaf, coded, later, read
from provenance_graph.formats.document import Document, Features, Origin, Reader, ReaderOutput
from provenance_graph.formats.fields.modalities import modalities
from provenance_graph.formats.huggingface.tables import TASKS
from provenance_graph.formats.mapping import Row

SOURCE = "exo"
_TASKS = {
    "TextGeneration": "text-generation",
    "TextToImage": "text-to-image",
    "ImageToImage": "image-to-image",
    "TextToEmbedding": "feature-extraction",
}
"""exo's tasks by their Hub names, which determine the output modality."""
_INPUTS = {"text": "text", "vision": "vision", "image_edit": "image"}
"""Capabilities that name an input modality, with that modality's name."""
_STORED = {
    "4bit": (PG.Int4, "4"),
    "8bit": (PG.Int8, "8"),
    "bf16": (PG.BFloat16, ""),
    "fp16": (PG.Float16, ""),
    "fp32": (PG.Float32, ""),
}
_PACKING = re.compile(r"\dbpw|q\d|(?:int|fp)[48]|[2-8]-?bit", re.IGNORECASE)
"""Names of quantisations: ``vq-2.2bpw``, ``oQ8 MTP``, ``MXFP4-Q8``, ``NVFP4A16-BF16``."""
_PER_WEIGHT = re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d{1,3})?)-?(?:bpw|bit)", re.IGNORECASE)
_COUNTS: tuple[Row, ...] = (
    Row("n_layers", PG.layerCount, mapping.count()),
    Row("hidden_size", PG.hiddenSize, mapping.count()),
    Row("num_key_value_heads", PG.keyValueHeadCount, mapping.count()),
    Row("context_length", PG.contextLength, mapping.count()),
)

KEYS = KeyTable(
    (
        *read("the model", "card/model_id"),
        *read(
            "`pg:layerCount`, `pg:hiddenSize`, `pg:keyValueHeadCount`, `pg:contextLength`",
            *(f"card/{row.key}" for row in _COUNTS),
        ),
        *coded("`pg:task`, `pg:outputModality`", "card/tasks"),
        *coded("`pg:inputModality`, `pg:reasoningMode`, else as stated", "card/capabilities"),
        *coded(
            "`pg:weightPrecision`, `pg:quantizationMethod`, `pg:quantizationBits`",
            "card/quantization",
        ),
        *read("`pg:convertedFrom` or `pg:quantizedFrom`", "card/base_model"),
        *read("`pg:framework`, else as stated", "card/backends"),
        *later("card/**"),
    )
)


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every stated value of a card."""
    yield from coverage.leaves(document.toml, ("card",), "")


def _recognises(features: Features) -> bool:
    return features.syntax == "toml" and {"model_id", "n_layers", "storage_size"} <= features.keys


def _origin(document: Document) -> Origin:
    name = statements.scalar_text(document.toml.get("model_id"))
    return Origin(
        local=statements.clean(name) if hub.is_name(name) else iris.slug(document.name),
        publisher=iris.organization("exo"),
        title=f"exo model card: {name[:200]}",
        licence="Apache-2.0",
        attribution="exo, https://github.com/exo-explore/exo",
    )


def _read(document: Document) -> ReaderOutput:
    raw = statements.sanitise(document.toml, document.text)
    name = statements.scalar_text(raw.get("model_id"))
    if not hub.is_name(name):
        yield Problem("/model_id", f"{name[:60]!r} is not a repository", "owner/name")
        return
    subject = iris.model(name)
    yield Claim(subject, RDF.type, PG.Model)
    yield Claim(subject, PG.hubRepository, statements.hub_page(name))
    yield from statements.made_by(subject, name.partition("/")[0])
    if raw.get("hidden_size") == 1:  # exo's placeholder for an image model without a single width
        raw = {**raw, "hidden_size": None}
    yield from mapping.claims(subject, raw, _COUNTS, "")
    yield from _kinds(raw, subject)
    yield from _stored(raw, subject)
    if base := statements.scalar_text(raw.get("base_model")):
        node = iris.entity(SOURCE, "unresolved", iris.slug(base)[:120])
        relation = PG.quantizedFrom if _is_packed(raw) else PG.convertedFrom
        yield Claim(node, RDF.type, PG.UnresolvedReference)
        yield Claim(node, PG.unresolvedText, literals.text(base[: statements.MAX_STATED]))
        yield Claim(
            subject, relation, node, basis=Basis.INFERENCE, as_stated=base, locator="/base_model"
        )
    yield from dict.fromkeys(coverage.claims(subject, leaves(document), KEYS))


def _kinds(raw: dict[str, Any], subject: Iri) -> ReaderOutput:
    for index, task in enumerate(statements.as_list(raw.get("tasks"))):
        known = _TASKS.get(task) if isinstance(task, str) else None
        if known is None:
            yield Problem(f"/tasks/{index}", f"{common.brief(task)} is not a task that is known")
            continue
        yield Claim(subject, PG.task, literals.text(known))
        for kind in TASKS[known][1]:
            yield Claim(subject, PG.outputModality, kind, basis=Basis.INFERENCE)
    skills = {
        skill for skill in statements.as_list(raw.get("capabilities")) if isinstance(skill, str)
    }
    for skill in sorted(skills & _INPUTS.keys()):
        yield Claim(subject, PG.inputModality, modalities()[_INPUTS[skill]])
    for skill in sorted(skills - _INPUTS.keys() - {"thinking", "thinking_toggle"}):
        yield coverage.other(subject, "capabilities", skill)
    if "thinking_toggle" in skills:
        yield Claim(subject, PG.reasoningMode, PG.HybridReasoning)
    elif "thinking" in skills:
        yield Claim(
            subject,
            PG.reasoningMode,
            PG.Reasoning,
            Stance.PARTLY_STATED,
            as_stated="thinking",
            locator="/capabilities",
        )
    if any(
        isinstance(b, str) and b.startswith("Mlx") for b in statements.as_list(raw.get("backends"))
    ):
        yield Claim(subject, PG.framework, literals.text("mlx"))
    for backend in statements.as_list(raw.get("backends")):
        if statements.scalar_text(backend):
            yield coverage.other(subject, "backends", statements.scalar_text(backend))


def _is_packed(raw: dict[str, Any]) -> bool:
    """Whether the weights are stored in fewer bits than in training."""
    stated = statements.scalar_text(raw.get("quantization"))
    return bool(_STORED[stated][1]) if stated in _STORED else bool(_PACKING.search(stated))


def _stored(raw: dict[str, Any], subject: Iri) -> ReaderOutput:
    stated = statements.scalar_text(raw.get("quantization"))
    if stated in _STORED:
        stored, bits = _STORED[stated]
        yield Claim(subject, PG.weightPrecision, stored)
        if bits:
            yield Claim(subject, PG.quantizationBits, literals.decimal(bits))
    elif _PACKING.search(stated):
        yield Claim(subject, PG.quantizationMethod, statements.literal(stated))
        if per_weight := _PER_WEIGHT.search(stated):
            yield Claim(subject, PG.quantizationBits, literals.decimal(per_weight[1]))
    elif stated:
        yield Problem("/quantization", f"{stated[:60]!r} is not a number format of the code list")
        yield coverage.other(subject, "quantization", stated)


SYNTAXES = ("toml",)

READER = Reader(
    SOURCE,
    "exo: cards of runnable models (TOML)",
    _recognises,
    _origin,
    _read,
    version="3",
    keys=KEYS,
    leaves=leaves,
)
