"""Exports of generated models: whatever is accepted, what a document carries is read back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from examples import sample
from exports_back import missing, not_strict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance_graph.core import iris, literals, terms
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, XSD
from provenance_graph.exchange.ledger import accepted
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.model.bundles.results import Bundle, BundleEntity, LicenceInfo

MIT = Iri("http://spdx.org/licenses/MIT")
LLAMA = iris.mint("licence", "llama-3.1")
LICENCES = {
    MIT: LicenceInfo(MIT, "MIT", spdx=True, label="MIT License", hub_token="mit"),
    LLAMA: LicenceInfo(LLAMA, "llama-3.1", spdx=False, hub_token="llama3.1"),
}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9 .-]{0,20}[A-Za-z0-9]", fullmatch=True)
COUNTS = st.integers(1, 2**50).map(literals.integer)
AMOUNTS = st.decimals("0.001", "99999", places=3).map(literals.decimal)
DAYS = st.dates(date(1971, 1, 1), date(2090, 12, 31)).map(
    lambda day: Literal(day.isoformat(), XSD.date)
)
PAGES = st.from_regex(
    r"https://(example\.org|arxiv\.org/abs|github\.com)/[a-z0-9./]{1,12}", fullmatch=True
).map(Iri)
REPOSITORIES = st.from_regex(
    r"https://(example\.org|github\.com)/[a-z0-9]{1,6}/[a-z0-9]{1,6}", fullmatch=True
).map(Iri)
"""What readers take for a repository; an owner's page or a file is none."""
FACTS: dict[Iri, st.SearchStrategy[Any]] = {
    PG.parameterCount: COUNTS,
    PG.contextLength: COUNTS,
    PG.hiddenSize: COUNTS,
    PG.trainingTokenCount: COUNTS,
    PG.trainingEnergyMWh: AMOUNTS,
    PG.trainingCO2eTonnes: AMOUNTS,
    PG.minimumMemoryGB: AMOUNTS,
    DCTERMS.issued: DAYS,
    DCTERMS.created: DAYS,
    DCTERMS.modified: DAYS,
    PG.architectureFamily: TEXTS.map(literals.text),
    PG.architectureClass: TEXTS.map(literals.text),
    PG.task: TEXTS.map(literals.text),
    PG.framework: TEXTS.map(literals.text),
    DCTERMS.language: st.sampled_from(["en", "no", "de", "zh"]).map(literals.text),
    SCHEMA.alternateName: TEXTS.map(literals.text),
    PG.fileFormat: st.sampled_from(["gguf", "pytorch"]).map(literals.text),
    PG.paper: PAGES,
    PG.homepage: PAGES,
    PG.codeRepository: REPOSITORIES,
    PG.weightsLocation: PAGES,
    DCTERMS.license: st.sampled_from(sorted(LICENCES)),
    PG.inputModality: st.sampled_from([PG.Text, PG.Image, PG.Embedding]),
    PG.undisclosed: st.sampled_from([PG.trainedOn, PG.trainingComputeFLOP]),
}
SINGLE = frozenset(FACTS) - {DCTERMS.language, PG.paper, PG.inputModality, PG.task}
STRICT = {"cyclonedx": "1.7", "cyclonedx-1.6": "1.6"}


@st.composite
def things(draw: st.DrawFn, kind: Iri, iri: Iri, hub: bool) -> BundleEntity:
    facts: dict[Iri, tuple[Value, ...]] = {RDF.type: (kind,)}
    facts[SCHEMA.name] = (literals.text(iri.rsplit("/", 1)[-1]),)
    for predicate in draw(st.lists(st.sampled_from(sorted(FACTS)), max_size=8, unique=True)):
        result = draw(st.lists(FACTS[predicate], min_size=1, max_size=2, unique=True))
        facts[predicate] = tuple(result[:1] if predicate in SINGLE else result)
    repository = iris.short_id(iri) if hub else ""
    if repository:
        prefix = "datasets/" if kind == PG.Dataset else ""
        facts[PG.hubRepository] = (Iri(f"https://huggingface.co/{prefix}{repository}"),)
    return BundleEntity(iri, facts, repository)


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """A model, perhaps with parents, a dataset, a maker and scores."""
    models = [iris.model(f"org/m{n}") for n in range(draw(st.integers(1, 3)))]
    data = [iris.dataset(f"org/d{n}") for n in range(draw(st.integers(0, 1)))]
    results = {m: draw(things(PG.Model, m, draw(st.booleans()))) for m in models}
    results |= {d: draw(things(PG.Dataset, d, draw(st.booleans()))) for d in data}
    first = dict(results[models[0]].facts)
    for parent in models[1:]:
        relation = draw(st.sampled_from(terms.DERIVATIONS))
        first[relation] = (*first.get(relation, ()), parent)
        first[PROV.wasDerivedFrom] = (*first.get(PROV.wasDerivedFrom, ()), parent)
    if data:
        first[PG.trainedOn] = tuple(data)
    maker = iris.organization(draw(WORDS))
    first[DCTERMS.creator] = (maker,)
    results[models[0]] = BundleEntity(models[0], first, results[models[0]].repository)
    bench = iris.mint("benchmark", "mmlu")
    results[bench] = BundleEntity(bench, {SCHEMA.name: (literals.text("MMLU"),)})
    nodes = []
    for number, score in enumerate(draw(st.lists(AMOUNTS, max_size=2))):
        node = iris.mint("in", "x", "evaluation", str(number))
        results[node] = BundleEntity(
            node,
            {PG.evaluationOf: (models[0],), PG.benchmark: (bench,), PG.score: (score,)},
        )
        nodes.append((PG.evaluationOf, node))
    return Bundle(
        subjects=(models[0],),
        models=tuple(models),
        datasets=tuple(data),
        entities=results,
        labels={maker: iris.short_id(maker)},
        licences=LICENCES,
        nodes={models[0]: tuple(nodes)},
        claims=(),
        stamp="2026-01-31",
    )


@pytest.mark.parametrize("format", sorted({*exporters()} - {"trig", "trig12"}))
@settings(max_examples=sample(6, 25), deadline=None, suppress_health_check=list(HealthCheck))
@given(one=bundles())
def test_what_is_carried_is_read_back_and_the_rest_is_told(format: str, one: Bundle) -> None:
    if format == "croissant" and not one.datasets:
        return
    made = export(one, format)
    assert missing(one, format, made, "org--m0") == []
    writer = exporters()[format]
    about = {
        "croissant": one.datasets[:1],
        "hf-card": one.subjects,
        "fair4ml": one.models,
    }.get(format, ())
    reported = {loss.property for loss in made.losses}
    for subject, predicate, value in accepted(one, about):
        assert (subject, predicate, value) in made.written or predicate in reported, writer.format
    assert export(one, format).text == made.text


@settings(max_examples=sample(6, 20), deadline=None, suppress_health_check=list(HealthCheck))
@given(one=bundles())
def test_every_bill_of_materials_is_valid(one: Bundle) -> None:
    for name, strict in STRICT.items():
        text = export(one, name).text
        assert not_strict(text, strict) is None, json.loads(text)
