"""Finds records and facts that may break a shape, from the claim table, to limit what is validated.

A check is a query. Its text shows what it reads of a node: which predicates, and of each value its
kind and datatype, its length up to a bound, or all of it. Nodes that do not differ in what any
check reads break the same checks. Therefore one node of each such class is put into a graph in
memory and checked by the same queries. Only records with a node of a class that breaks a check are
then read from the store and validated whole, which gives the findings. A check whose text is not of
this form makes every record suspect that could hold one of its targets, so that no finding is
missed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from provenance_graph.core import rdf
from provenance_graph.core.claims import Quad, Record
from provenance_graph.core.iris import PREFIXES, Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.shapes.compile import Check
from provenance_graph.shapes.expressions import Kinds
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.sparql.tokens import tokens

Breaks = Callable[[Sequence[Quad], Sequence[Check]], Iterable[str]]
"""A function that returns the graphs, among some quads, in which a node breaks one of the checks.

"""

_TYPES = r"(?:isLiteral|isIRI|isBlank|DATATYPE|LANG)"
_PREFIX = re.compile(r"PREFIX\s+(\w*):\s*<([^>]*)>", re.IGNORECASE)
_STATED = re.compile(r"[$?]this\b[^.{}]*\bpg:stance\s+pg:(\w+)")
_CODES = ("stance", "basis", "confidence", "precision", "valid_from", "valid_until")
_CLAIM_TEXTS = {
    "name": PG.about,
    "value": PG.value,
    "as_stated": PG.valueAsStated,
    "locator": PG.locator,
    "unusable": PG.unusable,
}
_HEADER_TEXTS = {
    "document": SCHEMA.url,
    "of_document": PG.ofDocument,
    "title": DCTERMS.title,
    "digest": PG.digest,
    "attribution": PG.attribution,
    "collection": PG.inCollection,
}
"""Columns whose values differ from node to node, with the predicate of each."""


@dataclass(slots=True)
class _Sorted:
    """The checks over record graphs, grouped by what they read; ``beyond`` are all others."""

    values: list[Check] = field(default_factory=list)
    claims: list[Check] = field(default_factory=list)
    headers: list[Check] = field(default_factory=list)
    beyond: list[Check] = field(default_factory=list)


def of_claims(
    files: Iterable[Path], checks: Sequence[Check], kinds: Kinds, breaks: Breaks
) -> set[int]:
    """The numbers of the records in which a claim of these files may break a record check."""
    by_kind = _placed(checks)
    tested = _Tested(by_kind, breaks)
    numbers: set[int] = set()
    for file in files:
        rows = pl.read_parquet(file, columns=list(columns.CLAIMS))
        numbers |= tested.records(rows)
        for check in by_kind.beyond:
            numbers |= _holding(rows, check, kinds)
    return numbers


def of_headers(headers: pl.DataFrame, checks: Sequence[Check], breaks: Breaks) -> set[int]:
    """The numbers of the records whose header may break a record check."""
    by_kind = _placed(checks)
    if any(t.term.value == PG.SourceRecord for check in by_kind.beyond for t in check.targets):
        return set(headers["number"])
    return set(_of_headers(headers, by_kind.headers, breaks))


def _placed(checks: Iterable[Check]) -> _Sorted:
    by_kind = _Sorted()
    for check in checks:
        _sort_in(by_kind, check)
    return by_kind


def _sort_in(by_kind: _Sorted, check: Check) -> None:
    classes = {t.term.value for t in check.targets if t.kind == "class"}
    alone = len(classes) == len(check.targets) == 1
    if is_per_value(check):
        by_kind.values.append(check)
    elif alone and classes == {PG.Claim} and is_local(check):
        by_kind.claims.append(check)
    elif alone and classes == {PG.SourceRecord} and is_local(check):
        by_kind.headers.append(check)
    else:
        by_kind.beyond.append(check)


def is_per_value(check: Check) -> bool:
    """Whether a check tests single values of one property, for any subject that has it."""
    path = check.path.predicate if check.path else ""
    return (
        bool(path)
        and check.targets_implied
        and not check.reach
        and check.needs == {path}
        and check.pattern.startswith(f"?this <{path}> ?value . FILTER(")
        and check.pattern.count("?this") == 1
        and "EXISTS" not in check.pattern
    )


def is_local(check: Check) -> bool:
    """Whether a check reads only the triples of its focus node."""
    spaces = _PREFIX.findall(check.prologue)
    if check.reach or any(PREFIXES.get(name) != space for name, space in spaces):
        return False
    before = "{"
    for _, text, _ in tokens(check.pattern):
        is_focus = text in ("?this", "$this")
        begins = before in ("{", ".")
        if (begins and text[0] in "?$<" and not is_focus) or (is_focus and not begins):
            return False
        if text in ("^", "/", "|", "*", "+") or text.upper() == "GRAPH":
            return False
        before = text
    return True


@dataclass(frozen=True, slots=True)
class _Read:
    """What checks read of a property's values: all of the text, or its length up to a bound."""

    whole: bool = False
    length: int = 0


