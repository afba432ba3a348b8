"""What is described of licences is stored beside a store, and comes back as it was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from reference_data import everything

from provenance_graph import reference
from provenance_graph.licences.texts import reading
from provenance_graph.licences.texts.catalogue import Licence
from provenance_graph.licences.texts.described import Described, stored_form
from provenance_graph.store.memory import MemoryStore

PARTS = ("passes", "clauses", "texts", "conditions", "uses", "rules", "kinds")


@pytest.fixture(scope="module")
def made() -> Described:
    return reading._described(MemoryStore(everything()))


def fields_of(licences: Mapping[str, Licence]) -> dict[str, object]:
    return {iri: asdict(licence) for iri, licence in licences.items()}


def test_what_is_stored_comes_back_as_it_was_read(made: Described, tmp_path: Path) -> None:
    form = stored_form(tmp_path, reading.__file__)
    assert form.opened("a" * 32, lambda: made) is made
    again = form.opened("a" * 32, lambda: pytest.fail("it is stored"))
    for name in PARTS:
        assert getattr(again, name) == getattr(made, name), name
    assert fields_of(again.licences) == fields_of(made.licences)
    assert fields_of(again.resolved) == fields_of(made.resolved)
    assert len(made.licences) > 60
    assert sum(len(one.clauses) for one in made.licences.values()) > 200


def test_another_digest_and_a_damaged_file_are_read_anew(made: Described, tmp_path: Path) -> None:
    form = stored_form(tmp_path, reading.__file__)
    form.opened("a" * 32, lambda: made)
    (file,) = tmp_path.glob("*.json")
    other = replace(made, kinds={0: "other"})
    for text in ("", "[]", '["' + "a" * 32 + '", {"licences": 3}]', json.dumps(["a" * 32, {}])):
        file.write_text(text, "utf-8")
        assert form.opened("a" * 32, lambda: other) is other
    assert form.opened("a" * 12 + "b" * 20, lambda: made) is made, "one that begins alike"
    assert form.opened("c" * 32, lambda: other) is other
    assert [path.name for path in tmp_path.iterdir()] == [
        f"licences-{'c' * 12}-{form.stamp}.json"
    ], "those of former data are removed"


def test_a_folder_that_cannot_be_written_is_no_error(made: Described, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert stored_form(blocked, reading.__file__).opened("a" * 32, lambda: made) is made


def test_the_next_process_reads_no_quads(tmp_path: Path) -> None:
    class Counted(MemoryStore):
        reads = 0

        def quads(self, *pattern: object, **named: object):  # type: ignore[no-untyped-def]
            Counted.reads += 1
            return super().quads(*pattern, **named)  # type: ignore[arg-type]

    store = Counted([*everything(), reference.stamp(everything())])
    form = stored_form(tmp_path, reading.__file__)
    reference._of_digest.cache_clear()  # another test of this process may have parsed them
    reference.parsed(store, reading._described, form)
    before, Counted.reads = Counted.reads, 0
    reference._of_digest.cache_clear()
    reference.parsed(store, reading._described, form)
    assert before > 500
    assert Counted.reads < 5
