"""Values that cannot be, or hardly: refused, or accepted with a mark."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_made import POLICY, M, accepted, billions, dated, held

from provenance_graph.acceptance import plausibility
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.acceptance.view import view_of
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Basis,
    Custody,
    SourcedClaim,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA


def test_an_implausible_claim_refines_nothing_and_loses() -> None:
    named = iris.model("org/m-13b")
    wrong = replace(held(billions(7)), subject=named)
    right = replace(held(billions(13), source="far"), subject=named)
    seen = view_of(named, [wrong, right], [named], POLICY)
    assert (named, PG.parameterCount, billions(13), None) in seen.quads
    assert (named, PG.implausible, PG.parameterCount, None) in seen.quads
    (lost,) = [c for c in seen.claims if c.status is AcceptanceStatus.REJECTED]
    assert lost.reason == "implausible: the name gives about 13B"


def test_an_implausible_value_alone_is_accepted_from_a_researched_index_only() -> None:
    named = iris.model("org/m-13b")
    for source, taken in (("index", True), ("t", False)):
        alone = replace(held(billions(7), source=source), subject=named)
        seen = view_of(named, [alone], [named], POLICY)
        assert ((named, PG.parameterCount, billions(7), None) in seen.quads) is taken
        assert (named, PG.implausible, PG.parameterCount, None) in seen.quads


@pytest.mark.parametrize(
    ("name", "count", "doubted"),
    [
        ("Mixtral-8x7B-Instruct-v0.1", 7, True),
        ("Mixtral-8x7B-Instruct-v0.1", 47, False),
        ("Qwen3-235B-A22B", 22, True),
        ("Qwen3-235B-A22B", 235, False),
        ("Llama-4-Scout-17B-16E", 109, False),
        ("CLIP-ViT-L-14-laion2B", 428, False),
        ("Qwen1.5-7B", 14, True),
        ("gpt-x", 1000, False),
    ],
)
def test_a_rounded_count_is_held_against_the_size_in_the_name(
    name: str, count: int, doubted: bool
) -> None:
    named = iris.model(f"org/{name}")
    seen = view_of(named, [replace(held(billions(count)), subject=named)], [named], POLICY)
    assert ((named, PG.implausible, PG.parameterCount, None) in seen.quads) is doubted


def test_a_month_is_no_support_of_its_last_day() -> None:
    """Kept as 2025-03-31, it speaks for the 3rd of March as much as for the 31st."""
    last, third = dated("2025-03-31", source="a"), dated("2025-03-03", source="b")
    month = dated("2025-03", source="c")
    assert accepted(last, third, month, predicate=DCTERMS.issued) == ["2025-03-03"]
    reasons = {
        claim.claim.precision: ruling.reason
        for claim, ruling in resolve([last, month], DCTERMS.issued, POLICY).claims
    }
    assert reasons[month.claim.precision] == "agrees, less precise"


def test_a_third_partys_release_long_after_the_repository_is_implausible() -> None:
    created = created_on("2024-01-10", "osaimap")
    seen = view_of(M, [dated("2025-01-10"), created], [M], POLICY)
    (claim,) = [c for c in seen.claims if c.claim.predicate == DCTERMS.issued]
    assert claim.reason == "implausible: the repository was created on 2024-01-10"
    own = view_of(M, [dated("2025-01-10", Basis.DEVELOPER), created], [M], POLICY)
    assert [c.status for c in own.claims if c.claim.predicate == DCTERMS.issued] == [
        AcceptanceStatus.ACCEPTED
    ]


@pytest.mark.parametrize("reader", ["modelpack", "mlflow", "spdx3", "fair4ml"])
def test_a_packages_day_of_creation_is_no_repositorys(reader: str) -> None:
    """An image made of an old model years later makes its release no less plausible."""
    seen = view_of(M, [dated("2023-07-18"), created_on("2026-03-11", reader)], [M], POLICY)
    assert (M, PG.implausible, DCTERMS.issued, None) not in seen.quads


def test_an_unknown_copy_of_the_hubs_answer_does_not_outweigh_the_crawl() -> None:
    crawl = created_on("2024-01-10", "osaimap", source="close")
    copy = created_on("2022-04-01", "huggingface", source="far", custody=Custody.ASSUMED)
    seen = view_of(M, [dated("2024-01-20"), crawl, copy], [M], POLICY)
    assert (M, PG.implausible, DCTERMS.issued, None) not in seen.quads


def created_on(day: str, reader: str, source: str = "t", **header: object) -> SourcedClaim:
    """A day of creation as a document read by ``reader`` states it."""
    item = dated(day, source=source)
    item = replace(item, header=replace(item.header, reader=reader, **header))  # type: ignore[arg-type]
    return replace(item, claim=replace(item.claim, predicate=DCTERMS.created))


@pytest.mark.parametrize(
    ("number", "basis", "source", "taken"),
    [
        ("2204.05149", Basis.THIRD_PARTY, "t", False),
        ("2204.05149", Basis.DEVELOPER, "t", True),
        ("2204.05149", Basis.THIRD_PARTY, "index", True),
        ("2307.09288", Basis.THIRD_PARTY, "t", True),
        ("2412.00001", Basis.THIRD_PARTY, "t", True),
        ("0000.00000", Basis.THIRD_PARTY, "t", False),
    ],
)
def test_a_paper_that_a_card_only_cites_is_not_the_models(number, basis, source, taken) -> None:
    """A list of tags names every paper that a card links to: of benchmarks, of carbon footprints."""
    paper = Iri(f"https://arxiv.org/abs/{number}")
    cited = held(paper, basis, predicate=PG.paper, source=source)
    seen = view_of(M, [cited, dated("2024-07-23", Basis.DEVELOPER)], [M], POLICY)
    assert ((M, PG.paper, paper, None) in seen.quads) is taken


@pytest.mark.parametrize(
    ("number", "basis", "created", "taken"),
    [
        ("2309.00071", Basis.INFERENCE, "2025-04-27", False),
        ("2505.09388", Basis.INFERENCE, "2025-04-27", True),
        ("2309.00071", Basis.THIRD_PARTY, "2025-04-27", True),
        ("1911.02116", Basis.INFERENCE, "2022-03-02", True),
    ],
)
def test_an_inferred_paper_is_held_against_the_repository_where_no_release_is_known(
    number: str, basis: Basis, created: str, taken: bool
) -> None:
    """Of a list of tags; repositories older than the Hub's count all carry its first day."""
    paper = Iri(f"https://arxiv.org/abs/{number}")
    cited = held(paper, basis, predicate=PG.paper)
    seen = view_of(M, [cited, created_on(created, "osaimap")], [M], POLICY)
    assert ((M, PG.paper, paper, None) in seen.quads) is taken


