"""``query``: SPARQL 1.1 from a file, standard input or the command line."""

from __future__ import annotations

import errno
import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.cited import with_receipts
from provenance_graph.core.errors import QuerySyntax, UsageError
from provenance_graph.options import ANY_PATH, SECONDS, format_option, unused
from provenance_graph.session import Session, render
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.store.base import Answer

SOLUTIONS = {
    "table": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
GRAPHS = {
    "table": "text/turtle",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "xml": "application/rdf+xml",
}
ALL = ("table", "json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld")
_FORM = re.compile(
    r"(?:#[^\n]*\n|\s|(?i:prefix)\s+[^\s:]*:\s*<[^>]*>|(?i:base)\s*<[^>]*>)*(?P<form>[A-Za-z]+)"
)


@click.command()
@click.argument("file", default="-", type=ANY_PATH, metavar="[FILE|-]")
@click.option("-e", "--text", default="", help="The query itself, instead of a file.")
@format_option(*ALL)
@click.option(
    "--timeout",
    type=SECONDS,
    default=60.0,
    show_default=True,
    help="Time limit in seconds.",
)
@click.pass_obj
@with_receipts
def command(session: Session, file: str, text: str, form: str, timeout: float) -> None:
    """Answer a SPARQL 1.1 query; the project's prefixes need not be declared.

    The query runs in a confined process: it cannot reach the network, and it is stopped at
    its time and memory limits.
    """
    from provenance_graph.model.questions.stored import prefixes

    if text:
        unused("is not read with -e", "file")
    query = prefixes(text or _read(file))
    media_type = _media_type(query, form)
    if session.citing and "sparql-results" not in media_type and "separated" not in media_type:
        raise UsageError("--receipts needs SELECT; CONSTRUCT can return the claims themselves")
    answer = _answer(session, query, media_type, timeout)
    if session.citing:
        session.cite(session.snapshot(), _entities(answer))
    if form == "json" and session.receipts is not None:
        session.print_json(json.loads(answer.body))
        return
    if form == "table" and answer.media_type.startswith("text/tab"):
        if not _print_solutions(answer):
            session.say("the query has no solutions")
    elif form == "table" and answer.kind == "ask":
        click.echo("yes" if json.loads(answer.body)["boolean"] else "no")
    else:
        sys.stdout.buffer.write(answer.body)
        if not answer.body.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
    if answer.truncated:
        session.say("the remote service cut this answer short")


def _entities(answer: Answer) -> Iterator[str]:
    """The terms in the solutions of an answer, row by row."""
    text = answer.body.decode()
    if answer.media_type.startswith("text/tab"):
        for line in text.split("\n")[1:]:
            yield from (cell[1:-1] for cell in line.split("\t") if cell.startswith("<"))
        return
    for row in json.loads(text).get("results", {}).get("bindings", ()):
        yield from (cell["value"] for cell in row.values() if cell["type"] == "uri")


def _read(file: str) -> str:
    from provenance_graph.formats.walk import is_open_pipe

    try:
        if file != "-" and not (Path(file).is_file() or is_open_pipe(Path(file))):
            if Path(file).exists():
                raise UsageError(f"{file} is not a file")
            raise FileNotFoundError(errno.ENOENT, "no such file")
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{file}: byte {error.start} is not UTF-8, which SPARQL is written in"
        ) from None
    except (FileNotFoundError, ValueError):
        raise _no_file(file) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise _no_file(file) from None
        raise UsageError(f"{file}: {error.strerror}") from None


def _no_file(file: str) -> UsageError:
    """The error for a text that is no file's name; most likely a query without ``-e``."""
    text = file if len(file) <= 60 else f"{file[:60]}…"
    return UsageError(f"no file {text!r}; give the query itself with -e 'SELECT …'")


def _media_type(query: str, form: str) -> str:
    """The media type for a form of query and an output format."""
    match = _FORM.match(query)
    kind = match["form"].upper() if match else ""
    if kind not in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
        raise QuerySyntax(
            f"a query is SELECT, ASK, CONSTRUCT or DESCRIBE, not {kind or 'an empty text'}"
        )
    known = SOLUTIONS if kind in ("SELECT", "ASK") else GRAPHS
    if kind == "ASK" and form in ("table", "csv", "tsv"):
        return SOLUTIONS["json"] if form == "table" else SOLUTIONS["csv"]
    if form not in known:
        raise UsageError(f"{kind} answers in {', '.join(known)}, not {form}")
    return known[form]


def _answer(session: Session, query: str, media_type: str, seconds: float) -> Answer:
    from provenance_graph.store.base import Limits, SparqlQuery

    limits = Limits(seconds=seconds)
    sparql_query = SparqlQuery(query, limits=limits)
    if session.is_remote:
        return session.store().serialize(sparql_query, media_type)
    from provenance_graph.store.pool.pool import WorkerPool

    with ExitStack() as stack:
        pool = stack.enter_context(WorkerPool(session.folder, size=1, limits=limits))
        return pool.serialize(sparql_query, media_type)


def _print_solutions(answer: Answer) -> int:
    """Print the solutions as a table; returns their number."""
    lines = answer.body.decode().removesuffix("\n").split("\n")  # texts may have other breaks
    if not lines[0]:
        count = len(lines) - 1
        sys.stdout.write(f"{counted(count, 'solution')} without a variable\n")
        return count
    columns = [name.lstrip("?") for name in lines[0].split("\t")]
    rows = [[_cell(cell) for cell in line.split("\t")] for line in lines[1:]]
    if rows:
        sys.stdout.write(render(columns, rows, "table"))
    return len(rows)


def _cell(text: str) -> str:
    """A term of SPARQL TSV as text for display."""
    from provenance_graph.core.iris import short_id

    if text.startswith("<") and text.endswith(">"):
        return short_id(text[1:-1])
    if text.startswith('"'):
        body = text[1 : text.rfind('"')]
        return re.sub(r"\\(.)", lambda m: {"n": " ", "t": " ", "r": " "}.get(m[1], m[1]), body)
    return text
