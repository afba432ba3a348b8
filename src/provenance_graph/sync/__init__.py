"""Reading again what a store holds, or what ``sync.toml`` names, without asking for more than changed."""

from provenance_graph.sync.config import SyncSource, read_sync
from provenance_graph.sync.run import PlaceOutcome, Synced, synchronise
from provenance_graph.sync.state import SyncState
from provenance_graph.sync.stored import held_places

__all__ = [
    "PlaceOutcome",
    "SyncSource",
    "SyncState",
    "Synced",
    "held_places",
    "read_sync",
    "synchronise",
]
