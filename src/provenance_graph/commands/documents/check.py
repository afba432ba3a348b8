"""``check``: documents against their format, shapes, and the store's knowledge of their parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.commands.documents.validate import (
    FORMATS,
    document_options,
    least_of,
    of_documents,
    severity_options,
)
from provenance_graph.core import clock
from provenance_graph.options import ANY_PATH, format_option, limit_option
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.checking import Examined
    from provenance_graph.checking.documents import Checker
    from provenance_graph.core.iris import Iri
    from provenance_graph.formats.document import Document
    from provenance_graph.shapes import Severity


@click.command()
@click.argument("paths", nargs=-1, required=True, type=ANY_PATH, metavar="FILE...")
@severity_options
@click.option(
    "--against",
    "rubrics",
    multiple=True,
    metavar="ID",
    shell_complete=completion.lists,
    help="Also a list of elements (g7-ai, ntia, bsi, fsct3, owasp-aisvs), a form (eu-annex-xi …) or a rubric.",
)
@document_options
@limit_option(200, "Maximum number of lines of the table.")
@format_option(*FORMATS)
@click.pass_obj
@with_receipts
def command(
    session: Session,
    paths: tuple[str, ...],
    severity: str,
    strict: bool,
    rubrics: tuple[str, ...],
    shape_files: tuple[Path, ...],
    document_form: str,
    limit: int,
    form: str,
) -> int:
    """Check documents: cards, BOMs, folders of them, fleet.toml. Nothing is stored.

    All checks of `validate`, and with the store: licences against those of parents and data,
    unknown parents (did you mean …), a model that would descend from itself, and with --against
    each element of a list: met (shown with --severity info), stated blank, contradicted, or stated
    by no source, with the values that the store has instead. With --against, an argument that is no
    path may name a model of the store. Of fleet.toml the models of each system are checked as by
    `fleet check`. Exits 1 for findings of at least --severity, 2 when a path does not exist or
    nothing could be read.
    """
    from provenance_graph.checking.upstream import Upstream

    today = clock.today()
    store = session.store()
    snapshot = session.snapshot()
    checkers: list[Checker] = []
    if rubrics:
        from provenance_graph.checking.against import checker_named

        checkers = [checker_named(name, store, snapshot) for name in rubrics]
    models = _models(snapshot, paths) if rubrics else {}
    least = least_of(severity, strict)
    reported = _of_models(session, snapshot, models, checkers, least)
    documents = tuple(path for path in paths if path not in models)
    upstream = Upstream(store, snapshot)
    return of_documents(
        session,
        documents,
        least,
        shape_files,
        document_form,
        limit,
        form,
        [upstream, *checkers],
        reported,
        lambda document, file: _of_fleet(snapshot, today, document, file),
    )


def _of_fleet(
    snapshot: AcceptedSnapshot, day: str, document: Document, file: str
) -> Examined | None:
    """The findings on the systems of a fleet document; None for any other document."""
    if not document.name.endswith(".toml"):
        return None
    from provenance_graph.checking.fleets import FleetDocuments  # loading it takes a moment

    return FleetDocuments(snapshot, day)(document, file)


def _models(snapshot: AcceptedSnapshot, paths: Sequence[str]) -> dict[str, Iri]:
    """The models of the store that arguments name, by argument; an existing path is none."""
    from provenance_graph.core.errors import Ambiguous, NotFound
    from provenance_graph.model.bundles.gather import subject_named

    iris: dict[str, Iri] = {}
    for path in paths:
        if path == "-" or set(path) & set("*?[") or Path(path).exists():
            continue
        try:
            iris[path] = subject_named(snapshot, path)
        except (NotFound, Ambiguous):
            continue  # a path that does not exist, which is reported as one
    return iris


def _of_models(
    session: Session,
    snapshot: AcceptedSnapshot,
    models: Mapping[str, Iri],
    checkers: Sequence[Checker],
    least: Severity,
) -> list[Examined]:
    """The findings on models of the store from lists of elements, at least of a severity."""
    if not models:
        return []
    from provenance_graph.checking import Examined
    from provenance_graph.checking.against import of_model
    from provenance_graph.model.naming.entities import kind_of

    reported = []
    for name, model in models.items():
        findings = of_model(snapshot, model, checkers)
        kind = kind_of(snapshot, model)
        session.say(f"{name} is not a file: the {kind} of the store is checked")
        retained = tuple(replace(f, file=name) for f in findings if f.severity >= least)
        reported.append(Examined(name, retained))
    return reported
