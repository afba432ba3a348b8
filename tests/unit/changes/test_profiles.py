"""Profiles that are stored: those of the models with most below them, byte for byte as made now."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typed
from audit_store import MODEL, OLD, rank, record, records, reference
from fastapi import FastAPI
from starlette.testclient import TestClient

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes import profiles
from provenance_graph.changes.profiles import StoredProfiles, heaviest
from provenance_graph.core.claims import Basis
from provenance_graph.core.terms import PG
from provenance_graph.graph import Graph
from provenance_graph.ingest.build import compile_quads
from provenance_graph.model import profile as profile_module
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import INDEXES, make_all
from provenance_graph.service.api.routers import routers
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.opening import derived_folder
from provenance_graph.store.values import ANY

ADDRESS = "/api/v1/models/org/m"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a model with many ranks, and one with nothing below it; its indexes are made."""
    where = tmp_path_factory.mktemp("built") / "store"
    ranked = [
        record(
            f"arena-{n}",
            "2026-03-01",
            Basis.DEVELOPER,
            *rank(f"edition{n}", "2026-01-01", n + 1, 9),
        )
        for n in range(profiles.FEWEST)
    ]
    embedded.build(where, list(compile_quads(reference(), [*records(), *ranked], [])))
    folder = derived_folder(str(where))
    assert folder is not None
    with EmbeddedStore.open(where) as store:
        make_all(folder, AcceptedSnapshot(store, folder=folder))
        make_all(folder, AcceptedSnapshot(store, folder=folder), slow=True)
    return where


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A store of the test's own."""
    return Path(shutil.copytree(built, tmp_path / "store"))


def client(access: Access) -> TestClient:
    app = FastAPI()
    for router in routers(access.root, access):
        app.include_router(router)
    return TestClient(app)


def noted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The models of which a profile is made from here on."""
    made: list[object] = []
    make = profile_module.profile

    def profile(*given, **how):
        made.append(given[1])
        return make(*given, **how)

    monkeypatch.setattr(profile_module, "profile", profile)
    return made


def test_command_python_and_route_read_what_is_stored(root: Path, monkeypatch: pytest.MonkeyPatch):
    made = noted(monkeypatch)
    sent = client(Access(root)).get(ADDRESS).json()
    with Graph.open(str(root)) as graph:
        assert graph.model("org/m").profile() == sent
        assert json.loads(typed.run(root, "show", "org/m", "--format", "json").stdout) == sent
        assert made == []
        assert graph.model("org/m-1").profile()["name"] == "M 1"
    assert made == [OLD]


def test_a_stored_profile_is_what_is_made_now(root: Path, monkeypatch: pytest.MonkeyPatch):
    without = client(Access(root))
    monkeypatch.setattr(profiles, "stored_profile", lambda *_: None)
    live = without.get(ADDRESS)
    assert live.status_code == 200, live.text
    assert len(live.json()["ranks"]) >= profiles.FEWEST
    monkeypatch.undo()
    made = noted(monkeypatch)
    api = client(Access(root))
    stored = api.get(ADDRESS)
    assert stored.content == live.content
    assert made == [], "the stored one was not used"
    assert api.get(f"{ADDRESS}?asOf=2026-06-01").json()["asOf"] == "2026-06-01"
    assert api.get(f"{ADDRESS}-1").json()["name"] == "M 1"
    assert len(made) == 2, (
        "of a day, and of a light model, profiles are made when they are asked for"
    )


def test_every_stored_profile_is_of_a_heavy_model(root: Path):
    access = Access(root)
    snapshot = access.snapshot()
    assert access.at_hand("profiles", snapshot)
    assert heaviest(snapshot) == [MODEL]
    assert heaviest(snapshot, limit=0) == []
    everyone = heaviest(snapshot, fewest=0)
    assert everyone[0] == MODEL
    stored = StoredProfiles.open(snapshot)
    assert json.loads(stored.find(MODEL) or b"{}")["id"] == "org/m"
    assert stored.find(OLD) is None


def test_a_version_without_stored_profiles_makes_them_when_asked(root: Path):
    for file in (root / "derived").glob("profiles-*"):
        file.unlink()
    access = Access(root)
    assert not access.at_hand("profiles", access.snapshot())
    assert client(access).get(ADDRESS).json()["name"] == "M"
    folder = derived_folder(str(root))
    assert folder is not None
    INDEXES["profiles"].make(folder, access.snapshot(), "", None)
    assert access.at_hand("profiles", access.snapshot())


def test_a_comparison_reads_the_stored_profile(root: Path, monkeypatch: pytest.MonkeyPatch):
    made = noted(monkeypatch)
    address = "/api/v1/compare?model=org/m&model=org/m-1"
    access = Access(root)
    stored = client(access).get(address)
    assert made == [OLD]
    monkeypatch.setattr(profiles, "stored_profile", lambda *_: None)
    live = client(Access(root)).get(address)
    assert live.content == stored.content
    assert made == [OLD, MODEL, OLD]


def test_many_claims_weigh_as_much_as_many_results(root: Path):
    snapshot = Access(root).snapshot()
    claims = profiles._claims(snapshot)
    names = snapshot.statements.names_of(MODEL)
    assert claims[MODEL] == sum(
        1 for name in names for _ in snapshot.quads(predicate=PG.about, object=name, graph=ANY)
    )
    assert claims[MODEL] > 1
