"""Each of the seventeen rules: what sets it off, with clause and path, and what does not."""

from __future__ import annotations

import pytest
from licence_world import catalogue, licence, rules, steps, thing, world

from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record
from provenance_graph.core.iris import Iri, mint, organization, record
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA, XSD
from provenance_graph.licences.rules.breaches import Filters, as_validation, mark, store_findings
from provenance_graph.licences.rules.rules import RULES

SD, LLAMA31, LLAMA3 = "CompVis/sd", "meta/Llama-3.1-8B", "meta/Llama-3-8B"


def test_the_ontology_documents_every_rule_and_no_other():
    assert set(catalogue().rules) == set(RULES)
    for rule in catalogue().rules.values():
        assert all((rule.what, rule.why, rule.fix, rule.caveat))
        assert rule.severity in ("Violation", "Warning", "Info")


def test_lr01_use_restrictions_that_are_not_passed_on():
    graph = world([("x/art", "finetune", SD)], {SD: "creativeml-openrail-m", "x/art": "mit"})
    result = rules(graph, "x/art")["LR-01"]
    assert (result.severity, result.clause) == ("Violation", "4.a and 5")
    assert steps(result) == [("fineTunedFrom", SD)]


def test_lr01_is_content_with_a_licence_that_keeps_the_restrictions():
    graph = world([("x/art", "finetune", SD)], {SD: "creativeml-openrail-m", "x/art": "openrail++"})
    assert "LR-01" not in rules(graph, "x/art")


def test_lr02_another_licence_where_the_same_is_asked():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "cc-by-sa-4.0", "x/b": "mit"})
    result = rules(graph, "x/b")["LR-02"]
    assert (result.severity, result.clause) == ("Violation", "3.b")


@pytest.mark.parametrize("own", ["cc-by-sa-4.0", "gpl-3.0"])
def test_lr02_accepts_the_same_licence_and_the_compatible_ones(own):
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "cc-by-sa-4.0", "x/b": own})
    assert "LR-02" not in rules(graph, "x/b")


def test_lr03_commercial_use_on_a_non_commercial_parent_is_a_violation():
    graph = world([("x/b", "quantize", "y/a")], {"y/a": "cc-by-nc-4.0", "x/b": "apache-2.0"})
    assert rules(graph, "x/b")["LR-03"].severity == "Violation"


def test_lr03_on_a_non_commercial_dataset_is_a_warning():
    graph = world([("x/b", "trained", "data:y/d")], {"data:y/d": "cc-by-nc-4.0", "x/b": "mit"})
    result = rules(graph, "x/b")["LR-03"]
    assert result.severity == "Warning"
    assert "unsettled" in result.message


def test_lr04_a_name_that_does_not_begin_as_asked():
    name = "deepseek/DeepSeek-R1-Distill-Llama-8B"
    graph = world([(name, "finetune", LLAMA31)], {LLAMA31: "llama-3.1", name: "mit"})
    result = rules(graph, name)["LR-04"]
    assert (result.severity, result.clause) == ("Violation", "1.b.i")


def test_lr04_of_a_document_that_states_no_name_is_a_warning():
    graph = world([("x/README", "finetune", LLAMA31)], {LLAMA31: "llama-3.1"})
    result = rules(graph, "x/README")["LR-04"]
    assert result.severity == "Warning"
    assert "has no stated name" in result.message


def test_lr04_is_content_with_the_prefix_and_with_the_owner():
    graph = world(
        [("x/Llama-3.1-8B-Chat", "finetune", LLAMA31), ("meta/Other", "finetune", LLAMA31)],
        {LLAMA31: "llama-3.1", "x/Llama-3.1-8B-Chat": "llama-3.1", "meta/Other": "llama-3.1"},
    )
    assert "LR-04" not in rules(graph, "x/Llama-3.1-8B-Chat")
    assert "LR-04" not in rules(graph, "meta/Other")


