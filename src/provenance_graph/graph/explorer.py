"""The page's explorer in a notebook: an ``anywidget`` over an open graph, without a service.

The picture is the page's own (``notebook.js``, built with it). What is around an entity is
asked of this process when it is opened; nothing is loaded from anywhere else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.errors import ProvenanceError, UsageError
from provenance_graph.core.iris import Iri, iri
from provenance_graph.core.resources import HERE
from provenance_graph.core.results import dump_json
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.pages.neighbours import neighbours

MAX_NEIGHBOURS = 12
"""So many neighbours of each relation are handed over when an entity is opened."""
MIN_HEIGHT, MAX_HEIGHT = 160, 2_000
MAX_NAME = 2_000


def script() -> Path:
    """The built script; raises UsageError where the page was left out of the installation."""
    file = HERE / "service" / "static" / "notebook.js"
    if not file.is_file():
        raise UsageError(
            "this installation has no web page, which the explorer is part of: install it "
            "without PROVENANCE_GRAPH_SKIP_WEB"
        )
    return file


class Explorer(anywidget.AnyWidget):
    """The picture around an entity, which grows where the reader opens it.

    ``chosen`` is the IRI of the entity that the reader chose last; ``observe`` it to react.
    """

    start = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(480).tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, snapshot: AcceptedSnapshot, about: str, height: int = 480) -> None:
        if not MIN_HEIGHT <= height <= MAX_HEIGHT:
            raise UsageError(f"height is in pixels, from {MIN_HEIGHT} to {MAX_HEIGHT}")
        self._snapshot = snapshot
        first = find_entity(snapshot, about).iri
        super().__init__(
            _esm=script().read_text(encoding="utf-8"),
            start=self.around(first),
            height=height,
            chosen=first,
        )
        self.on_msg(self._answer)

    def around(self, entity: Iri) -> dict[str, Any]:
        """What is around an entity, as the page gets it; raises NotFound."""
        answer: dict[str, Any] = json.loads(
            dump_json(neighbours(self._snapshot, entity, limit=MAX_NEIGHBOURS))
        )
        return answer

    def _answer(self, _: object, message: object, __: object) -> None:
        """Answer the picture, which asks for what is around an entity by its IRI."""
        name = message.get("ask") if isinstance(message, dict) else None
        if not isinstance(name, str) or len(name) > MAX_NAME:
            return
        try:
            self.send({"around": self.around(iri(name))})
        except ProvenanceError as error:
            self.send({"refused": str(error)})
