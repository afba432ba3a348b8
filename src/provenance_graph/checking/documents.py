"""Checks of documents at paths: each is read, validated, and its findings are located.

A finding names the file relative to the working directory, and the line in it, so that editors and
code hosts can show it there.
"""

from __future__ import annotations

import glob
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

from provenance_graph.checking import positions, spelling
from provenance_graph.checking.positions import Location, Positions
from provenance_graph.core.claims import Claim, Literal, Problem, Record, Value
from provenance_graph.core.errors import SourceError, UnknownFormat
from provenance_graph.core.iris import local_name
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG
from provenance_graph.formats.document import Document
from provenance_graph.formats.parsing import decode
from provenance_graph.formats.registry import readers, readers_of
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.intake import Options, Reading, read
from provenance_graph.shapes import Finding, Severity, validate_records
from provenance_graph.shapes.findings import order

BATCH = 200
"""Documents validated at once."""

RecordChecker = Callable[[Sequence[Record]], list[list[Finding]]]
"""Checks records together and returns the findings of each, in the records' order.

A checker that sets ``of_whole_documents`` is given one record per document, with all its claims.
"""


class DocumentChecker(Protocol):
    """A checker of a whole document: its text and the records read from it."""

    def of_document(
        self, document: Document, format: str, records: Sequence[Record]
    ) -> list[Finding]:
        """The findings of one document."""


Checker = RecordChecker | DocumentChecker

_LINE = re.compile(r"(?:\S+ )?L\d+")
_GRAVE = frozenset({"schema", "unreadable"})
_SLIGHT = frozenset({"skipped"})
_KEYS = {
    DCTERMS.license: ("license", "licence", "licenses"),
    PG.trainedOn: ("datasets", "dataset"),
    **dict.fromkeys(
        DERIVATIONS, ("base_model", "base_model_name_or_path", "parent_model", "models")
    ),
}
"""The keys under which documents state a property, for claims without a locator."""


@dataclass(frozen=True)
class Examined:
    """One document, or one path without a document, with its findings.

    ``read`` says whether anything could be read; ``is_argument`` that the finding concerns a whole
    path: it does not exist or holds no document.
    """

    file: str
    findings: tuple[Finding, ...] = ()
    read: bool = True
    is_argument: bool = False
    format: str = ""
    records: tuple[Record, ...] = ()


OtherCheck = Callable[[Document, str], Examined | None]
"""Checks a document that no reader reads, by its file name; None for a document of another kind."""


@dataclass
class _Work:
    """A document being checked: its reading, and the findings so far."""

    document: Document
    file: str
    reading: Reading
    findings_here: list[Finding] = field(default_factory=list)
    broken: bool = False


def examine(
    paths: Iterable[str],
    *,
    retrieved: str,
    form: str = "",
    checkers: Sequence[Checker] = (),
    stdin: BinaryIO | None = None,
    other: OtherCheck | None = None,
) -> Iterator[Examined]:
    """Read and check the documents at the paths; nothing is stored.

    ``other`` checks documents that no reader reads, such as fleets; it returns None for others.
    ``checkers`` check the records of many documents at once: the user's shapes, the store's
    knowledge of parents. Faults of a document are findings and never raised.
    """
    options = Options(form)
    items = _documents(paths, retrieved, stdin)
    while batch := list(islice(items, BATCH)):
        documents = [(file, item) for file, item in batch if isinstance(item, Document)]
        done = _checked(documents, other) if other else {}
        works = [
            _Work(item, file, _read(item, options))
            for file, item in documents
            if id(item) not in done
        ]
        _check_records(works, [_shapes, _spelling, *checkers])
        done |= {id(work.document): _examined(work) for work in works}
        for file, item in batch:
            yield done[id(item)] if isinstance(item, Document) else _refused(file, item)


def _read(document: Document, options: Options) -> Reading:
    """The reading of a document by the readers of its syntax, else by all readers.

    Loading every reader takes a moment.
    """
    if not options.format:
        with suppress(SourceError):  # its features cannot be read: all readers try it
            reading = read(document, readers_of(document.features.syntax), options)
            if not isinstance(reading.failure, UnknownFormat):
                return reading
    return read(document, readers(), options)


def _checked(documents: Iterable[tuple[str, Document]], other: OtherCheck) -> dict[int, Examined]:
    """The results of ``other`` for the documents that it checks, by ``id()`` of the document."""
    return {id(item): one for file, item in documents if (one := other(item, file))}