def test_lr04_holds_for_outputs_alone_under_llama_31_and_not_for_llama_2():
    graph = world(
        [("x/a", "synthetic", LLAMA31), ("x/b", "synthetic", "meta/Llama-2-7b")],
        {LLAMA31: "llama-3.1", "meta/Llama-2-7b": "llama-2", "x/a": "mit", "x/b": "mit"},
    )
    assert "LR-04" in rules(graph, "x/a")
    assert "LR-04" not in rules(graph, "x/b")


def test_lr04_is_content_with_a_copy_that_keeps_the_licensors_own_name():
    parent = "meta-llama/Meta-Llama-3-8B"
    copies = ["amd/Meta-Llama-3-8B-onnx", "x/Facebook-Llama-3-8B", "x/My-Llama-3-8B"]
    stored = {parent: "llama-3"} | dict.fromkeys(copies, "llama-3")
    graph = world([(copy, "quantize", parent) for copy in copies], stored)
    assert [copy for copy in copies if "LR-04" in rules(graph, copy)] == ["x/My-Llama-3-8B"]
    marked = mark(graph)["LR-04"]
    assert [graph.index.names[n] for n in marked.tolist()] == [thing("x/My-Llama-3-8B")]


def test_lr05_outputs_of_llama_3_train_a_model_that_is_none():
    graph = world([("x/b", "synthetic", LLAMA3)], {LLAMA3: "llama-3", "x/b": "mit"})
    result = rules(graph, "x/b")["LR-05"]
    assert (result.severity, result.clause) == ("Violation", "1.b.v")


def test_lr05_excepts_models_made_from_the_same_licence():
    graph = world(
        [("x/Llama-3-b", "synthetic", LLAMA3), ("x/Llama-3-b", "finetune", "meta/Llama-3-70B")],
        {LLAMA3: "llama-3", "meta/Llama-3-70B": "llama-3", "x/Llama-3-b": "llama-3"},
    )
    assert "LR-05" not in rules(graph, "x/Llama-3-b")


def test_lr05_allows_what_a_later_version_allows():
    graph = world([("x/b", "synthetic", LLAMA31)], {LLAMA31: "llama-3.1", "x/b": "mit"})
    assert "LR-05" not in rules(graph, "x/b")


def test_lr05_follows_the_defect_to_descendants():
    graph = world(
        [("x/b", "distill", LLAMA3), ("z/c", "quantize", "x/b")],
        {LLAMA3: "llama-3", "x/b": "mit", "z/c": "mit"},
    )
    assert steps(rules(graph, "z/c")["LR-05"]) == [
        ("quantizedFrom", "x/b"),
        ("distilledFrom", LLAMA3),
    ]


def test_lr06_a_display_text_that_no_document_shows():
    edges = [("x/Llama-3.1-b", "finetune", LLAMA31)]
    stored = {LLAMA31: "llama-3.1", "x/Llama-3.1-b": "llama-3.1"}
    assert rules(world(edges, stored), "x/Llama-3.1-b")["LR-06"].severity == "Info"
    shown = [
        (thing("x/Llama-3.1-b"), SCHEMA.description, Literal("Built with Llama, for you"), None)
    ]
    assert "LR-06" not in rules(world(edges, stored, shown), "x/Llama-3.1-b")


def test_lr07_a_permissive_label_over_a_community_licence():
    graph = world([("x/b", "finetune", LLAMA31)], {LLAMA31: "llama-3.1", "x/b": "apache-2.0"})
    assert "none of the restrictions" in rules(graph, "x/b")["LR-07"].message


def test_lr07_another_version_of_the_licence_than_the_parents():
    name = "NousResearch/Hermes-3-Llama-3.1-8B"
    graph = world([(name, "finetune", LLAMA31)], {LLAMA31: "llama-3.1", name: "llama-3"})
    assert "under llama-3.1" in rules(graph, name)["LR-07"].message


