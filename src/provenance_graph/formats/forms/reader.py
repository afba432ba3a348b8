"""Reader of filled forms: values filled in by hand, and values taken from sources.

A value with footnotes was read from a source: it is read as an excerpt of that source's record,
which adds nothing where the record is present. A value without footnotes was filled in by a person:
it is a claim of ``filledBy``, of the publisher that the importer names, or of an unknown publisher.
A field that is set to ``declined`` or ``notApplicable`` by hand is that stance.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from provenance_graph.core import iris
from provenance_graph.core.claims import (
    Basis,
    Claim,
    Custody,
    Header,
    Literal,
    Problem,
    Record,
    Stance,
    Value,
    undated,
)
from provenance_graph.core.errors import BadIri, NotFound, Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import XSD
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.forms import values
from provenance_graph.formats.forms.keys import KEYS, leaves
from provenance_graph.formats.records import claims_of, header

if TYPE_CHECKING:
    from provenance_graph.formats.forms.definition import Form, FormField

FORMAT = "form"
MARK = "provenance-graph form"
MAX_VALUES = 5_000
_STANCES = {"declined": Stance.DECLINES, "notApplicable": Stance.INAPPLICABLE}
_NO_OBJECT = "no object, so nothing in it is read"
_BASES = {basis.label: basis for basis in Basis}


def recognises(features: Features) -> bool:
    """Whether a document is a form that this program wrote as JSON."""
    value = statements.mapping(features.value)
    return features.syntax == "json" and str(value.get("format", "")).startswith(MARK)


def records(document: Document) -> Iterator[Record | Problem]:
    """Yield a record of the values filled in by hand, and excerpts of the cited sources."""
    reading = _FormReading(document)
    yield from coverage.unknown(leaves(document), KEYS, "a filled form")
    yield from reading.problems()
    if reading.filled:
        made = header(READER, document, _origin(document))
        yield Record(made, tuple(reading.filled)).sort()
    yield from reading.excerpts()


@dataclass
class _FormReading:
    """The state of reading a form: claims filled in by hand, and cited claims by footnote."""

    document: Document

    def __post_init__(self) -> None:
        whole = self.document.json
        self.whole: Mapping[str, Any] = whole if isinstance(whole, dict) else {}
        from provenance_graph.formats.forms.definition import form_named

        url = self.document.url
        try:
            self.form: Form = form_named(str(self.whole.get("form", "")))
            self.model = iris.iri(str(self.whole.get("iri", "")))
        except NotFound as error:
            raise Unreadable(url, str(error)) from error
        except BadIri as error:
            raise Unreadable(url, f"/iri: {error}") from error
        self.filled: list[Claim] = []
        self.cited: dict[int, list[Claim]] = defaultdict(list)

    def problems(self) -> Iterator[Problem]:
        """Read every field; yield a problem with the location for each that cannot be read."""
        count = 0
        for s, section in enumerate(statements.as_list(self.whole.get("sections"))):
            if not isinstance(section, dict):
                yield Problem(f"/sections/{s}", _NO_OBJECT, '{"fields": […]}', kind="shape")
                continue
            for f, field in enumerate(statements.as_list(section.get("fields"))):
                where = f"/sections/{s}/fields/{f}"
                if not isinstance(field, dict):
                    yield Problem(where, _NO_OBJECT, '{"id": …, "values": […]}', kind="shape")
                    continue
                given = statements.mapping(field)
                count += len(statements.as_list(given.get("values")))
                if count > MAX_VALUES:
                    yield Problem(where, f"more than {MAX_VALUES:,} values; the rest is not read")
                    return
                known = self.form.fields.get(str(given.get("id", "")))
                if known is None:
                    named = str(given.get("id", ""))[:80]
                    hint = f"its fields are {', '.join(list(self.form.fields)[:8])}, …"
                    what = f"{self.form.id} has no field {named!r}"
                    yield Problem(f"{where}/id", what, hint, kind="field")
                    continue
                yield from self._field(known, given, where)

    def _field(self, known: FormField, given: Mapping[Any, Any], where: str) -> Iterator[Problem]:
        rows = statements.as_list(given.get("values"))
        if not rows and not given.get("footnotes") and given.get("status") in _STANCES:
            stance = _STANCES[given["status"]]
            for source in known.sources:
                if source.plain and not source.only:
                    self.filled.append(
                        Claim(self.model, source.iri, None, stance, locator=f"{where}/status")
                    )
        for v, row in enumerate(rows):
            at = f"{where}/values/{v}"
            value = statements.mapping(row) if isinstance(row, dict) else {"value": row}
            if value.get("basis") == "derived":
                continue
            if notes := [n for n in statements.as_list(value.get("footnotes")) if type(n) is int]:
                yield from self._cited(value, notes, at)
            else:
                yield from self._written(known, value, at)

    def _written(self, known: FormField, value: Mapping[Any, Any], at: str) -> Iterator[Problem]:
        """Read a value that was filled in by hand; yield its problems."""
        predicate = self._property(known, value)
        if not known.sources:
            yield from self._without_property(known, value.get("value", value.get("text")), at)
            return
        if predicate is None:
            plain = [iris.shorten(s.iri) for s in known.sources if s.plain]
            what = f"field {known.id} does not say of which property the value is"
            hint = f'add "property": one of {", ".join(plain)}' if plain else "no property holds it"
            yield Problem(at, what, hint, kind="field")
            return
        subject = self.model
        if value.get("ofIri"):
            try:
                subject = iris.iri(str(value["ofIri"]))
            except BadIri as error:
                yield Problem(f"{at}/ofIri", str(error), kind="iri")
                return
        for matches in values.claims(subject, predicate, value.get("value", value.get("text")), at):
            if isinstance(matches, Problem):
                yield matches
            else:
                self.filled.append(matches)

    def _without_property(self, known: FormField, stated: object, at: str) -> Iterator[Problem]:
        """Keep a value without a property under the field's name; yield its problems."""
        text = str(stated).strip() if isinstance(stated, str | int | float) else ""
        if not text:
            yield Problem(at, f"field {known.id} takes a text or a number", kind="value")
            return
        claim = coverage.other(self.model, self.form.key_of(known), text)
        self.filled.append(replace(claim, locator=at))

    @staticmethod
    def _property(known: FormField, value: Mapping[Any, Any]) -> Iri | None:
        """The property of a written value: as stated, else the field's only one, or None."""
        stated = str(value.get("iri") or value.get("property") or "")
        sources = [s for s in known.sources if s.place != "derived"]
        for source in sources:
            term: Iri = source.iri
            if stated in (term, iris.shorten(term), iris.local_name(term)):
                return term
        plain: set[Iri] = {s.iri for s in sources if s.plain}
        return plain.pop() if not stated and len(plain) == 1 else None

    def _cited(self, value: Mapping[Any, Any], notes: list[int], at: str) -> Iterator[Problem]:
        """Read a value that the form took from sources; yield its problems."""
        try:
            subject = iris.iri(str(value.get("ofIri") or self.model))
            predicate = iris.iri(str(value.get("iri", "")))
        except BadIri as error:
            yield Problem(at, str(error), kind="iri")
            return
        stated = _value(value.get("value"), predicate)
        if stated is not None:
            for number in notes:
                self.cited[number].append(Claim(subject, predicate, stated))

    def excerpts(self) -> Iterator[Record | Problem]:
        """Yield the footnotes' claims as excerpts of the records that they name."""
        rows: dict[str, tuple[dict[Any, Any], list[Claim]]] = {}
        for n, note in enumerate(statements.as_list(self.whole.get("footnotes"))):
            given = statements.mapping(note)
            receipt = statements.mapping(given.get("receipt"))
            claims = self.cited.get(given.get("number"), [])  # type: ignore[arg-type]  # from JSON
            if not claims:
                continue
            if not iris.is_iri(str(receipt.get("record", ""))):
                yield Problem(f"/footnotes/{n}/receipt/record", "no IRI of a record", kind="iri")
                continue
            location = str(receipt.get("place") or "")
            basis = _BASES.get(str(receipt.get("basis")), Basis.THIRD_PARTY)
            _, retained = rows.setdefault(str(receipt["record"]), (receipt, []))
            for claim in claims:
                retained.append(
                    Claim(
                        claim.subject, claim.predicate, claim.value, basis=basis, locator=location
                    )
                )
        for record, (receipt, claims) in sorted(rows.items()):
            try:
                yield _excerpt(Iri(record), receipt, claims)
            except BadIri as error:
                yield Problem("/footnotes", str(error), kind="iri")


