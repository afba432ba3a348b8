"""Write the page's copies of package data: ``web/openapi.json``, and tables in ``web/src``.

The page is built where the package is not installed yet, so the files are committed; tests compare
them with the service. Run ``python -m tools.openapi`` after a change.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from provenance_graph.assessment.levels.glyphs import GLYPHS
from provenance_graph.conflicts.kinds import DEFAULT, KINDS
from provenance_graph.core import terms
from provenance_graph.core.iris import local_name
from provenance_graph.model.disclosure import states as disclosure_states
from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.settings import Settings

WEB = Path(__file__).parents[1] / "web"
WHERE = WEB / "openapi.json"
STATES, LEVELS = WEB / "src" / "states.json", WEB / "src" / "levels.json"
CONFLICTS = WEB / "src" / "conflictkinds.json"
RELATIONS = WEB / "src" / "relations.json"


def description() -> str:
    """The OpenAPI document of the service as text; no store is opened for it."""
    settings = Settings(workers=1, access_log="")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        app = create_app(PoolBackend(root, settings), settings=settings, routers=routers(root))
        return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


def states() -> str:
    """Glyph, word, meaning and letter of every state of a field, by its key, as JSON."""
    table = {
        state.key: {
            "glyph": state.glyph,
            "word": state.label,
            "meaning": state.meaning,
            "letter": state.letter,
        }
        for state in disclosure_states.STATES.values()
    }
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def levels() -> str:
    """The glyph of every level of evidence, by its word, as JSON."""
    return json.dumps(dict(GLYPHS), ensure_ascii=False, indent=2) + "\n"


def conflicts() -> str:
    """Labels of the kinds of conflict, worst first, and the kinds listed by default, as JSON."""
    table = {"kinds": dict(KINDS), "default": DEFAULT}
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def relations() -> str:
    """Names of the relations from a model to its parents as JSON; answers carry their labels."""
    names = [local_name(relation) for relation in (*terms.DERIVATIONS, *terms.INFLUENCES)]
    return json.dumps(names, indent=2) + "\n"


def main() -> None:
    """Write all files."""
    WHERE.write_text(description(), "utf-8")
    STATES.write_text(states(), "utf-8")
    LEVELS.write_text(levels(), "utf-8")
    CONFLICTS.write_text(conflicts(), "utf-8")
    RELATIONS.write_text(relations(), "utf-8")


if __name__ == "__main__":
    main()
