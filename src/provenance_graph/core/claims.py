"""Claims, records and problems: the one currency between all layers.

A claim is what one source says about one property of one subject. A record is all that
one retrieval of one document says. A problem is something a document got wrong, with
its place; it is a value, not an exception.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, field, fields, make_dataclass, replace
from decimal import Decimal
from enum import Enum, StrEnum
from typing import NamedTuple, TypeVar

from provenance_graph.core.iris import ID, Iri, local_name, mint
from provenance_graph.core.terms import PG, XSD

_Frozen = TypeVar("_Frozen")


def quick(frozen: type[_Frozen]) -> type[_Frozen]:
    """A frozen dataclass whose objects are made as fast as those of a plain one.

    A store is built of millions of claims, and the guard against assignment makes each seven times
    as slow. The type checker goes on refusing assignments; objects of it may be hashed as before.
    """
    rows = [
        (each.name, each.type, field() if each.default is MISSING else field(default=each.default))
        for each in fields(frozen)  # type: ignore[arg-type]
    ]
    plain = make_dataclass(frozen.__name__, rows)
    setattr(frozen, "__init__", vars(plain)["__init__"])  # noqa: B010
    del frozen.__setattr__, frozen.__delattr__
    return frozen


class Code(Enum):
    """A member of one of the ontology's code lists; its value is the concept's IRI."""

    __hash__ = object.__hash__  # members are compared by identity; Enum hashes their names anew

    @property
    def label(self) -> str:
        """The notation, as tables print it.

        >>> Stance.NOT_STATED.label
        'NotStated'
        """
        return local_name(self.value)


class Stance(Code):
    """What the source says about the property."""

    STATED = PG.Stated
    PARTLY_STATED = PG.PartlyStated
    NOT_STATED = PG.NotStated
    REPORTS_UNDISCLOSED = PG.ReportsUndisclosed
    DECLINES = PG.DeclinesToDisclose
    INAPPLICABLE = PG.ReportsInapplicable
    DECLARED_EMPTY = PG.DeclaredEmpty
    DENIES = PG.Denies


class Basis(Code):
    """On what evidence the source says it."""

    ARTIFACT = PG.ArtifactReading
    DEVELOPER = PG.DeveloperStatement
    MEASUREMENT = PG.Measurement
    THIRD_PARTY = PG.ThirdPartyReport
    INFERENCE = PG.Inference
    ESTIMATE = PG.Estimate


class AcceptanceStatus(Code):
    """What the acceptance policy made of a claim; computed, never recorded."""

    ACCEPTED = PG.Accepted
    ALTERNATIVE = PG.Alternative
    REJECTED = PG.Rejected
    SUPERSEDED = PG.Superseded


class AcceptanceRule(StrEnum):
    """What decided about a claim, where it was not the policy's order of criteria."""

    VALIDITY = "validity"
    SUPERSEDED = "superseded"
    NEVER = "never"
    CONFIDENCE = "confidence"
    SILENCE = "silence"
    PROSE = "lineage"
    GENERIC = "nothing"
    RIVAL = "rival"
    WEAK = "weak"
    KEEPER = "keeper"
    SERVICE = "service"
    AGREES = "agrees"
    SAME_VALUE = "same"


class Ruling(NamedTuple):
    """What the acceptance policy made of a claim, why in one sentence, and by which rule."""

    standing: AcceptanceStatus
    reason: str
    rule: AcceptanceRule | None = None


class Precision(Code):
    """How much of a date the source gave; the value is the last day of that period."""

    DAY = PG.Day
    MONTH = PG.Month
    QUARTER = PG.Quarter
    YEAR = PG.Year

    @property
    def mark(self) -> Iri | None:
        """What the accepted view says of a property that is known no better; of a day nothing."""
        return _MARKS.get(self)


_MARKS = {
    Precision.MONTH: PG.knownToMonth,
    Precision.QUARTER: PG.knownToQuarter,
    Precision.YEAR: PG.knownToYear,
}
PRECISION_OF_MARK = {mark: precision for precision, mark in reversed(_MARKS.items())}
"""What the accepted view says of a property that is known no better; the most precise is last."""


