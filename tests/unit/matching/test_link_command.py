"""``link`` from the command line, against servers of this machine that behave as the real ones do."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import reference_data
from click.testing import CliRunner, Result

from provenance_graph import cli
from provenance_graph.acceptance.sssom import read_sssom
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Record
from provenance_graph.core.errors import FetchError, RecordError, UsageError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF, SCHEMA
from provenance_graph.formats.fetch.fetcher import Fetcher, FetchSettings
from provenance_graph.ingest.build import compile_quads
from provenance_graph.linking import ArxivLookup
from provenance_graph.store import embedded

LAB, MODEL = iris.organization("example lab"), iris.model("example-lab/nimbus-7b")
SPACE = "http://www.wikidata.org/entity/"


@dataclass
class Served:
    """A server's address, what it was asked, and the answers that it fails first."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)


class _Services(BaseHTTPRequestHandler):
    """Wikidata's reconciliation and SPARQL, ROR's search, and the Hub's, each below its path."""

    served: Served

    def log_message(self, *_: object) -> None:
        """Nothing to the terminal."""

    def do_GET(self) -> None:
        """One answer in the form that the service of that path has."""
        self.served.asked.append(self.path)
        if self.served.failures:
            self.send_response(self.served.failures.pop(0))
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/api/query":
            self._answer(_feed(query["search_query"]).encode(), "application/atom+xml")
            return
        answer = {
            "/en/api": self._reconcile,
            "/sparql": self._sparql,
            "/organizations": self._ror,
            "/api/models": self._models,
            "/api/datasets": lambda _: [],
            "/works": self._crossref,
            "/dois": self._datacite,
        }.get(parts.path, lambda _: {"error": "no such path"})(query)
        self._answer(json.dumps(answer).encode(), "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def _reconcile(query: dict[str, str]) -> object:
        if "queries" not in query:
            return {"name": "Wikidata", "identifierSpace": SPACE, "versions": ["0.2"]}
        items = [
            {"id": "Q900", "name": "Example Lab", "score": 100, "description": "AI company"},
            {"id": "Q901", "name": "Example Lab", "score": 99, "description": "film of 1962"},
            {"id": "Q902", "name": "Example Labs Ltd", "score": 71, "description": "company"},
        ]
        return {
            key: {"result": items if one["query"] == "Example Lab" else []}
            for key, one in json.loads(query["queries"]).items()
        }

    @staticmethod
    def _sparql(query: dict[str, str]) -> object:
        assert query["format"] == "json"
        assert '"Example Lab"@en' in query["query"]
        assert "PREFIX wdt:" in query["query"]
        cells = {
            "name": {"type": "literal", "xml:lang": "en", "value": "Example Lab"},
            "item": {"type": "uri", "value": f"{SPACE}Q900"},
            "label": {"type": "literal", "value": "Example Laboratory"},
            "site": {"type": "uri", "value": "https://lab.example.org/en"},
        }
        odd = {"name": {"value": "Example Lab"}, "item": {"value": "not an address"}}
        return {"head": {"vars": []}, "results": {"bindings": [cells, odd, 7]}}

    @staticmethod
    def _ror(query: dict[str, str]) -> object:
        assert query["query"] == "Example Lab"
        lab = {
            "id": "https://ror.org/0abcdef12",
            "names": [{"value": "Example Lab", "types": ["ror_display", "label"]}],
            "links": [{"type": "website", "value": "https://lab.example.org"}],
            "types": ["company"],
        }
        return {"number_of_results": 1, "items": [lab, {"id": None}]}

    @staticmethod
    def _models(query: dict[str, str]) -> object:
        assert query["search"] == "Nimbus 7B"
        return [
            {"id": "example-lab/nimbus-7b", "pipeline_tag": "text-generation", "downloads": 9},
            {"id": "somebody/Nimbus-7B", "pipeline_tag": "text-generation"},
            {"id": "somebody/Nimbus-7B-GGUF"},
            {"id": "../../etc/passwd"},
        ]

    @staticmethod
    def _crossref(query: dict[str, str]) -> object:
        assert query["query.title"] == "Nimbus 7B"
        items = [
            {
                "DOI": "10.5555/nimbus",
                "title": ["Nimbus-7B: Open Weights"],
                "type": "journal-article",
            },
            {"DOI": "10.5555/rain", "title": ["Rain from nimbus 7b clouds"], "publisher": "Sky"},
            {"DOI": "no doi", "title": ["Nimbus 7B"]},
            {"title": None},
            7,
        ]
        return {"status": "ok", "message": {"total-results": 3, "items": items}}

    @staticmethod
    def _datacite(query: dict[str, str]) -> object:
        assert query["query"] == 'titles.title:"Nimbus 7B"'
        model = {
            "doi": "10.57967/hf/0001",
            "titles": [{"title": "nimbus-7b"}],
            "url": "https://huggingface.co/example-lab/nimbus-7b",
            "types": {"resourceTypeGeneral": "Model"},
            "publisher": "Hugging Face",
        }
        text = {
            "doi": "10.48550/arxiv.2601.00001",
            "titles": [{"title": "Nimbus 7B Technical Report"}],
            "types": {"resourceTypeGeneral": "Preprint"},
        }
        return {"data": [{"attributes": model}, {"attributes": text}, {"attributes": 7}, None]}


FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title><id>https://arxiv.org/api/x</id>
{entries}</feed>"""
ENTRY = (
    "<entry><id>{id}</id><published>2026-01-02T00:00:00Z</published><title>{title}</title>"
    "<summary>{summary}</summary></entry>"
)


def _feed(query: str) -> str:
    """arXiv's answer: Atom, also where it refuses a query."""
    if "bad" in query:
        error = {"id": "https://arxiv.org/api/errors#x", "title": "Error", "summary": "odd field"}
        return FEED.format(entries=ENTRY.format(**error))
    papers = (
        ("https://arxiv.org/abs/2601.00001v3", "Nimbus 7B\n  Technical Report"),
        ("https://arxiv.org/abs/2602.00002v1", "A Survey of Nimbus 7B and Others"),
        (
            "https://arxiv.org/abs/2603.00003v1",
            "Who trains whom? The case of &quot;Nimbus-7B&quot;",
        ),
    )
    entries = (ENTRY.format(id=one, title=title, summary="") for one, title in papers)
    return FEED.format(entries="".join(entries))


def test_papers_are_related_and_a_registered_model_is_the_same(built, services) -> None:
    def rows(path: str) -> list[tuple[str, str]]:
        asked = ("Nimbus 7B", "--look-up", services.address + path, "--format", "json")
        return [(row["object"], row["relation"]) for row in json.loads(link(built, *asked).stdout)]

    doi = "https://doi.org/"
    assert rows("/works") == [(f"{doi}10.5555/nimbus", "skos:relatedMatch")]
    assert rows("/dois") == [
        (f"{doi}10.57967/hf/0001", "skos:exactMatch"),
        (f"{doi}10.48550/arxiv.2601.00001", "skos:relatedMatch"),
    ]
    assert rows("/api/query") == [
        (f"{doi}10.48550/arXiv.2601.00001", "skos:relatedMatch"),
        (f"{doi}10.48550/arXiv.2603.00003", "skos:relatedMatch"),
    ]


def test_what_arxiv_refuses_with_status_200_is_told(services) -> None:
    lookup = ArxivLookup(_local(services), services.address + "/api/query")
    with pytest.raises(FetchError, match="odd field"):
        lookup.candidates(["bad"])
    with pytest.raises(FetchError, match="no Atom feed"):
        ArxivLookup(_local(services), services.address + "/api/datasets").candidates(["Nimbus 7B"])


def _local(services: Served) -> Fetcher:
    settings = replace(FetchSettings(), hub=services.address, per_second=1_000.0)
    return Fetcher(httpx2.Client(), settings)


def test_a_licence_is_looked_up_on_the_list_without_a_service(built) -> None:
    words = ("Apache License 2.0", "--look-up", "spdx", "--format", "json")
    (row,) = json.loads(link(built, *words).stdout)
    assert row["object"].endswith("/Apache-2.0")
    assert (
        json.loads(link(built, "Nimbus 7B", "--look-up", "spdx", "--format", "json").stdout) == []
    )


@pytest.fixture
def services() -> Iterator[Served]:
    served = Served()
    handler = type("Handler", (_Services,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one laboratory and its model."""
    header = Header(
        record=iris.record("test", "lab", "2026-01-31"),
        document=Iri("https://lab.example.org/about"),
        publisher=LAB,
        retrieved="2026-01-31",
        reader="test",
        basis=Basis.DEVELOPER,
    )
    claims = (
        Claim(LAB, RDF.type, PG.Organization),
        Claim(LAB, SCHEMA.name, Literal("Example Lab")),
        Claim(LAB, PG.homepage, Iri("https://www.lab.example.org/")),
        Claim(MODEL, RDF.type, PG.Model),
        Claim(MODEL, SCHEMA.name, Literal("Nimbus 7B")),
        Claim(MODEL, PG.hubRepository, Iri("https://huggingface.co/example-lab/nimbus-7b")),
    )
    root = tmp_path_factory.mktemp("links") / "graph"
    embedded.build(
        root, compile_quads(reference_data.everything(), [Record(header, claims).sort()], [])
    )
    return root


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENANCE_GRAPH_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def link(store: Path, *words: str) -> Result:
    return CliRunner().invoke(
        cli.app,
        ["--store", str(store), "link", *words],
        standalone_mode=False,
        catch_exceptions=False,
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/en/api", [("wikidata:Q900", 0.49), ("wikidata:Q901", 0.4)]),
        ("/sparql", [("wikidata:Q900", 0.9)]),
        ("/organizations", [("ror:0abcdef12", 0.99)]),
    ],
)
def test_an_organisation_is_proposed_with_what_speaks_for_it(
    built, services, path, expected
) -> None:
    result = link(built, "Example Lab", "--look-up", services.address + path, "--format", "table")
    for object_, confidence in expected:
        assert object_ in result.stdout
        assert str(confidence) in result.stdout
    assert f"{len(expected)} link" in result.stderr
    assert "author_id" in result.stderr


def test_the_repository_of_the_same_owner_goes_before_its_copies(built, services) -> None:
    address = services.address + "/api/models"
    rows = json.loads(link(built, "Nimbus 7B", "--look-up", address, "--format", "json").stdout)
    assert [row["object"] for row in rows] == [
        "https://huggingface.co/example-lab/nimbus-7b",
        "https://huggingface.co/somebody/Nimbus-7B",
    ]
    assert [row["relation"] for row in rows] == ["skos:exactMatch", "skos:closeMatch"]
    assert "the same owner and name" in rows[0]["why"]


def test_what_was_decided_is_kept_and_not_proposed_again(built, services, tmp_path) -> None:
    """The whole way: look up, decide in the file, review, look up again."""
    asked = ("Example Lab", "--look-up", services.address + "/en/api")
    table = link(built, *asked).stdout.splitlines()
    head = next(n for n, line in enumerate(table) if not line.startswith("#"))
    rows = list(csv.DictReader(io.StringIO("\n".join(table[head:])), delimiter="\t"))
    for row, (author, modifier) in zip(
        rows, [("id:agent/jane-doe", ""), ("id:agent/li", "Not")], strict=True
    ):
        row.update(author_id=author, predicate_modifier=modifier)
    assert {"author_id", "predicate_modifier"} <= rows[0].keys()
    written = io.StringIO()
    writer = csv.DictWriter(written, rows[0].keys(), delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    decided = tmp_path / "decided.sssom.tsv"
    decided.write_text("\n".join([*table[:head], written.getvalue()]))
    reviewed = link(built, "--review", str(decided))
    assert "2 decided, 1 of them refused; 0 still open" in reviewed.stderr
    (stored,) = built.parent.glob("links.sssom.tsv")
    assert sorted(one.negated for one in read_sssom(stored.read_text())) == [False, True]
    again = link(built, *asked)
    assert "2 were decided before" in again.stderr
    assert not read_sssom(again.stdout)
    stored.unlink()


def test_a_table_that_nobody_decided_is_refused(built, services, tmp_path) -> None:
    asked = ("Example Lab", "--look-up", services.address + "/en/api")
    (tmp_path / "open.tsv").write_text(link(built, *asked).stdout)
    with pytest.raises(UsageError, match="author_id"):
        link(built, "--review", str(tmp_path / "open.tsv"))


def test_an_author_without_an_id_is_told_how_one_is_written(built, services, tmp_path) -> None:
    asked = ("Example Lab", "--look-up", services.address + "/organizations")
    text = link(built, *asked).stdout
    head = next(line for line in text.splitlines() if not line.startswith("#")).split("\t")
    *before, row = text.splitlines()
    cells = row.split("\t")
    cells[head.index("author_id")] = "Jane Doe"
    (tmp_path / "named.tsv").write_text("\n".join([*before, "\t".join(cells)]))
    with pytest.raises(RecordError, match=r"'Jane Doe' is not an id; write id:agent/jane-doe"):
        link(built, "--review", str(tmp_path / "named.tsv"))


def test_a_busy_service_is_asked_again_and_a_missing_one_is_named(built, services) -> None:
    services.failures = [429, 503]
    result = link(built, "Example Lab", "--look-up", services.address + "/organizations")
    assert "ror:0abcdef12" in result.stdout
    assert len(services.asked) == 3
    services.failures = [404]
    with pytest.raises(FetchError, match="404"):
        link(built, "Nimbus 7B", "--look-up", services.address + "/api/models")


def test_an_answer_of_another_kind_is_no_proposal(built, services) -> None:
    with pytest.raises(FetchError, match="answers none of the queries"):
        link(built, "Example Lab", "--look-up", services.address + "/elsewhere/api")


@pytest.mark.parametrize("form", ["table", "json", "csv", "sssom"])
def test_links_of_the_store_come_in_every_format(built, form) -> None:
    result = link(built, "Nimbus 7B", "--format", form)
    shown = result.stdout
    if form == "json":
        assert json.loads(shown)[0]["object"] == "https://huggingface.co/example-lab/nimbus-7b"
    elif form == "csv":
        (row,) = csv.DictReader(io.StringIO(shown))
        assert row["relation"] == "skos:exactMatch"
    elif form == "sssom":
        assert [one.object for one in read_sssom(shown)] == [
            "https://huggingface.co/example-lab/nimbus-7b"
        ]
    else:
        assert "hf:example-lab/nimbus-7b" in shown
    assert "1 link proposed for 1 subject" in result.stderr
