"""Stored questions: one .rq file each, with values bound as terms, never inserted as text.

A file begins with its question as a comment, then its parameters:

    # Which models have a context of at least TOKENS and an OSI-approved licence?
    # param tokens: integer — the least context length (default 128000)
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals, texts
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import PREFIXES, expand
from provenance_graph.core.resources import folder
from provenance_graph.model.fields import property_named
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.model.questions import order, repeats
from provenance_graph.model.questions.reach import REACHED, QuestionRows, Reach, Share
from provenance_graph.model.questions.values import existing, one_of
from provenance_graph.store.sparql.rewrite import with_prefixes
from provenance_graph.store.sparql.vocabulary import check_terms
from provenance_graph.store.values import Rows

KINDS = (
    "model",
    "dataset",
    "organization",
    "property",
    "use",
    "rubric",
    "alias",
    "iri",
    "integer",
    "decimal",
    "double",
    "date",
    "digest",
    "text",
    "boolean",
)
_PARAM = re.compile(
    r"#\s*param\s+(\w+)\s*:\s*(\w+)\s*(?:[—-]+\s*(.*?))?\s*(?:\(default\s+(.*)\))?\s*$"
)
_SAME = re.compile(r"(?<![\w.,-])(-?[\d.,]*\d) to \1(?![\w.,]*\d)")
_ABSENT = re.compile(r"\{no (?P<name>\w+)\} ?")
_COUNTED = re.compile(r"\{(?P<name>\w+)(?:\.(?P<end>min|max))?\}(?P<noun> [a-z]+s\b)?")
_REACHED = "# reached"
"""The end of a query line that is left out where the index has followed the path."""
_ANNOTATION = re.compile(r"#\s*(empty|answer):\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a question that the user sets; required where it has no default."""

    name: str
    kind: str
    description: str = ""
    default: str | None = None


@dataclass(frozen=True)
class Question:
    """A stored question: its name, topic, wording, parameters and SPARQL text.

    ``empty`` says what an empty answer means. ``answer`` is a template for a summary: ``{column}``
    is the number of different values in a column, ``{rows}`` that of the rows, ``{column.min}`` and
    ``{column.max}`` are the ends of a column of numbers. A noun after a number agrees with it. A
    clause after ``;`` on the ends of a column without any number is left out; a clause that begins
    with ``{no column}`` is used only where that column is empty in every row. ``reach`` is set
    where the answer lists all entities that a path of lineage reaches.
    """

    name: str
    topic: str
    question: str
    parameters: tuple[Parameter, ...]
    text: str
    empty: str = ""
    answer: str = ""
    reach: Reach | None = None

    @property
    def counted(self) -> bool:
        """Whether the question is answered from counts stored per version, where there are any."""
        return self.name == repeats.NAME

    @cached_property
    def _split(self) -> tuple[str, order.Conditions]:
        return order.split(self.text)

    @property
    def unordered(self) -> str:
        """The query without its ORDER BY, which ``in_order`` replaces; empty where it cannot."""
        text, conditions = self._split
        return text if conditions else ""

    @cached_property
    def bounded(self) -> Question:
        """The question for entities that the index has already reached.

        The lines that end in ``# reached``, which an engine would follow again, are left out.
        """
        lines = (line for line in self.text.splitlines() if not line.endswith(_REACHED))
        return replace(self, text="\n".join(lines))

    def in_order(self, rows: Rows) -> Rows | None:
        """The rows of ``unordered``, sorted; None where only the engine can sort them."""
        return order.ordered(rows, self._split[1])

    def summed_up(self, rows: Rows) -> str:
        """A summary of an answer in one sentence; for an empty answer, what that means."""
        if not len(rows):
            return f"Nothing found: {self.empty}" if self.empty else "Nothing found."
        columns = {
            name: {value for value in values if value is not None}
            for name, values in zip(rows.names, zip(*rows.rows, strict=True), strict=True)
        }
        share = rows.share if isinstance(rows, QuestionRows) else None
        absent = {m["name"] for m in _ABSENT.finditer(self.answer) if not columns.get(m["name"])}
        parts = [
            _COUNTED.sub(lambda m: _filled(m, columns, len(rows), share), _ABSENT.sub("", clause))
            for clause in self.answer.split("; ")
            if _stands(clause, columns, absent)
        ]
        if share is not None:
            parts.append(
                f"the first {share.count:,} of them by name are shown, other counts are of these"
            )
        result = _SAME.sub(r"\1", "; ".join(parts))
        return (result or f"{len(rows):,} row{'' if len(rows) == 1 else 's'}") + "."


