"""Lookup of licences in the SPDX list that ships with this software; no service is called."""

from __future__ import annotations

from collections.abc import Iterable

from provenance_graph.acceptance.sssom import prefixes
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.formats.licences.lists import spdx_ids
from provenance_graph.formats.licences.names import normalise
from provenance_graph.linking.lookup import LinkCandidate


class SpdxLookup:
    """Licences of the SPDX list by the spellings that sources use."""

    target = "spdx"
    source = "SPDX's list as shipped"

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """The licence of each name, as a list of one; empty where the list has none."""
        results: dict[str, list[LinkCandidate]] = {}
        for name in dict.fromkeys(names):
            value = normalise(name).value
            id_ = spdx_ids().get(local_name(value).casefold(), "") if value is not None else ""
            listed = bool(id_) and id_ == local_name(value or "")
            iri = Iri(f"{prefixes()['spdx3']}{id_}")
            results[name] = (
                [LinkCandidate(iri, id_, (name,), description="licence")] if listed else []
            )
        return results
