"""A small store and a pool of workers over it."""

from __future__ import annotations

import pytest
from worker_queries import (
    EX,
    SMALL,
)

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import XSD
from provenance_graph.store.embedded import build
from provenance_graph.store.pool.pool import WorkerPool


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("workers") / "store"
    build(
        root,
        (
            (Iri(f"{EX}s{n}"), Iri(EX + "p"), Literal(str(n), XSD.integer), None)
            for n in range(3000)
        ),
    )
    return root


@pytest.fixture(scope="module")
def pool(root):
    with WorkerPool(root, 2, SMALL) as pool:
        yield pool
