"""Services for assistants: an MCP server with receipts, and checks of prose against the graph."""

from provenance_graph.assistant.cite_check import cite_check
from provenance_graph.assistant.server import make_server
from provenance_graph.assistant.verdicts import Checked

__all__ = ["Checked", "cite_check", "make_server"]
