"""Assessment schemes: the shipped ones can be applied, broken ones are refused with their place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance_graph.acceptance.sssom import Mapping, read_sssom
from provenance_graph.assessment.rubrics import loader as rubric_loader
from provenance_graph.assessment.rubrics.rubric import Rubrics
from provenance_graph.core.claims import Quad
from provenance_graph.core.errors import BadRubric, NotFound
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.literals import decimal, text
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG, RDF, SKOS
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.reference import stamp
from provenance_graph.store.memory import MemoryStore

HERE = mint("rubric", "small")
CRITERION, ITEM = mint("rubric", "small", "a"), mint("rubric", "small", "a", "1")


def shipped() -> list[Quad]:
    files = sorted((folder("ontology") / "rubrics").glob("*.ttl"))
    return [quad for quad in reference_quads(files) if quad[3] is None]


@pytest.fixture(scope="module")
def known() -> Rubrics:
    return rubric_loader.load(shipped(), "ontology/rubrics")


def small() -> list[Quad]:
    """The smallest scheme that can be applied: one criterion of one item."""
    levels = [level for level in rubric_loader.LEVELS if level != PG.LevelNotApplicable]
    quads: list[Quad] = [
        (HERE, RDF.type, PG.AssessmentScheme, None),
        (HERE, PG.schemeKind, PG.WeightedScheme, None),
        (HERE, PG.rubricVersion, text("1"), None),
        (HERE, PG.maxScore, decimal(2), None),
        (CRITERION, RDF.type, PG.Criterion, None),
        (CRITERION, SKOS.inScheme, HERE, None),
        (CRITERION, PG.partOf, HERE, None),
        (CRITERION, PG.maxScore, decimal(2), None),
        (ITEM, RDF.type, PG.Item, None),
        (ITEM, SKOS.inScheme, HERE, None),
        (ITEM, PG.partOf, CRITERION, None),
        (ITEM, PG.criterion, CRITERION, None),
        (ITEM, PG.weight, decimal(2), None),
        (ITEM, PG.evidenceRule, PG.AnyProperty, None),
        (ITEM, PG.usesProperty, PG.parameterCount, None),
    ]
    for n, level in enumerate(levels):
        node = mint("rubric", "small", "factor", str(n))
        quads += [
            (node, RDF.type, PG.LevelFactor, None),
            (node, PG.partOf, HERE, None),
            (node, PG.level, level, None),
            (node, PG.factorLow, decimal(0), None),
            (node, PG.factorHigh, decimal(1), None),
        ]
    return quads


def without(subject: Iri, predicate: Iri) -> list[Quad]:
    return [quad for quad in small() if quad[:2] != (subject, predicate)]


def item(name: str, weight: str = "1") -> list[Quad]:
    node = mint("rubric", "small", "a", name)
    return [
        (node, RDF.type, PG.Item, None),
        (node, SKOS.inScheme, HERE, None),
        (node, PG.partOf, CRITERION, None),
        (node, PG.criterion, CRITERION, None),
        (node, PG.weight, decimal(weight), None),
        (node, PG.evidenceRule, PG.AnyProperty, None),
        (node, PG.usesProperty, PG.parameterCount, None),
    ]


def broken() -> Iterator[tuple[str, list[Quad], str]]:
    pillar = mint("rubric", "small", "p")
    yield "no weight", without(ITEM, PG.weight), "small/a/1: needs one pg:weight"
    yield (
        "weight below zero",
        [*without(ITEM, PG.weight), (ITEM, PG.weight, decimal(-2), None)],
        "small/a/1: pg:weight must be above 0",
    )
    yield (
        "weights that do not add up",
        [*without(ITEM, PG.weight), (ITEM, PG.weight, decimal(1), None)],
        "small/a: weights of its items add up to 1, not 2",
    )
    yield (
        "criteria that do not add up",
        [*without(HERE, PG.maxScore), (HERE, PG.maxScore, decimal(100), None)],
        "small: criteria add up to 2, not 100",
    )
    yield (
        "unknown property",
        [*small(), (ITEM, PG.usesProperty, Iri("https://example.org/colour"), None)],
        "small/a/1: unknown property https://example.org/colour",
    )
    yield "empty item", without(ITEM, PG.usesProperty), "small/a/1: is empty"
    yield (
        "empty criterion",
        [quad for quad in small() if quad[0] != ITEM],
        "small/a: is empty",
    )
    yield (
        "empty scheme",
        [quad for quad in small() if quad[0] not in (ITEM, CRITERION)],
        "small: is empty",
    )
    yield (
        "item of two criteria",
        [*small(), (ITEM, PG.partOf, pillar, None)],
        "small/a/1: overlaps: it is part of several",
    )
    yield (
        "two items that ask the same",
        [*without(ITEM, PG.weight), (ITEM, PG.weight, decimal(1), None), *item("2")],
        "small/a/2: overlaps id:rubric/small/a/1",
    )
    yield (
        "a circle",
        [*without(CRITERION, PG.partOf), (CRITERION, PG.partOf, ITEM, None)],
        "pg:partOf has a cycle",
    )
    yield "an orphan", without(CRITERION, PG.partOf), "small/a: is part of nothing"
    yield "no version", without(HERE, PG.rubricVersion), "small: needs pg:rubricVersion"
    yield "no kind", without(HERE, PG.schemeKind), "small: needs one pg:schemeKind"
    yield "no rule", without(ITEM, PG.evidenceRule), "small/a/1: needs one pg:evidenceRule"
    yield (
        "factor above one",
        [
            *without(mint("rubric", "small", "factor", "0"), PG.factorHigh),
            (mint("rubric", "small", "factor", "0"), PG.factorHigh, decimal(2), None),
        ],
        "small/factor/0: needs 0 ≤ pg:factorLow",
    )
    yield (
        "a level without factor",
        [quad for quad in small() if quad[0] != mint("rubric", "small", "factor", "0")],
        "small: no pg:LevelFactor for pg:LevelVerified",
    )


@pytest.mark.parametrize(
    ("quads", "place"), [case[1:] for case in broken()], ids=[case[0] for case in broken()]
)
def test_a_broken_rubric_is_refused_with_its_place(quads: list[Quad], place: str):
    with pytest.raises(BadRubric) as refused:
        rubric_loader.load(quads, "small.ttl")
    assert place in str(refused.value)
    assert str(refused.value).startswith("small.ttl: ")


def test_every_fault_is_told_at_once():
    quads = [*without(ITEM, PG.weight), (HERE, PG.schemeKind, PG.ClassScheme, None)]
    with pytest.raises(BadRubric) as refused:
        rubric_loader.load(quads, "small.ttl")
    assert len(str(refused.value).splitlines()) >= 2


def test_the_smallest_scheme_can_be_applied():
    result = rubric_loader.load(small()).get("small")
    assert [i.iri for i in result.items] == [ITEM]
    assert result.maximum == 2


def test_all_shipped_schemes_can_be_applied(known: Rubrics):
    assert sorted(r.id for r in known) == [
        "apx-10", "ca-ab-2013", "eu-annex-xi", "eu-annex-xii", "eu-gpai-mdf",
        "eu-training-summary", "fmti-2023", "fmti-2024", "fmti-2025", "kg-transparency",
        "mof-1.0", "osai", "osaid-1.0",
    ]  # fmt: skip
    for rubric in known:
        assert rubric.label
        assert rubric.definition
        assert rubric.version
        assert rubric.sources
        assert rubric.licence
        assert all(item.label for item in rubric.items)


@pytest.mark.parametrize(
    ("name", "criteria", "items", "pillars"),
    [
        ("apx-10", 10, 0, 3),
        ("kg-transparency", 10, 45, 3),
        ("fmti-2023", 100, 100, 3),
        ("fmti-2024", 100, 100, 3),
        ("fmti-2025", 100, 100, 3),
        ("mof-1.0", 17, 17, 3),
        ("osai", 14, 14, 3),
        ("osaid-1.0", 4, 4, 1),
    ],
)
def test_schemes_have_their_published_size(
    known: Rubrics, name: str, criteria: int, items: int, pillars: int
):
    rubric = known.get(name)
    assert (len(rubric.criteria), len(list(rubric.items)), len(rubric.pillars)) == (
        criteria,
        items,
        pillars,
    )


def test_a_published_scheme_is_computed_by_its_reading(known: Rubrics):
    assert known.applied("apx-10").id == "kg-transparency"
    assert not known.get("apx-10").is_computed


def test_an_unknown_scheme_is_answered_with_those_there_are(known: Rubrics):
    with pytest.raises(NotFound, match="kg-transparency"):
        known.get("kg")


def test_a_store_gives_the_same_schemes_as_its_files(known: Rubrics):
    quads = list(reference_quads())
    store = MemoryStore([*quads, stamp(quads)])
    from_store = rubric_loader.from_store(store)
    assert {r.iri: r for r in from_store} == {r.iri: r for r in known}
    assert rubric_loader.from_store(MemoryStore([*quads, stamp(quads)])) is from_store


def test_judgements_are_never_an_exact_match():
    rows = crosswalk()
    assert rows
    matches = {SKOS.closeMatch, SKOS.relatedMatch, SKOS.narrowMatch, SKOS.broadMatch}
    assert {row.predicate for row in rows} <= matches
    assert all(row.justification.startswith("semapv:") for row in rows)


def test_the_crosswalk_in_the_graph_is_the_one_with_the_justifications(known: Rubrics):
    path = folder("ontology") / "rubrics" / "crosswalk.ttl"
    in_graph = {quad[:3] for quad in reference_quads([path])}
    assert in_graph == {row.key for row in crosswalk()}
    for row in crosswalk():
        assert known.labels[row.subject] == row.subject_label
        assert known.labels[row.object] == row.object_label


def crosswalk() -> list[Mapping]:
    path: Path = folder("data") / "crosswalk.sssom.tsv"
    return read_sssom(path.read_text(encoding="utf-8"), path.name)


def test_flags_are_read(known: Rubrics):
    weights = known.facets[mint("facet", "open-weights")]
    assert weights.unmet_otherwise
    assert weights.values == {PG.OpenWeights}
    assert known.facets[mint("facet", "consistent-facts")].must_agree
    required = [item for item in known.get("mof-1.0").items if item.required]
    assert len(required) == 14
