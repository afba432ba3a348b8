"""Definitions that all writers share: the export, its carried values, and its losses with reasons."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from provenance_graph.core.claims import Header, Literal, Value
from provenance_graph.core.iris import Iri, short_id, shorten
from provenance_graph.core.resources import software
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, XSD
from provenance_graph.formats.fields import own_export
from provenance_graph.model.bundles.results import NODE_LINKS, Bundle, BundleEntity

Fact = tuple[Iri, Iri, Value]
"""Subject, property and accepted value that a document carries."""

SILENT = frozenset(
    {RDF.type, PG.describedAs, PROV.wasInfluencedBy, PG.leftBlank, PROV.qualifiedDerivation}
)
"""Properties that the view has for internal use; a sub-property or the evidence states them
better."""

SCHEMA_DATES: Mapping[Iri, str] = {
    DCTERMS.issued: "datePublished",
    DCTERMS.created: "dateCreated",
    DCTERMS.modified: "dateModified",
}
"""Dates by their names in schema.org."""

LONGEST = 300
UNSTEADY = f"readers take texts of 1 to {LONGEST} characters without space around them"

STATUSES = {
    PG.undisclosed: "undisclosed",
    PG.withheld: "withheld",
    PG.partlyDisclosed: "partly disclosed",
    PG.notApplicable: "not applicable",
    PG.contradicted: "contradicted",
    PG.contested: "contested",
    PG.inferred: "inferred, stated by no source",
    PG.implausible: "a source gives a value that can hardly be true",
}
"""Disclosure statuses of properties in the view, in words."""

INFERRED = "the value is inferred, stated by no source; the format has no place to say so"
"""The reason why a document that carries an inferred value still has a loss."""

OURS: Mapping[Iri, str] = {
    PG.disclosed: "who disclosed a value is evidence, for which the format has no term",
    PG.contested: "the format holds one value, not that sources disagree",
    PG.contradicted: "the format holds one value, not that sources contradict each other",
    PG.rankOf: "the format has no term for a place in a ranking",
    PG.assessmentOf: "the format has no term for an assessment by a rubric",
    PG.offerOf: "the format has no term for a provider's offer",
    PG.resolvesTo: "the format has no term for an alias that moves between versions",
    PROV.specializationOf: "the format describes the model, not its versions and configurations",
    PG.evaluationOf: "a score of a configuration, which is not the model's own, or of no number",
}
"""The reasons why foreign formats lose what only this graph has."""


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """An accepted property that a document does not carry, with the reason."""

    property: Iri
    reason: str
    subjects: tuple[Iri, ...] = ()

    def __str__(self) -> str:
        return f"{shorten(self.property)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported document, its losses, and the statements that it carries."""

    text: str
    losses: tuple[Loss, ...]
    written: frozenset[Fact] = frozenset()

    def __repr__(self) -> str:
        return f"<document of {len(self.text):,} characters, {len(self.losses)} losses>"


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format that is written.

    ``terms`` maps properties to their place in the format; ``reasons`` says why other properties
    cannot be held, and ``otherwise`` is the reason for all that neither names. ``alone`` is the
    kind of entity (model, dataset) of which a document describes only one.
    """

    format: str
    title: str
    media_type: str
    suffix: str
    terms: Mapping[Iri, str]
    reasons: Mapping[Iri, str]
    otherwise: str
    write: Callable[[Bundle], Exported]
    alone: str = ""


@dataclass
class Ledger:
    """The values that a writer has put into its document, and those refused with the reason.

    ``about`` holds the entities that the document describes; empty for all of the bundle.
    ``annotated`` holds statements about the status of values in our own terms, which no reader
    takes for claims.
    """

    bundle: Bundle
    about: tuple[Iri, ...] = ()
    written: set[Fact] = field(default_factory=set)
    refused: dict[Fact, str] = field(default_factory=dict)
    annotated: set[Fact] = field(default_factory=set)

    def keep(self, subject: Iri, predicate: Iri, *values: Value) -> None:
        """Record that the document carries these values; values that readers change are refused."""
        for value in values:
            if isinstance(value, Literal) and _is_unsteady(value.lexical):
                self.refuse(subject, predicate, value, UNSTEADY)
            else:
                self.written.add((subject, predicate, value))

    def refuse(self, subject: Iri, predicate: Iri, value: Value, why: str) -> None:
        """Record why a value is not carried, where the format could have carried another."""
        self.refused[subject, predicate, value] = why

    def done(
        self, text: str, terms: Mapping[Iri, str], reasons: Mapping[Iri, str], otherwise: str
    ) -> Exported:
        """The document with its losses: every accepted value that was not exported."""
        iris: dict[tuple[Iri, str], set[Iri]] = {}
        carried = self.written | self.annotated
        has_term = PG.inferred in terms or PG.inferred in reasons
        for subject, predicate, value in accepted(self.bundle, self.about):
            if (subject, predicate, value) in carried:
                continue
            if predicate == PG.inferred and not has_term and isinstance(value, Iri):
                iris.setdefault((value, INFERRED), set()).add(subject)
                continue
            why = self.refused.get((subject, predicate, value))
            if why is None and predicate in terms:
                why = f"only in part: {terms[predicate]}"
            why = why or reasons.get(predicate) or OURS.get(predicate) or otherwise
            owner = value if predicate in NODE_LINKS and isinstance(value, Iri) else subject
            iris.setdefault((predicate, why), set()).add(owner)
        losses = [Loss(p, why, tuple(sorted(who))) for (p, why), who in iris.items()]
        return Exported(text, tuple(sorted(losses)), frozenset(self.written))


def _is_unsteady(text: str) -> bool:
    return not text or text != text.strip() or len(text) > LONGEST


def accepted(bundle: Bundle, about: tuple[Iri, ...] = ()) -> set[Fact]:
    """The facts that a document could carry: those of its entities and of their sub-nodes."""
    about = about or (*bundle.models, *bundle.datasets)
    results = {
        (entity.iri, predicate, value)
        for entity in map(bundle.entity, about)
        for predicate, values in entity.facts.items()
        for value in values
        if predicate not in SILENT
    }
    for subject in about:
        for link, node in bundle.nodes.get(subject, ()):
            results.update((node, link, value) for value in bundle.entity(node).iris(link))
    return results


def number(value: Value) -> Any:
    """A literal as a number, for JSON; any other value as text.

    >>> number(Literal("0.59", XSD.decimal)), number(Literal("3", XSD.integer))
    (0.59, 3)
    """
    if not isinstance(value, Literal):
        return str(value)
    if value.datatype == XSD.integer:
        return int(value.lexical)
    if value.datatype in (XSD.decimal, XSD.double):
        return float(value.lexical)
    return value.lexical


def scaled(value: Value, factor: str) -> Decimal:
    """A quantity multiplied by a factor, exactly."""
    return Decimal(str(value)) * Decimal(factor)


def plain_decimal(value: Decimal) -> str:
    """A decimal without an exponent and without needless zeros.

    >>> plain_decimal(Decimal("1.50E+3"))
    '1500'
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def mark(bundle: Bundle, format: str) -> str:
    """The text that marks the document as an export of this program, and allows reproducing it.

    It names the records behind it with their custody, which values are only inferred, the software,
    the store's version, the digest of the reference data with the acceptance policy, and the
    command. So every format states the custody of its sources, whatever its terms.
    """
    origin = bundle.origin
    inferred = {entity.iri: entity.iris(PG.inferred) for entity in bundle.described()}
    marked = own_export.mark(bundle.records, custodies(bundle), inferred)
    if not origin.store:
        return marked
    command = origin.command(map(short_id, bundle.subjects), format)
    made = f"made by {software()} from store {origin.store} as of {origin.as_of or origin.day}"
    return f"{marked} ; {made}, policy {origin.reference}: {command}"


