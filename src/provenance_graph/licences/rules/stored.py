"""The basis of licence findings over a whole store: made once per version and day.

``basis`` gives it for a snapshot and a day: the models that each rule marks, the findings on each
model evaluated so far, and the models that each cause of unknown licences reaches. ``store_basis``
writes it beside the store under the store's version. Without that file it is made in memory, with
findings added model by model as needed. Filters only select from it, so a filtered answer rests on
the same findings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri
from provenance_graph.licences.breaches_file import breaches_file, let_go
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.whole import propagate
from provenance_graph.licences.results import LicenceFinding, OtherText
from provenance_graph.licences.rules.causes import CauseModels, reaches
from provenance_graph.licences.rules.context import SEVERITIES
from provenance_graph.licences.rules.store_marks import RuleMark, rule_marks
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.lineage.arrays import Ints
from provenance_graph.lineage.results import Edge

MAX_MODELS: Final = 20_000
"""Models evaluated one by one; the marks cover all models in any case."""
MAX_STORED: Final = 2_000
"""Models whose findings are stored, the gravest; a list shows at most 5,000 findings."""
_DAMAGE: Final = (OSError, ValueError, TypeError, KeyError, IndexError, BadZipFile)
"""The exceptions that reading a damaged file raises."""


@dataclass(frozen=True)
class FindingsBasis:
    """The marks of every rule, the models of every cause, and findings by a model's number.

    ``causes_total`` counts causes whose models were not followed.
    """

    day: str
    marks: Sequence[RuleMark]
    reaches: Sequence[CauseModels]
    causes_total: int
    findings: dict[int, Sequence[LicenceFinding]] = field(default_factory=dict)

    def of(self, graph: LicenceGraph, node: int) -> Sequence[LicenceFinding]:
        """The findings on a model; evaluated now where they are not at hand."""
        result = self.findings.get(node)
        if result is None:
            result = graph.findings(graph.index.names[node], day=self.day)
            if len(self.findings) < MAX_MODELS:
                self.findings[node] = result
        return result


def basis(graph: LicenceGraph, day: str) -> FindingsBasis:
    """The basis for a day: read from the file, else made, and cached for the snapshot's day."""
    snapshot = graph.snapshot

    def opened() -> FindingsBasis:
        stored = None
        if snapshot.folder is not None:
            with suppress(*_DAMAGE):  # a file that cannot be read is made again
                stored = load(snapshot.folder, graph)
        return _made(graph, day) if stored is None else stored

    if day != snapshot.day:  # any day may be requested: only the snapshot's own is cached
        return _made(graph, day)
    return snapshot.cached("licence findings", opened)


def _made(graph: LicenceGraph, day: str) -> FindingsBasis:
    whole = propagate(graph.index, graph.catalogue, day)
    reached, more = reaches(graph, whole)
    return FindingsBasis(day, tuple(rule_marks(graph, whole, day)), reached, more)


