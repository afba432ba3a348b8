"""Tasks of an audit, done on the page over everything that is shipped, in three clicks after a search.

Each task counts its clicks: typing and choosing from a list that typing opened is the search, all
else counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import driving
import pytest
from playwright.sync_api import expect

MAX_CLICKS = 3
SEARCH = "Search by name, developer, alias or id"
DISTILLED = "deepseek-ai/DeepSeek-R1-Distill-Llama-8B"


@pytest.fixture(scope="module")
def whole(shipped: Path, chromium: Any) -> Iterator[driving.Service]:
    """A service over all that is shipped."""
    with driving.running(shipped) as service:
        yield service


class Auditor:
    """A reader who searches and clicks, and counts the clicks."""

    def __init__(self, tab: driving.Page) -> None:
        self.tab, self.page, self.clicks = tab, tab.page, 0

    def search(self, words: str) -> None:
        """Type into the box of the start page and wait for what it finds."""
        self.tab.open("/")
        self.page.get_by_label(SEARCH).fill(words)
        self.page.wait_for_url(re.compile("q="))
        self.page.locator(".results .models li").first.wait_for()

    def click(self, target: Any) -> None:
        """Press something."""
        self.clicks += 1
        assert self.clicks <= MAX_CLICKS, f"{self.clicks} clicks"
        target.first.click()

    def choose(self, target: Any, value: str) -> None:
        """Choose from a list: one click."""
        self.clicks += 1
        assert self.clicks <= MAX_CLICKS, f"{self.clicks} clicks"
        target.select_option(value)

    def link(self, name: str | re.Pattern[str], exact: bool = False) -> Any:
        """Links of that name in what is shown."""
        return self.page.locator("main").get_by_role("link", name=name, exact=exact)

    def view(self, name: str) -> Any:
        """A view's link in the header."""
        return self.page.get_by_role("navigation", name="Views", exact=True).get_by_role(
            "link", name=name, exact=True
        )

    def in_first_screen(self, target: Any) -> bool:
        """Whether all of it is seen without scrolling."""
        box = target.bounding_box()
        size = self.page.viewport_size
        return bool(box) and box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


@pytest.fixture(scope="module")
def office(whole: driving.Service, chromium: Any) -> Iterator[Any]:
    """The context of all auditors."""
    with driving.visitor(chromium, whole.url, {"width": 1280, "height": 800}) as context:
        yield context


@pytest.fixture
def auditor(whole: driving.Service, office: Any) -> Iterator[Auditor]:
    with driving.new_tab(office, whole.url) as tab:
        yield Auditor(tab)
    assert tab.faults == []


def test_where_a_model_comes_from_and_whether_it_may_be_shipped(auditor: Auditor) -> None:
    auditor.search("DeepSeek-R1-Distill-Llama-8B")
    auditor.click(auditor.link("DeepSeek-R1-Distill-Llama-8B", exact=True))
    sentence = auditor.page.locator(".sentence")
    for words in (
        "fine-tuned from Llama 3.1 8B",
        "distilled from DeepSeek-R1",
        "labelled MIT License, commercial use allowed with conditions",
        "training data unknown",
        re.compile(r"\d+ of \d+ fields are known"),
        "begins with 'Llama'",
    ):
        expect(sentence).to_contain_text(words)
    assert auditor.in_first_screen(sentence)
    auditor.click(sentence.get_by_role("link", name=re.compile("labelled MIT License")))
    auditor.page.get_by_text("The first hop with a conflict").wait_for()
    expect(auditor.page.locator(".hop.breach")).to_contain_text("1.b.i")


def test_which_models_of_a_developer_say_nothing_about_training_data(auditor: Auditor) -> None:
    auditor.tab.open("/disclosure")
    box = auditor.page.get_by_role("combobox", name="Developer", exact=True)
    box.fill("Meta")
    with auditor.page.expect_response(re.compile("/api/v1/disclosure.*developer=Meta")):
        box.press("Enter")
    auditor.page.wait_for_url(re.compile("developer=Meta"))
    row = auditor.page.locator(".heat tbody th a").first  # the map of everybody is gone
    row.and_(auditor.page.locator("[title*=Meta]")).wait_for()
    auditor.choose(
        auditor.page.get_by_role("combobox", name="Nothing known of", exact=True), "Data"
    )
    said = auditor.page.get_by_text(re.compile(r"\d+ of \d+ models: nothing is known of Data"))
    said.wait_for()
    silent, of = map(int, re.findall(r"\d+", said.inner_text())[:2])
    assert 0 < silent < of
    expect(auditor.page.locator(".heat tbody td.s-disclosed")).to_have_count(0)
    with auditor.page.expect_download() as saved:
        auditor.click(auditor.page.get_by_role("button", name="CSV", exact=True))
    assert len(saved.value.path().read_text("utf-8").splitlines()) == silent + 1


def test_who_says_how_large_a_model_is_and_why_that_counts(auditor: Auditor) -> None:
    auditor.search("llama 2 70b")
    auditor.click(auditor.link("Llama 2 70B", exact=True))
    auditor.click(auditor.page.get_by_role("button", name=re.compile("^Claims about parameters:")))
    panel = auditor.page.locator(".inspector")
    panel.locator(".claim").nth(1).wait_for()
    for words in ("70,000,000,000", "meta", "epoch", "Accepted"):
        expect(panel).to_contain_text(words)


