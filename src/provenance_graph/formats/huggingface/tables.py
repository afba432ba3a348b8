"""Tables of the Hub's vocabulary and the libraries' config keys: tasks, formats, defaults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

_T, _I, _A, _V = PG.Text, PG.Image, PG.Audio, PG.Video
_E, _S = PG.Embedding, PG.Speech

TASKS: Mapping[str, tuple[tuple[Iri, ...], tuple[Iri, ...]]] = MappingProxyType(
    {
        "any-to-any": ((), ()),
        "audio-classification": ((_A,), ()),
        "audio-text-to-text": ((_A, _T), (_T,)),
        "audio-to-audio": ((_A,), (_A,)),
        "automatic-speech-recognition": ((_S,), (_T,)),
        "depth-estimation": ((_I,), ()),
        "document-question-answering": ((PG.Document, _T), (_T,)),
        "feature-extraction": ((), (_E,)),
        "fill-mask": ((_T,), (_T,)),
        "image-classification": ((_I,), ()),
        "image-feature-extraction": ((_I,), (_E,)),
        "image-segmentation": ((_I,), ()),
        "image-text-to-image": ((_I, _T), (_I,)),
        "image-text-to-text": ((_I, _T), (_T,)),
        "image-text-to-video": ((_I, _T), (_V,)),
        "image-to-image": ((_I,), (_I,)),
        "image-to-text": ((_I,), (_T,)),
        "image-to-video": ((_I,), (_V,)),
        "mask-generation": ((_I,), ()),
        "object-detection": ((_I,), ()),
        "question-answering": ((_T,), (_T,)),
        "robotics": ((), (PG.Action,)),
        "sentence-similarity": ((_T,), (_E,)),
        "summarization": ((_T,), (_T,)),
        "table-question-answering": ((_T,), (_T,)),
        "text-classification": ((_T,), ()),
        "text-generation": ((_T,), (_T,)),
        "text-ranking": ((_T,), ()),
        "text-to-audio": ((_T,), (_A,)),
        "text-to-image": ((_T,), (_I,)),
        "text-to-speech": ((_T,), (_S,)),
        "text-to-video": ((_T,), (_V,)),
        "text2text-generation": ((_T,), (_T,)),
        "token-classification": ((_T,), ()),
        "translation": ((_T,), (_T,)),
        "unconditional-image-generation": ((), (_I,)),
        "video-classification": ((_V,), ()),
        "video-text-to-text": ((_V, _T), (_T,)),
        "video-to-video": ((_V,), (_V,)),
        "visual-document-retrieval": ((PG.Document, _T), (_E,)),
        "visual-question-answering": ((_I, _T), (_T,)),
        "voice-activity-detection": ((_A,), ()),
        "zero-shot-classification": ((_T,), ()),
        "zero-shot-image-classification": ((_I, _T), ()),
        "zero-shot-object-detection": ((_I, _T), ()),
    }
)
"""The Hub's tasks, each with input and output modalities where the task determines them."""

RELATIONS: Mapping[str, Iri] = MappingProxyType(
    {
        "adapter": PG.adapterOf,
        "distill": PG.distilledFrom,
        "distillation": PG.distilledFrom,
        "finetune": PG.fineTunedFrom,
        "finetuned": PG.fineTunedFrom,
        "fine-tune": PG.fineTunedFrom,
        "fine-tuned": PG.fineTunedFrom,
        "merge": PG.mergedFrom,
        "quantized": PG.quantizedFrom,
        "quantization": PG.quantizedFrom,
    }
)
HUB_RELATIONS = frozenset({"adapter", "finetune", "merge", "quantized"})

ADAPTER_MARKS = frozenset({"peft", "lora", "adapter-transformers"})
QUANTIZED_MARKS = frozenset(
    """
    4-bit 8-bit 4bit 8bit aqlm awq bitsandbytes bnb compressed-tensors eetq exl2 exl3 fp8
    gguf ggml gptq gptqmodel hqq imatrix int4 int8 mlc-llm nf4 nvfp4 quantized modelopt
    """.split()
)
MERGE_MARKS = frozenset({"merge", "mergekit", "lazymergekit", "moerge"})
FORMAT_TAGS = frozenset({"safetensors", "gguf", "ggml", "onnx", "openvino", "coreml", "tflite"})
_METHODS = (
    "awq",
    "gptq",
    "exl2",
    "exl3",
    "aqlm",
    "hqq",
    "eetq",
    "nvfp4",
    "mxfp4",
    "fp8",
    "bitsandbytes",
    "compressed-tensors",
    "modelopt",
    "quark",
    "torchao",
)
METHOD_TAGS = frozenset(_METHODS)
_PACKING = frozenset({"nvfp4", "mxfp4", "compressed-tensors", "modelopt", "quark"})
"""Methods that store two 4-bit weights in a byte, which the Hub tags "8-bit"."""


