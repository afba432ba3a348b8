"""Run the command line as ``python -m provenance_graph``."""

from provenance_graph.cli import main

main()
