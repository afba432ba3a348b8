"""What an entry of a catalogue states under a key without a property stays, with its text, at its entity."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from reading import document, load

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem, Record
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats.coverage import Treatment
from provenance_graph.formats.document import Document
from provenance_graph.formats.ledger import ReadingLedger
from provenance_graph.formats.records import records_of, whole_reading
from provenance_graph.formats.registry import readers
from tools.regenerate import without_prose

GOLDEN = Path(__file__).parents[2] / "golden"
ODD, TEXT = "colour of the box", "ultramarine, with a grey edge"
STATED = f"{ODD}: {TEXT}"


def _json(data: bytes) -> bytes:
    whole = json.loads(data)
    alone = "_descriptorVersion" in whole if isinstance(whole, dict) else False
    entries = [whole] if alone else whole.values() if isinstance(whole, dict) else whole
    for entry in entries:
        if isinstance(entry, dict):
            entry[ODD] = TEXT
    return json.dumps(whole).encode()


def _yaml(data: bytes) -> bytes:
    whole: Any = yaml.load(data, Loader=yaml.BaseLoader)
    for entry in whole if isinstance(whole, list) else [whole]:
        if isinstance(entry, dict):
            place = entry.get("release") or entry.get("system") or entry
            place[ODD] = TEXT
    return yaml.safe_dump(whole, sort_keys=False).encode()


def _lines(data: bytes) -> bytes:
    added = f"{{{json.dumps(ODD)}: {json.dumps(TEXT)}, "
    lines = data.decode().splitlines()
    return "\n".join(added + line[1:] if line[:1] == "{" else line for line in lines).encode()


def _table(data: bytes) -> bytes:
    rows = list(csv.reader(io.StringIO(data.decode())))
    out = io.StringIO()
    csv.writer(out).writerows([[*rows[0], ODD], *([*row, TEXT] for row in rows[1:] if row)])
    return out.getvalue().encode()


def _toml(data: bytes) -> bytes:
    return f'"{ODD}" = "{TEXT}"\n'.encode() + data


CASES: list[tuple[str, str, Callable[[bytes], bytes]]] = [
    ("dpi", "plain/input.json", _json),
    ("epoch", "rows/input.csv", _table),
    ("gallery", "lmstudio/input.json", _json),
    ("gallery", "localai/input.yaml", _yaml),
    ("lifecycle", "entry/input.yaml", _yaml),
    ("lifecycle", "feed/input.json", _json),
    ("litellm", "map/map.json", _json),
    ("mot", "plain/input.yaml", _yaml),
    ("mteb", "lines/models.jsonl", _lines),
    ("mteb-tasks", "plain/input.jsonl", _lines),
    ("opendata", "cards/input.jsonl", _lines),
    ("opendata", "trusted/input.jsonl", _lines),
    ("osai", "base_and_end/input.yaml", _yaml),
    ("osaimap", "datasets/top_datasets.csv", _table),
]


def _reading(format: str, document: Document) -> tuple[list[Claim | Problem], ReadingLedger]:
    ledger = ReadingLedger()
    return list(whole_reading(readers()[format], document, ledger)), ledger


@pytest.mark.parametrize(("format", "path", "add"), CASES, ids=[path for _, path, _ in CASES])
def test_a_key_that_no_table_names_stays_with_its_text_at_a_described_entity(
    format: str, path: str, add: Callable[[bytes], bytes]
) -> None:
    file = GOLDEN / format / path
    before = load(file, file.parent)
    changed = Document(before.url, add(before.data), before.retrieved, before.name)
    results, ledger = _reading(format, changed)
    claims = [item for item in results if isinstance(item, Claim)]
    subjects = {c.subject for c in claims if c.predicate != PG.otherStatement}
    stated = [
        c for c in claims if c.predicate == PG.otherStatement and str(c.value).endswith(STATED)
    ]
    assert stated
    assert {claim.subject for claim in stated} <= subjects
    aside = ledger.by_key(Treatment.NOT_READ) | ledger.by_key(Treatment.UNKNOWN)
    assert any(key.endswith(ODD) for key in aside)


def test_a_model_of_models_dev_keeps_it_too() -> None:
    [file] = (GOLDEN / "modelsdev" / "model").rglob("*.toml")
    before = load(file, GOLDEN / "modelsdev" / "model")
    changed = Document(before.url, _toml(before.data), before.retrieved, before.name)
    results, _ = _reading("modelsdev", changed)
    assert STATED in {str(item.value) for item in results if isinstance(item, Claim)}


def test_the_values_of_one_key_are_one_statement_and_long_ones_several() -> None:
    file = GOLDEN / "gallery" / "localai" / "input.yaml"
    whole = yaml.safe_load(file.read_bytes())
    whole[0]["tags"] = ["llm", "gguf", "llm"]
    whole[0]["aisles"] = [f"aisle-{n:04}" for n in range(400)]
    document = load(file, file.parent)
    changed = Document(document.url, yaml.safe_dump(whole).encode(), "2026-01-31", document.name)
    claims = [item for item in _reading("gallery", changed)[0] if isinstance(item, Claim)]
    texts = [str(c.value) for c in claims if c.predicate == PG.otherStatement]
    assert "tags: llm, gguf" in texts
    aisles = [text for text in texts if text.startswith("aisles: ")]
    assert len(aisles) > 1
    assert all(f"aisle-{n:04}" in "".join(aisles) for n in range(400))


def test_columns_of_epoch_that_no_property_has_stay_whatever_else_stands_in_the_table() -> None:
    file = GOLDEN / "epoch" / "rows" / "input.csv"
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
    power = "Training power draw (W)"
    if power not in rows[0]:
        rows = [[*rows[0], power], *([*row, "8"] for row in rows[1:])]
    at = rows[0].index(power)
    rows = [rows[0], *([*row[:at], "8000", *row[at + 1 :]] for row in rows[1:])]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    document = load(file, file.parent)
    changed = Document(document.url, out.getvalue().encode(), "2026-01-31", document.name)
    claims = [item for item in _reading("epoch", changed)[0] if isinstance(item, Claim)]
    assert f"{power}: 8000" in {str(c.value) for c in claims}


def test_what_is_shipped_of_a_source_has_none_of_its_sentences() -> None:
    file = GOLDEN / "gallery" / "lmstudio" / "input.json"
    whole = json.loads(file.read_text("utf-8"))
    whole["author"]["blurb"] = "We push the boundaries of what models of this size can do."
    document = load(file, file.parent)
    changed = Document(document.url, json.dumps(whole).encode(), "2026-01-31", document.name)
    [record] = [
        item for item in records_of(readers()["gallery"], changed) if isinstance(item, Record)
    ]
    stated = {str(c.value) for c in record.claims if c.predicate == PG.otherStatement}
    shipped = {
        str(c.value) for c in without_prose(record).claims if c.predicate == PG.otherStatement
    }
    [prose] = stated - shipped
    assert prose.startswith("author.blurb: We push")
    assert "trainedFor: chat" in shipped


def test_the_licence_of_a_descriptor_is_that_of_the_model_it_describes() -> None:
    files = {"all": [{"url": "https://huggingface.co/copies/oak-GGUF/resolve/main/oak.gguf"}]}
    resources = {"canonicalUrl": "https://huggingface.co/lab/oak"}
    whole = {"_descriptorVersion": "0.0.1", "name": "Oak", "resources": resources, "files": files}
    text = json.dumps({**whole, "license": "bsd-3-clause"})
    claims = [c for c in readers()["gallery"].read(document(text)) if isinstance(c, Claim)]
    licensed = [(c.subject, str(c.value)) for c in claims if c.predicate == DCTERMS.license]
    assert licensed == [(iris.model("lab/oak"), "http://spdx.org/licenses/BSD-3-Clause")]
