"""The form of every view: nothing jumps, the header stays, sizes are bounded, the way back is the way one came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import driving
import pytest
from examples import ROAMING, sample
from playwright.sync_api import expect
from test_views import VIEWS, settle

MAX_SHIFT = 0.05
MAX_RELOADS = 4
"""How often a view may be asked again: answers that come late on a busy machine move what stands below."""
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


WIDTHS = (1400, 1024, 360)
FORMS = [
    (name, width)
    for number, name in enumerate(VIEWS)
    for width in (WIDTHS if ROAMING else (WIDTHS[number % len(WIDTHS)],))
]
"""Each view at one width, at all of them in ``make roam``; ``benchmarks/bench_views.py`` measures the whole."""


class Watched(driving.Page):
    """A tab that goes from view to view and counts what is sent to it, which it never keeps."""

    def __init__(self, page: Any, base: str) -> None:
        super().__init__(page, base)
        self.sizes: list[float] = []
        page.add_init_script(SHIFTS)
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.loadingFinished", lambda e: self.sizes.append(e["encodedDataLength"]))


@pytest.fixture(scope="module")
def watched(service: driving.Service, chromium: Any) -> Iterator[Watched]:
    with driving.visitor(chromium, service.url, driving.VIEWPORT) as context:
        yield Watched(context.new_page(), service.url)


@pytest.mark.parametrize(("name", "width"), FORMS)
def test_a_view_has_a_title_satisfies_axe_does_not_jump_and_sends_little(
    watched: Watched, name: str, width: int
) -> None:
    watched.faults.clear()
    watched.sizes.clear()
    watched.page.set_viewport_size({"width": width, "height": 800})
    page = watched.open(VIEWS[name])
    settle(page)
    assert page.title().endswith("Provenance graph")
    sent = sum(watched.sizes) / 1024
    assert sent > 1
    assert sent < (FIRST_VIEW_KB if name == "start" else ANY_VIEW_KB), f"{sent:.0f} kB"
    shifts = page.evaluate("window.shifts")
    for _ in range(MAX_RELOADS):
        if shifts["sum"] < MAX_SHIFT:
            break
        page.reload()
        settle(page)
        shifts = page.evaluate("window.shifts")
    assert shifts["sum"] < MAX_SHIFT, f"{shifts['sum']}, {shifts['what'][:6]}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.violations() == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 360")
    page.goto("about:blank")  # what it leaves unfinished is a fault of this view, not of the next
    # The sandbox of the report lets in no script, the one that counts shifts neither.
    assert [fault for fault in watched.faults if "Blocked script execution" not in fault] == []


def test_the_header_is_one_line_of_one_height_on_every_view_at_1024(tab: Any) -> None:
    tab.page.set_viewport_size({"width": 1024, "height": 800})
    heights = {}
    for name, path in list(VIEWS.items())[:8]:
        settle(tab.open(path))
        heights[name] = tab.page.evaluate("document.querySelector('header.top').offsetHeight")
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
        page.get_by_role("link", name="CSV of What depends on it").click()
    assert saved.value.path().read_text("utf-8").startswith("what,kind,distance")


def test_a_basket_of_too_many_is_bounded_and_says_so(tab: Any) -> None:
    page = tab.open("/basket")
    page.get_by_text("Add many: paste a list").click()
    lines = "\n".join([*(f"made/up-{n}" for n in range(5_020)), "two words"])
    page.locator("textarea").evaluate("(area, text) => { area.value = text }", lines)
    page.get_by_role("button", name="Add", exact=True).click()
    tab.see(re.compile("20 could not be added.*1 entries were not understood"))
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

    first, listeners = around(sample(3, 10))
    last, more = around(sample(8, 40))
    assert last < first * 1.5 + 2, f"{first:.1f} MB, then {last:.1f} MB"
    assert more < listeners * 1.5 + 50, f"{listeners} listeners, then {more}"


def test_a_parameter_that_a_view_does_not_know_is_named(tab: Any) -> None:
    page = tab.open("/breaches?severty=Violation&foo=1")
    notice = page.get_by_text("2 parameters of this address are not known here")
    notice.wait_for()
    expect(notice).to_contain_text("foo")
    page.get_by_role("link", name="severity", exact=True).click()
    page.wait_for_url(re.compile(r"severity=Violation"))
    page.get_by_role("button", name="Take it out", exact=True).click()
    page.wait_for_url(re.compile(r"/breaches\?severity=Violation$"))
    expect(page.get_by_text("not known here")).to_have_count(0)


def test_findings_are_sorted_filtered_and_counted_by_the_service(tab: Any) -> None:
    page = tab.open("/breaches")
    page.get_by_text(re.compile(r"\d+ of \d+ findings")).wait_for()
    rule = page.get_by_role("combobox", name="Rule", exact=True)
    option = rule.locator("option").nth(1)
    value, count = re.fullmatch(r"(\S+) \((\d+)\)", option.inner_text()).groups()
    with page.expect_response(re.compile(rf"/api/v1/breaches\?.*rule={value}")):
        rule.select_option(value)
    page.get_by_text(re.compile(rf" of {count} findings$")).wait_for()
    with page.expect_response(re.compile(r"/api/v1/breaches\?.*sort=model")):
        page.get_by_role("button", name=re.compile(r"^Model")).click()
    with page.expect_response(re.compile(r"find=")):
        page.get_by_role("searchbox", name="Filter", exact=True).first.press_sequentially(
            "no-such-words"
        )
    page.get_by_text("No licence finding with these filters.").wait_for()
    page.get_by_role("searchbox", name="Filter", exact=True).first.fill("")
    page.get_by_text(re.compile(rf" of {count} findings$")).wait_for()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV of Licence findings").click()
    lines = saved.value.path().read_text("utf-8").splitlines()
    assert lines[0].startswith("model,rule,name,severity")
    assert len(lines) == int(count) + 1


def test_no_table_of_a_printed_report_is_wider_than_the_page(tab: Any) -> None:
    page = tab.open("/api/v1/report?model=meta-llama/Llama-3.1-8B")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})  # A4 within its margins
    wide = "[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().right)"
    assert max(page.evaluate(wide)) <= 689
