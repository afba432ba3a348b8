"""The acceptance policy as data: read, refused where it is at fault, told, and held against another."""

from __future__ import annotations

import gc
import json
import sys
import threading
from contextlib import nullcontext
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest

from provenance_graph.acceptance.evidence import view
from provenance_graph.acceptance.policy.bounds import BOUNDS, Plausible, shipped_bounds
from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.acceptance.policy.file import policy_of
from provenance_graph.acceptance.policy.policy import Policy, PolicyCriterion
from provenance_graph.acceptance.policy.report import Tally, examine, sentences, subjects, tallied
from provenance_graph.acceptance.record_set import RecordSet
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Quad, Record, Value
from provenance_graph.core.errors import PolicyError
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import ontology_files
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.store.memory import MemoryStore

HEAD = (
    "@prefix pg: <https://w3id.org/provenance-graph/ns#> . "
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
    "@prefix coll: <https://w3id.org/provenance-graph/id/collection/> . "
)
MODEL = iris.model("org/m")


@cache
def reference() -> tuple[Quad, ...]:
    files = [path for path in ontology_files() if not path.stem.startswith(("spdx", "licence"))]
    return tuple(reference_quads(files))


def record(source: str, predicate: Iri, value: Value, basis: Basis | None = None) -> Record:
    header = Header(
        iris.record(source, "m", "2026-01-01"),
        Iri(f"https://example.org/{source}"),
        iris.organization(source),
        "2026-01-01",
        "rdf",
        custody=Custody.ASSERTED,
    )
    fact = Claim(MODEL, predicate, value, basis=basis)
    return Record(header, (Claim(MODEL, RDF.type, PG.Model), fact))


@cache
def store() -> MemoryStore:
    records = [
        record("epoch", PG.contextLength, literals.integer(4096)),
        record("apx", PG.contextLength, literals.integer(8192)),
        record("litellm", PG.contextLength, literals.integer(8192)),
        record("epoch", PG.layerCount, literals.integer(12), Basis.INFERENCE),
    ]
    merged: dict[Iri, Record] = {}
    for one in records:
        earlier = merged.get(one.header.record)
        claims = (*(earlier.claims if earlier else ()), *one.claims)
        merged[one.header.record] = Record(one.header, claims)
    return MemoryStore(compile_quads(reference(), list(merged.values()), [], day="2026-06-01"))


def other(text: str, tmp_path: Path) -> Policy:
    path = tmp_path / "policy.ttl"
    path.write_text(HEAD + text)
    return policy_of(store(), reference_quads([path]), "2026-06-01", path.name)


def test_the_policy_of_the_ontology_is_read() -> None:
    policy = load_policy(store())
    assert policy.day == "2026-06-01"
    assert policy.order[:3] == (
        PolicyCriterion.BASIS,
        PolicyCriterion.CLOSENESS,
        PolicyCriterion.SUPPORT,
    )
    assert policy.changing_order[1] is PolicyCriterion.EDITION
    assert PG.weightsAvailability in policy.changing
    assert {PG.parameterCount, PG.layerCount, PG.trainingComputeFLOP} <= policy.guarded
    assert PG.contextLength not in policy.guarded
    source = policy.sources[iris.mint("collection", "mteb")]
    assert (source.closeness, source.closeness_of(PG.parameterCount)) == (4, 2)
    assert all(one.reason for one in policy.sources.values())