@pytest.mark.parametrize(
    ("output", "context", "written", "basis", "taken"),
    [
        (4096, 448, (PG.Text,), Basis.THIRD_PARTY, False),
        (4096, 448, (PG.Text,), Basis.DEVELOPER, True),
        (448, 448, (PG.Text,), Basis.THIRD_PARTY, True),
        (131_072, 128_000, (PG.Text,), Basis.THIRD_PARTY, True),
        (16_384, 8192, (PG.Audio,), Basis.THIRD_PARTY, True),
        (16_384, 8192, (PG.Text, PG.Audio), Basis.THIRD_PARTY, True),
        (16_384, 8192, (), Basis.THIRD_PARTY, True),
    ],
)
def test_what_a_model_writes_stands_within_its_context(
    output: int, context: int, written: tuple[Iri, ...], basis: Basis, taken: bool
) -> None:
    claims = [
        held(literals.integer(output), basis, predicate=PG.maxOutputTokens),
        held(literals.integer(context), predicate=PG.contextLength),
        *(held(kind, predicate=PG.outputModality) for kind in written),
    ]
    seen = view_of(M, claims, [M], POLICY)
    assert ((M, PG.maxOutputTokens, literals.integer(output), None) in seen.quads) is taken


def test_a_moving_name_has_no_release_day() -> None:
    moving = iris.model("org/large-latest")
    seen = view_of(moving, [replace(dated("2024-11-01"), subject=moving)], [moving], POLICY)
    (claim,) = seen.claims
    assert claim.status is AcceptanceStatus.REJECTED
    assert "moves from release to release" in claim.reason


