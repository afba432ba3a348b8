"""A name that stands twice where it may stand once is reported, with its place and what is not read."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from provenance_graph.core.claims import Problem
from provenance_graph.core.iris import Iri
from provenance_graph.formats import repeats
from provenance_graph.formats.document import Document
from provenance_graph.formats.parsing import parse_json, parse_yaml
from provenance_graph.formats.registry import readers
from provenance_graph.formats.weights.tensors import weights_of
from provenance_graph.ingest.intake import Options, Reading, read

BOM = """{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
  {"type": "machine-learning-model", "name": "old", "name": "new", "modelCard": {"modelParameters":
    {"task": "summarization", "task": "translation"}}}]}"""
BOM_XML = """<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><components>
<component type="machine-learning-model"><name>old</name><name>new</name><version>1</version>
<modelCard><modelParameters><task>t</task><datasets><dataset><name>d1</name></dataset>
<dataset><name>d2</name></dataset></datasets></modelParameters></modelCard></component>
</components></bom>"""
CARD = "---\nlicense: mit\ntags:\n- a\nlicense: apache-2.0\n---\n# M\n"
CONFIG = (
    '{"model_type": "llama", "architectures": ["LlamaForCausalLM"],'
    ' "hidden_size": 10, "hidden_size": 20}'
)
END = "provider: openai\nmodel: gpt-4\nstatus: active\nstatus: retired\nsources: []\n"
EVENTS = "\n".join(
    f'{{"eventType": "COMPLETE", "eventTime": "2026-01-01T00:00:00Z", "producer": "p",'
    f' "run": {{"runId": "1"}}, "job": {{"namespace": "n", {names}}}, "inputs": [],'
    f' "outputs": [{{"namespace": "n", "name": "m"}}]}}'
    for names in ('"name": "j"', '"name": "j", "name": "k"')
)
CRATE = (
    '{"@context": {"@vocab": "https://schema.org/"}, "@type": "sc:Dataset",'
    ' "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "a", "name": "b"}'
)
TENSORS = (
    b'{"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},'
    b' "w": {"dtype": "F16", "shape": [2, 3], "data_offsets": [16, 28]},'
    b' "__metadata__": {"license": "mit", "license": "gpl"}}'
)
WEIGHTS = struct.pack("<Q", len(TENSORS)) + TENSORS + bytes(28)


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _gguf() -> bytes:
    data = b"GGUF" + struct.pack("<IQQ", 3, 2, 2)
    for value in ("llama", "qwen2"):
        data += _text("general.architecture") + struct.pack("<I", 8) + _text(value)
    for _ in range(2):
        data += _text("blk.0.w") + struct.pack("<IQQIQ", 2, 2, 2, 0, 0)
    return data


def _reading(name: str, data: bytes | str) -> Reading:
    raw = data if isinstance(data, bytes) else data.encode()
    document = Document(Iri(f"https://x.org/{name}"), raw, "2026-01-31", name)
    return read(document, readers(), Options())


def _repeated(reading: Reading) -> list[Problem]:
    return [problem for problem in reading.problems if problem.kind == "duplicate"]


@pytest.mark.parametrize(
    ("name", "data", "places"),
    [
        ("a.cdx.json", BOM, ["/components/0/name", "/components/0/modelCard/modelParameters/task"]),
        ("a.cdx.xml", BOM_XML, ["/components/0/name"]),
        ("org--m.md", CARD, ["L5"]),
        ("config.json", CONFIG, ["/hidden_size"]),
        ("gpt-4.yaml", END, ["L4"]),
        ("events.jsonl", EVENTS, ["L2/job/name"]),
        ("croissant.json", CRATE, ["/name"]),
        ("m.safetensors", WEIGHTS, ["/w", "/__metadata__/license"]),
        ("m.gguf", _gguf(), ["/general.architecture", "/blk.0.w"]),
    ],
)
def test_a_repeated_name_is_reported_with_its_place_in_every_syntax(
    name: str, data: bytes | str, places: list[str]
) -> None:
    reading = _reading(name, data)
    assert reading.failure is None
    assert [problem.where for problem in _repeated(reading)] == places
    assert reading.records


def test_the_value_that_is_not_read_stands_in_the_report() -> None:
    [name, task] = _repeated(_reading("a.cdx.json", BOM))
    assert "'old'" in name.what
    assert "'summarization'" in task.what


def test_two_columns_of_one_name_are_reported() -> None:
    [problem] = repeats.columns(["model_id", "license", "license"])
    assert problem.where == "L1/license"
    assert "columns 2, 3" in problem.what
    assert "column 3 is read" in problem.what


def test_columns_called_alike_are_reported_of_a_table() -> None:
    header = (Path("tests/golden/epoch/rows/input.csv")).read_text("utf-8").splitlines()
    header[0] += ",Model"
    [problem] = _repeated(_reading("notable.csv", "\n".join(header)))
    assert problem.where == "L1/Model"


def test_texts_that_look_like_names_are_none() -> None:
    repeated: list[Problem] = []
    assert parse_json(json.dumps({"a": 'b": "c": d', "e": 1}), "x", repeated)
    assert parse_yaml("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", "x", repeated)
    assert repeated == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (json.dumps({"a": '{"b": 1, "c": 2}', "d": 1}), 0),
        ('{"a": "{\\"b\\": 1}", "a": 2}', 1),
        ('{"a\\\\": 1, "a\\\\": 2, "b": "{\\"c\\": 1}"}', 1),
        ('{"a" : "\\":", "a" : 2}', 1),
    ],
)
def test_json_within_a_text_neither_is_nor_hides_a_name_that_stands_twice(
    text: str, count: int
) -> None:
    repeated: list[Problem] = []
    parse_json(text, "x", repeated)
    assert len(repeated) == count


def test_their_number_is_bounded() -> None:
    text = "{" + ", ".join(f'"k{n}": 1, "k{n}": 2' for n in range(500)) + "}"
    repeated: list[Problem] = []
    parse_json(text, "x", repeated)
    assert len(repeated) == repeats.MAX_REPORTED + 1
    assert "400 more" in repeated[-1].what


def test_weights_that_are_compared_report_tensors_called_alike(tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(WEIGHTS)
    (tmp_path / "m.gguf").write_bytes(_gguf() + bytes(64))
    problems = weights_of(tmp_path).problems
    assert any("m.safetensors/w" in each for each in problems)
    assert any("m.gguf/blk.0.w" in each for each in problems)
