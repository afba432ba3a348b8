"""Amounts and dates in prose: number or period, precision, and comparison."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from provenance_graph.core import literals

EQUAL, ABOUT, MORE, LEAST, LESS, MOST = "=", "~", ">", ">=", "<", "<="
NEAR = Decimal("0.05")
"""The relative deviation that "about" allows."""

_COMPARED: tuple[tuple[str, str], ...] = (
    (
        LEAST,
        r"at least|at minimum|a minimum of|no (?:less|fewer) than|not (?:less|fewer) than|>=|≥",
    ),
    (MOST, r"at most|a maximum of|no (?:more|greater) than|not (?:more|greater|over) than|<=|≤"),
    (
        MORE,
        r"(?:more|greater|larger|bigger|longer|higher) than|over|above|exceed(?:s|ing|ed)?|upwards of|in excess of|>",
    ),
    (LESS, r"(?:less|fewer|smaller|lower|shorter) than|below|under(?=\s+[\d$])|<"),
    (
        ABOUT,
        r"about|around|roughly|approximately|approx\.?|circa|ca\.|some(?=\s+\d)|nearly|almost|close to|~|≈|or so\b",
    ),
)
_COMPARED_DAYS: tuple[tuple[str, str], ...] = (
    (
        LEAST,
        r"no earlier than|not (?:\w+ )?(?:before|until)|(?<=released )since|(?<=published )since|(?<=launched )since|from \w+ \d{4} on|or later",
    ),
    (MOST, r"no later than|not (?:\w+ )?after|by the end of"),
    (MORE, r"after|later than"),
    (LESS, r"before|prior to|earlier than|ahead of"),
)
_REACHED: tuple[tuple[str, str], ...] = (
    (LEAST, r"no earlier than|or later"),
    (MOST, r"no later than"),
    (MORE, r"after|later than"),
    (LESS, r"before|prior to|earlier than|ahead of"),
)
"""Comparisons of the end of a period: data that goes *until* a month ends with it."""
_WORDS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | dict(
    zip(
        ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(30, 100, 10),
        strict=True,
    )
)
_SCALES = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mn": 6,
    "million": 6,
    "millions": 6,
    "b": 9,
    "bn": 9,
    "billion": 9,
    "billions": 9,
    "t": 12,
    "tn": 12,
    "trillion": 12,
    "trillions": 12,
}
_SPELT = re.compile(
    rf"\b({'|'.join(_WORDS)}|(?<!half )a(?= (?:thousand|million|billion|trillion)))(?:[- ](one|two|three|four|five|six|seven|eight|nine))?"
    r"(?:[- ](hundred))?(?=[- ](?:thousand|million|billion|trillion|layers|experts|[\w-]+ blocks)\b)",
    re.IGNORECASE,
)
_GROUPED = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?![\w.,]?\d)|(?<![\w.,])\d{1,3}(?:\.\d{3}){2,}(?![\w.,]?\d)"
)
_NUMBER = re.compile(
    r"(?<![\w.-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?"
    r"(?:e[+]?(\d{1,3})|\s?[×x*·]\s?10\s?(?:\^|\*\*)\s?(\d{1,3})|\s?(?:\^|\*\*)\s?(\d{1,3}))?"
    r"(?:[\s-]?(thousand|millions?|billions?|trillions?|bn|mn|tn|[kKmMbBtT])(?![A-Za-z0-9]))?"
)
_RANGE = re.compile(r"\bbetween\b|\bfrom\b.{1,30}\bto\b|\d\s?[–—-]\s?\d")
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the step of its precision, and its comparison (``how``)."""

    text: str
    number: Decimal
    step: Decimal
    how: str = EQUAL

    def fits(self, actual: Decimal) -> bool:
        """Whether a number agrees with the stated one, within its precision and comparison."""
        at = self.number
        match self.how:
            case "~":
                return abs(actual - at) <= max(self.step / 2, abs(at) * NEAR)
            case ">":
                return actual > at
            case ">=":
                return actual >= at - self.step / 2
            case "<":
                return actual < at
            case "<=":
                return actual <= at + self.step / 2
        binary = self.number * Decimal("1.024")  # 128K as 131,072
        return abs(actual - at) <= self.step / 2 or (
            self.step >= 1000 and abs(actual - binary) <= self.step / 10
        )


def _superscript(text: str) -> str:
    return re.sub(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "^" + m[0].translate(_POWERS), text)


def _spelt(match: re.Match[str]) -> str:
    number = _WORDS.get(match[1].casefold(), 1) + (_WORDS[match[2].casefold()] if match[2] else 0)
    return str(number * (100 if match[3] else 1))


def how_compared(text: str, table: tuple[tuple[str, str], ...] = _COMPARED) -> tuple[str, str]:
    """The comparison in a text, and the text with its words blanked."""
    for how, pattern in table:
        if match := re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
            blank = " " * (match.end() - match.start())
            return how, text[: match.start()] + blank + text[match.end() :]
    return EQUAL, text


