"""Exports of generated models: whatever is accepted, what a document carries is read back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from exports_back import missing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance_graph import names, values, vocab
from provenance_graph.analysis.bundle_model import Bundle, LicenceInfo, Thing
from provenance_graph.claims import Literal, Value
from provenance_graph.exports import export, exporters
from provenance_graph.exports.writing import accepted
from provenance_graph.names import Iri

MIT = Iri("http://spdx.org/licenses/MIT")
LLAMA = names.mint("licence", "llama-3.1")
LICENCES = {
    MIT: LicenceInfo(MIT, "MIT", spdx=True, label="MIT License", hub_token="mit"),
    LLAMA: LicenceInfo(LLAMA, "llama-3.1", spdx=False, hub_token="llama3.1"),
}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9 .-]{0,20}[A-Za-z0-9]", fullmatch=True)
COUNTS = st.integers(1, 2**50).map(values.integer)
AMOUNTS = st.decimals("0.001", "99999", places=3).map(values.decimal)
DAYS = st.dates(date(1971, 1, 1), date(2090, 12, 31)).map(
    lambda day: Literal(day.isoformat(), vocab.XSD_DATE)
)
PAGES = st.from_regex(r"https://(example\.org|arxiv\.org/abs|github\.com)/[a-z0-9./]{1,12}", fullmatch=True).map(Iri)  # fmt: skip
FACTS: dict[Iri, st.SearchStrategy[Any]] = {
    vocab.PARAMETER_COUNT: COUNTS,
    vocab.CONTEXT_LENGTH: COUNTS,
    vocab.HIDDEN_SIZE: COUNTS,
    vocab.TRAINING_TOKEN_COUNT: COUNTS,
    vocab.TRAINING_ENERGY_M_WH: AMOUNTS,
    vocab.TRAINING_CO2E_TONNES: AMOUNTS,
    vocab.MINIMUM_MEMORY_GB: AMOUNTS,
    vocab.ISSUED: DAYS,
    vocab.CREATED: DAYS,
    vocab.MODIFIED: DAYS,
    vocab.ARCHITECTURE_FAMILY: TEXTS.map(values.text),
    vocab.ARCHITECTURE_CLASS: TEXTS.map(values.text),
    vocab.TASK: TEXTS.map(values.text),
    vocab.FRAMEWORK: TEXTS.map(values.text),
    vocab.LANGUAGE: st.sampled_from(["en", "no", "de", "zh"]).map(values.text),
    vocab.ALTERNATE_NAME: TEXTS.map(values.text),
    vocab.FILE_FORMAT: st.sampled_from(["gguf", "pytorch"]).map(values.text),
    vocab.PAPER: PAGES,
    vocab.HOMEPAGE: PAGES,
    vocab.CODE_REPOSITORY: PAGES,
    vocab.WEIGHTS_LOCATION: PAGES,
    vocab.LICENSE: st.sampled_from(sorted(LICENCES)),
    vocab.INPUT_MODALITY: st.sampled_from([vocab.TEXT, vocab.IMAGE, vocab.EMBEDDING]),
    vocab.UNDISCLOSED: st.sampled_from([vocab.TRAINED_ON, vocab.TRAINING_COMPUTE_FLOP]),
}
SINGLE = frozenset(FACTS) - {vocab.LANGUAGE, vocab.PAPER, vocab.INPUT_MODALITY, vocab.TASK}
STRICT = JsonStrictValidator(SchemaVersion.V1_6)


@st.composite
def things(draw: st.DrawFn, kind: Iri, iri: Iri, hub: bool) -> Thing:
    facts: dict[Iri, tuple[Value, ...]] = {vocab.RDF_TYPE: (kind,)}
    facts[vocab.NAME] = (values.text(iri.rsplit("/", 1)[-1]),)
    for predicate in draw(st.lists(st.sampled_from(sorted(FACTS)), max_size=8, unique=True)):
        found = draw(st.lists(FACTS[predicate], min_size=1, max_size=2, unique=True))
        facts[predicate] = tuple(found[:1] if predicate in SINGLE else found)
    repository = names.said(iri) if hub else ""
    if repository:
        prefix = "datasets/" if kind == vocab.DATASET_CLASS else ""
        facts[vocab.HUB_REPOSITORY] = (Iri(f"https://huggingface.co/{prefix}{repository}"),)
    return Thing(iri, facts, repository)


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """A model, perhaps with parents, a dataset, a maker and scores."""
    models = [names.model(f"org/m{n}") for n in range(draw(st.integers(1, 3)))]
    data = [names.dataset(f"org/d{n}") for n in range(draw(st.integers(0, 1)))]
    found = {m: draw(things(vocab.MODEL_CLASS, m, draw(st.booleans()))) for m in models}
    found |= {d: draw(things(vocab.DATASET_CLASS, d, draw(st.booleans()))) for d in data}
    first = dict(found[models[0]].facts)
    for parent in models[1:]:
        relation = draw(st.sampled_from(vocab.DERIVATIONS))
        first[relation] = (*first.get(relation, ()), parent)
        first[vocab.WAS_DERIVED_FROM] = (*first.get(vocab.WAS_DERIVED_FROM, ()), parent)
    if data:
        first[vocab.TRAINED_ON] = tuple(data)
    maker = names.organization(draw(WORDS))
    first[vocab.CREATOR] = (maker,)
    found[models[0]] = Thing(models[0], first, found[models[0]].repository)
    bench = names.mint("benchmark", "mmlu")
    found[bench] = Thing(bench, {vocab.NAME: (values.text("MMLU"),)})
    nodes = []
    for number, score in enumerate(draw(st.lists(AMOUNTS, max_size=2))):
        node = names.mint("in", "x", "evaluation", str(number))
        found[node] = Thing(
            node,
            {vocab.EVALUATION_OF: (models[0],), vocab.BENCHMARK: (bench,), vocab.SCORE: (score,)},
        )
        nodes.append((vocab.EVALUATION_OF, node))
    return Bundle(
        subjects=(models[0],),
        models=tuple(models),
        datasets=tuple(data),
        things=found,
        labels={maker: names.said(maker)},
        licences=LICENCES,
        nodes={models[0]: tuple(nodes)},
        claims=(),
        stamp="2026-01-31",
    )


@pytest.mark.parametrize("format", sorted({*exporters()} - {"trig"}))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(one=bundles())
def test_what_is_carried_is_read_back_and_the_rest_is_told(format: str, one: Bundle) -> None:
    if format == "croissant" and not one.datasets:
        return
    made = export(one, format)
    assert missing(one, format, made, "org--m0") == []
    writer = exporters()[format]
    about = {
        "croissant": one.datasets[:1], "hf-card": one.subjects, "fair4ml": one.models,
    }.get(format, ())  # fmt: skip
    told = {loss.property for loss in made.losses}
    for subject, predicate, value in accepted(one, about):
        assert (subject, predicate, value) in made.kept or predicate in told, writer.format
    assert export(one, format).text == made.text


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(one=bundles())
def test_every_bill_of_materials_is_valid(one: Bundle) -> None:
    text = export(one, "cyclonedx").text
    assert STRICT.validate_str(text) is None, json.loads(text)
