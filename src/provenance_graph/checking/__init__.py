"""Checks of documents without storing them: format, shapes, spelling, and upstream knowledge."""

from provenance_graph.checking.documents import Examined, examine
from provenance_graph.checking.writers import WRITERS

__all__ = ["WRITERS", "Examined", "examine"]
