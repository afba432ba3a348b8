"""JSON objects for the acceptance policy and its decisions."""

from __future__ import annotations

from provenance_graph.core.results import AnswerObject, IdRef


class DecidedFact(IdRef):
    """A fact that a rule decided: its entity, and the property by its local name."""

    property: str


class RuleAnswer(AnswerObject):
    """A rule in words, the number of facts that it decided, and the first of them."""

    rule: str
    count: int
    examples: list[DecidedFact]


class DifferenceAnswer(AnswerObject):
    """A property of an entity whose accepted values differ under another policy.

    ``now`` are the accepted values, ``then`` those under the other policy.
    """

    subject: str
    property: str
    now: list[str]
    then: list[str]


class PolicyAnswer(AnswerObject):
    """The policy in sentences, and the facts that each rule decided.

    ``entities`` is the number of entities examined.
    """

    policy: list[str]
    entities: int
    rules: list[RuleAnswer]


class ComparedPolicies(PolicyAnswer):
    """The policy compared with another: ``other`` in sentences, and the ``differences``."""

    other: list[str]
    differences: list[DifferenceAnswer]
