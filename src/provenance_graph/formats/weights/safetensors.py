"""Safetensors: the header of a weight file; names, shapes and types of its tensors.

Only the header is read. Where integers hold packed weights (GPTQ, AWQ, bitsandbytes) their number
is not the number of parameters, and none is claimed.
"""

from __future__ import annotations

import math
import re
import struct
from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA, XSD
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read, text
from provenance_graph.formats.document import Document, Features, Origin, Reader, once
from provenance_graph.formats.fields import named, packages
from provenance_graph.formats.parsing import parse_json
from provenance_graph.formats.statements import mapping, scalar_text
from provenance_graph.formats.weights.binary import MAX_HEADER, MAX_TENSORS
from provenance_graph.formats.weights.gguf import layout_digest

SOURCE = "safetensors"
_PACKED = re.compile(
    r"qweight|qzeros|weight_packed|\.absmax|quant_map|_blocks$|weight_scale|\.scales$|\.SCB$"
)
_WHOLE = frozenset(("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F6_E2M3", "F6_E3M2", "F4"))
"""Types whose elements are weights; ``F8_E8M0`` holds the scales of blocks."""
_BITS = MappingProxyType(
    dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8)
    | dict.fromkeys(("U16", "I16", "F16", "BF16"), 16)
    | dict.fromkeys(("U32", "I32", "F32"), 32)
    | dict.fromkeys(("U64", "I64", "F64", "C64"), 64)
    | dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6)
    | {"F4": 4}
)
"""The bits of an element by its type."""
_MOST = 1 << 62
"""More elements than any file holds."""
KEYS = KeyTable(
    (
        *read("`pg:parameterCount`, `pg:layoutDigest`, types and their counts", "tensors"),
        *read("`dcterms:license`", "metadata/license", "metadata/modelspec.license"),
        *read("`dcterms:creator`", "metadata/modelspec.author"),
        *read("the model's name", "metadata/modelspec.title"),
        *text(SCHEMA.description, "metadata/modelspec.description"),
        *text(PG.architectureFamily, "metadata/modelspec.architecture"),
        *read("`dcterms:issued`", "metadata/modelspec.date"),
        *read(
            "`prov:wasDerivedFrom` where it names a repository",
            "metadata/base_model",
            "metadata/ss_sd_model_name",
        ),
        *read(
            "`pg:adapterRank`, `pg:adapterAlpha`",
            "metadata/ss_network_dim",
            "metadata/ss_network_alpha",
        ),
        *later("metadata/**"),
    )
)


def recognises(features: Features) -> bool:
    """Whether a document is a safetensors file."""
    return features.syntax == SOURCE


def origin(document: Document) -> Origin:
    """The origin: an unnamed publisher, on the basis of a reading of the artifact."""
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization("unnamed publishers of weights"),
        basis=Basis.ARTIFACT,
        title=f"Header of {(document.name or document.url).rsplit('/', 1)[-1]}",
    )


@once
def header_of(document: Document) -> dict[str, Any]:
    """The header as JSON; raises Unreadable where its length or its form is wrong."""
    if len(document.data) < 8:
        what = f"byte 0: 8 bytes give the header's length, and {len(document.data)} are there"
        raise Unreadable(document.url, what)
    (length,) = struct.unpack("<Q", document.data[:8])
    if length > MAX_HEADER:
        what = f"byte 0: a header of {length:,} bytes is stated; at most {MAX_HEADER:,} are read"
        raise Unreadable(document.url, what)
    raw = document.data[8 : 8 + length]
    if len(raw) < length:
        what = f"byte 0: a header of {length:,} bytes is stated and {len(raw):,} are there"
        raise Unreadable(document.url, what)
    if (count := raw.count(b'"data_offsets"')) > MAX_TENSORS:
        what = f"{count:,} tensors; at most {MAX_TENSORS:,} are read"
        raise Unreadable(document.url, what)
    value = parse_json(raw.decode("utf-8", "replace"), document.url, document.repeated)
    if not isinstance(value, dict):
        raise Unreadable(document.url, "a header is a JSON object")
    return value


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield the number of tensors, and every entry of the metadata."""
    header = header_of(document)
    if len(header) > ("__metadata__" in header):
        yield Leaf(("tensors",), "/tensors", len(header))
    metadata = header.get("__metadata__")
    yield from coverage.leaves(mapping(metadata), ("metadata",), "/__metadata__")


def read_header(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of a safetensors file's header about its model."""
    header = header_of(document)
    file = (document.name or document.url).rsplit("/", 1)[-1]
    local = paths.file_stem(document, "safetensors")
    model = paths.by_path(SOURCE, iris.slug(local), document)
    yield from statements.is_a(model, PG.Model, local)
    claims = list(packages.artifact(SOURCE, model, file, []))
    yield from claims
    yield Claim(claims[0].subject, PG.fileFormat, literals.text("safetensors"))
    tensors: list[tuple[str, tuple[int, ...], str]] = []
    places: list[tuple[int, int, str]] = []
    misplaced: list[Problem] = []
    for name, raw in header.items():
        if name == "__metadata__":
            continue
        entry = mapping(raw)
        shape = entry.get("shape")
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
            yield Problem(f"/{name}/shape", "not a shape", "a list of whole numbers")
            continue
        tensors.append((name[:300], tuple(shape), scalar_text(entry.get("dtype"))))
        if "data_offsets" in entry and not misplaced:
            place = _place(tensors[-1], entry["data_offsets"])
            if isinstance(place, Problem):
                misplaced.append(place)
            else:
                places.append(place)
    misplaced = misplaced or list(_gaps(places))
    if tensors:
        yield Claim(claims[0].subject, PG.layoutDigest, literals.text(layout_digest(tensors)))
        yield from misplaced or _counted(model, tensors, file)
    for leaf in coverage.leaves(mapping(header.get("__metadata__")), ("metadata",), ""):
        text = scalar_text(leaf.value)
        known = list(_metadata(model, leaf.path[-1], text, f"/__metadata__/{leaf.path[-1]}"))
        yield from known or [coverage.other(model, ".".join(leaf.path), text)]


