"""Files that are no bundle, refused in a sentence before they are read whole."""

from __future__ import annotations

import pytest

from provenance_graph.core.errors import Unreadable
from provenance_graph.receipts.verify import verify


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no bundle: it is no JSON"),
        (b"---\nlicense: mit\n---\n", "no bundle: it is no JSON"),
        (b"{}", "no bundle"),
        (b"[" * 200_000, "nested deeper"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"mediaType": "application/vnd.provenance-graph.bundle+json;version=9"}', "version=9"),
    ],
)
def test_what_is_no_bundle_is_said_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        verify(data)


def test_a_file_of_a_hundred_megabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(Unreadable, match="at most"):
        verify(b" " * (65 << 20))
