"""Systems from ``fleet.toml``, or from a document that lists models.

[support-bot]
name = "Support bot"
models = ["anthropic/claude-haiku-4-5", "meta-llama/Llama-3.1-8B"]
uses = ["commercial", "eu"]
places = ["eu-west-1"]
since = 2026-03-01
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from provenance_graph.core.claims import Problem, Record
from provenance_graph.core.errors import Unreadable, UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, RDF
from provenance_graph.formats.document import MAX_BYTES, Document

MAX_SYSTEMS = 10_000
_KEYS = ("name", "models", "uses", "places", "must", "since")


@dataclass(frozen=True, slots=True)
class System:
    """One system: its id, name, the models it uses as they are named, uses, places, since.

    ``must`` names what their developers must disclose.
    """

    id: str
    name: str
    models: tuple[str, ...]
    uses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: str = ""
    must: tuple[str, ...] = ()


def read_fleet(path: Path) -> list[System]:
    """The systems of a ``fleet.toml``; raises UsageError with every fault."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    try:
        tables = Document(Iri(f"urn:file:{path.name}"), data, "", path.name).toml
    except Unreadable as error:
        raise UsageError(f"{path}: {error.why}") from error
    if len(tables) > MAX_SYSTEMS:
        raise UsageError(f"{path}: {len(tables):,} systems; at most {MAX_SYSTEMS:,} are read")
    problems: list[Problem] = []
    systems = [one for key, table in tables.items() if (one := _system(key, table, problems))]
    if problems:
        raise UsageError(f"{path}: " + "; ".join(map(str, problems[:20])))
    if not systems:
        raise UsageError(f"{path}: no system in it; each is a table: [support-bot]")
    return systems


def _system(key: str, table: Any, problems: list[Problem]) -> System | None:
    if not isinstance(table, Mapping):
        problems.append(Problem(key, "a system is a table", f"[{key}] and models = [...] below it"))
        return None
    for name in table:
        if name not in _KEYS:
            near = difflib.get_close_matches(name, _KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else ", ".join(_KEYS)
            problems.append(Problem(f"{key}.{name}", "no such field", hint))
    lists = {name: _texts(key, name, table.get(name), problems) for name in _KEYS[1:5]}
    if not lists["models"]:
        problems.append(Problem(key, "names no model", 'models = ["org/name"]'))
    since = table.get("since", "")
    if since and not isinstance(since, date):
        try:
            since = date.fromisoformat(str(since))
        except ValueError:
            problems.append(Problem(f"{key}.since", f"{since!r} is no day", "since = 2026-03-01"))
    return System(
        key,
        str(table.get("name", key)),
        lists["models"],
        lists["uses"],
        lists["places"],
        str(since)[:10],
        lists["must"],
    )


def _texts(key: str, name: str, value: Any, problems: list[Problem]) -> tuple[str, ...]:
    items = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        problems.append(Problem(f"{key}.{name}", "a list of texts belongs here"))
        return ()
    return tuple(items)


def of_document(name: str, records: Iterable[Record]) -> System:
    """A system from a bill of materials, a run or a model file: every model it describes.

    Raises UsageError where it describes none.
    """
    models = dict.fromkeys(
        short_id(claim.subject)
        for record in records
        for claim in record.claims
        if claim.predicate == RDF.type and claim.value in (PG.Model, PG.ModelVersion)
    )
    if not models:
        raise UsageError(f"{name}: it describes no model")
    return System(name, name, tuple(models))