def test_lr07_another_rail_licence_that_keeps_the_restrictions_is_right():
    graph = world(
        [("x/a", "finetune", "y/sd2"), ("x/b", "finetune", "y/sd2")],
        {"y/sd2": "openrail++", "x/a": "creativeml-openrail-m", "x/b": "apache-2.0"},
    )
    assert {"LR-01", "LR-07"}.isdisjoint(rules(graph, "x/a"))
    assert {"LR-01", "LR-07"} <= set(rules(graph, "x/b"))


def test_lr13_says_that_no_day_of_use_is_recorded():
    edges = [("x/m", "trained", "data:y/d"), ("data:y/d", "written", "openai/gpt-4")]
    stored = {"openai/gpt-4": "openai-terms", "x/m": "mit", "data:y/d": "mit"}
    message = rules(world(edges, stored), "x/m")["LR-13"].message
    assert message.endswith("no day of use is recorded, so the latest text is read")
    issued = [(thing("x/m"), DCTERMS.issued, Literal("2023-05-01", XSD.date), None)]
    assert "no day" not in rules(world(edges, stored, issued), "x/m")["LR-13"].message


def test_lr08_a_multimodal_model_that_excludes_the_eu():
    name = "meta/Llama-3.2-11B-Vision"
    image = [(thing(name), PG.inputModality, Iri(PG.Text.replace("Text", "Image")), None)]
    graph = world(
        [("x/Llama-b", "finetune", name)], {name: "llama-3.2", "x/Llama-b": "llama-3.2"}, image
    )
    report = graph.report(thing("x/Llama-b"), uses=["eu"], day="2025-01-01")
    assert report.today.verdicts[0].answer == "blocked"
    assert [f.severity for f in report.findings if f.rule.id == "LR-08"] == ["Warning"]


def test_lr08_leaves_text_models_alone_and_does_not_guess():
    name = "meta/Llama-3.2-1B"
    text = [(thing(name), PG.inputModality, PG.Text, None)]
    stored = {name: "llama-3.2", "x/Llama-b": "llama-3.2"}
    graph = world([("x/Llama-b", "finetune", name)], stored, text)
    assert (
        graph.report(thing("x/Llama-b"), uses=["eu"], day="").today.verdicts[0].answer == "allowed"
    )
    silent = world([("x/Llama-b", "finetune", name)], stored)
    assert (
        silent.report(thing("x/Llama-b"), uses=["eu"], day="").today.verdicts[0].answer == "unknown"
    )


@pytest.mark.parametrize(
    ("key", "use", "answer"),
    [
        ("llama-3.1", "users=700000001", "blocked"),
        ("llama-3.1", "users=5000", "allowed"),
        ("qwen-2024", "users=100000001", "blocked"),
        ("stability-community-2024", "revenue=2000000", "blocked"),
        ("stability-community-2024", "revenue=1000", "allowed"),
    ],
)
def test_lr09_numbers_above_a_threshold(key, use, answer):
    graph = world([("x/b", "finetune", "y/a")], {"y/a": key, "x/b": key})
    report = graph.report(thing("x/b"), uses=[use], day="2025-01-01")
    assert report.today.verdicts[0].answer == answer
    assert any(f.rule.id == "LR-09" for f in report.findings) == (answer == "blocked")


def test_lr10_a_merge_of_two_same_licence_duties():
    graph = world(
        [("x/m", "merge", "y/a"), ("x/m", "merge", "y/b")],
        {"y/a": "cc-by-sa-4.0", "y/b": "cc-by-nc-sa-4.0", "x/m": "cc-by-sa-4.0"},
    )
    assert rules(graph, "x/m")["LR-10"].severity == "Violation"


def test_lr10_lets_compatible_duties_meet():
    graph = world(
        [("x/m", "merge", "y/a"), ("x/m", "merge", "y/b")],
        {"y/a": "gpl-3.0", "y/b": "agpl-3.0", "x/m": "agpl-3.0"},
    )
    assert "LR-10" not in rules(graph, "x/m")


