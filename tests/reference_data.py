"""The reference data of small stores: the ontology without what tests of records do not need."""

from __future__ import annotations

from functools import cache

from provenance_graph import reference as parsed_data
from provenance_graph.core.claims import Quad
from provenance_graph.core.resources import ontology_files
from provenance_graph.ingest.shipped import reference_quads


@cache
def everything() -> tuple[Quad, ...]:
    """All reference data, as a build puts it into a store."""
    return tuple(reference_quads())


@cache
def stamped() -> tuple[Quad, ...]:
    """All reference data with its digest, so that it is parsed once for all stores of it."""
    return *everything(), parsed_data.stamp(everything())


@cache
def stamped_terms() -> tuple[Quad, ...]:
    """Terms, policy and codes with their digest: a quarter of all reference data."""
    return *reference(), parsed_data.stamp(reference())


@cache
def reference(*rubrics: str) -> tuple[Quad, ...]:
    """Terms, policy and codes, without SPDX's and licences' nodes; of the rubrics those named."""
    files = [
        path
        for path in ontology_files()
        if not path.stem.startswith(("spdx", "licence"))
        and (path.parent.name != "rubrics" or path.stem in rubrics)
    ]
    return tuple(reference_quads(files))
