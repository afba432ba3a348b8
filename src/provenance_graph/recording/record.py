"""Stores findings, one record each, so that each can be corrected or retracted alone.

A record is named by model, property and document (and by the value if a property has several): the
same finding recorded again replaces the earlier one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.core import iris, literals, rdf
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Literal, Record, Stance
from provenance_graph.core.clock import is_to_come
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, is_iri, short_id
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, XSD
from provenance_graph.formats import statements
from provenance_graph.ingest.update import Deriver, update
from provenance_graph.model.fields import property_named
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.resolve import organization_named
from provenance_graph.recording.entry import BASES, STANCES, Entry, locator
from provenance_graph.recording.values import value_of
from provenance_graph.store.base import WritableStore
from provenance_graph.store.values import QuadSource

COLLECTION = "findings"
READER = "recorded"
_THOUSANDS = re.compile(r"(\d+(?:\.\d+)?)\s*[kK]")
_NEW_NAME = re.compile(r"[\w.:+@-]+/[\w.:+@-]+")
_DEVELOPERS = (Basis.DEVELOPER, Basis.ARTIFACT)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The result of recording a finding: its record, and whether an earlier one was replaced."""

    record: Iri
    subject: Iri
    property: Iri
    replaced: bool
    new_subject: bool
    near: tuple[str, ...] = ()
    """Names similar to that of a subject that was unknown before."""
    read_as: str = ""
    """A note on the reading of a quantity with an ambiguous unit; else empty."""
    other_statements: tuple[str, ...] = ()
    """Further statements of the record, on the types of the entities that it names."""


def _with_article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "AEIOU" else f"a {noun}"


def record_finding(
    store: WritableStore, entry: Entry, who: str, today: str, derive: Deriver | None = None
) -> Recorded:
    """Record one finding by ``who``, on the day ``today``.

    Raises NotFound for a property that does not exist, with near ones, and UsageError for an
    invalid value, address or day.
    """
    snapshot = AcceptedSnapshot(store)
    record, subject, predicate, new = to_record(snapshot, entry, who, today)
    stored = any(True for _ in store.quads(record.header.record, graph=record.header.record))
    near = near_names(snapshot, entry.model) if new else ()  # before the new subject has that name
    update(store, [record], derive=derive)
    others = tuple(
        f"{short_id(claim.subject)} is {_with_article(iris.local_name(claim.value))}"
        for claim in record.claims
        if claim.predicate == RDF.type and isinstance(claim.value, Iri)
    )
    return Recorded(
        record.header.record, subject, predicate, stored, new, near, _read_as(record, entry), others
    )


def _read_as(record: Record, entry: Entry) -> str:
    """A note on how a quantity with the unit K was read: as thousands, where 1,024 is possible.

    Empty if the property is not an integer or the text has no such unit.
    """
    match = _THOUSANDS.fullmatch(entry.value.strip())
    stated = next(
        (
            c.value
            for c in record.claims
            if isinstance(c.value, Literal) and c.value.datatype == XSD.integer
        ),
        None,
    )
    if match is None or stated is None:
        return ""
    binary = int(Decimal(match[1]) * 1024)
    return (
        f"{entry.value} is read as {int(stated.lexical):,}; "
        f"where the document means {binary:,}, record that number"
    )


def to_record(
    snapshot: AcceptedSnapshot, entry: Entry, who: str, today: str
) -> tuple[Record, Iri, Iri, bool]:
    """The record of a finding, its subject and property, and whether the subject is new.

    Raises UsageError, with the field, for a finding that cannot be stored.
    """
    predicate = property_named(snapshot, entry.property)
    subject, new = _subject(snapshot, entry.model)
    stance = STANCES[entry.stance]
    states = stance in (Stance.STATED, Stance.PARTLY_STATED, Stance.DENIES)
    if states and not entry.value and stance is not Stance.PARTLY_STATED:
        raise UsageError(f"{entry.stance}: give the value that the document states")
    if entry.value and not states:
        raise UsageError(f"{entry.stance}: there is no value then, but {entry.value!r} is given")
    value, precision = value_of(snapshot, predicate, entry.value) if entry.value else (None, None)
    claim = Claim(
        subject,
        predicate,
        value,
        stance=stance,
        as_stated=entry.value if entry.value and entry.value != str(value) else "",
        locator=locator(entry),
        precision=precision,
    )
    header = _header(snapshot, entry, subject, predicate, who, today)
    claims = [claim]
    if new:  # its name is not claimed, since the document was not read for the name
        claims += statements.is_a(subject, PG.Model)
    claims += _is_publisher(snapshot, header.publisher, entry, who)
    return Record(header, tuple(claims)).sort(), subject, predicate, new


def _is_publisher(
    snapshot: AcceptedSnapshot, publisher: Iri, entry: Entry, who: str
) -> Iterator[Claim]:
    """Yield type and name of a publisher that is unknown to the store."""
    if any(True for _ in snapshot.quads(publisher, RDF.type)):
        return
    if publisher == iris.agent(who):
        yield from statements.is_a(publisher, PROV.Agent, who)
        return
    name = entry.publisher if entry.publisher and not is_iri(entry.publisher) else ""
    yield from statements.is_a(publisher, PG.Organization, name)


def _subject(snapshot: AcceptedSnapshot, text: str) -> tuple[Iri, bool]:
    """The entity with a name; an unknown name ``org/model`` makes a new model."""
    try:
        return find_entity(snapshot, text, ("model", "family", "dataset")).iri, False
    except NotFound:
        if is_iri(text) or text.count("/") != 1:
            raise
        if not _NEW_NAME.fullmatch(text):
            raise UsageError(
                f"nothing is known of {text!r}, and a new model is named owner/name, "
                "in letters, digits and . _ - : + @"
            ) from None
        return iris.model(text), True


