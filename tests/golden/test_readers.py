"""Golden cases: a folder with a document, the record it makes and the problems it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reading import load

from provenance_graph.core import rdf
from provenance_graph.core.claims import Problem, Record
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers

HERE = Path(__file__).parent
FORMATS = sorted({path.name for path in HERE.iterdir() if path.is_dir()} - {"apx", "rdf"})
"""Every folder of cases but those with tests of their own: a new reader adds a folder alone."""
WRITTEN = ("claims.trig", "problems.txt")


def _inputs() -> list[tuple[Path, Path]]:
    """Each case's document: a file, at any depth, or a folder named ``repository``."""
    results = []
    for name in FORMATS:
        for case in sorted(path for path in (HERE / name).glob("*") if path.is_dir()):
            repository = case / "repository"
            files = [p for p in sorted(case.rglob("*")) if p.is_file() and p.name not in WRITTEN]
            results.append((case, repository if repository.is_dir() else files[0]))
    return results


CASES = _inputs()


@pytest.mark.parametrize(("case", "path"), CASES, ids=[f"{c.parts[-2]}-{c.name}" for c, _ in CASES])
def test_a_document_gives_the_record_and_the_problems_of_its_golden_case(
    case: Path, path: Path, golden: Callable[[Path, bytes], None]
) -> None:
    reader = readers()[case.parts[-2]]
    it = load(path, case)
    fitting = [name for name, other in readers().items() if other.recognises(it.features)]
    assert fitting == [reader.format]
    results = list(records_of(reader, it))
    records = [item for item in results if isinstance(item, Record)]
    problems = [str(item) for item in results if isinstance(item, Problem)]
    golden(case / "claims.trig", rdf.write_trig(records))
    golden(case / "problems.txt", "".join(f"{line}\n" for line in problems).encode())
    for record in records:
        assert rdf.from_quads(rdf.to_quads(record)) == record
