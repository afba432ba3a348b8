"""What a source is too weak for, or says of something else, is not accepted: rules that are data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from claims_made import M, held

from provenance_graph.acceptance.policy.data import read_policy
from provenance_graph.acceptance.policy.file import policy_of
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.resolve import resolve
from provenance_graph.acceptance.view import view_of
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import AcceptanceStatus, Basis, Literal, SourcedClaim, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import ontology_files
from provenance_graph.core.terms import DCTERMS, PG, XSD
from provenance_graph.ingest.shipped import reference_quads
from provenance_graph.store.memory import MemoryStore

DAY = Literal("2023-05-09", XSD.date)


@cache
def store() -> MemoryStore:
    files = [path for path in ontology_files() if not path.stem.startswith(("spdx", "licence"))]
    return MemoryStore(reference_quads(files))


def policy(tmp_path: Path | None = None, text: str = "") -> Policy:
    if tmp_path is None:
        return read_policy(store())
    path = tmp_path / "policy.ttl"
    path.write_text(f"@prefix pg: <https://w3id.org/provenance-graph/ns#> . {text}")
    return policy_of(store(), reference_quads([path]), "2026-06-01", path.name)


def said(
    source: str, predicate: Iri, value: Value, basis: Basis = Basis.THIRD_PARTY
) -> SourcedClaim:
    publisher = "org" if basis is Basis.DEVELOPER else source
    return held(value, basis, predicate=predicate, source=source, publisher=publisher)


def accepted(predicate: Iri, *items: SourcedClaim) -> set[str]:
    return {str(value) for value in resolve(items, predicate, policy()).values}


def organisations(*names: str) -> set[str]:
    return {str(iris.organization(name)) for name in names}


def makers(*said_by: tuple[str, str, Basis]) -> set[str]:
    items = [said(s, DCTERMS.creator, iris.organization(name), b) for s, name, b in said_by]
    return accepted(DCTERMS.creator, *items)


@pytest.mark.parametrize("source", ["mteb", "osai", "gallery", "lifecycle"])
def test_a_release_day_that_is_only_inferred_from_such_a_list_is_not_accepted(source: str) -> None:
    inferred = said(source, DCTERMS.issued, DAY, Basis.INFERENCE)
    resolved = resolve([inferred], DCTERMS.issued, policy())
    ((_, (standing, reason, _)),) = resolved.claims
    assert (resolved.values, standing) == ((), AcceptanceStatus.REJECTED)
    assert reason.startswith("inferred from evidence too weak: ")


def test_another_list_and_what_is_stated_are_accepted() -> None:
    assert accepted(DCTERMS.issued, said("mteb", DCTERMS.issued, DAY)) == {"2023-05-09"}
    assert accepted(DCTERMS.issued, said("epoch", DCTERMS.issued, DAY, Basis.INFERENCE))


def test_another_policy_may_trust_the_list(tmp_path: Path) -> None:
    node = "<https://w3id.org/provenance-graph/id/closeness/mteb/issued>"
    trusting = policy(
        tmp_path, f"<urn:p> a pg:AcceptancePolicy . {node} pg:refusesInference false ."
    )
    inferred = said("mteb", DCTERMS.issued, DAY, Basis.INFERENCE)
    assert resolve([inferred], DCTERMS.issued, trusting).values == (DAY,)


def test_authors_affiliations_are_no_makers_beside_the_developers_own_document() -> None:
    report, own = Basis.THIRD_PARTY, Basis.DEVELOPER
    authors = [("epoch", name, report) for name in ("MIT", "IBM", "Leipzig University")]
    assert makers(("audit", "BigCode", own), *authors) == organisations("BigCode")
    assert makers(("fmti", "BigCode", report), *authors) == organisations("BigCode")
    assert makers(*authors) == organisations("MIT", "IBM", "Leipzig University")


def test_the_owner_of_an_account_gives_way_to_whoever_names_the_maker() -> None:
    report = Basis.THIRD_PARTY
    assert makers(("osaimap", "qwen", report), ("mot", "alibaba", report)) == organisations(
        "alibaba"
    )
    assert makers(("osaimap", "qwen", report)) == organisations("qwen")


def test_two_makers_that_one_document_names_are_both_accepted() -> None:
    own = Basis.DEVELOPER
    assert makers(("audit", "A", own), ("audit", "B", own)) == organisations("A", "B")


@pytest.mark.parametrize("account", ["google-bert", "openai-community", "distilbert"])
def test_an_account_that_keeps_models_of_others_is_no_developer(account: str) -> None:
    keeper = said("osaimap", DCTERMS.creator, iris.organization(account))
    resolved = resolve([keeper], DCTERMS.creator, policy())
    assert resolved.values == ()
    assert [ruling.reason for _, ruling in resolved.claims] == [
        "an account that hosts models of others"
    ]


SERVED = [
    ("modelsdev", PG.maxOutputTokens, literals.integer(16384)),
    ("modelsdev", PG.knowledgeCutoff, Literal("2025-04-30", XSD.date)),
    ("lifecycle", PG.retirementDate, Literal("2025-03-30", XSD.date)),
    ("lifecycle", PG.lifecycle, PG.Retired),
]


@pytest.mark.parametrize(("source", "predicate", "value"), SERVED)
def test_a_list_of_services_speaks_of_them_where_the_weights_lie_in_a_repository(
    source: str, predicate: Iri, value: Value
) -> None:
    listed = said(source, predicate, value)
    weights = said("osaimap", PG.hubRepository, Iri("https://huggingface.co/org/m"))
    own = said("audit", predicate, value, Basis.DEVELOPER)

    def values(*items: SourcedClaim) -> set[Value]:
        seen = view_of(M, items, [M], policy())
        return {o for _, p, o, _ in seen.quads if p == predicate}

    assert values(listed) == {value}
    assert values(listed, weights) == set()
    assert values(listed, weights, own) == {value}
