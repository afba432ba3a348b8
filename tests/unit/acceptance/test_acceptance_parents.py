"""Inferred parents, nominal sizes and words for a parent, held against what others state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_made import POLICY, M, billions, held

from provenance_graph.acceptance.resolve import resolve
from provenance_graph.acceptance.view import view_of
from provenance_graph.core import iris
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Custody,
    SourcedClaim,
    Stance,
)
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import PG, PROV


def test_an_inferred_parent_gives_way_to_one_that_a_source_states() -> None:
    small, large = iris.model("acme/small"), iris.model("acme/large")
    guess = held(small, Basis.INFERENCE, predicate=PROV.wasDerivedFrom)
    stated = held(large, source="u", predicate=PG.fineTunedFrom)
    seen = view_of(M, [guess, stated], [M], POLICY)
    assert {o for s, p, o, _ in seen.quads if p == PROV.wasDerivedFrom} == {large}
    (beside,) = [c for c in seen.claims if c.claim.value == small]
    assert beside.status is AcceptanceStatus.ALTERNATIVE
    assert beside.reason == "an inferred parent, while a source states one"


def test_an_inferred_parent_stands_where_no_source_states_one_or_the_same() -> None:
    base = iris.model("acme/base")
    guess = held(base, Basis.INFERENCE, predicate=PROV.wasDerivedFrom)
    silent = held(None, stance=Stance.REPORTS_UNDISCLOSED, predicate=PG.fineTunedFrom)
    for others in ([], [silent], [held(base, source="u", predicate=PG.fineTunedFrom)]):
        seen = view_of(M, [guess, *others], [M], POLICY)
        assert (M, PROV.wasDerivedFrom, base, None) in seen.quads
        (claim,) = [c for c in seen.claims if c.claim.predicate == PROV.wasDerivedFrom]
        assert claim.status is AcceptanceStatus.ACCEPTED


def test_a_guess_of_a_kind_displaces_no_other_guess() -> None:
    """Only what a source states of one kind, and is not refused, takes an inferred parent's place."""
    one, other = iris.model("acme/one"), iris.model("acme/other")
    guess = held(one, Basis.INFERENCE, predicate=PROV.wasDerivedFrom)
    of_kind = held(other, Basis.INFERENCE, source="u", predicate=PG.fineTunedFrom)
    denied = held(other, source="u", predicate=PG.fineTunedFrom, stance=Stance.DENIES)
    for beside in (of_kind, denied):
        seen = view_of(M, [guess, beside], [M], POLICY)
        (claim,) = [c for c in seen.claims if c.claim.predicate == PROV.wasDerivedFrom]
        assert claim.status is AcceptanceStatus.ACCEPTED
        assert (M, PROV.wasDerivedFrom, one, None) in seen.quads


def test_a_stated_parent_of_no_kind_stands_beside_one_of_a_kind() -> None:
    """Only guesses give way: of what no model says how it was made, two sources may state two parents."""
    one, other, guessed = (iris.model(f"acme/{name}") for name in ("one", "other", "guessed"))
    general = held(one, source="u", predicate=PROV.wasDerivedFrom)
    guess = held(guessed, Basis.INFERENCE, source="v", predicate=PROV.wasDerivedFrom)
    of_kind = held(other, source="w", predicate=PG.fineTunedFrom)
    seen = view_of(M, [general, guess, of_kind], [M], POLICY)
    standing = {c.claim.value: c.status for c in seen.claims}
    assert standing[one] is AcceptanceStatus.ACCEPTED
    assert standing[guessed] is AcceptanceStatus.ALTERNATIVE


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        # the developer's narrower kind against a third party's wider one, and against a guess
        ([("fineTunedFrom", Basis.THIRD_PARTY, "u"), ("postTrainedFrom", Basis.DEVELOPER, "t")], "postTrainedFrom"),
        ([("fineTunedFrom", Basis.INFERENCE, "u"), ("adapterOf", Basis.THIRD_PARTY, "t")], "adapterOf"),
        # one document, or two of equal rank: the wider kind is implied
        ([("fineTunedFrom", Basis.DEVELOPER, "t"), ("postTrainedFrom", Basis.DEVELOPER, "t")], "postTrainedFrom"),
        # a guess refines nothing
        ([("fineTunedFrom", Basis.THIRD_PARTY, "t"), ("continuedFrom", Basis.INFERENCE, "u")], "fineTunedFrom"),
        # neither is the wider: the better source
        ([("fineTunedFrom", Basis.THIRD_PARTY, "u"), ("quantizedFrom", Basis.DEVELOPER, "t")], "quantizedFrom"),
        ([("distilledFrom", Basis.DEVELOPER, "u"), ("prunedFrom", Basis.THIRD_PARTY, "t")], "distilledFrom"),
        # two documents of equal rank do not make two steps of one parent
        ([("distilledFrom", Basis.DEVELOPER, "t"), ("prunedFrom", Basis.DEVELOPER, "u")], "distilledFrom"),
        # one document says that both happened
        ([("distilledFrom", Basis.DEVELOPER, "t"), ("prunedFrom", Basis.DEVELOPER, "t")], "distilledFrom prunedFrom"),
    ],
)  # fmt: skip
def test_one_parent_has_one_kind_of_derivation_unless_one_document_gives_two(
    given: list[tuple[str, Basis, str]], stands: str
) -> None:
    base = iris.model("acme/base")
    items = [
        held(
            base,
            basis,
            predicate=Iri(PG.fineTunedFrom.replace("fineTunedFrom", kind)),
            source=source,
        )
        for kind, basis, source in given
    ]
    for order in (items, items[::-1]):
        seen = view_of(M, order, [M], POLICY)
        kinds = {p for _, p, o, _ in seen.quads if o == base and p != PROV.wasDerivedFrom}
        assert sorted(map(iris.local_name, kinds)) == stands.split()
        assert (M, PROV.wasDerivedFrom, base, None) in seen.quads
        assert len(seen.claims) == 2
        for one in seen.claims:
            if iris.local_name(one.claim.predicate) not in stands.split():
                assert one.status is AcceptanceStatus.ALTERNATIVE
                assert one.reason == f"another term for the same step, accepted as {stands}"


