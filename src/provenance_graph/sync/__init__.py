"""Synchronisation: fetch the sources of a store, or of ``sync.toml``, again and import changes."""

from provenance_graph.sync.config import SyncSource, read_sync
from provenance_graph.sync.run import SourceOutcome, Synced, synchronise
from provenance_graph.sync.state import SyncState
from provenance_graph.sync.stored import stored_sources

__all__ = [
    "SourceOutcome",
    "SyncSource",
    "SyncState",
    "Synced",
    "read_sync",
    "stored_sources",
    "synchronise",
]
