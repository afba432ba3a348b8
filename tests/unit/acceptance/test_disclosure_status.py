"""How far the developer discloses a property, by all claims on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_made import POLICY, M, billions, dated, held

from provenance_graph.acceptance import disclosure
from provenance_graph.acceptance.resolve import GIVES_VALUE, resolve
from provenance_graph.core import iris
from provenance_graph.core.claims import (
    AcceptanceRule,
    AcceptanceStatus,
    Basis,
    SourcedClaim,
    Stance,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG

# ---- disclosure ---------------------------------------------------------------------------


def status(*items: SourcedClaim, predicate: Iri = PG.parameterCount) -> str:
    return iris.local_name(disclosure.status(items, predicate, POLICY))


def test_an_aggregators_blank_proves_nothing_about_the_developer() -> None:
    assert status(held(None, stance=Stance.NOT_STATED)) == "NotRecorded"


def test_a_reported_absence_makes_it_undisclosed_beside_an_estimate() -> None:
    reported = held(None, stance=Stance.REPORTS_UNDISCLOSED)
    assert status(reported, held(billions(21), Basis.ESTIMATE)) == "Undisclosed"


def test_an_estimate_that_is_partly_stated_discloses_nothing() -> None:
    assert status(held(billions(7), Basis.ESTIMATE, stance=Stance.PARTLY_STATED)) == "NotRecorded"


@pytest.mark.parametrize("bounds", [{"valid_until": "2020-12-31"}, {"valid_from": "2099-01-01"}])
def test_a_refusal_counts_on_the_days_it_holds(bounds: dict[str, str]) -> None:
    refusal = held(None, Basis.DEVELOPER, stance=Stance.DECLINES, **bounds)
    assert status(refusal) == "NotRecorded"
    day = "2020-01-01" if "valid_until" in bounds else "2099-06-01"
    result = disclosure.status([refusal], PG.parameterCount, POLICY, day)
    assert iris.local_name(result) == "Withheld"


@pytest.mark.parametrize("stance", [s for s in Stance if s not in GIVES_VALUE])
@pytest.mark.parametrize("bounds", [{"valid_until": "2026-06-01"}, {"valid_from": "2026-06-02"}])
def test_a_stance_of_other_days_is_set_aside(stance: Stance, bounds: dict[str, str]) -> None:
    ((_, ruling),) = resolve(
        [held(None, Basis.DEVELOPER, stance=stance, **bounds)], PG.parameterCount, POLICY
    ).claims
    assert (ruling.status, ruling.rule) == (
        AcceptanceStatus.SUPERSEDED,
        AcceptanceRule.VALIDITY,
    )


def test_a_record_whose_refusal_ended_is_no_longer_doubted() -> None:
    refusal = held(None, stance=Stance.DECLINES, valid_until="2026-06-01")
    value = replace(held(billions(7)), header=refusal.header)
    assert resolve([refusal, value], PG.parameterCount, POLICY).values == (billions(7),)
    assert not resolve([refusal, value], PG.parameterCount, POLICY, "2026-05-31").values


def test_a_refusal_is_withheld() -> None:
    assert status(held(None, Basis.DEVELOPER, stance=Stance.DECLINES)) == "Withheld"


def test_the_developers_own_value_counts_before_what_others_report() -> None:
    reported = held(None, stance=Stance.REPORTS_UNDISCLOSED)
    assert status(reported, held(billions(7), Basis.DEVELOPER)) == "Disclosed"


def test_a_third_partys_value_discloses_nothing() -> None:
    assert status(held(billions(7))) == "NotRecorded"


def test_two_developer_values_contradict() -> None:
    assert (
        status(held(billions(7), Basis.DEVELOPER), held(billions(8), Basis.ARTIFACT))
        == "Contradicted"
    )


def test_a_month_and_a_day_in_it_do_not_contradict() -> None:
    both = dated("Oct 2025", Basis.DEVELOPER), dated("2025-10-15", Basis.ARTIFACT)
    assert status(*both, predicate=DCTERMS.issued) == "Disclosed"


def test_sources_that_list_different_modalities_contest_them() -> None:
    page = [held(PG.Text, predicate=PG.inputModality)]
    card = [held(v, Basis.DEVELOPER, predicate=PG.inputModality) for v in (PG.Text, PG.Image)]
    card = [SourcedClaim(h.claim, card[0].header, M) for h in card]
    assert disclosure.contested([*page, *card], PG.inputModality, POLICY)
    assert not disclosure.contested(card, PG.inputModality, POLICY)


def test_different_training_sets_do_not_contest() -> None:
    items = [
        held(iris.dataset(n), day=d, predicate=PG.trainedOn)
        for n, d in (("a", "2025-01-01"), ("b", "2025-01-02"))
    ]
    assert not disclosure.contested(items, PG.trainedOn, POLICY)