def _metadata(model: iris.Iri, key: str, text: str, where: str) -> Iterator[Claim | Problem]:
    """Yield the claims of a metadata entry: model specification, kohya's trainer, or licence."""
    row = KEYS.find(("metadata", key))
    if row is not None and row.property is not None:
        yield coverage.stated(model, row.property, text, where)
    elif key in ("license", "modelspec.license"):
        yield from statements.licensed(model, text, locator=where)
    elif key == "modelspec.author":
        yield from statements.made_by(model, text)
    elif key == "modelspec.title":
        yield Claim(model, SCHEMA.name, coverage.brief(text))
    elif key == "modelspec.date":
        yield statements.dated(model, DCTERMS.issued, text, where)
    elif key in ("base_model", "ss_sd_model_name"):
        yield from named.base_model(model, text, where)
    elif key in _ADAPTER:
        predicate, kind = _ADAPTER[key]
        yield statements.quantity(model, predicate, text, where, kind=kind)


_ADAPTER = MappingProxyType(
    {
        "ss_network_dim": (PG.adapterRank, XSD.integer),
        "ss_network_alpha": (PG.adapterAlpha, XSD.decimal),
    }
)


def _place(
    tensor: tuple[str, tuple[int, ...], str], offsets: object
) -> tuple[int, int, str] | Problem:
    """First byte, end and name of a tensor, or the problem that it does not fit between them."""
    name, shape, kind = tensor
    match offsets:
        case [int(first), int(end)] if 0 <= first <= end:
            if kind not in _BITS or math.prod(shape) * _BITS[kind] == (end - first) * 8:
                return first, end, name
            what = f"{end - first:,} bytes do not hold {kind} of shape {list(shape)}"
        case _:
            what = "not a first byte and an end"
    return Problem(f"/{name}/data_offsets", what[:300], _TILED, kind="inconsistent")


def _gaps(places: list[tuple[int, int, str]]) -> Iterator[Problem]:
    """Yield the problem of the first tensor that does not begin where the one before it ends."""
    reached = 0
    for first, end, name in sorted(places):
        if first != reached:
            how = "overlaps the tensor before it" if first < reached else "leaves a gap before it"
            what = f"begins at byte {first:,} and not at {reached:,}: it {how}"
            yield Problem(f"/{name}/data_offsets", what, _TILED, kind="inconsistent")
            return
        reached = end


_TILED = "tensors that lie one after another; no library loads others, so none are counted"


def _is_packed(name: str, kind: str) -> bool:
    """Whether a tensor holds several weights an element, or scales beside such.

    >>> _is_packed("h.0.attn.weight", "I8"), _is_packed("embeddings.position_ids", "I64")
    (True, False)
    """
    return bool(_PACKED.search(name)) or (kind not in _WHOLE and name.endswith(".weight"))


def _counted(
    model: iris.Iri, tensors: list[tuple[str, tuple[int, ...], str]], file: str
) -> Iterator[Claim | Problem]:
    """Yield the number of parameters, where the tensors' elements are parameters."""
    by_type: Counter[str] = Counter()
    for _, shape, kind in tensors:
        by_type[kind] += math.prod(shape)
    for kind, count in sorted(by_type.items()):
        number = count if count < _MOST else "more than any file holds"
        yield coverage.other(model, "elements", f"{kind} {number}")
    if any(_is_packed(name, kind) for name, _, kind in tensors):
        what = "packed weights: the number of elements is not the number of parameters"
        yield Problem("/", what, "the config's quantization_config", kind="packed")
    elif re.search(r"-\d{5}-of-\d{5}", file):
        what = "one of several files: its elements are a part of the model's"
        yield Problem("/", what, "the index beside the files", kind="part")
    elif set(by_type) & _WHOLE:
        total = sum(count for kind, count in by_type.items() if kind in _WHOLE)
        if 0 < total < _MOST:
            yield Claim(model, PG.parameterCount, literals.integer(total))
        elif total:
            what = "tensors of more elements than any file holds"
            yield Problem("/", what, "no number of parameters is taken from them", kind="size")


SYNTAXES = ("safetensors",)

READER = Reader(
    format=SOURCE,
    title="Safetensors files: their header",
    recognises=recognises,
    origin=origin,
    read=read_header,
    version="5",
    keys=KEYS,
    leaves=leaves,
)
