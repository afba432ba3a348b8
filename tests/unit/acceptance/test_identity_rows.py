"""Mappings of names: by repository, in SSSOM, and what they merge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from claims_made import POLICY, M, held

from provenance_graph.acceptance.identity import canonical, hub_name, repository_model
from provenance_graph.acceptance.sssom import read_sssom, read_table, write_sssom
from provenance_graph.acceptance.view import view_of
from provenance_graph.core import iris
from provenance_graph.core.errors import RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG, PROV

# ---- identity -----------------------------------------------------------------------------


def test_one_hub_repository_maps_and_two_do_not() -> None:
    hub = [Iri("https://huggingface.co/org/a"), Iri("https://huggingface.co/org/a/tree/main")]
    assert repository_model(hub) == iris.model("org/a")
    assert repository_model([*hub, Iri("https://huggingface.co/org/b")]) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/datasets/org/a",
        "https://huggingface.co/org",
        "https://example.org/a/b",
    ],
)
def test_an_address_that_is_no_model_repository_maps_nothing(url: str) -> None:
    assert hub_name(url) == ""


def test_a_cycle_of_mappings_ends_at_one_name_from_everywhere() -> None:
    ring = {Iri("urn:a"): Iri("urn:b"), Iri("urn:b"): Iri("urn:c"), Iri("urn:c"): Iri("urn:a")}
    assert {canonical(name, ring.get, lambda _: None) for name in ring} == {"urn:a"}


HEAD = "#mapping_set_id: https://example.org/s\n#license: https://example.org/l\n"
COLUMNS = "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\n"


def test_sssom_is_read_with_its_prefixes() -> None:
    text = HEAD + '#curie_map:\n#  ex: "https://example.org/"\n' + COLUMNS
    (row,) = read_sssom(
        text + "ex:a\tskos:exactMatch\t\tid:model/org/a\tsemapv:ManualMappingCuration\n"
    )
    assert (row.subject, row.object, row.merges) == (
        "https://example.org/a",
        iris.model("org/a"),
        True,
    )


def test_a_negated_mapping_merges_nothing() -> None:
    (row,) = read_sssom(
        HEAD + COLUMNS + "id:a\tskos:exactMatch\tNot\tid:b\tsemapv:ManualMappingCuration\n"
    )
    assert not row.merges


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("id:a b\tskos:exactMatch\t\tid:b\tx", "line 4: .*spaces: a b"),
        ("id:a\tskos:exactMatch\tMaybe\tid:b\tx", "neither empty nor 'Not'"),
        ("id:a\tskos:exactMatch\t\tid:b\tx\ty\tz", "7 cells, 5 columns"),
    ],
)
def test_a_bad_row_is_named_by_its_line(line: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        read_sssom(HEAD + COLUMNS + line + "\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nothere:a\tskos:exactMatch\t\tid:b\tsemapv:LexicalMatching", "line 4.*nothere"),
        ("id:a\tskos:exactMatch\t\t\tsemapv:LexicalMatching", "line 4: object_id is empty"),
    ],
)
def test_a_row_that_sssom_forbids_is_named_by_its_line(line: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        read_sssom(HEAD + COLUMNS + line + "\n")


@pytest.mark.parametrize("name", ["identity.sssom.tsv", "crosswalk.sssom.tsv"])
def test_the_shipped_tables_come_back_as_they_were_read(name: str) -> None:
    table = read_table((folder("data") / name).read_text(encoding="utf-8"), name)
    written = write_sssom(table.rows, table.header)
    again = read_table(written, name)
    assert again.rows == table.rows
    assert write_sssom(again.rows, again.header) == written


def test_missing_columns_are_named() -> None:
    with pytest.raises(RecordError, match="object_id"):
        read_sssom("subject_id\tpredicate_id\nid:a\tskos:exactMatch\n")


@pytest.mark.parametrize("relation", [PG.fineTunedFrom, PG.usedJudge, PROV.wasDerivedFrom])
def test_nothing_descends_from_itself(relation: Iri) -> None:
    quads = view_of(M, [held(M, predicate=relation)], [M], POLICY).quads
    assert not [q for q in quads if q[2] == M]


@pytest.mark.parametrize("home", ["home", "/proc/nowhere"])
def test_tables_are_read_where_the_home_folder_cannot_be_written_and_leave_nothing_there(
    home: str, tmp_path: Path
) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYSTOW")}
    table = tmp_path / "one.sssom.tsv"
    row = "id:model/a/b\tskos:exactMatch\t\tid:model/c/d\tsemapv:ManualMappingCuration\n"
    table.write_text(HEAD + COLUMNS + row)
    reads = (
        "import sys; from provenance_graph.acceptance.sssom import read_table;"
        "print(len(read_table(open(sys.argv[1]).read()).rows))"
    )
    done = subprocess.run(
        [sys.executable, "-c", reads, str(table)],
        env={**environment, "HOME": str(tmp_path / home), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert [path.name for path in tmp_path.iterdir()] == [table.name]