def _reads(checks: Iterable[Check], predicate: str) -> _Read:
    """What some checks read of the values of ``predicate`` at their focus node.

    ``sh:maxCount`` reads no value: readers of records already ensure that a node has one value.
    """
    prefixed = [f"<{predicate}>"]
    prefixed += [
        f"{prefix}:{predicate.removeprefix(space)}"
        for prefix, space in PREFIXES.items()
        if predicate.startswith(space)
    ]
    binding = re.compile(rf"(?:{'|'.join(map(re.escape, prefixed))})\s+([?$]\w+)")
    length = 0
    for check in checks:
        if check.component == "MaxCount":
            continue
        if re.search(r"(?:[?$]this|;)\s+[?$]\w+", check.pattern):  # reads values of any predicate
            return _Read(whole=True)
        for variable, times in Counter(m[1][1:] for m in binding.finditer(check.pattern)).items():
            name = rf"[?$]{variable}\b"
            rest, _ = re.subn(rf"{_TYPES}\(\s*{name}\s*\)", "", check.pattern)
            for bound in re.findall(rf"STRLEN\(STR\({name}\)\) [<>] (\d+)", rest):
                length = max(length, int(bound) + 1)
            rest = re.sub(rf"STRLEN\(STR\({name}\)\) [<>] \d+", "", rest)
            if len(re.findall(name, rest)) > times:
                return _Read(whole=True)
        if any(re.search(rf"{re.escape(p)}\s+(?![?$])[<\w\"]", check.pattern) for p in prefixed):
            return _Read(whole=True)  # compared with a constant
    return _Read(length=length)


def _atom(read: _Read, column: str) -> pl.Expr:
    """A text column reduced to what checks read of it."""
    if read.whole:
        return pl.col(column)
    return pl.col(column).str.len_chars().clip(0, max(1, read.length)).cast(pl.String)


