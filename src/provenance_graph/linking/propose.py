"""Proposals of links as SSSOM rows: a score, its evidence, and a justification.

No lookup makes a link by itself: unlike entities share names, and identifiers in public code are
often wrong. A proposal becomes a link when a person has reviewed it, as decisions on identity are
reviewed (``identify --review``): the row is then stored with an author, or with
``predicate_modifier`` Not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import CC0
from provenance_graph.acceptance.sssom import Mapping as Row
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import ID, Iri, short_id
from provenance_graph.core.terms import PG, SCHEMA, SKOS
from provenance_graph.linking.lookup import LinkCandidate, LinkLookup, domain
from provenance_graph.matching.links import doi_of
from provenance_graph.matching.outcome import COMPOSITE
from provenance_graph.model.naming.entities import kind_of
from provenance_graph.model.naming.folded import fold

HEADER: Mapping[str, str] = MappingProxyType(
    {
        "mapping_set_id": f"{ID}mappings/link-proposals",
        "mapping_set_title": "Proposed links to data outside, for review",
        "mapping_set_description": "Each row says what it rests on; none counts until reviewed.",
        "license": CC0,
    }
)
LEXICAL = "semapv:LexicalMatching"
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "model": ("model", "language", "chatbot", "transformer", "network", "llm"),
        "dataset": ("dataset", "data set", "corpus", "database", "benchmark"),
        "organization": (
            "company",
            "organi",
            "laborator",
            "institute",
            "university",
            "corporation",
            "enterprise",
            "business",
            "nonprofit",
            "startup",
            "facility",
            "education",
        ),
    }
)
"""Words by which a description fits a kind; without them a name alone proves little."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a candidate: texts to show, and the sum of their scores.

    ``composite`` says that a web site, an owner or a paper agrees besides the name.
    """

    lines: tuple[str, ...]
    score: float
    composite: bool


def proposals(
    snapshot: AcceptedSnapshot, subjects: Iterable[Iri], lookup: LinkLookup, today: str
) -> list[Row]:
    """Proposed links of some entities, best first for each; raises FetchError."""
    names = {subject: _names(snapshot, subject) for subject in dict.fromkeys(subjects)}
    results = lookup.candidates([stored[0] for stored in names.values() if stored])
    rows = [
        row
        for subject, stored in names.items()
        if stored
        for row in _rows(snapshot, subject, stored, results.get(stored[0], []), lookup, today)
    ]
    return sorted(rows, key=lambda row: (row.subject, -float(row.confidence), row.object))


def _rows(
    snapshot: AcceptedSnapshot,
    subject: Iri,
    names: list[str],
    candidates: list[LinkCandidate],
    lookup: LinkLookup,
    today: str,
) -> Iterator[Row]:
    weighed = [(evidence(snapshot, subject, names, one), one) for one in candidates]
    same = sum(results.score >= _SAME_NAME for results, _ in weighed)
    for results, one in weighed:
        if not results.score:
            continue
        rivals = f"; {same} candidates have the name" if same > 1 else ""
        score = results.score - (_RIVALS if same > 1 and not results.composite else 0.0)
        yield Row(
            subject=subject,
            predicate=one.relation or (SKOS.exactMatch if results.composite else SKOS.closeMatch),
            object=one.iri,
            justification=COMPOSITE if results.composite else LEXICAL,
            subject_label=names[0],
            object_label=one.name,
            confidence=f"{score:.2f}",
            date=today,
            comment=f"{'; '.join(results.lines)}{rivals} (looked up at {lookup.source})",
        )


_SAME_NAME, _SITE, _FITS, _RIVALS, _SUREST = 0.6, 0.3, 0.09, 0.2, 0.99


def evidence(
    snapshot: AcceptedSnapshot, subject: Iri, names: list[str], one: LinkCandidate
) -> Evidence:
    """The evidence for a candidate: a name, a web site, a description that fits the kind."""
    lines: list[str] = []
    score = 0.0
    folded = {fold(name) for name in names}
    if fold(one.name) in folded:
        lines.append(f"the same name {one.name!r}")
        score = _SAME_NAME
    elif one.relation is not None and any(fold(alias) in folded for alias in one.aliases):
        lines.append("its title names it")
        score = _SAME_NAME
    elif shared := next((alias for alias in one.aliases if fold(alias) in folded), ""):
        lines.append(f"a name of it is {shared!r}")
        score = _SAME_NAME
    if not score:
        return Evidence((), 0.0, composite=False)
    own_id = any(alias == short_id(subject) for alias in one.aliases)
    if own_id:
        lines.append(f"the same owner and name {short_id(subject)!r}")
        score += _SITE
    site = _sites(snapshot, subject) & {domain(address) for address in one.sites} - {""}
    if site:
        lines.append(f"both are at {min(site)}")
        score += _SITE
    cited = one.iri in _papers(snapshot, subject)
    if cited:
        lines.append("a source names this paper")
        score += _SITE
    words = WORDS.get(kind_of(snapshot, subject), ())
    fits = any(word in one.description.casefold() for word in words)
    if fits:
        lines.append(f"described as {one.description!r}")
        score += _FITS
    return Evidence(tuple(lines), min(score, _SUREST), composite=bool(site) or own_id or cited)


def _names(snapshot: AcceptedSnapshot, subject: Iri) -> list[str]:
    """The accepted names of an entity, its label first."""
    text = snapshot.label(subject) or short_id(subject).rpartition("/")[2]
    others = [
        value.lexical
        for term in (SCHEMA.name, SCHEMA.alternateName)
        for value in snapshot.values(subject, term)
        if isinstance(value, Literal)
    ]
    return list(dict.fromkeys([text, *others]))


def _papers(snapshot: AcceptedSnapshot, subject: Iri) -> set[str]:
    """The DOIs of the papers that sources state for an entity, in the form of links."""
    addresses = (str(value) for value in snapshot.values(subject, PG.paper))
    return {doi for one in addresses if (doi := doi_of(one))}


def _sites(snapshot: AcceptedSnapshot, subject: Iri) -> set[str]:
    """The hosts of an entity's own web sites."""
    return {
        domain(str(value))
        for term in (PG.homepage, SCHEMA.sameAs)
        for value in snapshot.values(subject, term)
    } - {""}
