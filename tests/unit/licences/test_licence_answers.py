"""Three answers, how far lineage is recorded, clauses on the licensor's model, sentence."""

from __future__ import annotations

import json

import pytest
from licence_world import thing, world

from provenance_graph.core.claims import Basis, Claim, Custody, Header, Record, Stance
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri, mint, organization, record
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.licences.inheritance.own_names import names_itself
from provenance_graph.licences.portfolio import portfolio, subjects_of
from provenance_graph.licences.rules.breaches import Filters, causes_as_validation, store_findings
from provenance_graph.licences.rules.marks import with_breaches
from provenance_graph.lineage.graph import LineageGraph

TODAY = "2026-11-01"
META = "meta-llama"
IMAGE = Iri(PG.Text.replace("Text", "Image"))


def modality(name: str, kind: Iri):
    return (thing(name), PG.inputModality, kind, None)


def scratch(name: str) -> Record:
    """The owner's word that a model was trained from scratch."""
    header = Header(
        record("test", "paper", "2024-02-01"),
        Iri("https://example.org/paper"),
        organization(name.partition("/")[0]),
        "2024-02-01",
        "test",
        Basis.DEVELOPER,
        custody=Custody.ASSERTED,
    )
    empty = Claim(thing(name), PROV.wasDerivedFrom, None, Stance.DECLARED_EMPTY)
    return Record(header, (empty,))


def verdict(graph, name, use):
    (result,) = graph.report(thing(name), uses=[use], day=TODAY).today.verdicts
    return result


# ---- lineage that is not recorded -----------------------------------------------------------


def test_over_lineage_that_is_not_recorded_nothing_is_allowed():
    graph = world([], {"x/a": "mit"}, recorded=False)
    report = graph.report(thing("x/a"), uses=["commercial", "distribute"], day=TODAY)
    assert report.today.lineage.state == "not recorded"
    assert [one.weights.answer for one in report.today.verdicts] == ["unknown", "unknown"]
    assert "its own licence allows it" in report.today.verdicts[0].reasons[0].text
    assert "lineage not recorded" in report.sentence


def test_trained_from_scratch_by_the_developers_word_is_allowed():
    graph = world([], {"x/a": "mit"})
    report = graph.report(thing("x/a"), uses=["commercial"], day=TODAY)
    assert report.today.lineage.state == "complete"
    assert report.today.lineage.support[0].basis == "DeveloperStatement"
    assert report.today.verdicts[0].weights.answer == "allowed"


def test_a_parent_without_recorded_lineage_leaves_the_child_partial():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "mit", "x/b": "mit"}, recorded=False)
    report = graph.report(thing("x/b"), uses=["commercial"], day=TODAY)
    assert report.today.lineage.state == "partial"
    assert report.today.verdicts[0].answer == "unknown"


def test_a_checkpoint_comes_from_what_its_release_comes_from():
    edges = [("x/a", "finetune", "x/a/stage2-1"), ("x/b", "finetune", "x/a")]
    graph = world(edges, {"x/a": "mit", "x/b": "mit"}, records=[scratch("x/a")])
    report = graph.report(thing("x/b"), uses=["commercial"], day=TODAY)
    assert report.today.lineage.state == "complete"
    assert report.today.verdicts[0].answer == "allowed"


def test_a_series_that_only_a_text_names_by_its_developer_is_the_developers_own():
    series = mint("in", "test", "unresolved", "deepseek-r1-series")
    quads = [
        (thing("deepseek-ai/V3"), PG.distilledFrom, series, None),
        (series, RDF.type, PG.UnresolvedReference, None),
    ]
    graph = world([], {"deepseek-ai/V3": "mit"}, quads, recorded=False)
    result = verdict(graph, "deepseek-ai/V3", "distribute")
    assert [one.cause for one in result.weights.reasons] == ["clause", "clause"]
    other = world([], {"x/V3": "mit"}, [(thing("x/V3"), *quads[0][1:]), quads[1]], recorded=False)
    assert verdict(other, "x/V3", "distribute").weights.reasons[0].cause == "licence"


