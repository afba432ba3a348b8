"""Misspelt names: licences against known lists, repositories against those of the store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from provenance_graph.core.claims import Claim, Literal, Record
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import DCTERMS
from provenance_graph.licences.texts.near import figures, near_licences, parts_of_expression
from provenance_graph.model.naming.folded import fold
from provenance_graph.shapes.findings import Finding, Severity

_FAMILY = "names a family of licences"
_SEVERAL = "several licences"
_STATED = mint("licence", "stated", "")
ALIKE = 80.0
"""The least similarity, of 100, of owners and names that differ by a typing error."""
MAX_NEAR = 10_000
"""Names cached with the names similar to them."""


def licences(record: Record) -> Iterator[Finding]:
    """Findings on licences that no list holds, and on names of families, with similar names."""
    seen = set()
    for claim in record.claims:
        if unlisted(claim):
            key = (claim.subject, _text(claim))
            if key not in seen:
                seen.add(key)
                yield _licence(claim)


def unlisted(claim: Claim) -> bool:
    """Whether a claim states a licence that no list holds, as text or as an entity."""
    if claim.predicate != DCTERMS.license:
        return False
    return bool(claim.unusable) if claim.value is None else _as_entity(claim)


def _as_entity(claim: Claim) -> bool:
    """Whether the licence is an entity known only by the name that its source gives."""
    return isinstance(claim.value, Iri) and claim.value.startswith(_STATED)


def _text(claim: Claim) -> str:
    """The name of a licence as the source writes it."""
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
    """The licence name that a card gives beside ``other``, or the text itself."""
    match = re.search(r"\(name: (.*?)(?:; link: .*)?\)$", stated)
    return match[1] if match else stated


def meant(claim: Claim) -> str:
    """The listed licence most similar to an unlisted name; empty without one."""
    near = near_licences(_text(claim).partition(" (name")[0])
    return near[0] if near else ""


class RepositoryNames:
    """Names of repositories by folded owner and name, for the look-up of similar ones.

    >>> names = RepositoryNames(["meta-llama/Llama-3.1-8B", "acme/Llama-3.1-8B"])
    >>> names.near("metallama/Llama-3.1-8B")
    [('meta-llama/Llama-3.1-8B', True), ('acme/Llama-3.1-8B', False)]
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_owner: dict[str, list[tuple[str, str]]] = {}
        self._by_name: dict[str, list[tuple[str, str]]] = {}
        self._near: dict[str, list[tuple[str, bool]]] = {}
        for one in names:
            owner, _, name = one.rpartition("/")
            owner, name = fold(owner), fold(name)
            self._by_name.setdefault(name, []).append((one, owner))
            if owner:
                self._by_owner.setdefault(owner, []).append((one, name))

    def near(self, name: str, limit: int = 3) -> list[tuple[str, bool]]:
        """Names similar to an unknown name, best first, each with whether it is likely meant.

        Likely meant is the same name under a similar owner, or a similar name under the same owner:
        a typing error. The same name under another owner may be a user's own copy.
        """
        if name not in self._near:
            if len(self._near) >= MAX_NEAR:
                self._near.clear()
            rows = sorted(self._alike(name), key=lambda row: (-row[0], row[1]))
            self._near[name] = [(one, very) for _, one, very in rows]
        return self._near[name][:limit]

    def _alike(self, wanted: str) -> Iterator[tuple[float, str, bool]]:
        from rapidfuzz import fuzz, process  # loading takes a moment, only for unknown names

        owner, _, name = wanted.rpartition("/")
        owner, folded = fold(owner), fold(name)
        for one, its_owner in self._by_name.get(folded, ()):
            if not owner or not its_owner:
                yield 99.0, one, not owner
                continue
            same_owner = fuzz.ratio(owner, its_owner)
            if same_owner >= ALIKE:
                yield same_owner + 100.0, one, True
            else:
                yield 100.0 + same_owner / 2, one, False
        if not owner:
            return
        owners = process.extract(
            owner, self._by_owner.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None
        )
        for its_owner, same_owner, _ in owners:
            for one, its_name in self._by_owner[its_owner]:
                alike = fuzz.ratio(folded, its_name, score_cutoff=ALIKE)
                if its_name != folded and alike and figures(folded) == figures(its_name):
                    yield same_owner + alike, one, True
