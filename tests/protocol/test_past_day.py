"""A question about one entity on a past day reads what bears on it, not everything of that day."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from provenance_graph.acceptance import day

MODEL = "deepseek-ai/DeepSeek-V3"
ABOUT_ONE = [
    f"models/{MODEL}",
    *(
        f"models/{MODEL}/{part}"
        for part in (
            "assessments",
            "bundle",
            "claims",
            "conflicts",
            "evidence",
            "export/spdx3",
            "export/spdx3/losses",
            "history",
            "licences",
            "lineage",
            "receipts",
            "repair",
        )
    ),
    f"compare?model={MODEL}&model=openai/gpt-4",
    f"forms/eu-annex-xii?model={MODEL}",
    f"portfolio?model={MODEL}",
    f"report?model={MODEL}",
    f"impact?thing={MODEL}",
    f"graph?node={MODEL}",
    f"graph/path?start={MODEL}&end=microsoft/phi-2",
    f"entities/{MODEL}",
    "datasets/HuggingFaceH4/ultrachat_200k",
    "organizations/openai",
    "licences-of?text=apache-2.0",
]
MAX_COMPUTED = 250
"""Views computed for one answer; the whole of that day has thousands."""


@pytest.mark.parametrize(("number", "path"), list(enumerate(ABOUT_ONE)), ids=ABOUT_ONE)
def test_few_views_of_that_day_are_computed(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, number: int, path: str
) -> None:
    computed = []
    compute = day.view

    def counted(*given, **named):
        computed.append(given[0])
        return compute(*given, **named)

    monkeypatch.setattr(day, "view", counted)
    join = "&" if "?" in path else "?"
    asked = f"2026-06-{number + 1:02}"  # of its own, so that no other question has read it
    reply = api.get(f"/api/v1/{path}{join}asOf={asked}")
    assert reply.status_code == 200, reply.text[:300]
    assert len(computed) <= MAX_COMPUTED
    if "licences-of" not in path:
        assert computed
