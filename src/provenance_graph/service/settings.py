"""Settings of the service: flags override the environment, which overrides a file.

Every setting has one name: ``--query-seconds`` as a flag, ``PROVENANCE_GRAPH_QUERY_SECONDS`` in the
environment, ``query_seconds`` in the TOML file. ``docs/service.md`` has the table.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from provenance_graph.core.errors import UsageError
from provenance_graph.service.http.limits import Bounds, Fairness
from provenance_graph.store.base import Limits

ENVIRONMENT: Final = "PROVENANCE_GRAPH_"


def _setting(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one service."""

    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on; 0 takes a free one")
    public_url: str = _setting("", "the service's own URL, where a proxy stands before it")
    writable: bool = _setting(False, "open /update and writes to /data for holders of a token")
    raw: bool = _setting(False, "serve a plain dataset without records and view")
    token: str = _setting("", "a bearer token with the scopes write, review and slow")
    token_file: str = _setting("", "file of tokens, hashed (see `serve --new-token`)")
    signing_key: str = _setting("", "Ed25519 key (PEM or OpenSSH) that signs the bundles served")
    processes: int = _setting(1, "HTTP processes")
    workers: int = _setting(2, "query workers of each HTTP process")
    queue: int = _setting(256, "requests that may wait for a worker before 503")
    queue_seconds: float = _setting(10.0, "longest wait for a worker before 503")
    query_seconds: float = _setting(10.0, "time limit of a query, and its highest timeout=")
    slow_query_seconds: float = _setting(120.0, "highest timeout= for holders of a token (slow)")
    rest_seconds: float = _setting(30.0, "time limit of a REST answer")
    day_seconds: float = _setting(180.0, "time limit of what a first question as of a day needs")
    update_seconds: float = _setting(60.0, "time limit of a write")
    group_seconds: float = _setting(0.2, "longest time that writes gather to be published together")
    memory_mb: int = _setting(1024, "memory of one query worker or writer beyond its start")
    rows: int = _setting(1_500_000, "rows (or triples) of one answer")
    answer_mb: int = _setting(256, "size of one answer")
    query_kb: int = _setting(100, "length of a query")
    update_mb: int = _setting(16, "length of an update")
    update_triples: int = _setting(50_000, "statements of the records that one write changes")
    update_entities: int = _setting(5_000, "entities of the records that one write changes")
    depth: int = _setting(64, "nesting of a query")
    body_mb: int = _setting(32, "size of a request body, before and after decompression")
    body_seconds: float = _setting(30.0, "time for a request body to arrive")
    header_kb: int = _setting(64, "size of a request's line and headers")
    header_seconds: float = _setting(10.0, "time for a request's line and headers to arrive")
    connections: int = _setting(1_000, "open connections of each HTTP process before 503")
    client_connections: int = _setting(400, "open connections of one address")
    client_seconds: float = _setting(60.0, "evaluation time a client may use a minute")
    client_errors: int = _setting(3_000, "refused requests of a client a minute before 429")
    client_parallel: int = _setting(128, "requests of a client at once before 429")
    trusted_proxies: str = _setting("", "addresses whose X-Forwarded-For is believed, by comma")
    client_held_mb: int = _setting(256, "bodies and unread answers buffered for one client")
    held_mb: int = _setting(1024, "bodies and unread answers buffered for all clients")
    cors: bool = _setting(True, "let pages of other origins read")
    cache_mb: int = _setting(64, "answers cached in each HTTP process")
    access_log: str = _setting("-", "file of the access log; - is stderr, empty is none")
    slow_log_seconds: float = _setting(1.0, "queries slower than this are logged with their text")
    federation: str = _setting("", "SERVICE endpoints that queries may use, by comma")
    federation_networks: str = _setting(
        "", "networks that are not public and may be called all the same, as 10.1.0.0/16"
    )
    federation_seconds: float = _setting(10.0, "time limit of one SERVICE call")
    federation_mb: int = _setting(8, "size of one SERVICE answer")
    shutdown_seconds: int = _setting(15, "time for running requests to end at shutdown")

    @property
    def bounds(self) -> Bounds:
        """Limits on a request body."""
        return Bounds(self.body_mb << 20, self.body_seconds)

    @property
    def query_bounds(self) -> Bounds:
        """Limits on the body of a query, which needs no token: its percent-encoded text."""
        return Bounds(min(self.body_mb << 20, (self.query_kb << 12) + 4096), self.body_seconds)

    @property
    def fairness(self) -> Fairness:
        """Limits on the use by one client."""
        return Fairness(
            self.client_seconds,
            self.client_errors,
            10,
            self.client_parallel,
            self.client_held_mb << 20,
            self.held_mb << 20,
        )

    def limits(self, seconds: float | None = None) -> Limits:
        """Limits of one query; ``seconds`` overrides the usual time."""
        return Limits(
            seconds=seconds or self.query_seconds,
            memory_bytes=self.memory_mb << 20,
            rows=self.rows,
            answer_bytes=self.answer_mb << 20,
            text_bytes=self.query_kb << 10,
            depth=self.depth,
        )


