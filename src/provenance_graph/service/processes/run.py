"""Assemble and run a service: store, writer, HTTP processes, indexer."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from starlette.types import ASGIApp

from provenance_graph.core.errors import StoreError, StoreMissing, UsageError
from provenance_graph.core.files import allow_files
from provenance_graph.service.app import app_of, make_service
from provenance_graph.service.http import auth
from provenance_graph.service.http.auth import Tokens
from provenance_graph.service.http.cache import AnswerCache
from provenance_graph.service.http.metrics import on_child_exit
from provenance_graph.service.processes import supervise
from provenance_graph.service.processes.board import Board
from provenance_graph.service.processes.giving_way import giving_way
from provenance_graph.service.processes.http_server import listen, run_http
from provenance_graph.service.processes.pool_backend import PoolBackend
from provenance_graph.service.processes.raw_writes import PlainTarget
from provenance_graph.service.processes.staged import Staged
from provenance_graph.service.processes.supervise import Child, Supervisor
from provenance_graph.service.processes.two_states import TwoStates
from provenance_graph.service.processes.writer import WriteTarget, run_writer
from provenance_graph.service.processes.writer_client import WriterClient
from provenance_graph.service.settings import ENVIRONMENT, Settings
from provenance_graph.service.sparql.federation import networks
from provenance_graph.store import raw as plain
from provenance_graph.store.base import Limits
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.pool.sandbox import forget_environment, guard_memory
from provenance_graph.store.raw import PlainWriter

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from provenance_graph.service.api.common.access import Access

_NICE: Final = 10
_INDEX_AFTER: Final = 1.0
"""Seconds that the indexer leaves to the start of the serving processes."""
_SOON: Final = 0.3
"""Seconds after the start at which the REST API is loaded, unless a request needs it before."""


def run(settings: Settings, root: Path, folder: Path) -> int:
    """Serve a store until a signal stops the service; returns an exit code.

    ``folder`` holds the sockets. Raises UsageError where the address cannot be listened on, or
    writes are enabled without a token.
    """
    tokens = _tokens(settings)
    signing = _signing_key(settings)
    networks(settings.federation_networks)  # a mistake is reported before anything starts
    _require_log(settings.access_log)
    # From here on memory and environment hold the hash of the secret only.
    settings = replace(settings, token="")
    forget_environment(f"{ENVIRONMENT}TOKEN")
    forget_environment(f"{ENVIRONMENT}KEY_PASSWORD")
    guard_memory()
    _prepare(settings, root)
    supervise.quiet_logs()
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise UsageError(f"cannot listen on {where}: {error.strerror}") from error
    host, port = supervise.peer_name(listener)
    allow_files(settings.connections * 2 + 512)
    supervisor = Supervisor(seconds=settings.shutdown_seconds, on_child_exit=on_child_exit)
    writer_path = ""
    board = Board(folder)
    if settings.writable:
        writer_path, writer_socket = _writer_socket(folder)
        work = _writer_work(settings, root, writer_socket, board)
        supervisor.children.append(Child("writer", work, rank=1, died=board.died))
    ready = _announce(host, port, root)
    work = _http_work(settings, root, listener, writer_path, board, tokens, ready, signing)
    supervisor.children += [Child(f"http-{n}", work) for n in range(settings.processes)]
    if _is_indexed(settings, root):
        supervisor.children.append(Child("indexer", lambda: _index(root)))
    return supervisor.run()


def _require_log(target: str) -> None:
    """Raise UsageError where the access log's file cannot be written."""
    if target not in ("", "-"):
        try:
            Path(target).open("a", encoding="utf-8").close()
        except OSError as error:
            raise UsageError(f"cannot write the access log {target}: {error.strerror}") from error


def _is_indexed(settings: Settings, root: Path) -> bool:
    """Whether a separate process stores indexes beside the store."""
    return not settings.raw and derived_folder(str(root)) is not None


def _index(root: Path) -> None:
    os.nice(_NICE)
    time.sleep(_INDEX_AFTER)
    from provenance_graph.service.processes.indexer import run_indexer  # loads all analysis

    run_indexer(root)


def _announce(host: str, port: int, root: Path) -> Callable[[], object]:
    text = f"[{host}]" if ":" in host else host
    return lambda: sys.stderr.write(f"provenance-graph: serving {root} at http://{text}:{port}/\n")


def _tokens(settings: Settings) -> Tokens:
    """The tokens; raises UsageError for writes without any.

    Exception: a plain dataset (``--raw``) on a loopback address takes writes without tokens.
    """
    tokens = auth.load(settings.token, Path(settings.token_file) if settings.token_file else None)
    if settings.writable and not tokens and not (settings.raw and _loopback(settings.host)):
        raise UsageError(
            "--writable needs a token: set PROVENANCE_GRAPH_TOKEN or --token-file "
            "(make one with `provenance-graph serve --new-token NAME`)"
        )
    return tokens


