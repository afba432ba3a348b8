"""The MCP server through the SDK's own client, and prose held against the graph."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assistant import cite_check, make_server, server, statements
from provenance_graph.assistant.cite_check import Checker
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import QueryError, UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.store.embedded import EmbeddedStore

HAIKU = "anthropic/claude-haiku-4-5"


@pytest.fixture(scope="module")
def snapshot(shipped: Path) -> Iterator[AcceptedSnapshot]:
    with EmbeddedStore.open(shipped) as store:
        yield AcceptedSnapshot(store, folder=shipped / "derived")


@pytest.fixture(scope="module")
def call(snapshot: AcceptedSnapshot):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(server, "ANSWER_SECONDS", 600.0)  # no clock decides about an answer
        yield asking(snapshot)


def asking(snapshot: AcceptedSnapshot):
    """A client of the server: a tool's name and arguments, whether it refused, and its answer."""

    def refused(_: str) -> bytes:
        raise QueryError("no pool in this test")

    serving = make_server(lambda day: snapshot.at(day) if day else snapshot, refused)

    def ask(name: str, **arguments: Any) -> tuple[bool, Any]:
        async def go() -> tuple[bool, str]:
            async with Client(serving) as client:
                reply = await client.call_tool(name, arguments)
                return bool(reply.is_error), reply.content[0].text

        wrong, text = asyncio.run(go())
        return wrong, text if wrong else json.loads(text)

    return ask


def test_every_value_has_its_receipt(call) -> None:
    wrong, result = call("profile", model="deepseek-ai/DeepSeek-V3")
    assert not wrong
    valued = [one for one in result["fields"] if one["values"]]
    assert valued
    for one in valued:
        assert one["receipts"], one["property"]
        for receipt in one["receipts"]:
            assert receipt["claim"]
            assert receipt["document"]
            assert receipt["retrieved"]
            assert receipt["storeVersion"] == result["storeVersion"]
            assert receipt["custody"] in ("Verified", "Asserted", "Assumed", "Derived")


def test_an_undisclosed_fact_is_never_answered_with_a_value(call) -> None:
    _, result = call("profile", model=HAIKU)
    silent = [one for one in result["fields"] if one["status"] in ("Undisclosed", "Withheld")]
    assert "parameterCount" in {one["property"] for one in silent}
    assert all(not one["values"] for one in silent)


@pytest.mark.parametrize(
    ("tool", "arguments", "said_"),
    [
        ("profile", {"model": "claude-haiku-4-6"}, "claude-haiku-4-5"),
        ("claims", {"model": HAIKU, "property": "paramCount"}, "parameterCount"),
        ("ask", {"question": "forbidden-use", "parameters": {"use": "comercial"}}, "commercial"),
        ("compare", {"models": [HAIKU, HAIKU]}, "2 to"),
        ("lineage", {"model": HAIKU, "direction": "sideways"}, "pattern"),
        ("search", {"text": "x" * 10_000}, "200"),
        ("cite_check", {"text": "A. " * 60_000}, "100,000"),
        ("sparql", {"query": "SELECT * {}"}, "no pool"),
        ("profile", {"model": HAIKU, "as_of": "someday"}, "2025-10-15"),
    ],
)
def test_hostile_or_wrong_arguments_are_refused_with_what_would_work(
    call, tool, arguments, said_
) -> None:
    wrong, text = call(tool, **arguments)
    assert wrong
    assert said_ in text


@pytest.mark.parametrize(
    ("tool", "arguments", "key"),
    [
        ("search", {"text": "haiku"}, "items"),
        ("claims", {"model": HAIKU, "property": "issued"}, "claims"),
        ("lineage", {"model": "deepseek-r1-distill-llama-8b"}, "nodes"),
        ("impact", {"thing": "ultrachat_200k"}, "deployments"),
        ("licences", {"model": "deepseek-r1-distill-llama-8b", "uses": ["commercial"]}, "sentence"),
        ("compare", {"models": [HAIKU, "deepseek-ai/DeepSeek-V3"]}, "columns"),
        ("conflicts", {"model": HAIKU}, "conflicts"),
        ("ask", {"question": "who-runs-what"}, "summary"),
    ],
)
def test_the_tools_answer(call, tool, arguments, key) -> None:
    wrong, result = call(tool, **arguments)
    assert not wrong, result
    assert key in result


def test_a_search_lists_entities(call) -> None:
    wrong, result = call("search", text="haiku")
    assert not wrong
    assert result["total"] >= len(result["items"]) > 0
    assert all(item["id"] and item["name"] for item in result["items"])


