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
    assert beside.standing is AcceptanceStatus.ALTERNATIVE
    assert beside.reason == "an inference beside a parent that a source states"


def test_an_inferred_parent_stands_where_no_source_states_one_or_the_same() -> None:
    base = iris.model("acme/base")
    guess = held(base, Basis.INFERENCE, predicate=PROV.wasDerivedFrom)
    silent = held(None, stance=Stance.REPORTS_UNDISCLOSED, predicate=PG.fineTunedFrom)
    for others in ([], [silent], [held(base, source="u", predicate=PG.fineTunedFrom)]):
        seen = view_of(M, [guess, *others], [M], POLICY)
        assert (M, PROV.wasDerivedFrom, base, None) in seen.quads
        (claim,) = [c for c in seen.claims if c.claim.predicate == PROV.wasDerivedFrom]
        assert claim.standing is AcceptanceStatus.ACCEPTED


def test_a_nominal_size_is_held_against_the_size_in_the_name() -> None:
    named = iris.model("org/Example-8x7B-Instruct")
    for size, doubted in ((7, True), (47, False)):
        item = held(billions(size), predicate=PG.nominalParameterCount)
        item = replace(item, subject=named, claim=replace(item.claim, subject=named))
        seen = view_of(named, [item], [named], POLICY)
        reasons = [one.reason for one in seen.claims]
        assert any("the name gives about 56B" in one for one in reasons) is doubted


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
    assert "words for what another document names as an entity" in [r for *_, r in judged.claims]
    assert set(resolve([known, other], PG.fineTunedFrom, POLICY).values) == {
        known.value,
        other.value,
    }
