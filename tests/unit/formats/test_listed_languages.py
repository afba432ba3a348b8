"""Lists of languages: names and codes are taken, what is no human language is kept as stated."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from provenance_graph.core import iris
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats.catalogues import dpi, opendata
from provenance_graph.formats.document import Reader
from provenance_graph.formats.fields import languages
from tests.reading import read


def _dpi(listed: list[str]) -> str:
    entry = {
        "Unique Dataset Identifier": "acme-a",
        "Dataset Name": "A",
        "Licenses": [],
        "Languages": listed,
    }
    return json.dumps({"acme-a": entry})


def _opendata(listed: list[str]) -> str:
    line = {
        "name": "acme/a",
        "creator_name": "acme",
        "license_name": "MIT License",
        "url": "https://huggingface.co/datasets/acme/a",
        "languages": listed,
    }
    return json.dumps(line) + "\n"


_NOT = ["Code", "unknown", "multilingual", "Python", "C#", "Go", "Jupyter Notebook", "HTML+ERB"]
_ARE = ["English", "Farsi", "Tonga", "Ewe", "yue", "zh-Hant", "Chinese (Hong Kong)", "Modern Greek"]


@pytest.mark.parametrize(
    ("reader", "text", "key", "file"),
    [
        (dpi.READER, _dpi, "Languages", "acme.json"),
        (opendata.READER, _opendata, "languages", "datasets.jsonl"),
    ],
)
def test_what_is_no_human_language_is_kept_as_stated(
    reader: Reader, text: Callable[[list[str]], str], key: str, file: str
) -> None:
    said, problems = read(reader, text([*_ARE, *_NOT]), file)
    assert [str(c.value) for c in said if c.predicate == DCTERMS.language] == _ARE
    kept = [str(c.value) for c in said if c.predicate == PG.otherStatement]
    assert kept == [f"{key}: {name}" for name in _NOT]
    assert problems == []


@pytest.mark.parametrize("code", ["jp", "ns", "zz"])
def test_a_two_letter_code_of_no_language_names_none(code: str) -> None:
    assert not languages.is_named(code)


@pytest.mark.parametrize("code", ["io", "hy", "css", "sql", "elm", "php", "lua"])
def test_codes_that_programming_languages_are_called_as_well_stay_languages(code: str) -> None:
    assert languages.is_named(code)


@pytest.mark.parametrize(
    ("code", "present"),
    [("iw", "he"), ("in", "id"), ("sh", "hbs"), ("bh", "bih"), ("mo-MD", "ro-MD")],
)
def test_a_withdrawn_code_is_read_as_the_present_one_and_stays_as_it_was_stated(
    code: str, present: str
) -> None:
    said, _ = read(opendata.READER, _opendata([code]), "datasets.jsonl")
    (claim,) = [c for c in said if c.predicate == DCTERMS.language]
    assert (str(claim.value), claim.as_stated) == (present, code)
    claim = languages.claim(iris.model("a/b"), present)
    assert (str(claim.value), claim.as_stated) == (present, "")


def test_english_alone_is_the_description_s_and_not_the_data_s() -> None:
    """The catalogue has it of all of its 17,142 data sets that have any: Catalan speech among them."""
    said, problems = read(opendata.READER, _opendata(["en"]), "datasets.jsonl")
    assert not [c for c in said if c.predicate == DCTERMS.language]
    assert [str(c.value) for c in said if c.predicate == PG.otherStatement] == ["languages: en"]
    assert problems == []
