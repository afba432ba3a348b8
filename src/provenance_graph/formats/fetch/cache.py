"""Cache of fetched bodies with their validators (ETag, Last-Modified)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cached:
    """A body fetched from an address, with the headers kept."""

    url: str
    body: bytes
    etag: str = ""
    modified: str = ""
    kind: str = ""
    link: str = ""


class Cache:
    """A folder of bodies by address. A damaged entry counts as missing; a full disk is no error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, url: str) -> Path:
        name = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
        return self.folder / name[:2] / name

    def find(self, url: str) -> Cached | None:
        """The cached body of an address with its validators, or None."""
        try:
            with self._path(url).open("rb") as file:
                head = json.loads(file.readline())
                body = file.read()
        except (OSError, ValueError):
            return None
        if not isinstance(head, dict) or head.get("url") != url:
            return None
        if head.get("sha256") != hashlib.sha256(body).hexdigest():
            return None
        marks = {key: str(head.get(key, "")) for key in ("etag", "modified", "kind", "link")}
        return Cached(url, body, **marks)

    def keep(self, cached: Cached) -> None:
        """Store a body that has a validator; the write is atomic."""
        if not cached.etag and not cached.modified:
            return
        head = {
            "url": cached.url,
            "etag": cached.etag,
            "modified": cached.modified,
            "kind": cached.kind,
            "link": cached.link,
            "sha256": hashlib.sha256(cached.body).hexdigest(),
        }
        path = self._path(cached.url)
        with contextlib.suppress(OSError):  # a cache that cannot be written is skipped
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(head).encode() + b"\n" + cached.body)
            Path(name).replace(path)
