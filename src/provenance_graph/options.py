"""Options shared by many commands, each named, explained and checked in one place."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

TABLE_FORMATS = ("table", "json", "csv")
"""The formats of a command that prints rows."""


class FilePath(click.Path):
    """The path of a file or folder; an empty path is an error.

    An unset shell variable gives an empty path, which would otherwise mean the working directory.
    """

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """The path in its type; a usage error for an empty one."""
        if not os.fspath(value):
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


def first_sentence(command: click.Command | None) -> str:
    """The first sentence of a command's help."""
    text = " ".join(((command.help if command else "") or "").partition("\n\n")[0].split())
    return re.split(r"(?<=\.) ", text, maxsplit=1)[0]


class Subcommands(click.Group):
    """Commands below a command, each listed with its whole first sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click calls it so
        """The list of commands in the help text."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, first_sentence(one)) for name, one in self.commands.items()])


ANY_PATH = FilePath(readable=False)
"""A path, or a substitute for one: an address, a pattern, ``-`` for standard input."""


def as_of_option(command: Command) -> Command:
    """``--as-of DATE``, passed as ``as_of``; empty means now."""
    option = click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
    return option(command)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """``--format``, passed as ``form``: one of the given formats; the default is the first."""
    choices = formats or TABLE_FORMATS
    return click.option(
        "--format", "form", type=click.Choice(choices), default=choices[0], show_default=True
    )


def limit_option(default: int, help: str, *, least: int = 1) -> Callable[[Command], Command]:
    """``--limit N``: a maximum, at least ``least``; where ``least`` is 0, 0 means all."""
    return click.option(
        "--limit", type=click.IntRange(min=least), default=default, show_default=True, help=help
    )


def output_option(command: Command) -> Command:
    """``-o FILE``, passed as ``output``; None is standard output."""
    option = click.option(
        "-o",
        "--output",
        type=FilePath(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write there instead of to standard output.",
    )
    return option(command)


def iso_day(text: str) -> str:
    """A day as ISO text, empty for an empty text; raises BadParameter."""
    from provenance_graph.core.errors import UsageError
    from provenance_graph.licences.graph import day_of_texts

    try:
        return day_of_texts(text)
    except UsageError as error:
        raise click.BadParameter(str(error), param_hint="--on") from None
