"""Which claim of one property is accepted, and why."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from claims_made import ORDER, POLICY, M, accepted, billions, dated, held
from reference_data import reference

from provenance_graph.acceptance import disclosure
from provenance_graph.acceptance.agreement import COUNTS, LIMITS, agree
from provenance_graph.acceptance.policy.policy import Policy, PolicyCriterion
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.acceptance.view import view_of
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Custody,
    Literal,
    Precision,
    Stance,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA, XSD
from provenance_graph.store.memory import MemoryStore


def test_the_better_basis_wins_over_the_more_recent() -> None:
    old_developer = held(billions(7), Basis.DEVELOPER, "2023-01-01")
    assert accepted(old_developer, held(billions(8), day="2026-01-01")) == ["7000000000"]


def test_the_day_of_download_decides_nothing_between_two_documents() -> None:
    seven, eight = held(billions(7)), held(billions(8), day="2026-01-01")
    assert accepted(seven, eight) == ["7000000000"]
    later = held(billions(7), day="2026-05-01")
    assert accepted(later, held(billions(8))) == ["7000000000"]


def test_among_equals_the_closer_source_wins() -> None:
    close, far = held(billions(8), source="close"), held(billions(7), source="far")
    judged = resolve([far, close], PG.parameterCount, POLICY)
    assert [str(v) for v in judged.values] == ["8000000000"]
    assert judged.decided is PolicyCriterion.CLOSENESS
    reasons = {str(item.value): ruling.reason for item, ruling in judged.claims}
    assert reasons == {
        "8000000000": "its source is closer to the facts than any rival's",
        "7000000000": "another source is closer to the facts",
    }


def test_among_equals_more_independent_sources_win() -> None:
    seven, eight = held(billions(7)), held(billions(8))
    other = held(billions(8), source="u")
    assert accepted(seven, eight, other) == ["8000000000"]


def test_sources_that_repeat_one_another_count_once() -> None:
    eight, copy = held(billions(8)), held(billions(8), source="copy")
    assert accepted(held(billions(7), source="u"), eight, copy) == ["7000000000"]


def test_among_equals_the_better_custody_wins() -> None:
    verified = held(billions(8), custody=Custody.VERIFIED)
    assert accepted(held(billions(7)), verified) == ["8000000000"]


def test_the_day_a_source_speaks_of_and_the_day_it_was_read_are_two_clocks() -> None:
    since = held(billions(8), valid_from="2024-01-01", day="2026-01-01")
    read_earlier = held(billions(9), day="2025-01-01", source="u")
    judged = resolve([since, read_earlier], PG.parameterCount, POLICY)
    assert [str(v) for v in judged.values] == ["8000000000"]
    assert judged.decided is PolicyCriterion.VALUE  # no clock decided
    later = held(billions(9), valid_from="2025-01-01", day="2025-02-01")
    assert accepted(since, later) == ["9000000000"]


def test_of_what_changes_in_time_the_later_edition_wins_over_the_closer_source() -> None:
    old = held(billions(7), predicate=PG.maxOutputTokens, edition="2024-01-01", source="close")
    new = held(billions(8), predicate=PG.maxOutputTokens, edition="2026-01-01", source="far")
    assert accepted(old, new, predicate=PG.maxOutputTokens) == ["8000000000"]


@pytest.mark.parametrize(
    ("values", "datatype", "lowest"),
    [
        (("1.0E25", "9.99E24"), XSD.double, "9.99E24"),
        (("2.1E1", "1.0E3", "9.0E0"), XSD.double, "9.0E0"),
        (("10.5", "9.5"), XSD.decimal, "9.5"),
        (("0.25", "0.3"), XSD.decimal, "0.25"),
        (("130", "70"), XSD.integer, "70"),
    ],
)
def test_where_nothing_decides_the_lowest_number_stands(
    values: tuple[str, ...], datatype: Iri, lowest: str
) -> None:
    """Lowest as a number, not as a text."""
    predicate = PG.trainingComputeFLOP
    claims = [
        held(Literal(value, datatype), predicate=predicate, source=f"s{number}")
        for number, value in enumerate(values)
    ]
    policy = replace(POLICY, single=POLICY.single | {predicate})
    assert [str(value) for value in resolve(claims, predicate, policy).values] == [lowest]


def test_now_is_a_day() -> None:
    future = held(billions(8), Basis.DEVELOPER, valid_from="2099-01-01")
    until = held(billions(7), valid_until="2099-01-01")
    assert accepted(future, until) == ["7000000000"]
    judged = resolve([future, until], PG.parameterCount, POLICY, "2099-02-01")
    assert [str(v) for v in judged.values] == ["8000000000"]
    assert {ruling.reason for _, ruling in judged.claims} == {
        "the only claim that competes",
        "valid until 2099-01-01",
    }


def test_a_claim_below_the_least_confidence_is_never_accepted() -> None:
    unsure = held(billions(7), confidence=Decimal("0.0002"))
    judged = resolve([unsure], PG.parameterCount, POLICY)
    assert judged.values == ()
    assert judged.claims[0][1].reason == "its confidence 0.0002 is below 0.5"


def test_an_inference_is_accepted_only_alone_and_marked() -> None:
    guess = held(billions(7), Basis.INFERENCE)
    alone = resolve([guess], PG.parameterCount, POLICY)
    assert (len(alone.values), alone.inferred) == (1, True)
    seen = view_of(M, [guess], [M], POLICY)
    assert (M, PG.inferred, PG.parameterCount, None) in seen.quads
    assert accepted(guess, held(billions(8), source="far")) == ["8000000000"]
    sets = iris.dataset("c4"), iris.dataset("pile")
    both = [
        held(sets[0], predicate=PG.trainedOn),
        held(sets[1], Basis.INFERENCE, predicate=PG.trainedOn),
    ]
    assert accepted(*both, predicate=PG.trainedOn) == [sets[0]]


@pytest.mark.parametrize(
    ("rounded", "stated", "exact", "same"),
    [
        (8_000_000_000, "8B", 8_030_261_248, True),
        (7_000_000_000, "7B", 7_615_616_512, False),
        (70_600_000_000, "70.6B", 70_553_706_496, True),
    ],
)
def test_an_exact_count_refines_a_rounded_one(
    rounded: int, stated: str, exact: int, same: bool
) -> None:
    one = held(literals.integer(rounded), Basis.DEVELOPER, as_stated=stated)
    other = held(literals.integer(exact))
    assert agree(one, other) is agree(other, one) is same
    assert accepted(one, other) == [str(exact if same else rounded)]


def test_every_amount_of_parameters_tokens_or_examples_is_a_count_or_a_limit() -> None:
    """A catalogue's rounding must not stand beside a finer one, whatever the amount is called."""
    terms = MemoryStore(reference())
    amounts = {
        subject
        for subject, _, unit, _ in terms.quads(predicate=PG.unit)
        if isinstance(unit, Literal) and unit.lexical in ("parameters", "tokens", "data points")
    }
    read_from_files = {PG.slidingWindowSize, PG.vocabularySize}
    assert amounts - read_from_files == COUNTS | LIMITS


