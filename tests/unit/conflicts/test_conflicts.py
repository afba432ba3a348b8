"""Disagreements by kind, worst first; impossible values listed and never accepted."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import reference_data

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.conflicts import stored
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.kinds import DEFAULT, KINDS
from provenance_graph.conflicts.results import Conflict
from provenance_graph.conflicts.selection import chosen, counted, summary
from provenance_graph.core import iris
from provenance_graph.core.claims import (
    Basis,
    Claim,
    Custody,
    Header,
    Literal,
    Precision,
    Record,
)
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.literals import integer, text
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, SKOS, XSD
from provenance_graph.formats.catalogues import modelsdev
from provenance_graph.formats.document import Document
from provenance_graph.ingest.build import compile_quads
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.opening import derived_folder

MODEL = iris.model("baidu/ERNIE-3.0")
TITAN = iris.model("baidu/ERNIE-3.0-Titan")
REFERENCE = reference_data.reference()


def record(source: str, *claims: Claim, day: str = "2026-01-01", document: str = "doc") -> Record:
    name = iris.record(source, document, day)
    url = Iri(f"https://example.org/{source}")
    header = Header(name, url, iris.organization(source), day, source, Basis.THIRD_PARTY)
    return Record(header, claims)


def ledger(*records: Record) -> list[Conflict]:
    with MemoryStore(compile_quads(REFERENCE, list(records), [])) as store:
        return conflicts(AcceptedSnapshot(store))


def model(iri: Iri, name: str, *facts: tuple[Iri, Iri | Literal]) -> tuple[Claim, ...]:
    typed = Claim(iri, RDF.type, PG.Model), Claim(iri, SCHEMA.name, text(name))
    return (*typed, *(Claim(iri, predicate, value) for predicate, value in facts))


def of(result: list[Conflict], predicate: Iri) -> list[Conflict]:
    return [conflict for conflict in result if conflict.property == predicate]


def test_a_sibling_s_size_is_named_as_such() -> None:
    swapped = model(MODEL, "ERNIE 3.0", (PG.parameterCount, integer(260_000_000_000)))
    right = model(MODEL, "ERNIE 3.0", (PG.parameterCount, integer(10_000_000_000)))
    titan = model(TITAN, "ERNIE 3.0 Titan", (PG.parameterCount, integer(260_000_000_000)))
    (result,) = of(ledger(record("a", *swapped), record("b", *right, *titan)), PG.parameterCount)
    assert result.kind == "variant"
    assert result.explanation == "26.0 times apart: 260000000000 is what ERNIE 3.0 Titan has"


def test_different_parents_by_source_are_a_contradiction() -> None:
    child = iris.model("meta-llama/Llama-3.3-70B-Instruct")
    parents = [iris.model(f"meta-llama/{n}") for n in ("Llama-3.1-70B", "Llama-3.3-70B")]
    one, other = (
        model(child, "Llama 3.3 70B Instruct", (PG.fineTunedFrom, parent)) for parent in parents
    )
    (result,) = of(ledger(record("a", *one), record("b", *other)), PROV.wasDerivedFrom)
    assert (result.kind, result.severity) == ("sources", 70)
    assert {value for value, _ in result.sides} == set(parents)


def test_a_grandparent_beside_a_parent_is_a_matter_of_scope() -> None:
    child, parent, base = (iris.model(f"x/{n}") for n in ("chat-a", "tuned-b", "base-c"))
    one = (
        *model(child, "A", (PG.fineTunedFrom, parent)),
        *model(parent, "B", (PG.fineTunedFrom, base)),
    )
    other = model(child, "A", (PG.fineTunedFrom, base))
    (result,) = of(ledger(record("a", *one), record("b", *other)), PROV.wasDerivedFrom)
    assert result.kind == "variant"


@pytest.mark.parametrize(
    ("form", "tool", "conflict"),
    [("nvfp4", "modelopt", False), ("fp8", "compressed-tensors", False), ("awq", "gptq", True)],
)
def test_a_format_of_numbers_and_the_tool_that_wrote_it_are_no_conflict(
    form: str, tool: str, conflict: bool
) -> None:
    one = model(MODEL, "A-NVFP4", (PG.quantizationMethod, text(form)))
    other = model(MODEL, "A-NVFP4", (PG.quantizationMethod, text(tool)))
    listed = of(ledger(record("a", *one), record("b", *other)), PG.quantizationMethod)
    assert [c.kind for c in listed if c.kind in DEFAULT] == (["sources"] if conflict else [])


def test_one_source_with_several_parents_is_no_conflict() -> None:
    one = model(MODEL, "A", *((PG.mergedFrom, iris.model(f"x/{n}")) for n in "ab"))
    other = model(MODEL, "A", (PG.mergedFrom, iris.model("x/c")))
    assert of(ledger(record("a", *one), record("b", *other)), PROV.wasDerivedFrom) == []


@pytest.mark.parametrize(
    ("limit", "severity"), [(64_000, 30), (128_000, 12)], ids=["half", "rounded"]
)
def test_a_provider_s_limit_is_an_offer_beside_the_model_s(limit: int, severity: int) -> None:
    offer = iris.entity("litellm", "offer", "groq/gpt-oss-120b")
    reported = (
        Claim(offer, RDF.type, PG.Offer),
        Claim(offer, PG.offerOf, MODEL),
        Claim(offer, PG.maxInputTokens, integer(limit)),
    )
    own = model(MODEL, "gpt-oss-120b", (PG.contextLength, integer(131_072)))
    (result,) = of(ledger(record("a", *own), record("litellm", *reported)), PG.contextLength)
    assert (result.kind, result.severity) == ("provider-limit", severity)
    assert [str(value) for value, _ in result.sides] == ["131072", str(limit)]
    assert result.to_json()["sides"][0]["accepted"]


@pytest.mark.parametrize(
    ("by", "providers", "limit", "kind"),
    [
        ("mot", 2, 64_000, "provider-limit"),  # less than the model's is a provider's own
        ("x", 1, 262_144, "provider-limit"),  # one provider may err
        ("x", 2, 150_000, "provider-limit"),  # not clearly more
        ("x", 2, 262_144, "implausible"),
        ("osai", 2, 262_144, "provider-limit"),  # a researched index is not doubted for it
    ],
)
def test_a_catalogue_s_context_below_what_two_providers_sell_is_implausible(
    by: str, providers: int, limit: int, kind: str
) -> None:
    reported: list[Claim] = []
    for number in range(providers):
        offer = iris.entity("litellm", "offer", f"p{number}/oak")
        reported += [
            Claim(offer, RDF.type, PG.Offer),
            Claim(offer, PG.offerOf, MODEL),
            Claim(offer, PG.provider, iris.organization(f"p{number}")),
            Claim(offer, PG.maxInputTokens, integer(limit)),
        ]
    own = model(MODEL, "oak", (PG.contextLength, integer(131_072)))
    (result,) = of(ledger(record(by, *own), record("litellm", *reported)), PG.contextLength)
    assert result.kind == kind
    assert (result.kind in DEFAULT) is (kind == "implausible")


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
        results = [
            c
            for c in conflicts(AcceptedSnapshot(store))
            if c.kind in ("implausible", "announcement")
        ]
        accepted = {str(o) for *_, o, _ in store.quads(subject)}
    (error,) = results
    assert error.sides[0][0] == stated
    assert stated not in accepted
    assert error == sorted(results, key=lambda c: -c.severity)[0]


@pytest.fixture(scope="module")
def whole(shipped: Path) -> Iterator[Sequence[Conflict | stored.StoredConflict]]:
    """Every conflict of the shipped data, as found after the build."""
    derived = Path(derived_folder(str(shipped)) or "")
    with EmbeddedStore.open(shipped) as store:
        yield stored.ledger(AcceptedSnapshot(store, folder=derived))


@pytest.mark.parametrize(
    ("subject", "label", "kind"),
    [
        ("vidore/colpali-v1.3", "licence", "sources"),
        ("tiiuae/falcon-40b", "release date", "sources"),
        ("mot/model/internlm", "parameter count", "apart"),
        ("meta-llama/Llama-2-7b", "parameters", "implausible"),
        ("openai/gpt-oss-120b", "context length", "provider-limit"),
        ("alibaba/qwen-plus", "knowledge cutoff", "announcement"),
    ],
)
def test_a_known_conflict_of_the_shipped_data_has_its_kind(
    whole: Sequence[Conflict | stored.StoredConflict], subject: str, label: str, kind: str
) -> None:
    assert kind in {c.kind for c in whole if short_id(c.subject) == subject and c.label == label}


def test_the_worst_come_first_and_every_kind_is_known(
    whole: Sequence[Conflict | stored.StoredConflict],
) -> None:
    assert [c.severity for c in whole] == sorted((c.severity for c in whole), reverse=True)
    assert {c.kind for c in whole} <= set(KINDS)


DEVELOPER = iris.organization("acme")


def by(source: str, claims: tuple[Claim, ...], basis: Basis, custody: Custody) -> Record:
    """A record of the model's own developer."""
    made = record(source, *claims)
    header = replace(made.header, publisher=DEVELOPER, basis=basis, custody=custody)
    return Record(header, claims)


