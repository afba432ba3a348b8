"""Signatures of models hold or do not, with given keys and certificates, and the reason is told."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from provenance_graph.core.errors import UsageError
from provenance_graph.formats.packaging.modelsigning import forged_root
from provenance_graph.formats.packaging.signatures import (
    SignatureState,
    Trust,
    changed_files,
    check,
    trust,
)

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
TYPE = "application/vnd.in-toto+json"


def _statement(files: dict[str, bytes]) -> dict[str, Any]:
    digests = {name: hashlib.sha256(data) for name, data in sorted(files.items())}
    root = hashlib.sha256(b"".join(d.digest() for d in digests.values())).hexdigest()
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "oak", "digest": {"sha256": root}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "serialization": {"method": "files", "ignore_paths": ["model.sig"]},
            "resources": [
                {"name": name, "algorithm": "sha256", "digest": d.hexdigest()}
                for name, d in digests.items()
            ],
        },
    }


def _encoded(payload: bytes) -> bytes:
    return b"DSSEv1 %d %b %d %b" % (len(TYPE), TYPE.encode(), len(payload), payload)


def _bundle(key: Any, statement: dict[str, Any], material: dict[str, Any] | None = None) -> Any:
    payload = json.dumps(statement).encode()
    message = _encoded(payload)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.sign(message)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        kind = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[key.key_size]
        raw = key.sign(message, ec.ECDSA(kind))
    else:
        from cryptography.hazmat.primitives.asymmetric import padding

        raw = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material or {"publicKey": {"hint": "x"}},
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": TYPE,
            "signatures": [{"sig": base64.b64encode(raw).decode()}],
        },
    }


def _certificate(
    subject: str, key: Any, issuer: str, by: Any, *, ca: bool, begin: datetime, days: float
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        name = x509.SubjectAlternativeName([x509.RFC822Name("signer@oak.example")])
        builder = builder.add_extension(name, critical=False)
    return builder.sign(by, hashes.SHA256())


def _chain(
    days: float, begin: datetime = TODAY - timedelta(days=1)
) -> tuple[Any, Any, dict[str, Any]]:
    """A signer's key, the root, and the material of a bundle that its certificate signs."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Root", root_key, "Root", root_key, ca=True, begin=begin, days=3650)
    leaf = _certificate("Oak", key, "Root", root_key, ca=False, begin=begin, days=days)
    raw = base64.b64encode(leaf.public_bytes(serialization.Encoding.DER)).decode()
    return key, root, {"x509CertificateChain": {"certificates": [{"rawBytes": raw}]}}


FILES = {"config.json": b"{}", "model.safetensors": b"weights"}


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["p256", "p384", "ed25519", "rsa"],
)
def test_a_given_key_verifies_and_another_does_not(key: Any) -> None:
    bundle = _bundle(key, _statement(FILES))
    held = check(bundle, Trust(keys=(key.public_key(),), at=TODAY))
    assert held.state is SignatureState.VERIFIED
    assert held.signer.startswith("public key sha256:")
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert check(bundle, Trust(keys=(other,), at=TODAY)).state is SignatureState.INVALID
    assert check(bundle, Trust(at=TODAY)).state is SignatureState.NOT_VERIFIED


def test_a_changed_payload_is_no_longer_signed() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    bundle = _bundle(key, _statement(FILES))
    forged = _statement({**FILES, "model.safetensors": b"other weights"})
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(forged).encode()).decode()
    outcome = check(bundle, Trust(keys=(key.public_key(),), at=TODAY))
    assert outcome.state is SignatureState.INVALID
    assert outcome.why == "none of the given keys made the signature over this payload"


def test_a_forged_digest_of_one_file_is_told_without_any_key() -> None:
    statement = _statement(FILES)
    assert forged_root(statement) == ""
    statement["predicate"]["resources"][0]["digest"] = "0" * 64
    assert forged_root(statement).startswith("the subject's digest is not that of its files")