def _documents(
    paths: Iterable[str], retrieved: str, stdin: BinaryIO | None
) -> Iterator[tuple[str, Document | Problem]]:
    """Documents and problems, each with its path from the working directory."""
    for argument in paths:
        for path in _expanded(argument):
            for item in discover([path], retrieved=retrieved, stdin=stdin):
                # a document's name may begin with an owner's folder, its path never does
                name = item.where if isinstance(item, Problem) else item.path or item.name
                yield _file(path, name), item


def _expanded(argument: str) -> list[str]:
    """The files of a glob pattern, each as a path; any other path unchanged."""
    if set(argument) & set("*?[") and not Path(argument).exists():
        results = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207 - any anchor
        return [path for path in results if Path(path).is_file()] or [argument]
    return [argument]


def _file(argument: str, name: str) -> str:
    """A document's path from the working directory; ``name`` is its path below the argument."""
    root = Path(argument)
    if not root.is_dir():
        return _relative(root) if argument != "-" else "stdin"
    for candidate in (root / name, root / name.rpartition("/")[2]):
        if candidate.is_file():
            return _relative(candidate)
    return _relative(root)


def _relative(path: Path) -> str:
    """A path relative to the working directory if it is below that; with slashes."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _check_records(works: Sequence[_Work], checkers: Sequence[Checker]) -> None:
    records = [(work, record) for work in works for record in work.reading.records]
    for checker in checkers:
        if not callable(checker):
            for work in works:
                if work.reading.failure is None:
                    reading = work.reading
                    work.findings_here += checker.of_document(
                        work.document, reading.format, reading.records
                    )
            continue
        if not records:
            continue
        checked = records
        if getattr(checker, "of_whole_documents", False):
            checked = [(w, _whole(w.reading.records)) for w in works if w.reading.records]
        for (work, _), result in zip(checked, checker([r for _, r in checked]), strict=True):
            work.findings_here += result


def _whole(records: Sequence[Record]) -> Record:
    """All claims of a document as one record; forms and bundles have one record per source."""
    first, *further = records
    if not further:
        return first
    claims = (replace(c, basis=c.basis or r.header.basis) for r in records for c in r.claims)
    return Record(first.header, tuple(claims))


def _shapes(records: Sequence[Record]) -> list[list[Finding]]:
    return validate_records(records)


def _spelling(records: Sequence[Record]) -> list[list[Finding]]:
    return [list(spelling.licences(record)) for record in records]


def _refused(file: str, problem: Problem) -> Examined:
    """The result for a path or file that is no document."""
    whole = problem.kind in ("unreadable", "empty")
    severity = Severity.VIOLATION if whole else Severity.INFO
    reported = replace(problem, where="")
    finding = replace(_of_problem(reported, severity), file=file, focus=Literal(file))
    skipped = problem.kind == "skipped"
    return Examined(file, (finding,), read=False, is_argument=whole and not skipped)


def _examined(work: _Work) -> Examined:
    reading, document = work.reading, work.document
    findings: list[Finding] = []
    if reading.failure is not None:
        why = str(reading.failure)
        for head in (document.url, document.name):
            why = why.removeprefix(f"{head}: ")
        finding = _of_problem(Problem("", why, kind="unreadable"), Severity.VIOLATION)
        location = positions.in_message(why)
        findings.append(replace(finding, line=location.line or 1, column=location.column))
    broken = any(p.kind == "syntax" and p.what.startswith("metadata: ") for p in reading.problems)
    if broken and (error := positions.syntax_error(document.text, work.file)):
        why, location = error
        why = why.partition(": ")[2] if why.startswith("line ") else why
        finding = _of_problem(Problem("", f"not YAML: {why}", kind="syntax"), Severity.VIOLATION)
        findings.append(replace(finding, line=location.line or 1, column=location.column))
    else:
        broken = False
        locate = _Locator(document, work.file, reading.records)
        findings += [locate.problem(problem) for problem in reading.problems]
        findings += [locate.finding(finding) for finding in work.findings_here]
    placed = [f if f.file else f.at(work.file, f.line, f.column) for f in findings]
    return Examined(
        work.file,
        tuple(order(dict.fromkeys(placed))),
        read=reading.failure is None and not broken,
        format=reading.format,
        records=reading.records,
    )


def _of_problem(problem: Problem, severity: Severity | None = None) -> Finding:
    """A reader's problem as a finding, so that both go into one report."""
    grave = (
        Severity.VIOLATION
        if problem.kind in _GRAVE
        else Severity.INFO
        if problem.kind in _SLIGHT
        else Severity.WARNING
    )
    reported = problem.what + (f" ({problem.hint})" if problem.hint else "")
    with_pointer = bool(problem.where) and not _LINE.fullmatch(problem.where)
    return Finding(
        severity=severity or grave,
        focus=Literal(""),
        path="",
        value=None,
        message=f"{problem.where}: {reported}" if with_pointer else reported,
        shape=f"reader:{problem.kind}",
        component="Reader",
    )


