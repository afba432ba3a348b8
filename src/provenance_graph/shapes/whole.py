"""Validates a whole store, in this process or in parallel processes if its claim table exists.

With the table, the work is split into tasks. First, queries on the accepted view and scans of the
table's files find the few records and facts that may break a shape; then these are validated. Each
task is independent, and findings are sorted at the end, so that it does not matter where tasks run.
A process holds in memory one file of the table and the quads of some records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from provenance_graph.core.claims import Quad
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.shapes.compile import Check
from provenance_graph.shapes.findings import Finding, Severity, order
from provenance_graph.shapes.model import ACCEPTED_VIEW, RECORD_GRAPHS, Shape
from provenance_graph.shapes.parse import shipped_shapes
from provenance_graph.shapes.setbased import LIMITS, Plan
from provenance_graph.store.base import Expecting, Store
from provenance_graph.store.embedded import CheckpointReads, EmbeddedStore

if TYPE_CHECKING:
    from provenance_graph.store.claim_table import ClaimTable
    from provenance_graph.store.processes import Engine

T = TypeVar("T")
_QUADS_AT_ONCE = 100_000
_FILES_AT_ONCE = 8
_HEADERS_AT_ONCE = 200_000
_NAMES_AT_ONCE = 2_000
"""The most items of one task."""
_PARALLEL_FROM = 8
"""The number of claim files from which on starting processes, a second each, pays off."""


def validate_store(
    store: Store,
    severity: Severity = Severity.INFO,
    *,
    shapes: Sequence[Shape] | None = None,
    table: ClaimTable | None = None,
    engine: Engine | None = None,
) -> list[Finding]:
    """Every finding in a store of at least a severity, sorted.

    With the claim table of its version, only records and facts that may break a shape are read from
    the store, by the processes of ``engine`` if the store is large and on disk; the findings are
    the same.
    """
    if isinstance(store, Expecting):
        store.assure()
    if shapes is None and table is not None:
        return order(_from_table(store, severity, table, engine))
    plan = Plan(store, shipped_shapes() if shapes is None else shapes, severity)
    results = [finding for check in plan.over(ACCEPTED_VIEW) for finding in plan.whole(check)]
    if shapes is None:
        results += _in_records(plan, _records(store))
    elif records := _records(store):
        for check in plan.over(RECORD_GRAPHS, explicit=True):
            results += [f for f in plan.whole(check, in_records=True) if f.record in records]
    return order(results)


def _records(store: Store) -> frozenset[str]:
    query = f"SELECT ?g WHERE {{ GRAPH ?g {{ ?g a <{PG.SourceRecord}> }} }}"
    return frozenset(str(row[0]) for row in store.select(query, limits=LIMITS).rows)


def _in_records(plan: Plan, records: Iterable[str]) -> Iterator[Finding]:
    """Yield the findings of the shipped shapes in record graphs, loaded into memory in batches.

    A query in memory costs a quarter of one over the whole store, and its cost does not grow with
    the store: each record is a separate graph, and the shapes read nothing outside it.
    """
    waiting: list[Quad] = []
    for record in sorted(records):
        waiting += plan.store.quads(graph=Iri(record))
        if len(waiting) > _QUADS_AT_ONCE:
            yield from plan.in_memory(waiting)
            waiting = []
    yield from plan.in_memory(waiting)


# ---- tasks over the claim table ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _PartResult:
    """The result of a task: findings, or facts and records to validate."""

    findings: tuple[Finding, ...] = ()
    facts: frozenset[tuple[str, str]] = frozenset()
    """Pairs of property and subject."""
    records: frozenset[int] = frozenset()
    """Record numbers in the table."""


class _Part(Protocol):
    """A task that is independent of other tasks."""

    def run(self, plan: Plan) -> _PartResult:
        """Run the task."""


@dataclass(frozen=True, slots=True)
class _AskView:
    """Runs one check as a query on the whole view."""

    check: int

    def run(self, plan: Plan) -> _PartResult:
        return _PartResult(tuple(plan.whole(_of_view(plan)[self.check])))


@dataclass(frozen=True, slots=True)
class _ReadFacts:
    """Scans some files of accepted facts."""

    files: tuple[Path, ...]

    def run(self, plan: Plan) -> _PartResult:
        from provenance_graph.shapes.columns import of_facts

        return _PartResult(facts=frozenset(of_facts(self.files, _from_facts(plan), plan.breaking)))


@dataclass(frozen=True, slots=True)
class _ReadClaims:
    """Scans some files of claims."""

    files: tuple[Path, ...]

    def run(self, plan: Plan) -> _PartResult:
        from provenance_graph.shapes.columns import of_claims

        records = of_claims(self.files, _of_records(plan), plan.kinds, plan.breaking)
        return _PartResult(records=frozenset(records))


@dataclass(frozen=True, slots=True)
class _ReadHeaders:
    """Scans some rows of the records' headers."""

    file: Path
    first: int
    limit: int

    def run(self, plan: Plan) -> _PartResult:
        import polars as pl

        from provenance_graph.shapes.columns import of_headers

        rows = pl.scan_parquet(self.file).slice(self.first, self.limit).collect()
        return _PartResult(records=frozenset(of_headers(rows, _of_records(plan), plan.breaking)))