ACME = iris.model("acme/x-7b")


def test_the_developer_contradicts_itself_only_in_its_own_documents() -> None:
    one, other = (
        model(ACME, "X 7B", (PG.contextLength, integer(n)), (DCTERMS.creator, DEVELOPER))
        for n in (4096, 32768)
    )
    sides = [("card", one), ("paper", other)]
    own = [by(s, c, Basis.DEVELOPER, Custody.VERIFIED) for s, c in sides]
    (result,) = of(ledger(*own), PG.contextLength)
    assert result.kind == "developer"
    copied = [by(s, c, Basis.DEVELOPER, Custody.ASSUMED) for s, c in sides]
    assert "developer" not in {c.kind for c in ledger(*copied)}


def test_sources_of_like_weight_disagree_and_a_weaker_one_says_otherwise() -> None:
    def kinds(first: str, second: str) -> set[str]:
        one, other = (model(MODEL, "A", (PG.layerCount, integer(n))) for n in (24, 32))
        return {
            c.kind for c in of(ledger(record(first, *one), record(second, *other)), PG.layerCount)
        }

    assert kinds("epoch", "fmti") == {"sources"}
    assert kinds("epoch", "modelsdev") == {"sources"}
    assert kinds("epoch", "litgpt") == {"weaker"}


