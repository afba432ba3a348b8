"""Facts of the curated list as claims: one row per property, one function per odd one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from provenance_graph import names, values, vocab
from provenance_graph.claims import Basis, Claim, Problem, Stance, Value
from provenance_graph.names import Iri
from provenance_graph.sources import curated_names as known


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: of which model (short name and IRI), and what, in the list's words."""

    short: str
    subject: Iri
    prop: str
    value: str
    basis: Basis | None
    place: str
    parent: Iri | None = None

    def claim(self, prop: Iri, value: Value | None, **more: object) -> Claim:
        """A claim about the model on this fact's basis."""
        return self.about(self.subject, prop, value, **more)

    def about(self, subject: Iri, prop: Iri, value: Value | None, **more: object) -> Claim:
        """A claim about another thing on this fact's basis, the fact's words kept."""
        same = value is not None and not isinstance(value, Iri) and value.lexical == self.value
        base = Claim(
            subject,
            prop,
            value,
            basis=self.basis,
            as_stated="" if same else self.value,
            locator=self.place,
        )
        return replace(base, **more)  # type: ignore[arg-type]

    def node(self, kind: str, local: str) -> Iri:
        """A node below the model."""
        return names.entity("curated", kind, f"{self.short}/{local}")


Made = Iterator[Claim | Problem]
Maker = Callable[[Fact], Made]


def claims(fact: Fact) -> Made:
    """The claims of one fact; a property that no row knows is a Problem."""
    maker = MAKERS.get(fact.prop) or next(
        (maker for pattern, maker in PATTERNED if pattern.match(fact.prop)), None
    )
    if maker is None:
        yield Problem(fact.place or fact.short, f"{fact.short}: no row knows {fact.prop!r}")
        return
    try:
        yield from list(maker(fact))
    except (ValueError, ArithmeticError):  # what Decimal and the literals say to a bad number
        yield _unread(fact, "not a value that can be held")


def _unread(fact: Fact, why: str) -> Problem:
    return Problem(fact.place or fact.short, f"{fact.short}: {fact.prop} {fact.value!r} is {why}")


def _amount(text: str) -> Decimal | None:
    """The number at the start of a text, after words such as ``up to``."""
    found = re.match(r"(?:up to |~)?(\d[\d.,]*\s?[kKMBT]?)(?![\w.])\+?", text.strip())
    return values.number(found[1].rstrip(",.")) if found else None


def _whole(prop: Iri) -> Maker:
    def make(fact: Fact) -> Made:
        number = _amount(fact.value)
        literal = values.whole(number) if number is not None else None
        if literal is None:
            yield _unread(fact, "not a whole number")
            return
        loose = fact.value.startswith("up to") or fact.value.endswith(")")
        yield fact.claim(prop, literal, stance=Stance.PARTLY_STATED if loose else Stance.STATED)

    return make


def _decimal(prop: Iri) -> Maker:
    def make(fact: Fact) -> Made:
        number = _amount(fact.value)
        if number is None:
            yield _unread(fact, "not a number")
            return
        yield fact.claim(prop, values.decimal(number))

    return make


def _double(prop: Iri) -> Maker:
    def make(fact: Fact) -> Made:
        number = _amount(fact.value)
        if number is not None:
            yield fact.claim(prop, values.double(float(number)))

    return make


def _text(prop: Iri) -> Maker:
    def make(fact: Fact) -> Made:
        yield fact.claim(prop, values.text(fact.value))

    return make


def _texts(prop: Iri) -> Maker:
    def make(fact: Fact) -> Made:
        for part in fact.value.split(","):
            yield fact.claim(prop, values.text(part.strip()))

    return make


def _date(prop: Iri) -> Maker:
    def make(fact: Fact) -> Made:
        dated = values.day(fact.value)
        if dated is None:
            yield fact.claim(prop, None, unusable="no such date")
            return
        kept = "" if dated.literal.lexical == fact.value else fact.value
        yield fact.claim(prop, dated.literal, precision=dated.precision, as_stated=kept)

    return make


