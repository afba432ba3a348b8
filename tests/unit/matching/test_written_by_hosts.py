"""How clouds, hosts and runners write a model's name, and what they leave out of it."""

from __future__ import annotations

import pytest

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.matching.entities import NamedEntity, entity_names, without_host
from provenance_graph.matching.keys import spellings
from provenance_graph.matching.names import parse, readings
from provenance_graph.matching.outcome import Pair
from provenance_graph.matching.rules import Matcher


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("qwen2p5-72b-instruct", "Qwen2.5-72B-Instruct"),
        ("accounts/fireworks/models/qwen2p5-coder-0p5b", "Qwen2.5-Coder-0.5B"),
        ("glm-4p5v", "GLM-4.5V"),
        ("kimi-k2p6", "Kimi-K2.6"),
        ("databricks-qwen3-embedding-0-6b", "databricks-Qwen3-Embedding-0.6B"),
        ("azure/gpt-35-turbo-0613", "gpt-3.5-turbo-0613"),
        ("cohere.command-r-plus-v1:0", "command-r-plus"),
        ("mistral.mixtral-8x7b-instruct-v0:1", "Mixtral-8x7B-Instruct-v0.1"),
        ("claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-8b-instruct-v1:0",
            "Llama 3 8B it",
        ),
        ("publishers/google/models/gemma-2-9b-it", "Gemma 2 9B IT"),
        ("@cf/meta/llama-3.1-8b-instruct", "Llama-3.1-8B-Instruct"),
        ("c4ai-command-r-08-2024", "Command R (08-2024)"),
        ("Command R (Aug 2024)", "command-r-2024-08"),
        ("GPT-4o (August 2024)", "gpt-4o-2024-08"),
        ("AI21-Jamba-1.5-Large", "jamba-1.5-large"),
        ("Zephyr 7B β", "zephyr-7b-beta"),
        ("Qwen2.5-14B-Instruct-1M", "qwen2.5 14b instruct 1M"),
        ("llama3.1:8b-instruct-q4_K_M", "Meta-Llama-3.1-8B-Instruct-Q4_K_M"),
        ("llama2:7b-q4_0", "llama-2-7b-q4-0"),
    ],
)
def test_a_hosts_way_of_writing_is_the_developers(written: str, meant: str) -> None:
    assert parse(written).differs(parse(meant)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("llama3.1:8b-instruct-q4_K_M", "llama3.1:8b-instruct-q4_K_S"),
        ("llama3.1:8b-instruct-q4_K_M", "Llama-3.1-8B-Instruct"),
        ("mistral.mistral-7b-instruct-v0:2", "Mistral-7B-Instruct-v0.1"),
        ("stability.stable-image-core-v1:1", "stable-image-core"),
        ("qwen2p5-72b", "qwen2-72b"),
        ("ltx-video-720p", "ltx-video-7.20"),
        ("Command R (08-2024)", "command-r-03-2024"),
        ("GPT-4o (Aug 2024)", "gpt-4o-2024-08-06"),
        ("Qwen2.5-14B-Instruct-1M", "Qwen2.5-14B-Instruct"),
        ("glm-4-9b-chat-1m", "glm-4-9b-chat"),
        ("gpt-35-turbo", "gpt-4-turbo"),
    ],
)
def test_what_a_host_tells_apart_stays_apart(one: str, other: str) -> None:
    assert parse(one).differs(parse(other))


def test_a_length_of_context_is_no_size() -> None:
    assert parse("glm-4-9b-chat-1m").sizes == {"9b"}
    assert parse("SmolLM-135M").sizes == {"0.135b"}


def test_the_first_build_of_a_name_without_figures_may_be_its_version() -> None:
    assert [name.words for name in readings("amazon.nova-lite-v1:0")] == [
        ("nova", "lite"),
        ("nova", "lite", "1"),
    ]
    assert [name.words for name in readings("meta.llama3-8b-instruct-v1:0")] == [("llama", "3")]


