"""Reading again, against a server that behaves as the Hub does."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import built_stores
import httpx2
import pytest
from click.testing import CliRunner, Result

from provenance_graph import cli
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import ProvenanceError, UsageError
from provenance_graph.formats.document import Document
from provenance_graph.formats.fetch.cache import Cache
from provenance_graph.formats.fetch.fetcher import Fetcher, FetchSettings
from provenance_graph.sync import SyncSource, SyncState, read_sync, synchronise

COMMITS = ("186dafe40948001234a6c3eb251e4e0cdb5c64c5", "286dafe40948001234a6c3eb251e4e0cdb5c64c5")


@dataclass
class Hub:
    """What the server holds and what it was asked."""

    commit: str = COMMITS[0]
    licence: str = "mit"
    busy: int = 0
    gone: set[str] = field(default_factory=set)
    asked: list[tuple[str, int]] = field(default_factory=list)
    url: str = ""
    base: str = ""  # of the next page in a Link header


def handler(hub: Hub) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - one route after another
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("if-none-match") == tag:
                status, body = 304, b""
            hub.asked.append((self.path, status))
            self.send_response(status)
            if status in (200, 304):
                self.send_header("ETag", tag)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            if hub.busy:
                hub.busy -= 1
                return self.answer(429, b"slow down", Retry_After="7")
            if path == "/api/models":
                if "page=2" in query:
                    return self.answer(200, json.dumps([{"id": "acme/two"}]).encode())
                link = f'<{hub.base}/api/models?author=acme&limit=100&page=2>; rel="next"'
                return self.answer(200, json.dumps([{"id": "acme/one"}]).encode(), Link=link)
            name = path.removeprefix("/api/models/")
            if path == "/api/models/acme/old-name":
                return self.answer(307, Location="/api/models/acme/one?blobs=true")
            if name in hub.gone:
                return self.answer(404, b'{"error":"Repository not found"}')
            if name in ("acme/one", "acme/two"):
                body = {
                    "id": name,
                    "sha": hub.commit,
                    "tags": [f"license:{hub.licence}"],
                    "siblings": [{"rfilename": "README.md"}],
                }
                return self.answer(200, json.dumps(body).encode())
            if path.endswith("/README.md"):
                return self.answer(200, f"---\nlicense: {hub.licence}\n---\n# A model\n".encode())
            if name == "acme/gated":
                return self.answer(401, b'{"error":"Access to this repository is restricted"}')
            return self.answer(404, b"{}")

    return Handler


@pytest.fixture
def hub() -> Iterator[Hub]:
    state = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(state))
    state.base = state.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


class Run:
    """Runs with a clock that passes only by pausing."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub, self.folder, self.time = hub, folder, 1_000_000.0
        self.pauses: list[float] = []
        self.taken: list[tuple[str, int]] = []
        self.most = 1_000

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    def take(self, source: SyncSource, documents: Iterator[Document | Problem]) -> int:
        found = [one for one in documents if isinstance(one, Document)]
        self.taken.append((source.name, len(found)))
        return len(found)

    def __call__(self, *places: str, dry: bool = False, everything: bool = False) -> dict[str, str]:
        with httpx2.Client() as client:
            fetcher = Fetcher(
                client,
                FetchSettings(hub=self.hub.url, max_models=self.most),
                cache=Cache(self.folder / "cache"),
                now=lambda: self.time,
                pause=self.pause,
            )
            found = synchronise(
                [SyncSource("s", places)],
                fetcher,
                SyncState(self.folder / "sync.json"),
                None if dry else self.take,
                now=lambda: self.time,
                today="2026-11-29",
                everything=everything,
            )
            return {one.location: one.status for one in found}


@pytest.fixture
def run(hub: Hub, tmp_path: Path) -> Run:
    return Run(hub, tmp_path)


def test_an_account_is_read_page_by_page(run: Run) -> None:
    assert run("hf:acme/*") == {"hf:acme/one": "new", "hf:acme/two": "new"}
    assert run.taken == [("s", 2), ("s", 2)]


def test_the_next_page_of_an_account_may_be_named_by_a_relative_address(hub: Hub, run: Run) -> None:
    hub.base = ""
    assert run("hf:acme/*") == {"hf:acme/one": "new", "hf:acme/two": "new"}


def test_an_account_of_more_models_than_are_read_is_no_success(run: Run) -> None:
    run.most = 1
    assert run("hf:acme/*") == {"hf:acme/one": "new", "hf:acme/*": "failed"}


def test_a_place_asked_lately_is_not_asked_again(run: Run) -> None:
    run("hf:acme/one")
    before = len(run.hub.asked)
    assert run("hf:acme/one") == {"hf:acme/one": "fresh"}
    assert len(run.hub.asked) == before


def test_what_did_not_change_costs_one_request_that_is_answered_304(run: Run) -> None:
    run("hf:acme/one")
    run.time += 90_000
    run.hub.asked.clear()
    assert run("hf:acme/one") == {"hf:acme/one": "unchanged"}
    assert [status for _, status in run.hub.asked] == [304]
    assert len(run.taken) == 1


