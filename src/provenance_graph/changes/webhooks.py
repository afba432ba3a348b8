"""Commits sent to web addresses that the operator allows, each once and in order.

allow = ["hooks.example.org"]            # hosts; nothing else is called

[[hook]]
url = "https://hooks.example.org/graph"
secret_env = "GRAPH_HOOK_SECRET"         # signs the body: X-Signature-256: sha256=<HMAC>
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from provenance_graph.changes.feeds import title, to_json
from provenance_graph.changes.log import Commit
from provenance_graph.core.errors import FetchError, UsageError
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri, is_iri
from provenance_graph.formats.document import Document
from provenance_graph.formats.fetch.addresses import Resolve, check_address
from provenance_graph.formats.parsing import MAX_BYTES

ATTEMPTS = 3
MAX_HOOKS = 100
FILE = "deliveries.json"


@dataclass(frozen=True, slots=True)
class Hook:
    """An address to which commits are sent, and the secret for their signatures."""

    url: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of a delivery: number of commits sent, version reached, and failure if any."""

    url: str
    sent: int
    version: str
    failure: str = ""


def read_hooks(path: Path, environment: Mapping[str, str] = os.environ) -> list[Hook]:
    """Read the hooks of a file; raises UsageError for a host not allowed or another fault."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    tables = Document(Iri(f"urn:file:{path.name}"), data, "", path.name).toml
    allow, hooks = tables.get("allow"), tables.get("hook")
    if not isinstance(allow, list) or not allow or not all(isinstance(h, str) for h in allow):
        raise UsageError(
            f'{path}: name the hosts that may be called: allow = ["hooks.example.org"]'
        )
    if not isinstance(hooks, list) or not hooks:
        raise UsageError(f'{path}: no hook in it; each is [[hook]] with url = "https://…"')
    if len(hooks) > MAX_HOOKS:
        raise UsageError(f"{path}: {len(hooks)} hooks; at most {MAX_HOOKS}")
    return [
        _hook(f"{path}: hook {number}", one, allow, environment)
        for number, one in enumerate(hooks, 1)
    ]


def private_hosts(path: Path) -> Callable[[str], bool]:
    """A predicate for hosts of `allow` that may have a private address: those written host:port."""
    with path.open("rb") as file:
        tables = Document(Iri("urn:file:hooks"), file.read(MAX_BYTES), "", path.name).toml
    allow = tables.get("allow")
    named = {one for one in allow if ":" in str(one)} if isinstance(allow, list) else set()
    return lambda netloc: netloc in named


def _hook(where: str, table: Any, allow: Sequence[str], environment: Mapping[str, str]) -> Hook:
    url = table.get("url") if isinstance(table, Mapping) else None
    if not isinstance(url, str) or not is_iri(url):
        raise UsageError(f"{where}: url is not a web address")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
        raise UsageError(f"{where}: {url} is not a web address without a password in it")
    if parts.netloc not in allow and parts.hostname not in allow:
        raise UsageError(f"{where}: {parts.hostname} is not among the hosts of `allow`")
    if unknown := sorted(set(table) - {"url", "secret_env"}):
        raise UsageError(f"{where}: no such field: {unknown[0]} (it takes url and secret_env)")
    name = table.get("secret_env", "")
    if name and not environment.get(str(name)):
        raise UsageError(f"{where}: the environment has no {name}, which should hold the secret")
    return Hook(url, environment.get(str(name), "") if name else "")


class Deliveries:
    """The last version delivered to each hook; a damaged file counts as empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.versions: dict[str, str] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):
            read = json.loads(path.read_text(encoding="utf-8"))
            self.versions = {str(key): str(value) for key, value in read.items()}

    def note(self, url: str, version: str) -> None:
        """Store that a hook received the commits up to a version."""
        self.versions[url] = version
        with replacing(self.path) as aside:
            aside.write_text(json.dumps(self.versions, indent=1), encoding="utf-8")


def _public_only(_: str) -> bool:
    return False


def deliver(
    hooks: Iterable[Hook],
    commits: Callable[[str], Sequence[Commit]],
    deliveries: Deliveries,
    client: httpx2.Client,
    *,
    current: str,
    pause: Callable[[float], None],
    resolve: Resolve | None,
    allowed: Callable[[str], bool] = _public_only,
) -> list[Delivery]:
    """Send each hook every commit that it has not received, oldest first.

    A new hook begins at the current version. After a failure the hook keeps its position and is
    tried again in the next run. ``commits`` returns the commits since a version; ``allowed`` says
    whether a host may have a private address.
    """
    lines: list[Delivery] = []
    for hook in hooks:
        since = deliveries.versions.get(hook.url)
        if since is None:
            deliveries.note(hook.url, current)
            lines.append(Delivery(hook.url, 0, current))
            continue
        sent, version, failure = 0, since, ""
        for commit in commits(since):
            failure = _send(hook, commit, client, pause, resolve, allowed)
            if failure:
                break
            sent, version = sent + 1, commit.version
            deliveries.note(hook.url, version)
        lines.append(Delivery(hook.url, sent, version, failure))
    return lines


def body_of(commit: Commit) -> bytes:
    """The request body for a commit; the same commit gives the same bytes."""
    value = {"title": title(commit), **to_json(commit)}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, body: bytes) -> str:
    """The HMAC-SHA256 signature of a body with a secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _send(
    hook: Hook,
    commit: Commit,
    client: httpx2.Client,
    pause: Callable[[float], None],
    resolve: Resolve | None,
    allowed: Callable[[str], bool],
) -> str:
    """Post a commit; return the empty string on success, else the reason of the failure."""
    body = body_of(commit)
    headers = {"content-type": "application/json", "x-delivery": commit.version}
    if hook.secret:
        headers["x-signature-256"] = signature(hook.secret, body)
    failure = ""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if not allowed(urlsplit(hook.url).netloc):
                check_address(hook.url, resolve)
            answer = client.post(hook.url, content=body, headers=headers, follow_redirects=False)
        except FetchError as error:
            return str(error)
        except httpx2.RequestError as error:
            failure = f"{hook.url}: {error}"
        else:
            if answer.is_success:
                return ""
            failure = f"{hook.url}: {answer.status_code} {answer.reason_phrase}"
            if answer.status_code < 500 and answer.status_code != 429:
                return failure
        if attempt < ATTEMPTS:
            pause(0.5 * 2**attempt)
    return f"{failure} ({ATTEMPTS} attempts)"
