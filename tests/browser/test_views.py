"""Every view shows what it is for, from the shipped data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as StillLoading
from playwright.sync_api import expect

HAIKU = "/models/anthropic/claude-haiku-4-5"
VIEWS = {
    "start": "/",
    "search": "/?q=llama&openness=conditional",
    "model": f"{HAIKU}?claims=parameterCount",
    "lineage": "/lineage/meta-llama/Llama-3.1-8B?influences=yes",
    "licences": "/licences/deepseek-ai/DeepSeek-R1-Distill-Llama-8B?use=commercial",
    "assessments": "/assessments/anthropic/claude-haiku-4-5",
    "history": "/history/anthropic/claude-haiku-4-5",
    "disclosure": "/disclosure?limit=25",
    "compare": "/compare?model=meta-llama/Llama-3.1-8B&model=anthropic/claude-haiku-4-5",
    "impact": "/impact?thing=meta-llama/Llama-3.1-8B",
    "conflicts": "/conflicts",
    "workbench": "/sparql?question=who-says-what&run=yes",
    "report": "/report?model=anthropic/claude-haiku-4-5",
    "check": "/check",
    "thing": "/things/organization/anthropic",
    "explore": "/explore?node=meta-llama/Llama-3.1-8B",
    "picture": "/explore?node=meta-llama/Llama-3.1-8B&preset=lineage&colour=licence",
    "licenceflow": "/explore?node=meta-llama/Llama-3.1-8B&preset=licences",
    "organisations": "/explore?preset=organisations",
    "table": "/?view=table",
    "ledger": "/conflicts?view=table&all=true",
    "breaches": "/breaches",
    "basket": "/basket?item=meta-llama/Llama-3.1-8B&item=anthropic/claude-haiku-4-5&show=licences",
    "terms": "/terms",
    "policy": "/policy",
    "fleet": "/fleet",
    "changes": "/changes",
    "identity": "/identity",
    "source": "/things/collection/apx",
    "rubric": "/disclosure?rubric=kg-transparency&q=haiku",
    "difference": "/explore?node=meta-llama/Llama-3.1-8B&preset=lineage&versus=2025-06-01&size=links",
}


def settle(page: Any) -> None:
    """Wait until nothing loads any more.

    Of a frame inside the page that is replaced while it loads the driver may miss the end, and then
    waits for ever; the page is loaded once more. What really hangs does so again.
    """
    try:
        page.wait_for_load_state("networkidle", timeout=30_000)
    except StillLoading:
        page.reload()
        page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)


@pytest.mark.parametrize("name", ["start", "model", "disclosure", "workbench"])
def test_axe_finds_nothing_wrong_in_the_dark(tab: Any, name: str) -> None:
    tab.page.emulate_media(color_scheme="dark")
    page = tab.open(VIEWS[name])
    settle(page)
    assert tab.violations() == []


def test_the_start_finds_as_one_types(tab: Any) -> None:
    page = tab.open("/")
    tab.see("What this store holds")
    page.get_by_label("Search by name, developer, alias or id").type("haiku 4")
    page.wait_for_url(re.compile(r"q=haiku"))
    first = page.locator(".models li").first
    first.get_by_text("Claude Haiku 4.5").first.wait_for()
    expect(first).to_contain_text(re.compile(r"\d+ not disclosed"))
    page.reload()
    page.locator(".models li").first.get_by_text("Claude Haiku 4.5").first.wait_for()


def test_facets_narrow_and_stand_in_the_address(tab: Any) -> None:
    page = tab.open("/")
    group = page.get_by_role("group", name="Openness", exact=True)
    group.get_by_role("checkbox", name="conditional").check()
    page.wait_for_url(re.compile("openness=conditional"))
    page.get_by_role("group", name="Developer", exact=True).get_by_role(
        "checkbox", name=re.compile(r"^Meta\b\s*\d")
    ).check()
    page.wait_for_url(re.compile("developer=Meta"))
    page.wait_for_function(
        "() => { const t = document.querySelector('.results').innerText;"
        " return t.includes('Llama 3.1 8B') && !t.includes('Claude') }"
    )
    page.go_back()
    page.wait_for_url(re.compile(r"\?openness=conditional$"))


def test_the_model_page_tells_blank_from_undisclosed(tab: Any) -> None:
    page = tab.open(HAIKU)
    row = page.locator("tr.field", has=page.get_by_text("parameters", exact=True))
    expect(row).to_contain_text("not disclosed")
    expect(row).to_contain_text("1 estimate")
    blank = page.locator("tr.field", has=page.get_by_text("attention heads", exact=True))
    expect(blank).to_contain_text("left blank")
    reported = page.locator("tr.field", has=page.get_by_text("context length", exact=True))
    expect(reported).to_contain_text("200,000 tokens")
    expect(reported).to_contain_text("reported")
    fields = page.locator("tr.field")
    before = fields.count()
    page.get_by_role("button", name=re.compile("no source covers")).click()
    expect(fields.nth(before)).to_be_visible()


def test_the_verdict_counts_and_leads_on(tab: Any) -> None:
    page = tab.open(HAIKU)
    strip = page.get_by_label("Verdict", exact=True)
    strip.get_by_text("transparency", exact=True).wait_for()
    expect(strip).to_contain_text(re.compile(r"\d+\s*of \d+ fields known"))
    expect(strip).to_contain_text(re.compile(r"\d+\s*not known"))
    strip.locator("a.figure", has_text="commercial use").click()
    page.wait_for_url(re.compile("/licences/anthropic/claude-haiku-4-5"))


def test_scores_without_a_date_say_so(tab: Any) -> None:
    page = tab.open(HAIKU)
    table = page.get_by_role("region", name="Scores")
    expect(table).to_contain_text("LiveBench")
    expect(table).to_contain_text("no date")


def test_the_licence_view_marks_the_first_hop_with_a_conflict(tab: Any) -> None:
    page = tab.open(VIEWS["licences"])
    tab.see("The first hop with a conflict")
    breach = page.locator(".hop.breach")
    expect(breach).to_contain_text("meta-llama/Llama-3.1-8B")
    expect(breach).to_contain_text("1.b.i")
    tab.see("To ship with it")
    page.get_by_role("checkbox", name="Modify it", exact=True).check()
    page.wait_for_url(re.compile("use=commercial&use=modify"))
    page.locator(".use", has_text="Modify it").wait_for()


def test_compare_shows_what_differs_and_why_scores_moved(tab: Any) -> None:
    page = tab.open(VIEWS["compare"])
    table = page.locator("table.compare")
    table.wait_for()
    row = table.locator("tr", has=page.get_by_role("rowheader", name=re.compile("^context length")))
    expect(row).to_contain_text("200,000 tokens")
    tab.open("/compare?model=anthropic/claude-haiku-4-5&asOf=2025-12-01&asOf=now")
    expect(page.locator("table.compare thead")).to_contain_text("2025-12-01")


def test_impact_filters_by_distance(tab: Any) -> None:
    page = tab.open(VIEWS["impact"])
    tab.see(re.compile(r"^\d+ models$"))
    button = page.get_by_role("button", name=re.compile("2 steps"))
    count = int(button.locator(".num").inner_text())
    button.click()
    page.wait_for_url(re.compile("distance=2"))
    rows = page.get_by_role("region", name="What depends on it").locator("tbody tr")
    expect(rows).to_have_count(count)
    expect(rows.filter(has_text="2")).to_have_count(count)


def test_the_ledger_filters_by_kind(tab: Any) -> None:
    page = tab.open("/conflicts")
    kinds = page.get_by_role("group", name="Kinds of conflict")
    only = "sources of equal weight disagree"
    others = kinds.locator("label").filter(has_not_text=only).locator("input:checked")
    expect(others).not_to_have_count(0)
    for left in range(others.count() - 1, -1, -1):
        others.first.uncheck()
        expect(others).to_have_count(left)
    page.wait_for_url(re.compile("kind=sources"))
    page.wait_for_function(
        "(kind) => document.querySelectorAll('.ledger > li').length > 0 && "
        "[...document.querySelectorAll('.ledger .head-line .badge')]"
        ".every(b => b.textContent.startsWith(kind))",
        arg=only,
    )


def test_a_document_is_checked_and_forgotten(tab: Any, tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\nliscence: x\nlicense: llama3.1\nbase_model: a/b\n---\n# <b>Mine</b>\n")
    page = tab.open("/check")
    page.locator("input[type=file]").set_input_files(str(card))
    tab.see("read as huggingface")
    expect(page.locator("main")).to_contain_text("'liscence' is not read by the Hub")
    tab.see("How it would read")
    tab.see("llama-3.1")


def test_a_rubric_gives_the_columns_of_the_heat_map(tab: Any) -> None:
    page = tab.open("/disclosure?rubric=kg-transparency&q=haiku")
    tab.see("Architectural provenance")
    cells = page.get_by_role("region", name="Scores by criterion")
    cells.get_by_text("Claude Haiku 4.5").first.wait_for()
    cells.locator("td.cell a").first.click()
    page.wait_for_url(re.compile("criterion=architectural-provenance"))
    opened = page.locator("details.criterion[open]")
    expect(opened).to_contain_text("Architectural provenance")


def test_the_explorer_opens_neighbours_and_keeps_the_scene_in_the_address(tab: Any) -> None:
    page = tab.open("/explore?node=anthropic/claude-haiku-4-5")
    status = page.get_by_text(re.compile(r"^\d+ of \d+ entities shown$"))
    expect(status).not_to_have_text("1 of 1 entities shown")  # its neighbours are there at once
    before = status.inner_text()
    page.get_by_role("button", name=re.compile(r"^\+\d+ open ")).first.click()
    page.wait_for_url(re.compile("open="))
    expect(status).not_to_have_text(before)
    grown = status.inner_text()
    page.get_by_text(re.compile(r"^The same as a table \(\d+\)")).click()
    expect(page.get_by_role("region", name="Links")).to_contain_text("Anthropic")
    page.reload()
    expect(status).to_have_text(grown)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(status).to_have_text(before)


def test_a_scene_is_saved_with_its_title_and_version(tab: Any) -> None:
    page = tab.open("/explore?node=anthropic/claude-haiku-4-5")
    page.get_by_text(re.compile(r"^\d+ of \d+ entities shown$")).wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="SVG", exact=True).click()
    text = Path(saved.value.path()).read_text("utf-8")
    assert "Around Claude Haiku 4.5" in text
    assert "store version 1-" in text


def test_an_entity_has_a_page_for_people(tab: Any) -> None:
    page = tab.open("/things/organization/anthropic")
    page.get_by_role("heading", name=re.compile("Developed by it")).wait_for()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Organisation")
    expect(page.get_by_role("link", name="Claude Haiku 4.5", exact=True).first).to_be_visible()


def test_the_heat_map_says_of_whom_nothing_is_known_in_a_section(tab: Any) -> None:
    page = tab.open("/disclosure")
    box = page.get_by_role("combobox", name="Developer", exact=True)
    box.fill("Anthropic")
    box.press("Enter")
    page.wait_for_url(re.compile("developer=Anthropic"))
    page.get_by_role("combobox", name="Nothing known of", exact=True).select_option("Compute")
    page.get_by_text(re.compile(r"models: nothing is known of Compute")).wait_for()
    expect(page.locator(".heat tbody td.s-disclosed")).to_have_count(0)


def test_a_lineage_picture_moves_by_drag_and_grows_by_the_wheel(tab: Any) -> None:
    page = tab.open("/lineage/meta-llama/Llama-3.1-8B?influences=yes")
    svg = page.locator(".frame svg")
    svg.wait_for()
    settle(page)
    before = svg.evaluate("e => e.getBoundingClientRect().width")
    page.locator(".frame").hover()
    page.mouse.wheel(0, -600)
    page.wait_for_function(
        f"() => document.querySelector('.frame svg').getBoundingClientRect().width > {before} * 1.2"
    )
    scrolled = page.locator(".frame").evaluate("e => e.scrollLeft")
    box = page.locator(".frame").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_function(f"() => document.querySelector('.frame').scrollLeft !== {scrolled}")


def test_every_line_of_the_lineage_says_its_relation(tab: Any) -> None:
    page = tab.open("/lineage/meta-llama/Llama-3.1-8B?influences=yes")
    tab.see(re.compile(r"^(\d+) of \1 shown"))
    page.locator(".frame svg .line").first.wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.frame svg .line')]"
        ".every(line => line.querySelector('text.relation')?.textContent)"
    )
