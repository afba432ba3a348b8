"""Ed25519 keys that sign bundles, and the operator's list of the publishers they belong to."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from provenance_graph.core import iris
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri

if TYPE_CHECKING:  # loading it takes a moment, which only signed documents pay
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

HOW = (
    "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub"
)
_MAX = 1 << 20


@dataclass(frozen=True)
class PublicKey:
    """A key for checking signatures, and the file that it was read from."""

    key: Ed25519PublicKey
    file: str = ""

    @property
    def id(self) -> str:
        """The SHA-256 of the key's DER SubjectPublicKeyInfo, in hexadecimal."""
        from cryptography.hazmat.primitives import serialization

        written = self.key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(written).hexdigest()

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature over the message was made by this key."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class KeyList:
    """The operator's assignment of publishers to keys, by the key's id."""

    keys: Mapping[str, PublicKey]
    publishers: Mapping[str, frozenset[Iri]]

    def binds(self, key: str, publisher: Iri) -> bool:
        """Whether what this key signs counts as the publisher's own statement."""
        return publisher in self.publishers.get(key, frozenset())


NO_KEYS = KeyList({}, {})


def _bytes(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX + 1)
    except OSError as error:
        raise UsageError(f"{path}: the {what} cannot be read: {error.strerror}") from error
    if len(data) > _MAX:
        raise UsageError(f"{path}: too long for a {what}")
    return data


def private_key(path: Path, password: str = "") -> Ed25519PrivateKey:
    """A private key from a PEM or OpenSSH file; raises UsageError with the accepted forms."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    data = _bytes(path, "private key")
    secret = password.encode() or None
    try:
        if b"OPENSSH PRIVATE KEY" in data:
            matches: object = serialization.load_ssh_private_key(data, secret)
        else:
            matches = serialization.load_pem_private_key(data, secret)
    except TypeError as error:
        hint = "its password goes into PROVENANCE_GRAPH_KEY_PASSWORD"
        raise UsageError(f"{path}: {error}; {hint}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path}: no private key; make one with: {HOW}") from error
    if not isinstance(matches, Ed25519PrivateKey):
        raise UsageError(f"{path}: bundles are signed with Ed25519; make such a key with: {HOW}")
    return matches


def public_key(path: Path) -> PublicKey:
    """A public key from a PEM or OpenSSH file; raises UsageError with the accepted forms."""
    return PublicKey(_public(_bytes(path, "public key"), str(path)), str(path))


def _public(data: bytes, where: str) -> Ed25519PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if data.lstrip().startswith(b"ssh-"):
            matches: object = serialization.load_ssh_public_key(data)
        else:
            matches = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        kind = "a private key" if b"PRIVATE KEY" in data else "no public key"
        raise UsageError(f"{where}: {kind}; give the public one, made with: {HOW}") from error
    if not isinstance(matches, Ed25519PublicKey):
        raise UsageError(f"{where}: bundles are signed with Ed25519; this key is of another kind")
    return matches


def key_list(path: Path) -> KeyList:
    """Read the operator's list of keys: ``[[key]]`` with ``public`` (a file) and ``publishers``.

    Publishers are IRIs or names of organisations such as ``allenai``. Raises UsageError with the
    location of the fault.
    """
    try:
        value = tomllib.loads(_bytes(path, "list of keys").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error
    rows = value.get("key")
    if not isinstance(rows, list) or not rows:
        raise UsageError(f'{path}: no [[key]] in it; each has public = "FILE", publishers = [...]')
    keys: dict[str, PublicKey] = {}
    bound: dict[str, frozenset[Iri]] = {}
    for number, row in enumerate(rows, 1):
        key, publishers = _row(row, path, f"{path}: [[key]] {number}")
        keys[key.id] = key
        bound[key.id] = bound.get(key.id, frozenset()) | publishers
    return KeyList(keys, bound)


def _row(row: object, path: Path, where: str) -> tuple[PublicKey, frozenset[Iri]]:
    if not isinstance(row, dict) or set(row) - {"public", "publishers"}:
        raise UsageError(f"{where}: it has public and publishers, and nothing else")
    public, publishers = row.get("public"), row.get("publishers")
    if not isinstance(public, str) or not public:
        raise UsageError(f"{where}: public names no file and holds no key")
    if not isinstance(publishers, list) or not all(isinstance(p, str) and p for p in publishers):
        raise UsageError(f"{where}: publishers is not a list of IRIs or names")
    if "\n" in public or public.startswith("ssh-"):
        key = PublicKey(_public(public.encode(), where), where)
    else:
        key = public_key(path.parent / public)
    named = (iris.iri(p) if "://" in p else iris.organization(p) for p in publishers)
    return key, frozenset(named)
