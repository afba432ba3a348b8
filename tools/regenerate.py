"""Regeneration of the shipped records from a folder of sources; deterministic to the byte."""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote

from provenance_graph.acceptance.sssom import read_sssom
from provenance_graph.core import hub, iris, rdf
from provenance_graph.core.claims import Custody, Problem, Record
from provenance_graph.core.errors import RecordError, UsageError
from provenance_graph.core.iris import Iri, mint, organization, slug
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA
from provenance_graph.formats.document import Document, Reader
from provenance_graph.ingest.intake import Options, read


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of ``data/sources.toml``: a file or folder, its format, address and day.

    ``within`` is the folder that names are relative to; ``manifest`` is a table with repository,
    commit and path of each file. ``custody`` says how it is known that the publisher stated the
    content: verified where the address is the publisher's own repository at a commit and the digest
    is kept, asserted where a copy was read. ``edition`` is the day of that edition, ``collection``
    the name of the collection. With ``keep = "known"`` only claims about entities that other
    records name are kept.
    """

    folder: str
    format: str
    retrieved: str
    into: str
    url: str = ""
    within: str = ""
    only: str = "*"
    manifest: str = ""
    custody: str = "assumed"
    edition: str = ""
    collection: str = ""
    keep: str = "all"

    def stamp(self, record: Record) -> Record:
        """The record with the entry's custody, collection and edition, and without prose."""
        return _stamped(without_prose(record), self.custody, self.collection, self.edition)


@dataclass(frozen=True, slots=True)
class HandWritten:
    """One ``[[kept]]`` entry: hand-written records below ``into``, by publisher or address."""

    into: str
    custody: str
    collection: str
    edition: str = ""
    publisher: str = ""
    address: str = ""
    basis: str = ""

    def matches(self, record: Record) -> bool:
        """Whether the entry applies to a record."""
        header = record.header
        return (
            (not self.publisher or header.publisher == organization(self.publisher))
            and self.address in header.document
            and (not self.basis or header.basis.label == self.basis)
        )


_SENTENCES = frozenset(("fmti",))
"""Sources whose statements are all sentences, also the short ones."""


def rewrite(records: Iterable[Record]) -> bytes:
    """Serialise records as a file of ``data/records``; raises RecordError on a duplicate name."""
    result: dict[Iri, Record] = {}
    for record in records:
        if record.header.record in result:
            raise RecordError(f"two records are named {record.header.record}")
        result[record.header.record] = record
    return rdf.write_trig(result.values())


def without_prose(record: Record) -> Record:
    """A record without sentences kept as stated: facts of a source are shipped, prose is not."""
    claims = tuple(
        claim
        for claim in record.claims
        if claim.predicate != PG.otherStatement
        or not (record.header.reader in _SENTENCES or is_prose(str(claim.value)))
    )
    return replace(record, claims=claims)


def is_prose(statement: str) -> bool:
    """Whether the value behind a key is sentences rather than a name, number or list.

    >>> is_prose("author.blurb: We push the boundaries of AI research.")
    True
    >>> is_prose("tags: llm, gguf, gpu, cpu, code, chat, reasoning"), is_prose("Paper Title: On Data")
    (False, False)
    """
    text = statement.partition(": ")[2]
    words = len(text.split())
    ends = text.rstrip().endswith((".", "!", "?", "…"))
    return words >= 6 and (ends or (words >= 20 and text.count(",") * 3 < words))


def _stamped(record: Record, custody: str, collection: str, edition: str) -> Record:
    known = {code.label.lower(): code for code in Custody}
    if custody not in known:
        raise UsageError(f"no custody {custody!r}; there are {', '.join(known)}")
    header = replace(
        record.header,
        custody=known[custody],
        collection=mint("collection", collection) if collection else record.header.collection,
        edition=edition,
    )
    return replace(record, header=header)


