"""An application in stages: routes that load fast answer at once, the others once they are loaded.

Loading the code of all analyses takes most of a start. So the routes of the protocols, of search
and of answers from stored indexes are served first. The complete application is loaded in a thread
and takes over when it is ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from provenance_graph.core.threads import is_refused
from provenance_graph.service.http.problems import problem_of
from provenance_graph.service.http.responses import problem_response

_AT_ONCE: Final = (
    "/sparql",
    "/update",
    "/data",
    "/health",
    "/metrics",
    "/id/",
    "/doc/",
    "/.well-known/",
    "/context.jsonld",
)
_EARLY: Final = frozenset(
    f"/api/v1/{name}" for name in ("search", "models", "facets", "conflicts", "stats")
)
"""Paths that the routers of ``first_routers`` answer."""
_CALM: Final = 1.0
"""Seconds between the complete application and the preparation of data for later requests."""


class Staged:
    """The first application, and the complete one, which ``complete`` makes in a thread.

    ``afterwards`` is called in a thread _CALM seconds later, when the first requests are answered.
    """

    def __init__(
        self,
        first: ASGIApp,
        complete: Callable[[], ASGIApp],
        afterwards: Callable[[], object] | None = None,
    ) -> None:
        self._first, self._make, self._afterwards = first, complete, afterwards
        self._early: ASGIApp | None = None
        self._app: ASGIApp | None = None
        self._loading: asyncio.Future[ASGIApp] | None = None

    def put_first(self, app: ASGIApp) -> None:
        """Set the application with the protocols' routes and those of ``first_routers``."""
        self._early = app

    def load(self) -> None:
        """Start to load the complete application, unless it is being loaded."""
        if self._loading is None:
            loop = asyncio.get_running_loop()
            self._loading = loop.run_in_executor(None, self._make)
            self._loading.add_done_callback(self._loaded)

    def _loaded(self, done: asyncio.Future[ASGIApp]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._loading = None  # waiting requests get the error; the next one tries again
            return
        self._app = done.result()
        if self._afterwards is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(_CALM, loop.run_in_executor, None, self._afterwards)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a route missing in the first application waits for the full one."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http":
            await self._first(scope, receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        elif self._early is not None and path in _EARLY:
            await self._early(scope, receive, send)
        elif path.startswith(_AT_ONCE):
            await self._first(scope, receive, send)
        else:
            await (await self._complete())(scope, receive, send)

    async def _complete(self) -> ASGIApp:
        """The complete application; where no thread can load it now, one that answers a refusal."""
        try:
            self.load()
            assert self._loading is not None
            return await asyncio.shield(self._loading)
        except RuntimeError as error:
            if not is_refused(error):
                raise
            return problem_response(problem_of(error), "")
