"""The matrix of models and fields: the disclosure state of each field of each model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import PG
from provenance_graph.model.disclosure.states import BY_PREDICATE, STATES
from provenance_graph.model.fields import Field, fields
from provenance_graph.store.values import QuadSource

if TYPE_CHECKING:
    from provenance_graph.model.answers import MatrixAnswer, ModelSummary

NOT_RECORDED, REPORTED = (STATES[key].letter for key in ("notRecorded", "reported"))
"""One letter a state, so that two thousand models by sixty fields stay a small answer."""
_KNOWN = frozenset(
    STATES[key].letter for key in ("disclosed", "reported", "inferred", "partlyDisclosed")
)
_WEAKEST_FIRST = sorted(BY_PREDICATE.items(), key=lambda item: item[0] != PG.inferred)
"""State properties in the order of application: a developer's statement replaces an inference."""


class MatrixStates(NamedTuple):
    """The states of all fields of one model: a letter per field, and positions of fields.

    ``contested`` are fields on which sources disagree; ``bare`` are known by their state without an
    accepted value; ``valued`` have an accepted value though their state says otherwise.
    """

    letters: str
    contested: list[int]
    bare: list[int]
    valued: list[int]


def layout(source: QuadSource) -> list[Field]:
    """The fields that are columns of the matrix, in the order of a page."""
    return [field for field in fields(source) if field.section != "Other"]


def matrix_states(
    facts: Mapping[Iri, Collection[Value]], position_of: Mapping[Iri, int]
) -> MatrixStates:
    """The states of one model from its accepted facts.

    ``positions`` gives the position of each property, from 0 without gaps.
    """
    states = [NOT_RECORDED] * len(position_of)
    stated = {position_of[prop] for prop, values in facts.items() if values and prop in position_of}
    for position in stated:
        states[position] = REPORTED
    for predicate, state in _WEAKEST_FIRST:
        for prop in facts.get(predicate, ()):
            if isinstance(prop, Iri) and prop in position_of:
                states[position_of[prop]] = state.letter
    contested = {
        position_of[prop]
        for prop in facts.get(PG.contested, ())
        if isinstance(prop, Iri) and prop in position_of
    }
    bare = [n for n, letter in enumerate(states) if letter in _KNOWN and n not in stated]
    valued = [n for n in sorted(stated) if states[n] not in _KNOWN]
    return MatrixStates("".join(states), sorted(contested), bare, valued)


def matrix(
    columns: Sequence[Field], models: Sequence[tuple[ModelSummary, MatrixStates]]
) -> MatrixAnswer:
    """The matrix answer: a string of state letters for each model.

    ``models`` are rows of the catalogue. A field is known where it is disclosed, reported, inferred
    or partly disclosed, except those in ``withoutValue``, which have no accepted value; those in
    ``withValue`` are known though their state says otherwise.
    """
    return {
        "codes": {state.letter: key for key, state in STATES.items()},
        "fields": [
            {"property": local_name(f.property), "label": f.label, "section": f.section}
            for f in columns
        ],
        "models": [
            {
                "id": model["id"],
                "name": model["name"],
                "developers": model["developers"],
                "states": states.letters,
                "contested": states.contested,
                "withoutValue": states.bare,
                "withValue": states.valued,
            }
            for model, states in models
        ],
    }
