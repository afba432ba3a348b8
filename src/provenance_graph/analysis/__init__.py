"""Questions about the graph: pure functions over a store that is open for reading."""