def test_several_licences_of_one_source_are_one_statement() -> None:
    mit, apache = (Iri(f"http://spdx.org/licenses/{n}") for n in ("MIT", "Apache-2.0"))
    both = model(MODEL, "A", (DCTERMS.license, mit), (DCTERMS.license, apache))
    one = model(MODEL, "A", (DCTERMS.license, mit))
    assert of(ledger(record("epoch", *both), record("fmti", *one)), DCTERMS.license) == []
    other = model(MODEL, "A", (DCTERMS.license, apache))
    (result,) = of(ledger(record("epoch", *one), record("fmti", *other)), DCTERMS.license)
    assert result.kind == "sources"


def test_documents_of_one_publisher_with_other_licences_are_listed_as_such() -> None:
    mit, apache = (Iri(f"http://spdx.org/licenses/{n}") for n in ("MIT", "Apache-2.0"))
    sides = [
        record("acme", *model(MODEL, "A", (DCTERMS.license, licence)), document=document)
        for document, licence in (("one", mit), ("two", apache))
    ]
    (result,) = of(ledger(*sides), DCTERMS.license)
    assert result.kind == "outdated"
    assert [side[0] for side in result.sides] == ["licence:MIT", "licence:Apache-2.0"]


def test_licences_of_catalogues_conflict_too_by_the_weight_of_the_sources() -> None:
    mit, apache = (Iri(f"http://spdx.org/licenses/{n}") for n in ("MIT", "Apache-2.0"))

    def kinds(first: str, second: str, value: Iri = apache) -> list[str]:
        one, other = (model(MODEL, "A", (DCTERMS.license, text)) for text in (mit, value))
        sides = record(first, *one), record(second, *other)
        return [c.kind for c in of(ledger(*sides), DCTERMS.license)]

    assert kinds("modelsdev", "registry") == ["sources"]
    assert kinds("epoch", "litgpt") == ["weaker"]
    assert kinds("modelsdev", "registry", mit) == []


def test_developers_that_have_nothing_in_common_conflict_and_parts_do_not() -> None:
    def found(*makers: str) -> list[Conflict]:
        records = [
            record(source, *model(MODEL, "A", (DCTERMS.creator, iris.organization(maker))))
            for source, maker in zip(("epoch", "fmti"), makers, strict=True)
        ]
        rows = [
            Mapping(iris.organization("google-brain"), SKOS.broadMatch, iris.organization("google"))
        ]
        with MemoryStore(compile_quads(REFERENCE, records, rows)) as store:
            return of(conflicts(AcceptedSnapshot(store)), DCTERMS.creator)

    assert [c.kind for c in found("tsinghua", "zhipu")] == ["sources"]
    assert found("google-brain", "google") == []


def test_names_that_are_kept_apart_because_sizes_differ_are_a_possible_disagreement() -> None:
    lab = (DCTERMS.creator, iris.organization("shanghai-ai-lab"))
    one, other = (
        model(iris.entity(s, "model", "internlm"), "InternLM", (PG.parameterCount, integer(n)), lab)
        for s, n in (("epoch", 100_000_000_000), ("mot", 20_000_000_000))
    )
    (result,) = [
        c for c in ledger(record("epoch", *one), record("mot", *other)) if c.kind == "apart"
    ]
    assert {str(value) for value, _ in result.sides} == {"100000000000", "20000000000"}


