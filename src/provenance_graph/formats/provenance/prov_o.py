"""Conversion of PROV-O documents to PROV-JSON, with the ontology's classes and properties.

Turtle and JSON-LD are read. A node without a class of PROV is an entity, so that its attributes
stay with the run; a qualified usage gives its role to the usage.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

import pyoxigraph as ox

from provenance_graph.core import iris
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.terms import RDF
from provenance_graph.formats import statements
from provenance_graph.formats.document import Document, Features, once
from provenance_graph.formats.fields import jsonld
from provenance_graph.formats.mldcat.vocabularies import is_profile
from provenance_graph.formats.rdf import syntax

MAX_TRIPLES = 1_000_000
_NS = iris.PREFIXES["prov"]
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("Entity", "Plan", "Collection", "EmptyCollection", "Bundle"), "entity"),
        "Activity": "activity",
        **dict.fromkeys(("Agent", "Organization", "Person", "SoftwareAgent"), "agent"),
    }
)
_ENTITY, _ACTIVITY, _AGENT = "entity", "activity", "agent"
RELATIONS: Mapping[str, tuple[str, str, str, str, str]] = MappingProxyType(
    {
        name: (kind, left, right, left_kind, right_kind)
        for kind, left, right, left_kind, right_kind, names in (
            (
                "wasDerivedFrom",
                "prov:generatedEntity",
                "prov:usedEntity",
                _ENTITY,
                _ENTITY,
                "wasDerivedFrom hadPrimarySource wasQuotedFrom wasRevisionOf",
            ),
            (
                "wasGeneratedBy",
                "prov:entity",
                "prov:activity",
                _ENTITY,
                _ACTIVITY,
                "wasGeneratedBy",
            ),
            ("wasGeneratedBy", "prov:activity", "prov:entity", _ACTIVITY, _ENTITY, "generated"),
            ("used", "prov:activity", "prov:entity", _ACTIVITY, _ENTITY, "used"),
            ("wasAttributedTo", "prov:entity", "prov:agent", _ENTITY, _AGENT, "wasAttributedTo"),
            (
                "wasAssociatedWith",
                "prov:activity",
                "prov:agent",
                _ACTIVITY,
                _AGENT,
                "wasAssociatedWith",
            ),
            (
                "specializationOf",
                "prov:specificEntity",
                "prov:generalEntity",
                _ENTITY,
                _ENTITY,
                "specializationOf",
            ),
            ("alternateOf", "prov:alternate1", "prov:alternate2", _ENTITY, _ENTITY, "alternateOf"),
            (
                "wasInformedBy",
                "prov:informed",
                "prov:informant",
                _ACTIVITY,
                _ACTIVITY,
                "wasInformedBy",
            ),
            ("hadMember", "prov:collection", "prov:entity", _ENTITY, _ENTITY, "hadMember"),
            (
                "actedOnBehalfOf",
                "prov:delegate",
                "prov:responsible",
                _AGENT,
                _AGENT,
                "actedOnBehalfOf",
            ),
            ("wasStartedBy", "prov:activity", "prov:trigger", _ACTIVITY, _ENTITY, "wasStartedBy"),
            ("wasEndedBy", "prov:activity", "prov:trigger", _ACTIVITY, _ENTITY, "wasEndedBy"),
            (
                "wasInvalidatedBy",
                "prov:entity",
                "prov:activity",
                _ENTITY,
                _ACTIVITY,
                "wasInvalidatedBy",
            ),
            (
                "wasInfluencedBy",
                "prov:influencee",
                "prov:influencer",
                _ENTITY,
                _ENTITY,
                "wasInfluencedBy",
            ),
        )
        for name in names.split()
    }
)
"""PROV-O's properties: the relation of PROV-JSON, the names of its two ends, and their kinds."""

_USED_TERM = re.compile(
    r"(?:\bprov:|/ns/prov#)(?:Entity|Activity|used|wasGeneratedBy|wasAssociatedWith)\b"
)


def is_prov_o(features: Features) -> bool:
    """Whether a document's head uses PROV-O, and no vocabulary that has a reader of its own."""
    if features.syntax == "trig":
        head = "\n".join(features.lines)
    elif features.syntax == "json" and isinstance(features.value, (dict, list)):
        head = _typed_nodes(features.value)
    else:
        return False
    own = iris.NS in head or is_profile(head)
    return _NS in head and not own and _USED_TERM.search(head) is not None


def _typed_nodes(value: Any) -> str:
    """The context and the types of the first nodes of a JSON-LD document, as text.

    Empty for an RO-Crate and for documents without a PROV type: other vocabularies may use PROV
    too.
    """
    if jsonld.is_crate(value):
        return ""
    whole = value if isinstance(value, dict) else {"@graph": value}
    nodes = [n for n in statements.as_list(whole.get("@graph", whole))[:50] if isinstance(n, dict)]
    types = [node.get("@type") for node in nodes]
    prov = [t for each in types for t in statements.as_list(each) if _USED_TERM.search(str(t))]
    if not prov:
        return ""
    context = json.dumps(whole.get("@context"), default=str)[:200_000]
    if _OTHERS.search(context):
        return ""
    return f"{context} {_NS if _NS in str(prov) else ''} {prov}"


