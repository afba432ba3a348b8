"""Key tables of configurations: of models, adapters, tokenizers, indexes and merge recipes.

No standard lists the keys of a ``config.json``: each library and each architecture adds its own.
Keys that have a property in the graph are read; keys about how a library runs or trains a model are
marked *not provenance*; all others are stored as stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provenance_graph.formats.coverage import Key, Leaf, coded, later, leaves, read, skip
from provenance_graph.formats.huggingface.configs.lookup import TEXT_PARTS, parts_of
from provenance_graph.formats.huggingface.tables import COUNTS

_COUNT_KEYS = tuple(
    sorted({f"config/{key.replace('.', '/')}" for _, keys, _ in COUNTS for key in keys})
)


def _below(role: str, keys: str) -> tuple[str, ...]:
    return tuple(f"{role}/{key}" for key in keys.split())


CONFIG_ROWS: tuple[Key, ...] = (
    *skip("the same key of the language part counts", "config/(shadowed)/**"),
    *skip("a part beside the language model", "config/(part)/**"),
    *read("a count", *_COUNT_KEYS),
    *read("`pg:architectureClass`", *_below("config", "architectures _class_name architecture")),
    *read("`pg:modelType`, and what its class implies", "config/model_type"),
    *read("`pg:tokenizer`", "config/tokenizer_class"),
    *read("`pg:attentionMechanism`", *_below("config", "multi_query")),
    *read("`pg:slidingWindowAttention`, `pg:slidingWindowSize`",
          *_below("config", "sliding_window use_sliding_window")),
    *read("`pg:ropeTheta`, `pg:ropeScaling`",
          *_below("config", "rope_theta rotary_emb_base rope_base rope_scaling/type "
                  "rope_scaling/rope_type rope_parameters/rope_theta rope_parameters/rope_type"),
          "config/attn_config/rope_theta"),
    *read("`pg:positionEmbedding`",
          *_below("config", "position_embedding_type alibi attn_config/alibi")),
    *read("`pg:activationFunction`",
          *_below("config", "hidden_act activation_function hidden_activation mlp_hidden_act "
                  "feed_forward_proj ffn_config/ffn_act_fn ffn_config/ffn_act_fn/name")),
    *skip("a small number; that it is there tells the normalisation",
          *_below("config", "rms_norm_eps rms_norm_epsilon layer_norm_epsilon layer_norm_eps "
                  "layernorm_epsilon norm_eps norm_epsilon rmsnorm")),
    *read("`pg:tiedEmbeddings`", "config/tie_word_embeddings"),
    *read("`pg:weightPrecision`", *_below("config", "torch_dtype dtype")),
    *read("`pg:quantizationMethod`, `pg:quantizationBits`",
          *_below("config", "quantization_config/quant_method quantization_config/bits "
                  "quantization_config/w_bit "
                  "quantization_config/load_in_4bit quantization_config/load_in_8bit "
                  "quantization_config/_load_in_4bit quantization_config/_load_in_8bit "
                  "quantization/bits compression_config/quant_method")),
    *skip("which modules keep their number format",
          *_below("config/quantization_config", "ignore ignored_layers modules_to_not_convert "
                  "config_groups/*/targets exclude_modules llm_int8_skip_modules")),
    *later("config/quantization_config/**", "config/compression_config/**", "config/quantization/**"),
    *read("heads and widths that differ by layer", *_below("config", "block_configs/attention/n_heads_in_group block_configs/ffn/ffn_mult")),
    *skip("layers that differ: what else of them", "config/block_configs/**"),
    *skip("numbers of tokens with a meaning of their own",
          "config/*_token_id", "config/*_token_ids", "config/*_token_index", "config/*_token",
          "config/*_tokens_per_image", *_below("config", "image_placeholder video_placeholder prefix")),
    *skip("how it is initialised or trained, not what it is",
          "config/init*", "config/*dropout", "config/*_dropout_prob", "config/dropout_rate", "config/*pdrop", "config/*_coef", "config/*_loss",
          "config/layerdrop", "config/aux_loss_alpha", "config/seq_aux", "config/gradient_checkpointing",
          "config/rescale_prenorm_residual", "config/reset_*", "config/use_loss_mask"),
    *skip("how a library runs it",
          "config/use_cache", "config/transformers_version", "config/_attn_implementation*",
          "config/_commit_hash", "config/pretraining_tp", "config/output_*", "config/return_*",
          "config/use_flash*", "config/*_fusion", "config/fp16", "config/bf16", "config/fp32",
          "config/fp32_*", "config/*_in_fp32", "config/*_kernels", "config/torchscript",
          "config/pruned_heads/**", "config/num_logits_to_keep", "config/verbose",
          "config/max_batch_size", "config/pre_allocate_kv_cache", "config/inference_runner",
          "config/onnx_safe", "config/*_cache_dtype", "config/chunk_size*", "config/ignore_index",
          "config/ep_size", "config/use_bfloat16", "config/tf_legacy_loss", "config/validate_*",
          "config/pad_key_length", "config/output_past", "config/_diffusers_version"),
    *skip("labels and generation for one task",
          "config/id2label/**", "config/label2id/**", "config/task_specific_params/**",
          "config/summary_*", "config/problem_type", "config/num_labels", "config/num_beams",
          "config/top_k", "config/top_p", "config/temperature", "config/repetition_penalty",
          "config/length_penalty", "config/do_sample", "config/max_length", "config/min_length",
          "config/no_repeat_ngram_size", "config/early_stopping", "config/bad_words_ids/**",
          "config/diversity_penalty", "config/encoder_no_repeat_ngram_size", "config/finetuning_task",
          "config/num_return_sequences", "config/num_beam_groups", "config/typical_p",
          "config/forced_*", "config/suppress_tokens", "config/begin_suppress_tokens",
          "config/remove_invalid_values", "config/exponential_decay_length_penalty"),
    *later("config/**"),
)  # fmt: skip
"""``config.json``: the language part and the top level together."""

ADAPTER_ROWS: tuple[Key, ...] = (
    *coded("`pg:adapterOf`", "adapter/base_model_name_or_path"),
    *read("the state of the base", "adapter/revision"),
    *read("`pg:derivationMethod`", "adapter/peft_type"),
    *read("`pg:framework`", "adapter/task_type"),
    *read("`pg:adapterRank`, `pg:adapterAlpha`", "adapter/r", "adapter/lora_alpha"),
    *read("`pg:adapterTarget`", "adapter/target_modules", "adapter/modules_to_save"),
    *skip(
        "how a library runs or trains it",
        "adapter/inference_mode",
        "adapter/init_lora_weights",
        "adapter/lora_dropout",
        "adapter/auto_mapping/**",
        "adapter/megatron_core",
        "adapter/megatron_config/**",
        "adapter/runtime_config/**",
        "adapter/peft_version",
    ),
    *later("adapter/**"),
)
"""``adapter_config.json``."""

OTHER_ROWS: tuple[Key, ...] = (
    *read("`pg:tokenizer`", "tokenizer/tokenizer_class"),
    *skip("how text is cut into tokens", "tokenizer/**"),
    *read("`pg:parameterCount`", "index/metadata/total_parameters", "index/metadata/total_size"),
    *skip("which file holds which tensor", "index/weight_map/**"),
    *later("index/metadata/**", "index/**"),
    *skip("how text is generated by default", "generation/**"),
    *skip("how inputs are prepared", "preprocessor/**"),
    *read(
        "`pg:quantizationMethod`, `pg:quantizationBits`",
        "quantize/bits",
        "quantize/w_bit",
        "quantize/quant_method",
    ),
    *later("quantize/**", "params/**"),
    *read(
        "`pg:EvaluationResult`",
        "results/dataset/id",
        "results/dataset/task_id",
        "results/dataset/revision",
        "results/value",
        "results/date",
        "results/source/url",
        "results/source/name",
        "results/notes",
        "results/source/user",
    ),
    *later("results/**"),
)
"""Files of tokenizer, weight index, generation, preprocessing, quantisation, evaluation results."""

MERGE_ROWS: tuple[Key, ...] = (
    *read("`pg:mergeMethod`", "merge/merge_method", "merge/gate_mode"),
    *coded(
        "`pg:mergedFrom`, its revision and `pg:mergeWeight`",
        *(
            f"merge/{head}{tail}"
            for head in ("", "modules/*/")
            for tail in (
                "base_model",
                "base_model/**",
                "models",
                "models/model",
                "models/model/**",
                "models/lora",
                "models/lora/**",
                "models/parameters/weight",
                "slices/sources/model",
                "slices/sources/model/**",
                "slices/sources/lora/**",
                "slices/sources/parameters/weight",
                "experts/source_model",
                "experts/source_model/**",
                "shared_experts/source_model",
                "shared_experts/source_model/**",
            )
        ),
    ),
    *read("`pg:weightPrecision`; of both, that of the result", "merge/dtype", "merge/out_dtype"),
    *later("merge/**"),
)
"""Recipes of mergekit."""

_ROLES: Mapping[str, str] = {
    "config.json": "config",
    "model_index.json": "config",
    "adapter_config.json": "adapter",
    "tokenizer_config.json": "tokenizer",
    "special_tokens_map.json": "tokenizer",
    "generation_config.json": "generation",
    "preprocessor_config.json": "preprocessor",
    "quantize_config.json": "quantize",
    "params.json": "params",
    "config_sentence_transformers.json": "params",
}
_PLAIN = frozenset(
    {
        "quantization_config",
        "compression_config",
        "quantization",
        "attn_config",
        "ffn_config",
        "rope_scaling",
        "rope_parameters",
        "id2label",
        "label2id",
        "task_specific_params",
        "auto_map",
        "pruned_heads",
    }
)
"""Mappings of a configuration that belong to the language model itself."""


def role_of(file: str) -> str:
    """The role of a repository file by its name, such as ``config``; empty where it has none.

    >>> role_of("model.safetensors.index.json"), role_of("onnx/config.json"), role_of("x.py")
    ('index', 'config', '')
    """
    base = file.rpartition("/")[2]
    return "index" if base.endswith(".index.json") else _ROLES.get(base, "")


def leaves_of_file(role: str, value: Any, where: str) -> Iterator[Leaf]:
    """Yield the stated values of a configuration file in the given role."""
    if role == "config" and isinstance(value, dict):
        yield from _config_leaves(value, where)
    elif role == "index" and isinstance(value, dict):
        weights = value.get("weight_map")
        rest = {key: item for key, item in value.items() if key != "weight_map"}
        yield from leaves(rest, (role,), where)
        if weights:
            yield Leaf((role, "weight_map", "(all)"), f"{where}/weight_map", len(weights))
    else:
        yield from leaves(value, (role,), where)


def _config_leaves(raw: dict[str, Any], where: str) -> Iterator[Leaf]:
    """Yield a config's values, the language part first; a repeated key is marked as shadowed.

    Names are read from the top level. Where weights are quantised the stated number format is that
    of the computation.
    """
    seen: set[str] = set()
    parts = parts_of(raw, where)
    quantised = any(part.keys() & _QUANTISED for _, part in parts)
    for pointer, part in parts:
        for key, value in part.items():
            if key in TEXT_PARTS and isinstance(value, dict):
                continue
            head: tuple[str, ...] = ("config",)
            if (isinstance(value, dict) and key not in _PLAIN) or (
                key in _NAMES and part is not raw
            ):
                head = ("config", "(part)")
            elif key in seen:
                head = ("config", "(shadowed)")
            elif quantised and key in ("torch_dtype", "dtype"):
                head = ("config", "computing")
            if isinstance(value, (dict, list)):
                yield from leaves(value, (*head, str(key)), f"{pointer}/{key}")
            elif value is not None and value != "":
                yield Leaf((*head, str(key)), f"{pointer}/{key}", value)
        seen |= {str(key) for key, value in part.items() if value is not None} - _NAMES


_QUANTISED = frozenset({"quantization_config", "compression_config", "quantization"})
_NAMES = frozenset({"model_type", "architectures", "tokenizer_class", "_name_or_path"})
