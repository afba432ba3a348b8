"""The layout of APX model pages as text, independent of the meaning of their labels.

Two layouts are parsed: one item on each line, and the same with blank lines, headings and the table
flattened to one cell a line. ``parse`` gives the parts with their lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from provenance_graph.core.claims import Problem
from provenance_graph.formats.apx.fields import (
    CRITERIA,
    EXPERT_TOTAL_LABELS,
    FIELDS,
    HEADINGS,
    PILLARS,
)

MAX_LINE = 20_000
MAX_LINES = 5_000
RANK_LABELS = ("rank", "overall rank", "coding rank", "排名", "总排名", "编程排名")
CODING_LABELS = ("coding rank", "编程排名")
_CRITERIA = {name.casefold(): name for name in CRITERIA}
_PILLARS = {name.casefold(): name for name in PILLARS}
_ROW = re.compile(r"\|?\s*(?P<name>[^|]+?)\s*\|\s*(?P<score>[^|]*?)\s*\|\s*(?P<rank>[^|]*?)\s*\|?")
_OF = re.compile(r"(?P<score>\d{1,3}(?:\.\d+)?)\s*/\s*(?P<most>\d{1,3})")
_NUMERIC = re.compile(r"\d[\d.,]*%?")
_GRADE = re.compile(r"[A-F][+-]?")
_MEDAL = re.compile(r"[^\w#-]{1,3}\s?(?=\d)")
_CONTROLS = re.compile(
    r"choose the .*|context size: .*|(?:fp|bf|int|q)\d+[\w-]*|\d+[km]|\d+ ?(?:tokens|gpus?)"
)
"""Labels of the page's memory calculator, which are no statements."""
_RANK = re.compile(r"#\s?(\d{1,6})\b.*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, with its number in the document."""

    number: int
    text: str

    @property
    def location(self) -> str:
        """The locator of a claim that rests on this line."""
        return f"L{self.number}"

    @property
    def label(self) -> str:
        """The text normalised for comparison with labels."""
        return " ".join(self.text.casefold().rstrip(":").split())


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label with its value."""

    label: str
    value: str
    location: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of the benchmark table."""

    name: str
    score: str
    rank: str
    location: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose, with the criterion above it and the subject of an "About …" heading above it."""

    text: str
    location: str
    section: str = ""
    about: str = ""


@dataclass(slots=True)
class ApxPage:
    """The parts of a page."""

    titles: list[Line] = field(default_factory=list)
    fields: list[Labelled] = field(default_factory=list)
    ranks: list[Labelled] = field(default_factory=list)
    rows: list[PageRow] = field(default_factory=list)
    total: Labelled | None = None
    grade: Labelled | None = None
    parts: list[Labelled] = field(default_factory=list)
    sections: list[Labelled] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def parse(text: str) -> ApxPage:
    """The parts of a page; a line that is not understood becomes a Problem with its number."""
    page = ApxPage()
    _Parser(page, list(_lines(text, page))).run()
    return page


def _lines(text: str, page: ApxPage) -> Iterator[Line]:
    count = 0
    for number, raw in enumerate(text.splitlines(), 1):
        display_text = raw.strip()
        if not display_text:
            continue
        if len(display_text) <= MAX_LINE:
            display_text = _unmarked(display_text)
        count += 1
        if count > MAX_LINES:
            page.problems.append(
                Problem(f"L{number}", f"more than {MAX_LINES:,} lines", "the rest was not read")
            )
            return
        if len(display_text) > MAX_LINE:
            page.problems.append(
                Problem(
                    f"L{number}",
                    f"a line of {len(display_text):,} characters was not read",
                    f"at most {MAX_LINE:,} are",
                )
            )
            continue
        yield Line(number, display_text)


_HEADING = re.compile(r"\A#{1,6}\s+(?=\D)")
_BULLET = re.compile(r"\A[-*•]\s+(?=\S)")
_CELLS = re.compile(r"\|\s*([^|]*[^|\s:-][^|]*?)\s*\|\s*([^|]+?)\s*\|")


def _unmarked(line: str) -> str:
    """The line without Markdown's marks; a row of two cells as a label and its value.

    >>> _unmarked("## Attention"), _unmarked("- **Parameters:** 7B"), _unmarked("#65")
    ('Attention', 'Parameters: 7B', '#65')
    >>> _unmarked("| Parameters | 7B |"), _unmarked("-")
    ('Parameters: 7B', '-')
    """
    bare = _BULLET.sub("", _HEADING.sub("", line, count=1), count=1)
    bare = bare.replace("**", "").strip() or line
    if cells := _CELLS.fullmatch(bare):
        return f"{cells[1]}: {cells[2]}"
    return bare


class _Parser:
    """One pass over the lines; every method consumes the lines that it understands."""

    def __init__(self, page: ApxPage, lines: list[Line]) -> None:
        self.page, self.lines, self.at = page, lines, 0
        self.section = self.about = ""

    def run(self) -> None:
        while self.at < len(self.lines):
            self._step(self.lines[self.at])
        last = self.lines[-1] if self.lines else None
        if last and _is_prose(last.text) and not re.search(r"[.!?…:)\]\"'”’。]$", last.text):
            self._problem(last, "the text ends within a sentence", "is the page cut short?")

    def _peek(self, ahead: int = 1) -> Line | None:
        at = self.at + ahead
        return self.lines[at] if at < len(self.lines) else None

    def _step(self, line: Line) -> None:
        if _is_prose(line.text):
            self.page.paragraphs.append(
                Paragraph(line.text, line.location, self.section, self.about)
            )
            self.at += 1
        elif line.label in RANK_LABELS:
            self._rank(line)
        elif _is_table_head(line.text):
            self.at += 1
            self._flat_table()
        elif line.label in _CRITERIA:
            self._criterion(line)
        elif line.label == "total score":
            self._total(line)
        elif line.label in _PILLARS and (score := self._score_after(1)):
            self.page.parts.append(Labelled(_PILLARS[line.label], score[0], line.location))
            self.at += 1 + score[1]
        elif _is_label(line.label):
            self._field(line)
        else:
            self._other(line)

    def _rank(self, line: Line) -> None:
        after = self._peek()
        if after and (match := _RANK.fullmatch(after.text)):
            self.page.ranks.append(Labelled(line.label, match[1], after.location))
            self.at += 2
        elif after and after.text in ("-", "–", "N/A"):
            self.page.ranks.append(Labelled(line.label, "-", after.location))
            self.at += 2
        else:
            if line.label not in ("rank", "排名"):
                self._problem(
                    line, f"{line.text!r} has no rank after it", "expected '#' and a number"
                )
            self.at += 1

    def _flat_table(self) -> None:
        """Read table cells one a line: up to two names, then score, then rank."""
        names: list[Line] = []
        while (line := self._peek(0)) is not None:
            if _is_prose(line.text) or line.label in (*RANK_LABELS, "rankings", "total score"):
                break
            if set(line.text) <= set("|-: "):
                self.at += 1
                continue
            row = _ROW.fullmatch(line.text)
            if row:
                self._row(row["name"], row["score"], row["rank"], line)
                self.at += 1
                names = []
                continue
            rank = self._peek()
            if names and _NUMERIC.fullmatch(line.text) and rank and _is_rank_cell(rank.text):
                name = " ".join(part.text for part in names[-2:])
                self._row(name, line.text, rank.text, names[0])
                names = []
                self.at += 2
                continue
            if len(names) == 2:
                break
            names.append(line)
            self.at += 1
        self.at -= len(names)  # lines that are no row are left to the other methods
        if names and self._peek(0) is names[0] and not _is_known(names[0]):
            self._problem(names[0], f"{names[0].text!r} is not a row of the table")
            self.at += len(names)

    def _row(self, name: str, score: str, rank: str, line: Line) -> None:
        if not _NUMERIC.fullmatch(score) and score not in ("-", ""):
            self._problem(line, f"{score!r} is not a score")
            return
        self.page.rows.append(
            PageRow(name, score, _MEDAL.sub("", rank).lstrip("# "), line.location)
        )

    def _score_after(self, ahead: int) -> tuple[str, int] | None:
        """A score such as ``21.0 / 30``, on one line or two, and its number of lines; or None."""
        first, second = self._peek(ahead), self._peek(ahead + 1)
        if first and (match := _OF.fullmatch(first.text)):
            return f"{match['score']} / {match['most']}", 1
        if first and second and (match := _OF.fullmatch(f"{first.text} {second.text}")):
            return f"{match['score']} / {match['most']}", 2
        return None

    def _criterion(self, line: Line) -> None:
        name = _CRITERIA[line.label]
        self.section = name
        score_after = self._score_after(1)
        self.page.sections.append(
            Labelled(name, score_after[0] if score_after else "", line.location)
        )
        self.at += 1 + (score_after[1] if score_after else 0)

    def _total(self, line: Line) -> None:
        self.at += 1
        for _ in range(3):
            following = self._peek(0)
            score_after = self._score_after(0)
            if score_after and following:
                self.page.total = self.page.total or Labelled(
                    "total score", score_after[0], following.location
                )
                self.at += score_after[1]
            elif following and _GRADE.fullmatch(following.text):
                self.page.grade = self.page.grade or Labelled(
                    "grade", following.text, following.location
                )
                self.at += 1
            else:
                break
        if self.page.total is None:
            self._problem(line, "no total after 'Total Score'", "expected such as '33 / 100'")

    def _field(self, line: Line) -> None:
        label, value = _split(line)
        if value:
            self.page.fields.append(Labelled(label, value, line.location))
            self.at += 1
            return
        after = self._peek()
        if after is None or _is_known(after) or _is_prose(after.text):
            if label not in HEADINGS:
                self._problem(line, f"no value after {line.text!r}", "is the page cut short?")
            self.at += 1
            return
        self.page.fields.append(Labelled(label, after.text, after.location))
        self.at += 2

    def _other(self, line: Line) -> None:
        text = line.text
        if re.fullmatch(r"other .* models|其他.*模型", line.label):
            self._skip_names()
        elif about := re.fullmatch(r"(?:about|关于)\s*(.+)", text, re.IGNORECASE):
            self.about = about[1]
            self.at += 1
        elif line.label in HEADINGS or line.label.endswith("transparency report"):
            self.about = ""
            self.at += 1
        elif _CONTROLS.fullmatch(line.label):
            self.at += 1
        elif not self.page.fields and not self.page.rows and len(text) <= 80:
            self.page.titles.append(line)
            self.at += 1
        elif any(text == title.text for title in self.page.titles) or _GRADE.fullmatch(text):
            self.at += 1
        elif (row := _ROW.fullmatch(text)) and _NUMERIC.fullmatch(row["score"]):
            self._row(row["name"], row["score"], row["rank"], line)
            self.at += 1
        elif self.page.paragraphs or set(text) <= set("|-: "):
            if not set(text) <= set("|-: "):
                self._problem(line, f"not understood: {_short(text)!r}")
            self.at += 1
        else:
            after = self._peek()
            value = after is not None and not _is_known(after) and not _is_prose(after.text)
            self._problem(line, f"unknown label {_short(text)!r}", "the reader knows no such field")
            self.at += 2 if value else 1

    def _skip_names(self) -> None:
        """Skip the names of other models, up to the next heading."""
        self.at += 1
        while (line := self._peek(0)) and not _is_known(line) and not _is_prose(line.text):
            if _is_table_head(line.text) or line.text.startswith("|"):
                return
            self.at += 1

    def _problem(self, line: Line, what: str, hint: str = "") -> None:
        self.page.problems.append(Problem(line.location, what, hint, "layout"))


def _split(line: Line) -> tuple[str, str]:
    """Label and value of a line; the value is empty where the line has none."""
    if line.label in FIELDS or line.label in EXPERT_TOTAL_LABELS:
        return line.label, ""
    for mark in (":", "\t", "|"):
        head, result, rest = line.text.partition(mark)
        label = " ".join(head.casefold().split())
        if result and (label in FIELDS or label in EXPERT_TOTAL_LABELS):
            return label, rest.strip(" |\t")
    return line.label, ""


def _is_label(label: str) -> bool:
    head = re.split(r"[:\t|]", label, maxsplit=1)[0].strip()
    return any(text in FIELDS or text in EXPERT_TOTAL_LABELS for text in (label, head))


def _is_known(line: Line) -> bool:
    """Whether the line is a label or heading, so that it cannot be a value."""
    label = line.label
    return (
        _is_label(label)
        or label in HEADINGS - {"moe"}
        or label in _CRITERIA
        or label in RANK_LABELS
        or label == "total score"
    )


def _is_prose(text: str) -> bool:
    return len(text) > 80 and text.count(" ") >= 8 and "|" not in text[:40]


def _is_table_head(text: str) -> bool:
    return re.sub(r"[\s|]", "", text).casefold() in ("benchmarkscorerank", "基准分数排名")


def _is_rank_cell(text: str) -> bool:
    return re.fullmatch(r"#?\s?\d{1,6}|-", _MEDAL.sub("", text)) is not None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
