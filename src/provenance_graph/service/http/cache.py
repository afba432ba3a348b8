"""A cache of answers, limited in bytes, and the entity tags by which clients validate theirs."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Final, Generic, TypeVar

from starlette.datastructures import Headers
from starlette.requests import Request

from provenance_graph.service.http.calls import header
from provenance_graph.store.base import Answer

_OVERHEAD: Final = 600
_LARGEST_SHARE: Final = 16
_FREE_SHARE: Final = 16
"""One part in this many may be filled by any value; beyond it, only by values requested before."""
_REMEMBERED: Final = 8192
"""Number of keys remembered as requested once; they are kept as hashes, less than a megabyte."""


T = TypeVar("T")


class ByteBoundedCache(Generic[T]):
    """A cache that drops the least recently used values beyond ``size`` bytes; thread-safe.

    Values requested only once do not fill it: once a sixteenth is in use, a value is kept when it
    comes for the second time. ``weigh`` returns the bytes of a value. A key covers everything on
    which a value depends, including the store's version, so no value is ever stale.
    """

    def __init__(self, size: int, weigh: Callable[[T], int]) -> None:
        self._size, self._used, self._weigh = size, 0, weigh
        self._values: OrderedDict[str, T] = OrderedDict()
        self._once: OrderedDict[int, None] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> T | None:
        """The value of a key, or None if it is not cached."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def keep(self, key: str, value: T) -> None:
        """Store a value, unless it is too large or requested for the first time.

        A value above a sixteenth of the cache is too large. A first request stores its value while
        less than a sixteenth of the cache is in use.
        """
        size = self._bytes(key, value)
        with self._lock:
            if size * _LARGEST_SHARE > self._size or key in self._values:
                return
            if (self._used + size) * _FREE_SHARE > self._size and not self._came_before(key):
                return
            self._values[key] = value
            self._used += size
            while self._used > self._size:
                self._used -= self._bytes(*self._values.popitem(last=False))

    def _came_before(self, key: str) -> bool:
        mark = hash(key)
        if mark in self._once:
            del self._once[mark]
            return True
        self._once[mark] = None
        if len(self._once) > _REMEMBERED:
            self._once.popitem(last=False)
        return False

    def __len__(self) -> int:
        return len(self._values)

    @property
    def used(self) -> int:
        """Estimated bytes in use."""
        return self._used

    def _bytes(self, key: str, value: T) -> int:
        return self._weigh(value) + len(key) + _OVERHEAD


class AnswerCache(ByteBoundedCache[Answer]):
    """Answers of queries by their entity tag, a short key for any query."""

    def __init__(self, size: int) -> None:
        super().__init__(size, lambda answer: len(answer.body))

    def keep(self, key: str, value: Answer) -> None:
        """Store an answer unless it is truncated."""
        if not value.truncated:
            super().keep(key, value)


def etag(*parts: str) -> str:
    """A weak entity tag over all parts on which an answer depends.

    >>> etag("v1", "ASK {}") == etag("v1", "ASK {}") != etag("v2", "ASK {}")
    True
    """
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12)
    return f'W/"{digest.hexdigest()}"'


_CODED: Final = re.compile(r'-(?:gzip|br)"$')


def matches(if_none_match: str | None, tag: str, *, exists: bool = False) -> bool:
    """Whether ``If-None-Match`` names the tag (RFC 9110 §13.1.2, weak comparison).

    ``*`` matches only a representation known to exist (``exists``), which is so after the answer
    was found.

    >>> matches('"a", W/"b"', 'W/"b"'), matches(None, 'W/"b"'), matches("*", 'W/"b"')
    (True, False, False)
    """
    if not if_none_match or not tag:
        return False
    if if_none_match.strip() == "*":
        return exists
    bare = tag.removeprefix("W/")
    return any(_bare(part) == bare for part in if_none_match.split(","))


def is_held(request: Request, headers: Mapping[str, str], *, exists: bool = False) -> bool:
    """Whether the client already holds the answer with these headers (RFC 9110 §13.2.2).

    ``If-Modified-Since`` is used where ``If-None-Match`` is not sent and the answer has
    Last-Modified, which only files have.
    """
    stated = Headers(headers)
    none_match = header(request, "if-none-match")
    if none_match is not None:
        return matches(none_match, stated.get("etag", ""), exists=exists)
    modified, since = stated.get("last-modified"), header(request, "if-modified-since")
    if modified is None or since is None or request.method not in ("GET", "HEAD"):
        return False
    try:
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
    except (ValueError, TypeError, OverflowError):  # an invalid HTTP date is ignored
        return False


def matches_strongly(if_match: str, tag: str) -> bool:
    """Whether ``If-Match`` names the tag (RFC 9110 §13.1.1, strong comparison).

    >>> matches_strongly('"b", "a"', '"a"'), matches_strongly('W/"a"', 'W/"a"')
    (True, False)
    """
    if tag.startswith("W/"):
        return False
    bare = _CODED.sub('"', tag)
    return any(_CODED.sub('"', part.strip()) == bare for part in if_match.split(","))


def _bare(part: str) -> str:
    return _CODED.sub('"', part.strip().removeprefix("W/"))


def graph_tag(version: str, graph: str, media_type: str) -> str:
    """The strong entity tag of a graph's representation; it starts with the store version.

    >>> graph_tag("7-ab", "urn:g", "text/turtle").startswith('"7-ab~')
    True
    """
    return f'"{version}~{etag(graph, media_type)[3:-1]}"'


@dataclass(frozen=True, slots=True)
class Precondition:
    """The precondition of a write: ``If-Match`` and ``If-None-Match`` as they were sent.

    A tag stands for the graph in one version of the store. Any later version counts as another
    state, since no record tells which graphs a version changed.
    """

    match: str = ""
    none_match: str = ""

    def holds(self, versions: Collection[str], exists: bool) -> bool:
        """Whether the write may proceed (RFC 9110 §13.2.2).

        ``versions`` are the versions that count as the present state: the public one and the full
        one.

        >>> Precondition(none_match="*").holds(["7-ab"], exists=True)
        False
        >>> Precondition(match='"7-ab~x"').holds(["9-cd", "7-ab"], exists=True)
        True
        """
        if self.match and not (exists and _names(self.match, versions, weakly=False)):
            return False
        return not (self.none_match and exists and _names(self.none_match, versions, weakly=True))


ALWAYS: Final = Precondition()
"""The precondition of a write without one: it always holds."""


def _names(tags: str, versions: Collection[str], *, weakly: bool) -> bool:
    if tags.strip() == "*":
        return True
    results = (part.strip() for part in tags.split(","))
    bare = (part.removeprefix("W/") if weakly else part for part in results)
    heads = tuple(f'"{version}~' for version in versions)
    return any(part.startswith(heads) for part in bare)