@pytest.mark.parametrize(
    ("base", "basis", "taken"),
    [
        ("org/base-13b", Basis.THIRD_PARTY, False),
        ("org/base-7b", Basis.THIRD_PARTY, True),
        ("org/base-3b", Basis.THIRD_PARTY, True),
        ("org/base-13b", Basis.DEVELOPER, True),
        ("org/base", Basis.THIRD_PARTY, True),
    ],
)
def test_a_tune_is_no_smaller_than_its_base(base: str, basis: Basis, taken: bool) -> None:
    tuned, parent = iris.model("org/chat-7b"), iris.model(base)
    item = replace(held(parent, basis, predicate=PG.fineTunedFrom, source="index"), subject=tuned)
    seen = view_of(tuned, [item], [tuned], POLICY)
    assert ((tuned, PG.fineTunedFrom, parent, None) in seen.quads) is taken


def counted_as(predicate: Iri, number: int, basis: Basis = Basis.ARTIFACT) -> SourcedClaim:
    """A number that some source states of the model."""
    return held(literals.integer(number), basis, predicate=predicate)


DECODER = {
    PG.layerCount: 32,
    PG.hiddenSize: 4096,
    PG.feedForwardSize: 11008,
    PG.vocabularySize: 32000,
    PG.attentionHeadCount: 32,
}
"""Dimensions whose sum is about 6.7 billion."""


@pytest.mark.parametrize(
    ("count", "basis", "more", "doubted"),
    [
        (9_000_000_000, Basis.THIRD_PARTY, {}, True),
        (5_500_000_000, Basis.THIRD_PARTY, {}, True),
        (7_000_000_000, Basis.THIRD_PARTY, {}, False),
        (9_000_000_000, Basis.DEVELOPER, {}, False),
        (9_123_456_789, Basis.THIRD_PARTY, {}, False),  # not rounded: somebody counted
        (9_000_000_000, Basis.THIRD_PARTY, {PG.expertCount: 8}, False),
        (9_000_000_000, Basis.THIRD_PARTY, {PG.keyValueLoraRank: 512}, False),
    ],
)
def test_a_rounded_count_is_held_against_the_sum_of_a_plain_decoders_weights(
    count: int, basis: Basis, more: dict[Iri, int], doubted: bool
) -> None:
    own = [counted_as(one, number) for one, number in {**DECODER, **more}.items()]
    seen = view_of(M, [*own, counted_as(PG.parameterCount, count, basis)], [M], POLICY)
    doubts = [c.implausible for c in seen.claims if c.claim.predicate == PG.parameterCount]
    assert doubts == (["its dimensions give about 6.738B"] if doubted else [""])


@pytest.mark.parametrize(
    ("others", "doubted"),
    [
        ([(4096, Basis.THIRD_PARTY)], 1),
        ([(4096, Basis.THIRD_PARTY), (32768, Basis.ARTIFACT)], 1),
        ([(4096, Basis.THIRD_PARTY), (4096, Basis.ARTIFACT)], 0),  # the window spans all of it
        ([(4096, Basis.DEVELOPER)], 0),
        ([(32768, Basis.THIRD_PARTY)], 0),
    ],
)
def test_a_context_that_is_a_sliding_windows_size_is_no_context(
    others: list[tuple[int, Basis]], doubted: int
) -> None:
    window = counted_as(PG.slidingWindowSize, 4096)
    contexts = [counted_as(PG.contextLength, number, basis) for number, basis in others]
    seen = view_of(M, [window, *contexts], [M], POLICY)
    doubts = [c.implausible for c in seen.claims if c.implausible]
    assert doubts == ["it is the size of the sliding window"] * doubted


@pytest.mark.parametrize(
    ("name", "day", "doubted"),
    [
        ("Kiwi-2403", "2025-01-15", True),
        ("Kiwi-2403", "2023-12-01", True),
        ("Kiwi-2403", "2024-04-20", False),
        ("kiwi-20240115", "2024-03-01", False),
        ("kiwi-20240115", "2024-06-01", True),
        ("kiwi-20241315", "2020-06-01", False),  # no such month
        ("kiwi-2407b", "2020-06-01", False),  # a size
    ],
)
def test_a_third_partys_release_far_from_the_date_in_the_name_is_implausible(
    name: str, day: str, doubted: bool
) -> None:
    named = iris.model(f"org/{name}")
    for basis in (Basis.THIRD_PARTY, Basis.DEVELOPER):
        seen = view_of(named, [replace(dated(day, basis), subject=named)], [named], POLICY)
        marked = (named, PG.implausible, DCTERMS.issued, None) in seen.quads
        assert marked is (doubted and basis is Basis.THIRD_PARTY)


