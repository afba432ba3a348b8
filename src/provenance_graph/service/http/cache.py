"""Answers kept while the store's version stands, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from hashlib import blake2b
from typing import Final

from provenance_graph.store.base import Answer

_OVERHEAD: Final = 600
_LARGEST_SHARE: Final = 16


class AnswerCache:
    """Least recently used answers; a key holds the store's version, so none is ever stale."""

    def __init__(self, size: int) -> None:
        self._size, self._used = size, 0
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()

    def find(self, key: Hashable) -> Answer | None:
        """The answer, if it is still here."""
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    def keep(self, key: Hashable, text_size: int, answer: Answer) -> None:
        """Keep an answer, unless it alone would take much of the room."""
        size = len(answer.body) + text_size + _OVERHEAD
        if size * _LARGEST_SHARE > self._size or answer.truncated or key in self._kept:
            return
        self._kept[key] = answer
        self._used += size
        while self._used > self._size:
            old, dropped = self._kept.popitem(last=False)
            asked = old[1] if isinstance(old, tuple) and len(old) > 1 else ""
            self._used -= len(dropped.body) + len(str(asked)) + _OVERHEAD

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def used(self) -> int:
        """Bytes in use, by estimate."""
        return self._used


def etag(*parts: str) -> str:
    """A weak entity tag of all that an answer depends on.

    >>> etag("v1", "ASK {}") == etag("v1", "ASK {}") != etag("v2", "ASK {}")
    True
    """
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12)
    return f'W/"{digest.hexdigest()}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether the client already has it (RFC 9110 §13.1.2, weak comparison).

    >>> matches('"a", W/"b"', 'W/"b"'), matches(None, 'W/"b"')
    (True, False)
    """
    if not if_none_match:
        return False
    if if_none_match.strip() == "*":
        return True
    bare = tag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == bare for part in if_none_match.split(","))
