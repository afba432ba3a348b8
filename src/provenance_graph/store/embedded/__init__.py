"""The Oxigraph store on disk: one writer, any number of readers of published checkpoints."""

from provenance_graph.store.embedded.published import require_new
from provenance_graph.store.embedded.store import (
    CheckpointReads,
    EmbeddedStore,
    EmbeddedWriter,
    Load,
    build,
    restore,
)

__all__ = [
    "CheckpointReads",
    "EmbeddedStore",
    "EmbeddedWriter",
    "Load",
    "build",
    "require_new",
    "restore",
]
