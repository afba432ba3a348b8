"""Options that many commands have, so that each is named, explained and checked in one place."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

TABLE_FORMATS = ("table", "json", "csv")
"""The formats of a command that prints rows."""


def as_of_option(command: Command) -> Command:
    """``--as-of DATE``, passed as ``as_of``; empty means now."""
    option = click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
    return option(command)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """``--format``, passed as ``form``: one of the formats given, the first unless chosen."""
    choices = formats or TABLE_FORMATS
    return click.option(
        "--format", "form", type=click.Choice(choices), default=choices[0], show_default=True
    )
