"""How sources write developers and their services: ``data/developers.toml``, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from provenance_graph.core.resources import folder


@dataclass(frozen=True, slots=True)
class DeveloperNames:
    """The tables of the file; each says in its comment there what it holds.

    ``own_services`` has by source the providers that are developers themselves, with the
    developer's name; ``services`` those that offer one developer's models, whatever the source;
    ``together`` the texts that name several developers.
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
    """What the shipped file says.

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
