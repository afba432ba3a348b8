"""An import stays a short walk: few files of the package, few calls from one into another."""

from __future__ import annotations

import re
from pathlib import Path

import reference_data

from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core import iris, lexical_forms
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.store.memory import MemoryStore
from tools.walks import CARD, Walk


def test_a_call_inside_a_file_changes_no_file_and_one_into_another_does() -> None:
    alone = Walk(lambda: iris.expand("pg:contextLength"))
    assert (alone.files, alone.changes) == (1, 0)
    two = Walk(lambda: (iris.expand("pg:contextLength"), lexical_forms.is_digits("1")))
    assert two.files == 2
    assert two.changes == 0  # both are called from here, and here is no file of the package


def test_the_import_of_a_card_enters_no_more_files_than_the_manual_says(tmp_path: Path) -> None:
    store = MemoryStore(compile_quads(reference_data.everything(), [], [], day="2026-11-20"))
    known, walks = readers(), []
    for number in range(2):
        card = tmp_path / str(number) / "README.md"
        card.parent.mkdir()
        card.write_text(CARD.format(number=number))
        url = f"https://huggingface.co/acme/walk-{number}/raw/main/README.md"
        documents = list(discover([str(card)], retrieved="2026-11-28", url=url))

        def run(documents: list = documents) -> None:
            report = import_documents(
                store, documents, known, Options(), lambda *_: None, EvidenceLevels()
            )
            assert report.records == 1

        walks.append(Walk(run))
    files, changes = walks[-1].files, walks[-1].changes
    entered = set(walks[-1].calls)
    text = (Path(__file__).parents[3] / "docs" / "architecture.md").read_text("utf-8")
    _, _, table = text.partition("| for the user | files |")
    listed = set(re.findall(r"`([\w/]+)`", table.partition("\n\n")[0]))
    above = {file.removesuffix(".py") for file in entered if not file.startswith("store/")}
    assert above <= listed  # its stores are on disk, this one is in memory
    assert files <= len(listed) == 67
    assert 500 < changes <= 4_000
    assert "matching/keys.py" in entered  # the name gets its keys
    assert "matching/identify.py" not in entered  # and none meets it, so nothing is compared
    assert "assessment/rubrics/rubric.py" not in entered  # of rubrics only what they ask for
