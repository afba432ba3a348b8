"""The shipped data holds as much of what others seldom state as its page says at least."""

from __future__ import annotations

from pathlib import Path

from provenance_graph.graph import Graph
from tools import breadth


def test_the_shipped_data_holds_at_least_what_its_page_promises(shipped: Path) -> None:
    page = breadth.PAGE.read_text(encoding="utf-8")
    with Graph.open(str(shipped)) as graph:
        counts = list(breadth.counted(graph))
    assert [count.what for count, n in counts if n < count.least] == []
    for count, _ in counts:
        assert f"| {count.what} | {count.least:,} |" in page
