"""What is stored of a model's profile is what would be made now, whatever was committed since."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import audit_store
import pytest
from audit_store import ALIAS, INDEX, MODEL, OLD, ORG, RESULT, SIBLING, VERSION
from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes import profiles
from provenance_graph.changes.profiles import StoredProfiles, stored_profile
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Header, Record
from provenance_graph.core.encoding import as_json
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.update import update
from provenance_graph.model.profile import profile
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore

OFFER = iris.entity("t", "offer", "m")
DERIVATION, STATE = mint("derivation", "org/m", "1"), mint("version", "org/m-1", "abc")
SAME = iris.entity("y", "model", "m")
ENTITIES = [MODEL, OLD, SIBLING, VERSION, ALIAS, RESULT, INDEX, ORG, OFFER, DERIVATION, STATE, SAME]
MODELS = [MODEL, OLD, SIBLING, SAME]
NAMES = ["A", "B"]
DAYS = ["2025-11-01", "2026-03-01"]

facts = st.one_of(
    st.tuples(st.just(SCHEMA.name), st.sampled_from(NAMES).map(literals.text)),
    st.tuples(st.just(SCHEMA.version), st.sampled_from(NAMES).map(literals.text)),
    st.tuples(st.just(PG.contextLength), st.integers(1, 3).map(literals.integer)),
    st.tuples(st.sampled_from([PG.fineTunedFrom, DCTERMS.replaces]), st.sampled_from(MODELS)),
    st.tuples(st.just(DCTERMS.creator), st.sampled_from([ORG, iris.organization("Lab")])),
    st.tuples(
        st.sampled_from([PG.evaluationOf, PG.offerOf, PROV.specializationOf, PG.resolvesTo]),
        st.sampled_from([MODEL, OLD, VERSION]),
    ),
    st.tuples(st.just(DCTERMS.isPartOf), st.sampled_from([INDEX, MODEL])),
    st.tuples(st.just(PROV.qualifiedDerivation), st.just(DERIVATION)),
    st.tuples(st.just(PROV.entity), st.sampled_from(MODELS)),
    st.tuples(st.just(PG.derivedFromVersion), st.just(STATE)),
    st.tuples(
        st.just(PG.hubRepository),
        st.sampled_from(
            [Iri("https://huggingface.co/org/m"), Iri("https://huggingface.co/org/big")]
        ),
    ),
    st.tuples(st.just(RDF.type), st.sampled_from([PG.Model, PG.ModelVersion, PG.Offer])),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """What one of two sources says of any entity on one of two days."""
    source, day = draw(st.sampled_from(["one", "two"])), draw(st.sampled_from(DAYS))
    header = Header(
        iris.record("t", source, day),
        Iri(f"https://example.org/{source}"),
        iris.organization(draw(st.sampled_from(["Lab", "Org"]))),
        day,
        "rdf",
        draw(st.sampled_from(list(Basis))),
    )
    stated = draw(st.lists(st.tuples(st.sampled_from(ENTITIES), facts), min_size=1, max_size=4))
    return Record(header, tuple(Claim(subject, *fact) for subject, fact in stated)).sort()


steps = st.lists(st.tuples(st.booleans(), records()), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("profiles") / "store"
    embedded.build(where, list(compile_quads(audit_store.reference(), audit_store.records(), [])))
    (where / "derived").mkdir(exist_ok=True)
    return where


@contextmanager
def opened(root: Path) -> Iterator[AcceptedSnapshot]:
    with EmbeddedStore.open(root) as store:
        yield AcceptedSnapshot(store, folder=root / "derived")


def models(snapshot: AcceptedSnapshot) -> list[Iri]:
    return [*snapshot.related(RDF.type, PG.Model), mint("model", "org", "none")]


def made(snapshot: AcceptedSnapshot, model: Iri) -> bytes:
    return as_json(profile(AcceptedSnapshot(snapshot._store), model).to_json())


@settings(max_examples=sample(8, 100), deadline=None)
@given(steps=steps)
def test_a_stored_profile_is_what_is_made_now_after_any_commits(built: Path, steps) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(profiles, "heaviest", models)
        root = Path(shutil.copytree(built, Path(folder) / "store"))
        with opened(root) as snapshot:
            profiles.keep(root / "derived", snapshot)
        stored: set[Iri] = set()
        for put, record in steps:
            name = record.header.record
            with EmbeddedStore.open_writer(root) as store:
                if put:
                    stored.add(name)
                    update(store, [record])
                elif name in stored:
                    stored.remove(name)
                    update(store, drop=[name])
            with opened(root) as snapshot:
                for model in models(snapshot):
                    body = stored_profile(snapshot, model)
                    assert body in (None, made(snapshot, model)), model
        with opened(root) as snapshot:
            profiles.keep(root / "derived", snapshot)
        with opened(root) as snapshot:
            for model in models(snapshot):
                assert stored_profile(snapshot, model) == made(snapshot, model)


def test_a_commit_about_something_else_leaves_a_profile_stored(built: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(built, tmp_path / "store"))
    with pytest.MonkeyPatch.context() as patch, opened(root) as snapshot:
        patch.setattr(profiles, "heaviest", models)
        profiles.keep(root / "derived", snapshot)
    other = iris.model("acme/other")
    header = Header(
        iris.record("t", "other", "2026-03-01"),
        Iri("https://example.org/other"),
        iris.organization("Acme"),
        "2026-03-01",
        "rdf",
        Basis.DEVELOPER,
    )
    with EmbeddedStore.open_writer(root) as store:
        update(store, [Record(header, (Claim(other, RDF.type, PG.Model),)).sort()])
    with opened(root) as snapshot:
        assert stored_profile(snapshot, MODEL) == made(snapshot, MODEL)
        assert stored_profile(snapshot, other) is None
    # the label of the organisation stands in the profile of its model
    named = Claim(ORG, SCHEMA.name, literals.text("Organisation"))
    with EmbeddedStore.open_writer(root) as store:
        update(store, [Record(header, (named,)).sort()])
    with opened(root) as snapshot:
        assert stored_profile(snapshot, MODEL) is None
        assert b"Organisation" in made(snapshot, MODEL)


@pytest.mark.parametrize("damage", [b"", b"no database", None])
def test_a_damaged_file_is_passed_over(
    built: Path, tmp_path: Path, damage: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(built, tmp_path / "store"))
    monkeypatch.setattr(profiles, "heaviest", models)
    with opened(root) as snapshot:
        profiles.keep(root / "derived", snapshot)
        file = profiles.profiles_file(root / "derived", snapshot.version)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    with opened(root) as snapshot:
        assert profiles.profile_of(snapshot, MODEL) == profile(snapshot, MODEL).to_json()
    file.write_bytes(whole)
    with opened(root) as snapshot:
        assert StoredProfiles.open(snapshot) is not None
        assert stored_profile(snapshot, MODEL) == made(snapshot, MODEL)
        assert stored_profile(snapshot.at("2025-05-01"), MODEL) is None
