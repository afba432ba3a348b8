"""The errors of a bill of materials, found by a compiled schema and explained by the library's."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provenance_graph.formats.cyclonedx import schema

CASES = Path(__file__).parents[2] / "golden" / "cyclonedx"
ODD = (None, 3, 0.91, True, "x", "2025-13-40", [], {}, ["x"], {"a": 1}, "http://a b", -1)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places(value[key])


def altered(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The document with some of its values replaced, removed, added or repeated."""
    result = copy.deepcopy(document)
    for _ in range(chance.randint(0, 4)):
        inside, key = chance.choice(list(places(result)))
        match chance.randrange(4):
            case 0:
                inside[key] = chance.choice(ODD)
            case 1 if isinstance(inside, dict):
                del inside[key]
            case 2 if isinstance(inside, dict):
                inside[f"more {key}"] = 1
            case _ if isinstance(inside, list):
                inside.append(copy.deepcopy(inside[key]))
    return result


def versioned() -> list[Path]:
    """The golden documents that have a version with a schema."""
    paths = sorted(CASES.glob("*/input.json"))
    return [p for p in paths if json.loads(p.read_text()).get("specVersion") in schema.VERSIONS]


@pytest.mark.parametrize("path", versioned(), ids=lambda path: path.parent.name)
def test_the_errors_are_those_of_the_library_in_its_order(path: Path) -> None:
    document = json.loads(path.read_text())
    chance = random.Random(path.parent.name)
    invalid = 0
    for _ in range(40):
        changed = altered(document, chance)
        both = schema.schema_of(str(changed.get("specVersion")))
        if both is None:
            continue
        library = type(both.library)(
            both.library.schema,
            registry=both.library._registry,
            format_checker=both.library.format_checker,
        )
        library.format_checker.checkers = both.checkers
        expected = list(library.iter_errors(changed))
        results, count = both.errors(changed)
        assert count == len(expected)
        assert [(error.message, list(error.absolute_path)) for error in results] == [
            (error.message, list(error.absolute_path)) for error in expected[: len(results)]
        ]
        invalid += bool(expected)
    assert invalid > 5


def test_of_many_errors_fifty_are_shown_and_the_others_counted() -> None:
    parts = [{"type": "library", "name": str(n), "colour": "red"} for n in range(70)]
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": parts}
    *shown, last = schema.problems(bom)
    assert [problem.where for problem in shown] == [f"/components/{n}" for n in range(50)]
    assert last.what == "invalid CycloneDX in 20 more places"
