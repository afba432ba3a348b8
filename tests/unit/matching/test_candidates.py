"""Names that may be one entity: how they are taken apart, weighed, decided and written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.matching.candidates import candidates
from provenance_graph.matching.entities import NamedEntity
from provenance_graph.matching.names import owner, parse, preference
from provenance_graph.matching.outcome import Pair, PairVerdict
from provenance_graph.matching.rules import Matcher
from provenance_graph.store.embedded import EmbeddedStore

SAMPLE = Path(__file__).parents[1] / "data" / "identity_sample.tsv"
META = iris.organization("Meta")


def thing(iri: Iri, *shown: str, **known: object) -> NamedEntity:
    parsed = [parse(text) for text in [*shown, iri.rpartition("/")[2]]]
    return NamedEntity(iri, tuple(dict.fromkeys(parsed)), **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written",
    [
        "Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct", "meta-llama/Llama-3.1-8B-Instruct",
        "Meta Llama 3.1 8B Instruct", "Meta-Llama-3.1-8B-Instruct", "llama-v3p1-8b-instruct",
        "llama3.1-8b-it", "llama_3_1_8b_instruct", "Llama 3.1 Instruct (8.0B)",
        "us.meta.llama3-1-8b-instruct-v1:0", "models/llama-3.1-8b-instruct",
        "llama-3.1-8b-instruct@default", "Llama-3.1-8B-Instruct-hf", "Llama 3.1 8 billion instruct",
    ],
)  # fmt: skip
def test_the_ways_of_writing_one_name_come_to_one(written: str) -> None:
    assert parse(written).differs(parse("Llama-3.1-8B-Instruct")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zephyr 7B", "Zephyr 141B"),
        ("Llama-3.1-8B", "Llama-3.1-8B-Instruct"),
        ("Qwen3-8B", "Qwen3-8B-Base"),
        ("Llama-3.1-8B", "Llama-3-8B"),
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("DeepSeek-R1", "DeepSeek-R1-0528"),
        ("DeepSeek-R1", "DeepSeek-R1-Distill-Qwen-7B"),
        ("Mistral-7B-v0.1", "Mistral-7B-v0.2"),
        ("QwQ-32B", "QwQ-32B-AWQ"),
        ("zephyr-7B-beta", "zephyr-7B-beta-GGUF"),
        ("Llama-3.3-70B-Instruct", "llama3.3-70b-instruct-fp8"),
        ("Mixtral 8x7B", "Mixtral 8x22B"),
        ("anthropic.claude-v2:1", "anthropic.claude-v2"),
        ("command-r", "command-r-plus"),
        ("mistral-large", "mistral-large-latest"),
    ],
)
def test_what_tells_models_apart_is_never_dropped(one: str, other: str) -> None:
    assert parse(one).differs(parse(other))


def matched(*found: NamedEntity) -> list[Pair]:
    return Matcher(found, set()).run()


def only(*found: NamedEntity) -> Pair:
    (pair,) = matched(*found)
    return pair


def model(source: str, name: str, **known: object) -> NamedEntity:
    return thing(iris.entity(source, "model", iris.slug(name)), name, **known)


def offer(host: str, name: str, **known: object) -> NamedEntity:
    return thing(
        iris.entity("litellm", "model", f"{host}/{name}"),
        offered=True,
        hosts=frozenset({host}),
        **known,
    )


def ours(name: str, **known: object) -> NamedEntity:
    owner_ = frozenset({iris.organization(name.partition("/")[0])})
    return thing(iris.model(name), **{"developers": owner_, "makers": owner_, **known})


def test_same_developer_and_name_are_decided_and_say_why() -> None:
    one = thing(iris.entity("epoch", "model", "llama-2-70b"), developers=frozenset({META}))
    other = thing(iris.model("meta-llama/Llama-2-70b"), developers=frozenset({META}))
    result = only(other, one)
    assert result.decided
    assert result.subject == one.iri
    assert result.row()[3:5] == ("one entity by rule", "same full name; same developer (meta)")


@pytest.mark.parametrize(
    ("known", "against"),
    [
        ({"parameters": (141e9,)}, "sizes contradict"),
        ({"released": "2023-01-01"}, "released 731 days apart"),
        ({"repositories": frozenset({"x/y"})}, "two hub repositories"),
        ({"entries": frozenset({"epoch"})}, "epoch lists both"),
    ],
)
def test_one_thing_that_speaks_against_leaves_it_to_a_human(
    known: dict[str, object], against: str
) -> None:
    sure = {
        "developers": frozenset({META}),
        "parameters": (7e9,),
        "released": "2025-01-01",
        "repositories": frozenset({"a/b"}),
        "listed": frozenset({"epoch"}),
        "entries": frozenset({"epoch"}),
    }
    one = thing(iris.model("a/zephyr"), **sure)
    other = model("mot", "zephyr", **{"developers": frozenset({META}), **known})
    result = only(one, other)
    assert result.verdict is PairVerdict.CANDIDATE
    assert any(reason.startswith(against) for reason in result.contra)


def test_a_base_that_a_source_only_names_is_the_model_that_it_lists() -> None:
    named = {"developers": frozenset({META}), "listed": frozenset({"mot"})}
    entry = thing(iris.entity("mot", "model", "x"), "Llama 7B", entries=frozenset({"mot"}), **named)
    base = thing(iris.model("meta-llama/Llama-7B"), **named)
    assert only(entry, base).verdict is PairVerdict.SAME


def test_what_one_was_made_from_is_another_model() -> None:
    base = thing(iris.entity("osai", "model", "llama-7b"), "Llama 7B")
    made = thing(
        iris.model("meta-llama/Llama-7B"),
        developers=frozenset({META}),
        parents=frozenset({base.iri}),
    )
    result = only(base, made)
    assert result.verdict is PairVerdict.BARRED
    assert result.contra == ("a source says that one was made from the other",)


@pytest.mark.parametrize(
    ("count", "merged"),
    [(176e9, True), (3e9, False), (None, False)],
    ids=["the largest of the series", "a smaller one", "no count"],
)
def test_a_bare_name_is_the_developers_own_repository_where_that_is_the_largest(
    count: float | None, merged: bool
) -> None:
    by = {"developers": frozenset({iris.organization("bigscience")})}
    own = thing(iris.model("bigscience/bloom"), parameters=(count,) if count else (), **by)
    sized = [
        thing(iris.model(f"bigscience/bloom-{size}"), repositories=frozenset({size}), **by)
        for size in ("7b", "560m")
    ]
    bare = thing(iris.entity("osai", "model", "bloom"), "BLOOM", listed=frozenset({"osai"}))
    wrong = thing(iris.entity("mot", "model", "bloom"), "BLOOM", parameters=(366e9,), **by)
    for others in (sized, [*sized, wrong]):
        pairs = Matcher([own, bare, *others], set()).run()
        same = {(p.subject, p.other) for p in pairs if p.decided}
        assert ((bare.iri, own.iri) in same) is merged
        assert (wrong.iri, own.iri) not in same


def test_a_dated_version_is_not_the_name_that_stands_above_it() -> None:
    name = ours("acme/swift-2")
    dated = ours("acme/swift-2-20250101")
    # a label that leaves the date out makes their whole names equal
    dated = replace(dated, names=(*dated.names, *name.names))
    assert only(name, dated).verdict is PairVerdict.SAME
    barred = only(name, replace(dated, versions_of=frozenset({name.iri})))
    assert barred.verdict is not PairVerdict.SAME
    assert "a source says that one is a dated version of the other" in barred.contra
    listed = thing(iris.entity("epoch", "model", "swift-2"), developers=name.developers)
    version = replace(dated, versions_of=frozenset({name.iri}))
    pairs = matched(name, version, listed, offer("host", "swift-2"))
    assert {(p.subject, p.other) for p in pairs if p.decided} == {
        (listed.iri, name.iri),
        (offer("host", "swift-2").iri, name.iri),
    }


def test_a_label_that_leaves_out_what_the_id_says_decides_nothing() -> None:
    sure = {"developers": frozenset({META})}
    one = thing(iris.model("x/c4ai-command-r-plus-08-2024"), **sure)
    assert not any(pair.decided for pair in matched(one, model("mot", "command-r", **sure)))


def test_a_plus_is_part_of_a_name() -> None:
    """The slug of an index's entry loses the plus; its label keeps it."""
    salesforce = frozenset({iris.organization("salesforce")})
    one = model("epoch", "CodeT5", developers=salesforce)
    plus = NamedEntity(
        iris.entity("mot", "model", "codet5"), (parse("CodeT5+"),), developers=salesforce
    )
    assert not any(pair.decided for pair in matched(one, plus))