def test_behind_the_hosts_name_stands_the_developers() -> None:
    hosts = frozenset({"databricks"})
    names = list(without_host(parse("databricks-meta-llama-3-1-8b-instruct"), hosts))
    assert names[1].differs(parse("Llama-3.1-8B-Instruct")) == []
    assert names[0].words == ("databricks", "meta", "llama", "3.1")
    own = iris.entity("litellm", "model", "databricks/databricks-meta-llama-3-3-70b-instruct")
    assert parse("llama 3.3 70b it") in list(entity_names(own, (), hosts))


def hub(name: str, **known: object) -> NamedEntity:
    by = frozenset({iris.organization(name.partition("/")[0])})
    return named(iris.model(name), **{"developers": by, "makers": by, **known})


def offer(host: str, name: str, **known: object) -> NamedEntity:
    iri = iris.entity("litellm", "model", f"{host}/{name}")
    return named(iri, offered=True, hosts=frozenset({host}), **known)


def named(iri: Iri, **known: object) -> NamedEntity:
    hosts = known.get("hosts", frozenset())
    return NamedEntity(iri, tuple(entity_names(iri, (), hosts)), **known)  # type: ignore[arg-type]


def decided(*found: NamedEntity) -> set[tuple[Iri, Iri]]:
    return {(p.subject, p.other) for p in Matcher(found, set()).run() if p.decided}


def about(name: NamedEntity, *others: NamedEntity) -> Pair:
    (pair,) = [p for p in Matcher([name, *others], set()).run() if name.iri in p.key]
    return pair


def test_an_owner_in_a_hosts_id_is_the_developer() -> None:
    """ResNet-50 of Microsoft is not the copy that AMD keeps, though no other has the name."""
    microsoft = frozenset({iris.organization("microsoft")})
    iri = iris.entity("modelsdev", "model", "cloud/@cf/microsoft/resnet-50")
    hosted = named(iri, offered=True, hosts=frozenset({"cloud"}), developers=microsoft)
    assert not decided(hub("amd/resnet50"), hosted)
    assert decided(hub("microsoft/resnet-50"), hosted)


@pytest.mark.parametrize(("name", "apart"), [("gpt-5", False), ("llama-9-8b", True)])
def test_base_and_instruct_are_of_weights_alone(name: str, apart: bool) -> None:
    """A chat edition of a served model does not make the bare name doubtful."""
    plain, tuned = hub(f"acme/{name}"), hub(f"acme/{name}-chat")
    hosted = offer("host", name)
    assert ((hosted.iri, plain.iri) in decided(plain, tuned, hosted)) is not apart
    stored = hub(f"acme/{name}-chat", repositories=frozenset({"acme/x"}))
    assert (hosted.iri, plain.iri) not in decided(plain, stored, hosted)


@pytest.mark.parametrize(
    ("name", "merged"), [("dbrx-instruct", True), ("whisper-base", True), ("sonar", False)]
)
def test_one_word_is_a_name_where_it_says_instruct_or_base(name: str, merged: bool) -> None:
    assert bool(decided(hub(f"acme/{name}"), offer("host", name))) is merged


def test_a_host_of_base_models_means_the_base_by_its_bare_name() -> None:
    base, tuned = hub("01-ai/Yi-6B"), hub("01-ai/Yi-6B-Chat")
    for host, merged in (("fireworks_ai", True), ("elsewhere", False)):
        hosted = offer(host, "yi-6b")
        assert ((hosted.iri, base.iri) in decided(base, tuned, hosted)) is merged
    assert decided(tuned, offer("elsewhere", "yi-6b"))
    assert not decided(tuned, offer("fireworks_ai", "yi-6b"))


def test_a_quantised_copy_is_not_what_a_plain_name_means() -> None:
    model = hub("Qwen/QwQ-32B")
    copy = hub("ollama/qwq-32b", is_quantised=True)
    hosted = offer("host", "qwq-32b")
    assert (hosted.iri, model.iri) in decided(model, copy, hosted)
    assert not decided(model, hub("ollama/qwq-32b"), hosted)
    assert decided(copy, hosted) == {(hosted.iri, copy.iri)}