@dataclass(frozen=True, slots=True)
class _LookAtNodes:
    """Runs a check of the view at some nodes that may break it."""

    check: int
    nodes: tuple[Iri, ...]

    def run(self, plan: Plan) -> _PartResult:
        return _PartResult(tuple(plan.at(_of_view(plan)[self.check], self.nodes)))


@dataclass(frozen=True, slots=True)
class _LookAtRecords:
    """Validates whole records that may break a check."""

    records: tuple[str, ...]

    def run(self, plan: Plan) -> _PartResult:
        return _PartResult(tuple(_in_records(plan, self.records)))


def _of_view(plan: Plan) -> list[Check]:
    return list(plan.over(ACCEPTED_VIEW))


def _of_records(plan: Plan) -> list[Check]:
    return list(plan.over(RECORD_GRAPHS, explicit=True))


def _from_facts(plan: Plan) -> list[Check]:
    from provenance_graph.shapes.columns import decided_by_facts  # loads Polars

    return [check for check in _of_view(plan) if decided_by_facts(check)]


def _from_table(
    store: Store, severity: Severity, table: ClaimTable, engine: Engine | None
) -> Iterator[Finding]:
    plan = Plan(store, shipped_shapes(), severity)

    def run(parts: Sequence[_Part]) -> Iterator[_PartResult]:
        large = len(table.files("claims")) >= _PARALLEL_FROM
        if engine is not None and large and isinstance(store, EmbeddedStore):
            return engine.run(partial(_elsewhere, store.checkpoint, severity), parts)
        return (part.run(plan) for part in parts)

    facts: set[tuple[str, str]] = set()
    records: set[int] = set()
    for result in run(list(_first(plan, table))):
        yield from result.findings
        facts |= result.facts
        records |= result.records
    for result in run(list(_second(plan, table, facts, records))):
        yield from result.findings


def _first(plan: Plan, table: ClaimTable) -> Iterator[_Part]:
    """Yield the tasks of the first stage, the slowest first."""
    by_facts = _from_facts(plan)
    for number, check in enumerate(_of_view(plan)):
        if check not in by_facts:
            yield _AskView(number)
    for files in _chunks(table.files("claims"), _FILES_AT_ONCE):
        yield _ReadClaims(files)
    for files in _chunks(table.files("facts"), _FILES_AT_ONCE):
        yield _ReadFacts(files)
    for first in range(0, table.records, _HEADERS_AT_ONCE):
        yield _ReadHeaders(table.headers_file, first, _HEADERS_AT_ONCE)


def _second(
    plan: Plan, table: ClaimTable, facts: Iterable[tuple[str, str]], records: Iterable[int]
) -> Iterator[_Part]:
    """Yield the tasks that validate suspect facts and records."""
    from provenance_graph.shapes.columns import predicate

    by_facts, of = _from_facts(plan), dict[str, list[Iri]]()
    for name, subject in sorted(facts):
        of.setdefault(name, []).append(Iri(subject))
    for number, check in enumerate(_of_view(plan)):
        nodes = of.get(predicate(check), []) if check in by_facts else []
        for some in _chunks(nodes, _NAMES_AT_ONCE):
            yield _LookAtNodes(number, some)
    for names in _chunks(table.record_names(records), _NAMES_AT_ONCE):
        yield _LookAtRecords(names)


def _chunks(items: Sequence[T], size: int) -> Iterator[tuple[T, ...]]:
    return (tuple(items[start : start + size]) for start in range(0, len(items), size))


def _elsewhere(checkpoint: Path, severity: Severity, part: _Part) -> _PartResult:
    """Run a task in a worker process."""
    return part.run(_plan_at(checkpoint, severity))


@lru_cache(maxsize=1)
def _plan_at(checkpoint: Path, severity: Severity) -> Plan:
    return Plan(CheckpointReads(checkpoint), shipped_shapes(), severity)
