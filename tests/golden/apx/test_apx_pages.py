"""Golden cases of model pages: a folder with a page, the record it makes, its problems."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from provenance_graph.core import rdf
from provenance_graph.core.claims import Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers

CASES = sorted(Path(__file__).parent.glob("*/input.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_page_gives_the_record_and_the_problems_of_its_golden_case(
    path: Path, golden: Callable[[Path, bytes], None]
) -> None:
    page = Document(Iri("urn:file:page.txt"), path.read_bytes(), "2026-01-31", "page.txt")
    assert [r.format for r in readers().values() if r.recognises(page.features)] == ["apx"]
    results = list(records_of(readers()["apx"], page))
    records = [item for item in results if isinstance(item, Record)]
    problems = [str(item) for item in results if isinstance(item, Problem)]
    assert rdf.read_trig(rdf.write_trig(records)) == records
    golden(path.parent / "claims.trig", rdf.write_trig(records))
    golden(path.parent / "problems.txt", "".join(f"{line}\n" for line in problems).encode())
