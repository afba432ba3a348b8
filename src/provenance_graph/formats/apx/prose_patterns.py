"""The patterns of the prose reader: each with its claims, an example and a look-alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.licences.names import normalise
from provenance_graph.formats.prose import (
    Maker,
    Passage,
    Pattern,
    Subject,
    constant_row,
    dated,
    estimate,
    stated,
    undisclosed,
)

_N = r"(?P<v>\d[\d,.]*\s?(?:billion|million|trillion|[KkMBT])?)"
_GUESS = re.compile(r"speculat|estimat|rumou?r|unverified|unconfirmed|reportedly", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:does not|do not|did not|is not|without|unlike|instead of|rather than|no)\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)


def _row(
    name: str,
    regex: str,
    make: Maker,
    example: str,
    lookalike: str,
    *,
    unless: re.Pattern[str] | None = None,
    case: bool = False,
) -> Pattern:
    flags = 0 if case else re.IGNORECASE
    return Pattern(name, re.compile(regex, flags), make, example, lookalike, unless)


def _licence(text: str) -> Value | None:
    return normalise(text).value


def _score(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
    """Yield a benchmark result in a sentence, with the setup that its paragraph states."""
    benchmark = match["b"].strip().rstrip(".,;")
    node = subject.part("evaluation", f"{subject.local}/{iris.slug(benchmark)}")
    yield from result_claims(node, subject, benchmark, match["v"], passage.locator)
    yield Claim(node, PG.maxScore, literals.decimal(100))
    setup = _setup(passage.paragraph)
    if setup:
        yield Claim(node, PG.setup, literals.text(setup), locator=passage.locator)
    if own := re.search(r"\bself-reported\b", passage.paragraph, re.IGNORECASE):
        code, wording = PG.SelfReported, own[0]
        yield Claim(node, PG.independence, code, as_stated=wording, locator=passage.locator)


def result_claims(
    node: Iri, subject: Subject, benchmark: str, score: str, locator: str
) -> Iterator[Claim]:
    """Yield an evaluation result of a model on a benchmark."""
    bench = iris.mint("benchmark", iris.slug(benchmark))
    yield Claim(node, RDF.type, PG.EvaluationResult)
    yield Claim(node, PG.evaluationOf, subject.model)
    yield Claim(node, PG.benchmark, bench)
    number = score.rstrip("%").strip()
    retained = score if score != number else ""
    yield Claim(
        node, PG.score, literals.decimal(Decimal(number)), as_stated=retained, locator=locator
    )
    yield Claim(bench, RDF.type, PG.Benchmark)
    yield Claim(bench, SCHEMA.name, literals.text(benchmark))


def _setup(paragraph: str) -> str:
    parts = []
    if re.search(r"\bsimple scaffold\b", paragraph, re.IGNORECASE):
        parts.append("simple scaffold")
    if budget := re.search(r"\bthinking budgets?\W{1,3}(?:of )?(\d+K)\b", paragraph, re.IGNORECASE):
        parts.append(f"thinking budget {budget[1]}")
    if shots := re.search(r"\b(\d+|zero|few)-shot\b(?! examples)", paragraph, re.IGNORECASE):
        parts.append(f"{shots[1].lower()}-shot")
    return "; ".join(parts)


def _version(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
    """Yield a dated version of the model, and its identifier; an undated one is an alias."""
    number = match["v"]
    if literals.day(number) is None:
        return
    node = subject.part("version", f"{subject.local}/{number}")
    yield Claim(node, RDF.type, PG.ModelVersion)
    yield Claim(node, PROV.specializationOf, subject.model)
    yield Claim(node, SCHEMA.version, literals.text(number), locator=passage.locator)
    name = match.groupdict().get("id")
    if name and number in name:
        yield Claim(node, DCTERMS.identifier, literals.text(name), locator=passage.locator)
    elif name:
        alias = subject.part("alias", f"{subject.local}/{name}")
        yield Claim(alias, RDF.type, PG.AliasBinding)
        yield Claim(alias, PG.alias, literals.text(name), locator=passage.locator)
        yield Claim(alias, PG.resolvesTo, node)


def _developer(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
    name = match["v"].strip().rstrip(".,")
    maker = iris.organization(name)
    yield Claim(subject.model, DCTERMS.creator, maker, as_stated=name, locator=passage.locator)
    yield Claim(maker, RDF.type, PG.Organization)
    yield Claim(maker, SCHEMA.name, literals.text(name))


def _family(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
    name = full_name(match["v"].strip(), subject.name)
    node = subject.part("family", model_slug(name))
    yield Claim(
        subject.model, DCTERMS.isPartOf, node, as_stated=match["v"], locator=passage.locator
    )
    yield Claim(node, RDF.type, PG.ModelFamily)
    yield Claim(node, SCHEMA.name, literals.text(name))


def _retired(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
    """Yield another model of the same developer that the text calls retired."""
    name = full_name(match["v"].strip(), subject.name)
    other = subject.part("model", model_slug(name))
    yield Claim(other, RDF.type, PG.Model)
    yield Claim(
        other, SCHEMA.name, literals.text(name), as_stated=match["v"], locator=passage.locator
    )
    yield Claim(other, PG.lifecycle, PG.Retired, as_stated="retiring", locator=passage.locator)


def full_name(short: str, whole: str) -> str:
    """Another model's name, with the brand in the subject's own name added.

    >>> full_name("Haiku 3.5", "Claude Haiku 4.5")
    'Claude Haiku 3.5'
    """
    first = short.split()[0]
    brand, result, _ = whole.partition(first)
    return f"{brand}{short}" if result and brand.endswith(" ") else short


def model_slug(name: str) -> str:
    """The slug of a model's name as the site writes it: no dots between digits.

    >>> model_slug("Claude Haiku 4.5")
    'claude-haiku-45'
    """
    return iris.slug(re.sub(r"(?<=\d)\.(?=\d)", "", name))


_METHODS = (
    (
        "RLHF",
        r"\bRLHF\b|\breinforcement learning (?:from|with) human feedback\b",
        PG.ReinforcementLearningFromHumanFeedback,
    ),
    (
        "RLAIF",
        r"\bRLAIF\b|\breinforcement learning from AI feedback\b",
        PG.ReinforcementLearningFromAIFeedback,
    ),
    ("SFT", r"\bSFT\b|\bsupervised fine-?tuning\b", PG.SupervisedFineTuning),
    ("DPO", r"\bDPO\b|\bdirect preference optimi[sz]ation\b", PG.DirectPreferenceOptimization),
    ("QAT", r"\bQAT\b|\bquantization-aware training\b", PG.QuantizationAwareTraining),
)
_WORDS = (
    ("RMS Normalization", r"\bRMS ?Norm(?:alization)?\b", PG.normalization, PG.RmsNormalization),
    ("Absolute Position Embedding", r"\bAbsolute Position Embeddings?\b", PG.positionEmbedding,
     PG.AbsolutePositionEmbedding),
    ("Rotary Position Embedding", r"\bRotary Position(?:al)? Embeddings?\b|\bRoPE\b", PG.positionEmbedding,
     PG.RotaryPositionEmbedding),
    ("Grouped-Query Attention", r"\bGrouped[- ]Query Attention\b", PG.attentionMechanism,
     PG.GroupedQueryAttention),
    ("Multi-head Latent Attention", r"\bMulti-head Latent Attention\b", PG.attentionMechanism,
     PG.MultiHeadLatentAttention),
    ("SwiGLU", r"\bSwiGLU\b", PG.activationFunction, PG.SwiGLU),
    ("SiLU", r"\bSiLU\b", PG.activationFunction, PG.SiLU),
)  # fmt: skip
_UNLIKE = re.compile(
    r"\b(?:not|unlike|without|instead of|rather than|previous|predecessor|replac\w+|no)\b[^.;]{0,60}?"
    r"(?:RL(?:HF|AIF)|reinforcement|SFT|supervised|DPO|direct preference|QAT|quantization-aware|RMS ?Norm|"
    r"Position|RoPE|Attention|SwiGLU|SiLU)",
    re.IGNORECASE,
)

PATTERNS: tuple[Pattern, ...] = (
    # what is not disclosed
    _row("does not disclose",
         r"\b(?:does|do|did|has|have) not (?:publicly |officially )?(?:disclosed?|released?|published?|reveal(?:ed)?) (?P<scope>[^;]+)",
         undisclosed(after=True),
         "The company does not disclose the parameter count.",
         "The company does not disclose its revenue."),
    _row("no information about",
         r"\b(?:no|zero) (?:public |official |publicly available )?(?:information|documentation|details|disclosure)"
         r"(?: (?:is|are|has been|have been))?(?: (?:provided|available|given))? (?:regarding|about|on|concerning|of) (?P<scope>[^;]+)",
         undisclosed(after=True),
         "There is no public information about the training compute.",
         "There is more public information about the training compute."),
    _row("no such thing has been disclosed",
         r"\bno (?P<scope>[^;]{3,300}?) (?:has been|have been|is|are|was|were) (?:publicly |officially )?(?:disclosed|released|published|provided|given|available)",
         undisclosed(after=True),
         "No GPU hours or training duration have been disclosed.",
         "GPU hours and training duration have been disclosed."),
    _row("is not disclosed",
         r"\b(?:is|are|remains?) (?:(?:not (?:explicitly |publicly |officially |fully )*(?:disclosed|detailed|documented|stated|available|public))|undisclosed)\b",
         undisclosed(after=False),
         "The vocabulary size is not explicitly detailed.",
         "The vocabulary size is 128,256, but the name is not disclosed."),
    # size and limits
    _row("estimated parameters",
         rf"\b(?:speculat\w+|estimat\w+|rumou?rs?|reportedly)\b.*?\b(?:around|about|approximately|roughly|at|of|has|~)\s?{_N} (?:total )?parameters",
         estimate(PG.parameterCount, literals.whole),
         "Outside estimates put it at around 21 billion parameters.",
         "The report states a count of around 21 billion parameters."),
    _row("total parameters",
         rf"\b(?:with|featuring|compris\w+|utili[sz]es|has|have|contains|encompassing|totals?|of)(?: a total of| approximately| roughly)? {_N} (?:total )?parameters\b(?! (?:are |is )?(?:activated|active|per))",
         stated(PG.parameterCount, literals.whole),
         "A model comprising 671B parameters with 37B activated per token.",
         "It runs with 32 billion parameters activated per token.",
         unless=_GUESS),
    _row("active parameters",
         rf"{_N} (?:parameters )?(?:are )?(?:activated|active)(?: parameters)?(?: (?:per|for each|during|at|in) \w+|\b)",
         stated(PG.activeParameterCount, literals.whole),
         "Of its parameters, 37B are activated per token.",
         "It has 37B parameters.",
         unless=_GUESS),
    _row("activating only",
         rf"\bactivat(?:es|ing) (?:only |just |approximately )?{_N} parameters",
         stated(PG.activeParameterCount, literals.whole),
         "It works by activating only 37 billion parameters for a token.",
         "It works by loading only 37 billion parameters.",
         unless=_GUESS),
    _row("context window",
         rf"\b{_N}[- ]tokens? context (?:window|length)",
         stated(PG.contextLength, literals.whole),
         "It offers a 200,000-token context window.",
         "It used a 200,000-token budget."),
    _row("context window of",
         rf"\bcontext (?:window|length) (?:of|scaling|to|up to|is)(?: up to)? \(?{_N} tokens",
         stated(PG.contextLength, literals.whole),
         "It has a context window of 128,000 tokens.",
         "The context window of the app shows tokens."),
    _row("output limit",
         rf"\b(?:generat\w+|output\w*|produc\w+)\b[^.;]{{0,30}}?\bup to {_N} tokens",
         stated(PG.maxOutputTokens, literals.whole),
         "It generates up to 64,000 tokens at once.",
         "It reads up to 64,000 tokens at once."),
    _row("output limits in brackets",
         rf"\boutput limits? \({_N} tokens\)",
         stated(PG.maxOutputTokens, literals.whole),
         "The maker documents output limits (64K tokens).",
         "The maker documents input limits (64K tokens)."),
    _row("vocabulary",
         rf"\bvocabulary (?:size )?of {_N}",
         stated(PG.vocabularySize, literals.whole),
         "It has a vocabulary size of 160,000 tokens.",
         "It has a vocabulary of some size."),
    _row("training tokens",
         rf"\b(?:trained on|training (?:set|dataset|corpus|data) of|dataset of)(?: approximately| about| over| roughly| around)? {_N} tokens",
         stated(PG.trainingTokenCount, literals.whole),
         "It was trained on 14.8T tokens.",
         "It was tested on 14.8T tokens."),
    _row("experts",
         rf"\b(?:incorporates|integrates|features|has|uses) {_N} (?:specialized |routed )?experts\b",
         stated(PG.expertCount, literals.whole),
         "The design integrates 384 specialized experts.",
         "The panel asked 384 specialized experts."),
    _row("selected experts",
         rf"\b(?:with|selecting) {_N} experts (?:dynamically )?(?:selected |activated |active )?per token",
         stated(PG.activeExpertCount, literals.whole),
         "A router works with 8 experts selected per token.",
         "A router works with 8 experts in all."),
    # time and versions
    _row("data up to",
         rf"\bdata\b[^.;]{{0,60}}?\b(?:up to|until|through) (?P<v>{_MONTH} \d{{4}})",
         dated(PG.trainingDataCutoff),
         "It was trained on web data (up to February 2025).",
         "Support runs up to February 2025."),
    _row("dated version",
         r"\bversion(?:ing|s)? \((?P<v>20\d{6})\)",
         _version,
         "It knows its version (20251001).",
         "It knows its price (20251001)."),
    _row("dated identifier",
         r"(?<![\w/-])(?P<id>[a-z][a-z0-9.]*(?:-[a-z0-9.]+)*-(?P<v>20\d{6}))\b(?![\w/-])",
         _version,
         "Pin it as example-model-2-20251001 instead.",
         "Pin it as example-model-2-20259901 instead.",
         case=True),
    _row("date-based versions",
         r"\bdate-based version(?:ing|s)\b",
         constant_row(PG.versioningScheme, literals.text("date-based")),
         "The maker uses date-based versioning.",
         "The maker uses semantic versioning.", unless=_NEGATED),
    _row("changelog",
         r"\b(?:maintains|publishes|keeps) a (?:basic |public |detailed )?changelog\b",
         constant_row(PG.changelog, None, Stance.PARTLY_STATED),
         "The maker maintains a basic changelog.",
         "The maker promised a changelog."),
    _row("retired sibling",
         r"\bretir(?:ing|ed) (?:older )?models \(e\.g\.,? (?P<v>[A-Z][\w. -]*?\d[\w.]*)\)",
         _retired,
         "It is known for retiring models (e.g., Haiku 3.5) soon.",
         "It is known for releasing models (e.g., Haiku 3.5) soon.", case=True),
    # who, and under what terms
    _row("developed by",
         r"\b(?:developed|created|released|built) by (?:the )?(?P<v>[A-Z][\w&.-]*(?: (?:AI|[A-Z][\w&-]*))*)",
         _developer,
         "It is a model developed by Moonshot AI, among others.",
         "It is a model liked by Moonshot AI, among others.", case=True),
    _row("member of a family",
         r"\b(?:of|in) the (?P<v>[A-Z][\w.-]*(?: [\w.-]+)?) model family\b",
         _family,
         "It is typical of the Haiku model family.",
         "It is typical of the model family.", case=True),
    _row("licence",
         r"\b(?:released|licensed|available|distributed) under (?:an? |the )?(?:strictly |permissive |fully )?(?P<v>[A-Za-z][\w .-]{1,40}?) licen[cs]e\b",
         stated(DCTERMS.license, _licence),
         "It is released under a strictly proprietary license.",
         "It is released under a generous license."),
    _row("API only",
         r"\bAPI-only (?:model|access)\b|\bno public access to (?:the )?(?:model )?weights\b",
         constant_row(PG.weightsAvailability, PG.ApiOnly),
         "It is an API-only model.",
         "It is not an API-only model.",
         unless=re.compile(r"\bnot an? (?:\S+ )?API-only", re.IGNORECASE)),
    # what it is
    _row("hybrid reasoning",
         r"\bhybrid reasoning model\b",
         constant_row(PG.reasoningMode, PG.HybridReasoning),
         "It is a hybrid reasoning model.",
         "It is not a hybrid reasoning model.", unless=_NEGATED),
    _row("vision",
         r"\b(?:native )?vision capabilit(?:y|ies)\b|\b(?:accepts|supports) (?:both )?(?:text and images?|images?) (?:as )?inputs?\b",
         constant_row(PG.inputModality, PG.Image),
         "It has native vision capabilities.",
         "It lacks vision capabilities.",
         unless=re.compile(r"\b(?:lacks?|without|no|not)\b[^.;]{0,30}(?:vision|image)", re.IGNORECASE)),
    _row("transformer",
         r"\btransformer-based model\b",
         constant_row(PG.architectureFamily, literals.text("transformer")),
         "It is a transformer-based model.",
         "It is not a transformer-based model.",
         unless=re.compile(r"\bnot a transformer", re.IGNORECASE)),
    _row("tokenizer likened",
         r"\btiktoken \((?P<v>\w+) or similar",
         constant_row(PG.tokenizer, None, Stance.PARTLY_STATED),
         "Tools use tiktoken (cl100k_base or similar).",
         "Tools use tiktoken (cl100k_base)."),
    # how it was trained
    _row("public web data",
         r"\bpublic(?:ly available)? internet data\b|\bweb crawler\b|\bweb crawls?\b",
         constant_row(PG.dataAcquisition, PG.WebCrawl),
         "Public internet data was collected for training.",
         "Private data was collected for training.", unless=re.compile(r"\bnot\b.{0,20}crawl", re.IGNORECASE)),
    _row("third-party data",
         r"\b(?:non-public )?third-party data\b",
         constant_row(PG.dataAcquisition, PG.ThirdPartyData),
         "Licensed third-party data was used in training.",
         "Third-party speculation was used in training.",
         unless=re.compile(r"\bno\b.{0,20}third-party data", re.IGNORECASE)),
    _row("synthetic data",
         r"\bsynthetic data\b",
         constant_row(PG.dataAcquisition, PG.SyntheticData),
         "Training used synthetic data made in-house.",
         "Training used no synthetic data.",
         unless=re.compile(r"\b(?:no|without|not)\b.{0,20}synthetic data", re.IGNORECASE)),
    *(_row(name, regex, constant_row(PG.trainingMethod, code),
           f"It was tuned using {name} in the end.", f"It was not tuned using {name} in the end.",
           unless=_UNLIKE)
      for name, regex, code in _METHODS),
    *(_row(name, regex, constant_row(prop, code),
           f"The card mentions {name} in passing.", f"The card mentions no {name} in passing.",
           unless=_UNLIKE)
      for name, regex, prop, code in _WORDS),
    # results
    _row("score on a benchmark",
         r"(?P<v>\d{1,3}(?:\.\d+)?%) on (?:the )?(?P<b>[A-Z][\w-]*(?:[ -][A-Z0-9][\w.-]*){0,3})",
         _score,
         "The maker reports 73.3% on SWE-bench Verified.",
         "The maker reports 73.3% on most tasks.", case=True),
)  # fmt: skip
