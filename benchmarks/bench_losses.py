"""What happens to every value of documents that no reader was written against.

    python benchmarks/bench_losses.py [--vocabularies DIR] [--sources DIR…] [--count N] [--seed N]

Documents are made from the standards' schemas (``benchmarks/unseen``), and from real documents of
every format with other values and odd shapes. Each value of a document is followed without the
readers' own key tables. It has *arrived* where its text stands in a claim or in the record's
header. It is *reported* where a problem quotes it or the reading ledger has its key among those set
aside. It *changes* the outcome where neither shows it but another value in its place makes another
outcome. All other values are *silent*.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.unseen import cyclonedx, hub, jsonld, spdx, weights, xml
from benchmarks.unseen.values import Maker, distorted
from provenance_graph.core.claims import Problem, Record
from provenance_graph.core.errors import SourceError
from provenance_graph.core.iris import Iri
from provenance_graph.formats.coverage import Treatment
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.parsing import parse_yaml
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.intake import Options, read, recognise

MARKS = frozenset(
    [
        "@context",
        "@type",
        "@id",
        "type",
        "_type",
        "predicateType",
        "payloadType",
        "bomFormat",
        "specVersion",
        "$schema",
        "schemaVersion",
        "mediaType",
        "artifactType",
        "spdxId",
        "ref",
        "bom-ref",
        "eventType",
        "schemaURL",
        "_schemaURL",
        "model_type",
        "architectures",
        "peft_type",
        "prefix",
        "flavors",
        "apiVersion",
        "manifestVersion",
        "config",
        "layers",
        "conformsTo",
        "id",
        "modelId",
        "provider",
    ]
)
"""Keys whose values show the document's format, or connect its parts."""


@dataclass
class Row:
    """The counts of one format."""

    documents: int = 0
    stated: int = 0
    arrived: int = 0
    reported: int = 0
    changes: int = 0
    silent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    crashed: Counter[str] = field(default_factory=Counter)


_LITERAL = ("@value", "@list", "@set")


@dataclass(frozen=True)
class Value:
    """A value with the steps that lead to it."""

    steps: tuple[str | int, ...]
    value: Any

    @property
    def ends(self) -> tuple[Ends, Ends]:
        """The last two names and the last name on the path, by which a report would name the value."""
        steps = [_bare(s) for s in self.steps if isinstance(s, str) and s not in _LITERAL]
        return tuple(steps[-2:]), tuple(steps[-1:])


def values_of(whole: Any, steps: tuple[str | int, ...] = ()) -> Iterator[Value]:
    """Yield every scalar of a parsed document that is neither null nor an empty text."""
    if isinstance(whole, dict):
        for key, inner in whole.items():
            yield from values_of(inner, (*steps, str(key)))
    elif isinstance(whole, list):
        for n, inner in enumerate(whole):
            yield from values_of(inner, (*steps, n))
    elif whole is not None and whole != "":
        yield Value(steps, whole)


@dataclass(frozen=True)
class Outcome:
    """Everything read from a document as one text, and the keys that its ledger counts.

    ``taken`` are keys that are read, ``kept`` those whose values are kept as stated, ``aside``
    those that state nothing of provenance. ``places`` maps every location that the reader names to
    its key in the ledger, and ``treatments`` holds the ledger's counts below it.
    """

    text: str
    taken: Counter[Ends]
    kept: Counter[Ends]
    aside: Counter[Ends]
    places: dict[str, str]
    treatments: Counter[tuple[Treatment, str]]


def outcome(document: Document, reader: Reader) -> Outcome:
    """The outcome of reading a document; raises its failure."""
    parts: list[str] = []
    reading = read(document, readers(), Options(format=reader.format))
    if reading.failure is not None:
        raise reading.failure
    for item in (*reading.records, *reading.problems):
        if isinstance(item, Record):
            parts.append(repr(replace(item.header, digest="")))
            for claim in item.claims:
                parts += [str(claim.subject), str(claim.predicate), str(claim.value),
                          claim.as_stated, claim.locator, str(claim.stance), str(claim.confidence)]  # fmt: skip
        elif isinstance(item, Problem):
            parts.append(f"{item.where} {item.what} {item.hint}")
    taken: Counter[Ends] = Counter()
    kept: Counter[Ends] = Counter()
    aside: Counter[Ends] = Counter()
    for (treatment, path), count in reading.ledger.values.items():
        counts = {Treatment.READ: taken, Treatment.NOT_PROVENANCE: aside}.get(treatment, kept)
        steps = [_bare(step) for step in path.split("/")[1:]] or [_bare(path)]
        counts[tuple(steps[-2:])] += count
    places = {}
    if reader.leaves is not None and not reading.parts:
        places = {leaf.where: "/".join(leaf.path) for leaf in reader.leaves(document)}
    return Outcome("\n".join(parts), taken, kept, aside, places, reading.ledger.values)


