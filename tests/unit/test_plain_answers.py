"""Answers people can read: no walls on standard error, trees where trees are asked for, a word for nothing."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from provenance_graph import cli
from provenance_graph.core.errors import UsageError


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
    assert "0 links proposed" in run(shipped, "link", "--to", "wikidata").stderr


def test_a_name_that_is_an_address_is_quoted_as_it_was_written() -> None:
    from provenance_graph.core.errors import NotFound
    from provenance_graph.core.iris import Iri

    assert str(NotFound(Iri("https://example.org/a"), "record")) == (
        "no record named 'https://example.org/a'"
    )
