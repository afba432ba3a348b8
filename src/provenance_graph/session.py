"""The session of a command: access to the store, and output of answers."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from provenance_graph.core.claims import Literal, Problem
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.store.opening import derived_folder, open_store
from provenance_graph.tables import fitted, render, rendered

__all__ = ["Progress", "Session", "render", "rendered"]

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.graph import Graph
    from provenance_graph.model.receipt import ReceiptsOf
    from provenance_graph.store.base import Store
    from provenance_graph.store.claim_table import ClaimTable


@dataclass
class Session:
    """One run of the command line.

    ``store_path`` is a folder or an ``http(s)://`` address; stores opened here are closed when the
    command ends. ``receipts`` are added to the next JSON that is printed.
    """

    store_path: str
    closing: ExitStack = field(default_factory=ExitStack)
    _store: Store | None = None
    receipts: list[ReceiptsOf] | None = None
    citing: bool = False
    """Whether receipts are requested for the entities that a command lists."""

    @property
    def is_remote(self) -> bool:
        """Whether the store is a remote SPARQL service."""
        return self.store_path.startswith(("http://", "https://"))

    @property
    def folder(self) -> Path:
        """The store's folder; meaningless for a remote store."""
        return Path(self.store_path)

    def store(self) -> Store:
        """The store, opened for reading; raises StoreError."""
        if self._store is None:
            self._store = self.closing.enter_context(open_store(self.store_path))
        store: Store = self._store
        return store

    def claim_table(self) -> ClaimTable | None:
        """The claim table of the store's version, updated after later commits; None without one."""
        derived = derived_folder(self.store_path)
        if derived is None or not any(derived.glob("claims-*")):
            return None
        from provenance_graph.changes.claim_rows import update_table  # loads Polars
        from provenance_graph.store.claim_table import ClaimTable

        update_table(self.folder, self.snapshot())
        return ClaimTable.open(derived, self.store().version)

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        """The accepted values, now or as of a day as typed; raises StoreError, UsageError."""
        from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of

        store, day = self.store(), day_of(as_of)
        if day > time.strftime("%Y-%m-%d", time.gmtime()):
            self.say(f"{day} is to come; the answer is what is known today.")
        result = AcceptedSnapshot(store, day, folder=derived_folder(self.store_path))
        if not day:
            return result
        from provenance_graph.ingest.day import at_hand

        return at_hand(result) or result

    def whole(self, as_of: str = "") -> AcceptedSnapshot:
        """A snapshot for a command that reads much of a past day, whose dataset is made once.

        Raises QueryTooLarge where the store is too large for that.
        """
        snapshot = self.snapshot(as_of)
        if nothing := snapshot.nothing_known():
            self.say(f"{nothing[0].upper()}{nothing[1:]}.")
            return snapshot
        if not snapshot.as_of or snapshot.folder is not None:
            return snapshot
        from provenance_graph.ingest.day import whole

        if sys.stderr.isatty():
            self.say(f"putting together what was known on {snapshot.as_of}; it is kept")
        return whole(snapshot)

    def levels(self) -> EvidenceLevels:
        """The evidence levels of models, which a commit derives beside the accepted view."""
        from provenance_graph.assessment.derived import EvidenceLevels

        return EvidenceLevels(derived_folder(self.store_path))

    def graph(self) -> Graph:
        """The store as a graph of the Python API."""
        from provenance_graph.graph import Graph  # heavy; most commands need only part

        return Graph(self.store())

    def print_table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        format: str = "table",
        head: str = "",
        empty: str = "",
    ) -> None:
        """Print rows as a table, as JSON objects or as CSV, to standard output.

        ``head`` is the column that heads a row where the terminal is too narrow for a table.
        Without rows, the sentence ``empty`` is written to standard error; a table then has no
        heading either.
        """
        listed = list(rows)
        if format == "json" and self.receipts is not None:
            self.print_json(json.loads(render(columns, listed, format, head)))
            return
        if listed or format != "table":
            sys.stdout.write(render(columns, listed, format, head))
        if not listed and empty:
            self.say(empty)

    def print_json(self, value: object) -> None:
        """Print a value as JSON, with its keys in order and with pending receipts."""
        if self.receipts is not None:
            others = value if isinstance(value, dict) else {"results": value}
            value, self.receipts = {**others, "receipts": self.receipts}, None
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")

    def cite(self, snapshot: AcceptedSnapshot, subjects: Iterable[str]) -> None:
        """Set the receipts of the entities that a command lists, if they are requested."""
        if not self.citing:
            return
        from provenance_graph.model.receipt import cited

        answer = cited(snapshot, subjects)
        self.receipts = list(answer["receipts"])
        if answer["receiptsOf"] > len(self.receipts):
            self.say(f"receipts of {len(self.receipts)} of {answer['receiptsOf']:,} entities")

    def progress(self, what: str, total: int = 0) -> Progress:
        """A progress line on standard error, shown in a terminal only."""
        return Progress(what, total)

    def say_others(self, others: Sequence[Iri]) -> None:
        """Write which other entities have the given name to standard error."""
        if others:
            names = ", ".join(map(short_id, others[:5]))
            more = f" and {len(others) - 5} more" if len(others) > 5 else ""
            self.say(f"also of that name: {names}{more}")

    def say_unknown(self, snapshot: AcceptedSnapshot, *subjects: Iri) -> bool:
        """Write the subjects that were unknown on the snapshot's day; whether there are any."""
        sentences = [snapshot.unknown(subject, short_id(subject)) for subject in subjects]
        for unknown in filter(None, sentences):
            self.say(unknown[0].upper() + unknown[1:] + ".")
        return any(sentences)

    def say(self, message: str) -> None:
        """Write a message to standard error."""
        sys.stderr.write(fitted(message, sys.stderr) + "\n")


