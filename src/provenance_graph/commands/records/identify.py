"""``identify``: identity of names, decided by rules and by review, over any store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.cited import with_receipts
from provenance_graph.options import FilePath, format_option, limit_option
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.acceptance.sssom import Mapping
    from provenance_graph.matching.identify import IdentityOutcome
    from provenance_graph.matching.review_file import Reviewed

VERDICTS = ("candidate", "barred", "related", "same")


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
    type=click.Choice(VERDICTS),
    multiple=True,
    default=("candidate",),
    help="Which pairs to list: open ones, those that a rule separates, related ones, those decided.",
)
@click.option(
    "--review",
    "review",
    type=FilePath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the open pairs to FILE (.csv or .tsv); where FILE exists, keep its decisions.",
)
@click.option("--apply", "apply", is_flag=True, help="Store what the rules decide.")
@click.option(
    "--data",
    type=FilePath(exists=True, file_okay=False, path_type=Path),
    help="Write the rules' rows of identity.sssom.tsv in this data folder again.",
)
@click.option("--dry-run", is_flag=True, help="Report what would be decided; write nothing.")
@limit_option(0, "Only the first N pairs; 0 for all.", least=0)
@format_option()
@click.pass_obj
@with_receipts
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
    """Names that mean one entity: decided, left open or kept apart by the rules, with reasons.

    Models, datasets, organisations and licences of any store. Imports apply these rules to the
    names they bring. A review file has one row per pair: enter accept, reject or withdraw with a
    reason and an author, and pass the file again.
    """
    from provenance_graph.matching.identify import identify
    from provenance_graph.matching.outcome import COLUMNS, PairVerdict

    if data is not None:
        _rewrite(session, data, dry_run=dry_run, form=form)
        return
    result = identify(session.snapshot(), kinds)
    if review is not None:
        _review(session, result, review, dry_run=dry_run)
        return
    if apply:
        _refresh(session, result, dry_run=dry_run)
        return
    pairs = result.of(*(PairVerdict[name.upper()] for name in shown))
    pairs = pairs[:limit] if limit else pairs
    session.cite(session.snapshot(), (pair.subject for pair in pairs))
    session.print_table(COLUMNS, [pair.row() for pair in pairs], form)
    counts = ", ".join(f"{len(result.of(verdict)):,} {verdict.value}" for verdict in PairVerdict)
    session.say(f"{len(result.pairs):,} pairs: {counts}")


def _rewrite(session: Session, data: Path, *, dry_run: bool, form: str) -> None:
    from provenance_graph.core.iris import short_id
    from provenance_graph.ingest.identify import decide
    from provenance_graph.ingest.shipped import IDENTITY
    from provenance_graph.matching.review_file import rewrite

    decided = decide(data).mappings
    if dry_run:
        rows = [(short_id(r.subject), short_id(r.object), r.confidence, r.comment) for r in decided]
        session.print_table(("name", "is", "confidence", "why"), rows, form)
    else:
        path = data / IDENTITY
        path.write_text(rewrite(path.read_text(encoding="utf-8"), decided), encoding="utf-8")
    session.say(f"{len(decided)} names decided by rule")


def _review(session: Session, outcome: IdentityOutcome, path: Path, *, dry_run: bool) -> None:
    from provenance_graph.core.errors import UsageError
    from provenance_graph.ingest.identify import stored_mappings
    from provenance_graph.matching.review_file import decided_pairs, decisions, review

    if path.suffix not in (".csv", ".tsv"):
        raise UsageError(f"{path}: a review file ends in .csv or .tsv")
    if not path.exists():
        pairs = [*outcome.pairs, *decided_pairs(stored_mappings(session.store()))]
        delimiter = "," if path.suffix == ".csv" else "\t"
        if not dry_run:
            path.write_text(review(pairs, delimiter=delimiter), encoding="utf-8")
        session.say(f"{len(pairs):,} pairs written to {path}; decide and give it again")
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start:,}; save it as UTF-8") from error
    reviewed = decisions(text, outcome.pairs, stored_mappings(session.store()), str(path))
    _keep(session, reviewed, dry_run=dry_run)


def _refresh(session: Session, outcome: IdentityOutcome, *, dry_run: bool) -> None:
    """Apply the identity rules to every name, as an import applies them to its own names."""
    from provenance_graph.ingest.identify import refresh
    from provenance_graph.store.embedded import EmbeddedStore

    rows = outcome.mappings
    if dry_run:
        session.say(f"{_counts(rows)} to be decided; nothing written")
        return
    _require_own_store(session)
    with EmbeddedStore.open_writer(session.folder) as store:
        done = refresh(store, session.levels())
    session.say(f"{len(done.subjects):,} entities resolved again; version {done.version}")


def _keep(session: Session, reviewed: Reviewed, *, dry_run: bool) -> None:
    from provenance_graph.ingest.identify import settle
    from provenance_graph.store.embedded import EmbeddedStore

    _require_own_store(session)
    what = f"{_counts(reviewed.rows)}, {len(reviewed.withdrawn):,} withdrawn"
    if dry_run or not (reviewed.rows or reviewed.withdrawn):
        session.say(f"{what}; nothing written")
        return
    with EmbeddedStore.open_writer(session.folder) as store:
        done = settle(store, reviewed.rows, session.levels(), withdrawn=reviewed.withdrawn)
    session.say(f"{what}; {len(done.subjects):,} entities resolved again; version {done.version}")


def _require_own_store(session: Session) -> None:
    from provenance_graph.core.errors import UsageError

    if session.is_remote:
        raise UsageError("decisions are written into a local store; this one is remote")


def _counts(rows: Sequence[Mapping]) -> str:
    same = sum(row.merges for row in rows)
    different = sum(row.negated for row in rows)
    return f"{same:,} pairs one entity, {different:,} different, {len(rows) - same - different:,} related"