class _Locator:
    """Sets the file and line of a document's findings."""

    def __init__(self, document: Document, file: str, records: Sequence[Record]) -> None:
        self._document, self._file = document, file
        self._positions: dict[str, Positions] = {}
        self._places: dict[tuple[Value, str, Value | None], tuple[str, Location]] = {}
        self._claims_on: dict[str, list[Claim]] = defaultdict(list)
        self._claims_of: dict[Value | None, list[Claim]] = defaultdict(list)
        for claim in (claim for record in records for claim in record.claims):
            self._claims_on[claim.predicate].append(claim)
            self._claims_of[claim.value].append(claim)

    def problem(self, problem: Problem) -> Finding:
        """A reader's problem as a finding with file and line."""
        inner, rest = self._split(problem.where)
        location = self._of(inner).at(rest) if rest else positions.in_message(problem.what)
        file = self._path(inner)
        finding = replace(_of_problem(problem), focus=Literal(file), file=file)
        return replace(finding, line=location.line or 1, column=location.column)

    def finding(self, finding: Finding) -> Finding:
        """A finding of a shape or rule, with the file and line of the claim that it concerns."""
        inner, location = "", Location(finding.line, finding.column)
        if not location.line:
            about = finding.focus, finding.path, finding.value
            if about not in self._places:
                self._places[about] = self._locate(finding)
            inner, location = self._places[about]
        return finding.at(self._path(inner), location.line or 1, location.column)

    def _locate(self, finding: Finding) -> tuple[str, Location]:
        """The inner file and the location in it of the claim that a finding concerns."""
        inner, location = "", Location()
        for claim in self._claims(finding):
            inner, location = self._claim(claim)
            if location.line:
                break
        if not location.line and finding.path:
            location = self._key(finding.path)
        return inner, location

    def _claims(self, finding: Finding) -> Iterator[Claim]:
        """The claims that a finding may concern, the most likely first."""
        if not finding.path:
            yield from self._claims_of.get(finding.focus, ())
            return
        of_focus = [c for c in self._claims_on.get(finding.path, ()) if c.subject == finding.focus]
        yield from (c for c in of_focus if c.value == finding.value)
        yield from of_focus

    def _claim(self, claim: Claim) -> tuple[str, Location]:
        inner, rest = self._split(claim.locator)
        if rest and (location := self._of(inner).at(rest)).line:
            return inner, location
        display_text = str(claim.value or "")
        below = [f"/{key}" for key in _KEYS.get(claim.predicate, ())]
        for text in dict.fromkeys(
            (claim.as_stated, display_text, _bare(display_text), local_name(display_text))
        ):
            for name in ("", *self._document.files):
                for top in (*below, ""):
                    if text and (location := self._of(name).of(text, top)).line:
                        return name, location
        return "", self._key(claim.predicate)

    def _key(self, predicate: str) -> Location:
        keys = next((keys for term, keys in _KEYS.items() if term == predicate), ())
        for key in (*keys, local_name(predicate)):
            if result := self._of("").by_pointer.get(f"/{key}"):
                return result
        return Location()

    def _split(self, locator: str) -> tuple[str, str]:
        """The inner file with which a locator begins, and the rest of the locator."""
        for name in sorted(self._document.files, key=len, reverse=True):
            if locator == name or locator.startswith((f"{name}/", f"{name} ")):
                return name, locator[len(name) :]
        return "", locator

    def _path(self, inner: str) -> str:
        if not inner:
            return self._file
        folder = self._file.rpartition("/")[0]
        return f"{folder}/{inner}" if folder else inner

    def _of(self, inner: str) -> Positions:
        if inner not in self._positions:
            try:
                if inner:
                    text = decode(self._document.files[inner], inner)
                    self._positions[inner] = positions.of_document(text, inner)
                else:
                    self._positions[inner] = positions.of_whole(self._document)
            except SourceError:
                self._positions[inner] = Positions()
        return self._positions[inner]


def _bare(text: str) -> str:
    """``org/name`` of a model or dataset IRI of ours; other text unchanged."""
    for head in ("/id/model/", "/id/dataset/"):
        if head in text:
            return text.partition(head)[2]
    return text
