"""What the rubrics ask for, as one process parses it and the next reads it from the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from reference_data import everything

from provenance_graph import reference
from provenance_graph.acceptance.policy.data import load_policy
from provenance_graph.assessment import derived
from provenance_graph.assessment.levels.rules import LevelQuestion
from provenance_graph.assessment.rubrics import loader
from provenance_graph.service.processes.indexer import index_once
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore


def test_the_next_process_parses_no_rubric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore([*everything(), reference.stamp(everything())])
    policy = load_policy(store, "2026-11-20")
    whole = LevelQuestion.of(loader.from_store(store), policy.single)
    reference._of_digest.cache_clear()  # another test of this process may have parsed them
    assert derived.question_of(store, policy, tmp_path) == whole
    assert len(whole.uses) > 20
    assert whole.facets
    monkeypatch.setattr(loader, "read_rubrics", lambda _: pytest.fail("parsed again"))
    reference._of_digest.cache_clear()
    assert derived.question_of(store, policy, tmp_path) == whole


def test_indexes_are_made_with_what_the_first_write_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "store"
    embedded.build(root, [*everything(), reference.stamp(everything())])
    with EmbeddedStore.open(root) as store:  # as a build does, in the same process
        derived.question_of(store, load_policy(store, "2026-11-20"))
    index_once(root, root / "derived")
    monkeypatch.setattr(loader, "read_rubrics", lambda _: pytest.fail("parsed again"))
    reference._of_digest.cache_clear()
    with EmbeddedStore.open(root) as store:
        assert derived.question_of(store, load_policy(store, "2026-11-20"), root / "derived").facets


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    store = MemoryStore([*everything(), reference.stamp(everything())])
    policy = load_policy(store, "2026-11-20")
    reference._of_digest.cache_clear()
    whole = derived.question_of(store, policy, tmp_path)
    (file,) = tmp_path.glob("levels-*.json")
    file.write_text(file.read_text()[:-40])
    reference._of_digest.cache_clear()
    assert derived.question_of(store, policy, tmp_path) == whole


def test_another_policy_asks_for_the_same_evidence(tmp_path: Path) -> None:
    store = MemoryStore([*everything(), reference.stamp(everything())])
    policy = load_policy(store, "2026-11-20")
    assert derived.question_of(store, policy, tmp_path).single == policy.single
