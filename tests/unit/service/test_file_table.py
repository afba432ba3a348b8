"""The files of the page and of the manual are served as they are now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from provenance_graph.service.http.file_table import FileTable
from provenance_graph.service.http.manual import Manual
from provenance_graph.service.http.static import Pages

BROWSER = {"accept": "text/html"}


def write(folder: Path, script: str) -> None:
    """A page of two files, in a new folder, as a build makes it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(f"<script>{script}</script>", "utf-8")
    (folder / "assets" / f"{script}.js").write_text(script, "utf-8")


@pytest.fixture(params=["page", "manual"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, TestClient]]:
    write(tmp_path / "site", "first")
    if request.param == "page":
        base, answer = "/", Pages(tmp_path / "site").answer
    else:
        base, answer = "/manual/", Manual(tmp_path / "site").page  # type: ignore[assignment]
    app = Starlette(routes=[Route(base + "{path:path}", answer)])
    with TestClient(app, base_url=f"http://testserver{base}") as client:
        yield tmp_path / "site", client


def test_a_changed_file_is_sent_whole_and_with_another_tag(
    served: tuple[Path, TestClient],
) -> None:
    folder, client = served
    before = client.get("index.html").headers
    (folder / "index.html").write_text("<script>a longer page</script>", "utf-8")
    after = client.get("index.html", headers={"if-none-match": before["etag"]})
    assert (after.status_code, after.text) == (200, "<script>a longer page</script>")
    assert after.headers["content-length"] != before["content-length"]


def test_a_site_that_is_built_anew_is_served_with_its_new_files(
    served: tuple[Path, TestClient],
) -> None:
    folder, client = served
    assert client.get("assets/first.js").text == "first"
    write(folder, "second")
    assert client.get("assets/second.js").text == "second"
    assert client.get("", headers=BROWSER).text == "<script>second</script>"
    gone = client.get("assets/first.js")
    assert gone.status_code == 404


def test_a_site_that_is_gone_is_no_fault_of_the_service(served: tuple[Path, TestClient]) -> None:
    folder, client = served
    shutil.rmtree(folder)
    reply = client.get("", headers=BROWSER)
    assert reply.status_code in (200, 404)
    assert "not in this installation" in reply.text


def test_a_new_page_of_the_manual_may_run_its_own_scripts(tmp_path: Path) -> None:
    write(tmp_path / "site", "first")
    app = Starlette(routes=[Route("/manual/{path:path}", Manual(tmp_path / "site").page)])
    with TestClient(app) as client:
        first = client.get("/manual/").headers["content-security-policy"]
        write(tmp_path / "site", "second")
        assert client.get("/manual/").headers["content-security-policy"] != first


@pytest.mark.parametrize("name", ["../outside", "assets/../index.html", ".hidden", "", "assets"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    write(tmp_path / "site", "first")
    (tmp_path / "outside").write_text("x", "utf-8")
    (tmp_path / "site" / ".hidden").write_text("x", "utf-8")
    assert FileTable(tmp_path / "site").find(name) is None


def test_without_a_folder_there_is_no_file(tmp_path: Path) -> None:
    assert not FileTable(None)
    assert FileTable(None).find("index.html") is None
    table = FileTable(tmp_path / "later")
    assert not table
    write(tmp_path / "later", "first")
    assert table.find("index.html")
