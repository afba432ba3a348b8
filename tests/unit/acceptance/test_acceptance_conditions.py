"""Conditions of acceptance that nothing else would miss: each was dropped once and no test fell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_made import POLICY, M, billions, held

from provenance_graph.acceptance import agreement, developer
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.acceptance.view import view_of
from provenance_graph.acceptance.words import words_for
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import AcceptanceStatus, Basis, Custody, Literal, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, XSD


def test_a_claim_without_a_value_does_not_compete_and_says_so() -> None:
    silent = held(None, Basis.DEVELOPER, stance=Stance.NOT_STATED, predicate=PG.contextLength)
    resolved = resolve([silent], PG.contextLength, POLICY)
    ((_, (standing, reason, _)),) = resolved.claims
    assert (standing, resolved.values) == (AcceptanceStatus.ALTERNATIVE, ())
    assert reason == f"no value: {Stance.NOT_STATED.label}"


def test_only_words_spell_another_name() -> None:
    assert not words_for(iris.model("acme/oak-7b"), [iris.model("other/oak-7b")])
    words = iris.entity("huggingface", "unresolved", "oak-7b")
    assert words_for(words, [iris.model("other/oak-7b")])


def test_a_sources_own_model_without_an_owner_has_the_developers_it_is_stated_to_have() -> None:
    acme = iris.organization("acme")
    stated = held(acme, predicate=DCTERMS.creator, publisher="index")
    named = iris.entity("osai", "model", "oak")
    assert developer.developers([named], [stated], POLICY, lambda name: name) == {acme}
    assert developer.developers([iris.organization("x")], [stated], POLICY, lambda n: n) is None


def test_left_blank_is_what_a_document_did_not_state_and_not_what_is_only_estimated() -> None:
    silent = held(None, stance=Stance.NOT_STATED, predicate=PG.trainedOn)
    estimate = held(iris.dataset("a/b"), Basis.ESTIMATE, predicate=PG.trainedOn)
    blank = (M, PG.leftBlank, PG.trainedOn, None)
    assert blank in view_of(M, [silent], [M], POLICY).quads
    assert blank not in view_of(M, [estimate], [M], POLICY).quads


@pytest.mark.parametrize(
    ("number", "doubted"),
    [("2413.01234", True), ("2400.01234", True), ("0701.00123", True), ("2401.01234", False)],
)
def test_a_number_that_arxiv_cannot_have_given_is_implausible(number: str, doubted: bool) -> None:
    paper = held(Iri(f"https://arxiv.org/abs/{number}"), predicate=PG.paper)
    issued = held(literals.day("2024-02-01").literal, predicate=DCTERMS.issued, source="close")
    (item,) = [
        c for c in view_of(M, [paper, issued], [M], POLICY).claims if c.claim.predicate == PG.paper
    ]
    assert bool(item.reason and "arXiv has no paper of this number" in item.reason) is doubted


def test_inferred_parents_do_not_put_one_another_aside() -> None:
    one, other = iris.model("acme/one"), iris.model("acme/other")
    general = held(one, Basis.INFERENCE, predicate=PROV.wasDerivedFrom)
    kind = held(other, Basis.INFERENCE, predicate=PG.fineTunedFrom, source="u")
    seen = view_of(M, [general, kind], [M], POLICY)
    assert (M, PROV.wasDerivedFrom, one, None) in seen.quads


def test_only_whole_numbers_and_days_are_intervals() -> None:
    assert agreement.span(held(billions(7))) is not None
    for datatype in (XSD.decimal, XSD.string):
        assert agreement.span(held(Literal("7000000000", datatype))) is None


def test_what_follows_from_the_developers_own_file_outranks_a_search_of_documents() -> None:
    """A count from the dimensions of a released config: inferred, but the search did not see it."""
    searched = held(None, stance=Stance.REPORTS_UNDISCLOSED, source="index")
    for publisher, custody, stands in (
        ("org", Custody.VERIFIED, True),
        ("org", Custody.ASSUMED, False),  # anybody's copy of the file
        ("else", Custody.ASSERTED, False),
    ):
        read = held(billions(8), Basis.ARTIFACT, publisher=publisher, custody=custody)
        count = replace(read, claim=replace(read.claim, basis=Basis.INFERENCE))
        resolved = resolve([searched, count], PG.parameterCount, POLICY)
        assert bool(resolved.values) is stands
        assert resolved.inferred is stands
