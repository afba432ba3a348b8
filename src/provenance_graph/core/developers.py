"""Names of developers and of their services as sources write them: ``data/developers.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from provenance_graph.core.resources import folder


@dataclass(frozen=True, slots=True)
class DeveloperNames:
    """The tables of ``data/developers.toml``; comments in the file describe each of them.

    ``own_services`` maps a source and one of its provider names to the name of the developer that
    runs the service. ``services`` maps providers that offer the models of one developer to that
    developer, for every source. ``together`` maps a text that names several developers to their
    names.
    """

    cloud_prefixes: frozenset[str]
    leading_names: frozenset[str]
    bare_name_is_the_model: frozenset[str]
    hosts_of_base_models: frozenset[str]
    respelt: Mapping[str, str]
    together: Mapping[str, list[str]]
    services: Mapping[str, str]
    own_services: Mapping[str, Mapping[str, str]]


@cache
def developer_names() -> DeveloperNames:
    """Read the tables of the shipped file, once per process.

    >>> developer_names().own_services["litellm"]["gemini"]
    'google'
    """
    tables = tomllib.loads((folder("data") / "developers.toml").read_text(encoding="utf-8"))
    return DeveloperNames(
        cloud_prefixes=frozenset(tables["cloud_prefixes"]),
        leading_names=frozenset(tables["leading_names"]),
        bare_name_is_the_model=frozenset(tables["bare_name_is_the_model"]),
        hosts_of_base_models=frozenset(tables["hosts_of_base_models"]),
        respelt=tables["respelt"],
        together=tables["together"],
        services=tables["services"],
        own_services=tables["own_services"],
    )
