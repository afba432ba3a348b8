"""SPARQL texts: tokens, guard, bindings, rewriting, answers."""
