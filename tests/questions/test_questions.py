"""Every stored question has its expected answer on the shipped data, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.literals import Literal, text
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, XSD
from provenance_graph.model.questions import stored as questions
from provenance_graph.session import render
from provenance_graph.store.base import Rows, Store
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore

HERE = Path(__file__).parent
ALL = list(questions.questions().values())


@pytest.fixture(scope="module")
def store(shipped: Path) -> Iterator[Store]:
    with EmbeddedStore.open(shipped) as opened:
        yield opened


@pytest.mark.parametrize("question", ALL, ids=lambda q: f"{q.topic}/{q.name}")
def test_the_answer_is_the_expected_one(question, store, golden) -> None:
    result = asking.ask(AcceptedSnapshot(store), question.name)
    folder = HERE / question.topic
    folder.mkdir(exist_ok=True)
    golden(folder / f"{question.name}.csv", render(result.names, result.rows, "csv").encode())


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.name)
def test_a_question_orders_its_answer_and_says_what_it_asks(question) -> None:
    assert "ORDER BY" in question.text
    assert question.question.endswith("?")
    assert all(p.description for p in question.parameters)


def test_the_manual_lists_every_question(golden) -> None:
    golden(HERE.parents[1] / "docs" / "questions.md", questions.manual().encode())


_FOLLOWS_EDGES = frozenset({"upstream"})
"""Of the few edges of one model a filter picks some; VALUES would read all edges of each relation."""


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.name)
def test_a_question_avoids_what_the_engine_is_slow_at(question) -> None:
    assert " a pg:Model ." not in question.text or "+" not in question.text
    if question.name not in _FOLLOWS_EDGES:
        assert " IN (" not in question.text, "VALUES instead"


def test_an_unknown_question_offers_near_ones() -> None:
    with pytest.raises(NotFound, match="who-says-what"):
        questions.find("who-says")


def test_an_unknown_parameter_names_those_there_are(store: Store) -> None:
    with pytest.raises(UsageError, match="it takes: tokens"):
        asking.ask(AcceptedSnapshot(store), "candidates", {"size": "1"})


def test_a_value_of_the_wrong_kind_shows_a_right_one(store: Store) -> None:
    with pytest.raises(UsageError, match="128K"):
        asking.ask(AcceptedSnapshot(store), "candidates", {"tokens": "many"})


@pytest.mark.parametrize("given", ["hello", "", "sha256:", "md5:0a1b", "crc:" + "0" * 64, "g" * 64])
def test_a_text_that_is_no_digest_shows_one(store: Store, given: str) -> None:
    with pytest.raises(UsageError, match=r"is not a digest such as sha256:[0-9a-f]{64} "):
        asking.ask(AcceptedSnapshot(store), "file-of-digest", {"digest": given})


@pytest.mark.parametrize("written", ["SHA256:{}", "{}", " sha256:{} "])
def test_a_digest_is_read_however_it_is_written(store: Store, written: str) -> None:
    digits = "32a4b7d557c44f47970bee8bed5b0aa3b0c37f0a7e21ee7a99e25de633605aff"
    bound = questions.bind(
        AcceptedSnapshot(store),
        questions.find("file-of-digest"),
        {"digest": written.format(digits.upper())},
    )
    assert bound["digest"] == text(f"sha256:{digits}")


def test_a_value_is_bound_as_a_term_and_never_as_text(store: Store) -> None:
    injected = 'x" . } ; DROP ALL #'
    with pytest.raises(NotFound):
        asking.ask(AcceptedSnapshot(store), "alias-or-version", {"name": injected})
    known = questions.Parameter("name", "text")
    assert questions._term(AcceptedSnapshot(store), known, injected) == text(injected)


@pytest.mark.parametrize(
    ("question", "parameter", "value", "near"),
    [
        ("forbidden-use", "use", "comercial", "commercial"),
        ("annex-evidence", "list", "eu-annex-xiii", "eu-annex-xii"),
        ("who-says-what", "property", "parameterCounts", "parameterCount"),
        ("alias-or-version", "name", "claude-haiku-4-5-2025100", "claude-haiku-4-5"),
        ("published-scores", "vendor", "Antropic", "anthropic"),
    ],
)
def test_a_value_that_matches_nothing_offers_near_ones(
    store, question, parameter, value, near
) -> None:
    with pytest.raises(NotFound, match=near):
        asking.ask(AcceptedSnapshot(store), question, {parameter: value})


@pytest.mark.parametrize(
    ("question", "parameter", "one", "other"),
    [
        ("forbidden-use", "use", "commercial", "COMMERCIAL"),
        ("annex-evidence", "list", "eu-annex-xii", "id:rubric/eu-annex-xii"),
        ("annex-evidence", "list", "eu-annex-xii", "EU Annex XII"),
        ("who-says-what", "property", "parameterCount", "pg:parameterCount"),
    ],
)
def test_short_names_in_any_case_mean_the_same(store, question, parameter, one, other) -> None:
    answers = [
        asking.ask(AcceptedSnapshot(store), question, {parameter: value}) for value in (one, other)
    ]
    assert answers[0].rows == answers[1].rows
    assert answers[0].rows


@pytest.mark.parametrize("question", ALL, ids=lambda q: q.name)
def test_an_empty_answer_says_what_it_means(question) -> None:
    assert question.empty
    assert question.empty in question.summed_up(Rows(("a",), []))


def test_an_answer_is_summed_up() -> None:
    question = questions.find("systemic-risk")
    rows = Rows(("model", "standing"), [(text("a"), text("x")), (text("b"), text("x"))])
    assert question.summed_up(rows).startswith("2 models, 1 kind of evidence")


def test_who_runs_what_is_answered_from_deployments() -> None:
    system, offer = Iri("https://e.org/bot"), Iri("https://e.org/offer")
    quads = [(system, RDF.type, PG.Deployment, None), (system, PROV.used, offer, None)]
    with MemoryStore(quads) as store:
        result = asking.ask(AcceptedSnapshot(store), "who-runs-what")
    assert [row[:3:2] for row in result.rows] == [(system, offer)]


def test_retirement_names_versions_and_offers_and_the_notice() -> None:
    model, version, offer = (Iri(f"https://e.org/{name}") for name in ("m", "m-1", "offer"))
    quads = [
        (model, RDF.type, PG.Model, None),
        (version, PROV.specializationOf, model, None),
        (version, PG.deprecationDate, Literal("2025-12-19", XSD.date), None),
        (version, PG.retirementDate, Literal("2026-02-19", XSD.date), None),
        (offer, PG.offerOf, version, None),
        (offer, PG.earliestRetirementDate, Literal("2027-01-01", XSD.date), None),
    ]
    with MemoryStore(quads) as store:
        result = asking.ask(AcceptedSnapshot(store), "retirement", {"model": str(model)})
    columns = {name: [row[at] for row in result.rows] for at, name in enumerate(result.names)}
    assert columns["what"] == [version, offer]
    assert columns["notice"] == [Literal("P62D", XSD.dayTimeDuration), None]


def test_retirement_has_no_row_for_a_model_without_a_recorded_end() -> None:
    model = Iri("https://e.org/m")
    with MemoryStore([(model, RDF.type, PG.Model, None)]) as store:
        result = asking.ask(AcceptedSnapshot(store), "retirement", {"model": str(model)})
    assert result.rows == []


def test_prefixes_are_declared_where_they_are_used() -> None:
    text = questions.prefixes("SELECT ?m { ?m pg:contextLength ?c . ?m <http://x/y:z> 'a' }")
    assert text.startswith("PREFIX pg: <https://w3id.org/provenance-graph/ns#>\tSELECT")


def test_every_question_sums_its_answer_up() -> None:
    assert [one.name for one in questions.questions().values() if not one.answer] == []


def test_a_summary_gives_the_ends_of_a_column_of_numbers() -> None:
    question = questions.find("rank-holds")
    rows = Rows(("list", "rank", "share"), [(text("a"), text("7"), None)])
    assert question.summed_up(rows).startswith("1 place on 1 list or editions; rank 7;")
    assert "?" not in question.summed_up(rows), "no length of a list is known"


def test_a_summary_says_what_no_source_says() -> None:
    holds = questions.find("rank-holds")
    rows = Rows(("list", "date", "rank", "share"), [(text("a"), None, text("7"), None)])
    assert "on which day no source says" in holds.summed_up(rows)
    assert "on 0 days" not in holds.summed_up(rows)
    copy = questions.find("quantised-copy")
    names = ("original", "method", "bits", "benchmark", "loss")
    alone = copy.summed_up(Rows(names, [(text("a"), text("awq"), text("4"), None, None)]))
    assert alone.endswith(
        "4 bits a weight; what was lost is not known, since no document measured both."
    )
    measured = [
        (text("a"), text("awq"), text("4"), text("mmlu"), text(loss)) for loss in ("1", "-2")
    ]
    both = copy.summed_up(Rows(names, measured))
    assert both.endswith(
        "compared on 1 benchmark by documents that measured both, -2 to 1 points lost."
    )


def test_a_derivation_that_leads_to_another_architecture_is_listed() -> None:
    child, kept, parent, far = (model(f"one/{name}") for name in ("child", "kept", "parent", "far"))
    layers = {child: "48", kept: "24", parent: "24", far: "99"}
    quads = [(s, PG.layerCount, Literal(n, XSD.integer), None) for s, n in layers.items()]
    quads += [(s, PG.fineTunedFrom, parent, None) for s in (child, kept)]
    quads += [
        (far, PG.distilledFrom, parent, None),
        (child, PG.modelType, Literal("llama"), None),
    ]
    with MemoryStore(quads) as store:
        result = asking.ask(AcceptedSnapshot(store), "architecture-changed")
    assert [(row[0], row[1], row[2], row[3]) for row in result.rows] == [
        (child, PG.fineTunedFrom, parent, PG.layerCount)
    ]


def test_ancestors_without_a_described_licence_are_listed_with_their_children() -> None:
    without, undescribed, described = (model(f"one/{name}") for name in ("a", "b", "c"))
    unknown, known = Iri("urn:x:unknown"), Iri("urn:x:known")
    quads = [
        (undescribed, DCTERMS.license, unknown, None),
        (described, DCTERMS.license, known, None),
        (known, PG.grants, Iri("urn:x:use"), None),
    ]
    for number, ancestor in enumerate((without, without, undescribed, described)):
        quads.append((model(f"two/{number}"), PROV.wasDerivedFrom, ancestor, None))
    with MemoryStore(quads) as store:
        result = asking.ask(AcceptedSnapshot(store), "unlicensed-ancestors")
    assert [(a, stated, children.lexical) for a, stated, children in result.rows] == [
        (without, None, "2"),
        (undescribed, unknown, "1"),
    ]
