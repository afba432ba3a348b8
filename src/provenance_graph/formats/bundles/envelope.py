"""The file of a bundle: a signed in-toto statement over canonical quads and exports.

The file is JSON in one form only, so that a change of any byte is seen: keys in this order,
one space of indentation, a newline at the end.

- ``envelope``: a DSSE envelope; its payload is an in-toto statement (v1) whose subjects are
  the parts of the file with their digests, and whose predicate says what was accepted when,
  by which software, and the digest of every graph inside.
- ``payloadDigest``: the digest of the payload, which guards a bundle without a signature.
- ``content``: the quads in RDFC-1.0: the accepted view in the default graph, every record
  with its header in its own graph, the identity rows, the acceptance policy.
- ``exports``: documents of the formats that were asked for, by format.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.core import canonical
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.bundles.keys import PublicKey
from provenance_graph.formats.parsing import MAX_BYTES, parse_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MEDIA_TYPE = "application/vnd.provenance-graph.bundle+json;version=1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://w3id.org/provenance-graph/receipt/v1"
CONTENT = "content.nq"
EXPORT = "exports/"
_KEYS = ("mediaType", "payloadDigest", "envelope", "content", "exports")
_MAX_SIGNATURES = 16


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of the envelope: the id of the key, and the bytes."""

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class BundleFile:
    """The parts of a bundle's file; only their form has been checked."""

    payload: bytes
    statement: Mapping[str, object]
    signatures: tuple[Signature, ...]
    content: str
    exports: Mapping[str, str]
    payload_digest: str = ""

    @property
    def predicate(self) -> Mapping[str, object]:
        """The statement's predicate about its subjects; empty where it has none."""
        matches = self.statement.get("predicate")
        return matches if isinstance(matches, dict) else {}

    @property
    def message(self) -> bytes:
        """The signed bytes: DSSE's pre-authentication encoding of the payload."""
        kind = PAYLOAD_TYPE.encode()
        return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(self.payload), self.payload)


def statement(
    predicate: Mapping[str, object], content: str, exports: Mapping[str, str]
) -> dict[str, object]:
    """The in-toto statement about the parts of a bundle."""
    parts = {CONTENT: content, **{EXPORT + name: text for name, text in sorted(exports.items())}}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": canonical.digest(text)}}
            for name, text in parts.items()
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": dict(predicate),
    }


def write(
    made: Mapping[str, object],
    content: str,
    exports: Mapping[str, str],
    key: Ed25519PrivateKey | None = None,
) -> bytes:
    """The file of a bundle, signed where a key is given; the same input gives the same bytes."""
    payload = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
    file = BundleFile(payload, made, (), content, exports)
    signatures: tuple[Signature, ...] = ()
    if key is not None:
        signatures = (Signature(PublicKey(key.public_key()).id, key.sign(file.message)),)
    return _text(payload, signatures, content, exports)


def _text(
    payload: bytes, signatures: tuple[Signature, ...], content: str, exports: Mapping[str, str]
) -> bytes:
    value = {
        "mediaType": MEDIA_TYPE,
        "payloadDigest": f"sha256:{hashlib.sha256(payload).hexdigest()}",
        "envelope": {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [
                {"keyid": one.key, "sig": base64.b64encode(one.value).decode()}
                for one in signatures
            ],
        },
        "content": content,
        "exports": dict(sorted(exports.items())),
    }
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "strict")


def is_bundle(value: object) -> bool:
    """Whether a JSON value is the file of a bundle, by its media type."""
    return isinstance(value, dict) and str(value.get("mediaType", "")).startswith(
        MEDIA_TYPE.partition(";")[0]
    )


