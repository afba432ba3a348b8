"""Identity of names: SSSOM mappings, and the one identity rule that is certain.

Identity is itself a set of claims. A curated mapping decides. Without one, an entity that states
exactly one hub repository is that repository's model. No names are merged because they are alike:
over-merging is worse than not merging.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator

from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core import graph_names, hub, iris
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import RDF

GRAPH = graph_names.IDENTITY
RULES = graph_names.IDENTITY_BY_RULE
RULE_AUTHOR = "id:rule/"
"""Prefix of the author of every mapping that a rule decided."""
SHIPPED = graph_names.SHIPPED
_SSSOM = iris.PREFIXES["sssom"]
ANNOTATED_SOURCE = Iri(iris.PREFIXES["owl"] + "annotatedSource")
ANNOTATED_TARGET = Iri(iris.PREFIXES["owl"] + "annotatedTarget")
_ANNOTATED_PROPERTY = Iri(iris.PREFIXES["owl"] + "annotatedProperty")
MODIFIER = Iri(_SSSOM + "predicate_modifier")
NOT = Literal("Not")
_SEMAPV = iris.PREFIXES["semapv"]


def quads(mappings: Iterable[Mapping]) -> Iterator[Quad]:
    """Mappings as quads of GRAPH: SSSOM in RDF, and direct triples of those not negated."""
    for row in mappings:
        local = iris.local_name(row.subject), iris.local_name(row.object)
        node = Iri(f"{GRAPH}#{iris.slug('-'.join(local))}-{_digest(row)}")
        yield node, RDF.type, Iri(_SSSOM + "Mapping"), GRAPH
        yield node, ANNOTATED_SOURCE, row.subject, GRAPH
        yield node, _ANNOTATED_PROPERTY, row.predicate, GRAPH
        yield node, ANNOTATED_TARGET, row.object, GRAPH
        justification = row.justification.removeprefix("semapv:")
        yield node, Iri(_SSSOM + "mapping_justification"), Iri(_SEMAPV + justification), GRAPH
        for name, text in (
            ("confidence", row.confidence),
            ("author_id", row.author),
            ("mapping_date", row.date),
            ("comment", row.comment),
            ("predicate_modifier", "Not" if row.negated else ""),
        ):
            if text:
                yield node, Iri(_SSSOM + name), Literal(text), GRAPH
        if not row.negated:
            yield row.subject, row.predicate, row.object, GRAPH


def from_quads(result: Iterable[Quad]) -> Iterator[Mapping]:
    """The mappings in quads of GRAPH; a node without subject, predicate or object is skipped."""
    nodes: dict[Iri, dict[Iri, Iri | Literal]] = {}
    for subject, predicate, value, _ in result:
        nodes.setdefault(subject, {})[predicate] = value
    for stored in nodes.values():
        ends = (
            stored.get(ANNOTATED_SOURCE),
            stored.get(_ANNOTATED_PROPERTY),
            stored.get(ANNOTATED_TARGET),
        )
        if not all(isinstance(end, Iri) for end in ends):
            continue
        subject, predicate, target = (Iri(str(end)) for end in ends)
        text = {
            name: str(stored.get(Iri(_SSSOM + name), ""))
            for name in ("confidence", "author_id", "mapping_date", "comment")
        }
        yield Mapping(
            subject,
            predicate,
            target,
            "semapv:" + iris.local_name(str(stored.get(Iri(_SSSOM + "mapping_justification"), ""))),
            text["confidence"],
            stored.get(MODIFIER) == NOT,
            text["author_id"],
            text["mapping_date"],
            text["comment"],
        )


def _digest(row: Mapping) -> str:
    parts = (*row.key, row.justification, row.confidence, str(row.negated), row.author, row.date)
    return hashlib.sha256("\x1f".join((*parts, row.comment)).encode()).hexdigest()[:8]


def repository_model(repositories: Iterable[object]) -> Iri | None:
    """The model of the one hub repository among some values; None where there is none, or several.

    >>> repository_model([Iri("https://huggingface.co/org/name")])
    Iri('https://w3id.org/provenance-graph/id/model/org/name')
    """
    results = {name for iri in repositories if (name := hub_name(str(iri)))}
    return iris.model(results.pop()) if len(results) == 1 else None


def hub_name(url: str) -> str:
    """``org/name`` of a hub model URL; empty for any other URL.

    >>> hub_name("https://huggingface.co/org/name/tree/main"), hub_name("https://example.org/")
    ('org/name', '')
    """
    return hub.model_name(url)


def canonical(
    entity: Iri, decided: Callable[[Iri], Iri | None], by_rule: Callable[[Iri], Iri | None]
) -> Iri:
    """The canonical IRI of an entity: curated mappings, else the rule, followed to the end.

    Chains end at the first name that nothing maps. A cycle ends at its smallest name, so that every
    member has the same canonical IRI.
    """
    seen = [entity]
    while True:
        following = decided(seen[-1]) or by_rule(seen[-1])
        if following is None or following == seen[-1]:
            return seen[-1]
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
