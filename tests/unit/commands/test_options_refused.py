"""Options and arguments that a command cannot use are refused, never passed over."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from typed import run

from provenance_graph import cli
from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError
from provenance_graph.options import ANY_TEXT
from provenance_graph.service import settings
from provenance_graph.service.processes.run import run as serve
from provenance_graph.store.opening import address_of

MODEL = "meta-llama/Llama-3.1-8B"

ADD = ("claim", "add", MODEL, "license", "--document", "https://a.example/")

UNUSED = [
    (("assess", MODEL, "--agreement"), "MODEL is not read with --agreement"),
    (("assess", "--agreement", "--evidence"), "--evidence is not read with --agreement"),
    (("assess", MODEL, "--query", "--format", "json"), "--format is not read with --query"),
    (("assess", MODEL, "--missing", "--gaps", "3"), "--gaps is not read with"),
    (("conflicts", MODEL, "--identity"), "MODEL is not read with --identity"),
    (("conflicts", "--identity", "--kind", "sources"), "--kind is not read with --identity"),
    (("ask", "--set", "thing=x"), "--set needs a QUESTION"),
    (("ask", "impact", "--show", "--as-of", "2026-01-01"), "--as-of is not read with --show"),
    (("query", "-e", "ASK {}", "some.rq"), "is not read with -e"),
    (("form", "--format", "json"), "--format needs a MODEL and --as FORM"),
    (("licences", "--use", "commercial"), "--use needs a MODEL"),
    (("licences", "--repair"), "--repair needs a MODEL"),
    (("validate", "--as", "spdx3"), "--as needs a PATH"),
    (("validate", "card.md", "--no-licences"), "--licences is about the whole store"),
    (("import", "card.md", "--data", "."), "--data needs --bulk"),
    (("import", "card.md", "--bulk", "--private"), "--private cannot be combined with --bulk"),
    (("lineage", MODEL, "--with", MODEL, "--depth", "1"), "--depth is not read with --with"),
    (
        (*ADD, "--not-found", "--stance", "declined"),
        "--stance is not read with --not-found",
    ),
    (
        (*ADD, "MIT", "--quote", "MIT", "--quote-digest", "0" * 64),
        "--quote-digest is not read with --quote",
    ),
    (("collections", "--private", "osai", "--public", "OSAI"), "--private or --public, not both"),
]


@pytest.mark.parametrize(("line", "why"), UNUSED, ids=[" ".join(line[:4]) for line, _ in UNUSED])
def test_what_nothing_reads_is_refused(shipped: Path, line: tuple[str, ...], why: str) -> None:
    done = run(shipped, *line)
    assert done.returncode == 2
    assert why in " ".join(done.stderr.split())
    assert not done.stdout


def _texts(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each text of a command that has no type of its own, as the command and the parameter."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _texts(command, (*before, name))
            continue
        for param in command.params:
            if isinstance(param.type, click.types.StringParamType) and param.type is not ANY_TEXT:
                assert param.type is not click.STRING
                yield " ".join((*before, name)), param.name or ""


def test_every_text_of_a_command_is_checked() -> None:
    listed = set(_texts(cli.app))
    assert {("show", "as_of"), ("models", "descends_from"), ("claim add", "who")} <= listed
    assert len(listed) > 80


@pytest.mark.parametrize(
    "line",
    [
        ("show", MODEL, "--as-of", ""),
        ("compare", MODEL, "--as-of", ""),
        ("models", "--descends-from", ""),
        ("models", ""),
        ("history", MODEL, "--from", ""),
        ("breaches", "--of", ""),
        ("claims", MODEL, ""),
        ("check", "card.md", "--as", ""),
        ("claim", "import", "x.csv", "--by", ""),
        ("mcp", "--host", ""),
        ("kinship", "", "acme/base=."),
    ],
)
def test_an_empty_text_is_no_answer_about_everything(shipped: Path, line: tuple[str, ...]) -> None:
    done = run(shipped, *line)
    assert (done.returncode, done.stdout) == (2, "")
    assert "it is empty" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("assess", MODEL, "--gaps", "-1"), "range x>=0"),
        (("import", "card.md", "--problems", "-1"), "range x>=0"),
        (("query", "-e", "ASK {}", "--timeout", "0"), "range x>0"),
        (("query", "-e", "ASK {}", "--timeout", "nan"), "not a number of seconds"),
        (("mcp", "--seconds", "-1"), "range x>0"),
        (("mcp", "--transport", "http", "--port", "99999"), "range 0<=x<=65535"),
        (("report", MODEL, "--today", "2150-01-01"), "is in the future"),
        (("import", "card.md", "--retrieved", "2150-01-01"), "is to come"),
        (("show", MODEL, "--as-of", "2999-01-01"), "not one of 1900 to 2199"),
        (("query", "."), ". is not a file"),
        (("models", "a\udcffb"), "is not UTF-8"),
        (("claims", MODEL, "a\udcffb"), "is not UTF-8"),
    ],
)
def test_a_value_out_of_range_is_refused_with_the_range(
    shipped: Path, line: tuple[str, ...], why: str
) -> None:
    done = run(shipped, *line)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in " ".join(done.stderr.split())


def test_a_limit_beyond_every_number_shows_all(shipped: Path) -> None:
    done = run(shipped, "search", "whisper-large", "--limit", str(10**30), "--format", "csv")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_closed_stream_is_no_failure(shipped: Path, closed: str) -> None:
    line = f'"{sys.executable}" -m provenance_graph --store "{shipped}" claims {MODEL} license'
    done = subprocess.run(["bash", "-c", f"{line} {closed}"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_dash_is_standard_output(shipped: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "provenance_graph", "--store", str(shipped)]
    line += ["export", MODEL, "--as", "turtle", "-o", "-"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert "@prefix pg:" in done.stdout
    assert not any(tmp_path.iterdir())


def test_a_file_that_is_not_read_is_named_with_the_reason(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.dat").write_bytes(b"\x00\x01")
    done = run(shipped, "validate", str(tmp_path / "weights.dat"))
    assert done.returncode == 2
    assert "weights.dat: files ending in .dat are not read" in " ".join(done.stderr.split())


def test_a_use_that_is_asked_twice_is_answered_once(shipped: Path) -> None:
    done = run(shipped, "licences", MODEL, "--use", "commercial", "--use", "commercial")
    assert "commercial use and commercial use" not in " ".join(done.stdout.split())


def test_a_backup_does_not_mix_with_other_files(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = run(shipped, "backup", str(tmp_path))
    assert done.returncode == 3
    assert "holds other files" in " ".join(done.stderr.split())
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]


def test_a_baseline_that_is_no_text_is_named_so(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text(f'[[systems]]\nname = "x"\nmodels = ["{MODEL}"]\n')
    (tmp_path / "old").write_bytes(b"\xff\xfe\x00")
    files = (str(tmp_path / "fleet.toml"), "--baseline", str(tmp_path / "old"))
    done = run(shipped, "fleet", "check", *files)
    assert done.returncode == 2
    assert "is not a baseline of `fleet check`" in " ".join(done.stderr.split())


def test_an_access_log_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    chosen = settings.load({"access_log": str(tmp_path / "none" / "log"), "port": 0}, None)
    with pytest.raises(Exception, match="cannot write the access log"):
        serve(chosen, tmp_path, tmp_path)


def test_a_setting_that_is_no_number_is_refused() -> None:
    with pytest.raises(Exception, match="query_seconds must be above 0"):
        settings.load({"query_seconds": float("nan")}, None)


def test_an_own_address_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="public_url is an address"):
        settings.load({"public_url": "graph.example.org"}, None)


def test_an_address_without_a_host_is_refused() -> None:
    with pytest.raises(Exception, match="names no host"):
        address_of("http://")


def test_today_is_no_day_to_come(shipped: Path, tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: mit\n---\n# A model\n")
    done = run(shipped, "import", str(card), "--retrieved", clock.today(), "--dry-run")
    assert done.returncode == 0
