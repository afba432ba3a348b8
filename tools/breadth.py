"""Counts of seldom stated facts in the shipped data: the table of ``data/README.md``.

``python -m tools.breadth STORE [--write]`` counts over the accepted view of a store built from
``data/``, prints the table, and with ``--write`` puts it into the page.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provenance_graph.graph import Graph

PAGE = Path(__file__).resolve().parents[1] / "data" / "README.md"
_TABLE = re.compile(r"\| what \| at least \| how many \|\n(?:\|.*\n)+")
_TRAINED_ON = (
    "{ SELECT DISTINCT ?it WHERE { ?m pg:trainedOn|pg:pretrainedOn|pg:finetunedOn"
    "|pg:preferenceTrainedOn|pg:benchmarkDataSeen ?it } }"
)


@dataclass(frozen=True, slots=True)
class Count:
    """One count: its description, a SPARQL pattern that binds ``?it``, and the required minimum."""

    what: str
    pattern: str
    least: int


COUNTS = (
    Count(
        "datasets that models are trained on, or that the training data of a model overlap with "
        "(`pg:trainedOn` and its kinds, `pg:benchmarkDataSeen`)",
        _TRAINED_ON,
        1_000,
    ),
    Count(
        "of these with a licence (`dcterms:license`)",
        f"{_TRAINED_ON} ?it dcterms:license ?licence",
        290,
    ),
    Count(
        "of these with the model that wrote them (`pg:generatedBy`)",
        f"{_TRAINED_ON} ?it pg:generatedBy ?writer",
        20,
    ),
    Count(
        "models and versions with a retirement day, their own or that of an offer of them "
        "(`pg:retirementDate`, `pg:offerOf`)",
        "{ ?it pg:retirementDate ?day } UNION { ?offer pg:offerOf ?it ; pg:retirementDate ?day } "
        "?it a ?kind FILTER(?kind IN (pg:Model, pg:ModelVersion))",
        110,
    ),
    Count(
        "names in interfaces that are bound to the version they mean (`pg:AliasBinding`)",
        "?binding a pg:AliasBinding ; pg:alias ?it ; pg:resolvesTo ?version",
        40,
    ),
    Count(
        "artifacts with a digest (`pg:Artifact`, `pg:digest`)",
        "?it a pg:Artifact ; pg:digest ?digest",
        1_000,
    ),
)


def counted(graph: Graph) -> Iterator[tuple[Count, int]]:
    """Yield each count with its result."""
    for count in COUNTS:
        table = graph.query(f"SELECT (COUNT(DISTINCT ?it) AS ?n) WHERE {{ {count.pattern} }}")
        yield count, int(str(next(iter(table))["n"]))


def table(graph: Graph) -> str:
    """The Markdown table of the page."""
    rows = [f"| {c.what} | {c.least:,} | {n:,} |" for c, n in counted(graph)]
    return "\n".join(["| what | at least | how many |", "|---|---|---|", *rows, ""])


def main(arguments: list[str]) -> int:
    """Print the table, and write it into the page with ``--write``; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("store")
    parser.add_argument("--write", action="store_true", help="put it into data/README.md")
    asked = parser.parse_args(arguments)
    with Graph.open(asked.store) as graph:
        text = table(graph)
    print(text, end="")
    if asked.write:
        page, found = _TABLE.subn(lambda _: text, PAGE.read_text("utf-8"))
        if not found:
            raise SystemExit(f"{PAGE}: no table of counts")
        PAGE.write_text(page, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
