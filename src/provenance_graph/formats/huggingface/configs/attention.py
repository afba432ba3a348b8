"""Reader of attention and positions in configs: heads, windows, rotary bases, scaling."""

from __future__ import annotations

from typing import Any

from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.configs.lookup import (
    ABSENT,
    Config,
    brief,
    inferred,
    whole_number,
)
from provenance_graph.formats.huggingface.tables import (
    HEAD_IS_QUOTIENT,
    HEADS_SHARE_NOTHING,
    LEARNED_POSITIONS,
)


def attention(config: Config, counts: dict[Iri, int], assumed: frozenset[Iri]) -> ReaderOutput:
    """Yield key-value heads, head dimension, attention mechanism and window of a config."""
    heads, shared = counts.get(PG.attentionHeadCount), counts.get(PG.keyValueHeadCount)
    guessed = {PG.attentionHeadCount, PG.keyValueHeadCount} & assumed
    basis = Basis.INFERENCE if guessed else config.basis
    if shared is None and heads is not None:
        one = config.first_of("multi_query")[1] is True
        if one and config.first_of("new_decoder_architecture")[1] is not True:
            shared = 1
            yield config.claim(PG.keyValueHeadCount, literals.integer(1))
        elif not config.abridged and config.model_type in HEADS_SHARE_NOTHING:
            shared, basis = heads, Basis.INFERENCE
            yield inferred(config, PG.keyValueHeadCount, literals.integer(heads), "library default")
    if mechanism := mechanism_of(config, heads, shared):
        yield config.claim(PG.attentionMechanism, mechanism, basis=basis)
    width = counts.get(PG.hiddenSize)
    if (
        PG.headDimension not in counts
        and config.model_type in HEAD_IS_QUOTIENT
        and heads
        and width
        and width % heads == 0
    ):
        size = literals.integer(width // heads)
        yield inferred(config, PG.headDimension, size, "library default: width over heads")
    yield from _window(config)


def mechanism_of(config: Config, heads: int | None, shared: int | None) -> Iri | None:
    """The attention mechanism that layer kinds, ranks and head counts show, or None."""
    layers = config.first_of("layer_types", "layers_block_type")[1]
    kinds = {str(kind) for kind in layers} if isinstance(layers, list) else set()
    linear = {"linear_attention", "mamba", "mamba2", "recurrent", "conv"} & kinds
    hybrid = (
        "linear_attn_config",
        "hybrid_override_pattern",
        "attn_type_list",
        "attn_layer_period",
    )
    if linear or config.first_of(*hybrid)[1] is not ABSENT:
        return PG.HybridAttention
    if config.first_of("kv_lora_rank")[1] is not ABSENT:
        return PG.MultiHeadLatentAttention
    if heads is None or shared is None or shared > heads:
        return None
    if heads == shared:
        return PG.MultiHeadAttention
    return PG.MultiQueryAttention if shared == 1 else PG.GroupedQueryAttention


def _window(config: Config) -> ReaderOutput:
    where, size = config.first_of("sliding_window")
    used = config.first_of("use_sliding_window")[1]
    layers = config.first_of("layer_types")[1]
    number = None if size is ABSENT else whole_number(size)
    if size is not ABSENT and number is None:
        yield Problem(where, f"{brief(size)} is not a window of tokens")
    slides: bool | None = None
    if isinstance(used, bool):
        slides = used
    elif isinstance(layers, list) and any("sliding" in str(kind) for kind in layers):
        slides = True
    elif number is not None:
        slides = number > 0
    elif config.null("sliding_window"):
        slides = False
    if slides is not None:
        yield config.claim(PG.slidingWindowAttention, literals.boolean(slides))
    if slides and number:
        yield config.claim(PG.slidingWindowSize, literals.integer(number))


def positions(config: Config) -> ReaderOutput:
    """Yield the positional encoding of a config: kind, rotary base, scaling."""
    where, rope = config.first_of("rope_parameters")
    stated = ""
    if isinstance(rope, dict) and rope and all(isinstance(r, dict) for r in rope.values()):
        stated = "; ".join(f"{kind} {r.get('rope_theta')}" for kind, r in rope.items())
        kind = "full_attention" if "full_attention" in rope else next(iter(rope))
        where, rope = f"{where}/{kind}", rope[kind]
    at, theta = config.first_of(
        "rope_theta", "rotary_emb_base", "rope_base", "attn_config.rope_theta"
    )
    if isinstance(rope, dict) and "rope_theta" in rope:
        at, theta = f"{where}/rope_theta", rope["rope_theta"]
    elif rope is not ABSENT and not isinstance(rope, dict):
        yield Problem(where, f"{brief(rope)} is not a mapping")
    number = None if theta is ABSENT or isinstance(theta, str) else statements.real(theta)
    if number is not None and number > 0:
        text = statements.clean(stated)[: statements.MAX_STATED]
        yield config.claim(
            PG.ropeTheta,
            literals.double(number),
            as_stated=text,
            locator=at if text else "",
        )
    elif theta is not ABSENT:
        yield Problem(at, f"{brief(theta)} is not a base of frequencies")
    yield from _scaling(config, rope)
    yield from _position_kind(config, number is not None or isinstance(rope, dict))


def _scaling(config: Config, rope: Any) -> ReaderOutput:
    where, scaling = config.first_of("rope_scaling")
    scaling = scaling if isinstance(scaling, dict) else rope
    if not isinstance(scaling, dict):
        return
    kind = scaling.get("rope_type", scaling.get("type"))
    if isinstance(kind, str) and kind not in ("", "default"):
        yield config.claim(PG.ropeScaling, literals.text(kind[:80]))
    elif kind is not None and not isinstance(kind, str):
        yield Problem(where, f"{brief(kind)} is not a kind of scaling")


def _position_kind(config: Config, rotary: bool) -> ReaderOutput:
    kind = config.first_of("position_embedding_type")[1]
    family = config.model_type
    has = {
        PG.AlibiPositionBias: kind == "alibi"
        or config.first_of("alibi", "attn_config.alibi")[1] is True,
        PG.RotaryPositionEmbedding: rotary
        or kind in ("rope", "rotary")
        or config.first_of("rotary_dim", "rotary_pct", "rotary")[1] not in (ABSENT, False),
        PG.RelativePositionBias: str(kind).startswith("relative_key")
        or config.first_of("relative_attention_num_buckets")[1] is not ABSENT,
        PG.LearnedAbsolutePositionEmbedding: kind == "absolute"
        or config.first_of("learned_pos_emb")[1] is True,
    }
    known = next((concept for concept, stated in has.items() if stated), None)
    unstated = known is None
    if family == "bloom":
        known = known or PG.AlibiPositionBias
    elif family in LEARNED_POSITIONS:
        known = known or PG.LearnedAbsolutePositionEmbedding
    elif family in ("llama", "mistral", "mixtral"):
        known = known or PG.RotaryPositionEmbedding
    if known and not (unstated and config.abridged):
        basis = Basis.INFERENCE if unstated else config.basis
        yield config.claim(PG.positionEmbedding, known, basis=basis)
