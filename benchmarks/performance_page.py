"""Make ``docs/performance.md`` from measured results: every figure, ratio and growth exponent.

python benchmarks/performance_page.py [benchmarks/results/scale.jsonl] [-o docs/performance.md]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, not as a module

from benchmarks.beside_earlier import beside_earlier
from benchmarks.beside_parsing import beside_parsing

STEPS = (
    ("generate", "generate the hub (no part of a build)"),
    ("build", "build: read, identity, view, levels, load, publish"),
    ("raw bulk load", "the bare engine's bulk load of the same quads"),
    ("lineage index", "lineage index"),
    ("search index", "search index"),
    ("stats", "statistics"),
    ("conflicts", "conflicts, all"),
    ("identity", "identity: names compared by the rules"),
    ("validate", "validate the whole store: view and record graphs"),
    ("licences of the store", "licence conflicts of the whole store"),
    ("service start, processor s", "start of the service to its first answer, all processes"),
)
ANSWERS = (
    ("show ms", "show the model with most descendants"),
    (
        "first descendants ms",
        "its lineage as the page shows it: the nearest 500, with the count of all",
    ),
    ("first descendants with evidence ms", "the nearest 50 with the sources of each edge"),
    ("lineage ms", "the names of all its descendants"),
    ("licences ms", "its licence findings"),
    ("search ms", "search for two words"),
    ("search of two letters ms", "search for two letters"),
    ("search of what most hold ms", "search for a word that nearly everything holds"),
    ("first list ms", "first list of models"),
    ("first conflicts ms", "first list of conflicts"),
    ("filters ms", "the filters of all models, counted"),
    ("slowest question about one entity ms", "the slowest stored question about one entity"),
    ("slowest question about the store ms", "the slowest stored question about the whole store"),
    (
        "first changed record ms",
        "import the first changed record after a build, while the engine orders what was loaded",
    ),
    (
        "one changed record ms",
        "import one changed record of the busiest owner: view, validation, identity",
    ),
)
OLDER = """The questions of 1,000 models are of the version before those on all that lineage leads to were bounded by the lineage index."""
SERVED = (
    ("service start, wall s", "start of the service to its first answer, seconds"),
    ("start page, counts, wall ms", "start page after it, counts; the API is loaded meanwhile"),
    ("start page, conflicts, wall ms", "start page, conflicts"),
    ("first search, wall ms", "first search"),
    ("first list, wall ms", "first list of models"),
)
SIZES = (
    ("records", "records"),
    ("claims", "claims"),
    ("quads", "quads"),
    ("build peak MB", "peak memory of the largest build process, MB"),
    (
        "peak disk MB",
        "most disk that the build takes on its way: stages, pieces, the new store, MB",
    ),
    ("disk MB", "disk of the published state, MB"),
    ("derived MB", "disk of the claim table and all indexes, MB"),
    ("memory serving MB", "memory of all processes of the service, MB"),
)
TOGETHER = (
    ("build", "build: read, identity, view, levels, load, publish"),
    ("all indexes", "all indexes, side by side"),
    ("validate", "validation of the view and of all record graphs"),
    ("indexes and validation", "the last two at once, as `build --validate` does"),
)
"""The stages from records to a store with view, indexes and validation."""
AT_ONCE, IN_TURN = ("build", "indexes and validation"), ("build", "all indexes", "validate")
"""The stages of a complete store, run in parallel or one after another."""
ALONE = ("build", "lineage index", "search index", "stats", "conflicts", "identity", "validate")
"""The stages of a complete store, with each index made separately."""
PROJECTED = (1_000_000, 2_000_000, 5_000_000)
CORES = 2
HEAD = """# Performance

Made by `python benchmarks/performance_page.py` from `benchmarks/results/scale.jsonl`, which `benchmarks/bench_scale.py` writes; nothing
here is typed. The data is a generated hub (`benchmarks/hub_generate.py`): documents of three sources with planted faults. Seconds are of *processor* time, which a loaded
machine stretches far less than wall time; – is not measured at that size; *growth* is the exponent of the number of models through the first and the last figure of a row (1 is linear).
"""
FAULTS = """Found of those planted, and found beside them; licence conflicts of 1,000,000 models and more are read from the index that was made before. Days that a rounded period explains are no conflict and not counted."""
WAITED = """One command after another on two cores; the runs of 1,000,000 and 2,000,000 were alone on the machine, the others beside other work. Of 100,000 and of 2,000,000 models the indexes and the validation were made at once, as `build --validate` does; the rows of each alone are of earlier versions, and so are the planted faults of 2,000,000. The store of 2,000,000 is written with tables and an index of search that take less room (decision 31); those of the other sizes are as they were before."""
TAIL = """
## Measure again

    python benchmarks/bench_scale.py 10000 --work /tmp/scale-10000
    python benchmarks/performance_page.py

