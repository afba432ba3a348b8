"""Reference data, parsed once: the acceptance policy, fields, rubrics, licences, labels.

Reference data comes with the software and changes with a build, not with a commit. A build writes
its digest into the store. A module that needs a part passes the function that parses it. The result
is cached for every store and version with the same digest.
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
"""The subject of the quad that states the digest of the reference graph."""


class ReferenceReads:
    """Reads of the reference graph only: statements of records about its terms are not included.

    All quads of a subject are read at once, since a parser reads most of its properties one after
    another.
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
        """Yield matching quads of the reference graph, as quads of the default graph."""
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
    """The parsed parts of the reference data with one digest."""

    def __init__(self) -> None:
        self._parsed: dict[Callable[..., object], object] = {}
        self._lock = threading.RLock()

    def part(
        self,
        source: QuadSource,
        parse: Callable[[QuadSource], T],
        key: Callable[[QuadSource], T] | None = None,
    ) -> T:
        """The part that ``parse`` returns, parsed once; cached under ``key``, else ``parse``."""
        name = key or parse
        with self._lock:  # re-entrant: parsing one part may need another
            if name not in self._parsed:
                self._parsed[name] = parse(ReferenceReads(source))
            t: T = self._parsed[name]  # type: ignore[assignment]
            return t


@dataclass(frozen=True)
class StoredForm(Generic[T]):
    """How a parsed part is stored in a folder, so that the next process need not parse it.

    ``stamp`` is that of the code that made it: other code makes it again. ``load`` raises
    ValueError, TypeError, KeyError or AttributeError for JSON that ``dump`` did not write.
    """

    folder: Path | None
    name: str
    stamp: str
    dump: Callable[[T], object]
    load: Callable[[Any], T]

    def opened(self, digest: str, make: Callable[[], T]) -> T:
        """The stored part for a digest; made and stored where there is none or a damaged one."""
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            stated, content = json.loads(self._file(digest).read_text("utf-8"))
            if stated == digest:
                return self.load(content)
        made = make()
        self._keep(digest, made)
        return made

    def remembered(self, digest: str, made: T) -> T:
        """The part ``made``; stored now if it is not, since it was parsed without a folder."""
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
    """The digest of a store's reference data, including the policy; empty where none is stored."""
    stated = (o for *_, o, _ in source.quads(STAMP, PG.digest, graph=GRAPH))
    return next((o.lexical for o in stated if isinstance(o, Literal)), "")


def parsed(
    source: QuadSource, parse: Callable[[QuadSource], T], form: StoredForm[T] | None = None
) -> T:
    """A parsed part of a store's reference data.

    ``parse`` is a function of a module (its identity is the cache key) that reads a source whose
    default graph is the reference data. An error that it raises is passed on, and nothing is cached
    then. With ``form`` the part is also stored in a file, if the form has a folder, and the next
    process reads it from there. Without a digest (a store built by hand, reference data alone) the
    part is parsed each time, from the reference graph if there is one, else from the default graph.
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
    """The quad that states the digest of reference data; the order of ``quads`` does not matter."""
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
