"""The smallest sets of changes that make a use allowed, against trying every set."""

from __future__ import annotations

import itertools

import pytest
from licence_world import card, thing, world

from provenance_graph.core.claims import Claim, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.licences.repair import Problems, repair
from provenance_graph.licences.repair_steps import CUT, DECLARE, MEET, PERMIT, RECORD, RepairStep
from provenance_graph.licences.uses import parse_uses

TODAY = "2026-11-01"
META = "meta-llama"
IMAGE = Iri(PG.Text.replace("Text", "Image"))


def verdict(graph, name, use):
    (result,) = graph.report(thing(name), uses=[use], day=TODAY).today.verdicts
    return result


def test_repair_drops_the_data_or_finds_a_permission():
    graph = world([("x/a", "trained", "data:y/d")], {"x/a": "mit", "data:y/d": "cc-by-nc-4.0"})
    result = repair(graph, thing("x/a"), uses=["commercial"], day=TODAY)
    assert result.proven
    assert {(one.kind, one.target) for (one,) in result.solutions} >= {
        (CUT, thing("data:y/d")),
        (PERMIT, thing("data:y/d")),
    }


def test_repair_renames_and_ships_notices():
    base = f"{META}/Llama-3.1-8B"
    graph = world([("x/b", "finetune", base)], {base: "llama-3.1", "x/b": "llama-3.1"})
    result = repair(graph, thing("x/b"), uses=["modify"], day=TODAY)
    assert (RepairStep(MEET, "name"),) in result.solutions
    assert "no smaller set works" in result.sentence


def test_what_is_allowed_needs_no_repair():
    graph = world([], {"x/a": "mit"})
    result = repair(graph, thing("x/a"), uses=["commercial"], day=TODAY)
    assert (result.solutions, result.sentence) == (
        ((),),
        "commercial use of x/a: allowed as it is.",
    )


CASES = [
    ([("x/m", "finetune", "y/a"), ("x/m", "trained", "data:d/nc")],
     {"x/m": "mit", "y/a": "llama-2", "data:d/nc": "cc-by-nc-4.0"}),
    ([("x/m", "merge", "y/a"), ("x/m", "merge", "z/b"), ("z/b", "finetune", "w/c")],
     {"x/m": "apache-2.0", "y/a": "cc-by-nc-4.0", "z/b": "mit", "w/c": "gemma"}),
    ([("x/m", "finetune", "y/a"), ("y/a", "finetune", "x/m")], {"x/m": "mit", "y/a": "mistral-mrl-0.1"}),
    ([("x/m", "finetune", "y/a"), ("x/m", "trained", "data:d/e"), ("data:d/e", "written", "z/g")],
     {"x/m": "mit", "y/a": "mit", "data:d/e": "mit", "z/g": "llama-3"}),
    ([("x/m", "quantize", "y/a"), ("x/m", "distill", "y/b")], {"x/m": "mit", "y/a": "llama-3.1"}),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.parametrize("use", ["commercial", "distribute"])
def test_repair_finds_what_trying_every_set_finds(case, use):
    edges, stored = CASES[case]
    graph = world(edges, stored)
    result = repair(graph, thing("x/m"), uses=[use], day=TODAY)
    problems = Problems(graph, thing("x/m"), parse_uses(graph.catalogue, [use]), TODAY)
    changes = sorted({change for one in every_problem(problems) for change in one.answers})
    for size in range(len(changes) + 1):
        sets = [frozenset(one) for one in itertools.combinations(changes, size)]
        working = {one for one in sets if not problems.after(one)}
        if working:
            assert {frozenset(one) for one in result.solutions} == working
            return
    assert result.solutions == ()


def every_problem(problems: Problems):
    """Problems at no change and at each single one, from which all changes are named."""
    seen = {frozenset()}
    waiting = [frozenset()]
    while waiting:
        chosen = waiting.pop()
        for problem in problems.after(chosen):
            yield problem
            for change in problem.answers:
                if len(chosen) < 2 and chosen | {change} not in seen:
                    seen.add(chosen | {change})
                    waiting.append(chosen | {change})


def test_a_permission_and_a_cut_are_what_the_same_graph_without_the_term_says():
    """Independent of the search: the graph is made anew after the change."""
    edges, stored = CASES[1]
    graph = world(edges, stored)
    problems = Problems(graph, thing("x/m"), parse_uses(graph.catalogue, ["commercial"]), TODAY)
    without = world([one for one in edges if one[2] != "y/a"], stored)
    after = problems.after(frozenset({RepairStep(CUT, thing("y/a"))}))
    expected = verdict(without, "x/m", "commercial")
    assert sorted(one.text for one in after if not one.text.startswith("declares")) == sorted(
        one.text for one in expected.reasons
    )


def test_declaring_the_parents_licence_answers_a_violation():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "cc-by-sa-4.0", "x/b": "mit"})
    result = repair(graph, thing("x/b"), uses=["modify"], day=TODAY)
    kinds = {one.kind for changes in result.solutions for one in changes}
    assert DECLARE in kinds


def test_another_parent_answers_what_is_not_recorded_of_the_one_it_replaces():
    edges = [("x/b", "finetune", "y/a"), ("x/b", "finetune", "z/o")]
    own = Claim(thing("x/b"), PG.fineTunedFrom, thing("y/a"))
    empty = Claim(thing("z/o"), PG.fineTunedFrom, None, Stance.DECLARED_EMPTY)
    records = [card("x/b", own), card("z/o", empty)]
    labels = {"x/b": "mit", "y/a": "cc-by-nc-4.0", "z/o": "mit"}
    graph = world(edges, labels, records=records, recorded=False)
    result = repair(graph, thing("x/b"), uses=["commercial"], day=TODAY)
    assert [[one.kind for one in changes] for changes in result.solutions] == [["replace"]]
    assert result.solutions[0][0].target == thing("y/a")
    assert result.sentence.startswith("1 change makes commercial use of x/b allowed")


def test_meeting_conditions_is_not_enough_while_the_lineage_is_not_complete():
    base = f"{META}/Llama-3.1-8B"
    graph = world(
        [("x/Llama-b", "finetune", base)],
        {base: "llama-3.1", "x/Llama-b": "llama-3.1"},
        recorded=False,
    )
    assert verdict(graph, "x/Llama-b", "commercial").answer == "conditional"
    result = repair(graph, thing("x/Llama-b"), uses=["commercial"], day=TODAY)
    assert result.proven
    assert {frozenset(one.kind for one in changes) for changes in result.solutions} >= {
        frozenset((MEET, RECORD))
    }
    assert not any({one.kind for one in changes} == {MEET} for changes in result.solutions)


def test_no_model_is_offered_that_was_made_against_a_ban_on_outputs():
    graph = world(
        [
            ("x/m-7b", "finetune", "z/nc-7b"),
            ("a/good-7b-tune", "finetune", "a/good-7b"),
            ("b/bad-7b-tune", "finetune", "b/bad-7b"),
            ("b/bad-7b", "trained", "data:b/d"),
            ("data:b/d", "written", "openai/gpt-4"),
        ],
        {
            "x/m-7b": "mit",
            "z/nc-7b": "cc-by-nc-4.0",
            "a/good-7b": "mit",
            "b/bad-7b": "mit",
            "data:b/d": "mit",
            "openai/gpt-4": "openai-terms-2024-12-11",
        },
    )
    result = repair(graph, thing("x/m-7b"), uses=["commercial"], day=TODAY)
    (swap,) = [one for (one,) in result.solutions if one.kind == CUT]
    assert swap.alternatives == (thing("a/good-7b"),)
