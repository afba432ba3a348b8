"""As of a day every route answers as if nothing had been retrieved later.

Each is asked of a store and of one that was built from the records of that day alone; and of the
day subject by subject, and of its dataset once that was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import audit_store
import pytest
import serving
from audit_store import MODEL, ORG, SIBLING, record
from starlette.testclient import TestClient

from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Record, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.store import embedded
from provenance_graph.store.embedded import EmbeddedStore

DAY, BEFORE = "2025-10-01", "2000-01-01"
DATA, CHILD, RUN = (
    iris.dataset("org/data"),
    iris.model("acme/child"),
    iris.entity("t", "model", "m"),
)
LLAMA = Iri("https://w3id.org/provenance-graph/id/licence/llama-3.1")
HUB = Iri("https://huggingface.co/org/m")
ASKED: dict[str, str] = {"q": "m", "text": "mit", "start": "org/m", "end": "acme/child"}
NAMES = {
    "datasets": "org/data",
    "organizations": "org",
    "licences": "MIT",
    "sources": "t",
    "records": "t/card/2025-04-01",
    "benchmarks": "t/benchmark/b",
    "families": "id:family/org/family",
}
SIGNED = "/api/v1/models/{name}/bundle"
"""It holds the name of the store's version where it cannot be taken out."""


def records() -> list[Record]:
    """Those of ``audit_store``, and some that later ones contradict, replace or join."""
    third, developer = Basis.THIRD_PARTY, Basis.DEVELOPER
    family, benchmark = iris.mint("family", "org/family"), iris.entity("t", "benchmark", "b")
    early = [
        Claim(DATA, RDF.type, PG.Dataset),
        Claim(DATA, SCHEMA.name, literals.text("Data")),
        Claim(DATA, DCTERMS.license, audit_store.MIT),
        Claim(MODEL, PG.trainedOn, DATA),
        Claim(CHILD, RDF.type, PG.Model),
        Claim(CHILD, SCHEMA.name, literals.text("Child")),
        Claim(CHILD, PG.fineTunedFrom, MODEL),
        Claim(family, RDF.type, PG.ModelFamily),
        Claim(family, SCHEMA.name, literals.text("Family")),
        Claim(benchmark, RDF.type, PG.Benchmark),
        Claim(benchmark, SCHEMA.name, literals.text("B")),
        Claim(RUN, RDF.type, PG.Model),
        Claim(RUN, PG.hubRepository, HUB),
        Claim(RUN, PG.contextLength, literals.integer(9000)),
    ]
    late = [
        Claim(DATA, DCTERMS.license, LLAMA),
        Claim(CHILD, PG.fineTunedFrom, SIBLING),
        Claim(ORG, SCHEMA.name, literals.text("Renamed")),
        Claim(MODEL, PG.trainedOn, None, Stance.DENIES),
        Claim(iris.model("new/one"), RDF.type, PG.Model),
        Claim(iris.model("new/one"), PG.fineTunedFrom, MODEL),
        # two repositories: the rule no longer says that it is one of them
        Claim(RUN, PG.hubRepository, HUB),
        Claim(RUN, PG.hubRepository, Iri("https://huggingface.co/org/big")),
    ]
    return [
        *audit_store.records(),
        record("early", "2025-09-01", third, *early, publisher="Page"),
        record("late", "2026-05-01", developer, *late),
        record("early", "2026-06-01", third, *early[:6], *late[-2:], publisher="Page"),
    ]


def built(where: Path, day: str = "") -> Path:
    retained = [one for one in records() if not day or one.header.retrieved <= day]
    quads = compile_quads(audit_store.reference(), retained, [], derive=EvidenceLevels())
    embedded.build(where, quads)
    return where


@contextmanager
def served(root: Path) -> Iterator[TestClient]:
    with EmbeddedStore.open(root) as store, serving.served(root, serving.settings()) as client:
        client.app_version = store.version  # type: ignore[attr-defined]
        yield client


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, TestClient]]:
    """A service of everything, one of what was known on the day, and one of nothing."""
    where = tmp_path_factory.mktemp("days")
    with ExitStack() as opened:
        yield {
            day: opened.enter_context(served(built(where / (day or "all"), day)))
            for day in ("", DAY, BEFORE)
        }


