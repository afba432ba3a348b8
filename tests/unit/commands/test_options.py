"""Options that many commands have mean the same in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from provenance_graph import cli
from provenance_graph.core.errors import UsageError


def test_a_limit_below_the_least_is_refused_by_every_command() -> None:
    limited = {
        name: option
        for name in cli.app.list_commands(click.Context(cli.app))
        if (command := cli.app.get_command(click.Context(cli.app), name))
        for option in command.params
        if option.name == "limit"
    }
    assert len(limited) > 8
    for name, option in limited.items():
        with pytest.raises(click.BadParameter, match="range"):
            option.type.convert("-1", option, None)
        assert (
            option.default is None or option.type.convert(str(option.default), option, None) >= 0
        ), name


def _named(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command below a group as the words that name it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _named(command, (*before, name))
        yield (*before, name)


def _command(words: tuple[str, ...]) -> click.Command:
    command: click.Command = cli.app
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    return command


_OF_FILES = re.compile(r"\b(?:FILE|PATH|FOLDER|PUB|PRIV|CERT)\b")
_NOT_ALONE = {("assess", "rubrics"), ("link", "keep")}
"""What may be a file beside other things, and has a meaning of its own when empty."""


def _of_files() -> Iterator[tuple[tuple[str, ...], click.Parameter]]:
    """Each argument and option that names a file or folder."""
    for words in ((), *_named(cli.app)):
        for param in _command(words).params:
            shown = _OF_FILES.search(param.metavar or "")
            if (shown or isinstance(param.type, click.Path)) and (
                (*words[:1], param.name) not in _NOT_ALONE
            ):
                yield words, param


PATHS = {" ".join([*words, param.opts[0]]): (words, param) for words, param in _of_files()}


def test_the_commands_that_read_documents_take_files() -> None:
    reading = {"check paths", "validate paths", "import paths", "claim import path", "verify file"}
    assert PATHS.keys() >= reading | {
        "fleet check paths",
        "query file",
        "signature file",
        "--store",
    }


@pytest.mark.parametrize("name", PATHS)
def test_an_empty_path_is_no_path(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    words, param = PATHS[name]
    command = _command(words)
    others = ["x" for p in command.params if p is not param and p.required and p.nargs > 0]
    given = [param.opts[0], ""] if isinstance(param, click.Option) else [""]
    result = CliRunner().invoke(cli.app, [*words, *given, *others, *([] if words else ["stats"])])
    assert (result.exit_code, "path is empty" in result.output) == (2, True), result.output
    assert not [*tmp_path.iterdir()]


def test_an_empty_path_of_a_model_is_no_path() -> None:
    for child, parent in (("acme/m=", "acme/base=."), (".", "acme/base=")):
        result = CliRunner().invoke(cli.app, ["kinship", child, parent])
        assert isinstance(result.exception, UsageError)
        assert "path is empty" in str(result.exception)
