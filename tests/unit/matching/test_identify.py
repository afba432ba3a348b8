"""Identity over a store: datasets, organisations, licences, reviews, and decisions kept."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import reference_data
from click.testing import CliRunner

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.cli import app
from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Header, Literal, Quad, Record
from provenance_graph.core.errors import RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, SKOS
from provenance_graph.ingest.build import build, compile_quads
from provenance_graph.ingest.identify import settle, stored_mappings
from provenance_graph.ingest.update import update
from provenance_graph.lineage.impact import impact
from provenance_graph.lineage.index import LineageIndex
from provenance_graph.matching.identify import IdentityOutcome, identify
from provenance_graph.matching.organizations import squashed
from provenance_graph.matching.outcome import PairVerdict
from provenance_graph.matching.review_file import decisions, review
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.memory import MemoryStore


def record(name: str, *claims: Claim) -> Record:
    header = Header(
        iris.record("test", name, "2026-01-31"),
        Iri(f"https://example.org/{name}"),
        iris.organization("Tester"),
        "2026-01-31",
        "test",
    )
    return Record(header, claims).sort()


def dataset(name: str, label: str = "", maker: str = "") -> list[Claim]:
    subject = iris.dataset(name)
    results = [Claim(subject, RDF.type, PG.Dataset)]
    if label:
        results.append(Claim(subject, SCHEMA.name, Literal(label)))
    if maker:
        results.append(Claim(subject, DCTERMS.creator, iris.organization(maker)))
    return results


def model(name: str, label: str, developer: str = "") -> list[Claim]:
    subject = iris.model(name) if "/" in name else iris.entity("osai", "model", name)
    results = [Claim(subject, RDF.type, PG.Model), Claim(subject, SCHEMA.name, Literal(label))]
    if developer:
        results.append(Claim(subject, DCTERMS.creator, iris.organization(developer)))
    return results


def outcome(
    *claims: Claim,
    rows: tuple[Mapping, ...] = (),
    reference: tuple[Quad, ...] = reference_data.reference(),
) -> IdentityOutcome:
    quads = compile_quads(reference, [record("r", *claims)], list(rows))
    with MemoryStore(quads) as store:
        return identify(AcceptedSnapshot(store))


def verdicts(result: IdentityOutcome) -> dict[tuple[str, str], PairVerdict]:
    return {(iris.short_id(p.subject), iris.short_id(p.other)): p.verdict for p in result.pairs}


def test_a_datasets_spellings_are_one_and_collection_is_part_of_a_name() -> None:
    claims = [
        *dataset("the-pile", "The Pile"),
        *dataset("pile", "pile"),
        *dataset("aya_collection"),
        *dataset("aya_dataset"),
    ]
    assert verdicts(outcome(*claims)) == {("the-pile", "pile"): PairVerdict.SAME}


def test_the_official_owners_repository_is_the_dataset_and_a_copy_is_not() -> None:
    claims = [
        *dataset("the-pile", "The Pile", maker="EleutherAI"),
        *dataset("EleutherAI/pile"),
        *dataset("xvjiarui/pile"),
    ]
    result = verdicts(outcome(*claims))
    assert result["the-pile", "EleutherAI/pile"] is PairVerdict.SAME
    assert result["the-pile", "xvjiarui/pile"] is PairVerdict.CANDIDATE
    assert result["EleutherAI/pile", "xvjiarui/pile"] is PairVerdict.BARRED


def test_parts_and_deduplicated_forms_are_related_and_not_the_same() -> None:
    claims = [
        *dataset("EleutherAI/pile"),
        *dataset("EleutherAI/pile_deduplicated"),
        *dataset("EleutherAI/pile-10k"),
    ]
    rows = {(iris.short_id(r.subject), r.predicate) for r in outcome(*claims).mappings}
    assert rows == {
        ("EleutherAI/pile_deduplicated", PG.dedupedFrom),
        ("EleutherAI/pile-10k", PG.subsetOf),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [("x-ai", "xAI"), ("Defog.ai", "defog"), ("RedHatAI", "Red Hat AI"), ("briaai", "Bria AI")],
)
def test_spellings_of_an_organisation_come_to_one(one: str, other: str) -> None:
    assert squashed(one) == squashed(other)


def test_a_name_of_several_organisations_stands_for_each() -> None:
    claims = [
        *model("mistralai/a", "A", "mistralai"),
        *model("nvidia/b", "B", "nvidia"),
        *model("x", "Mistral-NeMo-12B", "mistralai-and-nvidia"),
        *model("nvidia/Mistral-NeMo-12B", "Mistral-NeMo-12B", "nvidia"),
    ]
    result = outcome(*claims)
    parts = {
        (r.predicate, iris.short_id(r.object))
        for r in result.of(PairVerdict.RELATED)
        for r in [r.mapping()]
    }
    assert parts == {(DCTERMS.hasPart, "mistralai"), (DCTERMS.hasPart, "nvidia")}
    assert verdicts(result)["osai/model/x", "nvidia/Mistral-NeMo-12B"] is PairVerdict.SAME


def test_a_fragment_of_a_universitys_name_is_no_organisation() -> None:
    claims = [
        *model("kaist/a", "A", "kaist"),
        *model("x", "X", "Korea Advanced Institute of Science and Technology"),
    ]
    assert not outcome(*claims).of(PairVerdict.RELATED)


def test_a_spelling_of_a_licence_is_that_licence() -> None:
    odd = iris.mint("licence", "apache-license-2.0")
    claims = [*model("x/a", "A"), Claim(iris.model("x/a"), DCTERMS.license, odd)]
    (row,) = outcome(*claims, reference=reference_data.everything()).mappings
    assert (row.subject, row.object) == (odd, "http://spdx.org/licenses/Apache-2.0")


def test_impact_follows_parts_of_a_dataset() -> None:
    part, whole = iris.dataset("laion-2b"), iris.dataset("laion-5b")
    trained = iris.model("x/a")
    claims = [
        *dataset("laion-2b"),
        *dataset("laion-5b"),
        *model("x/a", "A"),
        Claim(trained, PG.trainedOn, part),
    ]
    quads = compile_quads(
        reference_data.reference(), [record("r", *claims)], [Mapping(part, PG.subsetOf, whole)]
    )
    with MemoryStore(quads) as store:
        result = impact(LineageIndex.build(AcceptedSnapshot(store)), whole)
    assert [node.iri for node in result.nodes] == [part, trained]


@pytest.mark.parametrize(
    ("day", "parts"), [("2020-01-01", 0), ("2026-01-31", 0), ("2026-05-01", 1)]
)
def test_a_part_is_one_of_a_day_on_which_both_datasets_were_known(day: str, parts: int) -> None:
    """A curated row has no day of its own on which it begins to hold."""
    part, whole = iris.dataset("laion-2b"), iris.dataset("laion-5b")
    later = record("later", *dataset("laion-2b"))
    later = replace(later, header=replace(later.header, retrieved="2026-04-01"))
    known = [record("r", *dataset("laion-5b")), later]
    rows = [Mapping(part, PG.subsetOf, whole)]
    with MemoryStore(compile_quads(reference_data.reference(), known, rows)) as store:
        result = impact(LineageIndex.build(AcceptedSnapshot(store, day)), whole)
    assert len(result.nodes) == parts


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of one record, and the store that is built of them."""
    folder = tmp_path_factory.mktemp("small")
    data = folder / "data" / "records"
    data.mkdir(parents=True)
    from provenance_graph.core import rdf

    text = rdf.write_trig(
        [record("a", *model("mistralai/Pixtral-12B", "Pixtral-12B", "mistralai"))]
    )
    (data / "a.trig").write_bytes(text)
    build(folder / "data", folder / "graph")
    return folder


