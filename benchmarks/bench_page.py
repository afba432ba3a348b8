"""The speed of the page in a headless Chromium without a GPU.

    python benchmarks/bench_page.py [--store FOLDER]

Per view: first contentful paint, time until complete, and bytes transferred. Then the lineage
picture at 100, 500 and 5,000 nodes (from data to frame; median frame while scrolling) and the heat
map at 2,000 models. The store is generated unless one is given, in which case the large models are
not measured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

sys.path.extend(str(Path(__file__).parents[1] / name) for name in ("tests", "tests/browser"))

import driving

from provenance_graph.ingest.build import build

SIZES = (100, 500, 5000)
MODELS = 2000
BASE = "https://w3id.org/provenance-graph"
HEAD = f"""@prefix pg: <{BASE}/ns#> .
@prefix schema: <https://schema.org/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix pav: <http://purl.org/pav/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<{BASE}/id/record/bench/world/2026-01-01> {{
  <{BASE}/id/record/bench/world/2026-01-01> a pg:SourceRecord ; schema:url <https://example.org/w> ;
    pav:retrievedOn "2026-01-01"^^xsd:date ; pg:defaultBasis pg:DeveloperStatement ;
    prov:wasAttributedTo <{BASE}/id/organization/bench> ; pg:reader "bench" ; pg:readerVersion "1" .
"""
INIT = """
addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
  if (!window.drawn && document.querySelector('.frame svg.picture .box')) {
    window.drawn = -1;
    requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = performance.now(); }));
  }
}).observe(document.body, {childList: true, subtree: true}));
const fetched = window.fetch;
window.fetch = async (...words) => {
  const answer = await fetched(...words);
  if (!String(words[0]).includes('/lineage?')) return answer;
  const parse = answer.json.bind(answer);
  answer.json = async () => { const data = await parse(); window.parsed = performance.now(); return data; };
  return answer;
};
"""
SCROLL = """async (name) => {
  const box = document.querySelector(name), times = [];
  for (let n = 0; n < 60; n++) {
    box.scrollTop = (n * 137) % Math.max(1, box.scrollHeight - box.clientHeight);
    const start = performance.now();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - start);
  }
  return times;
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
SENT = "performance.getEntries().reduce((sum, e) => sum + (e.transferSize || 0), 0)"


def world() -> str:
    """TriG of trees of each size, at most four children a model, and of models with many fields."""
    lines = []
    for size in SIZES:
        for n in range(size):
            parent = (
                f" ; pg:fineTunedFrom <{BASE}/id/model/tree{size}/m{(n - 1) // 4}>" if n else ""
            )
            lines.append(
                f'<{BASE}/id/model/tree{size}/m{n}> a pg:Model ; schema:name "m{n}"{parent} .'
            )
    lines += [
        f'<{BASE}/id/model/wide/m{n}> a pg:Model ; schema:name "Wide {n}" ; '
        f"pg:contextLength {4096 + n} ; pg:parameterCount {10**9 + n} ; pg:layerCount {n % 80} ; "
        f"pg:hiddenSize {n % 9000} ; pg:attentionHeadCount {n % 64} ; pg:vocabularySize {n + 9} ."
        for n in range(MODELS)
    ]
    return HEAD + "\n".join(lines) + "\n}\n"


def generated(folder: Path) -> Path:
    """Build the generated store; return its folder."""
    (folder / "records" / "bench").mkdir(parents=True)
    (folder / "records" / "bench" / "world.trig").write_text(world(), "utf-8")
    build(folder, folder / "graph")
    return folder / "graph"


def view(tab: Any, base: str, path: str) -> None:
    """Print the cold load of one view: paint, completion, bytes transferred."""
    tab.goto(base + path)
    tab.locator("main h1").first.wait_for()
    tab.wait_for_load_state("networkidle")
    whole = tab.evaluate(
        "performance.getEntriesByType('resource').reduce((m, e) => Math.max(m, e.responseEnd), 0)"
    )
    print(
        f"{path:<48} paint {tab.evaluate(PAINT):6.0f} ms  complete {whole:6.0f} ms  {tab.evaluate(SENT) / 1024:7.1f} KiB"
    )


def lineage(tab: Any, base: str, size: int) -> None:
    """Print figures of a tree's picture, with a box for every model."""
    tab.goto(f"{base}/lineage/tree{size}/m0?limit=5000")
    tab.wait_for_function("() => window.drawn > 0", timeout=60_000)
    boxes = tab.locator(".frame .box").count()
    first = tab.evaluate("window.drawn - window.parsed")
    frames = tab.evaluate(SCROLL, ".frame")
    print(
        f"lineage of {size:>5} nodes: {boxes} boxes, first drawn {first:5.0f} ms, frame {median(frames):5.1f} ms"
    )


def heat(tab: Any, base: str) -> None:
    """Print figures of the heat map of all models, of which only visible rows are drawn."""
    tab.goto(f"{base}/disclosure?q=wide&limit={MODELS}")
    tab.locator(".heat tbody td.cell").first.wait_for(timeout=60_000)
    rows = tab.locator(".heat table").get_attribute("aria-rowcount")
    frames = tab.evaluate(SCROLL, ".heat")
    print(f"heat map of {rows} rows: frame {median(frames):5.1f} ms, longest {max(frames):5.1f} ms")


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--store", type=Path, help="measure the views over this store instead")
    asked.add_argument(
        "--views",
        nargs="*",
        default=[
            "/",
            "/models/wide/m1",
            "/lineage/tree100/m1",
            "/disclosure",
            "/conflicts",
            "/sparql",
        ],
    )
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = words.store or generated(Path(folder))
        with driving.running(store) as service, driving.browser() as chromium:
            chromium.new_page().goto(service.url)  # exclude the service's own first answer
            for path in words.views:
                context = chromium.new_context(viewport={"width": 1400, "height": 900})
                view(context.new_page(), service.url, path)
                context.close()
            if words.store is None:
                tab = chromium.new_page()
                tab.add_init_script(INIT)
                for size in SIZES:
                    lineage(tab, service.url, size)
                heat(tab, service.url)


if __name__ == "__main__":
    main()
