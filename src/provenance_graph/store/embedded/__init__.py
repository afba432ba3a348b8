"""The Oxigraph store on disk: one writer, any number of readers of published checkpoints."""

from provenance_graph.store.embedded.store import (
    EmbeddedStore,
    EmbeddedWriter,
    Load,
    build,
    restore,
)

__all__ = ["EmbeddedStore", "EmbeddedWriter", "Load", "build", "restore"]
