"""Rewrite SPARQL text by tokens: base, prefixes, dataset, one graph, silent loads, row limits.

All functions take time linear in the text. Updates are rewritten in the writer process, where they
run. Queries are rewritten in the serving process, after their length has been checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from provenance_graph.core.errors import QueryRefused, QuerySyntax
from provenance_graph.core.iris import Iri
from provenance_graph.store.sparql.tokens import QUERY_FORMS, Token, form, nested, tokens, unescape

_RELATIVE: Final = re.compile(r'<(?![A-Za-z][A-Za-z0-9+.\-]*+:)[^<>"{}|^`\\\x00-\x20]*+>')
_VOLATILE: Final = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID|BNODE)\b|\\u|\bSERVICE\b", re.IGNORECASE)
_WHOLE_STORE: Final = frozenset(
    {"graph", "using", "with", "load", "clear", "drop", "create", "add", "move", "copy", "into"}
)
_WHOLE: Final = frozenset({"all", "default", "named"})
_BEFORE_GRAPH: Final = frozenset({"graph", "with", "into", "to", "using", "named"})
_LONGEST_BASE: Final = 10_000
_MANAGEMENT: Final = frozenset({"add", "move", "copy", "create", "clear", "drop"})


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """An update as a client sent it, with the parameters of its request.

    ``base`` resolves relative IRIs. ``default_graphs`` and ``named_graphs`` are the protocol's
    ``using-graph-uri`` and ``using-named-graph-uri``. ``within`` is the only graph that the update
    may name (PATCH of the graph store protocol).
    """

    text: str
    base: str = ""
    default_graphs: tuple[Iri, ...] = ()
    named_graphs: tuple[Iri, ...] = ()
    within: Iri | None = None

    def prepared(self) -> str:
        """The text that the engine runs; raises QueryRefused where there can be none."""
        text = self.text
        if form(text) in QUERY_FORMS:
            raise QueryRefused("this is a query; send it to /sparql")
        if self.within is not None:
            text = within_graph(text, self.within)
        if self.default_graphs or self.named_graphs:
            text = with_using(text, self.default_graphs, self.named_graphs)
        return without_silent_loads(with_base(text, self.base))


def with_base(text: str, base: str) -> str:
    """The text with a BASE declaration of ``base``, if it has relative IRIs.

    The protocol lets a service define the base (§2.1.4 of the SPARQL 1.1 Protocol).
    """
    if not base or _RELATIVE.search(text) is None:
        return text
    return f"BASE <{base}>\t{text}"


def with_prefixes(text: str, known: Mapping[str, str]) -> str:
    r"""The text with declarations of the known prefixes that it uses and does not declare.

    The declarations are on the first line, each followed by a tab, by which :mod:`.syntax` recognises
    them. Raises QuerySyntax, with line and similar prefixes, for a prefix that is neither declared nor
    known.

    >>> with_prefixes("ASK { ?s e:p e:o }", {"e": "urn:e:"})
    'PREFIX e: <urn:e:>\tASK { ?s e:p e:o }'
    """
    declared, used = set[str](), dict[str, int]()
    before = ""
    for kind, piece, start in tokens(text):
        if kind == "name" and not piece.startswith("_:"):
            prefix = piece.partition(":")[0]
            if before == "prefix":
                declared.add(prefix)
            else:
                used.setdefault(prefix, start)
        before = piece.lower() if kind == "word" else ""
    missing = [prefix for prefix in used if prefix not in declared]
    for prefix in missing:
        if prefix not in known:
            near = get_close_matches(prefix, known, 3)
            display_text = " or ".join(f"{name}:" for name in near)
            every = ", ".join(f"{name}:" for name in sorted(known))
            meant = f"; did you mean {display_text}?" if near else "."
            line = text.count("\n", 0, used[prefix]) + 1
            raise QuerySyntax(
                f"line {line}: the prefix {prefix[:60]}: is not declared{meant} "
                f"Without a declaration these are known: {every}"
            )
    head = "".join(f"PREFIX {prefix}: <{known[prefix]}>\t" for prefix in missing)
    return head + text


def volatile(text: str) -> bool:
    """Whether two evaluations over the same data may differ, so that no answer is cached.

    >>> volatile("SELECT (now() AS ?t) {}"), volatile("ASK {}")
    (True, False)
    """
    return _VOLATILE.search(text) is not None


def with_using(text: str, default_graphs: Sequence[Iri], named_graphs: Sequence[Iri]) -> str:
    """Add the protocol's dataset to every operation of an update that has a WHERE.

    Raises QueryRefused where the update has USING or WITH itself (SPARQL 1.1 Protocol 2.2.3).

    >>> with_using("DELETE WHERE { ?s ?p ?o }", [Iri("urn:g")], [])
    'DELETE { ?s ?p ?o } USING <urn:g> WHERE { ?s ?p ?o }'
    """
    text = unescape(text)
    results = list(nested(text))
    if any(token.keyword in ("using", "with") for token in results):
        raise QueryRefused(  # §2.2.3 of the protocol
            "the update has USING or WITH, so the request may not also have using-graph-uri "
            "or using-named-graph-uri"
        )
    clause = "".join(f"USING <{g}> " for g in default_graphs)
    clause += "".join(f"USING NAMED <{g}> " for g in named_graphs)
    closes = _closing(results)
    out: list[str] = []
    done = 0
    for at, token in enumerate(results):
        if token.keyword != "where" or token.depth != 0:
            continue
        out.append(text[done : token.start])
        if at and results[at - 1].keyword == "delete":
            out.append(_group(text, results, closes, at + 1) + " ")
        out.append(clause)
        done = token.start
    return "".join([*out, text[done:]])


def _closing(result: Sequence[Token]) -> dict[int, int]:
    """The index of the closing bracket for each outermost opening one, found in one pass."""
    closes: dict[int, int] = {}
    opened: int | None = None
    for at, token in enumerate(result):
        if token.kind == "open" and token.depth == 0:
            opened = at
        elif token.kind == "close" and token.depth == 0 and opened is not None:
            closes[opened] = at
            opened = None
    return closes


def _group(text: str, result: Sequence[Token], closes: dict[int, int], at: int) -> str:
    """The text of the group in braces that starts at a token; raises QueryRefused."""
    if at >= len(result) or result[at].text != "{":
        raise QueryRefused("a keyword that a group must follow is not followed by {")
    if at not in closes:
        raise QueryRefused("a { is never closed")
    return text[result[at].start : result[closes[at]].end]


def within_graph(text: str, graph: Iri) -> str:
    """An update without graph names, applied to one named graph (for PATCH).

    Raises QueryRefused for an operation that names another graph.

    >>> within_graph("INSERT DATA { <urn:a> <urn:b> 1 }", Iri("urn:g"))
    'INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }'
    >>> within_graph("DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", Iri("urn:g"))
    'WITH <urn:g> DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }'
    """
    text = unescape(text)
    results = list(nested(text))
    closes = _closing(results)
    out: list[str] = []
    done = 0
    fresh = True  # whether the next INSERT or DELETE starts an operation
    for at, token in enumerate(results):
        if token.keyword in _WHOLE_STORE:
            raise QueryRefused(f"{token.text}: the update may name this graph only")
        if token.text == ";" and token.depth == 0:
            fresh = True
        if token.keyword not in ("insert", "delete") or token.depth or not fresh:
            continue
        fresh = False
        after = results[at + 1].keyword if at + 1 < len(results) else ""
        if after in ("data", "where"):
            group = _group(text, results, closes, at + 2)
            start = results[at + 2].start
            out += [text[done:start], f"{{ GRAPH <{graph}> {group} }}"]
            done = start + len(group)
        else:
            out += [text[done : token.start], f"WITH <{graph}> "]
            done = token.start
    return "".join([*out, text[done:]])


def without_silent_loads(text: str) -> str:
    """An update whose ``LOAD SILENT`` operations do nothing.

    Loading always fails here, since no request reaches the network, and a failed
    ``LOAD SILENT`` is a success that changed nothing (SPARQL 1.1 Update §3.1.4).

    >>> without_silent_loads("LOAD SILENT <urn:x> INTO GRAPH <urn:g> ; CLEAR ALL")
    'INSERT DATA { } ; CLEAR ALL'
    """
    lowered = text.lower()
    if "load" not in lowered or "silent" not in lowered:
        return text
    results = list(nested(text))
    out: list[str] = []
    done = 0
    for at, token in enumerate(results):
        following = results[at + 1].keyword if at + 1 < len(results) else ""
        if token.keyword != "load" or token.depth or following != "silent":
            continue
        rest = results[at + 2 : at + 6]
        words = [t.keyword for t in rest[1:3]]
        size = 4 if words == ["into", "graph"] else 1
        if len(rest) < size or any(rest[n].kind not in ("iri", "name") for n in {0, size - 1}):
            continue
        out += [text[done : token.start], "INSERT DATA { }"]
        done = rest[size - 1].end
    return "".join([*out, text[done:]])


def limited(text: str, rows: int) -> str:
    r"""A SELECT whose outermost LIMIT is at most ``rows``.

    A caller asks for one row more than it shows, to detect a longer answer.

    >>> limited("SELECT * { ?s ?p ?o }", 11)
    'SELECT * { ?s ?p ?o }\nLIMIT 11'
    >>> limited("SELECT * { ?s ?p ?o } LIMIT 5 OFFSET 2", 11)
    'SELECT * { ?s ?p ?o } LIMIT 5 OFFSET 2'
    >>> limited("SELECT * { ?s ?p ?o } LIMIT 50 VALUES ?s { <urn:a> }", 11)
    'SELECT * { ?s ?p ?o } LIMIT 11 VALUES ?s { <urn:a> }'
    """
    results = list(nested(text))
    position = len(text)
    for at, token in enumerate(results):
        if token.depth:
            continue
        following = results[at + 1] if at + 1 < len(results) else None
        if token.keyword == "limit" and following is not None and following.kind == "number":
            if (
                following.text.isascii()
                and following.text.isdigit()
                and int(following.text) <= rows
            ):
                return text
            return f"{text[: following.start]}{rows}{text[following.end :]}"
        if token.keyword == "values":
            position = token.start
    # A line of its own: the text may end in a comment.
    return f"{text[:position]}\nLIMIT {rows}{f' {text[position:]}' if position < len(text) else ''}"


def inserts_only(text: str) -> bool:
    """Whether an update consists of INSERT DATA only, so that it reads no graph.

    >>> inserts_only("PREFIX e: <urn:e:> INSERT DATA { <urn:a> e:b 1 } ; INSERT DATA { }")
    True
    >>> inserts_only("INSERT { ?s ?p 1 } WHERE { ?s ?p 2 }")
    False
    """
    if "\\u" in text or "\\U" in text:
        return False  # an escape may stand for a letter of a keyword
    expected = "insert"
    for token in nested(text):
        if token.depth:
            continue
        word = token.keyword or token.text
        if expected == "insert" and (word in ("prefix", "base") or token.kind in ("name", "iri")):
            continue
        if word != expected and not (expected == "insert" and word == ";"):
            return False
        expected = {"insert": "data", "data": "{", "{": "}", "}": ";", ";": "insert"}[word]
    return expected in (";", "insert")


def graphs_named(text: str) -> Iterator[tuple[str, str]]:
    """Yield the graph names in an update: the declarations each needs, and the name as written.

    Raises QueryRefused for an operation on the default graph or on all graphs. The names serve to
    tell a client which graph it may not write; what an update may change is checked elsewhere.

    >>> list(graphs_named("PREFIX e: <urn:x:> INSERT DATA { GRAPH e:g { <urn:a> <urn:b> 1 } }"))
    [('PREFIX e: <urn:x:>', 'e:g')]
    """
    results = list(nested(unescape(text)))
    _refuse_default(results)
    known = _Declarations()
    for at, token in enumerate(results):
        before = results[at - 1].keyword if at else ""
        if token.depth == 0 and token.keyword in ("prefix", "base"):
            known.add([t.text for t in results[at + 1 : at + 3]], base=token.keyword == "base")
        management = token.depth == 0 and (before in _MANAGEMENT or before in ("silent", "to"))
        if management and token.keyword in _WHOLE:
            raise QueryRefused(
                f"{before.upper()} {token.text}: name one graph; the default graph is the "
                "accepted view, which follows from records"
            )
        if token.kind in ("iri", "name") and (management or before in _BEFORE_GRAPH):
            yield known.of(token.text), token.text


class _Declarations:
    """The prefix and base declarations in force, by which each name gets only those that it needs.

    Otherwise a text of many declarations and many names would be parsed many times.
    """

    def __init__(self) -> None:
        self._base = ""
        self._prefixes: dict[str, str] = {}

    def add(self, declared: Sequence[str], *, base: bool) -> None:
        """Add a base, or a prefix with its namespace; raises QueryRefused for too long a base."""
        if base:
            relative = _RELATIVE.fullmatch("".join(declared[:1]))
            self._base = " ".join([self._base if relative else "", "BASE", *declared[:1]]).strip()
            if len(self._base) > _LONGEST_BASE:
                raise QueryRefused("too many relative BASE declarations, one upon the other")
        elif declared:
            relative = _RELATIVE.fullmatch("".join(declared[1:]))
            base_of_it = f"{self._base} " if relative and self._base else ""
            self._prefixes[declared[0]] = f"{base_of_it}PREFIX {' '.join(declared)}"

    def of(self, name: str) -> str:
        """The declarations that a name needs, as SPARQL text."""
        if name.startswith("<"):
            return self._base if _RELATIVE.fullmatch(name) else ""
        return self._prefixes.get(f"{name.partition(':')[0]}:", "")


def _refuse_default(result: Sequence[Token]) -> None:
    """Raise QueryRefused for triples of an INSERT or DELETE outside GRAPH and without WITH."""
    within = False
    at = 0
    while at < len(result):
        token = result[at]
        at += 1
        if token.depth == 0 and (token.text == ";" or token.keyword == "with"):
            within = token.keyword == "with"
        if token.depth or within or token.keyword not in ("insert", "delete"):
            continue
        if at < len(result) and result[at].keyword in ("data", "where"):
            at += 1
        if at >= len(result) or result[at].text != "{":
            continue
        before = ""
        at += 1
        while at < len(result) and result[at].depth:
            inner = result[at]
            fits = inner.depth > 1 or inner.text in ("{", "}", ".") or inner.keyword == "graph"
            if not fits and before != "graph":
                raise QueryRefused(
                    "triples outside GRAPH are of the default graph, the accepted view, which "
                    "follows from records: write into a named graph"
                )
            before = inner.keyword
            at += 1
