"""A store that an earlier version made is refused with the command that migrates it, and migrated."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from provenance_graph.acceptance.evidence import StoreStatements
from provenance_graph.core import iris, rdf
from provenance_graph.core.claims import Custody
from provenance_graph.core.errors import StoreFormat
from provenance_graph.core.terms import DCTERMS
from provenance_graph.ingest.build import build
from provenance_graph.ingest.imported import MIGRATED, imported_records
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import open_store

MADE = Path(__file__).parents[2] / "data" / "stores" / "version-0.1.0.nq"
IMPORTED = iris.record("osaimap", "top_models", "2026-05-01")
SHIPPED = iris.record("osaimap", "top_models", "2026-06-11")


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    quads = [rdf.our_quad(q) for q in ox.parse(MADE.read_bytes(), format=ox.RdfFormat.N_QUADS)]
    embedded.build(tmp_path / "graph", quads)
    return tmp_path / "graph"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Shipped data with a later reading of a file of the same name."""
    text = f"""
        @prefix pg: <https://w3id.org/provenance-graph/ns#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        <{SHIPPED}> {{ <{SHIPPED}> a pg:SourceRecord ; <https://schema.org/url> <https://example.org/> ;
          <http://www.w3.org/ns/prov#wasAttributedTo> <{iris.organization("t")}> ;
          <http://purl.org/pav/retrievedOn> "2026-06-11"^^<http://www.w3.org/2001/XMLSchema#date> .
          <{iris.model("a/x")}> a pg:Model ; dcterms:license <http://spdx.org/licenses/MIT> . }}"""
    path = tmp_path / "data" / "records" / "osaimap" / "x.trig"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return tmp_path / "data"


def test_a_store_of_an_earlier_format_is_refused_with_the_command_that_migrates_it(
    earlier: Path,
) -> None:
    with pytest.raises(StoreFormat, match="run `provenance-graph build`"):
        open_store(str(earlier))


def test_what_was_imported_is_kept_and_counts_beside_what_is_shipped(
    earlier: Path, data: Path
) -> None:
    (retained,) = list(imported_records(earlier))
    assert (retained.header.record, retained.header.collection) == (IMPORTED, MIGRATED)
    built = build(data, earlier)
    assert (built.records, built.carried_over) == (1, 1)
    with EmbeddedStore.open(earlier) as store:
        header = StoreStatements(store).header(IMPORTED)
        assert header is not None
        assert (header.collection, header.custody) == (MIGRATED, Custody.ASSUMED)
        for model in {claim.subject for claim in retained.claims if "/model/" in claim.subject}:
            assert any(True for _ in store.quads(model, DCTERMS.license)), model
        assert any(True for _ in store.quads(iris.model("a/x"), DCTERMS.license))
    assert build(data, earlier).carried_over == 1
    open_store(str(earlier)).close()
