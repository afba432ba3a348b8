"""What ``config.json`` says: shapes, attention, experts, positions, precision, quantisation.

Transformers writes only what differs from its class defaults, so an absent key is a library
default: stated as an inference where the default is known, else not at all. Keys that are
not mapped are no problems; a mapped key with a value of another kind is one.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from provenance_graph import values, vocab
from provenance_graph.claims import Basis, Claim, Literal, Problem
from provenance_graph.names import Iri
from provenance_graph.sources import statements
from provenance_graph.sources.huggingface_names import Repository
from provenance_graph.sources.huggingface_quantization import precision
from provenance_graph.sources.huggingface_tables import (
    ACTIVATIONS,
    COUNTS,
    DEFAULTS,
    DENSE_TYPES,
    EXPERT_WIDTH_IS_INTERMEDIATE,
    HEAD_IS_QUOTIENT,
    HEADS_SHARE_NOTHING,
    LEARNED_POSITIONS,
    RMS_DESPITE_KEY,
)

_TEXT_PARTS = ("text_config", "language_config", "llm_config", "thinker_config", "text")
_ABSENT = object()
Found = Iterator[Claim | Problem]


@dataclass(frozen=True, slots=True)
class Config:
    """A config with its language part first: multimodal models nest what a text model has on top."""

    repo: Repository
    parts: tuple[tuple[str, dict[str, Any]], ...]  # pointer, mapping; the most specific first
    basis: Basis | None

    def look(self, *keys: str) -> tuple[str, Any]:
        """Pointer and value of the first key that is there; the value is ``_ABSENT`` where none is."""
        for pointer, part in self.parts:
            for key in keys:
                head, dot, tail = key.partition(".")
                value = part.get(head, _ABSENT)
                if dot:
                    value = value.get(tail, _ABSENT) if isinstance(value, dict) else _ABSENT
                if value is not _ABSENT and value is not None:
                    return f"{pointer}/{key.replace('.', '/')}", value
        return "", _ABSENT

    def null(self, key: str) -> bool:
        """Whether a key is there and null."""
        return any(key in part and part[key] is None for _, part in self.parts)

    @property
    def model_type(self) -> str:
        """The model type of the language part."""
        for _, part in self.parts:
            if isinstance(part.get("model_type"), str) and part["model_type"]:
                return str(part["model_type"])
        return ""

    def claim(self, predicate: Iri, value: Iri | Literal, **more: Any) -> Claim:
        """A claim about the repository, on the config's basis."""
        return Claim(self.repo.subject, predicate, value, **{"basis": self.basis, **more})

    def unusable(self, predicate: Iri, stated: Any, locator: str, why: str) -> Claim:
        """A claim whose text is kept and whose value cannot be had."""
        shown = statements.clean(str(stated))[: statements.SHOWN]
        return Claim(
            self.repo.subject,
            predicate,
            None,
            basis=self.basis,
            as_stated=shown,
            locator=locator,
            unusable=why,
        )


def read_config(
    repo: Repository, raw: dict[str, Any], basis: Basis | None, place: str = ""
) -> Found:
    """Claims of one ``config.json`` (or the ``config`` of an API answer)."""
    config = Config(repo, _parts(raw, place), basis)
    counts = yield from _counts(config)
    assumed = yield from _defaults(config, counts)
    yield from _experts(config, counts, assumed)
    yield from _attention(config, counts, assumed)
    yield from _positions(config)
    yield from _functions(config)
    yield from _names(config, raw, place)
    yield from _blocks(config, counts)
    yield from precision(repo, [part for _, part in config.parts], place, basis)
    layers, width = counts.get(vocab.LAYER_COUNT), counts.get(vocab.HIDDEN_SIZE, 0)
    if layers is not None and layers <= 4 and width >= 1024:
        where = config.look("num_hidden_layers", "n_layer", "n_layers", "num_layers")[0]
        what = f"{layers} layer(s) at width {width}: perhaps a config shrunk for tests"
        yield Problem(where, what, "the repository's own config.json", kind="doubtful")


