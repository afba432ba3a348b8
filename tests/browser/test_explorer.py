"""The explorer: filters, sizes, differences, and what it makes of a bad address."""

from __future__ import annotations

import json
import re
from typing import Any

from driving import eventually
from playwright.sync_api import expect

LINEAGE = "/explore?node=meta-llama/Llama-3.1-8B&preset=lineage"
SHOWN = re.compile(r"^([\d,]+) of ([\d,]+) entities shown$")


def shown(page: Any) -> tuple[int, int]:
    """How many entities are shown, of how many."""
    text = page.get_by_text(SHOWN)
    text.wait_for()
    match = SHOWN.match(text.inner_text())
    assert match
    return int(match[1].replace(",", "")), int(match[2].replace(",", ""))


def wait_until_shown(page: Any, pattern: str) -> None:
    page.get_by_text(re.compile(pattern)).wait_for()


def test_links_are_filtered_by_who_states_them_and_since_when(tab: Any) -> None:
    page = tab.open(LINEAGE)
    eventually(page, lambda: shown(page)[0] == shown(page)[1] > 5)
    every, of = shown(page)
    page.locator("summary", has=page.get_by_role("heading", name="Filters", exact=True)).click()
    basis = page.get_by_role("combobox", name="Basis", exact=True)
    option = basis.locator("option", has_text=re.compile("^developer statement"))
    option.wait_for(state="attached")

    def links() -> int:
        return int(re.findall(r"\((\d+)\)", option.inner_text())[0])

    basis.select_option("DeveloperStatement")
    page.wait_for_url(re.compile("basis=DeveloperStatement"))
    page.get_by_role("button", name="Clear these filters", exact=True).wait_for()
    eventually(page, lambda: 2 <= shown(page)[0] <= links() + 1)
    page.get_by_text(re.compile(r"^The same as a table")).click()
    rows = page.get_by_role("region", name="Links", exact=True).locator("tbody tr")
    eventually(
        page,
        lambda: rows.count() == rows.filter(has_text="developer statement").count() == links(),
    )
    page.get_by_label("Retrieved from", exact=True).fill("2099-01-01")
    wait_until_shown(page, rf"^1 of {of} entities shown$")
    page.get_by_role("button", name="Clear these filters", exact=True).click()
    wait_until_shown(page, rf"^{every} of {of} entities shown$")


def test_models_are_filtered_and_coloured_by_licence_class_and_sized(tab: Any) -> None:
    page = tab.open(LINEAGE + "&colour=class&size=parameters&class=conditional")
    legend = page.get_by_role("list", name="Kinds shown", exact=True)
    legend.get_by_text("conditional").wait_for()
    some, of = shown(page)
    assert 1 <= some <= of
    page.get_by_role("list", name="Sizes", exact=True).get_by_text(
        re.compile("parameters;")
    ).wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="SVG", exact=True).click()
    drawing = saved.value.path().read_text("utf-8")
    assert "<circle" in drawing
    assert ">conditional</text>" in drawing


def test_what_is_new_beside_another_day_is_marked(tab: Any) -> None:
    page = tab.open(LINEAGE + "&versus=2020-01-01")
    legend = page.get_by_role("list", name="Kinds shown", exact=True)
    legend.get_by_text(re.compile(r"^\s*new: \d+ entities, \d+ links")).wait_for()

    def all_new() -> bool:
        of = shown(page)[1]
        return f"new: {of}" in legend.inner_text() or f"new: {of - 1}" in legend.inner_text()

    eventually(page, all_new)
    tab.faults[:] = [f for f in tab.faults if "404" not in f]  # nothing was known that day


def test_a_walk_marks_the_licence_problem_on_its_link(tab: Any) -> None:
    tuned = "~model/deepseek-ai/DeepSeek-R1-Distill-Llama-8B"
    page = tab.open(f"/explore?node={tuned}&open={tuned}|fineTunedFrom|out")
    page.get_by_text("2 of 2 entities shown").wait_for()
    page.get_by_role("list", name="Kinds shown", exact=True).get_by_text(
        "a licence problem starts here"
    ).wait_for()
    page.get_by_text(re.compile(r"^The same as a table")).click()
    table = page.get_by_role("region", name="Links", exact=True)
    eventually(page, lambda: "LR-04" in table.inner_text())


def test_the_graph_is_walked_by_keys_alone(tab: Any) -> None:
    page = tab.open("/explore?node=meta-llama/Llama-3.1-8B&preset=lineage")
    shown(page)
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("at="))
    before = shown(page)[1]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("open=.*around"))
    eventually(page, lambda: shown(page)[1] > before)
    page.keyboard.press("Tab")  # the list of relations follows the picture
    expect(page.get_by_role("complementary", name="The chosen entity")).to_contain_text("Its page")


def test_a_pinned_entity_and_grouped_siblings_stand_in_the_address(tab: Any) -> None:
    page = tab.open("/explore?node=meta-llama/Llama-3.1-8B")
    pin = page.get_by_role("button", name="Pin", exact=True)
    pin.click()
    page.wait_for_url(re.compile("pin="))
    page.reload()
    expect(pin).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(pin).to_have_attribute("aria-pressed", "false")
    page = tab.open(
        "/explore?node=anthropic/claude-haiku-4-5"
        "&open=~model/anthropic/claude-haiku-4-5|describedIn|out"
    )
    every, of = shown(page)
    assert every == of > 6
    page.get_by_role("button", name="Group siblings", exact=True).click()
    page.get_by_text(re.compile(r"\d+ are in groups")).wait_for()
    assert shown(page) == (every, of)  # what stands in a group is not lost


