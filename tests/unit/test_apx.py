"""The seed page's facts, layouts, naming, and every prose pattern with its look-alike."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from shared import SHARED, needs_shared

from provenance_graph import names, rdf, vocab
from provenance_graph.claims import Basis, Claim, Problem, Record, Stance
from provenance_graph.errors import Unreadable
from provenance_graph.names import Iri
from provenance_graph.resources import folder
from provenance_graph.sources import apx, prose
from provenance_graph.sources.document import Document
from provenance_graph.sources.prose_patterns import PATTERNS, full_name, model_slug
from provenance_graph.sources.records import records_of

URL = Iri("https://apxml.com/models/claude-haiku-45-thinking")
HAIKU = names.entity("apx", "model", "claude-haiku-45")
THINKING = names.entity("apx", "configuration", "claude-haiku-45-thinking")
SUBJECT = prose.Subject(names.model("example/m"), "Claude Haiku 4.5", "apx", "m")
SPEC = "Parameters\n7B\nContext Length\n8K\nLicense\nMIT\n"


def page(text: str, url: str = "urn:file:page.txt") -> list[Claim | Problem]:
    return list(apx.read(Document(Iri(url), text.encode(), "2026-01-31", "page.txt")))


def seed() -> Record:
    assert SHARED is not None
    (path,) = (SHARED / "seed").glob("000_*.txt")
    found = list(records_of(apx.READER, Document(URL, path.read_bytes(), "2025-11-22")))
    (record,) = [item for item in found if isinstance(item, Record)]
    assert [item for item in found if isinstance(item, Problem)] == []
    return record


def about(record: Record, subject: Iri, predicate: Iri) -> list[Claim]:
    return [c for c in record.claims if (c.subject, c.predicate) == (subject, predicate)]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.name.replace(" ", "-"))
def test_a_pattern_reads_its_example_and_not_its_lookalike(pattern: prose.Pattern) -> None:
    assert list(prose.read(pattern.example, "L1", SUBJECT, (pattern,)))
    assert not list(prose.read(pattern.lookalike, "L1", SUBJECT, (pattern,)))


@pytest.mark.parametrize(
    ("topic", "prop"), prose.TOPICS, ids=[names.local_name(prop) for _, prop in prose.TOPICS]
)
def test_every_topic_of_non_disclosure_is_a_fact_property_of_the_ontology(
    topic: object, prop: Iri
) -> None:
    text = "".join(path.read_text() for path in sorted(folder("ontology").glob("*.ttl")))
    assert f"pg:{names.local_name(prop)} " in text


def test_an_estimate_is_not_a_statement() -> None:
    claims = list(
        prose.read("Speculation suggests around 21 billion parameters.", "L1", SUBJECT, PATTERNS)
    )
    assert [c.basis for c in claims] == [Basis.ESTIMATE]
    assert str(claims[0].value) == "21000000000"


def test_abbreviations_do_not_end_a_sentence() -> None:
    found = list(prose.sentences("It names no total vs. active count (e.g., of Haiku). It ends."))
    assert len(found) == 2


def test_a_sibling_gets_the_brand_of_the_model() -> None:
    assert full_name("Haiku 3.5", "Claude Haiku 4.5") == "Claude Haiku 3.5"
    assert full_name("Opus 3", "Claude Haiku 4.5") == "Opus 3"
    assert model_slug("Claude Haiku 3.5") == "claude-haiku-35"


def test_a_mode_word_alone_does_not_make_a_configuration() -> None:
    text = SPEC + (
        "Example K2 Thinking is a language model developed by Example Labs, trained to reason "
        "over many steps before it gives an answer to the person who asked.\n"
    )
    types = {c.value for c in page(text) if isinstance(c, Claim) and c.predicate == vocab.RDF_TYPE}
    assert vocab.CONFIGURATION_CLASS not in types
    assert vocab.MODEL_CLASS in types


def test_a_page_that_names_no_model_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="nothing names the model"):
        page(SPEC)


def test_the_address_names_a_page_without_title() -> None:
    found = page(SPEC, "https://apxml.com/models/example-7b")
    subjects = {c.subject for c in found if isinstance(c, Claim)}
    assert names.entity("apx", "model", "example-7b") in subjects


def test_a_dash_says_that_the_page_does_not_state_the_field() -> None:
    found = page("Example 7B\nHidden Dimension Size\n-\n" + SPEC)
    (claim,) = [c for c in found if isinstance(c, Claim) and c.predicate == vocab.HIDDEN_SIZE]
    assert (claim.value, claim.stance, claim.locator) == (None, Stance.NOT_STATED, "L3")


def test_total_and_active_counts_in_their_right_places_are_left_alone() -> None:
    found = page("Example 7B\nTotal Parameters\n671B\nActive Parameters\n37B\n" + SPEC[14:])
    sizes = {c.predicate: str(c.value) for c in found if isinstance(c, Claim) and not c.basis}
    assert sizes[vocab.PARAMETER_COUNT] == "671000000000"
    assert sizes[vocab.ACTIVE_PARAMETER_COUNT] == "37000000000"


def test_a_line_too_long_is_a_problem_with_its_place() -> None:
    found = page("Example 7B\n" + SPEC + "x " * 20_001)
    assert any(isinstance(p, Problem) and p.where == "L8" for p in found)


def test_a_rank_has_no_date_or_population_that_the_page_does_not_give() -> None:
    found = page("Example 7B\n" + SPEC + "Overall Rank\n#3\n")
    silent = {c.predicate for c in found if isinstance(c, Claim) and c.stance is Stance.NOT_STATED}
    assert silent == {vocab.DATE, vocab.POPULATION}


# ---- the seed page ----------------------------------------------------------------------


@needs_shared
def test_the_seed_states_what_it_states() -> None:
    record = seed()
    got = {
        names.local_name(c.predicate): str(c.value)
        for c in record.claims
        if c.subject == HAIKU and c.value is not None and c.basis is None
    }
    assert got["contextLength"] == "200000"
    assert got["maxOutputTokens"] == "64000"
    assert got["issued"] == "2025-10-01"
    assert got["knowledgeCutoff"] == "2025-02-28"
    assert got["license"] == names.mint("licence", "proprietary")
    assert got["positionEmbedding"] == vocab.ABSOLUTE_POSITION_EMBEDDING
    assert got["reasoningMode"] == vocab.HYBRID_REASONING
    assert "parameterCount" not in got


@needs_shared
def test_the_seed_reports_the_size_undisclosed_and_repeats_an_estimate() -> None:
    said = about(seed(), HAIKU, vocab.PARAMETER_COUNT)
    assert {(c.stance, c.basis, c.locator) for c in said} == {
        (Stance.NOT_STATED, None, "L2"),
        (Stance.REPORTS_UNDISCLOSED, None, "L77"),
        (Stance.STATED, Basis.ESTIMATE, "L77"),
    }


@needs_shared
@pytest.mark.parametrize(
    "prop",
    [
        vocab.TRAINING_COMPUTE_FLOP, vocab.ACCELERATOR_HOURS, vocab.TRAINING_HARDWARE,
        vocab.TRAINING_DURATION_DAYS, vocab.TRAINING_CO2E_TONNES, vocab.VOCABULARY_SIZE,
        vocab.MINIMUM_MEMORY_GB, vocab.DATA_DOMAIN_SHARE, vocab.ACTIVE_PARAMETER_COUNT,
    ],
    ids=names.local_name,
)  # fmt: skip
def test_the_seed_reports_what_the_developer_does_not_disclose(prop: Iri) -> None:
    assert Stance.REPORTS_UNDISCLOSED in {c.stance for c in about(seed(), HAIKU, prop)}


@needs_shared
def test_the_seed_contradicts_itself_on_modality() -> None:
    said = {c.value for c in about(seed(), HAIKU, vocab.INPUT_MODALITY)}
    assert said == {vocab.TEXT, vocab.IMAGE}


@needs_shared
def test_the_seed_ranks_the_configuration_and_assesses_the_model() -> None:
    record = seed()
    assert about(record, THINKING, vocab.SPECIALIZATION_OF)[0].value == HAIKU
    ranks = {
        c.subject.rpartition("/")[2]: str(c.value)
        for c in record.claims
        if c.predicate == vocab.RANK
    }
    assert ranks == {
        "livebench-data-analysis": "23", "livebench-mathematics": "26", "livebench-agentic": "29",
        "livebench-coding": "30", "livebench-reasoning": "35", "mmlu-pro": "43",
        "overall": "65", "coding": "64",
    }  # fmt: skip
    parts = [c for c in record.claims if c.value == vocab.CRITERION_RESULT_CLASS]
    assert len(parts) == 10
    for part in parts:
        (score,) = about(record, part.subject, vocab.SCORE)
        assert (score.value, score.stance) == (None, Stance.NOT_STATED)
    (total,) = [c for c in record.claims if c.value == vocab.ASSESSMENT_CLASS]
    assert str(about(record, total.subject, vocab.SCORE)[0].value) == "33"


@needs_shared
def test_the_seed_repeats_a_self_reported_score_with_its_setup() -> None:
    record = seed()
    node = names.entity("apx", "evaluation", "claude-haiku-45/swe-bench-verified")
    score = about(record, node, vocab.SCORE)[0].value
    assert Decimal(str(score)) == Decimal("73.3")
    assert str(about(record, node, vocab.SETUP)[0].value) == "simple scaffold; thinking budget 128K"
    assert about(record, node, vocab.INDEPENDENCE)[0].value == vocab.SELF_REPORTED


@needs_shared
def test_the_shipped_seed_record_is_what_the_reader_makes_of_the_page() -> None:
    path = folder("data") / "records" / "apx" / "claude-haiku-45-thinking.trig"
    assert path.read_bytes() == rdf.write_trig([seed()])


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
    said = {c.predicate for c in page(text) if isinstance(c, Claim) and "L" in c.locator}
    assert vocab.CREATOR in said
    assert not said & {vocab.TRAINING_TOKEN_COUNT}
    sizes = [c for c in page(text) if isinstance(c, Claim) and c.predicate == vocab.PARAMETER_COUNT]
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
    found = page(text)
    assert [item for item in found if isinstance(item, Problem)] == []
    assert [
        str(c.value)
        for c in found
        if isinstance(c, Claim) and c.predicate == vocab.MINIMUM_MEMORY_GB
    ] == ["18.44"]


def test_a_medal_before_a_rank_is_no_part_of_it() -> None:
    found = page("Example 7B\n" + SPEC + "| Benchmark | Score | Rank |\nMath MATH | 0.5 | 🥇 1 |\n")
    assert [str(c.value) for c in found if isinstance(c, Claim) and c.predicate == vocab.RANK] == [
        "1"
    ]


def test_a_page_that_ends_within_a_sentence_is_told() -> None:
    found = page(SPEC + f"Example 7B is a model developed by Example Labs, {FILLER[:-10]}")
    assert [p.what for p in found if isinstance(p, Problem)] == ["the text ends within a sentence"]


def test_a_model_card_is_not_taken_for_a_page() -> None:
    for name, text in (("README.md", SPEC), ("card.md", "---\n---\n" + SPEC)):
        card = Document(Iri("urn:file:x"), text.encode(), "2026-01-31", name)
        assert not apx.recognises(card.hints)


def test_marks_of_markdown_are_no_part_of_labels_and_values() -> None:
    found = page(
        "# Example 7B\n\n- **Parameters:** 7B\n- **Context Length**: 8K\n| License | MIT |\n"
        "## Attention\n### Attention Heads\n32\n| Key-Value Heads | - |\n"
        "| Benchmark | Score | Rank |\n|---|---|---|\n| MMLU | 0.5 | 3 |\nOverall Rank\n#65\n"
    )
    assert [item for item in found if isinstance(item, Problem)] == []
    said = {c.predicate: str(c.value) for c in found if isinstance(c, Claim) and c.locator}
    assert said[vocab.PARAMETER_COUNT] == "7000000000"
    assert said[vocab.CONTEXT_LENGTH] == "8000"
    assert said[vocab.ATTENTION_HEAD_COUNT] == "32"
    assert said[vocab.KEY_VALUE_HEAD_COUNT] == "None"
    assert said[vocab.SCORE] == "0.5"
    assert {str(c.value) for c in found if isinstance(c, Claim) and c.predicate == vocab.RANK} == {
        "3",
        "65",
    }
    names_ = {str(c.value) for c in found if isinstance(c, Claim) and c.predicate == vocab.NAME}
    assert "Example 7B" in names_
