"""Lists of elements that bills of materials and models are held to, as data."""

from provenance_graph.checking.lists.definition import lists
from provenance_graph.checking.lists.judge import ElementJudge, list_named

__all__ = ["ElementJudge", "list_named", "lists"]
