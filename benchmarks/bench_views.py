"""Every view of the page against its limits, in a headless Chromium without a GPU.

    python benchmarks/bench_views.py --store FOLDER [--out FILE] [--views NAME…]

Per view, cold: kilobytes transferred, arrival of the last data, tasks over 50 ms, layout shift at
three widths, and the findings of axe (target sizes too). Then memory over 200 navigations, and the
explorer with 700 and 5,000 generated models. Exceeded limits are named; the figures are written to
``benchmarks/results/views.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.extend(str(Path(__file__).parents[1] / name) for name in ("tests", "tests/browser"))

import bench_explorer
import driving
from test_views import VIEWS

WIDTHS = (1600, 1024, 360)
BOUNDS = {"firstKb": 60, "viewKb": 250, "shift": 0.05, "longTaskMs": 200, "frameMs": 33}
"""Limits of a view; long tasks are counted at 700 entities, frames at 5,000."""
NAVIGATIONS = 200
WATCH = """
window.shift = 0; window.long = [];
new PerformanceObserver(l => l.getEntries().forEach(e => { if (!e.hadRecentInput) window.shift += e.value }))
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(l => l.getEntries().forEach(e => window.long.push(Math.round(e.duration))))
  .observe({type: 'longtask', buffered: true});
"""
LAST = "Math.max(0, ...performance.getEntriesByType('resource').map(e => e.responseEnd))"
GO = """path => { const a = document.createElement('a'); a.href = path;
  document.querySelector('.app').append(a); a.click(); a.remove(); }"""


def view(service: driving.Service, chromium: Any, path: str) -> dict[str, Any]:
    """The figures of one view."""
    result: dict[str, Any] = {"shift": {}}
    for width in WIDTHS:
        context = chromium.new_context(viewport={"width": width, "height": 800})
        tab = driving.Page(context.new_page(), service.url)
        tab.page.add_init_script(WATCH)
        wire = context.new_cdp_session(tab.page)
        wire.send("Network.enable")
        sizes: list[float] = []
        wire.on(
            "Network.loadingFinished", lambda e, into=sizes: into.append(e["encodedDataLength"])
        )
        tab.open(path)
        tab.page.wait_for_load_state("networkidle")
        tab.page.wait_for_timeout(400)
        result["shift"][str(width)] = round(tab.page.evaluate("shift"), 3)
        if width == WIDTHS[0]:
            result["kb"] = round(sum(sizes) / 1024)
            result["dataMs"] = round(tab.page.evaluate(LAST))
            result["longTasksMs"] = tab.page.evaluate("long")
            result["axe"] = tab.violations()
        context.close()
    return result


def memory(service: driving.Service, chromium: Any) -> dict[str, Any]:
    """Heap and listeners after 20 and after 200 navigations within the page."""
    page = chromium.new_page()
    page.goto(service.url)
    wire = page.context.new_cdp_session(page)
    paths = [VIEWS[name] for name in ("model", "conflicts", "picture", "impact", "start")]
    result: dict[str, Any] = {}
    for n in range(1, NAVIGATIONS + 1):
        page.evaluate(GO, paths[n % len(paths)])
        page.wait_for_load_state("networkidle")
        page.locator("main h1").first.wait_for()
        if n in (20, NAVIGATIONS):
            wire.send("HeapProfiler.collectGarbage")
            heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
            counts = wire.send("Memory.getDOMCounters")
            result[str(n)] = {"heapMb": round(heap, 1), "listeners": counts["jsEventListeners"]}
    page.close()
    return result


def missed(views: dict[str, Any], explorer: list[dict[str, Any]]) -> list[str]:
    """The exceeded limits, in words."""
    found = []
    for name, cost in views.items():
        most = BOUNDS["firstKb"] if name == "start" else BOUNDS["viewKb"]
        if cost["kb"] > most:
            found.append(f"{name}: {cost['kb']} kB on the wire, at most {most}")
        found += [
            f"{name} at {width}: layout shift {shift}"
            for width, shift in cost["shift"].items()
            if shift >= BOUNDS["shift"]
        ]
        found += [f"{name}: axe {violation}" for violation in cost["axe"]]
    for scene in explorer:
        slow = [ms for ms in scene["longTasksMs"] if ms > BOUNDS["longTaskMs"]]
        if scene["entities"] == 700 and slow:
            found.append(f"700 entities: tasks of {slow} ms")
        found += [
            f"{scene['entities']} entities {what}: frame {scene[what]['medianFrameMs']} ms"
            for what in ("whole", "near")
            if scene[what]["medianFrameMs"] > BOUNDS["frameMs"]
        ]
    return found


def main() -> None:
    """Measure, print, write the results."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--store", type=Path, required=True, help="a built store")
    kept = Path(__file__).parent / "results" / "views.json"
    asked.add_argument("--out", type=Path, default=kept)
    asked.add_argument("--views", nargs="*", default=list(VIEWS))
    words = asked.parse_args()
    with driving.running(words.store) as service, driving.browser() as chromium:
        chromium.new_page().goto(service.url)
        load = os.getloadavg()[0]
        views: dict[str, Any] = {}
        for name in words.views:
            views[name] = view(service, chromium, VIEWS[name])
            print(name, json.dumps(views[name]), flush=True)
        explorer = [bench_explorer.measure(service, chromium, size, None) for size in (700, 5000)]
        print(json.dumps(explorer), flush=True)
        used = memory(service, chromium)
    over = missed(views, explorer)
    result = {
        "loadOfMachine": round(load, 1),
        "bounds": BOUNDS,
        "views": views,
        "explorer": explorer,
        "memory": used,
        "missed": over,
    }
    words.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(used), *(over or ["every bound is met"]), sep="\n")


if __name__ == "__main__":
    main()
