"""A remote store that fetches in one request what will probably be looked up next.

An answer names what is looked up next: the claims of a model name records, whose headers are read;
values, whose names are looked up; claim nodes, whose parts are read. All these keys are fetched
with the first look-up of a kind. Reference data, which changes with a build and not with a commit,
is fetched whole. So are people's decisions on identity, if they are few. Fetched data is used for
``SECONDS``, at least one command, and for one version.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.rdf import node
from provenance_graph.core.terms import PG, PROV, SKOS
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.remote import dataset, lookups
from provenance_graph.store.remote.lookups import Fetched, Key, Listing, LookUp
from provenance_graph.store.remote.noting import (
    note,
    note_leading,
    note_publishers,
    take_head,
    take_known,
    take_link,
    take_mapped,
)
from provenance_graph.store.remote.probe import STATE
from provenance_graph.store.remote.reading import RemoteStore
from provenance_graph.store.values import AnyGraph, WholeListing


class AheadStore(RemoteStore):
    """A SPARQL 1.1 service for reading, with as few requests as possible."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._fetched = Fetched(time.monotonic())
        self._reference: MemoryStore | None = None
        self._seen = ""
        self._is_new = True

    @property
    def version(self) -> str:
        """The present version, at first the probe's; if it changed, fetched data is dropped."""
        is_new, self._is_new = self._is_new, False
        known = (self.etag or self.capabilities.version) if is_new else ""
        version = known or super().version
        if version != self._seen:
            self._seen, self._fetched = version, Fetched(time.monotonic())
        return version

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,
        *,
        limit: int = 0,
    ) -> Iterator[Quad]:
        """Yield matching quads; ``graph`` None is the default graph, ``ANY`` every named graph."""
        if limit:
            yield from super().quads(subject, predicate, object, graph, limit=limit)
            return
        if (whole := self._whole(subject, predicate, object, graph)) is not None:
            yield from whole
            return
        if graph == lookups.REFERENCE:
            yield from self._of_reference().quads(subject, predicate, object, graph)
            return
        if graph == lookups.IDENTITY[0] and (decided := self._decided()) is not None:
            yield from decided.quads(subject, predicate, object, graph)
            return
        offers = predicate == PG.offerOf and self._is_known(lookups.OFFERS, object)
        if (
            subject is None
            and isinstance(object, Iri)
            and not object.startswith("_:")
            and not offers
        ):
            leading = self._leading(predicate, object, graph)
            if leading is not None:
                yield from (q for q in leading if predicate in (None, q[1]))
                return
        known = self._look_up(subject, predicate, object, graph)
        if known is None:
            yield from self._listed(subject, predicate, object, graph)
            return
        kind, key = known
        for quad in self._of(kind, key):
            if (
                predicate in (None, quad[1])
                and object in (None, quad[2])
                and (graph is None or isinstance(graph, AnyGraph) or graph == quad[3])
            ):
                yield quad

    def _listed(
        self,
        subject: Iri | None,
        predicate: Iri | None,
        object: Value | None,
        graph: Iri | AnyGraph | None,
    ) -> Iterator[Quad]:
        """Yield a listing: its first rows, then all of it only if the caller reads on."""
        listing = (predicate, graph if isinstance(graph, Iri) else None)
        if (
            subject is None
            and (object is None or graph == lookups.IDENTITY[0])
            and listing in lookups.LISTINGS
            and not isinstance(graph, AnyGraph)
        ):
            few = lookups.LISTINGS[listing]
            if listing not in self._now().heads:
                self._ask_together({})
            head = self._fetched.heads[listing]
        else:
            few = lookups.HEAD
            head = list(super().quads(subject, predicate, object, graph, limit=few))
        if object is not None and isinstance(graph, Iri):  # the properties of these nodes follow
            self._fetched.named[lookups.NODE].update({(s, graph): None for s, *_ in head})
        yield from (quad for quad in head if object in (None, quad[2]))
        if len(head) >= few:
            seen = set(head)
            whole = super().quads(subject, predicate, object, graph)
            yield from (quad for quad in whole if quad not in seen)

    def _decided(self) -> MemoryStore | None:
        """People's decisions on identity; None if there are many, which are looked up by name."""
        fetched = self._now()
        if (None, lookups.IDENTITY[0]) not in fetched.heads:
            self._ask_together({})
            quads = fetched.heads[None, lookups.IDENTITY[0]]
            fetched.decided = MemoryStore(quads) if len(quads) < lookups.HEAD else None
        return fetched.decided

    def expect(self, names: Iterable[Iri], *, claims: bool = False) -> None:
        """Announce names that are looked up next, or (``claims``) whose claims and offers are."""
        for name in names:
            if claims:
                for kind in (lookups.FACTS, lookups.STATED, lookups.ABOUT, lookups.OFFERS):
                    self._now().named[kind][name,] = None
                continue
            for kind in (lookups.FACTS, lookups.MAPPED, lookups.NAMES, lookups.HEADER):
                self._now().named[kind][name,] = None
            self._now().named[lookups.NODE][name, lookups.KEYS] = None
            for way in (lookups.LEADING, lookups.ATTRIBUTED):
                self._now().expected[way][name] = None

    def expect_whole(self, listings: Iterable[WholeListing]) -> None:
        """Announce listings that are read completely next, for fetching with the next request."""
        self._now().wholes.want(listings)

    def _whole(
        self,
        subject: Iri | None,
        predicate: Iri | None,
        object: Value | None,
        graph: Iri | AnyGraph | None,
    ) -> Sequence[Quad] | None:
        """The quads of a listing that is fetched whole; None for any other look-up."""
        wholes = self._now().wholes
        listing = wholes.named(subject, predicate, object, graph)
        if listing is None:
            return None
        if listing in wholes.wanted:
            self._ask_together({})
        return wholes.quads.get(listing)

    def _now(self) -> Fetched:
        """The fetched data; emptied when it is too old."""
        if self._fetched.old:
            self._fetched = Fetched(time.monotonic())
        return self._fetched

    def _leading(
        self, predicate: Iri | None, value: Iri, graph: Iri | AnyGraph | None
    ) -> Sequence[Quad] | None:
        """The quads with a name as object; None where there are many or it is looked up alone."""
        attributed = predicate == PROV.wasAttributedTo and isinstance(graph, AnyGraph)
        if not attributed and graph is not None:
            return None
        way = lookups.ATTRIBUTED if attributed else lookups.LEADING
        leading = self._now().leading[way]
        if value not in leading and value in self._fetched.expected[way]:
            self._ask_together({})
        if value not in leading and not attributed:
            way = self._placed(way)
            some = list(self.select(f"SELECT ?s ?p {{ {way} }} LIMIT {lookups.MANY}", {"o": value}))
            quads: list[Quad] = [
                (Iri(str(row["s"])), Iri(str(row["p"])), value, None) for row in some
            ]
            leading[value] = None if len(some) >= lookups.MANY else quads
        return leading.get(value)

    def _look_up(
        self,
        subject: Iri | None,
        predicate: Iri | None,
        object: Value | None,
        graph: Iri | AnyGraph | None,
    ) -> tuple[LookUp, Key] | None:
        """The kind and key of a look-up; None for one that is requested alone."""
        mapping = predicate == SKOS.exactMatch and graph in lookups.IDENTITY
        if subject is not None:
            if subject.startswith("_:"):
                return None
            if graph is None:
                return lookups.FACTS, (subject,)
            if mapping:
                return lookups.MAPPED, (subject,)
            if isinstance(graph, AnyGraph):
                known = predicate is None or self._is_known(lookups.STATED, subject)
                return (lookups.STATED, (subject,)) if known else None
            return (
                (lookups.HEADER, (graph,)) if graph == subject else (lookups.NODE, (subject, graph))
            )
        if predicate == PG.nameKey and graph == lookups.KEYS and object is not None:
            return lookups.HOLDERS, (object, lookups.KEYS)
        if isinstance(object, Iri):
            if predicate == PG.offerOf and graph is None:
                return lookups.OFFERS, (object,)
            if mapping:
                return lookups.NAMES, (object,)
            if isinstance(graph, AnyGraph) and predicate in (PG.about, PG.ofDocument):
                return (lookups.ABOUT if predicate == PG.about else lookups.READINGS), (object,)
        return None

    def _is_known(self, kind: LookUp, name: Value | None) -> bool:
        """Whether a name was looked up, or will be with the next request."""
        fetched = self._now()
        return name is not None and (
            (kind, (name,)) in fetched.quads or (name,) in fetched.named[kind]
        )

    def _of(self, kind: LookUp, key: Key) -> Sequence[Quad]:
        if (kind, key) not in self._now().quads:
            self._fetch(kind, key)
        return self._fetched.quads[kind, key]

    def _fetch(self, kind: LookUp, key: Key) -> None:
        """Fetch a key, together with others that answers have named."""
        wanted = {kind: self._keys(kind, key)}
        if kind is lookups.STATED:
            wanted[lookups.ABOUT] = self._keys(lookups.ABOUT, key)
        self._ask_together(wanted)

    def _ask_together(self, wanted: Mapping[LookUp, list[Key]]) -> None:
        """Send one request for the ``wanted`` keys, named keys, expected names, listing heads."""
        fetched = self._now()
        if not fetched.heads:
            fetched.named[lookups.HEADER][STATE,] = None
        further = {other: self._keys(other) for other in lookups.TOGETHER if other not in wanted}
        wanted = {kind: keys for kind, keys in {**wanted, **further}.items() if keys}
        parts: list[tuple[str, Callable[[dict[str, Value]], None]]] = []
        for kind, keys in wanted.items():
            fetched.quads.update({(kind, one): [] for one in keys})
            patterns = lookups.of_keys(kind, keys, self._placed(kind.pattern))
            parts += ((pattern, partial(self._take, kind)) for pattern in patterns)
        parts += self._parts_of_expected()
        many = bool(fetched.wholes.wanted) or not fetched.heads
        mapped: list[Quad] = []
        publishers = [one for one in fetched.wholes.wanted if one.predicate in lookups.HEADER_NAMES]
        if publishers:  # their canonical IRIs are looked up next
            parts.append((lookups.ORGANIZATIONS, partial(take_mapped, mapped)))
        parts += fetched.wholes.parts(self._placed)
        if not fetched.heads:
            parts += self._parts_of_heads()
        for some in lookups.in_requests(parts, lambda part: len(part[0])):
            numbered = (f"{{ {pattern} BIND({n} AS ?k) }}" for n, (pattern, _) in enumerate(some))
            for row in self.all_rows("?k ?s ?p ?o ?g", " UNION ".join(numbered), {}, many=many):
                some[int(str(row["k"]))][1](row)
        if (quads := fetched.heads.pop((None, lookups.REFERENCE), None)) is not None:
            self._reference = MemoryStore(quads)
        for kind, keys in wanted.items():
            for one in keys:
                note(fetched, kind, fetched.quads[kind, one])
        if publishers:
            note_publishers(fetched, publishers, mapped)
        for links in fetched.leading[lookups.LEADING].values():
            note_leading(fetched, links)
        for subject, _, _, graph in fetched.heads.get((lookups.MODIFIER, lookups.IDENTITY[0]), ()):
            assert graph is not None
            fetched.named[lookups.NODE][subject, graph] = None

    def _take(self, kind: LookUp, row: dict[str, Value]) -> None:
        quad = self._quad(kind, row)
        terms = {"s": quad[0], "o": quad[2], "g": quad[3] or Iri("")}
        of = self._fetched.quads.get((kind, tuple(terms[name] for name in kind.key)))
        if of is not None:
            of.append(quad)

    def _parts_of_expected(self) -> Iterator[tuple[str, Callable[[dict[str, Value]], None]]]:
        """Yield patterns for links to expected names (if many: which have any) and row handlers."""
        for way in (lookups.LEADING, lookups.ATTRIBUTED):
            leading, expected = self._fetched.leading[way], self._fetched.expected[way]
            names = [name for name in expected if name not in leading][: lookups.MAX_AT_ONCE]
            expected.clear()
            if way == lookups.LEADING and len(names) <= lookups.FEW:
                for name in names:
                    links = leading[name] = []
                    row = f"VALUES ?o {{ {node(name)} }} {self._placed(way)}"
                    yield (
                        f"{{ SELECT ?s ?p ?o WHERE {{ {row} }} LIMIT {lookups.MANY} }}",
                        partial(take_link, leading, name, links),
                    )
            elif names:
                leading.update({name: [] for name in names})
                exists = f"FILTER EXISTS {{ {self._placed(way)} }}"
                for some in lookups.in_requests([str(node(name)) for name in names], len):
                    yield f"VALUES ?o {{ {' '.join(some)} }} {exists}", partial(take_known, leading)

    def _parts_of_heads(self) -> Iterator[tuple[str, Callable[[dict[str, Value]], None]]]:
        """Yield patterns for the heads of listings, and for reference data not fetched yet."""
        wanted: dict[Listing, int] = dict(lookups.LISTINGS)
        if self._reference is None:
            wanted[None, lookups.REFERENCE] = 0
        for (predicate, graph), count in wanted.items():
            quads = self._fetched.heads[predicate, graph] = []
            text = "?p" if predicate is None else str(node(predicate))
            pattern = f"?s {text} ?o"
            pattern = self._placed(pattern if graph is None else f"GRAPH <{graph}> {{ {pattern} }}")
            limit = f"LIMIT {count}" if count else ""
            yield (
                f"{{ SELECT ?s ?p ?o WHERE {{ {pattern} }} {limit} }}",
                partial(take_head, quads, predicate, graph),
            )

    def _keys(self, kind: LookUp, key: Key | None = None) -> list[Key]:
        """A key with others of its kind that answers have named and that are not fetched yet."""
        fetched = self._fetched
        keys = [] if key is None or (kind, key) in fetched.quads else [key]
        named = fetched.named[kind]
        for other in list(named):
            if len(keys) >= kind.at_once:
                break
            del named[other]
            if other != key and (kind, other) not in fetched.quads:
                keys.append(other)
        return keys

    def _placed(self, pattern: str) -> str:
        """The pattern for this service, whose default graph may be stored as a named graph."""
        own = self.capabilities.default_graph
        if own is None:
            return pattern
        if "GRAPH" not in pattern:
            return f"GRAPH <{own}> {{ {pattern} }}"
        return pattern + dataset.named_only(own)

    def _quad(self, kind: LookUp, row: dict[str, Value]) -> Quad:
        graph = row.get("g")
        named = None if graph is None else Iri(str(graph))
        subject = named if kind is lookups.HEADER else Iri(str(row["s"]))
        implied = {
            lookups.SAME: SKOS.exactMatch,
            lookups.READINGS.pattern: PG.ofDocument,
            lookups.ABOUT.pattern: PG.about,
            lookups.HOLDERS.pattern: PG.nameKey,
            lookups.OFFERS.pattern: PG.offerOf,
        }
        predicate = implied.get(kind.pattern) or Iri(str(row["p"]))
        assert subject is not None
        return subject, predicate, row["o"], named

    def _of_reference(self) -> MemoryStore:
        """The reference graph of the service, fetched once."""
        if self._reference is None:
            self._now().heads.clear()
            self._ask_together({})
        assert self._reference is not None  # the request above asked for it
        return self._reference

    def close(self) -> None:
        """Close the connections."""
        super().close()
        for store in (self._reference, self._fetched.decided):
            if store is not None:
                store.close()