def test_the_flow_of_licences_shows_where_terms_start(tab: Any) -> None:
    page = tab.open("/explore?node=meta-llama/Llama-3.1-8B&preset=licences")
    page.get_by_text(re.compile(r"^The same as a table")).click()
    table = page.get_by_role("region", name="Links", exact=True)
    expect(table).to_contain_text("terms start here")
    expect(page.get_by_role("list", name="Kinds shown", exact=True)).to_contain_text("licence")


def test_an_address_by_hand_is_taken_as_far_as_it_means_something(tab: Any) -> None:
    page = tab.open(
        "/explore?node=anthropic/claude-haiku-4-5&preset=nothing&colour=puce&size=weight&open=a|b"
        "&open=||out|&hide=&without=r:&without=elephant&at=%00&basis=Rumour&x=1&x=2&asOf="
    )
    assert shown(page)[1] == 1
    page = tab.open("/disclosure?rubric=none-such&sort=sideways&limit=-3")
    page.get_by_role("alert").first.wait_for()
    page = tab.open("/explore?node=no/such-model-anywhere")
    page.get_by_role("alert").first.wait_for()
    page = tab.open("/?q=haiku&kind=elephant&view=up&limit=nine")
    page.get_by_role("alert").get_by_text("no kind").wait_for()
    assert all("status of 4" in fault for fault in tab.faults), tab.faults
    tab.faults.clear()


def test_an_entity_of_very_many_neighbours_is_paged(tab: Any) -> None:
    def neighbours(route: Any) -> None:
        reply = route.fetch()
        answer = json.loads(reply.text())
        for group in answer["groups"]:
            if group["name"] == "creator":
                group.update(total=50_000, atLeast=True, next="12")
        route.fulfill(response=reply, body=json.dumps(answer))

    tab.page.route("**/api/v1/graph?*", neighbours)
    page = tab.open("/explore?node=organization/anthropic")
    page.get_by_text("more than 50,000").first.wait_for()
    before = shown(page)[1]
    page.get_by_role("button", name=re.compile(r"^\+12 open developer")).click()
    page.wait_for_url(re.compile("open="))
    eventually(page, lambda: before < shown(page)[1] <= before + 12)
    page.unroute_all(behavior="ignoreErrors")  # what is still asked for is nobody's concern


def test_claims_are_walked_to_and_lead_to_their_record(tab: Any) -> None:
    page = tab.open("/explore?node=meta-llama/Llama-3.1-8B")
    about = page.locator("aside li", has_text="← about")
    about.get_by_role("button").last.click()
    box = page.locator(".drawing g[data-kind=claim]").first
    box.wait_for()
    page.get_by_role("button", name="Fit").click()
    box.click()  # once it stands still
    tab.see("stands in", "aside.explore-side")
    expect(page.get_by_label("Kinds shown")).to_contain_text("claim 12")
    expect(page.get_by_label("Kinds shown")).to_contain_text("an arrow leads from")


def test_a_version_of_the_store_that_is_gone_is_said(tab: Any) -> None:
    for path in ("/changes?since=9-nowhere", "/explore?preset=changes&since=9-nowhere"):
        tab.open(path)
        expect(tab.page.get_by_role("alert").first).to_contain_text("9-nowhere")
    tab.faults.clear()  # the browser logs that the service refused


def test_a_source_says_how_its_claims_fared(tab: Any) -> None:
    page = tab.open("/things/collection/apx")
    figures = page.get_by_role("region", name="Acceptance of its claims", exact=True)
    expect(figures).to_contain_text("of them overruled")
    expect(figures).to_contain_text(re.compile(r"of them accepted\s*\d+"))


def test_a_search_counts_its_kinds_and_a_row_says_what_is_known(tab: Any) -> None:
    page = tab.open("/?q=anthropic")
    kinds = page.get_by_role("navigation", name="Kinds found", exact=True)
    kinds.get_by_role("link", name=re.compile(r"^organization \d")).click()
    page.wait_for_url(re.compile("kind=organization"))
    page.locator(".results .models").get_by_role("link", name="Anthropic", exact=True).wait_for()
    page = tab.open("/?q=claude+haiku+4.5")
    row = page.locator(
        ".models li", has=page.get_by_role("link", name="Claude Haiku 4.5", exact=True)
    ).first
    row.get_by_text(re.compile(r"^known \d+ of \d+$")).wait_for()


def test_a_document_is_held_against_the_list_of_the_g7(tab: Any) -> None:
    page = tab.open("/check")
    lists = page.get_by_role("combobox", name="List of elements it should cover", exact=True)
    lists.locator("option", has_text="G7").first.wait_for(state="attached")
    lists.select_option("g7-ai")
    page.get_by_text("Or paste its text").click()
    page.get_by_label("Text", exact=True).fill("---\nlicense: mit\n---\n# Mine\n")
    page.get_by_role("button", name="Check", exact=True).click()
    missing = page.get_by_role("region", name="Elements left out", exact=True)
    expect(missing.locator("tbody tr").nth(5)).to_be_attached()
