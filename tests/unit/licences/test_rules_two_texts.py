"""Rule LR-17: two texts that cannot both be complied with, and what comes before there is any text."""

from __future__ import annotations

import pytest
from licence_world import rules, steps, thing, world

from provenance_graph.licences.repair import repair
from provenance_graph.licences.rules.breaches import Filters, store_findings

SD, LLAMA31, LLAMA3 = "CompVis/sd", "meta/Llama-3.1-8B", "meta/Llama-3-8B"


@pytest.mark.parametrize("own", ["gpl-3.0", "agpl-3.0", "cc-by-sa-4.0"])
def test_lr17_a_text_that_allows_no_restriction_over_one_that_restricts(own):
    graph = world([("x/Llama-b", "finetune", LLAMA31)], {LLAMA31: "llama-3.1", "x/Llama-b": own})
    result = rules(graph, "x/Llama-b")["LR-17"]
    assert result.severity == "Violation"
    assert "both texts cannot be complied with" in result.message
    assert steps(result) == [("fineTunedFrom", LLAMA31)]


@pytest.mark.parametrize(("own", "parent"), [("mit", "llama-3.1"), ("gpl-3.0", "apache-2.0"), ("llama-3.1", "llama-3.1"), ("gpl-3.0", "cc-by-sa-4.0")])  # fmt: skip
def test_lr17_is_silent_where_one_text_can_be_kept(own, parent):
    graph = world([("x/Llama-b", "finetune", "y/a")], {"y/a": parent, "x/Llama-b": own})
    assert "LR-17" not in rules(graph, "x/Llama-b")


@pytest.mark.parametrize("own", ["mit", "llama-3.1", "", "hub-other"])
def test_lr17_sees_two_texts_that_come_from_above_whatever_is_declared(own):
    stored = {LLAMA31: "llama-3.1", "y/gnu": "gpl-3.0"} | ({"x/Llama-b": own} if own else {})
    graph = world([("x/Llama-b", "merge", LLAMA31), ("x/Llama-b", "merge", "y/gnu")], stored)
    result = rules(graph, "x/Llama-b")["LR-17"]
    assert "is under gpl-3.0 of y/gnu" in result.message
    assert "under llama-3.1 of meta/Llama-3.1-8B" in result.message
    assert steps(result) == [("mergedFrom", LLAMA31)]
    assert result.other is not None
    assert result.other.holder == thing("y/gnu")
    report = graph.report(thing("x/Llama-b"), uses=["distribute"])
    assert report.today.verdicts[0].answer == "blocked"


def test_lr17_follows_both_texts_down_a_chain_with_another_label_between():
    edges = [("x/m", "finetune", "y/gnu"), ("x/m", "adapter", LLAMA31), ("z/n", "quantize", "x/m")]
    graph = world(edges, {LLAMA31: "llama-3.1", "y/gnu": "agpl-3.0", "x/m": "mit", "z/n": "mit"})
    assert steps(rules(graph, "z/n")["LR-17"]) == [("quantizedFrom", "x/m"), ("adapterOf", LLAMA31)]


def test_lr17_is_silent_where_a_text_from_above_does_not_bind_weights():
    edges = [("x/m", "trained", "data:y/d"), ("x/m", "finetune", LLAMA31)]
    graph = world(edges, {LLAMA31: "llama-3.1", "data:y/d": "cc-by-sa-4.0", "x/m": "llama-3.1"})
    assert "LR-17" not in rules(graph, "x/m")


def test_lr17_from_above_is_mended_by_leaving_out_either_side():
    stored = {LLAMA31: "llama-3.1", "y/gnu": "gpl-3.0", "x/Llama-b": "mit"}
    graph = world([("x/Llama-b", "merge", LLAMA31), ("x/Llama-b", "merge", "y/gnu")], stored)
    result = repair(graph, thing("x/Llama-b"), uses=["use"])
    targets = {step.target for steps in result.solutions for step in steps}
    assert {thing(LLAMA31), thing("y/gnu")} <= targets


def test_nobody_breaks_a_text_before_there_is_one():
    graph = world([("x/art", "finetune", LLAMA31)], {LLAMA31: "llama-3.1", "x/art": "mit"})
    subject = thing("x/art")
    rules_of = {one.rule.id for one in graph.findings(subject, day="2026-01-01")}
    assert {"LR-04", "LR-07"} <= rules_of
    assert graph.findings(subject, day="2015-01-01") == []


def test_breaches_of_a_developer_by_the_beginning_of_its_namespace():
    graph = world([("xlab/art", "finetune", LLAMA31)], {LLAMA31: "llama-3.1", "xlab/art": "mit"})
    result = store_findings(graph, filters=Filters(developer="xla"))
    assert {one.subject for one in result.findings} == {thing("xlab/art")}
