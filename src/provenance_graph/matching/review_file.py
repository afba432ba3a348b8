"""Files of identity decisions: the shipped mapping table, and review files that people fill in.

A review file is a CSV or TSV table with one row per pair. ``candidates`` writes it with an empty
``decision``. ``decisions`` reads it back: ``accept``, ``reject`` or ``withdraw`` (an earlier
decision of a person), with a reason and an author.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from provenance_graph.acceptance.identity import RULE_AUTHOR as RULES
from provenance_graph.acceptance.sssom import MANUAL, SAME, Mapping, read_table, write_sssom
from provenance_graph.core import clock, iris
from provenance_graph.core.errors import BadIri, RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SKOS
from provenance_graph.matching.outcome import Pair, PairVerdict

COLUMNS = (
    "name",
    "may_be",
    "name_label",
    "may_be_label",
    "score",
    "verdict",
    "for",
    "against",
    "relation",
    "decision",
    "reason",
    "author",
)
ACCEPT, REJECT, WITHDRAW = "accept", "reject", "withdraw"


def rewrite(text: str, decided: Iterable[Mapping], where: str = "identity.sssom.tsv") -> str:
    """Replace the rules' rows of a mapping table, and keep the rows made by hand.

    Raises RecordError if the text is not a table of mappings.
    """
    table = read_table(text, where)
    if not table.header:
        raise RecordError(f"{where}: no header; a mapping set needs its id and its licence")
    by_hand = [row for row in table.rows if not row.author.startswith(RULES)]
    known = {frozenset((row.subject, row.object)) for row in by_hand}
    fresh = [row for row in decided if frozenset((row.subject, row.object)) not in known]
    return write_sssom([*by_hand, *fresh], table.header)


def review(pairs: Iterable[Pair], *, delimiter: str = "\t") -> str:
    """Write a review table of pairs, in their order, with empty decision columns."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    table.writerow(COLUMNS)
    for pair in pairs:
        table.writerow(
            (
                pair.subject,
                pair.other,
                *pair.labels,
                f"{pair.confidence:.2f}",
                pair.verdict.value,
                "; ".join(pair.pro),
                "; ".join(pair.contra),
                iris.shorten(pair.predicate),
                "",
                "",
                "",
            )
        )
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The decisions of a review: rows to add, and pairs whose earlier decisions are withdrawn."""

    rows: tuple[Mapping, ...] = ()
    withdrawn: tuple[frozenset[Iri], ...] = ()


def decided_pairs(settled: Iterable[Mapping]) -> list[Pair]:
    """Pairs that rules or people decided before, so that a review can change the decision."""
    pairs = []
    for row in settled:
        sure = float(row.confidence or 1)
        who = "" if row.author.startswith(RULES) else f"decided by {row.author or 'hand'}"
        why = tuple(filter(None, (row.comment, who)))
        verdict = PairVerdict.RELATED if row.predicate not in SAME else PairVerdict.SAME
        verdict = PairVerdict.BARRED if row.negated else verdict
        pairs.append(
            Pair(row.subject, row.object, verdict, row.author, sure, why, (), row.predicate)
        )
    return sorted(pairs, key=lambda pair: (-pair.confidence, pair.subject, pair.other))


def decisions(
    text: str, known: Iterable[Pair], settled: Iterable[Mapping], where: str, day: str = ""
) -> Reviewed:
    """Parse the decisions of a review file; rows without a decision stay open.

    ``known`` are the pairs that the rules find now, ``settled`` the existing mappings. Raises
    RecordError, with the line, for a row that is not one of these pairs, a decision without author
    or reason, two decisions that contradict each other, or one that contradicts a person's
    decision.
    """
    settled = list(settled)
    reading = _ReviewReading(
        where, day or clock.today(), [*decided_pairs(settled), *known], settled
    )
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if missing := {"name", "may_be", "decision", "reason", "author"} - set(rows.fieldnames or ()):
        raise RecordError(f"{where}: columns missing: {', '.join(sorted(missing))}")
    try:
        numbered = [(rows.line_num, row) for row in rows]
    except csv.Error as error:
        raise RecordError(f"{where}: line {rows.line_num}: {error}") from error
    _whole(numbered, len(rows.fieldnames or ()), where)
    _unequivocal(numbered, where)
    for line, row in numbered:
        reading.take(row, line)
    reviewed = Reviewed(
        tuple(row for _, row in reading.rows.values() if row is not None),
        tuple(pair for pair, (_, row) in reading.rows.items() if row is None),
    )
    _consistent(reading)
    return reviewed


class _ReviewReading:
    """The state of reading a review: line and row by pair; the row is None for a withdrawal."""

    def __init__(
        self, where: str, day: str, known: Iterable[Pair], settled: Iterable[Mapping]
    ) -> None:
        self.where, self.day = where, day
        self.pairs = {pair.key: pair for pair in known}
        self.people = {
            frozenset((row.subject, row.object)): row
            for row in settled
            if not row.author.startswith(RULES)
        }
        self.rows: dict[frozenset[Iri], tuple[int, Mapping | None]] = {}

    def take(self, row: dict[str, str], line: int) -> None:
        """Read one row; raises RecordError with its line."""
        decision = (row["decision"] or "").strip().casefold()
        if not decision:
            return
        where = f"{self.where}: line {line}"
        key, made = self._decision(row, decision, where)
        earlier = self.people.get(key)
        if made is not None and earlier is not None and earlier.negated != made.negated:
            raise RecordError(
                f"{where}: the table holds the opposite, {_decided_by(earlier)}; "
                f"withdraw that first: a row of the same two names with the decision {WITHDRAW!r}"
            )
        self.rows[key] = line, made

    def _decision(
        self, row: dict[str, str], decision: str, where: str
    ) -> tuple[frozenset[Iri], Mapping | None]:
        if decision not in (ACCEPT, REJECT, WITHDRAW):
            raise RecordError(
                f"{where}: decision {decision!r} is none of {ACCEPT}, {REJECT}, {WITHDRAW}"
            )
        try:
            names = iris.expand(row["name"] or ""), iris.expand(row["may_be"] or "")
        except BadIri as error:
            raise RecordError(f"{where}: {error}") from error
        key = frozenset(names)
        pair = self.pairs.get(key)
        text = " and ".join(map(iris.short_id, names))
        if pair is None:
            raise RecordError(
                f"{where}: {text} are no pair that the rules find in this store; "
                "`identify --review FILE` writes those there are"
            )
        relation, offered = (row.get("relation") or "").strip(), iris.shorten(pair.predicate)
        if relation not in ("", offered):
            raise RecordError(
                f"{where}: relation {relation!r}: the rules offer {offered} for {text}, and a "
                "decision accepts or rejects that; leave the column as it was written"
            )
        author, reason = (row["author"] or "").strip(), (row["reason"] or "").strip()
        if not author or not reason:
            raise RecordError(f"{where}: a decision needs a reason and an author")
        if decision == WITHDRAW:
            if key not in self.people:
                raise RecordError(f"{where}: no decision on {text}; a rule may be rejected")
            return key, None
        return key, decided(pair, decision, reason, author_of(author), self.day)


def decided(pair: Pair, decision: str, reason: str, author: str, day: str) -> Mapping:
    """The mapping row of a person's decision on a pair."""
    related = pair.verdict is PairVerdict.RELATED
    return Mapping(
        pair.subject,
        pair.predicate if related else SKOS.exactMatch,
        pair.other,
        MANUAL,
        "1.0",
        negated=decision == REJECT,
        author=author,
        date=day,
        comment=reason,
        subject_label=pair.labels[0],
        object_label=pair.labels[1],
    )


