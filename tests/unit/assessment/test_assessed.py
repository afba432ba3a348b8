"""Assessments name criteria that our rubrics have."""

from __future__ import annotations

import pytest

from provenance_graph.core import iris
from provenance_graph.core.resources import folder
from provenance_graph.formats.catalogues import assessed, mot, osai

SCHEMES = [
    (osai.SCHEME, osai.PARAMETERS),
    (assessed.Scheme("mof-1.0", "", "", ""), mot.COMPONENTS),
]


@pytest.mark.parametrize(("scheme", "titles"), SCHEMES, ids=lambda item: getattr(item, "id", ""))
def test_every_criterion_of_a_reader_is_in_the_rubric(
    scheme: assessed.Scheme, titles: tuple[str, ...]
) -> None:
    rubric = (folder("ontology") / "rubrics" / f"{scheme.id}.ttl").read_text()
    base = iris.mint("rubric", scheme.id)
    for title in titles:
        local = scheme.criterion(title).removeprefix(f"{base}/")
        assert f"<{local}> a pg:Criterion" in rubric, title
