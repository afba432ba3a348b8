"""A run of OpenLineage as its events tell it one after another."""

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
"""How much is remembered of one run: inputs, outputs, settings, values that are kept as stated."""
_SETTINGS = re.compile(r"param|config|hyper|setting|argument", re.IGNORECASE)
"""Facets of a run, by their names, that hold what the run was started with."""


@dataclass(slots=True)
class OpenRun:
    """What the events of one run have told so far.

    Each adds to it: often the first alone says what went in and with which code, the last what came
    out. ``made`` and ``inputs`` are entities with their kinds, ``used`` the states that went in,
    ``last`` the latest event with its location, ``open`` whether its end is waited for.
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
        """Take up what an event says of its run and job."""
        job, facets = mapping(event.get("job")), mapping(mapping(event.get("run")).get("facets"))
        code = mapping(mapping(job.get("facets")).get("sourceCodeLocation"))
        self.code = scalar_text(code.get("url")) or self.code
        self.revision = scalar_text(code.get("version")) or self.revision
        nominal = scalar_text(mapping(facets.get("nominalTime")).get("nominalStartTime"))
        time, state = scalar_text(event.get("eventTime")), event.get("eventType")
        self.started = nominal or self.started or (time if state == "START" else "")
        self.ended = time if state == "COMPLETE" else self.ended
        self.own += own[: MAX_FACTS - len(self.own)]
        for facet, about in facets.items():
            for leaf in coverage.leaves(about, ("",), "") if _SETTINGS.search(str(facet)) else ():
                if not leaf.path[-1].startswith("_") and len(self.settings) < MAX_FACTS:
                    self.settings[".".join(leaf.path[1:])] = scalar_text(leaf.value)

    def uses(self, source: Iri, state: Iri) -> None:
        """Take up an input; its bare self not where an earlier event says in which state it was."""
        known = f"/state/{source.removeprefix(iris.ID).removeprefix('in/')}/"
        if state != source or not any(known in each for each in self.used):
            self.used[state] = None
