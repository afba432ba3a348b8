"""Parsed PROV-JSON: elements with their attributes, and relations by kind.

A bundle is a named set of statements: its statements are read as the document's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats.statements import as_list, mapping, scalar_text

MAX_ELEMENTS = 100_000
ELEMENTS = ("entity", "activity", "agent")

RELATIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "wasGeneratedBy": ("prov:entity", "prov:activity"),
        "used": ("prov:activity", "prov:entity"),
        "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity"),
        "wasAttributedTo": ("prov:entity", "prov:agent"),
        "wasAssociatedWith": ("prov:activity", "prov:agent"),
        "specializationOf": ("prov:specificEntity", "prov:generalEntity"),
        "alternateOf": ("prov:alternate1", "prov:alternate2"),
        "wasInformedBy": ("prov:informed", "prov:informant"),
        "hadMember": ("prov:collection", "prov:entity"),
        "actedOnBehalfOf": ("prov:delegate", "prov:responsible"),
        "wasStartedBy": ("prov:activity", "prov:trigger"),
        "wasEndedBy": ("prov:activity", "prov:trigger"),
        "wasInvalidatedBy": ("prov:entity", "prov:activity"),
        "wasInfluencedBy": ("prov:influencee", "prov:influencer"),
        "mentionOf": ("prov:specificEntity", "prov:generalEntity"),
    }
)


@dataclass(slots=True)
class ProvGraph:
    """Elements by their ids with their attributes, and relations by kind."""

    elements: dict[str, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(dict))
    kinds: dict[str, str] = field(default_factory=dict)
    relations: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    subjects: dict[str, Iri] = field(default_factory=dict)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    details: list[tuple[str, tuple[str, str], str, str]] = field(default_factory=list)
    """Further attributes of relations: kind, ends, key, text."""
    prefixes: dict[str, str] = field(default_factory=dict)

    def address(self, id_: str) -> str:
        """The full IRI of an element's id; the id itself where its prefix is not declared."""
        prefix, colon, local = id_.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else id_

    def name(self, id_: str) -> str:
        """The label or name of an element, else its id."""
        values = {k.rpartition(":")[2]: v for k, v in self.elements.get(id_, {}).items()}
        return first(values, "label", "name", "title") or id_


def parts(whole: Any) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Yield the document and its bundles, each with its location."""
    yield "", {key: value for key, value in mapping(whole).items() if key != "bundle"}
    for id_, bundle in mapping(mapping(whole).get("bundle")).items():
        yield f"/bundle/{id_}", mapping(bundle)


def parsed(whole: Any, url: str) -> tuple[ProvGraph, list[Problem]]:
    """The graph of a document, and problems such as incomplete relations; raises Unreadable."""
    if not isinstance(whole, dict):
        raise Unreadable(url, "PROV-JSON is an object")
    graph, problems = ProvGraph(), []
    for where, part in parts(whole):
        stated = mapping(part.get("prefix")).items()
        prefixes = {str(k): v for k, v in stated if isinstance(v, str)}
        if odd := [k for k, v in prefixes.items() if graph.prefixes.get(k, v) != v]:
            what = f"a bundle in which {odd[0][:80]!r} means another namespace is not read"
            problems.append(Problem(where, what, "prefixes of its own", kind="key"))
            continue
        graph.prefixes |= prefixes
        _elements(part, graph)
        if len(graph.kinds) > MAX_ELEMENTS:
            raise Unreadable(url, f"more than {MAX_ELEMENTS:,} elements")
        problems += _relations(part, where, graph)
    return graph, problems


def _elements(part: Mapping[Any, Any], graph: ProvGraph) -> None:
    for kind in ELEMENTS:
        for id_, raw in mapping(part.get(kind)).items():
            graph.kinds[str(id_)] = kind
            for stated in as_list(raw):
                for key, value in mapping(stated).items():
                    known = graph.elements[str(id_)].setdefault(str(key), [])
                    known += [plain(item) for item in as_list(value)]


def _relations(part: Mapping[Any, Any], where: str, graph: ProvGraph) -> Iterator[Problem]:
    for kind, (left, right) in RELATIONS.items():
        for id_, raw in mapping(part.get(kind)).items():
            for stated in map(mapping, as_list(raw)):
                ends = scalar_text(stated.get(left)), scalar_text(stated.get(right))
                if not all(ends):
                    shown = f"a relation with one end, {(ends[0] or ends[1])[:80]!r}"
                    yield Problem(f"{where}/{kind}/{id_}", shown, f"{left} and {right}")
                    continue
                graph.relations[kind].append(ends)
                role = scalar_text(plain(stated.get("prov:role")))
                if role and kind == "used":
                    graph.roles[ends] = role
                graph.details += [
                    (kind, ends, str(key), text)
                    for key, value in stated.items()
                    if key not in (left, right, "prov:role" if kind == "used" else left)
                    for item in as_list(value)
                    if (text := scalar_text(plain(item)))
                ]


def plain(value: Any) -> Any:
    """A value without PROV-JSON's typing: ``{"$": 3, "type": "xsd:int"}``."""
    return value.get("$") if isinstance(value, dict) and "$" in value else value


def first(values: Mapping[str, list[Any]], *keys: str) -> str:
    """The first text under the first of the keys that has one; else empty."""
    return next((scalar_text(v) for key in keys for v in values.get(key, ()) if scalar_text(v)), "")