@pytest.mark.parametrize(
    ("child", "parent", "itself"),
    [
        ("Mistral-7B-v0.1", "mistral", True),
        ("OLMo-7B-hf", "olmo-7b-hf", True),
        ("x", "checkpoint-26250", True),
        ("debertav3large-kear", "debertav3large", False),
        ("qwen-vl", "qwen-7b", False),
        ("codegemma-7b", "gemma", False),
    ],
)
def test_its_own_name_family_and_checkpoints_are_no_parents(child, parent, itself):
    assert names_itself(child, parent) is itself


def test_a_bare_base_model_is_lineage():
    graph = world([("x/b", "derived", "y/a")], {"y/a": "cc-by-nc-4.0", "x/b": "mit"})
    result = verdict(graph, "x/b", "commercial")
    assert result.weights.answer == "blocked"
    assert result.reasons[0].path[0].parent == thing("y/a")


# ---- weights and data apart ------------------------------------------------------------------


def test_unknown_data_never_hides_the_answer_on_weights():
    graph = world([("x/a", "trained", "data:y/d")], {"x/a": "apache-2.0"})
    result = verdict(graph, "x/a", "commercial")
    assert (result.answer, result.weights.answer, result.data.answer) == (
        "allowed",
        "allowed",
        "unknown",
    )


def test_non_commercial_data_is_told_apart_and_is_not_plainly_allowed():
    graph = world(
        [("x/a", "trained", "data:y/d")], {"x/a": "apache-2.0", "data:y/d": "cc-by-nc-4.0"}
    )
    result = verdict(graph, "x/a", "commercial")
    assert result.weights.answer == "allowed"
    assert (result.answer, result.data.answer) == ("unknown", "unknown")
    assert any(one.licence and one.licence.key == "cc-by-nc-4.0" for one in result.reasons)


def test_a_service_is_answered_by_its_contract():
    graph = world([], {"openai/gpt": "openai-terms-2024-12-11"}, recorded=False)
    result = verdict(graph, "openai/gpt", "commercial")
    assert (result.answer, result.contract.answer) == ("conditional", "conditional")
    assert not result.weights.applies
    early = graph.report(thing("openai/gpt"), uses=["commercial"], day="2023-06-01")
    assert early.today.verdicts[0].answer == "unknown"
    assert "2024-12-11" in early.today.verdicts[0].reasons[0].text


# ---- a clause is judged on the model that the licence names -----------------------------------


def eu(edges, stored, traits):
    graph = world(edges, stored, traits)
    return verdict(graph, edges[0][0], "eu")


def test_a_speech_model_over_text_only_llama_is_not_shut_out_of_the_eu():
    base = f"{META}/Llama-3.2-1B"
    traits = [
        modality(base, PG.Text),
        modality("x/Llama-talker", Iri(PG.Text.replace("Text", "Audio"))),
    ]
    result = eu(
        [("x/Llama-talker", "finetune", base)],
        {base: "llama-3.2", "x/Llama-talker": "llama-3.2"},
        traits,
    )
    assert result.answer == "allowed"


def test_a_text_model_over_llama_vision_is():
    base = f"{META}/Llama-3.2-11B-Vision"
    traits = [modality(base, IMAGE), modality("x/Llama-text", PG.Text)]
    result = eu(
        [("x/Llama-text", "finetune", base)],
        {base: "llama-3.2", "x/Llama-text": "llama-3.2"},
        traits,
    )
    assert result.answer == "blocked"


def test_the_sentence_names_the_clause_that_does_not_apply_and_every_condition():
    base = f"{META}/Llama-3.2-1B"
    stored = {base: "llama-3.2", "x/talker": "mit"}
    graph = world([("x/talker", "finetune", base)], stored, [modality(base, PG.Text)])
    reported = graph.report(thing("x/talker"), day=TODAY).sentence
    for words in (
        "labelled MIT License, built on Llama 3.2 Community License",
        "LR-04",
        "EU use not excluded",
        "700,000,000 monthly active users",
        "a name that begins with 'Llama'",
        '"Built with Llama"',
        "acceptable use policy",
        "rights in the training data unknown",
    ):
        assert words in reported, words
    assert reported.index("LR-04") < reported.index("EU use")