def test_another_policy_changes_what_it_states_and_nothing_else(tmp_path: Path) -> None:
    result = other(
        "<urn:p> a pg:AcceptancePolicy ; pg:leastConfidence 0.9 . coll:apx pg:closeness 0 .",
        tmp_path,
    )
    own = load_policy(store())
    assert str(result.confidence) == "0.9"
    assert result.sources[iris.mint("collection", "apx")].closeness == 0
    assert (result.basis_order, result.order, result.guarded) == (
        own.basis_order,
        own.order,
        own.guarded,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<urn:p> pg:leastConfidence 0.5 .", "policy.ttl, pg:AcceptancePolicy: 0 policies"),
        ("<urn:p> a pg:AcceptancePolicy . <urn:q> a pg:AcceptancePolicy .", "2 policies; give one"),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:basisOrder (pg:Gossip) .",
            "pg:Gossip is not one of them",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:neverAccepted pg:Rumour .",
            "pg:Rumour is not one of them",
        ),
        ("<urn:p> a pg:AcceptancePolicy ; pg:basisOrder () .", "the list is empty"),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:tieBreak (pg:CloserSource pg:CloserSource) .",
            "pg:CloserSource occurs twice",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:tieBreak (pg:LowestInOrder pg:CloserSource) .",
            "must come last",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:basisOrder <urn:c> . <urn:c> rdf:first pg:Inference ;"
            " rdf:rest <urn:c> .",
            "has a cycle at urn:c",
        ),
        ("<urn:p> a pg:AcceptancePolicy ; pg:leastConfidence 3 .", "between 0 and 1"),
        ("<urn:p> a pg:AcceptancePolicy ; pg:leastConfidence 'NaN' .", "NaN is not a number"),
        ("<urn:p> a pg:AcceptancePolicy ; pg:leastConfidence '0_1' .", "0_1 is not a number"),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:greatestInputRatio 0.5 .",
            "pg:greatestInputRatio: give one number between 1 and 100",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:leastSizeInNameRatio 0.5, 0.6 .",
            "pg:leastSizeInNameRatio: give one number between 0 and 1",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:maxDaysAfterCreation 9.5 .",
            "pg:maxDaysAfterCreation: 9.5 is no whole number",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:minOperationsPerParameter 'many' .",
            "pg:minOperationsPerParameter: many is not a number",
        ),
        ("<urn:p> a pg:AcceptancePolicy ; pg:leastDoubt 3 .", "pg:leastDoubt: no policy sets it"),
        (
            "<urn:p> a pg:AcceptancePolicy . coll:hub pg:repeats coll:osaimap .",
            "pg:repeats: it has a cycle",
        ),
        ("<urn:p> a pg:AcceptancePolicy . coll:hub pg:closeness 'near' .", "one whole number"),
        (
            "<urn:p> a pg:AcceptancePolicy . coll:epok pg:closeness 1 .",
            "did you mean id:collection/epoch",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy . coll:a pg:repeats coll:b . coll:b pg:repeats coll:a .",
            "is not a collection that the policy ranks",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy . coll:a a pg:Collection ; pg:repeats coll:b ."
            " coll:b a pg:Collection ; pg:repeats coll:a .",
            "it has a cycle",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:guards pg:nosuchproperty .",
            "pg:nosuchproperty is neither a property nor a section",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:basisOrder (pg:ArtifactReading pg:Inference) .",
            "without pg:DeveloperStatement, pg:Measurement, pg:ThirdPartyReport: list it",
        ),
        (
            "<urn:p> a pg:AcceptancePolicy ; pg:guards "
            + ", ".join(f"<urn:{n}>" for n in range(5_100))
            + " .",
            "more than 5,000 triples",
        ),
    ],
    ids=lambda value: value[:60],
)
def test_a_policy_at_fault_is_refused_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"policy\.ttl") as raised:
        other(text, tmp_path)
    assert said in str(raised.value)
    assert "pg:DefaultPolicy" not in str(raised.value)  # the file's own is at fault


