"""``verify``: checks a bundle's signature, its digests, and its values against its claims."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.core.texts import one_line
from provenance_graph.options import FilePath, format_option
from provenance_graph.session import Session
from provenance_graph.tables import counted

if TYPE_CHECKING:
    from provenance_graph.receipts.verify import Verified


@click.command()
@click.argument("file", metavar="FILE", type=FilePath(path_type=Path))
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=FilePath(dir_okay=False, path_type=Path),
    metavar="PUB",
    help="A public key that may have signed it; repeatable.",
)
@click.option(
    "--keys",
    "key_file",
    type=FilePath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A list of keys with the publishers bound to them.",
)
@format_option("table", "json", "csv")
@click.pass_obj
def command(
    session: Session, file: Path, keys: tuple[Path, ...], key_file: Path | None, form: str
) -> int:
    """Verify the bundle in FILE (- for standard input): no store and no network are needed.

    The signature, every digest, and the accepted values, which are computed again from the
    claims inside under the policy inside. Exits 1 where anything fails, 2 where FILE is no
    bundle.
    """
    from provenance_graph.core.results import dump_json
    from provenance_graph.formats.bundles.keys import NO_KEYS, key_list, public_key
    from provenance_graph.receipts.verify import verify

    bound = key_list(key_file) if key_file else NO_KEYS
    done = verify(_data(file), [public_key(key) for key in keys], bound, str(file))
    if form == "json":
        session.print_json(json.loads(dump_json(done)))
    elif form == "csv":
        session.print_table(("check", "result"), _rows(done), form)
    else:
        sys.stdout.write("".join(f"{label:12} {text}\n" for label, text in _rows(done)))
    return 0 if done.ok else 1


def _data(path: Path) -> bytes:
    from provenance_graph.core.errors import UsageError
    from provenance_graph.formats.parsing import MAX_BYTES

    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from error


def _rows(done: Verified) -> list[tuple[str, str]]:
    """Each check with its result as a row, the verdict last."""
    signature = {
        "verified": f"verified, key {', '.join(key[:16] for key in done.signed_by)}…",
        "not checked": "not checked; give --key PUB",
        "none": "none: the digests show a change, not who made the bundle",
    }.get(done.signature, done.signature)
    rows = [
        ("about", ", ".join(done.about)),
        ("signature", signature),
        ("accepted on", done.as_of or done.day),
        ("store", f"{done.store}, {done.software}"),
        ("made by", done.command),
        ("policy", f"{done.policy} ({done.policy_digest[:23]}…)" if done.policy else "none"),
        (
            "inside",
            f"{done.records:,} records, {done.claims:,} claims, "
            f"{done.facts:,} accepted statements, exports: {', '.join(done.exports) or 'none'}",
        ),
    ]
    rows += [
        ("bound", f"{one.id}: {one.records:,} records are the publisher's own")
        for one in done.publishers
        if one.custody == "Verified"
    ]
    rows += [("FAILS", f"{one_line(one.where)}: {one_line(one.what)}") for one in done.failures]
    if done.failure_count > len(done.failures):
        rows.append(("", f"and {done.failure_count - len(done.failures):,} more"))
    verdict = (
        "every value follows from the claims inside"
        if done.ok
        else f"{counted(done.failure_count, 'check')} failed"
    )
    return [*rows, ("OK" if done.ok else "NOT OK", verdict)]