def test_what_a_withdrawn_dataset_reaches_with_its_subsets(auditor: Auditor) -> None:
    auditor.search("LAION-5B")
    auditor.click(auditor.link("LAION-5B", exact=True))
    auditor.click(auditor.link("What depends on it"))
    auditor.tab.see(re.compile(r"^\d+ models$"))
    dependants = auditor.page.get_by_role("region", name="What depends on it")
    expect(dependants).to_contain_text("laion2b-en")
    expect(dependants).to_contain_text("CompVis/stable-diffusion-v1-4")
    auditor.click(auditor.link("As a picture"))
    auditor.tab.see(re.compile(r"entities shown"))


def test_three_models_are_compared_on_disclosure(auditor: Auditor) -> None:
    auditor.search("llama 3.1 8b")
    names = ["meta-llama/Llama-3.1-8B", "Qwen/Qwen2.5-7B", "mistralai/Mistral-7B-v0.1"]
    auditor.click(auditor.page.locator(f"[aria-label='Put into the basket: {names[0]}']"))
    for words, name in (("qwen2.5-7b", names[1]), ("mistral-7b-v0.1", names[2])):
        auditor.search(words)
        auditor.clicks = 0  # after each search anew
        auditor.click(auditor.page.locator(f"[aria-label='Put into the basket: {name}']"))
    auditor.click(auditor.page.get_by_role("link", name=re.compile("^Basket")))
    auditor.click(auditor.link("Compare", exact=True))
    table = auditor.page.locator("table.compare")
    table.wait_for()
    known = auditor.page.get_by_role("region", name="Known of each")
    expect(known.locator("tbody tr")).to_have_count(3)
    for name in names:
        expect(known).to_contain_text(name.rpartition("/")[2][:5], ignore_case=True)


def test_a_query_becomes_a_chart_that_drops_no_row(auditor: Auditor) -> None:
    auditor.tab.open("/sparql")
    auditor.page.locator(".cm-content").wait_for()
    auditor.page.locator(".cm-content").focus()
    auditor.page.keyboard.press("Control+A")
    auditor.page.keyboard.insert_text(
        "SELECT ?year (COUNT(?m) AS ?models) WHERE { ?m dcterms:issued ?d "
        "BIND(SUBSTR(STR(?d), 1, 4) AS ?year) } GROUP BY ?year ORDER BY ?year"
    )
    auditor.click(auditor.page.get_by_role("button", name="Run", exact=True))
    auditor.click(auditor.page.get_by_role("button", name="Chart", exact=True))
    caption = auditor.page.locator(".chart figcaption")
    caption.wait_for()
    drawn, of = map(int, re.findall(r"\d+", caption.inner_text())[:2])
    assert drawn == of > 20
    expect(auditor.page.locator(".chart circle")).to_have_count(of)
    expect(auditor.page.locator(".chart svg")).to_contain_text("2026")
    # Chromium's own editing keeps a style while text is typed over; the policy forbids it
    auditor.tab.faults[:] = [f for f in auditor.tab.faults if "Applying inline style" not in f]


def test_contradictory_release_dates(auditor: Auditor) -> None:
    auditor.tab.open("/")
    auditor.click(auditor.view("Conflicts"))
    auditor.page.get_by_role("combobox", name="Field", exact=True).locator(
        "option", has_text="release date"
    ).wait_for(state="attached")
    auditor.choose(auditor.page.get_by_role("combobox", name="Field", exact=True), "issued")
    auditor.page.wait_for_url(re.compile("field=issued"))
    auditor.page.wait_for_function(
        "() => { const c = [...document.querySelectorAll('.ledger .head-line a')];"
        " return c.length > 1 && c.every(a => a.textContent.includes('release date')) }"
    )
    auditor.choose(auditor.page.get_by_role("combobox", name="Show as", exact=True), "table")
    table = auditor.page.get_by_role("region", name="Conflicts")
    expect(table.locator("tbody tr").nth(1)).to_be_attached()


def test_a_report_is_printed(auditor: Auditor) -> None:
    auditor.search("DeepSeek-R1-Distill-Llama-8B")
    auditor.click(auditor.link("DeepSeek-R1-Distill-Llama-8B", exact=True))
    auditor.click(auditor.link("Report", exact=True))
    frame = auditor.page.frame_locator("iframe")
    frame.get_by_role("heading", name="Facts and their sources").wait_for()
    first = (frame.locator("main").text_content() or "")[:4000]
    assert "Violation" in first or "begins with 'Llama'" in first
    with auditor.page.context.expect_page() as opened:
        auditor.click(auditor.link("Open to print or save"))
    printed = opened.value
    printed.wait_for_load_state()
    assert printed.pdf().startswith(b"%PDF")


def test_a_card_is_checked_against_what_its_parents_ask(auditor: Auditor) -> None:
    auditor.tab.open("/check")
    auditor.click(auditor.page.get_by_text("Or paste its text"))
    auditor.page.get_by_label("Text", exact=True).fill(
        "---\nliscence: mit\nlicense: mit\nbase_model: meta-llama/Llama-3.1-8B\n---\n# Mine\n"
    )
    auditor.click(auditor.page.get_by_role("button", name="Check", exact=True))
    found = auditor.page.get_by_role("region", name="Findings on licences and lineage", exact=True)
    expect(found).to_contain_text("begins with 'Llama'")
    expect(found).to_contain_text("declares mit")
    problems = auditor.page.get_by_role("region", name="Problems", exact=True)
    expect(problems).to_contain_text("liscence")
    changes = auditor.page.get_by_role("region", name="What would change", exact=True)
    expect(changes).to_contain_text("new in the graph")
