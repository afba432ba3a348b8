"""SPDX documents against NTIA, FSCT3 and BSI, compared with `ntia-conformance-checker`.

    python benchmarks/check_elements.py FOLDER [--out FILE.json]

Every SPDX 3 document of the folder is checked against the three lists by both, element by element.
A document that the checker cannot load because of the form of a time or an unknown property is
repaired and compared in that form; one that it cannot load at all is counted with the reason, and
is still checked here.
"""

from __future__ import annotations

import argparse
import json
import logging
import pkgutil
import re
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from provenance_graph.checking.lists.checker import MET, ElementChecker, list_named
from provenance_graph.checking.lists.spdx import SpdxView

CHECKERS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "ntia": ("ntia_checker:NTIAChecker", "ntia", ("name", "version", "identifier", "supplier", "author",
                                   "timestamp", "dependencies")),
    "fsct3": ("fsct_checker:FSCT3Checker", "fsct3-min", ("name", "version", "identifier", "supplier", "licence",
              "copyright", "author", "timestamp", "type", "dependencies")),
    "bsi": ("bsi_checker:BSIChecker", "bsi", ("creator", "timestamp", "completeness", "name", "version",
            "component-creator", "filename", "executable", "archive", "structured", "licence",
            "sha512")),
}  # fmt: skip
"""The checkers, their names of the standards, and our elements in the order of their tables."""


def check(path: Path, name: str) -> Any:
    """The checker's findings in a document; imported on use, since that takes a second."""
    place, standard, _ = CHECKERS[name]
    checker = pkgutil.resolve_name(f"ntia_conformance_checker.{place}")
    return checker(str(path), compliance=standard, sbom_spec="spdx3")


def theirs(value: dict[str, Any], name: str) -> tuple[dict[str, bool], str]:
    """The checker's findings by label, or the reason why it cannot load the document."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.spdx3.json")
        path.write_text(json.dumps(value))
        try:
            done = check(path, name)
        except Exception as error:  # noqa: BLE001 - whatever the other tool raises is its answer
            return {}, f"{type(error).__name__}: {error}"[:120]
    if done.parsing_errors or not done.table_elements or not done.doc:
        return {}, "; ".join(map(str, done.parsing_errors))[:120] or "not loaded"
    return {label: bool(met) for label, met in done.table_elements}, ""


def mended(value: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, bool], str]:
    """The document with repaired times and without unknown properties, and its findings."""
    found, why = theirs(value, name)
    if "datetime" in why or "Unknown property" in why:
        moments = re.sub(r"(T\d\d:\d\d:\d\d)(?:\.\d+)?\+00:00", r"\1Z", json.dumps(value))
        value = json.loads(moments)
        found, why = theirs(value, name)
    for _ in range(40):
        unknown = re.search(r"Unknown property '([^']+)'", why)
        if unknown is None:
            break
        value = {
            **value,
            "@graph": [
                {k: v for k, v in one.items() if k != unknown[1] or one["type"] == "CreationInfo"}
                for one in value.get("@graph", ())
            ],
        }
        found, why = theirs(value, name)
    return value, found, why


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    compared: Counter[str] = Counter()
    unread: dict[str, str] = {}
    differ: list[str] = []
    documents = repaired = 0
    for path in sorted(given.folder.rglob("*.json*")):
        try:
            value = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        if not isinstance(value, dict) or "spdx.org/rdf/3" not in json.dumps(value.get("@context")):
            continue
        documents += 1
        for name in CHECKERS:
            read, found, why = mended(value, name)
            if why:
                unread[path.name] = why
                continue
            repaired += read is not value
            results = ElementChecker(list_named(name)).results(SpdxView(read), "spdx3", ())
            ours = {one.element.id: one.status for one in results}
            for element, (label, met) in zip(CHECKERS[name][2], found.items(), strict=False):
                compared[name] += 1
                if (ours[element] == MET) != met:
                    differ.append(f"{path.name}: {name} {label}: {met}, ours {ours[element]}")
    result = {
        "documents": documents,
        "compared with times and properties mended": repaired // len(CHECKERS),
        "elements compared": dict(compared),
        "differences": differ,
        "the checker cannot load": unread,
    }
    print(json.dumps(result, indent=1))
    if given.out:
        given.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
