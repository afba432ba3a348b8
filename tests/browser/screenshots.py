"""Pictures of every view, for the documentation and for looking at.

    python tests/browser/screenshots.py [--store FOLDER] [--out FOLDER] [--all]

Without ``--all``: the few that the documentation shows. With it: every view at three widths,
light and dark.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.extend(str(folder) for folder in (Path(__file__).parent, Path(__file__).parents[1]))

import driving
from test_views import VIEWS

from provenance_graph.core.resources import folder
from provenance_graph.ingest.build import build

WIDTHS = (360, 1024, 1600)
SHOWN = {
    "start": (1400, "light"),
    "model": (1400, "light"),
    "lineage": (1400, "dark"),
    "licences": (800, "light"),
    "disclosure": (1400, "light"),
    "workbench": (1400, "dark"),
    "picture": (1400, "light"),
}
HEIGHT = {360: 740, 800: 900, 1024: 800, 1400: 900, 1600: 900}


def shrink(file: Path) -> None:
    """Fewer colours, a third of the bytes; left as it is where Pillow is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(96).save(file, optimize=True)


def main() -> None:
    """Take them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--store", type=Path, help="a built store; else one is built from data/")
    asked.add_argument("--out", type=Path, default=driving.ROOT / "docs" / "screenshots")
    asked.add_argument("--all", action="store_true")
    words = asked.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        store = words.store
        if store is None:
            store = Path(scratch) / "graph"
            build(folder("data"), store)
        wanted = (
            [(n, w, s) for n in VIEWS for w in WIDTHS for s in ("light", "dark")]
            if words.all
            else [(n, w, s) for n, (w, s) in SHOWN.items()]
        )
        with driving.running(store) as service, driving.browser() as chromium:
            for name, width, scheme in wanted:
                context = chromium.new_context(
                    viewport={"width": width, "height": HEIGHT[width]}, color_scheme=scheme
                )
                page = context.new_page()
                page.goto(service.url + VIEWS[name])
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(300)
                file = words.out / f"{name}-{width}-{scheme}.png"
                page.screenshot(path=file)
                shrink(file)
                context.close()


if __name__ == "__main__":
    main()
