"""``mcp``: an MCP server for assistants, on standard input and output or over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenance_graph.options import SECONDS
from provenance_graph.session import Session
from provenance_graph.store.values import SparqlQuery

if TYPE_CHECKING:
    from provenance_graph.assistant.server import Query
    from provenance_graph.store.base import Limits


@click.command()
@click.option(
    "--transport",
    type=click.Choice(["stdio", "http"]),
    default="stdio",
    show_default=True,
    help="How clients connect.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="For http.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="For http."
)
@click.option(
    "--seconds",
    type=SECONDS,
    default=10.0,
    show_default=True,
    help="Time limit of a SPARQL query.",
)
@click.pass_obj
def command(session: Session, transport: str, host: str, port: int, seconds: float) -> None:
    """Serve the graph to assistants by the Model Context Protocol, read-only.

    Every value comes with its receipt; an undisclosed fact is never answered with a value;
    `cite_check` marks each statement of a text as supported, contradicted, undisclosed or unknown.
    """
    from provenance_graph import __version__
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.assistant import make_server
    from provenance_graph.store.base import Limits
    from provenance_graph.store.opening import derived_folder
    from provenance_graph.store.processes import collect_regularly

    collect_regularly()
    store = session.store()
    folder = derived_folder(session.store_path)
    limits = Limits(seconds=seconds, rows=1_000, answer_bytes=1 << 20)
    accepted_snapshots: dict[str, AcceptedSnapshot] = {}

    def snapshot(day: str) -> AcceptedSnapshot:
        accepted_snapshot = accepted_snapshots.get(day)
        if accepted_snapshot is None or accepted_snapshot.version != store.version:
            if len(accepted_snapshots) >= 8:
                accepted_snapshots.clear()
            accepted_snapshot = accepted_snapshots[day] = AcceptedSnapshot(
                store, day, folder=folder
            )
        return accepted_snapshot

    server = make_server(snapshot, _bounded(session, limits), __version__)
    if transport == "stdio":
        server.run("stdio")
    else:
        # stateless: clients could open sessions without limit
        server.run("streamable-http", host=host, port=port, stateless_http=True)


def _bounded(session: Session, limits: Limits) -> Query:
    """A query function that runs SPARQL in a bounded process; a remote service has own bounds."""
    from provenance_graph.store.pool.pool import WorkerPool

    media_type = "application/sparql-results+json"
    if session.is_remote:
        store = session.store()
        return lambda text: store.serialize(SparqlQuery(text, limits=limits), media_type).body
    pool = session.closing.enter_context(WorkerPool(session.folder, size=1, limits=limits))
    return lambda text: pool.serialize(SparqlQuery(text, limits=limits), media_type).body
