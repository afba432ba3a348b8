"""Options shared by many commands, each named, explained and checked in one place."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

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


class GivenText(click.types.StringParamType):
    """Text of the command line; empty text, and bytes that are not UTF-8, are errors.

    An unset shell variable gives an empty text, and an option that narrows an answer would then
    be left out without a word.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text; raises BadParameter where it was given and is empty, UsageError if not UTF-8."""
        text: str = super().convert(value, param, ctx)
        if not text and _is_typed(param, ctx):
            self.fail("it is empty", param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:
            from provenance_graph.core.errors import UsageError

            raise UsageError(f"{os.fsencode(text)!r} is not UTF-8") from None
        return text


def _is_typed(param: click.Parameter | None, ctx: click.Context | None) -> bool:
    """Whether a parameter's value stands on the command line and is no default."""
    if param is None or ctx is None or param.name is None:
        return False
    return ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE


TEXT = GivenText()
"""The type of every text of a command that has no type of its own (see `checked_texts`)."""

ANY_TEXT = click.types.StringParamType()
"""A text that may be empty, which then says that there is none."""


def checked_texts(command: click.Command) -> click.Command:
    """The command (and those below it), with `TEXT` as the type of its plain texts."""
    for param in command.params:
        if param.type is click.STRING:
            param.type = TEXT
    if isinstance(command, click.Group):
        for one in command.commands.values():
            checked_texts(one)
    return command


def unused(why: str, *names: str) -> None:
    """Raise a usage error if one of these parameters of the present command was given.

    ``why`` ends the sentence that begins with its name: "needs a MODEL", "is not read with --x".
    """
    ctx = click.get_current_context()
    for param in ctx.command.params:
        if param.name in names and _is_typed(param, ctx):
            label = param.opts[0] if isinstance(param, click.Option) else param.make_metavar(ctx)
            raise click.UsageError(f"{label.strip('[].…')} {why}")


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


class _Seconds(click.FloatRange):
    """A time in seconds, above 0."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; a usage error for one that is not above 0, or is no number (``nan``)."""
        seconds: float = super().convert(value, param, ctx)
        if seconds != seconds:
            self.fail(f"{value!r} is not a number of seconds", param, ctx)
        return seconds


SECONDS = _Seconds(min=0, min_open=True)
"""The type of a time limit."""


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
    """``-o FILE``, passed as ``output``; None (``-``) is standard output."""
    option = click.option(
        "-o",
        "--output",
        type=FilePath(dir_okay=False, path_type=Path),
        callback=lambda _ctx, _param, value: None if value == Path("-") else value,
        metavar="FILE",
        help="Write there instead of to standard output.",
    )
    return option(command)


def iso_day(text: str, option: str = "--on") -> str:
    """The day of an option's text as ISO text, empty for an empty text; raises BadParameter."""
    from provenance_graph.core.errors import UsageError
    from provenance_graph.licences.graph import day_of_texts

    try:
        return day_of_texts(text)
    except UsageError as error:
        raise click.BadParameter(str(error), param_hint=option) from None
