"""GGUF: the header of a file for llama.cpp and its kin; metadata, tensor names, shapes and types.

Only the header is read. Counts of elements are logical ones (a quantized tensor states its shape
before packing), so their sum is the number of parameters.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import Key, KeyTable, Leaf, coded, later, read, text
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import languages, named, packages
from provenance_graph.formats.weights.binary import GgufHeader, Value, parse

SOURCE = "gguf"
_FILE_TYPES: Mapping[int, str] = MappingProxyType(
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
_COUNTS: Mapping[str, Iri] = MappingProxyType(
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
"""Keys below the architecture's name that are counts of ours."""


def layout_digest(tensors: list[tuple[str, tuple[int, ...], str]]) -> str:
    """A digest over names, types and shapes, in the order of the names."""
    lines = (f"{name} {kind} {'x'.join(map(str, shape))}" for name, shape, kind in sorted(tensors))
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


_GENERAL: tuple[Key, ...] = (
    *read("`pg:modelType`", "general/architecture"),
    *read("the model's name", "general/name"),
    *read("`dcterms:license`", "general/license", "general/license/name", "general/license/link"),
    *read("`pg:quantizationMethod`, `pg:quantizationBits`", "general/file_type"),
    *text(SCHEMA.description, "general/description"),
    *read("`dcterms:creator`", "general/organization"),
    *read("the repository", "general/repo_url"),
    *read(
        "`pg:quantizedFrom` or `pg:convertedFrom`",
        "general/base_model/repo_url",
        "general/base_model/name",
    ),
    *read("`dcterms:language`", "general/languages"),
    *read(
        "`pg:trainedOn`: the converter copies the card's data",
        "general/dataset/repo_url",
        "general/dataset/name",
    ),
    *read("by the tag: format, library, task, language, else as stated", "general/tags"),
    *coded("an adapter is `pg:adapterOf` its base", "general/type"),
    *later("general/**"),
    *read("the counts of the specification", *(f"arch/{k.replace('.', '/')}" for k in _COUNTS)),
    *read("`pg:ropeTheta`", "arch/rope/freq_base"),
    *later("arch/**", "tokenizer/**", "other/**"),
    *read("`pg:vocabularySize`", "tokens"),
    *read("`pg:parameterCount` and `pg:layoutDigest`", "tensors"),
)
KEYS = KeyTable(_GENERAL)


def recognises(features: Features) -> bool:
    """Whether it begins as GGUF does."""
    return features.syntax == SOURCE


def origin(document: Document) -> Origin:
    """The file itself: what it says of its model is a reading of the artifact."""
    name = _file_name(document)
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization("unnamed publishers of weights"),
        basis=Basis.ARTIFACT,
        title=f"Header of {name}",
    )


def _file_name(document: Document) -> str:
    return (document.name or document.url).rsplit("/", 1)[-1]


def leaves(document: Document) -> Iterator[Leaf]:
    """Every entry of the metadata; of a long array that it is there."""
    try:
        header = parse(document.data)
    except ValueError:
        return
    architecture = str(header.metadata.get("general.architecture", ""))
    for key, value in header.metadata.items():
        path = _path(key, architecture)
        if isinstance(value, list) and key.startswith("general."):
            yield from (Leaf(path, f"/{key}", each) for each in value)
            continue
        shown = value[0] if isinstance(value, list) and value else value
        if not isinstance(shown, list):
            yield Leaf(path, f"/{key}", shown)
    if header.tensors:
        yield Leaf(("tensors",), "/tensors", len(header.tensors))


def _path(key: str, architecture: str) -> tuple[str, ...]:
    if key == "tokenizer.ggml.tokens":
        return ("tokens",)
    head, _, rest = key.partition(".")
    steps = tuple(step for step in rest.split(".") if not step.isdigit())
    if head == architecture and head:
        return ("arch", *steps)
    return (head, *steps) if head in ("general", "tokenizer") else ("other", head, *steps)


def read_header(document: Document) -> Iterator[Claim | Problem]:
    """Yield what the header of a GGUF file says of its model."""
    try:
        header = parse(document.data)
    except ValueError as error:
        raise Unreadable(document.url, f"its header cannot be read: {error}") from error
    yield from header.repeated
    keys = header.metadata
    name = _text(keys, "general.name")
    file = _file_name(document)
    place = hub.address(_text(keys, "general.repo_url"))
    if place is not None and place.kind is hub.RepositoryKind.MODEL:
        model = iris.model(place.name)
        yield Claim(model, PG.hubRepository, place.page)
    else:
        local = paths.file_stem(document, "gguf")
        model = paths.by_path(SOURCE, iris.slug(local or name), document)
    yield from statements.is_a(model, PG.Model, name or file)
    claims = list(packages.artifact(SOURCE, model, file, []))
    yield from claims
    yield Claim(claims[0].subject, PG.fileFormat, literals.text("gguf"))
    yield from statements.made_by(model, _text(keys, "general.organization"))
    yield from statements.licensed(
        model,
        _text(keys, "general.license"),
        name=_text(keys, "general.license.name"),
        link=_text(keys, "general.license.link"),
        locator="general.license",
    )
    method = (
        _FILE_TYPES.get(stated, "")
        if isinstance(stated := keys.get("general.file_type"), int)
        else ""
    )
    yield from _quantization(model, keys, method)
    yield from _bases(model, keys, bool(re.match(r"I?T?Q\d", method)))
    yield from _about(model, keys)
    yield from _dimensions(model, header)
    yield from _tensors(model, claims[0].subject, header)
    for leaf in leaves(document):
        if KEYS.fate(leaf.path) is coverage.Fate.NOT_READ:
            listed = leaf.where.startswith("/general.")
            count = 1 if listed else header.lengths.get(leaf.where.lstrip("/"), 1)
            many = f" and {count - 1:,} more" if count > 1 else ""
            shown = f"{statements.scalar_text(leaf.value)}{many}"
            yield coverage.other(model, leaf.where.lstrip("/"), shown)
        elif (row := KEYS.find(leaf.path)) is not None and row.property is not None:
            yield coverage.stated(
                model, row.property, statements.scalar_text(leaf.value), leaf.where
            )