def test_two_parents_of_different_kinds_both_stand() -> None:
    base, teacher = iris.model("acme/base"), iris.model("acme/teacher")
    items = [held(base, predicate=PG.fineTunedFrom), held(teacher, predicate=PG.distilledFrom)]
    seen = view_of(M, items, [M], POLICY)
    assert {o for _, p, o, _ in seen.quads if p == PROV.wasDerivedFrom} == {base, teacher}


def test_a_nominal_size_is_held_against_the_size_in_the_name() -> None:
    named = iris.model("org/Example-8x7B-Instruct")
    for size, doubted in ((7, True), (47, False)):
        item = held(billions(size), predicate=PG.nominalParameterCount)
        item = replace(item, subject=named, claim=replace(item.claim, subject=named))
        seen = view_of(named, [item], [named], POLICY)
        reasons = [one.reason for one in seen.claims]
        assert any("the name gives about 56B" in one for one in reasons) is doubted


def test_the_parent_that_a_repository_names_stands_though_the_kind_is_inferred() -> None:
    model_ = iris.model("acme/small-chat")
    named, worded = iris.model("acme/small"), Iri(f"{ID}in/u/unresolved/elder")

    def own(publisher: str, custody: Custody) -> SourcedClaim:
        item = held(named, Basis.INFERENCE, predicate=PG.fineTunedFrom)
        header = replace(
            item.header,
            basis=Basis.DEVELOPER,
            publisher=iris.organization(publisher),
            custody=custody,
        )
        claim = replace(item.claim, subject=model_, basis=Basis.INFERENCE)
        return replace(item, subject=model_, claim=claim, header=header)

    listed = held(worded, source="u", predicate=PG.fineTunedFrom)
    for publisher, custody, stands in (
        ("acme", Custody.ASSERTED, {named}),
        ("acme", Custody.ASSUMED, {worded}),  # anybody's copy of the card
        ("quark", Custody.ASSERTED, {worded}),
    ):
        judged = resolve([own(publisher, custody), listed], PG.fineTunedFrom, POLICY)
        assert set(judged.values) == stands
        assert judged.inferred is (stands == {named})


@pytest.mark.parametrize("words", ["exaone-3.5-32b", "EXAONE%203.5%2032B"])
def test_words_for_a_parent_that_another_document_names_are_no_second_parent(words: str) -> None:
    row = iris.entity("epoch", "model", "exaone-3.5-32b")
    known = replace(
        held(row, predicate=PG.fineTunedFrom), resolved=iris.model("LGAI/EXAONE-3.5-32B-Base")
    )
    again = held(
        Iri(f"{ID}in/epoch/unresolved/{words}"), predicate=PG.fineTunedFrom, day="2026-01-01"
    )
    other = held(Iri(f"{ID}in/epoch/unresolved/else"), predicate=PG.fineTunedFrom)
    judged = resolve([known, again], PG.fineTunedFrom, POLICY)
    assert judged.values == (known.value,)
    assert not judged.rivals
    assert "text for what another document identifies as an entity" in [
        r.reason for _, r in judged.claims
    ]
    assert set(resolve([known, other], PG.fineTunedFrom, POLICY).values) == {
        known.value,
        other.value,
    }


def test_an_inference_of_what_a_source_states_says_that_it_is_stated() -> None:
    base = iris.model("acme/base")
    stated = held(base, predicate=PG.mergedFrom)
    inferred = held(base, Basis.INFERENCE, predicate=PG.mergedFrom)
    for order in ([stated, inferred], [inferred, stated]):
        seen = view_of(M, order, [M], POLICY)
        assert sorted(one.reason for one in seen.claims) == [
            "one of several values",
            "one of several values, which it infers",
        ]
    (alone,) = view_of(M, [inferred], [M], POLICY).claims
    assert alone.reason.endswith("inferred, no source states it")
