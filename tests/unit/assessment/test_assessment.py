"""Levels follow from claims by rule, and scores from levels."""

from __future__ import annotations

from fractions import Fraction

import pytest

from provenance_graph.assessment.levels.rules import LevelQuestion, findings
from provenance_graph.assessment.rubrics import loader as rubric_loader
from provenance_graph.assessment.rubrics.rubric import Rubrics
from provenance_graph.assessment.score import Assessment, assess, rounded, score_differences
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
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.ingest.shipped import reference_quads

MODEL = iris.model("org/m")
SINGLE = frozenset({PG.parameterCount, DCTERMS.issued, DCTERMS.license, PG.weightsAvailability})
DEVELOPER, ARTIFACT, THIRD = Basis.DEVELOPER, Basis.ARTIFACT, Basis.THIRD_PARTY
MIT = Iri("http://spdx.org/licenses/MIT")
LLAMA = mint("licence", "llama-3.1")


@pytest.fixture(scope="module")
def known() -> Rubrics:
    return rubric_loader.load(
        reference_quads(sorted((folder("ontology") / "rubrics").glob("*.ttl")))
    )


def said(
    predicate: Iri,
    value: Value | int | None,
    basis: Basis = DEVELOPER,
    stance: Stance = Stance.STATED,
    *,
    source: str = "card",
    subject: Iri = MODEL,
    precision: Precision | None = None,
    status: AcceptanceStatus = AcceptanceStatus.ALTERNATIVE,
) -> SourcedClaim:
    header = Header(
        iris.record("t", source, "2025-01-01"),
        Iri(f"https://example.org/{source}"),
        iris.organization("T"),
        "2025-01-01",
        "rdf",
        basis,
    )
    stated = literals.integer(value) if isinstance(value, int) else value
    claim = Claim(subject, predicate, stated, stance, precision=precision)
    return SourcedClaim(claim, header, subject, status)


def level(known: Rubrics, name: Iri, *claims: SourcedClaim) -> str:
    asked = LevelQuestion(known.uses, known.facets, SINGLE)
    result = findings(claims, asked, MODEL).get(name)
    return iris.local_name(result.level) if result else "LevelNotAssessed"


SIZE = PG.parameterCount


@pytest.mark.parametrize(
    ("expected", "claims"),
    [
        ("LevelNotAssessed", []),
        ("LevelDisclosed", [said(SIZE, 8)]),
        ("LevelDisclosed", [said(SIZE, 8, ARTIFACT)]),
        ("LevelDisclosed", [said(SIZE, 8), said(SIZE, 8, source="paper")]),
        ("LevelVerified", [said(SIZE, 8), said(SIZE, 8, ARTIFACT, source="config")]),
        ("LevelVerified", [said(SIZE, 8), said(SIZE, 8, Basis.MEASUREMENT, source="lab")]),
        ("LevelDisclosed", [said(SIZE, 8), said(SIZE, 8, THIRD, source="page")]),
        ("LevelDisclosed", [said(SIZE, 8), said(SIZE, 9, THIRD, source="page")]),
        ("LevelContradicted", [said(SIZE, 8), said(SIZE, 9, source="paper")]),
        ("LevelContradicted", [said(SIZE, 8), said(SIZE, 9, ARTIFACT, source="config")]),
        ("LevelPartial", [said(SIZE, 8, stance=Stance.PARTLY_STATED)]),
        ("LevelEstimate", [said(SIZE, 21, Basis.ESTIMATE)]),
        ("LevelEstimate", [said(SIZE, 8, THIRD)]),
        ("LevelEstimate", [said(SIZE, 8, Basis.INFERENCE)]),
        ("LevelEstimate", [said(SIZE, 8, Basis.MEASUREMENT)]),
        ("LevelEstimate", [said(SIZE, 8, THIRD, Stance.PARTLY_STATED)]),
        ("LevelUndisclosed", [said(SIZE, None, THIRD, Stance.REPORTS_UNDISCLOSED)]),
        ("LevelUndisclosed", [said(SIZE, None, DEVELOPER, Stance.DECLINES)]),
        ("LevelUndisclosed", [said(SIZE, None, DEVELOPER, Stance.NOT_STATED)]),
        ("LevelNotAssessed", [said(SIZE, None, THIRD, Stance.NOT_STATED)]),
        (
            "LevelUndisclosed",
            [
                said(SIZE, 21, Basis.ESTIMATE, source="page"),
                said(SIZE, None, THIRD, Stance.REPORTS_UNDISCLOSED),
            ],
        ),
        ("LevelDisclosed", [said(SIZE, 8), said(SIZE, None, THIRD, Stance.REPORTS_UNDISCLOSED)]),
        ("LevelNotApplicable", [said(SIZE, None, DEVELOPER, Stance.INAPPLICABLE)]),
        ("LevelNotAssessed", [said(SIZE, None, THIRD, Stance.INAPPLICABLE)]),
        ("LevelNotAssessed", [said(SIZE, 8, status=AcceptanceStatus.SUPERSEDED)]),
    ],
)
def test_the_level_of_a_property_follows_from_who_says_it(
    known: Rubrics, expected: str, claims: list[SourcedClaim]
):
    assert level(known, SIZE, *claims) == expected


