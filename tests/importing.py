"""Documents imported into a store in memory: what the tests of imports share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reference_data import reference

from provenance_graph.core import iris, rdf
from provenance_graph.core.claims import Header, Problem
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats.document import Document
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import ImportReport, import_documents
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

CARD = "---\nlicense: {licence}\n---\n# {name}\nA model.\n"
HEADER = "model_id,author,downloads,likes,pipeline_tag,library_name,created_at,last_modified,tags"
ROW = "{name},{owner},1,1,text-generation,transformers,2024-01-01,2024-01-02,license:{licence}"


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    with MemoryStore(compile_quads(reference(), [], [], day="2026-06-01")) as made:
        yield made


Take = Callable[..., tuple[ImportReport, list[str]]]


@pytest.fixture
def take(store: MemoryStore) -> Take:
    def run(*paths: Path, day: str = "2026-06-01", **how: object) -> tuple[ImportReport, list[str]]:
        reported: list[str] = []

        def tell(name: str, problem: Problem) -> None:
            reported.append(f"{name}: {problem.what}")

        fetched = how.pop("fetched", False)
        url = str(how.pop("address", ""))
        result = discover([str(path) for path in paths], retrieved=day, url=url)
        documents = (
            Document(d.url, d.data, d.retrieved, d.name, d.files, fetched=True) if fetched else d
            for d in result
        )
        how.setdefault("now", f"{day}T12:00:00Z")
        dry = how.pop("dry", False)
        options = Options(**how)  # type: ignore[arg-type]
        target, against = (None, store) if dry else (store, None)
        return import_documents(
            target, documents, readers(), options, tell, against=against
        ), reported

    return run


def headers(store: MemoryStore) -> list[Header]:
    names = sorted({s for s, _, _, g in store.quads(predicate=PG.reader, graph=ANY) if s == g})
    return [rdf.from_quads(store.quads(graph=name)).header for name in names]


def models(store: MemoryStore) -> set[str]:
    return {iris.short_id(s) for s, *_ in store.quads(predicate=RDF.type, object=PG.Model)}


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def bom(path: Path, name: str, serial: str = "", version: int = 1) -> Path:
    number = f'"serialNumber": "urn:uuid:{serial}", ' if serial else ""
    return write(
        path,
        '{"bomFormat": "CycloneDX", "specVersion": "1.6", '
        f'{number}"version": {version}, "components": [{{"type": "machine-learning-model", '
        f'"name": "{name}", "bom-ref": "m", "licenses": [{{"license": {{"id": "MIT"}}}}]}}]}}',
    )


def table(path: Path, *rows: tuple[str, str]) -> Path:
    lines = [ROW.format(name=n, owner=n.partition("/")[0], licence=licence) for n, licence in rows]
    return write(path, "\n".join([HEADER, *lines, ""]))
