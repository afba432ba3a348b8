"""Recognition of weight files by their names alone: no weight file is loaded.

A name shows the container (safetensors, GGUF, ONNX …) or the library that writes it. Files that
training leaves beside the weights, such as an optimizer's state, hold none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "safetensors": "safetensors",
        "gguf": "gguf",
        "ggml": "ggml",
        "llamafile": "llamafile",
        "onnx": "onnx",
        "bin": "pytorch",
        "pt": "pytorch",
        "pth": "pytorch",
        "ckpt": "checkpoint",
        "pkl": "pickle",
        "pickle": "pickle",
        "joblib": "pickle",
        "h5": "hdf5",
        "hdf5": "hdf5",
        "keras": "keras",
        "pb": "tensorflow",
        "tflite": "tflite",
        "litertlm": "litert",
        "msgpack": "flax",
        "mlmodel": "coreml",
        "engine": "tensorrt",
        "plan": "tensorrt",
        "nemo": "nemo",
        "npz": "numpy",
        "ot": "rust-bert",
        "pte": "executorch",
        "pdparams": "paddle",
    }
)
"""The suffix of a weight file in lower case, with its format."""
_BY_NAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:^|/)openvino[\w-]*\.(?:bin|xml)$"), "openvino"),
    (re.compile(r"\.mlpackage(?:/|$)|\.mlmodelc(?:/|$)"), "coreml"),
)
"""Name patterns that determine the format before the suffix does."""
_COMPANION = re.compile(
    r"(?:^|/)(?:training_args|optimizer|scheduler|scaler|rng_state|random_states|tokenizer|"
    r"spiece|vocab|sentencepiece)[\w.-]*$"
)


def format_of(name: str) -> str:
    """The format of a weight file; empty where the name shows no weights.

    >>> format_of("model-00001-of-00002.safetensors"), format_of("openvino_model.bin")
    ('safetensors', 'openvino')
    >>> format_of("A.mlpackage/Data/com.apple.CoreML/weights/weight.bin"), format_of("x/model.plan")
    ('coreml', 'tensorrt')
    >>> format_of("training_args.bin"), format_of("README.md")
    ('', '')
    """
    text = name.casefold()
    for pattern, container in _BY_NAME:
        if pattern.search(text):
            return container
    if _COMPANION.search(text):
        return ""
    return FORMATS.get(text.rpartition(".")[2], "") if "." in text else ""