def test_lr11_an_adapter_is_bound_with_its_base():
    graph = world([("x/lora", "adapter", LLAMA31)], {LLAMA31: "llama-3.1", "x/lora": "mit"})
    result = rules(graph, "x/lora")
    assert result["LR-11"].severity == "Info"
    assert "LR-04" in result


def test_lr12_a_quantised_copy_under_another_licence():
    graph = world([("x/q", "quantize", "y/a")], {"y/a": "mistral-mrl-0.1", "x/q": "apache-2.0"})
    assert rules(graph, "x/q")["LR-12"].severity == "Warning"
    light = world([("x/q", "quantize", "y/a")], {"y/a": "mit", "x/q": "apache-2.0"})
    assert rules(light, "x/q")["LR-12"].severity == "Info"


def test_lr13_outputs_travel_through_a_dataset():
    graph = world(
        [
            ("h4/zephyr", "trained", "data:h4/ultrachat"),
            ("data:h4/ultrachat", "written", "openai/chatgpt"),
        ],
        {
            "h4/zephyr": "mit",
            "data:h4/ultrachat": "mit",
            "openai/chatgpt": "openai-terms-2024-12-11",
        },
    )
    result = rules(graph, "h4/zephyr")["LR-13"]
    assert result.severity == "Warning"
    assert steps(result) == [("trainedOn", "h4/ultrachat"), ("generatedBy", "openai/chatgpt")]


def test_lr14_a_permissive_label_without_the_text_among_recorded_files():
    def files(*names: str):
        for name in names:
            node = mint("in", "test", "artifact", name)
            yield node, PG.artifactOf, thing("x/a"), None
            yield node, PG.fileName, Literal(name), None

    bare = world([], {"x/a": "mit"}, files("config.json", "model.safetensors"))
    assert rules(bare, "x/a")["LR-14"].severity == "Info"
    full = world([], {"x/a": "mit"}, files("config.json", "LICENSE"))
    assert "LR-14" not in rules(full, "x/a")
    assert "LR-14" not in rules(world([], {"x/a": "mit"}), "x/a")


@pytest.mark.parametrize(
    "held", [{}, {"y/a": "hub-other"}, {"y/a": "unlicensed"}, {"y/a": "qwen-research"}]
)
def test_lr15_an_unknown_ancestor_is_never_clean(held):
    edges = [("x/b", "finetune", "y/mid"), ("y/mid", "quantize", "y/a")]
    graph = world(edges, {"x/b": "mit", **held})
    report = graph.report(thing("x/b"), uses=["use", "commercial"], day="2025-01-01")
    assert {verdict.answer for verdict in report.today.verdicts} <= {"unknown", "blocked"}
    assert any(f.rule.id == "LR-15" for f in report.findings)
    assert not report.today.clean


def test_lr15_says_what_a_name_suggests():
    graph = world([("x/b", "merge", "y/Llama-3-8B-Lexi")], {"x/b": "apache-2.0"})
    assert "suggests llama-3" in rules(graph, "x/b")["LR-15"].message


def label(key: str, **when: str) -> Claim:
    return Claim(thing("tii/falcon"), DCTERMS.license, licence(key), **when)


def test_lr16_a_label_that_changed_on_a_day_gives_two_answers():
    header = Header(
        record("test", "falcon", "2025-01-01"),
        Iri("https://example.org/falcon"),
        organization("tii"),
        "2025-01-01",
        "test",
        Basis.DEVELOPER,
    )
    claims = (
        label("apache-2.0", valid_from="2023-05-31"),
        label("gpl-3.0", valid_until="2023-05-31"),
    )
    graph = world([], {"tii/falcon": "apache-2.0"}, records=[Record(header, claims)])
    report = graph.report(thing("tii/falcon"), day="2025-01-01")
    assert [[one.key for one in answer.declared] for answer in report.answers] == [
        ["gpl-3.0"],
        ["apache-2.0"],
    ]
    assert "until 2023-05-31" in next(f.message for f in report.findings if f.rule.id == "LR-16")