def test_an_index_without_developer_means_the_one_model_of_that_name() -> None:
    result = only(ours("mistralai/Pixtral-12B"), model("osai", "Pixtral-12B"))
    assert (result.decided, result.rule) == (True, "id:rule/unique-name")


def test_a_name_that_two_developers_use_is_left_open_and_listed() -> None:
    koala = [ours("a/koala-13b"), ours("b/koala-13b"), model("osai", "koala-13b")]
    results = [pair for pair in matched(*koala) if koala[2].iri in pair.key]
    assert [pair.verdict for pair in results] == [PairVerdict.BARRED]
    assert results[0].contra == ("2 models of different developers have the name",)


def test_an_upload_again_is_not_counted_among_those_that_have_a_name() -> None:
    first = ours("zai-org/GLM-4.7-Flash")
    copy = ours("unsloth/GLM-4.7-Flash", parents=frozenset({first.iri}))
    pairs = matched(first, copy, offer("kyma", "glm-4.7-flash"))
    assert {(p.subject, p.other) for p in pairs if p.decided} == {
        (iris.entity("litellm", "model", "kyma/glm-4.7-flash"), first.iri)
    }


@pytest.mark.parametrize(
    ("host", "name", "target"),
    [
        ("azure_ai", "deepseek-v3.1", "deepseek-ai/DeepSeek-V3.1"),
        ("fireworks_ai", "llama-v3p1-8b-instruct", "meta-llama/Llama-3.1-8B-Instruct"),
        ("x", "llama-3.3-70b-instruct-maas", "meta-llama/Llama-3.3-70B-Instruct"),
        ("x", "kimi-k3:free", "moonshotai/Kimi-K3"),
    ],
)
def test_a_hosts_name_means_the_one_model_of_that_name(host: str, name: str, target: str) -> None:
    result = only(ours(target), offer(host, name))
    assert (result.decided, result.rule) == (True, "id:rule/unique-name-of-an-offer")


