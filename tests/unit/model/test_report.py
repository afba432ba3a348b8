"""Audit reports: complete, escaped, self-contained, and the same every time."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from provenance_graph.cli import app
from provenance_graph.report.picture import picture

HAIKU = "anthropic/claude-haiku-4-5"
LLAMA = "meta-llama/Llama-3.1-8B"


def made(store: Path, *words: str) -> str:
    invoke = CliRunner().invoke(app, ["--store", str(store), "report", *words])
    assert invoke.exit_code == 0, invoke.output
    return invoke.stdout


class Reader(HTMLParser):
    """What a report is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [v or "" for k, v in attrs if k in ("src", "data", "srcset")]
        if tag == "a":
            assert (dict(attrs)["href"] or "").startswith(("http://", "https://"))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def text(shipped: Path) -> str:
    return made(shipped, HAIKU, LLAMA)


def test_a_report_holds_every_part_for_every_model(text: str) -> None:
    for part in (
        "Verdict",
        "Facts and their sources",
        "Gaps",
        "Conflicts",
        "Lineage",
        "Licences",
        "Assessment",
        "Documents read",
        "Queries that give the same",
    ):
        assert text.count(f"<h3>{part}</h3>") == 2
    assert "SHA-256 of the facts" in text
    assert HAIKU in text
    assert LLAMA in text


def test_a_report_loads_nothing_and_runs_nothing(text: str) -> None:
    reader = Reader()
    reader.feed(text)
    assert reader.loads == []
    assert not reader.tags & {"script", "img", "link", "iframe", "object", "form"}
    assert "svg" in reader.tags


def test_a_report_keeps_estimates_apart_from_facts(text: str) -> None:
    gaps = text.split("<h3>Gaps</h3>")[1].split("<h3>")[0]
    row = next(row for row in gaps.split("<tr>") if ">parameters<" in row)
    assert "not disclosed" in row
    assert "21,000,000,000" in row
    facts = text.split("<h3>Facts and their sources</h3>")[1].split("<h3>")[0]
    assert "21,000,000,000" not in facts


def test_answers_on_uses_are_in_the_words_of_the_page(text: str) -> None:
    licences = text.split("<h3>Licences</h3>")[2].split("<h3>")[0]
    assert "<b>with conditions</b>" in licences
    assert not re.search(r"<b>conditional</b>|<li>conditional:", text)


def test_the_same_store_gives_the_same_bytes(shipped: Path, text: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert made(shipped, HAIKU, LLAMA, "-o", str(out)) == ""
    assert out.read_text("utf-8") == text


def test_a_report_as_of_a_day_knows_only_what_was_read_by_then(curated: Path) -> None:
    then = made(curated, HAIKU, "--as-of", "2025-12-01")
    assert "2025-12-01" in then
    assert not re.search(r"</a>[^<]*, 2026-", then.split("<h3>Lineage")[0])


def test_a_folder_that_is_not_there_is_said_plainly(shipped: Path, tmp_path: Path) -> None:
    invoke = CliRunner().invoke(
        app, ["--store", str(shipped), "report", HAIKU, "-o", str(tmp_path / "no" / "r.html")]
    )
    assert invoke.exit_code != 0
    assert "r.html" in invoke.output


def test_a_picture_escapes_names_and_places_generations_from_left_to_right() -> None:
    def node(iri: str, side: str, distance: int) -> dict[str, object]:
        return {
            "iri": iri,
            "label": f"<{iri}>",
            "kind": "model",
            "side": side,
            "distance": distance,
        }

    edge = {"relationLabel": "fine-tuned from", "group": "derivation", "inferred": True}
    drawn = picture(
        {
            "subject": {"label": "<b>"},
            "nodes": [node("b", "self", 0), node("a", "up", 1), node("c", "down", 1)],
            "edges": [{**edge, "child": "b", "parent": "a"}, {**edge, "child": "c", "parent": "b"}],
        }
    )
    assert "<b>" not in drawn
    assert drawn.count("inferred") == 2
    places = dict(re.findall(r'translate\(([\d.]+) [\d.]+\)"><title>&lt;(\w)&gt;', drawn))
    assert [places[x] for x in sorted(places, key=float)] == ["a", "b", "c"]
