"""Regenerate the licence sentences of ``docs/licence-sentences.tsv`` from a store.

    python -m tools.licence_sentences [--store var/graph]

A person has reviewed each row: verdict and remark are kept where the sentence is unchanged; for a
changed sentence the verdict is ``to be read``. Exits with 1 where there are such rows.
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

from provenance_graph.graph import Graph
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.model.naming.resolve import resolve

TABLE = Path(__file__).parents[1] / "docs" / "licence-sentences.tsv"
COLUMNS = ("model", "uses", "sentence", "verdict", "remark")


def main() -> int:
    """Write the table; exits 1 where rows remain to be read."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--store", default="var/graph")
    asked.add_argument("--day", default="2026-11-30", help="By the texts in force on that day.")
    given = asked.parse_args()
    rows = list(csv.DictReader(io.StringIO(TABLE.read_text("utf-8")), delimiter="\t"))
    with Graph.open(given.store) as graph:
        snapshot = graph.snapshot()
        licences = LicenceGraph(snapshot)
        for row in rows:
            subject = resolve(snapshot, row["model"])
            report = licences.report(subject, uses=row["uses"].split(), day=given.day)
            sentence = report.sentence.replace(f" (texts of {given.day})", "")  # common to all rows
            if sentence != row["sentence"]:
                row["sentence"], row["verdict"] = sentence, "to be read"
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    TABLE.write_text(text.getvalue(), "utf-8")
    unread = sum(row["verdict"] == "to be read" for row in rows)
    print(f"{len(rows)} sentences, {unread} to be read")
    return 1 if unread else 0


if __name__ == "__main__":
    raise SystemExit(main())
