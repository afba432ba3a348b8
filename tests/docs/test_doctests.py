"""The examples in docstrings give what they say, and every module of the package can be imported.

They are run here, not collected by pytest, which would look through every module in each of its
processes.
"""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

import provenance_graph

SOURCE = Path(provenance_graph.__file__).parents[1]
FILES = [
    path.relative_to(SOURCE)
    for path in sorted(SOURCE.glob("provenance_graph/**/*.py"))
    if path.name != "__main__.py"  # runs the command
]
EXAMPLE = re.compile(r"^ *>>> ", re.MULTILINE)
WITH_EXAMPLES = [path for path in FILES if EXAMPLE.search((SOURCE / path).read_text("utf-8"))]


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=str)
def test_the_examples_of_a_module_give_what_they_say(path: Path) -> None:
    failed, tried = doctest.testmod(import_module(module_name(path)), optionflags=doctest.ELLIPSIS)
    assert tried > 0
    assert failed == 0, "the report stands in what was printed"


def test_every_module_can_be_imported() -> None:
    for path in FILES:
        import_module(module_name(path))
