"""``/manual/``: the built manual, each page with a policy that allows its own inline scripts."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse

from provenance_graph.service.http.cache import is_held
from provenance_graph.service.http.file_table import FileTable
from provenance_graph.service.http.responses import WholeFile

BASE: Final = "/manual/"
_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {".js": "text/javascript", ".html": "text/html; charset=utf-8"}
)
_ABSENT: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Manual</title>
<h1>The manual is not in this installation</h1>
<p>In a clone, <code>make manual</code> builds it; a wheel made by <code>make wheel</code> carries it.
<a href="/docs">/docs</a> describes the REST API.</p></html>
"""


class Manual:
    """The files of the manual, as they are when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._files = FileTable(folder)
        self._policies: dict[str, tuple[int, str]] = {}

    async def page(self, request: Request) -> Response:
        """A page or file of the manual; raises HTTPException (404) for an unknown name."""
        if request.url.path == BASE.rstrip("/"):
            return RedirectResponse(BASE, 308)
        name = str(request.scope["path"]).removeprefix(BASE) or "index.html"
        result = self._files.find(name)
        if not self._files:
            return Response(_ABSENT, 404, {"content-security-policy": policy(b"")}, "text/html")
        if result is None:
            raise HTTPException(404, f"the manual has no page {name[:80]!r}; start from {BASE}")
        file, status = result
        headers = {
            "cache-control": "no-cache",
            "content-security-policy": self._policy(name, file, status),
            "referrer-policy": "no-referrer",
        }
        made = WholeFile(file, 200, headers, _TYPES.get(file.suffix), stat_result=status)
        if is_held(request, made.headers, exists=True):
            return NotModifiedResponse(made.headers)
        return made

    def _policy(self, name: str, file: Path, status: os.stat_result) -> str:
        """The content security policy of a file, made anew when a page has changed."""
        if file.suffix != ".html":
            return policy(b"")
        then, made = self._policies.get(name, (-1, ""))
        if then != status.st_mtime_ns:
            made = policy(file.read_bytes())
            self._policies[name] = status.st_mtime_ns, made
        return made


def policy(page: bytes) -> str:
    """The content security policy of a page: its own host, and hashes of its inline scripts."""
    hashes = "".join(
        f" 'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in dict.fromkeys(_SCRIPT.findall(page))
    )
    return (
        f"default-src 'none'; script-src 'self'{hashes}; worker-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    )
