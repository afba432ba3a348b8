"""What a use includes, the provider's terms of a service, and days before a label or a text."""

from __future__ import annotations

import pytest
from licence_world import catalogue, licence, thing, world

from provenance_graph.core.claims import Basis, Claim, Custody, Header, Literal, Record, Stance
from provenance_graph.core.iris import Iri, mint, organization, record
from provenance_graph.core.terms import DCTERMS, PAV, PG, PROV, XSD
from provenance_graph.licences.text import report_text
from provenance_graph.licences.texts.near import near_licences, parts_of_expression

TODAY = "2026-11-01"


def answers(graph, name, *uses, day=TODAY):
    report = graph.report(thing(name), uses=list(uses), day=day)
    return {one.use.key: one.answer for one in report.today.verdicts}


@pytest.mark.parametrize(
    ("key", "use", "answer"),
    [
        ("cc-by-nc-4.0", "hosted-service", "conditional"),
        ("cc-by-nc-4.0", "competing-product", "conditional"),
        ("cc-by-nc-4.0", "users=1000", "conditional"),
        ("mistral-mrl-0.1", "hosted-service", "blocked"),
        ("mistral-mrl-0.1", "users=1000", "blocked"),
        ("mistral-mrl-0.1", "research", "allowed"),
        ("mistral-mnpl-0.1", "competing-product", "blocked"),
        ("llama-3.1", "hosted-service", "conditional"),
        ("deepseek-model-1.0", "research", "conditional"),
        ("mit", "hosted-service", "allowed"),
    ],
)
def test_what_limits_a_use_limits_the_narrower_ones(key, use, answer):
    graph = world([], {"y/model": key})
    assert answers(graph, "y/model", use) == {use.partition("=")[0]: answer}


def test_a_threshold_says_how_it_is_counted():
    graph = world([], {"meta-llama/Llama-3.1-8B": "llama-3.1"})
    report = graph.report(thing("meta-llama/Llama-3.1-8B"), uses=["users=800000000"], day=TODAY)
    assert report.sentence.count("counted on the release date of the model") == 2
    assert "users blocked" in report.sentence


def offer(model: str, provider: str):
    node = mint("offer", provider, model)
    return [
        (node, PG.offerOf, thing(model), None),
        (node, PG.provider, organization(provider), None),
    ]


def test_the_developers_own_service_is_under_its_general_terms():
    graph = world([], {}, offer("openai/gpt-9", "openai"), recorded=False)
    report = graph.report(thing("openai/gpt-9"), uses=["commercial", "distribute"], day=TODAY)
    assert [one.answer for one in report.today.verdicts] == ["conditional", "blocked"]
    assert "the provider's general terms" in report.sentence


def versions(name: str, *dated: str):
    return [(thing(one), PROV.specializationOf, thing(name), None) for one in dated]


def test_a_name_above_services_is_under_the_terms_of_its_versions():
    one, other = "anthropic/claude-9-20300101", "anthropic/claude-9-20310101"
    name = "anthropic/claude-9"
    offered = [*offer(one, "anthropic"), *versions(name, one, other)]
    report = world([], {}, offered, recorded=False).report(thing(name), day=TODAY)
    assert "the provider's general terms" in report.sentence


def test_where_a_version_has_weights_the_name_above_has_no_terms_and_points_at_the_versions():
    service, weights = "mistral/large-2411", "mistral/large-2412"
    name = "mistral/large"
    offered = [*offer(service, "mistral"), *versions(name, service, weights)]
    graph = world([], {weights: "apache-2.0"}, offered, recorded=False)
    report = graph.report(thing(name), uses=["commercial"], day=TODAY)
    assert [one.answer for one in report.today.verdicts] == ["unknown"]
    assert "its versions have: mistral/large-2412 under Apache" in report.sentence


def test_of_terms_that_were_not_read_nothing_is_concluded():
    graph = world([], {}, offer("xai/grok-9", "xai"), recorded=False)
    uses = ("commercial", "train-on-outputs", "research")
    assert set(answers(graph, "xai/grok-9", *uses).values()) == {"unknown"}
    report = graph.report(thing("xai/grok-9"), uses=uses, day=TODAY)
    assert "was not read (https://x.ai/legal/" in report.sentence


