"""``docs/facts-judged.tsv``: accepted facts of well-known models, judged one by one, against the data."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import AcceptanceStatus
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.store.embedded import EmbeddedStore

TABLE = folder("data").parent / "docs" / "facts-judged.tsv"
_FACTS = (
    "parameterCount activeParameterCount contextLength inputModality outputModality "
    "knowledgeCutoff maxOutputTokens layerCount hiddenSize expertCount attentionHeadCount "
    "keyValueHeadCount vocabularySize embeddingDimension trainingTokenCount trainedOn "
    "nominalParameterCount deprecationAnnounced deprecationDate retirementDate "
    "trainingDataCutoff trainingComputeFLOP trainingCostUSD trainingDurationDays "
    "acceleratorCount distilledFrom"
)
PROPERTIES = {
    **{name: getattr(PG, name) for name in _FACTS.split()},
    "issued": DCTERMS.issued,
    "license": DCTERMS.license,
    "creator": DCTERMS.creator,
    "wasDerivedFrom": PROV.wasDerivedFrom,
}


@pytest.fixture(scope="module")
def snapshot(shipped: Path) -> Iterator[AcceptedSnapshot]:
    with EmbeddedStore.open(shipped) as store:
        yield AcceptedSnapshot(store)


def accepted(snapshot: AcceptedSnapshot, model: str, name: str) -> str:
    """The accepted value as the table shows it: dates as far as they are known."""
    subject, predicate = resolve(snapshot, model), PROPERTIES[name]
    values = snapshot.values(subject, predicate)
    shown = " + ".join(sorted(short_id(v) if isinstance(v, Iri) else v.lexical for v in values))
    for item in snapshot.claims(subject, predicate):
        if item.status is AcceptanceStatus.ACCEPTED and item.claim.precision is not None:
            return shown[: {"Month": 7, "Year": 4}.get(item.claim.precision.label, 10)]
    return shown


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t"))


def test_a_hundred_models_are_judged_and_hardly_a_fact_is_wrong() -> None:
    judged = rows()
    assert len({row["model"] for row in judged}) >= 100
    assert {"right", "undecided"} <= {row["verdict"] for row in judged}
    assert {row["verdict"] for row in judged} <= {"right", "wrong", "undecided"}
    assert all(row["why"] for row in judged)
    assert sum(row["verdict"] == "wrong" for row in judged) <= 0.01 * len(judged)


def test_the_facts_judged_right_are_those_that_are_accepted(snapshot: AcceptedSnapshot) -> None:
    right = [row for row in rows() if row["verdict"] == "right"]
    other = [
        (row["model"], row["property"], row["accepted"], found)
        for row in right
        if (found := accepted(snapshot, row["model"], row["property"])) != row["accepted"]
    ]
    assert len(other) <= 0.02 * len(right), f"judge again, one by one: {other}"


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        ("meta-llama/Llama-3.1-8B", "contextLength", "131072"),
        ("deepseek-ai/DeepSeek-V3", "issued", "2024-12-26"),
        ("deepseek-ai/DeepSeek-R1", "wasDerivedFrom", "deepseek-ai/DeepSeek-V3-Base"),
        ("openai/o3", "issued", "2025-04-16"),
        ("openai/o3-deep-research", "issued", "2025-06-26"),
        ("anthropic/claude-3-7-sonnet-20250219", "issued", "2025-02-24"),
        ("mistralai/Mistral-Nemo-Instruct-2407", "issued", "2024-07"),
        ("openai-community/gpt2-xl", "parameterCount", "1500000000"),
        ("Qwen/QwQ-32B", "contextLength", "131072"),
        ("openai/gpt-5-chat-latest", "contextLength", "128000"),
        ("openai/gpt-5-chat-latest", "maxOutputTokens", "16384"),
        ("openai/gpt-4-32k", "issued", "2023-03-14"),
        ("Qwen/Qwen2-Audio-7B", "parameterCount", "8200000000"),
        ("Qwen/Qwen3-Coder-480B-A35B-Instruct", "issued", "2025-07-22"),
        ("baichuan-inc/Baichuan2-13B-Chat", "issued", "2023-09-06"),
        ("microsoft/phi-1_5", "wasDerivedFrom", ""),
        ("intfloat/e5-base-v2", "wasDerivedFrom", ""),
        ("FacebookAI/roberta-large", "trainingTokenCount", ""),
        ("openai/gpt-4", "trainingCostUSD", ""),
        ("google/gemini-2.5-pro", "deprecationAnnounced", ""),
        ("google/gemini-2.5-flash", "issued", "2025-06-17"),
        ("Qwen/Qwen3-8B", "contextLength", "131072"),
        ("microsoft/wavlm-large", "license", ""),
        ("anthropic/claude-sonnet-4-5", "knowledgeCutoff", "2025-01"),
        ("zai-org/chatglm2-6b", "wasDerivedFrom", ""),
    ],
)
def test_what_was_wrong_before_is_right(
    snapshot: AcceptedSnapshot, model: str, name: str, value: str
) -> None:
    assert accepted(snapshot, model, name) == value


def test_a_word_for_a_kind_of_licence_is_no_licence(snapshot: AcceptedSnapshot) -> None:
    assert "proprietary" not in accepted(snapshot, "openai/gpt-4", "license")
    assert "proprietary" not in accepted(snapshot, "anthropic/claude-haiku-4-5", "license")


def test_a_placeholder_is_no_name(snapshot: AcceptedSnapshot) -> None:
    labels = {str(o) for *_, o, _ in snapshot.quads(predicate=Iri("https://schema.org/name"))}
    assert "<UNKNOWN>" not in labels


def test_an_entity_goes_by_its_own_name(snapshot: AcceptedSnapshot) -> None:
    assert short_id(resolve(snapshot, "google/gemma-2-9b-it")) == "google/gemma-2-9b-it"
