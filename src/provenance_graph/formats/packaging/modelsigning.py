"""Signatures of models: sigstore bundles, DSSE envelopes and in-toto statements.

Reads what is signed (subjects and files with their digests) and the signer that the signature
names. Verification with keys is in ``signatures``; a change of a bundle that shows without a key is
a problem here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage, model_names, paths, statements, table_leaves
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read, skip
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered, once
from provenance_graph.formats.fields import packages
from provenance_graph.formats.packaging import slsa
from provenance_graph.formats.packaging.certificates import (
    decoded,
    invalid_certificate,
    log_entries,
)
from provenance_graph.formats.parsing import parse_json
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "modelsigning"
MAX_FILES = 100_000
NOT_VERIFIED = "not verified"
KEYS = KeyTable(
    (
        *read("the model, and its digest", "statement/subject/name", "statement/subject/digest/*"),
        *read(
            "`pg:Artifact` with `pg:digest`",
            "statement/predicate/resources/name",
            "statement/predicate/resources/digest",
            "statement/predicate/resources/algorithm",
        ),
        *read(
            "SLSA: `pg:TrainingStage` where data went in or the build is training; else as stated",
            "statement/predicate/buildDefinition/buildType",
            "statement/predicate/buildDefinition/externalParameters/**",
            "statement/predicate/buildDefinition/resolvedDependencies/uri",
            "statement/predicate/buildDefinition/resolvedDependencies/name",
            "statement/predicate/buildDefinition/resolvedDependencies/downloadLocation",
            "statement/predicate/buildDefinition/resolvedDependencies/digest/*",
            "statement/predicate/runDetails/builder/id",
            "statement/predicate/runDetails/metadata/*",
            "statement/predicate/materials/**",
            "statement/predicate/buildType",
            "statement/predicate/builder/id",
            "statement/predicate/invocation/parameters/**",
            "statement/predicate/invocation/configSource/uri",
            "statement/predicate/invocation/configSource/digest/*",
            "statement/predicate/metadata/buildStartedOn",
            "statement/predicate/metadata/buildFinishedOn",
            "statement/predicate/metadata/buildInvocationId",
        ),
        *skip("that it is an in-toto statement", "statement/_type"),
        *later("statement/**"),
        *read(
            "`pg:signedBy`: the certificate's subject or the key's digest",
            "bundle/verificationMaterial/certificate/rawBytes",
            "bundle/verificationMaterial/publicKey/rawBytes",
        ),
        *skip(
            "certificates, of which the first names the signer",
            "bundle/verificationMaterial/x509CertificateChain/**",
        ),
        *read(
            "`pg:digest` of the file",
            "bundle/messageSignature/messageDigest/digest",
            "bundle/messageSignature/messageDigest/algorithm",
        ),
        *skip(
            "the statement, whose values are read", "bundle/dsseEnvelope/payload", "bundle/payload"
        ),
        *skip("the signature itself, which is not verified", "bundle/**"),
    )
)


def recognises(features: Features) -> bool:
    """Whether a document is a sigstore bundle, a DSSE envelope or an in-toto statement."""
    value = mapping(features.value)
    if features.syntax not in ("json", "jsonl"):
        return False
    envelope = "payload" in value and "payloadType" in value and "signatures" in value
    return (
        scalar_text(value.get("mediaType")).startswith("application/vnd.dev.sigstore.bundle")
        or ("dsseEnvelope" in value and "verificationMaterial" in value)
        or ("messageSignature" in value and "verificationMaterial" in value)
        or envelope
        or scalar_text(value.get("_type")).startswith("https://in-toto.io/Statement/")
    )


@once
def parts(document: Document) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The bundle or envelope, and the statement in it; raises Unreadable."""
    whole = mapping(statements.sanitise(document.json, document.text))
    if "_type" in whole:
        return {}, whole
    if mapping(whole.get("messageSignature")):
        return whole, {}
    envelope = mapping(whole.get("dsseEnvelope")) or whole
    payload = envelope.get("payload")
    try:
        raw = base64.b64decode(scalar_text(payload), validate=False)
        repeated: list[Problem] = []
        statement = parse_json(raw.decode(), document.url, repeated)
        document.repeated.extend(replace(p, where=f"/payload{p.where}") for p in repeated)
    except (binascii.Error, ValueError, Unreadable) as error:
        raise Unreadable(document.url, f"its payload is no statement: {error}") from error
    if not isinstance(statement, dict):
        raise Unreadable(document.url, "its payload is not an in-toto statement")
    return whole, mapping(statements.sanitise(statement, json.dumps(statement)))