def paths(client: TestClient) -> list[str]:
    """An address of every route that has a day."""
    results = []
    for path, item in client.get("/openapi.json").json()["paths"].items():
        asked = {one["name"]: one for one in item.get("get", {}).get("parameters", ())}
        if "asOf" not in asked or path == SIGNED:
            continue
        kind = path.split("/")[3]
        needed = {name for name, one in asked.items() if one.get("required")}
        named = NAMES.get(kind, "org/m")
        filled = path.replace("{name}", named).replace("{id}", "eu-annex-xii")
        query = {name: ASKED.get(name, "org/m") for name in needed if f"{{{name}}}" not in path}
        if path == "/api/v1/compare":
            query["model"] = "org/m&model=acme/child"
        formats = ("spdx3", "turtle") if "{format}" in path else ("",)
        results += [
            f"{filled.replace('{format}', form)}?" + "&".join(f"{k}={v}" for k, v in query.items())
            for form in formats
        ]
    questions = [
        one["id"] for one in client.get("/api/v1/questions").json() if not one["parameters"]
    ]
    return results + [f"/api/v1/questions/{name}?" for name in questions[:12]]


def answer(client: TestClient, path: str, day: str) -> tuple[int, str]:
    """Status and answer, without the name of the version, and when a thing became known later."""
    reply = client.get(f"{path}{'' if path.endswith('?') else '&'}asOf={day}")
    text = reply.text.replace(client.app_version, "VERSION")  # type: ignore[attr-defined]
    return reply.status_code, re.sub(r'"unknown":"nothing was known[^"]*"', '"unknown":null', text)


def same(one: tuple[int, str], other: tuple[int, str]) -> bool:
    """Whether two answers say the same; the order of rows that are alike is free."""
    if one == other:
        return True
    try:
        return one[0] == other[0] and _sorted(json.loads(one[1])) == _sorted(json.loads(other[1]))
    except ValueError:
        return False


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(one) for key, one in value.items()}
    return sorted(map(_sorted, value), key=json.dumps) if isinstance(value, list) else value


def test_a_day_is_answered_as_by_a_store_of_that_day(stores: dict[str, TestClient]) -> None:
    everything, of_day = stores[""], stores[DAY]
    asked = paths(everything)
    assert len(asked) > 50
    first = {path: answer(everything, path, DAY) for path in asked}
    answered = [path for path, (status, _) in first.items() if status == 200]
    assert len(answered) > 50, {p: a[1][:200] for p, a in first.items() if a[0] != 200}
    now = {path: answer(everything, path, "") for path in asked}
    assert sum(now[path] != first[path] for path in asked) > 20, "the day makes no difference"
    wrong = [path for path in asked if not same(first[path], answer(of_day, path, DAY))]
    assert wrong == []
    # every list has made the dataset of the day meanwhile: all is read from it now
    again = [path for path in asked if not same(first[path], answer(everything, path, DAY))]
    assert again == []


def test_of_a_day_before_anything_was_known_nothing_is_told(stores: dict[str, TestClient]) -> None:
    everything, nothing = stores[""], stores[BEFORE]
    asked = paths(everything)
    wrong = {}
    for path in asked:
        status, text = answer(everything, path, BEFORE)
        other = answer(nothing, path, BEFORE)
        if other[0] == 200 and not same((status, text), other):
            wrong[path] = text[:300], other[1][:300]
        if status == 200 and any(leak in text for leak in ("16000", "Renamed", "2025-03-01")):
            wrong[path] = text[:300], "leak"
    assert wrong == {}
    profile = everything.get(f"/api/v1/models/org/m?asOf={BEFORE}").json()
    assert profile["unknown"].startswith(f"nothing was known about org/m on {BEFORE}")
    assert profile["records"] == 0
    page = everything.get(f"/api/v1/organizations/org?asOf={DAY}").json()
    assert page["unknown"].startswith(f"nothing was known about org on {DAY}; the first record")
    assert everything.get("/api/v1/organizations/org").json()["unknown"] is None