Ends = tuple[str, ...]
"""The last names on the path to a value, by which a report names it."""


def _bare(step: str) -> str:
    return step.rpartition(":")[2].lstrip("@").casefold()


def follow(document: Document, whole: Any, reader: Reader, row: Row, write: Any) -> None:
    """Add to a row what happens to every value of a document."""
    known = outcome(document, reader)
    taken, kept, aside = known.taken.copy(), known.kept.copy(), known.aside.copy()
    row.documents += 1
    waiting = []
    for value in values_of(whole):
        row.stated += 1
        if _shows(known.text, value.value):
            row.arrived += 1
            _ = _spend(taken, value) or _spend(kept, value)
        else:
            waiting.append(value)
    by_name: Counter[str] = Counter()
    treatments = known.treatments.copy()
    rest = []
    for value in waiting:
        path = known.places.get("/" + "/".join(map(str, value.steps)))
        if path is None:
            done = _spend(aside, value) or _spend(kept, value)
        else:
            done = any(
                _spend(treatments, treatment, path)
                for treatment in Treatment
                if treatment is not Treatment.READ
            )
            by_name[_bare(path.rpartition("/")[2])] -= 1
        if not done:
            rest.append(value)
    row.reported += len(waiting) - len(rest)
    for ends, count in (*aside.items(), *kept.items()):
        by_name[ends[-1]] += max(count, 0)
    for value in rest:
        name = "".join(value.ends[1])
        placed = "/" + "/".join(map(str, value.steps)) in known.places
        if not placed and by_name[name] > 0:
            by_name[name] -= 1
            row.reported += 1
        elif _matters(document, whole, value, reader, known, write):
            row.changes += 1
        else:
            row.silent["/".join(s for s in map(str, value.steps) if not s.isdigit())] += 1


def _spend(counts: Counter[Ends], value: Value) -> bool:
    """Whether the report has one more value of this name; counts it off."""
    for ends in value.ends:
        if counts[ends] > 0:
            counts[ends] -= 1
            return True
    return False


def _spend(treatments: Counter[tuple[Treatment, str]], treatment: Treatment, path: str) -> bool:
    """Whether the ledger has one more value of this treatment under a key; counts it off."""
    treatments[treatment, path] -= 1
    if treatments[treatment, path] >= 0:
        return True
    treatments[treatment, path] += 1
    return False


def _shows(text: str, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return f"{value:g}" in text or repr(value) in text
    shown = str(value).strip()
    return len(shown) >= 4 and shown[:280] in text


def _matters(
    document: Document, whole: Any, value: Value, reader: Reader, known: Outcome, write: Any
) -> bool:
    holder = changed = json.loads(json.dumps(whole, default=str))
    for step in value.steps[:-1]:
        holder = holder[step]
    old = value.value
    other = (
        not old
        if isinstance(old, bool)
        else old + 1
        if isinstance(old, (int, float))
        else f"{old}q"
    )
    holder[value.steps[-1]] = other
    try:
        return outcome(replace(document, data=write(changed)), reader).text != known.text
    except SourceError:
        return True


def as_json(whole: Any) -> bytes:
    """A document as JSON."""
    return json.dumps(whole, ensure_ascii=False, default=str).encode()


def as_yaml(whole: Any) -> bytes:
    """A document as YAML."""
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False).encode()


def as_card(whole: Any) -> bytes:
    """Metadata as a card."""
    return b"---\n" + as_yaml(whole) + b"---\n\n# A card\n\nA text.\n"


