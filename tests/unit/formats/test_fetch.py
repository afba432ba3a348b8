from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import FetchError
from provenance_graph.formats.document import Document
from provenance_graph.formats.fetch.addresses import is_public
from provenance_graph.formats.fetch.cache import Cache
from provenance_graph.formats.fetch.fetcher import Fetcher, FetchSettings, documents, fetch
from provenance_graph.formats.registry import readers

DAY = "2026-11-22"
CARD = b"---\nlicense: mit\nbase_model: acme/base\n---\n"
COMMIT = "186dafe40948001234a6c3eb251e4e0cdb5c64c5"
Handler = Callable[[httpx2.Request], httpx2.Response]


class Clock:
    """Time that passes only by pausing."""

    def __init__(self) -> None:
        self.seconds, self.pauses = 0.0, []

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds
        self.pauses.append(seconds)


def fetcher(handler: Handler, **more: object) -> tuple[Fetcher, Clock]:
    clock = Clock()
    client = httpx2.Client(transport=httpx2.MockTransport(handler))
    made = Fetcher(
        client, now=clock.now, pause=clock.pause, resolve=lambda host, port: ["93.184.216.34"]
    )
    for key, value in more.items():
        setattr(made, key, value)
    return made, clock


def hub(request: httpx2.Request) -> httpx2.Response:
    """A Hub with two models of one account, on two pages."""
    path = request.url.path
    if path == "/api/models":
        if "page=2" in str(request.url):
            return httpx2.Response(200, json=[{"id": "acme/two"}, {"id": "acme/one"}, {"no": 1}])
        link = '<https://huggingface.co/api/models?author=acme&limit=100&page=2>; rel="next"'
        return httpx2.Response(200, json=[{"id": "acme/one"}], headers={"link": link})
    if path in ("/api/models/acme/one", "/api/models/acme/two"):
        files = ["README.md", "config.json", "model.safetensors", ".eval_results/a.yaml", "big.py"]
        return httpx2.Response(
            200,
            json={
                "id": path[12:],
                "sha": COMMIT,
                "tags": [],
                "likes": 1,
                "downloads": 2,
                "siblings": [{"rfilename": file} for file in files],
            },
        )
    if path.endswith("/README.md"):
        return httpx2.Response(200, content=CARD)
    if path.endswith("/config.json"):
        return httpx2.Response(403)
    if path.endswith("/a.yaml"):
        return httpx2.Response(200, content=b"- dataset: {id: cais/hle}\n  value: 1\n")
    return httpx2.Response(404)


def test_a_repository_is_its_answer_and_its_card_with_the_files_beside_it():
    made, _ = fetcher(hub)
    results = list(fetch("hf:acme/one", made, DAY))
    answer, problem, card = results
    assert isinstance(answer, Document)
    assert answer.url == "https://huggingface.co/api/models/acme/one"
    assert isinstance(problem, Problem)
    assert "gated" in problem.what
    assert isinstance(card, Document)
    assert (card.url, card.data) == ("https://huggingface.co/acme/one", CARD)
    assert set(card.files) == {"model.safetensors", ".eval_results/a.yaml"}


def test_what_is_fetched_is_recognised_and_told_apart():
    made, _ = fetcher(hub)
    reader = readers()["huggingface"]
    results = [item for item in fetch("hf:acme/one", made, DAY) if isinstance(item, Document)]
    assert all(reader.recognises(item.features) for item in results)
    assert [reader.origin(item).local for item in results] == ["acme/one/api", "acme/one"]


def test_every_model_of_an_account_is_fetched_once_over_all_pages():
    made, _ = fetcher(hub)
    results = [item for item in fetch("hf:acme/*", made, DAY) if isinstance(item, Document)]
    assert [item.name for item in results if item.name.endswith("api.json")] == [
        "acme/one/api.json",
        "acme/two/api.json",
    ]


def test_a_limit_on_models_is_said():
    made, _ = fetcher(hub, settings=FetchSettings(max_models=1))
    problems = [p for p in fetch("hf:acme/*", made, DAY) if isinstance(p, Problem)]
    assert problems[-1].what == "more than 1 models; the rest is not fetched"


def test_a_missing_card_is_named_in_the_error():
    made, _ = fetcher(lambda _: httpx2.Response(404))
    with pytest.raises(FetchError, match="acme/gone"):
        list(fetch("hf:acme/gone", made, DAY))