class Progress:
    """A progress line: count, rate and, where the total is known, the time left.

    Call it after each step, or with the numbers done and in all. It writes to standard error only
    if that is a terminal, at most five times a second.
    """

    def __init__(self, what: str, total: int = 0) -> None:
        self.what, self.total, self.done = what, total, 0
        self._watched = sys.stderr.isatty()
        self._start = self._last = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._watched:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, done: int | None = None, total: int | None = None) -> None:
        """Count one more step, or set the numbers done and in all."""
        self.done = self.done + 1 if done is None else done
        self.total = self.total if total is None else total
        now = time.monotonic()
        if self._watched and (now - self._last >= 0.2 or self.done == self.total):
            self._last = now
            sys.stderr.write(f"\r\x1b[K{self.line(now - self._start)}")
            sys.stderr.flush()

    def line(self, seconds: float) -> str:
        """The progress line after a number of seconds.

        >>> Progress("records", 4000).line(0)
        'records: 0 of 4,000'
        """
        of = f" of {self.total:,}" if self.total else ""
        line = f"{self.what}: {self.done:,}{of}"
        if not self.done or seconds < 0.5:
            return line
        rate = self.done / seconds
        line += f", {rate:,.0f} a second" if rate >= 1 else f", {1 / rate:,.1f} s each"
        if self.total > self.done:
            left = (self.total - self.done) / rate
            minutes, rest = divmod(round(left), 60)
            line += f", {minutes} min {rest:02} s left" if minutes else f", {rest} s left"
        return line


def _plain(value: object) -> object:
    if isinstance(value, Literal):
        return value.lexical
    return str(value)


class ProblemPrinter:
    """Prints problems as they occur, up to a limit, and counts the rest in ``hidden``."""

    def __init__(self, limit: int) -> None:
        self.left, self.hidden = limit, 0

    def __call__(self, name: str, problem: Problem) -> None:
        if self.left > 0:
            self.left -= 1
            location = (
                f"{name}: {problem}"
                if problem.where not in ("", name)
                else f"{name}: {problem.what}"
            )
            hint = f" ({problem.hint})" if problem.hint and not problem.where else ""
            sys.stderr.write(fitted(location + hint, sys.stderr) + "\n")
        else:
            self.hidden += 1