def amounts(text: str) -> list[Amount]:
    """Every number in a text, in order: as digits, in words, grouped or with a unit."""
    plain = _SPELT.sub(_spelt, _superscript(text))
    plain = _GROUPED.sub(lambda m: re.sub(r"\D", "", m[0]), plain)
    results = []
    for match in _NUMBER.finditer(plain):
        whole, fraction, exponent, times, power, unit = match.groups()
        digits = Decimal(whole.replace(",", "") + (fraction or ""))
        if power:
            digits = digits ** int(power) if int(power) <= 40 and digits <= 10 else Decimal(0)
        ten = Decimal(10) ** (int(exponent or times or 0) + _SCALES.get((unit or "").casefold(), 0))
        places = len(fraction or ".") - 1
        round_ = not fraction and ten == 1 and not power and "," not in whole
        trailing = len(whole) - len(whole.rstrip("0")) if round_ else 0
        step = ten * Decimal(10) ** (trailing or -places)
        if power:
            step = digits / 10
        exact = Decimal(1) if ten == 1 and not fraction and not power else step
        results.append(Amount(match[0].strip(" -"), digits * ten, exact))
    return results


def amount(text: str) -> Amount | None:
    """The number that a statement gives, with its comparison; None without one, or for a range."""
    if _RANGE.search(text):
        return None
    how, rest = how_compared(text)
    values = amounts(rest)
    if not values:
        return None
    big = [one for one in values if one.step > 1 or one.number >= 1000]
    return replace((big or values)[0], how=how)


def others(text: str) -> list[Amount]:
    """The numbers of a statement besides the one that it gives, without years and dates."""
    plain = _YEARS.sub(" ", _DATE.sub(" ", _NUMERIC.sub(" ", text)))
    chosen = amount(plain)
    return [one for one in amounts(how_compared(plain)[1]) if chosen and one.text != chosen.text]


# ---- days ------------------------------------------------------------------------------------

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"\b\d{{4}}-\d\d(?:-\d\d)?\b|\b\d{{4}}/\d\d?/\d\d?\b|"
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? )?{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?,?)?,? (?:of )?\d{{4}}\b|"
    r"\bQ[1-4][ /-]?\d{4}\b|\b\d{4}[ -]?Q[1-4]\b"
)
_NUMERIC = re.compile(r"\b(\d{1,2})([./])(\d{1,2})\2(\d{4})\b")
_MONTH_YEAR = re.compile(r"\b(0?[1-9]|1[0-2])[/.]((?:19|20)\d\d)\b")
_PART = re.compile(
    r"\b(early|mid|late|beginning of|start of|middle of|end of|first half of|second half of|H1|H2|spring|summer|autumn|"
    r"fall|first quarter of|second quarter of|third quarter of|fourth quarter of|last quarter of)"
    r"[ -](?:of )?((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w./-])(?:19|20)\d\d(?![\w-]|[./]\d)")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PARTS = {
    "early": (1, 5),
    "beginning of": (1, 4),
    "start of": (1, 3),
    "mid": (4, 9),
    "middle of": (4, 9),
    "late": (8, 12),
    "end of": (9, 12),
    "first half of": (1, 6),
    "second half of": (7, 12),
    "h1": (1, 6),
    "h2": (7, 12),
    "spring": (3, 6),
    "summer": (6, 9),
    "autumn": (9, 12),
    "fall": (9, 12),
    "first quarter of": (1, 3),
    "second quarter of": (4, 6),
    "third quarter of": (7, 9),
    "fourth quarter of": (10, 12),
    "last quarter of": (10, 12),
}


@dataclass(frozen=True, slots=True)
class Days:
    """The periods that a stated date may mean; two where day and month may be in either order."""

    text: str
    periods: tuple[tuple[date, date], ...]
    how: str = EQUAL

    def fits(self, low: date, high: date) -> bool:
        """Whether a day known as a period agrees with the stated date, within both precisions."""
        return any(self._fits(a, b, low, high) for a, b in self.periods)

    def _fits(self, a: date, b: date, low: date, high: date) -> bool:
        match self.how:
            case ">":
                return low > b
            case ">=":
                return high >= a
            case "<":
                return high < a
            case "<=":
                return low <= b
        return (a <= low and high <= b) or (low <= a and b <= high)


def days(text: str, *, reached: bool = False) -> Days | None:
    """The date that a statement gives, with its comparison; None without one, or with several.

    ``reached`` says that the date ends a period, as a cutoff does: "until" then means its end.
    """
    values = _days(text)
    if values is None or len({*_YEARS.findall(text)}) > 1:  # of two dates either may be meant
        return None
    how, _ = how_compared(text, _REACHED if reached else _COMPARED_DAYS)
    return replace(values, how=how)


def _days(text: str) -> Days | None:
    if match := _NUMERIC.search(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        orders = {(first, second), (second, first)} if match[2] == "/" else {(first, second)}
        made = [d for d in (_day(year, month, day) for day, month in orders) if d]
        return Days(match[0], tuple((d, d) for d in sorted(made))) if made else None
    if match := _PART.search(text):
        low, high = _PARTS[match[1].casefold()]
        return Days(match[0], ((date(int(match[2]), low, 1), _last(int(match[2]), high)),))
    if match := _DATE.search(text):
        known = literals.day(re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bof ", "", match[0]))
        if known:
            return Days(match[0], (literals.period(known.literal, known.precision),))
    if match := _MONTH_YEAR.search(text):
        year, month = int(match[2]), int(match[1])
        return Days(match[0], ((date(year, month, 1), _last(year, month)),))
    if match := _YEAR.search(text):
        year = int(match[0])
        return Days(match[0], ((date(year, 1, 1), date(year, 12, 31)),))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _last(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