def test_lr16_a_text_of_another_day_gives_two_answers():
    issued = [(thing("x/b"), DCTERMS.issued, Literal("2024-05-01", XSD.date), None)]
    graph = world(
        [("x/b", "finetune", "google/gemma")], {"google/gemma": "gemma", "x/b": "gemma"}, issued
    )
    report = graph.report(thing("x/b"), uses=["commercial"], day="2025-06-01")
    assert [answer.occasion for answer in report.answers] == ["release", "today"]
    assert [answer.verdicts[0].answer for answer in report.answers] == ["conditional"] * 2
    versions = [{one.licence.text_version for one in a.terms} for a in report.answers]
    assert versions == [{"2024-04-01"}, {"2025-03-24"}]
    assert any(f.rule.id == "LR-16" for f in report.findings)


def test_a_clean_family_has_no_findings_but_asks_for_its_notices():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "apache-2.0", "x/b": "apache-2.0"})
    assert rules(graph, "x/b") == {}
    report = graph.report(thing("x/b"), uses=["commercial", "modify"], day="2025-01-01")
    assert {verdict.answer for verdict in report.today.verdicts} == {"allowed"}


def test_the_store_wide_search_marks_every_model_that_a_rule_finds():
    edges = [
        ("x/art", "finetune", SD),
        ("x/q", "quantize", "y/nc"),
        ("z/R1-Llama", "finetune", LLAMA31),
        ("z/deep", "quantize", "z/R1-Llama"),
        ("w/b", "distill", LLAMA3),
        ("v/m", "merge", "y/sa"),
        ("v/m", "merge", "y/ncsa"),
        ("v/lora", "adapter", LLAMA31),
        ("u/a", "trained", "data:u/d"),
        ("data:u/d", "written", "openai/chatgpt"),
        ("u/x", "finetune", "u/nothing"),
    ]
    stored = {
        SD: "creativeml-openrail-m", "x/art": "mit", "y/nc": "cc-by-nc-4.0", "x/q": "mit",
        LLAMA31: "llama-3.1", LLAMA3: "llama-3", "z/R1-Llama": "mit", "z/deep": "mit", "w/b": "mit",
        "y/sa": "cc-by-sa-4.0", "y/ncsa": "cc-by-nc-sa-4.0", "v/m": "mit", "v/lora": "mit",
        "openai/chatgpt": "openai-terms-2024-12-11", "u/a": "mit", "data:u/d": "mit", "u/x": "gemma",
    }  # fmt: skip
    graph = world(edges, stored)
    marked = mark(graph)
    results = {
        (f.rule.id, f.subject)
        for name in graph.index.names
        for f in graph.findings(name)
        if "model/" in name
    }
    seen = {(rule, graph.index.names[n]) for rule, nodes in marked.items() for n in nodes.tolist()}
    assert results <= seen
    exact = {"LR-01", "LR-02", "LR-03", "LR-04", "LR-07"}
    assert {one for one in seen if one[0] in exact} == {one for one in results if one[0] in exact}
    reported = store_findings(graph, filters=Filters(frozenset({"LR-04"})))
    assert {f.subject for f in reported.findings} == {s for rule, s in results if rule == "LR-04"}
    assert reported.to_json()["of"] == len(reported.findings)


def test_findings_of_rules_go_into_a_validation_report():
    graph = world([("x/b", "finetune", LLAMA31)], {LLAMA31: "llama-3.1", "x/b": "mit"})
    reported = list(
        as_validation(store_findings(graph, filters=Filters(frozenset({"LR-04"}))).findings)
    )
    assert [(one.severity.label, one.focus) for one in reported] == [("Violation", thing("x/b"))]
    assert "llama-3.1 1.b.i" in reported[0].message
    assert reported[0].shape.endswith("LR-04")
