"""Claims from the metadata of a GGUF header, read from a file or from a program that serves it.

Keys are those of llama.cpp (``general.*``, ``<architecture>.*``, ``adapter.*``): the weights'
properties, their packing and their origin. A *source* is the model that was converted. A *base
model* is a parent of that model, or the model itself only where nothing says that the file holds a
fine-tuned one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF, XSD
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.fields import languages, named
from provenance_graph.formats.weights.binary import Value

FILE_TYPES: Mapping[int, str] = MappingProxyType(
    {
        0: "F32",
        1: "F16",
        2: "Q4_0",
        3: "Q4_1",
        7: "Q8_0",
        8: "Q5_0",
        9: "Q5_1",
        10: "Q2_K",
        11: "Q3_K_S",
        12: "Q3_K_M",
        13: "Q3_K_L",
        14: "Q4_K_S",
        15: "Q4_K_M",
        16: "Q5_K_S",
        17: "Q5_K_M",
        18: "Q6_K",
        19: "IQ2_XXS",
        20: "IQ2_XS",
        21: "Q2_K_S",
        22: "IQ3_XS",
        23: "IQ3_XXS",
        24: "IQ1_S",
        25: "IQ4_NL",
        26: "IQ3_S",
        27: "IQ3_M",
        28: "IQ2_S",
        29: "IQ2_M",
        30: "IQ4_XS",
        31: "IQ1_M",
        32: "BF16",
        36: "TQ1_0",
        37: "TQ2_0",
        38: "MXFP4",
    }
)
COUNTS: Mapping[str, Iri] = MappingProxyType(
    {
        "context_length": PG.contextLength,
        "embedding_length": PG.hiddenSize,
        "block_count": PG.layerCount,
        "feed_forward_length": PG.feedForwardSize,
        "attention.head_count": PG.attentionHeadCount,
        "attention.head_count_kv": PG.keyValueHeadCount,
        "expert_count": PG.expertCount,
        "expert_used_count": PG.activeExpertCount,
        "vocab_size": PG.vocabularySize,
    }
)
"""Keys below the architecture's name that have a property for counts."""

SOURCES = ("general.source.repo_url", "general.source.url", "general.source.huggingface.repository")
"""Keys that may name the model that was converted."""

_ITSELF = re.compile(r"(?:gguf|imat(?:rix)?|i?t?q\d\w{0,4}|b?f(?:p)?(?:16|32))*")
"""Words that a converter or quantiser adds to a model's name, in letters and digits alone."""


def text(values: Mapping[str, Value], key: str) -> str:
    """A text of the metadata, stripped; empty where there is none."""
    value = values.get(key)
    return value.strip() if isinstance(value, str) else ""


def claims(
    model: Iri, values: Mapping[str, Value], lengths: Mapping[str, int]
) -> Iterator[Claim | Problem]:
    """Yield the metadata's claims about a model; ``lengths`` holds the lengths of its arrays."""
    maker = text(values, "general.organization") or text(values, "general.author")
    yield from statements.made_by(model, maker)
    yield from statements.licensed(
        model,
        text(values, "general.license"),
        name=text(values, "general.license.name"),
        link=text(values, "general.license.link"),
        locator="general.license",
    )
    stated = values.get("general.file_type")
    method = FILE_TYPES.get(stated, "") if isinstance(stated, int) else ""
    if method:
        yield from packed(model, method)
    elif stated is not None:
        yield coverage.other(model, "general.file_type", statements.scalar_text(stated))
    yield from _parents(model, values, bool(re.match(r"I?T?Q\d", method)))
    yield from _data(model, values)
    yield from _dimensions(model, values, lengths)


def packed(model: Iri, method: str) -> Iterator[Claim]:
    """Yield llama.cpp's name of the quantisation, and the bits per weight where it states them."""
    yield Claim(model, PG.quantizationMethod, literals.text(method))
    if bits := re.match(r"I?T?Q(\d)", method):
        yield Claim(model, PG.quantizationBits, literals.decimal(bits[1]))


def _parents(model: Iri, values: Mapping[str, Value], quantized: bool) -> Iterator[Claim]:
    """Yield the models that the weights come from, as the converter recorded them."""
    relation = PG.quantizedFrom if quantized else PG.convertedFrom
    source = _hub_model(values, "general.source")
    if source is not None and source != model:
        yield from statements.is_a(source, PG.Model)
        yield Claim(model, relation, source)
        yield Claim(model, PROV.wasDerivedFrom, source)
    elif source is None:
        yield from (
            coverage.other(model, key, text(values, key)) for key in SOURCES if text(values, key)
        )
    kind = text(values, "general.type")
    if kind not in ("", "model", "adapter"):
        yield coverage.other(model, "general.type", kind)
    adapter = kind == "adapter"
    for key in sorted(values):
        match = re.fullmatch(r"(general\.base_model\.\d{1,4})\.(repo_url|name)", key)
        if not match:
            continue
        parent = _hub_model(values, match[1])
        if match[2] == "name" or parent is None:
            yield coverage.other(model, key, text(values, key))
            if match[2] == "name" and parent is None:
                yield from _named_parent(model, values, match[1])
            continue
        yield from statements.is_a(parent, PG.Model)
        yield Claim(model, PROV.wasDerivedFrom, parent)
        if adapter:
            yield Claim(model, PG.adapterOf, parent)
        elif source is None and _is_itself(values, match[1], parent):
            yield Claim(model, relation, parent)


