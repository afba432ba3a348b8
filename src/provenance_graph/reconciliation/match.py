"""Entities that a name may denote, each with a score and its features.

The score is from 0 to 100. Without property values it is the similarity of the names (``name``);
property values in a query make up 40 of the 100. A candidate is a *match* only if one of its names
is equal without case and punctuation, every given value agrees, and no other entity has the same
name (entities known only by one catalogue's id do not count). A suffix such as ``-Instruct`` or a
size is part of a name, so that a variant never matches.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rapidfuzz import fuzz

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import deadline
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import ID, Iri, is_iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, SCHEMA, SKOS, XSD
from provenance_graph.model.fields import property_named
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.naming.table import is_own
from provenance_graph.model.search.index import SearchIndex

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "model": "Model",
        "dataset": "Dataset",
        "organization": "Organisation",
        "licence": "Licence",
    }
)
"""The kinds that can be matched: the kind in the search index, and its display name."""
MAX_QUERIES = 1_000
"""The most queries of one batch; a larger batch is refused."""
MAX_CANDIDATES = 50
MAX_TEXT = 500
_LOOKED_AT = 40
_PROPERTIES_WEIGHT = 0.4
_MATCH_SCORE = 95.0


@dataclass(frozen=True, slots=True)
class PropertyCondition:
    """Values that a property should have; ``required`` drops candidates that have none of them."""

    property: str
    values: tuple[str, ...]
    required: bool = False
    quantifier: str = "any"


@dataclass(frozen=True, slots=True)
class Query:
    """A query: a text, kinds of entities, and property values."""

    text: str
    kinds: tuple[str, ...] = ()
    limit: int = 10
    conditions: tuple[PropertyCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """An entity that a query may denote; ``features`` are the parts of its score."""

    iri: Iri
    name: str
    kind: str
    description: str
    score: float
    match: bool
    features: tuple[tuple[str, str, float | bool], ...]


def entity_id(iri: Iri | str) -> str:
    """The id of an entity in the protocol: its IRI without the project's prefix.

    >>> entity_id("https://w3id.org/provenance-graph/id/model/org/name")
    'model/org/name'
    """
    return str(iri).removeprefix(ID)


def entity_of(identifier: str) -> Iri:
    """The IRI of an id; raises UsageError for an invalid id."""
    whole = identifier if "://" in identifier else f"{ID}{identifier}"
    if not identifier or not is_iri(whole):
        raise UsageError(
            f"{identifier[:80]!r} is not an id of this service, such as model/org/name"
        )
    return Iri(whole)


def kind_named(text: str) -> str:
    """The kind for a client's type name; raises UsageError with near ones for an unknown type."""
    folded = text.strip().casefold().rpartition("#")[2].rpartition("/")[2]
    folded = {"organisation": "organization", "license": "licence"}.get(folded, folded)
    if folded in TYPES:
        return folded
    near = difflib.get_close_matches(folded, TYPES, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(TYPES)}"
    raise UsageError(f"no type {text[:80]!r}; {hint}")


def match(snapshot: AcceptedSnapshot, query: Query) -> list[MatchCandidate]:
    """The candidates of a query, best first; raises UsageError for an unknown property."""
    return match_all(snapshot, [query])[0]


def match_all(snapshot: AcceptedSnapshot, queries: Sequence[Query]) -> list[list[MatchCandidate]]:
    """The candidates of each query of a batch, in order.

    A repeated query is answered once, and the names of an entity are read once for the whole batch.
    """
    names: dict[Iri, frozenset[str]] = {}
    answers = {query: _matched(snapshot, query, names) for query in dict.fromkeys(queries)}
    return [answers[query] for query in queries]


def _matched(
    snapshot: AcceptedSnapshot, query: Query, names: dict[Iri, frozenset[str]]
) -> list[MatchCandidate]:
    deadline.check()
    kinds = query.kinds or tuple(TYPES)
    conditions = [(c, _property(snapshot, c.property)) for c in query.conditions]
    text = query.text.strip()[:MAX_TEXT]
    listed = SearchIndex.open(snapshot)
    if text:
        results = listed.search(text, _LOOKED_AT, kinds).items
    else:
        results = [
            item
            for iri in _with_values(snapshot, conditions)
            for item in listed.search(iri, 1, kinds).items
            if item["kind"] in kinds
        ]
    scored = []
    for item in results:
        iri = Iri(str(item["iri"]))
        if iri not in names:
            names[iri] = _names(snapshot, iri, item)
        one = _scored(snapshot, text, item, names[iri], conditions)
        if one is not None:
            scored.append(one)
    scored.sort(key=lambda one: (-one.score, not is_own(one.iri), -_weight(one), one.iri))
    best = scored[: max(1, min(query.limit, MAX_CANDIDATES))]
    return [replace(one, match=_is_match(one, scored)) for one in best]