def test_a_host_that_makes_models_too_is_no_developer_of_others() -> None:
    snowflake = frozenset({iris.organization("snowflake")})
    hosted = offer("snowflake", "deepseek-r1", developers=snowflake)
    assert only(ours("deepseek-ai/DeepSeek-R1"), hosted).decided
    arctic = offer("snowflake", "arctic-embed-l", developers=snowflake)
    result = only(ours("snowflake/arctic-embed-l"), arctic)
    assert result.rule == "id:rule/same-developer-and-name"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MiniMaxAI/MiniMax-M2", "minimax-m2-highspeed"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct-turbo"),
        ("anthropic/claude-3-7-sonnet", "claude-3.7-sonnet:thinking"),
        ("mistralai/mistral-large", "mistral-large-latest"),
        ("openai/gpt-4o", "gpt-4o-2024-08-06"),
        ("Qwen/Qwen3-8B", "qwen3-8b-fp8"),
    ],
)
def test_serving_latest_date_and_quantisation_are_part_of_a_name(one: str, other: str) -> None:
    assert not any(pair.decided for pair in matched(ours(one), offer("kyma", other)))


def test_a_hosts_bare_name_is_not_the_base_where_the_instruct_exists() -> None:
    base, tuned = ours("meta-llama/Llama-3.1-8B"), ours("meta-llama/Llama-3.1-8B-Instruct")
    (pair,) = [
        p for p in matched(base, tuned, offer("x", "llama-3.1-8b")) if "litellm" in p.subject
    ]
    assert pair.verdict is PairVerdict.BARRED
    assert pair.contra == ("base and Instruct both exist, and the host has only this name",)


