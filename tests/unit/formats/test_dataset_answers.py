"""What the Hub's API answers about datasets, alone and in lists beside models."""

from __future__ import annotations

import json
from typing import Any

from reading import document

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Record
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers

DATASET = {
    "id": "acme/needles", "sha": "a" * 40, "lastModified": "2026-04-04T01:02:03.000Z", "gated": "auto",
    "tags": ["task_categories:question-answering", "language:fi", "license:cc-by-sa-4.0", "modality:text",
             "source_datasets:extended|wikipedia", "arxiv:2501.00001"],
    "description": "Needles in hay.", "downloads": 3, "likes": 1,
    "siblings": [{"rfilename": "data/train.parquet", "size": 9, "lfs": {"oid": "b" * 64, "size": 9}}],
}  # fmt: skip


def _claims(whole: Any) -> list[Claim]:
    results = records_of(readers()["huggingface"], document(json.dumps(whole), "api.json"))
    return [c for record in results if isinstance(record, Record) for c in record.claims]


def test_a_dataset_answer_is_about_a_dataset_and_never_a_model() -> None:
    claims = _claims(DATASET)
    subject = iris.dataset("acme/needles")
    about = {(c.predicate, str(c.value)) for c in claims if c.subject == subject}
    assert (RDF.type, PG.Dataset) in about
    assert (DCTERMS.license, "http://spdx.org/licenses/CC-BY-SA-4.0") in about
    assert (DCTERMS.language, "fi") in about
    assert (PG.task, "question-answering") in about
    assert (SCHEMA.version, "a" * 40) in about
    assert (SCHEMA.description, "Needles in hay.") in about
    assert (PG.dataAvailability, "gated (auto)") in about
    assert (PROV.wasDerivedFrom, str(iris.dataset("wikipedia"))) in about
    assert PG.Model not in {c.value for c in claims}


def test_a_file_has_its_digest_under_git_s_name_too() -> None:
    assert f"sha256:{'b' * 64}" in {str(c.value) for c in _claims(DATASET)}


def test_a_list_may_hold_models_datasets_and_what_is_neither() -> None:
    model = {"id": "acme/tiny", "modelId": "acme/tiny", "likes": 1, "downloads": 2, "tags": []}
    it = document(json.dumps([model, DATASET, {"id": "acme/nothing"}, 7]), "api.json")
    results = list(records_of(readers()["huggingface"], it))
    subjects = {r.header.record for r in results if isinstance(r, Record)}
    problems = [str(r) for r in results if not isinstance(r, Record)]
    assert len(subjects) == 2
    assert any('"acme/nothing"' in problem for problem in problems)
    assert any(": 7" in problem for problem in problems)


def test_a_tag_that_contradicts_the_card_is_kept() -> None:
    claims = _claims(DATASET | {"cardData": {"license": "mit", "language": ["fi"]}})
    stated = {str(c.value) for c in claims if c.predicate == PG.otherStatement}
    assert "tag: license:cc-by-sa-4.0" in stated
    assert "tag: language:fi" not in stated
    assert "http://spdx.org/licenses/MIT" in {str(c.value) for c in claims}