def _stands(clause: str, columns: Mapping[str, set[object]], absent: set[str]) -> bool:
    """Whether a clause of a summary applies to these columns, of which some are ``absent``."""
    if match := _ABSENT.match(clause):
        return match["name"] in absent
    counted = list(_COUNTED.finditer(clause))
    return absent.isdisjoint(m["name"] for m in counted) and all(
        _numbers(columns.get(m["name"], ())) for m in counted if m["end"]
    )


def _filled(
    match: re.Match[str],
    columns: Mapping[str, set[object]],
    rows: int,
    share: Share | None = None,
) -> str:
    """The number for a placeholder, followed by its noun in singular or plural."""
    name, end, noun = match["name"], match["end"], match["noun"] or ""
    values = columns.get(name, set())
    if end:
        return f"{_numbers(values)[0 if end == 'min' else -1]:,}{noun}"
    count = rows if name == "rows" else len(values)
    if share is not None and name == share.variable:
        count = share.of
    if count == 1 and noun:
        noun = f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1]
    return f"{count:,}{noun}"


def _numbers(values: Iterable[object]) -> list[Decimal]:
    """The numbers among values, sorted."""
    return sorted(n for value in values if (n := _number(value)) is not None)


def _number(value: object) -> Decimal | None:
    return literals.number(value.lexical if isinstance(value, Literal) else str(value))


@cache
def questions(root: Path | None = None) -> Mapping[str, Question]:
    """Every stored question by name, ordered by topic."""
    base = root or folder("queries")
    results = {path.stem: read(path) for path in sorted(base.glob("*/*.rq"))}
    return dict(sorted(results.items(), key=lambda item: (item[1].topic, item[0])))


def read(path: Path) -> Question:
    """A question read from its file; raises UsageError for a header that cannot be parsed."""
    text = path.read_text(encoding="utf-8")
    head = [line for line in text.splitlines() if line.startswith("#")]
    if not head:
        raise UsageError(f"{path.name}: the first line must state the question as a comment")
    parameters: list[Parameter] = []
    reach = None
    for line in head[1:]:
        if re.match(r"#\s*reach\b", line):
            reach = Reach.of_line(line)
            if reach is None or reach.parameter not in {one.name for one in parameters}:
                raise UsageError(f"{path.name}: {line!r} is not '# reach VARIABLE: PARAMETER PATH'")
        if re.match(r"#\s*param\b", line):
            match = _PARAM.match(line)
            if match is None or match[2] not in KINDS:
                raise UsageError(f"{path.name}: {line!r} is not '# param NAME: kind — text'")
            parameters.append(Parameter(match[1], match[2], match[3] or "", match[4]))
    stated = {m[1]: m[2].strip() for line in head if (m := _ANNOTATION.match(line))}
    wording = head[0].lstrip("# ").strip()
    topic = path.parent.name
    return Question(path.stem, topic, wording, tuple(parameters), text, reach=reach, **stated)


def find(name: str) -> Question:
    """The question of a name; raises NotFound with similar names."""
    known = questions()
    if name in known:
        return known[name]
    wanted = name.casefold().replace("_", "-").replace(" ", "-")
    if wanted in known:
        return known[wanted]
    close = difflib.get_close_matches(wanted, known, n=4, cutoff=0.6)
    near = [other for other in known if wanted[:4] in other or other[:4] in wanted]
    offered = list(dict.fromkeys([*close, *near]))[:6]
    raise NotFound(name, "question", offered, () if offered else sorted(known))


def bind(
    snapshot: AcceptedSnapshot, question: Question, given: Mapping[str, str]
) -> dict[str, Value]:
    """The terms for a question's parameters; raises UsageError or NotFound for a bad value."""
    known = {parameter.name: parameter for parameter in question.parameters}
    if unknown := set(given) - set(known):
        takes = ", ".join(known) or "none"
        raise UsageError(f"{question.name} has no parameter {min(unknown)!r} (it takes: {takes})")
    bound: dict[str, Value] = {}
    for parameter in question.parameters:
        text = given.get(parameter.name, parameter.default)
        if text is None:
            raise UsageError(
                f"{question.name} needs --set {parameter.name}=… ({parameter.kind}: {parameter.description})"
            )
        bound[parameter.name] = _term(snapshot, parameter, text)
    return bound


