"""A form names a repository of the Hub as people do; whatever page of it they give, it is that repository."""

from __future__ import annotations

import pytest

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.forms import values

SUBJECT = iris.model("acme/oak-7b")


def stated(predicate: Iri, text: str) -> list[object]:
    return [
        item.value
        for item in values.claims(SUBJECT, predicate, text, "/field")
        if isinstance(item, Claim)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "acme/oak-base",
        "https://huggingface.co/acme/oak-base",
        "https://huggingface.co/acme/oak-base/tree/main",
        "https://hf.co/acme/oak-base",
        "hf:acme/oak-base",
    ],
)
def test_a_parent_is_the_repository_of_its_address(text: str) -> None:
    assert stated(PG.fineTunedFrom, text) == [iris.model("acme/oak-base")]


@pytest.mark.parametrize(
    "text",
    [
        "acme/logs",
        "https://huggingface.co/datasets/acme/logs",
        "https://huggingface.co/datasets/acme/logs/viewer/default/train",
    ],
)
def test_a_dataset_is_the_repository_of_its_address(text: str) -> None:
    assert stated(PG.trainedOn, text) == [iris.dataset("acme/logs")]
