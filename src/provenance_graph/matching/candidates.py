"""Pairs of model names: merged by rule, open candidates, and barred.

A wrong merge is worse than a missing one: a rule merges only if nothing contradicts it. Pairs that
rules leave open or bar are listed with their reasons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import SKOS
from provenance_graph.matching.entities import entities
from provenance_graph.matching.names import preference
from provenance_graph.matching.neighbourhood import entities_of, has_keys, sharing
from provenance_graph.matching.organizations import Organizations
from provenance_graph.matching.outcome import LEXICAL, Pair, PairVerdict
from provenance_graph.matching.rules import Matcher

MIN_CONFIDENCE = 0.5
"""The least confidence of a pair that is shown."""


def candidates(snapshot: AcceptedSnapshot, known: Organizations | None = None) -> list[Pair]:
    """Candidate pairs for a person's decision, and pairs merged by rule, by falling confidence.

    Names that are merged already are not pairs.
    """
    return [
        pair
        for pair in left_open(snapshot, compared(snapshot, known or Organizations(snapshot)))
        if pair.decided
        or (pair.verdict is PairVerdict.CANDIDATE and pair.confidence >= MIN_CONFIDENCE)
    ]


def left_open(snapshot: AcceptedSnapshot, pairs: Iterable[Pair]) -> list[Pair]:
    """Mark pairs as open that the rules would merge now, if the store holds decisions by rule.

    Such a merge rests on names that entities have only through other mappings: an offer that leaves
    "Instruct" out gives the model its shorter name. A store without decisions by rule gives the
    pairs unchanged.
    """
    if not any(True for _ in snapshot.quads(graph=identity.RULES)):
        return list(pairs)
    return [
        replace(pair, verdict=PairVerdict.CANDIDATE, contra=(*pair.contra, _SECOND_HAND))
        if pair.decided
        else pair
        for pair in pairs
    ]


_SECOND_HAND = (
    "a name that is the same comes from another mapping, not from the entity's own records"
)


def compared(
    snapshot: AcceptedSnapshot,
    known: Organizations,
    makers: frozenset[Iri] | None = None,
    members: Collection[Iri] | None = None,
) -> list[Pair]:
    """Every pair of names with a verdict, by falling confidence.

    If the store has name keys, only names that share a spelling with another name are read: no rule
    compares others, and memory is bounded by the names to compare. ``members`` are these names, if
    the caller has read the keys already.
    """
    if members is None and not snapshot.as_of and has_keys(snapshot):
        members = sharing(snapshot)
    return Matcher(entities(snapshot, known, makers, members), denied(snapshot)).run()


def compared_among(
    snapshot: AcceptedSnapshot, known: Organizations, members: Collection[Iri]
) -> list[Pair]:
    """Every pair among some names, given with all names that share a spelling with any of them."""
    return Matcher(entities_of(snapshot, known, members), denied(snapshot)).run()


def decisions(pairs: Iterable[Pair]) -> list[Mapping]:
    """The mappings that merge pairs decided by rule: one row per name that is not preferred."""
    groups: dict[Iri, set[Iri]] = {}
    chosen = [pair for pair in pairs if pair.decided]
    for pair in chosen:
        joined = groups.get(pair.subject, {pair.subject}) | groups.get(pair.other, {pair.other})
        groups.update(dict.fromkeys(joined, joined))
    direct = {pair.key: pair for pair in chosen}
    first: dict[Iri, Pair] = {}
    for pair in chosen:
        first.setdefault(pair.subject, pair)
        first.setdefault(pair.other, pair)
    rows = []
    for name, group in groups.items():
        head = min(group, key=preference)
        if name != head:
            rows.append(_row(name, head, direct.get(frozenset((name, head))), first[name]))
    return sorted(rows)


def _row(name: Iri, head: Iri, pair: Pair | None, any_pair: Pair) -> Mapping:
    if pair is not None:
        why, sure, how, rule = (
            "; ".join(pair.pro),
            f"{pair.confidence:.2f}",
            pair.justification,
            pair.rule,
        )
    else:
        other = any_pair.other if any_pair.subject == name else any_pair.subject
        why = f"by {short_id(other)}: {'; '.join(any_pair.pro)}"
        sure, how, rule = "0.90", LEXICAL, any_pair.rule
    return Mapping(name, SKOS.exactMatch, head, how, sure, comment=why, author=rule)


def denied(snapshot: AcceptedSnapshot) -> set[frozenset[Iri]]:
    """Pairs of names that a person decided are different entities."""

    def ends(node: Iri, part: Iri) -> list[Iri]:
        quads = snapshot.quads(node, part, graph=identity.GRAPH)
        return [value for *_, value, _ in quads if isinstance(value, Iri)]

    return {
        frozenset((one, other))
        for node, *_ in snapshot.quads(
            predicate=identity.MODIFIER, object=identity.NOT, graph=identity.GRAPH
        )
        for one in ends(node, identity.ANNOTATED_SOURCE)
        for other in ends(node, identity.ANNOTATED_TARGET)
    }
