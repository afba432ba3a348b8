from __future__ import annotations

import pyoxigraph as ox
import pytest

from provenance_graph.core.errors import BadIri
from provenance_graph.core.iris import iri


@pytest.mark.parametrize(
    "text",
    ["http://[", "http://a/[b]", "http://a:port/", "http://a/%zz", "http://a#b#c", "http://[1]",
     "http://a b/", "http://a/\ue000", "http://a/\x85", "no-scheme", "http://a/\ud800"],
)  # fmt: skip
def test_what_the_engine_refuses_is_refused_with_a_reason(text):
    with pytest.raises(BadIri):
        iri(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://huggingface.co/org/name",
        "http://a:80/b?c=d&e#f",
        "urn:x:y",
        "http://[::1]/a",
        "https://é.example/中?q=1",
        "mailto:a@b.c",
        "https://doi.org/10.1/(x)%20y",
    ],
)
def test_what_is_accepted_the_engine_accepts(text):
    assert ox.NamedNode(iri(text)).value == text