def author_of(text: str) -> str:
    """The author of a decision in SSSOM form: an ORCID, or an ``id:person/`` name."""
    if text.startswith(("orcid:", "id:")):
        return text
    bare = text.removeprefix("https://orcid.org/")
    return f"orcid:{bare}" if bare != text else f"id:person/{iris.slug(text)}"


def _whole(rows: Iterable[tuple[int, dict[str, str]]], columns: int, where: str) -> None:
    """Raise RecordError for a row with too few or too many cells, whose decision is uncertain."""
    for line, row in rows:
        further = row.get(None) or ()  # type: ignore[call-overload]  # what csv keeps beyond the header
        cells = sum(value is not None for column, value in row.items() if column) + len(further)
        if cells != columns:
            raise RecordError(
                f"{where}: line {line}: {cells} cells, and the header has {columns}; was the file "
                "cut off, or a text with the delimiter in it left without quotes?"
            )


def _unequivocal(rows: Iterable[tuple[int, dict[str, str]]], where: str) -> None:
    """Raise RecordError if two rows decide differently on the same two names."""
    before: dict[frozenset[str], tuple[int, str]] = {}
    for line, row in rows:
        decision = (row["decision"] or "").strip().casefold()
        if not decision:
            continue
        key = frozenset(_spelt(row[column] or "") for column in ("name", "may_be"))
        first, otherwise = before.setdefault(key, (line, decision))
        if otherwise != decision:
            raise RecordError(
                f"{where}: line {line}: contradicts line {first}: {decision!r} here and "
                f"{otherwise!r} there, about {' and '.join(sorted(key))}; delete one of them"
            )


def _spelt(name: str) -> str:
    """The short id of a name in any notation; a text that is not an IRI stays as it is."""
    try:
        return iris.short_id(iris.expand(name.strip()))
    except BadIri:
        return name.strip()


def _consistent(reading: _ReviewReading) -> None:
    """Raise RecordError if accepted pairs connect two names that a decision rejects.

    Earlier decisions of people count too, unless the review withdraws them.
    """
    made = [(f"line {line}", row) for line, row in reading.rows.values() if row is not None]
    before = [
        (_decided_by(row), row) for key, row in reading.people.items() if key not in reading.rows
    ]
    joins: dict[Iri, list[tuple[Iri, str]]] = {}
    for location, row in (*made, *before):
        if row.merges:
            joins.setdefault(row.subject, []).append((row.object, location))
            joins.setdefault(row.object, []).append((row.subject, location))
    fresh = {location for location, _ in made}
    for location, row in (*made, *before):
        way = _way(row.subject, row.object, joins) if row.negated else None
        if way and fresh & {location, *way}:
            raise RecordError(
                f"{reading.where}: {location}: {iris.short_id(row.subject)} and "
                f"{iris.short_id(row.object)} are rejected as one entity, and accepted as one by a "
                f"third name ({', '.join(way)}); reject or withdraw one of those"
            )


def _way(start: Iri, end: Iri, joins: dict[Iri, list[tuple[Iri, str]]]) -> list[str] | None:
    """The places of the accepted pairs that connect two names; None if they are not connected."""
    ways: dict[Iri, list[str]] = {start: []}
    waiting = [start]
    for name in waiting:
        for other, location in joins.get(name, ()):
            if other not in ways:
                ways[other] = [*ways[name], location]
                waiting.append(other)
    return ways.get(end)


def _decided_by(row: Mapping) -> str:
    return f"decided by {row.author or 'hand'}{f' on {row.date}' if row.date else ''}"
