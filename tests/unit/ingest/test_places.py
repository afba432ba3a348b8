"""Where a document stands: the collection of an address, and what its reader is told of its folder."""

from __future__ import annotations

import pytest

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Custody, Header, Record
from provenance_graph.core.iris import Iri
from provenance_graph.formats.document import Document
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.place import (
    PublisherCollections,
    below_namespace,
    collection_of,
    placed,
)

DAY = "2026-06-01"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/x.json", "a.example"),
        ("https://b.example/x.json", "b.example"),
        ("https:///x.json", "web"),
    ],
)
def test_the_collection_of_an_address_is_its_host(url: str, name: str) -> None:
    known = PublisherCollections(frozenset(), {})
    made = collection_of(Document(Iri(url), b"", DAY), Options(), known)
    assert made.name == iris.slug(name)


@pytest.mark.parametrize(
    ("name", "folder", "told"),
    [
        ("config.json", "chat", "chat/config.json"),
        ("config.json", "", "config.json"),
        ("bom.json", "chat", "bom.json"),
    ],
)
def test_a_folder_names_only_files_that_are_called_so_in_every_folder(
    name: str, folder: str, told: str
) -> None:
    seen = below_namespace(
        Document(Iri("urn:file:x"), b"", DAY, name, folder=folder), Options(namespace="acme")
    )
    assert seen.name == (f"acme/{told}" if "/" in told else told)


@pytest.mark.parametrize(
    ("name", "folder", "root"),
    [
        ("oak/README.md", "cards", "/home/me/cards"),
        ("cards/oak/README.md", "cards", "/home/me/cards"),
        ("work/oak/README.md", "oak", "/home/me/work/oak"),
        ("oak/adapter_config.json", "cards", "/home/me/cards"),
    ],
)
def test_an_organisation_that_the_importer_names_replaces_the_folder_that_was_asked_for(
    name: str, folder: str, root: str
) -> None:
    """However the path was typed: from inside, from above, or the repository's own folder."""
    asked = Document(Iri("urn:file:x"), b"", DAY, name, folder=folder, root=root)
    file = name.rpartition("/")[2]
    assert below_namespace(asked, Options(namespace="acme")).name == f"acme/oak/{file}"


def test_an_organisation_s_folder_inside_stays_its_own() -> None:
    asked = Document(Iri("urn:file:x"), b"", DAY, "org/oak/README.md", folder="all", root="/all")
    assert below_namespace(asked, Options(namespace="acme")).name == "org/oak/README.md"


@pytest.mark.parametrize("read", [Custody.DERIVED, Custody.ASSUMED])
def test_what_a_program_took_from_prose_stays_so_whoever_says_where_it_is_from(
    read: Custody,
) -> None:
    url = Iri("https://a.example/x.json")
    header = Header(
        iris.record("fair4ml", "x", DAY),
        url,
        iris.organization("a"),
        DAY,
        "fair4ml",
        Basis.THIRD_PARTY,
        custody=read,
    )
    made = placed(
        Record(header, ()),
        Document(url, b"", DAY, fetched=True),
        Options(publisher="a"),
        "fair4ml",
        PublisherCollections(frozenset(), {}),
    )
    expected = Custody.DERIVED if read is Custody.DERIVED else Custody.ASSERTED
    assert made.header.custody is expected