def test_the_server_speaks_over_standard_streams(shipped: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "provenance_graph", "--store", str(shipped), "mcp"],
        env=dict(os.environ),
    )

    async def go() -> tuple[set[str], str]:
        async with Client(server) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            reply = await client.call_tool(
                "sparql", {"query": "SELECT ?m { ?m pg:undisclosed pg:trainingComputeFLOP }"}
            )
            return tools, reply.content[0].text

    tools, text = asyncio.run(go())
    assert {"search", "profile", "claims", "cite_check", "sparql", "ask"} <= tools
    assert "claude-haiku-4-5" in text


@pytest.fixture(scope="module")
def checker(snapshot):
    """Checks one sentence at a time over the same tables of names."""
    whole = Checker(snapshot)
    return whole.sentence


# ---- prose --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("DeepSeek-V3 has 671B parameters.", "supported"),
        ("DeepSeek-V3 has 685 billion parameters.", "contradicted"),
        ("DeepSeek-V3 was released in December 2024.", "supported"),
        ("DeepSeek-V3 was released in 2023.", "contradicted"),
        ("Claude Haiku 4.5 has 21 billion parameters.", "undisclosed"),
        ("The parameter count of Claude Haiku 4.5 is undisclosed.", "supported"),
        ("The context length of Claude Haiku 4.5 is undisclosed.", "contradicted"),
        ("Claude Haiku 4.5 has a context window of 200K tokens.", "supported"),
        ("Claude Haiku 4.5 was developed by Anthropic.", "supported"),
        ("Claude Haiku 4.5 was developed by Meta.", "contradicted"),
        ("Llama 3.1 8B is licensed under MIT.", "contradicted"),
        ("zephyr-7b-beta was trained on ultrachat_200k.", "supported"),
        ("DeepSeek-V3 activates 37 billion parameters per token.", "supported"),
        ("With 671,000,000,000 weights, DeepSeek-V3 is large.", "supported"),
        ("DeepSeek-V3 is a 671B-parameter mixture of experts.", "supported"),
        ("DeepSeek-V3 has 685B params.", "contradicted"),
        ("DeepSeek-V3 has more than 500 billion parameters.", "supported"),
        ("DeepSeek-V3 has over 700B parameters.", "contradicted"),
        ("DeepSeek-V3 does not have 685B parameters.", "supported"),
        ("DeepSeek-V3 handles 131,072 tokens of context.", "supported"),
        ("DeepSeek-V3 has a 128k context window.", "supported"),
        ("DeepSeek-V3 has 671B parameters and a context window of 32K.", "contradicted"),
        ("DeepSeek-V3 is larger than Llama 3.1 8B.", "supported"),
        ("Claude Haiku 4.5 has more parameters than Llama 3.1 8B.", "undisclosed"),
        ("Llama 3.1 8B was released after DeepSeek-V3.", "contradicted"),
        ("Llama 3.1 8B was released on 23.07.2024.", "supported"),
        ("Llama 3.1 8B was launched on Jul 23rd, 2024.", "supported"),
        ("Llama 3.1 8B appeared in 07/2024.", "supported"),
        ("Llama 3.1 8B came out in Q3 2024.", "supported"),
        ("Llama 3.1 8B came out in summer 2022.", "contradicted"),
        ("Llama 3.1 8B was released before 2025.", "supported"),
        ("Llama 3.1 8B wasn't released in July 2024.", "contradicted"),
        ("Llama 3.1 8B was not released until July 2024.", "supported"),
        ("Llama 3.1 8B has eight billion parameters.", "supported"),
        ("Llama 3.1 8B has seven billion parameters.", "contradicted"),
        ("Llama 3.1 8B has roughly 8bn parameters.", "supported"),
        ("Llama 3.1 8B has between 5 and 10 billion parameters.", "unknown"),
        ("Llama 3.1 8B is under the Llama licence.", "supported"),
        ("Llama 3.1 8B is MIT-licensed.", "contradicted"),
        ("OpenAI developed Llama 3.1 8B.", "contradicted"),
        ("Meta is the developer of Llama 3.1 8B.", "supported"),
        ("Llama 3.1 405B used 3.8 × 10^25 FLOPs.", "supported"),
        ("Llama 3.1 405B used 3.8 × 10²⁴ FLOPs.", "contradicted"),
        ("The licence of Llama 3.1 8B is Apache 2.0, not MIT.", "contradicted"),
        ("Llama 3.1 8B is under the Llama 3.1 licence rather than MIT.", "supported"),
        ("OLMo 2 7B comes with an Apache license.", "supported"),
        ("GPT-4 is a Google model.", "contradicted"),
        ("GPT-4 has one trillion parameters.", "undisclosed"),
        ("OpenAI declined to publish GPT-4's parameter count.", "supported"),
        ("Nobody outside Anthropic knows how many parameters Claude Haiku 4.5 has.", "supported"),
        ("Anthropic disclosed the parameter count of Claude Haiku 4.5.", "contradicted"),
        ("Claude Haiku 4.5 is a 20B model.", "undisclosed"),
        ("Claude Haiku 4.5 was released in October 2025 and has 20B parameters.", "undisclosed"),
        ("GPT-4 Turbo Ultra has 128k context.", "unknown"),
        ("zephyr-7b-beta is based on Mistral 7B.", "supported"),
        ("zephyr-7b-beta is a fine-tune of Falcon 180B.", "contradicted"),
        ("DeepSeek-R1-Distill-Llama-8B is built upon Llama 3.1 8B.", "supported"),
        ("Mistral-7B-v0.1's sliding window spans 4096 tokens.", "supported"),
        ("Mistral-7B-v0.1 uses 32 attention heads and 8 key-value heads.", "supported"),
        ("Mistral-7B-v0.1 uses 64 attention heads and 8 key-value heads.", "contradicted"),
        ("The hidden size of Mistral-7B-v0.1 is 5,120.", "contradicted"),
        ("Claude Haiku 4.5 has 64 attention heads.", "undisclosed"),
        ("DeepSeek built DeepSeek-V3.", "supported"),
        ("Google is the company behind DeepSeek-V3.", "contradicted"),
        ("DeepSeek-V3 was made public in December 2024.", "supported"),
        ("Meta published Llama 3.1 8B in 2022.", "contradicted"),
        ("Meta published Llama 3.1 8B in July 2024.", "supported"),
        ("Google released Llama 3.1 8B under the Llama 3.1 licence.", "contradicted"),
        ("DeepSeek-R1-Distill-Llama-8B derives from Llama 3.1 8B.", "supported"),
        ("DeepSeek-R1-Distill-Llama-8B derives from Gemma 2 9B.", "contradicted"),
        ("DeepSeek-V3 has 671B parameters, of which 37B are active.", "supported"),
        ("DeepSeek-V3 has 671B parameters, of which 50B are active.", "contradicted"),
        ("DeepSeek-V3 has 671B parameters (50B active).", "contradicted"),
        ("gemma-2-9b stacks 42 layers with 99 attention heads.", "contradicted"),
        ("Llama 3.1 405B has been available since January 2020.", "contradicted"),
        (
            "Llama 3.1 405B, released in July 2024, has 405B parameters in 99 layers.",
            "contradicted",
        ),
        ("The training data of Llama 3.1 405B goes until December 2025.", "contradicted"),
        ("The training data of Llama 3.1 405B goes until December 2023.", "supported"),
        (
            "Zephyr-7B-beta, made by Hugging Face H4, is a fine-tune of Mistral-7B-v0.1.",
            "supported",
        ),
        ("The developer of deepseek-ai/DeepSeek-V3 is databricks.", "contradicted"),
        (
            "Alibaba-NLP/gme-Qwen2-VL-2B-Instruct comes with the licence flux-1-dev-nc.",
            "contradicted",
        ),
        ("Mistral 7B was released under the Apache 2.0 licence.", "supported"),
        ("Mistral 7B is developed by Meta.", "contradicted"),
        ("Gemma 2 9B was developed by Google.", "supported"),
        ("Gemma 2 9B was developed by OpenAI.", "contradicted"),
        ("If DeepSeek-V3 had 671B parameters, it would fit.", "unknown"),
        ("DeepSeek-V3 comes with the licence deepfloyd-if-license.", "contradicted"),
        ("Would Llama 3.1 8B with 70B parameters be better?", "unknown"),
        ("The weather is nice.", "unknown"),
        ("Claude Haiku 4.5 is a pleasure to use.", "unknown"),
        ("CohereLabs/c4ai-command-r-08-2024 comes with the licence cohere-cc-by-nc.", "supported"),
        ("Stacked 61 layers deep, DeepSeek-V3 keeps 37B parameters active per token.", "supported"),
        (
            "Stacked 48 layers deep, DeepSeek-V3 keeps 37B parameters active per token.",
            "contradicted",
        ),
        ("DeepSeek-V3 was put out on 26 December 2024.", "supported"),
        ("DeepSeek-V3 had its debut in March 2023.", "contradicted"),
        ("OpenAI will not say how many parameters GPT-4 has; the number is withheld.", "supported"),
        ("OpenAI is silent on how many parameters GPT-4 has.", "supported"),
        ("DeepSeek-R1-Distill-Llama-8B builds on Llama-3.1-8B.", "supported"),
        ("Zephyr 7B beta has Mistral-7B-v0.1 as its base model.", "supported"),
        ("The base of zephyr-7b-beta is Llama-2-7b.", "contradicted"),
        ("Mistral-7B-v0.1 is the base model of zephyr-7b-beta.", "supported"),
        ("Llama-2-7b served as the starting point for zephyr-7b-beta.", "contradicted"),
        ("StarCoder consumed a trillion tokens during training.", "supported"),
        ("StarCoder consumed half a trillion tokens during training.", "unknown"),
        (
            "EleutherAI/pythia-160m is a model made by Mila - Quebec AI (originally Montreal Institute for "
            "Learning Algorithms).",
            "contradicted",
        ),
    ],
)
def test_a_statement_is_marked(checker, statement, verdict) -> None:
    result = checker(statement)
    assert result.verdict == verdict, result.why
    assert verdict == "unknown" or result.receipts or any(p.receipts for p in result.parts)