def read(data: bytes, url: str) -> BundleFile:
    """The parts of a bundle's file; raises Unreadable with the missing or malformed part."""
    if len(data) > MAX_BYTES:
        raise Unreadable(url, f"{len(data):,} bytes; a bundle has at most {MAX_BYTES:,}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(url, f"byte {error.start} is not UTF-8") from error
    if not text.lstrip().startswith(("{", "[")):
        raise Unreadable(url, "no bundle: it is no JSON")
    value = parse_json(text, url)
    if not is_bundle(value):
        raise Unreadable(url, "no bundle: it lacks the mediaType of one")
    if value["mediaType"] != MEDIA_TYPE:
        raise Unreadable(url, f"mediaType {value['mediaType']!r}; this software reads {MEDIA_TYPE}")
    if tuple(value) != _KEYS:
        raise Unreadable(url, f"a bundle has {', '.join(_KEYS)}, in this order and nothing else")
    payload, signatures = _envelope(value["envelope"], url)
    content, exports = value["content"], value["exports"]
    if not isinstance(content, str) or not isinstance(exports, dict):
        raise Unreadable(url, "content is not a text, or exports no object")
    if not all(isinstance(text, str) for text in exports.values()):
        raise Unreadable(url, "exports hold texts alone")
    try:
        if _text(payload, signatures, content, exports) != data:
            raise Unreadable(url, _difference(data, _text(payload, signatures, content, exports)))
    except UnicodeEncodeError as error:
        raise Unreadable(url, "it contains half a surrogate pair") from error
    return BundleFile(
        payload, _statement(payload, url), signatures, content, exports, value["payloadDigest"]
    )


def _difference(data: bytes, expected: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(data, expected, strict=False)) if a != b), 0)
    line = data.count(b"\n", 0, at) + 1
    return f"line {line}: not in the one form that a bundle has (byte {at:,})"


def _envelope(value: object, url: str) -> tuple[bytes, tuple[Signature, ...]]:
    if not isinstance(value, dict) or value.get("payloadType") != PAYLOAD_TYPE:
        raise Unreadable(url, f"its envelope has no payload of type {PAYLOAD_TYPE}")
    matches = value.get("signatures")
    if not isinstance(matches, list) or len(matches) > _MAX_SIGNATURES:
        raise Unreadable(url, f"its envelope has no list of up to {_MAX_SIGNATURES} signatures")
    signatures = []
    for number, one in enumerate(matches):
        if not isinstance(one, dict) or not isinstance(one.get("keyid"), str):
            raise Unreadable(url, f"/envelope/signatures/{number}: no keyid and sig")
        signatures.append(
            Signature(one["keyid"], _base64(one.get("sig"), f"signatures/{number}/sig", url))
        )
    return _base64(value.get("payload"), "payload", url), tuple(signatures)


def _base64(value: object, where: str, url: str) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "?", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable(url, f"/envelope/{where}: not base64") from error


def _statement(payload: bytes, url: str) -> Mapping[str, object]:
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(url, "its payload is not UTF-8") from error
    value = parse_json(text, url)
    kinds = (value.get("_type"), value.get("predicateType")) if isinstance(value, dict) else ()
    if kinds != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise Unreadable(url, f"its payload is not an in-toto statement of {PREDICATE_TYPE}")
    matches: Mapping[str, object] = value
    return matches


def altered(file: BundleFile) -> list[Problem]:
    """Problems for the parts of a bundle whose digest differs from the one in its statement."""
    matches: list[Problem] = []
    if file.payload_digest != f"sha256:{hashlib.sha256(file.payload).hexdigest()}":
        what = "the digest is another than that of the statement in the envelope"
        matches.append(Problem("/payloadDigest", what, kind="digest"))
    parts = {CONTENT: file.content, **{EXPORT + name: t for name, t in file.exports.items()}}
    subjects = file.statement.get("subject")
    stated = _stated(subjects)
    if subjects != [{"name": name, "digest": {"sha256": it}} for name, it in stated.items()]:
        what = "not one name and one SHA-256 a part: repeated, or with more beside it"
        matches.append(Problem("/envelope/payload/subject", what, kind="digest"))
    for name in sorted({*parts, *stated}):
        where = "/content" if name == CONTENT else f"/{name}"
        if name not in parts:
            matches.append(
                Problem(where, "the statement names it and it is not here", kind="digest")
            )
        elif name not in stated:
            matches.append(Problem(where, "the signed statement does not name it", kind="digest"))
        elif canonical.digest(parts[name]) != stated[name]:
            matches.append(Problem(where, "changed: its digest is another", kind="digest"))
    return matches


def _stated(value: object) -> dict[str, str]:
    matches: dict[str, str] = {}
    for one in value if isinstance(value, list) else ():
        digest = one.get("digest") if isinstance(one, dict) else None
        if isinstance(digest, dict):
            matches[str(one.get("name"))] = str(digest.get("sha256"))
    return matches


def signers(file: BundleFile, keys: Mapping[str, PublicKey]) -> list[str]:
    """The ids of those given keys whose signatures over the statement are valid."""
    return [
        one.key
        for one in file.signatures
        if one.key in keys and keys[one.key].signed(one.value, file.message)
    ]
