"""A remote store that fetches in one request what will be asked for next.

What an answer names is what is asked about next: the claims of a model name records, whose headers
are read; values, whose names are looked up; claim nodes, whose parts are read. Each is asked for
when the first of its kind is, together with the others that answers have named. Reference data,
which changes with a build and not with a commit, is fetched whole. What was fetched serves for
``SECONDS``: one command, or one look at a page.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.rdf import node
from provenance_graph.core.terms import PG, PROV, SKOS
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.remote.reading import RemoteStore
from provenance_graph.store.values import AnyGraph

SECONDS = 5.0
MAX_AT_ONCE = 200
"""Keys of one request."""
MAX_REMEMBERED = 50_000
REFERENCE = mint("graph", "reference")
IDENTITY = (mint("graph", "identity"), mint("graph", "identity-by-rule"))
_HEADER_NAMES = frozenset({PROV.wasAttributedTo, PG.inCollection})

Key = tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of look-up: the pattern, the variables of its key, and how many are fetched at once."""

    pattern: str
    key: tuple[str, ...]
    at_once: int = MAX_AT_ONCE


_SAME = f"VALUES ?g {{ <{IDENTITY[0]}> <{IDENTITY[1]}> }} GRAPH ?g {{ ?s <{SKOS.exactMatch}> ?o }}"
_FACTS = _Kind("?s ?p ?o", ("s",), 50)
_MAPPED = _Kind(_SAME, ("s",))
_NAMES = _Kind(_SAME, ("o",))
_HEADER = _Kind("GRAPH ?g { ?g ?p ?o }", ("g",))
_NODE = _Kind("GRAPH ?g { ?s ?p ?o }", ("s", "g"))
_READINGS = _Kind(f"GRAPH ?g {{ ?s <{PG.ofDocument}> ?o }}", ("o",))
_STATED = _Kind("GRAPH ?g { ?s ?p ?o }", ("s",), 1)
_ABOUT = _Kind(f"GRAPH ?g {{ ?s <{PG.about}> ?o }}", ("o",), 1)
_LEADING = "?s ?p ?o"
_ATTRIBUTED = f"GRAPH ?g {{ ?s <{PROV.wasAttributedTo}> ?o }}"
MANY = 1000
"""Links to a name that are fetched together; of one that has more, each kind by itself."""


