"""``claim``: a user's own findings, flags on claims, and the log of both."""

from __future__ import annotations

import getpass
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.core.clock import today
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import record_path
from provenance_graph.options import ANY_TEXT, FilePath, Subcommands, format_option, unused
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.recording import Entry

_BY = click.option(
    "--by",
    "who",
    default="",
    metavar="NAME",
    envvar="PROVENANCE_GRAPH_USER",
    help="Who records it (default: your login; environment: PROVENANCE_GRAPH_USER).",
)


@click.group(cls=Subcommands)
def command() -> None:
    """Record what you read: "this document says X", or "searched, not found"."""


@command.command("add")
@click.argument("model", shell_complete=completion.described)
@click.argument("property", shell_complete=completion.properties)
@click.argument("value", required=False, default="", type=ANY_TEXT)
@click.option("--document", required=True, metavar="URL", help="The document that was read.")
@click.option(
    "--place", default="", type=ANY_TEXT, help="Where in it: page, section, line, JSON pointer."
)
@click.option(
    "--basis",
    default="third-party",
    show_default=True,
    help="developer, artifact, measurement, third-party, inference or estimate.",
)
@click.option(
    "--stance",
    default="stated",
    show_default=True,
    help="stated, partly, not-found (searched, not found), blank, declined, not-applicable, none or denied.",
)
@click.option("--not-found", is_flag=True, help="Short for --stance not-found.")
@click.option("--publisher", default="", metavar="NAME|IRI", help="Who published the document.")
@click.option("--retrieved", default="", metavar="DATE", help="When it was read (default: today).")
@click.option(
    "--quote-digest",
    default="",
    type=ANY_TEXT,
    metavar="SHA256",
    help="SHA-256 of the sentence that states it.",
)
@click.option(
    "--quote",
    default="",
    type=ANY_TEXT,
    help="The sentence itself; only its digest is stored.",
)
@click.option("--note", default="", type=ANY_TEXT, help="A remark of yours.")
@_BY
@click.pass_obj
def add(
    session: Session,
    /,
    not_found: bool,
    quote: str,
    who: str,
    **given: str,
) -> None:
    """Record that a document says VALUE of a PROPERTY of MODEL, or that it does not.

    Recorded again for the same document and property, it replaces what you recorded before.
    """
    from provenance_graph.core.claims import Problem
    from provenance_graph.recording.table import entry

    if not_found:
        unused("is not read with --not-found", "stance")
        given["stance"] = "not-found"
    if quote:
        unused("is not read with --quote", "quote_digest")
        given["quote_digest"] = hashlib.sha256(quote.encode()).hexdigest()
    result = entry(given, "")
    if isinstance(result, Problem):
        raise UsageError(result.what + (f" ({result.hint})" if result.hint else ""))
    _keep(session, [("", result)], _who(who), dry=False)


@command.command("import")
@click.argument("path", type=FilePath(path_type=Path), metavar="FILE")
@click.option("--dry-run", is_flag=True, help="Check every finding; store nothing.")
@_BY
@click.pass_obj
def import_(session: Session, path: Path, dry_run: bool, who: str) -> int:
    """Record the findings of FILE (CSV, YAML or JSON; see `claim template`)."""
    from provenance_graph.core.claims import Problem
    from provenance_graph.recording import read_entries

    good: list[tuple[str, Entry]] = []
    bad = 0
    for location, result in read_entries(path):
        if isinstance(result, Problem):
            bad += 1
            session.say(f"{path}: {result}")
        else:
            good.append((f"{path}: {location}: ", result))
    bad += _keep(session, good, _who(who), dry=dry_run)
    if not good and not bad:
        session.say(f"{path}: no findings in it")
        return 2
    return 1 if bad else 0


@command.command("template")
@click.option("--format", "form", type=click.Choice(["yaml", "csv", "schema"]), default="yaml")
def template_(form: str) -> None:
    """A file to fill in, with its fields explained; `schema` is its JSON schema."""
    from provenance_graph.recording import schema, template

    sys.stdout.write(schema() if form == "schema" else template(form))


