"""The state of an OpenLineage run, accumulated from its events."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.iris import Iri
from provenance_graph.formats import coverage
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.statements import mapping, scalar_text

MAX_FACTS = 500
"""The most facts kept of one run, for each of inputs, outputs, settings and values kept as
stated."""
_SETTINGS = re.compile(r"param|config|hyper|setting|argument", re.IGNORECASE)
"""Names of run facets that hold the settings of the run."""


@dataclass(slots=True)
class OpenRun:
    """The facts that the events of one run have stated so far.

    Often only the first event states the inputs and the code, and only the last the outputs.
    ``made`` and ``inputs`` are entities with their kinds, ``used`` the versions of the inputs,
    ``last`` the latest event with its location, ``open`` whether the run's end is still expected.
    """

    inputs: dict[tuple[Iri, Iri], None] = field(default_factory=dict)
    used: dict[Iri, None] = field(default_factory=dict)
    made: dict[tuple[Iri, Iri], None] = field(default_factory=dict)
    own: list[Leaf] = field(default_factory=list)
    started: str = ""
    ended: str = ""
    code: str = ""
    revision: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    open: bool = False
    last: tuple[str, dict[Any, Any]] = field(default_factory=lambda: ("", {}))

    def add(self, event: dict[Any, Any], own: list[Leaf]) -> None:
        """Add the facts of an event about its run and job."""
        job, facets = mapping(event.get("job")), mapping(mapping(event.get("run")).get("facets"))
        code = mapping(mapping(job.get("facets")).get("sourceCodeLocation"))
        self.code = scalar_text(code.get("url")) or self.code
        self.revision = scalar_text(code.get("version")) or self.revision
        time, state = scalar_text(event.get("eventTime")), event.get("eventType")
        # a facet nominalTime is the time that the run was scheduled for, not when it began
        self.started = self.started or (time if state == "START" else "")
        self.ended = time if state == "COMPLETE" else self.ended
        self.own += own[: MAX_FACTS - len(self.own)]
        for facet, about in facets.items():
            for leaf in coverage.leaves(about, ("",), "") if _SETTINGS.search(str(facet)) else ():
                if not leaf.path[-1].startswith("_") and len(self.settings) < MAX_FACTS:
                    self.settings[".".join(leaf.path[1:])] = scalar_text(leaf.value)

    def uses(self, source: Iri, state: Iri) -> None:
        """Add an input; without a version only where no earlier event stated its version."""
        known = f"/state/{source.removeprefix(iris.ID).removeprefix('in/')}/"
        if state != source or not any(known in each for each in self.used):
            self.used[state] = None
