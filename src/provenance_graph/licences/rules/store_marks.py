"""The models of a whole store that licence rules concern, found without evaluating each.

Most rules read one term at a time: such a rule is evaluated once for a declared licence and one
class of terms, and bit masks find the models (``whole`` gives the terms that reach each model). The
others read several terms together, or the relations of a model to its parents: they are evaluated
once for every class of the few models that have the facts in question. The rules are those of
``rules``, so a store and a single model cannot be judged differently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.whole import Propagation, Words, members
from provenance_graph.licences.rules.classes import ClassContext
from provenance_graph.licences.rules.columns import RuleColumns, numbered
from provenance_graph.licences.rules.context import (
    SEVERITIES,
)
from provenance_graph.licences.rules.rules import RULES
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.lineage.arrays import Flags, Ints, Longs
from provenance_graph.lineage.index import MODEL

TERM_RULES = ("LR-01", "LR-02", "LR-03", "LR-06", "LR-07", "LR-08", "LR-15", "LR-16")
"""Rules that read the declared licences and one inherited term at a time."""


@dataclass(frozen=True, slots=True)
class RuleMark:
    """The numbers of models that a rule concerns or may concern, with the match's severity.

    ``severity`` is an index into ``SEVERITIES``; 0 is the gravest.
    """

    rule: str
    severity: int
    nodes: Ints


def rule_marks(graph: LicenceGraph, whole: Propagation, day: str = "") -> Iterator[RuleMark]:
    """The marks of every rule over every model of a store, by the texts in force on a day.

    One rule may mark a model several times, with different severities.
    """
    models = np.flatnonzero(graph.index.kind == MODEL).astype(np.int32)
    if len(models):
        yield from _by_term(graph, whole, models, day)
        yield from _by_class(RuleColumns(graph, whole, models, day))


def _matches(context: ClassContext, rules: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The rules that a context matches, with the severity of each match."""
    documented = context.catalogue.rules
    for rule in rules:
        for match in RULES[rule](context):
            yield rule, SEVERITIES.index(match.severity or documented[rule].severity)


def _by_term(graph: LicenceGraph, whole: Propagation, models: Ints, day: str) -> Iterator[RuleMark]:
    declared_codes = graph.index.licence[models]
    order = np.argsort(declared_codes, kind="stable")
    ends = np.flatnonzero(np.diff(declared_codes[order])) + 1
    for nodes in np.split(models[order], ends):
        declared = graph.licences_at(int(nodes[0]), day)
        own = set(_matches(ClassContext(graph.catalogue, declared), TERM_RULES))
        for rule, severity in own:
            yield RuleMark(rule, severity, nodes)
        first, second = whole.first[nodes], whole.second[nodes]
        masks = _term_masks(graph.catalogue, declared, whole, (first, second))
        for (rule, severity), (settled, unsettled) in masks.items():
            if (rule, severity) not in own:
                bits = (first & whole.mask(settled)) | (second & whole.mask(unsettled))
                yield RuleMark(rule, severity, nodes[bits.any(axis=1)])


Masks = dict[tuple[str, int], tuple[list[int], list[int]]]


def _term_masks(
    catalogue: Catalogue,
    declared: tuple[Licence, ...],
    whole: Propagation,
    states: tuple[Words, Words],
) -> Masks:
    """The bits, settled and unsettled, with which each rule and severity matches."""
    masks: Masks = defaultdict(lambda: ([], []))
    for position, words in enumerate(states):
        for number in members(np.bitwise_or.reduce(words, axis=0)):
            term = (whole.bits[number], position == 0)
            for key in set(_matches(ClassContext(catalogue, declared, (term,)), TERM_RULES)):
                masks[key][position].append(number)
    return masks


Scope = tuple[tuple[str, ...], Flags, list[Longs]]


def _scopes(facts: RuleColumns) -> Iterator[Scope]:
    """Groups of rules, each with the nodes that it may concern and the columns that it reads."""
    first, second = facts.whole.first, facts.whole.second
    licence = facts.graph.index.licence.astype(np.int64)
    prefixed = first & facts.bits("", "name-prefix")
    yield ("LR-04",), facts.prefixes > 0, [licence, facts.prefixes, *_words(prefixed)]
    banned = (second & facts.bits("ban")).any(axis=1)
    from_outputs = banned | (facts.written & second.any(axis=1))
    written = facts.written.astype(np.int64)
    yield ("LR-05", "LR-13"), from_outputs, [licence, written, *_words(first), *_words(second)]
    alike = first & facts.bits("", "share-alike")
    yield ("LR-10",), (facts.merged > 1) & alike.any(axis=1), _words(alike)
    restricting = first & facts.bits("", *facts.restrictions)
    clashing = (facts.alike | alike.any(axis=1)) & restricting.any(axis=1)
    yield ("LR-17",), clashing, [licence, *_words(alike), *_words(restricting)]
    yield ("LR-11", "LR-12"), facts.steps > 0, [licence, facts.steps]
    yield ("LR-14",), facts.files, [licence]
    yield ("LR-16",), facts.relabelled, [licence]


def _by_class(facts: RuleColumns) -> Iterator[RuleMark]:
    for rules, flags, columns in _scopes(facts):
        nodes = facts.models[flags[facts.models]]
        if not len(nodes):
            continue
        code = numbered([column[nodes] for column in columns])
        order = np.argsort(code, kind="stable")
        for alike in np.split(nodes[order], np.flatnonzero(np.diff(code[order])) + 1):
            for rule, severity in set(_matches(facts.context(int(alike[0])), rules)):
                yield RuleMark(rule, severity, alike)


def _words(words: NDArray[np.uint64]) -> list[Longs]:
    return [words[:, column].view(np.int64) for column in range(words.shape[1])]