def test_a_page_of_the_hub_is_its_repository_and_a_shown_file_its_bytes():
    made, _ = fetcher(hub)
    (answer, *_) = fetch("https://huggingface.co/acme/one", made, DAY)
    assert isinstance(answer, Document)
    assert answer.name == "acme/one/api.json"
    (card,) = fetch("https://huggingface.co/acme/one/blob/main/README.md", made, DAY)
    assert isinstance(card, Document)
    assert card.url == "https://huggingface.co/acme/one/resolve/main/README.md"


@pytest.mark.parametrize(
    "place", ["hf:acme", "hf:", "hf:a/b/c", "ftp://example.org/x", "file:///etc/passwd",
              "https://user:secret@example.org/"]
)  # fmt: skip
def test_a_place_that_cannot_be_is_refused_with_what_can(place):
    made, _ = fetcher(hub)
    with pytest.raises(FetchError) as caught:
        list(fetch(place, made, DAY))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://localhost/x", "http://10.1.2.3/", "http://[::1]/", "http://2130706433/",
     "http://0x7f000001/", "http://169.254.169.254/latest/", "http://[::ffff:10.0.0.1]/", "http://a.internal/"],
)  # fmt: skip
def test_a_private_address_is_never_asked(url):
    asked = []
    made, _ = fetcher(lambda request: asked.append(request) or httpx2.Response(200))
    with pytest.raises(FetchError, match="not public"):
        list(fetch(url, made, DAY))
    assert not asked


def test_a_name_that_resolves_to_a_private_address_is_not_asked():
    made, _ = fetcher(hub, resolve=lambda host, port: ["93.184.216.34", "192.168.0.9"])
    with pytest.raises(FetchError, match="192"):
        list(fetch("https://rebound.example/", made, DAY))


def test_a_redirect_to_a_private_address_is_not_followed():
    made, _ = fetcher(lambda _: httpx2.Response(302, headers={"location": "http://127.0.0.1/"}))
    with pytest.raises(FetchError, match="not public"):
        list(fetch("https://example.org/x", made, DAY))


def test_endless_redirects_end():
    made, _ = fetcher(lambda _: httpx2.Response(302, headers={"location": "/again"}))
    with pytest.raises(FetchError, match="5 redirects"):
        list(fetch("https://example.org/x", made, DAY))


def test_a_redirect_to_another_host_takes_no_credentials_along():
    seen: dict[str, str | None] = {}

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen[request.url.host] = request.headers.get("authorization")
        if request.url.host == "example.org":
            return httpx2.Response(302, headers={"location": "https://cdn.example.net/x"})
        return httpx2.Response(200, content=b"x")

    made, _ = fetcher(answer)
    made.client.headers["authorization"] = "Bearer mine"
    list(fetch("https://example.org/x", made, DAY))
    assert seen == {"example.org": "Bearer mine", "cdn.example.net": None}


def test_a_busy_server_is_asked_again_when_it_says_so():
    answers = iter(
        [
            httpx2.Response(429, headers={"retry-after": "7"}),
            httpx2.Response(503),
            httpx2.Response(200, content=b"x"),
        ]
    )
    made, clock = fetcher(lambda _: next(answers))
    (result,) = fetch("https://example.org/x", made, DAY)
    assert isinstance(result, Document)
    assert result.data == b"x"
    assert clock.pauses[0] == 7


def test_a_server_that_stays_busy_is_given_up_with_the_reason():
    made, _ = fetcher(lambda _: httpx2.Response(503))
    with pytest.raises(FetchError, match=r"503 .* \(4 attempts\)"):
        list(fetch("https://example.org/x", made, DAY))


def test_requests_to_one_host_keep_their_distance():
    made, clock = fetcher(lambda _: httpx2.Response(200, content=b"x"))
    for _ in range(3):
        list(fetch("https://example.org/x", made, DAY))
    assert clock.pauses == pytest.approx([0.2, 0.2])


def test_offline_is_said_plainly():
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("Network is unreachable", request=request)

    made, _ = fetcher(refuse)
    with pytest.raises(FetchError, match="may be offline: download the files"):
        list(fetch("hf:acme/one", made, DAY))


