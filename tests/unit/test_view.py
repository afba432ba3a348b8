"""Which claim is accepted, what its rivals are told, and what is disclosed."""

from __future__ import annotations

import pytest

from provenance_graph.acceptance import disclosure
from provenance_graph.acceptance.identity import canonical, hub_name, repository_model
from provenance_graph.acceptance.policy import Policy, agree, resolve
from provenance_graph.acceptance.sssom import read_sssom, read_table, write_sssom
from provenance_graph.acceptance.view import view_of
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Claim,
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
    single=frozenset({PG.parameterCount, DCTERMS.issued, PG.knowledgeCutoff}),
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
)


def held(
    value: Value | None,
    basis: Basis = Basis.THIRD_PARTY,
    day: str = "2025-01-01",
    predicate: Iri = PG.parameterCount,
    **more: object,
) -> SourcedClaim:
    header = Header(
        iris.record("t", f"{basis.name}-{value}-{day}".lower(), day),
        Iri("https://example.org/"),
        iris.organization("T"),
        day,
        "rdf",
        basis,
    )
    return SourcedClaim(Claim(M, predicate, value, **more), header, M)  # type: ignore[arg-type]


def billions(n: int) -> Value:
    return literals.integer(n * 10**9)


def dated(text: str, basis: Basis = Basis.THIRD_PARTY, day: str = "2025-01-01") -> SourcedClaim:
    found = literals.day(text)
    assert found
    return held(found.literal, basis, day, DCTERMS.issued, precision=found.precision)


def accepted(*items: SourcedClaim, predicate: Iri = PG.parameterCount) -> list[str]:
    return [str(v) for v in resolve(items, predicate, POLICY).values]


def test_the_better_basis_wins_over_the_more_recent() -> None:
    old_developer = held(billions(7), Basis.DEVELOPER, "2023-01-01")
    assert accepted(old_developer, held(billions(8), day="2026-01-01")) == ["7000000000"]


def test_among_equals_the_more_recent_wins() -> None:
    assert accepted(held(billions(7)), held(billions(8), day="2026-01-01")) == ["8000000000"]


def test_among_equals_of_one_day_more_sources_win() -> None:
    twice = held(billions(8)), held(billions(8), Basis.THIRD_PARTY)
    assert accepted(held(billions(7)), *twice) == ["8000000000"]


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
    day = dated("2025-10-15", day="2026-01-01")
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
    )
    assert [str(v) for v in resolve(both, SCHEMA.name, named).values] == ["gpt-oss"]
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
    told = held(None, stance=Stance.REPORTS_UNDISCLOSED)
    assert status(told, held(billions(21), Basis.ESTIMATE)) == "Undisclosed"


def test_a_refusal_is_withheld() -> None:
    assert status(held(None, Basis.DEVELOPER, stance=Stance.DECLINES)) == "Withheld"


def test_the_developers_own_value_counts_before_what_others_report() -> None:
    told = held(None, stance=Stance.REPORTS_UNDISCLOSED)
    assert status(told, held(billions(7), Basis.DEVELOPER)) == "Disclosed"


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
