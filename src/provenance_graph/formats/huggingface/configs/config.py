"""Reader of ``config.json``: shapes, attention, experts, positions, precision, quantisation.

Transformers writes only keys that differ from its class defaults, so an absent key means a library
default: it is claimed as an inference where the default is known, else not at all. A key without a
mapping is no problem; a mapped key with a value of another type is one.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.configs.attention import (
    attention,
    mechanism_of,
    positions,
)
from provenance_graph.formats.huggingface.configs.lookup import (
    ABSENT,
    Config,
    brief,
    inferred,
    parts_of,
    whole_number,
)
from provenance_graph.formats.huggingface.configs.quantization import precision
from provenance_graph.formats.huggingface.configs.total import total
from provenance_graph.formats.huggingface.names import NamedRepository
from provenance_graph.formats.huggingface.tables import (
    ACTIVATIONS,
    ATTENTION_FREE,
    COUNTS,
    DEFAULTS,
    DENSE_TYPES,
    EXPERT_WIDTH_IS_INTERMEDIATE,
    RMS_DESPITE_KEY,
)

# The oldest complete configs state width, layers, heads and vocabulary, and no library version.
_SIZES_OF_A_WHOLE_CONFIG = 4
_OF_ATTENTION = frozenset({PG.attentionHeadCount, PG.keyValueHeadCount, PG.headDimension})


def read_config(
    repo: NamedRepository,
    raw: dict[str, Any],
    basis: Basis | None,
    location: str = "",
    *,
    abridged: bool = False,
) -> ReaderOutput:
    """Yield the claims of one ``config.json``, or of the ``config`` of an API answer.

    The Hub's answers are abridged to a few keys, so that an absent key means nothing there.
    """
    config = Config(repo, parts_of(raw, location), basis, abridged or not _is_full(raw))
    counts = yield from _counts(config)
    assumed = yield from _defaults(config, counts)
    yield from _experts(config, counts, assumed)
    yield from attention(config, counts, assumed)
    yield from positions(config)
    yield from _functions(config)
    yield from _names(config, raw, location)
    yield from _blocks(config, counts)
    yield from total(config, counts, raw)
    yield from precision(repo, [part for _, part in config.parts], location, basis)
    layers, width = counts.get(PG.layerCount), counts.get(PG.hiddenSize, 0)
    if layers is not None and layers <= 4 and width >= 1024:
        where = config.first_of("num_hidden_layers", "n_layer", "n_layers", "num_layers")[0]
        what = f"{layers} layer(s) at width {width}: perhaps a config shrunk for tests"
        yield Problem(where, what, "the repository's own config.json", kind="doubtful")


def _is_full(raw: dict[str, Any]) -> bool:
    """Whether a config was written by a library: it states a library version or a whole shape.

    A few keys typed by hand say nothing about the absent ones: two sizes and a model type would
    otherwise give a whole model out of the library's defaults, its parameter count included.
    """
    parts = [part for _, part in parts_of(raw, "")]
    if any("transformers_version" in part for part in parts):
        return True
    return any(
        sum(bool(part.keys() & set(keys)) for _, keys, _ in COUNTS) >= _SIZES_OF_A_WHOLE_CONFIG
        for part in parts
    )


def _counts(config: Config) -> Generator[Claim | Problem, None, dict[Iri, int]]:
    """Yield the claims of plain counts; return the counts by property for derived claims."""
    results: dict[Iri, int] = {}
    for predicate, keys, least in COUNTS:
        where, value = config.first_of(*keys)
        if value is ABSENT:
            continue
        if predicate in _OF_ATTENTION and config.model_type in ATTENTION_FREE:
            key, shown = (
                where.rpartition("/")[2],
                brief(value),
            )  # counts of states, not of attention heads
            yield coverage.other(config.repo.subject, key, shown)
            continue
        if isinstance(value, list) and value:  # one value per layer
            kinds = {whole_number(item) for item in value}
            if len(kinds) > 1 and None not in kinds:
                yield config.unusable(predicate, sorted(kinds, key=str), where, "differs by layer")
                continue
            value = value[0]
        number = whole_number(value)
        if number is None or number < least:
            yield Problem(where, f"{brief(value)} is not a count of {least} or more")
            yield config.unusable(predicate, value, where, "not a count")
            continue
        results[predicate] = number
    for predicate, number in results.items():
        if predicate not in (
            PG.expertCount,
            PG.activeExpertCount,
            PG.feedForwardSize,
            PG.denseLayerCount,
        ):
            yield config.claim(predicate, literals.integer(number))
    return results


def _defaults(
    config: Config, counts: dict[Iri, int]
) -> Generator[Claim | Problem, None, frozenset[Iri]]:
    """Yield the defaults that absent keys mean, for model types whose class defaults are known.

    The defaults are added to ``counts``; returns the properties whose count is such a default.
    """
    known = None if config.abridged else DEFAULTS.get(config.model_type)
    assumed: set[Iri] = set()
    if known is None or not config.first_of("architectures", "hidden_size", "n_embd")[0]:
        return frozenset()
    version = config.first_of("transformers_version")[1]
    where = "library default" + (f", transformers {version}" if isinstance(version, str) else "")
    where = statements.clean(where)[:80]
    for predicate, keys, _ in COUNTS:
        default = next((known[key] for key in keys if key in known), None)
        absent = config.first_of(*keys)[1] is ABSENT and not any(config.null(key) for key in keys)
        if isinstance(default, int) and absent:
            counts[predicate] = default
            assumed.add(predicate)
            yield inferred(config, predicate, literals.integer(default), where)
    theta = known.get("rope_theta")
    if isinstance(theta, float) and config.first_of("rope_theta", "rope_parameters")[1] is ABSENT:
        yield inferred(config, PG.ropeTheta, literals.double(theta), where)
    for key, predicate in (
        ("hidden_act", PG.activationFunction),
        ("activation_function", PG.activationFunction),
    ):
        if key in known and config.first_of(key)[1] is ABSENT:
            yield inferred(config, predicate, ACTIVATIONS[str(known[key])], where)
    tied = known.get("tie_word_embeddings")
    if isinstance(tied, bool) and config.first_of("tie_word_embeddings")[1] is ABSENT:
        yield inferred(config, PG.tiedEmbeddings, literals.boolean(tied), where)
    return frozenset(assumed)


def _experts(config: Config, counts: dict[Iri, int], assumed: frozenset[Iri]) -> ReaderOutput:
    experts = counts.get(PG.expertCount, 0)
    basis = Basis.INFERENCE if PG.expertCount in assumed else config.basis
    stated = [PG.feedForwardSize]
    if experts > 1:
        yield config.claim(PG.sparsity, PG.MixtureOfExperts, basis=basis)
        stated += [PG.expertCount, PG.activeExpertCount, PG.denseLayerCount]
        if config.model_type in EXPERT_WIDTH_IS_INTERMEDIATE:
            inner = whole_number(
                config.first_of("intermediate_size", "ffn_config.ffn_hidden_size")[1]
            )
            if inner and PG.expertIntermediateSize not in counts:
                yield config.claim(PG.expertIntermediateSize, literals.integer(inner))
            if config.first_of("intermediate_size_mlp")[1] is ABSENT:
                stated.remove(PG.feedForwardSize)
    elif config.model_type in DENSE_TYPES or PG.expertCount in counts:
        basis = config.basis if PG.expertCount in counts else Basis.INFERENCE
        yield config.claim(PG.sparsity, PG.Dense, basis=basis)
    for predicate in stated:
        if predicate in counts and predicate not in assumed:
            yield config.claim(predicate, literals.integer(counts[predicate]))


def _functions(config: Config) -> ReaderOutput:
    where, act = config.first_of(
        "hidden_act",
        "activation_function",
        "hidden_activation",
        "mlp_hidden_act",
        "feed_forward_proj",
        "ffn_config.ffn_act_fn",
    )
    if isinstance(act, dict):  # dbrx keeps {"name": "silu"}
        act = act.get("name", ABSENT)
    if isinstance(act, str) and act:
        known = ACTIVATIONS.get(act.casefold())
        if known:
            yield config.claim(PG.activationFunction, known)
        else:
            why = "no function of the code list"
            yield config.unusable(PG.activationFunction, act, where, why)
    elif act is not ABSENT:
        yield Problem(where, f"{brief(act)} is not an activation function's name")
    norm = statements.scalar_text(
        config.first_of("norm_type", "normalization_function")[1]
    ).casefold()
    rms = config.first_of("rms_norm_eps", "rms_norm_epsilon")[1] is not ABSENT
    layer = config.first_of("layer_norm_epsilon", "layer_norm_eps", "layernorm_epsilon")[1]
    if rms or "rmsnorm" in norm.replace("_", "") or config.first_of("rmsnorm")[1] is True:
        yield config.claim(PG.normalization, PG.RmsNormalization)
    elif config.model_type in RMS_DESPITE_KEY:
        yield config.claim(PG.normalization, PG.RmsNormalization, basis=Basis.INFERENCE)
    elif layer is not ABSENT or "layernorm" in norm.replace("_", ""):
        yield config.claim(PG.normalization, PG.LayerNormalization)
    where, tied = config.first_of("tie_word_embeddings")
    if isinstance(tied, bool):
        yield config.claim(PG.tiedEmbeddings, literals.boolean(tied))
    elif tied is not ABSENT:
        yield Problem(where, f"{brief(tied)} is neither true nor false")


def _names(config: Config, raw: dict[str, Any], location: str) -> ReaderOutput:
    for index, name in enumerate(statements.as_list(raw.get("architectures"))):
        if isinstance(name, str) and name:
            yield config.claim(PG.architectureClass, literals.text(name[:200]))
        else:
            yield Problem(f"{location}/architectures/{index}", f"{brief(name)} is not a class name")
    kind = raw.get("model_type")
    if isinstance(kind, str) and kind:
        yield config.claim(PG.modelType, literals.text(kind[:200]))
    elif kind is not None:
        yield Problem(f"{location}/model_type", f"{brief(kind)} is not a name")
    tokenizer = raw.get("tokenizer_class")
    if isinstance(tokenizer, str) and tokenizer:
        yield config.claim(PG.tokenizer, literals.text(tokenizer[:200]))
    if (
        config.first_of("vocab_size")[1] is not ABSENT
    ):  # the inputs of a tower beside the language part
        towers = [
            kind
            for key, kind in (("vision_config", PG.Image), ("audio_config", PG.Audio))
            if isinstance(raw.get(key), dict)
        ]
        for kind_ in [*towers, PG.Text] if towers else []:
            yield config.claim(PG.inputModality, kind_)


def _blocks(config: Config, counts: dict[Iri, int]) -> ReaderOutput:
    """Yield claims of layers that differ: searched architectures list each block in the config."""
    where, blocks = config.first_of("block_configs")
    if not isinstance(blocks, list):
        return
    heads = counts.get(PG.attentionHeadCount, 0)
    groups = set()
    widths = set()
    for block in blocks:
        attention = statements.mapping(statements.mapping(block).get("attention"))
        feed = statements.mapping(statements.mapping(block).get("ffn"))
        if size := whole_number(attention.get("n_heads_in_group")):
            groups.add(size)
        if (factor := statements.real(feed.get("ffn_mult"))) is not None:
            widths.add(factor)
    if len(groups) == 1 and heads and PG.keyValueHeadCount not in counts:
        (size,) = groups
        if heads % size == 0:
            yield config.claim(PG.keyValueHeadCount, literals.integer(heads // size))
            mechanism = mechanism_of(config, heads, heads // size)
            if mechanism:
                yield config.claim(PG.attentionMechanism, mechanism)
    elif groups:
        text = f"{sorted(groups)} heads in a group"
        yield config.unusable(PG.keyValueHeadCount, text, where, "differs by layer")
    if len(widths) > 1 and PG.feedForwardSize not in counts:
        text = f"{sorted(widths)} times the width"
        yield config.unusable(PG.feedForwardSize, text, where, "differs by layer")
