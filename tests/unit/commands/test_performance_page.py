"""The page of performance is made from results, and its exponents are right."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.hub.stages import STAGES
from benchmarks.performance_page import ALONE, STEPS, exponent, page, whole

RUNS = [
    {
        "models": 1000,
        "build": 2.0,
        "raw bulk load": 1.0,
        "quads": 100,
        "faults": {"issued": [4, 4, 0]},
    },
    {
        "models": 10_000,
        "build": 20.0,
        "raw bulk load": 8.0,
        "quads": 1000,
        "faults": {"issued": [40, 39, 1]},
    },
]


def test_growth_is_the_exponent_between_the_smallest_and_the_largest_run() -> None:
    assert exponent(RUNS, "build") == "1.00"
    assert exponent([{"models": 10, "x": 1}, {"models": 100, "x": 100}], "x") == "2.00"
    assert exponent(RUNS[:1], "build") == exponent(RUNS, "none") == "–"


def test_the_page_shows_every_run_once_with_ratios_and_faults() -> None:
    shown = page([{"models": 1000, "build": 9.0}, *RUNS])
    assert "| build against the bare engine | 2.0 × | 2.5 × | |" in shown
    assert "| issued | 4 of 4, 0 beside | 39 of 40, 1 beside |" in shown


def test_stages_of_a_size_are_one_run_and_the_later_line_counts() -> None:
    lines = [
        {"models": 10, "stage": "build", "cpu": 9.0, "peak MB": 70, "records": 15},
        {"models": 10, "stage": "build", "cpu": 2.0, "peak MB": 80, "records": 16},
        {"models": 10, "stage": "raw bulk load", "cpu": 1.0, "peak MB": 900},
        {"models": 10, "stage": "planted faults", "cpu": 1.0, "faults": {"issued": [4, 4, 0]}},
        {"models": 10, "stage": "licences", "cpu": 1.0, "faults": {"LR-03": [2, 1, 3]}},
        {"models": 10, "stage": "validate", "stopped after": 600.0},
        {"models": 10, "stage": "stats", "failed": "OSError: full"},
    ]
    shown = page(lines)
    assert "| build against the bare engine | 2.0 × | |" in shown
    assert "| peak memory of the largest build process, MB | 80 |" in shown
    assert "| records | 16 |" in shown
    assert "| issued | 4 of 4, 0 beside |" in shown
    assert "| LR-03 | 1 of 2, 3 beside |" in shown
    assert "- 10 models, validate: stopped after 600 s." in shown
    assert "- 10 models, stats: OSError: full." in shown


def test_every_row_of_stages_is_a_stage_that_is_measured() -> None:
    assert {"build", "raw bulk load", "validate", "service"} <= set(STAGES)
    rows = {key for key, _ in STEPS}
    assert rows - set(STAGES) == {"service start, processor s"}


def test_the_page_is_what_the_command_makes_of_the_results() -> None:
    root = Path(__file__).parents[3]
    lines = (root / "benchmarks/results/scale.jsonl").read_text(encoding="utf-8").splitlines()
    results = root / "benchmarks/results"
    assert (results / "before.json").is_file()
    assert (results / "readers.json").is_file()
    made = whole([json.loads(line) for line in lines], results)
    assert "## One load beside pieces that are merged" in made
    assert "## Beside earlier versions" in made
    assert "## Readers against plain parsing" in made
    assert (root / "docs/performance.md").read_text(encoding="utf-8") == made


def test_what_was_not_run_is_projected_from_the_largest_whole_run() -> None:
    small = {"models": 1000, **dict.fromkeys(ALONE, 1.0), "build peak MB": 100, "disk MB": 10}
    large = {"models": 10_000, **dict.fromkeys(ALONE, 20.0), "build peak MB": 200, "disk MB": 100}
    part = {"models": 100_000, "build": 300.0}
    shown = page([small, large, part])
    assert "| viewed, validated and indexed, ms a model | 7.0 | 14.0 | – | |" in shown
    seconds = 7 * 20 * 100**1.3  # each stage grew with that exponent
    assert f"| 1,000,000 | {seconds:,.0f} | {seconds / 120:,.0f} | 1 | 10 |" in shown
    assert "Projected" not in page([part])


def test_what_a_user_waits_for_is_added_up_where_all_of_it_was_measured() -> None:
    whole_run = [
        {"models": 100, "stage": "build", "cpu": 9.0, "wall": 60.0, "peak MB": 70},
        {"models": 100, "stage": "all indexes", "cpu": 9.0, "wall": 30.0, "peak MB": 90},
        {"models": 100, "stage": "validate", "cpu": 9.0, "wall": 15.0, "peak MB": 80},
    ]
    shown = page([*whole_run, {"models": 10, "stage": "build", "cpu": 1.0, "wall": 6.0}])
    assert "| all indexes, side by side | – | 30 | – |" in shown
    assert "| – its largest process, MB | – | 90 | – |" in shown
    total = "from records to a validated store, minutes"
    assert f"| {total} | – | 1.8 | |" in shown
    assert total not in page(whole_run[:1])
    at_once = {"models": 100, "stage": "indexes and validation", "cpu": 17.0, "wall": 36.0}
    shown = page([*whole_run, at_once])
    assert "| the last two at once, as `build --validate` does | 36 | – |" in shown
    assert f"| {total} | 1.6 | |" in shown
