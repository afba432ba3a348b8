"""Licences joined by AND, OR and WITH, and what is written in place of a licence."""

from __future__ import annotations

import pytest
from licence_world import card, catalogue, thing, world

from provenance_graph.core.claims import Basis, Claim, Stance
from provenance_graph.core.iris import mint
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.licences.rules.breaches import Filters, store_findings

TODAY = "2026-11-01"


def joined(name: str, text: str):
    return (thing(name), DCTERMS.license, mint("licence", "expression", text), None)


def ask(graph, name, use):
    report = graph.report(thing(name), uses=[use], day=TODAY)
    return report.today.verdicts[0], report.sentence


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("MIT AND CC-BY-NC-4.0", ["mit", "cc-by-nc-4.0"]),
        ("MIT OR CC-BY-NC-4.0", ["mit"]),
        ("CC-BY-NC-4.0 OR GPL-3.0-only", ["gpl-3.0"]),
        ("(CC-BY-NC-4.0 AND MIT) OR LicenseRef-ours", ["cc-by-nc-4.0", "mit"]),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only"]),
        ("Apache-2.0 AND LicenseRef-ours", ["apache-2.0", "licenseref-ours"]),
        ("LicenseRef-ours OR LicenseRef-theirs", ["LicenseRef-ours OR LicenseRef-theirs"]),
        ("MIT AND (", ["MIT AND ("]),
    ],
)
def test_of_an_expression_those_bind_that_the_user_cannot_choose_away(text, bound):
    names = catalogue().bound([mint("licence", "expression", text)])
    assert [one.name for one in names] == bound


def test_licences_joined_by_and_all_bind():
    graph = world([], {}, [joined("x/a", "MIT AND CC-BY-NC-4.0")])
    verdict, sentence = ask(graph, "x/a", "commercial")
    assert verdict.answer == "blocked"
    assert "is labelled MIT AND CC-BY-NC-4.0 (all of them bind):" in sentence


def test_of_licences_joined_by_or_the_user_chooses():
    empty = Claim(thing("x/a"), PG.fineTunedFrom, None, Stance.DECLARED_EMPTY)
    graph = world([], {}, [joined("x/a", "CC-BY-NC-4.0 OR MIT")], [card("x/a", empty)])
    verdict, sentence = ask(graph, "x/a", "commercial")
    assert verdict.answer == "allowed"
    assert "(at the user's choice, judged by MIT License)" in sentence


def test_a_part_of_an_expression_that_nobody_knows_is_unknown_and_named():
    graph = world([], {}, [joined("x/a", "Apache-2.0 AND LicenseRef-ours")])
    verdict, sentence = ask(graph, "x/a", "commercial")
    assert verdict.answer == "unknown"
    assert "licenseref-ours are not described" in sentence
    assert "patent litigation ends the patent grant [apache-2.0 3]" in sentence


def test_an_exception_only_adds_permissions():
    graph = world([], {}, [joined("x/a", "GPL-3.0-only WITH GCC-exception-3.1")])
    _, sentence = ask(graph, "x/a", "distribute")
    assert "license derivatives alike [gpl-3.0 5.c]" in sentence
    assert "what the exception permits besides is not counted" in sentence


def test_terms_of_joined_licences_reach_what_is_made_from_the_model_in_the_store_wide_pass_too():
    edges = [("y/b", "finetune", "x/a"), ("z/c", "quantize", "y/b")]
    labels = {"y/b": "mit", "z/c": "mit"}
    graph = world(edges, labels, [joined("x/a", "MIT AND CC-BY-NC-4.0")])
    verdict, sentence = ask(graph, "z/c", "commercial")
    assert verdict.answer == "blocked"
    assert "built on Creative Commons Attribution-NonCommercial 4.0 (x/a)" in sentence
    rules = frozenset({"LR-03"})
    findings = store_findings(graph, day=TODAY, filters=Filters(rules)).findings
    assert {one.subject for one in findings} == {thing("y/b"), thing("z/c")}


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (
            Claim(thing("x/a"), DCTERMS.license, None, as_stated="gpl", unusable="names a family"),
            "its licence is stated as 'gpl': names a family",
        ),
        (
            Claim(thing("x/a"), DCTERMS.license, None, Stance.DECLARED_EMPTY, as_stated="none"),
            "it is stated to have no licence, so that all rights are reserved",
        ),
        (
            Claim(thing("x/a"), DCTERMS.license, None, Stance.REPORTS_UNDISCLOSED),
            "its licence is reported as undisclosed",
        ),
    ],
)
def test_what_is_written_in_place_of_a_licence_is_reported_of_a_model_and_of_its_parent(claim, why):
    edges = [("y/b", "finetune", "x/a")]
    graph = world(edges, {"y/b": "mit"}, records=[card("x/a", claim)])
    for name in ("x/a", "y/b"):
        verdict, sentence = ask(graph, name, "commercial")
        assert verdict.answer == "unknown"
        assert f"x/a: {why}" in sentence
    assert "is without a licence that can be read" in ask(graph, "x/a", "commercial")[1]
    (cause,) = store_findings(graph, day=TODAY).causes
    assert why in cause.why


