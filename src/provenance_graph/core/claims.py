"""Claims, records and problems: the data types that readers, the store and all analyses exchange.

A claim is what one source says about one property of one subject. A record holds all claims of one
retrieval of one document. A problem describes an error in a document, with its place; it is a
value, not an exception.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, field, fields, make_dataclass, replace
from decimal import Decimal
from enum import Enum, StrEnum
from typing import NamedTuple, TypeVar

from provenance_graph.core.iris import ID, RECORDS, Iri, local_name, mint, record_path
from provenance_graph.core.terms import PG, XSD

_Frozen = TypeVar("_Frozen")


def quick(frozen: type[_Frozen]) -> type[_Frozen]:
    """Make the objects of a frozen dataclass as fast to create as those of a plain dataclass.

    A store is built of millions of claims, and the run-time guard against assignment makes creating
    each one seven times as slow. The guard is removed from the class, which is changed and
    returned. The type checker still refuses assignments, and objects stay hashable.
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
    """What a source says about a property: states a value, denies it, declines to disclose it …."""

    STATED = PG.Stated
    PARTLY_STATED = PG.PartlyStated
    NOT_STATED = PG.NotStated
    REPORTS_UNDISCLOSED = PG.ReportsUndisclosed
    DECLINES = PG.DeclinesToDisclose
    INAPPLICABLE = PG.ReportsInapplicable
    DECLARED_EMPTY = PG.DeclaredEmpty
    DENIES = PG.Denies


class Basis(Code):
    """The kind of evidence on which a source makes a claim."""

    ARTIFACT = PG.ArtifactReading
    DEVELOPER = PG.DeveloperStatement
    MEASUREMENT = PG.Measurement
    THIRD_PARTY = PG.ThirdPartyReport
    INFERENCE = PG.Inference
    ESTIMATE = PG.Estimate


class AcceptanceStatus(Code):
    """The result of the acceptance policy for a claim; computed, never recorded."""

    ACCEPTED = PG.Accepted
    ALTERNATIVE = PG.Alternative
    REJECTED = PG.Rejected
    SUPERSEDED = PG.Superseded


class AcceptanceRule(StrEnum):
    """The rule that decided on a claim, where the policy's order of criteria did not decide."""

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
    """The result of the acceptance policy for a claim, its reason in one sentence, and the rule."""

    status: AcceptanceStatus
    reason: str
    rule: AcceptanceRule | None = None


class Precision(Code):
    """The precision of a stated date; the date literal holds the last day of the stated period."""

    DAY = PG.Day
    MONTH = PG.Month
    QUARTER = PG.Quarter
    YEAR = PG.Year

    @property
    def mark(self) -> Iri | None:
        """The property of the accepted view for properties of this precision; None for a day."""
        return _MARKS.get(self)


_MARKS = {
    Precision.MONTH: PG.knownToMonth,
    Precision.QUARTER: PG.knownToQuarter,
    Precision.YEAR: PG.knownToYear,
}
PRECISION_OF_MARK = {mark: precision for precision, mark in reversed(_MARKS.items())}
"""The precision by its property in the accepted view; the most precise comes last."""


class Custody(Code):
    """How it is known that the publisher of a record stated the claims of the record.

    Verified: fetched from the publisher's own address with the digest stored, or a signature was
    checked. Asserted: stated by the person who imported the record. Assumed: concluded from the
    name or the path of a file. Derived: extracted from prose by a program.
    """

    VERIFIED = PG.Verified
    ASSERTED = PG.Asserted
    ASSUMED = PG.Assumed
    DERIVED = PG.Derived


KNOWN_CUSTODY = frozenset({Custody.VERIFIED, Custody.ASSERTED})
"""The kinds of custody under which a record counts as its publisher's own statement."""

DEVELOPER_RANK = frozenset({Basis.ARTIFACT, Basis.DEVELOPER})
"""The bases on which a statement counts as the developer's own disclosure."""
OBSERVED = frozenset({Basis.ARTIFACT, Basis.MEASUREMENT})
"""The bases of values that were read from files or measured, not merely stated."""


@quick
@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """An RDF literal in canonical form; the functions of ``core.literals`` make it from a value."""

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

    ``value`` is None in two cases. Either the source gives no value (``-``, "not disclosed"), or
    the stated text cannot be a value (``2025-02-31``): then ``as_stated`` keeps the text and
    ``unusable`` gives the reason. ``basis`` None means the record's default. ``locator`` is the
    place in the document: a line (``L12``), a JSON pointer (``/limit/context``) or a heading. Dates
    ``valid_from`` and ``valid_until`` are ISO 8601.
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
        """Whether an ordinary triple expresses the whole claim, without an annotated node."""
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
    """An error in a document, with its place and a hint at what would be valid."""

    where: str
    what: str
    hint: str = ""
    kind: str = "value"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


