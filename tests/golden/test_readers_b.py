"""Golden cases: a folder with a document, the record it makes and the problems it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from readers_b import document

from provenance_graph.core import rdf
from provenance_graph.core.claims import Problem, Record
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers

HERE = Path(__file__).parent
FORMATS = (
    "croissant", "cyclonedx", "dpi", "epoch", "fair4ml", "fmti", "gallery", "lifecycle", "mlflow",
    "mldcat-ap", "modelpack", "modelsigning", "mot", "mteb-tasks", "ollama", "opendata", "openlineage", "osai",
    "prov", "rocrate", "spdx3",
)  # fmt: skip
CASES = sorted(path for name in FORMATS for path in HERE.glob(f"{name}/*/input*"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_a_document_gives_the_record_and_the_problems_of_its_golden_case(
    path: Path, golden: Callable[[Path, bytes], None]
) -> None:
    reader = readers()[path.parts[-3]]
    it = document(path.read_bytes(), path.name)
    assert [name for name, other in readers().items() if other.recognises(it.features)] == [
        reader.format
    ]
    results = list(records_of(reader, it))
    records = [item for item in results if isinstance(item, Record)]
    problems = [str(item) for item in results if isinstance(item, Problem)]
    golden(path.parent / "claims.trig", rdf.write_trig(records))
    golden(path.parent / "problems.txt", "".join(f"{line}\n" for line in problems).encode())
