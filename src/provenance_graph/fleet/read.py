"""Read systems from ``fleet.toml``, or from a document that lists models.

[support-bot] name = "Support bot" models = ["anthropic/claude-haiku-4-5",
"meta-llama/Llama-3.1-8B"] uses = ["commercial", "eu"] places = ["eu-west-1"] since = 2026-03-01
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from provenance_graph.core.claims import Problem, Record
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats.document import Document
from provenance_graph.formats.toml_tables import as_table, entries_in, read_entries, texts

MAX_SYSTEMS = 10_000
_KEYS = ("name", "models", "uses", "places", "must", "since")


@dataclass(frozen=True, slots=True)
class System:
    """A deployed system: its id, name, models as it names them, uses, places and first day (ISO).

    ``must`` lists the properties that the developers of its models must disclose.
    """

    id: str
    name: str
    models: tuple[str, ...]
    uses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: str = ""
    must: tuple[str, ...] = ()


def read_fleet(path: Path) -> list[System]:
    """The systems in a ``fleet.toml``; raises UsageError that lists every error."""
    return read_entries(path, "system", "[support-bot]", MAX_SYSTEMS, _system)


def systems_in(document: Document, path: str) -> list[System]:
    """The systems in a document; raises UsageError that lists every error, each after ``path``."""
    return entries_in(document, path, "system", "[support-bot]", MAX_SYSTEMS, _system)


def _system(key: str, entry: object, problems: list[Problem]) -> System | None:
    table = as_table(key, entry, "system", _KEYS, "models = [...]", problems)
    if table is None:
        return None
    lists = {name: texts(f"{key}.{name}", table.get(name), problems) for name in _KEYS[1:5]}
    if not lists["models"]:
        problems.append(Problem(key, "names no model", 'models = ["org/name"]'))
    since = table.get("since", "")
    if since and not isinstance(since, date):
        try:
            since = date.fromisoformat(str(since))
        except ValueError:
            problems.append(
                Problem(f"{key}.since", f"{since!r} is not a day", "since = 2026-03-01")
            )
    return System(
        key,
        str(table.get("name", key)),
        lists["models"],
        lists["uses"],
        lists["places"],
        str(since)[:10],
        lists["must"],
    )


def of_document(name: str, records: Iterable[Record]) -> System:
    """A system from a bill of materials, a run or a model file, with every model it describes.

    A version counts as the model that the document names for it, since a store cannot know a
    revision that only this document names. Raises UsageError where the document describes no model.
    """
    claims = [claim for record in records for claim in record.claims]
    whole = {
        claim.subject: claim.value
        for claim in claims
        if claim.predicate == PROV.specializationOf and isinstance(claim.value, Iri)
    }
    models = dict.fromkeys(
        short_id(whole.get(claim.subject, claim.subject))
        for claim in claims
        if claim.predicate == RDF.type and claim.value in (PG.Model, PG.ModelVersion)
    )
    if not models:
        raise UsageError(f"{name}: it describes no model")
    return System(name, name, tuple(models))