def _value(value: object, predicate: Iri) -> Value | None:
    """A value from the form's JSON, or None."""
    if isinstance(value, dict):
        matches = str(value.get("iri", ""))
        return Iri(matches) if iris.is_iri(matches) else None
    if value is None or isinstance(value, list):
        return None
    for claim in values.claims(Iri("urn:x"), predicate, value, ""):
        if isinstance(claim, Claim):
            return claim.value
    return Literal(str(value), XSD.string)


def _excerpt(record: Iri, receipt: Mapping[Any, Any], claims: list[Claim]) -> Record:
    whole = undated(record)
    mark = hashlib.sha256("\n".join(map(str, claims)).encode()).hexdigest()[:12]
    publisher = str(receipt.get("publisher") or "unstated")
    retrieved = str(receipt.get("retrieved") or "1970-01-01")
    made = Header(
        record=Iri(f"{whole}/excerpt-{mark}/{retrieved}"),
        document=iris.iri(str(receipt.get("document", ""))),
        publisher=iris.iri(publisher) if "://" in publisher else iris.organization(publisher),
        retrieved=retrieved,
        reader=FORMAT,
        digest=str(receipt.get("digest") or ""),
        custody=Custody.ASSUMED,
        of_document=Iri(f"{whole}/excerpt-{mark}"),
        exported_from=record,
    )
    return Record(made, tuple(claims)).sort()


def _origin(document: Document) -> Origin:
    whole = document.json if isinstance(document.json, dict) else {}
    by = whole.get("filledBy")
    named = by.strip() if isinstance(by, str) and by.strip() else "unstated"
    known = Iri(named) if named.startswith(iris.ID) else iris.organization(named)
    return Origin(
        local=iris.slug(f"{whole.get('form', 'form')}-{whole.get('model', '')}"),
        publisher=known,
        basis=Basis.DEVELOPER,
        title=f"{whole.get('title', 'form')} of {whole.get('model', '')}"[:200],
    )


SYNTAXES = ("json",)

READER = Reader(
    format=FORMAT,
    title="Forms that this software wrote as JSON and somebody filled further",
    recognises=recognises,
    origin=_origin,
    read=lambda document: claims_of(records(document)),
    records=records,
    keys=KEYS,
    leaves=leaves,
)
