"""No record loses anything on its way through RDF and the engine; no text breaks a reader."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
from examples import sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance_graph.core import literals as values
from provenance_graph.core import rdf
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Precision, Record, Stance
from provenance_graph.core.errors import SourceError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA, XSD
from provenance_graph.formats.apx.fields import EXPERT_TOTAL_LABELS, FIELDS, HEADINGS
from provenance_graph.formats.document import Document, Reader
from provenance_graph.formats.records import records_of
from provenance_graph.formats.registry import readers
from tools.curated.reader import READER as CURATED

RECORD = Iri("https://w3id.org/provenance-graph/id/record/test/x/2026-01-31")
FEW = settings(
    max_examples=sample(18, 100), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

texts = st.text(max_size=40).map(lambda text: values.text(text).lexical)
# an annotated claim keeps an empty text as no text: it has nothing to say
iris = st.from_regex(r"https://example\.org/[a-z]{1,6}", fullmatch=True).map(Iri)
predicates = st.sampled_from([SCHEMA.name, PG.parameterCount, DCTERMS.issued, PG.trainedOn])
days = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.isoformat)
literals = st.one_of(
    texts.map(values.text),
    st.builds(values.text, texts, st.sampled_from(["en", "zh-Hans", "DE"])),
    st.integers(-(2**63), 2**63 - 1).map(values.integer),
    st.decimals(-(10**6), 10**6, allow_nan=False, places=6).map(values.decimal),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(values.double),
    st.booleans().map(values.boolean),
    days.map(lambda day: Literal(day, XSD.date)),
)
plain = st.builds(Claim, iris, predicates, st.one_of(iris, literals))
annotated = st.builds(
    Claim,
    iris,
    predicates,
    st.one_of(st.none(), iris, literals),
    st.sampled_from(Stance),
    st.one_of(st.none(), st.sampled_from(Basis)),
    texts,
    texts,
    st.one_of(st.none(), st.sampled_from([Decimal("0"), Decimal("0.25"), Decimal("1")])),
    st.one_of(st.none(), st.sampled_from(Precision)),
    st.one_of(st.just(""), days),
    st.one_of(st.just(""), days),
    texts,
)
headers = st.builds(
    Header,
    st.just(RECORD),
    iris,
    iris,
    st.one_of(days, days.map(lambda day: f"{day}T12:00:00Z")),
    st.sampled_from(["apx", "rdf"]),
    st.sampled_from(Basis),
    texts,
    st.just("sha256:" + "0" * 64),
    st.sampled_from(["", "MIT"]),
    texts,
)
records = st.builds(
    Record, headers, st.lists(st.one_of(plain, annotated), max_size=8).map(tuple)
).map(Record.sort)


@FEW
@given(records)
def test_a_record_comes_back_from_its_quads(record: Record) -> None:
    assert rdf.from_quads(rdf.to_quads(record)) == record


@FEW
@given(records)
def test_a_record_comes_back_from_the_engine(record: Record) -> None:
    store = ox.Store()
    store.extend([rdf.engine_quad(quad) for quad in rdf.to_quads(record)])
    assert rdf.from_quads(map(rdf.our_quad, store)) == record


@FEW
@given(records)
def test_a_record_comes_back_from_its_file(record: Record) -> None:
    assert rdf.read_trig(rdf.write_trig([record])) == [record]


@FEW
@given(records)
def test_a_file_of_ours_is_read_by_the_rdf_reader_as_it_is(record: Record) -> None:
    document = Document(Iri("urn:file:x.trig"), rdf.write_trig([record]), "2026-01-31", "x.trig")
    assert list(records_of(readers()["rdf"], document)) == [record]


@FEW
@given(st.lists(plain, max_size=6), st.lists(annotated, max_size=6), st.randoms())
def test_the_order_of_claims_leaves_no_trace(
    some: list[Claim], more: list[Claim], shuffle: object
) -> None:
    claims = [*some, *more]
    header = Header(RECORD, RECORD, RECORD, "2026-01-31", "test")
    mixed = list(claims)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert rdf.write_trig([Record(header, tuple(claims))]) == rdf.write_trig(
        [Record(header, tuple(mixed))]
    )


def safely(format_: str, data: bytes, url: str = "https://apxml.com/models/x") -> None:
    read_safely(readers()[format_], data, url)


def read_safely(reader: Reader, data: bytes, url: str) -> None:
    """Read a document whatever it holds; what comes out must be writable."""
    document = Document(Iri(url), data, "2026-01-31", "x")
    try:
        results = [item for item in records_of(reader, document) if isinstance(item, Record)]
    except SourceError:
        return
    rdf.read_trig(rdf.write_trig(results))


lines = st.one_of(
    st.sampled_from(sorted(FIELDS) + sorted(EXPERT_TOTAL_LABELS) + sorted(HEADINGS)),
    st.sampled_from(
        ["-", "7B", "1e999", "200K", "#65", "33", "/ 100", "Total Score", "Rank", "A | 0.5 | 3",
         "| Benchmark | Score | Rank |", "999999999999999999999", "31 Feb 2025", "Overall Rank",
         "x | 1" + "0" * 40 + " | 4", "BenchmarkScoreRank", "B", "Upstream", "21.0 / 30",
         "Parameter Density", "Dense", "0.0", "²", "١٢", "12%", "1,2,3"]
    ),
    st.text(max_size=60),
    st.text(min_size=81, max_size=200),
)  # fmt: skip
phrases = st.lists(
    st.sampled_from(
        ["The company", "does not disclose", "the parameter count", "around 21 billion parameters",
         "speculation", "has a", "200,000-token context window", "up to 64,000 tokens", "generates",
         "73.3% on SWE-bench Verified", "999% on X", "claude-x-20251399", "version (20250230)",
         "retiring models (e.g., Haiku 3.5)", "developed by Acme AI", "no", ".", ",", "is undisclosed"]
    ),
    min_size=8,
    max_size=20,
).map(" ".join)  # fmt: skip


@FEW
@given(st.lists(st.one_of(lines, phrases), max_size=25).map("\n".join))
def test_no_page_breaks_the_page_reader(text: str) -> None:
    safely("apx", text.encode("utf-8", "surrogatepass"))


@FEW
@given(st.binary(max_size=300))
def test_no_bytes_break_the_page_reader(data: bytes) -> None:
    safely("apx", data)


tokens = st.lists(
    st.sampled_from(
        ["@prefix", "p:", "<https://example.org/a>", "<a b>", ".", ";", "{", "}", "[", "]", "(", ")",
         '"x"', '"x"@en', '"1e400"^^<http://www.w3.org/2001/XMLSchema#double>', "1", "1.5", "true",
         "a", "<<", ">>", "_:b", "#", "\n", "GRAPH", '"abc"^^<http://www.w3.org/2001/XMLSchema#integer>',
         "<https://w3id.org/provenance-graph/ns#SourceRecord>"]
    ),
    max_size=25,
).map(" ".join)  # fmt: skip


@FEW
@given(st.one_of(tokens, st.text(max_size=200)))
def test_no_text_breaks_the_rdf_reader(text: str) -> None:
    safely("rdf", text.encode("utf-8", "surrogatepass"))


@FEW
@given(st.binary(max_size=300))
def test_no_bytes_break_the_rdf_reader(data: bytes) -> None:
    safely("rdf", data)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["id", "facts", "property", "value", "source", "lineage", "relation",
                             "target", "notes", "dataset", "stage", "training_data", "level"]),
            inner, max_size=5,
        ),
    ),
    max_leaves=20,
)  # fmt: skip
facts = st.fixed_dictionaries(
    {
        "property": st.sampled_from(
            ["developer", "releaseDate", "license", "parameterCount", "acceleratorCount",
             "familyAcceleratorHours", "trainingTokens", "LiveBench 2026-01-08 X", "nonsense",
             "price input/output USD per M tokens", "MMLU 5-shot (bf16 4)", "ropeTheta", "embeddingSize"]
        ),
        "value": st.one_of(st.text(max_size=20), st.integers(), st.sampled_from(["1e99B", "7B", "."])),
        "source": st.sampled_from(["https://example.org/a", "nowhere", "seed/x", "https://a b"]),
    }
)  # fmt: skip


@FEW
@given(
    st.lists(
        st.one_of(
            json_values,
            st.fixed_dictionaries(
                {"id": st.just("llama-2-7b"), "facts": st.lists(facts, max_size=4)}
            ),
        ),
        max_size=4,
    )
)
def test_no_list_breaks_the_curated_reader(models: list[object]) -> None:
    listed = {"made": "2026-11", "rule": "", "models": models}
    read_safely(CURATED, json.dumps(listed).encode(), "https://example.org/list")
