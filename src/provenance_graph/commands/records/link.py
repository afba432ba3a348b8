"""``link``: proposes links to outside data, and records reviewed ones."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Names
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError
from provenance_graph.options import FilePath, format_option
from provenance_graph.session import Session
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.acceptance.sssom import Mapping
    from provenance_graph.core.iris import Iri
    from provenance_graph.formats.fetch.fetcher import Fetcher
    from provenance_graph.linking import LinkLookup

TARGETS = ("wikidata", "hub", "doi", "ror", "spdx")
DEFAULT = "links.sssom.tsv"
SERVICES = {
    "wikidata": "https://wikidata.reconci.link/en/api",
    "wikidata-sparql": "https://query.wikidata.org/sparql",
    "ror": "https://api.ror.org/v2/organizations",
    "hub": "https://huggingface.co/api/models",
    "doi": "https://api.crossref.org/works",
    "arxiv": "https://export.arxiv.org/api/query",
    "spdx": "",
}
DATACITE = "https://api.datacite.org/dois"
MAX_LOOKED_UP = 1_000


@click.command()
@click.argument("models", nargs=-1, metavar="[THING]...", shell_complete=completion.anything)
@click.option(
    "--to",
    "targets",
    type=click.Choice(TARGETS),
    multiple=True,
    help="Which data; all when not given.",
)
@click.option(
    "--look-up",
    "look_up",
    default="",
    metavar="SERVICE",
    help=f"Ask for candidates instead: {', '.join(SERVICES)}, the address of a service like these "
    "(reconciliation, …/sparql, …/organizations, …/api/models, Crossref's …/works, DataCite's …/dois, arXiv's "
    "…/api/query), or the file of a Wikidata dump. "
    "They are proposals, which only a review makes links.",
)
@click.option(
    "--review",
    type=FilePath(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Store the decided rows of a table of proposals: those with an author_id.",
)
@click.option(
    "--keep",
    "keep",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[FILE]",
    help=f"Add the new ones to FILE, or to {DEFAULT} next to the store.",
)
@format_option("sssom", "table", "json", "csv")
@click.pass_obj
def command(
    session: Session,
    models: tuple[str, ...],
    targets: tuple[str, ...],
    look_up: str,
    review: Path | None,
    keep: str | None,
    form: str,
) -> int:
    """Propose links of THINGs, or of every model and dataset, to outside data, as SSSOM rows."""
    from provenance_graph.linking import HEADER
    from provenance_graph.matching import links

    if review is not None:
        return _reviewed(session, review, keep or "")
    snapshot = session.snapshot()
    subjects = _subjects(snapshot, models)
    if look_up:
        rows = _looked_up(session, snapshot, subjects, look_up, named=bool(models))
        _print(session, rows, HEADER, form)
        return 0
    rows = links.links(snapshot, subjects, targets)
    _print(session, rows, links.HEADER, form)
    if rows:
        session.say(
            f"{counted(len(rows), 'link')} proposed for {counted(len(subjects), 'subject')}"
        )
    else:
        wanted = ", ".join(targets or TARGETS)
        session.say(
            f"0 links proposed: no record of these {len(subjects):,} entities holds an address or "
            f"name of {wanted} from which one could be made; --look-up asks a service for candidates"
        )
    if keep is not None:
        _keep(session, rows, keep)
    return 0


COLUMNS = ("subject", "name", "relation", "object", "confidence", "author", "why")


def _print(session: Session, rows: list[Mapping], header: Names[str, str], form: str) -> None:
    """Print links as SSSOM, or a table for display with fewer columns."""
    from provenance_graph.acceptance.sssom import curie, write_sssom
    from provenance_graph.core.iris import short_id, shorten

    if form == "sssom":
        click.echo(write_sssom(rows, header), nl=False)
        return
    table = [
        (
            short_id(row.subject),
            row.subject_label,
            ("not " if row.negated else "") + shorten(row.predicate),
            curie(row.object) if form == "table" else str(row.object),
            row.confidence,
            row.author,
            row.comment,
        )
        for row in rows
    ]
    session.print_table(COLUMNS, table, form)


def _subjects(snapshot: AcceptedSnapshot, names: tuple[str, ...]) -> list[Iri]:
    from provenance_graph.matching import links
    from provenance_graph.model.naming.entities import find_entity

    kinds = ("model", "dataset", "organization", "family", "licence")
    return [find_entity(snapshot, name, kinds).iri for name in names] or links.everything(snapshot)


def _looked_up(
    session: Session, snapshot: AcceptedSnapshot, subjects: list[Iri], service: str, *, named: bool
) -> list[Mapping]:
    """Proposals for some entities, without links that were reviewed already."""
    from provenance_graph.acceptance.sssom import read_table
    from provenance_graph.linking import proposals

    if not named or len(subjects) > MAX_LOOKED_UP:
        raise UsageError(
            f"--look-up asks a service about each entity: name up to {MAX_LOOKED_UP:,} of them"
        )
    today = clock.today()
    with ExitStack() as stack:
        rows = proposals(snapshot, subjects, _lookup(stack, service), today)
    path = _default_table(session)
    decided = set()
    if path.exists():
        table = read_table(path.read_text(encoding="utf-8"), str(path))
        decided = {(row.subject, row.object) for row in table.rows if row.author}
    left = [row for row in rows if (row.subject, row.object) not in decided]
    without = len(subjects) - len({row.subject for row in left})
    session.say(
        f"{counted(len(left), 'link')} proposed for {counted(len(subjects), 'subject')}, none of them written"
        + (f"; {len(rows) - len(left):,} were decided before" if len(rows) > len(left) else "")
        + (f"; for {without:,} no candidate has one of its names" if without else "")
        + "; put your id (id:agent/jane-doe) into author_id (and Not into predicate_modifier for what is wrong), "
        "then `link --review FILE`"
    )
    return left


def _lookup(stack: ExitStack, service: str) -> LinkLookup:
    """The lookup for a service or file; raises UsageError for anything else."""
    import os
    from dataclasses import replace
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    import httpx2

    from provenance_graph.formats.fetch.addresses import resolve
    from provenance_graph.formats.fetch.cache import Cache
    from provenance_graph.formats.fetch.fetcher import Fetcher, FetchSettings
    from provenance_graph.linking import DumpLookup, SpdxLookup

    if service == "spdx":
        return SpdxLookup()
    address = SERVICES.get(service, service)
    if not address.startswith(("http://", "https://")):
        if not Path(service).is_file():
            known = ", ".join(SERVICES)
            raise UsageError(f"{service!r} is neither {known}, an address nor the file of a dump")
        return DumpLookup(Path(service))
    parts = urlsplit(address)
    standard = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = os.environ.get("PROVENANCE_GRAPH_CACHE", str(standard / "provenance-graph"))
    client = stack.enter_context(
        httpx2.Client(timeout=20.0, headers={"user-agent": "provenance-graph"})
    )
    named = service not in SERVICES  # a user may name an address of this machine
    settings = FetchSettings()
    fetcher = Fetcher(
        client,
        replace(settings, hub=f"{parts.scheme}://{parts.netloc}") if named else settings,
        cache=Cache(Path(folder)) if folder else None,
        resolve=None if {"http", "https", "all"} & getproxies().keys() else resolve,
    )
    return _service(fetcher, address, both=service == "doi")


def _service(fetcher: Fetcher, address: str, *, both: bool) -> LinkLookup:
    """The lookup for an address, by the path of its kind; ``both`` uses both DOI registries."""
    from urllib.parse import urlsplit

    from provenance_graph import linking

    path = urlsplit(address).path.rstrip("/")
    if both:
        crossref = linking.CrossrefLookup(fetcher, address)
        return linking.DoiLookup(crossref, linking.DataCiteLookup(fetcher, DATACITE))
    if path.endswith("/api/models"):
        return linking.HubLookup(fetcher, address.rstrip("/").removesuffix("/api/models"))
    kinds: dict[str, Callable[[Fetcher, str], LinkLookup]] = {
        "/organizations": linking.RorLookup,
        "/sparql": linking.SparqlLookup,
        "/works": linking.CrossrefLookup,
        "/dois": linking.DataCiteLookup,
        "/api/query": linking.ArxivLookup,
    }
    made = next((one for end, one in kinds.items() if path.endswith(end)), None)
    return (made or linking.ReconciliationLookup)(fetcher, address)


def _reviewed(session: Session, file: Path, keep: str) -> int:
    """Record the decisions of a reviewed table of proposals, rejections included."""
    from provenance_graph.acceptance.sssom import read_table

    table = read_table(file.read_text(encoding="utf-8"), str(file))
    decided = [row for row in table.rows if row.author]
    if not decided:
        raise UsageError(f"{file}: no row has an author_id, so nothing of it was decided")
    _keep(session, decided, keep)
    refused = sum(row.negated for row in decided)
    open_ = len(table.rows) - len(decided)
    session.say(f"{len(decided):,} decided, {refused:,} of them refused; {open_:,} still open")
    return 0


def _keep(session: Session, rows: list[Mapping], keep: str) -> None:
    from provenance_graph.matching import links

    path = Path(keep) if keep else _default_table(session)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    text, added = links.merged(before, rows, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    session.say(f"{added:,} new of {len(rows):,} links stored in {path}")


def _default_table(session: Session) -> Path:
    return Path(DEFAULT) if session.is_remote else session.folder.parent / DEFAULT
