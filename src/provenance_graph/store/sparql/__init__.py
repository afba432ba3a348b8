"""SPARQL text: tokens, guard, binding, answers."""
