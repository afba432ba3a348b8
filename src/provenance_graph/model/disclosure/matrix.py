"""Models × fields: what is disclosed, reported by others, withheld, blank, or not looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import PG
from provenance_graph.model.disclosure.states import BY_PREDICATE, STATES
from provenance_graph.model.fields import fields

if TYPE_CHECKING:
    from provenance_graph.model.answers import MatrixAnswer, ModelSummary

NOT_RECORDED, REPORTED, INFERRED = (
    STATES[key].letter for key in ("notRecorded", "reported", "inferred")
)
"""One letter a state, so that two thousand models by sixty fields stay a small answer."""
_KNOWN = frozenset(
    STATES[key].letter for key in ("disclosed", "reported", "inferred", "partlyDisclosed")
)


def matrix(snapshot: AcceptedSnapshot, models: Sequence[ModelSummary]) -> MatrixAnswer:
    """The states of every field of some models: a string of letters for each model.

    ``models`` are rows of the catalogue. ``contested`` lists the positions of fields on
    which sources disagree. A field is known where it is disclosed, reported, inferred or partly
    disclosed, but for those in ``withoutValue``, of which no value is accepted; those in
    ``withValue`` are known though their state says otherwise.
    """
    layout = [field for field in fields(snapshot) if field.section != "Other"]
    place = {field.property: position for position, field in enumerate(layout)}
    rows = [_row(snapshot, Iri(model["iri"]), place, len(layout)) for model in models]
    return {
        "codes": {state.letter: key for key, state in STATES.items()},
        "fields": [
            {"property": local_name(f.property), "label": f.label, "section": f.section}
            for f in layout
        ],
        "models": [
            {
                "id": model["id"],
                "name": model["name"],
                "developers": model["developers"],
                "states": states,
                "contested": contested,
                "withoutValue": bare,
                "withValue": valued,
            }
            for model, (states, contested, bare, valued) in zip(models, rows, strict=True)
        ],
    }


def _row(
    snapshot: AcceptedSnapshot, model: Iri, place: Mapping[Iri, int], width: int
) -> tuple[str, list[int], list[int], list[int]]:
    states = [NOT_RECORDED] * width
    contested: list[int] = []
    rows: list[tuple[int, str]] = []
    valued: set[int] = set()
    for _, predicate, value, _ in snapshot.quads(model):
        if predicate in place:
            valued.add(place[predicate])
            states[place[predicate]] = REPORTED
        elif isinstance(value, Iri) and value in place:
            if (state := BY_PREDICATE.get(predicate)) is not None:
                rows.append((place[value], state.letter))
            elif predicate == PG.contested:
                contested.append(place[value])
    for position, letter in sorted(rows, key=lambda item: item[1] != INFERRED):
        states[position] = letter  # what the developer says goes over an inference of others
    bare = [n for n, letter in enumerate(states) if letter in _KNOWN and n not in valued]
    other = [n for n in sorted(valued) if states[n] not in _KNOWN]
    return "".join(states), sorted(contested), bare, other
