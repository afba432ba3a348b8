"""An MLDCAT-AP document as nodes, from Turtle, JSON-LD or RDF/XML, read within limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from provenance_graph.core.errors import Unreadable
from provenance_graph.core.terms import RDF
from provenance_graph.formats import statements, xml
from provenance_graph.formats.document import Document
from provenance_graph.formats.mldcat import keys
from provenance_graph.formats.mldcat.profile import CLASSES
from provenance_graph.formats.rdf.syntax import guard_contexts, guard_depth

MAX_TRIPLES = 1_000_000
_PROFILE_CONTEXT = re.compile(r"MLDCAT-AP.*/mldcat-ap\.jsonld$")


_CLASS_NAMES: Mapping[str, str] = {str(iri): name for name, iri in CLASSES.items()}

_TERMS_OF: Mapping[str, frozenset[str]] = {
    owner: frozenset(str(f.iri) for f in keys.FIELDS if f.name.partition(".")[0] == owner)
    for owner in sorted({f.name.partition(".")[0] for f in keys.FIELDS})
}
"""The properties of each class."""


@dataclass(frozen=True, slots=True)
class Value:
    """An object of a triple: a node by its name, or a text."""

    text: str
    is_node: bool


@dataclass
class Nodes:
    """The nodes of a document by name, each with its values by the property's IRI."""

    values: dict[str, dict[str, list[Value]]]
    document: Document

    def role(self, node: str) -> str:
        """The profile's class of a node; empty where it has none.

        A model that is also a dataset or a resource of DCAT is a model. A node without any class
        has the only class that has all its properties.
        """
        stated = self.values.get(node, {})
        types = stated.get(str(RDF.type), ())
        names = [name for value in types if (name := _CLASS_NAMES.get(value.text))]
        if names:
            return next((name for name in keys.CLASSES_OF_SUBJECTS if name in names), names[0])
        if any(value.text in keys.AGENTS for value in types):
            return "Agent"
        if types or not stated:
            return ""
        fitting = [n for n, terms in _TERMS_OF.items() if terms.issuperset(stated)]
        return fitting[0] if len(fitting) == 1 else ""

    def of(self, node: str, name: str) -> list[Value]:
        """The values of a node's property, by its local name in the profile: ``checksum``, ``url``."""
        owner = self.role(node)
        result = next((f for f in keys.FIELDS if f.name == f"{owner}.{name}"), None)
        return self.values.get(node, {}).get(str(result.iri), []) if result else []

    def text(self, node: str, name: str) -> str:
        """The first value of a property as text; else empty."""
        return next((value.text for value in self.of(node, name)), "")


def nodes_of(document: Document) -> Nodes:
    """The document's triples by node; raises Unreadable with the line of a syntax error."""
    result: dict[str, dict[str, list[Value]]] = {}
    blank: dict[str, str] = {}

    def name(term: object) -> str:
        if isinstance(term, ox.BlankNode):
            return blank.setdefault(term.value, f"_:n{len(blank) + 1}")
        return str(getattr(term, "value", ""))

    for count, triple in enumerate(_triples(document), 1):
        if count > MAX_TRIPLES:
            raise Unreadable(document.url, f"more than {MAX_TRIPLES:,} triples; split the file")
        if not isinstance(triple.subject, (ox.NamedNode, ox.BlankNode)):
            continue
        node = result.setdefault(name(triple.subject), {})
        value = Value(
            statements.clean(name(triple.object)), not isinstance(triple.object, ox.Literal)
        )
        node.setdefault(triple.predicate.value, []).append(value)
    return Nodes(result, document)


def without_meaning(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield keys that no context defines, which JSON-LD drops: location, key and value."""
    if document.features.syntax != "json" or not isinstance(document.json, dict):
        return
    contexts = [c for c in _with_context(document)["@context"] if isinstance(c, dict)]
    known = {key for each in contexts for key in each}
    if "@vocab" in known:
        return
    waiting: list[tuple[str, Any]] = [
        ("", {k: v for k, v in document.json.items() if k != "@context"})
    ]
    while waiting:
        where, item = waiting.pop()
        if isinstance(item, list):
            waiting += [(f"{where}/{n}", each) for n, each in enumerate(item)]
        elif isinstance(item, dict):
            for key, value in item.items():
                if key[:1] != "@" and ":" not in key and key not in known:
                    yield f"{where}/{key}", key, json.dumps(value, ensure_ascii=False)
                else:
                    waiting.append((f"{where}/{key}", value))


def _triples(document: Document) -> Iterator[ox.Quad]:
    base = document.url if document.url.startswith(("http://", "https://")) else "file:///"
    if document.features.syntax == "json":
        text, format_ = json.dumps(_with_context(document)), ox.RdfFormat.JSON_LD
        guard_contexts(text, document.url)
    elif document.features.syntax == "xml":
        xml.parsed(document.text, document.url)  # refuses entities and document types
        text, format_ = document.text, ox.RdfFormat.RDF_XML
    else:
        guard_depth(document.text, document.url)
        text, format_ = document.text, ox.RdfFormat.TRIG
    try:
        yield from ox.parse(text, format=format_, base_iri=base)
    except SyntaxError as error:
        line = f"line {error.lineno}: " if error.lineno else ""
        raise Unreadable(document.url, f"{line}{error.msg}") from error
    except (ValueError, OSError) as error:
        raise Unreadable(document.url, str(error)) from error


def _with_context(document: Document) -> dict[str, Any]:
    """The document with the profile's context in place of the context's address."""
    whole = dict(document.json)
    stated = whole.get("@context")
    contexts = []
    for each in stated if isinstance(stated, list) else [stated]:
        imported = each.get("@import") if isinstance(each, dict) else each
        if isinstance(imported, str) and _PROFILE_CONTEXT.search(imported):
            contexts.append(keys.context())
            if isinstance(each, dict):
                contexts.append({key: value for key, value in each.items() if key != "@import"})
        elif isinstance(each, dict) and "@import" not in each:
            contexts.append(each)
        else:
            what = f"its @context is at {str(imported)[:200]!r}, which is not fetched"
            raise Unreadable(document.url, f"{what}; put the context into the document")
    whole["@context"] = contexts
    return whole
