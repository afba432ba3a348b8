"""Generate a hub-like supply chain: the same number and seed give the same bytes.

    python benchmarks/hub_generate.py --models N [--seed 1] --out DIR [--form documents|trig|both]

``--form documents`` writes what ``provenance-graph import`` reads:

* ``documents/hf-<k>/<owner>/<name>.json``, the Hub API's answer about every model, or with
  ``--answers jsonl`` as ``documents/hf-<k>.jsonl``, one answer a line;
* ``documents/modelsdev-<k>/models/<owner>/<name>.toml`` for about 45 %;
* ``documents/registry/<k>.trig``, records of a third catalogue, for about 30 %.

``--form trig`` writes ``data/records/<source>/<k>.trig`` for ``provenance-graph build --data
DIR/data``: the records that the readers make of these documents, so that both forms hold the
same claims. ``manifest.jsonl`` lists every planted disagreement, SHACL result and licence
conflict, ``shape.json`` what the hub is like. Documents are written one model at a time, records by
``--processes``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, not as a module

from benchmarks.hub.documents import (
    PREFIXES,
    RETRIEVED,
    Documents,
    answer_bytes,
    documents,
    everything,
)
from benchmarks.hub.structure import Hub, Kind

HUB_PAGE = "https://huggingface.co/api/models/"


class DocumentFiles:
    """The documents as files, in folders of a fixed number of models."""

    def __init__(self, root: Path, answers: str, shard: int = 20_000) -> None:
        self.root, self.answers, self.shard = root, answers, shard
        self._folders: set[Path] = set()
        self._open: dict[Path, IO[bytes]] = {}

    def add(self, item: Documents) -> None:
        """Write the sources' documents about one model."""
        place = item.number // self.shard
        answer = answer_bytes(item.hub)
        if self.answers == "jsonl":
            self._append(self.root / f"hf-{place:03d}.jsonl", answer + b"\n")
        else:
            self._write(self.root / f"hf-{place:03d}" / f"{item.name}.json", answer)
        if item.modelsdev:
            where = self.root / f"modelsdev-{place:03d}" / "models" / f"{item.name}.toml"
            self._write(where, item.modelsdev.encode())
        if item.registry:
            where = self.root / "registry" / f"{item.number // 5000:05d}.trig"
            self._append(where, item.registry.encode(), PREFIXES.encode())

    def close(self) -> None:
        """Close the files that several models share."""
        for file in self._open.values():
            file.close()

    def _write(self, where: Path, data: bytes) -> None:
        if where.parent not in self._folders:
            where.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(where.parent)
        where.write_bytes(data)

    def _append(self, where: Path, data: bytes, head: bytes = b"") -> None:
        file = self._open.get(where)
        if file is None:
            for earlier in [name for name in self._open if name.parent == where.parent]:
                if earlier.suffix == where.suffix:
                    self._open.pop(earlier).close()
            where.parent.mkdir(parents=True, exist_ok=True)
            file = self._open[where] = where.open("wb")
            file.write(head)
        file.write(data)


class RecordFiles:
    """The records that readers make of the documents, in TriG files of several models."""

    def __init__(self, root: Path, shard: int) -> None:
        from provenance_graph.core.iris import Iri
        from provenance_graph.formats.document import Document
        from provenance_graph.formats.registry import readers
        from provenance_graph.ingest.intake import Options, read

        self.root, self.shard = root, shard
        self._known, self._options = readers(), Options()
        self._read, self._document, self._iri = read, Document, Iri
        self._records: dict[str, list[object]] = {"huggingface": [], "modelsdev": []}
        self._text: list[str] = []
        self._place = 0
        self.counts: Counter[str] = Counter()

    def add(self, item: Documents) -> None:
        """Read the documents about one model; raises SystemExit where a reader has a problem."""
        if item.number // self.shard != self._place:
            self.close()
            self._place = item.number // self.shard
        answer = f"{HUB_PAGE}{item.name}", answer_bytes(item.hub), f"{item.name}.json"
        self._take("huggingface", *answer)
        if item.modelsdev:
            path = f"models/{item.name}.toml"
            self._take("modelsdev", f"urn:file:{path}", item.modelsdev.encode(), path)
        if item.registry:
            self._text.append(item.registry)
            self.counts["records"] += item.registry.count("a pg:SourceRecord")
            stated = item.registry.count(" ;\n  ") + item.registry.count("a pg:Model")
            self.counts["claims"] += stated + item.registry.count("a pg:Claim")

    def _take(self, source: str, url: str, data: bytes, path: str) -> None:
        document = self._document(self._iri(url), data, RETRIEVED, path)
        reading = self._read(document, self._known, self._options)
        if reading.failure or reading.problems:
            raise SystemExit(f"{path}: {reading.failure} {reading.problems}")
        for record in reading.records:
            self._records[source].append(record)
            self.counts["records"] += 1
            self.counts["claims"] += len(record.claims)

    def close(self) -> None:
        """Write the files of the models so far."""
        from provenance_graph.core import rdf

        for source, records in self._records.items():
            if records:
                where = self.root / source / f"{self._place:07d}.trig"
                where.parent.mkdir(parents=True, exist_ok=True)
                where.write_bytes(rdf.write_trig(records))  # type: ignore[arg-type]
                records.clear()
        if self._text:
            where = self.root / "registry" / f"{self._place:07d}.trig"
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(PREFIXES + "".join(self._text), encoding="utf-8")
            self._text.clear()


