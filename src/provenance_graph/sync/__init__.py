"""Reading again what a store holds, or what ``sync.toml`` names, without asking for more than changed."""

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