def test_an_offer_that_leaves_instruct_out_means_it_where_no_base_is_known() -> None:
    tuned = ours("meta-llama/Llama-3.3-70B-Instruct")
    result = only(tuned, offer("x", "llama-3.3-70b"))
    assert (result.decided, result.rule) == (True, "id:rule/offer-leaves-instruct-out")


@pytest.mark.parametrize("name", ["fast", "search", "v1.1-ultra", "3.2"])
def test_a_version_or_qualifier_alone_is_no_name(name: str) -> None:
    (pair,) = matched(model("epoch", name, developers=frozenset({META})), offer("x", name)) or [
        None
    ]
    assert pair is None or not pair.decided


def test_a_label_without_the_size_is_the_one_of_that_count() -> None:
    google = frozenset({iris.organization("google")})
    bare = model("mot", "PaLM", developers=google, parameters=(540e9,))
    sized = model("epoch", "PaLM 540B", developers=google, parameters=(540.35e9,))
    assert only(bare, sized).rule == "id:rule/size-left-out"
    other = model("mot", "PaLM", developers=google, parameters=(62e9,))
    assert not any(pair.decided for pair in matched(other, sized))


def test_a_repository_that_moved_is_one() -> None:
    zhipu = frozenset({iris.organization("zai-org")})
    one, other = (
        ours(f"{owner_}/glm-4-9b", developers=zhipu, repositories=frozenset({f"{owner_}/glm-4-9b"}))
        for owner_ in ("THUDM", "zai-org")
    )
    assert only(one, other).rule == "id:rule/moved-repository"


def test_an_embedder_is_not_what_is_offered_with_a_million_tokens() -> None:
    embedder = ours("x/some-embedder", context=512)
    result = only(embedder, offer("y", "some-embedder", context=1_000_000))
    assert result.verdict is PairVerdict.BARRED


def test_a_source_that_nobody_ranked_comes_after_all_that_are() -> None:
    ranked = iris.entity("litellm", "model", "x")
    assert preference(ranked) < preference(iris.entity("aardvark", "model", "x"))


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        (iris.model("meta-llama/Llama-3.1-8B"), "meta-llama"),
        (iris.entity("litellm", "model", "Qwen/Qwen3-8B"), "Qwen"),
        (iris.entity("modelsdev", "model", "togetherai/Qwen/Qwen3-8B"), "Qwen"),
        (iris.entity("epoch", "model", "gpt-4"), ""),
    ],
)
def test_an_owner_stands_before_the_last_slash(iri: Iri, expected: str) -> None:
    assert owner(iri) == expected


def test_what_the_rules_of_a_store_left_open_is_not_called_decided(shipped: Path) -> None:
    """An offer "qwen2.5-coder-7b" is the Instruct model, so that the base model has a name of it."""
    with EmbeddedStore.open(shipped) as store:
        found = candidates(AcceptedSnapshot(store))
    assert found
    assert not [pair for pair in found if pair.decided]
    base = iris.entity("litellm", "model", "Qwen/Qwen2.5-Coder-7B")
    (pair,) = (pair for pair in found if pair.subject == base)
    assert pair.contra[-1].startswith("a name that is the same comes from another mapping")
