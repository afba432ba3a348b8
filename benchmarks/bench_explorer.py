"""Median frame time while panning the explorer in a headless Chromium without a GPU.

    python benchmarks/bench_explorer.py [--store FOLDER] [--sizes 700 5000] [--shots FOLDER]

The lineage is generated (a root, descendants in four generations); the page, its layout and its
drawing are the real ones: the service's answers on lineage are replaced in the browser.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.extend(str(Path(__file__).parents[1] / name) for name in ("tests", "tests/browser"))

import driving

ID = "https://w3id.org/provenance-graph/id/model/"
PAN = """
async () => {
  const stage = document.querySelector('.explore-stage');
  const box = stage.getBoundingClientRect();
  const at = (kind, x, y) => stage.dispatchEvent(new PointerEvent(kind,
    {pointerId: 1, button: 0, clientX: box.left + x, clientY: box.top + y, bubbles: true}));
  stage.setPointerCapture = () => undefined;
  at('pointerdown', 5, 5);
  const frames = [];
  let last = performance.now();
  for (let n = 0; n < 120; n++) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
    at('pointermove', 5 + 3 * n, 5 + (n % 40));
  }
  at('pointerup', 400, 20);
  return frames.slice(5);
}
"""
ZOOM = """
(factor) => {
  const stage = document.querySelector('.explore-stage');
  const box = stage.getBoundingClientRect();
  stage.dispatchEvent(new WheelEvent('wheel', {deltaY: -Math.log(factor) / 0.0015,
    clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, cancelable: true}));
}
"""


def made_up(size: int) -> dict[str, Any]:
    """A generated lineage of ``size`` models, deterministic."""
    chance = random.Random(size)
    nodes = [node("made/root", "self", 0)]
    levels = [["made/root"], [], [], [], []]
    edges = []
    for n in range(size - 1):
        level = chance.choices((1, 2, 3, 4), (6, 4, 2, 1))[0]
        while not levels[level - 1]:
            level -= 1
        name = f"made/model-{n}"
        parent = chance.choice(levels[level - 1])
        levels[level].append(name)
        nodes.append(node(name, "down", level))
        edges.append(edge(name, parent, chance.random() < 0.3))
    return {
        "subject": {"iri": ID + "made/root", "label": "made/root"},
        "direction": "both", "depth": None, "influences": True, "generation": None,
        "nodes": nodes, "edges": edges, "unresolved": [], "cycles": [],
        "modelsChecked": size, "modelsCheckedOf": size, "shown": size, "of": size,
        "truncated": False,
    }  # fmt: skip


def node(name: str, side: str, distance: int) -> dict[str, Any]:
    """One model of the generated lineage."""
    return {
        "iri": ID + name,
        "label": name,
        "kind": "model",
        "side": side,
        "distance": distance,
        "licences": [],
    }


def edge(child: str, parent: str, inferred: bool) -> dict[str, Any]:
    """One edge of the generated lineage."""
    return {
        "child": ID + child,
        "parent": ID + parent,
        "relation": "r",
        "relationName": "fineTunedFrom",
        "relationLabel": "fine-tuned from",
        "group": "derivation",
        "inferred": inferred,
        "weight": "",
        "method": "",
        "evidence": [],
        "contradictedBy": [],
        "breaches": [],
        "contested": False,
    }


def main() -> None:
    """Measure each size, once fully in view and once zoomed in to read."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--store", type=Path, help="a built store; else one is built from data/")
    asked.add_argument("--sizes", type=int, nargs="*", default=[700, 5000])
    asked.add_argument("--shots", type=Path, help="keep a picture of each")
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = words.store
        if store is None:
            from provenance_graph.core.resources import folder
            from provenance_graph.ingest.build import build

            store = Path(scratch) / "graph"
            build(folder("data"), store)
        with driving.running(store) as service, driving.browser() as chromium:
            for size in words.sizes:
                print(json.dumps(measure(service, chromium, size, words.shots)))


def measure(
    service: driving.Service, chromium: Any, size: int, shots: Path | None
) -> dict[str, Any]:
    """Time to open, long tasks and frames of one size, in milliseconds."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    answer = json.dumps(made_up(size))
    page.route(
        "**/lineage?*", lambda route: route.fulfill(body=answer, content_type="application/json")
    )
    page.add_init_script(
        "window.long = []; new PerformanceObserver(l => l.getEntries().forEach(e => "
        "window.long.push(Math.round(e.duration)))).observe({type: 'longtask', buffered: true})"
    )
    page.goto(f"{service.url}/explore?node=made/root&preset=lineage&group=no")
    page.get_by_text(f"{size:,} of {size:,} entities shown").wait_for()
    opened = page.evaluate("performance.now()")
    page.wait_for_timeout(500)
    result: dict[str, Any] = {
        "entities": size,
        "openMs": round(opened),
        "longTasksMs": page.evaluate("long"),
    }
    for what, factor in (("whole", 1.0), ("near", 6.0)):
        page.evaluate(ZOOM, factor)
        page.wait_for_timeout(200)
        frames = page.evaluate(PAN)
        result[what] = {
            "medianFrameMs": round(statistics.median(frames), 1),
            "frame95Ms": round(sorted(frames)[int(len(frames) * 0.95)], 1),
        }
        if shots:
            page.screenshot(path=shots / f"explore-{size}-{what}.png")
    page.close()
    return result


if __name__ == "__main__":
    main()
