"""Paths to documents: order, grouping, bounds, and what is told instead of read."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from provenance_graph.core.claims import Problem
from provenance_graph.formats import walk as module
from provenance_graph.formats.document import Document
from provenance_graph.formats.huggingface.names import repository_of
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.intake import Options, read


def found(*paths: Path | str, url: str = "") -> tuple[list[Document], list[Problem]]:
    items = list(discover([str(path) for path in paths], retrieved="2026-01-31", url=url))
    return (
        [item for item in items if isinstance(item, Document)],
        [item for item in items if isinstance(item, Problem)],
    )


def test_no_path_of_the_machine_stands_in_an_address(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("x")
    ((document,), problems) = found(tmp_path)
    assert (document.url, document.name, problems) == ("urn:file:a%20b.txt", "a b.txt", [])


def test_a_folder_is_read_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b/z.txt", "a.txt", "b/a.json", "c.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    documents, _ = found(tmp_path)
    assert [d.name for d in documents] == ["a.txt", "c.md", "b/a.json", "b/z.txt"]


def test_a_repository_folder_is_one_document(tmp_path: Path) -> None:
    repository = tmp_path / "org" / "model"
    repository.mkdir(parents=True)
    for name in ("README.md", "config.json", "tokenizer_config.json", "notes.txt"):
        (repository / name).write_text("{}")
    documents, _ = found(tmp_path)
    assert [(d.name, sorted(d.files)) for d in documents] == [
        ("org/model/README.md", ["config.json", "tokenizer_config.json"]),
        ("org/model/notes.txt", []),
    ]


def test_a_configuration_without_card_is_still_a_repository(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "generation_config.json").write_text("{}")
    ((document,), _) = found(tmp_path)
    assert (document.name.rpartition("/")[2], sorted(document.files)) == (
        "config.json",
        ["generation_config.json"],
    )


def test_a_folder_of_cards_without_configuration_is_not_grouped(tmp_path: Path) -> None:
    for name in ("README.md", "other.md"):
        (tmp_path / name).write_text("---\n---\n")
    documents, _ = found(tmp_path)
    assert len(documents) == 2


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("weights.safetensors", b"x", "no safetensors file: its header is not one"),
        ("weights.bin", b"x", "files ending in .bin are not read"),
        ("page.txt", b"\0\1\2", "a binary file, not text"),
        ("page.txt", b" \n", "the file is empty"),
    ],
)
def test_what_is_no_text_is_told(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(data)
    (documents, (problem,)) = found(tmp_path)
    assert (documents, problem.where, problem.what) == ([], name, told)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert [p.what for p in found(tmp_path)[1]] == ["the folder holds no file"]


def test_a_missing_path_is_told() -> None:
    assert [str(p) for p in found("nowhere.txt")[1]] == ["nowhere.txt: no such file or folder"]


def test_a_glob_without_match_is_told() -> None:
    assert [p.what for p in found("nowhere/*.txt")[1]] == ["matches no file"]


def test_a_glob_is_read_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / name).write_text("x")
    documents, _ = found(tmp_path / "*.txt", url="https://example.org/pages")
    assert [d.url for d in documents] == [
        "https://example.org/pages/a.txt",
        "https://example.org/pages/b.txt",
    ]


def test_a_loop_of_links_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    documents, _ = found(tmp_path)
    assert [d.name for d in documents] == ["a.txt"]


def test_a_link_to_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    assert [p.where for p in found(tmp_path)[1]] == ["link.txt"]


def test_a_file_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    (tmp_path / "a.txt").write_text("x" * 11)
    (_, (problem,)) = found(tmp_path)
    assert problem.what.startswith("larger than")


def test_one_file_has_the_address_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    ((document,), _) = found(tmp_path / "a.txt", url="https://example.org/page")
    assert document.url == "https://example.org/page"


def test_an_address_with_a_space_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (_, (problem,)) = found(tmp_path / "a.txt", url="https://example.org/a page")
    assert "not an IRI" in problem.what


def test_standard_input_is_one_document() -> None:
    items = list(discover(["-"], retrieved="2026-01-31", stdin=io.BytesIO(b"x")))
    assert [item.url for item in items if isinstance(item, Document)] == ["urn:file:stdin"]


def test_a_pipe_that_a_shell_opened_is_read_like_standard_input() -> None:
    there, into = os.pipe()
    os.write(into, b"---\nlicense: mit\n---\n")
    os.close(into)
    try:
        documents, problems = found(f"/dev/fd/{there}")
    finally:
        os.close(there)
    assert problems == []
    assert [(one.data, one.url) for one in documents] == [
        (b"---\nlicense: mit\n---\n", "urn:file:stdin")
    ]


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    documents, problems = found(tmp_path / "pipe")
    assert documents == []
    assert [one.what for one in problems] == ["neither a file nor a folder"]


def test_of_weights_only_the_names_count(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\n---\n")
    (tmp_path / "model.gguf").write_bytes(b"\0" * 100)
    ((document,), problems) = found(tmp_path)
    assert (dict(document.files), problems) == ({"model.gguf": b""}, [])


def test_results_beside_a_card_belong_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\n---\n")
    (tmp_path / ".eval_results").mkdir()
    (tmp_path / ".eval_results" / "a.yaml").write_text("- x")
    ((document,), _) = found(tmp_path)
    assert list(document.files) == [".eval_results/a.yaml"]


def test_a_relative_folder_keeps_the_name_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "org" / "model"
    repository.mkdir(parents=True)
    for name in ("README.md", "config.json"):
        (repository / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert [d.name for d in found("org/model")[0]] == ["org/model/README.md"]
    assert [d.name for d in found(repository)[0]] == ["model/README.md"]


def test_files_of_one_collection_are_known_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "bom.json").write_text("{}")
    paths = [str(tmp_path / folder / "bom.json") for folder in ("a", "b")]
    apart = [item.path for item in discover(paths, retrieved="2026-01-31")]
    together = [item.path for item in discover(paths, retrieved="2026-01-31", together=True)]
    folders = [str(tmp_path / folder) for folder in ("a", "b")]
    assert apart == ["bom.json", "bom.json"]
    assert together == ["a/bom.json", "b/bom.json"]
    assert [d.path for d in discover(folders, retrieved="2026-01-31", together=True)] == together
    (one,) = discover(folders[:1], retrieved="2026-01-31", together=True)
    assert one.path == "bom.json"


def test_a_long_file_of_lines_is_read_in_parts(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 64)
    monkeypatch.setattr(module, "PART_BYTES", 30)
    (tmp_path / "events.jsonl").write_text("".join(f'{{"n": {n}}}\n' for n in range(10)))
    (tmp_path / "whole.json").write_text("[" + "1," * 60 + "1]")
    documents, problems = found(tmp_path)
    assert [d.path for d in documents] == [f"events.part-000{n}.jsonl" for n in (1, 2, 3)]
    assert sum(d.text.count("\n") for d in documents) == 10
    (problem,) = problems
    assert problem.where == "whole.json"
    assert "larger than" in problem.what


def test_a_bad_line_of_a_long_stream_is_reported_with_its_line_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1_000)
    monkeypatch.setattr(module, "PART_BYTES", 600)
    event = (
        '{"eventType": "COMPLETE", "eventTime": "2026-01-01T00:00:00Z", "producer": "p",'
        ' "run": {"runId": "1"}, "job": {"namespace": "n", "name": "j"}, "inputs": [],'
        ' "outputs": [{"namespace": "n", "name": "m"}]}'
    )
    lines = [event] * 40
    lines[30] = '{"eventType":'
    (tmp_path / "events.jsonl").write_text("\n".join(lines), "utf-8")
    readings = [
        read(document, readers(), Options())
        for document in discover([str(tmp_path / "events.jsonl")], retrieved="2026-01-31")
        if isinstance(document, Document)
    ]
    assert len(readings) > 5
    [problem] = [p for reading in readings for p in reading.problems if p.kind == "syntax"]
    assert problem.what.endswith("line 31 of the file")
    assert all(reading.failure is None for reading in readings)


@pytest.mark.parametrize(
    ("main", "read"), [("b1", ["b1"]), ("c9", ["a0", "b1"]), ("", ["a0", "b1"])]
)
def test_of_a_cached_repository_the_snapshot_that_main_names_is_read(
    tmp_path: Path, main: str, read: list[str]
) -> None:
    repository = tmp_path / "models--acme--two"
    for revision in ("a0", "b1"):
        (repository / "snapshots" / revision).mkdir(parents=True)
        (repository / "snapshots" / revision / "README.md").write_text("---\nlicense: mit\n---\n")
    if main:
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(f"{main}\n")
    found = list(discover([str(tmp_path)], retrieved="2026-01-31"))
    documents = [item.path.split("/")[-2] for item in found if isinstance(item, Document)]
    passed = [item.where.split("/")[-1] for item in found if isinstance(item, Problem)]
    assert documents == read
    assert sorted(documents + passed) == ["a0", "b1"]


@pytest.mark.parametrize("below", ["", "snapshots", "snapshots/b1", "snapshots/b1/README.md"])
@pytest.mark.parametrize("others", [(), ("config.json",)])
def test_a_cached_repository_is_known_however_far_inside_it_an_import_begins(
    tmp_path: Path, below: str, others: tuple[str, ...]
) -> None:
    repository = tmp_path / "models--acme--two"
    (repository / "snapshots" / "b1").mkdir(parents=True)
    for name in ("README.md", *others):
        text = "{}" if name.endswith("json") else "---\nlicense: mit\n---\n"
        (repository / "snapshots" / "b1" / name).write_text(text)
    [document] = found(repository / below)[0]
    named = repository_of(document)
    assert (named.name, named.revision) == ("acme/two", "b1")
    assert str(tmp_path) not in document.name
