"""``check`` of ``fleet.toml``: the models of each system against what the store knows of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.checking.documents import Examined
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import UsageError
from provenance_graph.fleet import check, read_fleet
from provenance_graph.shapes import Finding, Severity

MAX_BYTES = 1_000_000
"""A TOML file that is larger is no fleet."""


def is_fleet(path: str) -> bool:
    """Whether a path is a TOML file of which a table lists models."""
    file = Path(path)
    if file.suffix != ".toml" or not file.is_file() or file.stat().st_size > MAX_BYTES:
        return False
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return False
    return any(isinstance(one, Mapping) and "models" in one for one in tables.values())


def of_fleets(
    snapshot: AcceptedSnapshot, paths: Sequence[str], least: Severity, day: str
) -> list[Examined]:
    """What concerns the systems of the files, each finding on the line that names its model."""
    reported = []
    for path in paths:
        try:
            systems = read_fleet(Path(path))
        except UsageError as error:
            message = str(error).removeprefix(f"{path}: ")
            reported.append(Examined(path, (_refused(path, message),), read=False, asked=True))
            continue
        lines = Path(path).read_text("utf-8").splitlines()
        findings = tuple(
            replace(one.as_finding(), file=path, line=_line(lines, one.system, one.model))
            for one in check(snapshot, systems, day)
            if one.severity >= least
        )
        reported.append(Examined(path, findings))
    return reported


def _refused(path: str, message: str) -> Finding:
    return Finding(
        severity=Severity.VIOLATION,
        focus=Literal(path),
        path="",
        value=None,
        message=message,
        shape="reader:unreadable",
        component="Reader",
        file=path,
        line=1,
    )


def _line(lines: Sequence[str], system: str, model: str) -> int:
    """The line that names a model in the table of a system; else the table's own."""
    head = 1
    inside = False
    for number, line in enumerate(lines, 1):
        if table := re.fullmatch(r"\s*\[\s*[\"']?(.+?)[\"']?\s*\]\s*(?:#.*)?", line):
            inside = table[1] == system
            head = number if inside else head
        elif inside and model and model in line:
            return number
    return head
