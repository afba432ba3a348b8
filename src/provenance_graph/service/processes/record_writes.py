"""What the writer does in the normal mode: every graph a client writes is a record.

The record's header names who wrote it and when; the accepted view follows in the same
commit. Nothing is written past records: not the accepted view, not another's record, not
the reference data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core import rdf
from provenance_graph.core.claims import Basis, Header, Quad, Record
from provenance_graph.core.errors import QueryError, QuerySyntax
from provenance_graph.core.iris import Iri, iri, mint
from provenance_graph.core.terms import PROV
from provenance_graph.ingest.update import update
from provenance_graph.service.backend import Part, Written
from provenance_graph.service.http.problems import refuse
from provenance_graph.service.settings import Settings
from provenance_graph.service.sparql import scan
from provenance_graph.shapes.findings import Severity
from provenance_graph.shapes.setbased import validate_record
from provenance_graph.store.base import Limits
from provenance_graph.store.embedded import EmbeddedStore, EmbeddedWriter
from provenance_graph.store.sparql.guard import check_update
from provenance_graph.store.staging import Scratch

_RESERVED: Final = str(mint("graph", ""))
_SHOWN: Final = 5


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def agent(who: str) -> Iri:
    """The publisher of what the holder of a token writes.

    >>> agent("ci")
    Iri('https://w3id.org/provenance-graph/id/agent/ci')
    """
    return mint("agent", who)


@dataclass(frozen=True, slots=True)
class RecordTarget:
    """Writes into a store of records."""

    store: EmbeddedWriter
    limits: Limits
    now: Callable[[], str] = _now

    @classmethod
    def open(cls, root: Path, settings: Settings) -> RecordTarget:
        """Open the store for writing; raises StoreBusy while another process writes."""
        limits = Limits(text_bytes=settings.update_mb << 20, depth=settings.depth)
        return cls(EmbeddedStore.open_writer(root), limits)

    def put(self, graph: Iri | None, parts: Sequence[Part], who: str, replace: bool) -> Written:
        """Make the documents a record of that name, or add them to it."""
        name = self._own(graph, who)
        held = list(self.store.quads(graph=name))
        said = [] if replace else _body(held, name)
        said += [quad for part in parts for quad in _quads(part.body, name)]
        done = update(self.store, [self._record(name, said, who)], derive=EvidenceLevels())
        return Written(done.version, not held, done.added)

    def delete(self, graph: Iri | None, who: str) -> Written:
        """Drop a record; the view follows."""
        done = update(self.store, drop=[self._own(graph, who)], derive=EvidenceLevels())
        return Written(done.version, False, done.removed)

    def update(self, text: str, who: str) -> Written:
        """Run an update on the client's own records that it names, all at once."""
        check_update(text, self.limits)
        named = [self._own(iri(name), who) for name in scan.written_graphs(text)]
        scratch = Scratch()
        for name in named:
            scratch.add(_body(self.store.quads(graph=name), name))
        try:
            scratch.update(text)
        except SyntaxError as error:
            raise QuerySyntax(str(error.msg)) from None
        except (ValueError, RuntimeError, OSError) as error:
            raise QueryError(f"the update cannot be carried out: {error}") from error
        if scratch.holds_default():
            raise _default_refused()
        names = {*named, *(self._own(name, who) for name in scratch.graphs())}
        add, drop = [], []
        for name in sorted(names):
            said = _body(scratch.quads(name), name)
            stored = any(True for _ in self.store.quads(subject=name, graph=name))
            if said:
                add.append(self._record(name, said, who))
            elif stored:
                drop.append(name)
        if not add and not drop:
            return Written(self.store.version)
        done = update(self.store, add, drop, EvidenceLevels())
        return Written(done.version, False, done.added + done.removed)

    def _own(self, graph: Iri | None, who: str) -> Iri:
        """The graph, if this client may write it; else a refusal that says why."""
        if graph is None:
            raise _default_refused()
        if graph.startswith(_RESERVED):
            detail = f"<{graph}> is kept by the service (identity, reference data); write another"
            raise refuse(403, "Forbidden", detail, "reserved")
        said = {p: o for _, p, o, _ in self.store.quads(subject=graph, graph=graph)}
        publisher = said.get(PROV.wasAttributedTo)
        if said and publisher != agent(who):
            detail = (
                f"<{graph}> is a record of <{publisher}>, which only its source can change; "
                "write what you know into a graph of your own"
            )
            raise refuse(403, "Forbidden", detail, "foreign-record")
        return graph

    def _record(self, name: Iri, said: Sequence[Quad], who: str) -> Record:
        lines = "\n".join(sorted(map(repr, said)))
        header = Header(
            record=name,
            document=name,
            publisher=agent(who),
            retrieved=self.now(),
            reader="service",
            basis=Basis.THIRD_PARTY,
            title=f"written by {who} over HTTP",
            digest="sha256:" + hashlib.sha256(lines.encode()).hexdigest(),
        )
        record = rdf.from_quads([*rdf.to_quads(Record(header)), *said])
        found = validate_record(record, Severity.VIOLATION)
        if found:
            shown = "; ".join(f"{f.path}: {f.message}" for f in found[:_SHOWN])
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            raise refuse(422, "Record refused", f"{shown}{more}", "invalid")
        return record


def _default_refused() -> Exception:
    return refuse(
        403,
        "Forbidden",
        "the default graph is the accepted view, which follows from records under the policy; "
        "write into a named graph, which becomes a record, and the view will follow",
        "default-graph",
    )


def _body(quads: Iterable[Quad], name: Iri) -> list[Quad]:
    """A graph without its header, which is ours to write."""
    return [quad for quad in quads if quad[0] != name]


def _quads(lines: bytes, name: Iri) -> list[Quad]:
    scratch = Scratch()
    scratch.read(lines, name)
    return _body(scratch.quads(name), name)