def test_a_certificate_leads_to_a_root_or_not() -> None:
    key, root, material = _chain(days=30)
    bundle = _bundle(key, _statement(FILES), material)
    outcome = check(bundle, Trust(roots=(root,), at=TODAY))
    assert (outcome.state, outcome.signer) == (SignatureState.VERIFIED, "signer@oak.example")
    _, other, _ = _chain(days=30)
    outcome = check(bundle, Trust(roots=(other,), at=TODAY))
    assert outcome.why == "the certificate does not lead to a given root"
    assert check(bundle, Trust(at=TODAY)).state is SignatureState.NOT_VERIFIED


def test_an_expired_certificate_is_told_with_its_days() -> None:
    key, root, material = _chain(days=10, begin=TODAY - timedelta(days=60))
    outcome = check(_bundle(key, _statement(FILES), material), Trust(roots=(root,), at=TODAY))
    assert outcome.state is SignatureState.INVALID
    assert outcome.why.startswith(
        "the certificate has expired: valid from 2025-12-31 00:00 to 2026-01-10"
    )


def test_a_log_proves_that_it_was_signed_while_the_certificate_was_valid() -> None:
    begin = TODAY - timedelta(days=60)
    key, root, material = _chain(days=10, begin=begin)
    bundle = _bundle(key, _statement(FILES), material)
    log = ec.generate_private_key(ec.SECP256R1())
    payload = base64.b64decode(bundle["dsseEnvelope"]["payload"])
    body = json.dumps(
        {
            "kind": "dsse",
            "spec": {
                "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()}
            },
        }
    ).encode()
    moment = int((begin + timedelta(days=1)).timestamp())
    promised = {
        "body": base64.b64encode(body).decode(),
        "integratedTime": moment,
        "logID": "ab" * 32,
        "logIndex": 7,
    }
    text = json.dumps(promised, sort_keys=True, separators=(",", ":")).encode()
    raw = log.sign(text, ec.ECDSA(hashes.SHA256()))
    entry = {
        "logIndex": "7",
        "logId": {"keyId": base64.b64encode(bytes.fromhex("ab" * 32)).decode()},
        "integratedTime": str(moment),
        "inclusionPromise": {"signedEntryTimestamp": base64.b64encode(raw).decode()},
        "canonicalizedBody": base64.b64encode(body).decode(),
    }
    bundle["verificationMaterial"]["tlogEntries"] = [entry]
    without = check(bundle, Trust(roots=(root,), at=TODAY))
    assert without.why.endswith("give the log's key to prove when it was signed")
    proved = check(bundle, Trust(roots=(root,), log_keys=(log.public_key(),), at=TODAY))
    assert proved.state is SignatureState.VERIFIED
    entry["canonicalizedBody"] = base64.b64encode(body.replace(b"dsse", b"dss3")).decode()
    assert (
        check(bundle, Trust(roots=(root,), log_keys=(log.public_key(),), at=TODAY)).state
        is SignatureState.INVALID
    )
    entry["canonicalizedBody"] = base64.b64encode(
        json.dumps({"spec": {"payloadHash": {"algorithm": "sha256", "value": "0" * 64}}}).encode()
    ).decode()
    told = check(bundle, Trust(roots=(root,), at=TODAY)).why
    assert told == "the entry of the transparency log is about another payload: it was changed"


def test_files_on_disk_are_held_against_the_signed_digests(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "model.sig").write_text("the signature is left out")
    statement = _statement(FILES)
    assert list(changed_files(statement, tmp_path)) == []
    (tmp_path / "config.json").write_text("{ }")
    (tmp_path / "extra.bin").write_text("x")
    (tmp_path / "model.safetensors").unlink()
    statement["predicate"]["resources"].append(
        {"name": "../outside", "algorithm": "sha256", "digest": "0" * 64}
    )
    assert list(changed_files(statement, tmp_path)) == [
        "../outside: a path outside of the folder is signed",
        "config.json: its sha256 digest is not the signed one",
        "model.safetensors: signed, and not there",
        "extra.bin: there, and not signed",
    ]


def test_what_is_no_key_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("no key")
    with pytest.raises(UsageError, match=r"key\.pem: no public key in PEM"):
        trust([path], [], [], TODAY)
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert len(trust([path], [], [], TODAY).keys) == 1
