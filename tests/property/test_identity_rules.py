"""Identity by rule after any sequence of imports, retractions and decisions is that of a full run."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import pytest
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Quad, Record, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import ontology_files
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, SKOS
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.identify import settle, stored_mappings
from provenance_graph.ingest.rules import IdentityRules
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.ingest.update import update
from provenance_graph.matching.candidates import compared, compared_among
from provenance_graph.matching.identify import identify
from provenance_graph.matching.neighbourhood import around, sharing
from provenance_graph.matching.organizations import Organizations
from provenance_graph.store.base import ANY
from provenance_graph.store.memory import MemoryStore

HAND = [Mapping(iris.organization("facebook"), SKOS.exactMatch, iris.organization("meta"))]
DAYS = ["2025-01-01", "2026-01-01"]


def a_model(iri: Iri, label: str, *makers: str, kind: Iri = PG.Model) -> list[Claim]:
    """Claims of a model: type, label, developers."""
    return [
        Claim(iri, RDF.type, kind),
        Claim(iri, SCHEMA.name, Literal(label)),
        *(Claim(iri, DCTERMS.creator, iris.organization(maker)) for maker in makers),
    ]


def an_offer(host: str, model: Iri) -> list[Claim]:
    """Claims of a host's offer of a model."""
    offer = iris.entity("litellm", "offer", f"{host}/{iris.local_name(model)}")
    return [
        Claim(offer, RDF.type, PG.Offer),
        Claim(offer, PG.offerOf, model),
        Claim(offer, PG.provider, iris.organization(host)),
    ]


def a_dataset(name: str, *makers: str) -> list[Claim]:
    """Claims of a dataset."""
    iri = iris.dataset(name)
    return [
        Claim(iri, RDF.type, PG.Dataset),
        *(Claim(iri, DCTERMS.creator, iris.organization(maker)) for maker in makers),
    ]


HOSTED = iris.entity("litellm", "model", "databricks/databricks-koala-13b")
RELEASED = Claim(
    iris.entity("mot", "model", "koala"),
    DCTERMS.issued,
    literals.day("2023-01-01").literal,  # type: ignore[union-attr]
    basis=Basis.INFERENCE,
)
MIXED = iris.entity("litellm", "model", "host/mixed-8x7b-instruct")
SHORT = iris.entity("litellm", "model", "host/owl3-30b")
OWNED = iris.entity("modelsdev", "model", "cloud/@cf/berkeley/koala-13b")
COPY = iris.entity("ollama", "model", "koala-13b-0123")
POOL: list[list[Claim]] = [
    a_model(iris.model("berkeley/koala-13b"), "koala-13b", "berkeley"),
    a_model(iris.model("other/koala-13b"), "koala-13b", "other"),
    a_model(iris.entity("osai", "model", "koala-13b"), "Koala 13B"),
    a_model(iris.entity("mot", "model", "koala"), "Koala", "uc-berkeley"),
    [Claim(iris.entity("mot", "model", "koala"), PG.parameterCount, literals.integer(13 * 10**9)), RELEASED],
    a_model(HOSTED, "databricks-koala-13b", kind=PG.OfferedModel),
    an_offer("databricks", HOSTED),
    a_model(iris.model("xai/grok-7b"), "grok-7b", "xai"),
    a_model(iris.entity("osai", "model", "grok"), "Grok 7B", "x-ai"),
    a_model(iris.entity("osai", "model", "pair"), "koala 13b", "berkeley-and-other"),
    a_model(iris.entity("osai", "model", "llama"), "Llama 7B", "facebook"),
    a_model(iris.model("meta/llama-7b"), "llama-7b", "meta"),
    a_model(iris.entity("epoch", "model", "koala-13b-v0.1"), "Koala 13B v0.1", "berkeley"),
    [Claim(iris.entity("epoch", "model", "koala-13b-v0.1"), PG.hubRepository, Iri("https://huggingface.co/berkeley/koala-13b"))],
    a_model(iris.entity("mot", "model", "koala-13b-base"), "Koala 13B"),
    [Claim(iris.entity("mot", "model", "koala-13b-base"), PG.parameterCount, literals.integer(13 * 10**9))],
    [Claim(iris.model("berkeley/koala-13b"), PG.fineTunedFrom, iris.entity("mot", "model", "koala-13b-base"))],
    a_model(OWNED, "koala-13b", kind=PG.OfferedModel),
    a_model(COPY, "koala:13b", "ollama"),
    [Claim(COPY, PG.quantizedFrom, iris.model("berkeley/koala-13b"))],
    a_model(MIXED, "mixed-8x7b-instruct", kind=PG.OfferedModel),
    an_offer("host", MIXED),
    a_model(iris.model("mist/Mixed-8x7B-Instruct-v0.1"), "Mixed-8x7B-Instruct-v0.1", "mist"),
    a_model(iris.model("mist/Mixed-8x7B-Instruct-v0.2"), "Mixed-8x7B-Instruct-v0.2", "mist"),
    a_model(iris.entity("osai", "model", "mixed"), "Mixed 8x7B Instruct"),
    a_model(SHORT, "owl3-30b", kind=PG.OfferedModel),
    a_model(iris.model("owl/Owl3-30B-A3B"), "Owl3-30B-A3B", "owl"),
    a_model(iris.model("owl/Owl3-30B-A3B-Instruct"), "Owl3-30B-A3B-Instruct", "owl"),
    a_model(iris.model("other/Owl3-30B-A3B"), "Owl3-30B-A3B", "other"),
    a_dataset("the-pile", "EleutherAI"),
    a_dataset("pile"),
    a_dataset("EleutherAI/pile"),
    a_dataset("EleutherAI/pile_deduplicated"),
    [Claim(iris.model("meta/llama-7b"), DCTERMS.license, iris.mint("licence", "apache-license-2.0"))],
]  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> Record:
    local = draw(st.sampled_from(["one", "two", "three", "four"]))
    day = draw(st.sampled_from(DAYS))
    collection = draw(st.sampled_from(["t", "osai", "litellm"]))
    header = Header(
        iris.record(collection, local, day),
        Iri(f"https://example.org/{collection}/{local}"),
        iris.organization("T"),
        day,
        draw(st.sampled_from(["rdf", "osai", "huggingface"])),
        draw(st.sampled_from([Basis.THIRD_PARTY, Basis.DEVELOPER])),
    )
    parts = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=5, unique_by=id))
    claims = [claim for part in parts for claim in part]
    if draw(st.integers(0, 3)) == 0:  # a claim with a node of its own
        claims = [
            c if c.basis else Claim(c.subject, c.predicate, c.value, Stance.STATED, Basis.DEVELOPER)
            for c in claims
        ]
    return Record(header, tuple(dict.fromkeys(claims))).sort()


