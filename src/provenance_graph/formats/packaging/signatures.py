"""Offline verification of signed statements about models, with given keys and certificates.

A DSSE envelope is signed over its type and payload. The signature is verified where one of the
given public keys made it, or where its certificate chains to a given root and was valid at the time
of signing. That time is the one that a transparency log promised, if the log's key is given too;
without it an expired certificate is no proof. Nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from provenance_graph.core.errors import UsageError
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.formats.packaging.certificates import (
    chain_of,
    decoded,
    is_valid,
    log_entries,
)
from provenance_graph.formats.packaging.modelsigning import other_payload
from provenance_graph.formats.statements import as_list, mapping, scalar_text

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey
MAX_FILES = 100_000
_CHUNK = 1 << 20
_HASHES: Mapping[int, hashes.HashAlgorithm] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    521: hashes.SHA512(),
}
_HASHED_BY = frozenset({"sha256", "sha384", "sha512", "blake2b"})


class SignatureState(Enum):
    """The result of verifying a signature."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not verified"
    INVALID = "invalid"


@dataclass(frozen=True)
class Trust:
    """The trust anchors of a check: keys, root certificates, keys of logs; and the day of checking."""

    keys: tuple[PublicKey, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()
    log_keys: tuple[PublicKey, ...] = ()
    at: datetime = field(default_factory=lambda: datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class SignatureOutcome:
    """The result of a check: state, reason, and the signer where known."""

    state: SignatureState
    why: str
    signer: str = ""


def trust(
    keys: Sequence[Path], roots: Sequence[Path], log_keys: Sequence[Path], at: datetime
) -> Trust:
    """Load trust anchors from PEM files; raises UsageError for a file without key or certificate."""
    return Trust(
        tuple(_key(path) for path in keys),
        tuple(each for path in roots for each in _certificates(path)),
        tuple(_key(path) for path in log_keys),
        at,
    )


def _key(path: Path) -> PublicKey:
    try:
        result = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path}: no public key in PEM ({error})") from error
    if not isinstance(
        result, (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, rsa.RSAPublicKey)
    ):
        raise UsageError(f"{path}: keys of this kind are not read; use EC, Ed25519 or RSA")
    return result


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no certificate in PEM ({error})") from error


def check(bundle: Mapping[Any, Any], trusted: Trust) -> SignatureOutcome:
    """Verify the signature of a bundle or envelope.

    Raises nothing: an outcome that is not verified states the reason.
    """
    envelope = mapping(bundle.get("dsseEnvelope")) or bundle
    if message := mapping(bundle.get("messageSignature")):
        return _of_message(bundle, message, trusted)
    payload = decoded(envelope.get("payload"))
    signatures = [
        raw for s in as_list(envelope.get("signatures")) if (raw := decoded(mapping(s).get("sig")))
    ]
    if payload is None or not signatures:
        return SignatureOutcome(SignatureState.NOT_VERIFIED, "no payload with a signature")
    messages = _encoded(scalar_text(envelope.get("payloadType")), payload)
    if forged := other_payload(bundle, payload):
        return SignatureOutcome(SignatureState.INVALID, forged)
    chain = chain_of(bundle)
    if isinstance(chain, str):
        return SignatureOutcome(SignatureState.INVALID, chain)
    if chain:
        return _by_certificate(bundle, chain, messages, signatures, trusted)
    return _by_key(messages, signatures, trusted)


def _of_message(
    bundle: Mapping[Any, Any], message: Mapping[Any, Any], trusted: Trust
) -> SignatureOutcome:
    """Verify a signature over a file, of which the bundle holds the digest."""
    stated = mapping(message.get("messageDigest"))
    digest, raw = decoded(stated.get("digest")), decoded(message.get("signature"))
    if scalar_text(stated.get("algorithm")) != "SHA2_256" or digest is None or raw is None:
        return SignatureOutcome(SignatureState.NOT_VERIFIED, "no SHA-256 digest with a signature")
    chain = chain_of(bundle)
    if isinstance(chain, str):
        return SignatureOutcome(SignatureState.INVALID, chain)
    if chain:
        return _by_certificate(bundle, chain, (Digest(digest),), (raw,), trusted)
    return _by_key((Digest(digest),), (raw,), trusted)


class Digest(bytes):
    """The SHA-256 digest of the signed bytes, where these are not available."""


def _by_key(
    messages: Sequence[bytes], signatures: Sequence[bytes], trusted: Trust
) -> SignatureOutcome:
    if not trusted.keys:
        return SignatureOutcome(
            SignatureState.NOT_VERIFIED, "signed with a key, and no key is given"
        )
    for key in trusted.keys:
        if _any_verifies(key, signatures, messages):
            return SignatureOutcome(
                SignatureState.VERIFIED, "a given key made the signature", fingerprint(key)
            )
    return SignatureOutcome(
        SignatureState.INVALID, "none of the given keys made the signature over this payload"
    )


def _by_certificate(
    bundle: Mapping[Any, Any],
    chain: Sequence[x509.Certificate],
    messages: Sequence[bytes],
    signatures: Sequence[bytes],
    trusted: Trust,
) -> SignatureOutcome:
    leaf = chain[0]
    signer = identity(leaf)
    key = leaf.public_key()
    if not isinstance(key, (ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey, rsa.RSAPublicKey)):
        return SignatureOutcome(
            SignatureState.NOT_VERIFIED, "the certificate's key is of another kind", signer
        )
    if not _any_verifies(key, signatures, messages):
        why = "the certificate's key did not make the signature over this payload"
        return SignatureOutcome(SignatureState.INVALID, why, signer)
    if not trusted.roots:
        return SignatureOutcome(
            SignatureState.NOT_VERIFIED, "signed with a certificate, and no root is given", signer
        )
    moment, proved = _moment(bundle, trusted)
    if wrong := _path(chain, trusted.roots, moment):
        return SignatureOutcome(SignatureState.INVALID, wrong, signer)
    expired = next((c for c in chain if not is_valid(c, moment)), None)
    if expired is None:
        how = " at the time that the log promised" if proved else ""
        return SignatureOutcome(
            SignatureState.VERIFIED, f"its certificate leads to a given root{how}", signer
        )
    end, begin = expired.not_valid_after_utc, expired.not_valid_before_utc
    span = f"valid from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
    when = (
        f"at the time that the log promised, {moment:%Y-%m-%d %H:%M}"
        if proved
        else f"on {moment:%Y-%m-%d}"
    )
    hint = (
        ""
        if proved or not log_entries(bundle)
        else "; give the log's key to prove when it was signed"
    )
    why = f"the certificate has expired: {span}, not {when}{hint}"
    return SignatureOutcome(SignatureState.INVALID, why, signer)


def _path(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], moment: datetime
) -> str:
    """The fault in the path from the certificate to a root; empty where it is sound."""
    for child, issuer in pairwise(chain):
        if not _issued(child, issuer):
            return "the certificates do not follow from one another"
    last = chain[-1]
    for root in roots:
        if last == root or _issued(last, root):
            if not is_valid(root, moment):
                return f"the root has expired: it was valid to {root.not_valid_after_utc:%Y-%m-%d}"
            return ""
    return "the certificate does not lead to a given root"


