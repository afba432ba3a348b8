"""Proposes links of entities to external data, as SSSOM mappings, from statements of sources only.

A link rests on a statement: a repository that a source names or from which a record was read, a
paper it cites, a Wikidata page it gives, a licence it names. No network access is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import (
    CC0,
    COLUMNS,
    Mapping,
    prefixes,
    read_table,
    write_sssom,
)
from provenance_graph.core import papers
from provenance_graph.core.claims import AcceptanceStatus, Basis, SourcedClaim, Stance
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import ID, Iri, is_iri, short_id
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, SKOS
from provenance_graph.model.bundles.gather import hub_repository, licence_info

HEADER: Dict[str, str] = MappingProxyType(
    {
        "mapping_set_id": f"{ID}mappings/links",
        "mapping_set_title": "Links to data outside",
        "mapping_set_description": "Proposed from what sources state; each row names the record.",
        "license": CC0,
    }
)
_SPACE = prefixes()
STATED = "semapv:BackgroundKnowledgeBasedMatching"
SAME_ID = "semapv:LexicalMatching"
EXACT, RELATED = SKOS.exactMatch, SKOS.relatedMatch
Target = Callable[[AcceptedSnapshot, Iri, list[SourcedClaim]], Iterator[Mapping]]
"""A function that yields the links of an entity to one target, from its claims that count."""

_WIKIDATA = re.compile(r"https?://(?:www\.)?wikidata\.org/(?:wiki|entity)/(Q[1-9]\d*)")
_ROR = re.compile(r"https?://(?:www\.)?ror\.org/(0[a-z0-9]{6}\d{2})")
_SURE: Dict[Basis, str] = {
    Basis.DEVELOPER: "0.99",
    Basis.ARTIFACT: "0.99",
    Basis.MEASUREMENT: "0.9",
    Basis.THIRD_PARTY: "0.9",
    Basis.INFERENCE: "0.7",
}
"""The confidence of a link by the basis of its statement; an estimate gives no link."""


def links(
    snapshot: AcceptedSnapshot, subjects: Iterable[Iri], targets: Iterable[str] = ()
) -> list[Mapping]:
    """Links of entities to external data, each once with the highest confidence, sorted by key.

    ``targets`` are keys of TARGETS, by default all; raises UsageError for an unknown one.
    """
    wanted = list(targets) or list(TARGETS)
    if unknown := [target for target in wanted if target not in TARGETS]:
        raise UsageError(f"no target {unknown[0]!r}; there are {', '.join(TARGETS)}")
    best: dict[tuple[Iri, Iri, Iri], Mapping] = {}
    requested = list(dict.fromkeys(map(snapshot.canonical, subjects)))
    for row in starter():
        subject = snapshot.canonical(row.subject)
        if subject in requested and _target_of(row.object) in wanted:
            best[subject, row.predicate, row.object] = replace(row, subject=subject)
    for subject in requested:
        stored = [claim for claim in snapshot.claims(subject) if _counts(claim)]
        for target in wanted:
            for result in TARGETS[target](snapshot, subject, stored):
                known = best.get(result.key)
                if known is None or (result.confidence, result.date) > (
                    known.confidence,
                    known.date,
                ):
                    best[result.key] = result
    return sorted(best.values(), key=lambda link: link.key)


@cache
def starter() -> tuple[Mapping, ...]:
    """The shipped links of well-known entities, read in public documents that their rows name."""
    file = folder("data") / "links.sssom.tsv"
    return read_table(file.read_text(encoding="utf-8"), file.name).rows if file.exists() else ()


def _target_of(address: Iri) -> str:
    """The target to which an address belongs, or the empty string."""
    spaces = {"doi": "doi", "wikidata": "wikidata", "ror": "ror", "hub": "hf", "spdx": "spdx3"}
    return next((name for name, key in spaces.items() if address.startswith(_SPACE[key])), "")


def everything(snapshot: AcceptedSnapshot) -> list[Iri]:
    """Every model and dataset of a store, and the subjects of the shipped links."""
    kinds = (PG.Model, PG.Dataset)
    known = {s for kind in kinds for s, *_ in snapshot.quads(None, RDF.type, kind)}
    return sorted(known | {snapshot.canonical(row.subject) for row in starter()})


def _counts(sourced: SourcedClaim) -> bool:
    """Whether a claim can support a link: accepted or alternative, stated, and not an estimate."""
    return (
        sourced.status in (AcceptanceStatus.ACCEPTED, AcceptanceStatus.ALTERNATIVE)
        and sourced.claim.stance in (Stance.STATED, Stance.PARTLY_STATED)
        and sourced.basis in _SURE
    )


def _link(
    snapshot: AcceptedSnapshot, sourced: SourcedClaim, predicate: Iri, target: str, what: str
) -> Mapping:
    sure = _SURE[sourced.basis]
    return Mapping(
        subject=sourced.subject,
        predicate=predicate,
        object=Iri(target),
        justification=STATED,
        subject_label=label(snapshot, sourced.subject) or short_id(sourced.subject),
        confidence=sure if sourced.status is AcceptanceStatus.ACCEPTED else "0.5",
        date=sourced.header.retrieved[:10],
        source=sourced.header.record,
        comment=f"{what} ({sourced.basis.label} of {short_id(sourced.header.publisher)})",
    )


def _hub(
    snapshot: AcceptedSnapshot, subject: Iri, sourced_claims: list[SourcedClaim]
) -> Iterator[Mapping]:
    """Yield the repository that a source names, or from which a namesake record was read."""
    dataset = any(c.claim.value == PG.Dataset for c in sourced_claims)
    folder = "datasets/" if dataset else ""
    for claim in sourced_claims:
        if claim.claim.predicate == PG.hubRepository:
            if name := hub_repository(str(claim.claim.value), dataset=dataset):
                page = f"{_SPACE['hf']}{folder}{name}"
                yield _link(snapshot, claim, EXACT, page, "a source names the repository")
        elif short_id(subject) == (name := hub_repository(claim.header.document, dataset=dataset)):
            page = f"{_SPACE['hf']}{folder}{name}"
            result = _link(snapshot, claim, EXACT, page, "a record was read there")
            yield replace(result, confidence="1.0")


def doi_of(address: str) -> str:
    """The DOI address of a paper at doi.org or arXiv, as used in links; else the empty string.

    >>> doi_of("https://arxiv.org/pdf/2412.19437v1")
    'https://doi.org/10.48550/arXiv.2412.19437'
    """
    return (papers.doi_address(address) or papers.arxiv_doi(address)) if is_iri(address) else ""


def _doi(
    snapshot: AcceptedSnapshot,
    subject: Iri,  # noqa: ARG001
    sourced_claims: list[SourcedClaim],
) -> Iterator[Mapping]:
    """Yield DOIs of papers as related; a DOI stated as sameAs is the entity's own."""
    for claim in sourced_claims:
        address = str(claim.claim.value)
        if claim.claim.predicate not in (PG.paper, SCHEMA.sameAs):
            continue
        own = claim.claim.predicate == SCHEMA.sameAs
        doi = doi_of(address)
        if doi and papers.doi_address(address):
            what = "a source gives it as the entity's own" if own else "a source cites the paper"
            yield _link(snapshot, claim, EXACT if own else RELATED, doi, what)
        elif doi:
            yield _link(snapshot, claim, RELATED, doi, "the DOI that arXiv gives the paper cited")


