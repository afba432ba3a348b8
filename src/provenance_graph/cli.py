"""The command line: dispatch to the commands, exit codes, top-level errors."""

from __future__ import annotations

import gc
import importlib
import io
import os
import pkgutil
import sys

import click

from provenance_graph import commands
from provenance_graph.core.errors import ProvenanceError, StoreError
from provenance_graph.core.threads import is_refused, no_thread
from provenance_graph.options import ANY_PATH, checked_texts, first_sentence
from provenance_graph.session import Session
from provenance_graph.tables import fitted

DONE, FINDINGS, USAGE, NO_STORE = 0, 1, 2, 3
"""Exit codes: done; findings above the given severity; wrong usage or input; no store."""

_ALIASES = {"import": "import_", "licenses": "licences"}

_SUBJECTS = {
    "models": "Find and look at models, datasets, organisations",
    "lineage": "Where they come from, what comes from them",
    "licences": "What they may be used for",
    "documents": "Documents: checked, exported, signed",
    "queries": "Questions and the policy behind the answers",
    "records": "What you record, run and keep up to date",
    "serving": "For browsers, programs and assistants",
    "stores": "The store itself",
}
"""Headings of the help text, by the folder of the commands under each."""


class Commands(click.Group):
    """A group whose commands are found by module name and imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(name.strip("_").replace("_", "-") for name in _modules())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported now; None where there is none."""
        name = _ALIASES.get(cmd_name, cmd_name.replace("-", "_"))
        if (module := _modules().get(name)) is None:
            return None
        result = importlib.import_module(module).command
        assert isinstance(result, click.Command)
        return checked_texts(result)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by subject, each with the first sentence of its help."""
        folders = {name: module.split(".")[-2] for name, module in _modules().items()}
        for subject, heading in _SUBJECTS.items():
            names = [name for name, folder in folders.items() if folder == subject]
            listed = sorted(name.strip("_").replace("_", "-") for name in names)
            rows = [(name, first_sentence(self.get_command(ctx, name))) for name in listed]
            with formatter.section(heading):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a closed standard output (``| head``) is not a failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would exit with 1
            return _output_unread()


def _modules() -> dict[str, str]:
    """The module of each command by its last name; no command is imported."""
    walked = pkgutil.walk_packages(commands.__path__, f"{commands.__name__}.")
    return {one.name.rpartition(".")[2]: one.name for one in walked if not one.ispkg}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--store",
    "store_path",
    type=ANY_PATH,
    default="var/graph",
    envvar="PROVENANCE_GRAPH_STORE",
    show_default=True,
    metavar="PATH|URL",
    help="The store's folder, or the address of a SPARQL service.",
)
@click.version_option(package_name="provenance-graph", prog_name="provenance-graph")
@click.pass_context
def app(ctx: click.Context, store_path: str) -> None:
    """Say where an AI model comes from, what it may be used for, and who says so."""
    session = Session(store_path)
    ctx.obj = session
    ctx.call_on_close(session.closing.close)


def _output_unread() -> int:
    """Discard further output to a closed standard output; returns the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return DONE


def _opened_streams() -> None:
    """Open the null device for each standard stream that the caller closed (``>&-``).

    Otherwise the next file that is opened, such as one of the store, would take its number.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _refused(why: str, code: int = USAGE) -> int:
    """Write the reason to standard error; returns the exit code."""
    sys.stderr.write(fitted(f"provenance-graph: {why}", sys.stderr) + "\n")
    return code


def _undecoded() -> str:
    """A message about the argument that is not UTF-8; re-raises the present error if all are."""
    for argument in sys.argv[1:]:
        try:
            argument.encode()
        except UnicodeEncodeError:
            return f"{argument.encode(errors='surrogateescape')!r} is not UTF-8"
    raise


def main() -> None:
    """Run the command line and exit with its exit code."""
    _opened_streams()
    gc.set_threshold(100_000, 50, 100)  # imports and answers create many objects and free few
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without Unicode shows ? instead
            stream.reconfigure(errors="replace")
    try:
        result = app.main(prog_name="provenance-graph", standalone_mode=False)
        code = result if isinstance(result, int) else DONE
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.Abort:
        sys.stderr.write("stopped\n")
        code = 130
    except click.ClickException as wrong:
        wrong.show()
        code = USAGE
    except BrokenPipeError:
        code = _output_unread()
    except UnicodeEncodeError:
        code = _refused(_undecoded())
    except OSError as wrong:  # a file that cannot be written, a full disk
        code = _refused(f"{wrong.filename or 'writing'}: {wrong.strerror or wrong}")
    except StoreError as wrong:
        code = _refused(str(wrong), NO_STORE)
    except ProvenanceError as wrong:
        code = _refused(str(wrong))
    except BaseException as wrong:  # libraries in Rust panic outside Exception
        if not is_refused(wrong):
            raise
        code = _refused(no_thread("the same command"), NO_STORE)
    gc.freeze()  # the process ends: a last collection would free nothing
    sys.exit(code)


if __name__ == "__main__":
    main()
