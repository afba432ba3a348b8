"""Commands as a shell runs them, in this process: start-up of a process is not what is tested."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from click.testing import CliRunner

from provenance_graph import cli


def run(store: Path, *words: str, given: str = "") -> CompletedProcess[str]:
    """What a command wrote and its exit code; ``given`` is its standard input."""
    line = ["provenance-graph", "--store", str(store), *words]
    code: object = 0
    with (
        CliRunner().isolation(input=given) as (output, errors, _),
        patch.object(sys, "argv", line),
    ):
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code
        sys.stdout.flush()
        sys.stderr.flush()
        written, reported = output.getvalue().decode(), errors.getvalue().decode()
    assert isinstance(code, int)
    return CompletedProcess(line, code, written, reported)
