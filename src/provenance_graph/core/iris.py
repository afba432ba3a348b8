"""IRIs of entities: validation, minting, prefixes and short forms."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote

from provenance_graph.core.errors import BadIri
from provenance_graph.core.memo import remembered

NS = "https://w3id.org/provenance-graph/ns#"
ID = "https://w3id.org/provenance-graph/id/"
RECORDS = f"{ID}record/"
"""The beginning of the IRI of every record."""
SHAPES = "https://w3id.org/provenance-graph/shapes#"

PREFIXES: dict[str, str] = {
    "pg": NS,
    "id": ID,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "prov": "http://www.w3.org/ns/prov#",
    "pav": "http://purl.org/pav/",
    "schema": "https://schema.org/",
    "spdx": "http://spdx.org/rdf/terms#",
    "licence": "http://spdx.org/licenses/",
    "sssom": "https://w3id.org/sssom/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": "http://www.w3.org/ns/shacl#",
    "hf": "https://huggingface.co/",
}
"""Prefixes that the project writes; the longest namespace wins when several match."""

_BAD = re.compile(
    r"[\x00-\x20\x7f-\x9f<>\"{}|^`\\]|%(?![0-9A-Fa-f]{2})"
    "|[\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_SHAPE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    r"(?://(?:[^\[\]/?#@]*@)?(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|[^\[\]/?#@:]*)(?::\d*)?(?=[/?#]|$)"
    r"|(?!//))[^\[\]?#]*(?:\?[^\[\]#]*)?(?:#[^\[\]#]*)?"
)
_USUAL = re.compile(
    r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?(?:#[\w-]*)?", re.ASCII
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")  # parts that need no encoding
_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-/]*")


class Iri(str):
    """An absolute IRI. It is equal to its text and has the same hash."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Iri({str.__repr__(self)})"


def iri(text: str) -> Iri:
    """Validate a text from outside as an absolute IRI.

    Raises BadIri if the text is relative or holds characters that RFC 3987 forbids.

    >>> iri("https://example.org/a")
    Iri('https://example.org/a')
    """
    if _USUAL.fullmatch(text):
        return Iri(text)
    if not _SCHEME.match(text):
        raise BadIri(text, "it has no scheme such as https:")
    if bad := _BAD.search(text):
        raise BadIri(text, f"it contains {bad[0]!r}")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise BadIri(text, "it contains half a surrogate pair")
    shape = _SHAPE.fullmatch(text)
    if shape is None or not _address(shape["address"]):
        raise BadIri(text, "its host, port, brackets or # are out of place")
    return Iri(text)


def _address(text: str | None) -> bool:
    """Whether the text in a host's brackets is an IPv6 address; None (no brackets) is valid."""
    try:
        return text is None or ipaddress.IPv6Address(text) is not None
    except ValueError:
        return False


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI that can be written in RDF."""
    try:
        iri(text)
    except BadIri:
        return False
    return True


def mint(*parts: str) -> Iri:
    """Mint an IRI of the project from the steps of a path, percent-encoded where needed.

    A step may hold slashes (``meta-llama/Llama-3.1-8B``), which stay.

    >>> mint("model", "meta-llama/Llama-3.1-8B")
    Iri('https://w3id.org/provenance-graph/id/model/meta-llama/Llama-3.1-8B')
    """
    *first, last = parts
    return Iri(_head(*first) + _encoded(last))


@lru_cache(maxsize=4096)
def _head(*parts: str) -> str:
    """The prefix shared by all names of one kind; cached, since readers mint thousands in a row."""
    return ID + "".join(f"{_encoded(part)}/" for part in parts)


def _encoded(part: str) -> str:
    if _PLAIN.fullmatch(part):
        return part
    return quote(unicodedata.normalize("NFC", part).strip("/"), safe="/-._~@:+()!,;='*$&")


def model(name: str) -> Iri:
    """The project's IRI of a model, from its hub repository or developer/model-id.

    >>> model("anthropic/claude-haiku-4-5")
    Iri('https://w3id.org/provenance-graph/id/model/anthropic/claude-haiku-4-5')
    """
    return mint("model", name)


def entity(source: str, kind: str, local: str) -> Iri:
    """The IRI of an entity as one source names it, before identity resolution.

    >>> entity("apx", "model", "claude-haiku-45")
    Iri('https://w3id.org/provenance-graph/id/in/apx/model/claude-haiku-45')
    """
    return mint("in", source, kind, local)


def record(source: str, local: str, retrieved: str) -> Iri:
    """The IRI of a record, which is the named graph of one retrieval of one document.

    >>> record("apx", "claude-haiku-45", "2025-11-22")
    Iri('https://w3id.org/provenance-graph/id/record/apx/claude-haiku-45/2025-11-22')
    """
    return mint("record", source, local, retrieved)


def organization(name: str) -> Iri:
    """The project's IRI of an organisation, by the slug of its name.

    >>> organization("Allen AI")
    Iri('https://w3id.org/provenance-graph/id/organization/allen-ai')
    """
    return mint("organization", slug(name))


def agent(who: str) -> Iri:
    """The IRI of a person or program that records claims in the store; not an organisation.

    >>> agent("ci")
    Iri('https://w3id.org/provenance-graph/id/agent/ci')
    """
    return mint("agent", who)


@remembered(4_096)
def dataset(name: str) -> Iri:
    """The project's IRI of a dataset, from its hub name (``org/name``) or the slug of its name."""
    return mint("dataset", name if re.fullmatch(r"[\w.-]+/[\w.-]+", name) else slug(name))


