"""The ways an auditor goes, click by click and key by key."""

from __future__ import annotations

import re
from typing import Any

from driving import eventually
from playwright.sync_api import expect


def test_from_search_to_the_source_of_a_claim(tab: Any) -> None:
    page = tab.open("/")
    page.get_by_label("Search by name, developer, alias or id").type("claude haiku 4.5")
    page.locator(".models li").first.get_by_role(
        "link", name="Claude Haiku 4.5", exact=True
    ).click()
    page.wait_for_url(re.compile("/models/anthropic/claude-haiku-4-5$"))
    page.get_by_role("button", name=re.compile("^Claims about release date")).click()
    page.wait_for_url(re.compile("claims=issued"))
    panel = page.locator(".inspector")
    panel.locator(".claim").first.wait_for()
    expect(panel.locator(".side.accepted")).to_have_text(re.compile(r"^\s*2025-10-15"))
    accepted = panel.locator(".claim.st-Accepted").first
    for word in ("Source", "Stated by", "Basis", "Stance", "Retrieved"):
        expect(accepted).to_contain_text(word)
    source = accepted.locator("a.out").first
    expect(source).to_have_attribute("href", re.compile("^https://"))
    expect(source).to_have_attribute("rel", re.compile("noopener"))
    accepted.get_by_role("link", name="record").click()
    tab.see("What this record says")


def test_the_inspector_is_left_by_escape_and_gives_the_focus_back(tab: Any) -> None:
    page = tab.open("/models/anthropic/claude-haiku-4-5")
    button = page.get_by_role("button", name=re.compile("^Claims about context length"))
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".inspector .claim").first.wait_for()
    expect(page.locator("#inspector-title")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator(".inspector").wait_for(state="detached")
    page.wait_for_function("() => document.activeElement?.dataset?.inspects === 'contextLength'")


def test_from_lineage_over_an_edge_to_its_claims(tab: Any) -> None:
    page = tab.open("/lineage/meta-llama/Llama-3.1-8B")
    tab.see(re.compile(r"^(\d+) of \1 shown"))
    page.locator('[data-relation="distilledFrom"] .hit').first.click(force=True)
    page.wait_for_url(re.compile("edge="))
    panel = page.locator(".inspector")
    panel.get_by_text("Why this edge?").wait_for()
    panel.locator(".claim").first.wait_for()
    expect(panel).to_contain_text("developer statement")
    page.reload()
    page.locator(".inspector .claim").first.wait_for()


def test_pointing_at_a_box_lights_its_whole_path(tab: Any) -> None:
    page = tab.open("/lineage/meta-llama/Llama-3.1-8B")
    tab.see(re.compile(r"^(\d+) of \1 shown"))
    box = page.locator("[data-box]", has_text="Tulu-3-8B-DPO").first
    lit = page.locator(".frame .box[data-lit] title")

    def lights(name: str) -> bool:
        page.mouse.move(0, 0)  # an answer that came late may have moved the box from the pointer
        box.hover()
        return lit.filter(has_text=name).count() == 1

    eventually(page, lambda: lights("Tulu-3-8B-SFT:"))  # the way up
    expect(lit.filter(has_text="Tulu-3-8B:")).to_have_count(1)  # the way down
    expect(lit.filter(has_text="Hermes")).to_have_count(0)
    expect(page.locator(".frame svg[data-dimmed]")).to_have_count(1)


def test_the_picture_is_searched_walked_by_keys_and_saved(tab: Any) -> None:
    page = tab.open("/lineage/meta-llama/Llama-3.1-8B")
    page.get_by_role("searchbox", name="Find", exact=True).fill("hermes")
    tab.see("1 found")
    page.locator(".box[data-match]").wait_for()
    page.get_by_role("searchbox", name="Find", exact=True).fill("")
    page.locator(".frame .side-self").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("node="))
    for kind in ("SVG", "PNG"):
        with page.expect_download() as saved:
            page.get_by_role("button", name=kind, exact=True).click()
        body = saved.value.path().read_bytes()
        assert (b"Llama-3.1-8B" in body) if kind == "SVG" else body.startswith(b"\x89PNG")
    graphml = page.request.get(
        tab.base + page.get_by_role("link", name="GraphML", exact=True).get_attribute("href")
    )
    assert "<graphml" in graphml.text()