A million models: `python benchmarks/bench_scale.py 1000000 --work FOLDER --seconds 20000`, alone on the machine, with room on the
disk for the text of the records (4 GB a million), for the most that a build takes on its way (the row above: the columns of its stages, the pieces
that are loaded and the store they are merged into), and for the bare engine's store while that is measured.

## Past one machine: 10⁹ claims, on paper

30 claims a model make 10⁹ claims some 33 million models. Parts and buckets are independent tasks, so the stages of a build divide by
the number of cores: `build --engine spark://…` runs them on a cluster whose workers share a folder. One thing stays in one place: the
names that are mapped, and which records count (one row a record, about 500 bytes in memory while it is sorted). The N-Quads and TriG
of the buckets are then loaded by the engine's own bulk loader, of which QLever's is the first to try (`docs/engines.md`). None of
this has been run at that size.
"""


def number(value: object) -> str:
    """A figure as the tables show it."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"
    return "–"


def exponent(runs: Sequence[Mapping[str, object]], key: str) -> str:
    """The growth exponent between the smallest and the largest run that have the figure."""
    having = [run for run in runs if isinstance(run.get(key), int | float) and run[key]]
    if len(having) < 2:
        return "–"
    first, last = having[0], having[-1]
    rise = float(str(last[key])) / float(str(first[key]))
    wide = float(str(last["models"])) / float(str(first["models"]))
    return f"{math.log(rise) / math.log(wide):.2f}"


def stages_of(run: Mapping[str, object]) -> tuple[str, ...]:
    """The stages from a run's records to a complete store; empty where one is not measured."""
    for stages in (AT_ONCE, IN_TURN, ALONE):
        if all(isinstance(run.get(stage), int | float) for stage in stages):
            return stages
    return ()


def all_stages(run: Mapping[str, object]) -> float | None:
    """The processor seconds of all stages of a complete store; None where one is not measured."""
    return sum(float(str(run[stage])) for stage in stages_of(run)) or None


def projection(chosen: Sequence[Mapping[str, object]]) -> list[str]:
    """Lines with the projected cost at sizes that were not run, from the largest complete size.

    Each stage grows by its exponent, but at least proportionally: fixed costs make the exponents of
    small runs smaller than those of large ones.
    """
    having = [run for run in chosen if all_stages(run) is not None]
    if not having:
        return []
    last = having[-1]
    models = int(str(last["models"]))
    spent = all_stages(last) or 0.0
    lines = [
        "",
        "## Projected, not measured",
        "",
        f"All stages of {models:,} models, from records to a store that is viewed, validated and indexed: {spent:,.0f} s of "
        f"processor, {1000 * spent / models:.1f} ms a model. Each stage and the disk by its exponent, at least proportional; the peak "
        f"memory of the largest process, which parts and buckets bound, by its exponent through all sizes. Wall time is that of {CORES} "
        "cores that are never idle: a bound from below.",
        *_floor(having),
        "",
        "| models | processor seconds | wall minutes at least | memory, GB | disk, GB |",
        "|---|---|---|---|---|",
    ]
    for size in (size for size in PROJECTED if size > models):
        seconds = sum(_grown(having, stage, size) for stage in stages_of(last))
        built = [run for run in chosen if run.get("build peak MB") and run.get("disk MB")]
        memory = disk = "–"
        if built:
            memory = f"{_grown(built, 'build peak MB', size, least=0.0) / 1024:,.0f}"
            disk = f"{_grown(built, 'disk MB', size) / 1024:,.0f}"
            if derived := [run for run in built if run.get("derived MB")]:
                beside = _grown(derived, "derived MB", size) / 1024
                disk = f"{float(disk.replace(',', '')) + beside:,.0f}"
        minutes = seconds / CORES / 60
        lines.append(f"| {size:,} | {seconds:,.0f} | {minutes:,.0f} | {memory} | {disk} |")
    return lines


