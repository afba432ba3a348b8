"""What the acceptance policy and its decisions are as JSON."""

from __future__ import annotations

from provenance_graph.core.results import AnswerObject, IdRef


class DecidedFact(IdRef):
    """A fact that a rule decided: its entity, and the property by its local name."""

    property: str


class RuleAnswer(AnswerObject):
    """A rule in words, how many facts it decided, and the first of them."""

    rule: str
    count: int
    examples: list[DecidedFact]


class DifferenceAnswer(AnswerObject):
    """An accepted fact that is another under another policy: its values now and then."""

    subject: str
    property: str
    now: list[str]
    then: list[str]


class PolicyAnswer(AnswerObject):
    """The policy, a sentence an entry, and what each rule decided over so many entities."""

    policy: list[str]
    entities: int
    rules: list[RuleAnswer]


class ComparedPolicies(PolicyAnswer):
    """``other`` is a policy tried beside it, in the same words; ``differences`` what it would change."""

    other: list[str]
    differences: list[DifferenceAnswer]
