"""Exports of the graph: one writer per format, with the losses of each."""
