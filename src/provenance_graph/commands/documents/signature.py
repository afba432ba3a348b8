"""``signature``: verification of a signed statement about a model, and of its files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from provenance_graph.core.texts import one_line
from provenance_graph.options import FilePath, format_option
from provenance_graph.session import Session

_FILE = FilePath(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", metavar="FILE", type=_FILE)
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=_FILE,
    metavar="PUB",
    help="A public key (PEM) that may have made the signature; repeatable.",
)
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=_FILE,
    metavar="CERT",
    help="A root certificate (PEM) to which the signer's certificate may chain; repeatable.",
)
@click.option(
    "--log-key",
    "log_keys",
    multiple=True,
    type=_FILE,
    metavar="PUB",
    help="The key of a transparency log, which proves when it was signed.",
)
@click.option(
    "--files",
    "folder",
    type=FilePath(path_type=Path),
    metavar="FOLDER",
    help="The files of the model, to be compared with the signed digests.",
)
@click.option(
    "--on",
    "day",
    default="",
    metavar="DATE",
    help="The day on which certificates must be valid (default: today).",
)
@format_option("table", "json", "csv")
@click.pass_obj
def command(
    session: Session,
    file: Path,
    keys: tuple[Path, ...],
    roots: tuple[Path, ...],
    log_keys: tuple[Path, ...],
    folder: Path | None,
    day: str,
    form: str,
) -> int:
    """Verify the signature in FILE, a sigstore bundle or DSSE envelope, without any network.

    Exits 0 where it is verified (and, with --files, the files are the signed ones), 1 where it is
    not, 2 where FILE holds no signature.
    """
    from provenance_graph.core.errors import SourceError, UsageError
    from provenance_graph.core.iris import Iri
    from provenance_graph.formats.document import Document
    from provenance_graph.formats.packaging import modelsigning, signatures

    data, moment = _content(file), _moment(day)
    document = Document(Iri("urn:file:signature"), data, moment.date().isoformat(), file.name)
    try:
        bundle, statement = modelsigning.parts(document)
    except SourceError as error:
        raise UsageError(str(error).replace(document.url, str(file))) from error
    trusted = signatures.trust(keys, roots, log_keys, moment)
    outcome = signatures.check(bundle, trusted)
    wrong = [modelsigning.forged_root(statement)] if modelsigning.forged_root(statement) else []
    if folder is not None:
        wrong += list(signatures.changed_files(statement, folder))
    holds = outcome.state is signatures.SignatureState.VERIFIED and not wrong
    signer = outcome.signer or modelsigning.signer(bundle)
    result = _Result(outcome.state.value, outcome.why, signer, folder, wrong, holds)
    if form == "json":
        session.print_json(result.to_json())
    elif form == "csv":
        session.print_table(("check", "result"), result.rows(), form)
    else:
        lines = (f"{label:12} {one_line(text)}\n" for label, text in result.rows())
        sys.stdout.write("".join(lines))
    return 0 if holds else 1


def _content(file: Path) -> bytes:
    """The bytes of a file; raises UsageError for one longer than a document may be."""
    from provenance_graph.core.errors import UsageError
    from provenance_graph.formats.parsing import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: it cannot be read: {error.strerror}") from error


def _moment(day: str) -> datetime:
    """The time at which certificates must be valid, by default now; raises UsageError."""
    from provenance_graph.core.errors import UsageError

    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else datetime.now(UTC)
    except ValueError as error:
        raise UsageError(f"--on {day}: no day; write it as 2026-03-01") from error


@dataclass(frozen=True, slots=True)
class _Result:
    """The result of a verification, with the folder of files that were compared."""

    state: str
    why: str
    signer: str
    folder: Path | None
    differences: Sequence[str]
    holds: bool

    def to_json(self) -> dict[str, object]:
        """The result as JSON."""
        return {
            "signature": self.state,
            "why": self.why,
            "signer": self.signer,
            "files": "not compared" if self.folder is None else "compared",
            "differences": self.differences,
            "holds": self.holds,
        }

    def rows(self) -> list[tuple[str, str]]:
        """Each check with its result as a row, the verdict last."""
        verdict = _verdict(self.holds, bool(self.differences), self.folder)
        return [
            ("signature", f"{self.state}: {self.why}"),
            *([("signer", self.signer)] if self.signer else []),
            *(("differs", each) for each in self.differences),
            ("OK" if self.holds else "NOT OK", verdict),
        ]


def _verdict(holds: bool, differs: bool, folder: Path | None) -> str:
    if holds:
        return "signed by this signer" + (
            "" if folder is None else ", and the files are the signed ones"
        )
    return "the files are not the signed ones" if differs else "there is no proof of who signed it"
