"""An archive is read as the folder it holds, within bounds, and never outside of it."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from provenance_graph.core.claims import Problem
from provenance_graph.formats import archives
from provenance_graph.formats.document import Document
from provenance_graph.formats.walk import discover

DAY = "2026-11-02"
FILES = {
    "acme/one/README.md": b"---\nlicense: mit\n---\n# One\n",
    "acme/one/config.json": b'{"model_type": "llama"}',
    "acme/one/adapter_config.json": b'{"r": 8}',
    "answers.jsonl": b'{"id": "acme/one"}\n{"id": "acme/two"}\n',
    "notes.docx": b"no text",
}


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unpacked goes to a folder of the test, which must be empty afterwards."""
    (tmp_path / "unpacked").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "unpacked"))


def read(path: Path) -> tuple[list[Document], list[Problem]]:
    """The documents of a path, and its problems; nothing of it stays on disk."""
    items = list(discover([str(path)], retrieved=DAY))
    assert not list(Path(tempfile.gettempdir()).iterdir())
    return (
        [item for item in items if isinstance(item, Document)],
        [item for item in items if isinstance(item, Problem)],
    )


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, members: dict[str, bytes], mode: str) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["dump.zip", "dump.tar", "dump.tar.gz", "dump.tgz", "dump.tar.xz"])
def test_an_archive_is_read_as_the_folder_it_holds(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "dump"
    for inner, data in FILES.items():
        file = folder / inner
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    path = tmp_path / name
    if name.endswith("zip"):
        zipped(path, FILES)
    else:
        ending = name.rpartition(".")[2]
        tarred(path, FILES, "w:" + {"tar": "", "tgz": "gz"}.get(ending, ending))
    documents, problems = read(path)
    assert len(documents) == 2
    assert (documents, problems) == read(folder)


def test_a_packed_file_is_read_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl.gz").write_bytes(gzip.compress(FILES["answers.jsonl"]))
    (document,), problems = read(tmp_path / "answers.jsonl.gz")
    assert document.data == FILES["answers.jsonl"]
    assert document.url == "urn:file:answers.jsonl"
    assert not problems


def test_nothing_is_written_outside_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "bad.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("../out.json", "/out.json", "a/../../out.json", "good.json"):
            member = tarfile.TarInfo(name)
            member.size = 2
            archive.addfile(member, io.BytesIO(b"{}"))
        link = tarfile.TarInfo("link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        pipe = tarfile.TarInfo("pipe.json")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
    documents, problems = read(path)
    assert [document.name for document in documents] == ["good.json"]
    assert [problem.what for problem in problems] == [
        *["leads out of the archive"] * 3,
        *["a link or device, and no file of the archive"] * 2,
    ]
    assert not list(tmp_path.rglob("out.json"))


def test_a_name_that_stands_twice_is_told(tmp_path: Path) -> None:
    path = tarred(tmp_path / "twice.tar", {"a.json": b'{"a": 1}'}, "w")
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo("a.json")
        member.size = 8
        archive.addfile(member, io.BytesIO(b'{"a": 2}'))
    (document,), (problem,) = read(path)
    assert document.data == b'{"a": 1}'
    assert (problem.where, problem.what) == ("a.json", "occurs twice in the archive")


def test_a_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE_OF_RATIO", 1 << 20)
    path = zipped(tmp_path / "bomb.zip", {"a.jsonl": b"\n" * (8 << 20), "b.json": b"{}"})
    _, problems = read(path)
    assert any("larger than what is read of an archive" in problem.what for problem in problems)


def test_too_many_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    path = zipped(tmp_path / "many.zip", {f"{n}.json": b"{}" for n in range(5)})
    documents, problems = read(path)
    assert len(documents) == 2
    assert problems[0].what == "more than 2 files; the rest was not read"


@pytest.mark.parametrize("name", ["cut.zip", "cut.tar.gz", "cut.json.gz", "cut.tar"])
def test_a_cut_archive_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    members = {"a.json": json.dumps({"id": list(range(5000))}).encode()}
    if name.endswith("zip"):
        zipped(path, members)
    elif ".tar" in name:
        tarred(path, members, "w:gz" if name.endswith("gz") else "w")
    else:
        path.write_bytes(gzip.compress(members["a.json"]))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    documents, problems = read(path)
    assert not documents
    assert any("cannot be read to its end" in problem.what for problem in problems)
    assert {problem.where for problem in problems} == {name}


def test_an_empty_archive_is_told_by_its_own_name(tmp_path: Path) -> None:
    documents, problems = read(zipped(tmp_path / "empty.zip", {}))
    assert not documents
    assert [problem.where for problem in problems] == ["empty.zip"]
    assert json.dumps([problem.what for problem in problems]) == '["the folder holds no file"]'


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = Path(tempfile.gettempdir())
    dead = here / f"provenance-graph-{ended.pid}-abc"
    others = [here / f"provenance-graph-{os.getpid()}-abc", here / "provenance-graph-notes-abc"]
    for folder in (dead, *others):
        (folder / "inner").mkdir(parents=True)
    list(discover([str(zipped(tmp_path / "dump.zip", FILES))], retrieved=DAY))
    assert sorted(here.iterdir()) == sorted(others)
