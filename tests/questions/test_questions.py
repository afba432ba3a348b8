"""Every stored question has its expected answer on the shipped data, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.model import questions
from provenance_graph.session import render
from provenance_graph.store.base import Store
from provenance_graph.store.embedded import EmbeddedStore

HERE = Path(__file__).parent
ALL = list(questions.questions().values())


@pytest.fixture(scope="module")
def store(shipped: Path) -> Iterator[Store]:
    with EmbeddedStore.open(shipped) as opened:
        yield opened


@pytest.mark.parametrize("question", ALL, ids=lambda q: f"{q.topic}/{q.name}")
def test_the_answer_is_the_expected_one(question, store, golden) -> None:
    found = questions.ask(AcceptedSnapshot(store), question.name)
    folder = HERE / question.topic
    folder.mkdir(exist_ok=True)
    golden(folder / f"{question.name}.csv", render(found.names, found.rows, "csv").encode())


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.name)
def test_a_question_orders_its_answer_and_says_what_it_asks(question) -> None:
    assert "ORDER BY" in question.text
    assert question.question.endswith("?")
    assert all(p.description for p in question.parameters)


def test_the_manual_lists_every_question(golden) -> None:
    golden(HERE.parents[1] / "docs" / "questions.md", questions.manual().encode())


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.name)
def test_a_question_avoids_what_the_engine_is_slow_at(question) -> None:
    assert " a pg:Model ." not in question.text or "+" not in question.text
    assert " IN (" not in question.text, "VALUES instead"


def test_an_unknown_question_offers_near_ones() -> None:
    with pytest.raises(NotFound, match="who-says-what"):
        questions.find("who-says")


def test_an_unknown_parameter_names_those_there_are(store: Store) -> None:
    with pytest.raises(UsageError, match="it takes: tokens"):
        questions.ask(AcceptedSnapshot(store), "candidates", {"size": "1"})


def test_a_value_of_the_wrong_kind_shows_a_right_one(store: Store) -> None:
    with pytest.raises(UsageError, match="128K"):
        questions.ask(AcceptedSnapshot(store), "candidates", {"tokens": "many"})


def test_a_value_is_bound_as_a_term_and_never_as_text(store: Store) -> None:
    injected = 'x" . } ; DROP ALL #'
    assert len(questions.ask(AcceptedSnapshot(store), "alias-or-version", {"name": injected})) == 0


def test_prefixes_are_declared_where_they_are_used() -> None:
    text = questions.prefixes("SELECT ?m { ?m pg:contextLength ?c . ?m <http://x/y:z> 'a' }")
    assert text.startswith("PREFIX pg: <https://w3id.org/provenance-graph/ns#> SELECT")
