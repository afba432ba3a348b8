"""What an alias meant, and on which day: stated periods, and readings that replaced another."""

from __future__ import annotations

import pytest

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.asking import ask
from provenance_graph.changes.history.history import history
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.ingest.day import dataset
from tests import importing

store, take = importing.store, importing.take  # fixtures

PREFIXES = """
@prefix pg: <https://w3id.org/provenance-graph/ns#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix m: <https://w3id.org/provenance-graph/id/model/acme/> .
"""
ALIASED = f"""{PREFIXES}
m:swift a pg:Model ; schema:name "Swift" .
m:swift-20250101 a pg:ModelVersion ; prov:specializationOf m:swift ; schema:version "20250101" .
m:swift-20250601 a pg:ModelVersion ; prov:specializationOf m:swift ; schema:version "20250601" .
<https://w3id.org/provenance-graph/id/alias/acme/swift> a pg:AliasBinding ; pg:alias "swift" ;
    pg:resolvesTo m:swift-{{day}} .
"""


def test_an_alias_without_stated_days_ends_with_the_reading_that_says_other(tmp_path, store, take):
    file = tmp_path / "alias.ttl"
    for day, read in (("20250101", "2025-02-01"), ("20250601", "2025-07-10")):
        file.write_text(ALIASED.replace("{day}", day))
        take(file, day=read)
    model = Iri("https://w3id.org/provenance-graph/id/model/acme/swift")

    def bound(as_of: str) -> list[tuple[str, str, str]]:
        aliases = history(AcceptedSnapshot(store, as_of), model).aliases
        return [(local_name(b.target), b.read, b.gone) for b in aliases]

    before, after = "swift-20250101", "swift-20250601"
    assert bound("") == [(before, "2025-02-01", "2025-07-10"), (after, "2025-07-10", "")]
    assert bound("2025-03-01") == [(before, "2025-02-01", "")]


def test_what_an_alias_meant_is_answered_for_the_day(tmp_path, store, take):
    alias = ALIASED.replace("pg:resolvesTo m:swift-{day}", "pg:alias 'swift-now'")
    (tmp_path / "alias.ttl").write_text(f"""{alias}
    [] a pg:Claim ; pg:about <https://w3id.org/provenance-graph/id/alias/acme/swift> ;
        pg:property pg:resolvesTo ; pg:value m:swift-20250101 ; pg:validUntil "2025-06-01" .
    [] a pg:Claim ; pg:about <https://w3id.org/provenance-graph/id/alias/acme/swift> ;
        pg:property pg:resolvesTo ; pg:value m:swift-20250601 ; pg:validFrom "2025-06-01" .
    """)
    take(tmp_path / "alias.ttl", day="2025-03-01")

    def meant(as_of: str, name: str) -> list[tuple[str, str, str]]:
        snapshot = AcceptedSnapshot(store, as_of)
        data = dataset(snapshot) if as_of else None
        rows = ask(snapshot, "alias-or-version", {"name": name}, data=data)
        at = [rows.names.index(column) for column in ("kind", "version", "now")]
        return [tuple(str(row[n]) for n in at) for row in rows.rows]

    now = [("alias", "20250101", "no"), ("alias", "20250601", "yes")]
    assert meant("", "swift") == meant("", "swift-now") == now
    before = [("alias", "20250101", "yes"), ("alias", "20250601", "no")]
    assert meant("2025-04-01", "swift") == before
    assert meant("", "20250601") == [("version", "20250601", "yes")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("swift-2025-01-01", "version"),
        ("swift-20250101", "version"),
        ("swift-001", "version"),
        ("swift-08-2024", "version"),
        ("acme.swift-20250101-v2:0", "version"),
        ("swift", "offered name"),
        ("swift-70b", "offered name"),
    ],
)
def test_a_name_that_only_an_offer_has_is_a_version_where_it_is_dated(
    tmp_path, store, take, name, kind
):
    offer = "<https://w3id.org/provenance-graph/id/offer/acme/one>"
    (tmp_path / "offer.ttl").write_text(f"""{PREFIXES}
    {offer} a pg:Offer ; pg:providerModelId "{name}" ; pg:offerOf m:one .
    m:one a pg:Model ; schema:version "{"a" * 40}" .
    """)
    take(tmp_path / "offer.ttl", day="2025-03-01")
    snapshot = AcceptedSnapshot(store)
    [row] = ask(snapshot, "alias-or-version", {"name": name.upper()}).rows
    assert str(row[0]) == kind
    with pytest.raises(NotFound) as raised:
        ask(snapshot, "alias-or-version", {"name": "zzz"})
    assert "aaaa" not in str(raised.value)  # a commit is near to no name
