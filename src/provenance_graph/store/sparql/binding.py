"""Values into a query's variables, as terms written by the engine and never as raw text.

A binding becomes a ``VALUES`` row at the start of the outermost group. Unlike the engine's
own substitution it needs no place in the projection, and the planner sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pyoxigraph as ox

from provenance_graph.core.claims import Value
from provenance_graph.core.errors import QueryError
from provenance_graph.core.rdf import term
from provenance_graph.store.sparql.tokens import tokens


def engine_term(value: Value) -> ox.NamedNode | ox.Literal:
    """The engine's term of a value; raises QueryError when it is not well-formed."""
    try:
        return term(value)
    except ValueError as error:
        raise QueryError(f"{value!r} cannot be a term: {error}") from error


def bind(query: str, bindings: Mapping[str, Value] | None) -> str:
    """A query with values for some of its variables.

    >>> from provenance_graph.core.iris import Iri
    >>> bind("SELECT ?o WHERE { ?s ?p ?o }", {"s": Iri("urn:a")})
    'SELECT ?o WHERE { VALUES (?s) { (<urn:a>) } ?s ?p ?o }'
    """
    if not bindings:
        return query
    try:
        names = " ".join(str(ox.Variable(name)) for name in bindings)
    except ValueError as error:
        raise QueryError(f"not a variable: {error}") from error
    row = " ".join(str(engine_term(value)) for value in bindings.values())
    values = f" VALUES ({names}) {{ ({row}) }}"
    place = _remembered(query) if len(query) <= _REMEMBERED else _place(query)
    if place is None:  # a short CONSTRUCT takes no VALUES inside
        return f"{query}\n{values}"
    return query[:place] + values + query[place:]


def _place(query: str) -> int | None:
    """Where the outermost group starts; None when values belong after it."""
    depth = 0
    template = False  # inside CONSTRUCT { … }, which comes before the group
    previous = form = ""
    for kind, text, start in tokens(query):
        if kind == "word":
            previous = text.upper()
            form = previous if previous in _FORMS and not form else form
        elif kind == "open":
            if text == "{" and depth == 0:
                if form != "CONSTRUCT" or template:
                    return start + 1
                if previous != "CONSTRUCT":
                    return None
                template = True
            depth += 1
        elif kind == "close":
            depth -= 1
    if form == "DESCRIBE":
        return None
    raise QueryError("this query has no group to bind its variables in")


_REMEMBERED = 4000
"""The longest query whose place for values is remembered."""
_remembered = lru_cache(maxsize=512)(_place)
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
