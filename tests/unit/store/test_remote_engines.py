"""A store behind somebody else's SPARQL engine: built, imported into, read; and engines that mislead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
import pytest
from click.testing import CliRunner

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.cli import app
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import (
    NotFound,
    ProvenanceError,
    QueryBusy,
    QueryTooLarge,
    StoreError,
    UsageError,
)
from provenance_graph.core.iris import Iri
from provenance_graph.ingest.build import build
from provenance_graph.store.base import ANY, Change
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.remote.copy import RemoteCopy
from provenance_graph.store.remote.http import RemoteClient
from provenance_graph.store.remote.probe import Capabilities
from provenance_graph.store.remote.reading import RemoteStore
from provenance_graph.store.remote.settings import RemoteSettings
from provenance_graph.store.remote.writing import RemoteWriter
from tests import foreign_engines

EX = "https://example.org/"
A, P = Iri(EX + "a"), Iri(EX + "p")
G = Iri(EX + "g")


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with foreign_engines.oxigraph(tmp_path_factory.mktemp("oxigraph")) as url:
        yield url


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code in (0, 1), result.output
    return result.stdout


def test_a_store_built_and_changed_on_oxigraph_answers_as_one_on_disk(
    oxigraph, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("PROVENANCE_GRAPH_REMOTE_BATCH", "2000")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    hub = Hub(60, 1)
    generate(hub, tmp_path / "hub", "both", shard=40)
    data, place = tmp_path / "hub" / "data", str(tmp_path / "store")
    build(data, Path(place), derive=EvidenceLevels())
    run("--store", oxigraph, "build", "--data", str(data), "--fresh")
    assert not list((tmp_path / "cache").rglob("build-*")), "stages of a build that is done"
    copy = RemoteCopy(tmp_path / "copy", oxigraph)
    assert copy.refresh()
    assert not copy.refresh()
    assert_copied(copy, oxigraph)
    with RemoteStore.open(oxigraph) as remote:
        assert remote.capabilities.holds_store
        assert not remote.capabilities.union
    with EmbeddedStore.open(place) as disk, EmbeddedStore.open(copy.folder) as held:
        assert held.version == disk.version
        assert {*held.quads()} == {*disk.quads()}
    answer = json.loads(
        (tmp_path / "hub" / "documents" / "hf-000" / f"{hub.name(0)}.json").read_text()
    )
    answer["downloads"], answer["id"] = 5, "lab00/new-one"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(answer))
    for store in (place, oxigraph):
        run("--store", store, "import", str(changed), "--retrieved", "2026-11-20")
    assert copy.refresh()
    assert_copied(copy, oxigraph)
    run("--store", oxigraph, "backup", str(tmp_path / "backup"))
    with (
        EmbeddedStore.open(place) as disk,
        EmbeddedStore.open(copy.folder) as held,
        EmbeddedStore.open(tmp_path / "backup") as backup,
    ):
        assert held.version.rpartition("-")[2] == disk.version.rpartition("-")[2]
        assert {*held.quads()} == {*disk.quads()}
        stated = {*held.quads(graph=ANY)}
        assert stated - {*disk.quads(graph=ANY)} == {
            quad for quad in stated if str(quad[1]).endswith("/version") and quad[0] == quad[3]
        }
        assert backup.version == held.version
        assert {*backup.quads()} == {*held.quads()}
        assert {*backup.quads(graph=ANY)} == stated
    for words in (("show", hub.name(0)), ("lineage", hub.name(0)), ("licences", hub.name(0))):
        assert run("--store", oxigraph, *words) == run("--store", place, *words)
    assert requests_of(("--store", oxigraph, "show", hub.name(0)), monkeypatch) <= MAX_REQUESTS
    bare = hub.name(0).partition("/")[2]  # looked up among all names
    assert run("--store", oxigraph, "show", bare) == run("--store", place, "show", bare)
    for name in (bare, "no-such-model"):
        assert requests_of(("--store", oxigraph, "show", name), monkeypatch) <= MAX_REQUESTS


MAX_REQUESTS = 12
"""Of `show`; there were 1,226 before look-ups were made several at a time, and 166 more of a bare name."""


def requests_of(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many requests a command sends, also one that finds nothing."""
    sent: list[object] = []
    send = RemoteClient.send

    def counted(*given: object, **named: object) -> object:
        sent.append(given)
        return send(*given, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(RemoteClient, "send", counted)
        with suppress(NotFound):
            run(*words)
    return len(sent)


def assert_copied(copy: RemoteCopy, url: str) -> None:
    """The copy is what the service holds, under the same version."""
    with EmbeddedStore.open(copy.folder) as disk, RemoteStore.open(url) as remote:
        assert disk.version == remote.version
        assert {*disk.quads()} == {*remote.quads()}
        assert {*disk.quads(graph=ANY)} == {*remote.quads(graph=ANY)}


def test_what_is_not_ours_is_never_deleted(oxigraph) -> None:
    with RemoteWriter.open(oxigraph) as store:
        store._send("DROP ALL")
        store._send(f"INSERT DATA {{ <{A}> <{P}> 1 }}")
    with (
        RemoteWriter.open(oxigraph) as store,
        pytest.raises(StoreError, match="no build of this software"),
    ):
        store.load([(A, P, A, None)], "0" * 12)
    with RemoteStore.open(oxigraph) as store:
        assert [*store.quads()]


# ---- engines that mislead -----------------------------------------------------------------

Reply = Callable[[str], object]


def engine(reply: Reply, **headers: str) -> httpx2.Client:
    """A service whose answers a function makes: a bool, rows, or a whole response."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        query = parse_qs(request.content.decode()).get("query", [request.content.decode()])[0]
        made = reply(query)
        if isinstance(made, httpx2.Response):
            return made
        if isinstance(made, list):
            names = sorted({name for row in made for name in row})
            body: object = {"head": {"vars": names}, "results": {"bindings": made}}
        else:
            body = {"head": {}, "boolean": made}
        sent = {"content-type": "application/sparql-results+json", **headers}
        return httpx2.Response(200, content=json.dumps(body), headers=sent)

    return httpx2.Client(transport=httpx2.MockTransport(handle))


def node(name: str) -> dict[str, str]:
    return {"type": "uri", "value": EX + name}


def opened(reply: Reply, monkeypatch: pytest.MonkeyPatch, **headers: str) -> RemoteStore:
    made = engine(reply, **headers)
    monkeypatch.setattr("provenance_graph.store.remote.http.httpx2.Client", lambda **_: made)
    return RemoteStore.open("http://engine.example/sparql", RemoteSettings(retries=0))


def test_a_union_default_graph_is_refused_where_nothing_stands_for_ours(monkeypatch) -> None:
    def union(query: str) -> object:
        if query.startswith("SELECT ?s"):
            return [{"s": node("s"), "p": node("p"), "o": node("o"), "g": node("g")}]
        if query.startswith("SELECT"):
            return []
        return not ("1 = 2" in query or "graph/default" in query)

    with pytest.raises(StoreError, match=r"union of all graphs.*PROVENANCE_GRAPH_REMOTE_DEFAULT"):
        opened(union, monkeypatch)


def test_a_union_default_graph_is_read_from_the_graph_that_stands_for_ours(monkeypatch) -> None:
    asked: list[str] = []

    def union(query: str) -> object:
        asked.append(query)
        if query.startswith("SELECT ?s ?p ?o ?g"):
            return [{"s": node("s"), "p": node("p"), "o": node("o"), "g": node("g")}]
        return [] if query.startswith("SELECT") else "1 = 2" not in query

    store = opened(union, monkeypatch)
    assert store.capabilities.union
    asked.clear()
    assert next(iter(store.quads(A)))[3] is None
    assert "graph/default" in asked[-1]


@pytest.mark.parametrize("truth", ["1", "true", 1])
def test_a_truth_value_in_another_form_is_understood(truth, monkeypatch) -> None:
    false = {"1": "0", "true": "false", 1: 0}[truth]

    def reply(query: str) -> object:
        if query.startswith("SELECT"):
            return []
        return false if "1 = 2" in query or "GRAPH" in query else truth

    assert not opened(reply, monkeypatch).capabilities.holds_store


def test_an_ask_answered_with_a_row_or_none_is_understood(monkeypatch) -> None:
    def reply(query: str) -> object:
        if query.startswith("SELECT"):
            return []
        row = {"__ASK_RETVAL": {"type": "typed-literal", "value": "1"}}
        rows = [] if "1 = 2" in query or "GRAPH" in query else [row]
        body = {"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": rows}}
        return httpx2.Response(200, json=body)

    assert not opened(reply, monkeypatch).capabilities.holds_store


def test_a_page_for_people_is_told_as_such(monkeypatch) -> None:
    page = httpx2.Response(200, text="<html>", headers={"content-type": "text/html"})
    with pytest.raises(StoreError, match="a page for people"):
        opened(lambda _: page, monkeypatch)


def test_a_service_that_says_yes_to_everything_is_none(monkeypatch) -> None:
    with pytest.raises(StoreError, match="every ASK with true"):
        opened(lambda _: True, monkeypatch)


def capped(total: int, cap: int, *, pages: bool) -> Reply:
    def reply(query: str) -> object:
        if "COUNT(" in query:
            return [{"n": {"type": "literal", "value": str(total)}}]
        start = int(query.rpartition("OFFSET")[2] or 0) if "OFFSET" in query else 0
        if start and not pages:
            return []
        rows = range(start, min(total, start + cap))
        return [{"s": node(f"s{n}"), "p": node("p"), "o": node("o")} for n in rows]

    return reply


def test_a_cut_listing_is_read_page_by_page_and_counted() -> None:
    client = engine(capped(2500, 1000, pages=True))
    store = RemoteStore("http://engine.example/sparql", client)
    assert len({quad[0] for quad in store.quads()}) == 2500


def test_rows_that_no_page_gives_are_told() -> None:
    client = engine(capped(2500, 1000, pages=False))
    store = RemoteStore("http://engine.example/sparql", client)
    with pytest.raises(QueryTooLarge, match="counts 2,500 rows and gives 1,000"):
        list(store.quads())


def test_a_busy_service_is_asked_again_and_then_told() -> None:
    tries: list[int] = []

    def busy(_: str) -> object:
        tries.append(1)
        return httpx2.Response(503) if len(tries) < 3 else True

    settings = RemoteSettings(retries=3, pause=0)
    store = RemoteStore("http://engine.example/sparql", engine(busy), settings)
    assert store.ask("ASK {}")
    assert len(tries) == 3
    always = engine(lambda _: httpx2.Response(503))
    with pytest.raises(QueryBusy):
        RemoteStore("http://engine.example/sparql", always, settings).ask("ASK {}")


def test_an_answer_that_breaks_off_is_told() -> None:
    def drop(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.RemoteProtocolError("peer closed connection")

    client = httpx2.Client(transport=httpx2.MockTransport(drop))
    with pytest.raises(StoreError, match="closed the connection during its answer"):
        RemoteStore("http://engine.example/sparql", client).ask("ASK {}")


def test_a_change_that_is_broken_off_is_marked_and_told(monkeypatch) -> None:
    sent: list[str] = []

    def reply(query: str) -> object:
        sent.append(query)
        if query.startswith("SELECT"):
            return []
        return httpx2.Response(500, text="disk full") if "item3" in query else httpx2.Response(204)

    settings = RemoteSettings(batch=2, retries=0)
    store = RemoteWriter("http://engine.example/sparql", engine(reply), settings)
    quads = [(A, P, Literal(f"item{n}"), G) for n in range(6)]
    with pytest.raises(StoreError, match=r"interrupted.*disk full"):
        store.commit(Change(add=quads), "0" * 12)
    updates = [text for text in sent if not text.startswith("SELECT")]
    assert "under-way" in updates[0]
    assert not any("1-000000000000" in text for text in updates)


def test_settings_come_from_the_environment_and_say_what_is_wrong() -> None:
    given = {
        "PROVENANCE_GRAPH_REMOTE_USER": "u",
        "PROVENANCE_GRAPH_REMOTE_PASSWORD": "secret",
        "PROVENANCE_GRAPH_REMOTE_HEADERS": "X-Graph: one",
    }
    settings = RemoteSettings.of(given)
    assert (settings.user, settings.headers["X-Graph"]) == ("u", "one")
    assert "secret" not in repr(settings)
    for name, value in (
        ("BATCH", "0"),
        ("SECONDS", "soon"),
        ("DEFAULT", "no iri"),
        ("HEADERS", "x"),
    ):
        with pytest.raises(ProvenanceError, match=name):
            RemoteSettings.of({f"PROVENANCE_GRAPH_REMOTE_{name}": value})


class Changing(MemoryStore):
    """A store behind an address, whose version moves on when it is looked at."""

    def __init__(self, versions: list[str], *, held: bool = True) -> None:
        super().__init__([(A, P, A, None), (A, P, A, G)])
        self.url, self.capabilities, self._versions = (
            "http://x",
            Capabilities(holds_store=held),
            versions,
        )

    @property
    def version(self) -> str:
        return self._versions.pop(0) if len(self._versions) > 1 else self._versions[0]

    def all_rows(
        self, names: str, pattern: str, bindings: object, distinct: str = ""
    ) -> list[object]:
        return list(self.select(f"SELECT {distinct} {names} WHERE {{ {pattern} }}"))


def copied(folder: Path, *versions: str, held: bool = True) -> RemoteCopy:
    return RemoteCopy(folder, "http://x", lambda _: Changing([*versions], held=held))


def test_a_copy_counts_only_where_nothing_changed_meanwhile(tmp_path) -> None:
    assert copied(tmp_path, "7-aaaaaaaaaaaa").refresh()
    with pytest.raises(StoreError, match="changed from version 8-bbbbbbbbbbbb to 9-cccccccccccc"):
        copied(tmp_path, "8-bbbbbbbbbbbb", "9-cccccccccccc").refresh()
    with EmbeddedStore.open(tmp_path) as store:
        assert store.version == "7-aaaaaaaaaaaa"
        assert {*store.quads(), *store.quads(graph=ANY)} == {(A, P, A, None), (A, P, A, G)}
    assert copied(tmp_path, "8-bbbbbbbbbbbb").refresh()


def test_what_holds_no_store_or_says_no_version_is_told(tmp_path) -> None:
    with pytest.raises(StoreError, match="holds no store of this software"):
        copied(tmp_path / "a", "1-aaaaaaaaaaaa", held=False).refresh()
    assert not copied(tmp_path / "b", "unknown-1").is_versioned()
    assert copied(tmp_path / "b", 'W/"abc"').is_versioned()
    assert copied(tmp_path / "b", "unknown-1", "unknown-2").refresh()


@pytest.mark.parametrize("flag", ["--writable", "--raw", "--follow=/nowhere"])
def test_a_remote_store_is_served_to_readers_alone(flag) -> None:
    result = CliRunner().invoke(app, ["--store", "http://127.0.0.1:9/query", "serve", flag])
    assert isinstance(result.exception, UsageError)
    assert "a read-only copy" in str(result.exception)
