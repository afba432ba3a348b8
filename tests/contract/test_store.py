"""What every store keeps, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
import pytest

from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.errors import QueryError, QuerySyntax, StoreError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import RDF, XSD
from provenance_graph.store.base import ANY, Change, DatasetChoice, Limits, Store, WritableStore
from provenance_graph.store.embedded import EmbeddedStore, build
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.remote.ahead import AheadStore
from provenance_graph.store.remote.probe import STATE
from provenance_graph.store.remote.reading import RemoteStore
from provenance_graph.store.remote.settings import RemoteSettings
from provenance_graph.store.remote.writing import RemoteWriter
from provenance_graph.store.values import SparqlQuery
from tests.foreign_engines import oxigraph, virtuoso

EX = "https://example.org/"
A, B, P, Q = (Iri(EX + name) for name in "abpq")
G, H = Iri(EX + "graph/g"), Iri(EX + "graph/h")
ONE = Literal("1", XSD.integer)
HARD = Literal('a "quote"\n\\u0041 {}},{ \u2028 <b>&amp;')
FRENCH = Literal("modèle", RDF.langString, "fr")
DATA: list[Quad] = [
    (A, P, ONE, None),
    (A, Q, B, None),
    (A, P, HARD, G),
    (B, P, FRENCH, G),
    (B, Q, A, H),
]


def _memory(_: object) -> Iterator[WritableStore]:
    with MemoryStore(DATA) as store:
        yield store


def _embedded(path) -> Iterator[Store]:
    build(path / "store", DATA)
    with EmbeddedStore.open(path / "store") as store:
        yield store


def _writer(path) -> Iterator[WritableStore]:
    build(path / "store", DATA)
    with EmbeddedStore.open_writer(path / "store") as store:
        yield store


def _remote(_: object, kind: type[RemoteStore] = RemoteStore) -> Iterator[Store]:
    """A service of the SPARQL protocol, as small as it can be."""
    inner = MemoryStore(DATA)

    def handle(request: httpx2.Request) -> httpx2.Response:
        form = parse_qs(request.content.decode())
        dataset = DatasetChoice(
            tuple(map(Iri, form.get("default-graph-uri", []))),
            tuple(map(Iri, form.get("named-graph-uri", []))),
        )
        try:
            answer = inner.serialize(
                SparqlQuery(form["query"][0], dataset=dataset), request.headers["accept"]
            )
        except QueryError as error:
            return httpx2.Response(400, json={"title": "no", "detail": str(error)})
        headers = {"content-type": answer.media_type, "etag": f'"{inner.version}"'}
        return httpx2.Response(200, content=answer.body, headers=headers)

    with httpx2.Client(transport=httpx2.MockTransport(handle)) as client:
        yield kind("http://service.example/sparql", client)


class _OnEngine(RemoteWriter):
    """A service that is written; what it says of itself is not part of the data."""

    def quads(self, *given, **named) -> Iterator[Quad]:
        return (quad for quad in super().quads(*given, **named) if quad[3] != STATE)


@pytest.fixture(scope="session")
def engine(request, tmp_path_factory) -> Callable[..., WritableStore]:
    """Engines, each started when it is first asked for, and filled anew once it was written."""
    running: dict[str, str] = {}
    untouched: set[str] = set()

    def opened(name: str, *, reading: bool) -> WritableStore:
        if name not in running:
            entered = ENGINES[name](tmp_path_factory.mktemp(name))
            running[name] = entered.__enter__()
            request.addfinalizer(lambda: entered.__exit__(None, None, None))
        url = running[name]
        settings = RemoteSettings(update="" if url.endswith("/query") else url)
        if not (reading and name in untouched):
            _fill(url, settings, alone=reading)
        (untouched.add if reading else untouched.discard)(name)
        return _OnEngine.open(url, settings)

    return opened


ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}


def _fill(url: str, settings: RemoteSettings, *, alone: bool) -> None:
    """Put the data into an engine, and nothing of the test before; ``alone`` without a version."""
    with RemoteWriter.open(url, settings) as store:
        store.capabilities = replace(store.capabilities, holds_store=True)
        store.commit(Change(drop=tuple(g for g in store.graphs() if g.startswith(EX))))
        store.load(DATA, "abc")
        if alone:
            store._send(f"DROP SILENT GRAPH <{STATE}>")


def _ahead(_: object) -> Iterator[Store]:
    yield from _remote(_, AheadStore)


WRITABLE: dict[str, Callable] = {"memory": _memory, "writer": _writer}
READABLE: dict[str, Callable] = {
    **WRITABLE,
    "embedded": _embedded,
    "remote": _remote,
    "ahead": _ahead,
}


def _opened(request, tmp_path: Path, kinds: dict[str, Callable]) -> Iterator[Store]:
    name = request.param
    if name in kinds:
        yield from kinds[name](tmp_path)
        return
    for test, reason in LACKS.items():
        if request.node.name.startswith(test):
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    with request.getfixturevalue("engine")(name, reading=kinds is READABLE) as store:
        yield store


@pytest.fixture(params=[*READABLE, *ENGINES])
def store(request, tmp_path):
    yield from _opened(request, tmp_path, READABLE)


@pytest.fixture(params=[*WRITABLE, *ENGINES])
def writable(request, tmp_path):
    yield from _opened(request, tmp_path, WRITABLE)


OWN_FORMS = "Virtuoso writes answers in other forms than JSON in its own way"
OWN_GRAPHS = "`GRAPH ?g` in a query of one's own sees Virtuoso's own graphs"
LACKS = {
    "test_bindings_are_terms_and_never_text[virtuoso-value1]": OWN_GRAPHS,
    "test_a_row_limit_is_kept_and_told[virtuoso]": OWN_GRAPHS,
    "test_every_form_of_query_takes_bindings[virtuoso-CONSTRUCT {": OWN_FORMS,
    "test_every_form_of_query_takes_bindings[virtuoso-DESCRIBE": OWN_FORMS,
    "test_every_form_of_query_takes_bindings[virtuoso-CONSTRUCT WHERE": "VALUES in a SELECT alone",
    "test_every_form_of_query_takes_bindings[virtuoso-# {": "VALUES in a SELECT alone",
    "test_an_answer_is_serialised_in_the_wanted_type[virtuoso-SELECT ?s { ?s ?p 1 }-select-text/t": OWN_FORMS,
    "test_an_answer_is_serialised_in_the_wanted_type[virtuoso-CONSTRUCT WHERE { ?s ?p 1 }-construct-a": OWN_FORMS,
    "test_a_request_may_choose_its_dataset[virtuoso]": OWN_FORMS,
}
"""What an engine does otherwise, by the beginning of a test's name; the manual names each."""


