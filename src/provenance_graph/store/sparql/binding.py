"""Insert values into a query's variables as terms serialised by the engine, never as raw text.

A binding becomes a ``VALUES`` row at the start of the outermost group. Unlike the engine's own
substitution, it does not require the variable in the projection. In patterns the term also replaces
its variable, where that cannot change the answer: the planner then reads the few statements about
the term, instead of joining all statements of a UNION with one row. A literal replaces a variable
only as an object.
"""

from __future__ import annotations

from functools import lru_cache

import pyoxigraph as ox

from provenance_graph.core.claims import Value
from provenance_graph.core.errors import QueryError
from provenance_graph.core.rdf import term
from provenance_graph.store.sparql.tokens import tokens
from provenance_graph.store.values import Bindings


def engine_term(value: Value) -> ox.NamedNode | ox.Literal:
    """The engine's term for a value; raises QueryError where it is not well-formed."""
    try:
        return term(value)
    except ValueError as error:
        raise QueryError(f"{value!r} cannot be a term: {error}") from error


def bind(query: str, bindings: Bindings | None) -> str:
    """A query with values for some of its variables; a tuple of IRIs becomes several rows.

    Raises QueryError for a name that is not a variable, or a value that is not an RDF term.

    >>> from provenance_graph.core.iris import Iri
    >>> bind("SELECT ?o WHERE { ?s ?p ?o }", {"s": Iri("urn:a")})
    'SELECT ?o WHERE { VALUES (?s) { (<urn:a>) } <urn:a> ?p ?o }'
    >>> bind("ASK { ?s ?p ?o }", {"s": (Iri("urn:a"), Iri("urn:b"))})
    'ASK { VALUES ?s { <urn:a> <urn:b> } ?s ?p ?o }'
    """
    if not bindings:
        return query
    try:
        variables = {name: str(ox.Variable(name)) for name in bindings}
    except ValueError as error:
        raise QueryError(f"not a variable: {error}") from error
    terms = {
        name: engine_term(value) for name, value in bindings.items() if not isinstance(value, tuple)
    }
    values = "".join(
        f" VALUES {variables[name]} {{ {' '.join(str(engine_term(one)) for one in several)} }}"
        for name, several in bindings.items()
        if isinstance(several, tuple)
    )
    if terms:
        names = " ".join(variables[name] for name in terms)
        values = f" VALUES ({names}) {{ ({' '.join(map(str, terms.values()))}) }}{values}"
    short = len(query) <= _REMEMBERED
    offset = _remembered(query) if short else _values_offset(query)
    if offset is None:  # a short CONSTRUCT takes no VALUES inside
        return f"{query}\n{values}"
    pieces = {offset: (0, values)}
    for name, value in terms.items() if short else ():
        objects = isinstance(value, ox.Literal)
        places = _in_patterns(query, name, objects)
        pieces |= dict.fromkeys(places, (len(name) + 1, f"{value} " if objects else str(value)))
    end, parts = 0, []
    for start, (length, text) in sorted(pieces.items()):
        parts += [query[end:start], text]
        end = start + length
    return "".join([*parts, query[end:]])


@lru_cache(maxsize=512)
def _in_patterns(query: str, name: str, objects: bool) -> tuple[int, ...]:
    """The offsets of a variable in patterns where a term may replace it; empty where none may.

    ``objects``: only the last position of a triple, the one place of a literal in a pattern.

    A constant could change the answer under MINUS, which needs common variables, in a subquery,
    where the name may be another variable, and where an expression of an inner group needs the
    variable. With a recursive path in the outermost group the engine plans better without a
    constant; in inner groups it would otherwise read every path.
    """
    places: list[int] = []
    brackets: list[str] = []
    before, selects = "", 0
    waiting = False  # whether the last place is kept only if a triple ends after it
    for kind, text, start in tokens(query):
        if waiting and text not in _AFTER_OBJECT:
            places.pop()
        waiting = False
        if kind == "open":
            brackets.append(text)
        elif kind == "close" and brackets:
            brackets.pop()
        elif kind == "variable" and text[1:] == name and brackets:
            if before == "VALUES" or (brackets[-1] == "(" and brackets.count("{") > 1):
                return ()
            if brackets[-1] != "(":
                places.append(start)
                waiting = objects
        elif text in "*+" and brackets == ["{"]:
            return ()
        before = text.upper() if kind == "word" else ""
        selects += before == "SELECT"
        if before == "MINUS" or selects > 1:
            return ()
    return tuple(places)


def _values_offset(query: str) -> int | None:
    """The offset at the start of the outermost group; None where VALUES must follow the group.

    Raises QueryError for a query without a group.
    """
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


_AFTER_OBJECT = frozenset(".;,}]")
_REMEMBERED = 4000
"""Maximum length of a query whose offset is cached."""
_remembered = lru_cache(maxsize=512)(_values_offset)
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