def test_a_month_does_not_contradict_a_day_in_it(known: Rubrics):
    day, month = literals.day("2025-10-15"), literals.day("October 2025")
    assert day
    assert month
    one = said(DCTERMS.issued, day.literal, precision=day.precision)
    two = said(DCTERMS.issued, month.literal, precision=month.precision, source="blog")
    assert level(known, DCTERMS.issued, one, two) == "LevelDisclosed"


def test_another_release_of_a_version_contradicts_nothing(known: Rubrics):
    version = iris.entity("t", "version", "m-1")
    claims = [said(SIZE, 8), said(SIZE, 9, subject=version, source="version")]
    assert level(known, SIZE, *claims) == "LevelDisclosed"


OPEN, OSI = mint("facet", "open-weights"), mint("facet", "osi-licence")
WEIGHTS = PG.weightsAvailability


@pytest.mark.parametrize(
    ("expected", "facet", "claims"),
    [
        ("LevelDisclosed", OSI, [said(DCTERMS.license, MIT)]),
        ("LevelUnmet", OSI, [said(DCTERMS.license, LLAMA)]),
        ("LevelEstimate", OSI, [said(DCTERMS.license, MIT, THIRD)]),
        ("LevelNotAssessed", OSI, [said(DCTERMS.license, LLAMA, THIRD)]),
        (
            "LevelContradicted",
            OSI,
            [said(DCTERMS.license, MIT), said(DCTERMS.license, LLAMA, ARTIFACT)],
        ),
        ("LevelDisclosed", OPEN, [said(WEIGHTS, PG.OpenWeights)]),
        ("LevelUnmet", OPEN, [said(WEIGHTS, PG.GatedWeights)]),
        ("LevelUndisclosed", OPEN, [said(WEIGHTS, None, stance=Stance.DECLINES)]),
    ],
)
def test_a_facet_asks_for_certain_values(
    known: Rubrics, expected: str, facet: Iri, claims: list[SourcedClaim]
):
    assert level(known, facet, *claims) == expected


def test_results_that_others_measured_count_only_where_the_item_asks_for_them(known: Rubrics):
    node = iris.entity("lab", "evaluation", "m-mmlu")
    claims = [said(PG.evaluationOf, MODEL, Basis.MEASUREMENT, subject=node)]
    assert level(known, mint("facet", "independent-results"), *claims) == "LevelVerified"
    assert level(known, mint("facet", "results"), *claims) == "LevelEstimate"
    reported = [said(PG.evaluationOf, MODEL, THIRD, subject=node)]
    assert level(known, mint("facet", "independent-results"), *reported) == "LevelNotAssessed"


def test_what_identifies_a_model_must_agree(known: Rubrics):
    facet = mint("facet", "consistent-facts")
    assert level(known, facet, said(SIZE, 8), said(DCTERMS.license, MIT)) == "LevelDisclosed"
    torn = [said(SIZE, 8), said(SIZE, 9, source="paper"), said(DCTERMS.license, MIT)]
    assert level(known, facet, *torn) == "LevelContradicted"


# ---- scores -----------------------------------------------------------------------------------


def scored(known: Rubrics, rubric: str, *claims: SourcedClaim) -> Assessment:
    asked = LevelQuestion(known.uses, known.facets, SINGLE)
    return assess(MODEL, known.get(rubric), findings(claims, asked, MODEL))


def points(assessment: Assessment, code: str) -> tuple[float, float]:
    (result,) = [i for i in assessment.items if i.item.iri.endswith(f"/item/{code}")]
    return rounded(result.low, 2), rounded(result.high, 2)


@pytest.mark.parametrize("rubric", ["kg-transparency", "fmti-2025", "mof-1.0", "eu-annex-xi"])
def test_nobody_looked_is_a_range_and_no_zero(known: Rubrics, rubric: str):
    result = scored(known, rubric)
    assert result.low == 0
    assert result.high == result.rubric.maximum


def test_disclosed_earns_four_fifths_and_verified_all(known: Rubrics):
    assert points(scored(known, "kg-transparency", said(SIZE, 8)), "4a") == (3.2, 3.2)
    both = said(SIZE, 8), said(SIZE, 8, ARTIFACT, source="config")
    assert points(scored(known, "kg-transparency", *both), "4a") == (4.0, 4.0)
    none = said(SIZE, None, THIRD, Stance.REPORTS_UNDISCLOSED)
    assert points(scored(known, "kg-transparency", none), "4a") == (0.0, 0.0)


def test_properties_of_a_shared_item_are_equal_shares(known: Rubrics):
    result = scored(known, "kg-transparency", said(PG.contextLength, 200_000))
    assert points(result, "9d") == (0.8, 1.8)


