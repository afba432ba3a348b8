"""The seed page's facts, layouts, naming, and every prose pattern with its look-alike."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from shared import SHARED, needs_shared

from provenance_graph.core import iris, rdf
from provenance_graph.core.claims import Basis, Claim, Problem, Record, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats import prose
from provenance_graph.formats.apx import reader as apx
from provenance_graph.formats.apx.claims import ARCHITECTURE, DEFAULT_CONFIDENCE
from provenance_graph.formats.apx.prose_patterns import PATTERNS, full_name, model_slug
from provenance_graph.formats.document import Document
from provenance_graph.formats.records import records_of
from tools import regenerate

URL = Iri("https://apxml.com/models/claude-haiku-45-thinking")
HAIKU = iris.entity("apx", "model", "claude-haiku-45")
THINKING = iris.entity("apx", "configuration", "claude-haiku-45-thinking")
SUBJECT = prose.Subject(iris.model("example/m"), "Claude Haiku 4.5", "apx", "m")
SPEC = "Parameters\n7B\nContext Length\n8K\nLicense\nMIT\n"


def page(text: str, url: str = "urn:file:page.txt") -> list[Claim | Problem]:
    return list(apx.read(Document(Iri(url), text.encode(), "2026-01-31", "page.txt")))


def seed() -> Record:
    assert SHARED is not None
    (path,) = (SHARED / "seed").glob("000_*.txt")
    results = list(records_of(apx.READER, Document(URL, path.read_bytes(), "2025-11-22")))
    (record,) = [item for item in results if isinstance(item, Record)]
    assert [item for item in results if isinstance(item, Problem)] == []
    return record


def about(record: Record, subject: Iri, predicate: Iri) -> list[Claim]:
    return [c for c in record.claims if (c.subject, c.predicate) == (subject, predicate)]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.name.replace(" ", "-"))
def test_a_pattern_reads_its_example_and_not_its_lookalike(pattern: prose.Pattern) -> None:
    assert list(prose.read(pattern.example, "L1", SUBJECT, (pattern,)))
    assert not list(prose.read(pattern.lookalike, "L1", SUBJECT, (pattern,)))


@pytest.mark.parametrize(
    ("topic", "prop"), prose.TOPICS, ids=[iris.local_name(prop) for _, prop in prose.TOPICS]
)
def test_every_topic_of_non_disclosure_is_a_fact_property_of_the_ontology(
    topic: object, prop: Iri
) -> None:
    text = "".join(path.read_text() for path in sorted(folder("ontology").glob("*.ttl")))
    assert f"pg:{iris.local_name(prop)} " in text


def test_an_estimate_is_not_a_statement() -> None:
    claims = list(
        prose.read("Speculation suggests around 21 billion parameters.", "L1", SUBJECT, PATTERNS)
    )
    assert [c.basis for c in claims] == [Basis.ESTIMATE]
    assert str(claims[0].value) == "21000000000"


def test_abbreviations_do_not_end_a_sentence() -> None:
    results = list(prose.sentences("It names no total vs. active count (e.g., of Haiku). It ends."))
    assert len(results) == 2


def test_a_sibling_gets_the_brand_of_the_model() -> None:
    assert full_name("Haiku 3.5", "Claude Haiku 4.5") == "Claude Haiku 3.5"
    assert full_name("Opus 3", "Claude Haiku 4.5") == "Opus 3"
    assert model_slug("Claude Haiku 3.5") == "claude-haiku-35"


def test_a_mode_word_alone_does_not_make_a_configuration() -> None:
    text = SPEC + (
        "Example K2 Thinking is a language model developed by Example Labs, trained to reason "
        "over many steps before it gives an answer to the person who asked.\n"
    )
    types = {c.value for c in page(text) if isinstance(c, Claim) and c.predicate == RDF.type}
    assert PG.Configuration not in types
    assert PG.Model in types


def test_a_page_that_names_no_model_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="nothing names the model"):
        page(SPEC)


def test_the_address_names_a_page_without_title() -> None:
    result = page(SPEC, "https://apxml.com/models/example-7b")
    subjects = {c.subject for c in result if isinstance(c, Claim)}
    assert iris.entity("apx", "model", "example-7b") in subjects


def test_a_dash_says_that_the_page_does_not_state_the_field() -> None:
    result = page("Example 7B\nHidden Dimension Size\n-\n" + SPEC)
    (claim,) = [c for c in result if isinstance(c, Claim) and c.predicate == PG.hiddenSize]
    assert (claim.value, claim.stance, claim.locator) == (None, Stance.NOT_STATED, "L3")


def test_total_and_active_counts_in_their_right_places_are_left_alone() -> None:
    result = page("Example 7B\nTotal Parameters\n671B\nActive Parameters\n37B\n" + SPEC[14:])
    sizes = {c.predicate: str(c.value) for c in result if isinstance(c, Claim) and not c.basis}
    assert sizes[PG.parameterCount] == "671000000000"
    assert sizes[PG.activeParameterCount] == "37000000000"


def test_a_line_too_long_is_a_problem_with_its_place() -> None:
    result = page("Example 7B\n" + SPEC + "x " * 20_001)
    assert any(isinstance(p, Problem) and p.where == "L8" for p in result)


def test_a_rank_has_no_date_or_population_that_the_page_does_not_give() -> None:
    result = page("Example 7B\n" + SPEC + "Overall Rank\n#3\n")
    silent = {c.predicate for c in result if isinstance(c, Claim) and c.stance is Stance.NOT_STATED}
    assert silent == {DCTERMS.date, PG.population}


CLOSED = (
    "Example 7B\nParameters\n-\nContext Length\n200K\nArchitecture\nDense\nLicense\nProprietary\n"
    "Attention Structure\nMulti-Head Attention\nPosition Embedding\nAbsolute Position Embedding\n"
    "Normalization\nRMS Normalization\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "Hardware Footprint\nAs a closed-weights API-only model, there is no documentation on the VRAM "
        "or hardware requirements for local deployment.",
        "Parameter Density\nQuorra Labs does not disclose the parameter count for Quorra 2. Third-party "
        "speculation suggests a size around 21 billion parameters, but this is unverified. There is "
        "no official information regarding active vs. total parameters, nor a breakdown of them.",
    ],
)
def test_a_closed_model_is_known_by_the_text_of_its_page(text: str) -> None:
    """Whatever its table says of size and licence."""
    shown = SPEC.replace("MIT", "Commercial") + "Attention Heads\n64\nNumber of Layers\n80\n"
    text = f"Quorra 2\n{shown}Total Score\n33\n/ 100\n{text}\n"
    claims = [c for c in page(text) if isinstance(c, Claim)]
    guessed = {c.predicate: (c.basis, c.confidence) for c in claims if c.predicate in ARCHITECTURE}
    assert guessed[PG.layerCount] == (Basis.INFERENCE, DEFAULT_CONFIDENCE)
    assert guessed[PG.attentionHeadCount] == (Basis.INFERENCE, DEFAULT_CONFIDENCE)


def test_the_architecture_of_a_closed_model_is_the_site_s_default() -> None:
    claims = [c for c in page(CLOSED) if isinstance(c, Claim) and c.value is not None]
    guessed = {c.predicate: (c.basis, c.confidence) for c in claims if c.predicate in ARCHITECTURE}
    assert guessed.keys() == {
        PG.sparsity,
        PG.attentionMechanism,
        PG.positionEmbedding,
        PG.normalization,
    }
    assert set(guessed.values()) == {(Basis.INFERENCE, DEFAULT_CONFIDENCE)}
    (context,) = [c for c in claims if c.predicate == PG.contextLength]
    assert context.basis is None


def test_the_architecture_of_an_open_model_is_a_report() -> None:
    text = CLOSED.replace("\n-\n", "\n7B\n").replace("Proprietary", "Apache-2.0")
    claims = [c for c in page(text) if isinstance(c, Claim) and c.predicate in ARCHITECTURE]
    assert {(c.basis, c.confidence) for c in claims} == {(None, None)}


def test_a_dense_width_below_the_model_s_own_is_an_expert_s() -> None:
    text = (
        "Example 7B\nParameters\n671B\nContext Length\n128K\nNumber of Experts\n256\n"
        "Hidden Dimension Size\n7168\nFFN Intermediate Size (Dense)\n2048\n"
    )
    result = page(text)
    claims = {c.predicate: c for c in result if isinstance(c, Claim)}
    assert PG.feedForwardSize not in claims
    expert = claims[PG.expertIntermediateSize]
    assert (str(expert.value), expert.basis) == ("2048", Basis.INFERENCE)
    wide = {c.predicate for c in page(text.replace("2048", "18432")) if isinstance(c, Claim)}
    assert PG.feedForwardSize in wide


# ---- the seed page ----------------------------------------------------------------------


@needs_shared
def test_the_seed_states_what_it_states() -> None:
    record = seed()
    got = {
        iris.local_name(c.predicate): str(c.value)
        for c in record.claims
        if c.subject == HAIKU and c.value is not None and c.basis is None
    }
    assert got["contextLength"] == "200000"
    assert got["maxOutputTokens"] == "64000"
    assert got["issued"] == "2025-10-01"
    assert got["knowledgeCutoff"] == "2025-02-28"
    assert got["license"] == iris.mint("licence", "proprietary")
    assert not got.keys() & {"positionEmbedding", "normalization", "attentionMechanism", "sparsity"}
    assert got["reasoningMode"] == PG.HybridReasoning
    assert "parameterCount" not in got


@needs_shared
def test_the_seed_reports_the_size_undisclosed_and_repeats_an_estimate() -> None:
    stated = about(seed(), HAIKU, PG.parameterCount)
    assert {(c.stance, c.basis, c.locator) for c in stated} == {
        (Stance.NOT_STATED, None, "L2"),
        (Stance.REPORTS_UNDISCLOSED, None, "L77"),
        (Stance.STATED, Basis.ESTIMATE, "L77"),
    }


@needs_shared
@pytest.mark.parametrize(
    "prop",
    [
        PG.trainingComputeFLOP,
        PG.acceleratorHours,
        PG.trainingHardware,
        PG.trainingDurationDays,
        PG.trainingCO2eTonnes,
        PG.vocabularySize,
        PG.minimumMemoryGB,
        PG.dataDomainShare,
        PG.activeParameterCount,
    ],
    ids=iris.local_name,
)
def test_the_seed_reports_what_the_developer_does_not_disclose(prop: Iri) -> None:
    assert Stance.REPORTS_UNDISCLOSED in {c.stance for c in about(seed(), HAIKU, prop)}


@needs_shared
def test_the_seed_contradicts_itself_on_modality() -> None:
    stated = {c.value for c in about(seed(), HAIKU, PG.inputModality)}
    assert stated == {PG.Text, PG.Image}


@needs_shared
def test_the_seed_ranks_the_configuration_and_assesses_the_model() -> None:
    record = seed()
    assert about(record, THINKING, PROV.specializationOf)[0].value == HAIKU
    ranks = {
        c.subject.rpartition("/")[2]: str(c.value) for c in record.claims if c.predicate == PG.rank
    }
    assert ranks == {
        "livebench-data-analysis": "23",
        "livebench-mathematics": "26",
        "livebench-agentic": "29",
        "livebench-coding": "30",
        "livebench-reasoning": "35",
        "mmlu-pro": "43",
        "overall": "65",
        "coding": "64",
    }
    parts = [c for c in record.claims if c.value == PG.CriterionResult]
    assert len(parts) == 10
    for part in parts:
        (score,) = about(record, part.subject, PG.score)
        assert (score.value, score.stance) == (None, Stance.NOT_STATED)
    (total,) = [c for c in record.claims if c.value == PG.Assessment]
    assert str(about(record, total.subject, PG.score)[0].value) == "33"


@needs_shared
def test_the_seed_repeats_a_self_reported_score_with_its_setup() -> None:
    record = seed()
    node = iris.entity("apx", "evaluation", "claude-haiku-45/swe-bench-verified")
    score = about(record, node, PG.score)[0].value
    assert Decimal(str(score)) == Decimal("73.3")
    assert str(about(record, node, PG.setup)[0].value) == "simple scaffold; thinking budget 128K"
    assert about(record, node, PG.independence)[0].value == PG.SelfReported


@needs_shared
def test_the_shipped_seed_record_is_what_the_reader_makes_of_the_page() -> None:
    path = folder("data") / "records" / "apx" / "claude-haiku-45-thinking.trig"
    entries = regenerate.hand_written(folder("data") / "sources.toml")
    assert path.read_bytes() == rdf.write_trig([regenerate.by_entry(seed(), "apx", entries)])


@needs_shared
def test_the_shipped_seed_record_holds_no_sentence_of_the_page() -> None:
    assert SHARED is not None
    (path,) = (SHARED / "seed").glob("000_*.txt")
    shipped = Path(folder("data") / "records" / "apx" / "claude-haiku-45-thinking.trig").read_text()
    prose_lines = [
        line for line in path.read_text().splitlines() if len(line) > 80 and "|" not in line
    ]
    for line in prose_lines:
        for sentence in prose.sentences(line):
            assert sentence[:60] not in shipped


FILLER = "and the rest of this long sentence has nothing in it that any of the patterns would read."


def test_a_paragraph_about_the_family_says_nothing_of_the_model() -> None:
    text = SPEC + (
        f"Example 7B is a model developed by Example Labs, {FILLER}\n"
        f"Example is a family that comes with 70B parameters and more, {FILLER}\n"
        f"About Example\n\nIt was trained on 15T tokens in all its sizes, {FILLER}\n"
    )
    stated = {c.predicate for c in page(text) if isinstance(c, Claim) and "L" in c.locator}
    assert DCTERMS.creator in stated
    assert not stated & {PG.trainingTokenCount}
    sizes = [c for c in page(text) if isinstance(c, Claim) and c.predicate == PG.parameterCount]
    assert [str(c.value) for c in sizes] == ["7000000000"]


def test_the_memory_calculator_and_names_of_other_models_are_passed_over() -> None:
    text = (
        "Example 7B\n"
        + SPEC
        + (
            f"Example 7B is a model developed by Example Labs, {FILLER}\n"
            "Other Example Models\nExample 13B\nExample 70B\nSystem Requirements\n"
            "Choose the quantization method for model weights\nFP16\nINT4\n"
            "Context Size: 1,024 tokens\n1k\n64k\nVRAM Required:\n18.44 GB\n"
        )
    )
    result = page(text)
    assert [item for item in result if isinstance(item, Problem)] == []
    assert [
        str(c.value) for c in result if isinstance(c, Claim) and c.predicate == PG.minimumMemoryGB
    ] == ["18.44"]


def test_a_medal_before_a_rank_is_no_part_of_it() -> None:
    result = page(
        "Example 7B\n" + SPEC + "| Benchmark | Score | Rank |\nMath MATH | 0.5 | 🥇 1 |\n"
    )
    assert [str(c.value) for c in result if isinstance(c, Claim) and c.predicate == PG.rank] == [
        "1"
    ]


def test_a_page_that_ends_within_a_sentence_is_told() -> None:
    result = page(SPEC + f"Example 7B is a model developed by Example Labs, {FILLER[:-10]}")
    assert [p.what for p in result if isinstance(p, Problem)] == ["the text ends within a sentence"]


def test_a_model_card_is_not_taken_for_a_page() -> None:
    for name, text in (("README.md", SPEC), ("card.md", "---\n---\n" + SPEC)):
        card = Document(Iri("urn:file:x"), text.encode(), "2026-01-31", name)
        assert not apx.recognises(card.features)


def test_marks_of_markdown_are_no_part_of_labels_and_values() -> None:
    result = page(
        "# Example 7B\n\n- **Parameters:** 7B\n- **Context Length**: 8K\n| License | MIT |\n"
        "## Attention\n### Attention Heads\n32\n| Key-Value Heads | - |\n"
        "| Benchmark | Score | Rank |\n|---|---|---|\n| MMLU | 0.5 | 3 |\nOverall Rank\n#65\n"
    )
    assert [item for item in result if isinstance(item, Problem)] == []
    stated = {c.predicate: str(c.value) for c in result if isinstance(c, Claim) and c.locator}
    assert stated[PG.parameterCount] == "7000000000"
    assert stated[PG.contextLength] == "8000"
    assert stated[PG.attentionHeadCount] == "32"
    assert stated[PG.keyValueHeadCount] == "None"
    assert stated[PG.score] == "0.5"
    assert {str(c.value) for c in result if isinstance(c, Claim) and c.predicate == PG.rank} == {
        "3",
        "65",
    }
    names_ = {str(c.value) for c in result if isinstance(c, Claim) and c.predicate == SCHEMA.name}
    assert "Example 7B" in names_


@pytest.mark.parametrize(
    ("counts", "routed", "active"),
    [
        ("Number of Experts\n257\nActive Experts\n9\nShared Experts\n1\n", "256", "8"),
        ("Number of Experts\n257\nActive Experts\n8\n", "256", "8"),
        ("Number of Experts\n128\nActive Experts\n1\n", "128", "1"),
    ],
)
def test_shared_experts_are_none_of_the_routed_ones(counts: str, routed: str, active: str) -> None:
    claims = [c for c in page(f"Oak 7B\nParameters\n7B\n{counts}") if isinstance(c, Claim)]
    got = {c.predicate: c for c in claims if c.predicate in (PG.expertCount, PG.activeExpertCount)}
    assert [str(got[p].value) for p in (PG.expertCount, PG.activeExpertCount)] == [routed, active]
    assert all(
        (c.basis is Basis.INFERENCE) == ("shared among" in c.as_stated) for c in got.values()
    )
