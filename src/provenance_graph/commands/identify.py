"""``identify``: which names mean one thing, decided by rule and by review, over any store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.acceptance.sssom import Mapping
    from provenance_graph.matching.identify import Outcome

SHOWN = ("candidate", "barred", "related", "same")


@click.command()
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    help="Only organization, model, dataset or licence (repeat for several).",
)
@click.option(
    "--show",
    "shown",
    type=click.Choice(SHOWN),
    multiple=True,
    default=("candidate",),
    help="Which pairs to list: open ones, those kept apart, related ones, those decided.",
)
@click.option(
    "--review",
    "review",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the open pairs to FILE (.csv or .tsv); where FILE exists, keep its decisions.",
)
@click.option("--apply", "apply", is_flag=True, help="Keep what the rules decide in the store.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Write the rules' rows of identity.sssom.tsv in this data folder again.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be decided; write nothing.")
@click.option("--limit", default=0, help="Only the first N pairs.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@click.pass_obj
def command(
    session: Session,
    kinds: tuple[str, ...],
    shown: tuple[str, ...],
    review: Path | None,
    apply: bool,
    data: Path | None,
    dry_run: bool,
    limit: int,
    form: str,
) -> None:
    """Names that mean one thing: what the rules decide, leave open and keep apart, with reasons.

    Models, datasets, organisations and licences of any store. A review file holds one row a pair;
    put accept or reject with a reason and an author into it and give it again.
    """
    from provenance_graph.matching.identify import identify
    from provenance_graph.matching.outcome import COLUMNS, Verdict

    if data is not None:
        _rewrite(session, data, dry_run=dry_run, form=form)
        return
    result = identify(session.snapshot(), kinds)
    if review is not None:
        _review(session, result, review, dry_run=dry_run)
        return
    if apply:
        _settle(session, result, dry_run=dry_run)
        return
    pairs = result.of(*(Verdict[name.upper()] for name in shown))
    session.print_table(COLUMNS, [pair.row() for pair in (pairs[:limit] if limit else pairs)], form)
    counts = ", ".join(f"{len(result.of(verdict)):,} {verdict.value}" for verdict in Verdict)
    session.say(f"{len(result.pairs):,} pairs: {counts}")


def _rewrite(session: Session, data: Path, *, dry_run: bool, form: str) -> None:
    from provenance_graph.core.iris import short_id
    from provenance_graph.ingest.build import IDENTITY
    from provenance_graph.ingest.identify import decide
    from provenance_graph.matching.review_file import rewrite

    decided = decide(data).mappings
    if dry_run:
        rows = [(short_id(r.subject), short_id(r.object), r.confidence, r.comment) for r in decided]
        session.print_table(("name", "is", "confidence", "why"), rows, form)
    else:
        path = data / IDENTITY
        path.write_text(rewrite(path.read_text(encoding="utf-8"), decided), encoding="utf-8")
    session.say(f"{len(decided)} names decided by rule")


def _review(session: Session, outcome: Outcome, path: Path, *, dry_run: bool) -> None:
    from provenance_graph.core.errors import UsageError
    from provenance_graph.ingest.identify import held
    from provenance_graph.matching.outcome import Verdict
    from provenance_graph.matching.review_file import decisions, review

    if path.suffix not in (".csv", ".tsv"):
        raise UsageError(f"{path}: a review file ends in .csv or .tsv")
    if not path.exists():
        pairs = outcome.of(Verdict.CANDIDATE, Verdict.BARRED, Verdict.SAME, Verdict.RELATED)
        delimiter = "," if path.suffix == ".csv" else "\t"
        if not dry_run:
            path.write_text(review(pairs, delimiter=delimiter), encoding="utf-8")
        session.say(f"{len(pairs):,} pairs written to {path}; decide and give it again")
        return
    rows = decisions(
        path.read_text(encoding="utf-8"), outcome.pairs, held(session.store()), str(path)
    )
    _keep(session, rows, dry_run=dry_run)


def _settle(session: Session, outcome: Outcome, *, dry_run: bool) -> None:
    _keep(session, outcome.mappings, dry_run=dry_run)


def _keep(session: Session, rows: list[Mapping], *, dry_run: bool) -> None:
    from provenance_graph.assessment.derived import EvidenceLevels
    from provenance_graph.core.errors import UsageError
    from provenance_graph.ingest.identify import settle
    from provenance_graph.store.embedded import EmbeddedStore

    if session.is_remote:
        raise UsageError("decisions are kept in a store of your own; this one is remote")
    same = sum(row.merges for row in rows)
    apart = sum(row.negated for row in rows)
    what = f"{same:,} pairs one thing, {apart:,} apart, {len(rows) - same - apart:,} related"
    if dry_run or not rows:
        session.say(f"{what}; nothing kept")
        return
    with EmbeddedStore.open_writer(session.folder) as store:
        done = settle(store, rows, EvidenceLevels())
    session.say(f"{what}; {len(done.subjects):,} things judged again; version {done.version}")