@pytest.mark.parametrize(
    ("size", "count", "plausible"),
    [(3.0, 3.8, False), (4.0, 3.8, True), (7.0, 7.3, True), (260.0, 10.0, False)],
)
def test_a_nominal_size_is_a_rounding_of_the_count(
    size: float, count: float, plausible: bool
) -> None:
    nominal = held(literals.integer(int(size * 1e9)), predicate=PG.nominalParameterCount)
    known = held(literals.integer(int(count * 1e9)), Basis.DEVELOPER)
    copied = held(literals.integer(int(count * 1e9)))
    groups = {PG.nominalParameterCount: [nominal], PG.parameterCount: [known]}
    assert (id(nominal) not in plausibility.doubts(M, groups, POLICY)) is plausible
    unsure = {**groups, PG.parameterCount: [copied]}
    assert id(nominal) not in plausibility.doubts(M, unsure, POLICY)


def test_a_developers_own_count_is_not_held_against_a_name() -> None:
    named = held(literals.text("Oak 17B"), predicate=SCHEMA.name)
    own, other = (held(billions(109), basis) for basis in (Basis.DEVELOPER, Basis.THIRD_PARTY))
    groups = {SCHEMA.name: [named], PG.parameterCount: [own, other]}
    assert plausibility.doubts(M, groups, POLICY).keys() == {id(other)}


@pytest.mark.parametrize(
    ("limit", "contexts", "taken"),
    [
        (272_000, ((128_000, "close"), (400_000, "far")), False),
        (272_000, ((128_000, "t"), (400_000, "far")), True),
        (131_072, ((128_000, "close"),), True),
        (272_000, (), True),
    ],
)
def test_what_a_model_reads_stands_within_the_context_of_the_closest_source(
    limit: int, contexts: tuple[tuple[int, str], ...], taken: bool
) -> None:
    claims = [
        held(literals.integer(limit), predicate=PG.maxInputTokens),
        *(
            held(literals.integer(size), predicate=PG.contextLength, source=source)
            for size, source in contexts
        ),
    ]
    seen = view_of(M, claims, [M], POLICY)
    assert ((M, PG.maxInputTokens, literals.integer(limit), None) in seen.quads) is taken


@pytest.mark.parametrize(
    ("name", "size", "compute", "taken"),
    [
        ("m-12b", None, 2.515e14, False),  # a slip of nine powers of ten
        ("m-12b", None, 2.5e23, True),
        ("m", 12, 2.515e14, False),
        ("perceptron", None, 6.9e5, True),
    ],
)
def test_a_large_models_compute_is_more_than_a_few_operations_a_parameter(
    name: str, size: int | None, compute: float, taken: bool
) -> None:
    named = iris.model(f"org/{name}")
    value = literals.double(compute)
    claims = [
        held(value, Basis.INFERENCE, predicate=PG.trainingComputeFLOP),
        *([held(billions(size))] if size else []),
    ]
    seen = view_of(named, [replace(one, subject=named) for one in claims], [named], POLICY)
    assert ((named, PG.trainingComputeFLOP, value, None) in seen.quads) is taken


@pytest.mark.parametrize(
    ("task", "basis", "taken"),
    [
        ("image-to-text", Basis.INFERENCE, False),
        ("any-to-any", Basis.INFERENCE, False),
        ("any-to-any", Basis.THIRD_PARTY, True),
        ("feature-extraction", Basis.INFERENCE, True),
        ("text-generation", Basis.INFERENCE, True),
    ],
)
def test_how_a_benchmark_uses_a_model_is_not_what_it_gives_out(
    task: str, basis: Basis, taken: bool
) -> None:
    claims = [
        held(PG.Embedding, basis, predicate=PG.outputModality),
        held(literals.text(task), predicate=PG.task),
    ]
    seen = view_of(M, claims, [M], POLICY)
    assert ((M, PG.outputModality, PG.Embedding, None) in seen.quads) is taken
