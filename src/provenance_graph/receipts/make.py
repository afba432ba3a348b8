"""Makes a bundle: an export with all its evidence, in one file that can be signed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import canonical
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.resources import software
from provenance_graph.exchange.registry import export
from provenance_graph.formats.bundles import envelope
from provenance_graph.model.bundles.gather import bundle as gather
from provenance_graph.receipts.content import content


def make(
    snapshot: AcceptedSnapshot,
    subjects: Sequence[Iri],
    formats: Sequence[str] = (),
    *,
    ancestors: bool = True,
    key: Ed25519PrivateKey | None = None,
) -> bytes:
    """Make the file of a bundle about models or datasets.

    Two calls on the same store version give the same bytes: the only date is that of the store.
    Raises UsageError if a format cannot hold the subjects.
    """
    gathered = gather(snapshot, subjects, ancestors=ancestors)
    as_of = gathered.origin.as_of
    exports = {name: export(gathered, name).text for name in sorted(set(formats))}
    text = canonical.canonical_text(content(snapshot, gathered))
    names = [short_id(subject) for subject in subjects]
    predicate: dict[str, object] = {
        "about": [str(subject) for subject in gathered.subjects],
        "day": snapshot.policy.day,
        "asOf": as_of,
        "store": snapshot.version,
        "software": software(),
        "command": command(names, sorted(set(formats)), as_of, ancestors=ancestors),
        "canonicalisation": canonical.ALGORITHM,
        "graphs": {
            graph: f"sha256:{canonical.digest(part)}"
            for graph, part in sorted(canonical.by_graph(text).items())
        },
    }
    return envelope.write(envelope.statement(predicate, text, exports), text, exports, key)


def command(names: Sequence[str], formats: Sequence[str], as_of: str, *, ancestors: bool) -> str:
    """The command line that makes the bundle again from the same store, unsigned."""
    parts = ["provenance-graph", "bundle", *names]
    for name in formats:
        parts += ["--as", name]
    parts += ["--as-of", as_of] if as_of else []
    parts += [] if ancestors else ["--no-ancestors"]
    return shlex.join(parts)
