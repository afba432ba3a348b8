"""Options that many commands have mean the same in each."""

from __future__ import annotations

import click
import pytest

from provenance_graph import cli


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
