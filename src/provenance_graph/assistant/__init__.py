"""Answers for assistants: every value with its receipt, and prose checked against the graph."""

from provenance_graph.assistant.cite_check import Checked, cite_check
from provenance_graph.assistant.server import make_server

__all__ = ["Checked", "cite_check", "make_server"]