@dataclass
class _Fetched:
    """What was fetched since ``began``, and what answers have named since."""

    began: float
    quads: dict[tuple[_Kind, Key], list[Quad]] = field(default_factory=dict)
    named: dict[_Kind, dict[Key, None]] = field(default_factory=lambda: defaultdict(dict))

    leading: dict[str, dict[Iri, list[Quad] | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    expected: dict[str, dict[Iri, None]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def old(self) -> bool:
        """Whether it is to be forgotten."""
        return time.monotonic() - self.began > SECONDS or len(self.quads) > MAX_REMEMBERED


class AheadStore(RemoteStore):
    """A SPARQL 1.1 service to read, asked as seldom as can be."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._fetched = _Fetched(time.monotonic())
        self._reference: MemoryStore | None = None

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
    ) -> Iterator[Quad]:
        """Quads that match; ``graph`` None is the default graph, ``ANY`` every named graph."""
        if graph == REFERENCE:
            yield from self._of_reference().quads(subject, predicate, object, graph)
            return
        if subject is None and isinstance(object, Iri) and not object.startswith("_:"):
            leading = self._leading(predicate, object, graph)
            if leading is not None:
                yield from (q for q in leading if predicate in (None, q[1]))
                return
        known = self._look_up(subject, predicate, object, graph)
        if known is None:
            yield from super().quads(subject, predicate, object, graph)
            return
        kind, key = known
        for quad in self._of(kind, key):
            if (
                predicate in (None, quad[1])
                and object in (None, quad[2])
                and (graph is None or isinstance(graph, AnyGraph) or graph == quad[3])
            ):
                yield quad

    def expect(self, names: Iterable[Iri]) -> None:
        """Names that are looked up next: whether anything is known of each, and what it means."""
        for name in names:
            for kind in (_FACTS, _MAPPED, _NAMES, _HEADER):
                self._now().named[kind][name,] = None
            for way in (_LEADING, _ATTRIBUTED):
                self._now().expected[way][name] = None

    def _now(self) -> _Fetched:
        """What was fetched and still serves."""
        if self._fetched.old:
            self._fetched = _Fetched(time.monotonic())
        return self._fetched

    def _leading(
        self, predicate: Iri | None, value: Iri, graph: Iri | AnyGraph | None
    ) -> Sequence[Quad] | None:
        """What leads to a name; None where it is asked by itself, or is much."""
        attributed = predicate == PROV.wasAttributedTo and isinstance(graph, AnyGraph)
        if not attributed and graph is not None:
            return None
        way = _ATTRIBUTED if attributed else _LEADING
        leading = self._now().leading[way]
        if value not in leading:
            expected = self._now().expected[way]
            names = [value, *(name for name in expected if name != value)][:MAX_AT_ONCE]
            expected.clear()
            if len(names) > 1:
                rows = " ".join(str(node(name)) for name in names)
                exists = f"FILTER EXISTS {{ {self._placed(way)} }}"
                answer = self.select(f"SELECT ?o {{ VALUES ?o {{ {rows} }} {exists} }}")
                there = {row["o"] for row in answer}
                leading.update({name: [] for name in names if name not in there})
        if value not in leading and not attributed:
            way = self._placed(way)
            some = list(self.select(f"SELECT ?s ?p {{ {way} }} LIMIT {MANY}", {"o": value}))
            quads: list[Quad] = [
                (Iri(str(row["s"])), Iri(str(row["p"])), value, None) for row in some
            ]
            leading[value] = None if len(some) >= MANY else quads
        return leading.get(value)

    def _look_up(
        self,
        subject: Iri | None,
        predicate: Iri | None,
        object: Value | None,
        graph: Iri | AnyGraph | None,
    ) -> tuple[_Kind, Key] | None:
        """Of which kind a look-up is, with its key; None for one that is asked by itself."""
        mapping = predicate == SKOS.exactMatch and graph in IDENTITY
        if subject is not None:
            if subject.startswith("_:"):
                return None
            if graph is None:
                return _FACTS, (subject,)
            if mapping:
                return _MAPPED, (subject,)
            if isinstance(graph, AnyGraph):
                return (_STATED, (subject,)) if predicate is None else None
            return (_HEADER, (graph,)) if graph == subject else (_NODE, (subject, graph))
        if isinstance(object, Iri):
            if mapping:
                return _NAMES, (object,)
            if isinstance(graph, AnyGraph) and predicate in (PG.about, PG.ofDocument):
                return (_ABOUT if predicate == PG.about else _READINGS), (object,)
        return None

    def _of(self, kind: _Kind, key: Key) -> Sequence[Quad]:
        if (kind, key) not in self._now().quads:
            self._fetch(kind, key)
        return self._fetched.quads[kind, key]

    def _fetch(self, kind: _Kind, key: Key) -> None:
        """Ask for a key, and with it for others of its kind that answers have named."""
        fetched = self._fetched
        named = fetched.named[kind]
        keys = [key]
        for other in list(named):
            if len(keys) >= kind.at_once:
                break
            del named[other]
            if other != key and (kind, other) not in fetched.quads:
                keys.append(other)
        for one in keys:
            fetched.quads[kind, one] = []
        rows = " ".join(f"({' '.join(str(node(iri)) for iri in one)})" for one in keys)
        variables = " ".join(f"?{name}" for name in kind.key)
        pattern = f"VALUES ({variables}) {{ {rows} }} {self._placed(kind.pattern)}"
        for row in self.all_rows("?s ?p ?o ?g", pattern, {}):
            quad = self._quad(kind, row)
            place = {"s": quad[0], "o": quad[2], "g": quad[3]}
            of = fetched.quads.get((kind, tuple(Iri(str(place[name])) for name in kind.key)))
            if of is not None:
                of.append(quad)
        for one in keys:
            self._note(kind, fetched.quads[kind, one])

    def _placed(self, pattern: str) -> str:
        """The pattern on this service, whose default graph may be a named one."""
        own = self.capabilities.default_graph
        if own is None:
            return pattern
        if "GRAPH" not in pattern:
            return f"GRAPH <{own}> {{ {pattern} }}"
        return f"{pattern} FILTER(?g != <{own}>)"

    def _quad(self, kind: _Kind, row: dict[str, Value]) -> Quad:
        graph = row.get("g")
        named = None if graph is None else Iri(str(graph))
        subject = named if kind is _HEADER else Iri(str(row["s"]))
        implied = {
            _SAME: SKOS.exactMatch,
            _READINGS.pattern: PG.ofDocument,
            _ABOUT.pattern: PG.about,
        }
        predicate = implied.get(kind.pattern) or Iri(str(row["p"]))
        assert subject is not None
        return subject, predicate, row["o"], named

    def _note(self, kind: _Kind, quads: Iterable[Quad]) -> None:
        """Note what an answer names, by the kind of look-up that asks about it."""
        named = self._fetched.named
        for subject, predicate, value, graph in quads:
            if kind in (_STATED, _ABOUT, _READINGS) and graph is not None:
                named[_HEADER][graph,] = None
            if kind is _ABOUT and graph is not None:
                named[_NODE][subject, graph] = None
            if not isinstance(value, Iri) or value.startswith("_:"):
                continue
            if kind is _HEADER and predicate == PG.ofDocument:
                named[_READINGS][value,] = None
            if kind in (_STATED, _NODE) or (kind is _HEADER and predicate in _HEADER_NAMES):
                named[_MAPPED][value,] = None
            if kind in (_FACTS, _STATED, _NODE) or predicate in _HEADER_NAMES:
                named[_FACTS][value,] = None

    def _of_reference(self) -> MemoryStore:
        """The reference graph of the service, fetched once."""
        if self._reference is None:
            self._reference = MemoryStore(super().quads(graph=REFERENCE))
        return self._reference

    def close(self) -> None:
        """Close the connections."""
        super().close()
        if self._reference is not None:
            self._reference.close()
