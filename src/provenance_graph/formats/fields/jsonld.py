"""Compact JSON-LD, with keys expanded to IRIs and without fetching a context.

Keys become IRIs by the document's own inline context; of contexts that are only named, the
well-known ones are built in. Schema.org under ``http:`` and ``https:`` is one vocabulary.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from provenance_graph.formats.coverage import KeyTable, Leaf
from provenance_graph.formats.statements import LINK, MAX_STATED, as_list, scalar_text
from provenance_graph.formats.table_leaves import TableStep

SCHEMA = "https://schema.org/"
FAIR4ML = "https://w3id.org/fair4ml#"
CROISSANT = "http://mlcommons.org/croissant/"
RAI = "http://mlcommons.org/croissant/RAI/"
DCT = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
CODEMETA = "https://w3id.org/codemeta/"

KNOWN: Mapping[str, str] = {
    "schema": SCHEMA,
    "schema.org": SCHEMA,
    "schema_org": SCHEMA,
    "sc": SCHEMA,
    "fair4ml": FAIR4ML,
    "cr": CROISSANT,
    "croissant": CROISSANT,
    "ml": CROISSANT,
    "rai": RAI,
    "dct": DCT,
    "dcterms": DCT,
    "prov": PROV,
    "codemeta": CODEMETA,
}
"""Prefixes that documents use without defining them."""

_SAME = (
    (re.compile(r"https?://(?:www\.)?schema\.org/"), SCHEMA),
    (re.compile(r"https?://w3id\.org/fair4ml(?:/[\d.]+)?[#/]", re.IGNORECASE), FAIR4ML),
    (re.compile(r"https?://mlcommons\.org/croissant/RAI/"), RAI),
    (re.compile(r"https?://mlcommons\.org/(?:croissant|schema)/"), CROISSANT),
    (
        re.compile(
            r"https?://(?:w3id\.org/codemeta|doi\.org/10\.5063/schema/codemeta-[\d.]+)[#/]?(?=\w)"
        ),
        CODEMETA,
    ),
)
SHORT = (
    (FAIR4ML, "fair4ml:"),
    (CROISSANT, "cr:"),
    (DCT, "dct:"),
    (PROV, "prov:"),
    (CODEMETA, "codemeta:"),
    (SCHEMA, ""),
)
"""Prefixes of vocabularies in key tables; schema.org's terms have none."""

_USUAL_CONTEXT = 20_000
"""The longest context, in characters, that is cached for other documents."""

_MAX_TERMS = 5_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*|@none|und")
MAX_NODES = 20_000


@lru_cache(maxsize=8192)
def same(iri: str) -> str:
    """One spelling of an IRI whose vocabulary has several.

    >>> same("http://schema.org/name"), same("https://w3id.org/fair4ml/MLModel")
    ('https://schema.org/name', 'https://w3id.org/fair4ml#MLModel')
    """
    for pattern, namespace in _SAME:
        if match := pattern.match(iri):
            return namespace + iri[match.end() :]
    return iri


