"""The web page's explorer in a notebook: an ``anywidget`` over an open graph, without a service.

The picture is drawn by the page's own script (``notebook.js``, built with the page). The neighbours
of an entity are fetched from this process when the reader opens it; nothing is loaded from other
hosts.
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
"""Maximum number of neighbours for each relation that are sent when an entity is opened."""
MIN_HEIGHT, MAX_HEIGHT = 160, 2_000
MAX_NAME = 2_000


def script() -> Path:
    """The path of the built script; raises UsageError where the installation has no web page."""
    file = HERE / "service" / "static" / "notebook.js"
    if not file.is_file():
        raise UsageError(
            "this installation has no web page, which the explorer is part of: install it "
            "without PROVENANCE_GRAPH_SKIP_WEB"
        )
    return file


class Explorer(anywidget.AnyWidget):
    """A widget that draws an entity and its neighbours, and more where the reader opens them.

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
        """The neighbours of an entity, in the JSON of the page; raises NotFound."""
        answer: dict[str, Any] = json.loads(
            dump_json(neighbours(self._snapshot, entity, limit=MAX_NEIGHBOURS))
        )
        return answer

    def _answer(self, _: object, message: object, __: object) -> None:
        """Answer a message of the widget, which requests the neighbours of an entity by its IRI."""
        name = message.get("ask") if isinstance(message, dict) else None
        if not isinstance(name, str) or len(name) > MAX_NAME:
            return
        try:
            self.send({"around": self.around(iri(name))})
        except ProvenanceError as error:
            self.send({"refused": str(error)})
