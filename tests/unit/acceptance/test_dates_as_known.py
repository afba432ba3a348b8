"""A date of which a source gives a month is a month wherever it is shown."""

from __future__ import annotations

import pytest
import reference_data

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Literal, Precision, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, XSD
from provenance_graph.graph.rows import conflict_row, plain
from provenance_graph.ingest.build import compile_quads
from provenance_graph.model.profile import profile
from provenance_graph.model.search.index import SearchIndex
from provenance_graph.store.memory import MemoryStore

REFERENCE = reference_data.reference()
MODEL = iris.model("acme/one")


def record(
    source: str,
    prop: Iri,
    value: str,
    precision: Precision | None,
    basis: Basis = Basis.THIRD_PARTY,
) -> Record:
    header = Header(
        iris.record(source, "doc", "2026-01-01"),
        Iri(f"https://example.org/{source}"),
        iris.organization(source),
        "2026-01-01",
        source,
        basis,
        custody=Custody.VERIFIED,
    )
    claims = (
        Claim(MODEL, RDF.type, PG.Model),
        Claim(MODEL, SCHEMA.name, Literal("One")),
        Claim(MODEL, DCTERMS.creator, iris.organization("acme")),
        Claim(MODEL, prop, Literal(value, XSD.date), precision=precision),
    )
    return Record(header, claims)


def opened(*records: Record) -> AcceptedSnapshot:
    return AcceptedSnapshot(MemoryStore(compile_quads(REFERENCE, list(records), [])))


def shown(snapshot: AcceptedSnapshot, prop: str) -> tuple[object, object]:
    fields = [f for s in profile(snapshot, MODEL).to_json()["sections"] for f in s["fields"]]
    field = next(f for f in fields if f["property"] == prop)
    return field["values"], field["precision"]


@pytest.mark.parametrize(
    ("value", "precision", "mark", "text"),
    [
        ("2025-02-28", Precision.MONTH, PG.knownToMonth, "2025-02"),
        ("2025-09-30", Precision.QUARTER, PG.knownToQuarter, "2025-Q3"),
        ("2019-12-31", Precision.YEAR, PG.knownToYear, "2019"),
    ],
)
def test_a_period_is_marked_in_the_view_and_shown_as_one(
    value: str, precision: Precision, mark: Iri, text: str
) -> None:
    snapshot = opened(record("index", DCTERMS.issued, value, precision))
    assert (MODEL, mark, DCTERMS.issued, None) in snapshot.view(MODEL).quads
    assert snapshot.precision(MODEL, DCTERMS.issued) is precision
    assert shown(snapshot, "issued") == ([text], precision.label)
    assert plain(Literal(value, XSD.date), precision) == text
    assert SearchIndex.open(snapshot).models().items[0]["released"] == text


def test_a_catalogue_s_last_day_does_not_make_a_day_of_a_stated_month() -> None:
    month = record("acme", PG.knowledgeCutoff, "2025-02-28", Precision.MONTH, Basis.DEVELOPER)
    day = record("index", PG.knowledgeCutoff, "2025-02-28", None)
    assert shown(opened(month, day), "knowledgeCutoff") == (["2025-02"], "Month")
    own = record("acme", PG.knowledgeCutoff, "2025-02-28", None, Basis.DEVELOPER)
    assert shown(opened(own, day), "knowledgeCutoff") == (["2025-02-28"], None)


def test_a_month_meets_a_filter_where_one_of_its_days_does() -> None:
    table = SearchIndex.open(opened(record("a", DCTERMS.issued, "2025-02-28", Precision.MONTH)))
    for where, number in [
        ({"releasedTo": ["2025-02-10"]}, 1),
        ({"releasedTo": ["2025-01-31"]}, 0),
        ({"releasedFrom": ["2025-02-20"]}, 1),
        ({"releasedFrom": ["2025-03-01"]}, 0),
    ]:
        assert table.models(where).total == number, where


def test_a_side_of_a_conflict_is_as_precise_as_its_source() -> None:
    month = record("a", DCTERMS.issued, "2025-02-28", Precision.MONTH)
    other = record("b", DCTERMS.issued, "2024-05-13", None)
    (conflict,) = conflicts(opened(month, other))
    assert {side["value"] for side in conflict.to_json()["sides"]} == {"2025-02", "2024-05-13"}
    assert conflict_row(conflict)["why"] == conflict.explanation
