"""What was measured of weights against what is declared: not its child, undeclared parent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import reference_data
import weight_families as families
from click.testing import CliRunner

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.cli import app
from provenance_graph.conflicts.detect import conflicts
from provenance_graph.conflicts.results import Conflict
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Record, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import integer, text
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.weights.kinship import Kinship, KinshipVerdict
from provenance_graph.ingest.build import compile_quads
from provenance_graph.recording.measured import to_record
from provenance_graph.store import embedded
from provenance_graph.store.memory import MemoryStore

REFERENCE = reference_data.reference()
CHILD, PARENT, OTHER = (iris.model(f"oak/{name}") for name in ("child", "parent", "other"))
NO = Kinship(KinshipVerdict.CONTRADICTED, "same shapes, 0 of 12 sampled tensors alike", None, 12, 0)
YES = Kinship(KinshipVerdict.CONFIRMED, "12 of 12 sampled tensors differ by small amounts", PG.fineTunedFrom, 12, 12, 0.98)  # fmt: skip


def record(source: str, *claims: Claim) -> Record:
    name = iris.record(source, "doc", "2026-01-01")
    url = Iri(f"https://example.org/{source}")
    maker = iris.organization(source)
    return Record(Header(name, url, maker, "2026-01-01", source, Basis.THIRD_PARTY), claims)


def ledger(*records: Record) -> list[Conflict]:
    with MemoryStore(compile_quads(REFERENCE, list(records), [])) as store:
        return conflicts(AcceptedSnapshot(store))


def model(iri: Iri, name: str, *facts: tuple[Iri, Value]) -> tuple[Claim, ...]:
    typed = Claim(iri, RDF.type, PG.Model), Claim(iri, SCHEMA.name, text(name))
    return (*typed, *(Claim(iri, predicate, value) for predicate, value in facts))


def _declared(*parents: Iri) -> Record:
    edges = [(PG.fineTunedFrom, parent) for parent in parents]
    named = [model(each, iris.short_id(each)) for each in (PARENT, OTHER)]
    return record("cards", *model(CHILD, "Child", *edges), *(c for m in named for c in m))


def _measured(kinships: dict[Iri, Kinship]) -> Record:
    made = to_record(CHILD, kinships, "Tester", "2026-02-01")
    assert made is not None
    return made


def _of(found: list[Conflict]) -> Iterator[tuple[str, str]]:
    for each in found:
        if each.kind in ("not-its-child", "undeclared-parent"):
            yield each.kind, each.explanation


def test_a_declared_parent_whose_weights_are_others_is_not_its_parent() -> None:
    found = list(_of(ledger(_declared(PARENT), _measured({PARENT: NO}))))
    assert found == [
        (
            "not-its-child",
            "the weights do not come from oak/parent: same shapes, 0 of 12 sampled tensors alike",
        )
    ]


def test_a_measurement_that_denies_is_never_a_parent() -> None:
    with MemoryStore(compile_quads(REFERENCE, [_measured({PARENT: NO})], [])) as store:
        snapshot = AcceptedSnapshot(store)
        assert not list(snapshot.quads(CHILD, PROV.wasDerivedFrom))


def test_a_parent_that_nobody_named_is_told() -> None:
    found = list(_of(ledger(_declared(PARENT), _measured({OTHER: YES, PARENT: NO}))))
    assert [kind for kind, _ in found] == ["not-its-child", "undeclared-parent"]
    assert found[1][1] == "oak/parent declared; 12 of 12 sampled tensors differ by small amounts"
    alone = list(_of(ledger(_declared(), _measured({OTHER: YES}))))
    assert alone[0][0] == "undeclared-parent"


def test_a_confirmed_parent_and_a_grandparent_are_no_conflict() -> None:
    assert not list(_of(ledger(_declared(PARENT), _measured({PARENT: YES}))))
    step = record("more", *model(PARENT, "Parent", (PG.fineTunedFrom, OTHER)))
    assert not list(_of(ledger(_declared(PARENT), step, _measured({OTHER: YES}))))


def _config(of: Iri, width: int) -> Record:
    """A reading of a model's own configuration, by its developer."""
    name = iris.record("config", iris.short_id(of), "2026-01-01")
    maker = iris.organization("Oak")
    header = Header(name, Iri(f"https://example.org/{iris.short_id(of)}"), maker, "2026-01-01",
                    "huggingface", Basis.ARTIFACT, custody=Custody.VERIFIED)  # fmt: skip
    return Record(
        header,
        (*model(of, iris.short_id(of), (PG.hiddenSize, integer(width)), (DCTERMS.creator, maker)),),
    )


def test_a_declared_fine_tune_of_another_width_is_not_its_child() -> None:
    found = list(_of(ledger(_declared(PARENT), _config(CHILD, 2048), _config(PARENT, 4096))))
    assert found == [
        (
            "not-its-child",
            "declared as made of oak/parent, with another width: 2048 instead of 4096",
        )
    ]
    assert not list(_of(ledger(_declared(PARENT), _config(CHILD, 4096), _config(PARENT, 4096))))


def test_the_record_holds_what_was_measured() -> None:
    made = _measured({PARENT: NO, OTHER: YES})
    claims = {
        c.value: c
        for c in made.claims
        if isinstance(c, Claim) and c.subject == CHILD and c.value in (PARENT, OTHER)
    }
    assert claims[PARENT].stance is Stance.DENIES
    assert (claims[OTHER].predicate, claims[OTHER].as_stated) == (PG.fineTunedFrom, YES.how)
    assert made.header.basis is Basis.MEASUREMENT
    compatible = Kinship(KinshipVerdict.COMPATIBLE, "3 sizes of the configurations are equal")
    assert to_record(CHILD, {PARENT: compatible}, "Tester", "2026-02-01") is None


@pytest.fixture(name="folders")
def _folders(tmp_path: Path) -> Path:
    origin = families.base(1)
    families.write(origin, tmp_path / "oak--parent")
    families.write(families.fine_tuned(origin, 2), tmp_path / "oak--child")
    families.write(families.base(3), tmp_path / "oak--other")
    return tmp_path


def test_the_command_tells_and_keeps_what_it_measured(folders: Path, tmp_path: Path) -> None:
    store = tmp_path / "graph"
    embedded.build(store, list(compile_quads(REFERENCE, [_declared(OTHER)], [])))
    run = CliRunner().invoke(
        app,
        ["--store", str(store), "kinship", str(folders / "oak--child"), str(folders / "oak--parent"),
         str(folders / "oak--other"), "--record", "--by", "Tester", "--format", "csv"],
        standalone_mode=False,
    )  # fmt: skip
    assert run.return_value == 1, run.output
    assert "oak/parent,confirmed,fineTunedFrom,12/12" in run.output
    assert "oak/other,contradicted" in run.output
    kinds = (
        CliRunner()
        .invoke(
            app,
            ["--store", str(store), "conflicts", "oak/child", "--format", "csv"],
            standalone_mode=False,
        )
        .output
    )
    assert "not-its-child" in kinds
    assert "undeclared-parent" in kinds
