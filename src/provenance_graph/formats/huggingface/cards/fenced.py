"""Recipes of merges in a card's code: mergekit's template for cards writes its whole configuration there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance_graph.core.claims import Basis, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.formats import statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.cards.generated import MAX_LINES
from provenance_graph.formats.huggingface.configs.merge import is_recipe, read_merge
from provenance_graph.formats.huggingface.names import NamedRepository
from provenance_graph.formats.parsing import parse_yaml_stream

MAX_RECIPES = 20
MAX_RECIPE = 100_000
"""Characters of one recipe."""
_OPENS = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]*)")
_YAML = frozenset({"", "yaml", "yml"})
_KEY = re.compile(r"^(?:merge_method|gate_mode|experts)\s*:", re.MULTILINE)
"""A key at the head of a line that a recipe of either kind has."""


def read_recipes(
    repo: NamedRepository, text: str, location: str, basis: Basis | None
) -> ReaderOutput:
    """What the recipes say that stand as code in a card; other code says nothing of the model."""
    recipes = [one for one in _code(text) if _KEY.search(one[1])]
    for line, code in recipes[:MAX_RECIPES]:
        where = f"{location} L{line}".strip()
        if len(code) > MAX_RECIPE:
            yield Problem(where, f"a recipe of {len(code):,} characters is not read", kind="size")
            continue
        repeated: list[Problem] = []
        try:
            stream = statements.sanitise(list(parse_yaml_stream(code, where, repeated)), code)
        except Unreadable as error:
            yield Problem(where, f"a recipe of a merge: {error.why}"[:200], kind="syntax")
            continue
        if stream and all(map(is_recipe, stream)):
            yield from read_merge(repo, stream, where, basis)
    if len(recipes) > MAX_RECIPES:
        what = f"{len(recipes)} recipes in one card; the first {MAX_RECIPES} are read"
        yield Problem(location, what, kind="size")


def _code(text: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of YAML or of no stated language, each with the number of its first line."""
    marks, begin, is_yaml = "", 0, False
    code: list[str] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n")[:MAX_LINES], 1):
        match = _OPENS.match(line)
        if not marks:
            if match is not None:
                marks, begin = match["marks"], number + 1
                is_yaml = match["language"].casefold() in _YAML
        elif match is not None and match["marks"].startswith(marks) and line.strip(" \t`~") == "":
            if is_yaml:
                yield begin, "\n".join(code)
            marks, code = "", []
        elif is_yaml:
            code.append(line)