@command.command("flag")
@click.argument("claim")
@click.option("--why", required=True, help="What is wrong with it.")
@_BY
@click.pass_obj
def flag_(session: Session, claim: str, why: str, who: str) -> None:
    """Flag a CLAIM (or a whole record) as wrong. It is kept and shown with your reason.

    CLAIM is an IRI as `claims --format json` gives it, or a record as `show` names it.
    """
    from provenance_graph.core.errors import NotFound
    from provenance_graph.core.iris import record_named
    from provenance_graph.recording import AuditLog, flag
    from provenance_graph.store.embedded import EmbeddedStore

    _local(session)
    name = record_named(claim)
    with EmbeddedStore.open_writer(session.folder) as store:
        try:
            record = flag(store, name, why, _who(who), today(), session.levels())
        except NotFound as wrong:
            how = '`claims MODEL --format json` gives the IRI of every claim under "claim"'
            raise UsageError(f"{wrong}; {how}") from wrong
    AuditLog(session.folder).add(_who(who), "flag", record, f"{name}: {why}")
    session.say(f"flagged; `retract {record_path(record)}` withdraws the flag")


@command.command("log")
@format_option()
@click.pass_obj
def log(session: Session, form: str) -> int:
    """List who recorded what, and verify the log. Exits 1 where the log was altered."""
    from provenance_graph.recording import AuditLog

    _local(session)
    lines = list(AuditLog(session.folder).lines())
    rows = [
        (one.at, one.who, one.action, one.what, record_path(one.record), one.sound) for one in lines
    ]
    session.print_table(("at", "who", "action", "what", "record", "as written"), rows, form)
    broken = sum(not one.sound for one in lines)
    session.say(
        f"{len(lines)} {'entry' if len(lines) == 1 else 'entries'}"
        + (f", {broken} do not follow from the one before" if broken else ", an unbroken chain")
    )
    return 1 if broken else 0


def _keep(session: Session, entries: Sequence[tuple[str, Entry]], who: str, *, dry: bool) -> int:
    """Record entries one by one, with a message for each; returns the number of failures."""
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.core.iris import local_name, short_id
    from provenance_graph.recording import AuditLog, record_finding
    from provenance_graph.store.embedded import EmbeddedStore

    _local(session)
    if dry:
        return _rehearse(session, entries, who)
    bad = 0
    log = AuditLog(session.folder)
    with EmbeddedStore.open_writer(session.folder) as store:
        for location, result in entries:
            try:
                retained = record_finding(store, result, who, today(), session.levels())
            except UsageError as wrong:
                if not location:
                    raise
                bad += 1
                session.say(f"{location}{wrong}")
                continue
            named = f"{short_id(retained.subject)} {local_name(retained.property)}"
            log.add(
                who,
                "replace" if retained.replaced else "add",
                retained.record,
                f"{named}: {result.value or result.stance} ({result.document})",
            )
            hint = f"; did you mean {', '.join(retained.near)}?" if retained.near else ""
            first = f" (a model that no record named before{hint})" if retained.new_subject else ""
            session.say(f"{'replaced' if retained.replaced else 'recorded'}: {named}{first}")
            if retained.read_as:
                session.say(f"  {retained.read_as}")
            if retained.other_statements:
                session.say(
                    f"  recorded as well, so that both entities are known: {'; '.join(retained.other_statements)}"
                )
            stored = [
                claim
                for claim in AcceptedSnapshot(store).claims(retained.subject, retained.property)
                if claim.header.record == retained.record
            ]
            for claim in stored:
                session.say(
                    f"  {claim.status.label.lower()}: {claim.reason}; `retract {record_path(retained.record)}` withdraws it"
                )
    return bad


def _rehearse(session: Session, entries: Sequence[tuple[str, Entry]], who: str) -> int:
    """Say which entries could be recorded, and store none; returns the number of failures."""
    from provenance_graph.recording.record import near_names, to_record

    bad = 0
    snapshot = session.snapshot()
    for location, result in entries:
        try:
            *_, new = to_record(snapshot, result, who, today())
            if new and (near := near_names(snapshot, result.model)):
                hint = f"did you mean {', '.join(near)}?"
                session.say(f"{location}no record names {result.model} yet; {hint}")
        except UsageError as wrong:
            bad += 1
            session.say(f"{location}{wrong}")
    good = len(entries) - bad
    session.say(f"{good} finding{'' if good == 1 else 's'} could be stored; nothing stored")
    return bad


def _local(session: Session) -> None:
    if session.is_remote:
        raise UsageError("findings are recorded in a local store; name its folder with --store")


def _who(given: str) -> str:
    if given:
        return given
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return os.environ.get("USER") or "somebody"