def made(folder: Path, count: int, seed: int) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield documents from the standards' schemas: format, name, parsed document, its writer."""
    covered: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for n in range(count):
        maker = Maker(random.Random(seed * 1_000 + n))
        version = cyclonedx.VERSIONS[n % 4]
        bom = cyclonedx.document(version, maker, covered[version])
        yield "cyclonedx", f"{n}.cdx.json", bom, as_json
        bom = cyclonedx.document(version, maker, covered[f"xml {version}"])
        yield "cyclonedx", f"{n}.cdx.xml", *xml.writer(bom)
        yield "gguf", f"{n}.gguf", weights.entries(maker), weights.gguf
        yield "safetensors", f"{n}.safetensors", weights.metadata(maker), weights.safetensors
        model = spdx.document(folder / "spdx" / "spdx-model.ttl", maker, covered["spdx"])
        yield "spdx3", f"{n}.spdx.json", model, as_json
        crate = jsonld.croissant(folder / "croissant", maker, covered["croissant"])
        yield "croissant", f"{n}.json", crate, as_json
        ml = jsonld.fair4ml(folder / "fair4ml" / "fair4ml-0.1.0.jsonld", maker, covered["fair4ml"])
        yield "fair4ml", f"{n}.jsonld", ml, as_json
        yield "huggingface", f"org--m{n}.md", hub.card(maker, n % 3 == 0), as_card
        yield "huggingface", f"{n}.api.json", hub.answer(maker), as_json


def altered(folders: list[str], seed: int, times: int) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield real documents with other values and odd shapes, in the same form."""
    known = readers()
    for document in discover(folders, retrieved="2026-01-31"):
        if isinstance(document, Problem) or document.files or len(document.data) > 60_000:
            continue
        try:
            reader = recognise(document, known)
            syntax = document.features.syntax
            if syntax not in ("json", "yaml"):
                continue
            whole = document.json if syntax == "json" else parse_yaml(document.text, "")
        except SourceError:
            continue
        for n in range(times):
            maker = Maker(random.Random(f"{seed} {document.name} {n}"))
            changed = distorted(whole, maker, MARKS)
            yield reader.format, document.name, changed, as_json if syntax == "json" else as_yaml


def main(arguments: list[str]) -> int:
    """Make the documents, follow their values, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--vocabularies", default="")
    parser.add_argument("--sources", nargs="*", default=["tests/golden"])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", default="")
    parser.add_argument("--keys", type=int, default=25)
    asked = parser.parse_args(arguments)
    rows: dict[str, Row] = defaultdict(Row)
    documents: list[Iterator[tuple[str, str, Any, Any]]] = []
    if asked.vocabularies:
        documents.append(made(Path(asked.vocabularies), asked.count, asked.seed))
    if asked.sources:
        documents.append(altered(asked.sources, asked.seed, asked.times))
    for each in documents:
        for wanted, name, whole, write in each:
            if asked.format in ("", wanted):
                _one(wanted, name, whole, write, rows[wanted])
    print("\n".join(table(rows, asked.keys)))
    return 0


def _one(wanted: str, name: str, whole: Any, write: Any, row: Row) -> None:
    document = Document(
        Iri(f"https://example.org/{name.rsplit('/', 1)[-1]}"), write(whole), "2026-01-31", name
    )
    try:
        reader = recognise(document, readers())
    except SourceError as error:
        row.refused[str(error)[:120].partition("(formats")[0]] += 1
        return
    if reader.format != wanted:
        row.refused[f"taken for {reader.format}"] += 1
    try:
        follow(document, whole, reader, row, write)
    except SourceError as error:
        row.refused[str(error)[:160]] += 1
    except Exception as error:  # noqa: BLE001 - a reader that raises anything else is what is looked for
        row.crashed[f"{type(error).__name__}: {error} in {name}"] += 1


def table(rows: dict[str, Row], keys: int) -> Iterator[str]:
    """Yield the table, then the lost keys, the refused documents, and the crashes."""
    yield "| format | documents | stated | arrived | reported | changes the outcome | silent | silent % |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, row in sorted(rows.items()):
        lost = sum(row.silent.values())
        share = 100 * lost / row.stated if row.stated else 0
        yield (
            f"| {name} | {row.documents} | {row.stated} | {row.arrived} | {row.reported} "
            f"| {row.changes} | {lost} | {share:.2f} |"
        )
    for name, row in sorted(rows.items()):
        for key, count in row.silent.most_common(keys):
            yield f"{name}: silent {key} {count}"
        for why, count in [*row.refused.most_common(9), *row.crashed.most_common(9)]:
            yield f"{name}: {why} {count}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