@pytest.mark.parametrize(
    ("rubric", "item", "stated", "low"),
    [
        ("eu-annex-xii", "1.a", (PG.task, "text-generation"), 0.5),
        ("eu-annex-xii", "1.a", (PG.intendedUse, "Assistants in customer service."), 1.0),
        ("eu-annex-xi", "1.1.a", (PG.task, "fill-mask"), 0.5),
        ("eu-annex-xii", "1.e", (PG.framework, "diffusers"), 0.5),
        ("eu-annex-xii", "1.e", (PG.softwareDependency, "diffusers 0.30.0"), 1.0),
        ("eu-annex-xii", "2.a", (PG.framework, "sentence-transformers"), 0.0),
        ("eu-annex-xi", "1.2.a", (PG.framework, "timm"), 0.0),
        ("eu-annex-xii", "2.a", (PG.integrationGuide, "https://example.org/guide"), 1.0),
    ],
)
def test_a_tag_is_less_than_what_the_annexes_ask_for(
    known: Rubrics, rubric: str, item: str, stated: tuple[Iri, str], low: float
):
    """Uses and systems, versions and instructions: a task's or a library's name is not all of it."""
    result = scored(known, rubric, said(stated[0], literals.text(stated[1])))
    (earned,) = [i.low for i in result.items if i.item.iri.endswith(f"/{item}")]
    assert rounded(earned, 2) == low


def test_items_that_cannot_apply_leave_the_criterion_at_ten(known: Rubrics):
    closed = said(WEIGHTS, PG.ApiOnly)
    result = scored(known, "kg-transparency", closed, said(PG.contextLength, 200_000))
    assert points(result, "9b") == (0.0, 0.0)
    hardware = next(c for c in result.criteria if c.criterion.iri.endswith("hardware-footprint"))
    assert hardware.maximum == 10
    assert points(result, "9d") == (1.6, 3.6)
    assert sum((c.maximum for c in result.criteria), Fraction(0)) == 100


def test_a_third_party_cannot_take_items_out_of_the_score(known: Rubrics):
    reported = scored(known, "kg-transparency", said(WEIGHTS, PG.ApiOnly, THIRD))
    assert points(reported, "9b") == (0.0, 3.0)


def test_gaps_come_worst_first_with_what_to_publish(known: Rubrics):
    result = scored(known, "kg-transparency", said(SIZE, 8))
    gains = [gap.gain for gap in result.gaps]
    assert gains == sorted(gains, reverse=True)
    assert result.gaps[0].item.iri.endswith("/item/3a")
    assert result.gaps[0].missing == (PG.tokenizer,)
    closed = said(PG.tokenizer, literals.text("m"))
    assert scored(known, "kg-transparency", said(SIZE, 8), closed).low == (
        result.low + result.gaps[0].gain + Fraction("1.6")  # 3d accepts a public tokenizer too
    )


def test_a_class_needs_every_required_component_of_the_lower_ones(known: Rubrics):
    third = [
        said(DCTERMS.license, MIT),
        said(WEIGHTS, PG.OpenWeights),
        said(PG.codeRepository, Iri("https://example.org/code")),
        said(PG.paper, Iri("https://example.org/paper")),
        said(PG.evaluationOf, MODEL, subject=iris.entity("t", "evaluation", "m")),
        said(PG.modelCard, Iri("https://example.org/card")),
        said(PG.dataCard, Iri("https://example.org/data")),
    ]
    result = scored(known, "mof-1.0", *third)
    assert (result.grade, result.possible_grade) == ("III", "I")
    assert scored(known, "mof-1.0", *third[1:]).grade == ""
    closed = scored(known, "mof-1.0", said(DCTERMS.license, LLAMA), *third[1:])
    assert (closed.grade, closed.possible_grade) == ("", "")
    class_three = closed.pillars[0]
    assert mint("rubric", "mof-1.0", "model-card") in class_three.missing


def test_an_open_licence_alone_makes_no_open_source_ai(known: Rubrics):
    result = scored(known, "osaid-1.0", said(DCTERMS.license, MIT))
    assert (result.grade, result.possible_grade, result.low) == ("", "pass", 1)


def test_the_explanation_names_what_moved(known: Rubrics):
    before = scored(known, "kg-transparency", said(SIZE, 8))
    after = scored(known, "kg-transparency", said(SIZE, 8), said(PG.trainingCostUSD, 5))
    (change,) = score_differences(before, after)
    assert change.item.iri.endswith("/item/5e")
    assert change.because == (PG.trainingCostUSD,)
    assert change.points == Fraction("0.8")
    assert score_differences(before, before) == ()


@pytest.mark.parametrize(
    ("number", "shown"),
    [("0.25", 0.3), ("0.35", 0.4), ("33.349999", 33.3), ("1/3", 0.3), ("2/3", 0.7), ("0", 0.0)],
)
def test_halves_are_rounded_up(number: str, shown: float):
    assert rounded(Fraction(number)) == shown
