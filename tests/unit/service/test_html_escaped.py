"""Whatever a name, a licence or a source holds, HTML has the elements that it has for plain ones."""

from __future__ import annotations

import ast
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

import provenance_graph
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking.writers import page
from provenance_graph.listing import to_html
from provenance_graph.report.picture import picture
from provenance_graph.service.api.entities import reconcile

PACKAGE = Path(provenance_graph.__file__).parent
BY_HAND = {"checking/writers.py", "report/picture.py"}
"""Modules whose escaping is by hand; both are looked at below or in their own tests."""
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    "a\n</td></tr></table>\nb",
    "{{ 7 * 7 }}{% for x in y %}",
    "{0} {name} {table.__class__} %s",
    "[x](javascript:alert(1)) **b** `c`",
    "&lt;b&gt; &amp;",
)
hostile = pytest.mark.parametrize("text", HOSTILE)


class _Reader(HTMLParser):
    """The elements of a page with the names of their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


def same_elements(made: Callable[[str], str], text: str) -> None:
    plain, other = read(made("plain")), read(made(text))
    assert other.shape == plain.shape
    assert text in other.text


@hostile
def test_rows_in_a_notebook(text: str) -> None:
    same_elements(lambda value: to_html([{"licence": value, "n": 1}], 9), text)
    same_elements(lambda name: to_html([{name: 1}], 1), text)


@hostile
def test_the_preview_of_an_entity(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def preview(value: str) -> str:
        monkeypatch.setattr(
            reconcile.protocol, "preview", lambda *_: (value, [("label", value), (value, "b")])
        )
        snapshot: AcceptedSnapshot = None  # type: ignore[assignment]
        return bytes(reconcile._preview(snapshot, "model/a").body).decode()

    same_elements(preview, text)
    assert "{{" not in preview("plain"), "the style is written out"


@hostile
def test_the_picture_of_a_lineage(text: str) -> None:
    def drawn(value: str) -> str:
        nodes = [
            {"iri": f"urn:{n}", "label": value, "side": side, "distance": n, "kind": "model"}
            for n, side in enumerate(("self", "up"))
        ]
        edge = {
            "parent": "urn:1", "child": "urn:0", "group": "weights", "inferred": False,
            "relationLabel": value, "breaches": [{"rule": value}],
        }  # fmt: skip
        subject = {"iri": "urn:0", "label": value}
        return picture({"nodes": nodes, "edges": [edge], "subject": subject})  # type: ignore[typeddict-item]

    same_elements(drawn, text)


def test_an_empty_page_of_checks_is_whole() -> None:
    assert [tag for tag, _ in read(page([])).shape][:2] == ["html", "head"]


def test_no_other_module_builds_html_from_texts() -> None:
    """Markup is made by Jinja2 or ``Markup.format``, which escape what they are given."""
    found = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        text = file.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "html" in text else ():
            if isinstance(node, ast.ImportFrom) and node.module == "html":
                found.add(str(file.relative_to(PACKAGE)))
            if isinstance(node, ast.Import) and any(one.name == "html" for one in node.names):
                found.add(str(file.relative_to(PACKAGE)))
    assert found == BY_HAND