def other_payload(bundle: Mapping[Any, Any], payload: bytes) -> str:
    """The reason why a log entry is about another payload; empty where it is about this one."""
    for entry in log_entries(bundle):
        try:
            spec = mapping(json.loads(decoded(entry.get("canonicalizedBody")) or b"{}")).get("spec")
        except (ValueError, RecursionError):
            return "the entry of the transparency log is unreadable"
        content = mapping(mapping(spec).get("content")) or mapping(spec)
        stated = mapping(content.get("payloadHash"))
        if scalar_text(stated.get("algorithm")) == "sha256":
            value = scalar_text(stated.get("value"))
            if value != hashlib.sha256(payload).hexdigest():
                return "the entry of the transparency log is about another payload: it was changed"
    return ""


def forged_root(statement: Mapping[Any, Any]) -> str:
    """The reason why a statement's subject does not match its files; empty where it does.

    By the specification of model signing 1.0 the subject's digest is that of the files' digests, in
    their order.
    """
    if scalar_text(statement.get("predicateType")) != "https://model_signing/signature/v1.0":
        return ""
    whole = hashlib.sha256()
    resources = as_list(mapping(statement.get("predicate")).get("resources"))
    for raw in resources:
        try:
            whole.update(bytes.fromhex(scalar_text(mapping(raw).get("digest"))))
        except ValueError:
            return ""
    for subject in as_list(statement.get("subject"))[:1]:
        stated = scalar_text(mapping(mapping(subject).get("digest")).get("sha256"))
        if stated and resources and stated.casefold() != whole.hexdigest():
            return "the subject's digest is not that of its files: one of them was changed"
    return ""


@gathered
def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value of the bundle, and of the statement inside."""
    whole, statement = parts(document)
    yield from coverage.leaves(whole, ("bundle",), "")
    yield from coverage.leaves(statement, ("statement",), "" if not whole else "/payload")


def signer(bundle: dict[Any, Any]) -> str:
    """The signer that a signature names: the certificate's identity, else the key's digest."""
    material = mapping(bundle.get("verificationMaterial"))
    chain = as_list(mapping(material.get("x509CertificateChain")).get("certificates"))
    leaf = mapping(material.get("certificate")) or mapping(chain[0] if chain else None)
    raw = scalar_text(leaf.get("rawBytes"))
    if raw:
        return _identity(raw) or "an unreadable certificate"
    key = scalar_text(mapping(material.get("publicKey")).get("rawBytes"))
    hint = scalar_text(mapping(material.get("publicKey")).get("hint"))
    if key:
        return f"public key sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    return f"public key {hint}" if hint else ""


def _identity(raw: str) -> str:
    """The names in a certificate: alternative names, else its subject."""
    from cryptography import x509  # loading it takes a moment, which only signed documents pay

    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(raw))
        extension_for_class = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        names = [str(name.value) for name in extension_for_class.value]
        return ", ".join(names) or certificate.subject.rfc4514_string()
    except x509.ExtensionNotFound:
        return certificate.subject.rfc4514_string()
    except (ValueError, binascii.Error):
        return ""


def origin(document: Document) -> Origin:
    """The origin: the unverified signer as publisher, hence on a third party's basis."""
    try:
        whole, _ = parts(document)
    except Unreadable:
        whole = {}
    name = signer(whole)[: statements.MAX_STATED]
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization(name or "unnamed signers"),
        basis=Basis.THIRD_PARTY,
        title="Signed statement about a model, signature not verified",
        attribution=name,
    )


def read_statement(document: Document) -> Iterator[Claim | Problem]:
    """Yield what is signed and by whom, and problems of integrity."""
    whole, statement = parts(document)
    own = table_leaves.known_leaves(statement, ("statement",), "/payload" if whole else "", KEYS)
    every = chain(table_leaves.known_leaves(whole, ("bundle",), "", KEYS), own)
    yield from coverage.unknown(every, KEYS, "in-toto and sigstore")
    if wrong := _forged(whole, statement):
        yield Problem("/payload", wrong, "the bundle as its signer made it", kind="forged")
    if wrong := invalid_certificate(whole, document.retrieved):
        hint = f"the signature is {NOT_VERIFIED}; ask for one that was made in time"
        location = "/verificationMaterial"
        yield Problem(location, f"expired or unreadable: {wrong}", hint, kind="signature")
    if message := mapping(whole.get("messageSignature")):
        yield from _signed_file(document, whole, message)
        return
    subjects = as_list(statement.get("subject"))
    if subjects and all(_is_software(mapping(raw)) for raw in subjects):
        text = ", ".join(_name_of(mapping(raw)) for raw in subjects[:3])[:200]
        what = f"about software, {text}; no model is among its subjects"
        yield Problem("/payload/subject", what, kind="empty")
        return
    if not subjects:
        yield Problem(
            "/payload/subject", "a statement about nothing", "subject with name and digest"
        )
    predicate = mapping(statement.get("predicate"))
    several = len(subjects) > 1
    model = _model([stated_name(mapping(s).get("name")) for s in subjects], document)
    yield from statements.is_a(
        model, PG.Model, "" if several else stated_name(_first_name(subjects))
    )
    for n, raw in enumerate(subjects[:MAX_FILES]):
        item, where = mapping(raw), f"/payload/subject/{n}"
        name = stated_name(item.get("name")) if several else ""
        yield from _digested(model, name, mapping(item.get("digest")).items(), where)
    for n, raw in enumerate(as_list(predicate.get("resources"))[:MAX_FILES]):
        item, where = mapping(raw), f"/payload/predicate/resources/{n}"
        pair = (scalar_text(item.get("algorithm")), scalar_text(item.get("digest")))
        yield from _digested(model, stated_name(item.get("name")), [pair], where)
    yield from slsa.read(statement, model, "/payload" if whole else "")
    yield from _signed_by(model, whole)
    yield from coverage.claims(model, own, KEYS)