def _code(prop: Iri, codes: Mapping[str, Iri]) -> Maker:
    def make(fact: Fact) -> Made:
        for head, code in codes.items():
            if fact.value.casefold().startswith(head):
                yield fact.claim(prop, code)
                return
        yield fact.claim(prop, None, unusable="not in the code list")

    return make


def _organization(prop: Iri, text: str, fact: Fact) -> Made:
    name = known.DEVELOPERS.get(text, text)
    maker = names.organization(name)
    yield fact.claim(prop, maker, as_stated=text)
    yield Claim(maker, vocab.RDF_TYPE, vocab.ORGANIZATION_CLASS)
    yield Claim(maker, vocab.NAME, values.text(name))


def _developer(fact: Fact) -> Made:
    yield from _organization(vocab.CREATOR, fact.value, fact)


def _providers(fact: Fact) -> Made:
    if fact.value == "Jean Zay":
        yield fact.claim(vocab.COMPUTE_PROVIDER, values.text(fact.value))
        return
    for part in fact.value.split(","):
        name = "Amazon Web Services" if part.strip().startswith("AWS") else part.strip()
        for claim in _organization(vocab.COMPUTE_PROVIDER, name, fact):
            if isinstance(claim, Claim) and claim.predicate == vocab.COMPUTE_PROVIDER:
                yield replace(claim, as_stated=fact.value)
            else:
                yield claim


def _licence(fact: Fact) -> Made:
    """A licence, with the time or the revision of the repository for which it is stated."""
    short = re.split(r"[ ,;]", fact.value, maxsplit=1)[0]
    licence = known.licence(short)
    if "origin stated" in fact.prop:
        if fact.parent is not None:
            yield fact.about(fact.parent, vocab.LICENSE, licence, basis=None)
    elif day := re.search(r"\((until|from) (\d{4}-\d\d-\d\d)\)", fact.prop):
        side = "valid_until" if day[1] == "until" else "valid_from"
        yield fact.claim(vocab.LICENSE, licence, **{side: day[2]})
    elif commit := re.search(r"\(before commit (\w+)\)", fact.prop):
        yield from _at_version(fact, f"before {commit[1]}", vocab.LICENSE, licence)
    elif "hub tag" in fact.prop:
        yield fact.claim(vocab.LICENSE, licence, as_stated=f"hub tag {fact.value}")
    else:
        yield fact.claim(vocab.LICENSE, licence)


def _at_version(fact: Fact, version: str, prop: Iri, value: Value) -> Made:
    node = fact.node("version", version)
    yield Claim(node, vocab.RDF_TYPE, vocab.MODEL_VERSION_CLASS)
    yield Claim(node, vocab.SPECIALIZATION_OF, fact.subject)
    yield Claim(node, vocab.VERSION, values.text(version))
    yield fact.about(node, prop, value)


def _heads(fact: Fact) -> Made:
    value = values.whole(fact.value)
    if value is None:
        yield _unread(fact, "not a whole number")
    elif commit := re.search(r"\(card at (\w+)\)", fact.prop):
        yield from _at_version(fact, commit[1], vocab.ATTENTION_HEAD_COUNT, value)
    else:
        yield fact.claim(vocab.ATTENTION_HEAD_COUNT, value)


def _embedding_rows(fact: Fact) -> Made:
    """Rows of the embedding: the vocabulary, perhaps padded, so an inference only."""
    value = values.whole(fact.value)
    yield fact.claim(
        vocab.VOCABULARY_SIZE,
        value,
        basis=Basis.INFERENCE,
        as_stated=f"embedding of {fact.value} rows",
    )


def _accelerators(fact: Fact) -> Made:
    count, _, kind = fact.value.partition(" ")
    yield fact.claim(vocab.ACCELERATOR_COUNT, values.whole(count))
    yield fact.claim(vocab.TRAINING_HARDWARE, values.text(kind))


