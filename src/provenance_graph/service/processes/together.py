"""Writes that arrive together are stored in one commit, at half the cost of one commit each.

The accepted view of records does not depend on how they are divided into commits, so clients see no
difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from provenance_graph.core.claims import Record
from provenance_graph.core.errors import FAILURES
from provenance_graph.core.iris import Iri
from provenance_graph.ingest.update import Updated
from provenance_graph.service.backend import PutRequest, UploadPart, Written
from provenance_graph.service.processes.write_checks import broken
from provenance_graph.shapes.findings import Severity
from provenance_graph.shapes.setbased import validate_records


@dataclass(frozen=True, slots=True)
class Prepared:
    """The records that a write adds and drops, not yet checked against the shapes."""

    add: Sequence[Record]
    drop: Sequence[Iri] = ()
    created: bool = False

    def names(self) -> set[Iri]:
        """The names of the records that the write changes."""
        return {*self.drop, *(record.header.record for record in self.add)}


class Commits(Protocol):
    """A target that prepares writes and commits them."""

    def prepare(
        self, graph: Iri | None, parts: Sequence[UploadPart], who: str, replace: bool
    ) -> Prepared:
        """The record that the documents make of a graph, not yet stored; raises RequestRefused."""

    def commit(self, add: Iterable[Record], drop: Iterable[Iri] = ()) -> Updated:
        """Add and drop records in one commit."""


def carry_out_alone(target: Commits, prepared: Prepared) -> Written:
    """Check one write against the shapes and commit it; raises RequestRefused."""
    for findings in validate_records(prepared.add, Severity.VIOLATION):
        if findings:
            raise broken(findings)
    done = target.commit(prepared.add, prepared.drop)
    return Written(done.version, prepared.created, done.added + done.removed)


def carry_out_together(target: Commits, writes: Sequence[PutRequest]) -> list[Written | Exception]:
    """Carry out writes in order; returns for each one the result or the exception.

    Writes to the same record are committed one after another. A refused write does not affect the
    others, and when a commit of several writes fails, each is tried alone.
    """
    results: dict[int, Written | Exception] = {}
    waiting: dict[int, Prepared] = {}
    for number, write in enumerate(writes):
        names: set[Iri] = set().union(*(one.names() for one in waiting.values()))
        if write.graph in names:
            results |= _commit_all(target, waiting)
            waiting = {}
        try:
            waiting[number] = target.prepare(write.graph, write.parts, write.who, write.replace)
        except FAILURES as error:
            results[number] = error
    results |= _commit_all(target, waiting)
    return [results[number] for number in range(len(writes))]


def _commit_all(target: Commits, writes: dict[int, Prepared]) -> dict[int, Written | Exception]:
    if len(writes) < 2:
        return {number: _alone(target, one) for number, one in writes.items()}
    results: dict[int, Written | Exception] = {}
    records = [record for one in writes.values() for record in one.add]
    refused = dict(
        zip(
            (record.header.record for record in records),
            validate_records(records, Severity.VIOLATION),
            strict=True,
        )
    )
    sound: dict[int, Prepared] = {}
    for number, one in writes.items():
        findings = [f for record in one.add for f in refused[record.header.record]]
        if findings:
            results[number] = broken(findings)
        else:
            sound[number] = one
    try:
        done = target.commit(
            [record for one in sound.values() for record in one.add],
            [name for one in sound.values() for name in one.drop],
        )
    except FAILURES:
        return results | {number: _alone(target, one) for number, one in sound.items()}
    return results | {
        number: Written(done.version, one.created, sum(len(r.claims) for r in one.add))
        for number, one in sound.items()
    }


def _alone(target: Commits, prepared: Prepared) -> Written | Exception:
    try:
        return carry_out_alone(target, prepared)
    except FAILURES as error:
        return error
