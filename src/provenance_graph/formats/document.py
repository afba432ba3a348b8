"""A retrieved document (bytes, address, time of retrieval), and the interface of a reader.

``Features`` hold everything that a recogniser may look at: the syntax, the top-level keys, the
header row, the first lines. They are computed once for each document, so no reader is tried out on
it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, wraps
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from provenance_graph.core.claims import Basis, Claim, Custody, Problem, Record
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri

if TYPE_CHECKING:
    from provenance_graph.formats.coverage import KeyTable, Leaf
from provenance_graph.formats import statements
from provenance_graph.formats.parsing import (
    JsonDecoder,
    decode,
    parse_json,
    parse_toml,
    parse_yaml,
    parse_yaml_stream,
)

ReaderOutput: TypeAlias = Iterator[Claim | Problem]
"""The items that a reader yields: the claims of a document and the problems found in it."""


@dataclass(frozen=True)
class Document:
    """One document: a file, or the files of one repository folder.

    ``name`` is the file's name or its path below the imported folder. ``files`` holds the other
    files of the same folder, for formats that consist of a folder. ``folder`` is the name of the
    imported folder and ``folder_digest`` distinguishes folders of that name. ``path`` is the file's
    path on disk in that folder, where it differs from ``name``. ``root`` is the absolute path of
    the folder, which no record holds. ``collection`` is the collection that the document is
    imported into, empty where it is read by itself. ``first_line`` is the line number at which a
    part of a long file begins. ``fetched`` says that this program retrieved the document from its
    address.
    """

    url: Iri
    data: bytes
    retrieved: str
    name: str = ""
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    folder: str = ""
    folder_digest: str = ""
    path: str = ""
    root: str = ""
    fetched: bool = False
    collection: str = ""
    first_line: int = 1

    @cached_property
    def digest(self) -> str:
        """``sha256:`` digest of the bytes; of all files where there are several."""
        whole = hashlib.sha256(self.data)
        for name in sorted(self.files):
            whole.update(b"\0" + name.encode() + b"\0" + hashlib.sha256(self.files[name]).digest())
        return "sha256:" + whole.hexdigest()

    @cached_property
    def text(self) -> str:
        """The bytes decoded as UTF-8 (a byte-order mark is dropped), or UTF-16 by its mark."""
        return decode(self.data, self.url)

    @cached_property
    def repeated(self) -> list[Problem]:
        """Problems for names repeated within one mapping, added by the parser of the document."""
        return []

    @cached_property
    def json(self) -> Any:
        """The document parsed as JSON; raises Unreadable with the line."""
        return parse_json(self.text, self.url, self.repeated)

    def json_lines(self) -> Iterator[tuple[str, Any] | Problem]:
        """Yield place (``L`` and line number) and value of each JSON line; a bad line is a problem."""
        decoder = JsonDecoder()
        for number, line in enumerate(self.text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                repeated: list[Problem] = []
                value = parse_json(line, self.url, repeated, decoder)
                if repeated:
                    yield from (replace(each, where=f"L{number}{each.where}") for each in repeated)
                yield f"L{number}", statements.sanitise(value, line)
            except Unreadable as error:
                yield Problem(f"L{number}", error.why, kind="syntax")

    @cached_property
    def lines(self) -> tuple[tuple[str, Any] | Problem, ...]:
        """All lines of JSON, cached. For files of entries; files of events may have millions."""
        return tuple(self.json_lines())

    @cached_property
    def yaml(self) -> Any:
        """The document parsed as YAML 1.1 with bounded depth and aliases; raises Unreadable."""
        return parse_yaml(self.text, self.url, self.repeated)

    @cached_property
    def yaml_stream(self) -> tuple[Any, ...]:
        """The YAML documents of a text that may hold several; raises Unreadable."""
        stream = parse_yaml_stream(self.text, self.url, self.repeated)
        if len(stream) == 1:
            self.__dict__["yaml"] = stream[
                0
            ]  # parsed once, so that repeated names are reported once
        return stream

    @cached_property
    def toml(self) -> dict[str, Any]:
        """The document parsed as TOML; raises Unreadable."""
        return parse_toml(self.text, self.url, self.repeated)

    @cached_property
    def results(self) -> dict[str, Any]:
        """Cached results of the functions decorated with ``once``, by qualified name."""
        return {}

    @cached_property
    def features(self) -> Features:
        """The features of the document that recognisers look at."""
        return sniff(self)


Result = TypeVar("Result")


def once(function: Callable[[Document], Result]) -> Callable[[Document], Result]:
    """Decorator that computes a function once for each document and caches its result there.

    Recognising, reading and counting need the same parsed parts. Callers must not change a result.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def first(document: Document) -> Result:
        results = document.results
        if name not in results:
            results[name] = function(document)
        result: Result = results[name]
        return result

    return first


def gathered(leaves_: Callable[[Document], Iterator[Leaf]]) -> Callable[[Document], Iterator[Leaf]]:
    """Decorator of a ``leaves`` function that caches the values for the reading and the ledger."""

    @once
    @wraps(leaves_)
    def every(document: Document) -> tuple[Leaf, ...]:
        return tuple(leaves_(document))

    return lambda document: iter(every(document))


