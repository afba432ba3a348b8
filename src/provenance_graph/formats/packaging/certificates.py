"""The verification material of a signature: certificates and transparency log entries."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.formats.statements import as_list, mapping, scalar_text

if TYPE_CHECKING:
    from cryptography import x509

MAX_CHAIN = 10


def decoded(value: Any) -> bytes | None:
    """The bytes of a base64 text; None where it is not base64 or empty."""
    text = scalar_text(value)
    try:
        return base64.b64decode(text, validate=True) if text else None
    except (binascii.Error, ValueError):
        return None


def log_entries(bundle: Mapping[Any, Any]) -> list[dict[Any, Any]]:
    """The transparency log entries of a signature bundle, at most 20."""
    material = mapping(bundle.get("verificationMaterial"))
    return [mapping(entry) for entry in as_list(material.get("tlogEntries"))[:20]]


def chain_of(bundle: Mapping[Any, Any]) -> list[x509.Certificate] | str:
    """A bundle's certificates, the signer's first; an error text where one is unreadable."""
    from cryptography import x509  # loading it takes a moment, which only signed documents pay

    material = mapping(bundle.get("verificationMaterial"))
    certificates = as_list(mapping(material.get("x509CertificateChain")).get("certificates"))
    if one := mapping(material.get("certificate")):
        certificates = [one, *certificates]
    result: list[x509.Certificate] = []
    for each in certificates[:MAX_CHAIN]:
        raw = decoded(mapping(each).get("rawBytes"))
        try:
            result.append(x509.load_der_x509_certificate(raw or b""))
        except ValueError:
            return "a certificate beside the signature is unreadable"
    return result


def is_valid(certificate: x509.Certificate, moment: datetime) -> bool:
    """Whether a certificate was valid at a moment."""
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def invalid_certificate(bundle: Mapping[Any, Any], day: str) -> str:
    """The reason why a certificate was not valid at signing, found without any key; else empty.

    The time of signing is the one in a log entry of the bundle, which is not proved here, else the
    day of reading.
    """
    chain = chain_of(bundle)
    if isinstance(chain, str):
        return chain
    stated = [scalar_text(entry.get("integratedTime")) for entry in log_entries(bundle)]
    times = [int(text) for text in stated if is_digits(text) and len(text) < 12]
    read = datetime.fromisoformat(f"{day[:10]}T00:00:00+00:00")
    moment = datetime.fromtimestamp(times[0], UTC) if times else read
    outside = next((each for each in chain if not is_valid(each, moment)), None)
    if outside is None:
        return ""
    begin, end = outside.not_valid_before_utc, outside.not_valid_after_utc
    when = "when its log entry says that it signed" if times else "when it was read"
    return (
        f"a certificate valid from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}, and not {when}, "
        f"{moment:%Y-%m-%d %H:%M}"
    )
