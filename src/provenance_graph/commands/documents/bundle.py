"""``bundle``: an export with all claims behind it, in one file that can be signed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from provenance_graph import completion
from provenance_graph.options import FilePath, as_of_option, output_option
from provenance_graph.session import Session


@click.command()
@click.argument(
    "models", nargs=-1, required=True, metavar="MODEL...", shell_complete=completion.described
)
@output_option
@click.option(
    "--key",
    "--sign",
    "key",
    type=FilePath(dir_okay=False, path_type=Path),
    metavar="PRIV",
    help="Sign with this Ed25519 key (PEM or OpenSSH).",
)
@click.option(
    "--as",
    "formats",
    multiple=True,
    metavar="FORMAT",
    help="Include an export in this format; repeatable (default: cyclonedx).",
)
@as_of_option
@click.option("--no-ancestors", is_flag=True, help="Leave out the ancestors of the models.")
@click.pass_obj
def command(
    session: Session,
    models: tuple[str, ...],
    output: Path | None,
    key: Path | None,
    formats: tuple[str, ...],
    as_of: str,
    no_ancestors: bool,
) -> None:
    """Write MODELs (or datasets) with all claims, headers, identity rows and the policy behind.

    With the file and the public key, `verify` recomputes each accepted value, without this store
    and without a network.
    """
    from provenance_graph.formats.bundles.keys import private_key
    from provenance_graph.model.bundles.gather import subject_named
    from provenance_graph.receipts.make import make

    password = os.environ.get("PROVENANCE_GRAPH_KEY_PASSWORD", "")
    signing = private_key(key, password) if key else None
    snapshot = session.snapshot(as_of)
    subjects = [subject_named(snapshot, name) for name in models]
    session.say_unknown(snapshot, *subjects)
    data = make(
        snapshot,
        subjects,
        formats or ("cyclonedx",),
        ancestors=not no_ancestors,
        key=signing,
    )
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)
    if signing is None:
        session.say("not signed: the digests show a change, not who made the bundle")
