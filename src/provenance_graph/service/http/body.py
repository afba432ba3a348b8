"""Request bodies, within bounds of size and time, before and after decompression."""

from __future__ import annotations

import asyncio
import zlib
from typing import Final

from starlette.requests import Request

from provenance_graph.service.http.calls import header
from provenance_graph.service.http.limits import Bounds
from provenance_graph.service.http.problems import (
    bad_request,
    refuse,
    too_large,
    unsupported_media,
)

_GZIP: Final = 16 + zlib.MAX_WBITS


async def read_body(request: Request, bounds: Bounds) -> bytes:
    """The whole body, decompressed; raises a refusal with 400, 408, 413 or 415.

    Starlette's own ``Request.body`` has no bound and knows no Content-Encoding.
    """
    declared = header(request, "content-length") or "0"
    if declared.isascii() and declared.isdigit() and int(declared) > bounds.body_bytes:
        raise too_large(f"the body has {declared} bytes; send at most {bounds.body_bytes}")
    pieces = bytearray()
    try:
        async with asyncio.timeout(bounds.body_seconds):
            async for piece in request.stream():
                pieces += piece
                if len(pieces) > bounds.body_bytes:
                    raise too_large(f"send at most {bounds.body_bytes} bytes")
    except TimeoutError as error:
        detail = f"the body did not arrive within {bounds.body_seconds:g} s"
        raise refuse(408, "Request timeout", detail, "slow", Connection="close") from error
    coding = (header(request, "content-encoding") or "identity").strip().lower()
    if coding in ("identity", ""):
        return bytes(pieces)
    if coding not in ("gzip", "x-gzip"):
        raise unsupported_media(f"Content-Encoding: {coding}", "gzip or no coding")
    return gunzip(bytes(pieces), bounds.body_bytes)


def gunzip(body: bytes, limit: int) -> bytes:
    """Decompress within a size limit, so that a small body cannot become a large one.

    A body may have several members, one after another (RFC 1952 §2.2).
    """
    whole = bytearray()
    rest = memoryview(body)
    while rest:
        machine = zlib.decompressobj(_GZIP)
        try:
            whole += machine.decompress(rest, limit + 1 - len(whole))
        except zlib.error as error:
            detail = "more follows" if whole else "the body says Content-Encoding: gzip"
            raise bad_request(f"{detail} but is not gzip") from error
        if len(whole) > limit or machine.unconsumed_tail:
            raise too_large(f"the body decompresses to more than {limit} bytes")
        if not machine.eof:
            raise bad_request("the gzip body ends early")
        rest = rest[len(rest) - len(machine.unused_data) :]
    return bytes(whole)
