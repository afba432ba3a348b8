"""The path of one document and one question through the package: files entered, calls between.

Run ``python -m tools.walks STORE`` on a copy of a built store: it imports one card into it. With
``--files`` it names the files of the import and the functions called in each.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.formats.registry import readers
from provenance_graph.formats.walk import discover
from provenance_graph.graph import Graph
from provenance_graph.ingest.intake import Options, recognise
from provenance_graph.ingest.run import import_documents
from provenance_graph.model.profile import profile
from provenance_graph.store.opening import open_writer

CARD = (
    "---\nlicense: apache-2.0\nbase_model: mistralai/Mistral-7B-v0.1\nlanguage: [en]\n---\n"
    "# Tiny {number}\n\nA fine-tuned model.\n"
)


PACKAGE = "/provenance_graph/"


class Walk:
    """Files of the package entered while a function runs, and calls from one file into another.

    A reader that is only asked whether it recognises the document is not entered. ``calls`` counts
    the functions called, by file.
    """

    def __init__(self, run: Callable[[], object]) -> None:
        self.calls: dict[str, Counter[str]] = defaultdict(Counter)
        self.changes = 0
        self._asking: FrameType | None = None
        sys.setprofile(self._look)
        try:
            run()
        finally:
            sys.setprofile(None)

    @property
    def files(self) -> int:
        """The number of files entered."""
        return len(self.calls)

    def _look(self, frame: FrameType, event: str, _: object) -> None:
        here = frame.f_code.co_filename
        if event == "return" and frame is self._asking:
            self._asking = None
        if event != "call" or PACKAGE not in here:
            return
        back = frame.f_back
        if back is not None and PACKAGE in back.f_code.co_filename:
            self.changes += back.f_code.co_filename != here
        if self._asking is None:
            self.calls[here.rpartition(PACKAGE)[2]][frame.f_code.co_qualname] += 1
            if frame.f_code is recognise.__code__:
                self._asking = frame


def imported(place: Path, folder: Path) -> Walk:
    """The walk of a card's import into a store, after one-time initialisation.

    It is the third of three imports: the second one is the first that names an existing
    organisation.
    """
    known = readers()
    with open_writer(place) as store:
        for number in range(3):
            card = folder / f"{number}" / "README.md"
            card.parent.mkdir()
            card.write_text(CARD.format(number=card), encoding="utf-8")
            url = f"https://huggingface.co/acme/{folder.name}-{number}/raw/main/README.md"
            documents = discover([str(card)], retrieved="2026-11-28", url=url)
            result = Walk(
                lambda documents=documents: import_documents(  # type: ignore[misc]
                    store, documents, known, Options(), lambda *_: None, EvidenceLevels()
                )
            )
    return result


def main() -> None:
    """Print the walks of a card, a profile and a licence answer."""
    place, name = Path(sys.argv[1]), "mistralai/Mistral-7B-v0.1"
    rows: dict[str, Walk] = {}
    with Graph.open(str(place)) as graph:
        model = graph.model(name)
        questions: dict[str, Callable[[], object]] = {
            "profile, stored": model.profile,
            "profile, made": lambda: profile(model.snapshot, model.iri).to_json(),
            "licences": lambda: model.licences("commercial"),
            "ask": lambda: graph.ask("single-source-facts"),
        }
        for title, question in questions.items():
            question()
            rows[title] = Walk(question)
    with tempfile.TemporaryDirectory() as folder:
        rows["import of a card"] = imported(place, Path(folder))
    for title, walked in rows.items():
        print(f"{title:<20} {walked.files:>3} files {walked.changes:>7,} changes of file")
    if "--files" in sys.argv:
        for file, calls in sorted(rows["import of a card"].calls.items()):
            print(f"{file:<44} {', '.join(name for name, _ in calls.most_common(4))}")


if __name__ == "__main__":
    main()
