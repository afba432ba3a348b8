"""What a form derives: whether systemic risk is presumed, whether the open-source exemption holds."""

from __future__ import annotations

import audit_store
import pytest
from form_cases import MODEL, field, filled, world

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.formats.forms.definition import form_named
from provenance_graph.forms.derived import open_source_exemption, systemic_risk


def test_an_estimate_is_told_and_never_a_value() -> None:
    claims = (Claim(MODEL, PG.trainingComputeFLOP, literals.double(3e25), basis=Basis.ESTIMATE),)
    with world(*claims) as store:
        form = filled(store, "eu-gpai-mdf")
        risk = systemic_risk(AcceptedSnapshot(store), MODEL)
    assert field(form, "7.2").values == []
    assert "estimate" in field(form, "7.2").notes[0]
    assert risk.answer == "unknown"
    assert "estimate" in risk.notes[0]


@pytest.mark.parametrize(("flop", "answer"), [(3e25, "yes"), (1e25, "yes"), (9e24, "no")])
def test_systemic_risk_is_presumed_from_the_threshold_on(flop: float, answer: str) -> None:
    with world(Claim(MODEL, PG.trainingComputeFLOP, literals.double(flop))) as store:
        risk = systemic_risk(AcceptedSnapshot(store), MODEL)
    assert risk.answer == answer
    assert "Article 51(2)" in risk.sentence
    assert risk.claims


@pytest.mark.parametrize(
    ("relation", "answer"), [(PG.fineTunedFrom, "yes"), (PG.distilledFrom, "unknown")]
)
def test_compute_of_a_parent_counts_and_that_of_a_teacher_does_not(
    relation: Iri, answer: str
) -> None:
    parent = model("org/parent")
    claims = (
        Claim(MODEL, relation, parent),
        Claim(parent, RDF.type, PG.Model),
        Claim(parent, PG.trainingComputeFLOP, literals.double(2e25), basis=Basis.MEASUREMENT),
    )
    with world(*claims) as store:
        risk = systemic_risk(AcceptedSnapshot(store), MODEL)
    assert risk.answer == answer
    assert ("org/parent" in risk.sentence) is (answer == "yes")


def test_a_sum_that_may_count_twice_decides_nothing() -> None:
    parent = model("org/parent")
    claims = (
        Claim(MODEL, PG.fineTunedFrom, parent),
        Claim(MODEL, PG.trainingComputeFLOP, literals.double(6e24)),
        Claim(parent, RDF.type, PG.Model),
        Claim(parent, PG.trainingComputeFLOP, literals.double(5e24), basis=Basis.MEASUREMENT),
    )
    with world(*claims) as store:
        risk = systemic_risk(AcceptedSnapshot(store), MODEL)
    assert risk.answer == "unknown"
    assert "if none of them includes another" in risk.sentence


def test_models_that_come_from_each_other_end() -> None:
    parent = model("org/parent")
    claims = (
        Claim(MODEL, PG.fineTunedFrom, parent),
        Claim(parent, RDF.type, PG.Model),
        Claim(parent, PG.fineTunedFrom, MODEL),
    )
    with world(*claims) as store:
        assert systemic_risk(AcceptedSnapshot(store), MODEL).answer == "unknown"
        assert filled(store, "eu-annex-xi").sections


def test_the_exemption_names_every_condition() -> None:
    claims = (
        Claim(MODEL, DCTERMS.license, audit_store.APACHE),
        Claim(MODEL, PG.weightsAvailability, PG.OpenWeights),
        Claim(MODEL, PG.layerCount, literals.integer(32)),
        Claim(MODEL, PG.modelCard, Iri("https://example.org/card")),
        Claim(MODEL, PG.trainingComputeFLOP, literals.double(1e23)),
    )
    with world(*claims) as store:
        whole = open_source_exemption(AcceptedSnapshot(store), MODEL)
    assert whole.answer == "yes"
    assert whole.sentence.count(": met") == 5
    with world(*claims[:1], *claims[2:]) as store:
        assert open_source_exemption(AcceptedSnapshot(store), MODEL).answer == "unknown"
    closed = Claim(MODEL, PG.weightsAvailability, PG.ApiOnly)
    with world(claims[0], closed, *claims[2:]) as store:
        assert open_source_exemption(AcceptedSnapshot(store), MODEL).answer == "no"


def test_an_address_of_a_paper_is_no_reason_for_a_decision() -> None:
    field = form_named("eu-gpai-mdf").fields["5.2"]
    assert not field.sources
    assert "2.2" in field.help
