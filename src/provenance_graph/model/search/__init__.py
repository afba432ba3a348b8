"""Search over the models of a store, and over the names of everything in it."""
