"""The state of a base model that a card names, as our own export writes it, is read back."""

from __future__ import annotations

from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _read(front: str) -> tuple[list[Claim], list[Problem]]:
    text = f"---\nlicense: mit\n{front}\n---\n# x\n"
    document = Document(
        Iri("urn:file:a--b/README.md"), text.encode(), "2026-01-31", "a--b/README.md"
    )
    results = list(readers()["huggingface"].read(document))
    problems = [each for each in results if isinstance(each, Problem)]
    return [each for each in results if isinstance(each, Claim)], problems


def test_the_revision_of_a_base_model_is_its_version() -> None:
    claims, problems = _read(f"base_model: org/p\nbase_model_revision: {COMMIT}")
    (version,) = [c.value for c in claims if c.predicate == PG.derivedFromVersion]
    assert COMMIT in {
        str(c.value) for c in claims if c.subject == version and c.predicate == SCHEMA.version
    }
    assert not problems


def test_revisions_that_do_not_match_the_bases_are_told_and_kept() -> None:
    claims, problems = _read(f"base_model: [org/p, org/q]\nbase_model_revision: {COMMIT}")
    assert [p.what for p in problems] == ["1 revisions for 2 base models"]
    assert any(
        "base_model_revision" in str(c.value) for c in claims if c.predicate == PG.otherStatement
    )
