"""Texts in which a string is never closed are looked through in time that grows with their length."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from provenance_graph.core.errors import Unreadable
from provenance_graph.formats import parsing
from provenance_graph.formats.rdf import syntax
from provenance_graph.shapes import compile as shapes_compile

PIECES = ['\\"', "\\'", '"""\\', '"a', '"\\\n', "'''x", "<a", "#", '"""b"', "1" * 3_999 + "x"]


def depth(text: str) -> None:
    syntax.guard_depth(text, "urn:x")


def numbers(text: str) -> None:
    list(parsing._long_numbers(text))


def strings(text: str) -> None:
    shapes_compile._STRINGS.sub("", text)


def spent(function: Callable[[str], None], text: str) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    function(text)
    return time.process_time() - start


@pytest.mark.parametrize("function", [depth, numbers, strings])
@pytest.mark.parametrize("piece", PIECES)
def test_ten_times_the_text_takes_far_less_than_a_hundred_times_as_long(
    function: Callable[[str], None], piece: str
) -> None:
    short, long = (piece * (size // len(piece)) for size in (40_000, 400_000))
    least = min(spent(function, short) for _ in range(3))
    assert spent(function, long) < 40 * max(least, 0.002)


@pytest.mark.parametrize(
    "before",
    ["<a> <b> 'x\\'(((y' .", 'ex:a\\\'s <b> "(" .', '<a> <b> """x"(\\"""" .', "# it's (\n"],
)
def test_depth_is_counted_after_strings_and_escapes(before: str) -> None:
    depth(f"{before} {'[' * parsing.MAX_DEPTH}")
    with pytest.raises(Unreadable, match="nested deeper"):
        depth(f"{before} {'[' * (parsing.MAX_DEPTH + 1)}")


@pytest.mark.parametrize(
    "text", ['"""a"b""" MINUS', '"a\\"" MINUS', "\"it's MINUS", "ex:a\\'s MINUS"]
)
def test_what_stands_after_a_string_is_still_seen(text: str) -> None:
    bare = shapes_compile._STRINGS.sub(lambda part: part[0] if part.lastgroup else "", text)
    assert re.search("MINUS", bare)
