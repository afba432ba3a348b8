"""Read request bodies within limits of size and time, before and after decompression."""

from __future__ import annotations

import asyncio
import zlib
from typing import Final

from starlette.requests import Request

from provenance_graph.core.lexical_forms import stated_count
from provenance_graph.service.http.calls import header
from provenance_graph.service.http.limits import Bounds
from provenance_graph.service.http.problems import (
    bad_request,
    refuse,
    too_large,
    unsupported_media,
)
from provenance_graph.service.http.threads import in_thread

_GZIP: Final = 16 + zlib.MAX_WBITS
_PIECE: Final = 64 << 10
_OUT: Final = 256 << 10
"""Bytes that come out at once: to copy megabytes keeps the event loop's thread waiting."""
_IN_LOOP: Final = 1 << 10
"""Compressed bytes that may be decompressed in the event loop; the output is at most a thousand
times as large."""
MEMBERS: Final = 4_096
"""Maximum number of members of a gzip body; a writer that makes a member of each 64 kB has 512
in 32 MB."""


async def read_body(request: Request, bounds: Bounds) -> bytes:
    """The whole body, decompressed; raises RequestRefused with 400, 408, 413 or 415.

    Starlette's ``Request.body`` has no limit and ignores Content-Encoding.
    """
    declared = stated_count(header(request, "content-length") or "") or 0
    if declared > bounds.body_bytes:
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
    if len(pieces) <= _IN_LOOP:
        return gunzip(pieces, bounds.body_bytes)
    return await in_thread(gunzip, pieces, bounds.body_bytes)


def gunzip(body: bytes | bytearray, limit: int) -> bytes:
    """Decompress gzip data up to ``limit`` bytes, so that a small body cannot become a large one.

    A body may have several members, one after another (RFC 1952 §2.2), up to ``MEMBERS``. The time
    is linear in input and output, however many members there are. Raises RequestRefused with 400 or
    413.
    """
    if not body:
        raise bad_request("the body says Content-Encoding: gzip but is empty")
    whole = bytearray()
    with memoryview(body) as view:
        at = members = 0
        while at < len(view):
            if members == MEMBERS:
                raise bad_request(f"the gzip body has more than {MEMBERS} members")
            members += 1
            at = _member(view, at, whole, limit)
    return bytes(whole)


def _member(view: memoryview, at: int, whole: bytearray, limit: int) -> int:
    """Append the content of one gzip member to ``whole``; returns the offset of the next member.

    zlib copies the input that it does not consume, so it is fed small pieces.
    """
    machine = zlib.decompressobj(_GZIP)
    while not machine.eof:
        piece = view[at : at + _PIECE]
        if not piece:
            raise bad_request("the gzip body ends early")
        try:
            whole += machine.decompress(piece, min(_OUT, limit + 1 - len(whole)))
        except zlib.error as error:
            detail = "more follows" if whole else "the body says Content-Encoding: gzip"
            raise bad_request(f"{detail} but is not gzip") from error
        if len(whole) > limit:
            raise too_large(f"the body decompresses to more than {limit} bytes")
        # At a member's end zlib counts what follows it as unconsumed, too.
        left = machine.unused_data if machine.eof else machine.unconsumed_tail
        at += len(piece) - len(left)
    return at