def near_names(snapshot: AcceptedSnapshot, text: str) -> tuple[str, ...]:
    """Known names similar to an unknown one, which may be new or misspelt; else empty."""
    try:
        find_entity(snapshot, text, ("model", "family", "dataset"))
    except NotFound as missing:
        return missing.near
    return ()


_SCHEMES = frozenset(
    ("http", "https", "ftp", "urn", "doi", "info", "ark", "file", "s3", "gs", "oci", "hf")
)
"""The permitted schemes of a document's address; scripts and inline data are not documents."""


def _document(text: str) -> Iri:
    """Validate the address of a document; raises UsageError if it is invalid or has no host."""
    address = iris.iri(text)
    parts = urlsplit(address)
    if parts.scheme.casefold() not in _SCHEMES:
        raise UsageError(
            f"document: {text[:80]!r} is not an address of a document; "
            "one begins with https:, doi:, urn: or the like"
        )
    if parts.scheme.casefold() in ("http", "https", "ftp") and not parts.hostname:
        raise UsageError(f"document: {text!r} names no host; give the whole address")
    return address


def _header(
    snapshot: AcceptedSnapshot, entry: Entry, subject: Iri, predicate: Iri, who: str, today: str
) -> Header:
    document = _document(entry.document)
    basis = BASES[entry.basis]
    several = "" if _is_single(snapshot, predicate) else entry.value
    key = hashlib.sha256("\x1f".join((document, several)).encode()).hexdigest()[:10]
    local = f"{short_id(subject)}/{iris.local_name(predicate)}/{key}"
    retrieved = day_of(entry.retrieved) if entry.retrieved else today
    if is_to_come(retrieved, today):
        raise UsageError(f"retrieved: {entry.retrieved} is to come; give the day it was read")
    note = f": {entry.note}" if entry.note else ""
    return Header(
        record=iris.record(COLLECTION, local, retrieved),
        document=document,
        publisher=_publisher(snapshot, entry, subject, basis, who),
        retrieved=retrieved,
        reader=READER,
        basis=basis,
        title=f"Read and recorded by {who}{note}",
        custody=Custody.ASSERTED,
    )


def _is_single(snapshot: AcceptedSnapshot, predicate: Iri) -> bool:
    kinds = snapshot.present.types(predicate)
    return PG.SingleValuedFact in kinds


def _publisher(
    snapshot: AcceptedSnapshot, entry: Entry, subject: Iri, basis: Basis, who: str
) -> Iri:
    """The publisher: as given, else the model's developer, the person who searched, or the host."""
    if entry.publisher:
        return organization_named(snapshot, entry.publisher)
    if STANCES[entry.stance] is Stance.REPORTS_UNDISCLOSED:
        return iris.agent(who)
    if basis in _DEVELOPERS:
        makers = [o for o in snapshot.values(subject, DCTERMS.creator) if isinstance(o, Iri)]
        if len(makers) != 1:
            raise UsageError(
                f"{short_id(subject)} has {len(makers)} developers on record; say with publisher "
                "(--publisher) who published the document"
            )
        return makers[0]
    return iris.organization(urlsplit(entry.document).hostname or "unstated")


def flags(snapshot: AcceptedSnapshot, claim: Iri, record: Iri) -> list[str]:
    """The reasons of all flags on a claim or its record, sorted."""
    results = [*snapshot.values(claim, PG.flagged), *snapshot.values(record, PG.flagged)]
    return sorted(map(str, results))


MAX_REASON = 2_000
"""The most characters of a flag's reason, also for ``POST /api/v1/flags``."""


@dataclass(frozen=True, slots=True)
class Flagger:
    """The author of flags: a name, its publisher IRI, and the IRI prefix of its records."""

    name: str
    publisher: Iri
    location: str


def flag(
    store: WritableStore, claim: Iri, why: str, who: str, today: str, derive: Deriver | None = None
) -> Iri:
    """Flag a claim or record as wrong, with a reason; return the flag's record.

    Nothing is removed: the flag is a record of its own, which can be retracted. Raises NotFound if
    the store does not hold the claim or record.
    """
    by = Flagger(who, iris.agent(who), iris.mint("record", "flags", ""))
    made = flag_record(store, claim, why, by, today)
    update(store, [made], derive=derive)
    return made.header.record


def flag_record(store: QuadSource, claim: Iri, why: str, by: Flagger, today: str) -> Record:
    """Build the record of a flag.

    Raises NotFound for a claim or record that the store does not hold, UsageError for a missing
    reason or one of more than 2,000 characters.
    """
    why = why.strip()
    if not why or len(why) > MAX_REASON:
        raise UsageError(f"a flag needs a reason, of at most {MAX_REASON:,} characters")
    record = Iri(claim.partition("#")[0])
    quads = list(store.quads(graph=record))
    if not quads or (
        claim != record
        and claim not in {rdf.claim_iri(record, one) for one in rdf.from_quads(quads).claims}
    ):
        raise NotFound(str(claim), "claim or record")
    key = hashlib.sha256("\x1f".join((claim, by.name)).encode()).hexdigest()[:16]
    header = Header(
        record=Iri(f"{by.location}{key}/{today}"),
        document=claim,
        publisher=by.publisher,
        retrieved=today,
        reader=READER,
        title=f"Flagged by {by.name}",
        custody=Custody.ASSERTED,
    )
    claims = [
        Claim(claim, PG.flagged, literals.text(why)),
        Claim(header.publisher, RDF.type, PROV.Agent),
        Claim(header.publisher, SCHEMA.name, literals.text(by.name)),
    ]
    return Record(header, tuple(claims)).sort()
