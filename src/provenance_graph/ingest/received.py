"""Records received in a bundle: their custody and collection depend on the bundle's signature.

Only a signature by a key that the operator's list binds to a record's publisher makes the record
*verified*. Any other signature only proves the sender: the custody stays *assumed*, so that the
record never counts as a developer's own statement. The record goes into a collection of the sender,
where it cannot replace records of others.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from provenance_graph.core.claims import Custody, Record
from provenance_graph.core.iris import RECORDS, Iri, mint, record_path
from provenance_graph.formats.bundles import envelope
from provenance_graph.formats.bundles.envelope import BundleFile
from provenance_graph.formats.bundles.keys import NO_KEYS, KeyList
from provenance_graph.formats.document import Document


def signers(document: Document, keys: KeyList) -> list[str]:
    """The ids of the listed keys that signed a bundle."""
    return envelope.signers(_opened(document.data, document.url), keys.keys)


@lru_cache(maxsize=2)
def _opened(data: bytes, url: str) -> BundleFile:
    """Parse the file of a bundle; cached, so that it is parsed once for all its records."""
    return envelope.read(data, url)


def received(
    record: Record, signed_by: list[str], collection: str, keys: KeyList = NO_KEYS
) -> Record:
    """The record under the sender's collection, with the custody that the signature allows.

    ``collection`` is that of bundles that are unsigned or signed with keys that are not listed.
    """
    header = record.header
    name = f"received-{signed_by[0][:16]}" if signed_by else collection
    custody = header.custody
    if custody is not Custody.DERIVED:
        bound = any(keys.binds(key, header.publisher) for key in signed_by)
        custody = Custody.VERIFIED if bound else Custody.ASSUMED
    made = replace(
        header,
        record=_below(name, header.record),
        of_document=_below(name, header.of_document),
        collection=mint("collection", name),
        custody=custody,
    )
    return Record(made, record.claims).sort()


def _below(collection: str, name: Iri) -> Iri:
    """Move the name of a record or document into the name space of a collection.

    >>> _below("received-ab", Iri(RECORDS + "mot/x/2026-01-01")).removeprefix(RECORDS)
    'received-ab/mot/x/2026-01-01'
    """
    local = record_path(name) if name.startswith(RECORDS) else mint("x", name).rpartition("/x/")[2]
    return Iri(f"{RECORDS}{collection}/{local}")
