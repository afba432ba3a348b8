"""Which claim is accepted, what its rivals are told, and what is disclosed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from provenance_graph.acceptance import disclosure
from provenance_graph.acceptance.agreement import agree
from provenance_graph.acceptance.identity import canonical, hub_name, repository_model
from provenance_graph.acceptance.policy import Criterion, Policy, Source
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.acceptance.sssom import read_sssom, read_table, write_sssom
from provenance_graph.acceptance.view import view_of
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Claim,
    Custody,
    Header,
    Precision,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.errors import RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA

M = iris.model("org/m")
ORDER = (Basis.ARTIFACT, Basis.DEVELOPER, Basis.MEASUREMENT, Basis.THIRD_PARTY, Basis.INFERENCE)
POLICY = Policy(
    basis_order=ORDER,
    never=frozenset({Basis.ESTIMATE}),
    single=frozenset(
        {
            PG.parameterCount,
            PG.contextLength,
            PG.maxOutputTokens,
            DCTERMS.issued,
            PG.knowledgeCutoff,
        }
    ),
    exhaustive=frozenset({PG.inputModality}),
    facts=frozenset(
        {
            PG.parameterCount,
            DCTERMS.issued,
            PG.knowledgeCutoff,
            PG.inputModality,
            PG.trainedOn,
        }
    ),
    day="2026-06-01",
    guarded=frozenset({PG.parameterCount}),
    changing=frozenset({PG.maxOutputTokens}),
    sources={
        iris.mint("collection", "close"): Source(1, 1),
        iris.mint("collection", "far"): Source(8, 4),
        iris.mint("collection", "copy"): Source(5, 3, repeats=iris.mint("collection", "t")),
        iris.mint("collection", "index"): Source(5, 2, researched=True),
        iris.mint("collection", "own"): Source(1, 1, own=True),
    },
)


def held(
    value: Value | None,
    basis: Basis = Basis.THIRD_PARTY,
    day: str = "2025-01-01",
    predicate: Iri = PG.parameterCount,
    **more: object,
) -> SourcedClaim:
    source = str(more.pop("source", "t"))
    header = Header(
        iris.record(source, f"{basis.name}-{value}-{day}".lower(), day),
        Iri("https://example.org/"),
        iris.organization(str(more.pop("publisher", "org"))),
        day,
        "rdf",
        basis,
        custody=more.pop("custody", Custody.ASSERTED),  # type: ignore[arg-type]
        edition=str(more.pop("edition", "")),
    )
    return SourcedClaim(Claim(M, predicate, value, **more), header, M)  # type: ignore[arg-type]


def billions(n: int) -> Value:
    return literals.integer(n * 10**9)


def dated(
    text: str, basis: Basis = Basis.THIRD_PARTY, day: str = "2025-01-01", source: str = "t"
) -> SourcedClaim:
    result = literals.day(text)
    assert result
    return held(
        result.literal, basis, day, DCTERMS.issued, precision=result.precision, source=source
    )


def accepted(*items: SourcedClaim, predicate: Iri = PG.parameterCount) -> list[str]:
    return [str(v) for v in resolve(items, predicate, POLICY).values]


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
    assert judged.decided is Criterion.CLOSENESS
    reasons = {str(item.value): reason for item, _, reason in judged.claims}
    assert reasons == {
        "8000000000": "its source stands closer to the facts than any rival's",
        "7000000000": "another source stands closer to the facts",
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
    assert judged.decided is Criterion.VALUE  # no clock decided
    later = held(billions(9), valid_from="2025-01-01", day="2025-02-01")
    assert accepted(since, later) == ["9000000000"]


def test_of_what_changes_in_time_the_later_edition_wins_over_the_closer_source() -> None:
    old = held(billions(7), predicate=PG.maxOutputTokens, edition="2024-01-01", source="close")
    new = held(billions(8), predicate=PG.maxOutputTokens, edition="2026-01-01", source="far")
    assert accepted(old, new, predicate=PG.maxOutputTokens) == ["8000000000"]


def test_now_is_a_day() -> None:
    future = held(billions(8), Basis.DEVELOPER, valid_from="2099-01-01")
    until = held(billions(7), valid_until="2099-01-01")
    assert accepted(future, until) == ["7000000000"]
    judged = resolve([future, until], PG.parameterCount, POLICY, "2099-02-01")
    assert [str(v) for v in judged.values] == ["8000000000"]
    assert {reason for _, _, reason in judged.claims} == {
        "the only claim that competes",
        "valid until 2099-01-01",
    }


def test_a_claim_below_the_least_confidence_is_never_accepted() -> None:
    unsure = held(billions(7), confidence=Decimal("0.0002"))
    judged = resolve([unsure], PG.parameterCount, POLICY)
    assert judged.values == ()
    assert judged.claims[0][2] == "its confidence 0.0002 is below 0.5"


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


@pytest.mark.parametrize(("limit", "same"), [(131_072, True), (128_000, True), (262_144, False)])
def test_a_limit_in_k_leaves_both_readings_open(limit: int, same: bool) -> None:
    one = held(literals.integer(128_000), predicate=PG.contextLength, as_stated="128K")
    other = held(literals.integer(limit), predicate=PG.contextLength)
    assert agree(one, other) is same


def test_an_implausible_claim_refines_nothing_and_loses() -> None:
    named = iris.model("org/m-13b")
    wrong = replace(held(billions(7)), subject=named)
    right = replace(held(billions(13), source="far"), subject=named)
    seen = view_of(named, [wrong, right], [named], POLICY)
    assert (named, PG.parameterCount, billions(13), None) in seen.quads
    assert (named, PG.implausible, PG.parameterCount, None) in seen.quads
    (lost,) = [c for c in seen.claims if c.standing is AcceptanceStatus.REJECTED]
    assert lost.reason == "implausible: the name gives about 13B"


def test_an_implausible_value_alone_is_accepted_from_a_researched_index_only() -> None:
    named = iris.model("org/m-13b")
    for source, taken in (("index", True), ("t", False)):
        alone = replace(held(billions(7), source=source), subject=named)
        seen = view_of(named, [alone], [named], POLICY)
        assert ((named, PG.parameterCount, billions(7), None) in seen.quads) is taken
        assert (named, PG.implausible, PG.parameterCount, None) in seen.quads


@pytest.mark.parametrize(
    ("name", "count", "doubted"),
    [
        ("Mixtral-8x7B-Instruct-v0.1", 7, True),
        ("Mixtral-8x7B-Instruct-v0.1", 47, False),
        ("Qwen3-235B-A22B", 22, True),
        ("Qwen3-235B-A22B", 235, False),
        ("Llama-4-Scout-17B-16E", 109, False),
        ("CLIP-ViT-L-14-laion2B", 428, False),
        ("Qwen1.5-7B", 14, True),
        ("gpt-x", 1000, False),
    ],
)
def test_a_rounded_count_is_held_against_the_size_in_the_name(
    name: str, count: int, doubted: bool
) -> None:
    named = iris.model(f"org/{name}")
    seen = view_of(named, [replace(held(billions(count)), subject=named)], [named], POLICY)
    assert ((named, PG.implausible, PG.parameterCount, None) in seen.quads) is doubted


def test_a_third_partys_release_long_after_the_repository_is_implausible() -> None:
    created = replace(
        dated("2024-01-10"), claim=replace(dated("2024-01-10").claim, predicate=DCTERMS.created)
    )
    seen = view_of(M, [dated("2025-01-10"), created], [M], POLICY)
    (claim,) = [c for c in seen.claims if c.claim.predicate == DCTERMS.issued]
    assert claim.reason == "implausible: the repository was created on 2024-01-10"
    own = view_of(M, [dated("2025-01-10", Basis.DEVELOPER), created], [M], POLICY)
    assert [c.standing for c in own.claims if c.claim.predicate == DCTERMS.issued] == [
        AcceptanceStatus.ACCEPTED
    ]


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


# ---- silence of the developer against values of others --------------------------------------


def test_a_documented_search_outranks_a_third_partys_value() -> None:
    search = held(None, stance=Stance.REPORTS_UNDISCLOSED, source="close")
    reported = held(billions(21))
    judged = resolve([search, reported], PG.parameterCount, POLICY)
    assert judged.values == ()
    assert "searched for and not found (close), and it names no document" in {
        reason for _, _, reason in judged.claims
    }
    named = held(billions(21), locator="https://example.org/paper.pdf")
    assert accepted(search, named) == ["21000000000"]
    assert accepted(search, held(billions(21), Basis.ARTIFACT)) == ["21000000000"]
    assert accepted(held(None, stance=Stance.REPORTS_UNDISCLOSED, source="far"), reported)


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
    assert [(s, r) for _, s, r in judged.claims] == [
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
    assert "within the month that the DeveloperStatement gives" in judged.claims[0][2] or any(
        "within the month" in reason for _, _, reason in judged.claims
    )


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
    assert claim.standing is AcceptanceStatus.REJECTED
    assert claim.reason == "after the release (2025-10-15)"


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


# ---- identity -----------------------------------------------------------------------------


def test_one_hub_repository_maps_and_two_do_not() -> None:
    hub = [Iri("https://huggingface.co/org/a"), Iri("https://huggingface.co/org/a/tree/main")]
    assert repository_model(hub) == iris.model("org/a")
    assert repository_model([*hub, Iri("https://huggingface.co/org/b")]) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/datasets/org/a",
        "https://huggingface.co/org",
        "https://example.org/a/b",
    ],
)
def test_an_address_that_is_no_model_repository_maps_nothing(url: str) -> None:
    assert hub_name(url) == ""


def test_a_cycle_of_mappings_ends_at_one_name_from_everywhere() -> None:
    ring = {Iri("urn:a"): Iri("urn:b"), Iri("urn:b"): Iri("urn:c"), Iri("urn:c"): Iri("urn:a")}
    assert {canonical(name, ring.get, lambda _: None) for name in ring} == {"urn:a"}


HEAD = "#mapping_set_id: https://example.org/s\n#license: https://example.org/l\n"
COLUMNS = "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\n"


def test_sssom_is_read_with_its_prefixes() -> None:
    text = HEAD + '#curie_map:\n#  ex: "https://example.org/"\n' + COLUMNS
    (row,) = read_sssom(
        text + "ex:a\tskos:exactMatch\t\tid:model/org/a\tsemapv:ManualMappingCuration\n"
    )
    assert (row.subject, row.object, row.merges) == (
        "https://example.org/a",
        iris.model("org/a"),
        True,
    )


def test_a_negated_mapping_merges_nothing() -> None:
    (row,) = read_sssom(
        HEAD + COLUMNS + "id:a\tskos:exactMatch\tNot\tid:b\tsemapv:ManualMappingCuration\n"
    )
    assert not row.merges


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("id:a b\tskos:exactMatch\t\tid:b\tx", "line 4: .*spaces: a b"),
        ("id:a\tskos:exactMatch\tMaybe\tid:b\tx", "neither empty nor 'Not'"),
        ("id:a\tskos:exactMatch\t\tid:b\tx\ty\tz", "7 cells, 5 columns"),
    ],
)
def test_a_bad_row_is_named_by_its_line(line: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        read_sssom(HEAD + COLUMNS + line + "\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nothere:a\tskos:exactMatch\t\tid:b\tsemapv:LexicalMatching", "line 4.*nothere"),
        ("id:a\tskos:exactMatch\t\t\tsemapv:LexicalMatching", "line 4: object_id is empty"),
    ],
)
def test_a_row_that_sssom_forbids_is_named_by_its_line(line: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        read_sssom(HEAD + COLUMNS + line + "\n")


@pytest.mark.parametrize("name", ["identity.sssom.tsv", "crosswalk.sssom.tsv"])
def test_the_shipped_tables_come_back_as_they_were_read(name: str) -> None:
    table = read_table((folder("data") / name).read_text(encoding="utf-8"), name)
    written = write_sssom(table.rows, table.header)
    again = read_table(written, name)
    assert again.rows == table.rows
    assert write_sssom(again.rows, again.header) == written


def test_missing_columns_are_named() -> None:
    with pytest.raises(RecordError, match="object_id"):
        read_sssom("subject_id\tpredicate_id\nid:a\tskos:exactMatch\n")


@pytest.mark.parametrize("relation", [PG.fineTunedFrom, PG.usedJudge, PROV.wasDerivedFrom])
def test_nothing_descends_from_itself(relation: Iri) -> None:
    quads = view_of(M, [held(M, predicate=relation)], [M], POLICY).quads
    assert not [q for q in quads if q[2] == M]
