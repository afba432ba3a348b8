"""Papers by DOI or arXiv id: every reader gives a paper the same address, however it is spelt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cards import card

from provenance_graph.core import iris, papers
from provenance_graph.core.claims import Claim
from provenance_graph.core.terms import PG
from provenance_graph.exchange import hf_card
from provenance_graph.formats.catalogues.osaimap import repositories
from provenance_graph.formats.fair4ml import parts
from provenance_graph.formats.fields import named

MODEL = iris.model("acme/oak")
PACKAGE = Path(hf_card.__file__).parents[1]


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ("arxiv:2407.21783v2", "https://arxiv.org/abs/2407.21783"),
        ("arxiv:cs/0112017", "https://arxiv.org/abs/cs/0112017"),
        ("doi:10.5281/zenodo.15386042", "https://doi.org/10.5281/zenodo.15386042"),
    ],
)
def test_a_paper_has_one_address_in_every_format(stated: str, address: str) -> None:
    read = [
        *named.tag(MODEL, stated, ""),
        *parts.linked(MODEL, PG.paper, stated, ""),
        *repositories._tags(MODEL, "acme/oak", stated, ""),
        *card(f"tags: ['{stated}']"),
        *card(f"paper: '{stated}'"),
    ]
    assert [str(item.value) for item in read if isinstance(item, Claim)].count(address) == 5


@pytest.mark.parametrize("stated", ["doi:10.1/none", "arxiv:soon", "doi:"])
def test_an_id_of_no_paper_gives_no_address(stated: str) -> None:
    items = [*named.tag(MODEL, stated, ""), *card(f"tags: ['{stated}']")]
    assert not [i for i in items if isinstance(i, Claim) and i.predicate == PG.paper]


def test_ids_of_papers_are_parsed_in_one_module() -> None:
    parsing = re.compile(r"10\\\.\\d|\\d\{4\}\\\.\\d\{4,5\}")
    places = {
        p.relative_to(PACKAGE) for p in PACKAGE.rglob("*.py") if parsing.search(p.read_text())
    }
    assert places == {Path(papers.__file__).relative_to(PACKAGE)}