_NOWHERE = Iri("")


@dataclass(frozen=True, slots=True)
class Header:
    """The provenance of a record: one retrieval of one document by one publisher.

    ``document`` is the URL of the document that was read, ``retrieved`` an ISO date or dateTime,
    ``licence`` an SPDX id or IRI text of the source's own licence, ``attribution`` the line that
    the licence requires. ``of_document`` identifies the document across its retrievals, and
    ``collection`` the collection of documents from which it comes; where they are not given, they
    are derived from the record's IRI. ``revision`` is the number that a document gives to its own
    editions, ``edition`` the ISO day of the edition. ``exported_from`` is the record from which an
    excerpt was made.
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
        """The sort key of the retrievals of one document: the current retrieval sorts last."""
        return self.revision, self.retrieved, self.record


_DATED = re.compile(r"/\d{4}-\d\d-\d\d(T[0-9:.]+Z?)?$")


def undated(record: Iri) -> Iri:
    """Remove the date at the end of a record's IRI, which gives the default IRI of its document.

    >>> undated(Iri("https://w3id.org/provenance-graph/id/record/apx/x/2025-11-22"))
    Iri('https://w3id.org/provenance-graph/id/record/apx/x')
    """
    return Iri(_DATED.sub("", record))


def collection_of(record: Iri) -> Iri:
    """Derive the default collection of a record from the first step after ``record/`` in its IRI.

    An IRI of another form gives the collection ``unnamed``.

    >>> collection_of(Iri("https://w3id.org/provenance-graph/id/record/apx/x/2025-11-22"))
    Iri('https://w3id.org/provenance-graph/id/collection/apx')
    """
    if not record.startswith(RECORDS):
        return mint("collection", "unnamed")
    return Iri(f"{ID}collection/{record_path(record).partition('/')[0]}")


@dataclass(frozen=True, slots=True)
class Record:
    """A header and all claims of one retrieval of one document.

    Claims form a set: their order carries no meaning and ``sort`` fixes it.
    """

    header: Header
    claims: tuple[Claim, ...] = field(default=())
    ordered: bool = field(default=False, compare=False, repr=False)

    def sort(self) -> Record:
        """Return the record with its claims in canonical order and without duplicates."""
        if self.ordered:
            return self
        ordered = tuple(sorted(set(self.claims), key=claim_key))
        return replace(self, claims=ordered, ordered=True)


def claim_key(claim: Claim) -> tuple[str, ...]:
    """The sort key of a claim: a total order over claims that is the same in every run."""
    value = claim.value
    value_key = (
        ("", "", "")
        if value is None
        else (value, "", "")
        if isinstance(value, Iri)
        else (value.lexical, value.datatype, value.language)
    )
    return (
        claim.subject,
        claim.predicate,
        *value_key,
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
    """A claim with its record's header and the result of the acceptance policy.

    ``subject`` is the canonical subject (``claim.subject`` keeps the source's own name),
    ``resolved`` the canonical IRI of the claim's value. ``counted`` is the basis on which the claim
    counts where it differs from the stated basis, with the reason in ``demoted``. ``implausible``
    gives the reason why the value is hardly true, ``excluded`` the rule by which the claim was
    marked as unusable. ``reason`` says in one sentence why the claim was accepted or not, ``rule``
    names the rule that decided.
    """

    claim: Claim
    header: Header
    subject: Iri
    status: AcceptanceStatus = AcceptanceStatus.ALTERNATIVE
    reason: str = ""
    resolved: Value | None = None
    counted: Basis | None = None
    demoted: str = ""
    implausible: str = ""
    excluded: AcceptanceRule | None = None
    rule: AcceptanceRule | None = None

    def ruled(self, ruling: Ruling) -> SourcedClaim:
        """Return a copy of the claim with the status, reason and rule of a ruling."""
        return replace(self, status=ruling.status, reason=ruling.reason, rule=ruling.rule)

    @property
    def basis(self) -> Basis:
        """The basis on which the claim counts: ``counted``, else the stated basis."""
        return self.counted or self.claim.basis or self.header.basis

    @property
    def stated_basis(self) -> Basis:
        """The basis that the source states: the claim's own, else the default of the record."""
        return self.claim.basis or self.header.basis

    @property
    def value(self) -> Value | None:
        """The claim's value, as a canonical IRI where identity resolved it."""
        return self.claim.value if self.resolved is None else self.resolved
