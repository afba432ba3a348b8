"""The explanation of a licence given as a text, SPDX expression or address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Stance
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.json_values import JsonObject
from provenance_graph.core.results import fields_of
from provenance_graph.formats.licences.names import LicenceName, normalise
from provenance_graph.licences.answers import ClauseAnswer, ExplainedLicence, ExplanationAnswer
from provenance_graph.licences.results import NOT_ADVICE, Term
from provenance_graph.licences.texts.catalogue import Catalogue, Condition, Licence
from provenance_graph.licences.texts.near import near_licences, parts_of_expression
from provenance_graph.licences.texts.odrl import as_odrl
from provenance_graph.licences.uses import term_text
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.naming.resolve import resolve

MAX_LETTERS = 300


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A permission, duty or restriction of a licence, with its place in the text."""

    id: str
    kind: str
    label: str
    clause: str
    qualified: str


def _joined(expression: str) -> str:
    """A note on how the licences of an expression combine; "" without AND or OR.

    >>> _joined("MIT OR GPL-2.0-only AND CC-BY-4.0"), _joined("MIT WITH x")
    ('one of the alternatives may be chosen, and all that AND joins in it bind', '')
    """
    choice, together = " OR " in expression, " AND " in expression
    if choice and together:
        return (
            "all that AND joins bind, and of what OR joins one may be chosen"
            if _outermost(expression) == "AND"
            else "one of the alternatives may be chosen, and all that AND joins in it bind"
        )
    return "one may be chosen" if choice else "all bind" if together else ""


def _outermost(expression: str) -> str:
    """The outermost operator of an expression; OR has lower precedence than AND."""
    depth, outer = 0, set()
    for word in re.findall(r"[()]|[^\s()]+", expression):
        depth += (word == "(") - (word == ")")
        if not depth and word in ("AND", "OR"):
            outer.add(word)
    return "OR" if "OR" in outer else "AND"


def _lower(label: str) -> str:
    """A label with a small first letter; texts and names that it quotes keep their letters."""
    return label[:1].lower() + label[1:]


@dataclass(frozen=True)
class Explained:
    """A licence with its clauses, and what passes on along each kind of derivation."""

    licence: Licence
    clauses: tuple[ClauseLine, ...]
    passes: tuple[tuple[str, str], ...]
    odrl: JsonObject

    @property
    def sentence(self) -> str:
        """A summary of the licence in one sentence."""
        name = self.licence.label or self.licence.name
        if not self.licence.known:
            return f"{name}: its terms are not described here, so nothing is called permitted."
        grants = [_lower(one.label) for one in self.clauses if one.kind == "permission"]
        asks = [_lower(one.label) for one in self.clauses if one.kind != "permission"]
        read = "" if self.licence.text_seen else "; its own text was not read for this"
        if self.licence.shares:
            name += f" is taken to share the terms of {self.licence.shares}, of its family, and"
        text = f"{name} permits {', '.join(grants) or 'nothing by itself'}"
        return f"{text}; it asks and restricts: {', '.join(asks) or 'nothing'}{read}."

    def to_json(self) -> ExplainedLicence:
        """As JSON."""
        one = self.licence
        return {
            **one.to_json(),
            "sentence": self.sentence,
            "textSeen": one.text_seen,
            "irrevocable": one.irrevocable,
            "validFrom": one.valid_from,
            "validUntil": one.valid_until,
            "url": one.url,
            "source": one.source,
            "comment": one.comment,
            "texts": [
                {"iri": t.licence, "validFrom": t.valid_from, "validUntil": t.valid_until}
                for t in one.texts
            ],
            "clauses": [fields_of(line, ClauseAnswer) for line in self.clauses],
            "passesOn": [{"derivation": kind, "carries": label} for kind, label in self.passes],
            "odrl": self.odrl,
        }


