"""What the service knows of one request beside the request itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from provenance_graph.core.deadline import Deadline
from provenance_graph.service.http.limits import Client


@dataclass(slots=True)
class Call:
    """One request: its id, who sends it, what the log will say, what ends with it.

    ``address`` is where it comes from, ``name`` who counts as one client, ``head`` that only
    the headers of the answer are wanted; ``hold`` counts bytes for the client until the end
    of the request.
    """

    id: str
    address: str
    name: str
    client: Client
    head: bool = False
    deadline: Deadline | None = None
    hold: Callable[[int], object] = lambda _: None
    notes: dict[str, object] = field(default_factory=dict)
    ends: list[Callable[[], object]] = field(default_factory=list)

    @property
    def gone(self) -> bool:
        """Whether the client has left."""
        return "left" in self.notes


def call_of(request: Request) -> Call:
    """What is known of a request; the gateway put it there."""
    result = request.scope["call"]
    assert isinstance(result, Call)
    return result


def header(request: Request, name: str) -> str | None:
    """One header's text; several of one name are one list (RFC 9110 §5.3)."""
    getlist = request.headers.getlist(name)
    return ", ".join(getlist) if getlist else None


def query_string(request: Request) -> bytes:
    """The query string as it was sent."""
    return bytes(request.scope["query_string"])