@pytest.mark.parametrize(("limit", "same"), [(131_072, True), (128_000, True), (262_144, False)])
def test_a_limit_in_k_leaves_both_readings_open(limit: int, same: bool) -> None:
    one = held(literals.integer(128_000), predicate=PG.contextLength, as_stated="128K")
    other = held(literals.integer(limit), predicate=PG.contextLength)
    assert agree(one, other) is same


# ---- custody: whether it is the developer's own word ---------------------------------------


@pytest.mark.parametrize(
    ("custody", "publisher", "basis"),
    [
        (Custody.VERIFIED, "org", Basis.DEVELOPER),
        (Custody.ASSERTED, "org", Basis.DEVELOPER),
        (Custody.ASSUMED, "org", Basis.THIRD_PARTY),
        (Custody.VERIFIED, "somebody", Basis.THIRD_PARTY),
        (Custody.DERIVED, "org", Basis.INFERENCE),
    ],
)
def test_developer_rank_needs_the_developer_and_known_custody(
    custody: Custody, publisher: str, basis: Basis
) -> None:
    item = held(billions(7), Basis.DEVELOPER, custody=custody, publisher=publisher)
    (claim,) = view_of(M, [item], [M], POLICY).claims
    assert claim.basis is basis
    assert claim.stated_basis is Basis.DEVELOPER
    assert bool(claim.demoted) is (basis is not Basis.DEVELOPER)
    assert ("third party" in claim.reason) is (basis is Basis.THIRD_PARTY)