def test_a_body_that_is_too_long_is_stopped():
    small = FetchSettings(max_bytes=1000)
    made, _ = fetcher(lambda _: httpx2.Response(200, content=b"x" * 5000), settings=small)
    with pytest.raises(FetchError, match="at most 1,000"):
        list(fetch("https://example.org/x", made, DAY))


def test_a_gzip_bomb_is_stopped_while_it_unpacks():
    bomb = gzip.compress(b"\0" * 50_000_000)
    headers = {"content-encoding": "gzip"}
    made, _ = fetcher(
        lambda _: httpx2.Response(200, content=bomb, headers=headers),
        settings=FetchSettings(max_bytes=1 << 20),
    )
    with pytest.raises(FetchError, match="unpacked"):
        list(fetch("https://example.org/x", made, DAY))


def test_a_broken_encoding_is_an_error_of_ours():
    headers = {"content-encoding": "gzip"}
    made, _ = fetcher(lambda _: httpx2.Response(200, content=b"not gzip", headers=headers))
    with pytest.raises(FetchError):
        list(fetch("https://example.org/x", made, DAY))


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"3", b"[]"])
def test_an_answer_that_is_no_description_is_an_error_of_ours(body):
    made, _ = fetcher(lambda _: httpx2.Response(200, content=body))
    with pytest.raises(FetchError):
        list(fetch("hf:acme/one", made, DAY))


def test_an_unchanged_document_comes_from_the_cache(tmp_path: Path):
    asked: list[str | None] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.headers.get("if-none-match"))
        if asked[-1] == '"v1"':
            return httpx2.Response(304)
        return httpx2.Response(200, content=b"x", headers={"etag": '"v1"'})

    made, _ = fetcher(answer, cache=Cache(tmp_path))
    bodies = [item.data for _ in range(2) for item in fetch("https://example.org/x", made, DAY)]  # type: ignore[union-attr]
    assert bodies == [b"x", b"x"]
    assert asked == [None, '"v1"']


def test_a_damaged_cache_entry_counts_as_none(tmp_path: Path):
    cache = Cache(tmp_path)
    made, _ = fetcher(
        lambda _: httpx2.Response(200, content=b"x", headers={"etag": "e"}), cache=cache
    )
    list(fetch("https://example.org/x", made, DAY))
    (entry,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    entry.write_bytes(entry.read_bytes() + b"more")
    assert cache.find("https://example.org/x") is None


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "fe80::1%eth0", "0.0.0.0", "no"]
)
def test_addresses_that_wrap_or_reserve_are_not(address):
    assert not is_public(address)


class Local(BaseHTTPRequestHandler):
    """The Hub of the mock, over a real socket."""

    def do_GET(self) -> None:
        reply = hub(httpx2.Request("GET", f"https://huggingface.co{self.path}"))
        self.send_response(reply.status_code)
        self.send_header("content-length", str(len(reply.content)))
        if "link" in reply.headers:
            link = reply.headers["link"].replace("https://huggingface.co", "")
            self.send_header("link", link)
        self.end_headers()
        self.wfile.write(reply.content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Local) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_hub_on_this_machine_is_asked_where_it_is_named(server, monkeypatch, tmp_path):
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PROVENANCE_GRAPH_HUB", server)
    monkeypatch.setenv("PROVENANCE_GRAPH_CACHE", str(tmp_path))
    results = list(documents("hf:acme/*", retrieved=DAY))
    cards = [item for item in results if isinstance(item, Document) and item.data == CARD]
    assert [card.url for card in cards] == [
        "https://huggingface.co/acme/one",
        "https://huggingface.co/acme/two",
    ]
    with pytest.raises(FetchError, match="not public"):
        list(documents(f"{server.replace('127.0.0.1', '127.0.0.2')}/x", retrieved=DAY))


def test_the_answers_are_what_the_reader_reads():
    made, _ = fetcher(hub)
    reader = readers()["huggingface"]
    for item in fetch("hf:acme/one", made, DAY):
        if isinstance(item, Document):
            assert json.dumps([str(claim) for claim in reader.read(item)])


def test_a_list_that_points_to_itself_ends():
    link = {"link": '</api/models?author=acme&limit=100>; rel="next"'}
    made, _ = fetcher(lambda _: httpx2.Response(200, json=[], headers=link))
    with pytest.raises(FetchError, match="no public model"):
        list(fetch("hf:acme/*", made, DAY))
