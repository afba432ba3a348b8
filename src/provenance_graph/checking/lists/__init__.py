"""Lists of elements for checks of bills of materials and models, as data."""

from provenance_graph.checking.lists.checker import ElementChecker, list_named
from provenance_graph.checking.lists.definition import lists

__all__ = ["ElementChecker", "list_named", "lists"]