def _with_values(
    snapshot: AcceptedSnapshot, conditions: Iterable[tuple[PropertyCondition, Iri]]
) -> list[Iri]:
    """The first entities with one of the values of a condition, for a query without a text."""
    results: dict[Iri, None] = {}
    for condition, prop in conditions:
        for text in condition.values:
            candidates: list[Value] = [Literal(text)]
            candidates += [Literal(text, kind) for kind in (XSD.integer, XSD.decimal, XSD.date)]
            if is_iri(whole := text if "://" in text else f"{ID}{text}"):
                candidates.append(Iri(whole))
            for value in candidates:
                results |= dict.fromkeys(snapshot.related(prop, value)[:_LOOKED_AT])
    return list(results)[:_LOOKED_AT]


def _names(snapshot: AcceptedSnapshot, iri: Iri, item: Mapping[str, object]) -> frozenset[str]:
    """The folded names of an entity: label, id, the id's last part, aliases, accepted names."""
    aliases, identifier = item.get("aliases"), str(item["id"])
    names = {
        str(item["name"]),
        identifier,
        identifier.rpartition("/")[2],
        str(iri),
        local_name(iri),
    }
    names |= set(map(str, aliases)) if isinstance(aliases, list) else set()
    names |= {
        value.lexical
        for term in (SCHEMA.name, SCHEMA.alternateName, DCTERMS.identifier, SKOS.notation)
        for value in snapshot.values(iri, term)
        if isinstance(value, Literal)
    }
    return frozenset(map(fold, names))


def _scored(
    snapshot: AcceptedSnapshot,
    text: str,
    item: Mapping[str, object],
    names: frozenset[str],
    conditions: Iterable[tuple[PropertyCondition, Iri]],
) -> MatchCandidate | None:
    iri, name, kind = Iri(str(item["iri"])), str(item["name"]), str(item["kind"])
    sought = fold(text)
    exact = sought in names
    likeness = 100.0 if exact else max(fuzz.ratio(sought, one) for one in names)
    likeness = likeness if sought else 0.0
    features: list[tuple[str, str, float | bool]] = [
        ("name", "likeness of the names", round(likeness, 1)),
        ("exact", "the same name without case and punctuation", exact),
    ]
    agreements: list[float] = []
    for condition, prop in conditions:
        share = _agreement(snapshot, iri, prop, condition)
        if condition.required and not share:
            return None
        agreements.append(share)
        features.append(
            (
                f"property:{condition.property}",
                f"values of {condition.property} that agree",
                round(100 * share, 1),
            )
        )
    score = likeness
    if agreements:
        mean = 100 * sum(agreements) / len(agreements)
        weight = _PROPERTIES_WEIGHT if sought else 1.0
        score = (1 - weight) * likeness + weight * mean
    mentions = item.get("mentions")
    features.append(
        ("mentions", "entities that name it", float(mentions if isinstance(mentions, int) else 0))
    )
    return MatchCandidate(
        iri, name, kind, _description(item), round(score, 1), False, tuple(features)
    )


def _description(item: Mapping[str, object]) -> str:
    makers = item.get("developers")
    by = [
        str(one.get("label") or one.get("id")) if isinstance(one, dict) else str(one)
        for one in (makers if isinstance(makers, list) else [])
    ]
    kind = TYPES.get(str(item["kind"]), str(item["kind"])).casefold()
    made = f" by {', '.join(by[:2])}" if by else ""
    day = f", {item['released']}" if item.get("released") else ""
    return f"{kind} {item['id']}{made}{day}"


def _weight(one: MatchCandidate) -> float:
    return float({key: value for key, _, value in one.features}.get("mentions", 0))


def _is_match(one: MatchCandidate, all_: Iterable[MatchCandidate]) -> bool:
    values = {key: value for key, _, value in one.features}
    agreed = all(v == 100.0 for key, v in values.items() if key.startswith("property:"))
    rivals = [other for other in all_ if other.iri != one.iri and other.score >= one.score]
    alone = not any(is_own(other.iri) or not is_own(one.iri) for other in rivals)
    return bool(values["exact"]) and agreed and one.score >= _MATCH_SCORE and alone


def _property(snapshot: AcceptedSnapshot, name: str) -> Iri:
    try:
        return property_named(snapshot, name[:200])
    except NotFound as missing:
        raise UsageError(str(missing)) from missing


def _agreement(
    snapshot: AcceptedSnapshot, iri: Iri, prop: Iri, condition: PropertyCondition
) -> float:
    """The share of given values with which the accepted values agree, between 0 and 1."""
    if not condition.values:
        return 0.0
    stored = snapshot.values(iri, prop)
    hits = [any(_same(snapshot, value, text) for value in stored) for text in condition.values]
    if condition.quantifier == "none":
        return float(not any(hits))
    if condition.quantifier == "all":
        return sum(hits) / len(hits)
    return float(any(hits))


def _same(snapshot: AcceptedSnapshot, value: Value, text: str) -> bool:
    if isinstance(value, Iri):
        names = {short_id(value), entity_id(value), str(value), snapshot.label(value)}
        return fold(text) in {fold(name) for name in names if name}
    if value.lexical == text or (fold(text) and fold(value.lexical) == fold(text)):
        return True
    try:
        return float(value.lexical) == float(text)
    except ValueError:
        return len(text) >= 4 and value.lexical.startswith(f"{text}-")  # a year, or a month
