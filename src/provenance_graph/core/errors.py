"""Every deliberate exception of the project, as one tree.

ProvenanceError
├── UsageError              the caller asked for something that cannot be
│   ├── BadIri              text that is not an absolute IRI
│   ├── NotFound            nothing has that name
│   ├── ChangesGone         the change log does not reach back that far
│   ├── Ambiguous           several entities have that name
│   ├── BadRubric           an assessment scheme that cannot be applied
│   └── BadShape            a SHACL shape that cannot be checked
├── SourceError             a document cannot be read
│   ├── UnknownFormat       no reader recognises it
│   ├── Unreadable          not text, truncated, too large, too deep
│   └── FetchError          the network did not give it
├── RecordError             a record contradicts itself
├── StoreError              the store cannot be used
│   ├── StoreMissing        nothing has been built there
│   ├── StoreBusy           another process is writing
│   └── StoreFormat         written by another version of the software
├── RequestRefused          an HTTP request was refused, with its problem document
└── QueryError              a query was not answered
    ├── QueryRefused        too long, too deep, or asks for the network
    ├── QuerySyntax         not SPARQL 1.1
    ├── QueryTimeout        stopped after its time limit
    ├── QueryTooLarge       stopped at its memory or size limit
    ├── QueryBusy           too many queries are waiting already
    └── QueryCrashed        the evaluating process died

A message says what is wrong, where, and what would work.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ProvenanceError(Exception):
    """The base of all exceptions that this project raises on purpose."""


class UsageError(ProvenanceError):
    """The caller asked for something that cannot be done."""


class BadIri(UsageError):
    """A text that is not an absolute IRI."""

    def __init__(self, text: str, why: str) -> None:
        shortened = text if len(text) <= 120 else text[:117] + "..."
        super().__init__(f"not an IRI: {shortened!r} ({why})")
        self.text = text


MAX_LISTED = 40
"""The largest number of known names that a message lists."""
_SEARCHED = ("entity", "model", "dataset", "organization", "model or dataset")


class NotFound(UsageError):
    """No entity has that name; the message offers near names, and lists known names if given."""

    def __init__(
        self, name: str, kind: str = "model", near: Iterable[str] = (), known: Iterable[str] = ()
    ) -> None:
        every = list(known)
        close = tuple(near) or tuple(difflib.get_close_matches(str(name), every, 3, 0.6))
        self.name, self.kind, self.near = name, kind, close
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        if every:
            more = f" and {len(every) - MAX_LISTED} more" if len(every) > MAX_LISTED else ""
            listed = ", ".join(every[:MAX_LISTED]) + more
            hint += f" There are {listed}." if hint else f"; there are {listed}"
        elif not close and kind in _SEARCHED:
            hint = "; `search` finds names by their parts"
        super().__init__(f"no {kind} named {str(name)!r}{hint}")


class WrongKind(NotFound):
    """An entity has that name, but is of another kind than the required one."""

    def __init__(self, name: str, kind: str, entity: str, is_a: str) -> None:
        super().__init__(name, kind)
        self.entity, self.is_a = entity, is_a
        article = "an" if is_a[:1] in "aeiou" else "a"
        self.args = (
            f"{entity} is {article} {is_a}; a {kind} is required here (show and claims take anything)",
        )


class ChangesGone(UsageError):
    """The change log has no unbroken history back to the requested version."""

    def __init__(self, version: str, oldest: str) -> None:
        reach = (
            f"changes are known since version {oldest}"
            if oldest
            else "no commit has been recorded yet"
        )
        super().__init__(
            f"what changed since {version} is no longer known, or a backup was restored since: "
            f"{reach}; read everything once and go on from the present version"
        )
        self.version, self.oldest = version, oldest


class Ambiguous(UsageError):
    """Several entities have that name; the message lists each id with what distinguishes it."""

    def __init__(
        self, name: str, described: Iterable[tuple[str, str]], kind: str = "model"
    ) -> None:
        listed = list(described)
        self.name, self.kind = name, kind
        self.candidates = tuple(candidate for candidate, _ in listed)
        shortened = "; ".join(f"{candidate} ({what})" for candidate, what in listed[:12])
        more = f" and {len(self.candidates) - 12} more" if len(self.candidates) > 12 else ""
        several = "entities" if kind == "entity" else f"{kind}s"
        super().__init__(f"{name!r} names {len(self.candidates)} {several}: {shortened}{more}")


class BadRubric(UsageError):
    """An assessment scheme that cannot be applied, with the place of the fault."""


class BadShape(UsageError):
    """A SHACL shape that cannot be checked, with the shape and what would work."""


class SourceError(ProvenanceError):
    """A document cannot be read."""


class UnknownFormat(SourceError):
    """No reader recognises this document."""

    def __init__(self, url: str, known: Iterable[str], why: str = "", named: str = "") -> None:
        formats = sorted(known)
        if named:
            super().__init__(f"{url}: no format {named!r}; there are {', '.join(formats)}")
        else:
            reason = f": {why}" if why else ""
            super().__init__(
                f"{url}: no reader recognises it{reason}; --as names one of the "
                f"{len(formats)} formats (`--as ?` lists them)"
            )
        self.url = url


class Unreadable(SourceError):
    """The bytes are not what the format needs: encoding, truncation, size or depth."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"{url}: {why}")
        self.url, self.why = url, why


class FetchError(SourceError):
    """The network did not give the document."""


class PolicyError(UsageError):
    """An acceptance policy that cannot be applied, with the place of the fault."""

    def __init__(self, where: str, term: str, what: str) -> None:
        super().__init__(f"acceptance policy: {where}, {term}: {what}")
        self.where, self.term, self.what = where, term, what


class RecordError(ProvenanceError):
    """A record contradicts itself or its header."""


class StoreError(ProvenanceError):
    """The store cannot be used."""


BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""Exceptions that faulty code, ours or a library's, raises on an unexpected value.

Caught only where one request ends and its process goes on; any other exception ends the process.
"""

FAILURES = (ProvenanceError, *BUGS)
"""Exceptions that end one of several independent tasks and leave the others running."""


class StoreMissing(StoreError):
    """There is no store at that place."""

    def __init__(self, where: str, why: str = "run `provenance-graph build` first") -> None:
        super().__init__(f"no store at {where}: {why}")
        self.where = where


class StoreBusy(StoreError):
    """Another process is writing to the store."""


class BeingIndexed(StoreBusy):
    """The requested entity came with a write whose indexes are still being built."""


class StoreFormat(StoreError):
    """The store has the format of another version of the software."""


class RequestRefused(ProvenanceError):
    """An HTTP request was refused; ``problem`` is the problem document of the response."""

    def __init__(self, problem: object) -> None:
        super().__init__(str(getattr(problem, "detail", problem)))
        self.problem = problem


class QueryError(ProvenanceError):
    """A query was not answered."""


class QueryRefused(QueryError):
    """A query that is too long, too deep, or asks for the network."""


class NotASelect(QueryError):
    """A query is not a SELECT, where rows are required."""

    def __init__(self) -> None:
        super().__init__("this query is not a SELECT")


class QuerySyntax(QueryError):
    """A text that is not SPARQL 1.1."""


class QueryTimeout(QueryError):
    """A query stopped after its time limit."""


class QueryTooLarge(QueryError):
    """A query stopped at its memory or answer limit."""


class QueryBusy(QueryError):
    """Too many queries are waiting already; try again in a moment."""


class QueryCrashed(QueryError):
    """The process that evaluated the query died."""