_OTHERS = re.compile(
    r"w3id\.org/(?:ro/crate|fair4ml|codemeta)|mlcommons\.org|spdx\.(?:org|github\.io)"
)


@once
def as_json(document: Document) -> dict[str, Any]:
    """The document as PROV-JSON; raises Unreadable with the line of a syntax error."""
    quads = list(islice(syntax.parsed(document), MAX_TRIPLES + 1))
    if len(quads) > MAX_TRIPLES:
        raise Unreadable(document.url, f"more than {MAX_TRIPLES:,} triples; split the file")
    prefixes = _prefixes(document)
    short, text = _Shortener(prefixes), _ProvNames()
    kinds: dict[str, str] = {}
    attributes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    relations: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for quad in quads:
        if not isinstance(quad.subject, (ox.NamedNode, ox.BlankNode)):
            continue
        node, predicate = short(text(quad.subject)), quad.predicate.value
        value, is_node = text(quad.object), not isinstance(quad.object, ox.Literal)
        display_text, local = short(value) if is_node else value, predicate.removeprefix(_NS)
        kinds.setdefault(node, "")
        if predicate == RDF.type:
            kinds[node] = kinds[node] or _KINDS.get(value.removeprefix(_NS), "")
            attributes[node]["prov:type"].append(display_text)
        elif predicate.startswith(_NS) and local in RELATIONS and is_node:
            kind, left, right, left_kind, right_kind = RELATIONS[local]
            kinds[node] = kinds[node] or left_kind
            kinds[display_text] = kinds.get(display_text) or right_kind
            relations[kind][f"_:{kind}{len(relations[kind])}"] = {left: node, right: display_text}
        else:
            key = f"prov:{local}" if predicate.startswith(_NS) else iris.local_name(predicate)
            attributes[node][_TIMES.get(key, key)].append(display_text)
    for usage in _roles(attributes, relations):
        kinds.pop(usage, None)
    results: dict[str, Any] = {"prefix": prefixes, **relations}
    for node, stated in kinds.items():
        results.setdefault(stated or _ENTITY, {})[node] = dict(attributes.get(node, {}))
    return results


_TIMES = MappingProxyType(
    {"prov:startedAtTime": "prov:startTime", "prov:endedAtTime": "prov:endTime"}
)


def _roles(
    attributes: Mapping[str, dict[str, list[str]]],
    relations: dict[str, dict[str, dict[str, str]]],
) -> list[str]:
    """Give usages the roles of their qualified forms; return the nodes with nothing else."""
    done: list[str] = []
    for node, stated in list(attributes.items()):
        for usage in stated.pop("prov:qualifiedUsage", ()):
            qualified = attributes.get(usage, {})
            done += [usage] if qualified.keys() <= _USAGE else []
            for entity in qualified.get("prov:entity", ()):
                end = {"prov:activity": node, "prov:entity": entity}
                known = (each for each in relations["used"].values() if end.items() <= each.items())
                one = next(known, None)
                if one is None:
                    relations["used"][f"_:used{len(relations['used'])}"] = one = end
                if role := next(iter(qualified.get("prov:hadRole", ())), ""):
                    one["prov:role"] = role
    return done


_USAGE = frozenset(("prov:type", "prov:entity", "prov:hadRole"))


class _ProvNames:
    """The texts of terms; blank nodes are numbered in order of appearance."""

    def __init__(self) -> None:
        self._blank: dict[str, str] = {}

    def __call__(self, term: object) -> str:
        if isinstance(term, ox.BlankNode):
            return self._blank.setdefault(term.value, f"_:n{len(self._blank) + 1}")
        return statements.clean(str(getattr(term, "value", "")))


_PREFIX = re.compile(r"@?prefix\s+([\w.-]*):\s*<([^<>\s]+)>", re.IGNORECASE)


def _prefixes(document: Document) -> dict[str, str]:
    """The prefixes that a document declares."""
    if document.features.syntax != "json":
        return dict(_PREFIX.findall(document.text[:100_000]))
    contexts = statements.as_list(statements.mapping(document.json).get("@context"))
    pairs = [pair for each in contexts for pair in statements.mapping(each).items()]
    return {k: v for k, v in pairs if isinstance(v, str) and v.endswith(("#", "/"))}


class _Shortener:
    """IRIs shortened by the document's prefixes, as PROV-JSON names its elements."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._longest = sorted(prefixes.items(), key=lambda item: -len(item[1]))

    def __call__(self, iri: str) -> str:
        for prefix, namespace in self._longest:
            if namespace and iri.startswith(namespace):
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return iri
