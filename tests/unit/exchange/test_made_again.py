"""The command that a document names makes the same bytes again."""

from __future__ import annotations

import html
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from provenance_graph import cli
from provenance_graph.exchange.registry import exporters

MODEL = "allenai/OLMo-2-1124-7B"
DATA = "allenai/olmo-mix-1124"


def made(store: Path, folder: Path, arguments: list[str]) -> bytes:
    """What a command writes into a file."""
    at = folder / "out"
    at.unlink(missing_ok=True)
    rest = arguments[: arguments.index("-o")] if "-o" in arguments else arguments
    CliRunner().invoke(
        cli.app,
        ["--store", str(store), *rest, "-o", str(at)],
        standalone_mode=False,
        catch_exceptions=False,
    )
    return at.read_bytes()


def arguments(command: str) -> list[str]:
    """The arguments of a command that a document names."""
    program, *rest = shlex.split(command)
    assert program == "provenance-graph"
    return rest


def mark_of(text: str) -> str:
    """The command in the mark of an export."""
    (found,) = {m[1] for m in re.finditer(r"policy \w+: (provenance-graph export [^\"\n]*)", text)}
    return found.removesuffix(" -->")


@pytest.mark.parametrize(
    ("format", "day"),
    [
        *((name, []) for name in sorted(exporters())),
        ("cyclonedx", ["--as-of", "2026-06-30"]),
        ("trig", ["--no-ancestors"]),
    ],
)
def test_an_export_is_made_again(
    shipped: Path, tmp_path: Path, format: str, day: list[str]
) -> None:
    name = DATA if format == "croissant" else MODEL
    first = made(shipped, tmp_path, ["export", name, "--as", format, *day])
    again = arguments(mark_of(first.decode()))
    assert "--as-of" in again  # "now" is another day tomorrow
    assert made(shipped, tmp_path, again) == first


@pytest.mark.parametrize("format", ["html", "md", "json"])
def test_a_form_is_made_again(shipped: Path, tmp_path: Path, format: str) -> None:
    first = made(shipped, tmp_path, ["form", MODEL, "--as", "eu-annex-xi", "--format", format])
    text = first.decode()
    if format == "json":
        command = f"{json.loads(text)['command']} --format json"
    else:
        pattern = r"(?:<code>|`)(provenance-graph form [^<`]*)(?:</code>|`)"
        command = html.unescape(re.findall(pattern, text)[0])
    again = arguments(command)
    assert "--as-of" in again
    assert made(shipped, tmp_path, again) == first


@pytest.mark.parametrize("asked", [[], ["--use", "commercial", "--as-of", "2026-06-30"]])
def test_a_report_is_made_again(curated: Path, tmp_path: Path, asked: list[str]) -> None:
    first = made(curated, tmp_path, ["report", MODEL, *asked])
    found = re.search(r"provenance-graph report [^<]*", first.decode())
    assert found is not None
    again = arguments(html.unescape(found[0]))
    assert set(asked) <= set(again)
    assert made(curated, tmp_path, again) == first


def test_a_bundle_is_made_again(shipped: Path, tmp_path: Path) -> None:
    from provenance_graph.formats.bundles import envelope

    first = made(shipped, tmp_path, ["bundle", MODEL])
    again = arguments(str(envelope.read(first, "bundle").predicate["command"]))
    assert "--as-of" in again
    assert made(shipped, tmp_path, again) == first