# ---- what a model was made from ----------------------------------------------------------------


def test_a_parent_that_a_card_names_counts_as_stated_where_only_its_kind_is_inferred():
    parent = Claim(thing("y/b"), PG.fineTunedFrom, thing("x/a"), basis=Basis.INFERENCE)
    empty = Claim(thing("x/a"), PG.fineTunedFrom, None, Stance.DECLARED_EMPTY)
    records = [card("y/b", parent), card("x/a", empty)]
    edges = [("y/b", "finetune", "x/a")]
    graph = world(edges, {"y/b": "mit", "x/a": "mit"}, records=records, recorded=False)
    verdict, sentence = ask(graph, "y/b", "commercial")
    assert verdict.answer == "allowed"
    assert "lineage" not in sentence


def test_lineage_in_a_circle_is_never_complete_though_every_step_is_stated():
    edges = [("x/a", "finetune", "y/b"), ("y/b", "finetune", "x/a"), ("z/c", "finetune", "x/a")]
    graph = world(edges, {"x/a": "mit", "y/b": "mit", "z/c": "mit"})
    for name in ("x/a", "z/c"):
        verdict, sentence = ask(graph, name, "commercial")
        assert verdict.answer == "unknown"
        assert "x/a and y/b are stated to derive from one another" in sentence


def test_two_ways_to_one_parent_are_no_circle():
    edges = [("x/m", "merge", "x/a"), ("x/m", "merge", "x/b")]
    edges += [("x/a", "finetune", "y/o"), ("x/b", "finetune", "y/o")]
    graph = world(edges, dict.fromkeys(["x/m", "x/a", "x/b", "y/o"], "mit"))
    assert ask(graph, "x/m", "commercial")[0].answer == "allowed"


# ---- what a breach means for the answers -------------------------------------------------------


def test_what_cannot_be_kept_beside_another_text_cannot_be_passed_on():
    edges = [("x/b", "finetune", "meta-llama/Llama-3.1-8B")]
    labels = {"meta-llama/Llama-3.1-8B": "llama-3.1", "x/b": "gpl-3.0"}
    graph = world(edges, labels)
    distribute, sentence = ask(graph, "x/b", "distribute")
    assert (distribute.answer, distribute.weights.answer) == ("blocked", "blocked")
    assert (
        "distribution blocked (gpl-3.0 and llama-3.1 cannot both be complied with [llama-3.1 1.b.iv])"
        in sentence
    )
    assert distribute.weights.reasons[0].path
    assert ask(graph, "x/b", "commercial")[0].answer == "conditional"


def test_a_broken_duty_is_not_listed_once_more_as_a_condition():
    edges = [("x/b", "finetune", "meta-llama/Llama-3.1-8B"), ("x/Llama-c", "finetune", "x/b")]
    labels = {"meta-llama/Llama-3.1-8B": "llama-3.1", "x/b": "mit", "x/Llama-c": "mit"}
    graph = world(edges, labels)
    assert ask(graph, "x/b", "commercial")[1].count("begins with 'Llama'") == 1
    assert "must begin with 'Llama'" not in ask(graph, "x/b", "commercial")[1]
    assert "must begin with 'Llama'" in ask(graph, "x/Llama-c", "commercial")[1]