def _issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not basic.ca:
            return False
        child.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _moment(bundle: Mapping[Any, Any], trusted: Trust) -> tuple[datetime, bool]:
    """The time of signing (a trusted log's, else the checker's day), and whether a log promised it."""
    for entry in log_entries(bundle):
        body = decoded(entry.get("canonicalizedBody"))
        raw = decoded(mapping(entry.get("inclusionPromise")).get("signedEntryTimestamp"))
        log = decoded(mapping(entry.get("logId")).get("keyId"))
        stated, index = scalar_text(entry.get("integratedTime")), scalar_text(entry.get("logIndex"))
        if body is None or raw is None or log is None or not is_digits(stated + index):
            continue
        promised = {
            "body": base64.b64encode(body).decode(),
            "integratedTime": int(stated),
            "logID": log.hex(),
            "logIndex": int(index),
        }
        message = json.dumps(promised, sort_keys=True, separators=(",", ":")).encode()
        if len(stated) < 12 and any(_verifies(key, raw, message) for key in trusted.log_keys):
            return datetime.fromtimestamp(int(stated), UTC), True
    return trusted.at, False


def _encoded(kind: str, payload: bytes) -> tuple[bytes, bytes]:
    """The bytes that a DSSE envelope signs, and those that model-signing before 0.3 signed."""
    name = kind.encode()
    before = f"DSSEV1 {len(name)} {kind} {len(payload)} {payload!r}".encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload), before