def _named_parent(model: Iri, values: Mapping[str, Value], of: str) -> Iterator[Claim]:
    """Yield a base model that is given by name only, as an unresolved reference."""
    name, own = text(values, f"{of}.name"), _letters(text(values, "general.name"))
    if text(values, f"{of}.repo_url") or _letters(name) in ("", own):
        return
    maker = text(values, f"{of}.organization")
    stated = f"{maker} {name}" if maker and not name.startswith(maker) else name
    parent = iris.entity("gguf", "unresolved", iris.slug(stated)[:120])
    yield Claim(parent, RDF.type, PG.UnresolvedReference)
    yield Claim(parent, PG.unresolvedText, statements.literal(stated))
    yield Claim(model, PROV.wasDerivedFrom, parent, as_stated=name, locator=f"{of}.name")


def _hub_model(values: Mapping[str, Value], of: str) -> Iri | None:
    """The Hub repository given below a key prefix, or None."""
    for key in (f"{of}.repo_url", f"{of}.url", f"{of}.huggingface.repository"):
        stated = text(values, key)
        # the Hub's own key holds a name, the others an address
        repository = hub.reference(stated) if key.endswith(".repository") else hub.address(stated)
        if repository is not None and repository.kind is hub.RepositoryKind.MODEL:
            return iris.model(repository.name)
    return None


def _is_itself(values: Mapping[str, Value], of: str, parent: Iri) -> bool:
    """Whether a stated base model is the converted model itself, not a parent of it.

    It is where the model has the base's name, or no name of its own.
    """
    name = _letters(text(values, "general.name"))
    bases = (_letters(text(values, f"{of}.name")), _letters(iris.local_name(parent)))
    return not name or any(
        base and name.startswith(base) and _ITSELF.fullmatch(name.removeprefix(base))
        for base in bases
    )


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _data(model: Iri, values: Mapping[str, Value]) -> Iterator[Claim | Problem]:
    """Yield datasets and tags, which the converter copies from the model's card."""
    for key in sorted(values):
        match = re.fullmatch(r"general\.dataset\.(\d{1,4})\.(repo_url|name)", key)
        if not match:
            continue
        url = text(values, f"general.dataset.{match[1]}.repo_url")
        name = text(values, f"general.dataset.{match[1]}.name")
        repository = statements.hub_dataset(url)
        if match[2] == "repo_url" or not url:
            dataset = iris.dataset(repository or name or url)
            yield from statements.is_a(dataset, PG.Dataset, name or repository)
            yield Claim(model, PG.trainedOn, dataset)
            if repository:
                yield Claim(
                    dataset, PG.hubRepository, statements.hub_page(f"datasets/{repository}")
                )
    tags = values.get("general.tags")
    for tag in tags if isinstance(tags, list) else ():
        yield from named.tag(model, str(tag), "general.tags", licensed=True)


def _dimensions(
    model: Iri, values: Mapping[str, Value], lengths: Mapping[str, int]
) -> Iterator[Claim]:
    architecture = text(values, "general.architecture")
    if architecture:
        yield Claim(model, PG.modelType, literals.text(architecture))
    for key, predicate in COUNTS.items():
        location = f"{architecture}.{key}"
        value = values.get(location)
        if isinstance(value, list) and _is_uniform(value, lengths.get(location, len(value))):
            value = value[0]  # one number per layer, all equal
        if isinstance(value, list):
            yield coverage.other(model, key, ", ".join(map(str, value)))
        elif value is not None and not (key == "expert_count" and value == 0):
            yield statements.quantity(model, predicate, value, location)
    theta = values.get(f"{architecture}.rope.freq_base")
    if isinstance(theta, (int, float)) and math.isfinite(theta):
        yield Claim(model, PG.ropeTheta, literals.double(float(theta)))
    alpha = values.get("adapter.lora.alpha")
    if alpha is not None:
        yield statements.quantity(
            model, PG.adapterAlpha, alpha, "adapter.lora.alpha", kind=XSD.decimal
        )
    vocabulary = lengths.get("tokenizer.ggml.tokens", 0)
    if vocabulary and f"{architecture}.vocab_size" not in values:
        yield Claim(model, PG.vocabularySize, literals.integer(vocabulary))
    mentioned = values.get("general.languages")
    for language in mentioned if isinstance(mentioned, list) else ():
        yield languages.stated(model, str(language)[:40], "general.languages")


def _is_uniform(value: list[Value], length: int) -> bool:
    """Whether an array is stored completely and all its values are equal."""
    return len(value) == length and len(set(map(repr, value))) == 1
