"""Addresses of the REST API and what tests ask of its answers."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

API = "/api/v1"
HAIKU = f"{API}/models/anthropic/claude-haiku-4-5"
LLAMA = f"{API}/models/meta-llama/Llama-3.1-8B"
DISTILLED = f"{API}/models/deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
ONE = f"{API}/models/org/m"
"""The model of the audited store."""
ROUTES = (
    f"{API}/models",
    f"{API}/facets",
    f"{API}/search?q=m",
    f"{API}/conflicts",
    f"{API}/stats",
    f"{API}/policy",
    f"{API}/disclosure",
    ONE,
    f"{ONE}/claims",
    f"{ONE}/conflicts",
    f"{ONE}/assessments",
    f"{ONE}/history",
    f"{ONE}/licences",
    f"{ONE}/lineage",
    f"{API}/impact?thing=org/m",
    f"{ONE}/export/turtle",
    f"{API}/compare?model=org/m&model=org/m-1",
)
"""Addresses that read what records say, on the audited store."""


def ok(client: TestClient, path: str, **how: Any) -> Any:
    reply = client.get(path, **how)
    assert reply.status_code == 200, reply.text[:300]
    return reply.json()


def refused(client: TestClient, path: str, status: int, *words: str, **how: Any) -> dict[str, Any]:
    """A problem document that says what would work and shows no insides."""
    reply = client.get(path, **how)
    assert reply.status_code == status, (reply.status_code, reply.text[:300])
    assert reply.headers["content-type"] == "application/problem+json"
    reported: dict[str, Any] = reply.json()
    assert reported["status"] == status
    assert reported["title"]
    assert reported["detail"]
    assert "Traceback" not in reply.text
    assert "provenance_graph/" not in reply.text
    for word in words:
        assert word in reported["detail"], reported["detail"]
    return reported