class _Tested:
    """The classes of claims that were tested, each once."""

    def __init__(self, by_kind: _Sorted, breaks: Breaks) -> None:
        self._checks, self._breaks = by_kind, breaks
        self._known: dict[bool, pl.DataFrame] = {}
        self._claim_reads = {
            column: _reads(by_kind.claims, str(predicate))
            for column, predicate in _CLAIM_TEXTS.items()
        }
        self._value_reads: dict[str, _Read] = {}
        for check in by_kind.values:
            assert check.path is not None
            name = check.path.predicate
            before, now = self._value_reads.get(name, _Read()), _reads([check], name)
            self._value_reads[name] = _Read(
                before.whole or now.whole, max(before.length, now.length)
            )

    def records(self, rows: pl.DataFrame) -> set[int]:
        """The numbers of the records in which a claim breaks a check."""
        noted = rows.filter(~columns.plain())
        atoms = {f"atom_{c}": _atom(read, c) for c, read in self._claim_reads.items()}
        of_values = self._of_values(rows.filter(columns.plain()))
        of_claims = self._broken(noted.with_columns(**atoms), is_plain=False)
        return set(of_values["record"]) | set(of_claims["record"])

    def facts(self, rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
        """Yield property and subject of the accepted values that break a check."""
        made = {
            name: pl.lit(0 if kind.is_integer() else "", dtype=kind)
            for name, kind in columns.CLAIMS.items()
            if name not in rows.columns
        }
        stated = {"basis": pl.lit(columns.NONE), "precision": pl.lit(columns.NONE)}
        whole = rows.with_columns(**made).with_columns(pl.col("subject").alias("name"), **stated)
        yield from self._of_values(whole).select("property", "subject").iter_rows()

    def _of_values(self, plain: pl.DataFrame) -> pl.DataFrame:
        plain = plain.filter(pl.col("property").is_in(list(self._value_reads)))
        whole = [name for name, read in self._value_reads.items() if read.whole]
        bounds = max((read.length for read in self._value_reads.values()), default=0)
        atom = (
            pl.when(pl.col("property").is_in(whole))
            .then(pl.col("value"))
            .otherwise(_atom(_Read(length=bounds), "value"))
        )
        return self._broken(plain.with_columns(atom=atom), is_plain=True)

    def _broken(self, rows: pl.DataFrame, *, is_plain: bool) -> pl.DataFrame:
        shared = ("property", "kind", "datatype", "language")
        atoms = [name for name in rows.columns if name.startswith("atom")]
        keys = [*shared, *atoms, *(() if is_plain else _CODES)]
        each = rows.group_by(keys, maintain_order=True).first()
        known = self._known.get(is_plain)
        fresh = each if known is None else each.join(known, on=keys, how="anti", nulls_equal=True)
        bad = set(self._bad(fresh, is_plain=is_plain))
        marked = fresh.select(keys).with_columns(
            bad=pl.Series([n in bad for n in range(len(fresh))], dtype=pl.Boolean)
        )
        known = self._known[is_plain] = marked if known is None else pl.concat([known, marked])
        return rows.join(known.filter("bad"), on=keys, how="semi", nulls_equal=True)

    def _bad(self, sorts: pl.DataFrame, *, is_plain: bool) -> Iterable[int]:
        quads: list[Quad] = []
        for number, row in enumerate(sorts.select(*columns.CLAIMS).iter_rows()):
            claim, graph = columns.claim(row), Iri(f"urn:sort:{number}")
            if is_plain and claim.value is not None:
                quads.append((claim.subject, claim.predicate, claim.value, graph))
            else:
                node = Iri(f"{graph}#c")
                quads += ((node, p, o, graph) for p, o in rdf.claim_values(claim))
        checks = self._checks.values if is_plain else self._checks.claims
        return _numbers(self._breaks(quads, checks))


def _of_headers(headers: pl.DataFrame, checks: Sequence[Check], breaks: Breaks) -> Iterable[int]:
    """The numbers of the records whose header breaks a check."""
    atoms = {
        f"atom_{c}": _atom(_reads(checks, predicate), c) for c, predicate in _HEADER_TEXTS.items()
    }
    pattern = _digest_pattern(checks)
    if pattern is not None:
        empty = pl.col("digest") == ""
        atoms["atom_digest"] = (
            pl.when(empty).then(None).otherwise(pl.col("digest").str.contains(pattern))
        )
    own = [c for c in columns.HEADERS if c not in ("number", "iri", "content", *_HEADER_TEXTS)]
    rows = headers.with_columns(**atoms)
    keys = [*own, *atoms]
    each = rows.group_by(keys, maintain_order=True).first()
    quads: list[Quad] = []
    for number, row in enumerate(each.select(*columns.HEADERS).iter_rows(named=True)):
        graph = Iri(f"urn:sort:{number}")
        written = rdf.to_quads(Record(columns.header(row), ()))
        quads += ((graph, p, o, graph) for _, p, o, _ in written)
    bad = each[sorted(_numbers(breaks(quads, checks)))]
    return rows.join(bad, on=keys, how="semi", nulls_equal=True)["number"]


def _digest_pattern(checks: Sequence[Check]) -> str | None:
    """The only pattern that checks digests, or None if checks read anything else of digests.

    The engine and Polars use the same library of regular expressions.
    """
    on_digest = [c for c in checks if c.path is not None and c.path.predicate == PG.digest]
    patterns = [c for c in on_digest if c.component == "Pattern"]
    others = [c for c in on_digest if c.component not in ("Pattern", "MaxCount", "MinCount")]
    if len(patterns) != 1 or others:
        return None
    constraints = [c for c in patterns[0].shape.constraints if c.component == "Pattern"]
    return (
        constraints[0].terms[0].value
        if len(constraints) == 1 and len(constraints[0].terms) == 1
        else None
    )


def _numbers(names: Iterable[str]) -> set[int]:
    return {int(name.rpartition(":")[2]) for name in names}


def _holding(rows: pl.DataFrame, check: Check, kinds: Kinds) -> set[int]:
    """The numbers of the records that could hold a target of a check that reads further nodes."""
    wanted = pl.lit(value=False)
    plain = columns.plain()
    for target in check.targets:
        name = target.term.value
        if target.kind == "class" and name == PG.Claim:
            stances = [
                columns.STANCES.index(s) for s in columns.STANCES if s.value in _stances(check)
            ]
            here = pl.col("stance").is_in(stances) if stances else pl.lit(value=True)
            wanted |= ~plain & here
        elif target.kind == "class":
            wanted |= (pl.col("property") == RDF.type) & pl.col("value").is_in(list(kinds(name)))
        elif target.kind in ("subjects", "objects"):
            wanted |= pl.col("property") == name
        else:
            wanted |= pl.lit(value=True)
    return set(rows.filter(wanted)["record"])


def _stances(check: Check) -> set[str]:
    """The stances of which a check requires one at its focus node, if its pattern states them."""
    outside = re.sub(r"\{[^{}]*\}", "", check.pattern)
    return {f"{PREFIXES['pg']}{name}" for name in _STATED.findall(outside)}


def decided_by_facts(check: Check) -> bool:
    """Whether a check of the view tests or counts only the values of one property.

    All other checks of the view are run as queries on the store.
    """
    return is_per_value(check) or _is_count(check)


def of_facts(
    files: Iterable[Path], checks: Sequence[Check], breaks: Breaks
) -> set[tuple[str, str]]:
    """The pairs of property and subject of facts in these files that may break such a check."""
    by_value = [check for check in checks if is_per_value(check)]
    counted = [check for check in checks if _is_count(check)]
    tested = _Tested(_Sorted(values=by_value), breaks)
    limits = {predicate(check): _max_count(check) for check in counted}
    broken: set[tuple[str, str]] = set()
    for file in files:
        rows = pl.read_parquet(file)
        broken.update(tested.facts(rows))
        several = rows.filter(pl.col("property").is_in(list(limits))).unique()
        several = several.group_by("property", "subject").len()
        limit = several["property"].replace_strict(limits, return_dtype=pl.Int64)
        broken.update(
            several.filter(pl.col("len") > limit).select("property", "subject").iter_rows()
        )
    return broken


def predicate(check: Check) -> str:
    """The property that a check tests, or the empty string if its path is not one property."""
    return check.path.predicate if check.path else ""


def _is_count(check: Check) -> bool:
    """Whether a check limits the number of values of a property, for any subject."""
    local = check.component == "MaxCount" and check.targets_implied and not check.reach
    return local and check.needs == {predicate(check)}


def _max_count(check: Check) -> int:
    bounds = [int(c.terms[0].value) for c in check.shape.constraints if c.component == "MaxCount"]
    return min(bounds)
