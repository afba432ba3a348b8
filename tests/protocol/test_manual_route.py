"""``/manual/``: its pages under a policy that lets run what stands in them, and nothing else."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from provenance_graph.service.http.manual import Manual

SCRIPT = 'document.title = "x"'


def client(folder: Path) -> TestClient:
    manual = Manual(folder)
    routes = [Route("/manual", manual.page), Route("/manual/{path:path}", manual.page)]
    return TestClient(Starlette(routes=routes), follow_redirects=False)


@pytest.fixture
def built(tmp_path: Path) -> TestClient:
    (tmp_path / "howto").mkdir()
    (tmp_path / "index.html").write_text(f"<html><script>{SCRIPT}</script>The manual</html>")
    (tmp_path / "howto" / "audit.html").write_text("<html>Audit</html>")
    (tmp_path / ".stamp").write_text("x")
    return client(tmp_path)


def test_the_first_page_and_those_below_it(built: TestClient) -> None:
    assert built.get("/manual").headers["location"] == "/manual/"
    assert "The manual" in built.get("/manual/").text
    assert "Audit" in built.get("/manual/howto/audit.html").text


def test_only_the_scripts_of_a_page_may_run_on_it(built: TestClient) -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = built.get("/manual/").headers["content-security-policy"]
    assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    other = built.get("/manual/howto/audit.html").headers["content-security-policy"]
    assert "sha256" not in other


@pytest.mark.parametrize("path", ["none.html", "../secret", "%2e%2e/%2e%2e/etc/passwd", ".stamp"])
def test_what_is_not_a_page_is_not_there(built: TestClient, path: str) -> None:
    assert built.get(f"/manual/{path}").status_code in (404, 307)


def test_a_page_that_a_reader_has_is_not_sent_again(built: TestClient) -> None:
    tag = built.get("/manual/").headers["etag"]
    assert built.get("/manual/", headers={"if-none-match": tag}).status_code == 304


def test_without_a_manual_the_reader_learns_how_to_get_it(tmp_path: Path) -> None:
    reply = client(tmp_path / "none").get("/manual/")
    assert reply.status_code == 404
    assert "make manual" in reply.text