@pytest.fixture
def small(built: Path, tmp_path: Path) -> Path:
    """A store of one record, of the test's own, with its data beside it."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "graph"


def test_what_an_import_brings_is_decided_with_what_is_there(small: Path) -> None:
    osai = iris.entity("osai", "model", "pixtral-12b")
    with EmbeddedStore.open_writer(small) as store:
        update(store, [record("b", *model("pixtral-12b", "Pixtral-12B"))])
        assert AcceptedSnapshot(store).canonical(osai) == iris.model("mistralai/Pixtral-12B")
        assert not list(store.quads(osai)), "the entity's own view is gone"
        assert [(row.subject, row.object) for row in stored_mappings(store)] == [
            (osai, iris.model("mistralai/Pixtral-12B"))
        ]
        update(store, drop=[record("b").header.record])
        assert not stored_mappings(store)


def test_a_rejection_takes_a_merge_back_and_a_withdrawal_the_rejection(small: Path) -> None:
    osai = iris.entity("osai", "model", "pixtral-12b")
    with EmbeddedStore.open_writer(small) as store:
        update(store, [record("b", *model("pixtral-12b", "Pixtral-12B"))])
        merged = {q for q in store.quads() if q[3] is None}
        (row,) = stored_mappings(store)
        rejected = Mapping(row.subject, SKOS.exactMatch, row.object, negated=True, author="orcid:1")
        settle(store, [rejected])
        assert stored_mappings(store) == [rejected]
        assert osai in AcceptedSnapshot(store).related(RDF.type, PG.Model)
        settle(store, withdrawn=[frozenset((row.subject, row.object))])
        assert stored_mappings(store) == [row]
        assert {q for q in store.quads() if q[3] is None} == merged


@pytest.fixture(scope="module")
def found() -> IdentityOutcome:
    return outcome(
        *model("a/koala-13b", "koala-13b", "a"),
        *model("b/koala-13b", "koala-13b", "b"),
        *model("koala-13b", "koala-13b"),
        *model("mistralai/Pixtral-12B", "Pixtral-12B"),
        *model("pixtral-12b", "Pixtral-12B"),
    )


def decided(text: str, *lines: tuple[str, str, str]) -> str:
    head, *rows = text.splitlines()
    made = [head]
    for row, (decision, reason, author) in zip(rows, lines, strict=False):
        made.append("\t".join([*row.split("\t")[:-3], decision, reason, author]))
    return "\n".join(made) + "\n"


def test_a_review_goes_out_and_its_decisions_come_back(found: IdentityOutcome) -> None:
    text = review(found.pairs)
    rows = decisions(
        decided(text, ("accept", "same weights", "Ann Otator")),
        found.pairs,
        [],
        "r.tsv",
        "2026-01-01",
    )
    (row,) = rows.rows
    assert (row.author, row.comment, row.date, row.merges) == (
        "id:person/ann-otator",
        "same weights",
        "2026-01-01",
        True,
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("maybe", "x", "y"), "line 2: decision 'maybe'"),
        (("accept", "", "y"), "line 2: a decision needs a reason and an author"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(
    found: IdentityOutcome, line: tuple[str, str, str], why: str
) -> None:
    with pytest.raises(RecordError, match=why):
        decisions(decided(review(found.pairs), line), found.pairs, [], "r.tsv")


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_a_row_that_is_cut_off_is_refused_with_its_line(
    found: IdentityOutcome, delimiter: str
) -> None:
    """Whether it had a decision is not known; one cell too many is a text that broke apart."""
    text = review(found.pairs, delimiter=delimiter)
    head, row, *_ = text.splitlines()
    for cut in (
        row[: len(row) // 2],
        row.rpartition(delimiter)[0],
        row + delimiter + "more",
        row.partition(delimiter)[0],
    ):
        with pytest.raises(RecordError, match=r"r\.csv: line 2: \d+ cells, and the header has 12"):
            decisions(f"{head}\n{cut}\n", found.pairs, [], "r.csv")
    assert decisions(f"{head}\n{row}\n", found.pairs, [], "r.csv").rows == ()


def test_unknown_rows_and_contradictions_are_refused_with_their_place(
    found: IdentityOutcome,
) -> None:
    text = decided(review(found.pairs), ("accept", "x", "y"))
    unknown = text.replace(iris.model("mistralai/Pixtral-12B"), iris.model("no/where"))
    unknown = unknown.replace(iris.model("a/koala-13b"), iris.model("no/where"))
    with pytest.raises(RecordError, match=r"line 2: .*no pair that the rules find"):
        decisions(unknown, found.pairs, [], "r.tsv")
    head, row = text.splitlines()[:2]
    both = "\n".join([head, row, row.replace("\taccept\t", "\treject\t")])
    with pytest.raises(RecordError, match="line 3: contradicts line 2"):
        decisions(both, found.pairs, [], "r.tsv")
    new = both.replace(iris.model("mistralai/Pixtral-12B"), iris.model("no/where"))
    new = new.replace(iris.model("a/koala-13b"), iris.model("no/where"))
    with pytest.raises(RecordError, match="line 3: contradicts line 2: 'reject' here and 'accept'"):
        decisions(new, found.pairs, [], "r.tsv")
    other = text.replace("skos:exactMatch\taccept", "skos:broadMatch\taccept")
    assert other != text
    with pytest.raises(RecordError, match="line 2: relation 'skos:broadMatch'"):
        decisions(other, found.pairs, [], "r.tsv")
    (made,) = decisions(text, found.pairs, [], "r.tsv").rows
    against = Mapping(made.subject, made.predicate, made.object, negated=True, author="orcid:1")
    with pytest.raises(RecordError, match="line 2: the table holds the opposite"):
        decisions(text, found.pairs, [against], "r.tsv")


def test_the_command_writes_a_review_and_keeps_it(small: Path, tmp_path: Path) -> None:
    with EmbeddedStore.open_writer(small) as store:
        update(store, [record("b", *model("pixtral-12b", "Pixtral-12B"))])
    path = tmp_path / "review.tsv"
    run = CliRunner().invoke(app, ["--store", str(small), "identify", "--review", str(path)])
    assert run.exit_code == 0, run.output
    path.write_text(decided(path.read_text(), ("accept", "same weights", "Ann")))
    run = CliRunner().invoke(app, ["--store", str(small), "identify", "--review", str(path)])
    assert run.exit_code == 0, run.output
    with EmbeddedStore.open(small) as store:
        assert [row.author for row in stored_mappings(store)] == ["id:person/ann"]


def test_a_build_keeps_what_was_decided_in_the_store(small: Path) -> None:
    with EmbeddedStore.open_writer(small) as store:
        update(store, [record("b", *model("pixtral-12b", "Pixtral-12B"))])
        before = stored_mappings(store)
    build(small.parent / "data", small)
    with EmbeddedStore.open(small) as store:
        assert stored_mappings(store) == before
    build(small.parent / "data", small, fresh=True)
    with EmbeddedStore.open(small) as store:
        assert stored_mappings(store) == []
