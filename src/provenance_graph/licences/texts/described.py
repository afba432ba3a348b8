"""The licence descriptions of the reference data, and the file that caches them.

Reading them quad by quad takes longer than everything else in the check of a document, so they are
stored beside the other indexes of a store, under the digest of the reference data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri
from provenance_graph.licences.texts import catalogue
from provenance_graph.licences.texts.catalogue import (
    Applicability,
    Clause,
    Condition,
    Licence,
    PassThroughTerm,
    Rule,
    Text,
    Use,
)
from provenance_graph.lineage.arrays import CODE
from provenance_graph.reference import StoredForm

Row = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """The licence descriptions of the reference data, parsed once for all stores of one digest.

    ``licences`` are as described; ``resolved`` also have the terms of the licence that they are
    like.
    """

    licences: Mapping[Iri, Licence]
    passes: Mapping[Value, tuple[str, PassThroughTerm]]
    clauses: Mapping[Value, Mapping[str, Clause]]
    texts: Mapping[Value, tuple[Text, ...]]
    conditions: Mapping[str, Condition]
    uses: Mapping[str, Use]
    rules: Mapping[str, Rule]
    kinds: Mapping[int, str]
    resolved: Mapping[Iri, Licence]


def stored_form(folder: Path | None, reader: str) -> StoredForm[Described]:
    """The form in which descriptions are stored in a folder; ``reader`` is the reader's file."""
    return StoredForm(folder, "licences", _stamp(reader), _dump, _load)


@cache
def _stamp(reader: str) -> str:
    """A digest of the code that reads, numbers and writes what is stored.

    A stored file made by other code is not read.
    """
    whole = hashlib.blake2b(repr(CODE).encode(), digest_size=6)
    for name in (reader, __file__, catalogue.__file__):
        whole.update(Path(name).read_bytes())
    return whole.hexdigest()


def _dump(made: Described) -> Row:
    """Descriptions as JSON; fields with their default value are left out."""
    changed = {iri: one for iri, one in made.resolved.items() if one is not made.licences[iri]}
    return {
        field.name: _plain(changed if field.name == "resolved" else getattr(made, field.name))
        for field in fields(made)
    }


def _plain(value: object) -> Any:
    if is_dataclass(value):
        stated = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: _plain(v) for f, v in stated if f.default is MISSING or v != f.default}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _load(row: Row) -> Described:
    licences = {Iri(iri): _licence(one) for iri, one in row["licences"].items()}
    changed = {Iri(iri): _licence(one) for iri, one in row["resolved"].items()}
    return Described(
        licences=licences,
        passes={
            Iri(iri): (kind, _pass_through_term(one)) for iri, (kind, one) in row["passes"].items()
        },
        clauses={Iri(iri): _clauses(ones) for iri, ones in row["clauses"].items()},
        texts={Iri(iri): _texts(ones) for iri, ones in row["texts"].items()},
        conditions={key: _condition(one) for key, one in row["conditions"].items()},
        uses={key: Use(**one) for key, one in row["uses"].items()},
        rules={key: Rule(**one) for key, one in row["rules"].items()},
        kinds={int(code): kind for code, kind in row["kinds"].items()},
        resolved=licences | changed,
    )


def _licence(row: Row) -> Licence:
    listed = {name: tuple(row.get(name, ())) for name in ("display", "duties", "restrictions")}
    sets = {name: frozenset(row.get(name, ())) for name in ("grants", "namespaces")}
    like = row.get("terms_like")
    made = {
        "iri": Iri(row["iri"]),
        "passes": {kind: _pass_through_term(one) for kind, one in row["passes"].items()},
        "clauses": _clauses(row["clauses"]),
        "texts": _texts(row.get("texts", ())),
        "terms_like": None if like is None else Iri(like),
    }
    return Licence(**(row | listed | sets | made))


def _pass_through_term(row: Row) -> PassThroughTerm:
    return PassThroughTerm(**(row | {"groups": frozenset(row["groups"])}))


def _clauses(rows: Mapping[str, Row]) -> dict[str, Clause]:
    return {key: _clause(row) for key, row in rows.items()}


def _clause(row: Row) -> Clause:
    applies = row.get("applies")
    if applies is None:
        return Clause(**row)
    sets = {"names": tuple(applies.get("names", ())), "uses": frozenset(applies.get("uses", ()))}
    return Clause(**(row | {"applies": Applicability(**(applies | sets))}))


def _texts(rows: list[Row]) -> tuple[Text, ...]:
    return tuple(Text(**(row | {"licence": Iri(row["licence"])})) for row in rows)


def _condition(row: Row) -> Condition:
    sets = {name: frozenset(row.get(name, ())) for name in ("blocks", "conditions")}
    return Condition(**(row | sets))
