"""The lineage of a report as plain SVG: a column per generation, ordered by barycentre."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

Json = Mapping[str, Any]
WIDTH, HEIGHT, GAP_X, GAP_Y, PAD = 190, 34, 70, 8, 12
SWEEPS = 6
LETTERS = 28


def picture(lineage: Json) -> str:
    """An ``<svg>``; ancestors on the left, dashed where a source only implies the step.

    >>> picture({"nodes": [], "edges": []})
    ''
    """
    nodes: list[Json] = list(lineage["nodes"])
    edges: list[Json] = list(lineage["edges"])
    if not edges:
        return ""
    columns = _columns(nodes, edges)
    places, width, height = _places(columns)
    lines = "".join(_line(edge, places) for edge in edges)
    boxes = "".join(_box(node, *places[node["iri"]]) for node in nodes)
    title = f"Lineage of {lineage['subject']['label']}: {len(edges)} steps, listed below"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(title)}">{lines}{boxes}</svg>'
    )


def _column_of(node: Json) -> int:
    sign = {"up": -1, "down": 1}.get(node["side"], 0)
    return sign * int(node["distance"])


def _columns(nodes: Sequence[Json], edges: Sequence[Json]) -> list[list[str]]:
    """Nodes by generation, each column ordered by where the neighbours stand."""
    where = {node["iri"]: _column_of(node) for node in nodes}
    least, most = min(where.values()), max(where.values())
    columns: list[list[str]] = [[] for _ in range(most - least + 1)]
    for node in nodes:
        columns[where[node["iri"]] - least].append(node["iri"])
    near: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        near[edge["parent"]].append(edge["child"])
        near[edge["child"]].append(edge["parent"])
    rank: dict[str, float] = {}
    for column in columns:
        _settle(column, rank)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            weight: dict[str, float] = {}
            for iri in column:
                others = [
                    rank[o]
                    for o in near[iri]
                    if o in where and (where[o] < where[iri]) == forward and where[o] != where[iri]
                ]
                weight[iri] = sum(others) / len(others) if others else rank[iri]
            column.sort(key=lambda iri, w=weight: (w[iri], iri))  # type: ignore[misc]
            _settle(column, rank)
    return columns


def _settle(column: Sequence[str], rank: dict[str, float]) -> None:
    for place, iri in enumerate(column):
        rank[iri] = place - (len(column) - 1) / 2


def _places(columns: Sequence[Sequence[str]]) -> tuple[dict[str, tuple[float, float]], int, int]:
    tallest = max(map(len, columns))
    height = tallest * (HEIGHT + GAP_Y) - GAP_Y + 2 * PAD
    places: dict[str, tuple[float, float]] = {}
    for number, column in enumerate(columns):
        top = (height - len(column) * (HEIGHT + GAP_Y) + GAP_Y) / 2
        for row, iri in enumerate(column):
            places[iri] = (PAD + number * (WIDTH + GAP_X), top + row * (HEIGHT + GAP_Y))
    return places, len(columns) * (WIDTH + GAP_X) - GAP_X + 2 * PAD, height


def _line(edge: Json, places: Mapping[str, tuple[float, float]]) -> str:
    start, end = places.get(edge["parent"]), places.get(edge["child"])
    if start is None or end is None:
        return ""
    forward = start[0] <= end[0]
    x1, x2 = (start[0] + WIDTH, end[0]) if forward else (start[0], end[0] + WIDTH)
    y1, y2 = start[1] + HEIGHT / 2, end[1] + HEIGHT / 2
    middle = (x1 + x2) / 2
    kind = f"{edge['group']}{' inferred' if edge['inferred'] else ''}"
    rules = ", ".join(dict.fromkeys(one["rule"] for one in edge.get("breaches", ())))
    kind += " breach" if rules else ""
    title = edge["relationLabel"] + (f"; licence problem: {rules}" if rules else "")
    sign = (
        f'<text class="breach" x="{middle:g}" y="{(y1 + y2) / 2 - 4:g}">§ {escape(rules)}</text>'
        if rules
        else ""
    )
    return (
        f'<path class="{escape(kind)}" d="M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} '
        f'{x2:g} {y2:g}"><title>{escape(title)}</title></path>{sign}'
    )


def _box(node: Json, x: float, y: float) -> str:
    shown = node["label"]
    cut = shown if len(shown) <= LETTERS else f"{shown[: LETTERS - 12]}…{shown[-11:]}"
    return (
        f'<g class="{escape(node["kind"])} {escape(node["side"])}" transform="translate({x:g} {y:g})">'
        f"<title>{escape(shown)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="9" y="21">{escape(cut)}</text></g>'
    )
