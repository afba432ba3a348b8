"""Answers that are kept: by what was asked, within their bytes."""

from __future__ import annotations

from provenance_graph.service.http.cache import AnswerCache, etag
from provenance_graph.store.base import Answer


def test_kept_answers_count_what_was_asked() -> None:
    cache = AnswerCache(1 << 20)
    for n in range(10_000):
        cache.keep(etag("v", "x" * 100_000, str(n)), Answer(b"", "text/csv", "ask"))
    assert cache.used <= 1 << 20
    assert len(cache) * 600 <= 1 << 20


def test_questions_that_nobody_asks_again_do_not_fill_the_cache() -> None:
    cache = AnswerCache(1 << 20)
    answer = Answer(b"x" * 400, "text/csv", "ask")
    for n in range(5_000):
        cache.keep(f"once {n}", answer)
    assert cache.used <= (1 << 20) // 16
    assert cache.find("once 0") is not None  # room that is free is used at once
    for _ in range(2):
        cache.keep("again", answer)
    assert cache.find("again") is not None
    for n in range(10_000):
        for _ in range(2):
            cache.keep(f"twice {n}", answer)
    assert (1 << 20) * 0.9 < cache.used <= 1 << 20
