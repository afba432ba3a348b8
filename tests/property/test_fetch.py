"""Whatever a server answers, fetching gives documents, problems or its own error."""

from __future__ import annotations

import json

import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import FetchError
from provenance_graph.formats.document import Document
from provenance_graph.formats.fetch.fetcher import Fetcher, fetch

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.sampled_from(["README.md", "a/b", "../x", ".eval_results/a.yaml", "config.json", "f" * 40]),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "sha", "siblings", "rfilename", "lfs"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(
    answer=values,
    status=st.sampled_from([200, 200, 200, 204, 301, 304, 404, 500]),
    link=st.sampled_from(
        ["", '<http://[>; rel="next"', '</api/models?page=2>; rel="next"', "\xff"]
    ),
    place=st.sampled_from(["hf:a/b", "hf:a/*", "https://example.org/x"]),
)
def test_any_answer_of_a_server_is_survived(answer, status, link, place):
    asked = 0

    def serve(_: httpx2.Request) -> httpx2.Response:
        nonlocal asked
        asked += 1
        headers = {"link": link.encode("latin-1")} if asked < 4 else {}
        return httpx2.Response(status, content=json.dumps(answer).encode(), headers=headers)

    with httpx2.Client(transport=httpx2.MockTransport(serve)) as client:
        fetcher = Fetcher(
            client, now=lambda: 0.0, pause=lambda _: None, resolve=lambda *_: ["8.8.8.8"]
        )
        try:
            for item in fetch(place, fetcher, "2026-01-01"):
                assert isinstance(item, (Document, Problem))
        except FetchError:
            return
