"""The explorer for notebooks: what it hands to the picture, answers, and refuses."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from provenance_graph import Graph
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import model, organization
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.store.memory import MemoryStore

BASE, TUNED, LAB = model("meta/base"), model("acme/tuned"), organization("acme")


@pytest.fixture(scope="module")
def graph() -> Graph:
    quads = [
        *reference_quads(),
        (BASE, RDF.type, PG.Model, None),
        (TUNED, RDF.type, PG.Model, None),
        (LAB, RDF.type, PG.Organization, None),
        (TUNED, PG.fineTunedFrom, BASE, None),
        (TUNED, PROV.wasDerivedFrom, BASE, None),
        (TUNED, DCTERMS.creator, LAB, None),
    ]
    return Graph(MemoryStore(quads))


@pytest.fixture
def built(tmp_path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A script in the place of the built one, which a checkout may lack."""
    pytest.importorskip("anywidget")
    from provenance_graph.graph import explorer

    text = "export default { render() {} }"
    file = tmp_path / "notebook.js"
    file.write_text(text)
    monkeypatch.setattr(explorer, "script", lambda: file)
    return text


def sent(widget: Any, monkeypatch: pytest.MonkeyPatch, message: object) -> list[Any]:
    """What the widget answers to a message of the picture."""
    answers: list[Any] = []
    monkeypatch.setattr(type(widget), "send", lambda _, content: answers.append(content))
    widget._handle_custom_msg(message, [])
    return answers


def test_the_explorer_begins_with_what_is_around_an_entity(graph, built) -> None:
    widget = graph.explorer("acme/tuned", height=300)
    state = widget.get_state()
    assert state["start"]["node"]["id"] == "acme/tuned"
    assert {group["name"] for group in state["start"]["groups"]} == {"fineTunedFrom", "creator"}
    assert (state["chosen"], state["height"], state["_esm"]) == (TUNED, 300, built)


def test_what_is_opened_is_answered_from_the_graph(graph, built, monkeypatch) -> None:
    widget = graph.explorer("acme/tuned")
    (answer,) = sent(widget, monkeypatch, {"ask": BASE})
    (group,) = answer["around"]["groups"]
    assert (group["name"], group["direction"]) == ("fineTunedFrom", "in")
    assert [item["id"] for item in group["items"]] == ["acme/tuned"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [("https://nowhere.example/x", "no entity named"), ("no address", "not an IRI")],
)
def test_what_is_not_there_is_refused_in_words(graph, built, monkeypatch, asked, words) -> None:
    (answer,) = sent(graph.explorer("acme/tuned"), monkeypatch, {"ask": asked})
    assert words in answer["refused"]


@pytest.mark.parametrize("message", [{}, {"ask": 7}, {"ask": "x" * 5_000}, "text", None])
def test_messages_of_another_form_are_left_alone(graph, built, monkeypatch, message) -> None:
    assert sent(graph.explorer("acme/tuned"), monkeypatch, message) == []


def test_bad_arguments_are_told(graph, built) -> None:
    with pytest.raises(NotFound, match="acme/tuned"):
        graph.explorer("acme/tunned")
    with pytest.raises(UsageError, match="pixels"):
        graph.explorer("acme/tuned", height=5)


def test_without_the_extra_it_says_what_to_install(graph, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "provenance_graph.graph.explorer", raising=False)
    with pytest.raises(UsageError, match=r"anywidget.*provenance-graph\[notebooks\]"):
        graph.explorer("acme/tuned")


def test_an_installation_without_the_page_is_told(tmp_path, monkeypatch) -> None:
    pytest.importorskip("anywidget")
    from provenance_graph.graph import explorer

    monkeypatch.setattr(explorer, "HERE", tmp_path)
    with pytest.raises(UsageError, match="no web page"):
        explorer.script()
