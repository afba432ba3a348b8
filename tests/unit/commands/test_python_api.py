"""The Python API: what the commands can, with lists that become data frames."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import built_stores
import pytest
import rdflib

from provenance_graph import Graph
from provenance_graph.conflicts import detect
from provenance_graph.conflicts.selection import of_default_kinds
from provenance_graph.core.claims import Custody
from provenance_graph.core.errors import NotFound, QueryError, UsageError
from provenance_graph.graph.rows import CONFLICT_COLUMNS
from provenance_graph.listing import Listing
from provenance_graph.model.disclosure.states import STATES
from provenance_graph.model.search.index import SearchIndex

V3 = "deepseek-ai/DeepSeek-V3"


@pytest.fixture(scope="module")
def graph(shipped: Path) -> Iterator[Graph]:
    with Graph.open(str(shipped)) as opened:
        yield opened


def test_dates_are_dates(graph) -> None:
    released = graph.model(V3).facts["issued"]
    assert isinstance(released, date)
    assert (released.year, released.month) == (2024, 12)


def test_lists_become_data_frames(graph) -> None:
    claims = graph.model(V3).claims("parameterCount")
    assert len(claims.to_pandas()) == len(claims.to_polars()) == len(claims) >= 2
    assert set(claims.to_pandas()["standing"]) >= {"Accepted"}
    assert claims[0].claim.predicate.endswith("parameterCount")
    rows = graph.query("SELECT ?m ?d { ?m dcterms:issued ?d } LIMIT 3")
    assert len(rows.to_polars()) == 3


def test_a_list_of_nothing_has_its_columns(graph) -> None:
    some, none = graph.model(V3).claims("parameterCount"), graph.model(V3).claims("minimumMemoryGB")
    assert some
    assert not none
    assert list(none.to_pandas().columns) == list(some.to_pandas().columns)
    assert none.to_polars().columns == some.to_polars().columns
    assert len(none.to_pandas()["value"]) == 0


def test_conflicts_are_those_of_the_ledger_looked_at_whole(curated) -> None:
    with Graph.open(str(curated)) as graph:
        whole = of_default_kinds(detect.conflicts(graph.snapshot("")))
        listed = graph.conflicts()
        assert whole
        assert list(listed) == whole
        assert all(one.sides for one in listed)
        assert list(listed.to_pandas().columns) == list(CONFLICT_COLUMNS)


def test_models_are_listed_by_filters(graph) -> None:
    listed = graph.models(developer="Anthropic", since="2025")
    assert "anthropic/claude-haiku-4-5" in {model.id for model in listed}
    assert set(listed.to_pandas()["developers"]) == {"Anthropic"}
    assert len(graph.models()) > 1000
    assert graph.models("haiku")[0].id.startswith("anthropic/")
    with pytest.raises(NotFound, match="Anthropic"):
        graph.models(developer="Antropic")
    with pytest.raises(UsageError):
        graph.models(colour="red")
    hits = graph.search("ultrachat", "dataset")
    assert {"ultrachat", "HuggingFaceH4/ultrachat_200k"} <= {item["id"] for item in hits}
    assert {item["kind"] for item in hits} == {"dataset"}


def test_frames_take_columns_of_several_types(graph) -> None:
    frame = graph.model(V3).claims().to_polars()  # days, numbers and names stand in one column
    assert len(frame) == len(graph.model(V3).claims())
    assert frame["retrieved"].dtype.is_temporal()


def test_one_models_lineage_goes_to_networkx(graph) -> None:
    child = graph.model("deepseek-ai/DeepSeek-R1-Distill-Llama-8B")
    around = child.lineage().to_networkx()
    parents = {node.rsplit("/", 1)[-1] for node in around.successors(child.iri)}
    assert "DeepSeek-R1" in parents
    assert all(attributes["name"] is not None for _, attributes in around.nodes(data=True))
    assert child.impact().subject == child.iri


def test_a_document_is_checked_against_the_graph(graph, tmp_path) -> None:
    card = tmp_path / "card.md"
    card.write_text("---\nlicense: mitt\nbase_model: google/gemma-2-9b\n---\n# x\n")
    findings = graph.check(str(card))
    assert any("did you mean MIT?" in one.message for one in findings)
    assert 2 in set(findings.to_pandas()["line"])


def test_a_construct_given_to_query_says_what_takes_it(graph) -> None:
    with pytest.raises(QueryError, match="construct"):
        graph.query("CONSTRUCT { ?s a pg:Model } { ?s a pg:Model }")


def test_a_notebook_shows_a_short_escaped_table(graph) -> None:
    evil = Listing(["<script>"] * 100, lambda text: {"text": text})
    shown = evil._repr_html_()
    assert "<script>" not in shown
    assert shown.count("<tr>") == 21
    assert len(repr(graph.conflicts())) < 200


@pytest.mark.parametrize("name", ["google/gemma-2-9b-it", "openai/gpt-4o-mini", "microsoft/phi-4"])
def test_a_notebook_shows_the_states_that_every_page_shows(graph, name: str) -> None:
    model = graph.model(name)
    table = model._repr_html_()
    states = {
        field["label"]: STATES[field["state"]].label
        for section in model.profile()["sections"]
        for field in section["fields"]
    }
    rows = re.findall("<tr><th>(.*?)</th><td>.*?</td><td>(.*?)</td><td>", table)
    assert len(rows) > 5
    assert all(states[label] == state for label, state in rows)
    assert "NotRecorded" not in table


@pytest.mark.parametrize("filters", [{"nonsense": "x"}, {"release": "2024"}])
def test_an_unknown_filter_names_those_that_may_be_given(graph, filters) -> None:
    with pytest.raises(UsageError, match=r"there are developer, .*since, until, .*contextMin"):
        graph.models(**filters)


def test_what_the_api_gives_is_shown_in_a_few_lines(graph) -> None:
    model = graph.model("deepseek-ai/DeepSeek-V3")
    given = [
        graph, graph.models(), graph.search("llama"), graph.stats(), graph.conflicts(), graph.lineage(),
        graph.breaches(), graph.query("SELECT ?m { ?m a pg:Model }"), graph.ask("upstream", model=model.id),
        graph.compare(model.id, "deepseek-ai/DeepSeek-R1"), graph.reconcile("llama"), graph.changes(),
        graph.impact("ultrachat_200k"), model, model.claims(), model.conflicts(), model.lineage(),
        model.assess(), model.licences("commercial"), model.history(), model.impact(),
        model.export("cyclonedx"), model.form("eu-annex-xii"),
    ]  # fmt: skip
    assert {type(one).__name__: len(repr(one)) for one in given if len(repr(one)) > 800} == {}


def test_models_answer_what_the_commands_answer(graph) -> None:
    model = graph.model("deepseek-r1-distill-llama-8b")
    assert "Llama 3.1" in model.licences("commercial").sentence
    assert model.history().to_json()
    assert model.export("hf-card").text.startswith("---")
    assert "<html" in model.report()
    assert graph.impact("ultrachat_200k").hit >= 5
    with pytest.raises(NotFound):
        graph.impact("ultrachat_2000k-nothing")


def test_construct_gives_a_graph(graph) -> None:
    construct = graph.construct(
        "CONSTRUCT { ?m a pg:Model } WHERE { ?m pg:undisclosed pg:trainingComputeFLOP }"
    )
    assert isinstance(construct, rdflib.Graph)
    assert len(construct) >= 5
    with pytest.raises(UsageError, match="CONSTRUCT"):
        graph.construct("SELECT * { ?s ?p ?o } LIMIT 1")
    with pytest.raises((UsageError, QueryError)):
        graph.construct("nonsense")


def test_nodes_of_networkx_say_what_they_are(graph) -> None:
    networkx = graph.lineage().to_networkx()
    node = networkx.nodes[graph.model(V3).iri]
    assert node["name"] == "DeepSeek-V3"
    assert node["developer"] == "DeepSeek"
    assert node["date"].startswith("2024-12")


def test_one_models_part_goes_to_rdflib(graph) -> None:
    result = graph.model(V3).to_rdflib()
    quads = list(result.quads())
    assert 50 < len(quads) < 20_000
    stored = {str(o) for _, p, o, _ in quads if str(p).endswith("parameterCount")}
    assert "671000000000" in stored


def test_documents_are_imported_and_seen(shipped, tmp_path) -> None:
    own = built_stores.copied(shipped, tmp_path / "graph")
    card = tmp_path / "acme--tiny" / "README.md"
    card.parent.mkdir()
    card.write_text("---\nlicense: mit\nlanguage: en\n---\n# tiny\n")
    (card.parent / "config.json").write_text('{"model_type": "llama", "vocab_size": 32000}')
    with Graph.open(str(own)) as graph:
        done = graph.import_(str(tmp_path / "acme--tiny"))
        assert done.records == 1
        assert graph.model("acme/tiny").claims("license")
        with pytest.raises(UsageError, match="no format 'word'; there are"):
            graph.import_(str(card), format="word")
        with pytest.raises(UsageError, match="is to come"):
            graph.import_(str(card), retrieved="2099-01-01")


def test_an_import_vouches_for_the_address_that_it_is_given(shipped, tmp_path) -> None:
    """As the command does: the importer names the address, so the record is asserted."""
    own = built_stores.copied(shipped, tmp_path / "graph")
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: mit\n---\n# tiny\n")
    with Graph.open(str(own)) as graph:
        graph.import_(str(card), url="https://huggingface.co/acme/tiny")
        (claim,) = graph.model("acme/tiny").claims("license")
        assert claim.header.custody is Custody.ASSERTED
        card.write_text("---\nlicense: apache-2.0\n---\n# tiny\n")
        report = graph.import_(str(card), url="https://huggingface.co/acme/tiny")
        assert (report.records, report.problems) == (1, 0)


def test_the_shell_completes_names(shipped) -> None:
    import click

    from provenance_graph import cli, completion

    context = click.Context(cli.app)
    context.params["store_path"] = str(shipped)
    parameter = click.Argument(["thing"])
    with Graph.open(str(shipped)) as graph:
        SearchIndex.open(graph.snapshot())
    assert "anthropic/claude-haiku-4-5" in completion.models(context, parameter, "claude-hai")
    assert completion.models(context, parameter, "100%") == []
    assert "systemic-risk" in completion.questions(context, parameter, "sys")
    assert "HuggingFaceH4/ultrachat_200k" in completion.datasets(context, parameter, "ultrach")
    assert "anthropic" in completion.organizations(context, parameter, "anthr")
    assert "Apache-2.0" in completion.licences(context, parameter, "Apach")
    assert "eu-annex-xi" in completion.rubrics(context, parameter, "eu-")
    assert "litellm" in completion.collections(context, parameter, "lite")
    assert "Anthropic" in completion.facet("developer")(context, parameter, "anthr")
    assert completion.properties(context, parameter, "contextL") == ["contextLength"]
    assert completion.rules(context, parameter, "lr-1")[0] == "LR-10"
    assert completion.formats(context, parameter, "hugg") == ["huggingface"]
    assert completion.lists(context, parameter, "g7") == ["g7-ai"]
    assert completion.forms(context, parameter, "eu-gpai") == ["eu-gpai-mdf"]
    context.params["question"] = "who-says-what"
    assert completion.settings(context, parameter, "mod") == ["model="]
    context.params["store_path"] = "/nowhere"
    assert completion.models(context, parameter, "claude") == []


@pytest.mark.parametrize(
    "asked",
    [
        lambda graph: graph.model(V3).licences(on="yesterday"),
        lambda graph: graph.model(V3).licences(on="2150-01-01"),
        lambda graph: graph.breaches(on="2150-01-01"),
        lambda graph: graph.search("deepseek", limit=-1),
        lambda graph: graph.ask("impact", thing=V3, limit=-1),
        lambda graph: graph.impact(V3, limit=-1),
        lambda graph: graph.check(""),
        lambda graph: graph.import_(""),
    ],
)
def test_a_value_that_means_nothing_is_refused(graph, asked) -> None:
    with pytest.raises(UsageError):
        asked(graph)


def test_a_period_begins_with_its_first_day(graph) -> None:
    of_the_year = graph.model(V3).history("2024", "2024").to_json()["events"]
    assert any(event["date"].startswith("2024-12") for event in of_the_year)
    with pytest.raises(UsageError, match="is later than the last"):
        graph.model(V3).history("2025-01-02", "2025-01-01")
