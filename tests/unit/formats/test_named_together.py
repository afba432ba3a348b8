"""Developers whom one text names together are each a developer, in whatever field they stand."""

from __future__ import annotations

import pytest

from provenance_graph.core.claims import Record
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import model, organization
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats import mapping, statements
from provenance_graph.formats.catalogues import osai
from provenance_graph.formats.records import records_of
from tests.reading import document


@pytest.mark.parametrize("text", developer_names().together)
def test_each_of_several_developers_is_one(text: str) -> None:
    wanted = [organization(name) for name in developer_names().together[text]]
    assert len(wanted) > 1
    subject = model("acme/m")
    for said in (
        statements.made_by(subject, text),
        mapping.makers(subject, DCTERMS.creator, [text], "/creators"),
    ):
        claims = list(said)
        assert [c.value for c in claims if c.predicate == DCTERMS.creator] == wanted
        assert organization(text) not in {c.subject for c in claims}


@pytest.mark.parametrize(
    "text",
    [
        "BlinkDL/RWKV",
        "Research Training Group AIPHES & Heidelberg University",
        "Z.ai & THUKEG",
    ],
)
def test_several_are_known_by_their_text(text: str) -> None:
    assert text in developer_names().together


@pytest.mark.parametrize(
    "text", ["AT&T", "LF AI & Data", "Singapore University of Technology & Design"]
)
def test_one_whose_name_holds_an_and_stays_one(text: str) -> None:
    claims = list(statements.made_by(model("acme/m"), text))
    assert [c.value for c in claims if c.predicate == DCTERMS.creator] == [organization(text)]


def test_a_page_of_several_is_no_homepage_of_one_and_their_text_is_understood() -> None:
    text = "system:\n  name: Tiny\n  link: https://huggingface.co/acme/tiny\norg:\n"
    whole = text + "  name: BlinkDL/RWKV\n  link: https://www.rwkv.example/\n"
    (record, *_) = [
        item
        for item in records_of(osai.READER, document(whole, "tiny.yaml"))
        if isinstance(item, Record)
    ]
    assert [c for c in record.claims if c.predicate == PG.homepage] == []
    stated = [str(c.value) for c in record.claims if c.predicate == PG.otherStatement]
    assert [s for s in stated if "rwkv.example" in s] != []
    assert [s for s in stated if "BlinkDL" in s] == []
