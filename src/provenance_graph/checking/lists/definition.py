"""A list of elements as data: one file per list, ``ontology/elements/NAME.toml``.

Each element has its locations in each format, in the form ``SCOPE:PATH``, and the properties of
ours by which a model answers it. One location suffices. A scope with several members (every
component) is met where each member has the element. ``@NAME`` is a reading that a path cannot
express; ``rel.NAME`` is a relationship that begins at the member.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from provenance_graph.core.shipped import Shipped, all_shipped, read_shipped

SCOPES = frozenset({"document", "sbom", "system", "model", "dataset", "component", "type"})


class Element(BaseModel):
    """One element: its id, title, and locations in each format."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    group: str = ""
    spdx3: tuple[str, ...] = ()
    cyclonedx: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()

    @field_validator("spdx3", "cyclonedx")
    @classmethod
    def _places(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for location in given:
            if location.partition(":")[0] not in SCOPES:
                raise ValueError(f"{location!r} begins with none of {', '.join(sorted(SCOPES))}")
        return given


class ElementList(Shipped):
    """A list of elements, with its source and edition."""

    title: str
    edition: str
    source: str
    licence: str
    note: str = ""
    elements: tuple[Element, ...] = Field(alias="element")


def read(path: Path) -> ElementList:
    """A list read from its file; raises UsageError with the place of the fault."""
    return read_shipped(path, ElementList)


@cache
def lists() -> Mapping[str, ElementList]:
    """Every list that ships, by id."""
    return all_shipped("elements", ElementList)