def _hours(fact: Fact) -> Made:
    number = _amount(fact.value)
    if number is None:
        yield _unread(fact, "not a number of hours")
        return
    scope = re.search(r"\((.+)\)", fact.prop)
    kept = f"{fact.value} ({scope[1]})" if scope else fact.value
    yield fact.claim(vocab.ACCELERATOR_HOURS, values.decimal(number), as_stated=kept)
    if kind := re.search(r"\b([A-Z]\d{3}\b.*?) h$", fact.value):
        yield fact.claim(vocab.TRAINING_HARDWARE, values.text(kind[1]))


def _of_family(prop: Iri, divide: int = 1) -> Maker:
    def make(fact: Fact) -> Made:
        found, number = known.family(fact.short), _amount(fact.value)
        if found is None or number is None:
            yield _unread(fact, "of a family that nothing names")
            return
        node, name = found
        yield Claim(node, vocab.RDF_TYPE, vocab.MODEL_FAMILY_CLASS)
        yield Claim(node, vocab.NAME, values.text(name))
        yield Claim(fact.subject, vocab.IS_PART_OF, node)
        yield fact.about(node, prop, values.decimal(number / divide))

    return make


def _duration(fact: Fact) -> Made:
    """A number of days as stated; months are converted by us, so an inference."""
    found = re.fullmatch(r"(\d{1,3}) (day|month)s?", fact.value)
    if found is None:
        yield _unread(fact, "not a number of days or months")
    elif found[2] == "day":
        yield fact.claim(vocab.TRAINING_DURATION_DAYS, values.decimal(found[1]))
    else:
        days = values.decimal(round(int(found[1]) * Decimal("30.44")))
        yield fact.claim(vocab.TRAINING_DURATION_DAYS, days, basis=Basis.INFERENCE)


def _hardware(fact: Fact) -> Made:
    yield fact.claim(vocab.MINIMUM_HARDWARE, values.text(fact.value))
    if size := re.search(r"(\d+)GB", fact.value):
        yield fact.claim(vocab.MINIMUM_MEMORY_GB, values.decimal(size[1]))


def _modalities(fact: Fact) -> Made:
    codes = {"text": vocab.TEXT, "image": vocab.IMAGE, "audio": vocab.AUDIO, "video": vocab.VIDEO}
    for part in fact.value.casefold().split(","):
        if code := codes.get(part.strip()):
            yield fact.claim(vocab.INPUT_MODALITY, code)
        else:
            yield _unread(fact, "a modality that no code names")


def _weights(fact: Fact) -> Made:
    open_ = fact.value.casefold() == "true"
    code = vocab.OPEN_WEIGHTS if open_ else vocab.API_ONLY
    yield fact.claim(vocab.WEIGHTS_AVAILABILITY, code, as_stated=f"open weights: {fact.value}")


def _retired(fact: Fact) -> Made:
    yield from _date(vocab.RETIREMENT_DATE)(fact)
    yield fact.claim(vocab.LIFECYCLE, vocab.RETIRED, as_stated=f"retired on {fact.value}")


def _replaced(fact: Fact) -> Made:
    successor = known.model(fact.value)
    if successor is None:
        yield _unread(fact, "a model that nothing names")
        return
    yield fact.about(successor, vocab.REPLACES, fact.subject, as_stated="")


def _evaluated(fact: Fact) -> Made:
    name = fact.value.split()[0]
    node = fact.node("evaluation", names.slug(fact.value))
    yield from _result(node, fact.subject, name)
    yield fact.about(node, vocab.SCORE, None, stance=Stance.NOT_STATED)


def _result(node: Iri, subject: Iri, benchmark: str) -> Made:
    bench = names.mint("benchmark", names.slug(benchmark))
    yield Claim(node, vocab.RDF_TYPE, vocab.EVALUATION_RESULT_CLASS)
    yield Claim(node, vocab.EVALUATION_OF, subject)
    yield Claim(node, vocab.BENCHMARK, bench)
    yield Claim(bench, vocab.RDF_TYPE, vocab.BENCHMARK_CLASS)
    yield Claim(bench, vocab.NAME, values.text(benchmark))