def _text(values: Mapping[str, Value], key: str) -> str:
    value = values.get(key)
    return value.strip() if isinstance(value, str) else ""


def _quantization(model: Iri, values: Mapping[str, Value], method: str) -> Iterator[Claim]:
    """How the weights are packed; a number that stands for no method as stated."""
    stated = values.get("general.file_type")
    if not method:
        if stated is not None:
            yield coverage.other(model, "general.file_type", statements.scalar_text(stated))
        return
    yield Claim(model, PG.quantizationMethod, literals.text(method))
    bits = re.match(r"I?T?Q(\d)", method)
    if bits:
        yield Claim(model, PG.quantizationBits, literals.integer(int(bits[1])))


def _bases(model: Iri, values: Mapping[str, Value], quantized: bool) -> Iterator[Claim | Problem]:
    """The models that the weights come from, as the converter wrote them down."""
    relation = PG.quantizedFrom if quantized else PG.convertedFrom
    if _text(values, "general.type") == "adapter":
        relation = PG.adapterOf
    for key in sorted(values):
        match = re.fullmatch(r"general\.base_model\.(\d{1,4})\.(repo_url|name)", key)
        if not match:
            continue
        url = _text(values, f"general.base_model.{match[1]}.repo_url")
        place = hub.address(url)
        if match[2] == "repo_url" and place is not None and place.kind is hub.RepositoryKind.MODEL:
            parent = iris.model(place.name)
            yield from statements.is_a(parent, PG.Model)
            yield Claim(model, relation, parent)
            yield Claim(model, PROV.wasDerivedFrom, parent)
        else:
            yield coverage.other(model, key, _text(values, key))


def _about(model: Iri, values: Mapping[str, Value]) -> Iterator[Claim | Problem]:
    """Data and tags, which the converter copies from the model's card."""
    for key in sorted(values):
        match = re.fullmatch(r"general\.dataset\.(\d{1,4})\.(repo_url|name)", key)
        if not match:
            continue
        url = _text(values, f"general.dataset.{match[1]}.repo_url")
        name = _text(values, f"general.dataset.{match[1]}.name")
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


def _dimensions(model: Iri, header: GgufHeader) -> Iterator[Claim]:
    stated = header.metadata
    architecture = _text(stated, "general.architecture")
    if architecture:
        yield Claim(model, PG.modelType, literals.text(architecture))
    for key, predicate in _COUNTS.items():
        value = stated.get(f"{architecture}.{key}")
        if isinstance(value, list):
            yield coverage.other(model, key, ", ".join(map(str, value)))
        elif value is not None and not (key == "expert_count" and value == 0):
            yield statements.quantity(model, predicate, value, f"{architecture}.{key}")
    theta = stated.get(f"{architecture}.rope.freq_base")
    if isinstance(theta, (int, float)) and math.isfinite(theta):
        yield Claim(model, PG.ropeTheta, literals.double(float(theta)))
    vocabulary = header.lengths.get("tokenizer.ggml.tokens", 0)
    if vocabulary and f"{architecture}.vocab_size" not in stated:
        yield Claim(model, PG.vocabularySize, literals.integer(vocabulary))
    spoken = stated.get("general.languages")
    for language in spoken if isinstance(spoken, list) else ():
        yield languages.stated(model, str(language)[:40], "general.languages")


def _tensors(model: Iri, artifact: Iri, header: GgufHeader) -> Iterator[Claim | Problem]:
    if not header.tensors:
        return
    count = sum(math.prod(shape) for _, shape, _ in header.tensors)
    if count >= 1 << 62:
        what = f"tensors of {count:.2e} elements, more than any file holds"
        yield Problem("/", what, "no number of parameters is taken from them", kind="size")
    elif "split.count" not in header.metadata:
        yield Claim(model, PG.parameterCount, literals.integer(count))
    digest = literals.text(layout_digest(header.tensors))
    yield Claim(artifact, PG.layoutDigest, digest)
    yield Claim(artifact, RDF.type, PG.Artifact)


SYNTAXES = ("gguf",)

READER = Reader(
    format=SOURCE,
    title="GGUF files: their header",
    recognises=recognises,
    origin=origin,
    read=read_header,
    version="4",
    keys=KEYS,
    leaves=leaves,
)