def test_a_pronoun_is_the_model_before(snapshot) -> None:
    results = cite_check(
        snapshot, "Llama 3.1 8B is by Meta. It has 8B parameters. It has 9B parameters."
    )
    assert [one.verdict for one in results] == ["supported", "supported", "contradicted"]


def test_an_estimate_of_what_is_undisclosed_is_in_no_receipt(snapshot) -> None:
    (result,) = cite_check(snapshot, "Claude Haiku 4.5 has 21 billion parameters.")
    assert result.verdict == "undisclosed"
    assert all(receipt["value"] is None for receipt in result.receipts)


def test_a_sentence_of_several_statements_has_each(snapshot) -> None:
    (result,) = cite_check(
        snapshot, "Llama 3.1 8B, released in July 2021, has 8 billion parameters."
    )
    assert [part.verdict for part in result.parts] == ["contradicted", "supported"]
    assert [part["property"] for part in result.to_json()["parts"]] == ["issued", "parameterCount"]


WORDINGS = {
    PG.parameterCount: (
        ("{name} has {value:,} parameters.", 1),
        ("{name} contains {value} params.", 1),
        ("With {value:,} weights, {name} was trained.", 1),
        ("{name} doesn't have {value:,} parameters.", -1),
        ("The parameter count of {name} is {value:.6e}.", 1),
    ),
    PG.contextLength: (
        ("The context length of {name} is {value:,} tokens.", 1),
        ("{name} reads {value} tokens of context.", 1),
        ("{name}'s context window isn't {value:,} tokens.", -1),
    ),
}