def _floor(runs: Sequence[Mapping[str, object]]) -> list[str]:
    """Lines on the share of the engine's own load in a build, against a budget of thirty minutes."""
    measured = [run for run in runs if isinstance(run.get("raw bulk load"), int | float)]
    if not measured:
        return []
    bare, models = (float(str(measured[-1][key])) for key in ("raw bulk load", "models"))
    allowed = 30 * 60 * CORES / 1_000_000 * 1000
    return [
        "",
        f"Thirty minutes for a million models allow {allowed:.1f} ms a model. The bare engine needs {1000 * bare / models:.1f} of them to "
        "load the quads alone, whatever is done before it. Evidence levels, once an eighth of all quads, stand at profiles that models "
        "share; headers and annotations stand in the store as documented, where `GRAPH ?record` finds them: the quads are not halved "
        "([decision 33](decisions/0033-every-quad-in-the-engine.md)).",
    ]


def _grown(
    having: Sequence[Mapping[str, object]], key: str, models: int, least: float = 1.0
) -> float:
    growth = exponent(having, key)
    power = max(least, float(growth)) if growth != "–" else 1.0
    last = having[-1]
    return float(str(last[key])) * (models / int(str(last["models"]))) ** power


def page(runs: Sequence[Mapping[str, object]]) -> str:
    """The whole page, from the latest figures of every size: a later run may have only some."""
    latest: dict[int, dict[str, object]] = {}
    for run in runs:
        _add(latest.setdefault(int(str(run["models"])), {}), run)
    chosen = [latest[models] for models in sorted(latest)]
    columns = " | ".join(f"{int(str(run['models'])):,} models" for run in chosen)
    rule = "|---" * (len(chosen) + 2) + "|"
    lines = [HEAD, "## Processor seconds", "", f"| step | {columns} | growth |", rule]
    lines += _rows(chosen, STEPS)
    ratios = []
    for run in chosen:
        whole, bare = run.get("build"), run.get("raw bulk load")
        known = isinstance(whole, int | float) and isinstance(bare, int | float) and bare
        ratios.append(f"{float(str(whole)) / float(str(bare)):.1f} ×" if known else "–")
    lines.append(f"| build against the bare engine | {' | '.join(ratios)} | |")
    each = [(all_stages(run), int(str(run["models"]))) for run in chosen]
    cells = " | ".join("–" if spent is None else f"{1000 * spent / n:.1f}" for spent, n in each)
    lines.append(f"| viewed, validated and indexed, ms a model | {cells} | |")
    for title, rows in (
        ("Answers, milliseconds of processor time", ANSWERS),
        ("The service, wall time (of a machine with other work)", SERVED),
        ("Sizes", SIZES),
    ):
        lines += ["", f"## {title}", "", f"| what | {columns} | growth |", rule]
        lines += _rows(chosen, rows)
        if rows is ANSWERS:
            lines += ["", OLDER]
    lines += [*_together(chosen, columns, rule), *projection(chosen), *_unfinished(latest)]
    lines += ["", "## Planted faults", "", FAULTS, "", f"| fault | {columns} |"]
    lines.append("|---" * (len(chosen) + 1) + "|")
    kinds = sorted({kind for run in chosen for kind in _faults(run)})
    for kind in kinds:
        cells = []
        for run in chosen:
            seen = _faults(run).get(kind)
            cells.append(f"{seen[1]} of {seen[0]}, {seen[2]} beside" if seen else "–")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    machines = " and ".join(sorted({str(run.get("machine", "")) for run in chosen}))
    lines += ["", f"Measured with Python {machines}."]
    return "\n".join(lines) + "\n" + TAIL