@pytest.mark.parametrize(
    ("model", "more"),
    [
        ("openai/gpt-9", offer("openai/gpt-9", "azure")),  # another provider's terms
        ("google/gemma-9", offer("google/gemma-9", "google")),  # its name suggests a licence
        ("openai/open", [*offer("openai/open", "openai"), (thing("openai/open"), PG.hubRepository, Iri("https://huggingface.co/openai/open"), None)]),
    ],
)  # fmt: skip
def test_general_terms_are_not_taken_for_what_may_be_offered_otherwise(model, more):
    report = world([], {}, more, recorded=False).report(
        thing(model), uses=["commercial"], day=TODAY
    )
    neither = "offered as a service, with neither its terms nor a licence on record"
    known = "without a licence on record" if model == "openai/open" else neither
    assert known in report.sentence
    assert not report.today.verdicts[0].contract.applies


def test_an_undated_text_of_a_service_speaks_of_the_days_since_it_was_retrieved():
    read = record("terms", "x", "2024-05-01")
    header = [(read, PAV.retrievedOn, Literal("2024-05-01", XSD.date), read)]
    more = [*offer("anthropic/claude-9", "anthropic"), *header]
    graph = world([], {}, more, recorded=False)
    assert graph.evidence_day == "2024-05-01"
    by_day = {
        day: answers(graph, "anthropic/claude-9", "commercial", day=day)["commercial"]
        for day in ("2024-04-30", "2024-05-01", "2025-01-01")
    }
    assert list(by_day.values()) == ["unknown", "conditional", "conditional"]


def test_an_undated_text_of_a_service_says_nothing_of_days_before_the_evidence():
    graph = world([], {}, offer("anthropic/claude-9", "anthropic"), recorded=False)
    today = graph.snapshot.day
    assert answers(graph, "anthropic/claude-9", "commercial", day=today) == {
        "commercial": "conditional"
    }
    uses = ("commercial", "train-on-outputs")
    assert set(answers(graph, "anthropic/claude-9", *uses, day="2019-01-01").values()) == {
        "unknown"
    }
    report = graph.report(thing("anthropic/claude-9"), uses=uses, day="2019-01-01")
    assert (
        "was in force on 2019-01-01 is not on record (https://www.anthropic.com" in report.sentence
    )


def test_outputs_of_a_service_whose_text_was_not_read_are_unknown():
    graph = world([], {"openai/gpt": "openai-terms"})
    assert answers(graph, "openai/gpt", "train-on-outputs", day="2022-12-01") == {
        "train-on-outputs": "unknown"
    }


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("llama-3.2", "meta-llama/Llama-3.2-1B"),
        ("apache-2.0", "x/a"),
        ("gemma", "google/gemma"),
        ("openai-terms", "openai/gpt"),
    ],
)
def test_on_a_day_before_every_text_nothing_is_known(key, name):
    graph = world([("z/b", "finetune", name)], {name: key, "z/b": "cc0-1.0"})
    for subject in (name, "z/b"):
        report = graph.report(thing(subject), uses=["commercial"], day="1987-05-05")
        assert report.today.verdicts[0].answer == "unknown"
        assert "1987-05-05" in report.sentence
    if key != "openai-terms":  # of it an undated early text is on record
        assert f"the earliest text of {key}" in report.sentence


def test_on_a_day_before_a_label_changed_the_label_of_that_day_counts():
    header = Header(
        record("test", "tii", "2024-02-01"),
        Iri("https://example.org/tii"),
        organization("t"),
        "2024-02-01",
        "test",
        Basis.DEVELOPER,
        custody=Custody.ASSERTED,
    )
    before = Claim(
        thing("t/falcon"),
        DCTERMS.license,
        licence("cc-by-nc-4.0"),
        Stance.STATED,
        valid_until="2023-05-31",
    )
    graph = world(
        [("z/tune", "finetune", "t/falcon")],
        {"t/falcon": "apache-2.0", "z/tune": "apache-2.0"},
        records=[Record(header, (before,))],
    )
    for name in ("t/falcon", "z/tune"):
        assert answers(graph, name, "commercial", day="2023-05-30") == {"commercial": "blocked"}
        assert answers(graph, name, "commercial", day="2023-05-31") == {"commercial": "allowed"}
    report = graph.report(thing("t/falcon"), uses=["commercial"], day="2023-05-30")
    assert len(report.answers) == 1


