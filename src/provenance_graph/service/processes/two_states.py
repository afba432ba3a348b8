"""One service over two states of a store; the token chooses the state, no answer is filtered.

A request without a token, or with one that lacks the scope ``read-private``, is served by an
application over the public state only, which has its own indexes, caches and version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from provenance_graph.service.http.auth import Tokens, secret_of
from provenance_graph.store.states import has_private

SCOPE: Final = "read-private"


class TwoStates:
    """Serves the public state, and the full state to holders of a token with ``read-private``.

    ``full`` makes and opens the application of the full state at its first use.
    """

    def __init__(
        self, public: ASGIApp, full: Callable[[], Awaitable[ASGIApp]], root: Path, tokens: Tokens
    ) -> None:
        self._public, self._make, self._root, self._tokens = public, full, root, tokens
        self._full: ASGIApp | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        app = self._public
        if scope["type"] == "http" and self._may_read_private(scope):
            app = await self._of_all()
        await app(scope, receive, send)

    def _may_read_private(self, scope: Scope) -> bool:
        secret = secret_of(scope)
        if not secret or not has_private(self._root):
            return False
        holder = self._tokens.find(secret)
        return holder is not None and holder.may(SCOPE)

    async def _of_all(self) -> ASGIApp:
        async with self._lock:
            if self._full is None:
                self._full = await self._make()
            return self._full
