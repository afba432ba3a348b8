"""Read ahead, before the first request, the data behind every answer on a model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from provenance_graph.assessment.assess import assess_under
from provenance_graph.assessment.rubrics.rubric import DEFAULT_RUBRIC
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


def read_ahead(access: Access, busy: Callable[[], bool] = lambda: False) -> None:
    """Compute one answer of each kind for the first two models, so that shared data is in memory.

    The shared data are indexes, the licence catalogue, rubrics and licence findings. Afterwards the
    stored indexes are compared with their recorded checksums, outside any request.

    The work pauses while ``busy`` returns True, that is while a request is being answered. It makes
    no index that another process makes: if an index of the newest version is missing, it returns at
    once, and the first request waits for that index. Errors are not raised here; a request that
    meets the same error reports it.
    """
    giving_way = deadline.use(GivingWay(busy))
    with giving_way, suppress(ProvenanceError, OSError):  # a request that fails likewise reports it
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
            assess_under(snapshot, subject, [DEFAULT_RUBRIC])
        if len(subjects) > 1:
            compare(snapshot, subjects)
        access.examine_stored()
