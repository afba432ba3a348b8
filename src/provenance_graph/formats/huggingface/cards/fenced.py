"""Reader of merge recipes in a card's code blocks, where mergekit's card template puts them."""

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
"""The most characters of one recipe."""
_OPENS = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})[ \t]*(?P<language>[\w+-]*)")
_YAML = frozenset({"", "yaml", "yml"})
_KEY = re.compile(r"^(?:merge_method|gate_mode|experts)\s*:", re.MULTILINE)
"""A top-level key that a recipe of either kind has, at the start of a line."""


def read_recipes(
    repo: NamedRepository, text: str, location: str, basis: Basis | None
) -> ReaderOutput:
    """Yield the claims of the merge recipes in a card's code blocks; other code is not read."""
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
    """Yield the fenced blocks of YAML or of no stated language, with their first line number."""
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
