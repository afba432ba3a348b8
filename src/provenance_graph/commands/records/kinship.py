"""``kinship``: a comparison of model weights, to confirm or contradict a derivation."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError
from provenance_graph.options import format_option
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.core.iris import Iri
    from provenance_graph.formats.weights.kinship import Kinship


@click.command()
@click.argument("child", metavar="CHILD")
@click.argument("parents", metavar="PARENT...", nargs=-1, required=True)
@click.option(
    "--relation",
    default="",
    metavar="NAME",
    help="How the child is declared to be made: fineTunedFrom, quantizedFrom, mergedFrom, …",
)
@click.option(
    "--record",
    "recorded",
    is_flag=True,
    help="Store what was measured, as claims of basis Measurement.",
)
@click.option(
    "--by",
    "who",
    default="",
    metavar="NAME",
    envvar="PROVENANCE_GRAPH_USER",
    help="Who measured it (default: your login).",
)
@format_option()
@click.pass_obj
def command(
    session: Session,
    child: str,
    parents: tuple[str, ...],
    relation: str,
    recorded: bool,
    who: str,
    form: str,
) -> int:
    """Compare the weights of CHILD with those of each PARENT: shapes, then sampled values.

    CHILD and PARENT are files (.safetensors, .gguf) or folders of them, or MODEL=PATH where the
    folder's name does not say which model it is. Equal shapes alone confirm nothing. Exits 1 where
    a parent is contradicted.
    """
    from provenance_graph.core.iris import short_id
    from provenance_graph.formats.weights.kinship import KinshipVerdict
    from provenance_graph.formats.weights.mixtures import parents_among
    from provenance_graph.formats.weights.tensors import weights_of

    subject, path = _model(child)
    named = dict(_model(each) for each in parents)
    if len(named) < len(parents) or subject in named:
        raise UsageError("each model once; write MODEL=PATH where two folders have one name")
    candidates = {str(iri): weights_of(file) for iri, file in named.items()}
    weights = weights_of(path)
    for name, each in [(child, weights), *zip(parents, candidates.values(), strict=True)]:
        for problem in each.problems:
            session.say(f"{name}: {problem}")
    kinships = parents_among(weights, candidates).values()
    results = dict(zip(named, kinships, strict=True))
    rows = [
        (
            short_id(iri),
            kin.verdict.value,
            _local(kin),
            f"{kin.alike}/{kin.sampled}",
            f"{kin.correlation:.2f}",
            kin.how,
        )
        for iri, (kin, _) in results.items()
    ]
    head = ("parent", "verdict", "seems", "alike", "correlation", "evidence")
    session.print_table(head, rows, form)
    if recorded:
        _keep(session, subject, {iri: kin for iri, (kin, _) in results.items()}, relation, who)
    return int(any(kin.verdict is KinshipVerdict.CONTRADICTED for kin, _ in results.values()))


def _local(kin: Kinship) -> str:
    from provenance_graph.core.iris import local_name

    return local_name(kin.relation) if kin.relation else ""


def _model(text: str) -> tuple[Iri, Path]:
    """The model and path of an argument: the name before ``=``, else the folder's name."""
    from provenance_graph.core import hub, iris
    from provenance_graph.formats.huggingface.names import named_by

    name, equals, file = text.partition("=")
    path = Path(file if equals else text)
    if not (file if equals else text):
        raise UsageError(f"{text!r}: the path is empty")
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if equals:
        return (iris.Iri(name) if "://" in name else iris.model(name)), path
    parts = path.parts
    below = "/".join(parts) if len(parts) == 2 and not path.is_absolute() else ""
    if repository := named_by("", str(path)) or (below if hub.is_name(below) else ""):
        return iris.model(repository), path
    return iris.entity(
        "local", "model", iris.slug(path.stem if path.is_file() else path.name)
    ), path


def _keep(
    session: Session, child: Iri, kinships: dict[Iri, Kinship], relation: str, who: str
) -> None:
    from provenance_graph.core.iris import local_name, record_path
    from provenance_graph.core.terms import DERIVATIONS
    from provenance_graph.ingest.update import update
    from provenance_graph.recording.measured import to_record
    from provenance_graph.store.embedded import EmbeddedStore

    if session.is_remote:
        raise UsageError("measurements are stored in a local store; name its folder with --store")
    known = {local_name(each): each for each in DERIVATIONS}
    if relation and relation not in known:
        raise UsageError(f"no relation {relation!r}; there are {', '.join(sorted(known))}")
    today = clock.today()
    record = to_record(child, kinships, who or getpass.getuser(), today, known.get(relation))
    if record is None:
        session.say("nothing to store: no parent is confirmed or contradicted")
        return
    with EmbeddedStore.open_writer(session.folder) as store:
        update(store, [record], derive=session.levels())
    short = record_path(record.header.record)
    session.say(f"stored; `retract {short}` withdraws it")