def test_the_default_graph_is_read_apart_from_the_named_graphs(store):
    assert set(store.quads()) == {q for q in DATA if q[3] is None}
    assert set(store.quads(graph=ANY)) == {q for q in DATA if q[3] is not None}
    assert set(store.quads(graph=G)) == {q for q in DATA if q[3] == G}


@pytest.mark.parametrize("quad", DATA)
def test_a_quad_is_found_by_each_of_its_terms(store, quad):
    subject, predicate, value, graph = quad
    assert list(store.quads(subject, predicate, value, graph)) == [quad]
    assert quad in set(store.quads(subject=subject, graph=graph))
    assert quad in set(store.quads(predicate=predicate, graph=graph))
    assert quad in set(store.quads(object=value, graph=graph))


def test_nothing_matches_what_is_not_there(store):
    assert list(store.quads(subject=Iri(EX + "nowhere"))) == []
    assert list(store.quads(graph=Iri(EX + "nowhere"))) == []


def test_the_named_graphs_are_listed(store):
    assert sorted(store.graphs()) == [G, H]


def test_a_select_gives_names_and_typed_values(store):
    select = store.select("SELECT ?s ?o WHERE { ?s <https://example.org/p> ?o }")
    assert (select.names, select.rows, select.truncated) == (("s", "o"), [(A, ONE)], False)


def test_a_select_leaves_unbound_variables_out(store):
    select = store.select("SELECT ?s ?none WHERE { ?s <https://example.org/p> ?o }")
    assert select.rows == [(A, None)]
    assert list(select) == [{"s": A}]


@pytest.mark.parametrize("value", [A, ONE, HARD, FRENCH])
def test_bindings_are_terms_and_never_text(store, value):
    select = store.select("SELECT ?s ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?s", {"o": value})
    wanted = sorted((s, g) for s, _, o, g in DATA if g and o == value)
    assert [(row["s"], row["g"]) for row in select] == wanted


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "# {\nPREFIX ex: <https://example.org/#> CONSTRUCT WHERE { ?s ?p ?o }",
        "DESCRIBE ?s WHERE { ?s ?p ?o }",
        "SELECT (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING (COUNT(?o) > 1)",
        "SELECT (EXISTS { ?s ?q ?o } AS ?n) ?s ?p ?o { ?s ?p ?o }",
    ],
)
def test_every_form_of_query_takes_bindings(store, query):
    select = query.startswith("SELECT")
    media_type = "text/csv" if select else "application/n-triples"
    splitlines = store.serialize(SparqlQuery(query, {"s": A}), media_type).body.splitlines()
    nothing = store.serialize(SparqlQuery(query, {"s": P}), media_type).body.splitlines()
    assert len(splitlines) > len(nothing) == select


