"""Name keys, under which the identity rules compare names, for every name of a build's parts.

Keys depend only on types, names, makers and offers, so only these properties are read. The subjects
are divided into blocks, each with the claims its keys depend on in one file, so that a task reads
only its block and the tasks run in parallel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance_graph.core.claims import Claim, Header
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.bulk.names import Identity, as_identity
from provenance_graph.ingest.bulk.parts import RecordPart, text
from provenance_graph.ingest.rules import key_quads
from provenance_graph.matching.organizations import HEAD as ORGANIZATION
from provenance_graph.matching.organizations import MAKERS
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.processes import shares

BLOCK_ROWS = 150_000
"""The approximate number of claims of one block."""
LEAST_BLOCK_ROWS = 20_000
"""The least number of claims in a block that is made so that no processor is idle."""

_KEY_PROPERTIES = (RDF.type, SCHEMA.name, DCTERMS.creator, PG.offerOf, PG.provider, *MAKERS)
_KINDS = (PG.Model, PG.OfferedModel, PG.Dataset, PG.Organization)
_NOBODY = Iri("urn:example:record")
_HEADER = Header(_NOBODY, _NOBODY, _NOBODY, "", "")
"""A placeholder header: keys do not depend on headers."""
_VALUE = ("kind", "value", "datatype", "language")


@dataclass(frozen=True, slots=True)
class KeyTask:
    """One block: the files of its claims and of its aliases, and the file to write."""

    claims: str
    aliases: str
    target: str


def key_tasks(
    parts: Sequence[RecordPart], by_hand: Identity, folder: Path, block_rows: int = 0
) -> list[KeyTask]:
    """Divide the subjects into blocks and write the input files of each below ``folder``.

    ``by_hand`` is identity by people's decisions and the certain rule alone, ``block_rows`` the
    approximate number of claims per block (0: at most BLOCK_ROWS, and such that no processor is
    idle).
    """
    folder.mkdir(exist_ok=True)
    aliases = pl.DataFrame(
        list(by_hand.canonical.items()),
        schema={"name": pl.String, "subject": pl.String},
        orient="row",
    )
    rows = _key_claims(parts)
    rows = rows.with_columns(as_identity(rows, "name", aliases).alias("subject"))
    refers = (pl.col("kind") == columns.IRI) & pl.col("property").is_in([PG.offerOf, *MAKERS])
    referring = rows.filter(refers)
    referring = referring.with_columns(as_identity(referring, "value", aliases).alias("subject"))
    made = referring.filter(pl.col("property") != PG.offerOf).unique(["property", "value"])
    offering = referring.filter(pl.col("property") == PG.offerOf)
    makers = made.filter(pl.col("value").str.starts_with(ORGANIZATION))
    subjects = pl.concat([rows["subject"], makers["subject"]]).unique().sort()
    count = shares(len(rows), block_rows or BLOCK_ROWS, block_rows or LEAST_BLOCK_ROWS)
    placed = pl.DataFrame({"subject": subjects}).with_row_index("block")
    placed = placed.with_columns(pl.col("block") * count // max(1, len(placed)))
    own = rows.join(placed, on="subject")
    offering = offering.join(placed, on="subject")
    provided = rows.filter(pl.col("property") == PG.provider)
    offers = provided.join(offering.select("name", "block").unique(), on="name")
    wanted = pl.concat(
        [
            one.select("block", "name", "property", *_VALUE).with_columns(role=pl.lit(role))
            for one, role in (
                (own, "own"),
                (offering, "referring"),
                (made.join(placed, on="subject"), "referring"),
                (offers, "offer"),
            )
        ]
    )
    return [
        _written(folder / f"{int(str(block)):05d}", claims, aliases, placed)
        for (block,), claims in sorted(wanted.partition_by("block", as_dict=True).items())
    ]


def _key_claims(parts: Sequence[RecordPart]) -> pl.DataFrame:
    """The distinct claims on which a key may depend."""
    prop = pl.col("property")
    kind = (prop != RDF.type) | pl.col("value").is_in(list(map(str, _KINDS)))
    return (
        pl.scan_parquet([f"{part.folder}/claims.parquet" for part in parts])
        .filter(prop.is_in(list(map(str, _KEY_PROPERTIES))) & kind)
        .select("name", "property", *_VALUE)
        .unique()
        .collect()
    )


def _written(
    stem: Path, claims: pl.DataFrame, aliases: pl.DataFrame, placed: pl.DataFrame
) -> KeyTask:
    """Write the input files of a block and return its task."""
    subjects = placed.filter(pl.col("block") == claims["block"][0])["subject"]
    providers = claims.filter(pl.col("property") == PG.provider)["value"].unique()
    named = pl.col("subject").is_in(subjects.implode()) | pl.col("name").is_in(providers.implode())
    task = KeyTask(f"{stem}.claims.parquet", f"{stem}.aliases.parquet", f"{stem}.nq")
    claims.drop("block").write_parquet(task.claims)
    aliases.filter(named).write_parquet(task.aliases)
    return task


def write_keys(task: KeyTask) -> tuple[str, int]:
    """Write the key quads of a block; return the file and the number of quads."""
    source = _NamedClaims(pl.read_parquet(task.claims), pl.read_parquet(task.aliases))
    quads = list(key_quads(source))
    Path(task.target).write_bytes(text(quads))
    return task.target, len(quads)


class _NamedClaims:
    """The claims on which the keys of a block depend, by subject and by value."""

    def __init__(self, rows: pl.DataFrame, aliases: pl.DataFrame) -> None:
        self._about: dict[Iri, list[tuple[Claim, Header]]] = defaultdict(list)
        self._referring: dict[Iri, dict[Iri, set[Iri]]] = defaultdict(lambda: defaultdict(set))
        self._names: dict[Iri, list[Iri]] = defaultdict(list)
        self._canonical = {Iri(name): Iri(subject) for name, subject in aliases.iter_rows()}
        self._own: set[Iri] = set()
        for name, subject in self._canonical.items():
            self._names[subject].append(name)
        for role, name, predicate, *value in rows.select(
            "role", "name", "property", *_VALUE
        ).iter_rows():
            claim = Claim(Iri(name), Iri(predicate), columns.value_of(*value))
            if role == "referring":
                self._referring[claim.predicate][Iri(str(claim.value))].add(claim.subject)
                continue
            self._about[claim.subject].append((claim, _HEADER))
            if role == "own":
                self._own.add(claim.subject)

    def about(self, entity: Iri) -> list[tuple[Claim, Header]]:
        """The claims about one name that keys depend on, with a placeholder header."""
        return self._about.get(entity, [])

    def canonical(self, entity: Iri) -> Iri:
        """The canonical subject of a name."""
        return self._canonical.get(entity, entity)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, its own included, sorted."""
        return sorted({subject, *self._names.get(subject, ())})

    def subjects(self) -> list[Iri]:
        """Every canonical subject of the block that may have keys, sorted."""
        return sorted({self.canonical(entity) for entity in self._own})

    def referrers(self, name: Iri, predicate: Iri) -> Iterable[Iri]:
        """The subjects of claims whose value is a name; at least one for properties of makers."""
        return self._referring.get(predicate, {}).get(name, ())

    def values(self, predicate: Iri) -> Iterator[Iri]:
        """Yield every name of the block that is the value of a claim of a property."""
        yield from self._referring.get(predicate, {})
