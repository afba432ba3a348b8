"""Misspelt names: licences against the lists we know, repositories against those of the store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from provenance_graph.core.claims import Claim, Literal, Record
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import DCTERMS
from provenance_graph.licences.texts.near import figures, near_licences, parts_of_expression
from provenance_graph.model.naming.resolve import fold
from provenance_graph.shapes.findings import Finding, Severity

_FAMILY = "names a family of licences"
_SEVERAL = "several licences"
_STATED = mint("licence", "stated", "")


def licences(record: Record) -> Iterator[Finding]:
    """Licences that no list holds, and names of whole families, with near ones."""
    seen = set()
    for claim in record.claims:
        if unlisted(claim):
            key = (claim.subject, _text(claim))
            if key not in seen:
                seen.add(key)
                yield _licence(claim)


def unlisted(claim: Claim) -> bool:
    """Whether a claim names a licence that no list holds, stored as a text or as an entity."""
    if claim.predicate != DCTERMS.license:
        return False
    return bool(claim.unusable) if claim.value is None else _as_entity(claim)


def _as_entity(claim: Claim) -> bool:
    """Whether the licence is one that is known by the name alone that its source gives it."""
    return isinstance(claim.value, Iri) and claim.value.startswith(_STATED)


def _text(claim: Claim) -> str:
    """The name as the source writes it; an entity whose own name says it needs no copy."""
    if isinstance(claim.value, Iri) and not claim.as_stated:
        return unquote(claim.value.removeprefix(_STATED))
    return claim.as_stated


def _licence(claim: Claim) -> Finding:
    stated = _text(claim)
    near = near_licences(stated.partition(" (name")[0])
    known, unknown = parts_of_expression(_name(stated))
    if known:
        near = near_licences(unknown[0])
        message = f"of {_name(stated)!r} {' and '.join(map(repr, unknown))} is not known here"
    elif claim.unusable.startswith(_FAMILY):
        message = f"{stated!r} {claim.unusable}; name one"
    elif claim.unusable.startswith(_SEVERAL):
        near, message = [], f"{stated!r}: {claim.unusable}"
    else:
        message = f"{stated!r}: {claim.unusable or 'unrecognised licence'}"
    if near:
        message += f": did you mean {' or '.join(near)}?"
    grave = bool(near or known) or claim.unusable.startswith((_FAMILY, _SEVERAL))
    return Finding(
        severity=Severity.WARNING if grave else Severity.INFO,
        focus=claim.subject,
        path=DCTERMS.license,
        value=Literal(stated),
        message=message,
        shape=mint("check", "licence-name"),
        component="LicenceName",
    )


def _name(stated: str) -> str:
    """The name that a card gives beside ``other``, or the text itself."""
    match = re.search(r"\(name: (.*?)(?:; link: .*)?\)$", stated)
    return match[1] if match else stated


def meant(claim: Claim) -> str:
    """The licence that a name which no list holds most likely means, or nothing."""
    near = near_licences(_text(claim).partition(" (name")[0])
    return near[0] if near else ""


def near_repositories(asked: str, known: Iterable[str], most: int = 3) -> list[tuple[str, bool]]:
    """Repositories whose names are like one that nobody knows, each with whether it is very near.

    Very near is the same name under a like owner, or a like name under the same owner: a slip
    of the pen. The same name under another owner may be a copy of one's own.

    >>> near_repositories("metallama/Llama-3.1-8B", ["meta-llama/Llama-3.1-8B", "acme/Llama-3.1-8B"])
    [('meta-llama/Llama-3.1-8B', True), ('acme/Llama-3.1-8B', False)]
    """
    from rapidfuzz import fuzz  # loading it takes a moment, which only unknown names pay

    owner, _, name = asked.rpartition("/")
    owner, folded = fold(owner), fold(name)
    rows: list[tuple[float, str, bool]] = []
    for one in known:
        its_owner, _, its_name = one.rpartition("/")
        if not its_owner or not owner:
            if fold(its_name) == folded:
                rows.append((99.0, one, not owner))
            continue
        same_owner = fuzz.ratio(owner, fold(its_owner))
        if same_owner < 60 and fold(its_name) != folded:
            continue
        alike = fuzz.ratio(folded, fold(its_name))
        if min(same_owner, alike) >= 80 and figures(folded) == figures(fold(its_name)):
            rows.append((same_owner + alike, one, True))
        elif alike == 100:
            rows.append((alike + same_owner / 2, one, False))
    rows.sort(key=lambda item: (-item[0], item[1]))
    return [(one, very) for _, one, very in rows[:most]]