_SOFTWARE = re.compile(
    r"pkg:(?!huggingface|mlflow|generic|oci|docker)[a-z]+/\S+"
    r"|\S+\.(?:whl|jar|deb|rpm|exe|msi|dmg|apk|gem|crate|nupkg|egg|sbom|iso)",
    re.IGNORECASE,
)


def _is_software(subject: dict[Any, Any]) -> bool:
    """Whether a subject is a package or program, by its package URL or its suffix."""
    return _SOFTWARE.fullmatch(_name_of(subject)) is not None


def _name_of(subject: dict[Any, Any]) -> str:
    return scalar_text(subject.get("name")) or scalar_text(subject.get("uri"))


def _signed_by(model: Iri, bundle: dict[Any, Any]) -> Iterator[Claim]:
    """Yield the signer that a signature names, and that the signature is not verified."""
    if name := signer(bundle)[: statements.MAX_STATED]:
        who = statements.named_organization(name)
        yield from statements.is_a(who, PG.Organization, name)
        yield Claim(model, PG.signedBy, who)
        yield coverage.other(model, "signature", NOT_VERIFIED)


def _forged(bundle: dict[Any, Any], statement: dict[Any, Any]) -> str:
    """The reason why a bundle was changed after signing, found without any key; else empty."""
    envelope = mapping(bundle.get("dsseEnvelope")) or bundle
    payload = decoded(envelope.get("payload"))
    return forged_root(statement) or (other_payload(bundle, payload) if payload else "")


def _signed_file(
    document: Document, bundle: dict[Any, Any], message: dict[Any, Any]
) -> Iterator[Claim | Problem]:
    """Yield the claims of a signature over one file, of which the bundle holds the digest only."""
    stated = mapping(message.get("messageDigest"))
    raw = decoded(stated.get("digest")) or b""
    algorithm = scalar_text(stated.get("algorithm")).replace("SHA2_", "sha")
    model = _model([], document)
    yield from statements.is_a(model, PG.Model)
    yield from _digested(model, "", [(algorithm, raw.hex())], "/messageSignature/messageDigest")
    yield from _signed_by(model, bundle)


def _first_name(subjects: list[Any]) -> Any:
    return mapping(subjects[0]).get("name") if subjects else ""


def _model(names: list[str], document: Document) -> Iri:
    """The signed model: a Hub repository where the only subject names one, else that name.

    A subject with a generic file name, or several subjects, give a model named after this document.
    """
    if len(names) == 1:
        repository = hub.reference(names[0]) or (hub.address(names[0]) if "/" in names[0] else None)
        if (
            repository is not None
            and repository.kind is hub.RepositoryKind.MODEL
            and repository.owner
        ):
            return iris.model(repository.name)
        stem = re.sub(r"\.\w{1,12}$", "", names[0].rpartition("/")[2])
        if names[0] and not model_names.names_a_file(stem):
            return paths.named(SOURCE, "model", names[0], document)
    return paths.by_path(SOURCE, paths.source_slug(document), document)


def _digested(model: Iri, name: str, digests: Any, where: str) -> Iterator[Claim | Problem]:
    results = []
    for algorithm, content in digests:
        digest = packages.digest(scalar_text(algorithm), scalar_text(content))
        if digest:
            results.append(digest)
        else:
            what = f"{scalar_text(content)[:80]!r} is no {scalar_text(algorithm)[:20]} digest"
            yield Problem(f"{where}/digest", what, "hexadecimal digits of the algorithm's length")
    if results or name:
        yield from packages.artifact(SOURCE, model, name, results)


SYNTAXES = ("json", "jsonl")

READER = Reader(
    format=SOURCE,
    title="Signed models: sigstore bundles and in-toto statements",
    recognises=recognises,
    origin=origin,
    read=read_statement,
    version="5",
    keys=KEYS,
    leaves=leaves,
)
