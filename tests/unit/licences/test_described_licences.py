"""Described licences: explained by name, expression and address, and as valid ODRL."""

from __future__ import annotations

import pytest
from licence_world import catalogue

from provenance_graph.licences.texts.explain import explain
from provenance_graph.licences.texts.odrl import ACTIONS, as_odrl


def rules_of(policy):
    """Every rule of an ODRL policy: permissions, prohibitions, obligations and duties."""
    rules = [
        one for kind in ("permission", "prohibition", "obligation") for one in policy.get(kind, [])
    ]
    return rules + [duty for one in policy.get("permission", []) for duty in one.get("duty", [])]


@pytest.mark.parametrize("licence", catalogue().by_key.values(), ids=lambda one: one.key)
def test_odrl_is_valid_and_keeps_every_clause(licence):
    policy = as_odrl(licence, catalogue())
    if not (licence.grants or licence.conditions):
        assert policy == {}  # a policy must have a rule
        return
    assert policy["target"]["refinement"][0]["rightOperand"] == {"@id": licence.iri}
    assert policy["profile"]  # needed wherever terms are not ODRL's own
    rules = rules_of(policy)
    declared = {one["@id"] for one in policy["@included"]}
    used = {one["action"] for one in rules}
    assert {one for one in used if one.startswith("https:")} <= declared
    operands = {limit["leftOperand"] for one in rules for limit in one.get("constraint", [])}
    assert operands <= declared
    words = {ACTIONS.get(key, key) for key in licence.conditions}
    beside = [one["@id"] for one in policy.get("pg:restricts", [])]
    assert words <= {one.rpartition("/")[2] for one in (*used, *beside)}


def test_odrl_binds_a_duty_to_every_permission_that_it_touches():
    licence = catalogue().by_key["llama-3.2"]
    policy = as_odrl(licence, catalogue())
    duties = {
        one["action"]: {duty["action"].rpartition("/")[2] for duty in one.get("duty", [])}
        for one in policy["permission"]
    }
    assert duties["distribute"] == set(licence.duties)
    assert duties["use"] == duties["cc:CommercialUse"] == {"acceptable-use-policy"}
    assert duties["modify"] == set()
    limits = [one["constraint"][0] for one in policy["prohibition"] if "constraint" in one]
    assert limits[0]["rightOperand"] == 700_000_000


@pytest.mark.parametrize(
    ("key", "clauses"),
    [
        ("apache-2.0", {"patent-retaliation"}),
        ("flux-1-dev-nc", {"litigation-termination", "revocable-at-any-time"}),
        ("gemma", {"remote-restriction-right"}),
    ],
)
def test_odrl_forbids_nobody_the_end_of_a_licence(key, clauses):
    policy = as_odrl(catalogue().by_key[key], catalogue())
    forbidden = {one["action"].rpartition("/")[2] for one in policy.get("prohibition", [])}
    assert not forbidden & clauses
    assert {one["@id"].rpartition("/")[2] for one in policy["pg:restricts"]} == clauses


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Apache License, Version 2.0", ["apache-2.0"]),
        ("mit OR apache-2.0", ["mit", "apache-2.0"]),
        ("https://www.apache.org/licenses/LICENSE-2.0", ["apache-2.0"]),
        ("llama-3.1", ["llama-3.1"]),
    ],
)
def test_a_licence_is_explained_by_name_expression_and_address(text, keys):
    assert sorted(one.licence.key for one in explain(catalogue(), text).licences) == sorted(keys)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "Classpath-exception-2.0 is an exception whose",
        ),
        ("mit or apache-2.0", "MIT OR Apache-2.0: one may be chosen."),
        ("mit and cc-by-4.0", "MIT AND CC-BY-4.0: all bind."),
        ("mit", ""),
    ],
)
def test_an_expression_says_how_its_licences_go_together(text, words):
    choice = explain(catalogue(), text).choice
    assert words in choice if words else choice == ""


def test_a_text_that_names_no_licence_says_so():
    result = explain(catalogue(), "my own rules")
    assert (result.licences, result.problem) == ((), "unrecognised licence")