class Custody(Code):
    """How it is known that the publisher of a record stated what the record holds.

    Verified: fetched from the publisher's own address with the digest stored, or a signature
    was checked. Asserted: whoever imported it says so. Assumed: from the name or the path of
    a file. Derived: a program took it from prose.
    """

    VERIFIED = PG.Verified
    ASSERTED = PG.Asserted
    ASSUMED = PG.Assumed
    DERIVED = PG.Derived


KNOWN_CUSTODY = frozenset({Custody.VERIFIED, Custody.ASSERTED})
"""Custody under which a record counts as its publisher's own word."""

DEVELOPER_RANK = frozenset({Basis.ARTIFACT, Basis.DEVELOPER})
"""The bases on which a statement counts as the developer's own disclosure."""
OBSERVED = frozenset({Basis.ARTIFACT, Basis.MEASUREMENT})
"""The bases of what was read from files or measured, not merely stated."""


@quick
@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """An RDF literal in canonical form; make one with the functions of ``values``."""

    lexical: str
    datatype: Iri = XSD.string
    language: str = ""

    def __str__(self) -> str:
        return self.lexical


Value = Iri | Literal
"""The object of a claim."""

Quad = tuple[Iri, Iri, Value, Iri | None]
"""Subject, predicate, object and graph (None: the default graph)."""


@quick
@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one source, with its place in the document and its basis.

    ``value`` is None when the source gives none (``-``, "not disclosed") or when what it
    gives cannot be a value (``2025-02-31``): then ``as_stated`` keeps the text and
    ``unusable`` says why. ``basis`` None means the record's default. ``locator`` says
    where in the document: a line (``L12``), a JSON pointer (``/limit/context``) or a
    heading. Dates ``valid_from`` and ``valid_until`` are ISO 8601.
    """

    subject: Iri
    predicate: Iri
    value: Value | None
    stance: Stance = Stance.STATED
    basis: Basis | None = None
    as_stated: str = ""
    locator: str = ""
    confidence: Decimal | None = None
    precision: Precision | None = None
    valid_from: str = ""
    valid_until: str = ""
    unusable: str = ""

    @property
    def plain(self) -> bool:
        """Whether an ordinary triple says all of it."""
        return (
            self.value is not None
            and self.stance is Stance.STATED
            and self.basis is None
            and self.precision is None
            and self.confidence is None
            and not (self.as_stated or self.locator or self.unusable)
            and not (self.valid_from or self.valid_until)
        )


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something a document got wrong, with its place and what would work."""

    where: str
    what: str
    hint: str = ""
    kind: str = "value"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


_NOWHERE = Iri("")


@dataclass(frozen=True, slots=True)
class Header:
    """Who says it: one retrieval of one document.

    ``document`` is the URL of what was read, ``retrieved`` an ISO date or dateTime,
    ``licence`` an SPDX id or IRI text of the source's own licence, ``attribution`` the
    line its licence asks for. ``of_document`` is the document across its retrievals and
    ``collection`` where documents of this kind come from; where they are not given, the
    record's name tells them. ``revision`` is the number that a document gives to its own
    editions, ``edition`` the ISO day of the edition. ``exported_from`` is the record that
    an excerpt was made of.
    """

    record: Iri
    document: Iri
    publisher: Iri
    retrieved: str
    reader: str
    basis: Basis = Basis.THIRD_PARTY
    title: str = ""
    digest: str = ""
    licence: str = ""
    attribution: str = ""
    reader_version: str = "1"
    custody: Custody = Custody.ASSUMED
    of_document: Iri = _NOWHERE
    collection: Iri = _NOWHERE
    revision: int = 0
    edition: str = ""
    exported_from: Iri = _NOWHERE

    def __post_init__(self) -> None:
        if not self.of_document:
            object.__setattr__(self, "of_document", undated(self.record))
        if not self.collection:
            object.__setattr__(self, "collection", collection_of(self.record))

    @property
    def order(self) -> tuple[int, str, Iri]:
        """What orders the readings of one document, the current one last."""
        return self.revision, self.retrieved, self.record