def test_a_new_commit_is_taken_in(run: Run) -> None:
    run("hf:acme/one")
    run.time += 90_000
    run.hub.commit, run.hub.licence = COMMITS[1], "apache-2.0"
    assert run("hf:acme/one") == {"hf:acme/one": "changed"}
    assert len(run.taken) == 2


def test_a_gate_and_a_repository_that_is_gone_are_told_apart(run: Run) -> None:
    run.hub.gone.add("acme/two")
    assert run("hf:acme/gated", "hf:acme/two") == {"hf:acme/gated": "gated", "hf:acme/two": "gone"}


def test_a_renamed_repository_is_followed_and_told(run: Run) -> None:
    assert run("hf:acme/old-name") == {"hf:acme/old-name": "renamed"}
    state = SyncState(run.folder / "sync.json")
    assert state.seen["hf:acme/old-name"].moved_to == "acme/one"


def test_a_busy_hub_is_asked_again_after_the_time_it_names(run: Run) -> None:
    run.hub.busy = 2
    assert run("hf:acme/one") == {"hf:acme/one": "new"}
    assert run.pauses.count(7.0) == 2


def test_a_hub_that_stays_busy_is_a_failure_and_due_again_at_once(run: Run) -> None:
    run.hub.busy = 50
    assert run("hf:acme/one") == {"hf:acme/one": "failed"}
    run.hub.busy = 0
    assert run("hf:acme/one") == {"hf:acme/one": "new"}


def test_a_dry_run_takes_nothing_in_and_remembers_nothing(run: Run) -> None:
    assert run("hf:acme/one", dry=True) == {"hf:acme/one": "new"}
    assert not run.taken
    assert not (run.folder / "sync.json").exists()


def test_an_interrupted_run_goes_on_where_it_stopped(run: Run) -> None:
    def stop(source: SyncSource, documents: Iterator[Document | Problem]) -> int:
        if run.taken:
            raise KeyboardInterrupt
        return Run.take(run, source, documents)

    first, run.take = run.take, stop  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        run("hf:acme/one", "hf:acme/two")
    run.take = first  # type: ignore[method-assign]
    assert run("hf:acme/one", "hf:acme/two") == {"hf:acme/one": "fresh", "hf:acme/two": "new"}


def test_a_damaged_state_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "sync.json").write_text("{not json")
    assert not SyncState(tmp_path / "sync.json").seen


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a]\nplace = ['hf:a/b']\n", "did you mean places"),
        ("[a]\nplaces = ['ftp://x']\n", "neither hf:org/name"),
        ("[a]\nplaces = ['hf:a/b']\nevery = 'soon'\n", "not a time"),
        ("[a]\nplaces = 3\n", "list of texts"),
        ("[a]\nids = 'missing.txt'\n", "No such file"),
        ("[a]\n", "names no place"),
        ("a = 1\n", "a source is a table"),
        ("", "no source"),
        ("[a", "TOML"),
    ],
)
def test_a_file_of_sources_that_is_wrong_says_what(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "sync.toml"
    path.write_text(text)
    with pytest.raises(ProvenanceError, match=message):
        read_sync(path)


def test_a_list_of_ids_is_read_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("# ours\nacme/one\n\nhf:acme/two  # beta\n")
    path = tmp_path / "sync.toml"
    path.write_text("[ours]\nids = 'ids.txt'\nevery = '2h'\n")
    (source,) = read_sync(path)
    assert source.places == ("hf:acme/one", "hf:acme/two")
    assert source.every == 7200


def command(store: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli.app, ["--store", str(store), "sync", *words], standalone_mode=False
    )


def test_the_command_takes_changes_in_and_they_are_in_the_change_log(
    shipped: Path, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = built_stores.copied(shipped, tmp_path / "graph")
    monkeypatch.setenv("PROVENANCE_GRAPH_HUB", hub.url)
    monkeypatch.setenv("PROVENANCE_GRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    first = command(store, "hf:acme/one", "hf:acme/gated", "--format", "json")
    assert first.exception is None, repr(first.exception)
    assert {r["status"] for r in json.loads(first.stdout)} == {"new", "gated"}
    assert first.return_value == 0
    hub.commit, hub.licence = COMMITS[1], "apache-2.0"
    second = command(store, "--force", "--format", "json")
    assert second.exception is None, repr(second.exception)
    assert [r["status"] for r in json.loads(second.stdout)] == ["changed"], second.stderr
    changes = CliRunner().invoke(
        cli.app,
        ["--store", str(store), "changes", "--of", "acme/one", "--format", "json"],
        standalone_mode=False,
        catch_exceptions=False,
    )
    last = json.loads(changes.stdout)["items"][-1]["facts"]
    licence = next(one for one in last if one["property"] == "license")
    assert [one.rpartition(":")[2] for one in licence["was"]] == ["MIT"]
    assert [one.rpartition(":")[2] for one in licence["now"]] == ["Apache-2.0"]


def test_a_source_that_is_none_is_refused_with_near_ones(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sync.toml").write_text("[models]\nplaces = ['hf:acme/one']\n")
    result = command(shipped, "modells")
    assert isinstance(result.exception, UsageError)
    assert "models" in str(result.exception)
