"""What answers on any model rest on, read before somebody asks: licences, rubrics, findings."""

from __future__ import annotations

from contextlib import suppress

from provenance_graph.assessment.assess import assess_under
from provenance_graph.conflicts.stored import models_index
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.core.iris import Iri
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.rules.stored import basis
from provenance_graph.model.profile import profile
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import INDEXES

RUBRIC = "kg-transparency"
"""The rubric that a model's page shows."""


def read_ahead(access: Access) -> None:
    """Answer once about one model; what that reads is then at hand for all.

    Nothing is made that another process makes: without the indexes of the newest version
    nothing is done, and whoever asks first waits as before.
    """
    with suppress(ProvenanceError, OSError):  # whoever asks is given the reason
        snapshot = access.snapshot()
        folder = snapshot.folder
        names = ("models", "lineage", "breaches")
        if folder is None or not all(
            INDEXES[name].exists(folder, snapshot.version) for name in names
        ):
            return
        first = models_index(snapshot).models({}, text="", sort="name", limit=1, cursor="")
        graph = LicenceGraph(snapshot)
        basis(graph, snapshot.day)
        for row in first.items:
            subject = Iri(row["iri"])
            profile(snapshot, subject)
            graph.report(subject)
            assess_under(snapshot, subject, [RUBRIC])