def _rows(chosen: Sequence[Mapping[str, object]], rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield table rows: each figure's name, its value at every size, and its growth."""
    for key, name in rows:
        cells = " | ".join(number(run.get(key)) for run in chosen)
        yield f"| {name} | {cells} | {exponent(chosen, key)} |"


def _together(chosen: Sequence[Mapping[str, object]], columns: str, rule: str) -> list[str]:
    """Lines on wall time and memory of the commands run one after another by a user."""
    if not any(run.get("all indexes wall") for run in chosen):
        return []
    lines = ["", "## From records to answers: wall seconds and memory", "", WAITED, ""]
    lines += [f"| step | {columns} | growth |", rule]
    for stage, name in TOGETHER:
        memory = (f"{stage} peak MB", "– its largest process, MB")
        lines += _rows(chosen, ((f"{stage} wall", name), memory))
    minutes = []
    for run in chosen:
        walls = [run.get(f"{stage} wall") for stage in stages_of(run) if stages_of(run) != ALONE]
        spent = sum(float(str(wall)) for wall in walls) / 60
        minutes.append(f"{spent:.1f}" if walls else "–")
    return [*lines, f"| from records to a validated store, minutes | {' | '.join(minutes)} | |"]


def _add(run: dict[str, object], line: Mapping[str, object]) -> None:
    """Add the line of one or several stages to the figures of a size."""
    stage = line.get("stage")
    faults = {**_faults(run), **_faults(line)}
    figures = {key: value for key, value in line.items() if key not in ("cpu", "wall", "peak MB")}
    run.update(figures | {"faults": faults})
    if isinstance(stage, str):
        run[stage] = line.get("cpu")
        run.setdefault("unfinished", {})
        unfinished = run["unfinished"]
        assert isinstance(unfinished, dict)
        unfinished[stage] = line.get("stopped after", line.get("failed"))
        run[f"{stage} wall"] = line.get("wall")
        run[f"{stage} peak MB"] = line.get("peak MB")


MERGED = """
## One load beside pieces that are merged

`python -m benchmarks.bench_merged STORE --work FOLDER`: the quads of a store as text, loaded by the engine as a whole, and in pieces of
100,000 that the extra `compact` merges ([decision 31](decisions/0031-merged-by-a-library.md)); then both are asked the same. Processor
time of the load alone, which is some two fifths of a build. Above, the stores of 100,000 models and more were loaded in pieces.

| quads | way | processor, s | largest process, MB | disk, MB | a record, µs | facts of an entity, µs | all about an entity, µs | what points to an entity, µs | bytes a quad |
|---|---|---|---|---|---|---|---|---|---|
"""


def merged(text: str) -> str:
    """Markdown of both ways of loading, from ``bench_merged.py``; the newest line per size counts."""
    measured = {run["quads"]: run for run in map(json.loads, text.splitlines())}
    asked = ("a record", "facts of an entity", "all about an entity", "what points to an entity")
    keys = ("processor s", "largest process MB", "disk MB", *(f"{kind} us" for kind in asked))
    lines = [
        f"| {quads:,} | {name} | {' | '.join(number(run[way].get(key)) for key in keys)} "
        f"| {(run[way]['disk MB'] << 20) / quads:.0f} |"
        for quads, run in sorted(measured.items())
        for way, name in (("whole", "one load"), ("merged", "pieces, merged"))
    ]
    return MERGED + "\n".join(lines) + "\n"


def _unfinished(latest: Mapping[int, Mapping[str, object]]) -> list[str]:
    """Lines on the stages that did not finish, by size."""
    lines = []
    for models, run in sorted(latest.items()):
        stages = run.get("unfinished")
        for stage, why in stages.items() if isinstance(stages, dict) else ():
            if isinstance(why, int | float):
                lines.append(f"- {models:,} models, {stage}: stopped after {why:,.0f} s.")
            elif why:
                lines.append(f"- {models:,} models, {stage}: {why}.")
    return ["", "## Not finished", "", *lines] if lines else []


def _faults(run: Mapping[str, object]) -> Mapping[str, Sequence[int]]:
    found = run.get("faults")
    return found if isinstance(found, dict) else {}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = Path("benchmarks/results/scale.jsonl")
    parser.add_argument("results", type=Path, nargs="?", default=default)
    parser.add_argument("-o", "--out", type=Path, default=Path("docs/performance.md"))
    asked = parser.parse_args()
    runs = [json.loads(line) for line in asked.results.read_text().splitlines() if line.strip()]
    asked.out.write_text(whole(runs, asked.results.parent), encoding="utf-8")


def whole(runs: Sequence[Mapping[str, object]], results: Path) -> str:
    """The page, with earlier versions and readers where they were measured."""
    parts = (
        ("merged.jsonl", merged),
        ("before.json", beside_earlier),
        ("readers.json", beside_parsing),
    )
    kept = [(results / name, section) for name, section in parts]
    return page(runs) + "".join(section(p.read_text("utf-8")) for p, section in kept if p.is_file())


if __name__ == "__main__":
    main()
