"""The knowledge state of each field, one word, and the number of fields per word.

A model that nobody researched never appears cleaner than one that was researched. A field without a
value says why it has none; "no source covers it" is stated only of a field on which no document in
the store says anything but a third party's blank.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    AcceptanceRule,
    AcceptanceStatus,
    SourcedClaim,
    Stance,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

if TYPE_CHECKING:
    from provenance_graph.model.answers import Headline

KNOWN = "known"
WORDS: Mapping[str, str] = MappingProxyType(
    {
        KNOWN: "known",
        "declined": "declined",
        "undisclosed": "reported undisclosed",
        "leftBlank": "left blank by the developer",
        "notApplicable": "does not apply",
        "partlyDisclosed": "partly disclosed, without a value",
        "notAccepted": "stated, and not accepted",
        "notUnderstood": "stated but not understood",
        "notCovered": "no source covers it",
    }
)
"""The knowledge states of a field with their words, in the order of a headline."""
GAPS = ("declined", "undisclosed", "leftBlank", "partlyDisclosed")
"""The states that are gaps: a source looked for the value, and it is not given or only in part."""


def knowledge(status: Iri, values: Sequence[object], claims: Iterable[SourcedClaim]) -> str:
    """The key of WORDS for a field: ``known``, or the reason why it has no value."""
    if values:
        return KNOWN
    retained = [c for c in claims if c.rule is not AcceptanceRule.SUPERSEDED]
    current = [c for c in retained if c.status is not AcceptanceStatus.SUPERSEDED]
    stances = {c.claim.stance for c in current}
    if status == PG.Withheld:
        return "declined"
    if status == PG.Undisclosed:
        reported = Stance.REPORTS_UNDISCLOSED in stances
        return "undisclosed" if reported else "leftBlank"
    if status == PG.NotApplicable:
        return "notApplicable"
    if status in (PG.PartiallyDisclosed, PG.Disclosed, PG.Contradicted):
        return "partlyDisclosed"
    if any(c.claim.value is not None for c in retained):  # also a claim that is valid on other days
        return "notAccepted"
    if any(c.claim.unusable for c in current):
        return "notUnderstood"
    developer = [c for c in current if c.basis in DEVELOPER_RANK]
    if any(c.claim.stance is Stance.NOT_STATED for c in developer):
        return "leftBlank"
    if any(c.claim.stance is not Stance.NOT_STATED for c in retained):
        return "notAccepted"  # a refusal valid on other days, an estimate without a value
    return "notCovered"


def headline(keys: Iterable[str]) -> Headline:
    """The number of known fields, of all fields, and of the others by word."""
    counts = Counter(keys)
    return {
        "known": counts[KNOWN],
        "of": counts.total(),
        "rest": [
            {"state": key, "word": word, "count": counts[key]}
            for key, word in WORDS.items()
            if key != KNOWN and counts[key]
        ],
    }


def gaps(result: Headline) -> int:
    """The number of fields of a headline that are gaps, as lists of models count them."""
    return sum(part["count"] for part in result["rest"] if part["state"] in GAPS)


def sentence(result: Headline) -> str:
    """The headline as a sentence.

    >>> sentence(headline(["known", "declined", "notCovered", "notCovered"]))
    'known 1 of 4 fields; 1 declined · 2 no source covers it'
    """
    rest = " · ".join(f"{part['count']} {part['word']}" for part in result["rest"])
    return f"known {result['known']} of {result['of']} fields" + (f"; {rest}" if rest else "")