def test_a_host_leaves_out_the_first_version_where_there_is_no_later() -> None:
    first, later = (hub(f"mistralai/Mixtral-8x7B-Instruct-v0.{n}") for n in (1, 2))
    hosted = offer("host", "mixtral-8x7b-instruct")
    assert decided(first, hosted) == {(hosted.iri, first.iri)}
    assert not decided(first, later, hosted)
    bare = hub("mistralai/Mixtral-8x7B-Instruct", repositories=frozenset({"a/b"}))
    with_repository = hub("mistralai/Mixtral-8x7B-Instruct-v0.1", repositories=frozenset({"a/c"}))
    assert (hosted.iri, first.iri) not in decided(with_repository, bare, hosted)
    shared = [set(spellings(parse(e.iri.rpartition("/")[2]))) for e in (first, later, hosted)]
    assert set.intersection(*shared), "the names share a key, so that a commit sees all three"


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("Qwen/Qwen3-30B-A3B", "qwen3-30b"),
        ("Qwen/Qwen3-235B-A22B-Instruct-2507", "qwen3-235b-instruct-2507"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama-4-scout-17b-instruct"),
    ],
)
def test_active_parameters_or_experts_left_out_mean_the_one_model(whole: str, short: str) -> None:
    hosted = offer("host", short)
    assert decided(hub(whole), hosted) == {(hosted.iri, iris.model(whole))}
    dense = hub(f"Qwen/{short}", repositories=frozenset({"Qwen/x"}))
    moe = hub(whole, repositories=frozenset({"Qwen/y"}))
    assert (hosted.iri, moe.iri) not in decided(moe, dense, hosted)
    twin = hub(f"other/{whole.partition('/')[2]}")
    assert not decided(hub(whole), twin, hosted)


def test_experts_left_out_with_instruct_is_left_to_a_person() -> None:
    base, tuned = hub("Qwen/Qwen9-30B-A3B"), hub("Qwen/Qwen9-30B-A3B-Instruct")
    hosted = offer("host", "qwen9-30b")
    pair = about(hosted, base, tuned)
    assert not pair.decided
    assert pair.contra == ("base and Instruct both exist, and the host has only this name",)


@pytest.mark.parametrize("label", ["other", "Unknown", "N/A"])
def test_a_placeholder_in_an_id_is_no_name(label: str) -> None:
    """An index's entry "Other" is not a repository that somebody called so."""
    iri = iris.entity("dpi", "model", iris.slug(label))
    assert list(entity_names(iri, [label], frozenset())) == []
    listed = NamedEntity(iri, tuple(entity_names(iri, [label], frozenset())))
    assert not decided(hub(f"unslothai/{iris.slug(label)}"), listed)
    nameless = iris.entity("dpi", "model", "other")
    assert list(entity_names(nameless, [], frozenset())) == []


def test_a_service_means_the_instruct_by_a_name_that_the_base_alone_has() -> None:
    """The developer before the slash states whose model it is, not that it is the base."""
    base, tuned = hub("meta-llama/Llama-9-8B"), hub("meta-llama/Llama-9-8B-Instruct")
    by = base.developers
    served = named(
        iris.entity("litellm", "model", "meta/llama-9-8b"),
        offered=True,
        hosts=frozenset({"gateway"}),
        developers=by,
    )
    assert not any(served.iri in pair for pair in decided(base, tuned, served))
    assert (served.iri, base.iri) in decided(base, served)
    weights = named(
        iris.entity("litellm", "model", "meta-llama/Llama-9-8B"),
        offered=True,
        hosts=frozenset({"gateway"}),
        developers=by,
    )
    assert (weights.iri, base.iri) in decided(base, tuned, weights)
    replicate = named(
        iris.entity("litellm", "model", "meta/llama-9-8b"),
        offered=True,
        hosts=frozenset({"replicate"}),
        developers=by,
    )
    assert (replicate.iri, base.iri) in decided(base, tuned, replicate)


