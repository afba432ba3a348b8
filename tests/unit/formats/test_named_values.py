"""Properties, tags and measures by whatever name a document gives them."""

from __future__ import annotations

import pytest

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats.fair4ml import parts
from provenance_graph.formats.fields import named
from provenance_graph.formats.fields.measures import benchmark_of
from provenance_graph.formats.licences.names import normalise

MODEL = iris.model("acme/oak")


@pytest.mark.parametrize(
    ("name", "value", "property_", "shown"),
    [
        ("ai:model:parameters", "2,134,567,890", PG.parameterCount, "2134567890"),
        ("totalParams", "1030000000", PG.parameterCount, "1030000000"),
        ("acme.max_context_length", "32768", PG.contextLength, "32768"),
        ("knowledge_cutoff", "2025-06", PG.knowledgeCutoff, "2025-06-30"),
        ("acme:trainingHardware", "64 x H100", PG.trainingHardware, "64 x H100"),
    ],
)
def test_a_property_is_known_by_its_name_in_any_spelling(
    name: str, value: str, property_: Iri, shown: str
) -> None:
    (claim,) = named.claims(MODEL, name, value, "/p")
    assert isinstance(claim, Claim)
    assert (claim.predicate, str(claim.value)) == (property_, shown)


@pytest.mark.parametrize(
    ("name", "stated", "property_", "value"),
    [
        ("param_count", "1.55B", PG.nominalParameterCount, "1550000000"),
        ("modelSize", "8 billion", PG.nominalParameterCount, "8000000000"),
        ("contextWindow", "128k", PG.contextLength, "128000"),
    ],
)
def test_a_rounded_count_keeps_its_text_and_is_no_exact_number_of_parameters(
    name: str, stated: str, property_: Iri, value: str
) -> None:
    (claim,) = named.claims(MODEL, name, stated, "/p")
    assert isinstance(claim, Claim)
    assert (claim.predicate, str(claim.value), claim.as_stated) == (property_, value, stated)


@pytest.mark.parametrize(
    ("tag", "property_", "value"),
    [
        ("language:de", DCTERMS.language, "de"),
        ("task:summarization", PG.task, "summarization"),
        ("library:keras", PG.framework, "keras"),
    ],
)
def test_a_tag_with_a_kind_is_what_its_kind_says(tag: str, property_: Iri, value: str) -> None:
    (claim,) = named.tag(MODEL, tag, "/t")
    assert isinstance(claim, Claim)
    assert (claim.predicate, str(claim.value)) == (property_, value)


@pytest.mark.parametrize(
    "measure",
    ["success rate", "sensitivity", "top-1 accuracy", "false positive rate", "ROC-AUC", "macro F1",
     "word error rate", "Cohen's kappa", "mean average precision", "latency (ms)", "toxicity",
     "inferenceLatencyMs (Jetson Orin)", "throughput tokens/s", "model size MB", "trainLoss",
     "num_params", "Hit@10", "mIoU", "carbon footprint", "training time hours", "adjusted R2"],
)  # fmt: skip
def test_a_measure_is_no_benchmark(measure: str) -> None:
    assert benchmark_of(measure) == ""


@pytest.mark.parametrize(
    ("name", "measured_on"),
    [("MMLU accuracy", "MMLU"), ("LibriSpeech test-clean WER", "LibriSpeech test-clean"),
     ("ARC-Challenge", "ARC-Challenge"), ("MT-Bench score", "MT-Bench"), ("GSM8K", "GSM8K"),
     ("gsm8kAccuracy", "gsm8k"), ("HumanEval", "HumanEval"), ("WMT14 en-de BLEU", "WMT14 en-de")],
)  # fmt: skip
def test_a_benchmark_stands_before_its_measure(name: str, measured_on: str) -> None:
    assert benchmark_of(name) == measured_on


@pytest.mark.parametrize(
    ("code", "spdx"),
    [
        ("EUPL_1_2", "EUPL-1.2"),
        ("CC_BY_4_0", "CC-BY-4.0"),
        ("CC_BYNCSA_4_0", "CC-BY-NC-SA-4.0"),
        ("CC0", "CC0-1.0"),
    ],
)
def test_the_eu_s_codes_of_licences_are_known(code: str, spdx: str) -> None:
    stated = f"http://publications.europa.eu/resource/authority/licence/{code}"
    assert str(normalise(stated).value).endswith(f"/{spdx}")


@pytest.mark.parametrize("stated", ["./outputs", "N/A", "../merged", "papers/2401.00001"])
def test_a_text_that_is_no_repository_is_no_base_model(stated: str) -> None:
    tagged = [c for c in named.tag(MODEL, f"base_model:{stated}", "") if isinstance(c, Claim)]
    assert [c.predicate for c in tagged] == [PG.otherStatement]
    stated_ = [c for c in parts.parent(MODEL, stated, "") if isinstance(c, Claim)]
    assert iris.model(stated) not in {c.value for c in stated_}
