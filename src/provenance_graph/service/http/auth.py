"""Bearer tokens: stored as hashes, compared in constant time, each with its scopes.

A token file has one token a line: ``name scope[,scope] sha256:<hex>``. Lines that start with ``#``
are comments. Scopes are ``write`` (the holder's own records), ``review`` (decisions on identity),
``read-private`` (private collections), ``slow`` (a longer ``timeout=``) and ``admin`` (everything).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.types import Scope

from provenance_graph.core.errors import UsageError
from provenance_graph.service.http.problems import refuse

SCOPES: Final = frozenset({"write", "slow", "review", "read-private", "admin"})
LEAST_LENGTH: Final = 16
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9\-._~+/]+=*) *")
_LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Holder:
    """The owner of a token, and the token's scopes."""

    name: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Whether the token covers a scope.

        >>> Holder("ci", frozenset({"write"})).may("slow")
        False
        """
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token: its holder and the SHA-256 of its secret."""

    holder: Holder
    digest: bytes


class Tokens:
    """All tokens that the service accepts; those of a token file follow the file's present content.

    A changed file counts from the next request on. If the file is removed, its tokens are no longer
    accepted. If it cannot be parsed, the tokens read before stay valid, so that a mistake in one
    line locks nobody out.
    """

    def __init__(self, known: tuple[AccessToken, ...] = (), file: Path | None = None) -> None:
        self._known, self._file = known, file
        self._stamp = _stamp(file)
        self._listed = _read(file) if file is not None else ()

    def __bool__(self) -> bool:
        return bool(self._known) or self._file is not None

    def _all(self) -> tuple[AccessToken, ...]:
        if self._file is not None and (stamp := _stamp(self._file)) != self._stamp:
            self._stamp = stamp
            if stamp is None:
                self._listed = ()
            else:
                with suppress(UsageError):
                    self._listed = _read(self._file)
        return (*self._known, *self._listed)

    def find(self, secret: str) -> Holder | None:
        """The holder of a secret, or None; compares every hash, so timing reveals nothing."""
        if len(secret) > _LONGEST:
            return None
        digest, result = _digest(secret), None
        for token in self._all():
            if hmac.compare_digest(token.digest, digest):
                result = token.holder
        return result


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def load(secret: str, file: Path | None) -> Tokens:
    """Tokens from the secret of the environment and from a token file.

    The secret has the scopes write, review and slow. Raises UsageError for a secret that is too
    short or a file that cannot be read.
    """
    known: list[AccessToken] = []
    if secret:
        if len(secret) < LEAST_LENGTH:
            raise UsageError(
                f"the token has {len(secret)} characters; use at least {LEAST_LENGTH}, such as "
                "the output of `provenance-graph serve --new-token NAME`"
            )
        known.append(
            AccessToken(Holder("operator", frozenset({"write", "review", "slow"})), _digest(secret))
        )
    return Tokens(tuple(known), file)


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    try:
        result = file.stat() if file is not None else None
    except OSError:
        result = None
    return None if result is None else (result.st_ino, result.st_mtime_ns, result.st_size)


def _read(file: Path) -> tuple[AccessToken, ...]:
    """The tokens of a file; raises UsageError that names the wrong line."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the token file {file}: {error}") from error
    results = (_line(file, n, line) for n, line in enumerate(lines, 1))
    return tuple(token for token in results if token is not None)


def _line(file: Path, number: int, line: str) -> AccessToken | None:
    if not line.strip() or line.lstrip().startswith("#"):
        return None
    parts = line.split()
    scopes = frozenset(parts[1].split(",")) if len(parts) == 3 else frozenset()
    digest = parts[2].removeprefix("sha256:") if len(parts) == 3 else ""
    hexadecimal = re.fullmatch(r"[0-9a-f]{64}", digest)
    if not _NAME.fullmatch(parts[0]) or not scopes or scopes - SCOPES or not hexadecimal:
        raise UsageError(
            f"{file}:{number}: write `name scope[,scope] sha256:<64 hex digits>` "
            f"with scopes from {', '.join(sorted(SCOPES))}"
        )
    return AccessToken(Holder(parts[0], scopes), bytes.fromhex(digest))


def new_token(name: str, scopes: str = "write,slow") -> tuple[str, str]:
    """A new secret, and the line for it in a token file.

    Raises UsageError without a name or with an unknown scope.
    """
    secret = secrets.token_urlsafe(32)
    line = f"{name} {scopes} sha256:{_digest(secret).hex()}"
    if _line(Path("(new token)"), 1, line) is None:
        raise UsageError("a token needs a name")
    return secret, line


def bearer(header: str | None) -> str | None:
    """The secret of an Authorization header; None without a header, empty for another scheme.

    >>> bearer("Bearer abc"), bearer(None)
    ('abc', None)
    """
    if header is None:
        return None
    result = _BEARER.fullmatch(header) if len(header) <= _LONGEST + 16 else None
    return result[1] if result else ""


def secret_of(scope: Scope) -> str | None:
    """The bearer secret of a request, read from its scope without copying; None without one."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return bearer(value.decode("latin-1"))
    return None


def challenge(detail: str, error: str = "") -> Exception:
    """A refusal with 401 that names the authentication scheme (RFC 6750)."""
    how = f', error="{error}"' if error else ""
    return refuse(
        401,
        "Not authorised",
        detail,
        "token",
        WWW_Authenticate=f'Bearer realm="provenance-graph"{how}',
    )