def load(
    flags: Mapping[str, object],
    file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings from a TOML file, overridden by the environment, overridden by flags.

    Raises UsageError for an unknown setting, a wrong value or an unreadable file.

    >>> load({"port": 9000}, environment={"PROVENANCE_GRAPH_PORT": "1", "PROVENANCE_GRAPH_RAW": "yes"}).port
    9000
    """
    chosen: dict[str, object] = {}
    if file is not None:
        chosen |= _from_file(file)
    for each in fields(Settings):
        name = ENVIRONMENT + each.name.upper()
        if name in environment:
            chosen[each.name] = _convert(each.name, environment[name], name)
    chosen |= {name: value for name, value in flags.items() if value is not None}
    settings = Settings(**chosen)  # type: ignore[arg-type]
    _check(settings)
    return settings


def _from_file(file: Path) -> dict[str, object]:
    try:
        with file.open("rb") as opened:
            read = tomllib.load(opened)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read the settings in {file}: {error}") from error
    known = {each.name for each in fields(Settings)}
    if unknown := sorted(read.keys() - known):
        raise UsageError(f"{file}: no setting is called {', '.join(unknown)}")
    return {name: _convert(name, value, f"{file}: {name}") for name, value in read.items()}


def _convert(name: str, value: object, where: str) -> object:
    kind = type(getattr(Settings(), name))
    if kind is bool:
        word = str(value).strip().lower()
        if word in ("1", "true", "yes", "on"):
            return True
        if word in ("0", "false", "no", "off", ""):
            return False
        raise UsageError(f"{where}: give yes or no, not {value!r}")
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{where}: {value!r} is not a {kind.__name__}") from error


def _check(settings: Settings) -> None:
    for each in fields(settings):
        value = getattr(settings, each.name)
        amount = isinstance(value, int | float) and not isinstance(value, bool)
        if amount and not value > 0 and each.name not in ("port", "cache_mb", "slow_log_seconds"):
            raise UsageError(f"{each.name} must be above 0, not {value}")
    if settings.public_url and not re.match(r"https?://[^/]", settings.public_url):
        raise UsageError(
            f"public_url is an address as https://example.org, not {settings.public_url!r}"
        )
    if not 0 <= settings.port <= 65535:
        raise UsageError(f"port must be 0 to 65535, not {settings.port}")


def table() -> str:
    """A Markdown table of every setting with its default and meaning, for the manual."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for each in fields(Settings):
        default = str(each.default).lower() if isinstance(each.default, bool) else each.default
        rows.append(f"| `{each.name}` | `{default}` | {each.metadata['about']} |")
    return "\n".join(rows).replace("`` |", "– |")
