"""The benchmark of a score, from the name that a document gives the score.

The names of measures (accuracy, latency) are no benchmarks; other words in the name may be one.
"""

from __future__ import annotations

import re
from functools import lru_cache

_METRIC = re.compile(
    r"(?:n?auc|auroc|acc(?:uracy)?|avg|ap|bleu|cer|cos(?:ine|_sim)?|dot|em|euclidean|exact_match|f1"
    r"|fid|iou|kappa|loss|main_score|manhattan|mae|map|matthews|max|mcc|mean|meteor|mrr|mse|ndcg"
    r"|pass|pearson|perplexity|ppl|precision|psnr|r2|recall|rmse|rouge|score|similarity|spearman"
    r"|ssim|std|top|v_measure|wer)(?:[ _@\-.0-9(].*)?",
    re.IGNORECASE,
)
"""Names of measures, which name no benchmark."""

_MEASURE = frozenset(
    [
        "accuracy",
        "ari",
        "assd",
        "auc",
        "auprc",
        "auroc",
        "bertscore",
        "bias",
        "bits per byte",
        "bits per character",
        "bleu",
        "bleurt",
        "bpb",
        "bpc",
        "brier",
        "cer",
        "chrf",
        "chrf++",
        "cider",
        "clip score",
        "clipscore",
        "comet",
        "correlation",
        "cost",
        "coverage",
        "crps",
        "der",
        "dice",
        "distance",
        "dnsmos",
        "dsc",
        "duration",
        "ece",
        "eer",
        "elo",
        "em",
        "emissions",
        "energy",
        "entropy",
        "epochs",
        "error",
        "error_rate",
        "exactness",
        "expected calibration error",
        "f1",
        "f2",
        "fad",
        "fairness",
        "fde",
        "fdr",
        "fid",
        "flops",
        "fnr",
        "footprint",
        "fpr",
        "fps",
        "fvd",
        "gap",
        "gdt-ts",
        "gflops",
        "gini",
        "gpu hours",
        "hallucination",
        "hd95",
        "hit",
        "hits",
        "hr",
        "hter",
        "inception score",
        "iou",
        "jaccard",
        "kappa",
        "kid",
        "ks",
        "latency",
        "lddt",
        "lift",
        "loss",
        "lpips",
        "macs",
        "mae",
        "map",
        "mape",
        "mase",
        "maximum calibration error",
        "mcc",
        "mce",
        "memory",
        "mer",
        "meteor",
        "mflops",
        "minade",
        "mindcf",
        "minfde",
        "miou",
        "mos",
        "mota",
        "mrr",
        "mse",
        "mttr",
        "ndcg",
        "nll",
        "nmi",
        "npv",
        "parameters",
        "params",
        "parity",
        "perplexity",
        "pesq",
        "power",
        "ppl",
        "ppv",
        "prauc",
        "precision",
        "psnr",
        "qwk",
        "r2",
        "rate",
        "ratio",
        "real time factor",
        "real-time factor",
        "recall",
        "reward",
        "rmsd",
        "rmse",
        "rouge",
        "rtf",
        "rtfx",
        "r²",
        "sacrebleu",
        "score",
        "sdr",
        "sensitivity",
        "si-sdr",
        "silhouette",
        "similarity",
        "size",
        "smape",
        "specificity",
        "speed",
        "squared",
        "ssim",
        "steps",
        "stoi",
        "support",
        "tdcf",
        "ter",
        "tflops",
        "throughput",
        "time",
        "tm-score",
        "tnr",
        "tokens/s",
        "toxicity",
        "tpot",
        "tpr",
        "ttft",
        "usage",
        "utmos",
        "variance",
        "vram",
        "wape",
        "wer",
        "wil",
        "youden index",
    ]
)
"""Last words of a measure's name, whatever words precede them."""

_QUALIFIER = re.compile(
    r"(?:macro|micro|weighted|balanced|mean|average|median|overall|total|max|min|best|final|top|pass"
    r"|word|character|char|token|sentence|phone(?:me)?|diarization|equal|label|false|true|positive|negative|acceptance|rejection"
    r"|success|win|failure|refusal|response|completion|validation|eval|evaluation|test|train|training"
    r"|dev|val|absolute|relative|root|normali[sz]ed|standard|log|cross|hamming|brier|roc|pr|curve|area"
    r"|under|the|per|of|at|and|in|second|seconds|s|ms|tokens|items|exact|match|cohen|cohens|"
    r"spearman|pearson|kendall|cosine|semantic|demographic|equali[sz]ed|odds|group|inference|time"
    r"|first|peak|p\d+|quadratic|linear|memory|model|carbon|disk|gpu|cpu|energy|num|number|adjusted|silhouette|weights?|file|"
    r"disparate|impact|zero|few|shot|n|k|r|f|b|\d+)"
)
"""Words that say how a measure is computed, not on what data."""

_UNIT = re.compile(
    r"(?:m?s|secs?|seconds?|min(?:ute)?s?|hours?|h|[kmgt]i?b|bytes|k?wh|w|watts?|kg|tonnes?|usd|%"
    r"|percent|tokens|images|samples|hz|m?flops|top\d*|p\d+|\d+)"
)
"""Words after a measure that name its unit."""

_WORD = re.compile(r"[^\s_\-/,:;'’@]+")
_CAMEL = re.compile(r"[a-z][a-z0-9]*[A-Z]\w*")
_HUMP = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z][a-z0-9]*|\d+")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


@lru_cache(maxsize=8192)
def benchmark_of(metric: str, part: str = "") -> str:
    """The benchmark that a score was measured on, from the metric's name and its slice; or empty.

    A bare measure has no benchmark, so its score is no result; a slice such as ``all`` or ``en`` is
    a part of the data and names no benchmark.

    >>> benchmark_of("accuracy", "dataset: mteb/arguana, split: test"), benchmark_of("MMLU (5-shot)")
    ('mteb/arguana', 'MMLU')
    >>> benchmark_of("word error rate"), benchmark_of("GSM8K accuracy"), benchmark_of("macro F1")
    ('', 'GSM8K', '')
    >>> benchmark_of("ndcg_at_10"), benchmark_of("AUC", "all"), benchmark_of("latencyMs (Orin)")
    ('', '', '')
    """
    if not _METRIC.fullmatch(metric):
        bare = (re.sub(r"\s*\(.*\)$", "", metric) if metric[-1:] == ")" else metric) or metric
        rest = _without_measure(bare)
        if rest:
            return rest
    if not part:
        return ""
    if match := re.search(r"\bdataset:\s*([^,;]+)", part):
        return match[1].strip()
    return part if _REPOSITORY.fullmatch(part) else ""


def _without_measure(text: str) -> str:
    """A score's name without the measure; empty where it names a measure alone."""
    if text.casefold() in _MEASURE:
        return ""
    hump = _CAMEL.fullmatch(text)
    words = list((_HUMP if hump else _WORD).finditer(text))
    while words and _UNIT.fullmatch(words[-1][0].casefold()):
        words.pop()
    if not words or words[-1][0].casefold() not in _MEASURE:
        return text
    rest = words[:-1]
    while rest and (
        _QUALIFIER.fullmatch(rest[-1][0].casefold()) or rest[-1][0].casefold() in _MEASURE
    ):
        rest.pop()
    return text[: rest[-1].end()] if rest else ""
