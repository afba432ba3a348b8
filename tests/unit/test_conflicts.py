"""Disagreements by kind, worst first; impossible values listed and never accepted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.count import figures
from provenance_graph.conflicts.detect import KINDS, conflicts
from provenance_graph.conflicts.results import Conflict
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record
from provenance_graph.core.iris import Iri, said
from provenance_graph.core.literals import integer, text
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA
from provenance_graph.formats.catalogues import modelsdev
from provenance_graph.formats.document import Document
from provenance_graph.ingest.build import compile_quads, reference_quads
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore

MODEL = iris.model("baidu/ERNIE-3.0")
TITAN = iris.model("baidu/ERNIE-3.0-Titan")
REFERENCE = list(reference_quads())


def record(source: str, *claims: Claim, day: str = "2026-01-01") -> Record:
    name = iris.record(source, "doc", day)
    url = Iri(f"https://example.org/{source}")
    header = Header(name, url, iris.organization(source), day, source, Basis.THIRD_PARTY)
    return Record(header, claims)


def ledger(*records: Record) -> list[Conflict]:
    with MemoryStore(compile_quads(REFERENCE, list(records), [])) as store:
        return conflicts(AcceptedSnapshot(store))


def model(iri: Iri, name: str, *facts: tuple[Iri, Iri | Literal]) -> tuple[Claim, ...]:
    typed = Claim(iri, RDF.type, PG.Model), Claim(iri, SCHEMA.name, text(name))
    return (*typed, *(Claim(iri, predicate, value) for predicate, value in facts))


def of(found: list[Conflict], predicate: Iri) -> list[Conflict]:
    return [conflict for conflict in found if conflict.property == predicate]


def test_a_sibling_s_size_is_named_as_such() -> None:
    swapped = model(MODEL, "ERNIE 3.0", (PG.parameterCount, integer(260_000_000_000)))
    right = model(MODEL, "ERNIE 3.0", (PG.parameterCount, integer(10_000_000_000)))
    titan = model(TITAN, "ERNIE 3.0 Titan", (PG.parameterCount, integer(260_000_000_000)))
    (found,) = of(ledger(record("a", *swapped), record("b", *right, *titan)), PG.parameterCount)
    assert found.kind == "scope"
    assert found.explanation == "26.0 times apart: 260000000000 is what ERNIE 3.0 Titan has"


def test_different_parents_by_source_are_a_contradiction() -> None:
    child = iris.model("meta-llama/Llama-3.3-70B-Instruct")
    parents = [iris.model(f"meta-llama/{n}") for n in ("Llama-3.1-70B", "Llama-3.3-70B")]
    one, other = (
        model(child, "Llama 3.3 70B Instruct", (PG.fineTunedFrom, parent)) for parent in parents
    )
    (found,) = of(ledger(record("a", *one), record("b", *other)), PROV.wasDerivedFrom)
    assert (found.kind, found.severity) == ("contradiction", 60)
    assert {value for value, _ in found.sides} == set(parents)


def test_a_grandparent_beside_a_parent_is_a_matter_of_scope() -> None:
    child, parent, base = (iris.model(f"x/{n}") for n in ("chat-a", "tuned-b", "base-c"))
    one = (
        *model(child, "A", (PG.fineTunedFrom, parent)),
        *model(parent, "B", (PG.fineTunedFrom, base)),
    )
    other = model(child, "A", (PG.fineTunedFrom, base))
    (found,) = of(ledger(record("a", *one), record("b", *other)), PROV.wasDerivedFrom)
    assert found.kind == "scope"


def test_one_source_with_several_parents_is_no_conflict() -> None:
    one = model(MODEL, "A", *((PG.mergedFrom, iris.model(f"x/{n}")) for n in "ab"))
    other = model(MODEL, "A", (PG.mergedFrom, iris.model("x/c")))
    assert of(ledger(record("a", *one), record("b", *other)), PROV.wasDerivedFrom) == []


@pytest.mark.parametrize(
    ("limit", "severity"), [(64_000, 30), (128_000, 12)], ids=["half", "rounded"]
)
def test_a_provider_s_limit_is_an_offer_beside_the_model_s(limit: int, severity: int) -> None:
    offer = iris.entity("litellm", "offer", "groq/gpt-oss-120b")
    told = (
        Claim(offer, RDF.type, PG.Offer),
        Claim(offer, PG.offerOf, MODEL),
        Claim(offer, PG.maxInputTokens, integer(limit)),
    )
    own = model(MODEL, "gpt-oss-120b", (PG.contextLength, integer(131_072)))
    (found,) = of(ledger(record("a", *own), record("litellm", *told)), PG.contextLength)
    assert (found.kind, found.severity) == ("offer", severity)
    assert [str(value) for value, _ in found.sides] == ["131072", str(limit)]
    assert found.to_json()["sides"][0]["accepted"]


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ('release_date = "2025-02-31"', "2025-02-31"),
        ('release_date = "1970-01-01"', "1970-01-01"),
        ('release_date = "2024-05-01"\nknowledge = "2025-01"', "2025-01"),
    ],
)
def test_an_impossible_value_is_kept_listed_and_never_accepted(line: str, stated: str) -> None:
    toml = f'name = "X"\nattachment = false\n{line}\n[limit]\ncontext = 1000\noutput = 10\n'
    url = Iri("https://example.org/models/acme/x.toml")
    document = Document(url, toml.encode(), "2026-01-01", "models/acme/x.toml")
    claims = tuple(c for c in modelsdev.READER.read(document) if isinstance(c, Claim))
    subject = iris.model("acme/x")
    with MemoryStore(compile_quads(REFERENCE, [record("modelsdev", *claims)], [])) as store:
        found = [c for c in conflicts(AcceptedSnapshot(store)) if c.kind == "error"]
        accepted = {str(o) for *_, o, _ in store.quads(subject)}
    (error,) = found
    assert error.sides[0][0] == stated
    assert stated not in accepted
    assert error == sorted(found, key=lambda c: -c.severity)[0]


@pytest.fixture(scope="module")
def whole(shipped: Path) -> Iterator[list[Conflict]]:
    with EmbeddedStore.open(shipped) as store:
        yield conflicts(AcceptedSnapshot(store))


@pytest.mark.parametrize(
    ("subject", "label", "kind"),
    [
        ("deepseek-ai/DeepSeek-V3", "release date", "semantics"),
        ("facebook/seamless-m4t-v2-large", "license", "contradiction"),
        ("tiiuae/falcon-40b", "release date", "contradiction"),
        ("epoch/model/ernie-3.0", "parameters", "scope"),
        ("openai/gpt-oss-120b", "context length", "offer"),
        ("deepseek-ai/DeepSeek-R1", "parent", "scope"),
        ("alibaba/qwen-plus", "knowledge cutoff", "error"),
    ],
)
def test_a_known_conflict_of_the_shipped_data_has_its_kind(
    whole: list[Conflict], subject: str, label: str, kind: str
) -> None:
    assert kind in {c.kind for c in whole if said(c.subject) == subject and c.label == label}


def test_the_worst_come_first_and_every_kind_is_known(whole: list[Conflict]) -> None:
    assert [c.severity for c in whole] == sorted((c.severity for c in whole), reverse=True)
    assert {c.kind for c in whole} <= set(KINDS)


def test_the_figures_count_models_that_several_publishers_describe(shipped: Path) -> None:
    with EmbeddedStore.open(shipped) as store:
        found = {figure.label: figure for figure in figures(AcceptedSnapshot(store))}
    assert 0 < found["licences"].differ < found["licences"].compared
    assert 0 < found["parameter counts"].differ < found["parameter counts"].compared
    days = found["release dates, by over a week"], found["the same, no inferred day"]
    assert 0 < days[1].differ <= days[0].differ
