"""SHACL components as SPARQL expressions: for bad values, and for nodes that fail a shape.

``PatternWriter.fails(shape, variable)`` is an expression that is true exactly if the node does not
conform (SHACL 1.0, section 3.4.1). It never raises an error, since SPARQL would treat an error as
false.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Sequence

import pyoxigraph as ox

from provenance_graph.core.errors import BadShape
from provenance_graph.core.iris import PREFIXES
from provenance_graph.shapes.model import SH, Constraint, Shape, Term

_XSD = PREFIXES["xsd"]
_CAST_NAMES = (
    "integer decimal double float boolean date dateTime time gYear gYearMonth gMonth "
    "gMonthDay gDay duration dayTimeDuration yearMonthDuration"
)
_CASTS = frozenset(_XSD + name for name in _CAST_NAMES.split())
_KINDS = {
    "IRI": "isIRI({v})",
    "Literal": "isLiteral({v})",
    "BlankNode": "isBlank({v})",
    "BlankNodeOrIRI": "(isBlank({v}) || isIRI({v}))",
    "BlankNodeOrLiteral": "(isBlank({v}) || isLiteral({v}))",
    "IRIOrLiteral": "(isIRI({v}) || isLiteral({v}))",
}
_ORDER = {
    "MinInclusive": ">=",
    "MaxInclusive": "<=",
    "MinExclusive": ">",
    "MaxExclusive": "<",
    "LessThan": "<",
    "LessThanOrEquals": "<=",
}
_PER_VALUE_NAMES = (
    "Datatype NodeKind Class In Pattern MinLength MaxLength LanguageIn MinInclusive MaxInclusive "
    "MinExclusive MaxExclusive Not And Or Xone Node"
)
PER_VALUE = frozenset(_PER_VALUE_NAMES.split())
"""Components that test each value separately and report it."""

_RESULT = re.compile(r"\?(?:focus|value|other|path|one|two)\b")
"""Result and helper variables of ``PatternWriter.patterns``."""

MAX_PAIRS = 12
"""The largest count that is translated; larger ones would need too many comparisons."""

Kinds = Callable[[str], Sequence[str]]
"""Returns a class and all its subclasses."""


def written(term: Term) -> str:
    """A term in SPARQL syntax; raises BadShape for a blank node, which would match anything."""
    if isinstance(term, ox.BlankNode):
        raise BadShape(f"{term}: a blank node in another graph cannot be compared; name it")
    return str(term)


class PatternWriter:
    """Writes SPARQL expressions and patterns with variables that never collide."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self._count = itertools.count()

    def fresh(self) -> str:
        """A new variable."""
        return f"?v{next(self._count)}"

    def bad(self, constraint: Constraint, v: str) -> str:
        """An expression that is true if the value in ``v`` breaks the constraint."""
        match constraint.component:
            case "Datatype":
                return _bad_datatype(constraint.terms[0].value, v)
            case "NodeKind":
                return "!" + _KINDS[constraint.terms[0].value.removeprefix(SH)].format(v=v)
            case "Class":
                return self._bad_class(constraint.terms[0].value, v)
            case "In":
                return _bad_in(constraint.terms, v)
            case "Pattern":
                return _bad_pattern(constraint.terms, v)
            case "MinLength":
                return f"(isBlank({v}) || STRLEN(STR({v})) < {constraint.terms[0].value})"
            case "MaxLength":
                return f"(isBlank({v}) || STRLEN(STR({v})) > {constraint.terms[0].value})"
            case "LanguageIn":
                tags = " || ".join(
                    f"LANGMATCHES(LANG({v}), {written(t)})" for t in constraint.terms
                )
                return f"!COALESCE(isLiteral({v}) && ({tags or 'false'}), false)"
            case "Not" | "And" | "Or" | "Xone" | "Node":
                return self._bad_logic(constraint, v)
            case other:
                sign = _ORDER[other]
                return f"!COALESCE({v} {sign} {written(constraint.terms[0])}, false)"

    def _bad_logic(self, constraint: Constraint, v: str) -> str:
        each = [self.fails(shape, v) for shape in constraint.shapes]
        match constraint.component:
            case "Not":
                return f"!{each[0]}"
            case "Or":
                return "(" + (" && ".join(each) or "true") + ")"
            case "Xone":
                return "((" + (" + ".join(f"IF({one}, 0, 1)" for one in each) or "0") + ") != 1)"
            case _:
                return "(" + (" || ".join(each) or "false") + ")"

    def _bad_class(self, wanted: str, v: str) -> str:
        kinds = self.kinds(wanted)
        if len(kinds) == 1:
            return f"!EXISTS {{ {v} a <{wanted}> }}"
        kind = self.fresh()
        return f"!EXISTS {{ {v} a {kind} . FILTER({kind} IN ({_names(kinds)})) }}"

    def fails(self, shape: Shape, v: str) -> str:
        """An expression that is true if the node in ``v`` does not conform to the shape."""
        parts = [self._part(shape, constraint, v) for constraint in shape.constraints]
        return "(" + (" || ".join(filter(None, parts)) or "false") + ")"

    def _part(self, shape: Shape, constraint: Constraint, v: str) -> str:
        if constraint.component == "None":
            return ""
        if constraint.component == "SPARQL":
            raise BadShape(f"{shape.name}: sh:sparql inside another shape cannot be checked")
        if constraint.component == "Property":
            test = self.fails
            inner = constraint.shapes[0]
            if shape.path is None:
                return test(inner, v)
            w = self.fresh()
            return f"EXISTS {{ {v} {shape.path.sparql} {w} . FILTER({test(inner, w)}) }}"
        if constraint.component in PER_VALUE:
            if shape.path is None:
                return f"({self.bad(constraint, v)})"
            w = self.fresh()
            return f"EXISTS {{ {v} {shape.path.sparql} {w} . FILTER({self.bad(constraint, w)}) }}"
        return self.focus_fails(shape, constraint, v)

    def focus_fails(self, shape: Shape, constraint: Constraint, v: str) -> str:
        """An expression that is true if the constraint fails for the node as a whole."""
        path = shape.path.sparql if shape.path else ""
        match constraint.component:
            case "MinCount":
                few = int(constraint.terms[0].value)
                return f"!EXISTS {{ {self.distinct(shape, v, few)} }}" if few else "false"
            case "MaxCount":
                many = int(constraint.terms[0].value) + 1
                return f"EXISTS {{ {self.distinct(shape, v, many)} }}"
            case "HasValue" if path:
                return f"!EXISTS {{ {v} {path} {written(constraint.terms[0])} }}"
            case "HasValue":
                return f"!sameTerm({v}, {written(constraint.terms[0])})"
            case _:
                return self._pairs_fail(shape, constraint, v)

    def _pairs_fail(self, shape: Shape, constraint: Constraint, v: str) -> str:
        """An expression that is true if a constraint on pairs of values fails."""
        tests = []
        for pattern, _ in self.patterns(shape, constraint, "?focus"):
            fresh: dict[str, str] = defaultdict(self.fresh, {"?focus": v})
            own = _RESULT.sub(lambda match: fresh[match[0]], pattern)  # noqa: B023 - used at once
            tests.append(f"EXISTS {{ {own} }}")
        return "(" + " || ".join(tests) + ")"

    def distinct(self, shape: Shape, v: str, count: int) -> str:
        """A pattern that matches if the node has at least ``count`` different values.

        Raises BadShape for a count that the translation does not cover.
        """
        if shape.path is None or count > MAX_PAIRS:
            raise BadShape(f"{shape.name}: cannot count to {count} here")
        results = [self.fresh() for _ in range(count)]
        triples = " . ".join(f"{v} {shape.path.sparql} {w}" for w in results)
        pairs = " && ".join(f"!sameTerm({a}, {b})" for a, b in itertools.combinations(results, 2))
        return triples + (f" . FILTER({pairs})" if pairs else "")

    def patterns(self, shape: Shape, constraint: Constraint, v: str) -> list[tuple[str, str]]:
        """Patterns of violations of a constraint on pairs of values, each with its value variable.

        Raises BadShape for a component that is not supported here.
        """
        path = shape.path.sparql if shape.path else ""
        reach = f"{v} {path} ?value . " if path else ""
        value = "?value" if path else v
        terms = constraint.terms
        other = written(terms[0]) if terms else ""
        match constraint.component:
            case "LessThan" | "LessThanOrEquals":
                sign = _ORDER[constraint.component]
                test = f"FILTER(!COALESCE({value} {sign} ?other, false))"
                return [(f"{reach}{v} {other} ?other . {test}", value)]
            case "Disjoint":
                return [(f"{reach}{v} {other} {value} .", value)]
            case "Equals":
                back = f"{v} {path} ?value" if path else ""
                absent = f"FILTER NOT EXISTS {{ {back} }}" if path else f"FILTER(?value != {v})"
                return [
                    (f"{reach}FILTER NOT EXISTS {{ {v} {other} {value} }}", value),
                    (f"{v} {other} ?value . {absent}", "?value"),
                ]
            case "UniqueLang":
                alike = "LCASE(LANG(?one)) = LCASE(LANG(?two))"
                test = f'FILTER(!sameTerm(?one, ?two) && LANG(?one) != "" && {alike})'
                bind = "BIND(LCASE(LANG(?one)) AS ?other)"
                return [(f"{v} {path} ?one . {v} {path} ?two . {test} {bind}", "")]
            case "Closed":
                allowed = _names([t.value for t in terms])
                test = f"FILTER(?path NOT IN ({allowed}))" if terms else ""
                return [(f"{v} ?path ?value . {test}", "?value")]
            case component:
                raise BadShape(f"{shape.name}: sh:{component} cannot be checked here")


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"<{name}>" for name in names)


def _bad_datatype(wanted: str, v: str) -> str:
    well_formed = f" && DATATYPE(<{wanted}>(STR({v}))) = <{wanted}>" if wanted in _CASTS else ""
    return f"!COALESCE(isLiteral({v}) && DATATYPE({v}) = <{wanted}>{well_formed}, false)"


def _bad_in(terms: Sequence[Term], v: str) -> str:
    if all(isinstance(term, ox.NamedNode) for term in terms):
        return f"({v} NOT IN ({', '.join(map(written, terms))}))" if terms else "true"
    # IN compares values, SHACL terms: 1 and 1.0 are one value and two terms.
    return "!(" + " || ".join(f"sameTerm({v}, {written(t)})" for t in terms) + ")"


def _bad_pattern(terms: Sequence[Term], v: str) -> str:
    pattern, *flags = (str(ox.Literal(term.value)) for term in terms)
    return f"(isBlank({v}) || !REGEX({', '.join([f'STR({v})', pattern, *flags])}))"