def quantization_of(tags: Iterable[str]) -> tuple[str, int]:
    """The quantisation method and bits per weight in a repository's tags; else empty and 0.

    Of several methods the most specific is taken: the method of quantisation before the library
    that stores the weights. Several widths mean several files, and none of them is the
    repository's.

    >>> quantization_of(["compressed-tensors", "AWQ", "4-bit"])
    ('awq', 4)
    >>> quantization_of(["modelopt", "8-bit"])
    ('modelopt', 0)
    """
    low = {tag.casefold() for tag in tags}
    method = next((name for name in _METHODS if name in low), "")
    widths = {int(tag[0]) for tag in low if re.fullmatch(r"[2-8]-?bit", tag)}
    packed = widths == {8} and not _PACKING.isdisjoint(low)
    return method, 0 if packed or len(widths) != 1 else widths.pop()


DTYPES: Mapping[str, Iri] = MappingProxyType(
    {
        "bfloat16": PG.BFloat16,
        "bf16": PG.BFloat16,
        "float16": PG.Float16,
        "fp16": PG.Float16,
        "f16": PG.Float16,
        "half": PG.Float16,
        "float32": PG.Float32,
        "fp32": PG.Float32,
        "f32": PG.Float32,
        "float": PG.Float32,
        "float8_e4m3fn": PG.Float8,
        "float8_e5m2": PG.Float8,
        "fp8": PG.Float8,
        "f8_e4m3": PG.Float8,
        "nvfp4": PG.Float4,
        "mxfp4": PG.Float4,
        "fp4": PG.Float4,
        "int8": PG.Int8,
        "i8": PG.Int8,
        "int4": PG.Int4,
        "mixed_precision": PG.MixedPrecision,
    }
)

ACTIVATIONS: Mapping[str, Iri] = MappingProxyType(
    {
        "silu": PG.SiLU,
        "swish": PG.SiLU,
        "swiglu": PG.SwiGLU,
        "swigluoai": PG.SwiGLU,
        "gelu": PG.GELU,
        "gelu_new": PG.GELU,
        "gelu_fast": PG.GELU,
        "gelu_python": PG.GELU,
        "gelu_pytorch_tanh": PG.GELU,
        "gelu_tanh": PG.GELU,
        "quick_gelu": PG.GELU,
        "geglu": PG.GeGLU,
        "gated-gelu": PG.GeGLU,
        "gated-silu": PG.SwiGLU,
        "relu": PG.ReLU,
        "relu2": PG.SquaredReLU,
    }
)

COUNTS: tuple[tuple[Iri, tuple[str, ...], int], ...] = (
    # property, the keys under which families keep it, the least value that makes sense
    (PG.hiddenSize, ("hidden_size", "n_embd", "n_embed", "d_model", "dim", "model_dim"), 1),
    (PG.layerCount, ("num_hidden_layers", "n_layer", "n_layers", "num_layers"), 1),
    (PG.attentionHeadCount, ("num_attention_heads", "n_head", "n_heads", "num_heads"), 1),
    (
        PG.keyValueHeadCount,
        ("num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads",
         "multi_query_group_num", "attn_config.kv_n_heads"),
        1,
    ),
    (PG.headDimension, ("head_dim", "d_kv", "kv_channels"), 1),
    (
        PG.feedForwardSize,
        ("intermediate_size_mlp", "intermediate_size", "n_inner", "ffn_dim", "d_ff",
         "ffn_hidden_size", "ffn_config.ffn_hidden_size"),
        1,
    ),
    (PG.embeddingDimension, ("embedding_size", "word_embed_proj_dim"), 1),
    (PG.vocabularySize, ("vocab_size", "padded_vocab_size"), 1),
    (
        PG.contextLength,
        ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length",
         "seq_length", "n_ctx"),
        1,
    ),
    (
        PG.expertCount,
        ("num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts",
         "num_moe_experts", "n_experts", "ffn_config.moe_num_experts"),
        0,
    ),
    (
        PG.activeExpertCount,
        ("num_experts_per_tok", "num_experts_per_token", "moe_top_k", "moe_topk", "moe_k",
         "top_k_experts", "num_selected_experts", "ffn_config.moe_top_k"),
        0,
    ),
    (
        PG.sharedExpertCount,
        ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert"),
        0,
    ),
    (
        PG.expertIntermediateSize,
        ("moe_intermediate_size", "expert_ffn_hidden_size", "moe_ffn_hidden_size"),
        1,
    ),
    (PG.denseLayerCount, ("first_k_dense_replace",), 0),
    (PG.keyValueLoraRank, ("kv_lora_rank",), 1),
    (PG.queryLoraRank, ("q_lora_rank",), 1),
    (
        PG.multiTokenPredictionHeadCount,
        ("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules",
         "num_mtp_layers", "mtp_num_layers"),
        0,
    ),
)  # fmt: skip