@dataclass(slots=True)
class Context:
    """The meaning of a document's keys: terms, vocabulary, and caches of expansions."""

    terms: dict[str, str] = field(default_factory=dict)
    vocabulary: str = ""
    cache: dict[str, str] = field(default_factory=dict)
    paths: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    tops: dict[str, TableStep] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Any) -> Context:
        """The context of a document, from its ``@context``; later entries override earlier ones.

        Many documents have the context of their format, so that contexts are cached by their text.
        """
        text = json.dumps(raw, default=str)
        return cls._written(text) if len(text) < _USUAL_CONTEXT else cls._made(raw)

    @staticmethod
    @lru_cache(maxsize=64)
    def _written(text: str) -> Context:
        return Context._made(json.loads(text))

    @classmethod
    def _made(cls, raw: Any) -> Context:
        made = cls()
        for part in as_list(raw)[:50]:
            if isinstance(part, str):
                if re.match(r"https?://(?:www\.)?schema\.org", part):
                    made.vocabulary = made.vocabulary or SCHEMA
                continue
            for key, meaning in part.items() if isinstance(part, dict) else ():
                target = meaning.get("@id") if isinstance(meaning, dict) else meaning
                if key == "@vocab" and isinstance(target, str):
                    made.vocabulary = same(target)
                elif isinstance(target, str):
                    made.terms[str(key)] = target
        return made

    def top(self, role: str, table: KeyTable) -> TableStep:
        """The step from which a role's values are walked, under expanded keys."""
        step = self.tops.get(role)
        if step is None:
            step = self.tops[role] = TableStep((role,), table, self.key)
        return step

    def key(self, stated: tuple[str, ...]) -> tuple[str, ...]:
        """A path with its keys expanded and shortened; ``type`` and ``id`` are JSON-LD's own."""
        steps = (
            _OWN.get(step) or short(self.expand(step))
            for step in stated[1:]
            if step not in ("@value", "@list", "@set")
        )
        return (stated[0], *steps)

    def expand(self, key: str) -> str:
        """The IRI of a key or type; keywords and keys without a meaning are unchanged."""
        result = self.cache.get(key)
        if result is None:
            if len(self.cache) > _MAX_TERMS:
                for each in (self.cache, self.paths, self.tops):
                    each.clear()
            result = self.cache[key] = same(self._expand(key, 0))
        return result

    def _expand(self, key: str, depth: int) -> str:
        if key.startswith("@") or "://" in key or depth > 5:
            return key
        meaning = self.terms.get(key)
        if meaning is not None and meaning != key:
            return self._expand(meaning, depth + 1)
        prefix, colon, local = key.partition(":")
        if colon:
            namespace = self.terms.get(prefix) or KNOWN.get(prefix.casefold())
            return self._expand(namespace, depth + 1) + local if namespace else key
        return self.vocabulary + key if self.vocabulary else key


@dataclass(slots=True)
class JsonNode:
    """A node of the document: its properties by IRI, each value with its location."""

    where: str
    id: str
    types: frozenset[str]
    properties: dict[str, list[tuple[str, Any]]]

    def all(self, *properties: str) -> Iterator[tuple[str, Any]]:
        """Yield every value of the properties, with its location; lists are flattened."""
        for each in properties:
            yield from self.properties.get(each, ())

    def text(self, *properties: str) -> str:
        """The first text among the properties' values, or empty."""
        return next((t for _, value in self.all(*properties) if (t := text_of(value))), "")


def node(raw: Mapping[Any, Any], context: Context, where: str) -> JsonNode:
    """A JSON object as a node."""
    rows: dict[str, list[tuple[str, Any]]] = {}
    types: list[str] = []
    id_ = ""
    for raw_key, value in raw.items():
        key = context.expand(str(raw_key))
        if key == "@type" or raw_key == "type":
            types += [context.expand(t) for t in as_list(value) if isinstance(t, str)]
        elif key == "@id":
            id_ = scalar_text(value)
        else:
            rows.setdefault(key, []).extend(_laid_out(value, f"{where}/{raw_key}"))
    return JsonNode(where, id_, frozenset(types), rows)


def _laid_out(value: Any, location: str) -> Iterator[tuple[str, Any]]:
    """Yield each value of a key with its location, also those of ``@list`` and ``@set``."""
    several = isinstance(value, list)
    for n, item in enumerate(as_list(value)):
        where = f"{location}/{n}" if several else location
        container = item.keys() & {"@list", "@set"} if isinstance(item, dict) else ()
        for key in sorted(container):
            yield from _laid_out(item[key], f"{where}/{key}")
        if item is not None and not container:
            yield where, item


