"""Retrieval of documents from the Hugging Face Hub and from web addresses.

``hf:org/name`` is a repository: the answer of the Hub's API, and its card, configs and results.
``hf:org/*`` is every model of an account. ``https://…`` is one document. The caller provides the
client, the clock and the pauses; this module knows no reader.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit
from urllib.request import getproxies

import httpx2

from provenance_graph.core import clock, hub
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import FetchError
from provenance_graph.core.iris import Iri, is_iri
from provenance_graph.core.lexical_forms import stated_count
from provenance_graph.formats.document import Document
from provenance_graph.formats.fetch.addresses import Resolve, check_address, check_peer, resolve
from provenance_graph.formats.fetch.cache import Cache, Cached
from provenance_graph.formats.fields.weight_files import format_of
from provenance_graph.formats.file_names import COMPANION_FILES, RESULTS

HUB = "https://huggingface.co"
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """The Hub's address, and limits on size, number, time and attempts of requests.

    ``hub`` may be a mirror or a server on this machine; its host is then allowed although its
    address is private. No other private address is allowed. Times are in seconds.
    """

    hub: str = HUB
    max_bytes: int = 32 << 20
    max_models: int = 1_000
    max_results: int = 100
    attempts: int = 4
    seconds: float = 60.0
    per_second: float = 5.0
    redirects: int = 5
    longest_pause: float = 60.0


@dataclass(slots=True)
class Fetcher:
    """An HTTP client with rate limit, retries, cache and address checks.

    ``now`` returns monotonic seconds, ``pause`` waits. ``resolve`` returns the addresses of a host,
    or is None where a proxy resolves names.
    """

    client: httpx2.Client
    settings: FetchSettings = field(default_factory=FetchSettings)
    cache: Cache | None = None
    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    resolve: Resolve | None = resolve
    _last: dict[str, float] = field(default_factory=dict)

    def get(self, url: str) -> bytes:
        """The body at an address; raises FetchError with advice."""
        return self.answer(url).body

    def answer(self, url: str) -> Cached:
        """The body and the headers kept, from the network or unchanged from the cache.

        Raises FetchError, with the address, for a refused or failed request, after the last
        attempt.
        """
        stored = self.cache.find(url) if self.cache else None
        for attempt in range(1, self.settings.attempts + 1):
            last = attempt == self.settings.attempts
            try:
                once = self._once(url, stored)
            except _AskAgainError as again:
                if last:
                    raise FetchError(f"{url}: {again} ({attempt} attempts)") from again
                self.pause(min(again.after or 0.5 * 2**attempt, self.settings.longest_pause))
                continue
            except httpx2.TransportError as error:
                if last:
                    raise FetchError(self._unreachable(url, error)) from error
                self.pause(min(0.5 * 2**attempt, self.settings.longest_pause))
                continue
            except (httpx2.RequestError, httpx2.InvalidURL) as error:
                raise FetchError(f"{url[:120]}: {error}") from error
            if self.cache and once is not stored:
                self.cache.keep(once)
            return once
        raise FetchError(f"{url}: not asked")  # pragma: no cover - attempts are at least one

    def _unreachable(self, url: str, error: Exception) -> str:
        host = urlsplit(url).hostname or url
        if isinstance(error, httpx2.TimeoutException):
            return f"{url}: {host} did not answer in time; try again later"
        return (
            f"{url}: {host} cannot be reached ({error}); this machine may be offline: "
            "download the files elsewhere and import the folder"
        )

    def _once(self, url: str, cached: Cached | None) -> Cached:
        target = url
        for _ in range(self.settings.redirects + 1):
            self._check(target)
            self._wait_turn(target)
            request = self._request(target, first=url, held=cached)
            response = self.client.send(request, stream=True, follow_redirects=False)
            try:
                if response.has_redirect_location:
                    target = _joined(target, response.headers.get("location", ""))
                    continue
                return self._read(url, response, cached)
            finally:
                response.close()
        raise FetchError(f"{url}: more than {self.settings.redirects} redirects")

    def _request(self, target: str, first: str, held: Cached | None) -> httpx2.Request:
        request = self.client.build_request("GET", target)
        if urlsplit(target).netloc != urlsplit(first).netloc:
            request.headers.pop("authorization", None)  # credentials are for the first host only
            request.headers.pop("cookie", None)
        if held and held.etag:
            request.headers["if-none-match"] = held.etag
        elif held and held.modified:
            request.headers["if-modified-since"] = held.modified
        return request

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise FetchError(f"{url[:120]}: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchError(f"{url[:120]}: only http:// and https:// addresses are fetched")
        if parts.username or parts.password:
            raise FetchError(f"{parts.hostname}: an address with a password in it is not fetched")
        if not self._trusted(url):
            check_address(url, self.resolve)

    def _trusted(self, url: str) -> bool:
        """Whether the address has the scheme and host of the configured Hub."""
        there, hub = urlsplit(url), urlsplit(self.settings.hub)
        return (there.scheme, there.netloc) == (hub.scheme, hub.netloc)

    def _wait_turn(self, url: str) -> None:
        host = urlsplit(url).netloc
        due = self._last.get(host, float("-inf")) + 1 / self.settings.per_second
        if (early := due - self.now()) > 0:
            self.pause(early)
        self._last[host] = self.now()

    def _read(self, url: str, response: httpx2.Response, cached: Cached | None) -> Cached:
        if self.resolve is not None and not self._trusted(str(response.url)):
            check_peer(url, response)
        status = response.status_code
        if status == 304 and cached is not None:
            return cached
        if status in _AGAIN:
            raise _AskAgainError(f"{status} {response.reason_phrase}", _after(response))
        if status in (401, 403):
            raise FetchError(f"{url}: {status}, it is gated, private or missing")
        if status in (404, 410):
            raise FetchError(f"{url}: {status}, there is no such document")
        if status != 200:
            raise FetchError(f"{url}: {status} {response.reason_phrase}")
        headers = response.headers
        return Cached(
            url=url,
            body=self._body(url, response),
            etag=headers.get("etag", ""),
            modified=headers.get("last-modified", ""),
            kind=headers.get("content-type", ""),
            link=headers.get("link", ""),
        )

    def _body(self, url: str, response: httpx2.Response) -> bytes:
        """Read the decoded body; raises FetchError where it is too long or arrives too slowly."""
        limit = self.settings.max_bytes
        stated = stated_count(response.headers.get("content-length", "")) or 0
        if stated > limit:
            raise FetchError(f"{url}: {stated:,} bytes; at most {limit:,} are fetched")
        began = self.now()
        stored = bytearray()
        for chunk in response.iter_bytes(65_536):
            stored += chunk
            if len(stored) > limit:
                raise FetchError(f"{url}: more than {limit:,} bytes once unpacked")
            if self.now() - began > self.settings.seconds:
                raise FetchError(
                    f"{url}: longer than {self.settings.seconds:g} s until it was complete"
                )
        return bytes(stored)


class _AskAgainError(Exception):
    """Raised for an answer after which a further attempt may succeed."""

    def __init__(self, text: str, after: float) -> None:
        super().__init__(text)
        self.after = after


def _after(response: httpx2.Response) -> float:
    """The number of seconds in the Retry-After header; 0 where it has none."""
    return float(stated_count(response.headers.get("retry-after", "")) or 0)


def fetch(location: str, fetcher: Fetcher, retrieved: str) -> Iterator[Document | Problem]:
    """Yield documents at a location: ``hf:org/name``, ``hf:org/*``, or a web address.

    Raises FetchError where the location gives nothing at all; a file of a repository that cannot be
    fetched is a problem.
    """
    if re.fullmatch(r"hf:[\w.-]+/\*", location.strip()):
        yield from _account(location.strip()[3:-2], fetcher, retrieved)
        return
    repository = hub.address(location)
    if repository is not None and not repository.path:
        if repository.kind is not hub.RepositoryKind.MODEL or not repository.owner:
            raise FetchError(f"{location}: only models are fetched from the Hub; write hf:org/name")
        yield from _repository(repository.name, fetcher, retrieved, repository.revision)
        return
    if location.startswith("hf:"):
        raise FetchError(f"{location}: write hf:org/name, hf:org/name@revision or hf:org/*")
    url = _raw(location)
    body = fetcher.get(url)
    path = unquote(urlsplit(url).path)
    if not is_iri(url):
        raise FetchError(f"{url[:120]}: spaces and quotes must be percent-encoded")
    yield Document(Iri(url), body, retrieved, path.rpartition("/")[2] or "document")


def _raw(url: str) -> str:
    """The address of the raw file behind a page that shows it, on the Hub and on GitHub."""
    if file := hub.raw_file(url):
        return file
    if match := re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)/blob/([^?#]+)", url):
        return f"https://raw.githubusercontent.com/{match[1]}/{match[2]}"
    return url


def _account(account: str, fetcher: Fetcher, retrieved: str) -> Iterator[Document | Problem]:
    """Yield the documents of every model of an account."""
    for name in account_models(account, fetcher):
        if isinstance(name, Problem):
            yield name
            continue
        try:
            yield from _repository(name, fetcher, retrieved, "")
        except FetchError as error:
            yield Problem(f"hf:{name}", str(error), kind="fetch")


def account_models(account: str, fetcher: Fetcher) -> Iterator[str | Problem]:
    """Yield the name of every public model of an account once, over all pages of the Hub's list.

    After ``max_models`` names comes a problem, if there are more. Raises FetchError where the Hub
    lists none.
    """
    url = f"{fetcher.settings.hub}/api/models?author={quote(account)}&limit=100"
    seen: set[str] = set()
    pages: set[str] = set()
    while url and url not in pages and len(pages) < 1_000:
        pages.add(url)
        answer = fetcher.answer(url)
        listed = json_of(url, answer.body)
        if not isinstance(listed, list):
            raise FetchError(f"{url}: the Hub answered with no list of models")
        for entry in listed:
            name = entry.get("id") if isinstance(entry, dict) else None
            if not isinstance(name, str) or not hub.is_name(name) or name in seen:
                continue
            if len(seen) >= fetcher.settings.max_models:
                what = f"more than {fetcher.settings.max_models} models; the rest is not fetched"
                yield Problem(f"hf:{account}/*", what, kind="size")
                return
            seen.add(name)
            yield name
        match = re.search(r"<([^<>]+)>\s*;\s*rel=\"?next\"?", answer.link)
        url = _joined(url, match[1]) if match else ""
    if not seen:
        raise FetchError(f"hf:{account}/*: the Hub has no public model of {account}")


def model_url(name: str, revision: str, fetcher: Fetcher) -> str:
    """The address of the Hub's answer about a model; an empty ``revision`` is the default branch."""
    at = f"/revision/{quote(revision, safe='')}" if revision else ""
    return f"{fetcher.settings.hub}/api/models/{quote(name)}{at}?blobs=true"


def _joined(base: str, target: str) -> str:
    """An address resolved against another; raises FetchError where the result is invalid."""
    try:
        return urljoin(base, target)
    except ValueError as error:
        raise FetchError(f"{base} points to {target[:120]!r}, no address: {error}") from error


def _repository(
    name: str, fetcher: Fetcher, retrieved: str, revision: str
) -> Iterator[Document | Problem]:
    """Yield the Hub's answer about a repository, then its card with its companion files."""
    site = fetcher.settings.hub
    answer = json_of(url := model_url(name, revision, fetcher), body := fetcher.get(url))
    if not isinstance(answer, dict):
        raise FetchError(f"{url}: the Hub answered with no mapping")
    yield Document(Iri(f"{HUB}/api/models/{quote(name)}"), body, retrieved, f"{name}/api.json")
    commit = answer.get("sha")
    fixed = commit if isinstance(commit, str) and re.fullmatch(r"[0-9a-f]{40}", commit) else "main"
    files: dict[str, bytes] = {}
    for file in _wanted(answer, fetcher.settings.max_results):
        if format_of(file):
            files[file] = b""  # weight files are represented by their names
            continue
        try:
            files[file] = fetcher.get(f"{site}/{quote(name)}/resolve/{fixed}/{quote(file)}")
        except FetchError as error:
            yield Problem(f"hf:{name}/{file}", str(error), kind="fetch")
    main = next(
        (f for f in ("README.md", "config.json", "adapter_config.json") if files.get(f)), ""
    )
    if main:
        page = Iri(f"{HUB}/{quote(name)}")
        others = {file: data for file, data in files.items() if file != main}
        yield Document(page, files[main], retrieved, f"{name}/{main}", others)


def _wanted(answer: Mapping[str, Any], most_results: int) -> list[str]:
    """The files of a repository to fetch: card, companion files, weight files, results."""
    siblings = answer.get("siblings")
    stored = [
        entry["rfilename"]
        for entry in (siblings if isinstance(siblings, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("rfilename"), str)
    ]
    others = frozenset({"README.md", *COMPANION_FILES})
    top = [file for file in stored if file in others or ("/" not in file and format_of(file))]
    results = [f for f in stored if re.fullmatch(rf"{re.escape(RESULTS)}/[^/]+\.ya?ml", f)]
    return top + results[:most_results]


def json_of(url: str, body: bytes) -> object:
    """The JSON in an answer's body; raises FetchError where it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FetchError(f"{url}: the answer is not JSON ({error})") from error


def documents(location: str, *, retrieved: str = "") -> Iterator[Document | Problem]:
    """Yield documents at a location with a client, cache and limits of its own, for commands.

    ``PROVENANCE_GRAPH_HUB`` names another Hub (a mirror, or a server on this machine),
    ``PROVENANCE_GRAPH_CACHE`` the folder of the cache; an empty value means none.
    """
    settings = replace(FetchSettings(), hub=os.environ.get("PROVENANCE_GRAPH_HUB", HUB).rstrip("/"))
    standard = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = os.environ.get("PROVENANCE_GRAPH_CACHE", str(standard / "provenance-graph"))
    with httpx2.Client(
        timeout=httpx2.Timeout(20.0, connect=10.0),
        headers={"user-agent": "provenance-graph", "accept-encoding": "gzip"},
    ) as client:
        fetcher = Fetcher(
            client,
            settings,
            cache=Cache(Path(folder)) if folder else None,
            resolve=None if {"http", "https", "all"} & getproxies().keys() else resolve,
        )
        day = retrieved or clock.today()
        yield from fetch(location, fetcher, day)