_DATED = re.compile(r"/\d{4}-\d\d-\d\d(T[0-9:.]+Z?)?$")


def undated(record: Iri) -> Iri:
    """A record's name without the time at its end: the document, where nothing else names it.

    >>> undated(Iri("https://w3id.org/provenance-graph/id/record/apx/x/2025-11-22"))
    Iri('https://w3id.org/provenance-graph/id/record/apx/x')
    """
    return Iri(_DATED.sub("", record))


def collection_of(record: Iri) -> Iri:
    """The collection that a record's name tells: the part after ``record/``.

    >>> collection_of(Iri("https://w3id.org/provenance-graph/id/record/apx/x/2025-11-22"))
    Iri('https://w3id.org/provenance-graph/id/collection/apx')
    """
    head = f"{ID}record/"
    if not record.startswith(head):
        return mint("collection", "unnamed")
    return Iri(f"{ID}collection/{record[len(head) :].partition('/')[0]}")


@dataclass(frozen=True, slots=True)
class Record:
    """A header and all claims of one retrieval of one document.

    Claims form a set: their order carries no meaning and ``sort`` fixes it.
    """

    header: Header
    claims: tuple[Claim, ...] = field(default=())
    ordered: bool = field(default=False, compare=False, repr=False)

    def sort(self) -> Record:
        """The same record, claims in canonical order and without repeats."""
        if self.ordered:
            return self
        ordered = tuple(sorted(set(self.claims), key=claim_key))
        return replace(self, claims=ordered, ordered=True)


def claim_key(claim: Claim) -> tuple[str, ...]:
    """A total order over claims, the same in every run."""
    value = claim.value
    shown = (
        ("", "", "")
        if value is None
        else (value, "", "")
        if isinstance(value, Iri)
        else (value.lexical, value.datatype, value.language)
    )
    return (
        claim.subject,
        claim.predicate,
        *shown,
        claim.stance.value,
        claim.basis.value if claim.basis else "",
        claim.as_stated,
        claim.locator,
        str(claim.confidence) if claim.confidence is not None else "",
        claim.precision.value if claim.precision else "",
        claim.valid_from,
        claim.valid_until,
        claim.unusable,
    )


@dataclass(frozen=True, slots=True)
class SourcedClaim:
    """A claim with the record that holds it, and what became of it.

    ``subject`` is our canonical subject (the claim keeps the source's own name),
    ``resolved`` the claim's value as our identity names it, ``counted`` the basis on which
    it counts where that is another than the source gives, with the reason in ``demoted``.
    ``implausible`` says why its value can hardly be true, ``excluded`` by which rule it was
    marked as unusable. ``reason`` says in one sentence why the claim was accepted or not, ``rule``
    by which rule.
    """

    claim: Claim
    header: Header
    subject: Iri
    standing: AcceptanceStatus = AcceptanceStatus.ALTERNATIVE
    reason: str = ""
    resolved: Value | None = None
    counted: Basis | None = None
    demoted: str = ""
    implausible: str = ""
    excluded: AcceptanceRule | None = None
    rule: AcceptanceRule | None = None

    def ruled(self, ruling: Ruling) -> SourcedClaim:
        """The same claim with what became of it."""
        return replace(self, standing=ruling.standing, reason=ruling.reason, rule=ruling.rule)

    @property
    def basis(self) -> Basis:
        """The basis on which it counts."""
        return self.counted or self.claim.basis or self.header.basis

    @property
    def stated_basis(self) -> Basis:
        """The basis that the source gives: the claim's own, else the record's."""
        return self.claim.basis or self.header.basis

    @property
    def value(self) -> Value | None:
        """The claim's value as our identity names it."""
        return self.claim.value if self.resolved is None else self.resolved
