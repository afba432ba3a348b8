"""Of a field without a value: what is said of it that does not count, and what nobody says."""

from __future__ import annotations

import pytest
from claims_made import POLICY, billions, held

from provenance_graph.acceptance import disclosure
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.core.claims import Basis, SourcedClaim, Stance
from provenance_graph.core.terms import PG
from provenance_graph.model.knowledge import knowledge


def known(*items: SourcedClaim) -> str:
    resolution = resolve(items, PG.parameterCount, POLICY)
    status = disclosure.status(items, PG.parameterCount, POLICY)
    ruled = [item.ruled(ruling) for item, ruling in resolution.claims]
    return knowledge(status, resolution.values, ruled)


@pytest.mark.parametrize("bounds", [{"valid_until": "2022-01-01"}, {"valid_from": "2030-01-01"}])
@pytest.mark.parametrize(
    ("value", "stance"),
    [
        (billions(7), Stance.STATED),
        (billions(7), Stance.PARTLY_STATED),
        (None, Stance.DECLINES),
        (None, Stance.REPORTS_UNDISCLOSED),
        (None, Stance.DECLARED_EMPTY),
    ],
)
def test_what_is_stated_of_other_days_is_not_said_to_be_covered_by_no_source(
    value: object, stance: Stance, bounds: dict[str, str]
) -> None:
    assert known(held(value, Basis.DEVELOPER, stance=stance, **bounds)) == "notAccepted"


def test_an_estimators_silence_is_no_blank() -> None:
    silence = held(None, Basis.ESTIMATE, stance=Stance.REPORTS_UNDISCLOSED)
    assert known(silence) == "notAccepted"


def test_a_third_partys_blank_covers_nothing() -> None:
    assert known(held(None, stance=Stance.NOT_STATED)) == "notCovered"
