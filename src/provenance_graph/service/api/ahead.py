"""What answers on any model rest on, read before somebody asks: licences, rubrics, findings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from provenance_graph.assessment.assess import assess_under
from provenance_graph.changes.compare import compare
from provenance_graph.changes.profiles import profile_of
from provenance_graph.conflicts.stored import models_index
from provenance_graph.core import deadline
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.core.iris import Iri
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.rules.stored import basis
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import INDEXES
from provenance_graph.service.processes.giving_way import GivingWay

RUBRIC = "kg-transparency"
"""The rubric that a model's page shows."""


def read_ahead(access: Access, busy: Callable[[], bool] = lambda: False) -> None:
    """Answer once about two models; what that reads is then at hand for all.

    Then the stored indexes are held against their checksums, which nobody has waited for.

    It gives way while ``busy`` says that a request is being answered. Nothing is made that another
    process makes: without the indexes of the newest version nothing is done, and whoever asks first
    waits as before.
    """
    giving_way = deadline.use(GivingWay(busy))
    with giving_way, suppress(ProvenanceError, OSError):  # whoever asks is given the reason
        snapshot = access.snapshot()
        folder = snapshot.folder
        names = ("models", "lineage", "breaches")
        if folder is None or not all(
            INDEXES[name].exists(folder, snapshot.version) for name in names
        ):
            return
        first = models_index(snapshot).models({}, text="", sort="name", limit=2, cursor="")
        graph = LicenceGraph(snapshot)
        basis(graph, snapshot.day)
        subjects = [Iri(row["iri"]) for row in first.items]
        for subject in subjects[:1]:
            profile_of(snapshot, subject)
            graph.report(subject)
            assess_under(snapshot, subject, [RUBRIC])
        if len(subjects) > 1:
            compare(snapshot, subjects)
        access.examine_stored()
