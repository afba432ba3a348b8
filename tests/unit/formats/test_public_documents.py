"""Every public document beside the checkout is some reader's, and only one reader's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import document
from shared import SHARED, needs_shared

from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.registry import readers

OURS = {
    "litellm": "litellm/*.json",
    "modelsdev": "models.dev/**/*.toml",
    "mteb": "mteb/models.jsonl",
    "osaimap": "os-ai-map/**/*.csv",
    "huggingface": "documents/hf-*/*",
}
OTHERS = {
    "osai": "osai-index/**/*.y*ml",
    "mot": "mot/**/*.y*ml",
    "croissant": "documents/croissant/*",
    "cyclonedx": "documents/cyclonedx-mlbom/*",
    "spdx3": "documents/spdx3-ai/*",
    "fmti": "fmti/**/*.csv",
    "epoch": "epoch/**/*.csv",
}


def files(pattern: str) -> Iterator[Path]:
    assert SHARED
    yield from (p for p in sorted((SHARED / "sources").glob(pattern)) if p.is_file())


@needs_shared
@pytest.mark.parametrize("name", sorted(OURS))
def test_every_document_of_a_source_is_recognised_by_its_reader_alone(name):
    assert SHARED
    results = list(files(OURS[name]))
    assert results
    for path in results:
        it = document(path.read_bytes(), path.relative_to(SHARED / "sources").as_posix())
        fitting = [key for key, reader in readers().items() if reader.recognises(it.features)]
        assert fitting == [name], path.name


@needs_shared
@pytest.mark.parametrize("name", sorted(OTHERS))
def test_no_document_of_another_source_is_claimed(name):
    for path in files(OTHERS[name]):
        it = document(path.read_bytes(), path.name)
        try:
            features = it.features
        except Unreadable:
            continue
        fitting = [key for key in OURS if readers()[key].recognises(features)]
        assert not fitting, path.name


@needs_shared
@pytest.mark.parametrize("name", sorted(OURS))
def test_every_document_gives_claims_or_problems(name):
    assert SHARED
    for path in files(OURS[name]):
        it = document(path.read_bytes(), path.relative_to(SHARED / "sources").as_posix())
        results = list(readers()[name].read(it))
        assert results, path.name
        assert all(isinstance(item, (Claim, Problem)) for item in results)
        problems = [item for item in results if isinstance(item, Problem)]
        assert all(problem.what for problem in problems)
