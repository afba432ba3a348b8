"""``python -m provenance_graph`` is the command line."""

from provenance_graph.cli import main

main()