def hand_written(path: Path) -> list[HandWritten]:
    """The ``[[kept]]`` entries of a list of sources; raises UsageError naming the fault."""
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("kept", [])
        return [HandWritten(**entry) for entry in listed]
    except (OSError, TypeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: not a list of sources: {error}") from error


def stamp_hand_written(entries: list[HandWritten], into: Path) -> dict[str, int]:
    """Write custody and collection into the hand-written records; return counts by folder.

    The first entry that matches a record applies to it. Raises UsageError for a record of such a
    folder that none matches.
    """
    counts: dict[str, int] = defaultdict(int)
    for name in sorted({entry.into for entry in entries}):
        for path in sorted((into / name).glob("*.trig")):
            records = [
                by_entry(record, name, entries) for record in rdf.read_trig(path.read_bytes())
            ]
            path.write_bytes(rewrite(records))
            counts[name] += len(records)
    return dict(counts)


def by_entry(record: Record, name: str, entries: list[HandWritten]) -> Record:
    """The record with its entry's header values; raises UsageError where no entry matches it."""
    for entry in entries:
        if entry.into == name and entry.matches(record):
            return _stamped(record, entry.custody, entry.collection, entry.edition)
    raise UsageError(f"{record.header.record}: no [[kept]] entry of sources.toml speaks of it")


def sources(path: Path) -> list[Source]:
    """The entries of a list of sources; raises UsageError naming the fault."""
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
        return [Source(**entry) for entry in listed]
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: not a list of sources: {error}") from error


def documents(source: Source, root: Path) -> Iterator[Document]:
    """Yield the documents of a source below ``root``, in order of name."""
    start = root / source.folder
    base = root / source.within if source.within else (start if start.is_dir() else start.parent)
    addresses = _addresses(root / source.manifest) if source.manifest else {}
    result = sorted(start.rglob("*")) if start.is_dir() else [start]
    for path in result:
        if path.is_file() and fnmatch(path.name, source.only) and path.name not in ("LICENSE",):
            name = path.relative_to(base).as_posix()
            single = not start.is_dir() and not source.within
            below = source.url if single else f"{source.url}/{quote(name)}"
            url = addresses.get(path.relative_to(root).as_posix().partition("/")[2], below)
            yield Document(Iri(url), path.read_bytes(), source.retrieved, name)


def _addresses(manifest: Path) -> Mapping[str, str]:
    """File name to address, from a table with file, repository, commit and path."""
    results = {}
    with manifest.open(encoding="utf-8", newline="") as table:
        rows = csv.reader(table, delimiter="\t")
        next(rows, None)
        for file, repository, commit, path, *_ in rows:
            results[file] = f"https://github.com/{repository}/blob/{commit}/{quote(path)}"
    return results


def _keep_known(files: dict[Path, list[Record]], partial: set[Iri], into: Path) -> None:
    """Reduce the records of ``partial`` to claims about entities that other records name.

    A name also counts that ``identity.sssom.tsv`` beside ``into`` merges with such a name, and the
    dataset of a Hub page that a record names.

    Other records are those of this run and those below ``into`` that are not rewritten. Entities
    that a kept claim refers to (its maker, its licence) are kept with it.
    """
    if not partial:
        return
    written = {path.parent for path in files}
    others = [
        record
        for path in sorted(into.rglob("*.trig"))
        if path.parent not in written
        for record in rdf.read_trig(path.read_bytes())
    ]
    for records in files.values():
        others += [record for record in records if record.header.record not in partial]
    known = {
        name
        for record in others
        for claim in record.claims
        for name in (claim.subject, claim.value)
        if isinstance(name, Iri)
    }
    known |= _same_as(known, into.parent / "identity.sssom.tsv")
    part = [r for records in files.values() for r in records if r.header.record in partial]
    known |= _of_pages(known)
    known |= _of_pages(claim.value for r in part for claim in _cut(r, known).claims)
    for path, records in list(files.items()):
        cut = [r if r.header.record not in partial else _cut(r, known) for r in records]
        files[path] = [record for record in cut if record.claims]
    for path in [path for path, records in files.items() if not records]:
        del files[path]


def _of_pages(values: Iterable[object]) -> set[Iri]:
    """The datasets whose Hub pages are among the values."""
    names = (hub.dataset_name(value) for value in values if isinstance(value, Iri))
    return {iris.dataset(name) for name in names if name}


def _same_as(known: set[Iri], identity: Path) -> set[Iri]:
    """The names that the identity table merges with a known name."""
    if not identity.is_file():
        return set()
    rows = read_sssom(identity.read_text(encoding="utf-8"), identity.name)
    pairs = [(row.subject, row.object) for row in rows if row.merges]
    results: set[Iri] = set()
    for _ in range(3):  # merges may be chained over a third name
        for one, other in pairs:
            if known & {one, other} or results & {one, other}:
                results |= {one, other}
    return results


def _cut(record: Record, known: set[Iri]) -> Record:
    """The record with only the claims about known datasets and models and what they refer to."""
    entities = {
        claim.subject
        for claim in record.claims
        if claim.predicate == RDF.type and claim.value in (PG.Dataset, PG.Model)
    }
    retained = entities & known
    for _ in range(2):  # a maker, a licence and the parts of its expression
        retained |= {
            claim.value
            for claim in record.claims
            if claim.subject in retained and isinstance(claim.value, Iri)
        } - entities
    parents = {
        claim.value
        for claim in record.claims
        if claim.subject in retained and claim.predicate == PROV.wasDerivedFrom
    }
    claims = tuple(
        claim
        for claim in record.claims
        if claim.subject in retained
        or (claim.subject in parents and claim.predicate in (RDF.type, SCHEMA.name))
    )
    return replace(record, claims=claims, ordered=False).sort()


ProblemHandler = Callable[[str, Problem], None]


def regenerate(
    root: Path,
    listed: list[Source],
    readers: Mapping[str, Reader],
    into: Path,
    tell: ProblemHandler,
) -> dict[str, int]:
    """Rewrite the record files of every source; return the number of records of each.

    Raises UsageError where a source is missing, before anything is written.
    """
    for source in listed:
        if not (root / source.folder).exists():
            raise UsageError(f"{root}: no {source.folder!r} there; data/sources.toml names it")
    files: dict[Path, list[Record]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    names: dict[Iri, str] = {}
    partial: set[Iri] = set()
    for source in listed:
        options = Options(source.format, None, source.retrieved)
        for document in documents(source, root):
            reading = read(document, readers, options)
            if reading.failure is not None:
                tell(document.name, Problem("", str(reading.failure), kind="unreadable"))
            for problem in reading.problems:
                tell(document.name, problem)
            for record in reading.records:
                name = record.header.record
                if source.keep == "known":
                    partial.add(name)
                if name in names:
                    raise RecordError(f"{document.name} and {names[name]} both make {name}")
                names[name] = document.name
                files[into / source.into / f"{_group(document.name)}.trig"].append(
                    source.stamp(record)
                )
                counts[source.into] += 1
    _keep_known(files, partial, into)
    for folder in sorted({path.parent for path in files}):
        for old in folder.glob("*.trig"):
            old.unlink()
        folder.mkdir(parents=True, exist_ok=True)
    for path, records in sorted(files.items()):
        path.write_bytes(rewrite(records))
    return dict(counts)


def _group(name: str) -> str:
    """The file name for a document's records: by its folder, else by its initial.

    >>> _group("models/anthropic/claude.toml"), _group("Apertus.yaml")
    ('models-anthropic', 'a')
    """
    folder, _, file = name.rpartition("/")
    return slug(folder) if folder else slug(file)[0]
