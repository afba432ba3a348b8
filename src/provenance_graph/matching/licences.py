"""Rules for names of licences: spellings of the reference licences' own names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from provenance_graph import reference
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SKOS
from provenance_graph.matching.organizations import stated_values
from provenance_graph.matching.outcome import Pair, PairVerdict
from provenance_graph.store.values import QuadSource

RULE = "id:rule/licence-spelling"
_WORDS = re.compile(r"\b(?:the|license|licence|agreement|community|version)\b")


def squashed(name: str) -> str:
    """Normalise a licence's name: without case, separators and words common to licences.

    >>> squashed("Apache License, Version 2.0") == squashed("apache-2.0")
    True
    """
    folded = _WORDS.sub(" ", re.sub(r"[-_,]+", " ", name.casefold()))
    folded = re.sub(r"\bv(?=\d)", "", folded)
    return re.sub(r"[^a-z0-9.+]+", "", folded).removesuffix(".0")


def licences(snapshot: AcceptedSnapshot, used: Iterable[Iri] | None = None) -> list[Pair]:
    """Pairs of a stated licence and the reference licence of the same squashed name.

    ``used`` are the licences to compare; by default all that any record states.
    """
    known = reference.parsed(snapshot, _reference_names)
    if used is None:
        used = {value for _, value in stated_values(snapshot, DCTERMS.license)}
    pairs: list[Pair] = []
    for licence in sorted(used):
        if licence in known.licences or "/expression/" in licence:
            continue
        results = {
            other
            for text in {local_name(licence), *_spellings(snapshot, licence)}
            for other in known.named.get(squashed(text), ())
        }
        if len(results) == 1:
            why = "the reference licence's name, written otherwise"
            pairs.append(Pair(licence, results.pop(), PairVerdict.SAME, RULE, 0.95, (why,)))
        else:
            against = (f"{len(results)} licences have the name",)
            pairs += [
                Pair(licence, other, PairVerdict.CANDIDATE, RULE, 0.6, ("one name",), against)
                for other in sorted(results)
            ]
    return pairs


@dataclass(frozen=True, slots=True)
class _ReferenceNames:
    """The reference licences, and reference licences by squashed name."""

    licences: frozenset[Iri]
    named: Mapping[str, frozenset[Iri]]


def _reference_names(source: QuadSource) -> _ReferenceNames:
    licences = frozenset(s for s, *_ in source.quads(predicate=RDF.type, object=PG.Licence))
    named: dict[str, set[Iri]] = defaultdict(set)
    for licence in licences:
        for text in {local_name(licence), *_spellings(source, licence)}:
            named[squashed(text)].add(licence)
    return _ReferenceNames(licences, {text: frozenset(of) for text, of in named.items()})


def _spellings(source: QuadSource, licence: Iri) -> Iterator[str]:
    for predicate in (SKOS.prefLabel, SKOS.altLabel, RDFS.label, SKOS.notation):
        for *_, value, _ in source.quads(licence, predicate):
            if isinstance(value, Literal):
                yield value.lexical
