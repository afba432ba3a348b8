"""What the page says when something is wrong, and what it never does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import driving
import pytest
from playwright.sync_api import expect

from provenance_graph.ingest.build import build

NASTY = '<img src=x onerror="document.title=1">'
HEBREW = "\u202eמודל"
MANY = 500

WORLD = """
@prefix pg: <https://w3id.org/provenance-graph/ns#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix pav: <http://purl.org/pav/> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix m: <https://w3id.org/provenance-graph/id/model/> .
<https://w3id.org/provenance-graph/id/record/test/world/2026-01-01> {
  <https://w3id.org/provenance-graph/id/record/test/world/2026-01-01> a pg:SourceRecord ;
    schema:url <https://example.org/world> ; pav:retrievedOn "2026-01-01"^^xsd:date ;
    prov:wasAttributedTo <https://w3id.org/provenance-graph/id/organization/tester> ;
    pg:defaultBasis pg:ThirdPartyReport ; pg:reader "test" ; pg:readerVersion "1" .
%s
}
"""


WHOLE = f"big/{'n' * 150}"
"""A name without a place at which a line may end."""


def world() -> str:
    lines = [
        f"  <https://w3id.org/provenance-graph/id/model/big/root> a pg:Model ; schema:name {quoted(NASTY)} .",
        f"  <https://w3id.org/provenance-graph/id/model/big/rtl> a pg:Model ; schema:name {quoted(HEBREW)} ;"
        f" pg:fineTunedFrom <https://w3id.org/provenance-graph/id/model/big/root> .",
        f"  <https://w3id.org/provenance-graph/id/model/big/{'long-' * 30}name> a pg:Model ;"
        f" schema:name {quoted('Long ' * 40)} .",
        f"  <https://w3id.org/provenance-graph/id/model/{WHOLE}> a pg:Model .",
    ]
    lines += [
        f'  <https://w3id.org/provenance-graph/id/model/kid/n{n}> a pg:Model ; schema:name "Kid {n}" ;'
        f" pg:quantizedFrom <https://w3id.org/provenance-graph/id/model/big/root> ."
        for n in range(MANY)
    ]
    return WORLD % "\n".join(lines)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("world")
    (data / "records" / "test").mkdir(parents=True)
    (data / "records" / "test" / "world.trig").write_text(world(), "utf-8")
    build(data, data / "graph")
    return data / "graph"


@pytest.fixture(scope="module")
def strange_service(strange: Path, chromium: Any) -> Iterator[driving.Service]:
    with driving.running(strange) as service:
        yield service


@pytest.fixture
def odd(strange_service: driving.Service, chromium: Any) -> Iterator[driving.Page]:
    strange_service.start()  # where a test stopped it
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = driving.Page(context.new_page(), strange_service.url)
    page.service = strange_service
    yield page
    context.close()


def test_an_unknown_model_gets_suggestions(tab: Any) -> None:
    tab.page.goto(tab.base + "/models/anthropic/claude-haiku-45x")
    tab.see("Not found")
    tab.page.get_by_role("alert").get_by_role("link").first.click()
    tab.page.wait_for_url(re.compile("/models/"))
    tab.page.locator("main h1").first.wait_for()
    tab.faults.clear()  # the browser logs the 404


def test_a_report_on_a_model_that_is_not_there_says_so(tab: Any) -> None:
    tab.page.goto(tab.base + "/report?model=nobody/nothing")
    tab.see("There is no model “nobody/nothing” in this store")
    tab.page.locator("iframe").wait_for(state="detached")
    tab.faults.clear()  # the browser names the answer 404


def test_a_place_that_is_not_there_says_so(tab: Any) -> None:
    tab.open("/nowhere/at/all")
    tab.see("Page not found")


def test_markup_in_names_is_text_and_500_siblings_fold(odd: Any) -> None:
    page = odd.open("/models/big/root")
    expect(page.locator("main h1")).to_have_text(NASTY)
    expect(page.locator("main img")).to_have_count(0)
    odd.open("/lineage/big/root")
    odd.see(f"{MANY + 1} of {MANY + 1} shown")
    folded = page.locator(".k-folded")
    expect(folded.locator("text")).to_have_text(f"+{MANY} quantised from")
    folded.click()
    page.wait_for_url(re.compile("open="))
    expect(page.locator("[data-box]")).to_have_count(MANY + 2)
    odd.open("/lineage/kid/n3")
    odd.see(re.compile(r"^\d+ of \d+ shown"))
    odd.open(f"/models/big/{'long-' * 30}name")
    page.set_viewport_size({"width": 360, "height": 700})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 360")
    odd.open("/models/big/rtl")
    expect(page.locator("main h1 bdi")).to_have_text(HEBREW.replace("\u202e", "⟪RLO⟫"))
    assert odd.faults == []


def test_more_than_can_be_read_share_a_box_and_are_all_in_the_table(odd: Any) -> None:
    page = odd.open("/explore?node=big/root&preset=lineage")
    odd.see(f"{MANY + 2} of {MANY + 2} entities shown")
    odd.see(re.compile("too many to be read one by one"))
    boxes = page.locator(".drawing [role=listitem]")
    expect(boxes).to_have_count(3)
    expect(boxes.filter(has_text=f"{MANY} models")).to_be_visible()
    odd.see(f"The same as a table ({MANY + 1})")
    page.get_by_role("button", name="Group siblings", exact=True).click()
    page.wait_for_url(re.compile("group=no"))
    odd.see(re.compile("too many to be read at once"))
    page.go_back()
    expect(boxes).to_have_count(3)


def test_a_name_without_a_place_to_break_widens_no_page(odd: Any) -> None:
    page = odd.page
    page.set_viewport_size({"width": 360, "height": 700})
    for view in (
        *(f"/{one}/{WHOLE}" for one in ("models", "lineage", "licences", "assessments", "history")),
        *(f"/{one}={WHOLE}" for one in ("compare?model", "impact?thing", "report?model", "?q")),
        f"/basket?item={WHOLE}&show=licences",
    ):
        page.goto(odd.base + view)
        page.locator("main").get_by_text(WHOLE).first.wait_for()
        page.wait_for_load_state("networkidle")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, (view[:20], width)


def test_a_service_that_goes_away_and_comes_back(odd: Any) -> None:
    page = odd.open("/?q=kid+4")
    page.locator(".models li").first.wait_for()
    odd.service.stop()
    page.get_by_label("Search by name, developer, alias or id").fill("kid 77")
    odd.see("The service does not answer")
    expect(page).to_have_url(re.compile("q=kid"))
    odd.service.start()
    page.locator(".models").get_by_text("Kid 77").first.wait_for()


def test_a_view_whose_code_did_not_come_is_there_when_the_service_is(odd: Any) -> None:
    page = odd.open("/models/big/root")
    page.wait_for_load_state("networkidle")
    odd.service.stop()
    page.get_by_role("link", name="Lineage", exact=True).click()
    odd.see("could not be loaded")
    odd.service.start()
    odd.see(f"{MANY + 1} of {MANY + 1} shown")


def test_the_explorer_asks_again_for_what_was_opened(odd: Any) -> None:
    page = odd.open("/explore?node=big/root")
    odd.see("entities shown")
    odd.service.stop()
    page.get_by_role("button", name=re.compile(r"^\+\d+ open")).first.click()
    odd.see("The service does not answer")
    odd.see("Asked again every few seconds")
    odd.service.start()
    page.get_by_text("The service does not answer").wait_for(state="detached")


def test_a_rebuilt_store_is_announced(odd: Any, strange: Path) -> None:
    page = odd.open("/models/big/root")
    build(strange.parent, strange)
    odd.service.stop()
    odd.service.start()
    page.get_by_role("link", name="Conflicts", exact=True).click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Disclosure", exact=True).click()
    odd.see("The store was rebuilt while you were reading")


def test_nothing_is_fetched_from_elsewhere(tab: Any) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/models/anthropic/claude-haiku-4-5", "/sparql", "/disclosure"):
        tab.open(path)
        tab.page.wait_for_load_state("networkidle")
    assert asked
    assert {url for url in asked if not url.startswith((tab.base, "data:", "blob:"))} == set()