def _signing_key(settings: Settings) -> Ed25519PrivateKey | None:
    """The key that signs bundles, or None; raises an error for a bad key file before the start."""
    if not settings.signing_key:
        return None
    from provenance_graph.formats.bundles.keys import private_key

    password = os.environ.get(f"{ENVIRONMENT}KEY_PASSWORD", "")
    return private_key(Path(settings.signing_key), password)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _prepare(settings: Settings, root: Path) -> None:
    """Create an empty plain dataset if wanted; raise StoreError for the wrong kind of store."""
    if settings.raw and settings.writable:
        plain.check(root)
        # In a separate process: the threads of an engine used here would not survive a fork.
        supervise.run_once(lambda: plain.prepare(root))
    elif not (root / "CURRENT").exists():
        raise StoreMissing(str(root))
    elif settings.writable and plain.is_plain(root):
        raise StoreError(f"{root} is a plain dataset; serve it with --raw")


def _writer_work(
    settings: Settings, root: Path, listener: socket.socket, board: Board
) -> Callable[[], None]:
    def work() -> None:
        run_writer(
            listener,
            lambda: open_target(settings, root),
            settings.update_seconds,
            settings.memory_mb << 20,
            root.resolve(),
            board,
            settings.group_seconds,
        )

    return work


def open_target(settings: Settings, root: Path) -> WriteTarget:
    """The target of writes: a plain dataset, or records with their accepted view."""
    limits = Limits(text_bytes=settings.update_mb << 20, depth=settings.depth)
    if settings.raw:
        return PlainTarget(PlainWriter(root), limits)
    from provenance_graph.service.processes.record_writes import (
        RecordTarget,  # loads readers and shapes
    )

    return RecordTarget.open(root, settings)


def _http_work(
    settings: Settings,
    root: Path,
    listener: socket.socket,
    writer_path: str,
    board: Board,
    tokens: Tokens,
    ready: Callable[[], object],
    signing: Ed25519PrivateKey | None = None,
) -> Callable[[], None]:
    indexed = _is_indexed(settings, root)

    def make_app() -> ASGIApp:
        backend = PoolBackend(root, settings, public=not settings.raw)
        whole = PoolBackend(root, settings)
        writer = None
        if writer_path:

            def seen() -> None:
                backend.refresh()
                whole.refresh()

            writer = WriterClient(
                writer_path, settings.update_seconds, seen, backend.read, backend.rehearse, board
            )
        service = make_service(backend, settings, writer, tokens)
        first = app_of(service)
        rest = _RestApi(root, settings, indexed=indexed, public=True, signing=signing)

        def busy() -> bool:
            return service.gates.rest.busy > 0

        staged = Staged(
            first,
            lambda: app_of(service, rest.routers(busy)),
            lambda: rest.read_ahead(busy),
        )

        async def of_all() -> ASGIApp:
            await whole.open()
            other = replace(service, backend=whole, cache=AnswerCache(settings.cache_mb << 20))
            full = _RestApi(root, settings, indexed=indexed, signing=signing)
            return Staged(app_of(other), lambda: app_of(other, full.routers(busy)))

        @asynccontextmanager
        async def lifespan(_: Any) -> AsyncIterator[None]:
            await backend.open()
            if not settings.raw:  # while the workers start
                staged.put_first(app_of(service, rest.first_routers()))
            asyncio.get_running_loop().call_later(_SOON, staged.load)
            try:
                yield
            finally:
                service.log.close()
                await backend.close()
                await whole.close()

        first.router.lifespan_context = lifespan
        return staged if settings.raw else TwoStates(staged, of_all, root, tokens)

    return lambda: run_http(settings, [listener], make_app, ready)


class _RestApi:
    """The routers of the REST API and the store access that they share; loaded at first use."""

    def __init__(
        self,
        root: Path,
        settings: Settings,
        *,
        indexed: bool,
        public: bool = False,
        signing: Ed25519PrivateKey | None = None,
    ) -> None:
        self._root, self._indexed, self._public = root, indexed, public
        self._signing, self._day_seconds = signing, settings.day_seconds
        self._access: Access | None = None

    def first_routers(self) -> list[APIRouter]:
        """The routers that load fast."""
        from provenance_graph.service.api.first import first_routers

        return first_routers(self._reads())

    def routers(self, busy: Callable[[], bool]) -> list[APIRouter]:
        """All routers; stored indexes are opened first, so that no request waits for them.

        Loading pauses while ``busy`` returns True, that is while a request is being answered.
        """
        with giving_way(busy):
            from provenance_graph.service.api.common.indexes import INDEXES

            access = self._reads()
            access.open_stored(INDEXES)
            from provenance_graph.service.api.routers import routers

            return routers(self._root, access)

    def read_ahead(self, busy: Callable[[], bool]) -> None:
        """Read the data behind answers on any model, so that the first request does not wait.

        Reading pauses while ``busy`` returns True, that is while a request is being answered.
        """
        from provenance_graph.service.api.ahead import read_ahead

        read_ahead(self._reads(), busy)

    def _reads(self) -> Access:
        from provenance_graph.service.api.common.access import Access

        if self._access is None:
            self._access = Access(
                self._root,
                indexed=self._indexed,
                public=self._public,
                signing=self._signing,
                day_seconds=self._day_seconds,
            )
        return self._access


def _writer_socket(folder: Path) -> tuple[str, socket.socket]:
    """The path of a listening unix socket, and the socket; it outlives the writer.

    So a restart of the writer loses no caller.
    """
    path = str(folder / "writer")
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(path)
    made.listen(128)
    made.set_inheritable(True)
    return path, made
