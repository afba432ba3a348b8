"""Facts of the curated list with makers of their own: licences, versions, results, offers."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from tools.curated import names as known
from tools.curated.fact import Fact, Made, Maker, amount, date, organization, unread, whole


def developer(fact: Fact) -> Made:
    """Yield the developer of the model."""
    yield from organization(DCTERMS.creator, fact.value, fact)


def context(fact: Fact) -> Made:
    """Yield the longest input: of the model, or of one library's own implementation."""
    library = fact.source.startswith("https://github.com/Lightning-AI/litgpt/")
    yield from whole(PG.libraryContextLength if library else PG.contextLength)(fact)


def providers(fact: Fact) -> Made:
    """Yield the providers of the compute: organizations, or a machine by its name."""
    if fact.value == "Jean Zay":
        yield fact.claim(PG.computeProvider, literals.text(fact.value))
        return
    for part in fact.value.split(","):
        name = "Amazon Web Services" if part.strip().startswith("AWS") else part.strip()
        for claim in organization(PG.computeProvider, name, fact):
            if isinstance(claim, Claim) and claim.predicate == PG.computeProvider:
                yield replace(claim, as_stated=fact.value)
            else:
                yield claim


def licence(fact: Fact) -> Made:
    """Yield a licence, with the time or the revision of the repository for which it is stated."""
    short = re.split(r"[ ,;]", fact.value, maxsplit=1)[0]
    licence = known.licence(short)
    if "origin stated" in fact.prop:
        if fact.parent is not None:
            yield fact.about(fact.parent, DCTERMS.license, licence, basis=None)
    elif day := re.search(r"\((until|from) (\d{4}-\d\d-\d\d)\)", fact.prop):
        side = "valid_until" if day[1] == "until" else "valid_from"
        yield fact.claim(DCTERMS.license, licence, **{side: day[2]})
    elif commit := re.search(r"\(before commit (\w+)\)", fact.prop):
        yield from _at_version(fact, f"before {commit[1]}", DCTERMS.license, licence)
    elif "hub tag" in fact.prop:
        yield fact.claim(DCTERMS.license, licence, as_stated=f"hub tag {fact.value}")
    else:
        yield fact.claim(DCTERMS.license, licence)


def _at_version(fact: Fact, version: str, prop: Iri, value: Value) -> Made:
    node = fact.node("version", version)
    yield Claim(node, RDF.type, PG.ModelVersion)
    yield Claim(node, PROV.specializationOf, fact.subject)
    yield Claim(node, SCHEMA.version, literals.text(version))
    yield fact.about(node, prop, value)


def heads(fact: Fact) -> Made:
    """Yield attention heads, of the model or of the revision that the property names."""
    value = literals.whole(fact.value)
    if value is None:
        yield unread(fact, "not a whole number")
    elif commit := re.search(r"\(card at (\w+)\)", fact.prop):
        yield from _at_version(fact, commit[1], PG.attentionHeadCount, value)
    else:
        yield fact.claim(PG.attentionHeadCount, value)


def embedding_rows(fact: Fact) -> Made:
    """Yield the rows of the embedding as vocabulary size: an inference, since it may be padded."""
    value = literals.whole(fact.value)
    yield fact.claim(
        PG.vocabularySize,
        value,
        basis=Basis.INFERENCE,
        as_stated=f"embedding of {fact.value} rows",
    )


def accelerators(fact: Fact) -> Made:
    """Yield the number and type of accelerators: ``384 A100 40GB``."""
    count, _, kind = fact.value.partition(" ")
    yield fact.claim(PG.acceleratorCount, literals.whole(count))
    yield fact.claim(PG.trainingHardware, literals.text(kind))


def hours(fact: Fact) -> Made:
    """Yield accelerator hours, with their scope and type where stated."""
    number = amount(fact.value)
    if number is None:
        yield unread(fact, "not a number of hours")
        return
    scope = re.search(r"\((.+)\)", fact.prop)
    retained = f"{fact.value} ({scope[1]})" if scope else fact.value
    yield fact.claim(PG.acceleratorHours, literals.decimal(number), as_stated=retained)
    if kind := re.search(r"\b([A-Z]\d{3}\b.*?) h$", fact.value):
        yield fact.claim(PG.trainingHardware, literals.text(kind[1]))


def of_family(prop: Iri, divide: int = 1) -> Maker:
    """Maker for figures of a whole series, as claims about the family; divided by ``divide``."""

    def make(fact: Fact) -> Made:
        result, number = known.family(fact.short), amount(fact.value)
        if result is None or number is None:
            yield unread(fact, "of a family that nothing names")
            return
        node, name = result
        yield Claim(node, RDF.type, PG.ModelFamily)
        yield Claim(node, SCHEMA.name, literals.text(name))
        yield Claim(fact.subject, DCTERMS.isPartOf, node)
        yield fact.about(node, prop, literals.decimal(number / divide))

    return make


def duration(fact: Fact) -> Made:
    """Yield a number of days as stated; months are converted, so an inference."""
    match = re.fullmatch(r"(\d{1,3}) (day|month)s?", fact.value)
    if match is None:
        yield unread(fact, "not a number of days or months")
    elif match[2] == "day":
        yield fact.claim(PG.trainingDurationDays, literals.decimal(match[1]))
    else:
        days = literals.decimal(round(int(match[1]) * Decimal("30.44")))
        yield fact.claim(PG.trainingDurationDays, days, basis=Basis.INFERENCE)


