"""Writes to a store of records: every graph that a client writes becomes a record.

The record's header names its author and time; the accepted view is updated in the same commit. A
client cannot write the accepted view, another client's record, or the reference data. The records
of a client have names in a namespace that the service gives to its token, so that no record can
pass for a later retrieval of somebody else's document.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.changes.log import ChangeLog
from provenance_graph.core import clock, rdf
from provenance_graph.core.claims import Basis, Header, Quad, Record, collection_of
from provenance_graph.core.errors import NotFound, RecordError, StoreError
from provenance_graph.core.iris import Iri, agent, mint, shorten
from provenance_graph.core.terms import PROV
from provenance_graph.ingest.identify import settle_pair
from provenance_graph.ingest.private import private_collections
from provenance_graph.ingest.update import Updated, update
from provenance_graph.recording import AuditLog, Flagger, flag_record
from provenance_graph.service.backend import Decision, Flag, PutRequest, UploadPart, Written
from provenance_graph.service.http.problems import refuse
from provenance_graph.service.namespaces import namespace
from provenance_graph.service.processes.together import (
    Prepared,
    carry_out_alone,
    carry_out_together,
)
from provenance_graph.service.processes.write_checks import (
    WriteSize,
    default_refused,
    header_refused,
    quads_of,
)
from provenance_graph.service.settings import Settings
from provenance_graph.store.base import ANY, Limits
from provenance_graph.store.embedded import EmbeddedStore, EmbeddedWriter
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.sparql.guard import check_length, check_update
from provenance_graph.store.sparql.rewrite import UpdateRequest, graphs_named, inserts_only
from provenance_graph.store.staging import Outcome, Rehearsal, Scratch, rehearse, resolved

_RESERVED: Final = str(mint("graph", ""))
_MOVES: Final = re.compile(r"[?#]|/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
"""Matches names from which a client that resolves references reaches another name, perhaps of
another holder."""
_READ_TIMES: Final = 4
"""Limit on the statements of all records that an update reads, as a multiple of the limit of one
write."""
_TERMS: Final = 4
"""Terms of a statement with all parts written out: graph, subject, predicate and object."""


@dataclass(frozen=True, slots=True)
class RecordTarget:
    """The write target of a store of records."""

    store: EmbeddedWriter
    limits: Limits
    now: Callable[[], str] = clock.now
    size: WriteSize = field(default_factory=WriteSize)
    log: ChangeLog | None = None
    """The change log for commits; None: each commit is noted in the store's own log."""

    @classmethod
    def open(cls, root: Path, settings: Settings) -> RecordTarget:
        """Open the store for writing; raises StoreBusy while another process writes."""
        limits = Limits(text_bytes=settings.update_mb << 20, depth=settings.depth)
        size = WriteSize(settings.update_triples, settings.update_entities)
        return cls(EmbeddedStore.open_writer(root), limits, size=size, log=ChangeLog(root))

    @contextmanager
    def group(self) -> Iterator[None]:
        """A context whose writes are published together at its end, after the change log."""
        with self.store.group(), self.log.group() if self.log is not None else nullcontext():
            yield

    def probe(self) -> None:
        """Raise StoreError or OSError while the store cannot be written."""
        self.store.probe()

    def state(self, graph: Iri | None, who: str) -> tuple[Collection[str], bool]:
        """The versions that a reader may hold (full and public), and whether a graph exists.

        Raises RequestRefused for a graph of another client, whether it exists or not.
        """
        if graph is not None and not self._wrote(graph, who):
            self._own(graph, who)
        versions = [self.store.version]
        if self.store.public is not None:
            versions.append(self.store.public.version)
        return versions, graph is not None and self._stored(graph)

    def put(
        self, graph: Iri | None, parts: Sequence[UploadPart], who: str, replace: bool
    ) -> Written:
        """Replace the record ``graph`` by documents, or add them to it; raises RequestRefused."""
        return carry_out_alone(self, self.prepare(graph, parts, who, replace))

    def put_all(self, writes: Sequence[PutRequest]) -> list[Written | Exception]:
        """Put documents into graphs: in one commit where the result is the same, else one by one.

        Returns, for each write, the result or the exception.
        """
        return carry_out_together(self, writes)

    def prepare(
        self, graph: Iri | None, parts: Sequence[UploadPart], who: str, replace: bool
    ) -> Prepared:
        """The record that the documents make of a graph, not yet stored; raises RequestRefused."""
        name = self._own(graph, who)
        stored = self._stored(name)
        self.size.check(sum(part.body.count(b"\n") for part in parts))
        before = self._body_of(name)
        stated = [] if replace else list(before)
        for part in parts:
            stated += self._stated(quads_of(part.body, name), name)
        self.size.check_bodies((before, stated))
        return Prepared([self._record(name, stated, who)], created=not stored)

    def delete(self, graph: Iri | None, who: str) -> Written:
        """Drop a record and update the accepted view; raises RequestRefused.

        The record may also be one that the client wrote before records had namespaces.
        """
        if graph is None or not self._wrote(graph, who):
            graph = self._own(graph, who)
        done = self.commit((), [graph])
        return Written(done.version, False, done.removed)

    def update(self, update: UpdateRequest, who: str) -> Written:
        """Run an update on the client's own records in this process, as one write."""
        text = self._checked(update, who)
        if inserts_only(text):
            return self._insert(text, who)
        rehearsal = self._rehearsal(text, update, who)
        outcome = Outcome.unpack(rehearse(rehearsal.pack()))
        done = self.settle(outcome, rehearsal.digest, who, update.within)
        assert done is not None  # this process is the only writer
        return done

    def rehearsal(self, update: UpdateRequest, who: str) -> Rehearsal | None:
        """The input for evaluating an update in another process; None where none is needed.

        The update sees all records of the client and nothing else, so that it reads and changes
        whole records; an update of one graph (``within``) sees that graph only. An update that only
        inserts data reads none.
        """
        check_length(update.text, self.limits)
        self.size.check_data(update.text)
        if inserts_only(update.text):
            return None  # ``update`` checks it
        return self._rehearsal(self._checked(update, who), update, who)

    def _rehearsal(self, text: str, update: UpdateRequest, who: str) -> Rehearsal:
        return Rehearsal.of(text, self._bodies(who, update.within), self.size.statements)

    def settle(
        self, outcome: Outcome, digest: str, who: str, within: Iri | None = None
    ) -> Written | None:
        """Write the outcome of an evaluated update to the client's records, or to ``within``.

        Returns None where the records no longer have the ``digest`` on which the update was
        evaluated.
        """
        if outcome.default:
            raise default_refused()
        self.size.check(abs(outcome.growth))
        before = self._bodies(who, within)
        if Rehearsal.of("", before, 0).digest != digest:
            return None
        scratch = Scratch()
        scratch.read_quads(outcome.quads)
        return self._replace(
            {self._own(name, who): list(scratch.quads(name)) for name in outcome.changed},
            before,
            who,
        )

    def _insert(self, text: str, who: str) -> Written:
        """Run an update that only inserts data, reading only the graphs that it names."""
        scratch = Scratch()
        scratch.update(text)
        if scratch.holds_default():
            raise default_refused()
        self.size.check(len(scratch))
        names = [self._own(name, who) for name in scratch.graphs()]
        before = {name: self._body_of(name) for name in names}
        after = {name: [*before[name], *scratch.quads(name)] for name in names}
        return self._replace(after, before, who)

    def _checked(self, update: UpdateRequest, who: str) -> str:
        """The update's text for the engine; raises RequestRefused if the client may not send it."""
        check_length(update.text, self.limits)
        text = update.prepared()
        self.size.check_data(text)
        check_update(text, self.limits, terms=_TERMS * self.size.statements)
        self._refuse_foreign(text, who)
        return text

    def _replace(
        self, after: Mapping[Iri, Sequence[Quad]], before: Mapping[Iri, Sequence[Quad]], who: str
    ) -> Written:
        """Replace the bodies of records that changed, and drop records that are now empty."""
        bodies = {name: self._stated(quads, name) for name, quads in after.items()}
        changed = [
            name for name in sorted(bodies) if set(bodies[name]) != set(before.get(name, ()))
        ]
        self.size.check_bodies([bodies[name] for name in changed])
        if unread := [name for name in changed if name not in before and self._stored(name)]:
            raise StoreError(
                f"the update writes <{unread[0]}>, which was not read; nothing changed"
            )
        add = [self._record(name, bodies[name], who) for name in changed if bodies[name]]
        drop = [name for name in changed if not bodies[name] and self._stored(name)]
        if not add and not drop:
            return Written(self.store.version)
        return carry_out_alone(self, Prepared(add, drop))

    def decide(self, decision: Decision, who: str) -> Written:
        """Store a person's decision on the identity of two names.

        Names that occur in private records only are unknown to a person who may not read these.
        Raises RequestRefused (409) where another person decided otherwise.
        """
        names = decision.name, decision.may_be
        known = self.store if decision.sees_private else self.store.public
        try:
            done = settle_pair(
                self.store,
                names,
                decision.decision,
                decision.reason,
                shorten(agent(who)),
                self.now()[:10],
                self._levels,
                self.log,
                known=known,
            )
        except RecordError as error:
            raise refuse(409, "Decided otherwise", str(error), "decided") from error
        return Written(done.version, False, done.added + done.removed)

    def flag(self, flag: Flag, who: str) -> Written:
        """Record that a claim or a record is wrong; ``notes[0]`` of the result is the flag's IRI.

        The flag is a record of the client, who can delete it. A flag is public, so claims of
        private records are treated as unknown. Raises NotFound for a claim or record that the store
        does not have.
        """
        record = Iri(flag.claim.partition("#")[0])
        if collection_of(record) in private_collections(self.store):
            raise NotFound(flag.claim, "claim or record")
        made = flag_record(
            self.store,
            flag.claim,
            flag.reason,
            Flagger(who, agent(who), namespace(who)),
            self.now()[:10],
        )
        done = self.commit([made])
        name = made.header.record
        AuditLog(self.store.root).add(who, "flag", name, f"{flag.claim}: {flag.reason}")
        return Written(done.version, False, done.added + done.removed, (name,))

    def commit(self, add: Iterable[Record], drop: Iterable[Iri] = ()) -> Updated:
        """Add and drop records in one commit; the change log notes its changes for the indexes."""
        return update(self.store, add, drop, self._levels, log=self.log)

    @property
    def _levels(self) -> EvidenceLevels:
        return EvidenceLevels(derived_folder(str(self.store.root)))

    def _collection(self, name: Iri, who: str) -> Iri:
        """The collection of a client's records: the client's own where that is private."""
        own = mint("collection", f"service-{who}")
        return own if own in private_collections(self.store) else collection_of(name)

    def _records(self, who: str) -> list[Iri]:
        """The names of the records that a client has written in its namespace, sorted."""
        quads = self.store.quads(predicate=PROV.wasAttributedTo, object=agent(who), graph=ANY)
        location = namespace(who)
        return sorted({name for name, _, _, g in quads if name == g and name.startswith(location)})

    def _body_of(self, name: Iri) -> list[Quad]:
        return [quad for quad in self.store.quads(graph=name) if quad[0] != name]

    def _bodies(self, who: str, within: Iri | None) -> dict[Iri, list[Quad]]:
        """The quads of each record of a client, or of ``within`` only, without the header.

        Raises RequestRefused (413) where all records together are too large to be read for one
        update.
        """
        if within is not None:
            return {self._own(within, who): self._body_of(within)}
        results: dict[Iri, list[Quad]] = {}
        total, limit = 0, _READ_TIMES * self.size.statements
        for name in self._records(who):
            results[name] = self._body_of(name)
            total += len(results[name])
            if total > limit:
                detail = (
                    f"your records hold more than {limit} statements, all of which an update may "
                    "read; change one of them by PUT, POST or PATCH below /data, or send INSERT DATA"
                )
                raise refuse(413, "Too much to read", detail, "too-large")
        return results

    def _stated(self, quads: Iterable[Quad], name: Iri) -> list[Quad]:
        """The quads without statements about the record itself, which form its header.

        Header statements are allowed if they equal the present header, as in a copy of the graph
        that was fetched before. Raises RequestRefused (422) for any other statement about the
        record itself.
        """
        stated: list[Quad] = []
        own: list[Quad] = []
        for quad in quads:
            (own if quad[0] == name else stated).append(quad)
        if own:
            header = {quad[:3] for quad in self.store.quads(subject=name, graph=name)}
            other = [quad for quad in own if quad[:3] not in header]
            if other:
                raise header_refused(other, name)
        return stated

    def _wrote(self, graph: Iri, who: str) -> bool:
        """Whether the header of a record names the client as author, in any namespace."""
        by = self.store.quads(graph, PROV.wasAttributedTo, agent(who), graph=graph)
        return any(True for _ in by)

    def _stored(self, name: Iri) -> bool:
        return any(True for _ in self.store.quads(subject=name, graph=name))

    def _refuse_foreign(self, text: str, who: str) -> None:
        """Raise RequestRefused if the update names a graph outside the client's namespace."""
        by_prologue: dict[str, list[str]] = {}
        for prologue, name in graphs_named(text):
            by_prologue.setdefault(prologue, []).append(name)
        for prologue, names in by_prologue.items():
            for name in resolved(prologue, names):
                self._own(name, who)

    def _own(self, graph: Iri | None, who: str) -> Iri:
        """The graph, if it is in the client's namespace; else raises RequestRefused (403)."""
        if graph is None:
            raise default_refused()
        location = namespace(who)
        if graph.startswith(location) and len(graph) > len(location):
            if _MOVES.search(graph, len(location) - 1):
                detail = f"<{graph}>: a record's name has no . or .. between slashes, no ? and no #"
                raise refuse(403, "Forbidden", detail, "namespace")
            return graph
        where = f"your records are the graphs below <{location}>, such as <{location}notes>"
        if graph.startswith(_RESERVED):
            detail = f"<{graph}> is managed by the service (identity, reference data); {where}"
            raise refuse(403, "Forbidden", detail, "reserved")
        public = self.store if self.store.public is None else self.store.public
        publisher = next(
            (o for _, _, o, _ in public.quads(graph, PROV.wasAttributedTo, graph=graph)), None
        )
        if publisher is not None:
            detail = f"<{graph}> is a record of <{publisher}>, which only its source can change; "
            raise refuse(403, "Forbidden", detail + where, "foreign-record")
        detail = f"<{graph}> is not a graph that you may write; {where}"
        raise refuse(403, "Forbidden", detail, "namespace")

    def _record(self, name: Iri, quads: Sequence[Quad], who: str) -> Record:
        lines = "\n".join(sorted(map(repr, quads)))
        header = Header(
            record=name,
            document=name,
            publisher=agent(who),
            retrieved=self.now(),
            reader="service",
            basis=Basis.THIRD_PARTY,
            title=f"written by {who} over HTTP",
            collection=self._collection(name, who),
            digest="sha256:" + hashlib.sha256(lines.encode()).hexdigest(),
        )
        return rdf.from_quads([*rdf.to_quads(Record(header)), *quads])
