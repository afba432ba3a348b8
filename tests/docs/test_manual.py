"""The manual: its examples run as they stand, nothing public is undescribed, nothing is foreign."""

from __future__ import annotations

import contextlib
import doctest
import html
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import built_stores
import pytest
from click.testing import CliRunner

from provenance_graph import cli
from tools import manual

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "howto").glob("*.md"))]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def steps(page: Path) -> Iterator[tuple[str, str, str]]:
    """Each example: what kind it is, what is typed, and what is expected."""
    for kind, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "python":
            yield kind, body, ""
            continue
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            typed, _, expected = part.partition("\n")
            yield kind, typed, expected


@pytest.fixture
def place(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the reader has it: the examples, and a graph in var/graph."""
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    built_stores.copied(shipped, tmp_path / "var" / "graph")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def answered(typed: str) -> tuple[int, str]:
    words = shlex.split(typed, comments=True)
    assert words[0] == "provenance-graph", typed
    result = CliRunner().invoke(
        cli.app, words[1:], standalone_mode=False, catch_exceptions=False, color=False
    )
    return int(result.return_value or 0), result.stdout or result.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_runs_as_it_stands(page: Path, place: Path) -> None:
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    listed = list(steps(page))
    assert listed or page.stem == "sync"
    for kind, typed, expected in listed:
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(typed, page.name, "exec"), {})
            assert printed.getvalue(), typed
            continue
        code, output = answered(typed)
        stated = re.search(r"#\s*exit (\d)", typed)
        assert code == (int(stated[1]) if stated else code), f"{typed}\n{output}"
        assert code in (0, 1), f"{typed}\n{output}"
        wanted = expected.replace("…", "...")
        assert checker.check_output(wanted, output, flags), f"{typed}\n{output[:3000]}"


def test_nothing_public_is_undescribed() -> None:
    entries = [entry for make in manual.EVERY for entry in make()]
    kinds = {entry.kind for entry in entries}
    assert {"command", "option", "route", "setting", "question", "rule", "term"} <= kinds
    assert manual.undocumented(entries) == []


def test_what_is_undescribed_stops_the_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = manual.Entry("setting", "nobody_knows_what", " ")
    monkeypatch.setattr(manual, "EVERY", (lambda: iter([bare]),))
    assert manual.build(tmp_path / "site") == ["setting nobody_knows_what"]
    assert not (tmp_path / "site").exists()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs")
    out = tmp_path_factory.mktemp("manual") / "site"
    assert manual.build(out) == []
    return out


def test_the_site_loads_nothing_from_another_host(site: Path) -> None:
    loads = re.compile(
        r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=\"?((?:https?:)?//[^\" >]+)"
    )
    found = {
        (page.name, address)
        for page in site.rglob("*.html")
        for address in loads.findall(page.read_text(encoding="utf-8"))
        if "rel=canonical" not in address
    }
    assert not found


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    asked, read = 0, cache(lambda path: path.read_text("utf-8"))
    for page in site.rglob("*.html"):
        for stated in re.findall(r'\s(?:href|src)="([^"]*)"', read(page)):
            link = urlsplit(html.unescape(stated))
            if link.scheme or link.netloc:
                continue
            asked += 1
            target = page.parent / unquote(link.path) if link.path else page
            assert not link.path.startswith("/"), (page.name, stated)
            assert target.exists(), (page.name, stated)
            if link.fragment and target.suffix == ".html":
                shown = unquote(link.fragment)
                assert f'id="{shown}"' in read(target), (page.name, stated)
    assert asked > 1000


def test_the_site_has_every_part(site: Path) -> None:
    for name in (
        "index.html",
        "tutorial.html",
        "howto/audit.html",
        "reference/routes.html",
        "reference/terms.html",
        "commands.html",
        "search/search_index.json",
    ):
        assert (site / name).is_file(), name
    routes = (site / "reference" / "routes.html").read_text(encoding="utf-8")
    assert "/api/v1/changes" in routes
    assert "/reconcile" in routes
