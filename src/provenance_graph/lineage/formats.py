"""Serialises a lineage as text or as a graph of another tool, with one function per format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG, PROV
from provenance_graph.lineage.arrays import RELATIONS, Flags, spread
from provenance_graph.lineage.index import KINDS, LineageIndex
from provenance_graph.lineage.results import Edge, EdgeSource, Lineage, Node
from provenance_graph.lineage.words import saying

if TYPE_CHECKING:
    import networkx as nx

    from provenance_graph.lineage.answers import (
        CytoscapeAnswer,
        CytoscapeEdgeElement,
        CytoscapeNodeElement,
    )

_INVERSE = {
    PG.fineTunedFrom: "fine-tuned into",
    PG.adapterOf: "has adapter",
    PG.quantizedFrom: "quantised into",
    PG.mergedFrom: "merged into",
    PG.distilledFrom: "distilled into",
    PG.continuedFrom: "further trained into",
    PG.convertedFrom: "converted into",
    PG.prunedFrom: "pruned into",
    PG.postTrainedFrom: "post-trained into",
    PROV.wasDerivedFrom: "made into",
    PG.trainedOn: "used to train",
    PG.usedSyntheticDataFrom: "wrote data for",
    PG.usedRewardModel: "rewarded",
    PG.usedJudge: "judged",
    PG.usesComponent: "is a component of",
    PG.generatedBy: "wrote",
    PG.benchmarkDataSeen: "was seen by",
    PROV.wasInfluencedBy: "influenced",
    PG.subsetOf: "has the part",
    PG.dedupedFrom: "deduplicated into",
    PG.adaptedFrom: "adapted into",
}


def tree(lineage: Lineage) -> str:
    """Render ancestors and descendants as an indented tree, with evidence in brackets.

    A repeated node is not expanded again. Datasets and other influences are marked ``~``, inferred
    edges ``?``.
    """
    nodes = {node.iri: node for node in lineage.nodes}
    up: dict[Iri, list[Edge]] = defaultdict(list)
    down: dict[Iri, list[Edge]] = defaultdict(list)
    for edge in lineage.edges:
        up[edge.child].append(edge)
        down[edge.parent].append(edge)
    lines = [_title(nodes[lineage.subject])]
    for side, edges in (("up", up), ("down", down)):
        if lineage.direction in (side, "both"):
            inside = {n.iri for n in lineage.nodes if n.side in (side, "self")}
            lines += _branches(lineage.subject, edges, nodes, side, inside)
    lines.append(f"({lineage.extent})")
    if lineage.generation is not None and lineage.total:
        n = lineage.generation
        lines.append(
            f"generation {n}: {n} derivation{'s' * (n != 1)} from an ancestor without recorded parents"
            if n
            else "generation 0: no parent is recorded"
        )
    lines += [
        f"cycle among {cycle.level}s: " + ", ".join(map(short_id, cycle.members[:10]))
        for cycle in lineage.cycles
    ]
    return "\n".join(lines) + "\n"


def _branches(
    start: Iri,
    edges: Mapping[Iri, list[Edge]],
    nodes: Mapping[Iri, Node],
    side: str,
    inside: set[Iri],
) -> Iterator[str]:
    seen = {start}
    waiting = [(edge, 1) for edge in reversed(_sorted(edges[start], side))]
    while waiting:
        edge, depth = waiting.pop()
        other = edge.parent if side == "up" else edge.child
        if other not in inside:
            continue
        again = other in seen
        yield "  " * depth + _branch(edge, nodes[other], side) + (" (above)" if again else "")
        if not again:
            seen.add(other)
            waiting += [(one, depth + 1) for one in reversed(_sorted(edges[other], side))]


def _sorted(edges: list[Edge], side: str) -> list[Edge]:
    """Sort edges: derivations first, then influences, each by name."""
    return sorted(
        edges,
        key=lambda e: (e.group == "influence", e.parent if side == "up" else e.child, e.relation),
    )


def _branch(edge: Edge, other: Node, side: str) -> str:
    mark = "~ " if edge.group == "influence" else ""
    arrow = "↑" if side == "up" else "↓"
    text = f"{arrow} {mark}{saying(edge.relation) if side == 'up' else _INVERSE[edge.relation]} {_title(other)}"
    notes = [f"weight {edge.weight}"] if edge.weight else []
    notes += [edge.method] if edge.method else []
    notes += [f"at revision {edge.revision}"] if edge.revision else []
    if edge.sources:
        bases = sorted({_grounds(source) for source in edge.sources})
        count = len({source.document for source in edge.sources})
        notes.append(f"{count} source{'s' * (count != 1)}: {', '.join(bases)}")
    notes += ["only inferred?"] if edge.inferred else []
    notes += (
        [f"licence: {', '.join(dict.fromkeys(one.rule for one in edge.breaches))}"]
        if edge.breaches
        else []
    )
    if edge.against:
        notes.append("against: " + ", ".join(sorted({short_id(s.publisher) for s in edge.against})))
    return text + (f" [{'; '.join(notes)}]" if notes else "")


def _grounds(source: EdgeSource) -> str:
    """The basis of a statement, with the custody of its record."""
    return f"{source.basis} ({source.custody})" if source.custody else source.basis


def _title(node: Node) -> str:
    stored = ", ".join(local_name(licence) for licence in node.licences)
    kind = "" if node.kind == "model" else f" ({node.kind})"
    return node.label + kind + (f" <{stored}>" if stored else "")


def json_text(lineage: Lineage) -> str:
    """Serialise a lineage as the JSON of the HTTP API."""
    return json.dumps(lineage.to_json(), ensure_ascii=False, indent=2) + "\n"


def dot(lineage: Lineage) -> str:
    """Serialise a lineage for Graphviz; influences are dashed, inferred edges grey."""
    shape = {"model": "box", "dataset": "cylinder", "unresolved": "note"}
    lines = ["digraph lineage {", "  rankdir=BT;", f"  label={_quoted(lineage.extent)};"]
    lines += [
        f"  {_quoted(n.iri)} [label={_quoted(n.label)}, shape={shape[n.kind]}"
        + (", style=bold" if n.side == "self" else "")
        + "];"
        for n in lineage.nodes
    ]
    for edge in lineage.edges:
        style = ", style=dashed" if edge.group == "influence" else ""
        colour = ", color=grey" if edge.inferred else ""
        label = saying(edge.relation) + (f" {edge.weight}" if edge.weight else "")
        lines.append(
            f"  {_quoted(edge.child)} -> {_quoted(edge.parent)} "
            f"[label={_quoted(label)}{style}{colour}];"
        )
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def mermaid(lineage: Lineage) -> str:
    """Serialise a lineage as a Mermaid flowchart for Markdown; influences are dotted."""
    number = {node.iri: f"n{position}" for position, node in enumerate(lineage.nodes)}
    lines = ["flowchart BT", f"  %% {lineage.extent}"]
    for node in lineage.nodes:
        opening, closing = {"model": ("[", "]"), "dataset": ("[(", ")]")}.get(node.kind, (">", "]"))
        label = re.sub(r'["<>&#\n]', lambda m: f"#{ord(m[0])};", node.label)
        lines.append(f'  {number[node.iri]}{opening}"{label}"{closing}')
    for edge in lineage.edges:
        arrow = "-.->" if edge.group == "influence" else "-->"
        guess = " ?" if edge.inferred else ""
        lines.append(
            f"  {number[edge.child]} {arrow}|{saying(edge.relation)}{guess}| {number[edge.parent]}"
        )
    return "\n".join([*lines, ""])


def cytoscape(lineage: Lineage) -> str:
    """Serialise a lineage as elements for Cytoscape and Cytoscape.js."""
    nodes: list[CytoscapeNodeElement] = [
        {
            "data": {
                "id": node.iri,
                "label": node.label,
                "kind": node.kind,
                "side": node.side,
                "distance": node.distance,
                "licences": [local_name(one) for one in node.licences],
            }
        }
        for node in lineage.nodes
    ]
    edges: list[CytoscapeEdgeElement] = [
        {
            "data": {
                "id": f"e{position}",
                "source": edge.child,
                "target": edge.parent,
                "relation": local_name(edge.relation),
                "label": saying(edge.relation),
                "group": edge.group,
                "inferred": edge.inferred,
                "weight": edge.weight,
            }
        }
        for position, edge in enumerate(lineage.edges)
    ]
    cytoscape_answer: CytoscapeAnswer = {
        "elements": {"nodes": nodes, "edges": edges},
        "shown": lineage.extent,
    }
    return json.dumps(cytoscape_answer, ensure_ascii=False, indent=2) + "\n"


def networkx_of(lineage: Lineage) -> nx.MultiDiGraph:
    """Convert a lineage to a networkx graph, with edges from child to parent."""
    import networkx as nx  # heavy; only graphs of that library need it

    graph = nx.MultiDiGraph(shown=lineage.extent)
    for node in lineage.nodes:
        stored = " ".join(local_name(one) for one in node.licences)
        graph.add_node(
            node.iri, label=node.label, kind=node.kind, distance=node.distance, licences=stored
        )
    for edge in lineage.edges:
        graph.add_edge(
            edge.child,
            edge.parent,
            key=local_name(edge.relation),
            relation=local_name(edge.relation),
            group=edge.group,
            inferred=edge.inferred,
            weight=edge.weight,
        )
    return graph


def graphml(lineage: Lineage) -> str:
    """Serialise a lineage as GraphML, for yEd, Gephi and others."""
    import networkx as nx

    graph = networkx_of(lineage)
    clean = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    for _, stored in graph.nodes(data=True):
        stored["label"] = clean.sub("\ufffd", stored["label"])
    out = io.BytesIO()
    nx.write_graphml_xml(graph, out, encoding="utf-8", prettyprint=True, named_key_ids=True)
    return out.getvalue().decode() + "\n"


_COLUMNS = (
    "child",
    "relation",
    "parent",
    "group",
    "inferred",
    "revision",
    "breaches",
    "standing",
    "publisher",
    "basis",
    "custody",
    "retrieved",
    "place",
    "document",
)


def csv_text(lineage: Lineage) -> str:
    """Serialise a lineage as CSV: a row per source of each edge, or one without sources."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for edge in lineage.edges:
        head = (
            short_id(edge.child),
            local_name(edge.relation),
            short_id(edge.parent),
            edge.group,
            "yes" if edge.inferred else "no",
            edge.revision,
            " ".join(dict.fromkeys(one.rule for one in edge.breaches)),
        )
        stated = [("for", one) for one in edge.sources] + [("against", one) for one in edge.against]
        for standing, one in stated:
            document = (one.retrieved, one.locator, one.document)
            who = (standing, short_id(one.publisher), one.basis, one.custody)
            writer.writerow((*head, *who, *document))
        if not stated:
            writer.writerow((*head, *("" for _ in range(len(_COLUMNS) - len(head)))))
    return out.getvalue()


