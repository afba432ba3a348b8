"""Receipts beside an answer: on the command line and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import audit_store
import click
import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from fastapi.testclient import TestClient

from provenance_graph import cli
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.formats.bundles import envelope
from provenance_graph.model.receipt import named_in
from provenance_graph.receipts.verify import verify
from provenance_graph.service.api.common import cited
from provenance_graph.service.api.models import evidence, models
from provenance_graph.service.http.cache import ByteBoundedCache, etag

READS = ("claims", "conflicts", "history", "impact", "licences", "lineage", "show")
NAMED = ("claim", "record", "document", "digest", "place", "basis", "custody", "retrieved")


class OneStore:
    """What the routes read, over a store in memory."""

    def __init__(self) -> None:
        self.store = audit_store.store()
        self.answers = ByteBoundedCache[bytes](1 << 20, len)
        self.signing = None

    def snapshot(self, as_of: str = "") -> AcceptedSnapshot:
        return AcceptedSnapshot(self.store, as_of)

    def prepared(self, _: str, as_of: str = "") -> AcceptedSnapshot:
        return self.snapshot(as_of)

    def at_hand(self, name: str, snapshot: AcceptedSnapshot) -> bool:
        return False

    def look_at_profiles(self, snapshot: AcceptedSnapshot) -> None:
        pass


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    access = OneStore()
    for part in (evidence, models):
        app.include_router(part.router(access))  # type: ignore[arg-type]
    cited.describe(app)
    return TestClient(app)


def test_an_answer_carries_the_receipts_that_it_is_asked_for(client: TestClient) -> None:
    plain = client.get("/api/v1/models/org/m").json()
    with_them = client.get("/api/v1/models/org/m?receipts=true").json()
    receipts = with_them.pop("receipts")
    assert with_them == plain
    (one,) = receipts
    receipt = one["properties"]["contextLength"][0]
    assert set(NAMED) <= set(receipt)
    assert receipt["storeVersion"] == one["storeVersion"]
    assert receipt["document"] == "https://example.org/card"


def test_receipts_are_not_silently_left_out(client: TestClient) -> None:
    answer = client.get("/api/v1/models/org/m/bundle?receipts=true")
    assert answer.status_code == 422
    assert "'receipts' is not a parameter of this route" in answer.json()["detail"]
    answer = client.get("/api/v1/forms/eu-annex-xi?model=org/m&format=html&receipts=true")
    assert answer.status_code == 422
    assert "a file" in answer.json()["detail"]
    assert client.get("/api/v1/forms?receipts=true").json()["receiptsOf"] == 0


LISTS = (
    "models?limit=5",
    "search?q=org/m",
    "datasets",
    "organizations",
    "conflicts?all=true",
    "disclosure",
    "questions/single-source-facts?model=org/m",
    "graph?node=org/m",
    "identity",
    "breaches",
    "stats",
    "questions",
)


def test_every_list_carries_the_receipts_of_what_it_lists(folder: Path) -> None:
    import serving  # heavy: only here

    with serving.served(folder, serving.settings()) as service:
        for path in LISTS:
            plain = service.get(f"/api/v1/{path}")
            assert plain.status_code == 200, (path, plain.text)
            mark = "&" if "?" in path else "?"
            answer = service.get(f"/api/v1/{path}{mark}receipts=true").json()
            receipts = answer.pop("receipts")
            assert len(receipts) <= cited.MAX_ENTITIES
            assert answer.pop("receiptsOf", len(receipts)) >= len(receipts), path
            assert answer == plain.json() or answer == {"results": plain.json()}, path
            ids = {one["id"] for one in receipts}
            if path.startswith(("models", "search", "graph", "disclosure")):
                assert "org/m" in ids, path
        feed = service.get("/api/v1/changes?format=atom&receipts=true")
        assert feed.status_code == 422


def test_the_subject_of_each_row_is_what_an_answer_lists() -> None:
    row = {"iri": "https://e.org/a", "licences": [{"iri": "https://e.org/l"}]}
    assert list(named_in({"items": [row, {"subject": {"iri": "https://e.org/b"}}]})) == [
        "https://e.org/a",
        "https://e.org/b",
    ]
    assert list(
        named_in([{"name": "no address"}, {"facts": [{"subject": "https://e.org/c"}]}])
    ) == ["https://e.org/c"]
    assert list(named_in({"total": 3, "note": None})) == []


def test_the_description_says_where_receipts_stand(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/api/v1/models/{name}"]["get"]
    assert "receipts" in {p["name"] for p in operation["parameters"]}
    profile = document["components"]["schemas"]["ProfileAnswer"]
    assert profile["properties"]["receipts"]["items"]["$ref"].endswith("/ReceiptsOf")
    assert "receipts" not in profile.get("required", ())


def test_forms_are_listed_filled_and_rendered(client: TestClient) -> None:
    assert "eu-gpai-mdf" in [one["id"] for one in client.get("/api/v1/forms").json()]
    filled = client.get("/api/v1/forms/eu-annex-xi?model=org/m").json()
    assert filled["model"] == "org/m"
    assert filled["footnotes"]
    page = client.get("/api/v1/forms/eu-annex-xi?model=org/m&format=html")
    assert page.headers["content-type"].startswith("text/html")
    assert "sandbox" in page.headers["content-security-policy"]
    assert client.get("/api/v1/forms/invented?model=org/m").status_code == 404


def test_a_bundle_of_the_service_verifies(client: TestClient) -> None:
    answer = client.get("/api/v1/models/org/m/bundle?format=cyclonedx&format=spdx3")
    assert answer.headers["content-type"] == envelope.MEDIA_TYPE
    done = verify(answer.content)
    assert done.ok
    assert done.exports == ["cyclonedx", "spdx3"]
    assert etag("x") != answer.headers["etag"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built store with the records of the small world."""
    from provenance_graph.core import rdf
    from provenance_graph.ingest.build import build

    base = tmp_path_factory.mktemp("cited")
    data = base / "data"
    (data / "records" / "t").mkdir(parents=True)
    (data / "records" / "t" / "all.trig").write_bytes(rdf.write_trig(audit_store.records()))
    build(data, base / "graph")
    return base / "graph"