def owner_of(name: Iri) -> str:
    """The owner in a minted IRI of a model or dataset; empty if the name has no owner.

    >>> owner_of(model("meta-llama/Llama-3.1-8B"))
    'meta-llama'
    """
    for kind in ("model/", "dataset/"):
        if name.startswith(f"{ID}{kind}"):
            owner, slash, _ = name[len(ID) + len(kind) :].partition("/")
            return unquote(owner) if slash else ""
    return ""


@remembered(16_384)
def slug(text: str) -> str:
    """A short lower-case name for use in an IRI.

    >>> slug("Claude Haiku 4.5 (Thinking)")
    'claude-haiku-4.5-thinking'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    parts = re.sub(r"[^\w.]+", "-", folded).strip("-._")
    return parts or "unnamed"


def name_slug(text: str) -> str:
    """The slug of a model's name; a plus at the end of a word becomes ``-plus``.

    >>> name_slug("CodeT5+-770M"), name_slug("CodeT5-770M"), name_slug("ViT + DINO")
    ('codet5-plus-770m', 'codet5-770m', 'vit-dino')
    """
    return slug(re.sub(r"(?<=\w)\++(?!\w)", lambda plus: "-plus" * len(plus[0]), text))


@remembered(16_384)
def local_name(name: Iri | str) -> str:
    """The part of an IRI after its last ``#`` or ``/``.

    >>> local_name(Iri("https://w3id.org/provenance-graph/ns#contextLength"))
    'contextLength'
    """
    bare = name.rstrip("/#")
    return str(bare[max(bare.rfind("/"), bare.rfind("#")) + 1 :])


def spaced(code: str) -> str:
    """Convert a CamelCase code to lower-case words.

    >>> spaced("ThirdPartyReport")
    'third party report'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", code).lower()


def shorten(name: Iri | str) -> str:
    """Abbreviate an IRI with a known prefix; an IRI without one is returned whole.

    >>> shorten(Iri("https://huggingface.co/org/model"))
    'hf:org/model'
    >>> shorten(Iri("https://example.org/x"))
    'https://example.org/x'
    """
    for prefix, namespace in _BY_LENGTH:
        if name.startswith(namespace):
            local = name[len(namespace) :]
            if _LOCAL.fullmatch(local):
                return f"{prefix}:{local}"
    return str(name)


def expand(text: str) -> Iri:
    """Expand a prefixed name (``pg:contextLength``), an IRI in ``<…>`` or a whole IRI.

    Raises BadIri if the result is not an absolute IRI.

    >>> expand("pg:contextLength")
    Iri('https://w3id.org/provenance-graph/ns#contextLength')
    """
    bare = text.strip()
    if bare.startswith("<") and bare.endswith(">"):
        return iri(bare[1:-1])
    prefix, colon, local = bare.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return iri(PREFIXES[prefix] + local)
    return iri(bare)


def record_named(text: str) -> Iri:
    """The IRI of a record, or of a claim in one, by any name that commands and answers give it.

    A name is an IRI, an IRI in ``<…>``, a prefixed name, or the path after ``record/``. Raises
    BadIri if that is no IRI.

    >>> record_named("apx/x/2025-11-22T10:00:00Z") == record_named("id:record/apx/x/2025-11-22T10:00:00Z")
    True
    """
    name = text.strip()
    if name.startswith("<") or _SCHEME.match(name):
        return expand(name)
    return iri(RECORDS + name.removeprefix("record/"))


def record_path(record: Iri | str) -> str:
    """The path after ``record/`` in the IRI of a record, as `retract` takes it; else the IRI.

    >>> record_path(record("apx", "x", "2025-11-22"))
    'apx/x/2025-11-22'
    """
    return record.removeprefix(RECORDS)


def minted_kind(name: Iri | str) -> str:
    """The kind step of an IRI minted by the project; empty for any other IRI.

    >>> minted_kind(model("a/b")), minted_kind(entity("apx", "model", "c"))
    ('model', 'model')
    >>> minted_kind("https://example.org/model/a")
    ''
    """
    if not name.startswith(ID):
        return ""
    parts = name[len(ID) :].split("/")
    return parts[2] if parts[0] == "in" and len(parts) > 3 else parts[0]


@remembered(16_384)
def short_id(name: Iri | str) -> str:
    """The short id of an entity on pages and in tables: its IRI without the common prefix.

    >>> short_id(model("meta-llama/Llama-3.1-8B"))
    'meta-llama/Llama-3.1-8B'
    """
    if name.startswith(ID):
        head, slash, path = name[len(ID) :].partition("/")
        if slash and head in ("model", "dataset", "organization", "in"):
            return unquote(path)
    return shorten(name)
