"""Generated cards and answers of the Hub: fields of its specification, and others that authors use."""

from __future__ import annotations

from typing import Any

import yaml

from benchmarks.unseen.values import Maker

ODD = ("Licence", "Datasets", "lang", "model_creator", "eval_results", "prompt", "quantization",
       "base-model", "training_data", "author", "version", "params", "context_length")  # fmt: skip


def _repository(maker: Maker) -> str:
    return f"org{maker.number()}/m{maker.number()}"


def _results(maker: Maker) -> list[dict[str, Any]]:
    word = maker.word
    return [
        {"name": word(), "results": [
            {"task": {"type": word(), "name": word()},
             "dataset": {"type": word(), "name": word(), "config": word(), "split": word(),
                         "revision": maker.hexadecimal(40), "args": {word(): word()}},
             "metrics": [{"type": word(), "value": maker.number() / 1e6, "name": word(),
                          "config": word(), "args": {"max_order": maker.number()},
                          "verified": maker.chance(0.5), "verifyToken": word()}],
             "source": {"name": word(), "url": maker.address()}}]}
    ]  # fmt: skip


def _front(maker: Maker) -> dict[str, Any]:
    word = maker.word
    return {
        "language": [word(), "en"], "license": maker.random.choice(["other", "apache-2.0", word()]),
        "license_name": word(), "license_link": maker.address(), "library_name": word(),
        "tags": [word(), f"arxiv:2401.{maker.number() % 100000:05}", f"dataset:{_repository(maker)}",
                 f"base_model:{_repository(maker)}", f"region:{word()}", f"license:{word()}"],
        "datasets": [_repository(maker), word()], "metrics": [word()], "buckets": [_repository(maker)],
        "base_model": [_repository(maker)], "base_model_relation": "merge",
        "new_version": _repository(maker), "model-index": _results(maker),
        "pipeline_tag": word(), "thumbnail": maker.address(), "inference": maker.chance(0.5),
        "widget": [{"text": word(), "example_title": word()}], "model_name": word(),
        "co2_eq_emissions": {"emissions": maker.number(), "source": word(), "training_type": word(),
                             "geographical_location": word(), "hardware_used": word()},
        "extra_gated_prompt": word(), "extra_gated_fields": {word(): "text"},
        "extra_gated_heading": word(),
    }  # fmt: skip


def _data_front(maker: Maker) -> dict[str, Any]:
    word = maker.word
    return {
        "license_details": word(), "annotations_creators": [word()], "language_creators": [word()],
        "language_details": [word()], "pretty_name": word(), "size_categories": ["100K<n<1M"],
        "source_datasets": [word(), f"extended|{word()}"], "task_categories": [word()],
        "task_ids": [word()], "paperswithcode_id": word(),
        "configs": [{"config_name": word(), "data_files": [{"split": word(), "path": word()}]}],
        "dataset_info": {"features": [{"name": word(), "dtype": word()}], "config_name": word(),
                         "splits": [{"name": word(), "num_bytes": maker.number()}],
                         "download_size": maker.number(), "dataset_size": maker.number()},
    }  # fmt: skip


def _chosen(whole: dict[str, Any], maker: Maker, share: float) -> dict[str, Any]:
    result = {key: value for key, value in whole.items() if maker.chance(share)}
    for key, value in result.items():
        if isinstance(value, list) and len(value) == 1 and maker.chance(0.3):
            result[key] = value[0]
        elif isinstance(value, str) and maker.chance(0.1):
            result[key] = [value]
    for key in maker.random.sample(ODD, 3):
        result[key] = maker.word()
    return result


def card(maker: Maker, dataset: bool = False) -> dict[str, Any]:
    """The front matter of a card."""
    whole = _front(maker) | (_data_front(maker) if dataset else {})
    return {"license": "mit", **_chosen(whole, maker, 0.6)}


def markdown(front: dict[str, Any], maker: Maker) -> str:
    """The card's file."""
    shown = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
    return f"---\n{shown}---\n\n# {maker.word()}\n\nA text.\n"


def answer(maker: Maker) -> dict[str, Any]:
    """The answer of the Hub's API about a model."""
    name = _repository(maker)
    word = maker.word
    size = maker.number()
    whole = {
        "sha": maker.hexadecimal(40), "lastModified": maker.moment(), "createdAt": maker.moment(),
        "private": False, "disabled": False, "gated": maker.random.choice([False, "auto", "manual"]),
        "downloads": maker.number(), "likes": maker.number(), "trendingScore": maker.number(),
        "author": name.partition("/")[0], "library_name": word(), "pipeline_tag": word(),
        "tags": [word(), "transformers", f"dataset:{_repository(maker)}", f"arxiv:2402.{maker.number() % 100000:05}",
                 f"base_model:finetune:{_repository(maker)}", f"doi:10.5/{word()}", "endpoints_compatible", "region:us"],
        "config": {"architectures": [word()], "model_type": word(), "vocab_size": maker.number(),
                   "tokenizer_config": {"bos_token": word(), "chat_template": word()},
                   "quantization_config": {"bits": 4, "quant_method": "gptq"}},
        "cardData": _chosen(_front(maker), maker, 0.4), "model-index": _results(maker),
        "siblings": [{"rfilename": f"{maker.number()}.safetensors", "size": size,
                      "blobId": maker.hexadecimal(40),
                      "lfs": {"sha256": maker.hexadecimal(64), "size": size, "pointerSize": 134}},
                     {"rfilename": "README.md"}],
        "safetensors": {"parameters": {"BF16": maker.number()}, "total": maker.number()},
        "gguf": {"total": maker.number(), "architecture": word(), "context_length": maker.number(),
                 "chat_template": word(), "bos_token": word()},
        "transformersInfo": {"auto_model": word(), "pipeline_tag": word(), "processor": word()},
        "spaces": [_repository(maker)], "usedStorage": maker.number(), "inference": word(),
        "mask_token": word(), "widgetData": [{"text": word()}], "securityRepoStatus": {"scansDone": True},
        "inferenceProviderMapping": [{"provider": word(), "status": "live", "task": word()}],
        "baseModels": {"relation": "finetune", "models": [{"id": _repository(maker)}]},
        "evalResults": [{"dataset": {"id": _repository(maker)}, "value": maker.number()}],
    }  # fmt: skip
    return {"id": name, "modelId": name, "tags": [], "downloads": 1, **_chosen(whole, maker, 0.7)}