def test_nobody_makes_oneself_the_developer() -> None:
    maker = iris.organization("somebody")
    size = held(billions(7), Basis.DEVELOPER, publisher="somebody")
    for source, basis in (("t", Basis.THIRD_PARTY), ("own", Basis.DEVELOPER)):
        says = held(maker, predicate=DCTERMS.creator, publisher="somebody", source=source)
        seen = view_of(M, [size, says], [M], POLICY)
        assert next(c for c in seen.claims if c.claim.predicate == PG.parameterCount).basis is basis


@pytest.mark.parametrize("score", ["0.6", "0.99"])
def test_a_parent_that_a_program_took_from_prose_is_never_accepted(score: str) -> None:
    item = held(iris.model("org/base"), Basis.INFERENCE, predicate=PG.fineTunedFrom)
    item = replace(item, claim=replace(item.claim, confidence=Decimal(score)))
    judged = resolve([item], PG.fineTunedFrom, POLICY)
    assert (judged.values, judged.claims[0][1].reason) == (
        (),
        "lineage that a program took from prose",
    )


# ---- silence of the developer against values of others --------------------------------------


def test_a_documented_search_outranks_a_third_partys_value() -> None:
    search = held(None, stance=Stance.REPORTS_UNDISCLOSED, source="close")
    reported = held(billions(21))
    judged = resolve([search, reported], PG.parameterCount, POLICY)
    assert judged.values == ()
    assert "searched for and not found (close), and it cites no document" in {
        ruling.reason for _, ruling in judged.claims
    }
    named = held(billions(21), locator="https://example.org/paper.pdf")
    assert accepted(search, named) == ["21000000000"]
    assert accepted(search, held(billions(21), source="findings")) == ["21000000000"]
    assert accepted(search, held(billions(21), Basis.ARTIFACT)) == ["21000000000"]
    assert accepted(held(None, stance=Stance.REPORTS_UNDISCLOSED, source="far"), reported)


def test_a_source_that_calls_a_size_undisclosed_gives_none_itself() -> None:
    """One page whose table has a figure and whose text says that the developer gives none."""
    reported = held(billions(400), source="far")
    silent = replace(
        held(None, stance=Stance.REPORTS_UNDISCLOSED, source="far"), header=reported.header
    )
    assert not accepted(silent, reported)
    assert accepted(silent, reported, held(billions(300)))  # another source's stands
    cited = replace(reported, claim=replace(reported.claim, locator="https://example.org/paper"))
    assert accepted(silent, cited)


def test_silence_about_other_properties_outranks_nothing() -> None:
    search = held(None, predicate=PG.contextLength, stance=Stance.DECLINES, source="close")
    assert accepted(
        search, held(billions(1), predicate=PG.contextLength), predicate=PG.contextLength
    )


def test_a_tie_is_decided_by_value_and_not_by_order() -> None:
    one, other = held(billions(7)), held(billions(10))
    assert accepted(one, other) == accepted(other, one) == ["7000000000"]


def test_an_estimate_is_never_accepted_even_alone() -> None:
    judged = resolve([held(billions(21), Basis.ESTIMATE)], PG.parameterCount, POLICY)
    assert judged.values == ()
    assert [(r.status, r.reason) for _, r in judged.claims] == [
        (AcceptanceStatus.REJECTED, "Estimate is never accepted")
    ]