def _livebench(fact: Fact) -> Made:
    """A category mean in a named release of LiveBench: measured, out of 100."""
    found = re.fullmatch(r"LiveBench (\d{4}-\d\d-\d\d) (.+)", fact.prop)
    if found is None:
        yield _unread(fact, "of a release that nothing names")
        return
    release, category = found[1], found[2].replace("global average", "Global Average")
    node = names.entity("livebench", "evaluation", f"{fact.short}/{release}/{names.slug(category)}")
    yield from _result(node, fact.subject, f"LiveBench {category}")
    score = values.decimal(fact.value)
    yield fact.about(node, vocab.SCORE, score, basis=Basis.MEASUREMENT, as_stated="")
    yield Claim(node, vocab.MAX_SCORE, values.decimal(100))
    yield Claim(node, vocab.SETUP, values.text(f"release {release}"))
    yield Claim(node, vocab.EVALUATOR, names.organization("LiveBench"))


def _mmlu(fact: Fact) -> Made:
    """Two results in one row: the quantised model's, and its bfloat16 parent's in brackets."""
    node = fact.node("evaluation", "mmlu-5-shot")
    rows = [(node, fact.subject, fact.value)]
    if (other := re.search(r"bf16 ([\d.]+)", fact.prop)) and fact.parent:
        rows.append((fact.node("evaluation", "mmlu-5-shot-bf16"), fact.parent, other[1]))
    for node, subject, score in rows:
        yield from _result(node, subject, "MMLU")
        yield fact.about(node, vocab.SCORE, values.decimal(score), as_stated="")
        yield Claim(node, vocab.MAX_SCORE, values.decimal(100))
        yield Claim(node, vocab.SETUP, values.text("5-shot"))


def _artifact(fact: Fact) -> Made:
    name = fact.prop.rpartition(" ")[2]
    node = fact.node("artifact", name)
    yield Claim(node, vocab.RDF_TYPE, vocab.ARTIFACT_CLASS)
    yield Claim(node, vocab.ARTIFACT_OF, fact.subject)
    yield Claim(node, vocab.FILE_NAME, values.text(name))
    yield fact.about(node, vocab.DIGEST, values.text(f"md5:{fact.value}"), as_stated="")


def _price(fact: Fact) -> Made:
    price = re.fullmatch(r"([\d.]+) / ([\d.]+)", fact.value)
    if price is None:
        yield _unread(fact, "not two prices")
        return
    node = fact.node("offer", "anthropic")
    yield Claim(node, vocab.RDF_TYPE, vocab.OFFER_CLASS)
    yield Claim(node, vocab.OFFER_OF, fact.subject)
    yield Claim(node, vocab.PROVIDER, names.organization("Anthropic"))
    yield fact.about(node, vocab.INPUT_PRICE_USD, values.decimal(price[1]))
    yield fact.about(node, vocab.OUTPUT_PRICE_USD, values.decimal(price[2]))


def _setting(label: str) -> Maker:
    def make(fact: Fact) -> Made:
        yield fact.claim(vocab.SETUP, values.text(f"{label} {fact.value}"), as_stated="")

    return make


def _merged(_: Fact) -> Made:
    """The method stands on the derivations, which lineage writes."""
    return iter(())


_NORMS = {
    "rms": vocab.RMS_NORMALIZATION,
    "layernorm": vocab.LAYER_NORMALIZATION,
    "non-parametric layer norm": vocab.LAYER_NORMALIZATION,
}
_LIFE = {"deprecated": vocab.DEPRECATED, "retired": vocab.RETIRED, "active": vocab.ACTIVE}

