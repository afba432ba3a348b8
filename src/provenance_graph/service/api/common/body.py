"""Read a request body that holds a document, up to a size limit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from fastapi import Request

from provenance_graph.core.errors import UsageError
from provenance_graph.service.http.problems import refuse

DOCUMENT_BYTES = 16 << 20
_PART = re.compile(r"\w[\w.+-]{0,95}", re.ASCII)


def _described(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


DOCUMENT_BODY: Final = _described(
    "application/octet-stream", {"type": "string", "format": "binary"}
)
"""OpenAPI description of a request body that is a document."""
JSON_BODY: Final = _described("application/json", {"type": "object"})


def form_body(*names: str) -> dict[str, Any]:
    """OpenAPI description of a form with the optional fields ``names``."""
    properties = {name: {"type": "string"} for name in names}
    return _described(
        "application/x-www-form-urlencoded", {"type": "object", "properties": properties}
    )


async def limited_body(request: Request) -> bytes:
    """The body of a request, up to DOCUMENT_BYTES; the gateway has read it within its own limits.

    Raises RequestRefused (413) for a larger body, UsageError for an empty one.
    """
    body = await request.body()
    if len(body) > DOCUMENT_BYTES:
        raise refuse(413, "Too large", f"at most {DOCUMENT_BYTES >> 20} MB are read here", "size")
    if not body:
        raise UsageError("send the document itself as the body of the request")
    return body


def document_name(name: str) -> str:
    """The file name of ``name``; with owner and repository where ``name`` has all three parts.

    >>> document_name("../../etc/passwd"), document_name("mine/Model/README.md")
    ('passwd', 'mine/Model/README.md')
    """
    parts = name.split("/")
    whole = len(parts) == 3 and all(_PART.fullmatch(part) for part in parts)
    return name if whole else Path(name).name
