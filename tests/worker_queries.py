"""Queries, limits and looks at processes that the tests of workers share."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from provenance_graph.store.base import Limits
from provenance_graph.store.values import SparqlQuery

linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
JSON, NT = "application/sparql-results+json", "application/n-triples"
EX = "https://example.org/"
POINT = f"SELECT ?o {{ <{EX}s7> <{EX}p> ?o }}"
CROSS = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SLOW = f"SELECT (COUNT(*) AS ?n) {CROSS}"
SMALL = Limits(seconds=120, memory_bytes=256 << 20)


def rows(answer):
    return json.loads(answer.body)["results"]["bindings"]


def check_next(pool):
    assert rows(pool.serialize(SparqlQuery(POINT), JSON))[0]["o"]["value"] == "7"


def at_work(pids):
    """Whether one of some processes has begun to compute: a fifth of a second of processor time."""
    for pid in pids:
        with suppress(OSError):  # it has ended
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            if int(fields[11]) > os.sysconf("SC_CLK_TCK") // 5:
                return True
    return False


def workers_of(pool):
    """The process ids of the pool's workers."""
    children = Path(f"/proc/{pool.spawner.pid}/task/{pool.spawner.pid}/children")
    with suppress(OSError):  # it has just been replaced
        return [int(pid) for pid in children.read_text().split()]
    return []