def test_a_denied_value_is_never_accepted() -> None:
    assert accepted(held(billions(7), Basis.DEVELOPER, stance=Stance.DENIES)) == []


def test_a_claim_whose_validity_ended_gives_way() -> None:
    ended = held(billions(7), Basis.DEVELOPER, valid_until="2023-05-31")
    assert accepted(ended, held(billions(8))) == ["8000000000"]


def test_a_day_within_the_developers_month_refines_it() -> None:
    month = dated("Oct 2025", Basis.DEVELOPER)
    day = dated("2025-10-15", source="close")
    other = dated("2025-10-01")
    judged = resolve([month, other, day], DCTERMS.issued, POLICY)
    assert [str(v) for v in judged.values] == ["2025-10-15"]
    assert [str(v) for v in judged.rivals] == ["2025-10-01"]
    assert "within the month that the DeveloperStatement gives" in judged.claims[0][
        1
    ].reason or any("within the month" in ruling.reason for _, ruling in judged.claims)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("October 2025", "2025-10-15", True),
        ("2025", "2025-10-15", True),
        ("Q4 2025", "October 2025", True),
        ("Q4 2025", "September 2025", False),
        ("2025-10-14", "2025-10-15", False),
    ],
)
def test_agreement_of_dates_respects_their_precision(one: str, other: str, same: bool) -> None:
    assert agree(dated(one), dated(other)) is agree(dated(other), dated(one)) is same


def test_two_names_of_one_thing_do_not_contest_each_other() -> None:
    both = [
        held(literals.text(n), day=d, predicate=SCHEMA.name)
        for n, d in (("GPT OSS", "2025-01-01"), ("gpt-oss", "2025-02-01"))
    ]
    named = Policy(
        ORDER,
        POLICY.never,
        POLICY.single | {SCHEMA.name},
        POLICY.exhaustive,
        POLICY.facts | {SCHEMA.name},
        day=POLICY.day,
        confidence=POLICY.confidence,
        plausible=POLICY.plausible,
    )
    assert [str(v) for v in resolve(both, SCHEMA.name, named).values] == ["GPT OSS"]
    assert not disclosure.contested(both, SCHEMA.name, named)


def test_every_value_of_a_multi_valued_property_is_accepted() -> None:
    data = iris.dataset("c4"), iris.dataset("pile")
    items = [held(d, predicate=PG.trainedOn) for d in data]
    assert accepted(*items, predicate=PG.trainedOn) == sorted(map(str, data))


def test_a_cutoff_after_the_release_is_rejected_with_its_reason() -> None:
    late = held(
        literals.day("2026-03").literal, predicate=PG.knowledgeCutoff, precision=Precision.MONTH
    )  # type: ignore[union-attr]
    seen = view_of(M, [dated("2025-10-15", Basis.DEVELOPER), late], [M], POLICY)
    assert not [q for q in seen.quads if q[1] == PG.knowledgeCutoff]
    (claim,) = [c for c in seen.claims if c.claim.predicate == PG.knowledgeCutoff]
    assert claim.status is AcceptanceStatus.REJECTED
    assert claim.reason == "after the release (2025-10-15)"


@pytest.mark.parametrize(
    ("cutoff", "basis", "taken"),
    [
        ("2025-10", Basis.THIRD_PARTY, False),
        ("2025-10-02", Basis.THIRD_PARTY, False),
        ("2025-09", Basis.THIRD_PARTY, True),
        ("2025", Basis.THIRD_PARTY, True),
        ("2025-10", Basis.DEVELOPER, True),
    ],
)
def test_a_catalogues_cutoff_in_the_month_of_the_release_repeats_the_release(
    cutoff: str, basis: Basis, taken: bool
) -> None:
    day = literals.day(cutoff)
    assert day
    claim = held(day.literal, basis, predicate=PG.knowledgeCutoff, precision=day.precision)
    seen = view_of(M, [dated("2025-10-15", Basis.DEVELOPER), claim], [M], POLICY)
    assert [q[2] for q in seen.quads if q[1] == PG.knowledgeCutoff] == [day.literal] * taken
