"""Refusals as ``application/problem+json`` (RFC 9457), each with its cause and a remedy."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Final

from provenance_graph.core import errors
from provenance_graph.core.threads import is_refused, no_thread

_PATH: Final = re.compile(r"(?:/[\w.+@-]+){2,}")  # paths of this machine, which are not disclosed
MEDIA_TYPE: Final = "application/problem+json"
_DETAIL: Final = 2_000
"""Maximum number of characters of a detail."""
_TYPES: Final = "https://w3id.org/provenance-graph/problems#"


@dataclass(frozen=True, slots=True)
class HttpProblem:
    """One refusal: a status, a title fixed for its kind, and a detail for this case."""

    status: int
    title: str
    detail: str
    kind: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, str | int | float], ...] = field(default=())

    def body(self, request_id: str = "") -> bytes:
        """The JSON document of the problem, in UTF-8; ``instance`` names the request."""
        stated: dict[str, object] = {
            "type": f"{_TYPES}{self.kind}" if self.kind else "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": _bounded(self.detail),
            **dict(self.extra),
        }
        if request_id:
            stated["instance"] = f"urn:request:{request_id}"
        return json.dumps(stated, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _bounded(detail: str) -> str:
    """A detail of at most 2,000 characters; the middle of a longer one is left out.

    >>> len(_bounded("x" * 100_000)), _bounded("no such route")
    (2003, 'no such route')
    """
    half = _DETAIL // 2
    return detail if len(detail) <= _DETAIL else f"{detail[:half]} … {detail[-half:]}"


def bad_request(detail: str, kind: str = "bad-request") -> errors.RequestRefused:
    """A refusal with 400: the request breaks the protocol."""
    return refuse(400, "Bad request", detail, kind)


def refuse(
    status: int, title: str, detail: str, kind: str = "", **headers: str
) -> errors.RequestRefused:
    """An exception that the service answers with this problem; ``Retry_After="3"`` is a header."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return errors.RequestRefused(HttpProblem(status, title, detail, kind, named))


def method_not_allowed(method: str, allowed: str) -> errors.RequestRefused:
    """A refusal with 405 that names the allowed methods."""
    detail = f"{method} does nothing here; use {allowed}"
    return refuse(405, "Method not allowed", detail, "method", Allow=allowed)


def unsupported_media(given: str, wanted: str) -> errors.RequestRefused:
    """A refusal with 415 that names the supported media types."""
    text = given[:80] or "no Content-Type"
    return refuse(415, "Unsupported media type", f"got {text}; send {wanted}", "media-type")


def not_acceptable(offered: str) -> errors.RequestRefused:
    """A refusal with 406 that names the media types on offer."""
    return refuse(406, "Not acceptable", f"we can send {offered}", "not-acceptable")


def too_large(detail: str) -> errors.RequestRefused:
    """A refusal with 413: the request body is too large."""
    return refuse(413, "Content too large", detail, "too-large")


_STATUS: Final[tuple[tuple[type[errors.ProvenanceError], int, str, str], ...]] = (
    (errors.QuerySyntax, 400, "Malformed query", "syntax"),
    (errors.QueryRefused, 400, "Query refused", "refused"),
    (errors.QueryBusy, 503, "Busy", "busy"),
    (errors.QueryTimeout, 504, "Query stopped at its time limit", "timeout"),
    (errors.QueryTooLarge, 422, "Query stopped at its size limit", "limit"),
    (errors.QueryCrashed, 422, "Query stopped: its process died", "crashed"),
    (errors.ChangesGone, 410, "Gone", "changes-gone"),
    (errors.NotFound, 404, "Not found", "not-found"),
    (errors.Ambiguous, 409, "Ambiguous name", "ambiguous"),
    (errors.UnknownFormat, 415, "Unknown format", "format"),
    (errors.Unreadable, 400, "Unreadable document", "unreadable"),
    (errors.FetchError, 502, "A remote service did not answer", "remote"),
    (errors.UsageError, 400, "Bad request", "bad-request"),
    (errors.QueryError, 400, "Query failed", "query"),
    (errors.RecordError, 422, "Record refused", "record"),
    (errors.StoreBusy, 503, "Store busy", "busy"),
    (errors.StoreError, 503, "Store unavailable", "store"),
)


def without_paths(text: str) -> str:
    """A text in which paths of this machine, which a client must not see, are replaced by ``…``.

    >>> without_paths("/srv/graph/CURRENT is damaged")
    '… is damaged'
    """
    return _PATH.sub("…", text)


def problem_of(error: BaseException) -> HttpProblem:
    """The problem for an exception; an unexpected one gives status 500 without detail.

    >>> problem_of(errors.QueryTimeout("stopped after 10 s")).status
    504
    """
    if isinstance(error, errors.RequestRefused) and isinstance(error.problem, HttpProblem):
        return error.problem
    if is_refused(error):
        error = errors.QueryBusy(no_thread("this request"))
    for kind, status, title, slug in _STATUS:
        if isinstance(error, kind):
            detail = without_paths(str(error)) if status == 503 else str(error)
            problem = HttpProblem(status, title, detail, slug)
            if status == 503:
                return replace(problem, headers=(("Retry-After", "1"),))
            return problem
    detail = "an error on our side; the log has it under this request's id"
    return HttpProblem(500, "Internal error", detail, "internal")
