"""What may be done with a model is one sentence: every surface gives the same."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_reads import API, ok
from click.testing import CliRunner
from mcp.client import Client
from starlette.testclient import TestClient

from provenance_graph import Graph
from provenance_graph.assistant import make_server
from provenance_graph.cli import app
from provenance_graph.core import clock

MODELS = (
    "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
    "intfloat/mmE5-mllama-11b-instruct",
    "openai/gpt-4o",
    "tiiuae/falcon-40b",
    "mistralai/Mistral-7B-v0.1",
    "lmsys/vicuna-13b-v1.5",
)
USES = ("commercial", "eu", "users=800000000")


@pytest.fixture(scope="module")
def graph(shipped: Path) -> Iterator[Graph]:
    with Graph.open(str(shipped)) as opened:
        yield opened


def by_command(store: Path, *words: str) -> str:
    return CliRunner().invoke(app, ["--store", str(store), *words]).stdout


def by_assistant(graph: Graph, model: str) -> str:
    server = make_server(lambda _: graph.snapshot(), lambda _: b"")

    async def go() -> str:
        async with Client(server) as client:
            asked = {"model": model, "uses": list(USES)}
            reply = await client.call_tool("licences", asked)
            return str(json.loads(reply.content[0].text)["sentence"])

    return asyncio.run(go())


@pytest.mark.parametrize("model", MODELS)
def test_the_sentence_is_the_same_everywhere(
    api: TestClient, shipped: Path, graph: Graph, model: str
) -> None:
    uses = [word for use in USES for word in ("--use", use)]
    asked = "&".join(f"use={use}" for use in USES)
    sentence = graph.model(model).licences(*USES).sentence
    other = "mistralai/Mistral-7B-v0.1" if model != "mistralai/Mistral-7B-v0.1" else "openai/gpt-4o"
    matrix = ok(api, f"{API}/portfolio?model={model}&model={other}&{asked}")
    answers: dict[str, Any] = {
        "command": by_command(shipped, "licences", model, *uses).splitlines()[0],
        "JSON": json.loads(by_command(shipped, "licences", model, *uses, "--format", "json"))[
            "sentence"
        ],
        "API, and so the page": ok(api, f"{API}/models/{model}/licences?{asked}")["sentence"],
        "portfolio": next(
            row["sentence"] for row in matrix["models"] if row["model"]["label"] == model
        ),
        "assistant": by_assistant(graph, model),
    }
    assert set(answers.values()) == {sentence}, answers
    # a report is of the day of its evidence, the other answers of today
    today = clock.today()
    report = html.unescape(by_command(shipped, "report", model, *uses, "--today", today))
    assert sentence in report


@pytest.mark.parametrize("model", MODELS)
def test_every_reason_has_clause_path_claims_and_custody(api: TestClient, model: str) -> None:
    asked = "&".join(f"use={use}" for use in (*USES, "distribute", "train-on-outputs", "modify"))
    result = ok(api, f"{API}/models/{model}/licences?{asked}")
    uses = [use for answer in result["answers"] for use in answer["uses"]]
    reasons = [
        reason
        for use in uses
        for part in (use, use["weights"], use["trainingData"], use["contract"])
        for reason in part["reasons"]
    ]
    assert reasons or model == "mistralai/Mistral-7B-v0.1"
    for one in (*reasons, *result["findings"]):
        assert {"clause", "path", "claims", "custody", "holder", "licence"} <= one.keys()
        if one["path"]:  # somebody states every step
            assert one["claims"], one
            assert one["custody"] in ("verified", "asserted", "assumed", "derived"), one
