"""Filters of a list of models, read from user text: any case, with similar names on error.

The command line and the API take the same filters; see ``SearchIndex.models``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import date

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import Ambiguous, NotFound, UsageError
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG
from provenance_graph.model.fields import property_named
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.naming.resolve import parts_of_organizations, resolve
from provenance_graph.model.search.index import FACETS, RANGES, SearchIndex

STATES = {
    "disclosed": PG.disclosed,
    "undisclosed": PG.undisclosed,
    "withheld": PG.withheld,
    "partly": PG.partlyDisclosed,
    "inferred": PG.inferred,
    "contradicted": PG.contradicted,
    "contested": PG.contested,
}
"""Disclosure states that can be filters; ``contested`` is one of any field."""
_WORDS = {name: word for word, iri in STATES.items() for name in (word, local_name(iri).casefold())}
_OF_ANY_FIELD = ("undisclosed", "withheld", "partly", "contested")
"""States that can be filters without a field: the gaps, which few models have."""

CLOSED = {
    name: {"licenceClass": "licence class"}.get(name, name)
    for name in FACETS
    if name != "disclosure"  # read as FIELD=STATE
}
"""Filters with a closed set of values, each with the word for one value."""
_FEW = 40
"""The most values of a filter that an error lists in full where none is similar."""
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


def understood(
    snapshot: AcceptedSnapshot, catalogue: SearchIndex, params: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The filters in the form that the search index takes.

    Raises NotFound with similar values for a value that the graph does not have, and UsageError for
    a bad day or state.
    """
    results: dict[str, dict[str, None]] = {}
    for key, values in params.items():
        for value in values:
            name, read = _read(snapshot, catalogue, key, value)
            results.setdefault(name, {}).update(dict.fromkeys(read))
    return {name: list(read) for name, read in results.items()}


def _read(
    snapshot: AcceptedSnapshot, catalogue: SearchIndex, key: str, text: str
) -> tuple[str, list[str]]:
    """The search index's filter for a filter of a user, with its values."""
    if key in CLOSED:
        return key, _closed(snapshot, catalogue, key, text)
    if key == "disclosure":
        return key, [_state(snapshot, text)]
    if key == "undisclosed":
        return "disclosure", [f"{local_name(property_named(snapshot, text))}=undisclosed"]
    if key in ("since", "until"):
        return "releasedFrom" if key == "since" else "releasedTo", [_day(key, text)]
    if key == "descendsFrom":
        return key, [resolve(snapshot, text)]
    if key not in RANGES:
        known = [*CLOSED, "disclosure", "undisclosed", "since", "until", "descendsFrom", *RANGES]
        raise UsageError(f"no filter {key!r}; there are {', '.join(known)}")
    return key, [text]


def _closed(snapshot: AcceptedSnapshot, catalogue: SearchIndex, key: str, text: str) -> list[str]:
    try:
        if key == "developer":
            name = _developer(snapshot, catalogue, text)
            return [name, *wholes(snapshot, catalogue).get(name, ())]
        return [_value(catalogue, key, text)]
    except NotFound:
        if snapshot.as_of:
            return [text]
        raise


def _developer(snapshot: AcceptedSnapshot, catalogue: SearchIndex, text: str) -> str:
    """The developer's name in lists, from that name or any other name of the organisation."""
    try:
        return _value(catalogue, "developer", text)
    except NotFound as error:
        try:
            known = find_entity(snapshot, text, kinds=("organization",))
        except (NotFound, Ambiguous):
            sought = fold(text)  # once: a long text's is not remembered
            starts = [
                one
                for one in catalogue.values("developer")
                if fold(one).startswith(sought) and " and " not in one
            ]
            if len(starts) == 1 and len(sought) > 2:
                return starts[0]  # Mistral is Mistral AI
            raise error from None
        name = snapshot.label(known.iri) or short_id(known.iri)
        if name not in catalogue.values("developer") and name not in wholes(snapshot, catalogue):
            raise
        return name


def wholes(snapshot: AcceptedSnapshot, catalogue: SearchIndex) -> dict[str, list[str]]:
    """Each developer with its parts at any depth, such as Qwen of Alibaba.

    Both by the names in lists of models; a part without a model is left out.
    """
    listed = set(catalogue.values("developer"))
    named: dict[str, list[str]] = {}
    for whole, parts in parts_of_organizations(snapshot).items():
        shown = [name for one in parts if (name := _shown(snapshot, one)) in listed]
        if shown:
            named[_shown(snapshot, whole)] = shown
    return named


def _shown(snapshot: AcceptedSnapshot, organization: Iri) -> str:
    return snapshot.label(organization) or short_id(organization)


def _value(catalogue: SearchIndex, kind: str, text: str) -> str:
    values = catalogue.values(kind)
    if text in values:
        return text
    known = {fold(name): value for value in values for name in (value, _bare(value))}
    sought = fold(text)  # once: a long text's is not remembered
    if (exact := known.get(sought)) is not None:
        return exact
    close = difflib.get_close_matches(sought, known, n=5, cutoff=0.6)
    inside = sorted((name for name in known if sought and sought in name), key=len)
    near = [_bare(known[name]) for name in dict.fromkeys([*inside, *close])]
    every = sorted(set(map(_bare, known.values()))) if len(known) <= _FEW else ()
    raise NotFound(text, CLOSED[kind], list(dict.fromkeys(near))[:6], () if near else every)


def _bare(value: str) -> str:
    """A facet value without the prefix of licence ids."""
    return value.removeprefix("licence:").removeprefix("id:licence/")


def _state(snapshot: AcceptedSnapshot, text: str) -> str:
    """A filter on disclosure, ``FIELD=STATE`` with any name of the field, or a state alone."""
    field, equals, state = text.rpartition("=")
    word = _WORDS.get(state.casefold(), state)
    if word not in STATES:
        raise UsageError(f"no disclosure state {state!r}; there are {', '.join(STATES)}")
    if not equals and word not in _OF_ANY_FIELD:
        raise UsageError(f"name the field that is {word}, such as trainedOn={word}")
    if not equals:
        return local_name(STATES[word])
    if word == "contested":
        raise UsageError("contested applies to all fields of a model: give it without a field")
    return f"{local_name(property_named(snapshot, field))}={word}"


def _day(key: str, text: str) -> str:
    if not _DAY.fullmatch(text) or not _is_day(f"{text}-01-01"[:10]):
        raise UsageError(f"{key} {text!r} is not a day such as 2025, 2025-03 or 2025-03-14")
    return text if key == "since" else f"{text}-99"[:10]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