def hardware(fact: Fact) -> Made:
    """Yield the minimum hardware, and the memory that it names."""
    yield fact.claim(PG.minimumHardware, literals.text(fact.value))
    if size := re.search(r"(\d+)GB", fact.value):
        yield fact.claim(PG.minimumMemoryGB, literals.decimal(size[1]))


def modalities(fact: Fact) -> Made:
    """Yield the input modalities, separated by commas."""
    codes = {"text": PG.Text, "image": PG.Image, "audio": PG.Audio, "video": PG.Video}
    for part in fact.value.casefold().split(","):
        if code := codes.get(part.strip()):
            yield fact.claim(PG.inputModality, code)
        else:
            yield unread(fact, "a modality that no code names")


def weights(fact: Fact) -> Made:
    """Yield whether weights are open."""
    open_ = fact.value.casefold() == "true"
    code = PG.OpenWeights if open_ else PG.ApiOnly
    yield fact.claim(PG.weightsAvailability, code, as_stated=f"open weights: {fact.value}")


def retired(fact: Fact) -> Made:
    """Yield the retirement date of the model, and that it is retired."""
    yield from date(PG.retirementDate)(fact)
    yield fact.claim(PG.lifecycle, PG.Retired, as_stated=f"retired on {fact.value}")


def replaced(fact: Fact) -> Made:
    """Yield that the named model replaces this one."""
    successor = known.model(fact.value)
    if successor is None:
        yield unread(fact, "a model that nothing names")
        return
    yield fact.about(successor, DCTERMS.replaces, fact.subject, as_stated="")


def evaluated(fact: Fact) -> Made:
    """Yield that a benchmark release lists the model, without a score."""
    name = fact.value.split()[0]
    node = fact.node("evaluation", iris.slug(fact.value))
    yield from _result(node, fact.subject, name)
    yield fact.about(node, PG.score, None, stance=Stance.NOT_STATED)


def _result(node: Iri, subject: Iri, benchmark: str) -> Made:
    bench = iris.mint("benchmark", iris.slug(benchmark))
    yield Claim(node, RDF.type, PG.EvaluationResult)
    yield Claim(node, PG.evaluationOf, subject)
    yield Claim(node, PG.benchmark, bench)
    yield Claim(bench, RDF.type, PG.Benchmark)
    yield Claim(bench, SCHEMA.name, literals.text(benchmark))


def livebench(fact: Fact) -> Made:
    """Yield a category mean in a named release of LiveBench: measured, out of 100."""
    match = re.fullmatch(r"LiveBench (\d{4}-\d\d-\d\d) (.+)", fact.prop)
    if match is None:
        yield unread(fact, "of a release that nothing names")
        return
    release, category = match[1], match[2].replace("global average", "Global Average")
    node = iris.entity("livebench", "evaluation", f"{fact.short}/{release}/{iris.slug(category)}")
    yield from _result(node, fact.subject, f"LiveBench {category}")
    score = literals.decimal(fact.value)
    yield fact.about(node, PG.score, score, basis=Basis.MEASUREMENT, as_stated="")
    yield Claim(node, PG.maxScore, literals.decimal(100))
    yield Claim(node, PG.setup, literals.text(f"release {release}"))
    yield Claim(node, PG.evaluator, iris.organization("LiveBench"))


def mmlu(fact: Fact) -> Made:
    """Yield two results of one row: the quantised model's, and its bfloat16 parent's in brackets."""
    node = fact.node("evaluation", "mmlu-5-shot")
    rows = [(node, fact.subject, fact.value)]
    if (other := re.search(r"bf16 ([\d.]+)", fact.prop)) and fact.parent:
        rows.append((fact.node("evaluation", "mmlu-5-shot-bf16"), fact.parent, other[1]))
    for node, subject, score in rows:
        yield from _result(node, subject, "MMLU")
        yield fact.about(node, PG.score, literals.decimal(score), as_stated="")
        yield Claim(node, PG.maxScore, literals.decimal(100))
        yield Claim(node, PG.setup, literals.text("5-shot"))


def artifact(fact: Fact) -> Made:
    """Yield the digest of a file, whose name stands in the property."""
    name = fact.prop.rpartition(" ")[2]
    node = fact.node("artifact", name)
    yield Claim(node, RDF.type, PG.Artifact)
    yield Claim(node, PG.artifactOf, fact.subject)
    yield Claim(node, PG.fileName, literals.text(name))
    yield fact.about(node, PG.digest, literals.text(f"md5:{fact.value}"), as_stated="")


def price(fact: Fact) -> Made:
    """Yield input and output price, as an offer of the developer."""
    price = re.fullmatch(r"([\d.]+) / ([\d.]+)", fact.value)
    if price is None:
        yield unread(fact, "not two prices")
        return
    node = fact.node("offer", "anthropic")
    yield Claim(node, RDF.type, PG.Offer)
    yield Claim(node, PG.offerOf, fact.subject)
    yield Claim(node, PG.provider, iris.organization("Anthropic"))
    yield fact.about(node, PG.inputPriceUSD, literals.decimal(price[1]))
    yield fact.about(node, PG.outputPriceUSD, literals.decimal(price[2]))


def setting(label: str) -> Maker:
    """Maker for a setting of a configuration."""

    def make(fact: Fact) -> Made:
        yield fact.claim(PG.setup, literals.text(f"{label} {fact.value}"), as_stated="")

    return make


def merged(_: Fact) -> Made:
    """No claims: the method stands on the derivations, which ``lineage`` yields."""
    return iter(())
