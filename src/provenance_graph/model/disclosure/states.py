"""The disclosure states of a field: one table for commands, reports, service and page.

Each state has a glyph and a word, so that colour is never needed. ``tools.openapi`` writes the
table to ``web/src/states.json``, from which the page reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG


@dataclass(frozen=True, slots=True)
class DisclosureState:
    """One state of a field.

    ``key`` names it in JSON. ``status`` is the local name of its ``pg:DisclosureScheme`` concept
    (empty where the state follows from values and sources alone). ``predicate`` is the property
    that marks the state in the accepted view. ``letter`` is its code in a matrix.
    """

    key: str
    status: str
    predicate: Iri | None
    letter: str
    glyph: str
    label: str
    meaning: str


_STATES: Final = (
    DisclosureState(
        "disclosed", "Disclosed", PG.disclosed, "d", "●", "disclosed", "The developer states it."
    ),
    DisclosureState(
        "inferred",
        "",
        PG.inferred,
        "i",
        "≈",
        "inferred",
        "No source states it; it follows from something that one does.",
    ),
    DisclosureState(
        "reported",
        "",
        None,
        "r",
        "◇",
        "reported",
        "Others report it; the developer is not on record.",
    ),
    DisclosureState(
        "partlyDisclosed",
        "PartiallyDisclosed",
        PG.partlyDisclosed,
        "p",
        "◐",
        "partly disclosed",
        "The developer states a part of it.",
    ),
    DisclosureState(
        "undisclosed",
        "Undisclosed",
        PG.undisclosed,
        "u",
        "○",
        "not disclosed",
        "A source that searched reports that it is not disclosed.",
    ),
    DisclosureState(
        "withheld",
        "Withheld",
        PG.withheld,
        "w",
        "⊘",
        "declined",
        "The developer declines to disclose it.",
    ),
    DisclosureState(
        "notStated",
        "",
        PG.leftBlank,
        "-",
        "–",
        "left blank",
        "A source has the field and leaves it blank. That proves nothing about the developer.",
    ),
    DisclosureState(
        "notApplicable",
        "NotApplicable",
        PG.notApplicable,
        "n",
        "▫",
        "not applicable",
        "It does not apply to this model.",
    ),
    DisclosureState(
        "contradicted",
        "Contradicted",
        PG.contradicted,
        "x",
        "✕",
        "contradicted",
        "Documents of the developer exclude each other.",
    ),
    DisclosureState(
        "notRecorded",
        "",
        None,
        ".",
        "·",
        "no source covers this",
        "No document in the store states this field.",
    ),
)

STATES: Final[Mapping[str, DisclosureState]] = MappingProxyType({s.key: s for s in _STATES})
"""Every state by its key, in the order of legends."""

BY_PREDICATE: Final[Mapping[Iri, DisclosureState]] = MappingProxyType(
    {state.predicate: state for state in _STATES if state.predicate is not None}
)
"""The states that the accepted view holds as statements about a property."""

BY_STATUS: Final[Mapping[str, DisclosureState]] = MappingProxyType(
    {state.status: state for state in _STATES if state.status}
)
"""The states that the developer's own statements decide, by the name of their concept."""


def state_of(status: str, *, inferred: bool, stated: bool, sources: int) -> DisclosureState:
    """The state of a field.

    ``inferred``: its accepted value is an inference. ``stated``: a source gives a value, accepted
    or not. ``sources``: the number of documents that have the field.

    >>> state_of("NotRecorded", inferred=False, stated=True, sources=1).label
    'reported'
    """
    if inferred:
        return STATES["inferred"]
    if (state := BY_STATUS.get(status)) is not None:
        return state
    if stated:
        return STATES["reported"]
    return STATES["notStated" if sources else "notRecorded"]
