"""Names of shipped records and models that changed lead to those that they have now."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from provenance_graph.core.resources import folder
from provenance_graph.service.linked_data import moved_names


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("record/mot/codet5-220m/2026-05-11", "record/mot/codet5-plus-220m/2026-05-11"),
        ("in/epoch/model/codet5", "in/epoch/model/codet5-plus"),
    ],
)
def test_a_former_name_leads_to_the_present_one(client: TestClient, old: str, new: str) -> None:
    reply = client.get(f"/id/{old}?format=ttl", follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (308, f"/id/{new}?format=ttl")


def test_former_names_lead_to_what_is_shipped_and_not_to_each_other() -> None:
    moved = moved_names()
    assert not moved.keys() & set(moved.values())
    shipped = "".join(
        path.read_text(encoding="utf-8")
        for source in ("mot", "epoch")
        for path in sorted((folder("data") / "records" / source).glob("*.trig"))
    ).replace("\\/", "/")
    assert all(f"id:{name}" in shipped for name in moved.values())
    assert not [name for name in moved if f"id:{name} " in shipped]