@dataclass(frozen=True)
class Explanation:
    """The licences that a text names, or the problem where it names none."""

    query: str
    expression: str
    licences: tuple[Explained, ...]
    problem: str = ""

    @property
    def choice(self) -> str:
        """How the licences of an expression combine, with its exceptions; "" for one licence."""
        if not self.expression:
            return ""
        joins = [_joined(self.expression)]
        joins += [
            f"{exception} is an exception whose terms are not described here"
            for exception in dict.fromkeys(re.findall(r" WITH ([^\s)]+)", self.expression))
        ]
        return f"{self.expression}: {'; '.join(filter(None, joins))}."

    def to_json(self) -> ExplanationAnswer:
        """As JSON."""
        return {
            "asked": self.query,
            "expression": self.expression,
            "licences": [one.to_json() for one in self.licences],
            "problem": self.problem,
            "note": NOT_ADVICE,
        }


def explain(catalogue: Catalogue, text: str) -> Explanation:
    """The licences that a text, SPDX expression, short id or address names, explained."""
    query = text.strip()[:MAX_LETTERS]
    result = catalogue.by_key.get(query.lower()) or (
        catalogue.by_url(Iri(query)) if ":" in query else None
    )
    if result is not None:
        return Explanation(query, "", (explained(catalogue, result),))
    name = normalise(query, link=query) if "://" in query else normalise(query)
    if "://" in query and name.value is None:
        name = normalise("other", link=query)
    parts = name.parts or ((name.value,) if name.value else ())
    licences = tuple(explained(catalogue, catalogue.licence(iri)) for iri in parts)
    if licences:
        return Explanation(query, name.expression, licences)
    known, unknown = parts_of_expression(query)
    licences = tuple(explained(catalogue, catalogue.licence(iri)) for iri in known)
    problem = _problem(catalogue, name, query)
    if known:
        problem = f"of this expression {' and '.join(map(repr, unknown))} is not known here"
        problem += _suggestions(catalogue, unknown[0])
    return Explanation(query, "", licences, problem)


def explain_in(snapshot: AcceptedSnapshot, catalogue: Catalogue, text: str) -> Explanation:
    """The explanation of a text; where it names a model instead, the problem says so."""
    result = explain(catalogue, text)
    if result.licences or not result.query:
        return result
    try:
        model = short_id(resolve(snapshot, result.query))
    except (NotFound, Ambiguous):
        return result
    return replace(result, problem=f"{result.problem} ({model} is a model: see its licences)")


def _problem(catalogue: Catalogue, name: LicenceName, query: str) -> str:
    if name.stance is Stance.DECLARED_EMPTY:
        return "it says that there is no licence: all rights are reserved"
    if name.stance is not Stance.STATED:
        return "it says nothing about a licence"
    if re.search(r"(?i)[()]|\s(?:and|or|with)(?:\s|$)", query):
        return "not an SPDX expression: a part, an operator or a bracket is missing or unknown"
    return (name.unusable or "no licence of this name is known") + _suggestions(catalogue, query)


def _suggestions(catalogue: Catalogue, query: str) -> str:
    """Licences with similar names, as the end of a sentence; or ""."""
    wanted = fold(query)
    near = near_licences(query) or [
        one.name
        for one in sorted(catalogue.by_key.values(), key=lambda one: one.name)
        if len(wanted) > 2 and (wanted in fold(one.name) or wanted in fold(one.label))
    ]
    return f": did you mean {' or '.join(near[:3])}?" if near else ""


def explained(catalogue: Catalogue, licence: Licence) -> Explained:
    """A licence with its clauses: permissions, then conditions in the order of its description."""
    lines = [
        ClauseLine(
            key,
            "permission",
            key.replace("-", " "),
            licence.clause(key).location,
            licence.clause(key).text,
        )
        for key in sorted(licence.grants)
    ]
    for key in licence.conditions:
        condition = catalogue.conditions[key]
        clause = licence.clause(key)
        words = term_text(Term(condition, licence, licence.iri, "binds"))
        lines.append(ClauseLine(key, _kind(condition), words, clause.location, clause.text))
    passes = tuple((kind, carry.label) for kind, carry in sorted(licence.passes.items()))
    return Explained(licence, tuple(lines), passes, as_odrl(licence, catalogue))


_KINDS = {
    "name": "naming",
    "display": "display",
    "output-ban": "output",
    "patent": "patent and termination",
    "terms": "acceptable use",
}


def _kind(condition: Condition) -> str:
    """The kind of a clause for display: its subject if it has a name, else duty or restriction."""
    plain = "duty" if condition.duty else "restriction"
    return _KINDS.get(condition.group, plain)