def test_a_display_text_is_asked_of_the_models_it_names():
    def shown(name: str) -> bool:
        graph = world([], {name: "nvidia-open-model"})
        return any(
            t.condition.key == "display-text"
            for t in graph.report(thing(name), day=TODAY).today.terms
        )

    assert shown("nvidia/Cosmos-1.0")
    assert not shown("nvidia/Nemotron-4")


def test_reasons_carry_clause_path_claims_and_custody():
    base = f"{META}/Llama-3.1-8B"
    graph = world([("x/b", "finetune", base)], {base: "llama-3.1", "x/b": "mit"})
    reported = json.loads(
        json.dumps(graph.report(thing("x/b"), uses=["distribute"], day=TODAY).to_json())
    )
    reasons = reported["answers"][-1]["uses"][0]["weights"]["reasons"]
    named = next(one for one in reasons if one["kind"] == "name")
    assert (named["clause"], named["custody"]) == ("1.b.i", "asserted")
    assert named["path"][0]["relation"] == "fineTunedFrom"
    assert named["claims"][0]["document"] == "https://example.org/x"


# ---- over the store ---------------------------------------------------------------------------


def test_breaches_go_by_severity_and_never_by_name():
    base = f"{META}/Llama-3.1-8B"
    edges = [(f"a/m{n}", "quantize", "y/nc") for n in range(6)] + [("z/last", "finetune", base)]
    stored = {base: "llama-3.1", "y/nc": "mit", "z/last": "mit"} | {
        f"a/m{n}": "apache-2.0" for n in range(6)
    }
    graph = world(edges, stored)
    assert [f.subject for f in store_findings(graph, limit=1, models=1).findings] == [
        thing("z/last")
    ]


def test_dated_texts_are_found_where_they_are_inherited():
    graph = world([("x/b", "finetune", "google/gemma")], {"google/gemma": "gemma", "x/b": "mit"})
    result = store_findings(graph, filters=Filters(frozenset({"LR-16"})), limit=10)
    assert thing("x/b") in {one.subject for one in result.findings}


def test_filters_of_breaches():
    base = f"{META}/Llama-3.1-8B"
    graph = world(
        [("x/b", "finetune", base), ("z/c", "finetune", "y/nc")],
        {base: "llama-3.1", "x/b": "mit", "y/nc": "cc-by-nc-4.0", "z/c": "mit"},
    )

    def subjects(**filters):
        return {f.subject for f in store_findings(graph, filters=Filters(**filters)).findings}

    assert subjects(licensor=META) == {thing("x/b")}
    assert subjects(developer="z") == {thing("z/c")}
    assert subjects(of=thing("y/nc")) == {thing("z/c")}


def test_unknown_licences_are_counted_by_their_cause():
    edges = [(f"x/m{n}", "trained", "data:y/pile") for n in range(3)] + [
        ("z/c", "finetune", "x/m0")
    ]
    graph = world(edges, {f"x/m{n}": "mit" for n in range(3)} | {"z/c": "mit"})
    result = store_findings(graph)
    assert [(one.holder, one.models) for one in result.causes] == [(thing("data:y/pile"), 4)]
    assert not any(one.rule.id == "LR-15" for one in result.findings)
    (reported,) = causes_as_validation(result.causes)
    assert reported.message.startswith("4 models rest on y/pile: no licence is recorded")


def test_breaches_are_marked_on_the_step_where_they_begin():
    base = f"{META}/Llama-3.1-8B"
    graph = world(
        [("x/b", "finetune", base), ("z/c", "quantize", "x/b")],
        {base: "llama-3.1", "x/b": "mit", "z/c": "mit"},
    )
    lineage = LineageGraph(graph.snapshot, graph.index).of(
        thing(base), direction="down", evidence=False
    )
    marked = with_breaches(lineage, graph, TODAY)
    rules = {edge.child: {one.rule for one in edge.breaches} for edge in marked.edges}
    assert "LR-04" in rules[thing("x/b")]
    assert "LR-04" in rules[thing("z/c")]
    assert (marked.marked, marked.markable) == (2, 2)


def test_a_portfolio_says_in_each_cell_what_decides():
    graph = world([], {"x/a": "mit", "x/b": "cc-by-nc-4.0"})
    result = portfolio(graph, [thing("x/a"), thing("x/b")], ["commercial"], TODAY)
    assert [row[2] for row in result.rows()] == ["allowed", "blocked"]
    assert all(row[3] for row in result.rows())
    assert result.to_json()["models"][1]["cells"][0]["because"]


