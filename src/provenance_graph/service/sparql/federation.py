"""SERVICE clauses: only allowed endpoints are contacted, at checked addresses, without redirects.

The processes that evaluate queries have no network. A ``SERVICE <iri> { … }`` clause is sent to its
endpoint as a separate query, and the answer replaces the clause in the text as VALUES.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request

from provenance_graph.core.errors import FetchError, QueryRefused, UsageError
from provenance_graph.core.iris import is_iri
from provenance_graph.formats.fetch.addresses import is_public
from provenance_graph.service.http.admission import Gate, GateKind
from provenance_graph.service.http.calls import call_of
from provenance_graph.service.settings import Settings
from provenance_graph.service.sparql.request import read_through
from provenance_graph.store.base import Limits
from provenance_graph.store.sparql.answers import JSON_RESULTS
from provenance_graph.store.sparql.tokens import QUERY_FORMS, Token, nested, unescape

if TYPE_CHECKING:
    import httpx2

Resolve = Callable[[str, int], Awaitable[list[str]]]
_ROWS: Final = 10_000
_CALLS: Final = 5
_XSD_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A SERVICE clause: its offsets in the query, its endpoint, and the query sent there."""

    start: int
    end: int
    endpoint: str
    silent: bool
    query: str


async def resolve_host(host: str, port: int) -> list[str]:
    """The IP addresses of a host name."""
    loop = asyncio.get_running_loop()
    getaddrinfo = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in getaddrinfo]


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(listed: str) -> tuple[Network, ...]:
    """The networks in a comma-separated list; raises UsageError for a wrong one.

    >>> networks("127.0.0.1/32, fd00::/8")
    (IPv4Network('127.0.0.1/32'), IPv6Network('fd00::/8'))
    """
    parts = [part.strip() for part in listed.split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError as error:
        raise UsageError(f"federation_networks: {error}; write 10.1.0.0/16") from error


def public_address(addresses: Sequence[str], host: str, besides: Sequence[Network] = ()) -> str:
    """The first address, if all are public or in ``besides``; else raises FetchError.

    >>> public_address(["93.184.216.34"], "example.org")
    '93.184.216.34'
    """
    if not all(is_public(address) or _within(address, besides) for address in addresses):
        raise FetchError(
            f"SERVICE: {host} is not at a public address, so it is not contacted; an operator allows "
            "its network with --federation-networks"
        )
    if not addresses:
        raise FetchError(f"SERVICE: {host} has no address")
    return addresses[0]


def _within(address: str, listed: Sequence[Network]) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:  # an IPv6 address with a zone
        return False
    return any(known in network for network in listed if network.version == known.version)


class Federation:
    """Sends SERVICE clauses to the endpoints that the operator allows."""

    def __init__(
        self,
        settings: Settings,
        resolve: Resolve = resolve_host,
        transport: httpx2.AsyncBaseTransport | None = None,
        gate: Gate | None = None,
    ) -> None:
        listed = (part.strip() for part in settings.federation.split(","))
        self.allowed = frozenset(part for part in listed if part)
        self._besides = networks(settings.federation_networks)
        self._settings, self._resolve, self._transport = settings, resolve, transport
        self._gate = gate or Gate(
            GateKind("calls", 4, 2), 64, settings.queue_seconds, time.monotonic
        )

    async def resolve(self, text: str, request: Request, limits: Limits) -> tuple[str, Limits]:
        """The query with every SERVICE clause replaced by its endpoint's answer, and its limits.

        The limits allow a text as long as the answers may make it. Raises QueryRefused for an
        endpoint that is not allowed, FetchError where one does not answer (unless SILENT).
        """
        plain = unescape(text)
        if "service" not in plain.lower():
            return text, limits
        calls = await read_through(self._calls, plain)
        if not calls:
            return text, limits
        call_of(request).notes["service"] = [call.endpoint for call in calls]
        with await self._gate.acquire(call_of(request).client):
            answers = await asyncio.gather(*(self._ask(call) for call in calls))
        out, done = [], 0
        for call, values in zip(calls, answers, strict=True):
            out += [plain[done : call.start], values]
            done = call.end
        longest = limits.text_bytes + len(calls) * 2 * (self._settings.federation_mb << 20)
        return "".join([*out, plain[done:]]), replace(limits, text_bytes=longest)

    def _calls(self, text: str) -> list[ServiceCall]:
        results = list(nested(text))
        at = [n for n, token in enumerate(results) if token.keyword == "service"]
        if not at:
            return []
        if not self.allowed:
            raise QueryRefused(
                "SERVICE is not allowed here: the operator has allowed no endpoint; run the query "
                "where the data is, or federate from your own machine"
            )
        if len(at) > _CALLS:
            raise QueryRefused(f"at most {_CALLS} SERVICE clauses in one query")
        forms = (token.start for token in results if token.keyword in QUERY_FORMS)
        prologue = text[: next(forms, 0)]
        calls = [self._call(text, results, n, prologue) for n in at]
        for one, other in pairwise(calls):
            if other.start < one.end:
                raise QueryRefused("a SERVICE inside a SERVICE is not supported")
        return calls

    def _call(self, text: str, tokens: list[Token], at: int, prologue: str) -> ServiceCall:
        rest = tokens[at + 1 :]
        silent = bool(rest) and rest[0].keyword == "silent"
        rest = rest[1:] if silent else rest
        if not rest or rest[0].kind != "iri":
            raise QueryRefused("SERVICE needs an endpoint written out as <IRI>")
        endpoint = rest[0].text[1:-1]
        if endpoint not in self.allowed:
            known = ", ".join(sorted(self.allowed))
            raise QueryRefused(f"SERVICE <{endpoint[:200]}> is not allowed here; allowed: {known}")
        if len(rest) < 2 or rest[1].text != "{":
            raise QueryRefused("SERVICE <…> is not followed by {")
        ends = (t.end for t in rest[2:] if t.kind == "close" and t.depth == rest[1].depth)
        end = next(ends, 0)
        if not end:
            raise QueryRefused("the { after SERVICE is never closed")
        query = f"{prologue} SELECT * WHERE {text[rest[1].start : end]} LIMIT {_ROWS + 1}"
        return ServiceCall(tokens[at].start, end, endpoint, silent, query)

    async def _ask(self, call: ServiceCall) -> str:
        try:
            async with asyncio.timeout(self._settings.federation_seconds):
                body = await self._fetch(call)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(None, as_values, body)
        except (FetchError, TimeoutError, OSError) as error:
            if call.silent:
                return "{ }"  # SPARQL 1.1 Federated Query §2.4: one solution without bindings
            why = str(error) or f"no answer within {self._settings.federation_seconds:g} s"
            raise FetchError(f"SERVICE <{call.endpoint}>: {why}") from error

    async def _fetch(self, call: ServiceCall) -> bytes:
        import httpx2  # a client is needed only where queries name other endpoints

        try:
            return await self._fetched(call)
        except httpx2.HTTPError as error:
            raise FetchError(str(error) or type(error).__name__) from error

    async def _fetched(self, call: ServiceCall) -> bytes:
        import httpx2

        parts = urlsplit(call.endpoint)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = public_address(await self._resolve(host, port), host, self._besides)
        text = f"[{address}]" if ":" in address else address
        url = parts._replace(netloc=f"{text}:{port}").geturl()
        limit = self._settings.federation_mb << 20
        headers = {
            "host": parts.netloc.rpartition("@")[2],
            "accept": JSON_RESULTS,
            "accept-encoding": "identity",
            "user-agent": "provenance-graph (SPARQL federation)",
        }
        async with (
            httpx2.AsyncClient(
                transport=self._transport, follow_redirects=False, trust_env=False
            ) as client,
            client.stream(
                "POST",
                url,
                data={"query": call.query},
                headers=headers,
                extensions={"sni_hostname": host},
            ) as reply,
        ):
            if reply.status_code != 200:
                raise FetchError(f"status {reply.status_code}")
            if reply.headers.get("content-encoding", "identity") != "identity":
                raise FetchError("it compressed an answer that was asked for plain")
            body = bytearray()
            async for chunk in reply.aiter_bytes():
                body += chunk
                if len(body) > limit:
                    raise FetchError(f"its answer is larger than {limit >> 20} MB")
            return bytes(body)


def as_values(body: bytes) -> str:
    """A SPARQL JSON result as a VALUES block.

    Raises FetchError for an answer that is malformed or has more than _ROWS rows.

    >>> as_values(b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"x"}}]}}')
    'VALUES (?a) { ("x") }'
    """
    try:
        answer = json.loads(body)
        names = [str(name) for name in answer["head"]["vars"]]
        rows = answer["results"]["bindings"]
        if len(rows) > _ROWS:
            raise FetchError(f"its answer has more than {_ROWS} rows")
        if not all(name.isidentifier() for name in names):
            raise FetchError("its answer has variables that are no names")
        if not names:
            return "{ }" if rows else "FILTER(false)"
        lines = (" ".join(_term(row.get(name)) for name in names) for row in rows)
        inside = " ".join(f"({line})" for line in lines)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FetchError("its answer is not a SPARQL JSON_RESULTS result") from error
    return f"VALUES ({' '.join('?' + name for name in names)}) {{ {inside} }}"


def _term(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return "UNDEF"
    kind, text = result["type"], str(result["value"])
    if kind == "uri":
        if not is_iri(text):
            raise FetchError("its answer holds a name that is not an IRI")
        return f"<{text}>"
    if kind == "bnode":
        label = "".join(c for c in text if c.isalnum() or c in "-_")
        return f"<urn:provenance-graph:remote-blank:{label}>"
    if kind not in ("literal", "typed-literal"):
        raise FetchError("its answer holds a term that is neither IRI nor literal")
    quoted = _quote(text)
    if language := str(result.get("xml:lang", "")):
        if not all(c.isascii() and (c.isalnum() or c == "-") for c in language):
            raise FetchError("its answer holds an invalid language tag")
        return f"{quoted}@{language}"
    datatype = str(result.get("datatype", _XSD_STRING))
    if datatype == _XSD_STRING:
        return quoted
    if not is_iri(datatype):
        raise FetchError("its answer holds a datatype that is not an IRI")
    return f"{quoted}^^<{datatype}>"


_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": "�"}
)


def _quote(text: str) -> str:
    return '"' + text.translate(_ESCAPES).encode("utf-8", "replace").decode("utf-8") + '"'
