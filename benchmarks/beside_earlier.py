"""The section of the performance page that compares this version with earlier ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping


def beside_earlier(text: str) -> str:
    """Markdown of whole commands of earlier versions and this one, from ``bench_before.py``."""
    measured = json.loads(text)
    days: Mapping[str, str] = measured["days"]
    first = next(iter(days))
    lines = [
        "\n## Beside earlier versions\n",
        f"Whole commands on the same generated hub of {measured['models']:,} models, taken in turn in one run (`python -m benchmarks.bench_before`): the least processor",
        f"milliseconds, and the ratio to the version of {days[first]}. What later ones do more is named in [architecture.md](architecture.md).",
        "",
    ]
    lines += _of_versions("command", days, _milliseconds(measured["seconds"]), 0)
    if stages := measured.get("milliseconds a record"):
        lines += [
            "",
            f"What one record costs, in milliseconds, of {measured['records']:,} records of that hub, inside one process:",
            "",
            *_of_versions("stage", days, stages, 2),
        ]
    for models, seconds in measured.get("larger", {}).items():
        lines += [
            "",
            f"The same of {int(models):,} models, each command run once:",
            "",
            *_of_versions("command", days, _milliseconds(seconds), 0),
        ]
    if measured.get("larger"):
        lines += [
            "",
            "The first version makes no indexes in `build`: the service and the commands made them when they were first asked, so that",
            "`build without indexes` is what compares.",
        ]
    return "\n".join([*lines, ""])


def _milliseconds(
    seconds: Mapping[str, Mapping[str, float]],
) -> Mapping[str, Mapping[str, float]]:
    return {name: {key: 1000 * one for key, one in each.items()} for name, each in seconds.items()}


def _of_versions(
    what: str, days: Mapping[str, str], rows: Mapping[str, Mapping[str, float]], places: int
) -> Iterator[str]:
    """Yield a table of figures by version, with the ratio of each to the first."""
    yield f"| {what} | {' | '.join(f'{day} (`{name[:8]}`)' for name, day in days.items())} |"
    yield f"|---|{'---|' * len(days)}"
    for name, figures in rows.items():
        first, of_first = next(iter(figures.items()))
        cells = [
            (f"{figures[key]:,.{places}f}" if key in figures else "–")
            + (f" ({figures[key] / of_first:.2f} ×)" if key in figures and key != first else "")
            for key in days
        ]
        yield f"| {name} | {' | '.join(cells)} |"
