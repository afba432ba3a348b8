"""Writes that came together are one commit, and nobody can see the difference."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from provenance_graph.core.claims import Record
from provenance_graph.core.errors import RequestRefused, StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.service.backend import PutRequest, Written
from provenance_graph.service.http.cache import ALWAYS
from provenance_graph.service.processes import rpc, writer
from provenance_graph.service.processes.board import Board
from provenance_graph.service.processes.record_writes import RecordTarget
from provenance_graph.service.processes.writer import Writing, gathered
from provenance_graph.store.base import Limits
from provenance_graph.store.embedded import EmbeddedStore
from tests.record_writes import LINE, MINE, part

NO_NUMBER = LINE.replace("4096", "many")


def _put(name: str, text: str = LINE, replace: bool = True) -> PutRequest:
    return PutRequest(Iri(f"{MINE}{name}"), part(text), "ci", replace)


def _line(subject: str, length: int) -> str:
    return LINE.replace("acme/thing", subject).replace("4096", str(length))


def _commits(target: RecordTarget) -> int:
    return int(target.store.version.partition("-")[0])


WRITES = [
    _put("a", _line("acme/thing", 1024)),
    _put("b", _line("acme/other", 2048)),
    _put("c", _line("acme/thing", 4096)),
    _put("d", _line("thing", 4096)),
    _put("a", _line("acme/third", 512), replace=False),
]


@contextmanager
def _store(source: Path, folder: Path) -> Iterator[RecordTarget]:
    shutil.copytree(source, folder)
    with EmbeddedStore.open_writer(folder) as store:
        yield RecordTarget(store, Limits(), lambda: "2026-11-22T12:00:00Z")


def test_the_store_is_as_if_each_had_been_written_by_itself(
    empty_store: Path, tmp_path: Path
) -> None:
    with (
        _store(empty_store, tmp_path / "one") as single,
        _store(empty_store, tmp_path / "all") as grouped,
    ):
        for one in WRITES:
            single.put(one.graph, one.parts, one.who, one.replace)
        done = grouped.put_all(WRITES)
        assert all(isinstance(one, Written) for one in done)
        assert [one.created for one in done if isinstance(one, Written)] == [True] * 4 + [False]
        assert sorted(single.store.dump().splitlines()) == sorted(grouped.store.dump().splitlines())
        digests = {one.store.version.partition("-")[2] for one in (single, grouped)}
        assert len(digests) == 1
        assert _commits(grouped) == _commits(single) - 3  # the second of one record comes after


def test_one_that_is_refused_leaves_the_others_alone(target: RecordTarget) -> None:
    before = _commits(target)
    foreign = PutRequest(Iri("https://example.org/g"), part(LINE), "ci", True)
    broken = PutRequest(Iri(f"{MINE}x"), part("not N-Triples"), "ci", True)
    good, shape, other, not_own, text = target.put_all(
        [_put("a"), _put("b", NO_NUMBER), _put("c"), foreign, broken]
    )
    assert isinstance(good, Written)
    assert isinstance(other, Written)
    assert isinstance(shape, RequestRefused)
    assert "contextLength" in str(shape)
    assert isinstance(not_own, RequestRefused)
    assert isinstance(text, Exception)
    assert _commits(target) == before + 1
    assert not list(target.store.quads(graph=Iri(f"{MINE}b")))


def test_where_a_commit_of_several_fails_each_is_tried_by_itself(
    target: RecordTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = RecordTarget.commit

    def commit(self: RecordTarget, add: Collection[Record], drop: Collection[Iri] = ()) -> object:
        if any(record.header.record == f"{MINE}b" for record in add):
            raise StoreError("cannot be written")
        return original(self, add, drop)

    monkeypatch.setattr(RecordTarget, "commit", commit)
    first, second, third = target.put_all([_put("a"), _put("b"), _put("c")])
    assert isinstance(first, Written)
    assert isinstance(second, StoreError)
    assert isinstance(third, Written)
    assert list(target.store.quads(graph=Iri(f"{MINE}c")))


def _request(write: PutRequest, **when: object) -> tuple[socket.socket, socket.socket]:
    head = {
        "do": "put",
        "graph": write.graph,
        "who": write.who,
        "replace": write.replace,
        "when": asdict(replace(ALWAYS, **when)),  # type: ignore[arg-type]
        "parts": [[one.media_type, one.base] for one in write.parts],
    }
    ours, theirs = socket.socketpair()
    ours.sendall(rpc.pack(head, [one.body for one in write.parts]))
    return ours, theirs


def _answers(pairs: list[tuple[socket.socket, socket.socket]]) -> list[dict[str, Any]]:
    answers = []
    for ours, _ in pairs:
        with ours:
            answers.append(rpc.receive(ours)[0])
    return answers


def test_a_group_is_one_commit_and_a_condition_is_checked_when_its_turn_comes(
    target: RecordTarget, tmp_path: Path
) -> None:
    target.put(MINE, part(LINE), "ci", replace=True)
    version, before = target.store.version, _commits(target)
    pairs = [
        _request(_put("a")),
        _request(_put("b")),
        _request(PutRequest(MINE, part(LINE), "ci", False), match=f'"{version}"'),
        _request(_put("c"), none_match="*"),
        _request(_put("d")),
        _request(_put("e")),
    ]
    writing = Writing(lambda: target, 30.0, Board(tmp_path))
    writing.serve(theirs for _, theirs in pairs)
    answers = _answers(pairs)
    assert [answer.get("error", "") for answer in answers] == ["", "", "RequestRefused", "", "", ""]
    assert answers[2]["problem"]["status"] == 412  # the store has moved on since
    assert answers[0]["version"] == answers[1]["version"]
    assert answers[4]["version"] == answers[5]["version"]
    assert _commits(target) == before + 3
    published = EmbeddedStore.open(target.store.root)
    assert published.version == answers[5]["version"]
    assert all(list(published.quads(graph=Iri(f"{MINE}{name}"))) for name in "abcde")


def test_documents_that_are_not_small_are_commits_of_their_own(
    target: RecordTarget, tmp_path: Path
) -> None:
    before = _commits(target)
    long = _line("acme/thing", 1) + f"# {'x' * 70_000}\n"
    pairs = [_request(_put("a")), _request(_put("b", long)), _request(_put("c"))]
    Writing(lambda: target, 30.0, Board(tmp_path)).serve(theirs for _, theirs in pairs)
    assert not any("error" in answer for answer in _answers(pairs))
    assert _commits(target) == before + 3


@pytest.mark.parametrize(("waiting", "later", "before"), [(1, 0, 1), (4, 0, 0), (3, 2, 2)])
def test_a_group_is_who_waits_already_and_who_was_answered_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waiting: int, later: int, before: int
) -> None:
    """Nobody waits for more than those: the test would take the minute that it allows."""
    monkeypatch.setattr(writer, "QUIET", 60.0)
    place = str(tmp_path / "writer")
    with socket.socket(socket.AF_UNIX) as listener, ExitStack() as opened:
        listener.bind(place)
        listener.listen()

        def connect() -> None:
            opened.enter_context(socket.socket(socket.AF_UNIX)).connect(place)

        for _ in range(waiting):
            connect()
        first = listener.accept()[0]
        came = 0
        for connection in gathered(listener, first, waiting > 1, 60.0, before):
            connection.close()
            came += 1
            if came >= waiting and came < waiting + later:
                connect()
        assert came == waiting + later
