"""Which names of licences mean one: spellings of the reference licences' own names."""

from __future__ import annotations

import re
from collections import defaultdict

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SKOS
from provenance_graph.matching.organizations import Organizations
from provenance_graph.matching.outcome import Pair, Verdict

RULE = "id:rule/licence-spelling"
_WORDS = re.compile(r"\b(?:the|license|licence|agreement|community|version)\b")


def squashed(name: str) -> str:
    """A licence's name without case, separators and words that every licence may add.

    >>> squashed("Apache License, Version 2.0") == squashed("apache-2.0")
    True
    """
    folded = _WORDS.sub(" ", re.sub(r"[-_,]+", " ", name.casefold()))
    folded = re.sub(r"\bv(?=\d)", "", folded)
    return re.sub(r"[^a-z0-9.+]+", "", folded).removesuffix(".0")


def licences(snapshot: AcceptedSnapshot, known: Organizations) -> list[Pair]:
    """Pairs of a licence that records name and the reference licence it means."""
    del known  # licences have no developer that decides
    reference = {s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Licence)}
    named: dict[str, set[Iri]] = defaultdict(set)
    spellings: dict[Iri, set[str]] = defaultdict(set)
    for predicate in (SKOS.prefLabel, SKOS.altLabel, RDFS.label, SKOS.notation):
        for subject, *_, value, _ in snapshot.quads(predicate=predicate):
            if isinstance(value, Literal):
                spellings[subject].add(value.lexical)
    for licence in reference:
        for text in {local_name(licence), *spellings.get(licence, ())}:
            named[squashed(text)].add(licence)
    used = {o for *_, o, _ in snapshot.quads(predicate=DCTERMS.license) if isinstance(o, Iri)}
    pairs = []
    for licence in sorted(used - reference):
        if "/expression/" in licence:
            continue
        results = {
            other
            for text in {local_name(licence), *spellings.get(licence, ())}
            for other in named.get(squashed(text), ())
        }
        if len(results) == 1:
            why = "the reference licence's name, written otherwise"
            pairs.append(Pair(licence, results.pop(), Verdict.SAME, RULE, 0.95, (why,)))
        else:
            against = (f"{len(results)} licences have the name",)
            pairs += [
                Pair(licence, other, Verdict.CANDIDATE, RULE, 0.6, ("one name",), against)
                for other in sorted(results)
            ]
    return pairs