def _term(snapshot: AcceptedSnapshot, parameter: Parameter, text: str) -> Value:
    match parameter.kind:
        case "model" | "dataset" | "organization":
            return resolve(snapshot, text, parameter.kind)
        case "property":
            return property_named(snapshot, text)
        case "use" | "rubric" | "alias":
            return one_of(snapshot, parameter.kind, text)
        case "iri":
            return existing(snapshot, expand(text if ":" in text else f"pg:{text}"))
        case "text":
            return literals.text(text)
    read, example = _LITERALS[parameter.kind]
    result = read(text)
    if result is None:
        article = "an" if parameter.kind[0] in "aeiou" else "a"
        raise UsageError(
            f"{parameter.name}={text!r} is not {article} {parameter.kind} such as {example}"
        )
    return result


def _date(text: str) -> Literal | None:
    result = literals.day(text)
    return None if result is None else result.literal


_DIGEST_SIZES = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 128}
"""The hexadecimal digits of each algorithm's digest."""


def _digest(text: str) -> Literal | None:
    algorithm, colon, digits = text.strip().lower().rpartition(":")
    size = _DIGEST_SIZES.get(algorithm if colon else "sha256")
    if len(digits) != size or not re.fullmatch(r"[0-9a-f]+", digits):
        return None
    return literals.text(f"{algorithm or 'sha256'}:{digits}")


_LITERALS: Mapping[str, tuple[Callable[[str], Literal | None], str]] = {
    "integer": (literals.whole, "128000 or 128K"),
    "decimal": (texts.decimal, "0.5"),
    "double": (texts.double, "1e25"),
    "date": (_date, "2025-10-15"),
    "digest": (_digest, f"sha256:{'0a1b' * 16} (64 hexadecimal digits; or md5:, sha1:, …)"),
    "boolean": (texts.boolean, "true"),
}
"""How each kind of literal is read, with an example of it."""


def known(
    snapshot: AcceptedSnapshot,
    question: Question,
    bound: Mapping[str, Value],
    *,
    make: bool = False,
) -> Rows | None:
    """A question's answer from stored counts, made now with ``make``; None without any."""
    return repeats.stored_answer(snapshot, bound, make=make) if question.counted else None


def prefixes(text: str) -> str:
    """A query with declarations of the project's prefixes that it uses undeclared.

    Raises QuerySyntax, with the position, for an undeclared prefix and for a ``pg:`` name that the
    ontology does not have, since neither could match anything.
    """
    return check_terms(with_prefixes(text, PREFIXES))


def settings(pairs: Iterable[str]) -> dict[str, str]:
    """``NAME=VALUE`` pairs as a mapping; raises UsageError."""
    results = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--set {pair!r} is not NAME=VALUE")
        results[name] = value
    return results


def manual() -> str:
    """The text of ``docs/questions.md``: every stored question with its parameters."""
    lines = [
        "# Stored questions",
        "",
        "Each is a file below `queries/`. Ask one with `provenance-graph ask NAME --set PARAMETER=VALUE`,",
        "or `GET /api/v1/questions/NAME?PARAMETER=VALUE`; `ask NAME --show` prints its SPARQL.",
    ]
    topic = ""
    for question in questions().values():
        if question.topic != topic:
            topic = question.topic
            lines += ["", f"## {topic.capitalize()}"]
        lines += ["", f"**`{question.name}`** {question.question}"]
        for p in question.parameters:
            default = f"; default `{p.default}`" if p.default is not None else "; required"
            lines.append(f"- `{p.name}` ({p.kind}{default}): {p.description}")
        if question.reach is not None:
            lines.append(
                f"- shows the first {REACHED:,} by name (`{question.reach.variable}`), with the count of all; "
                "`--limit N` (`limit=N`) another number"
            )
        if question.empty:
            lines.append(f"- empty: {question.empty}")
    return "\n".join([*lines, ""])