def test_the_instruct_of_any_of_a_models_names_makes_a_bare_name_doubtful() -> None:
    """Mistral 7B of a host is the Instruct, though that is known with a version alone."""
    base = hub("mistralai/Mistral-7B-v0.1")
    base = NamedEntity(base.iri, (*base.names, parse("Mistral 7B")), base.developers)
    tuned = hub("mistralai/Mistral-7B-Instruct-v0.1")
    hosted = offer("host", "mistral-7b")
    assert (hosted.iri, base.iri) in decided(base, hosted)
    assert not any(hosted.iri in pair for pair in decided(base, tuned, hosted))


def index(source: str, label: str, **known: object) -> NamedEntity:
    iri = iris.entity(source, "model", iris.slug(label))
    listed = {"listed": frozenset({source}), **known}
    return NamedEntity(iri, tuple(entity_names(iri, [label], frozenset())), **listed)  # type: ignore[arg-type]


META = iris.organization("meta")
MISTRAL = frozenset({iris.organization("mistralai")})


def test_two_first_versions_of_different_developers_leave_a_host_open() -> None:
    one, other = (hub(f"{by}/Mixtral-8x7B-Instruct-v0.1") for by in ("mistralai", "another"))
    hosted = offer("host", "mixtral-8x7b-instruct")
    assert not any(hosted.iri in pair for pair in decided(one, other, hosted))


def test_a_quantised_name_without_its_version_is_left_open() -> None:
    model = hub("mistralai/Mixtral-8x7B-Instruct-v0.1-AWQ")
    hosted = offer("host", "mixtral-8x7b-instruct-awq")
    pair = about(hosted, model)
    assert not pair.decided
    assert pair.contra == ("a quantised name, and the developer is not stated",)


def test_an_index_leaves_the_first_version_out_of_its_own_developers_model() -> None:
    model = hub("mistralai/Mistral-7B-v0.1")
    assert decided(model, index("fmti", "Mistral 7B", developers=MISTRAL))
    assert not decided(model, index("fmti", "Mistral 7B", developers=frozenset({META})))
    assert not decided(
        hub("mistralai/Mistral-7B-v0.2"), index("fmti", "Mistral 7B", developers=MISTRAL)
    )


def test_a_name_without_a_size_does_not_leave_instruct_out() -> None:
    assert not decided(hub("databricks/dbrx-large-instruct"), offer("host", "dbrx-large"))
    assert decided(hub("databricks/dbrx-132b-instruct"), offer("host", "dbrx-132b"))


def test_a_size_left_out_is_that_of_the_developers_one_model_of_that_count() -> None:
    bare = index("mot", "PaLM", developers=frozenset({META}), parameters=(62e9,))
    near = index("epoch", "PaLM 60B", developers=frozenset({META}), parameters=(60e9,))
    assert {frozenset(pair) for pair in decided(bare, near)} == {frozenset((bare.iri, near.iri))}
    far = index("epoch", "PaLM 54B", developers=frozenset({META}), parameters=(54e9,))
    of_others = index("osai", "PaLM 62B", developers=MISTRAL, parameters=(62e9,))
    assert not decided(bare, far)
    assert not decided(bare, of_others)
    twin = index("osai", "PaLM 63B", developers=frozenset({META}), parameters=(63e9,))
    assert not decided(bare, near, twin)


def test_the_instruct_of_another_developer_does_not_make_a_bare_name_doubtful() -> None:
    base, hosted = hub("acme/swift-8b"), offer("host", "swift-8b")
    assert (hosted.iri, base.iri) in decided(base, hub("other/swift-8b-instruct"), hosted)
    assert (hosted.iri, base.iri) in decided(base, offer("kyma", "swift-8b-instruct"), hosted)
    assert (hosted.iri, base.iri) not in decided(base, hub("acme/swift-8b-instruct"), hosted)


def test_words_that_one_source_leaves_out_are_in_no_spelling() -> None:
    assert parse("Qwen1.5 MoE 7B").spellings == parse("Qwen1.5-7B").spellings
    assert parse("Falcon LLM 7B").spellings == parse("falcon-7b").spellings
    assert parse("model").spellings == ("model", "model"), "a name of nothing else keeps it"
    assert decided(hub("tiiuae/falcon-llm-7b"), offer("host", "falcon-7b"))