DECISIONS = [
    Mapping(iris.entity("osai", "model", "koala-13b"), SKOS.exactMatch, iris.model("berkeley/koala-13b"), negated=True, author="id:person/a"),
    Mapping(iris.entity("osai", "model", "koala-13b"), SKOS.exactMatch, iris.model("other/koala-13b"), author="id:person/a"),
    Mapping(iris.organization("x-ai"), SKOS.exactMatch, iris.organization("xai"), negated=True, author="id:person/a"),
]  # fmt: skip
steps = st.lists(
    st.one_of(
        st.tuples(st.booleans(), records()), st.tuples(st.just(None), st.sampled_from(DECISIONS))
    ),
    min_size=1,
    max_size=10,
)


@cache
def reference() -> list[Quad]:
    files = [
        path
        for path in ontology_files()
        if not path.stem.startswith("spdx") and path.parent.name != "rubrics"
    ]
    return list(reference_quads(files))


def rule_rows(store: MemoryStore) -> list[Mapping]:
    return [row for row in stored_mappings(store) if row.author.startswith(identity.RULE_AUTHOR)]


def contents(store: MemoryStore) -> set[object]:
    return {*store.quads(), *store.quads(graph=ANY)}


@settings(max_examples=sample(6, 25), deadline=None)
@given(steps=steps)
def test_any_sequence_ends_in_the_rows_and_the_view_of_a_full_run(steps) -> None:
    store = MemoryStore(compile_quads(reference(), [], HAND))
    there: dict[Iri, Record] = {}
    by_hand = {row.key: row for row in HAND}
    for put, what in steps:
        if put is None:
            settle(store, [what])
            pair = {what.subject, what.object}
            by_hand = {k: r for k, r in by_hand.items() if {r.subject, r.object} != pair}
            by_hand[what.key] = what
        elif put:
            there[what.header.record] = what
            update(store, [what])
        elif what.header.record in there:
            del there[what.header.record]
            update(store, drop=[what.header.record])
    rows = list(by_hand.values())
    alone = MemoryStore(compile_quads(reference(), list(there.values()), rows))
    decided = identify(AcceptedSnapshot(alone)).mappings
    pairs = {frozenset((row.subject, row.object)) for row in rows}
    decided = [row for row in decided if frozenset((row.subject, row.object)) not in pairs]
    assert rule_rows(store) == decided
    whole = MemoryStore(compile_quads(reference(), list(there.values()), [*rows, *decided]))
    assert contents(store) == contents(whole)
    assert_some_names_are_compared_as_all_are(AcceptedSnapshot(store))


def assert_some_names_are_compared_as_all_are(snapshot: AcceptedSnapshot) -> None:
    """The pairs of a name follow from the names that share a spelling with it."""
    known = Organizations(snapshot)
    pairs = compared(snapshot, known)
    members = sharing(snapshot)
    assert compared_among(snapshot, known, members) == pairs
    for one in members:
        near = compared_among(snapshot, known, around(snapshot, [one]))
        assert [p for p in near if one in p.key] == [p for p in pairs if one in p.key]


@pytest.mark.parametrize(
    ("stem", "label", "decided"),
    [("zebra{}x", "Zebra{}X", True), ("model-{:07d}-base", "Model {:07d} Base", False)],
)
def test_a_small_change_reads_no_more_than_the_names_that_share_a_key(
    stem: str, label: str, decided: bool
) -> None:
    """Hundreds of other models make no difference to what one import looks at."""
    others = [
        Record(
            Header(
                iris.record("t", f"r{n}", DAYS[0]),
                Iri(f"https://example.org/r{n}"),
                iris.organization("T"),
                DAYS[0],
                "rdf",
                Basis.THIRD_PARTY,
            ),
            tuple(a_model(iris.model(f"owner{n}/{stem.format(n)}"), stem.format(n), f"owner{n}")),
        ).sort()
        for n in range(200)
    ]
    store = MemoryStore(compile_quads(reference(), others, HAND))
    record = Record(
        Header(
            iris.record("t", "new", DAYS[0]),
            Iri("https://example.org/new"),
            iris.organization("T"),
            DAYS[0],
            "rdf",
            Basis.THIRD_PARTY,
        ),
        tuple(a_model(iris.entity("osai", "model", stem.format(7)), label.format(7))),
    ).sort()
    with patch.object(
        IdentityRules, "_neighbourhood", autospec=True, side_effect=IdentityRules._neighbourhood
    ) as read:
        done = update(store, [record])
    assert len(done.subjects) <= 3
    assert len(read.call_args.args[1]) <= 3
    one = (iris.entity("osai", "model", stem.format(7)), iris.model(f"owner7/{stem.format(7)}"))
    assert [(row.subject, row.object) for row in rule_rows(store)] == [one] * decided
