"""Licences as data, planned uses, notices, and the real cases over small hand-made views."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from licence_world import catalogue, licence, rules, steps, thing, world
from shared import SHARED, needs_shared

from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.licences.text import report_rows, report_text
from provenance_graph.licences.uses import parse_uses

TODAY = "2026-11-01"


def answers(graph, name, *uses):
    report = graph.report(thing(name), uses=uses, day=TODAY)
    return {verdict.use.key: verdict.answer for verdict in report.today.verdicts}


# ---- the catalogue ------------------------------------------------------------------------


@needs_shared
def test_every_licence_of_the_material_is_described_as_it_says():
    assert SHARED is not None
    listed = json.loads((SHARED / "knowledge" / "licences.json").read_text())["licences"]
    assert len(listed) == 53
    for reported in listed:
        one = catalogue().by_key[reported["id"]]
        # Of a text that was read since then more may be known, and never less.
        assert one.grants >= frozenset(reported["permissions"]), reported["id"]
        assert one.passes or not reported["pass_through"], reported["id"]
        assert len(one.conditions) >= len({*reported["obligations"], *reported["restrictions"]}) - 1


def test_every_described_licence_names_the_version_of_its_text():
    described = [one for one in catalogue().licences.values() if one.passes and not one.terms_like]
    assert len(described) > 40
    assert all(one.text_version for one in described)


def test_every_condition_of_every_licence_is_documented():
    known = catalogue()
    for one in known.licences.values():
        assert set(one.conditions) <= set(known.conditions), one.key
        for carry in one.passes.values():
            assert carry.mode in ("firm", "unsettled", "banned", "nogrant", "unknown")


@pytest.mark.parametrize(
    ("spdx", "known", "like"),
    [("BSD-2-Clause", True, "MIT"), ("CC-BY-3.0", True, "CC-BY-4.0"), ("CC-BY-ND-4.0", False, "")],
)
def test_the_spdx_list_is_there_with_terms_by_family_where_there_is_one(spdx, known, like):
    one = catalogue().licence(Iri(f"http://spdx.org/licenses/{spdx}"))
    assert one.known is known
    assert str(one.terms_like or "").endswith(like)


def test_versions_of_a_family_stay_apart():
    outputs = {
        key: catalogue().by_key[key].passes["outputs"].key
        for key in (
            "llama-1",
            "llama-2",
            "llama-3",
            "llama-3.1",
            "gemma",
            "qwen-2024",
            "tongyi-qianwen-2023",
        )
    }
    assert outputs == {
        "llama-1": "non-commercial",
        "llama-2": "banned-unless-same-licence",
        "llama-3": "banned-unless-same-licence",
        "llama-3.1": "name-prefix",
        "gemma": "carry-terms",
        "qwen-2024": "display",
        "tongyi-qianwen-2023": "banned-unless-same-licence",
    }


# ---- planned uses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "use", "answer"),
    [
        ("mit", "commercial", "allowed"),
        ("mit", "distribute", "conditional"),
        ("cc0-1.0", "distribute", "allowed"),
        ("cc-by-nc-4.0", "commercial", "blocked"),
        ("cc-by-nc-4.0", "research", "allowed"),
        ("cc-by-nc-nd-4.0", "distribute", "conditional"),
        ("llama-3.1", "commercial", "conditional"),
        ("llama-2", "train-on-outputs", "conditional"),
        ("llama-3.1", "train-on-outputs", "conditional"),
        ("mit", "train-on-outputs", "allowed"),
        ("stability-community-2024", "train-on-outputs", "conditional"),
        ("exaone-1.1-nc", "train-on-outputs", "blocked"),
        ("mistral-mnpl-0.1", "hosted-service", "blocked"),
        ("mistral-mnpl-0.1", "train-on-outputs", "unknown"),
        ("qwen-research", "production", "blocked"),
        ("qwen-research", "research", "allowed"),
        ("hunyuan-3d-2.0", "eu", "blocked"),
        ("tencent-hunyuan-community", "train-on-outputs", "conditional"),
        ("apple-amlr", "commercial", "blocked"),
        ("fair-noncommercial-research-license", "research", "conditional"),
        ("cc-by-4.0", "train-on-outputs", "unknown"),
        ("mistral-mnpl-0.1", "production", "blocked"),
        ("falcon-180b-tii", "hosted-service", "conditional"),
        ("agpl-3.0", "hosted-service", "conditional"),
        ("openai-terms-2024-12-11", "distribute", "blocked"),
        ("openai-terms-2024-12-11", "commercial", "conditional"),
        ("openai-terms-2024-12-11", "competing-product", "conditional"),
        ("hub-other", "commercial", "unknown"),
        ("qwen-research", "commercial", "blocked"),
    ],
)
def test_a_licence_of_ones_own_answers_for_a_use(key, use, answer):
    graph = world([("x/child", "finetune", "y/model")], {"y/model": key})
    assert answers(graph, "y/model", use) == {use: answer}


def test_a_derivative_of_a_no_derivatives_licence_may_not_be_shared():
    graph = world(
        [("x/b", "finetune", "y/a")], {"y/a": "cc-by-nc-nd-4.0", "x/b": "cc-by-nc-nd-4.0"}
    )
    assert answers(graph, "y/a", "distribute")["distribute"] == "conditional"
    assert answers(graph, "x/b", "distribute")["distribute"] == "blocked"


def test_permissions_intersect_and_duties_add_up_along_a_path():
    graph = world(
        [("x/c", "quantize", "x2/b"), ("x2/b", "finetune", "y/a")],
        {"y/a": "llama-2", "x2/b": "apache-2.0", "x/c": "mit"},
    )
    today = graph.report(thing("x/c"), day=TODAY).today
    assert today.permissions == ("commercial", "distribute", "modify", "use")
    duties = {(term.condition.key, term.licence.key) for term in today.terms if term.condition.duty}
    assert {
        ("copy-of-licence", "llama-2"),
        ("notice-file", "apache-2.0"),
        ("keep-notices", "mit"),
    } <= duties
    (term,) = [
        t for t in today.terms if (t.condition.key, t.licence.key) == ("copy-of-licence", "llama-2")
    ]
    assert [edge.relation.rsplit("#")[-1] for edge in term.path] == [
        "quantizedFrom",
        "fineTunedFrom",
    ]


def test_an_unsettled_term_never_makes_a_use_clean_nor_blocks_it():
    graph = world([("x/b", "trained", "data:y/d")], {"data:y/d": "cc-by-nc-4.0", "x/b": "mit"})
    assert answers(graph, "x/b", "commercial")["commercial"] == "unknown"


def test_a_plan_of_users_settles_the_condition_of_another_use():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "llama-3.1", "x/b": "llama-3.1"})
    report = graph.report(thing("x/b"), uses=["commercial", "users=1000"], day=TODAY)
    texts = [reason.text for verdict in report.today.verdicts for reason in verdict.reasons]
    assert not any("monthly active users" in text for text in texts)


@pytest.mark.parametrize(
    "text", ["users", "users=", "users=many", "commercial=3", "users=٣", "users=²"]
)
def test_a_number_missing_or_not_wanted_is_refused(text):
    with pytest.raises(UsageError):
        parse_uses(catalogue(), [text])


def test_an_unknown_use_is_refused_with_near_ones():
    with pytest.raises(NotFound, match="commercial"):
        parse_uses(catalogue(), ["comercial"])


def test_a_model_nobody_knows_is_unknown_and_not_clean():
    report = world([], {}).report(thing("no/body"), day=TODAY)
    assert {verdict.answer for verdict in report.today.verdicts} == {"unknown"}


def test_cycles_of_lineage_end():
    graph = world(
        [("x/a", "finetune", "y/b"), ("y/b", "finetune", "x/a"), ("x/a", "finetune", "x/a")],
        {"x/a": "mit", "y/b": "cc-by-nc-4.0"},
    )
    assert answers(graph, "x/a", "commercial")["commercial"] == "blocked"


def test_a_chain_of_many_thousands_is_answered_in_bounded_words():
    names = [*(f"chain/m{n:05}" for n in range(5_000)), "other/last"]
    edges = [(child, "finetune", parent) for parent, child in itertools.pairwise(names)]
    graph = world(edges, {names[0]: "llama-3.1", names[-1]: "mit"})
    report = graph.report(thing(names[-1]), uses=["commercial"], day=TODAY)
    assert report.today.verdicts[0].answer == "unknown"
    reported = report.to_json()["answers"][0]
    assert len(reported["unknowns"]) < reported["unknownsOf"] == 4_999
    assert any(term["path"] and len(term["path"]) == 41 for term in reported["duties"])
    assert len(report_text(report)) < 100_000


# ---- notices ------------------------------------------------------------------------------


def test_notices_to_ship_with_a_llama_derivative():
    graph = world(
        [("x/Llama-b", "finetune", "meta/Llama-3.1-8B")],
        {"meta/Llama-3.1-8B": "llama-3.1", "x/Llama-b": "llama-3.1"},
    )
    shipped = {
        (one.kind, one.clause) for one in graph.report(thing("x/Llama-b"), day=TODAY).notices
    }
    assert {("display", "1.b.i"), ("file", "1.b.iii"), ("file", "1.b.i")} <= shipped


def test_notices_of_an_ancestor_under_another_label_ship_too():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "apache-2.0", "x/b": "mit"})
    texts = " ".join(one.text for one in graph.report(thing("x/b"), day=TODAY).notices)
    assert "Apache License 2.0" in texts
    assert "MIT License" in texts
    assert "changed from y/a" in texts


# ---- real cases ---------------------------------------------------------------------------


def test_deepseek_r1_distill_llama_is_mit_over_llama_terms():
    name = "deepseek-ai/DeepSeek-R1-Distill-Llama-70B"
    graph = world(
        [
            (name, "finetune", "meta-llama/Llama-3.3-70B-Instruct"),
            (name, "distill", "deepseek-ai/DeepSeek-R1"),
        ],
        {
            "meta-llama/Llama-3.3-70B-Instruct": "llama-3.3",
            "deepseek-ai/DeepSeek-R1": "mit",
            name: "mit",
        },
    )
    result = rules(graph, name)
    assert {"LR-04", "LR-07", "LR-06"} <= set(result)
    assert steps(result["LR-04"]) == [("fineTunedFrom", "meta-llama/Llama-3.3-70B-Instruct")]
    assert result["LR-04"].clause == "1.b.i"


def test_marcoro_merges_llama_derivatives_under_apache():
    name, one, two = "Rupesh2/Marcoro14-7B-slerp3", "a/Llama-3-8B-Lexi", "b/llama-3-spicy"
    base = "meta-llama/Meta-Llama-3-8B"
    graph = world(
        [
            (name, "merge", one),
            (name, "merge", two),
            (one, "finetune", base),
            (two, "finetune", base),
        ],
        {base: "llama-3", one: "llama-3", two: "llama-3", name: "apache-2.0"},
    )
    result = rules(graph, name)
    assert {"LR-04", "LR-07"} <= set(result)
    assert result["LR-04"].licence.prefix == "Llama 3"


def test_vicuna_has_two_labels_and_the_permissive_one_would_drift():
    base = "meta-llama/Llama-2-13b"
    labelled = world(
        [("lmsys/vicuna", "finetune", base)],
        {base: "llama-2", "lmsys/vicuna": "llama-2 apache-2.0"},
    )
    report = labelled.report(thing("lmsys/vicuna"), day=TODAY)
    assert report.contested
    drifted = world(
        [("lmsys/vicuna", "finetune", base)], {base: "llama-2", "lmsys/vicuna": "apache-2.0"}
    )
    assert "LR-07" in rules(drifted, "lmsys/vicuna")


def test_a_quantised_pixtral_under_apache_is_found_and_the_corrected_label_is_not():
    name, base = "RedHatAI/Pixtral-quantized", "mistralai/Pixtral-Large"
    wrong = world([(name, "quantize", base)], {base: "mistral-mrl-0.1", name: "apache-2.0"})
    assert {"LR-03", "LR-07", "LR-12"} <= set(rules(wrong, name))
    right = world([(name, "quantize", base)], {base: "mistral-mrl-0.1", name: "mistral-mrl-0.1"})
    assert not {"LR-03", "LR-07", "LR-12"} & set(rules(right, name))


# ---- how it is told -----------------------------------------------------------------------


def test_the_report_says_once_that_it_is_not_advice_and_serialises():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "llama-3.1", "x/b": "mit"})
    report = graph.report(thing("x/b"), uses=["commercial"], day=TODAY)
    assert json.dumps(report.to_json()).count("not legal advice") == 1
    text = report_text(report)
    assert text.count("not legal advice") == 1
    assert "x/b → fine-tuned from y/a" in text
    assert all(len(row) == 6 for row in report_rows(report))


def test_json_keys_of_a_report_stay():
    graph = world([("x/b", "finetune", "y/a")], {"y/a": "llama-3.1", "x/b": "mit"})
    reported = graph.report(thing("x/b"), day=TODAY).to_json()
    assert set(reported) == {
        "subject",
        "sentence",
        "labels",
        "contested",
        "answers",
        "findings",
        "notices",
        "note",
    }
    assert set(reported["answers"][0]) == {
        "day", "occasion", "sentence", "lineage", "declared", "known", "doesNotApply", "permissions", "duties", "restrictions", "unknowns", "unknownsOf", "uses",
    }  # fmt: skip
    assert licence("llama-3.1") == reported["findings"][0]["licence"]["iri"]


@pytest.mark.parametrize(
    ("key", "condition", "place"),
    [
        ("qwen-research", "non-commercial-research-only", "1.i and 2"),
        ("mistral-mrl-0.1", "output-data-covered", "4.2"),
        ("mistral-mnpl-0.1", "non-production", "3.2 and 9"),
        ("falcon-180b-tii", "hosted-service-needs-permission", "9.3"),
        ("falcon-llm-2.0", "aup-latest-version-binds", "1 and 5.3"),
        ("stability-community-2024", "display-text", "IV.a.iii"),
        ("tencent-hunyuan-community", "territory-eu-uk-south-korea", "1.l, 2 and 5.c"),
        ("hai-def", "regulatory-authorisation", "3.1.3"),
        ("exaone-1.1-nc", "revocable-at-any-time", "2.1 and 7.1"),
        ("bigcode-openrail-m-v1", "remote-restriction-right", "7"),
        ("apple-amlr", "non-commercial-research-only", "License Scope"),
    ],
)
def test_a_clause_of_a_text_that_was_read_names_its_place(key, condition, place):
    assert catalogue().by_key[key].clause(condition).location == place


@pytest.mark.parametrize("name", ["research", "falcon", "community"])
def test_every_condition_of_these_texts_has_a_place_and_its_text_was_read(name):
    described = (folder("ontology") / f"licences-{name}.ttl").read_text(encoding="utf-8")
    keys = set(re.findall(r'skos:notation "([^"]+)"', described)) - {"falcon-llm-1.0-early"}
    assert len(keys) >= 3
    for key in keys:
        one = catalogue().by_key[key]
        assert [c for c in one.conditions if not one.clause(c).location] == [], key
    assert described.count("pg:textSeen true") == len(keys)