def test_an_alias_has_no_conflicts_of_its_own() -> None:
    alias = iris.model("acme/x-latest")
    one, other = (model(alias, "X (latest)", (PG.layerCount, integer(n))) for n in (24, 32))
    assert ledger(record("epoch", *one), record("fmti", *other)) == []


def test_a_month_and_a_day_within_it_are_no_contradiction() -> None:
    def dated(value: str, precision: Precision) -> tuple[Claim, ...]:
        day = Literal(value, XSD.date)
        return (*model(MODEL, "A"), Claim(MODEL, DCTERMS.issued, day, precision=precision))

    month, day = dated("2024-05-31", Precision.MONTH), dated("2024-05-13", Precision.DAY)
    kinds = {c.kind for c in ledger(record("epoch", *day), record("fmti", *month))}
    assert kinds <= {"rounding"}


def test_the_default_leaves_rounding_out_and_the_counts_are_of_the_same_list(
    whole: Sequence[Conflict | stored.StoredConflict], shipped: Path
) -> None:
    with EmbeddedStore.open(shipped) as store:
        snapshot = AcceptedSnapshot(store)
        listed = chosen(whole, snapshot=snapshot)
        assert {c.kind for c in listed} <= set(DEFAULT)
        pairs = sum(len(c.about()) == 2 for c in listed)  # count for both of them
        assert sum(counted(whole).values()) == len(listed) + pairs
        assert summary(whole).total() == len(whole)
        with pytest.raises(UsageError, match="no kind 'scope'"):
            chosen(whole, ["scope"], snapshot=snapshot)
        with pytest.raises(UsageError, match="no conflict is about 'colour'"):
            chosen(whole, (), ["colour"], snapshot=snapshot)


def test_every_conflict_of_the_default_view_was_judged_one_by_one(
    whole: Sequence[Conflict | stored.StoredConflict], shipped: Path
) -> None:
    """``docs/conflicts-judged.tsv``: nine in ten are real; new ones are few until they are judged."""
    with EmbeddedStore.open(shipped) as store:
        listed = chosen(whole, snapshot=AcceptedSnapshot(store))
    path = folder("data").parent / "docs" / "conflicts-judged.tsv"
    with path.open(encoding="utf-8", newline="") as table:
        judged = {(r["subject"], r["property"]): r for r in csv.DictReader(table, delimiter="\t")}
    known = [judged[key] for c in listed if (key := (short_id(c.subject), c.label)) in judged]
    assert len(known) >= 0.97 * len(listed), "judge the new ones, one by one"
    assert len(judged) <= 1.03 * len(listed), "take those out that are gone"
    assert sum(row["judged"] == "real" for row in known) >= 0.9 * len(known)


def _annotated(iri: Iri, name: str, parent: Iri) -> tuple[Claim, ...]:
    """A parent of which the kind of relation is inferred: the claim is a node of its own."""
    return (*model(iri, name), Claim(iri, PG.fineTunedFrom, parent, basis=Basis.INFERENCE))


def test_the_ledger_has_what_each_entity_has_when_it_is_asked_for_alone() -> None:
    child, data = iris.model("x/chat"), iris.dataset("x/talk")
    served = Claim(child, PG.maxOutputTokens, integer(8_192))
    repository = Claim(child, PG.hubRepository, Iri("https://huggingface.co/x/chat"))

    def about(who: str) -> tuple[Claim, ...]:
        made = Claim(data, DCTERMS.creator, iris.organization(who))
        return (Claim(data, RDF.type, PG.Dataset), made)

    records = [
        record("a", *model(child, "Chat", (PG.fineTunedFrom, iris.model("y/one"))), repository),
        record("b", *_annotated(child, "Chat", iris.model("z/two"))),
        record("litellm", *model(child, "Chat"), served),
        record("dpi", *about("Assiut")),
        record("epoch", *about("Innsbruck")),
    ]
    with MemoryStore(compile_quads(REFERENCE, records, [])) as store:
        snapshot = AcceptedSnapshot(store)
        whole = conflicts(snapshot)
        alone = [one for entity in (child, data) for one in conflicts(snapshot, [entity])]

    def keys(listed: list[Conflict]) -> list[tuple[Iri, Iri, str]]:
        return sorted((c.subject, c.property, c.kind) for c in listed)

    assert keys(whole) == keys(alone)
    assert {c.property for c in whole} == {PROV.wasDerivedFrom, DCTERMS.creator}