def custodies(bundle: Bundle) -> dict[str, list[Iri]]:
    """The records behind a document by their custody, in the words of ``custody``."""
    behind = set(bundle.records)
    results: dict[str, set[Iri]] = {}
    for each in bundle.claims:
        if each.header.record in behind:
            results.setdefault(custody(each.header), set()).add(each.header.record)
    return {word: sorted(results[word]) for word in sorted(results)}


def custody(header: Header) -> str:
    """The custody of a record, as a citation words it.

    One of ``verified``, ``asserted``, ``assumed`` and ``derived``.
    """
    return header.custody.label.lower()


def json_text(value: object) -> str:
    """Indented JSON; the same value gives the same text."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def serial(bundle: Bundle, format: str) -> str:
    """A deterministic serial number for a document: a UUID from a digest of its content."""
    stated = "\n".join(
        f"{s} {p} {o}" for s, p, o in sorted((s, p, str(o)) for s, p, o in accepted(bundle))
    )
    digest = hashlib.sha256(f"{format}\n{bundle.stamp}\n{stated}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def file_address(node: BundleEntity, page: str) -> Iri | None:
    """The address of a file: its own, else that of its name in the repository; or None."""
    name = node.text(PG.fileName) or node.text(SCHEMA.name)
    if address := next(iter(node.iris(SCHEMA.url)), None):
        return address
    return Iri(f"{page}/resolve/main/{name}") if page and name and " " not in name else None


def date_of(entity: BundleEntity, predicate: Iri) -> str:
    """A date in its known precision: ``2024``, ``2024-12`` or ``2024-12-31``; else empty."""
    return entity.dates.get(predicate) or entity.text(predicate)


def silences(entity: BundleEntity) -> list[str]:
    """The disclosure statuses of an entity in words: ``undisclosed: parameterCount``."""
    return [
        f"{words}: {', '.join(sorted(shorten(p) for p in entity.iris(status)))}"
        for status, words in STATUSES.items()
        if entity.iris(status)
    ]