def test_a_refused_policy_holds_no_unfinished_iterator_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own thread alone can free one, and an error that another thread drops holds its frames."""
    failures: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", failures.append)
    refusals: list[Exception] = []
    text = '<urn:p> a pg:AcceptancePolicy . coll:hub a pg:Collection ; pg:closeness "near" .'
    try:
        other(text, tmp_path)
    except PolicyError as error:
        refusals.append(error)
    assert "one whole number" in str(refusals[0])

    def drop() -> None:
        refusals.clear()
        gc.collect()

    thread = threading.Thread(target=drop)
    thread.start()
    thread.join()
    assert failures == []


def test_what_each_rule_decided_is_counted_with_examples() -> None:
    snapshot = AcceptedSnapshot(store())
    assert subjects(snapshot) == [MODEL]
    tallies, differences = examine(snapshot, [MODEL])
    reported = {rule: (tally.count, tally.in_words()) for rule, tally in tallies.items()}
    assert reported == {
        "the closer source": (1, ["org/m contextLength"]),
        "a lone inference, accepted and marked": (1, ["org/m layerCount"]),
    }
    assert differences == []


def test_what_another_policy_would_change_is_shown(tmp_path: Path) -> None:
    snapshot = AcceptedSnapshot(store())
    asked = other(
        "<urn:p> a pg:AcceptancePolicy ; pg:tieBreak (pg:MoreIndependentSources) .", tmp_path
    )
    _, differences = examine(snapshot, [MODEL], asked)
    assert [(d.property, d.now, d.then) for d in differences] == [
        (PG.contextLength, ("4096",), ("8192",))
    ]


def test_the_policy_is_told_in_words() -> None:
    words = "\n".join(sentences(load_policy(store())))
    assert "Never accepted: estimate." in words
    assert "Between claims of one basis decide: the closer source, then" in words
    assert "Now is 2026-06-01." in words
    assert DCTERMS.modified in load_policy(store()).changing


def stored_tallies(folder: Path) -> tuple[tuple[int, dict[str, Tally]], list[int]]:
    """The counts of a store whose indexes lie in a folder, and over how many they were made now."""
    made: list[int] = []

    def progress(steps: int) -> nullcontext[object]:
        made.append(steps)
        return nullcontext(lambda: None)

    return tallied(AcceptedSnapshot(store(), folder=folder), progress), made  # type: ignore[arg-type]


def test_counts_are_stored_for_who_asks_next(tmp_path: Path) -> None:
    (tmp_path / "policy-0-older.json").write_text("[]")
    first, made = stored_tallies(tmp_path)
    assert made == [first[0]]
    again, made = stored_tallies(tmp_path)
    assert made == []
    assert again == first
    assert len(list(tmp_path.glob("*policy-*"))) == 1, "those of older versions are let go"


@pytest.mark.parametrize(
    "content",
    [
        *("", "[", "{}", "[1]", '["{day}", null, {}]', '["{day}", "x", {}]', '["{day}", 1, []]'),
        '["{day}", 1, {"r": 1}]',
        '["{day}", 1, {"r": ["many", []]}]',
        '["{day}", 1, {"r": [1, null]}]',
        '["1999-01-01", 1, {}]',
    ],
)
def test_stored_counts_at_fault_are_made_anew(content: str, tmp_path: Path) -> None:
    sound, _ = stored_tallies(tmp_path)
    (file,) = tmp_path.glob("policy-*.json")
    day = json.loads(file.read_text())[0]
    file.write_text(content.replace("{day}", day))
    again, made = stored_tallies(tmp_path)
    assert again == sound
    assert made == [sound[0]]
    assert json.loads(file.read_text())[0] == day


def test_counts_are_given_where_they_cannot_be_stored(tmp_path: Path) -> None:
    sound, _ = stored_tallies(tmp_path / "folder")
    (tmp_path / "file").write_text("no folder")
    assert stored_tallies(tmp_path / "file") == (sound, [sound[0]])


def test_a_store_whose_policy_states_no_least_confidence_is_refused() -> None:
    rest = [quad for quad in reference() if quad[1] != PG.leastConfidence]
    assert len(rest) < len(reference())
    with pytest.raises(PolicyError, match="pg:leastConfidence: no number"):
        load_policy(MemoryStore(rest), day="2026-06-01")


BOUND_TERMS = {bound.term for bound in BOUNDS.values()}


def test_every_bound_of_plausibility_stands_in_the_policy_once() -> None:
    stated = [q for q in reference() if q[1] in BOUND_TERMS and q[3] is None]
    assert {p for _, p, *_ in stated} == BOUND_TERMS == set(shipped_bounds())
    assert len(stated) == len(BOUND_TERMS)
    assert set(BOUNDS) == {field.name for field in fields(Plausible)}


def test_a_store_whose_policy_states_no_bounds_takes_the_shipped_ones() -> None:
    rest = [quad for quad in reference() if quad[1] not in BOUND_TERMS]
    early = load_policy(MemoryStore(compile_quads(rest, [], [], day="2026-06-01")))
    assert early.plausible == load_policy(store()).plausible


def test_a_bound_of_another_policy_decides_what_is_implausible(tmp_path: Path) -> None:
    named = iris.model("org/named-13B")
    claims = [
        record(source, PG.parameterCount, literals.integer(count))
        for source, count in (("epoch", 7_000_000_000), ("apx", 13_000_000_000))
    ]
    moved = [
        Record(one.header, tuple(replace(c, subject=named) for c in one.claims)) for one in claims
    ]
    source = RecordSet(moved, [])
    marked = (named, PG.implausible, PG.parameterCount, None)
    own, wide = (
        load_policy(store()),
        other("<urn:p> a pg:AcceptancePolicy ; pg:leastSizeInNameRatio 0.4 .", tmp_path),
    )
    assert [
        marked in view(named, source, policy, CurrentVersions(source)).quads
        for policy in (own, wide)
    ] == [True, False]