@dataclass(frozen=True, slots=True)
class Features:
    """What a recogniser may look at.

    ``syntax``: json, jsonl, yaml, toml, csv, xml, markdown, trig or text. ``keys``: top-level keys
    (of the first object where the document is a list). ``head``: the beginning of the text.
    ``columns``: a CSV's header row. ``value``: the parsed document where it is JSON, YAML or TOML.
    ``stream``: the documents of a YAML text that holds several.
    """

    name: str
    syntax: str
    keys: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    head: str = ""
    value: Any = None
    files: frozenset[str] = frozenset()
    stream: tuple[Any, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The first forty lines, computed on demand: most documents are recognised without them."""
        return _lines(self.head)


@lru_cache(maxsize=8)
def _lines(head: str) -> tuple[str, ...]:
    first = io.StringIO(head, newline=None)
    return tuple(line.rstrip("\n")[:500] for line in islice(first, 40))


@dataclass(frozen=True, slots=True)
class Origin:
    """What a reader states about a document's source, for the header of the record.

    ``local`` is the identifier of the document within its source, the same at every retrieval.
    ``url`` and ``retrieved`` override those of the document where its content states them.
    """

    local: str
    publisher: Iri
    basis: Basis = Basis.THIRD_PARTY
    title: str = ""
    licence: str = ""
    attribution: str = ""
    url: Iri | None = None
    retrieved: str = ""
    custody: Custody = Custody.ASSUMED
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """A document format: how it is recognised, which source it has, and how its claims are read.

    ``read`` is a pure generator: no network, no clock, no store. It raises only SourceError, and
    only where nothing at all can be read; any lesser fault is a Problem. ``records`` is for formats
    whose documents hold several records with headers of their own. ``invalid`` yields the locations
    where a document breaks the schema of its standard and is called once for a document. ``keys``
    is the key table of the standard, and ``leaves`` yields a document's values below those keys.
    ``subjects`` maps locations to entities, where a document has several. ``split`` yields the
    member documents of a document that is a list of documents, and nothing for any other. ``parts``
    are sub-formats that can be requested by a name of their own, each with its recogniser.
    """

    format: str
    title: str
    recognises: Callable[[Features], bool]
    origin: Callable[[Document], Origin]
    read: Callable[[Document], ReaderOutput]
    version: str = "1"
    invalid: Callable[[Document], Iterator[Problem]] | None = None
    records: Callable[[Document], Iterator[Record | Problem]] | None = None
    keys: KeyTable | None = None
    leaves: Callable[[Document], Iterator[Leaf]] | None = None
    subjects: Callable[[Document], Mapping[str, Iri]] | None = None
    split: Callable[[Document], Iterator[Document | Problem]] | None = None
    parts: Mapping[str, Callable[[Features], bool]] = field(default_factory=dict)


_YAML_FILES = frozenset(("Kitfile", "MLmodel"))
"""Files without a suffix that are YAML: of KitOps and of MLflow."""
_TRIG = re.compile(
    r"\s*(?:#.*\n\s*)*(?:@prefix|@base|PREFIX|BASE|<[^>\s]+>\s|[\w-]*:[\w-]*\s*\{|GRAPH\b)"
)


def container_of(data: bytes) -> str:
    r"""The weight container that the first bytes show: gguf, safetensors, or empty.

    >>> container_of(b"GGUF" + bytes(20)), container_of(b"\x02" + bytes(7) + b"{}")
    ('gguf', 'safetensors')
    """
    if data[:4] == b"GGUF":
        return "gguf"
    return "safetensors" if data[8:9] == b"{" and b"\0" in data[:8] else ""


def sniff(document: Document) -> Features:
    """The features of a document; raises Unreadable where it is neither text nor a weight file."""
    if container := container_of(document.data):
        return Features(document.name or document.url, container)
    text = document.text
    files = frozenset(document.files)
    name = document.name or document.url
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""

    def features(syntax: str, value: Any = None, columns: tuple[str, ...] = ()) -> Features:
        return Features(name, syntax, _keys(value), columns, text[:40_000], value, files)

    # These may begin like JSON, XML or TriG: `[limit]`, `[a link](…)`, `<!-- -->`, `a: {b: c}`.
    if suffix == "csv":
        return features("csv", None, _columns(text))
    if suffix == "toml":
        return features("toml", document.toml)
    if suffix in ("yaml", "yml") or name.rsplit("/", 1)[-1] in _YAML_FILES:
        stream = document.yaml_stream
        if len(stream) > 1:
            return replace(features("yaml"), stream=stream)
        return features("yaml", stream[0] if stream else None)
    if suffix in ("md", "markdown"):
        return features("markdown")
    if suffix in ("trig", "ttl", "nq", "nt") or _TRIG.match(text[:4000]):
        return features("trig")
    head = text.lstrip()[:1]
    if head in ("{", "["):
        if suffix in ("jsonl", "ndjson") or _is_json_lines(text):
            return features("jsonl", _first_json_line(text))
        return features("json", document.json)
    if head == "<":
        return features("xml")
    if text.startswith(("---\n", "---\r\n")):
        return features("markdown")
    return features("text")


def _keys(value: Any) -> frozenset[str]:
    if isinstance(value, list) and value:
        value = value[0]
    return frozenset(map(str, value)) if isinstance(value, dict) else frozenset()


def _is_json_lines(text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    return first.rstrip().endswith("}") and rest.lstrip()[:1] == "{"


def _first_json_line(text: str) -> Any:
    """The first of forty lines that parses as JSON, or None: one bad line must not hide the rest."""
    for line in islice(io.StringIO(text), 40):
        try:
            if line.strip() and len(line) < 1 << 20:
                return json.loads(line)
        except (ValueError, RecursionError):
            continue
    return None


def _columns(text: str) -> tuple[str, ...]:
    try:
        return tuple(cell.strip() for cell in next(csv.reader(io.StringIO(text[:100_000])), []))
    except csv.Error:
        return ()
