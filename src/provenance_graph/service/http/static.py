"""The web page: built files held in memory, served with a strict content policy."""

from __future__ import annotations

import mimetypes
from hashlib import blake2b
from pathlib import Path
from typing import Final

from provenance_graph.service.http.cache import matches
from provenance_graph.service.http.messages import Headers, Reply, Request

POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    b"frame-ancestors 'none'"
)
_SECURE: Final[Headers] = [
    (b"content-security-policy", POLICY),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_PLAIN: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>provenance-graph</title>
<h1>provenance-graph</h1>
<p>The web page was not built into this installation. The service itself is complete:</p>
<ul>
<li><a href="/docs">the REST API</a></li>
<li><a href="/sparql?format=turtle">the SPARQL service description</a></li>
<li><a href="/.well-known/void">what the dataset holds (VoID)</a></li>
<li><a href="/health">health</a></li>
</ul></html>
"""
_TYPES: Final = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2"}


class Pages:
    """Files of the web page by path. What is not among them does not exist."""

    def __init__(self, folder: Path | None) -> None:
        self._files: dict[str, tuple[bytes, str, bytes]] = {}
        if folder is not None and folder.is_dir():
            for file in sorted(folder.rglob("*")):
                if file.is_file() and not file.name.startswith("."):
                    self._add("/" + file.relative_to(folder).as_posix(), file)
        if "/index.html" not in self._files:
            self._keep("/index.html", _PLAIN.encode(), "text/html")

    def _add(self, path: str, file: Path) -> None:
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
        self._keep(path, file.read_bytes(), kind or "application/octet-stream")

    def _keep(self, path: str, body: bytes, kind: str) -> None:
        textual = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'.encode()
        self._files[path] = (body, f"{kind}; charset=utf-8" if textual else kind, tag)

    def index(self) -> Reply:
        """The page itself, whatever place in it the path names."""
        body, kind, _ = self._files["/index.html"]
        return Reply(200, body, kind, [*_SECURE, (b"cache-control", b"no-cache")], "Accept")

    def find(self, request: Request) -> Reply | None:
        """The file at a request's path; None when there is none."""
        path = "/index.html" if request.path == "/" else request.path
        found = self._files.get(path)
        if found is None:
            return None
        body, kind, tag = found
        forever = path.startswith("/assets/")
        keep = b"public, max-age=31536000, immutable" if forever else b"no-cache"
        headers = [*_SECURE, (b"etag", tag), (b"cache-control", keep)]
        if matches(request.header(b"if-none-match"), tag.decode()):
            return Reply(304, headers=headers)
        return Reply(200, body, kind, headers)