def _any_verifies(key: PublicKey, signatures: Sequence[bytes], messages: Sequence[bytes]) -> bool:
    return any(_verifies(key, raw, message) for raw in signatures for message in messages)


def _verifies(key: PublicKey, raw: bytes, message: bytes) -> bool:
    """Whether a key made a signature over a message."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return _passes(partial(key.verify, raw, message))
    if isinstance(message, Digest):
        known = utils.Prehashed(hashes.SHA256())
        if isinstance(key, ec.EllipticCurvePublicKey):
            return _passes(partial(key.verify, raw, message, ec.ECDSA(known)))
        return _passes(partial(key.verify, raw, message, padding.PKCS1v15(), known))
    if isinstance(key, ec.EllipticCurvePublicKey):
        by_curve = _HASHES.get(key.key_size, hashes.SHA256())
        return any(
            _passes(partial(key.verify, raw, message, ec.ECDSA(kind)))
            for kind in (by_curve, hashes.SHA256())
        )
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
    return any(
        _passes(partial(key.verify, raw, message, form, hashes.SHA256()))
        for form in (padding.PKCS1v15(), pss)
    )


def _passes(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def fingerprint(key: PublicKey) -> str:
    """The SHA-256 digest of a public key's DER form, as a text."""
    raw = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"public key sha256:{hashlib.sha256(raw).hexdigest()}"


def identity(certificate: x509.Certificate) -> str:
    """The names in a certificate: alternative names, else its subject."""
    try:
        result = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = [str(name.value) for name in result.value]
    except (x509.ExtensionNotFound, ValueError):
        names = []
    return ", ".join(names) or certificate.subject.rfc4514_string()


def changed_files(statement: Mapping[Any, Any], folder: Path) -> Iterator[str]:
    """Yield a sentence for each difference between the signed files and those of a folder."""
    predicate = mapping(statement.get("predicate"))
    signed: dict[str, tuple[str, str]] = {}
    for raw in as_list(predicate.get("resources"))[:MAX_FILES]:
        item = mapping(raw)
        signed[scalar_text(item.get("name"))] = (
            scalar_text(item.get("algorithm")),
            scalar_text(item.get("digest")).casefold(),
        )
    for raw in as_list(statement.get("subject"))[:MAX_FILES] if not signed else []:
        item = mapping(raw)
        for algorithm, digest in mapping(item.get("digest")).items():
            signed[scalar_text(item.get("name"))] = (str(algorithm), scalar_text(digest).casefold())
    for name, (algorithm, digest) in sorted(signed.items()):
        path = folder if name == "." and folder.is_file() else folder / name
        if folder not in (path, *path.parents) or ".." in Path(name).parts:
            yield f"{name}: a path outside of the folder is signed"
        elif not path.is_file():
            yield f"{name}: signed, and not there"
        elif algorithm not in _HASHED_BY:
            yield f"{name}: digests of {algorithm} are not computed"
        elif file_digest(path, algorithm) != digest:
            yield f"{name}: its {algorithm} digest is not the signed one"
    left_out = {Path(scalar_text(p)).parts[0] for p in _ignored(predicate) if scalar_text(p)}
    for path in sorted(folder.rglob("*"))[:MAX_FILES] if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in signed and Path(name).parts[0] not in left_out:
            yield f"{name}: there, and not signed"


def _ignored(predicate: Mapping[Any, Any]) -> list[Any]:
    return as_list(mapping(predicate.get("serialization")).get("ignore_paths"))


def file_digest(path: Path, algorithm: str) -> str:
    """The hexadecimal digest of a file, read in pieces."""
    whole = hashlib.new(algorithm)
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            whole.update(piece)
    return whole.hexdigest()