def test_an_ask_answers_yes_and_no(store):
    assert store.ask("ASK { ?s ?p ?o }", {"s": A})
    assert not store.ask("ASK { ?s ?p ?o }", {"s": B})


def test_a_row_limit_is_kept_and_told(store):
    select = store.select("SELECT * { GRAPH ?g { ?s ?p ?o } }", limits=Limits(rows=2))
    assert (len(select), select.truncated) == (2, True)
    select = store.select("SELECT * { GRAPH ?g { ?s ?p ?o } }", limits=Limits(rows=3))
    assert (len(select), select.truncated) == (3, False)


def test_a_syntax_error_is_told_with_its_place(store):
    with pytest.raises(QuerySyntax, match="line 1"):
        store.select("SELECT * WHERE { ?s ?p }")


def test_the_wrong_kind_of_query_is_refused(store):
    with pytest.raises(QueryError):
        store.select("ASK {}")
    with pytest.raises(QueryError):
        store.ask("SELECT * {}")


@pytest.mark.parametrize(
    ("query", "kind", "media_type", "part"),
    [
        ("SELECT ?s { ?s ?p 1 }", "select", "application/sparql-results+json", b'"bindings"'),
        ("SELECT ?s { ?s ?p 1 }", "select", "application/sparql-results+xml", b"<result>"),
        ("SELECT ?s { ?s ?p 1 }", "select", "text/csv", b"https://example.org/a"),
        ("SELECT ?s { ?s ?p 1 }", "select", "text/tab-separated-values", b"?s\n<"),
        ("ASK {}", "ask", "application/sparql-results+json", b"true"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "construct", "application/n-triples", b"/p> "),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "construct", "text/turtle", b"1"),
        ("DESCRIBE <https://example.org/a>", "describe", "application/n-triples", b"/b> ."),
    ],
)
def test_an_answer_is_serialised_in_the_wanted_type(store, query, kind, media_type, part):
    answer = store.serialize(SparqlQuery(query), media_type)
    assert answer.media_type == media_type
    assert answer.kind == kind
    assert part in answer.body
    assert not answer.truncated


def test_a_type_that_cannot_hold_the_answer_is_refused(store):
    with pytest.raises(QueryError, match="text/turtle"):
        store.serialize(SparqlQuery("CONSTRUCT WHERE { ?s ?p ?o }"), "text/csv")


def test_a_request_may_choose_its_dataset(store):
    def count(query: str, dataset: DatasetChoice) -> int:
        answer = store.serialize(SparqlQuery(query, dataset=dataset), "text/tab-separated-values")
        return answer.body.count(b"\n") - 1

    plain, named = "SELECT * { ?s ?p ?o }", "SELECT * { GRAPH ?g { ?s ?p ?o } }"
    assert count(plain, DatasetChoice((G,))) == 2
    assert count(named, DatasetChoice((G,))) == 0
    assert count(plain, DatasetChoice((G, H))) == 3
    assert count(plain, DatasetChoice((), (H,))) == 0
    assert count(named, DatasetChoice((), (H,))) == 1


def test_a_commit_drops_removes_and_adds_at_once(writable):
    before = writable.version
    fresh = (B, Q, Literal("new"), Iri(EX + "graph/new"))
    after = writable.commit(Change(drop=(G,), remove=[DATA[0]], add=[fresh]), digest="abc123")
    assert after == writable.version != before
    assert after.endswith("-abc123")
    assert set(writable.quads()) == {DATA[1]}
    assert set(writable.quads(graph=ANY)) == {DATA[4], fresh}
    assert G not in set(writable.graphs())


def test_dropping_what_is_not_there_is_no_error(writable):
    writable.commit(Change(drop=(Iri(EX + "nowhere"),), remove=[(B, B, B, None)]))
    assert set(writable.quads()) == set(DATA[:2])


def test_what_is_added_comes_back_the_same(writable):
    values = [Literal("".join(map(chr, range(1, 128)))), Literal("\\u0041\\n"), Literal(" "), HARD]
    quads = {(A, P, value, H) for value in values}
    writable.commit(Change(drop=(H,), add=quads))
    assert set(writable.quads(graph=H)) == quads


def test_a_change_that_cannot_be_stored_changes_nothing(writable):
    before = writable.version
    with pytest.raises(StoreError, match="cannot be stored"):
        writable.commit(Change(drop=(G,), add=[(A, Iri("not an iri"), B, None)]))
    assert writable.version == before
    assert len(set(writable.quads(graph=ANY))) == 3
