"""The code of a confined process: answer queries, or call a function."""

from __future__ import annotations

import gc
import importlib
import os
import resource
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from provenance_graph.core.errors import BUGS, ProvenanceError
from provenance_graph.store import layout
from provenance_graph.store.base import Limits
from provenance_graph.store.pool import frames, sandbox
from provenance_graph.store.sparql.answers import Request, write_answer

OUT_OF_MEMORY = 7
"""Exit code of a process that reached its memory limit in Python code."""

_PIECE = 65_536


def serve(sock: socket.socket, order: Mapping[str, Any]) -> int:
    """Answer queries, or call the ordered function; returns the exit code."""
    try:
        if "function" in order:
            return _call(sock, order)
        return _answer_queries(sock, order)
    except MemoryError:
        return OUT_OF_MEMORY
    except (BrokenPipeError, ConnectionResetError):
        return 0


def _answer_queries(sock: socket.socket, order: Mapping[str, Any]) -> int:
    folder, memory = Path(order["folder"]), int(order["memory"])
    try:
        handle = layout.lock_shared(folder)
        store = ox.Store.read_only(str(folder))
    except (OSError, RuntimeError) as error:  # the latter for files that the engine did not write
        sock.sendall(frames.json_frame(frames.ERROR, ["StoreError", str(error)]))
        return 0
    confine = sandbox.confine(memory, [folder])
    sock.sendall(frames.json_frame(frames.READY, confine))
    memory_budget = _peak_memory() + memory // 4
    reader = frames.FrameReader()
    while (message := frames.receive(sock, reader)) is not None:
        if not _answer(sock, store, frames.loads(message[1]), memory_budget):
            break
    os.close(handle)
    return 0


def _answer(
    sock: socket.socket, store: ox.Store, request: Mapping[str, Any], memory_budget: int
) -> bool:
    """Answer one query; whether this process may take another.

    Any other failure of the engine ends the process, and its caller is told how it ended.
    """
    out = _Pieces(sock)
    try:
        end = write_answer(store, _request(request), Limits(**request["limits"]), out.add)
    except ProvenanceError as error:
        reusable = _peak_memory() < memory_budget and not isinstance(error.__context__, MemoryError)
        out.close(frames.json_frame(frames.ERROR, [type(error).__name__, str(error), reusable]))
        return reusable
        # memory is rarely freed, so a process that has grown ends
    reusable = _peak_memory() < memory_budget
    last = [end.kind, end.rows, reusable]
    out.close(frames.json_frame(frames.END, last))
    return reusable


def _request(request: Mapping[str, Any]) -> Request:
    def nodes(names: list[str] | None) -> list[ox.NamedNode] | None:
        return None if names is None else [ox.NamedNode(name) for name in names]

    return Request(
        request["query"],
        request["media_type"],
        nodes(request["default_graphs"]),
        nodes(request["named_graphs"]),
        request["base"],
    )


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class _Pieces:
    """Sends an answer in pieces of at least 64 KiB, the last one together with the end."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._parts, self._size = sock, list[bytes](), 0

    def add(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self._sock.sendall(self._taken())

    def close(self, end: bytes) -> None:
        self._sock.sendall(self._taken() + end)

    def _taken(self) -> bytes:
        body = b"".join(self._parts)
        self._parts, self._size = [], 0
        return frames.frame(frames.DATA, body) if body else b""


def _call(sock: socket.socket, order: Mapping[str, Any]) -> int:
    """Call ``module:function`` with bytes: once, or with ``again`` until the memory has grown."""
    module, _, name = str(order["function"]).partition(":")
    loaded = importlib.import_module(module)
    function = getattr(loaded, name)
    memory = int(order["memory"])
    if order.get("fresh"):
        if (prepare := getattr(loaded, "prepare", None)) is not None:
            prepare()
        return _call_afresh(sock, function, memory)
    reader = frames.FrameReader()
    message = frames.receive(sock, reader)
    sandbox.confine(memory)
    over_budget = _peak_memory() + memory // 8
    while message is not None:
        sock.sendall(_outcome(function, message[1]))
        if not order.get("again") or _peak_memory() > over_budget:
            return 0
        message = frames.receive(sock, reader)
    return 0


def _call_afresh(sock: socket.socket, function: Callable[[bytes], object], memory: int) -> int:
    """Call a function in a confined fork of this process for each message.

    Code is loaded here once; data from outside is never read here. When a fork fails, this process
    ends in the same way, so that the caller learns how.
    """
    gc.freeze()
    reader = frames.FrameReader()
    while (message := frames.receive(sock, reader)) is not None:
        parent = os.getpid()
        pid = os.fork()
        if not pid:
            os._exit(_copy(sock, function, message[1], memory, parent))
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code < 0:
            os.kill(parent, -code)
        if code:
            return code
    return 0


def _copy(
    sock: socket.socket, function: Callable[[bytes], object], data: bytes, memory: int, parent: int
) -> int:
    """Confine this fork and call the function; returns the exit code."""
    try:
        sandbox.die_with_parent(parent)
        sandbox.confine(memory)
        sock.sendall(_outcome(function, data))
    except MemoryError:
        return OUT_OF_MEMORY
    except (BrokenPipeError, ConnectionResetError):
        return 0
    return 0


def _outcome(function: Callable[[bytes], object], data: bytes) -> bytes:
    """The result of a function as frames; an error it raises becomes an ERROR frame."""
    try:
        result = function(data)
    except ProvenanceError as error:
        return frames.json_frame(frames.ERROR, [type(error).__name__, str(error)])
    except MemoryError:
        raise
    except BUGS as error:  # a bug, or forbidden by the sandbox: reported to the sender
        text = f"{type(error).__name__}: {error}"
        return frames.json_frame(frames.ERROR, ["QueryCrashed", text[:2000]])
    if isinstance(result, bytes):
        return frames.frame(frames.DATA, result) + frames.json_frame(frames.END, None)
    return frames.json_frame(frames.END, result)
