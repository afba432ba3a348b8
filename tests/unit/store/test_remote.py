from __future__ import annotations

import httpx2
import pytest

from provenance_graph.core import errors
from provenance_graph.store.base import Limits
from provenance_graph.store.remote.http import failure
from provenance_graph.store.remote.reading import RemoteStore

URL = "http://service.example/sparql"


def answering(reply):
    return RemoteStore(URL, httpx2.Client(transport=httpx2.MockTransport(reply)))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.QuerySyntax),
        (403, errors.QueryRefused),
        (413, errors.QueryTooLarge),
        (429, errors.QueryBusy),
        (503, errors.QueryBusy),
        (504, errors.QueryTimeout),
        (404, errors.StoreError),
        (500, errors.StoreError),
        (301, errors.StoreError),
    ],
)
def test_a_refusal_keeps_its_meaning_and_its_words(status, kind):
    store = answering(lambda _: httpx2.Response(status, json={"detail": "because"}))
    with pytest.raises(kind, match="because"):
        store.ask("ASK {}")


def test_a_service_that_is_not_there_is_named():
    def refuse(_):
        raise httpx2.ConnectError("refused")

    with pytest.raises(errors.StoreError, match=r"service\.example/sparql cannot be reached"):
        answering(refuse).ask("ASK {}")


def test_a_service_that_does_not_answer_times_out():
    def sleep(_):
        raise httpx2.ReadTimeout("slow")

    with pytest.raises(errors.QueryTimeout, match="within 3 s"):
        answering(sleep).ask("ASK {}", limits=Limits(seconds=3))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"head": 1}', b"\xff"])
def test_an_answer_of_something_else_is_an_error(body):
    with pytest.raises(errors.QueryError, match="did not answer with SPARQL results"):
        answering(lambda _: httpx2.Response(200, content=body)).select("SELECT * {}")


def test_an_endless_answer_is_stopped():
    def endless(_):
        return httpx2.Response(200, content=(b"x" * 1000 for _ in range(10_000)))

    with pytest.raises(errors.QueryTooLarge, match="5000 bytes"):
        answering(endless).select("SELECT * {}", limits=Limits(answer_bytes=5000))


def test_the_version_is_the_etag_and_never_a_guess():
    tagged = answering(lambda _: httpx2.Response(200, json={}, headers={"etag": '"5-ab"'}))
    assert tagged.version == tagged.version == '"5-ab"'
    untagged = answering(lambda _: httpx2.Response(200, json={}))
    assert untagged.version != untagged.version


def test_the_page_with_which_a_service_refuses_is_told_in_its_words() -> None:
    page = b"<html><style>b {color: red}</style><body><h1>Not here</h1>\n<p>No such place</p></body></html>"
    assert str(failure("http://x", 501, page)) == "http://x answered 501: Not here No such place"