EXPERT_WIDTH_IS_INTERMEDIATE = frozenset(
    {
        "mixtral",
        "phimoe",
        "gpt_oss",
        "minimax",
        "minimax_m2",
        "minimax_text_01",
        "granitemoe",
        "granitemoehybrid",
        "olmoe",
        "llama4_text",
        "jamba",
        "dbrx",
    }
)
"""Model types whose ``intermediate_size`` is the width of an expert."""

ATTENTION_FREE = frozenset(
    """
    mamba mamba2 falcon_mamba rwkv rwkv5 rwkv6 rwkv7 xlstm retnet gla hgrn hgrn2 delta_net
    gated_deltanet
    """.split()
)
"""Model types without attention, whose ``num_heads`` and ``head_dim`` are those of their states."""

RMS_DESPITE_KEY = frozenset(
    {"t5", "mt5", "umt5", "longt5", "qwen", "nemotron_h", "mamba", "mamba2"}
)
"""Model types with a LayerNorm key that normalise by root mean square."""

LEARNED_POSITIONS = frozenset({"gpt2", "opt", "gpt_bigcode", "bert", "roberta", "albert", "bart"})
DENSE_TYPES = frozenset(
    """
    llama mistral qwen qwen2 qwen3 qwen2_5_vl_text qwen3_vl_text gemma gemma2 gemma3_text
    phi phi3 phi4mm opt bloom gptj gpt_neox gpt2 gpt_bigcode falcon mpt stablelm t5 mt5 bert
    roberta xlm-roberta albert chatglm cohere cohere2 olmo olmo2 starcoder2 smollm3 exaone4
    """.split()
)
"""Model types whose library class has no experts."""

GATED_DECODERS = frozenset(
    """
    llama mistral qwen2 qwen3 gemma gemma2 gemma3_text phi3 stablelm cohere cohere2 olmo
    olmo2 olmo3 smollm3 exaone4 granite internlm2
    """.split()
)
"""Model types that are one stack of equal layers: attention and a gated feed-forward network."""

HEADS_SHARE_NOTHING = frozenset(
    {
        "gpt2",
        "gptj",
        "gpt_neox",
        "opt",
        "bloom",
        "bert",
        "roberta",
        "xlm-roberta",
        "albert",
        "t5",
        "mt5",
        "llama",
    }
)
"""Model types for which an absent key-value head count means one per query head."""

HEAD_IS_QUOTIENT = frozenset(
    """
    llama qwen2 phi phi3 gpt2 gptj gpt_neox opt bloom bert roberta xlm-roberta albert mpt
    falcon stablelm gpt_bigcode
    """.split()
)
"""Model types for which an absent head dimension means hidden size over heads."""

DEFAULTS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "llama": {"hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
                  "num_attention_heads": 32, "vocab_size": 32000, "hidden_act": "silu",
                  "max_position_embeddings": 2048, "rope_theta": 10000.0,
                  "tie_word_embeddings": False},
        "mistral": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
                    "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32000,
                    "hidden_act": "silu", "max_position_embeddings": 131072,
                    "rope_theta": 10000.0, "tie_word_embeddings": False},
        "mixtral": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
                    "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32000,
                    "hidden_act": "silu", "max_position_embeddings": 131072,
                    "rope_theta": 1000000.0, "num_experts_per_tok": 2, "num_local_experts": 8,
                    "tie_word_embeddings": False},
        "gpt2": {"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12,
                 "n_head": 12, "activation_function": "gelu_new"},
        "bert": {"vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12,
                 "num_attention_heads": 12, "intermediate_size": 3072, "hidden_act": "gelu",
                 "max_position_embeddings": 512},
        "gptj": {"vocab_size": 50400, "n_positions": 2048, "n_embd": 4096, "n_layer": 28,
                 "n_head": 16, "activation_function": "gelu_new"},
        "gpt_neox": {"vocab_size": 50432, "hidden_size": 6144, "num_hidden_layers": 44,
                     "num_attention_heads": 64, "intermediate_size": 24576,
                     "hidden_act": "gelu", "max_position_embeddings": 2048},
        "opt": {"vocab_size": 50272, "hidden_size": 768, "num_hidden_layers": 12,
                "ffn_dim": 3072, "max_position_embeddings": 2048, "num_attention_heads": 12,
                "activation_function": "relu"},
    }
)  # fmt: skip
"""Class defaults of transformers: what an absent key means for these model types."""
