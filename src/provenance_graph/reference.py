"""Reference data, parsed once: the acceptance policy, fields, rubrics, licences, labels.

Reference data comes with the software and changes with a build, not with a commit. A build
writes the digest of it into the store; whoever needs a part of it hands in how to read that
part, and what came out is cached for every store and version that has the same digest.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from provenance_graph.core import graph_names
from provenance_graph.core.claims import Literal, Quad, Value
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.store.values import AnyGraph, QuadSource

T = TypeVar("T")

GRAPH = graph_names.REFERENCE
STAMP = Iri(f"{GRAPH}#stamp")
"""The node whose digest is that of the graph."""


class ReferenceReads:
    """The reference data alone: what a record says of a term is not there.

    Of a subject everything is read at once: whoever parses a part asks for most of it, one property
    after another.
    """

    def __init__(self, source: QuadSource) -> None:
        self._source = source
        self._facts: dict[Iri, list[Quad]] = {}

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
        graph: Iri | AnyGraph | None = None,  # noqa: ARG002 - there is one graph
    ) -> Iterator[Quad]:
        """Quads that match, as quads of the default graph."""
        if subject is None:
            for s, p, o, _ in self._source.quads(None, predicate, object, GRAPH):
                yield s, p, o, None
            return
        if subject not in self._facts:
            stated = self._source.quads(subject, graph=GRAPH)
            self._facts[subject] = [(s, p, o, None) for s, p, o, _ in stated]
        for quad in self._facts[subject]:
            if predicate in (None, quad[1]) and object in (None, quad[2]):
                yield quad


class ReferenceData:
    """What has been parsed of the reference data of one digest."""

    def __init__(self) -> None:
        self._parsed: dict[Callable[..., object], object] = {}
        self._lock = threading.RLock()

    def part(
        self,
        source: QuadSource,
        parse: Callable[[QuadSource], T],
        key: Callable[[QuadSource], T] | None = None,
    ) -> T:
        """A part, parsed now where nobody needed it before; known by ``key``, else by ``parse``."""
        name = key or parse
        with self._lock:  # re-entrant: parsing one part may need another
            if name not in self._parsed:
                self._parsed[name] = parse(ReferenceReads(source))
            t: T = self._parsed[name]  # type: ignore[assignment]
            return t


@dataclass(frozen=True)
class StoredForm(Generic[T]):
    """How a parsed part is stored below a folder, so that the next process need not parse it.

    ``stamp`` is that of the code that made it: with other code it is made anew. ``load`` raises
    ValueError, TypeError, KeyError or AttributeError for JSON that it cannot have written.
    """

    folder: Path | None
    name: str
    stamp: str
    dump: Callable[[T], object]
    load: Callable[[Any], T]

    def opened(self, digest: str, make: Callable[[], T]) -> T:
        """The part as stored for a digest; made and stored where there is none, or a damaged one."""
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            stated, content = json.loads(self._file(digest).read_text("utf-8"))
            if stated == digest:
                return self.load(content)
        made = make()
        self._keep(digest, made)
        return made

    def remembered(self, digest: str, made: T) -> T:
        """A part that this process has parsed before, stored where it is not: it had no folder then."""
        if not self._file(digest).exists():
            self._keep(digest, made)
        return made

    def _file(self, digest: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{self.name}-{digest[:12]}-{self.stamp}.json"

    def _keep(self, digest: str, made: T) -> None:
        assert self.folder is not None
        file = self._file(digest)
        with suppress(OSError):  # a folder that is full or read-only: parsed again next time
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(file) as aside:
                aside.write_text(json.dumps([digest, self.dump(made)]), "utf-8")
            for old in self.folder.glob(f"{self.name}-*.json"):
                if old != file:
                    old.unlink(missing_ok=True)


@lru_cache(maxsize=4)
def _of_digest(digest: str) -> ReferenceData:  # noqa: ARG001 - the key
    return ReferenceData()


def digest(source: QuadSource) -> str:
    """The digest of a store's reference data, policy and all; empty where none is kept."""
    stated = (o for *_, o, _ in source.quads(STAMP, PG.digest, graph=GRAPH))
    return next((o.lexical for o in stated if isinstance(o, Literal)), "")


def parsed(
    source: QuadSource, parse: Callable[[QuadSource], T], form: StoredForm[T] | None = None
) -> T:
    """A part of a store's reference data.

    ``parse`` is a function of a module (its identity is the key) that reads a source whose
    default graph is the reference data; whatever it raises comes out, and nothing is kept
    then. With ``form`` what was parsed is also stored in a file, where it says so, and read from
    there by the next process. Without a digest (a store built by hand, reference data that stands alone) it is
    parsed anew, from the reference graph if there is one, else from the default graph.
    """
    known = digest(source)
    if known:
        data = _of_digest(known)
        if form is None or form.folder is None:
            return data.part(source, parse)
        made = data.part(source, lambda reads: form.opened(known, lambda: parse(reads)), parse)
        return form.remembered(known, made)
    alone = any(True for _ in source.quads(graph=GRAPH))
    return parse(ReferenceReads(source) if alone else source)


def stamp(quads: Iterable[Quad]) -> Quad:
    """The quad that states the digest of reference data; the order of the quads is no part."""
    total = 0
    for subject, predicate, value, graph in quads:
        if graph == GRAPH:
            value_key = (
                (value,)
                if isinstance(value, Iri)
                else (value.lexical, value.datatype, value.language)
            )
            line = "\x1f".join((subject, predicate, *value_key)).encode("utf-8", "backslashreplace")
            total += int.from_bytes(hashlib.blake2b(line, digest_size=16).digest())
    return STAMP, PG.digest, Literal(format(total % 2**128, "032x")), GRAPH
