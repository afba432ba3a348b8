"""Documents checked without keeping them: form, shapes, spelling, and what the store knows upstream."""

from provenance_graph.checking.documents import Examined, examine
from provenance_graph.checking.writers import WRITERS

__all__ = ["WRITERS", "Examined", "examine"]