def _statements(snapshot: AcceptedSnapshot) -> Iterator[tuple[str, str]]:
    """True, false and undisclosed statements from templates, over the models that state most."""
    models = sorted(
        (m for m, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model) if "/id/model/" in m),
        key=lambda m: (-sum(1 for _ in snapshot.quads(m)), m),
    )[:60]
    for model in models:
        name = short_id(model)
        for term, wordings in WORDINGS.items():
            template, sign = wordings[len(name) % len(wordings)]
            marks = ["supported", "contradicted"][::sign]
            counts = [
                int(v.lexical) for v in snapshot.values(model, term) if isinstance(v, Literal)
            ]
            status = snapshot.statuses(model).get(term)
            if counts:
                yield template.format(name=name, value=counts[0]), marks[0]
                yield template.format(name=name, value=counts[0] * 3 + 7), marks[1]
            elif status in (PG.Undisclosed, PG.Withheld):
                yield template.format(name=name, value=7_000_000_000), "undisclosed"
        for value in snapshot.values(model, DCTERMS.issued)[:1]:
            yield f"{name} was released on {value}.", "supported"
            yield f"{name} was released in 2011.", "contradicted"
        makers = [v for v in snapshot.values(model, DCTERMS.creator) if isinstance(v, Iri)]
        if makers and snapshot.label(makers[0]) and makers[0].rsplit("/", 1)[-1] != "nokia":
            yield f"{name} was developed by {snapshot.label(makers[0])}.", "supported"


def test_templated_statements_are_marked_right(snapshot) -> None:
    cases = list(_statements(snapshot))[:400]
    assert len(cases) >= 300
    assert {verdict for _, verdict in cases} == {"supported", "contradicted", "undisclosed"}
    result = cite_check(snapshot, "\n".join(statement for statement, _ in cases))
    wrong = [
        (one.statement, one.verdict, verdict, one.why)
        for one, (_, verdict) in zip(result, cases, strict=True)
        if one.verdict != verdict
    ]
    assert len(wrong) <= len(cases) // 100, wrong[:10]


def test_too_long_a_text_is_refused(snapshot) -> None:
    with pytest.raises(UsageError, match="100,000"):
        cite_check(snapshot, "x" * 1_000_000)


@pytest.mark.parametrize(
    "text",
    ["(" * 20_000, "()", "DeepSeek-V3 " + "and with " * 10_000, "a, " * 600, "\u202e(\u202e)"],
)
def test_odd_prose_is_unknown_and_no_crash(snapshot, text) -> None:
    assert {one.verdict for one in cite_check(snapshot, text)} == {"unknown"}


def test_the_parts_of_a_sentence_are_bounded() -> None:
    assert len(statements.clauses("M has 7B parameters and 32 layers, " * 500, {})) <= 41
    assert statements.clauses("((((", {}) == ["(((("]