def _records(hub: Hub, root: Path, shard: int, processes: int) -> dict[str, int]:
    """Write the records of all models; return counts of records and claims."""
    if processes == 1:
        return _share_of_files(hub, root, shard, 0, 1)
    with ProcessPoolExecutor(processes) as pool:
        parts = [
            pool.submit(_share_of_files, hub, root, shard, first, processes)
            for first in range(processes)
        ]
        return dict(sum((Counter(part.result()) for part in parts), Counter[str]()))


def _share_of_files(hub: Hub, root: Path, shard: int, first: int, step: int) -> dict[str, int]:
    written = RecordFiles(root, shard)
    for start in range(first * shard, hub.models, step * shard):
        for number in range(start, min(start + shard, hub.models)):
            written.add(documents(hub, number))
    written.close()
    return dict(written.counts)


def generate(
    hub: Hub,
    out: Path,
    form: str = "trig",
    *,
    answers: str = "files",
    shard: int = 1000,
    processes: int = 1,
) -> dict[str, object]:
    """Write a hub below ``out``; return the content of ``shape.json``.

    The files of records are divided among ``processes``; their bytes do not depend on the number.
    """
    out.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    if form in ("trig", "both"):
        counts = _records(hub, out / "data" / "records", shard, processes)
        (out / "data" / "identity.sssom.tsv").write_text("", encoding="utf-8")
    files = DocumentFiles(out / "documents", answers) if form in ("documents", "both") else None
    planted: Counter[str] = Counter()
    with (out / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for item in everything(hub):
            for entry in item.planted:
                what = entry.get("property") or entry.get("shape") or entry["rule"]
                planted[f"{entry['kind']} {what}"] += 1
                manifest.write(json.dumps(entry) + "\n")
            if files is not None:
                files.add(item)
    if files is not None:
        files.close()
    shape: dict[str, object] = {
        "models": hub.models,
        "seed": hub.seed,
        "edges": hub.edges,
        **{kind.name.lower(): hub.kind.count(kind) for kind in Kind},
        "labelled": sum(hub.labelled),
        "most children counted": max(hub.children),
        "popular root": hub.name(0),
        "planted": dict(sorted(planted.items())),
        **counts,
    }
    (out / "shape.json").write_text(json.dumps(shape, indent=1) + "\n", encoding="utf-8")
    return shape


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--form", choices=["documents", "trig", "both"], default="trig")
    parser.add_argument("--answers", choices=["files", "jsonl"], default="files")
    parser.add_argument("--shard", type=int, default=1000, help="models in one TriG file")
    parser.add_argument("--processes", type=int, default=1, help="that write records")
    asked = parser.parse_args()
    began = time.process_time()
    try:
        hub = Hub(asked.models, asked.seed)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    shape = generate(
        hub,
        asked.out,
        asked.form,
        answers=asked.answers,
        shard=asked.shard,
        processes=asked.processes,
    )
    print(json.dumps(shape, indent=1))
    print(f"{time.process_time() - began:.1f} s of processor time", file=sys.stderr)


if __name__ == "__main__":
    main()