MAKERS: Mapping[str, Maker] = {
    "developer": _developer,
    "releaseDate": _date(vocab.ISSUED),
    "releaseMonth": _date(vocab.ISSUED),
    "releaseDate (models.dev claim)": _date(vocab.ISSUED),
    "knowledgeCutoff": _date(vocab.KNOWLEDGE_CUTOFF),
    "contextLength": _whole(vocab.CONTEXT_LENGTH),
    "maxOutput": _whole(vocab.MAX_OUTPUT_TOKENS),
    "parameterCount": _whole(vocab.PARAMETER_COUNT),
    "activeParameterCount": _whole(vocab.ACTIVE_PARAMETER_COUNT),
    "trainingTokens": _whole(vocab.TRAINING_TOKEN_COUNT),
    "layers": _whole(vocab.LAYER_COUNT),
    "hiddenSize": _whole(vocab.HIDDEN_SIZE),
    "attentionHeads": _heads,
    "kvHeads": _whole(vocab.KEY_VALUE_HEAD_COUNT),
    "headSize": _whole(vocab.HEAD_DIMENSION),
    "ffnSize": _whole(vocab.FEED_FORWARD_SIZE),
    "ffnSizeDense": _whole(vocab.FEED_FORWARD_SIZE),
    "ffnSizeExpert": _whole(vocab.EXPERT_INTERMEDIATE_SIZE),
    "experts": _whole(vocab.EXPERT_COUNT),
    "activeExperts": _whole(vocab.ACTIVE_EXPERT_COUNT),
    "sharedExperts": _whole(vocab.SHARED_EXPERT_COUNT),
    "denseLayersBeforeMoE": _whole(vocab.DENSE_LAYER_COUNT),
    "kvLoraRank": _whole(vocab.KEY_VALUE_LORA_RANK),
    "qLoraRank": _whole(vocab.QUERY_LORA_RANK),
    "slidingWindow": _whole(vocab.SLIDING_WINDOW_SIZE),
    "vocabularySize": _whole(vocab.VOCABULARY_SIZE),
    "vocabularySizeEmbedding": _embedding_rows,
    "embeddingSize": _embedding_rows,
    "checkpoints": _whole(vocab.CHECKPOINT_COUNT),
    "ropeTheta": _double(vocab.ROPE_THETA),
    "normalization": _code(vocab.NORMALIZATION, _NORMS),
    "activation": _code(vocab.ACTIVATION_FUNCTION, {"swiglu": vocab.SWI_GLU}),
    "attention": _code(
        vocab.ATTENTION_MECHANISM, {"multi-head latent": vocab.MULTI_HEAD_LATENT_ATTENTION}
    ),
    "tokenizer": _text(vocab.TOKENIZER),
    "weightPrecision": _code(
        vocab.WEIGHT_PRECISION,
        {"4-bit": vocab.INT4, "mxfp4": vocab.FLOAT4, "bf16": vocab.B_FLOAT16},
    ),
    "acceleratorType": _text(vocab.TRAINING_HARDWARE),
    "acceleratorCount": _accelerators,
    "familyAcceleratorHours": _of_family(vocab.ACCELERATOR_HOURS),
    "familyEmissionsTCO2e": _of_family(vocab.TRAINING_CO2E_TONNES),
    "familyEmissionsKgCO2e": _of_family(vocab.TRAINING_CO2E_TONNES, 1000),
    "emissionsTCO2e": _decimal(vocab.TRAINING_CO2E_TONNES),
    "trainingDuration": _duration,
    "computeProvider": _providers,
    "software": _texts(vocab.TRAINING_FRAMEWORK),
    "safetyLevel": _text(vocab.SAFETY_LEVEL),
    "minimumHardware": _hardware,
    "inputModality": _modalities,
    "status": _code(vocab.LIFECYCLE, _LIFE),
    "openWeights": _weights,
    "retirementDate": _retired,
    "replacedBy": _replaced,
    "evaluatedIn": _evaluated,
    "price input/output USD per M tokens": _price,
    "thinkingBudgetTokens": _setting("thinking budget in tokens:"),
    "maxTokens": _whole(vocab.MAX_OUTPUT_TOKENS),
    "temperature": _setting("temperature:"),
    "mergeMethod": _merged,
}

PATTERNED: tuple[tuple[re.Pattern[str], Maker], ...] = (
    (re.compile(r"license\b"), _licence),
    (re.compile(r"acceleratorHours\b"), _hours),
    (re.compile(r"attentionHeads \("), _heads),
    (re.compile(r"LiveBench \d"), _livebench),
    (re.compile(r"MMLU 5-shot"), _mmlu),
    (re.compile(r"md5 of "), _artifact),
)
