"""Key tables of the Hub's cards and of its API answers.

The keys of model cards are those of the Hub's specification (``modelcard.md`` and
``datasetcard.md`` of hub-docs), those of API answers what ``/api/models`` gives. Other keys are
stored as stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from provenance_graph.core.errors import Unreadable
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, coded, later, leaves, read, skip
from provenance_graph.formats.document import Document
from provenance_graph.formats.huggingface.cards.front import PAGE_TAGS, card_metadata, metadata
from provenance_graph.formats.huggingface.configs.keys import (
    ADAPTER_ROWS,
    CONFIG_ROWS,
    MERGE_ROWS,
    OTHER_ROWS,
    leaves_of_file,
    role_of,
)
from provenance_graph.formats.huggingface.configs.merge import FILES as RECIPES
from provenance_graph.formats.huggingface.configs.merge import one_or_all
from provenance_graph.formats.parsing import decode, parse_json, parse_yaml, parse_yaml_stream
from provenance_graph.formats.statements import scalar_text

MODEL_ROWS = (
    *read(
        "`dcterms:license`", "card/license", "card/license_name", "card/licence", "card/licenses"
    ),
    *read("`pg:termsOfUse`", "card/license_link"),
    *read("`dcterms:language`", "card/language", "card/languages"),
    *read("`pg:framework`", "card/library_name"),
    *read("`pg:task`, modalities", "card/pipeline_tag"),
    *skip("where the Hub can run or show a model", "card/page/tags", "api/page/tags"),
    *read("by the tag: paper, data, format, library, task, language, else as stated", "card/tags"),
    *read("`pg:trainedOn`, `pg:datasetConfiguration`", "card/datasets/**"),
    *coded("the relation is stated or the Hub's inference", "card/base_model_relation"),
    *coded("the relation is stated or the Hub's inference", "card/base_model"),
    *read("`pg:derivedFromVersion`", "card/base_model_revision"),
    *read("`dcterms:replaces`", "card/new_version"),
    *read("`pg:paper`", "card/arxiv", "card/paper", "card/doi"),
    *read("`pg:codeRepository`", "card/repo", "card/repository", "card/github"),
    *read("`pg:homepage`", "card/demo"),
    *read(
        "`pg:trainingCO2eTonnes`, hardware",
        "card/co2_eq_emissions/emissions",
        "card/co2_eq_emissions/hardware_used",
    ),
    *read("a mass", "card/co2_eq_emissions"),
    *later(
        "card/co2_eq_emissions/source",
        "card/co2_eq_emissions/training_type",
        "card/co2_eq_emissions/geographical_location",
    ),
    *skip("the model's name again", "card/model-index/name"),
    *later("card/model-index/results/metrics/verified", "api/model-index/results/metrics/verified"),
    *read("`pg:EvaluationResult`", "card/model-index/**"),
    *read("`schema:alternateName`", "card/model_name", "card/pretty_name"),
    *read("`pg:weightsAvailability`, and the text as stated", "card/extra_gated_prompt"),
    *read("a sign of quantisation", "card/quantized_by"),
    *skip(
        "how the Hub shows the card",
        "card/widget/**",
        "card/thumbnail",
        "card/inference/**",
        "card/viewer",
        "card/emoji",
        "card/colorFrom",
        "card/colorTo",
        "card/pinned",
        "card/co2_eq_emissions/**",
    ),
    *skip(
        "the form of the access request",
        "card/extra_gated_fields/**",
        "card/extra_gated_heading",
        "card/extra_gated_description",
        "card/extra_gated_button_content",
        "card/extra_gated_eu_disallowed",
    ),
    *skip("names of metrics without values; results are under model-index", "card/metrics/**"),
    *later("card/prompt_template", "card/model_creator", "card/model_link"),
)

DATASET_ROWS = (
    *read("`pg:datasetConfiguration`", "card/configs/config_name", "card/dataset_info/config_name"),
    *later(
        "card/dataset_info/license",
        "card/dataset_info/homepage",
        "card/dataset_info/citation",
        "card/dataset_info/description",
    ),
    *skip(
        "how the files are laid out",
        "card/configs/**",
        "card/dataset_info/**",
        "card/train-eval-index/**",
    ),
    *read("`pg:task`", "card/task_categories", "card/task_ids"),
    *read("`prov:wasDerivedFrom` after `extended|`", "card/source_datasets"),
    *read(
        "kept as stated",
        "card/annotations_creators",
        "card/language_creators",
        "card/multilinguality",
        "card/size_categories",
        "card/language_bcp47",
        "card/paperswithcode_id",
    ),
)

API_ROWS = (
    *read("the repository", "api/id", "api/modelId", "api/author"),
    *read("`pg:ModelVersion`", "api/sha"),
    *read("`dcterms:created`, `dcterms:modified`", "api/createdAt", "api/lastModified"),
    *coded("`pg:weightsAvailability`", "api/gated"),
    *skip("whether the page can be seen", "api/private", "api/disabled"),
    *read("`pg:task`, `pg:framework`", "api/pipeline_tag", "api/library_name"),
    *read("by the tag", "api/tags"),
    *read("`pg:parameterCount`", "api/safetensors/**", "api/gguf/total"),
    *skip("bytes of the repository, against which packed elements are weighed", "api/usedStorage"),
    *read("`pg:contextLength`", "api/gguf/context_length"),
    *later("api/gguf/architecture"),
    *read(
        "`pg:Artifact`, `pg:fileFormat`",
        "api/siblings/rfilename",
        "api/siblings/size",
        "api/siblings/lfs/sha256",
        "api/siblings/lfs/oid",
        "api/siblings/lfs/size",
    ),
    *read(
        "of a dataset: `schema:description`, `pg:citeAs`, as stated",
        "api/description",
        "api/citation",
        "api/paperswithcode_id",
    ),
    *skip(
        "a file without digest and size, whose name tells its format",
        "api/siblings/other/rfilename",
    ),
    *skip(
        "a digest of Git's pointer, not of the file",
        "api/siblings/blobId",
        "api/siblings/lfs/pointerSize",
    ),
    *read("as `config.json`, abridged: absent keys mean nothing", "api/config/**"),
    *read("`pg:EvaluationResult`", "api/model-index/**"),
    *later("api/transformersInfo/auto_model", "api/transformersInfo/processor"),
    *skip(
        "use and display of the page",
        "api/downloads",
        "api/downloadsAllTime",
        "api/likes",
        "api/trendingScore",
        "api/spaces/**",
        "api/widgetData/**",
        "api/_id",
        "api/inference/**",
        "api/inferenceProviderMapping/**",
        "api/transformersInfo/**",
        "api/mask_token",
        "api/cardExists",
        "api/childrenModelCount/**",
        "api/resourceGroup/**",
        "api/gguf/**",
        "api/xetEnabled",
        "api/discussionsDisabled",
        "api/siblings/**",
    ),
)

KEYS = KeyTable(
    (*MODEL_ROWS, *DATASET_ROWS, *API_ROWS, *CONFIG_ROWS, *ADAPTER_ROWS, *OTHER_ROWS, *MERGE_ROWS)
)
_ODD: Mapping[str, str] = MappingProxyType(
    {
        "dataset": "datasets",
        "base_models": "base_model",
        "basemodel": "base_model",
        "lang": "language",
        "library": "library_name",
        "tag": "tags",
        "pipeline": "pipeline_tag",
        "model_index": "model-index",
        "dataset_name": "datasets",
        "train_datasets": "datasets",
        "train_dataset": "datasets",
        "training_datasets": "datasets",
        "training_dataset": "datasets",
        **dict.fromkeys(
            ("licence", "licences", "licenses", "liscence", "lisence", "liscense"), "license"
        ),
    }
)
"""Misspelt fields in cards, which the Hub does not read, with the field meant."""

_SLIPS = frozenset(
    (
        "base_model",
        "base_model_relation",
        "datasets",
        "language",
        "library_name",
        "license",
        "license_link",
        "license_name",
        "pipeline_tag",
    )
)
"""Fields with names long enough to be recognised with one letter wrong, missing, added or
swapped."""


def field_of(key: str, fields: frozenset[str]) -> str:
    """The field that a key means, however it is spelt; nothing where none is known.

    >>> field_of("Datasets", frozenset({"datasets"})), field_of("colour", frozenset())
    ('datasets', '')
    >>> field_of("lcense", frozenset({"license"})), field_of("languaeg", frozenset({"language"}))
    ('license', 'language')
    """
    if key in fields:
        return key
    folded = key.strip().casefold().replace("-", "_").replace(" ", "_")
    result = _ODD.get(folded, folded)
    if result in fields:
        return result
    if KEYS.treatment(("card", key)) is not coverage.Treatment.UNKNOWN:
        return ""
    from rapidfuzz.distance import OSA  # loading it takes a moment

    return next(
        (field for field in sorted(_SLIPS & fields) if OSA.distance(folded, field) == 1), ""
    )


def leaves_of(document: Document, kind: str) -> Iterator[Leaf]:
    """Yield the stated values of a Hub document, and of the files beside it."""
    if kind == "card":
        yield from _card_leaves(card_metadata(document)[0], "")
    elif (
        kind in ("api", "dataset_api")
        and document.features.syntax == "json"
        and isinstance(document.json, dict)
    ):
        whole: dict[str, Any] = document.json
        for leaf in leaves(whole, ("api",), "", without=("cardData",)):
            listed_only = leaf.path == _FILE_NAME and not _has_size(whole, leaf.where)
            yield Leaf(_OTHER_FILE, leaf.location, leaf.value) if listed_only else _of_page(leaf)
        yield from _card_leaves(statements.mapping(whole.get("cardData")), "/cardData")
    elif kind in ("config", "adapter", "index", "tokenizer"):
        yield from leaves_of_file(kind, document.json, "")
    elif kind == "merge":
        yield from leaves_of_file(kind, one_or_all(document.yaml_stream), "")
    elif kind == "results":
        yield from leaves_of_file(kind, document.yaml, "")
    for file in sorted(document.files):
        try:
            yield from _companion_leaves(document, kind, file)
        except Unreadable:
            continue  # an unreadable file is reported by the reading itself


_FILE_NAME = ("api", "siblings", "rfilename")
_OTHER_FILE = ("api", "siblings", "other", "rfilename")


def _has_size(answer: dict[str, Any], where: str) -> bool:
    """Whether an answer gives size or digest of the file whose name stands at a location."""
    step = where.split("/")[2]
    files = statements.as_list(answer.get("siblings"))
    file = statements.mapping(files[int(step)]) if step.isdigit() else {}
    return "size" in file or "lfs" in file


def _companion_leaves(document: Document, kind: str, file: str) -> Iterator[Leaf]:
    """Yield the stated values of one of the files beside a document."""
    base, url = file.rpartition("/")[2], f"{document.url}/{file}"
    if base == "README.md" and kind != "card":
        text = document.files[file].decode("utf-8", "replace")
        yield from _card_leaves(metadata(text, document.url)[0], file)
    elif role := role_of(base):
        yield from leaves_of_file(role, parse_json(decode(document.files[file], url), url), file)
    elif base in RECIPES:
        stream = parse_yaml_stream(decode(document.files[file], url), url)
        yield from leaves_of_file("merge", one_or_all(stream), file)
    elif ".eval_results/" in f"/{file}":
        yield from leaves_of_file(
            "results", parse_yaml(decode(document.files[file], url), url), file
        )


def _card_leaves(data: Mapping[str, Any], where: str) -> Iterator[Leaf]:
    for leaf in leaves(dict(data), ("card",), where):
        key = leaf.path[1] if len(leaf.path) > 1 else ""
        field = (
            ""
            if coverage.Treatment.UNKNOWN is not KEYS.treatment(leaf.path)
            else field_of(key, _FIELDS)
        )
        path = ("card", field, *leaf.path[2:]) if field else leaf.path
        yield _of_page(Leaf(path, leaf.location, leaf.value))


def _of_page(leaf: Leaf) -> Leaf:
    """The value, under the key of page tags where it is a tag about the Hub's page."""
    if leaf.path[1:] == ("tags",) and scalar_text(leaf.value).casefold() in PAGE_TAGS:
        return Leaf((leaf.path[0], "page", "tags"), leaf.location, leaf.value)
    return leaf


_FIELDS = frozenset(row.path.split("/")[1] for row in MODEL_ROWS)
