"""What changed about a model: versions, aliases, retirement, facts, claims, ranks."""

from __future__ import annotations

import pytest
from audit_store import ALIAS, MODEL, OLD, OTHER, VERSION, store

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.history.history import days, history
from provenance_graph.changes.history.results import History
from provenance_graph.commands.models.history import page
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import PG
from provenance_graph.model.ranks import correlate
from provenance_graph.store.memory import MemoryStore


@pytest.fixture(scope="module")
def kept() -> MemoryStore:
    return store()


@pytest.fixture(scope="module")
def told(kept: MemoryStore) -> History:
    return history(AcceptedSnapshot(kept), MODEL)


def test_versions_come_in_order_with_their_day(told: History):
    assert [version.iri for version in told.versions] == [VERSION, OTHER]
    assert [e.date for e in told.events if e.what.startswith("version")] == [
        "2025-03-01",
        "2025-09-01",
    ]


def test_an_alias_says_what_it_pointed_to_and_when(told: History):
    assert [(b.alias, b.target, b.since, b.until) for b in told.aliases] == [
        ("m-latest", VERSION, "2025-03-01", "2025-09-01"),
        ("m-latest", OTHER, "2025-09-01", ""),
    ]
    assert ALIAS not in {v.iri for v in told.versions}


def test_retirement_comes_with_the_days_of_notice_and_succession(told: History):
    assert (told.life.deprecated, told.life.retired) == ("2026-01-01", "2026-03-02")
    assert told.life.notice_days == 60
    assert told.life.replaces == (OLD,)
    assert days("", "2026-03-02") is None


def test_facts_that_differ_between_versions_are_drift(told: History):
    between = [d for d in told.drift if d.kind == "between versions"]
    assert [(local_name(d.property), d.before, d.after) for d in between] == [
        ("license", VERSION, OTHER)
    ]


def test_facts_that_differ_from_the_replaced_model_are_drift(kept: MemoryStore, told: History):
    (drift,) = [d for d in told.drift if d.before == OLD]
    assert drift.property == PG.contextLength
    assert (str(drift.was[0]), str(drift.now[0])) == ("4000", "16000")
    assert history(AcceptedSnapshot(kept), OLD).life.replaced_by == (MODEL,)


def test_a_claim_that_changed_between_retrievals_is_told_with_both(told: History):
    (change,) = told.changed
    assert change.property == PG.contextLength
    assert (change.was, change.now) == (("8000",), ("16000",))
    assert (change.earlier, change.later) == ("2025-04-01", "2025-10-01")


def test_the_page_says_of_every_document_how_it_is_known(told: History):
    lines = "\n".join(page(told.to_json()))
    assert lines.count(", asserted)") == len(told.changed) + len(told.aliases)


def test_ranks_are_grouped_by_list_and_say_how_they_moved(told: History):
    (movement,) = told.ranks
    assert movement.list == "Arena"
    assert [(r.edition, r.rank, r.population) for r in movement.ranks] == [
        ("one", 3, 60),
        ("two", 30, 120),
    ]
    assert movement.change == 27
    assert movement.comparable


def test_days_limit_what_is_told(kept: MemoryStore):
    late = history(AcceptedSnapshot(kept), MODEL, "2025-06-01", "2025-12-31")
    assert [event.date for event in late.events] == [
        "2025-09-01",
        "2025-09-01",
        "2025-09-01",
        "2025-10-01",
    ]
    assert late.ranks == ()


def test_as_of_a_day_later_retrievals_are_unknown(kept: MemoryStore):
    then = history(AcceptedSnapshot(kept, as_of="2025-07-01"), MODEL)
    assert (then.changed, then.versions, then.ranks) == ((), (), ())
    assert {str(d.now[0]) for d in then.drift} == {"8000"}


def test_the_json_has_labels_beside_iris(told: History):
    shown = told.to_json()
    assert shown["lifecycle"]["replaces"] == [{"iri": OLD, "id": "org/m-1", "label": "M 1"}]
    assert shown["versions"][0]["label"] == "version 20250301"


def test_a_correlation_of_too_few_models_is_none():
    one = {Iri("urn:a"): 1.0, Iri("urn:b"): 2.0}
    result = correlate("x", one, "y", one)
    assert (result.count, result.spearman) == (2, None)
    flat = {Iri(f"urn:{n}"): 1.0 for n in range(5)}
    assert correlate("x", flat, "y", flat).kendall is None
