"""Draws the lineage of a report as SVG: one column per generation, ordered by barycentre."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance_graph.lineage.answers import LineageAnswer, LineageEdge, LineageNode

WIDTH, HEIGHT, GAP_X, GAP_Y, PAD = 190, 34, 110, 8, 12
SWEEPS = 6
LETTERS = 26
MARKED_AT = 0.7
"""The position of a mark on a line, from 0 at the parent to 1 at the child."""
MAX_RULES = 2
"""The most rules named at a mark; the table below the picture names all."""
ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)


def picture(lineage: LineageAnswer) -> str:
    """Draw an ``<svg>`` with ancestors on the left; only inferred edges are dashed.

    >>> picture({"nodes": [], "edges": []})
    ''
    """
    nodes, edges = lineage["nodes"], lineage["edges"]
    if not edges:
        return ""
    columns = _columns(nodes, edges)
    places, width, height = _positions(columns)
    lines = "".join(_line(edge, places) for edge in edges)
    marks = "".join(_mark(edge, places) for edge in edges)
    boxes = "".join(_box(node, *places[node["iri"]]) for node in nodes)
    title = f"Lineage of {lineage['subject']['label']}: {len(edges)} steps, listed below"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(title)}">{ARROW}{lines}{boxes}{marks}</svg>'
    )


def _column_of(node: LineageNode) -> int:
    sign = {"up": -1, "down": 1}.get(node["side"], 0)
    return sign * int(node["distance"])


def _columns(nodes: Sequence[LineageNode], edges: Sequence[LineageEdge]) -> list[list[str]]:
    """Nodes by generation, each column ordered by the positions of neighbours."""
    where = {node["iri"]: _column_of(node) for node in nodes}
    lowest, highest = min(where.values()), max(where.values())
    columns: list[list[str]] = [[] for _ in range(highest - lowest + 1)]
    for node in nodes:
        columns[where[node["iri"]] - lowest].append(node["iri"])
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
    for position, iri in enumerate(column):
        rank[iri] = position - (len(column) - 1) / 2


def _positions(columns: Sequence[Sequence[str]]) -> tuple[dict[str, tuple[float, float]], int, int]:
    tallest = max(map(len, columns))
    height = tallest * (HEIGHT + GAP_Y) - GAP_Y + 2 * PAD
    places: dict[str, tuple[float, float]] = {}
    for number, column in enumerate(columns):
        top = (height - len(column) * (HEIGHT + GAP_Y) + GAP_Y) / 2
        for row, iri in enumerate(column):
            places[iri] = (PAD + number * (WIDTH + GAP_X), top + row * (HEIGHT + GAP_Y))
    return places, len(columns) * (WIDTH + GAP_X) - GAP_X + 2 * PAD, height


Places = Mapping[str, tuple[float, float]]


def _ends(edge: LineageEdge, places: Places) -> tuple[float, float, float, float] | None:
    """The ends of an edge's line: x1, y1, x2, y2; None if a node is not drawn."""
    start, end = places.get(edge["parent"]), places.get(edge["child"])
    if start is None or end is None:
        return None
    forward = start[0] <= end[0]
    x1, x2 = (start[0] + WIDTH, end[0]) if forward else (start[0], end[0] + WIDTH)
    return x1, start[1] + HEIGHT / 2, x2, end[1] + HEIGHT / 2


def _rules(edge: LineageEdge) -> list[str]:
    return list(dict.fromkeys(one["rule"] for one in edge.get("breaches", ())))


def _line(edge: LineageEdge, places: Places) -> str:
    ends = _ends(edge, places)
    if ends is None:
        return ""
    x1, y1, x2, y2 = ends
    middle = (x1 + x2) / 2
    rules = ", ".join(_rules(edge))
    kind = f"{edge['group']}{' inferred' if edge['inferred'] else ''}{' breach' if rules else ''}"
    title = edge["relationLabel"] + (f"; licence problem: {rules}" if rules else "")
    return (
        f'<path class="{escape(kind)}" marker-start="url(#arrow)" d="M{x1:g} {y1:g}C{middle:g} '
        f'{y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"><title>{escape(title)}</title></path>'
    )


def _mark(edge: LineageEdge, places: Places) -> str:
    """The mark of an edge at which a licence breach begins, with its rules; "" for other edges."""
    ends, rules = _ends(edge, places), _rules(edge)
    if ends is None or not rules:
        return ""
    x1, y1, x2, y2 = ends
    t = MARKED_AT
    bent = 1.5 * t * (1 - t) * (x1 + x2)  # both inner control points are in the middle
    x = (1 - t) ** 3 * x1 + bent + t**3 * x2
    y = y1 + (3 * t**2 - 2 * t**3) * (y2 - y1)
    text = ", ".join(rules[:MAX_RULES])
    if len(rules) > MAX_RULES:
        text += f" +{len(rules) - MAX_RULES}"
    return (
        f'<g class="mark"><circle cx="{x:g}" cy="{y:g}" r="7"/>'
        f'<text x="{x:g}" y="{y + 3.5:g}" class="sign">§</text>'
        f'<text x="{x:g}" y="{y - 9:g}" class="rules">{escape(text)}</text>'
        f"<title>licence problem: {escape(', '.join(rules))}</title></g>"
    )


def _box(node: LineageNode, x: float, y: float) -> str:
    text = node["label"]
    cut = text if len(text) <= LETTERS else f"{text[: LETTERS - 12]}…{text[-11:]}"
    return (
        f'<g class="{escape(node["kind"])} {escape(node["side"])}" transform="translate({x:g} {y:g})">'
        f"<title>{escape(text)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="9" y="21">{escape(cut)}</text></g>'
    )
