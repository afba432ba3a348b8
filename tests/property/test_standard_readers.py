"""No document makes a reader of indices, bills of materials or JSON-LD raise anything but SourceError."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples import sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import document

from provenance_graph.core import rdf
from provenance_graph.core.claims import Problem, Record
from provenance_graph.core.errors import SourceError
from provenance_graph.formats.document import Reader
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers

GOLDEN = Path(__file__).parents[1] / "golden"
FORMATS = ("croissant", "cyclonedx", "epoch", "fair4ml", "fmti", "mot", "osai", "spdx3")
SUFFIX = {"epoch": "csv", "fmti": "csv", "mot": "yaml", "osai": "yaml"}
READERS = [readers()[name] for name in FORMATS]
CASES = {name: sorted(GOLDEN.glob(f"{name}/*/input*")) for name in FORMATS}
QUICK = settings(
    max_examples=sample(15, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
by_format = pytest.mark.parametrize("reader", READERS, ids=FORMATS)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**301),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["", "-", "\x00", "\ud800", "https://x.org/ a", "pkg:huggingface//@#", "10.1/x", "1e999",
         "2025-02-31", "0001-01-01", "@id", "unknown", "9" * 400, "a\u2028b", "http://[", "%ZZ"]
    ),
)  # fmt: skip
keys = st.one_of(
    st.text(max_size=12), st.sampled_from(["@id", "@value", "name", "url", "en", "type"])
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def survive(reader: Reader, data: bytes, name: str) -> None:
    """Reading either raises SourceError or gives claims that RDF can carry."""
    it = document(data, name)
    try:
        results = list(records_of(reader, it))
    except SourceError:
        return
    records = [item for item in results if isinstance(item, Record)]
    assert rdf.read_trig(rdf.write_trig(records)) == records
    for problem in results:
        assert isinstance(problem, Record) or (isinstance(problem, Problem) and str(problem))


@by_format
@QUICK
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(reader: Reader, data: bytes) -> None:
    survive(reader, data, f"x.{SUFFIX.get(reader.format, 'json')}")


@by_format
@QUICK
@given(data=st.data())
def test_a_golden_document_with_bytes_changed_is_read_or_refused(
    reader: Reader, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(CASES[reader.format]))
    raw = path.read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 40)))
    survive(reader, raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:], path.name)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of every part of a parsed document."""
    results = [path]
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        results += places(inner, (*path, key))
    return results


STRUCTURED = [reader for reader in READERS if SUFFIX.get(reader.format) != "csv"]


@pytest.mark.parametrize("reader", STRUCTURED, ids=lambda reader: reader.format)
@QUICK
@given(data=st.data())
def test_a_golden_document_with_any_part_replaced_is_read_or_refused(
    reader: Reader, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from([p for p in CASES[reader.format] if p.suffix != ".xml"]))
    text = path.read_text()
    whole = yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)
    changed = copy.deepcopy(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from([p for p in places(changed) if p]))
        parent = changed
        for step in above:
            parent = parent[step]
        parent[last] = data.draw(trees)
    if not above and not isinstance(changed, (dict, list)):
        return
    # JSON is YAML where its escapes are: both readers of YAML take it under that name
    survive(reader, json.dumps(changed).encode(), path.name)


@by_format
def test_bombs_are_refused_in_time(reader: Reader) -> None:
    suffix = SUFFIX.get(reader.format, "json")
    aliases = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )
    for text in ("[" * 100_000, '{"a":' * 50_000, aliases, "x," * 500_000, '"' + "x" * 10**6):
        survive(reader, text.encode(), f"x.{suffix}")


@by_format
def test_a_huge_scalar_in_any_place_is_cut(reader: Reader) -> None:
    huge = "x" * 1_000_000
    for path in CASES[reader.format]:
        text = path.read_text()
        for old in ("Example", "example-7b", "Odd", "MIT"):
            it = document(text.replace(old, huge, 1).encode(), path.name)
            try:
                results = list(records_of(reader, it))
            except SourceError:
                continue
            for record in results:
                if isinstance(record, Record):
                    assert all(len(claim.subject) < 2_000 for claim in record.claims)
                    assert all(len(str(claim.value)) < 2_000 for claim in record.claims)