def nodes(value: Any) -> tuple[Context, list[tuple[str, dict[Any, Any]]]]:
    """The context and top objects of a document: those of its graph or list, or the document."""
    top = value
    context = Context.of(value.get("@context")) if isinstance(value, dict) else Context()
    where = ""
    if isinstance(value, dict) and isinstance(value.get("@graph"), list):
        top, where = value["@graph"], "/@graph"
    items = top if isinstance(top, list) else [top]
    results = [
        (f"{where}/{n}" if items is top else where, item)
        for n, item in enumerate(items[:MAX_NODES])
        if isinstance(item, dict)
    ]
    if isinstance(value, list) and results:
        context = Context.of(results[0][1].get("@context"))
    return context, results


@lru_cache(maxsize=8192)
def short(key: str) -> str:
    """An expanded key as key tables write it.

    >>> short("https://schema.org/name"), short(RAI + "dataBiases")
    ('name', 'rai:dataBiases')
    """
    if key.startswith(RAI):
        return "rai:" + key.removeprefix(RAI)
    for namespace, prefix in SHORT:
        if key.startswith(namespace):
            return prefix + key.removeprefix(namespace)
    return key


_OWN = MappingProxyType({"type": "@type", "id": "@id"})


def leaves(leafs: Iterable[Leaf], context: Context) -> Iterator[Leaf]:
    """Yield the values under expanded keys."""
    paths = context.paths
    for leaf in leafs:
        path = paths.get(leaf.path)
        if path is None:
            path = paths[leaf.path] = context.key(leaf.path)
        yield tuple.__new__(Leaf, (path, leaf.where, leaf.value))


def is_crate(value: Any) -> bool:
    """Whether a document is an RO-Crate: it has a node for the RO-Crate metadata file."""
    graph = value.get("@graph") if isinstance(value, dict) else None
    return any(
        isinstance(node, dict)
        and "ro-crate-metadata.json" in scalar_text(node.get("@id"))
        and "CreativeWork" in map(scalar_text, as_list(node.get("@type")))
        for node in as_list(graph)[:50]
    )


def text_of(value: Any, language: str = "en") -> str:
    """The text of a value: plain, ``@value``, a language map, or the name of a node.

    >>> text_of({"en": "english", "fr": "français"}), text_of({"@value": "x", "@language": "de"})
    ('english', 'x')
    >>> text_of({"@type": "Person", "name": ["A"]}), text_of(3)
    ('A', '3')
    """
    if isinstance(value, list):
        return next((result for item in value[:50] if (result := text_of(item, language))), "")
    if not isinstance(value, dict):
        return scalar_text(value)[:MAX_STATED]
    if "@value" in value:
        return scalar_text(value["@value"])[:MAX_STATED]
    if value and all(isinstance(key, str) and _LANGUAGE.fullmatch(key) for key in value):
        chosen = value.get(language, next(iter(value.values())))
        return "" if isinstance(chosen, dict) else text_of(chosen, language)
    for key in ("name", "schema:name", "sc:name", "http://schema.org/name", f"{SCHEMA}name"):
        if key in value and not isinstance(value[key], (dict, list)):
            return scalar_text(value[key])[:MAX_STATED]
        if key in value:
            inner = value[key]
            flat = inner[0] if isinstance(inner, list) and inner else inner
            return text_of(flat, language) if not _has_name(flat) else ""
    return _person(value)


def _person(node: dict[Any, Any]) -> str:
    """The name of a person, from given and family name.

    >>> _person({"givenName": "Ada", "schema:familyName": "Lovelace"})
    'Ada Lovelace'
    """
    parts = {str(key).rpartition(":")[2].rpartition("/")[2]: value for key, value in node.items()}
    names = (scalar_text(parts.get(key)) for key in ("givenName", "familyName"))
    return " ".join(name for name in names if name)[:MAX_STATED]


def _has_name(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value


def link_of(value: Any) -> str:
    """The address of a value: itself, or the ``@id`` or ``url`` of a node; else empty."""
    if isinstance(value, dict):
        for key in ("@id", "url", "schema:url", "id", "@value", f"{SCHEMA}url"):
            if isinstance(value.get(key), str):
                return str(value[key]).strip()[:LINK]
        return ""
    return scalar_text(value)[:LINK]
