"""Scores and claims move together: exactly the items that use a claim's property."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pytest
import rdflib
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence.gather import (
    GRAPH,
    LEVEL_PROPERTIES,
    as_quads,
    stored_levels,
)
from provenance_graph.assessment.levels.rules import LevelFinding, LevelQuestion, findings
from provenance_graph.assessment.rubrics import loader as rubric_loader
from provenance_graph.assessment.rubrics.rubric import Rubric, Rubrics
from provenance_graph.assessment.score import Assessment, assess, rounded, score_differences
from provenance_graph.assessment.totals import query, totals
from provenance_graph.core import iris, literals, rdf
from provenance_graph.core.claims import Basis, Claim, Header, Quad, SourcedClaim, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.store.memory import MemoryStore

MODEL = iris.model("org/m")
SINGLE = frozenset({PG.parameterCount, DCTERMS.license, PG.weightsAvailability})
MIT, OTHER = Iri("http://spdx.org/licenses/MIT"), iris.mint("licence", "proprietary")


@cache
def reference() -> tuple[Quad, ...]:
    return tuple(q for q in reference_quads(sorted(rubric_files())) if q[3] is None)


def rubric_files():
    ontology = folder("ontology")
    return [*(ontology / "rubrics").glob("*.ttl"), ontology / "scoring.ttl"]


@cache
def known() -> Rubrics:
    return rubric_loader.load(reference())


@cache
def asked() -> LevelQuestion:
    return LevelQuestion(known().uses, known().facets, SINGLE)


PROPERTIES = (
    PG.parameterCount,
    DCTERMS.license,
    PG.weightsAvailability,
    PG.dataAcquisition,
    PG.trainedOn,
    PG.contextLength,
    PG.layerCount,
    PG.paper,
    PG.evaluationOf,
    PG.fineTunedFrom,
    PG.trainingCode,
)
VALUES = {
    DCTERMS.license: [MIT, OTHER],
    PG.weightsAvailability: [PG.OpenWeights, PG.GatedWeights, PG.ApiOnly],
    PG.dataAcquisition: [PG.WebCrawl, PG.SyntheticData],
}


@st.composite
def claims(draw: st.DrawFn, bases: tuple[Basis, ...] = tuple(Basis)) -> SourcedClaim:
    predicate = draw(st.sampled_from(PROPERTIES))
    value = draw(st.sampled_from(VALUES.get(predicate, [literals.integer(8), literals.integer(9)])))
    stance = draw(st.sampled_from([*Stance, Stance.STATED, Stance.STATED, Stance.STATED]))
    silent = stance in (Stance.NOT_STATED, Stance.REPORTS_UNDISCLOSED, Stance.DECLINES)
    basis = draw(st.sampled_from(bases))
    source = draw(st.sampled_from(["one", "two", "three"]))
    header = Header(
        iris.record("t", source, "2025-01-01"),
        Iri(f"https://example.org/{source}"),
        iris.organization("T"),
        "2025-01-01",
        "rdf",
        basis,
    )
    claim = Claim(MODEL, predicate, None if silent else value, stance)
    return SourcedClaim(claim, header, MODEL)


sets = st.lists(claims(), max_size=14)
schemes = st.sampled_from(
    ["kg-transparency", "fmti-2025", "mof-1.0", "osai", "osaid-1.0", "eu-annex-xi", "ca-ab-2013"]
)


def scored(name: str, given_: list[SourcedClaim]) -> Assessment:
    return assess(MODEL, known().get(name), findings(given_, asked(), MODEL))


def users(rubric: Rubric, predicate: Iri) -> set[Iri]:
    """Items that look at a property, by itself or in a facet."""
    facets = {f.iri for f in known().facets.values() if predicate in f.properties}
    wanted = facets | {predicate}
    return {
        item.iri
        for item in rubric.items
        if wanted.intersection((*item.uses, *item.not_applicable_when))
    }


@given(schemes, sets, claims())
@settings(max_examples=sample(12, 60), deadline=None)
def test_changing_one_claim_moves_only_the_items_that_use_its_property(
    name: str, held: list[SourcedClaim], change: SourcedClaim
):
    before, after = scored(name, held), scored(name, [*held, change])
    allowed = users(known().get(name), change.claim.predicate)
    for item in score_differences(before, after):
        assert item.item.iri in allowed
        for because in item.because:
            facet = known().facets.get(because)
            assert change.claim.predicate in (facet.properties if facet else (because,))


@given(schemes, sets, claims())
@settings(max_examples=sample(12, 60), deadline=None)
def test_every_item_that_uses_a_plain_property_is_told_of_a_new_claim(
    name: str, held: list[SourcedClaim], change: SourcedClaim
):
    changed = {
        item.item.iri
        for item in score_differences(scored(name, held), scored(name, [*held, change]))
    }
    if change in held:
        return
    for item in known().get(name).items:
        if change.claim.predicate in item.uses:
            assert item.iri in changed


@given(schemes, sets, claims(bases=(Basis.THIRD_PARTY, Basis.INFERENCE, Basis.ESTIMATE)))
@settings(max_examples=sample(18, 80), deadline=None)
def test_a_third_party_never_raises_a_score(
    name: str, held: list[SourcedClaim], change: SourcedClaim
):
    before, after = scored(name, held), scored(name, [*held, change])
    assert after.low <= before.low
    assert after.high <= before.high


@given(schemes, sets)
@settings(max_examples=sample(12, 60), deadline=None)
def test_points_add_up_and_stay_within_their_maxima(name: str, held: list[SourcedClaim]):
    result = scored(name, held)
    assert 0 <= result.low <= result.high <= result.rubric.maximum
    assert result.low == sum(item.low for item in result.items)
    assert result.high == sum(item.high for item in result.items)
    for item in result.items:
        assert 0 <= item.low <= item.high <= item.maximum
        assert 0 <= item.gain <= item.maximum - item.low


@given(schemes, st.permutations(range(8)), st.lists(claims(), min_size=8, max_size=8))
@settings(max_examples=sample(9, 40), deadline=None)
def test_the_order_of_claims_does_not_matter(name: str, order: list[int], held: list[SourcedClaim]):
    one, two = scored(name, held), scored(name, [held[n] for n in order])
    assert (one.low, one.high) == (two.low, two.high)
    assert [i.level for i in one.items] == [i.level for i in two.items]


# ---- three ways to the same figure ------------------------------------------------------------

LEVELS = st.dictionaries(
    st.sampled_from(sorted(known().uses)), st.sampled_from(sorted(LEVEL_PROPERTIES)), max_size=60
)


def by_hand(levels: dict[Iri, Iri], rubric: Rubric) -> tuple[float, float]:
    result = assess(MODEL, rubric, {use: LevelFinding(level, "") for use, level in levels.items()})
    return rounded(result.low), rounded(result.high)


@given(st.lists(LEVELS, min_size=1, max_size=3))
@settings(max_examples=sample(9, 40), deadline=None)
def test_totals_that_remember_are_exactly_those_of_each_assessment(several: list[dict[Iri, Iri]]):
    models = {iris.model(f"org/m{n}"): levels for n, levels in enumerate(several)}
    for total in totals(models, known()):
        found = {use: LevelFinding(level, "") for use, level in models[total.subject].items()}
        result = assess(total.subject, known().schemes[total.rubric], found)
        assert (total.low, total.high) == (result.low, result.high)
        assert (total.grade, total.possible_grade) == (result.grade, result.possible_grade)


def level_quads(levels: dict[Iri, Iri]) -> list[Quad]:
    return as_quads(MODEL, {use: LevelFinding(level, "") for use, level in levels.items()})


@given(LEVELS)
@settings(max_examples=sample(6, 20), deadline=None)
def test_the_stored_query_gives_the_figure_of_the_engine(levels: dict[Iri, Iri]):
    quads = level_quads(levels)
    store = MemoryStore([*reference(), *quads])
    assert stored_levels(AcceptedSnapshot(store)).get(MODEL, {}) == levels
    if not levels:
        return
    for rubric in known():
        if rubric.is_computed:
            rows = store.select(query(rubric))
            (row,) = list(rows)
            figures = float(str(row["totalLow"])), float(str(row["totalHigh"]))
            assert figures == by_hand(levels, rubric), rubric.id


@given(LEVELS)
@settings(max_examples=sample(6, 20), deadline=None)
def test_the_query_of_classes_gives_those_of_the_engine(levels: dict[Iri, Iri]):
    if not levels:
        return
    store = MemoryStore([*reference(), *level_quads(levels)])
    for name in ("mof-1.0", "osaid-1.0"):
        result = assess(
            MODEL,
            known().get(name),
            {use: LevelFinding(level, "") for use, level in levels.items()},
        )
        rows = list(store.select(query(known().get(name), name="classes")))
        reported = [
            (str(r["grade"]), str(r["reached"]) == "true", str(r["possible"]) == "true")
            for r in rows
        ]
        assert reported == [(p.grade, p.reached, p.possible) for p in result.pillars]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib warns about its own calls
@pytest.mark.parametrize("name", ["kg-transparency", "mof-1.0", "eu-annex-xi"])
def test_another_engine_gives_the_same_figures(name: str):
    uses = sorted(known().uses)
    kinds = sorted(LEVEL_PROPERTIES)
    levels = {use: kinds[n % len(kinds)] for n, use in enumerate(uses) if n % 3}
    quads = [*reference(), *level_quads(levels)]
    data = ox.serialize(map(rdf.engine_quad, quads), format=ox.RdfFormat.N_QUADS)
    assert data is not None
    dataset = rdflib.Dataset()
    dataset.parse(data=data.decode(), format="nquads")
    (row,) = dataset.query(query(known().get(name), [MODEL]))
    model, rubric, low, high = row  # type: ignore[misc]
    assert (str(model), str(rubric)) == (MODEL, known().get(name).iri)
    assert (float(low), float(high)) == by_hand(levels, known().get(name))
    assert all(quad[3] == GRAPH for quad in level_quads(levels))
