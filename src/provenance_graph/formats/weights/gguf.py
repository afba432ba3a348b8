"""GGUF: the header of a weight file for llama.cpp; metadata, tensor names, shapes and types.

Only the header is read. Counts of elements are logical ones (a quantized tensor states its shape
before packing), so their sum is the number of parameters.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import Key, KeyTable, Leaf, coded, later, read, text
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import packages
from provenance_graph.formats.weights import gguf_metadata
from provenance_graph.formats.weights.binary import GgufHeader, Value, parse

SOURCE = "gguf"


def layout_digest(tensors: list[tuple[str, tuple[int, ...], str]]) -> str:
    """A SHA-256 digest of names, types and shapes, independent of the tensors' order."""
    lines = (f"{name} {kind} {'x'.join(map(str, shape))}" for name, shape, kind in sorted(tensors))
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


_GENERAL: tuple[Key, ...] = (
    *read("`pg:modelType`", "general/architecture"),
    *read("the model's name", "general/name"),
    *read("`dcterms:license`", "general/license", "general/license/name", "general/license/link"),
    *read("`pg:quantizationMethod`, `pg:quantizationBits`", "general/file_type"),
    *text(SCHEMA.description, "general/description"),
    *read("`dcterms:creator`; the author where no organization is named", "general/organization"),
    *read("the repository", "general/repo_url"),
    *read(
        "`prov:wasDerivedFrom`; `pg:quantizedFrom` or `pg:convertedFrom` where the model has its name",
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
    *read(
        "the model that was converted: `pg:quantizedFrom` or `pg:convertedFrom`",
        "general/source/repo_url",
        "general/source/url",
        "general/source/huggingface/repository",
    ),
    *coded("an adapter is `pg:adapterOf` its base", "general/type"),
    *later("general/**"),
    *read(
        "the counts of the specification",
        *(f"arch/{k.replace('.', '/')}" for k in gguf_metadata.COUNTS),
    ),
    *read("`pg:ropeTheta`", "arch/rope/freq_base"),
    *read("`pg:adapterAlpha`", "other/adapter/lora/alpha"),
    *later("arch/**", "tokenizer/**", "other/**"),
    *read("`pg:vocabularySize`", "tokens"),
    *read("`pg:parameterCount` and `pg:layoutDigest`", "tensors"),
)
KEYS = KeyTable(_GENERAL)


def recognises(features: Features) -> bool:
    """Whether a document is a GGUF file."""
    return features.syntax == SOURCE


def origin(document: Document) -> Origin:
    """The origin: an unnamed publisher, on the basis of a reading of the artifact."""
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
    """Yield every entry of the metadata, and the number of tensors."""
    try:
        header = parse(document.data)
    except ValueError:
        return
    yield from metadata_leaves(header.metadata)
    if header.tensors:
        yield Leaf(("tensors",), "/tensors", len(header.tensors))


def metadata_leaves(metadata: Mapping[str, Value]) -> Iterator[Leaf]:
    """Yield each metadata entry by its key in the table.

    An array below ``general.`` gives each of its values, any other array only its first.
    """
    architecture = gguf_metadata.text(metadata, "general.architecture")
    for key, value in metadata.items():
        path = _path(key, architecture)
        if isinstance(value, list) and key.startswith("general."):
            yield from (Leaf(path, f"/{key}", each) for each in value)
            continue
        first = value[0] if isinstance(value, list) and value else value
        if not isinstance(first, list):
            yield Leaf(path, f"/{key}", first)


def metadata_claims(
    model: Iri, leafs: Iterable[Leaf], lengths: Mapping[str, int]
) -> Iterator[Claim]:
    """Yield the claims that the key table alone gives: texts, and values kept as stated."""
    for leaf in leafs:
        key = leaf.where.lstrip("/")
        if KEYS.treatment(leaf.path) is coverage.Treatment.NOT_READ:
            count = 1 if key.startswith("general.") else lengths.get(key, 1)
            many = f" and {count - 1:,} more" if count > 1 else ""
            yield coverage.other(model, key, f"{statements.scalar_text(leaf.value)}{many}")
        elif (row := KEYS.find(leaf.path)) is not None and row.property is not None:
            yield coverage.stated(
                model, row.property, statements.scalar_text(leaf.value), leaf.where
            )


def _path(key: str, architecture: str) -> tuple[str, ...]:
    if key == "tokenizer.ggml.tokens":
        return ("tokens",)
    head, _, rest = key.partition(".")
    steps = tuple(step for step in rest.split(".") if not step.isdigit())
    if head == architecture and head:
        return ("arch", *steps)
    return (head, *steps) if head in ("general", "tokenizer") else ("other", head, *steps)


def read_header(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of a GGUF file's header about its model.

    Raises Unreadable for a header that is truncated, too large, or of an unknown version.
    """
    try:
        header = parse(document.data)
    except ValueError as error:
        raise Unreadable(document.url, f"its header cannot be read: {error}") from error
    yield from header.repeated
    keys = header.metadata
    name = gguf_metadata.text(keys, "general.name")
    file = _file_name(document)
    repository = hub.address(gguf_metadata.text(keys, "general.repo_url"))
    if repository is not None and repository.kind is hub.RepositoryKind.MODEL:
        model = iris.model(repository.name)
        yield Claim(model, PG.hubRepository, repository.page)
    else:
        local = paths.file_stem(document, "gguf")
        model = paths.by_path(SOURCE, iris.slug(local or name), document)
    yield from statements.is_a(model, PG.Model, name or file)
    claims = list(packages.artifact(SOURCE, model, file, []))
    yield from claims
    yield Claim(claims[0].subject, PG.fileFormat, literals.text("gguf"))
    yield from gguf_metadata.claims(model, keys, header.lengths)
    yield from _tensors(model, claims[0].subject, header)
    yield from metadata_claims(model, leaves(document), header.lengths)


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
    version="6",
    keys=KEYS,
    leaves=leaves,
)
