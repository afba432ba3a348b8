"""Reading again what a store holds, or what ``sync.toml`` names, without asking for more than changed."""

from provenance_graph.sync.config import Source, read_sync
from provenance_graph.sync.run import Outcome, Synced, synchronise
from provenance_graph.sync.state import State
from provenance_graph.sync.stored import held_places

__all__ = ["Outcome", "Source", "State", "Synced", "held_places", "read_sync", "synchronise"]
