"""HTTP requests to a remote service: retries, pauses, credentials, size limits."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import httpx2

from provenance_graph.core.errors import (
    QueryBusy,
    QueryError,
    QueryRefused,
    QuerySyntax,
    QueryTimeout,
    QueryTooLarge,
    StoreError,
)
from provenance_graph.store.remote.settings import RemoteSettings

_KINDS: Mapping[int, type[QueryError]] = {
    400: QuerySyntax,
    403: QueryRefused,
    408: QueryTimeout,
    413: QueryTooLarge,
    414: QueryRefused,
    429: QueryBusy,
    503: QueryBusy,
    504: QueryTimeout,
}
_AGAIN = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """A complete answer with status 2xx."""

    headers: httpx2.Headers
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type of the answer in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class RemoteClient:
    """Sends requests to one service; raises StoreError or a kind of QueryError."""

    def __init__(self, settings: RemoteSettings, client: httpx2.Client | None = None) -> None:
        self._settings, self._own = settings, client is None
        headers = dict(settings.headers)
        if settings.token:
            headers["authorization"] = f"Bearer {settings.token}"
        self._auth: httpx2.Auth | None = None
        if settings.user:
            self._auth = httpx2.BasicAuth(settings.user, settings.password)
        self._client = client or httpx2.Client(follow_redirects=False)
        self._headers = headers

    def send(
        self,
        url: str,
        form: Mapping[str, object] | None = None,
        *,
        content: bytes = b"",
        headers: Mapping[str, str],
        seconds: float,
        limit: int,
        repeatable: bool = True,
    ) -> RemoteAnswer:
        """Send a POST request; it is repeated while the service is busy or unreachable.

        A request that is not ``repeatable`` is repeated only if it was refused or failed before it
        could have an effect. ``limit`` is the maximum size of the answer in bytes.
        """
        pause = self._settings.pause
        for left in range(self._settings.retries, -1, -1):
            try:
                return self._once(url, form, content, headers, seconds, limit)
            except _Unreached as failure:
                if not left or not (repeatable or failure.before):
                    raise failure.error from failure.cause
            except QueryBusy:
                if not left:
                    raise
            time.sleep(min(pause, _LONGEST_PAUSE))
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _once(
        self,
        url: str,
        form: Mapping[str, object] | None,
        content: bytes,
        headers: Mapping[str, str],
        seconds: float,
        limit: int,
    ) -> RemoteAnswer:
        request = self._client.build_request(
            "POST",
            url,
            data=form,
            content=content or None,
            headers={**self._headers, **headers},
            timeout=seconds,
        )
        try:
            answer = self._client.send(request, stream=True, auth=self._auth)
            try:
                if answer.status_code == 401 and self._as_digest(answer):
                    return self._once(url, form, content, headers, seconds, limit)
                body = self._read(url, answer, limit)
            finally:
                answer.close()
        except httpx2.TimeoutException:
            raise QueryTimeout(f"{url} did not answer within {seconds:g} s") from None
        except httpx2.ConnectError as error:
            raise _Unreached(url, error, before=True) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _Unreached(url, error, before=False) from error
        if not 200 <= answer.status_code < 300:
            raise failure(url, answer.status_code, body)
        return RemoteAnswer(answer.headers, body)

    def _as_digest(self, answer: httpx2.Response) -> bool:
        """Switch from Basic to Digest authentication if the service asks for it; whether it did."""
        wants_digest = answer.headers.get("www-authenticate", "").lower().startswith("digest")
        if not wants_digest or not isinstance(self._auth, httpx2.BasicAuth):
            return False
        self._auth = httpx2.DigestAuth(self._settings.user, self._settings.password)
        return True

    @staticmethod
    def _read(url: str, answer: httpx2.Response, limit: int) -> bytes:
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > limit:
                raise QueryTooLarge(f"{url} sent more than {limit} bytes")
        return bytes(body)

    def close(self) -> None:
        """Close the connections."""
        if self._own:
            self._client.close()


_MARKUP = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.DOTALL)


class _Unreached(Exception):
    """A request without a complete answer; ``before``: it cannot have had an effect."""

    def __init__(self, url: str, cause: Exception, *, before: bool) -> None:
        self.cause, self.before = cause, before
        what = (
            "cannot be reached"
            if before
            else "closed the connection during its answer, or cannot be reached"
        )
        self.error = StoreError(f"{url} {what}: {cause}")
        super().__init__(str(self.error))


def failure(url: str, status: int, body: bytes) -> StoreError | QueryError:
    """The error for a status other than success, with the service's message."""
    text = body[:2000].decode("utf-8", "replace").strip()
    if text.startswith("<"):  # an HTML page: only its text
        text = " ".join(_MARKUP.sub(" ", text).split())
    with suppress(ValueError, TypeError, KeyError):  # else the text as it is
        text = str(json.loads(text)["detail"])
    if status in (401, 407):
        return StoreError(
            f"{url} asks for credentials: set PROVENANCE_GRAPH_REMOTE_USER and _PASSWORD, or _TOKEN"
        )
    kind = _KINDS.get(status)
    if status in _AGAIN and kind is not QueryTimeout:
        kind = QueryBusy
    if kind is None:
        return StoreError(f"{url} answered {status}: {text[:500]}")
    return kind(f"{url}: {text[:500] or status}")
