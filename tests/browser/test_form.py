"""The form of every view: nothing jumps, the header stays, sizes are bounded, the way back is the way one came."""

from __future__ import annotations

import re
from typing import Any

import driving
import pytest
from playwright.sync_api import expect
from test_views import VIEWS, settle

MAX_SHIFT = 0.05
FIRST_VIEW_KB = 60
ANY_VIEW_KB = 250
SHIFTS = """
window.shifts = {sum: 0, what: []};
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) {
    window.shifts.sum += e.value;
    for (const s of e.sources) window.shifts.what.push(`${s.node?.nodeName}.${s.node?.className}`);
  }
}).observe({type: 'layout-shift', buffered: true});
"""


@pytest.fixture
def watched(service: driving.Service, chromium: Any) -> Any:
    """Opens a path at a width and gives what shifted, what it weighed and how high the header is."""

    def look(path: str, width: int) -> dict[str, Any]:
        context = chromium.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        page.add_init_script(SHIFTS)
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        sizes: list[float] = []
        wire.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
        page.goto(service.url + path)
        settle(page)
        page.wait_for_timeout(400)
        found = page.evaluate(
            "({...window.shifts, head: document.querySelector('header.top').offsetHeight,"
            " wide: document.documentElement.scrollWidth})"
        )
        context.close()
        return {**found, "kb": sum(sizes) / 1024}

    return look


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_jumps_and_little_is_sent(watched: Any, name: str) -> None:
    for width in (1400, 1024, 360):
        found = watched(VIEWS[name], width)
        assert found["sum"] < MAX_SHIFT, f"{name} at {width}: {found['sum']}, {found['what'][:6]}"
        assert found["kb"] < ANY_VIEW_KB, f"{name} at {width}: {found['kb']:.0f} kB"
        assert found["wide"] <= width, f"{name} at {width} is {found['wide']} wide"
        if name == "start":
            assert found["kb"] < FIRST_VIEW_KB


def test_the_header_is_one_line_of_one_height_on_every_view_at_1024(watched: Any) -> None:
    heights = {name: watched(path, 1024)["head"] for name, path in list(VIEWS.items())[:8]}
    assert len(set(heights.values())) == 1, heights
    assert heights["start"] < 60


def test_back_from_a_model_leads_to_where_one_was_in_the_list(tab: Any) -> None:
    page = tab.open("/?limit=100")
    link = page.locator(".results .models .name a").nth(40)
    link.wait_for()
    link.scroll_into_view_if_needed()
    page.wait_for_timeout(100)
    before = page.evaluate("scrollY")
    assert before > 500
    link.click()
    page.wait_for_url(re.compile("/models/"))
    page.locator("main h1").first.wait_for()
    page.go_back()
    page.wait_for_function(f"() => Math.abs(scrollY - {before}) < 40")


def test_back_undoes_a_filter_and_keeps_the_view(tab: Any) -> None:
    page = tab.open("/lineage/meta-llama/Llama-3.1-8B")
    page.get_by_role("combobox", name="Direction", exact=True).select_option("up")
    page.wait_for_url(re.compile("direction=up"))
    page.get_by_role("combobox", name="Depth", exact=True).select_option("1")
    page.wait_for_url(re.compile("depth=1"))
    page.go_back()
    page.wait_for_url(re.compile("direction=up$"))
    page.go_back()
    page.wait_for_url(re.compile("/lineage/meta-llama/Llama-3.1-8B$"))


def test_a_draft_is_kept_when_the_workbench_is_left(tab: Any) -> None:
    page = tab.open("/sparql")
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("# my draft\nSELECT ?half WHERE {")
    page.get_by_role("navigation", name="Views", exact=True).get_by_role(
        "link", name="Conflicts", exact=True
    ).click()
    page.wait_for_url(re.compile("/conflicts"))
    page.go_back()
    page.locator(".cm-content").get_by_text("my draft").wait_for()
    tab.faults[:] = [f for f in tab.faults if "Applying inline style" not in f]


def test_a_misspelt_term_is_named_with_the_one_that_was_meant(tab: Any) -> None:
    page = tab.open("/sparql")
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("SELECT ?m WHERE { ?m pg:parameterCont ?n }")
    page.locator(".warnings").get_by_text("perhaps pg:parameterCount").wait_for()
    tab.faults[:] = [f for f in tab.faults if "Applying inline style" not in f]


def test_a_table_sorts_by_column_and_says_so_in_the_address(tab: Any) -> None:
    page = tab.open("/impact?thing=meta-llama/Llama-3.1-8B")
    table = page.get_by_role("region", name="What depends on it")
    head = table.get_by_role("columnheader", name=re.compile("^Steps"))
    head.get_by_role("button").click()
    page.wait_for_url(re.compile("sort=-distance"))
    expect(head).to_have_attribute("aria-sort", "descending")
    page.wait_for_function(
        "() => { const steps = [...document.querySelectorAll("
        "'[aria-label=\"What depends on it\"] tbody td:nth-child(3)')].map(c => +c.innerText);"
        " return steps.length > 1 && steps.every((s, i) => i === 0 || s <= steps[i - 1]) }"
    )
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV of What depends on it").click()
    assert saved.value.path().read_text("utf-8").startswith("What,Kind,Steps")


def test_a_basket_of_too_many_is_bounded_and_says_so(tab: Any) -> None:
    page = tab.open("/basket")
    page.get_by_text("Add many: paste a list").click()
    lines = "\n".join([*(f"made/up-{n}" for n in range(5_020)), "two words"])
    page.locator("textarea").evaluate("(area, text) => { area.value = text }", lines)
    page.get_by_role("button", name="Add", exact=True).click()
    tab.see(re.compile("20 found no room.*1 entries were not understood"))
    tab.see("5,000 of 5,000 items")
    tab.see("Too many for a link")
    page.reload()
    tab.see("5,000 of 5,000 items")


def test_memory_and_listeners_are_flat_over_many_views(tab: Any) -> None:
    page = tab.open("/")
    wire = page.context.new_cdp_session(page)
    paths = [
        "/models/anthropic/claude-haiku-4-5",
        "/conflicts",
        "/explore?preset=organisations",
        "/impact?thing=meta-llama/Llama-3.1-8B",
    ]

    def around(times: int) -> tuple[float, int]:
        for _ in range(times):
            for path in paths:
                page.evaluate(
                    "path => { const a = document.createElement('a'); a.href = path;"
                    " document.querySelector('.app').append(a); a.click(); a.remove(); }",
                    path,
                )
                page.wait_for_load_state("networkidle")
                page.locator("main h1").first.wait_for()
        wire.send("HeapProfiler.collectGarbage")
        counts = wire.send("Memory.getDOMCounters")
        heap = page.evaluate("performance.memory.usedJSHeapSize")
        return heap / 1e6, counts["jsEventListeners"]

    first, listeners = around(10)
    last, more = around(40)
    assert last < first * 1.5 + 2, f"{first:.1f} MB, then {last:.1f} MB"
    assert more < listeners * 1.5 + 50, f"{listeners} listeners, then {more}"
