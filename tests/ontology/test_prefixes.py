"""One prefix means one namespace in ontology, queries and records."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from provenance_graph.core.iris import PREFIXES

ROOT = Path(__file__).parents[2]
PREFIX = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
FILES = (("ontology", "*.ttl"), ("ontology", "*.rq"), ("queries", "*.rq"), ("data", "*.trig"))


def test_a_prefix_means_one_namespace_everywhere() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for folder, pattern in FILES:
        for path in (ROOT / folder).rglob(pattern):
            for prefix, namespace in PREFIX.findall(path.read_text("utf-8")[:20_000]):
                if prefix:
                    meanings[prefix].add(namespace)
    for prefix, namespace in PREFIXES.items():
        meanings[prefix].add(namespace)
    assert len(meanings) > 20
    assert {prefix: spaces for prefix, spaces in meanings.items() if len(spaces) > 1} == {}