def test_of_each_source_of_a_label_the_best_custody_stands_beside_it():
    def stating(document: str, publisher: str, custody: Custody) -> Record:
        header = Header(
            record("test", document, "2024-02-01"),
            Iri(f"https://example.org/{document}"),
            organization(publisher),
            "2024-02-01",
            "test",
            Basis.THIRD_PARTY,
            custody=custody,
        )
        return Record(header, (Claim(thing("t/m"), DCTERMS.license, licence("mit")),))

    records = [
        stating("a", "one", Custody.ASSUMED),
        stating("b", "one", Custody.VERIFIED),
        stating("c", "two", Custody.ASSUMED),
    ]
    report = world([], {"t/m": "mit"}, records=records, recorded=False).report(thing("t/m"))
    assert "by one (verified), two (assumed)" in report_text(report)
    assert report.to_json()["labels"][0]["custody"] == ["Verified", "Assumed"]


def test_near_names_of_licences_and_unknown_parts_of_expressions():
    assert near_licences("jamba") == ["jamba-open-model"]
    assert near_licences("yi-license") == ["yi-series-1.0"]
    assert "falcon-llm-2.0" in near_licences("falcon-llm-license")
    known, unknown = parts_of_expression("(Apache-2.0 OR Zork-1.0) AND MIT")
    assert (len(known), unknown) == (2, ["Zork-1.0"])


def test_a_use_is_narrower_than_another_as_the_data_say():
    conditions = catalogue().conditions
    assert {"hosted-service", "competing-product"} <= conditions["non-production"].blocks
    assert "research" in conditions["acceptable-use-policy"].conditions
    assert "eu" not in conditions["acceptable-use-policy"].conditions


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("meta-llama/Llama-2-70b-chat-hf", "llama-2"),
        ("x/Meta-Llama-3-8B-tuned", "llama-3"),
        ("x/my-llama-3.1-tune", "llama-3.1"),
        ("openlm/open_llama_3b", None),
        ("openlm/OpenLLaMA-3b", None),
        ("google/medgemma-4b-it", None),
        ("google/gemma-4-E4B", None),
    ],
)
def test_only_a_word_of_a_name_suggests_a_licence(name, suggested):
    likely = catalogue().suggested(thing(name))
    assert (likely.key if likely else None) == suggested


def issued(name: str, day: str):
    return (thing(name), DCTERMS.issued, Literal(day, XSD.date), None)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ({"x/student": "2025-02-01"}, "openai-terms-2024-12-11"),
        ({"x/student": "2025-02-01", "data:x/set": "2023-05-01"}, "openai-terms-2023-03-14"),
        ({"data:x/set": "2024-03-01"}, "openai-terms-2024-01-31"),
        ({}, "openai-terms-2024-12-11"),
    ],
)
def test_outputs_are_judged_by_the_text_of_the_day_on_which_the_data_were_written(days, text):
    edges = [("data:x/set", "written", "openai/gpt"), ("x/student", "trained", "data:x/set")]
    labels = {"openai/gpt": "openai-terms", "data:x/set": "mit", "x/student": "mit"}
    graph = world(edges, labels, [issued(*one) for one in days.items()])
    (breach,) = (one for one in graph.findings(thing("x/student")) if one.rule.id == "LR-13")
    assert text in breach.message


def test_the_model_that_wrote_data_is_named_and_not_what_it_was_trained_on():
    edges = [
        ("x/student", "trained", "data:x/set"),
        ("data:x/set", "written", "y/writer"),
        ("y/writer", "trained", "data:z/wiki"),
    ]
    labels = {"x/student": "mit", "data:x/set": "mit", "y/writer": "mit"}
    graph = world(edges, {**labels, "data:z/wiki": "cc-by-sa-4.0"})
    messages = [one.message for one in graph.findings(thing("x/student")) if one.rule.id == "LR-13"]
    assert any(
        "data that y/writer wrote; whether cc-by-sa-4.0 of z/wiki, from" in one for one in messages
    )


def test_a_later_copy_of_a_model_is_judged_by_the_day_on_which_that_was_made():
    edges = [
        ("data:x/set", "written", "openai/gpt"),
        ("x/student", "trained", "data:x/set"),
        ("q/student-gguf", "quantize", "x/student"),
    ]
    labels = {
        "openai/gpt": "openai-terms",
        "data:x/set": "mit",
        "x/student": "mit",
        "q/student-gguf": "mit",
    }
    graph = world(
        edges, labels, [issued("x/student", "2023-10-01"), issued("q/student-gguf", "2025-03-01")]
    )
    (breach,) = (one for one in graph.findings(thing("q/student-gguf")) if one.rule.id == "LR-13")
    assert "openai-terms-2023-03-14" in breach.message