def _parts(raw: dict[str, Any], place: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    inner: list[tuple[str, dict[str, Any]]] = []
    pointer, part = place, raw
    for _ in range(3):  # thinker_config holds a text_config of its own
        key = next((k for k in _TEXT_PARTS if isinstance(part.get(k), dict)), "")
        if not key:
            break
        pointer, part = f"{pointer}/{key}", part[key]
        inner.insert(0, (pointer, part))
    return (*inner, (place, raw))


def whole_number(value: Any) -> int | None:
    """An integer that a config means, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and value in values.INT64 else None


def _counts(config: Config) -> Generator[Claim | Problem, None, dict[Iri, int]]:
    """The plain numbers; gives them back for what follows from them."""
    found: dict[Iri, int] = {}
    for predicate, keys, least in COUNTS:
        where, value = config.look(*keys)
        if value is _ABSENT:
            continue
        if isinstance(value, list) and value:  # one per layer
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
        found[predicate] = number
    for predicate, number in found.items():
        if predicate not in (
            vocab.EXPERT_COUNT,
            vocab.ACTIVE_EXPERT_COUNT,
            vocab.FEED_FORWARD_SIZE,
            vocab.DENSE_LAYER_COUNT,
        ):
            yield config.claim(predicate, values.integer(number))
    return found


def brief(value: Any) -> str:
    """A value as a message shows it."""
    shown = statements.clean(repr(value))
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _defaults(
    config: Config, counts: dict[Iri, int]
) -> Generator[Claim | Problem, None, frozenset[Iri]]:
    """What absent keys mean for model types whose class defaults are known.

    The counts are filled in; gives back which of them are such defaults.
    """
    known = DEFAULTS.get(config.model_type)
    assumed: set[Iri] = set()
    if known is None or not config.look("architectures", "hidden_size", "n_embd")[0]:
        return frozenset()
    version = config.look("transformers_version")[1]
    where = "library default" + (f", transformers {version}" if isinstance(version, str) else "")
    where = statements.clean(where)[:80]
    for predicate, keys, _ in COUNTS:
        default = next((known[key] for key in keys if key in known), None)
        absent = config.look(*keys)[1] is _ABSENT and not any(config.null(key) for key in keys)
        if isinstance(default, int) and absent:
            counts[predicate] = default
            assumed.add(predicate)
            yield _inferred(config, predicate, values.integer(default), where)
    theta = known.get("rope_theta")
    if isinstance(theta, float) and config.look("rope_theta", "rope_parameters")[1] is _ABSENT:
        yield _inferred(config, vocab.ROPE_THETA, values.double(theta), where)
    for key, predicate in (
        ("hidden_act", vocab.ACTIVATION_FUNCTION),
        ("activation_function", vocab.ACTIVATION_FUNCTION),
    ):
        if key in known and config.look(key)[1] is _ABSENT:
            yield _inferred(config, predicate, ACTIVATIONS[str(known[key])], where)
    tied = known.get("tie_word_embeddings")
    if isinstance(tied, bool) and config.look("tie_word_embeddings")[1] is _ABSENT:
        yield _inferred(config, vocab.TIED_EMBEDDINGS, values.boolean(tied), where)
    return frozenset(assumed)


def _inferred(config: Config, predicate: Iri, value: Iri | Literal, where: str) -> Claim:
    return config.claim(predicate, value, basis=Basis.INFERENCE, locator=where)


def _experts(config: Config, counts: dict[Iri, int], assumed: frozenset[Iri]) -> Found:
    experts = counts.get(vocab.EXPERT_COUNT, 0)
    basis = Basis.INFERENCE if vocab.EXPERT_COUNT in assumed else config.basis
    stated = [vocab.FEED_FORWARD_SIZE]
    if experts > 1:
        yield config.claim(vocab.SPARSITY, vocab.MIXTURE_OF_EXPERTS, basis=basis)
        stated += [vocab.EXPERT_COUNT, vocab.ACTIVE_EXPERT_COUNT, vocab.DENSE_LAYER_COUNT]
        if config.model_type in EXPERT_WIDTH_IS_INTERMEDIATE:
            inner = whole_number(config.look("intermediate_size", "ffn_config.ffn_hidden_size")[1])
            if inner and vocab.EXPERT_INTERMEDIATE_SIZE not in counts:
                yield config.claim(vocab.EXPERT_INTERMEDIATE_SIZE, values.integer(inner))
            if config.look("intermediate_size_mlp")[1] is _ABSENT:
                stated.remove(vocab.FEED_FORWARD_SIZE)
    elif config.model_type in DENSE_TYPES or vocab.EXPERT_COUNT in counts:
        basis = config.basis if vocab.EXPERT_COUNT in counts else Basis.INFERENCE
        yield config.claim(vocab.SPARSITY, vocab.DENSE, basis=basis)
    for predicate in stated:
        if predicate in counts and predicate not in assumed:
            yield config.claim(predicate, values.integer(counts[predicate]))


def _attention(config: Config, counts: dict[Iri, int], assumed: frozenset[Iri]) -> Found:
    heads, shared = counts.get(vocab.ATTENTION_HEAD_COUNT), counts.get(vocab.KEY_VALUE_HEAD_COUNT)
    guessed = {vocab.ATTENTION_HEAD_COUNT, vocab.KEY_VALUE_HEAD_COUNT} & assumed
    basis = Basis.INFERENCE if guessed else config.basis
    if shared is None and heads is not None:
        one = config.look("multi_query")[1] is True
        if one and config.look("new_decoder_architecture")[1] is not True:
            shared = 1
            yield config.claim(vocab.KEY_VALUE_HEAD_COUNT, values.integer(1))
        elif config.model_type in HEADS_SHARE_NOTHING:
            shared, basis = heads, Basis.INFERENCE
            yield _inferred(
                config, vocab.KEY_VALUE_HEAD_COUNT, values.integer(heads), "library default"
            )
    if mechanism := _mechanism(config, heads, shared):
        yield config.claim(vocab.ATTENTION_MECHANISM, mechanism, basis=basis)
    width = counts.get(vocab.HIDDEN_SIZE)
    if (
        vocab.HEAD_DIMENSION not in counts
        and config.model_type in HEAD_IS_QUOTIENT
        and heads
        and width
        and width % heads == 0
    ):
        size = values.integer(width // heads)
        yield _inferred(config, vocab.HEAD_DIMENSION, size, "library default: width over heads")
    yield from _window(config)


def _mechanism(config: Config, heads: int | None, shared: int | None) -> Iri | None:
    layers = config.look("layer_types", "layers_block_type")[1]
    kinds = {str(kind) for kind in layers} if isinstance(layers, list) else set()
    linear = {"linear_attention", "mamba", "mamba2", "recurrent", "conv"} & kinds
    hybrid = (
        "linear_attn_config",
        "hybrid_override_pattern",
        "attn_type_list",
        "attn_layer_period",
    )
    if linear or config.look(*hybrid)[1] is not _ABSENT:
        return vocab.HYBRID_ATTENTION
    if config.look("kv_lora_rank")[1] is not _ABSENT:
        return vocab.MULTI_HEAD_LATENT_ATTENTION
    if heads is None or shared is None or shared > heads:
        return None
    if heads == shared:
        return vocab.MULTI_HEAD_ATTENTION
    return vocab.MULTI_QUERY_ATTENTION if shared == 1 else vocab.GROUPED_QUERY_ATTENTION


def _window(config: Config) -> Found:
    where, size = config.look("sliding_window")
    used = config.look("use_sliding_window")[1]
    layers = config.look("layer_types")[1]
    number = None if size is _ABSENT else whole_number(size)
    if size is not _ABSENT and number is None:
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
        yield config.claim(vocab.SLIDING_WINDOW_ATTENTION, values.boolean(slides))
    if slides and number:
        yield config.claim(vocab.SLIDING_WINDOW_SIZE, values.integer(number))


def _positions(config: Config) -> Found:
    where, rope = config.look("rope_parameters")
    stated = ""
    if isinstance(rope, dict) and rope and all(isinstance(r, dict) for r in rope.values()):
        stated = "; ".join(f"{kind} {r.get('rope_theta')}" for kind, r in rope.items())
        kind = "full_attention" if "full_attention" in rope else next(iter(rope))
        where, rope = f"{where}/{kind}", rope[kind]
    at, theta = config.look("rope_theta", "rotary_emb_base", "rope_base", "attn_config.rope_theta")
    if isinstance(rope, dict) and "rope_theta" in rope:
        at, theta = f"{where}/rope_theta", rope["rope_theta"]
    elif rope is not _ABSENT and not isinstance(rope, dict):
        yield Problem(where, f"{brief(rope)} is not a mapping")
    number = None if theta is _ABSENT or isinstance(theta, str) else statements.real(theta)
    if number is not None and number > 0:
        shown = statements.clean(stated)[: statements.SHOWN]
        yield config.claim(
            vocab.ROPE_THETA,
            values.double(number),
            as_stated=shown,
            locator=at if shown else "",
        )
    elif theta is not _ABSENT:
        yield Problem(at, f"{brief(theta)} is not a base of frequencies")
    yield from _scaling(config, rope)
    yield from _position_kind(config, number is not None or isinstance(rope, dict))


def _scaling(config: Config, rope: Any) -> Found:
    where, scaling = config.look("rope_scaling")
    scaling = scaling if isinstance(scaling, dict) else rope
    if not isinstance(scaling, dict):
        return
    kind = scaling.get("rope_type", scaling.get("type"))
    if isinstance(kind, str) and kind not in ("", "default"):
        yield config.claim(vocab.ROPE_SCALING, values.text(kind[:80]))
    elif kind is not None and not isinstance(kind, str):
        yield Problem(where, f"{brief(kind)} is not a kind of scaling")


def _position_kind(config: Config, rotary: bool) -> Found:
    kind = config.look("position_embedding_type")[1]
    family = config.model_type
    has = {
        vocab.ALIBI_POSITION_BIAS: kind == "alibi"
        or config.look("alibi", "attn_config.alibi")[1] is True,
        vocab.ROTARY_POSITION_EMBEDDING: rotary
        or kind in ("rope", "rotary")
        or config.look("rotary_dim", "rotary_pct", "rotary")[1] not in (_ABSENT, False),
        vocab.RELATIVE_POSITION_BIAS: str(kind).startswith("relative_key")
        or config.look("relative_attention_num_buckets")[1] is not _ABSENT,
        vocab.LEARNED_ABSOLUTE_POSITION_EMBEDDING: kind == "absolute"
        or config.look("learned_pos_emb")[1] is True,
    }
    known = next((concept for concept, stated in has.items() if stated), None)
    inferred = known is None
    if family == "bloom":
        known = known or vocab.ALIBI_POSITION_BIAS
    elif family in LEARNED_POSITIONS:
        known = known or vocab.LEARNED_ABSOLUTE_POSITION_EMBEDDING
    elif family in ("llama", "mistral", "mixtral"):
        known = known or vocab.ROTARY_POSITION_EMBEDDING
    if known:
        basis = Basis.INFERENCE if inferred else config.basis
        yield config.claim(vocab.POSITION_EMBEDDING, known, basis=basis)


def _functions(config: Config) -> Found:
    where, act = config.look(
        "hidden_act", "activation_function", "hidden_activation", "mlp_hidden_act",
        "feed_forward_proj", "ffn_config.ffn_act_fn",
    )  # fmt: skip
    if isinstance(act, dict):  # dbrx keeps {"name": "silu"}
        act = act.get("name", _ABSENT)
    if isinstance(act, str) and act:
        known = ACTIVATIONS.get(act.casefold())
        if known:
            yield config.claim(vocab.ACTIVATION_FUNCTION, known)
        else:
            why = "no function of the code list"
            yield config.unusable(vocab.ACTIVATION_FUNCTION, act, where, why)
    elif act is not _ABSENT:
        yield Problem(where, f"{brief(act)} is not an activation function's name")
    norm = statements.word(config.look("norm_type", "normalization_function")[1]).casefold()
    rms = config.look("rms_norm_eps", "rms_norm_epsilon")[1] is not _ABSENT
    layer = config.look("layer_norm_epsilon", "layer_norm_eps", "layernorm_epsilon")[1]
    if rms or "rmsnorm" in norm.replace("_", "") or config.look("rmsnorm")[1] is True:
        yield config.claim(vocab.NORMALIZATION, vocab.RMS_NORMALIZATION)
    elif config.model_type in RMS_DESPITE_KEY:
        yield config.claim(vocab.NORMALIZATION, vocab.RMS_NORMALIZATION, basis=Basis.INFERENCE)
    elif layer is not _ABSENT or "layernorm" in norm.replace("_", ""):
        yield config.claim(vocab.NORMALIZATION, vocab.LAYER_NORMALIZATION)
    where, tied = config.look("tie_word_embeddings")
    if isinstance(tied, bool):
        yield config.claim(vocab.TIED_EMBEDDINGS, values.boolean(tied))
    elif tied is not _ABSENT:
        yield Problem(where, f"{brief(tied)} is neither true nor false")


def _names(config: Config, raw: dict[str, Any], place: str) -> Found:
    for index, name in enumerate(statements.listed(raw.get("architectures"))):
        if isinstance(name, str) and name:
            yield config.claim(vocab.ARCHITECTURE_CLASS, values.text(name[:200]))
        else:
            yield Problem(f"{place}/architectures/{index}", f"{brief(name)} is not a class name")
    kind = raw.get("model_type")
    if isinstance(kind, str) and kind:
        yield config.claim(vocab.MODEL_TYPE, values.text(kind[:200]))
    elif kind is not None:
        yield Problem(f"{place}/model_type", f"{brief(kind)} is not a name")
    tokenizer = raw.get("tokenizer_class")
    if isinstance(tokenizer, str) and tokenizer:
        yield config.claim(vocab.TOKENIZER, values.text(tokenizer[:200]))
    if config.look("vocab_size")[1] is not _ABSENT:  # what a tower beside the language part takes
        towers = [
            kind
            for key, kind in (("vision_config", vocab.IMAGE), ("audio_config", vocab.AUDIO))
            if isinstance(raw.get(key), dict)
        ]
        for kind_ in [*towers, vocab.TEXT] if towers else []:
            yield config.claim(vocab.INPUT_MODALITY, kind_)


def _blocks(config: Config, counts: dict[Iri, int]) -> Found:
    """Layers that differ: searched architectures list each block."""
    where, blocks = config.look("block_configs")
    if not isinstance(blocks, list):
        return
    heads = counts.get(vocab.ATTENTION_HEAD_COUNT, 0)
    groups = set()
    widths = set()
    for block in blocks:
        attention = statements.mapping(statements.mapping(block).get("attention"))
        feed = statements.mapping(statements.mapping(block).get("ffn"))
        if size := whole_number(attention.get("n_heads_in_group")):
            groups.add(size)
        if (factor := statements.real(feed.get("ffn_mult"))) is not None:
            widths.add(factor)
    if len(groups) == 1 and heads and vocab.KEY_VALUE_HEAD_COUNT not in counts:
        (size,) = groups
        if heads % size == 0:
            yield config.claim(vocab.KEY_VALUE_HEAD_COUNT, values.integer(heads // size))
            mechanism = _mechanism(config, heads, heads // size)
            if mechanism:
                yield config.claim(vocab.ATTENTION_MECHANISM, mechanism)
    elif groups:
        shown = f"{sorted(groups)} heads in a group"
        yield config.unusable(vocab.KEY_VALUE_HEAD_COUNT, shown, where, "differs by layer")
    if len(widths) > 1 and vocab.FEED_FORWARD_SIZE not in counts:
        shown = f"{sorted(widths)} times the width"
        yield config.unusable(vocab.FEED_FORWARD_SIZE, shown, where, "differs by layer")
