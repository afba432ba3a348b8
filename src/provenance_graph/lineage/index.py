"""The lineage index: every typed edge of the accepted view as compressed rows.

Reading the edges from a store costs more than any search over them. Therefore the index is stored
in a folder beside the store under the store's version, memory-mapped from there, and updated with
the subjects that a commit changed. It holds no evidence: that is read from the store for the few
edges that are shown.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.lineage import components, read
from provenance_graph.lineage.arrays import (
    CODE,
    RELATIONS,
    Bytes,
    EdgeRows,
    Ints,
    Longs,
    pack,
    relation_keys,
    spread,
)
from provenance_graph.lineage.names import PackedNames
from provenance_graph.lineage.row_update import (
    Row,
    columns,
    entries,
    grown,
    replace_rows,
    turned,
    widen,
)

FORMAT = 6
MODEL, DATASET, UNRESOLVED = 0, 1, 2
KINDS = ("model", "dataset", "unresolved")
_BOTH = frozenset(CODE[relation] for relation in terms.DATASET_RELATIONS)
DATA_ABOVE = _BOTH | {CODE[PG.trainedOn], CODE[PG.benchmarkDataSeen]}
"""The codes of relations whose parent is a dataset."""
DATA_BELOW = _BOTH | {CODE[PG.generatedBy]}
"""The codes of relations whose child is a dataset."""


@dataclass(frozen=True)
class LineageIndex:
    """The lineage graph by node number; ``names`` maps numbers to IRIs.

    ``up`` lists each node's parents, ``down`` its children. ``kind`` holds the position in KINDS.
    ``licence`` holds per node the position in ``licences`` of its set of declared licences, -1 for
    none; ``owner`` numbers namespaces, -1 for none. ``nested`` lists nodes whose names may lie
    below a release. ``circular`` lists nodes in a cycle of any relations, and may list more after
    an update that removed edges. ``contested`` are the relations of nodes about which sources
    disagree, as ``relation_keys``.
    """

    version: str
    names: PackedNames
    up: EdgeRows
    down: EdgeRows
    kind: Bytes
    owner: Ints
    licence: Ints
    licences: tuple[tuple[Iri, ...], ...]
    nested: Ints
    circular: Ints
    contested: Longs

    def __len__(self) -> int:
        return self.up.nodes

    @property
    def edges(self) -> int:
        """The number of edges."""
        return len(self.up.other)

    @property
    def nbytes(self) -> int:
        """The bytes of the edge arrays, kinds, licence codes and names."""
        arrays: list[NDArray[Any]] = [
            *_arrays(self.up),
            *_arrays(self.down),
            self.kind,
            self.licence,
        ]
        return sum(array.nbytes for array in arrays) + self.names.nbytes

    def licences_of(self, node: int) -> tuple[Iri, ...]:
        """The licences that a node declares."""
        code = int(self.licence[node])
        return self.licences[code] if code >= 0 else ()

    def is_contested(self, node: int, code: int) -> bool:
        """Whether sources disagree about a relation of a node."""
        key = node * len(RELATIONS) + code
        position = int(np.searchsorted(self.contested, key))
        return position < len(self.contested) and int(self.contested[position]) == key

    # ---- making ---------------------------------------------------------------------

    @classmethod
    def build(cls, snapshot: AcceptedSnapshot) -> LineageIndex:
        """Build the index from all edges and licences of the store's accepted view."""
        version = snapshot.version
        edges = read.edges(snapshot)
        names, rank = edges.ranked()
        children, parents = rank[edges.child], rank[edges.parent]
        inferred = np.zeros(len(children), np.bool_)
        if only := read.inferred(snapshot):
            inferred[edges.places(only)] = True
        codes, licences = edges.licence_codes(rank)
        kind = read.kinds(snapshot, names)
        _mark_datasets(kind, children, parents, edges.code)
        count = len(names)
        up = pack(count, children, parents, edges.code, inferred)
        return cls(
            version,
            names,
            up=up,
            down=pack(count, parents, children, edges.code, inferred),
            kind=kind,
            owner=names.owners(),
            licence=codes,
            licences=licences,
            nested=names.nested(),
            circular=components.members(up, np.arange(count, dtype=np.int32)),
            contested=relation_keys(read.contested(snapshot, names)),
        )

    @classmethod
    def of_edges(
        cls,
        edges: Iterable[tuple[str, Iri, str]],
        licences: Mapping[str, tuple[Iri, ...]] | None = None,
        version: str = "",
    ) -> LineageIndex:
        """Build an index of given (child, relation, parent) edges, for experiments and tests.

        >>> index = LineageIndex.of_edges([("urn:b", PG.fineTunedFrom, "urn:a")])
        >>> len(index), index.edges
        (2, 1)
        """
        listed = sorted(set(edges))
        stored = licences or {}
        names = PackedNames.of([n for c, _, p in listed for n in (c, p)] + list(stored))
        number = {name: position for position, name in enumerate(names)}
        child = np.array([number[Iri(c)] for c, _, _ in listed], np.int32)
        parent = np.array([number[Iri(p)] for _, _, p in listed], np.int32)
        code = np.array([CODE[r] for _, r, _ in listed], np.uint8)
        inferred = np.zeros(len(listed), np.bool_)
        kind = np.zeros(len(names), np.uint8)
        _mark_datasets(kind, child, parent, code)
        sets = tuple(sorted(set(stored.values())))
        codes = np.full(len(names), -1, np.int32)
        for name, licence in stored.items():
            codes[number[Iri(name)]] = sets.index(licence)
        up = pack(len(names), child, parent, code, inferred)
        return cls(
            version,
            names,
            up,
            pack(len(names), parent, child, code, inferred),
            kind,
            names.owners(),
            codes,
            sets,
            names.nested(),
            components.members(up, np.arange(len(names), dtype=np.int32)),
            relation_keys(()),
        )

    # ---- keeping --------------------------------------------------------------------

    @classmethod
    def open(cls, snapshot: AcceptedSnapshot) -> LineageIndex:
        """The index of a snapshot, loaded from its folder or built and stored there; cached."""
        return snapshot.cached("lineage index", lambda: cls._opened(snapshot))

    @classmethod
    def stored(cls, snapshot: AcceptedSnapshot) -> LineageIndex | None:
        """The index of a snapshot if its folder holds it; None if it would have to be built."""
        if snapshot.folder is None:
            return None
        try:
            meta = json.loads((snapshot.folder / "lineage" / "index.json").read_text("utf-8"))
            known = (meta["format"], meta["version"]) == (FORMAT, snapshot.version)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return cls.open(snapshot) if known else None

    @classmethod
    def _opened(cls, snapshot: AcceptedSnapshot) -> LineageIndex:
        if snapshot.folder is None:
            return cls.build(snapshot)
        folder = snapshot.folder / "lineage"
        load = cls.load(folder)
        if load is not None and load.version == snapshot.version:
            return load
        index = cls.build(snapshot)
        index.save(folder)
        return index

    @classmethod
    def load(cls, folder: Path) -> LineageIndex | None:
        """The index stored in a folder, memory-mapped; None if there is none or it is damaged."""
        try:
            meta = json.loads((folder / "index.json").read_text(encoding="utf-8"))
            if meta["format"] != FORMAT or meta["relations"] != list(RELATIONS):
                return None
            names = PackedNames(_mapped(folder, "names"), _mapped(folder, "ends"))
            for name in meta["later"]:
                names.add(Iri(name))
            return cls(
                meta["version"],
                names,
                _load_rows(folder, "up"),
                _load_rows(folder, "down"),
                _mapped(folder, "kind"),
                _mapped(folder, "owner"),
                _mapped(folder, "licence"),
                tuple(tuple(map(Iri, stored)) for stored in meta["licences"]),
                _mapped(folder, "nested"),
                _mapped(folder, "circular"),
                _mapped(folder, "contested"),
            )
        except (OSError, ValueError, KeyError):
            return None  # absent, half removed or damaged: the caller builds it again

    def save(self, folder: Path) -> None:
        """Write the index to a folder, replacing the old one once everything is written."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
        block, ends, later = self.names.settled()
        arrays: dict[str, NDArray[Any]] = {
            "names": block,
            "ends": ends,
            "kind": self.kind,
            "owner": self.owner,
            "licence": self.licence,
            "nested": self.nested,
            "circular": self.circular,
            "contested": self.contested,
        }
        for side, rows in (("up", self.up), ("down", self.down)):
            arrays.update(
                (f"{side}-{field}", one) for field, one in zip(_FIELDS, _arrays(rows), strict=True)
            )
        for name, array in arrays.items():
            np.save(fresh / f"{name}.npy", array)
        meta = {
            "format": FORMAT,
            "version": self.version,
            "relations": list(RELATIONS),
            "licences": [list(stored) for stored in self.licences],
            "later": later,
        }
        (fresh / "index.json").write_text(json.dumps(meta), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            fresh.rename(folder)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)  # another process has saved it first

    # ---- following commits ----------------------------------------------------------

    def update(self, snapshot: AcceptedSnapshot, changed: Iterable[Iri]) -> LineageIndex:
        """A copy of the index after a commit that changed some subjects; this one is unchanged."""
        names = self.names.copy()
        rows: dict[int, Row] = {}
        licences, sets = {}, list(self.licences)
        kinds: dict[int, int] = {}
        contested: list[tuple[int, int]] = []
        for subject in dict.fromkeys(changed):
            parents, stored, disputed = read.subject(snapshot, subject)
            if not parents and not stored and names.find(subject) is None:
                continue
            node = names.add(subject)
            rows[node] = sorted(
                ((names.add(p), code, guess) for p, code, guess in parents),
                key=lambda edge: (edge[1], edge[0]),
            )
            if stored and stored not in sets:
                sets.append(stored)
            licences[node] = sets.index(stored) if stored else -1
            contested += ((node, code) for code in disputed)
            kinds.update(_kinds_of(snapshot, names, node, rows[node]))
        count = len(names)
        kind, licence = grown(self.kind, count, MODEL), grown(self.licence, count, -1)
        for node, value in licences.items():
            licence[node] = value
        for node, value in kinds.items():
            kind[node] = value
        up, down = widen(self.up, count), widen(self.down, count)
        after = replace_rows(up, {node: columns(row) for node, row in rows.items()})
        nodes = np.array(sorted(rows), np.int32)
        settled = self.contested[~np.isin(self.contested // len(RELATIONS), nodes)]
        return replace(
            self,
            version=snapshot.version,
            names=names,
            up=after,
            down=replace_rows(down, turned(up, down, rows)),
            kind=kind,
            owner=names.owners() if count > len(self) else self.owner,
            nested=names.nested() if count > len(self) else self.nested,
            licence=licence,
            licences=tuple(sets),
            circular=components.members(
                after, np.union1d(self.circular, components.above(after, nodes))
            ),
            contested=np.union1d(settled, relation_keys(contested)),
        )

    def among(self, nodes: Iterable[int]) -> LineageIndex:
        """The index of some nodes and the edges between them; the nodes keep their order."""
        old = np.array(sorted(set(nodes)), np.int32)
        number = np.full(len(self), -1, np.int32)
        number[old] = np.arange(len(old), dtype=np.int32)
        places = spread(self.up.start, self.up.start[1:], old)
        counts = self.up.start[old + 1] - self.up.start[old]
        child = np.repeat(np.arange(len(old), dtype=np.int32), counts)
        parent = number[self.up.other[places]]
        inside = parent >= 0
        child, parent, places = child[inside], parent[inside], places[inside]
        code, inferred = self.up.code[places], self.up.inferred[places]
        names = self.names.among(old.tolist())
        circular = number[self.circular]
        node, relation = number[self.contested // len(RELATIONS)], self.contested % len(RELATIONS)
        return replace(
            self,
            names=names,
            nested=names.nested(),
            circular=circular[circular >= 0],
            contested=node[node >= 0].astype(np.int64) * len(RELATIONS) + relation[node >= 0],
            up=pack(len(old), child, parent, code, inferred),
            down=pack(len(old), parent, child, code, inferred),
            kind=self.kind[old],
            owner=self.owner[old],
            licence=self.licence[old],
        )

    def row(self, node: int) -> Iterator[tuple[int, int, bool]]:
        """Yield the parents of a node, each with relation code and whether it is only inferred."""
        yield from entries(self.up, node)


def _mark_datasets(kind: Bytes, children: Ints, parents: Ints, code: Bytes) -> None:
    """Mark nodes as datasets by their relations, unless they are unresolved."""
    for ends, codes in ((parents, DATA_ABOVE), (children, DATA_BELOW)):
        nodes = ends[np.isin(code, sorted(codes))]
        kind[nodes[kind[nodes] == MODEL]] = DATASET


_FIELDS = ("start", "split", "other", "code", "inferred")


def _arrays(rows: EdgeRows) -> tuple[NDArray[Any], ...]:
    return rows.start, rows.split, rows.other, rows.code, rows.inferred


def _mapped(folder: Path, name: str) -> NDArray[Any]:
    ndarray: NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r")
    return ndarray.view(np.ndarray)  # plain arrays over the same pages give faster scalar access


def _load_rows(folder: Path, side: str) -> EdgeRows:
    return EdgeRows(*(_mapped(folder, f"{side}-{field}") for field in _FIELDS))


def _kinds_of(
    snapshot: AcceptedSnapshot, names: PackedNames, node: int, row: Row
) -> Iterator[tuple[int, int]]:
    """Yield node and kind for the nodes of a changed row."""
    for parent, code, _ in row:
        if code in DATA_ABOVE:
            yield parent, DATASET
        if code in DATA_BELOW:
            yield node, DATASET
        if snapshot.is_a(names[parent], PG.UnresolvedReference):
            yield parent, UNRESOLVED
    if snapshot.is_a(names[node], PG.Dataset):
        yield node, DATASET
