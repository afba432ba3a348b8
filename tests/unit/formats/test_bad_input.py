"""Documents that lie about themselves: a problem with its place, nothing else lost, memory bounded."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import time
import tracemalloc
import zipfile
from functools import cache
from pathlib import Path

import pytest
import reading

from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.errors import SourceError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PROV
from provenance_graph.formats.document import Document
from provenance_graph.formats.fields import csv_rows
from provenance_graph.formats.provenance import prov
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover

DAY = "2026-01-31"
MEBIBYTE = 1 << 20


def _read(path: Path) -> tuple[list[Claim], list[str]]:
    """What comes of the files at a path: claims, and problems or the reason that nothing came."""
    claims: list[Claim] = []
    problems: list[str] = []
    for item in discover([str(path)], retrieved=DAY):
        if isinstance(item, Problem):
            problems.append(str(item))
            continue
        try:
            fitting = [r for r in readers().values() if r.recognises(item.features)]
            for result in fitting[0].read(item):
                (problems if isinstance(result, Problem) else claims).append(
                    str(result) if isinstance(result, Problem) else result
                )
        except SourceError as error:
            problems.append(str(error))
        problems += map(str, item.repeated)
    return claims, problems


def _peak(path: Path) -> tuple[list[Claim], list[str], int]:
    readers()  # what is loaded once is not the document's cost
    tracemalloc.start()
    try:
        claims, problems = _read(path)
        return claims, problems, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _safetensors(header: object, length: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text


def _gguf(*entries: tuple[str, bytes], tensors: int = 0, count: int | None = None) -> bytes:
    data = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(entries) if count is None else count)
    for key, value in entries:
        data += struct.pack("<Q", len(key)) + key.encode() + value
    return data


def _string(text: bytes, length: int | None = None) -> bytes:
    return struct.pack("<IQ", 8, len(text) if length is None else length) + text


TENSOR = {"model.weight": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("cut.safetensors", _safetensors(TENSOR)[:20], "a header of"),
        ("long.safetensors", _safetensors(TENSOR, 1 << 63), "9,223,372,036,854,775,808 bytes"),
        ("cut.gguf", _gguf(("general.name", _string(b"oak")))[:30], "byte"),
        ("string.gguf", _gguf(("general.name", _string(b"oak", 2 << 30))), "2,147,483,648 bytes"),
        ("tensors.gguf", _gguf(tensors=1_000_000), "1,000,000 tensors"),
        ("entries.gguf", _gguf(count=1 << 60), "entries"),
        ("array.gguf", _gguf(("a", struct.pack("<IIQ", 9, 4, 1 << 62))), "an array of"),
    ],
)
def test_a_header_that_lies_is_a_problem_with_its_byte_and_costs_nothing(
    name: str, data: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    _, problems, peak = _peak(path)
    assert any(words in problem for problem in problems), problems
    assert peak < 8 * MEBIBYTE


def test_a_million_tensors_are_refused_before_they_are_read(tmp_path: Path) -> None:
    one = b',"t%06d":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    text = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}' + b"".join(
        one % n for n in range(1_000_000)
    )
    path = tmp_path / "many.safetensors"
    path.write_bytes(struct.pack("<Q", len(text) + 1) + text + b"}")
    _, problems, peak = _peak(path)
    assert any("at most" in problem for problem in problems), problems
    assert peak < 300 * MEBIBYTE  # the header is read, of which 64 MiB are the bound


@pytest.mark.parametrize("kind", ["safetensors", "gguf"])
def test_of_a_file_of_a_hundred_gigabytes_only_the_header_is_read(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / f"big.{kind}"
    header = (
        _safetensors(TENSOR) if kind == "safetensors" else _gguf(("general.name", _string(b"oak")))
    )
    with path.open("wb") as file:
        file.write(header)
        file.truncate(100 << 30)
    _read(path)  # what is loaded once is not the file's cost
    begun = time.process_time()
    claims, problems = _read(path)
    spent = time.process_time() - begun
    assert claims
    assert not problems
    assert spent < 0.5, "reading the file would take minutes; the benchmark holds it to 10 ms"


@cache
def _archives() -> dict[str, bytes]:
    """Archives of 64 MiB of nothing, by name; packed where a test first wants one."""
    archives: dict[str, bytes] = {}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.md", b"\0" * (64 * MEBIBYTE))
    archives["bomb.zip"] = buffer.getvalue()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry = tarfile.TarInfo("config.json")
        entry.size = 64 * MEBIBYTE
        archive.addfile(entry, io.BytesIO(b"\0" * entry.size))
    archives["bomb.tar.gz"] = buffer.getvalue()
    archives["bomb.json.gz"] = gzip.compress(b"[" * (64 * MEBIBYTE))
    return archives


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.tar.gz", "bomb.json.gz"])
@pytest.mark.parametrize("disguise", ["", ".json", ".md"])
def test_archives_are_never_unpacked(name: str, disguise: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}{disguise}").write_bytes(_archives()[name])
    (tmp_path / "good.json").write_text(
        '{"model_type": "llama", "hidden_size": 64, "architectures": ["A"]}'
    )
    claims, problems, peak = _peak(tmp_path)
    assert any(name in problem for problem in problems)
    assert claims, "the file beside it is read"
    assert peak < 16 * MEBIBYTE


EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-01T00:00:00Z",
    "run": {"runId": "3f5e83fa-3480-44ff-99c5-ff943904e5e8"},
    "job": {"namespace": "train", "name": "oak"},
    "inputs": [{"namespace": "hf", "name": "example/oak-web"}],
    "outputs": [{"namespace": "models", "name": "oak-7b"}],
    "producer": "https://example.org/producer",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
}


def test_one_bad_line_of_many_events_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    lines = 20_000
    good = json.dumps(EVENT)
    path = tmp_path / "events.jsonl"
    with path.open("w") as file:
        for n in range(lines):
            file.write((good if n != 7_000 else '{"eventType": ') + "\n")
    claims, problems = _read(path)
    assert [problem for problem in problems if "7001" in problem.replace(",", "")], problems[:3]
    assert len([p for p in problems if "L" in p]) < 5
    assert claims


def test_xml_with_entities_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(97 + n)} "{f"&{chr(96 + n)};" * 10}">' for n in range(1, 10)
    )
    path = tmp_path / "bom.xml"
    path.write_text(
        f'{bomb}]><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>&j;</components></bom>'
    )
    _, problems, peak = _peak(path)
    assert problems
    assert peak < 8 * MEBIBYTE


def test_provenance_in_a_circle_ends(tmp_path: Path) -> None:
    names = [f"ex:m{n}" for n in range(50)]
    whole = {
        "prefix": {"ex": "https://example.org/"},
        "entity": {name: {"prov:type": "ex:Model"} for name in names},
        "wasDerivedFrom": {
            f"_:d{n}": {"prov:generatedEntity": name, "prov:usedEntity": names[(n + 1) % 50]}
            for n, name in enumerate(names)
        },
    }
    path = tmp_path / "circle.json"
    path.write_text(json.dumps(whole))
    claims, _, peak = _peak(path)
    assert claims
    assert peak < 16 * MEBIBYTE


def test_a_document_of_another_world_has_a_reason() -> None:
    document = Document(Iri("urn:file:x.json"), b'{"a": 1}', DAY, "x.json")
    assert not [r for r in readers().values() if r.recognises(document.features)]


def test_a_cycle_of_derivations_is_a_problem_and_the_rest_is_read() -> None:
    derived = {
        f"_:{n}": {"prov:generatedEntity": made, "prov:usedEntity": source}
        for n, (made, source) in enumerate(
            [("e:a", "e:b"), ("e:b", "e:c"), ("e:c", "e:a"), ("e:d", "e:a")]
        )
    }
    entities = {f"e:{each}": {"prov:type": "Model"} for each in "abcd"}
    whole = {"prefix": {"e": "https://e.org/"}, "entity": entities, "wasDerivedFrom": derived}
    items = list(prov.READER.read(reading.document(json.dumps(whole), "p.json")))
    (problem,) = [item for item in items if isinstance(item, Problem)]
    assert (problem.where, problem.kind) == ("/wasDerivedFrom", "lineage")
    assert problem.what.startswith("derived from itself: ")
    edges = [i for i in items if isinstance(i, Claim) and i.predicate == PROV.wasDerivedFrom]
    assert len(edges) == 4


LONG = "9" * 5_000


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("MLmodel", f"flavors: {{}}\nmodel_uuid: a\nmodel_size_bytes: {LONG}\n", "L3"),
        ("a.toml", f'model_id = "a/b"\nn_layers = {LONG}\n[storage_size]\nin_bytes = 1\n', "L2"),
        ("a.json", f'{{"modelId": "a/b", "id": "a/b", "tags": [],\n "likes": {LONG}}}', "line 2"),
    ],
)
def test_a_number_of_thousands_of_digits_is_told_and_hides_nothing(
    tmp_path: Path, name: str, text: str, place: str
) -> None:
    (tmp_path / name).write_text(text)
    claims, problems = _read(tmp_path / name)
    assert claims
    assert [p for p in problems if place in p and "5,000 digits" in p]


def test_half_a_character_is_told_with_its_place(tmp_path: Path) -> None:
    half = {"name": "m\ud800x", "description": "\U0001f600 whole"}
    model = {"type": "machine-learning-model", **half}
    whole = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [model]}
    (tmp_path / "bom.json").write_text(json.dumps(whole))
    claims, problems = _read(tmp_path / "bom.json")
    assert claims
    assert [p for p in problems if "U+" in p] == [
        "/components/0/name: U+D800 is not a character of a text; U+FFFD is read in its place"
    ]


def test_what_follows_a_file_too_large_in_a_packed_tar_is_read(tmp_path: Path) -> None:
    size = 80 * MEBIBYTE
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz", compresslevel=1) as archive:
        for name in ("big.json", "README.md"):
            data = b"---\nlicense: mit\n---\n" if name == "README.md" else b" " * size
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    claims, problems = _read(tmp_path / "a.tar.gz")
    assert claims
    assert any("big.json" in problem for problem in problems)


def test_links_of_archives_are_told_and_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        link = tarfile.TarInfo("passwd.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        info = zipfile.ZipInfo("passwd.json")
        info.external_attr = 0o120777 << 16
        packed.writestr(info, "/etc/passwd")
    for name in ("a.tar", "a.zip"):
        _, problems = _read(tmp_path / name)
        assert any("passwd.json: a link" in problem for problem in problems)


HEAD = "Model,Organization,Publication date,Parameters,Domain,Task,Link,Training compute (FLOP)\n"


def test_a_long_cell_and_an_open_quote_hide_no_other_row(tmp_path: Path) -> None:
    table = HEAD + f'"{"x" * 200_000}",a\nOak,b,2024-01-01\n"never closed,c\nElm,d,2024-01-01\n'
    rows = list(csv_rows.rows(reading.document(table, "a.csv")))
    assert [row[1]["Model"][:3] for row in rows if not isinstance(row, Problem)] == [
        "xxx",
        "Oak",
        "Elm",
    ]
    assert [row.where for row in rows if isinstance(row, Problem)] == ["L4"]