def test_from_the_heat_map_to_a_claim_by_keys(tab: Any) -> None:
    page = tab.open("/disclosure?q=haiku&sort=-sources")
    cell = page.locator('td[data-at="0,0"]')
    cell.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement?.dataset?.at === '0,3'")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("claims=parameterCount"))
    panel = page.locator(".inspector")
    panel.get_by_text("Estimate is never accepted").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV", exact=True).click()
    text = saved.value.path().read_text("utf-8")
    assert "not disclosed" in text
    assert "no source covers this" in text


def test_from_a_stored_question_to_its_answer_and_a_chart(tab: Any) -> None:
    page = tab.open("/sparql")
    page.get_by_role("link", name=re.compile("model's rank hold")).click()
    page.get_by_label(re.compile("^model")).fill("anthropic/claude-haiku-4-5")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".answer tbody tr").nth(1).wait_for()
    page.get_by_role("button", name="Chart", exact=True).click()
    page.wait_for_url(re.compile("view=chart"))
    expect(page.locator(".chart rect").nth(1)).to_be_attached()
    expect(page).to_have_url(re.compile("p.model=anthropic"))


def test_a_query_is_completed_run_and_linked(tab: Any) -> None:
    page = tab.open("/sparql")
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?m ?n WHERE { ?m pg:contextLen")
    page.locator(".cm-tooltip-autocomplete").get_by_text("pg:contextLength", exact=True).wait_for()
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    page.keyboard.type(" ?n }")
    page.keyboard.press("Control+Enter")
    tab.see("rows in", ".timer")
    expect(editor).to_contain_text("PREFIX pg:")
    expect(page.locator(".answer tbody tr").nth(3)).to_be_attached()
    page.wait_for_url(re.compile("query="))
    page.reload()
    page.locator(".answer tbody tr").first.wait_for()
    # Chromium's own editing tries to keep a style while text is typed over; the policy forbids it.
    tab.faults[:] = [fault for fault in tab.faults if "Applying inline style" not in fault]


def test_an_error_is_marked_at_its_place(tab: Any) -> None:
    page = tab.open("/sparql")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?s WHERE { ?s ?p }", delay=0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    tab.see("Malformed query")
    page.locator(".cm-lintRange-error, .cm-lintPoint-error").first.wait_for()
    tab.faults.clear()  # the browser logs that the service answered 400


def test_a_constructed_graph_is_drawn(tab: Any) -> None:
    query = (
        "PREFIX prov: <http://www.w3.org/ns/prov#> CONSTRUCT { ?a prov:wasDerivedFrom ?b } "
        "WHERE { ?a prov:wasDerivedFrom ?b }"
    )
    page = tab.open("/sparql?run=yes&view=graph&query=" + query.replace("#", "%23"))
    page.locator(".answer .box").first.wait_for()
    expect(page.locator(".answer")).to_contain_text(re.compile(r"\d+ of \d+ things shown"))


def test_a_long_query_can_be_stopped(tab: Any) -> None:
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    page = tab.open("/sparql?run=yes&query=" + query)
    page.get_by_role("button", name="Stop", exact=True).click()
    tab.see("You stopped the query")


def test_columns_that_can_be_sorted_are_named_in_print(tab: Any) -> None:
    page = tab.open("/compare?model=meta-llama/Llama-3.1-8B&model=openai/gpt-4o")
    page.locator("thead button").first.wait_for()
    page.emulate_media(media="print")
    for button in page.locator("thead button").all():
        expect(button).to_be_visible()
    expect(page.locator("thead .way").first).to_be_hidden()


def test_a_report_prints(tab: Any) -> None:
    page = tab.open("/report?model=anthropic/claude-haiku-4-5")
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Facts and their sources").wait_for()
    for part in ("Verdict", "Gaps", "Conflicts", "Lineage", "Licences", "Assessment"):
        expect(frame.locator("main")).to_contain_text(part)
    page = tab.open(page.get_by_role("link", name="Open to print or save").get_attribute("href"))
    printed = page.pdf()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