def test_a_portfolio_answers_for_the_others_where_a_name_means_no_model():
    graph = world([], {"x/a": "mit"})
    subjects, unresolved = subjects_of(graph.snapshot, ["x/a", "nobody/nothing"])
    result = portfolio(graph, subjects, ["commercial"], TODAY, unresolved)
    assert [row[:3] for row in result.rows()] == [
        ("x/a", "commercial", "allowed"),
        ("nobody/nothing", "commercial", "unknown"),
    ]
    problems = result.to_json()["unresolved"]
    assert [one["name"] for one in problems] == ["nobody/nothing"]
    assert "nobody/nothing" in problems[0]["problem"]
    with pytest.raises(NotFound):
        subjects_of(graph.snapshot, ["nobody/nothing", "no/body"])


# ---- one licence ------------------------------------------------------------------------------


# ---- repair -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("falcon-180b-tii", 'Institute" (in public statements about a derivative work) ['),
        ("modified-mit-kimi", "(above 100 million monthly active users, or 20 million US dollars"),
        ("tencent-hunyuan-community", "(except Tencent Hunyuan and what is derived from it) ["),
        ("qwen-research", '"Improved using Qwen" (where the model or its outputs create'),
    ],
)
def test_the_sentence_tells_when_a_condition_applies(key, words):
    graph = world([], {"x/model": key})
    assert words in graph.report(thing("x/model"), uses=["commercial"]).sentence


def test_what_binds_the_weights_does_so_however_near_it_comes_with_outputs_too():
    graph = world(
        [("x/m", "finetune", "y/a"), ("y/a", "finetune", "z/b"), ("x/m", "synthetic", "z/b")],
        {"z/b": "coqui-cpml-1.0.0", "y/a": "mit", "x/m": "mit"},
    )
    (verdict,) = graph.report(thing("x/m"), uses=["commercial"], day=TODAY).today.verdicts
    assert verdict.weights.answer == "blocked"
    for reason in verdict.weights.reasons:
        if reason.effect == "blocked":
            assert [edge.group for edge in reason.path] == ["derivation", "derivation"]


def test_a_licence_of_weights_and_of_data_bears_on_both_answers():
    graph = world(
        [("x/m", "finetune", "y/a"), ("x/m", "trained", "data:d/n")],
        {"y/a": "cc-by-nc-4.0", "data:d/n": "cc-by-nc-4.0", "x/m": "mit"},
    )
    (verdict,) = graph.report(thing("x/m"), uses=["commercial"], day=TODAY).today.verdicts
    assert verdict.weights.answer == "blocked"
    assert [one.holder for one in verdict.data.reasons if one.kind == "noncommercial"] == [
        thing("data:d/n")
    ]


def test_a_finding_names_its_clause_both_texts_and_the_claims_that_it_rests_on():
    base, alike = "meta-llama/Llama-3.1-8B", "y/a"
    graph = world(
        [("x/m", "merge", base), ("x/m", "merge", alike)],
        {base: "llama-3.1", alike: "cc-by-sa-4.0", "x/m": "apache-2.0"},
    )
    report = graph.report(thing("x/m"), day=TODAY).to_json()
    (clash,) = [one for one in report["findings"] if one["rule"] == "LR-17"]
    assert (clash["licence"]["id"], clash["clause"]) == ("llama-3.1", "1.b.iv")
    assert clash["other"]["licence"]["id"] == "cc-by-sa-4.0"
    assert clash["other"]["holder"]["label"] == alike
    assert [step["parent"]["label"] for step in clash["other"]["path"]] == [alike]
    assert {one["property"] for one in clash["claims"]} == {"mergedFrom"}
    assert clash["custody"] == "asserted"
    assert all(one["claims"] for one in report["findings"] if one["path"])


def test_a_ban_on_outputs_is_named_where_something_worse_hides_the_answer_on_them():
    graph = world([], {"x/m": "llama-2"}, recorded=False)
    report = graph.report(thing("x/m"), uses=["train-on-outputs"], day=TODAY)
    assert "training on outputs unknown" in report.sentence
    assert "no other language model may be improved" in report.sentence
