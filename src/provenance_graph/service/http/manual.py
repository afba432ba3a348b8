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
    """The files of the manual, listed at the start; files added later are not served."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, tuple[Path, os.stat_result]] = {}
        self._policies: dict[str, str] = {}
        if folder.is_dir():
            for file in sorted(folder.rglob("*")):
                if file.is_file() and not file.name.startswith("."):
                    name = file.relative_to(folder).as_posix()
                    self._files[name] = file, file.stat()
                    if file.suffix == ".html":
                        self._policies[name] = policy(file.read_bytes())

    async def page(self, request: Request) -> Response:
        """A page or file of the manual; raises HTTPException (404) for an unknown name."""
        if request.url.path == BASE.rstrip("/"):
            return RedirectResponse(BASE, 308)
        if not self._files:
            return Response(_ABSENT, 404, {"content-security-policy": policy(b"")}, "text/html")
        name = str(request.scope["path"]).removeprefix(BASE) or "index.html"
        results = self._files.get(name)
        if results is None:
            raise HTTPException(404, f"the manual has no page {name[:80]!r}; start from {BASE}")
        file, status = results
        headers = {
            "cache-control": "no-cache",
            "content-security-policy": self._policies.get(name, policy(b"")),
            "referrer-policy": "no-referrer",
        }
        made = WholeFile(file, 200, headers, _TYPES.get(file.suffix), stat_result=status)
        if is_held(request, made.headers, exists=True):
            return NotModifiedResponse(made.headers)
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
