"""State of one request that the service keeps beside the request itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from provenance_graph.core.deadline import Deadline
from provenance_graph.service.http.limits import Client


@dataclass(slots=True)
class Call:
    """One request: its id, its client, fields for the log, and callbacks for its end.

    ``address`` is the client's network address, ``name`` the key under which it counts as one
    client. ``head``: only the headers of the answer are sent. ``hold`` counts bytes for the client
    until the request ends. ``notes`` go to the log; ``ends`` are called at the end, the last one
    first.
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
        """Whether the client has disconnected."""
        return "left" in self.notes


def call_of(request: Request) -> Call:
    """The call that the gateway attached to a request."""
    result = request.scope["call"]
    assert isinstance(result, Call)
    return result


def header(request: Request, name: str) -> str | None:
    """The value of a header, or None; values of repeated headers are joined (RFC 9110 §5.3)."""
    getlist = request.headers.getlist(name)
    return ", ".join(getlist) if getlist else None


def query_string(request: Request) -> bytes:
    """The query string as it was sent."""
    return bytes(request.scope["query_string"])
