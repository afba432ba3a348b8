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
from provenance_graph.assistant import cite_check, make_server
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import QueryError, UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.store.embedded import EmbeddedStore

HAIKU = "anthropic/claude-haiku-4-5"


@pytest.fixture(scope="module")
def snapshot(shipped: Path) -> Iterator[AcceptedSnapshot]:
    with EmbeddedStore.open(shipped) as store:
        yield AcceptedSnapshot(store)


@pytest.fixture(scope="module")
def call(snapshot: AcceptedSnapshot):
    def refused(_: str) -> bytes:
        raise QueryError("no pool in this test")

    server = make_server(lambda day: snapshot.at(day) if day else snapshot, refused)

    def ask(name: str, **arguments: Any) -> tuple[bool, Any]:
        async def go() -> tuple[bool, str]:
            async with Client(server) as client:
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
        ("The weather is nice.", "unknown"),
        ("Claude Haiku 4.5 is a pleasure to use.", "unknown"),
    ],
)
def test_a_statement_is_marked(snapshot, statement, verdict) -> None:
    (result,) = cite_check(snapshot, statement)
    assert result.verdict == verdict, result.why
    assert verdict == "unknown" or result.receipts


def _statements(snapshot: AcceptedSnapshot) -> Iterator[tuple[str, str]]:
    """True, false and undisclosed statements from templates, over the models that state most."""
    models = sorted(
        (m for m, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model) if "/id/model/" in m),
        key=lambda m: (-sum(1 for _ in snapshot.quads(m)), m),
    )[:60]
    for model in models:
        name = short_id(model)
        for term, template in (
            (PG.parameterCount, "{} has {:,} parameters."),
            (PG.contextLength, "The context length of {} is {:,} tokens."),
        ):
            counts = [
                int(v.lexical) for v in snapshot.values(model, term) if isinstance(v, Literal)
            ]
            status = snapshot.statuses(model).get(term)
            if counts:
                yield template.format(name, counts[0]), "supported"
                yield template.format(name, counts[0] * 3 + 7), "contradicted"
            elif status in (PG.Undisclosed, PG.Withheld):
                yield template.format(name, 7_000_000_000), "undisclosed"
        for value in snapshot.values(model, DCTERMS.issued)[:1]:
            yield f"{name} was released on {value}.", "supported"
            yield f"{name} was released in 2011.", "contradicted"
        makers = [v for v in snapshot.values(model, DCTERMS.creator) if isinstance(v, Iri)]
        if makers and snapshot.label(makers[0]) and makers[0].rsplit("/", 1)[-1] != "nokia":
            yield f"{name} was developed by {snapshot.label(makers[0])}.", "supported"


def test_templated_statements_are_marked_right(snapshot) -> None:
    cases = list(_statements(snapshot))[:300]
    assert len(cases) >= 200
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
