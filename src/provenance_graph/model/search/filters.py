"""Filters of a list of models as people type them: any case, near names for a slip.

The command line and the API take the same ones; see ``Catalogue.models``.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import Ambiguous, NotFound, UsageError
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG, SKOS
from provenance_graph.model.fields import property_named
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.model.search.index import SearchIndex

STATES = {
    "disclosed": PG.disclosed,
    "undisclosed": PG.undisclosed,
    "withheld": PG.withheld,
    "partly": PG.partlyDisclosed,
    "inferred": PG.inferred,
    "contradicted": PG.contradicted,
}
"""States of a field that a list can be narrowed by."""
_OF_ANY_FIELD = ("undisclosed", "withheld", "partly")
"""Those that may be asked for without a field: the gaps, which few models have."""

_FACETS = ("developer", "licence", "family", "modality", "architecture", "year", "weights")
CLOSED = {
    **{name: (name,) for name in (*_FACETS, "openness", "undisclosed")},
    "disclosure": ("disclosure", "disclosed"),
}
"""Filters whose values are those that some model has, with the facets that hold these."""
_FEW = 20
"""So many values of a filter are all named where none is near."""
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


def understood(
    snapshot: AcceptedSnapshot, catalogue: SearchIndex, params: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Filters as the catalogue takes them.

    Raises NotFound with near values where nothing in the graph has that value, and
    UsageError for a day or a state that is none.
    """
    results: dict[str, list[str]] = {}
    for key, values in params.items():
        if not values:
            continue
        if key == "developer":
            named = [_developer(snapshot, catalogue, one) for one in values]
            results[key] = list(
                dict.fromkeys(
                    one for name in named for one in (name, *_parts(snapshot, catalogue, name))
                )
            )
        elif key in _FACETS:
            results[key] = [_value(catalogue, (key,), one, key) for one in values]
        elif key == "licenceClass":
            results[key] = [_value(catalogue, (key,), one, "licence class") for one in values]
        elif key == "disclosure":
            results[key] = [_state(snapshot, one) for one in values]
        elif key == "undisclosed":
            names = [local_name(property_named(snapshot, one)) for one in values]
            results["disclosure"] = [
                *results.get("disclosure", []),
                *(f"{name}=undisclosed" for name in names),
            ]
        elif key in ("since", "until"):
            bound = "releasedFrom" if key == "since" else "releasedTo"
            results[bound] = [_day(key, values[0])]
        elif key == "descendsFrom":
            results[key] = [resolve(snapshot, values[0])]
        else:
            results[key] = list(values)
    return results


def _developer(snapshot: AcceptedSnapshot, catalogue: SearchIndex, text: str) -> str:
    """A developer by the name that models are listed with, or by any name of the organisation."""
    try:
        return _value(catalogue, ("developer",), text, "developer")
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
        if name not in catalogue.values("developer"):
            raise
        return name


def _parts(snapshot: AcceptedSnapshot, catalogue: SearchIndex, name: str) -> list[str]:
    """The developers that are parts of one, such as Qwen of Alibaba, as models are listed with them."""
    try:
        whole = find_entity(snapshot, name, kinds=("organization",)).iri
    except (NotFound, Ambiguous):
        return []
    below: dict[Iri, set[Iri]] = defaultdict(set)
    for part, _, other, _ in snapshot.quads(predicate=SKOS.broadMatch, graph=identity.GRAPH):
        if isinstance(other, Iri):
            below[snapshot.canonical(other)].add(snapshot.canonical(part))
    known = set(catalogue.values("developer"))
    parts: list[Iri] = []
    waiting = [whole]
    for one in waiting:
        parts += (new := sorted(below[one] - {whole, *parts}))
        waiting += new
    labels = (snapshot.label(one) or short_id(one) for one in parts)
    return [one for one in labels if one in known]


def _value(catalogue: SearchIndex, kinds: Sequence[str], text: str, word: str) -> str:
    known = {
        fold(name): value
        for kind in kinds
        for value in catalogue.values(kind)
        for name in (value, _bare(value))
    }
    sought = fold(text)  # once: a long text's is not remembered
    if (exact := known.get(sought)) is not None:
        return exact
    close = difflib.get_close_matches(sought, known, n=5, cutoff=0.6)
    inside = sorted((name for name in known if sought and sought in name), key=len)
    near = [_bare(known[name]) for name in dict.fromkeys([*inside, *close])]
    every = sorted(set(map(_bare, known.values()))) if len(known) <= _FEW else ()
    raise NotFound(text, word, list(dict.fromkeys(near))[:6], () if near else every)


def _bare(value: str) -> str:
    """A value without the prefix of the licences that it is listed with, as people know it."""
    return value.removeprefix("licence:").removeprefix("id:licence/")


def _state(snapshot: AcceptedSnapshot, text: str) -> str:
    """``FIELD=STATE``, its field by any of its names; or a state alone, of any field."""
    field, equals, state = text.rpartition("=")
    word = state.casefold()
    if word not in STATES:
        raise UsageError(f"no disclosure state {state!r}; there are {', '.join(STATES)}")
    if not equals and word not in _OF_ANY_FIELD:
        raise UsageError(f"name the field that is {word}, such as trainedOn={word}")
    if not equals:
        return local_name(STATES[word])
    return f"{local_name(property_named(snapshot, field))}={word}"


def _day(key: str, text: str) -> str:
    if not _DAY.fullmatch(text) or not _is_day(f"{text}-01-01"[:10]):
        raise UsageError(f"{key} {text!r} is not a day such as 2025, 2025-03 or 2025-03-14")
    return text if key == "since" else f"{text}-99"[:10]


def _read(snapshot: AcceptedSnapshot, catalogue: SearchIndex, key: str, text: str) -> str:
    if key == "disclosure":
        return _state(snapshot, text)
    if key == "undisclosed":
        return local_name(property_named(snapshot, text))
    return _value(catalogue, (key,), text, key)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def checked(
    snapshot: AcceptedSnapshot, catalogue: SearchIndex, params: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Facets by the values that the catalogue has; others are read as people type them.

    Raises NotFound with near values for one that no model has: an empty list would say that
    there are no such models. As of a day there may be none yet, and the list is empty.
    """
    results: dict[str, list[str]] = {}
    for key, values in params.items():
        results[key] = list(values)
        if key not in CLOSED or snapshot.as_of:
            continue
        known = frozenset().union(*(catalogue.values(kind) for kind in CLOSED[key]))
        for position, value in enumerate(values):
            if value not in known:
                results[key][position] = _read(snapshot, catalogue, key, value)
    return results
