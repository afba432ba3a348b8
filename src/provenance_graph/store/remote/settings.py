"""Settings of a remote SPARQL service, from the environment: addresses, credentials, retries.

======================================  ==============================================================
``PROVENANCE_GRAPH_REMOTE_UPDATE``      where updates go, where it is not the address of queries
``PROVENANCE_GRAPH_REMOTE_USER``        a user, with ``…_PASSWORD``; Basic, or Digest where asked for
``PROVENANCE_GRAPH_REMOTE_TOKEN``       a bearer token
``PROVENANCE_GRAPH_REMOTE_HEADERS``     further headers, ``Name: value`` a line
``PROVENANCE_GRAPH_REMOTE_DEFAULT``     the graph that stands for the default graph, on an engine whose
                                        own default graph is the union of all
``PROVENANCE_GRAPH_REMOTE_SECONDS``     seconds that one answer may take (60)
``PROVENANCE_GRAPH_REMOTE_RETRIES``     tries after the first (4)
``PROVENANCE_GRAPH_REMOTE_BATCH``       quads in one update (5000)
======================================  ==============================================================
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from provenance_graph.core.errors import BadIri, UsageError
from provenance_graph.core.iris import Iri, iri, mint

PREFIX = "PROVENANCE_GRAPH_REMOTE_"
DEFAULT_GRAPH = mint("graph", "default")
"""The named graph that stands for the default graph on an engine whose default graph is the
union."""


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """Settings of a service, known before its capabilities are probed."""

    update: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    default_graph: Iri = DEFAULT_GRAPH
    seconds: float = 60.0
    retries: int = 4
    batch: int = 5000
    pause: float = 0.5
    """Seconds before the first retry; the pause doubles with each further one."""

    @classmethod
    def of(cls, environment: Mapping[str, str] | None = None) -> RemoteSettings:
        """The settings in an environment; raises UsageError that names the wrong variable."""
        given = os.environ if environment is None else environment

        def text(name: str) -> str:
            return given.get(PREFIX + name, "").strip()

        def number(name: str, default: float, least: float) -> float:
            try:
                value = float(text(name) or default)
            except ValueError:
                value = least - 1
            if not least <= value < 1e9:
                raise UsageError(f"{PREFIX}{name} must be a number from {least:g} on")
            return value

        try:
            default = iri(text("DEFAULT")) if text("DEFAULT") else DEFAULT_GRAPH
        except BadIri as error:
            raise UsageError(f"{PREFIX}DEFAULT: {error}") from error
        return cls(
            text("UPDATE"),
            text("USER"),
            given.get(PREFIX + "PASSWORD", ""),
            text("TOKEN"),
            _headers(text("HEADERS")),
            default,
            number("SECONDS", 60, 0.1),
            int(number("RETRIES", 4, 0)),
            int(number("BATCH", 5000, 1)),
        )


def _headers(text: str) -> dict[str, str]:
    headers = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise UsageError(f"{PREFIX}HEADERS: {line[:40]!r} is no `Name: value`")
        headers[name.strip()] = value.strip()
    return headers
