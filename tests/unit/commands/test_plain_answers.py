"""Answers people can read: no walls on standard error, trees where trees are asked for, a word for nothing."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from provenance_graph import cli
from provenance_graph.core.errors import QuerySyntax, UsageError


def run(store, *words):
    return CliRunner().invoke(
        cli.app, ["--store", str(store), *words], standalone_mode=False, catch_exceptions=False
    )


def test_comparing_tells_the_moves_of_items_only_when_asked(shipped) -> None:
    pair = ("deepseek-ai/DeepSeek-V3", "meta-llama/Llama-3.1-8B")
    assert len(run(shipped, "compare", *pair).stderr.splitlines()) <= 3
    rows = run(shipped, "compare", *pair, "--format", "csv").stdout.splitlines()
    sections = [row.split(",")[0] for row in rows[1:]]
    assert "Scores" not in sections[:1]
    assert run(shipped, "compare", *pair, "--moves").stdout


def test_what_two_models_share_is_a_tree_or_json(shipped) -> None:
    words = ("lineage", "deepseek-r1-distill-llama-8b", "--with", "meta-llama/Llama-3.1-8B")
    shown = run(shipped, *words).stdout
    assert "share" in shown.splitlines()[0]
    assert "comes from meta-llama/Llama-3.1-8B" in shown
    assert json.loads(run(shipped, *words, "--format", "json").stdout)["nearest"]
    with pytest.raises(UsageError, match="tree or json"):
        run(shipped, *words, "--format", "dot")


def test_no_link_is_told_and_why(shipped) -> None:
    assert "0 links proposed" in run(shipped, "link", "microsoft/phi-2", "--to", "wikidata").stderr


def test_a_name_that_is_an_address_is_quoted_as_it_was_written() -> None:
    from provenance_graph.core.errors import NotFound
    from provenance_graph.core.iris import Iri

    assert str(NotFound(Iri("https://example.org/a"), "record")) == (
        "no record named 'https://example.org/a'"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("conflicts", "google/gemma-2-2b", "--kind", "developer"), "no conflict"),
        (("claims", "anthropic/claude-haiku-4-5", "mergedFrom"), "no source in the store states"),
        (("query", "-e", "SELECT ?s { ?s schema:name 'nothing is called so' }"), "no solutions"),
    ],
)
def test_an_empty_answer_is_a_sentence(shipped, words, sentence) -> None:
    done = run(shipped, *words)
    assert done.stdout == ""
    assert sentence in done.stderr


def test_an_unknown_use_lists_the_uses(shipped) -> None:
    with pytest.raises(UsageError, match=r"there are commercial, .*users") as wrong:
        run(shipped, "licences", "meta-llama/Llama-3.1-8B", "--use", "bogus")
    assert "did you mean" not in str(wrong.value)


def test_a_term_that_the_ontology_lacks_is_told_with_near_ones(shipped) -> None:
    with pytest.raises(QuerySyntax, match="pg:parameterCount"):
        run(shipped, "query", "-e", "SELECT ?m { ?m pg:parameterCont ?n }")


def test_a_threshold_has_its_number(shipped) -> None:
    assert (
        "above 700,000,000 monthly active users" in run(shipped, "licences-of", "llama3.1").stdout
    )


def test_two_models_are_compared_side_by_side(shipped, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(shipped, "compare", "deepseek-ai/DeepSeek-V3", "meta-llama/Llama-3.1-8B").stdout
    head, *rows = shown.splitlines()
    assert "Llama 3.1 8B" in head
    assert "DeepSeek" in head
    assert any(row == "ATTENTION" for row in rows)
    assert all(len(row) <= 80 for row in rows if not row.startswith("["))


def test_an_assessment_names_its_documents_below(shipped) -> None:
    shown = run(shipped, "assess", "meta-llama/Llama-3.1-8B").stdout
    assert re.search(
        r"grouped-query attention  \(developer statement, (verified|asserted), \[1\]", shown
    )
    assert "15,000,000,000,000" in shown
    assert shown.splitlines()[-1].startswith("[")
    assert "pg:" not in shown.split("Published by others")[0]
