"""Commands that ask the graph itself."""
