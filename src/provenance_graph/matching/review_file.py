"""Decisions on identity as files: the rules' rows of the shipped table, and a review's rows.

A review file is a CSV or TSV table with one row a pair. ``candidates`` writes it with an empty
``decision``; ``decisions`` reads it back: ``accept`` or ``reject`` with a reason and an author.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date

from provenance_graph.acceptance.identity import RULE_AUTHOR as RULES
from provenance_graph.acceptance.sssom import MANUAL, Mapping, read_table, write_sssom
from provenance_graph.core import iris
from provenance_graph.core.errors import BadIri, RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SKOS
from provenance_graph.matching.outcome import Pair, Verdict

COLUMNS = (
    "name", "may_be", "name_label", "may_be_label", "score", "verdict", "for", "against",
    "relation", "decision", "reason", "author",
)  # fmt: skip
ACCEPT, REJECT = "accept", "reject"


def rewrite(text: str, decided: Iterable[Mapping], where: str = "identity.sssom.tsv") -> str:
    """The table with its rows made by hand as they are, and the rules' rows replaced.

    Raises RecordError where the text is no table of mappings.
    """
    table = read_table(text, where)
    if not table.header:
        raise RecordError(f"{where}: no header; a mapping set needs its id and its licence")
    by_hand = [row for row in table.rows if not row.author.startswith(RULES)]
    known = {frozenset((row.subject, row.object)) for row in by_hand}
    fresh = [row for row in decided if frozenset((row.subject, row.object)) not in known]
    return write_sssom([*by_hand, *fresh], table.header)


def review(pairs: Iterable[Pair], *, delimiter: str = "\t") -> str:
    """A table of pairs to decide on, surest first."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    table.writerow(COLUMNS)
    for pair in pairs:
        table.writerow(
            (
                pair.subject, pair.other, *pair.labels, f"{pair.confidence:.2f}",
                pair.verdict.value, "; ".join(pair.pro), "; ".join(pair.contra),
                iris.shorten(pair.predicate), "", "", "",
            )
        )  # fmt: skip
    return out.getvalue()


def decisions(
    text: str, known: Iterable[Pair], settled: Iterable[Mapping], where: str, day: str = ""
) -> list[Mapping]:
    """The rows that a review decided; rows without a decision are left open.

    ``known`` are the pairs that the rules find now, ``settled`` the mappings that hold already.
    Raises RecordError, with the line, for a row that is no pair of them, a decision without author
    or reason, two that contradict each other, or one that contradicts what holds.
    """
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if missing := {"name", "may_be", "decision", "reason", "author"} - set(rows.fieldnames or ()):
        raise RecordError(f"{where}: columns missing: {', '.join(sorted(missing))}")
    pairs = {pair.key: pair for pair in known}
    stored = {frozenset((row.subject, row.object)): row for row in settled}
    results: dict[frozenset[Iri], tuple[int, Mapping]] = {}
    for row in rows:
        line = rows.line_num
        decision = (row["decision"] or "").strip().casefold()
        if not decision:
            continue
        made = _decision(row, decision, pairs, f"{where}: line {line}", day)
        key = frozenset((made.subject, made.object))
        before = results.get(key)
        if before is not None and before[1].negated != made.negated:
            raise RecordError(
                f"{where}: line {line}: contradicts line {before[0]}, which decides the same pair "
                "otherwise; keep one of them"
            )
        holds = stored.get(key)
        if holds is not None and holds.negated != made.negated and holds.author[:8] != RULES:
            raise RecordError(
                f"{where}: line {line}: the table holds the opposite, decided by "
                f"{holds.author or 'hand'}{f' on {holds.date}' if holds.date else ''}; "
                "take that row out first"
            )
        results[key] = (line, made)
    made_rows = [row for _, row in results.values()]
    _consistent(made_rows, where)
    return made_rows


def _decision(
    row: dict[str, str], decision: str, pairs: dict[frozenset[Iri], Pair], where: str, day: str
) -> Mapping:
    if decision not in (ACCEPT, REJECT):
        raise RecordError(f"{where}: decision {decision!r} is neither {ACCEPT} nor {REJECT}")
    try:
        subject, other = iris.expand(row["name"]), iris.expand(row["may_be"])
    except BadIri as error:
        raise RecordError(f"{where}: {error}") from error
    pair = pairs.get(frozenset((subject, other)))
    if pair is None:
        raise RecordError(
            f"{where}: {iris.short_id(subject)} and {iris.short_id(other)} are no pair that the rules "
            "find in this store; `identify --review FILE` writes those there are"
        )
    author, reason = (row["author"] or "").strip(), (row["reason"] or "").strip()
    if not author or not reason:
        raise RecordError(f"{where}: a decision needs a reason and an author")
    return Mapping(
        pair.subject,
        pair.predicate if pair.verdict is Verdict.RELATED else SKOS.exactMatch,
        pair.other,
        MANUAL,
        "1.0",
        negated=decision == REJECT,
        author=_author(author),
        date=day or date.today().isoformat(),
        comment=reason,
        subject_label=pair.labels[0],
        object_label=pair.labels[1],
    )


def _author(text: str) -> str:
    """Who decided, as SSSOM wants it: an ORCID, or a name of ours."""
    if text.startswith(("orcid:", "id:")):
        return text
    bare = text.removeprefix("https://orcid.org/")
    return f"orcid:{bare}" if bare != text else f"id:person/{iris.slug(text)}"


def _consistent(rows: Iterable[Mapping], where: str) -> None:
    """Refuse a review that says of two names that they are one, by a third, and that they are not."""
    groups: dict[Iri, set[Iri]] = {}
    rows = list(rows)
    for row in rows:
        if row.merges:
            joined = groups.get(row.subject, {row.subject}) | groups.get(row.object, {row.object})
            groups.update(dict.fromkeys(joined, joined))
    for row in rows:
        if row.negated and row.object in groups.get(row.subject, ()):
            raise RecordError(
                f"{where}: {iris.short_id(row.subject)} and {iris.short_id(row.object)} are rejected as "
                "one thing, and accepted as one by a third name; reject one of those"
            )
