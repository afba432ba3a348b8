"""Commits sent to addresses that the operator allows: once, in order, signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import httpx2
import pytest

from provenance_graph.changes import webhooks
from provenance_graph.changes.log import Commit, FactChange
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import ProvenanceError, UsageError
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import PG

URL = "https://hooks.example.org/graph"
COMMITS = [
    Commit(
        f"{n}-abcdefabcdef",
        f"{n - 1}-abcdefabcdef",
        "2026-11-29T00:00:00Z",
        "update",
        facts=(FactChange(model("acme/tiny"), PG.contextLength, (), (Literal(str(n)),)),),
        fact_count=1,
    )
    for n in (2, 3, 4)
]


class Receiver:
    """What a hook gets, and what it answers."""

    def __init__(self, *answers: int) -> None:
        self.answers, self.got = list(answers), []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.got.append(request)
        return httpx2.Response(self.answers.pop(0) if self.answers else 204)

    def versions(self) -> list[str]:
        return [request.headers["x-delivery"] for request in self.got]


def deliver(folder: Path, receiver: Receiver, secret: str = "", addresses=("93.184.216.34",)):
    def since(version: str) -> list[Commit]:
        return [one for one in COMMITS if one.sequence > int(version.partition("-")[0])]

    with httpx2.Client(transport=httpx2.MockTransport(receiver)) as client:
        return webhooks.deliver(
            [webhooks.Hook(URL, secret)],
            since,
            webhooks.Deliveries(folder / "deliveries.json"),
            client,
            current="1-abcdefabcdef",
            pause=lambda _: None,
            resolve=lambda *_: list(addresses),
        )


def begun(folder: Path) -> Path:
    """A hook that is told nothing of the past begins at the present version."""
    (told,) = deliver(folder, Receiver())
    assert (told.sent, told.version) == (0, "1-abcdefabcdef")
    return folder


def test_each_commit_is_sent_once_and_in_order(tmp_path) -> None:
    begun(tmp_path)
    receiver = Receiver()
    (told,) = deliver(tmp_path, receiver)
    assert receiver.versions() == [one.version for one in COMMITS]
    assert (told.sent, told.failure) == (3, "")
    again = Receiver()
    deliver(tmp_path, again)
    assert again.got == []


def test_the_body_is_the_commit_and_is_signed(tmp_path) -> None:
    begun(tmp_path)
    receiver = Receiver()
    deliver(tmp_path, receiver, secret="s3cret")
    first = receiver.got[0]
    body = first.read()
    assert json.loads(body)["facts"][0]["now"] == ["2"]
    expected = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert first.headers["x-signature-256"] == f"sha256={expected}"


def test_a_hook_that_fails_keeps_its_place(tmp_path) -> None:
    begun(tmp_path)
    (told,) = deliver(tmp_path, Receiver(204, 500, 500, 500))
    assert told.sent == 1
    assert "500" in told.failure
    receiver = Receiver()
    deliver(tmp_path, receiver)
    assert receiver.versions() == [one.version for one in COMMITS[1:]]


def test_a_passing_failure_is_tried_again_and_a_refusal_is_not(tmp_path) -> None:
    begun(tmp_path)
    receiver = Receiver(503, 204, 403)
    (told,) = deliver(tmp_path, receiver)
    assert told.sent == 1
    assert "403" in told.failure
    assert len(receiver.got) == 3


def test_a_private_address_is_not_called(tmp_path) -> None:
    begun(tmp_path)
    receiver = Receiver()
    (told,) = deliver(tmp_path, receiver, addresses=("10.0.0.1",))
    assert receiver.got == []
    assert "not public" in told.failure


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[hook]]\nurl = 'https://a.example/x'\n", "allow"),
        (
            "allow = ['b.example']\n[[hook]]\nurl = 'https://a.example/x'\n",
            "a.example is not among",
        ),
        ("allow = ['a.example']\n", "no hook"),
        ("allow = ['a.example']\n[[hook]]\nurl = 'ftp://a.example/x'\n", "not a web address"),
        ("allow = ['a.example']\n[[hook]]\nurl = 'https://u:p@a.example/x'\n", "password"),
        ("allow = ['a.example']\n[[hook]]\nurl = 3\n", "not a web address"),
        ("allow = ['a.example']\n[[hook]]\nurl = 'https://a.example/x'\nsecret_env = 'NO'\n", "NO"),
        (
            "allow = ['a.example']\n[[hook]]\nurl = 'https://a.example/x'\nsecert_env = 'NO'\n",
            "no such field: secert_env",
        ),
        ("allow = [", "TOML"),
    ],
)
def test_a_file_of_hooks_that_is_wrong_says_what(tmp_path, text, message) -> None:
    path = tmp_path / "hooks.toml"
    path.write_text(text)
    with pytest.raises(ProvenanceError, match=message):
        webhooks.read_hooks(path, {})


def test_a_missing_file_is_told(tmp_path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        webhooks.read_hooks(tmp_path / "none.toml")


def test_a_host_with_its_port_may_be_private(tmp_path) -> None:
    path = tmp_path / "hooks.toml"
    path.write_text("allow = ['127.0.0.1:9000']\n[[hook]]\nurl = 'http://127.0.0.1:9000/x'\n")
    assert webhooks.read_hooks(path) == [webhooks.Hook("http://127.0.0.1:9000/x")]
    allowed = webhooks.private_hosts(path)
    assert allowed("127.0.0.1:9000")
    assert not allowed("127.0.0.1:22")


def test_a_subject_is_shown_by_its_id() -> None:
    assert json.loads(webhooks.body_of(COMMITS[0]))["title"].startswith("Version 2-abcdefabcdef: 1")
    assert Iri(model("acme/tiny"))
