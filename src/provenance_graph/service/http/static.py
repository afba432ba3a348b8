"""The web page: built files served with a strict content policy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse

from provenance_graph.service.http.cache import is_held
from provenance_graph.service.http.calls import header
from provenance_graph.service.http.file_table import FileTable
from provenance_graph.service.http.negotiate import GRAPH_OFFERS, prefers_html
from provenance_graph.service.http.responses import WholeFile

POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_SECURE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "content-security-policy": POLICY,
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
    }
)
_PLAIN: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>provenance-graph</title>
<h1>provenance-graph</h1>
<p>The web page is not in this installation. The service itself is complete:</p>
<ul>
<li><a href="/docs">the REST API</a></li>
<li><a href="/sparql?format=turtle">the SPARQL service description</a></li>
<li><a href="/.well-known/void">what the dataset holds (VoID)</a></li>
<li><a href="/health">health</a></li>
</ul></html>
"""
_TYPES: Final = MappingProxyType(
    {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2"}
)


class Pages:
    """The files of the web page, as they are when they are asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._files = FileTable(folder)

    def index(self, request: Request) -> Response:
        """The page itself, which every path inside the page gets; 304 where the client has it."""
        headers = {**_SECURE, "cache-control": "no-cache", "vary": "Accept"}
        result = self._files.find("index.html")
        if result is None:
            return Response(_PLAIN, 200, headers, "text/html")
        return _unless_held(
            request, WholeFile(result[0], 200, headers, "text/html", stat_result=result[1])
        )

    def answer(self, request: Request) -> Response:
        """The file at a request's path, else the page for a browser; raises HTTPException (404)."""
        name = str(request.scope["path"]).removeprefix("/") or "index.html"
        result = self._files.find(name)
        if result is None and (name == "index.html" or _for_people(request)):
            return self.index(request)
        if result is None:
            raise HTTPException(404, "nothing is here; start from /sparql or /.well-known/void")
        file, status = result
        forever = name.startswith("assets/")
        keep = "public, max-age=31536000, immutable" if forever else "no-cache"
        headers = {**_SECURE, "cache-control": keep}
        made = WholeFile(file, 200, headers, _TYPES.get(file.suffix), stat_result=status)
        return _unless_held(request, made)


def _unless_held(request: Request, made: WholeFile) -> Response:
    """A response, or 304 where the client has it."""
    return (
        NotModifiedResponse(made.headers) if is_held(request, made.headers, exists=True) else made
    )


def _for_people(request: Request) -> bool:
    return request.method == "GET" and prefers_html(header(request, "accept"), GRAPH_OFFERS)
