"""A document as it came: bytes, address, time; and what can be seen of it without a reader.

``Features`` hold what every recogniser may look at: the syntax, the top-level keys, the
header row, the first lines. They are computed once, so no reader is ever tried.
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
"""What a reader yields: what a document claims, and what is wrong in it."""


@dataclass(frozen=True)
class Document:
    """One document: a file, or the files of one repository folder.

    ``name`` is the file's name or its path below the folder that was imported; ``files``
    holds the other files of the same folder for formats that are folders. ``folder`` is the
    name of the folder that was imported, ``folder_digest`` tells it from others of that name,
    ``path`` the path in it as it stands on disk, where a reader goes by another ``name``;
    ``root`` is where that folder lies, which no record holds.
    ``collection`` names where it is imported into, and is empty where it is read by itself.
    ``first_line`` is the line of the file at which a part of a long one begins.
    ``fetched`` says that we got it from its address ourselves.
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
        """``sha256:`` of the bytes, of every file where there are several."""
        whole = hashlib.sha256(self.data)
        for name in sorted(self.files):
            whole.update(b"\0" + name.encode() + b"\0" + hashlib.sha256(self.files[name]).digest())
        return "sha256:" + whole.hexdigest()

    @cached_property
    def text(self) -> str:
        """The bytes as UTF-8 (a byte-order mark is dropped; UTF-16 is read by its mark)."""
        return decode(self.data, self.url)

    @cached_property
    def repeated(self) -> list[Problem]:
        """Names that stand twice where they may stand once, noted by whoever parses the document."""
        return []

    @cached_property
    def json(self) -> Any:
        """The document as JSON; raises Unreadable with the line."""
        return parse_json(self.text, self.url, self.repeated)

    def json_lines(self) -> Iterator[tuple[str, Any] | Problem]:
        """The place and the value of every line of JSON; a line that is none is a problem."""
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
        """Its lines of JSON, kept: where they are entries, not events of which there may be millions."""
        return tuple(self.json_lines())

    @cached_property
    def yaml(self) -> Any:
        """The document as YAML 1.1 with bounded depth and aliases; raises Unreadable."""
        return parse_yaml(self.text, self.url, self.repeated)

    @cached_property
    def yaml_stream(self) -> tuple[Any, ...]:
        """The YAML documents of a text that may hold several; raises Unreadable."""
        stream = parse_yaml_stream(self.text, self.url, self.repeated)
        if len(stream) == 1:
            self.__dict__["yaml"] = stream[0]  # parsed once, its repeated names noted once
        return stream

    @cached_property
    def toml(self) -> dict[str, Any]:
        """The document as TOML; raises Unreadable."""
        return parse_toml(self.text, self.url, self.repeated)

    @cached_property
    def results(self) -> dict[str, Any]:
        """What functions marked ``once`` have made of it, by their names."""
        return {}

    @cached_property
    def features(self) -> Features:
        """What can be seen of it without a reader."""
        return sniff(self)


Result = TypeVar("Result")


def once(function: Callable[[Document], Result]) -> Callable[[Document], Result]:
    """A function that is computed once for each document, as its ``json`` is.

    Recognising, reading and counting what was read ask for the same parts; none of them changes one.
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
    """A document's values, gathered once for its reading, its ledger and what remains of it."""

    @once
    @wraps(leaves_)
    def every(document: Document) -> tuple[Leaf, ...]:
        return tuple(leaves_(document))

    return lambda document: iter(every(document))


@dataclass(frozen=True, slots=True)
class Features:
    """What a recogniser may look at.

    ``syntax``: json, jsonl, yaml, toml, csv, xml, markdown, trig or text. ``keys``: top-level
    keys (of the first object where the document is a list). ``head``: how the text begins.
    ``columns``: a CSV's header row. ``value``: the parsed document where it is
    JSON, YAML or TOML. ``stream``: the documents of a YAML text that holds several.
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
        """The first forty lines; most documents are recognised without them."""
        return _lines(self.head)


@lru_cache(maxsize=8)
def _lines(head: str) -> tuple[str, ...]:
    first = io.StringIO(head, newline=None)
    return tuple(line.rstrip("\n")[:500] for line in islice(first, 40))


@dataclass(frozen=True, slots=True)
class Origin:
    """What a reader knows of a document's source, for the record's header.

    ``local`` names the document within its source, the same at every retrieval. ``url``
    and ``retrieved`` override the document's where its content states them.
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
    """A format: how it is recognised, where it comes from, and what it claims.

    ``read`` is a pure generator: no network, no clock, no store. It raises only SourceError,
    and only where nothing at all can be read; anything less is a Problem. ``records`` is
    for formats whose documents hold several records with headers of their own. ``invalid`` says where
    a document breaks the schema of its standard, which is asked once for a document. ``keys`` says what
    is done with every key of the standard, and ``leaves`` gives a document's values below them;
    ``subjects`` says which entity stands at which place, where a document has several.
    ``split`` gives the documents of a document that is a list of them, and nothing for any other.
    ``parts`` are kinds of its documents that can be asked for by a name of their own, each with
    what recognises it.
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
    r"""Which container of weights the first bytes show: gguf, safetensors, or nothing.

    >>> container_of(b"GGUF" + bytes(20)), container_of(b"\x02" + bytes(7) + b"{}")
    ('gguf', 'safetensors')
    """
    if data[:4] == b"GGUF":
        return "gguf"
    return "safetensors" if data[8:9] == b"{" and b"\0" in data[:8] else ""


def sniff(document: Document) -> Features:
    """The features of a document; raises Unreadable where it is neither text nor weights."""
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
    """The first of the first lines that is JSON: one bad line does not hide what the others are."""
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