def _spdx(
    snapshot: AcceptedSnapshot,
    subject: Iri,  # noqa: ARG001
    sourced_claims: list[SourcedClaim],
) -> Iterator[Mapping]:
    """Yield the licences that sources state, if they are on the SPDX list."""
    for claim in sourced_claims:
        licence = claim.claim.value
        if claim.claim.predicate != DCTERMS.license or not isinstance(licence, Iri):
            continue
        if licence.startswith(_SPACE["licence"]):
            info = licence_info(snapshot, licence)
            result = _link(
                snapshot, claim, EXACT, f"{_SPACE['spdx3']}{info.key}", "the id on SPDX's list"
            )
            yield replace(
                result,
                subject=licence,
                subject_label=info.label,
                object_label=info.label,
                justification=SAME_ID,
                confidence="1.0",
                comment="the same id on SPDX's list, in the form of its version 3",
            )


def _identifiers(
    space: str, form: re.Pattern[str], predicates: Dict[Iri, Iri], what: str
) -> Target:
    """A target that links to records of a registry named by sources; names are never looked up.

    ``form`` matches an address of the registry, with the identifier as its group. ``predicates``
    maps the properties that name a record to the mapping predicate of the link.
    """

    def proposed(
        snapshot: AcceptedSnapshot,
        subject: Iri,  # noqa: ARG001
        sourced_claims: list[SourcedClaim],
    ) -> Iterator[Mapping]:
        for claim in sourced_claims:
            predicate = predicates.get(claim.claim.predicate)
            match = form.fullmatch(str(claim.claim.value or ""))
            if match and predicate:
                yield _link(snapshot, claim, predicate, f"{_SPACE[space]}{match[1]}", what)

    return proposed


TARGETS: Dict[str, Target] = MappingProxyType(
    {
        "doi": _doi,
        "hub": _hub,
        "ror": _identifiers("ror", _ROR, {SCHEMA.sameAs: EXACT}, "a source names it"),
        "spdx": _spdx,
        "wikidata": _identifiers(
            "wikidata",
            _WIKIDATA,
            {SCHEMA.sameAs: EXACT, RDFS.seeAlso: RELATED},
            "a source names the item",
        ),
    }
)
"""The supported link targets, by name."""


def merged(text: str, result: Iterable[Mapping], where: str) -> tuple[str, int]:
    """Append missing links to a table of mappings; return the text and the number of added links.

    Existing rows stay, whoever wrote them. Raises RecordError if the text is not a table of
    mappings, and UsageError if it has columns that would be lost.
    """
    body = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    table = read_table(text, where)
    if body and (other := set(body[0].split("\t")) - set(COLUMNS)):
        raise UsageError(
            f"{where}: column {min(other)} is not ours; keep links in a file of their own"
        )
    known = {row.key for row in table.rows}
    added = [link for link in result if link.key not in known]
    return write_sssom([*table.rows, *added], table.header or HEADER), len(added)