FORMATS: dict[str, Callable[[Lineage], str]] = {
    "tree": tree,
    "json": json_text,
    "csv": csv_text,
    "dot": dot,
    "mermaid": mermaid,
    "graphml": graphml,
    "cytoscape": cytoscape,
}
"""The serialisers by format name."""


def to_networkx(index: LineageIndex, wanted: Flags) -> nx.MultiDiGraph:
    """Convert the index, or its wanted relations, to a networkx graph."""
    import networkx as nx  # heavy; only graphs of that library need it

    names = list(index.names)
    graph = nx.MultiDiGraph()
    for node, name in enumerate(names):
        graph.add_node(
            name,
            kind=KINDS[index.kind[node]],
            licences=" ".join(local_name(one) for one in index.licences_of(node)),
        )
    up = index.up
    nodes = np.arange(len(index), dtype=np.int32)
    children = np.repeat(nodes, np.diff(up.start))
    places = spread(up.start, up.start[1:], nodes)
    retained = wanted[up.code[places]]
    for child, parent, code, guess in zip(
        children[retained].tolist(),
        up.other[places[retained]].tolist(),
        up.code[places[retained]].tolist(),
        up.inferred[places[retained]].tolist(),
        strict=True,
    ):
        relation = local_name(RELATIONS[code])
        graph.add_edge(names[child], names[parent], key=relation, relation=relation, inferred=guess)
    return graph
