"""``check`` of ``fleet.toml``: the models of each system against the store."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking.documents import Examined
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import NotFound, Unreadable, UsageError
from provenance_graph.fleet import check, systems_in
from provenance_graph.formats.document import Document
from provenance_graph.shapes import Finding, Severity

MAX_BYTES = 1_000_000
"""Bytes; a larger TOML file is not read as a fleet."""


@dataclass(frozen=True)
class FleetDocuments:
    """A checker of fleet documents; refuses one with more than ``max_models`` models."""

    snapshot: AcceptedSnapshot
    day: str
    max_models: int = 100_000

    def __call__(self, document: Document, file: str) -> Examined | None:
        """The findings on the systems of a fleet, each on the line that names its model.

        None where the document is no fleet.
        """
        if not _is_fleet(document):
            return None
        lines = document.text.splitlines()
        try:
            systems = systems_in(document, file)
            models = sum(len(one.models) for one in systems)
            if models > self.max_models:
                raise UsageError(f"{models:,} models; at most {self.max_models:,} are checked here")
            findings = tuple(
                replace(one.as_finding(), file=file, line=_line(lines, one.system, one.model))
                for one in check(self.snapshot, systems, self.day)
            )
        except (UsageError, NotFound) as error:
            message = str(error).removeprefix(f"{file}: ")
            position = _line(lines, message.partition(".uses: ")[0], "uses")
            return Examined(file, (_refused(file, message, position),), read=False)
        return Examined(file, findings, format="fleet")


def _is_fleet(document: Document) -> bool:
    """Whether a document is a TOML file with a table that lists models."""
    if not document.name.endswith(".toml") or len(document.data) > MAX_BYTES:
        return False
    try:
        tables = document.toml
    except Unreadable:
        return False  # the readers report why
    return any(isinstance(one, Mapping) and "models" in one for one in tables.values())


def _refused(path: str, message: str, line: int) -> Finding:
    return Finding(
        severity=Severity.VIOLATION,
        focus=Literal(path),
        path="",
        value=None,
        message=message,
        shape="reader:unreadable",
        component="Reader",
        file=path,
        line=line,
    )


def _line(lines: Sequence[str], system: str, model: str) -> int:
    """The line that names a model in the table of a system; else the line of the table."""
    head = 1
    inside = False
    for number, line in enumerate(lines, 1):
        if table := re.fullmatch(r"\s*\[\s*[\"']?(.+?)[\"']?\s*\]\s*(?:#.*)?", line):
            inside = table[1] == system
            head = number if inside else head
        elif inside and model and model in line:
            return number
    return head
