"""Write ``web/openapi.json``: the description of the service, from which the page's types come.

The page is built where the package is not installed yet, so that the description is kept; a
test holds it equal to what the service says. Run ``python -m tools.openapi`` after a change.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from provenance_graph.service.api.routers import routers
from provenance_graph.service.app import create_app
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.settings import Settings

WHERE = Path(__file__).parents[1] / "web" / "openapi.json"


def description() -> str:
    """The OpenAPI document of the service as text; no store is opened for it."""
    settings = Settings(workers=1, access_log="")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        app = create_app(PoolBackend(root, settings), settings=settings, routers=routers(root))
        return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write the document."""
    WHERE.write_text(description(), "utf-8")


if __name__ == "__main__":
    main()
