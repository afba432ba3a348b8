"""What is public is documented, and what the documentation names is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from provenance_graph import cli
from provenance_graph.formats.ledger import markdown
from provenance_graph.formats.registry import readers

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "data" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONTEXT = cli.app.make_context("provenance-graph", ["help"], resilient_parsing=True)


def manual() -> str:
    """The page of all commands, made from what they say of themselves."""
    lines = [
        "# Commands",
        "",
        "`provenance-graph [--store PATH|URL] COMMAND`. `--store` defaults to `var/graph`",
        "(environment: `PROVENANCE_GRAPH_STORE`); an `http(s)://` address is a remote SPARQL service.",
        "Results go to standard output, messages to standard error. Exit codes: 0 done, 1 findings or",
        "problems, 2 wrong usage or unreadable input, 3 no store.",
    ]
    for name in cli.app.list_commands(CONTEXT):
        command = cli.app.get_command(CONTEXT, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=CONTEXT)
        context.terminal_width = context.max_content_width = 100
        lines += ["", f"## {name}", "", "```text", command.get_help(context).rstrip(), "```"]
        for part, below in getattr(command, "commands", {}).items():
            inner = click.Context(below, info_name=part, parent=context)
            inner.terminal_width = inner.max_content_width = 100
            lines += [
                "",
                f"### {name} {part}",
                "",
                "```text",
                below.get_help(inner).rstrip(),
                "```",
            ]
    return "\n".join([*lines, ""])


def test_the_page_of_commands_is_up_to_date(golden) -> None:
    # in a process of its own: click keeps a command's help option from its first use, and
    # other tests of this process may have used the command alone
    code = "import sys, test_docs; sys.stdout.write(test_docs.manual())"
    made = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        check=True,
    )
    golden(ROOT / "docs" / "commands.md", made.stdout)


@pytest.mark.parametrize("name", sorted(n for n, r in readers().items() if r.keys))
def test_the_page_of_a_format_lists_every_key(name: str, golden) -> None:
    page = ROOT / "docs" / "formats" / f"{name}.md"
    before, mark, _ = page.read_text(encoding="utf-8").partition("## Every key\n")
    table = markdown(readers()[name].keys)
    stated = (
        f"## Every key\n\nMade from the reader's table; the first row that fits decides.\n\n{table}"
    )
    golden(page, f"{before if mark else before + chr(10)}{stated}".encode())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("name", sorted(readers()))
def test_every_format_has_a_page_or_a_mention(name: str) -> None:
    pages = (ROOT / "docs" / "formats").glob("*.md")
    assert any(f"`{name}`" in page.read_text(encoding="utf-8") for page in [*pages, *PAGES])


def test_no_page_names_a_path_of_a_machine() -> None:
    for page in PAGES:
        match = re.search(r"(?<![\w./])/(?:work|root|home)/", page.read_text(encoding="utf-8"))
        assert match is None, f"{page.name}: {match and match[0]}"


def test_the_walks_of_the_architecture_name_what_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    walks = text[text.index("## A document comes in") : text.index("## What a store holds")]
    package = ROOT / "src" / "provenance_graph"
    for name in re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]+)`", walks):
        there = [package / f"{name}.py", package / name, package / Path(name).parent]
        stem = name.rpartition("/")[2]
        named = there[2].with_suffix(".py")  # a function of a module is written module/function
        assert (
            there[0].is_file()
            or there[1].is_dir()
            or (named.is_file() and f"def {stem}" in named.read_text(encoding="utf-8"))
        ), name
