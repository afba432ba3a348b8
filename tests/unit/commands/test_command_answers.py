"""What commands say is about what was asked, with names as they were typed."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from provenance_graph.cli import app
from provenance_graph.core.errors import ProvenanceError


class Ran:
    """A command that ran: what it left with, and what it wrote."""

    def __init__(self, store: Path, *words: str) -> None:
        result = CliRunner().invoke(app, ["--store", str(store), *words], standalone_mode=False)
        wrong = result.exception
        assert wrong is None or isinstance(wrong, ProvenanceError), wrong
        self.exit_code = 2 if wrong else result.return_value or 0
        self.stdout, self.stderr = result.stdout, result.stderr + str(wrong or "")


run = Ran


@pytest.mark.parametrize("form", ["eu-annex-xi", "model-card", "eu-gpai-mdf", "ca-ab-2013"])
def test_a_form_of_models_is_not_filled_for_a_dataset(shipped: Path, form: str) -> None:
    result = run(shipped, "form", "EleutherAI/pile", "--as", form)
    assert result.exit_code == 2
    assert "EleutherAI/pile is a dataset; of datasets there is datasheet" in result.stderr


def test_a_datasheet_says_that_it_is_of_a_dataset(shipped: Path) -> None:
    result = run(shipped, "form", "EleutherAI/pile", "--as", "datasheet")
    assert "Dataset `EleutherAI/pile`" in result.stdout
    assert "Model `" not in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("export", "microsoft", "--as", "turtle"),
        ("bundle", "microsoft"),
        ("form", "microsoft", "--as", "datasheet"),
        ("impact", "microsoft"),
        ("lineage", "microsoft"),
        ("report", "microsoft"),
    ],
)
def test_a_name_of_another_kind_is_told_alike_by_every_command(
    shipped: Path, words: tuple[str, ...]
) -> None:
    result = run(shipped, *words)
    assert result.exit_code == 2
    assert "microsoft is an organization; a" in result.stderr


@pytest.mark.parametrize(
    "address",
    [
        "http://www.hf.co/google/gemma-2-9b-it",
        "hf.co/api/models/google/gemma-2-9b-it",
        "hf://google/gemma-2-9b-it",
        "https://huggingface.co/google/gemma-2-9b-it/blob/main/config.json",
        "pkg:huggingface/google/gemma-2-9b-it@main",
        "PKG:huggingface/google%2Fgemma-2-9b-it",
    ],
)
def test_any_address_of_a_repository_names_its_model(shipped: Path, address: str) -> None:
    result = run(shipped, "show", address, "--format", "json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["id"] == "google/gemma-2-9b-it"


@pytest.mark.parametrize(
    "address",
    [
        "https://huggingface.co/settings/tokens",
        "https://huggingface.co/spaces/google/gemma-2-9b-it",
        "pkg:npm/left-pad",
        "pkg:huggingface/",
    ],
)
def test_another_address_names_none(shipped: Path, address: str) -> None:
    assert run(shipped, "show", address).exit_code == 2


def test_a_parameter_that_nobody_gave_is_told_beside_an_answer_too(shipped: Path) -> None:
    result = run(shipped, "ask", "notices-to-ship")
    assert "asked with model=deepseek-ai/" in result.stderr
    named = run(shipped, "ask", "notices-to-ship", "--set", "model=openai/whisper-large-v3")
    assert "asked with" not in named.stderr


def test_finding_nothing_is_no_problem_for_search_and_models(shipped: Path) -> None:
    for name in ("search", "models"):
        result = run(shipped, name, "zzqqzz1")
        assert result.exit_code == 0, name
        assert "zzqqzz1" not in result.stdout
        assert result.stderr


def test_a_file_is_named_as_it_was_typed(tmp_path: Path) -> None:
    file = tmp_path / "no-signature"
    file.write_text("plain")
    result = run(tmp_path, "signature", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{file}: ")


def test_the_class_of_licences_that_the_help_names_is_one(shipped: Path) -> None:
    shown = " ".join(run(shipped, "models", "--help").stdout.split())
    assert "such as osi-approved or llama-community." in shown
    for name in ("osi-approved", "llama-community"):
        assert json.loads(
            run(shipped, "models", "--licence-class", name, "--format", "json").stdout
        )


def test_a_period_without_anything_is_not_called_never(shipped: Path) -> None:
    result = run(shipped, "history", "openai/whisper-large-v3", "--from", "2030-01-01")
    assert "never" not in result.stdout
    assert "only what was from 2030-01-01 on" in result.stderr


def _groups(command: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(command)
    below = {name: command.get_command(context, name) for name in command.list_commands(context)}
    nested = [
        one
        for name, found in below.items()
        if isinstance(found, click.Group)
        for one in _groups(found, (*path, name))
    ]
    return [path, *nested]


def test_no_list_of_commands_is_cut_short() -> None:
    for path in _groups(app):
        result = CliRunner().invoke(app, [*path, "--help"], terminal_width=80)
        listed = [line for line in result.stdout.splitlines() if line.startswith("  ")]
        assert not [line for line in listed if line.endswith("...")], path
