"""How far one document and one question walk through the package: files entered, changes of file.

Run ``python -m tools.walks STORE`` on a copy of a built store: it imports one card into it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import walk
from provenance_graph.graph import Graph
from provenance_graph.ingest.intake import Options
from provenance_graph.ingest.run import import_documents
from provenance_graph.store.opening import open_writer

CARD = (
    "---\nlicense: apache-2.0\nbase_model: mistralai/Mistral-7B-v0.1\nlanguage: [en]\n---\n"
    "# Tiny {number}\n\nA fine-tuned model.\n"
)


def counted(run: Callable[[], object]) -> tuple[int, int]:
    """Files of the package entered while a function runs, and calls from one into another.

    A reader that is only asked whether it knows the document is not entered.
    """
    entered: set[str] = set()
    changes = 0

    def look(frame: FrameType, event: str, _: object) -> None:
        nonlocal changes
        if event != "call" or "/provenance_graph/" not in frame.f_code.co_filename:
            return
        here = frame.f_code.co_filename
        if "recognise" not in frame.f_code.co_name:
            entered.add(here)
        back = frame.f_back
        if back is not None and "/provenance_graph/" in back.f_code.co_filename:
            changes += back.f_code.co_filename != here

    sys.setprofile(look)
    try:
        run()
    finally:
        sys.setprofile(None)
    return len(entered), changes


def imported(place: Path, folder: Path) -> tuple[int, int]:
    """The walk of a card into a store, once all that is read once per process has been read."""
    known = readers()
    result = (0, 0)
    with open_writer(place) as store:
        for number in range(2):
            card = folder / f"{number}" / "README.md"
            card.parent.mkdir()
            card.write_text(CARD.format(number=card), encoding="utf-8")
            url = f"https://huggingface.co/acme/{folder.name}-{number}/raw/main/README.md"
            documents = walk([str(card)], retrieved="2026-11-28", url=url)
            result = counted(
                lambda documents=documents: import_documents(  # type: ignore[misc]
                    store, documents, known, Options(), lambda *_: None, EvidenceLevels()
                )
            )
    return result


def main() -> None:
    """Print the walks of a card, a profile and a licence answer."""
    place, name = Path(sys.argv[1]), "mistralai/Mistral-7B-v0.1"
    with tempfile.TemporaryDirectory() as folder:
        rows = {"import of a card": imported(place, Path(folder))}
    with Graph.open(str(place)) as graph:
        model = graph.model(name)
        questions: dict[str, Callable[[], object]] = {
            "profile": lambda: model.profile().to_json(),
            "licences": lambda: model.licences("commercial"),
            "ask": lambda: graph.ask("single-source-facts"),
        }
        for title, question in questions.items():
            question()
            rows[title] = counted(question)
    for title, (files, changes) in rows.items():
        print(f"{title:<20} {files:>3} files {changes:>7,} changes of file")


if __name__ == "__main__":
    main()
