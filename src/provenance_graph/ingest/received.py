"""Records that came in a bundle: whose word they are depends on who signed it.

Only a signature by a key that the operator's list binds to a record's publisher makes the
record *verified*. For all others the signature proves who sent it: the custody stays
*assumed*, so that nothing in it counts as a developer's own word, and it goes into a
collection of the sender's, where it can replace nothing of anybody else's.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from provenance_graph.core.claims import Custody, Record
from provenance_graph.core.iris import ID, Iri, mint
from provenance_graph.formats.bundles import envelope
from provenance_graph.formats.bundles.envelope import BundleFile
from provenance_graph.formats.bundles.keys import NO_KEYS, KeyList
from provenance_graph.formats.document import Document

_HEAD = f"{ID}record/"


def signers(document: Document, keys: KeyList) -> list[str]:
    """The ids of the listed keys that signed a bundle."""
    return envelope.signers(_opened(document.data, document.url), keys.keys)


@lru_cache(maxsize=2)
def _opened(data: bytes, url: str) -> BundleFile:
    """The file of a bundle, opened once for all its records."""
    return envelope.read(data, url)


def received(
    record: Record, signed_by: list[str], collection: str, keys: KeyList = NO_KEYS
) -> Record:
    """The excerpt under the sender's collection, with the custody that its signature earns.

    ``collection`` is where unsigned bundles, and those of keys that are not listed, come in.
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
    """A name of a record or document among those of a collection.

    >>> _below("received-ab", Iri(_HEAD + "mot/x/2026-01-01")).removeprefix(_HEAD)
    'received-ab/mot/x/2026-01-01'
    """
    local = (
        name.removeprefix(_HEAD) if name.startswith(_HEAD) else mint("x", name).rpartition("/x/")[2]
    )
    return Iri(f"{_HEAD}{collection}/{local}")
