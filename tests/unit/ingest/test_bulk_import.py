"""A bulk import makes what an ordinary one makes, reads nothing twice, and loses nothing."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.cli import app
from provenance_graph.core.errors import UsageError
from provenance_graph.ingest.build import build
from provenance_graph.ingest.bulk import documents as bulk
from provenance_graph.store.base import ANY
from provenance_graph.store.embedded import EmbeddedStore


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hub")
    generate(Hub(60, 1), out / "old", shard=40)
    generate(Hub(50, 2), out / "new", "documents", answers="jsonl")
    build(out / "old" / "data", out / "store", derive=EvidenceLevels())
    return out


def store(hub: Path, where: Path) -> str:
    """A store of the old hub of one's own."""
    return str(copytree(hub / "store", where))


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


def content(place: str) -> set[object]:
    with EmbeddedStore.open(place) as opened:
        return {*opened.quads(), *opened.quads(graph=ANY)}


def test_a_bulk_import_makes_what_an_ordinary_one_makes(hub, tmp_path) -> None:
    one, other = store(hub, tmp_path / "one"), store(hub, tmp_path / "other")
    answers = str(hub / "new" / "documents" / "hf-000.jsonl")
    said = ("--retrieved", "2026-11-02", "--collection", "hub-test", "--as", "huggingface")
    assert run("--store", one, "import", answers, *said).exit_code == 0
    data = str(hub / "old" / "data")
    result = run("--store", other, "import", answers, *said, "--bulk", "--data", data)
    assert result.exit_code == 0, result.stderr
    assert "50 records" in result.stderr
    notes = {quad for quad in content(one) ^ content(other) if "folder" not in str(quad[1]).lower()}
    assert not notes
    assert not (tmp_path / "other" / "import").exists()


def test_other_data_than_the_store_was_built_from_is_refused(hub, tmp_path) -> None:
    place = store(hub, tmp_path / "store")
    before = content(place)
    answers = str(hub / "new" / "documents" / "hf-000.jsonl")
    generate(Hub(41, 3), tmp_path / "third")
    with pytest.raises(UsageError, match="built from other data"):
        run(
            "--store",
            place,
            "import",
            answers,
            "--bulk",
            "--data",
            str(tmp_path / "third" / "data"),
        )
    assert content(place) == before


def test_a_batch_that_was_read_is_not_read_again(hub, tmp_path, monkeypatch) -> None:
    from provenance_graph.formats.walk import discover
    from provenance_graph.ingest.intake import Options
    from provenance_graph.ingest.place import PublisherCollections

    items = list(
        discover([str(hub / "new" / "documents" / "hf-000.jsonl")], retrieved="2026-11-02")
    )
    known = PublisherCollections(frozenset(), {})
    stem = str(tmp_path / "batch")
    first = bulk.read_batch(items, Options(), known, stem)  # type: ignore[arg-type]
    assert len(first.records) == 50
    monkeypatch.setattr(bulk, "read", None)
    assert bulk.read_batch(items, Options(), known, stem) == first  # type: ignore[arg-type]


def test_every_line_of_an_ordinary_import_is_a_record_of_its_own(hub, tmp_path) -> None:
    place = store(hub, tmp_path / "store")
    answers = str(hub / "new" / "documents" / "hf-000.jsonl")
    result = run("--store", place, "import", answers, "--collection", "hub-test", "--dry-run")
    assert "50 records" in result.stderr