@pytest.mark.parametrize("command", READS)
def test_every_read_of_a_model_takes_receipts(folder: Path, command: str) -> None:
    run = CliRunner().invoke(
        cli.app, ["--store", str(folder), command, "org/m", "--receipts", "--format", "json"]
    )
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    value = json.loads(run.stdout)
    assert {"of", "org/m"} & {one["id"] for one in value["receipts"]}
    run = CliRunner().invoke(cli.app, ["--store", str(folder), command, "org/m", "--receipts"])
    assert "Receipts" in run.stdout


LISTING = (
    ("search", "org/m"),
    ("models",),
    ("breaches",),
    ("conflicts", "--all"),
    ("licences-of", "apache-2.0"),
    ("ask", "single-source-facts", "--set", "model=org/m"),
    ("changes",),
    ("report", "org/m"),
    ("policy",),
    ("stats",),
    ("query", "-e", "SELECT ?m { ?m a pg:Model }"),
    ("check", "org/m", "--against", "g7-ai"),
)


@pytest.mark.parametrize("words", LISTING, ids=lambda words: words[0])
def test_every_command_that_lists_takes_receipts(folder: Path, words: tuple[str, ...]) -> None:
    run = CliRunner().invoke(
        cli.app, ["--store", str(folder), *words, "--receipts", "--format", "json"]
    )
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    receipts = json.loads(run.stdout)["receipts"]
    if words[0] in ("search", "models", "report", "policy", "query", "check"):
        assert "org/m" in {one["id"] for one in receipts}
        assert all(
            set(NAMED) <= set(r) for one in receipts for v in one["properties"].values() for r in v
        )


def test_a_printed_report_ends_with_its_receipts(folder: Path) -> None:
    run = CliRunner().invoke(cli.app, ["--store", str(folder), "report", "org/m", "--receipts"])
    assert "Receipts of org/m" in run.stdout
    assert run.stdout.rstrip().endswith("</html>")
    run = CliRunner().invoke(cli.app, ["--store", str(folder), "report", "org/m"])
    assert "Receipts of" not in run.stdout


def test_receipts_in_csv_are_refused_in_a_sentence(folder: Path) -> None:
    run = CliRunner().invoke(
        cli.app, ["--store", str(folder), "show", "org/m", "--receipts", "--format", "csv"]
    )
    assert run.exit_code != 0
    assert "--receipts needs" in str(run.exception or run.stderr)


def test_a_fleet_takes_receipts_of_the_models_that_its_findings_are_on(
    folder: Path, tmp_path: Path
) -> None:
    fleet = tmp_path / "fleet.toml"
    fleet.write_text('[chat]\nname = "Chat"\nmodels = ["org/m"]\nmust = ["trainingCompute"]\n')
    words = ("fleet", "check", str(fleet), "--receipts", "--format", "json")
    run = CliRunner().invoke(cli.app, ["--store", str(folder), *words])
    answer = json.loads(run.stdout)
    assert [one["id"] for one in answer["receipts"]] == ["org/m"]
    assert answer["results"][0]["iri"] == answer["receipts"][0]["iri"]


def test_a_graph_takes_no_receipts(folder: Path) -> None:
    text = "CONSTRUCT { ?m a pg:Model } { ?m a pg:Model }"
    run = CliRunner().invoke(cli.app, ["--store", str(folder), "query", "-e", text, "--receipts"])
    assert "--receipts needs SELECT" in str(run.exception)


NO_VALUES = {
    **dict.fromkeys(
        ("export", "bundle", "form"), "carries its records, claims or footnotes itself"
    ),
    **dict.fromkeys(
        ("build", "import", "retract", "sync", "backup", "restore", "serve", "mcp", "fleet import"),
        "reads no value of a model",
    ),
    **dict.fromkeys(
        ("claim add", "claim flag", "claim import", "claim log", "claim template"),
        "writes claims, or lists one's own",
    ),
    **dict.fromkeys(("verify", "signature", "validate"), "checks a file or the store's form"),
    **dict.fromkeys(("link", "kinship", "collections"), "of names, rows and files"),
}
"""Commands without ``--receipts``, each with why."""


def test_every_command_takes_receipts_or_shows_no_values() -> None:
    def leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            yield path, command
            return
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from leaves(below, f"{path} {name}".strip())

    without = {
        path
        for path, command in leaves(cli.app, "")
        if not any("--receipts" in each.opts for each in command.params)
    }
    assert without == set(NO_VALUES)


FILES = ("/bundle", "/export/{format}", "/facets", "/receipts")
"""Routes that give a file, counts that no claim states, or receipts themselves."""


def test_every_read_under_api_v1_takes_receipts() -> None:
    described = Path(__file__).parents[3] / "web" / "openapi.json"  # held to the app by a test
    paths = json.loads(described.read_text())["paths"]
    without = {
        path
        for path, methods in paths.items()
        if path.startswith("/api/v1/")
        and "get" in methods
        and "receipts" not in {each.get("name") for each in methods["get"].get("parameters", ())}
    }
    assert len(paths) > 40
    assert {path for path in without if not path.endswith(FILES)} == set()