def store_basis(folder: Path, graph: LicenceGraph) -> None:
    """Write the basis of the snapshot's day beside the store, replacing the file atomically.

    The gravest models are evaluated first, at most ``MAX_STORED`` of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = _made(graph, graph.snapshot.day)
    for node in _gravest(made.marks, len(graph.index)):
        made.of(graph, node)
    meta = {
        "day": made.day,
        "numbering": _numbering(graph),
        "marks": [[one.rule, one.severity] for one in made.marks],
        "reaches": [[one.node, one.why, one.licence and one.licence.iri] for one in made.reaches],
        "causes": made.causes_total,
        "findings": [
            [node, [_row(one) for one in findings]] for node, findings in made.findings.items()
        ],
    }
    arrays: dict[str, Ints] = {}
    for n, mark in enumerate(made.marks):
        arrays[f"mark{n}"] = mark.nodes
    for n, reach in enumerate(made.reaches):
        arrays[f"reach{n}"], arrays[f"first{n}"] = reach.models, reach.along_weights
    file = breaches_file(folder, graph.snapshot.version, graph.snapshot.day)
    text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    with replacing(file) as aside, aside.open("wb") as out:
        np.savez_compressed(out, meta=text, **_joined(arrays))
    let_go(folder, graph.snapshot.version, made.day)


def _numbering(graph: LicenceGraph) -> str:
    names = hashlib.blake2b(digest_size=16)
    for name in graph.index.names:
        names.update(name.encode() + b"\n")
    return names.hexdigest()


def _joined(arrays: dict[str, Ints]) -> dict[str, Any]:
    """Many short arrays as one array, with the name and length of each."""
    lengths = json.dumps({name: len(array) for name, array in arrays.items()})
    empty = np.zeros(0, np.int32)
    return {
        "lengths": np.frombuffer(lengths.encode(), np.uint8),
        "numbers": np.concatenate([empty, *arrays.values()]).astype(np.int32),
    }


def _gravest(marks: Sequence[RuleMark], size: int) -> list[int]:
    worst = np.full(size, len(SEVERITIES), np.int8)
    for one in marks:
        worst[one.nodes] = np.minimum(worst[one.nodes], one.severity)
    nodes = np.flatnonzero(worst < len(SEVERITIES))
    result: list[int] = nodes[np.argsort(worst[nodes], kind="stable")][:MAX_STORED].tolist()
    return result


def load(folder: Path, graph: LicenceGraph) -> FindingsBasis | None:
    """The stored basis of the snapshot's version and day; None where there is none.

    None also where the stored basis numbers the models otherwise, as a lineage index made anew may
    do. May raise the exceptions of ``_DAMAGE`` for a damaged file.
    """
    file = breaches_file(folder, graph.snapshot.version, graph.snapshot.day)
    if not file.exists():
        return None
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        meta = json.loads(stored["meta"].tobytes())
        lengths: dict[str, int] = json.loads(stored["lengths"].tobytes())
        numbers = stored["numbers"]
    if meta["day"] != graph.snapshot.day or meta["numbering"] != _numbering(graph):
        return None
    ends = np.cumsum(list(lengths.values()), dtype=np.int64)
    arrays = dict(zip(lengths, np.split(numbers, ends[:-1]), strict=True)) if lengths else {}
    catalogue = graph.catalogue
    return FindingsBasis(
        meta["day"],
        [
            RuleMark(rule, severity, arrays[f"mark{n}"])
            for n, (rule, severity) in enumerate(meta["marks"])
        ],
        [
            CauseModels(
                node,
                why,
                catalogue.licence(Iri(licence)) if licence else None,
                arrays[f"reach{n}"],
                arrays[f"first{n}"],
            )
            for n, (node, why, licence) in enumerate(meta["reaches"])
        ],
        meta["causes"],
        {
            node: [_finding(graph.index.names[node], row, catalogue) for row in rows]
            for node, rows in meta["findings"]
        },
    )


def _row(one: LicenceFinding) -> list[Any]:
    """A finding as a JSON list, from which ``_finding`` restores it."""
    other = one.other
    return [
        one.rule.id,
        one.severity,
        one.message,
        _text(one.licence),
        one.clause,
        one.holder,
        _path(one.path),
        None if other is None else [_text(other.licence), other.holder, _path(other.path)],
    ]


def _text(licence: Licence | None) -> list[str] | None:
    return None if licence is None else [licence.iri, licence.text_version]


def _path(path: Sequence[Edge]) -> list[list[Any]]:
    return [[one.child, one.parent, one.relation, one.inferred] for one in path]


def _finding(subject: Iri, row: list[Any], catalogue: Catalogue) -> LicenceFinding:
    rule, severity, message, licence, clause, holder, path, other = row
    return LicenceFinding(
        catalogue.rules[rule],
        severity,
        subject,
        message,
        _licence(licence, catalogue) if licence else None,
        clause,
        Iri(holder) if holder else None,
        _edges(path),
        OtherText(
            _licence(other[0], catalogue), Iri(other[1]) if other[1] else None, _edges(other[2])
        )
        if other
        else None,
    )


def _licence(stored: list[str], catalogue: Catalogue) -> Licence:
    """The licence of a stored IRI and text version.

    A licence whose dated texts are equal is stored once; the version is set on it.
    """
    licence = catalogue.licence(Iri(stored[0]))
    same = licence.text_version == stored[1]
    return licence if same else replace(licence, text_version=stored[1])


def _edges(path: list[list[Any]]) -> tuple[Edge, ...]:
    return tuple(
        Edge(Iri(child), Iri(parent), Iri(relation), inferred)
        for child, parent, relation, inferred in path
    )
