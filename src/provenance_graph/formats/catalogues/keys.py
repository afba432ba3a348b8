"""Key tables of the catalogues and indices, for their keys and columns.

The paths of a catalogue begin with the role of its entries (``offer``, ``entry``, ``row``), not
with the name or number of an entry.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from provenance_graph.core.claims import Problem
from provenance_graph.core.iris import Iri
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.coverage import (
    Key,
    KeyTable,
    Leaf,
    Treatment,
    coded,
    phrases,
    read,
    skip,
)
from provenance_graph.formats.document import Document

Leaves = Callable[[Document], Iterator[Leaf]]


def rest(role: str) -> tuple[Key, ...]:
    """The row for all other keys: not read yet, and kept as stated."""
    return (Key(f"{role}/**", Treatment.NOT_READ, "no property for it yet"),)


def below(role: str, *keys: str) -> tuple[str, ...]:
    """Keys of an entry, as paths below its role."""
    return tuple(f"{role}/{key}" for key in keys)


def one(role: str) -> Leaves:
    """Values by key for a document that is one entry (JSON, YAML or TOML)."""

    def leaves(document: Document) -> Iterator[Leaf]:
        return coverage.leaves(statements.mapping(document.features.value), (role,), "")

    return leaves


def several(role: str) -> Leaves:
    """Values by key for a document that lists its entries, or maps names to them."""

    def leaves(document: Document) -> Iterator[Leaf]:
        whole = document.features.value
        items = whole.items() if isinstance(whole, dict) else enumerate(statements.as_list(whole))
        results: list[Leaf] = []
        for name, entry in items:
            location = f"/{str(name).replace('~', '~0').replace('/', '~1')}"
            results += coverage.leaves(entry, (role,), location)
        return iter(results)

    return leaves


def lines(role: str) -> Leaves:
    """Values by key for JSON Lines; a line that is no JSON is reported by the reading."""

    def leaves(document: Document) -> Iterator[Leaf]:
        results: list[Leaf] = []
        for line in document.lines:
            if not isinstance(line, Problem):
                where, entry = line
                results += coverage.leaves(entry, (role,), where)
        return iter(results)

    return leaves


def cells(role: str) -> Leaves:
    """Cells of a table by column."""

    def leaves(document: Document) -> Iterator[Leaf]:
        reader = csv.DictReader(io.StringIO(document.text, newline=""))
        try:
            for row in reader:
                for column, cell in row.items():
                    if isinstance(column, str) and isinstance(cell, str) and cell.strip():
                        name = column.strip().replace("/", "∕")
                        yield Leaf((role, name), f"L{reader.line_num}/{name}", cell.strip())
        except csv.Error:
            return  # reported by the reading

    return leaves


def nowhere(_: Document) -> dict[str, Iri]:
    """No entities by location: an index's rows are indicators, and its reader claims their texts."""
    return {}


_USE = "use and display of a page"
_NOTES = "a note of the index to its readers"

LIFECYCLE = KeyTable(
    (
        *read("whose model or offer it is", *below("entry", "provider", "model", "name", "model_id",
                                                   "model_name")),
        *read("`dcterms:issued`, `pg:deprecationDate`, `pg:retirementDate` and their like",
              *below("entry", "released_on", "deprecated_on", "shutdown_on",
                     "earliest_shutdown_on", "announcement_date", "shutdown_date")),
        *coded("`pg:lifecycle`", "entry/status"),
        *read("`pg:AliasBinding`", "entry/aliases"),
        *read("`dcterms:replaces`", *below("entry", "replacements/model", "replacement_model",
                                           "replacement_models")),
        *coded("`dcterms:replaces`", *below("entry", "replacements/provider",
                                            "replacements/recommended")),
        *skip("a replacement that the source does not recommend", "other/replacements/**"),
        *read("`pg:deprecationPolicy`", *below("entry", "sources/url", "url")),
        *skip("when the catalogue looked, and how it names its source",
              *below("entry", "sources/**", "scraped_at", "first_observed", "last_observed",
                     "last_verified", "content_hash", "title", "raw_content", "content",
                     "summary")),
        *skip("the name that a platform shows", *below("offer", "name", "model_name")),
        *skip("an entry that names several models; the problem gives its text", "several/**"),
        *rest("entry"),
        *rest("offer"),
    )
)  # fmt: skip

LITELLM = KeyTable(
    (
        *read("`pg:Offer` of a provider", "offer/litellm_provider"),
        *read("limits and prices of the offer", *below("offer", "max_input_tokens",
              "max_output_tokens", "output_vector_size")),
        *coded("prices, for a million tokens", *below("offer", "input_cost_per_token",
                                                      "output_cost_per_token")),
        *coded("`pg:inputModality`, `pg:outputModality`", *below("offer", "mode",
               "supported_modalities", "supported_output_modalities", "supports_vision",
               "supports_audio_input", "supports_video_input", "supports_pdf_input",
               "supports_audio_output")),
        *coded("`pg:toolUse`, `pg:reasoningMode`", *below("offer", "supports_function_calling",
               "supports_reasoning", "thinking_always_on")),
        *read("`pg:deprecationDate`", "offer/deprecation_date"),
        *read("`dcterms:source`", "offer/source"),
        *skip("another price or limit of the service", *below("offer", "input_cost*", "output_cost*",
              "input_dbu*", "output_dbu*", "cache_*", "*_cost", "*_cost/**", "*_cost_per_query/**",
              "*_cost_per_token", "*_cost_per_page", "*_cost_per_session", "*_cost_per_1k_calls",
              "*_pricing/**", "max_*", "*_per_minute", "rpm", "tpm", "*_tokens", "web_search_*",
              "token_count_*", "token_count_model/**", "metadata/**",
              "search_free_requests/**", "regional_*", "cost_per_*", "ocr_*", "annotation_*", "rules/**",
              "*_batches", "*_credit")),
        *skip("what a call of the service may ask for", *below("offer", "supports_*",
              "supported_endpoints", "supported_regions", "reasoning_effort_levels",
              "reasoning_*", "bedrock_*", "use_*", "uses_*", "*_format", "provider_specific_entry/**")),
        *skip("how the offer is called; of a model that does not reason", "offer/call/**"),
        *skip("an example of an entry", "sample/**"),
        *rest("offer"),
    )
)  # fmt: skip

GALLERY = KeyTable(
    (
        *skip("of an entry whose files are not on the Hub: it names no model", "elsewhere/**"),
        *read("`pg:Artifact` in the repository of its address", *below("entry", "files/uri",
              "files/sha256", "files/all/url", "files/all/sha256checksum", "files/all/sizeBytes")),
        *read("`dcterms:license`", "entry/license"),
        *read("the original model", "entry/resources/canonicalUrl"),
        *read("`pg:paper` or `rdfs:seeAlso`", *below("entry", "resources/paperUrl",
                                                     "resources/downloadUrl")),
        *read("`pg:quantizationMethod`", "entry/files/all/quantization"),
        *skip("the repository of the file's address again, and its owner", *below("entry",
              "files/all/name", "files/all/format", "files/all/publisher/**",
              "files/all/respository", "files/all/repository", "files/all/repositoryUrl")),
        *read("`dcterms:creator`, `dcterms:issued`, `pg:architectureFamily`",
              *below("entry", "author/name", "datePublished", "arch")),
        *coded("`pg:nominalParameterCount`", "entry/numParameters"),
        *skip("the name of the catalogue's own entry; the model is its repository", "entry/name"),
        *skip("the name under which the file is stored", "entry/files/filename"),
        *skip("how a program runs the model or shows it", *below("entry", "overrides/**", "icon",
              "config_file", "config_file/**", "url", "urls", "prompt_templates/**",
              "_descriptorVersion", "files/highlighted/**")),
        *rest("entry"),
    )
)  # fmt: skip

DPI = KeyTable(
    (
        *read(
            "the dataset and its collection",
            *below("entry", "Dataset Name", "Dataset URL", "Hugging Face URL", "Collection"),
        ),
        *read("`dcterms:creator`, `dcterms:language`", *below("entry", "Creators", "Languages")),
        *read("`pg:generatedBy`", "entry/Model Generated"),
        *read("`dcterms:source`", "entry/Derived from Datasets"),
        *read("`pg:paper`, `pg:codeRepository`", *below("entry", "ArXiv URL", "GitHub URL")),
        *read("`dcterms:license`", "entry/Licenses/License"),
        *skip(
            "the address of the licence that is named, read where its name is not known",
            "entry/Licenses/License URL",
        ),
        *skip("the key of the entry again", "entry/Unique Dataset Identifier"),
        *skip("what programs found on other sites' pages", "entry/Inferred Metadata/**"),
        *skip(
            "the paper and the collection by their addresses",
            *below("entry", "Paper Title", "Collection URL"),
        ),
        *skip(
            "how the collection was put together",
            *below(
                "entry",
                "Dataset Filter IDs",
                "License Verified By",
                "Semantic Scholar Corpus ID",
                "Papers with Code URL",
            ),
        ),
        *rest("entry"),
    )
)

OPENDATA = KeyTable(
    (
        *read("the dataset", *below("entry", "url", "id")),
        *read(
            "`dcterms:creator`, `dcterms:language`",
            *below("entry", "creator_name", "languages", "data/language"),
        ),
        *read("`dcterms:license`", *below("entry", "license_name", "data/givenLicense")),
        *skip(
            "the address of the licence that is named, read where its name is not known",
            "entry/license_url",
        ),
        *skip("the last part of the address", "entry/name"),
        *read(
            "`pg:task`, `rdfs:seeAlso`",
            *below("entry", "data/categories", "data/tasks", "data/url"),
        ),
        *rest("entry"),
    )
)

MTEB = KeyTable(
    (
        *read("the model and its repository", *below("entry", "name", "reference", "revision")),
        *read(
            "a property each",
            *below(
                "entry",
                "release_date",
                "n_parameters",
                "n_active_parameters",
                "n_embedding_parameters",
                "max_tokens",
                "embed_dim",
                "license",
                "framework",
                "public_training_code",
                "adapted_from",
                "superseded_by",
                "training_datasets",
            ),
        ),
        *coded(
            "`pg:weightsAvailability`, modalities",
            *below("entry", "open_weights", "modalities", "model_type"),
        ),
        *coded("whether the training data are declared", "entry/training_datasets_status"),
        *skip("that it is MTEB's", *below("entry", "source", "file", "kind")),
        *rest("entry"),
    )
)

MTEB_TASKS = KeyTable(
    (
        *read("the dataset and its repository", *below("entry", "name", "dataset", "revision")),
        *read("`dcterms:license`, `pg:paper`", *below("entry", "license", "reference")),
        *read("`prov:wasDerivedFrom`", "entry/adapted_from"),
        *rest("entry"),
    )
)

MODELSDEV = KeyTable(
    (
        *read("the model or offer", *below("entry", "name", "base_model", "family")),
        *read("a property each", *below("entry", "release_date", "last_updated", "knowledge",
              "license", "limit/context", "limit/input", "limit/output")),
        *coded("modalities, tools, reasoning, weights, state", *below("entry", "modalities/input",
               "modalities/output", "tool_call", "reasoning", "open_weights", "status")),
        *read("repositories of weights, and links", *below("entry", "weights/url", "links/url")),
        *coded("what kind of weights or link it is", *below("entry", "weights/label",
               "weights/quantization")),
        *phrases("what kind of link it is", *below("entry", "links/label", "links/type")),
        *read("`pg:EvaluationResult`", *below("entry", "benchmarks/name", "benchmarks/score",
              "benchmarks/version", "benchmarks/metric", "benchmarks/harness", "benchmarks/date",
              "benchmarks/source")),
        *read("prices of the offer", *below("entry", "cost/input", "cost/output")),
        *read("the provider's page", "entry/doc"),
        *skip("other prices of the offer", "entry/cost/**"),
        *skip("how a program calls the provider", *below("entry", "npm", "env", "api",
              "provider/**", "interleaved", "interleaved/**", "temperature", "structured_output",
              "reasoning_options/**", "experimental/**", "base_model_omit", "attachment")),
        *rest("entry"),
    )
)  # fmt: skip

OSAI = KeyTable(
    (
        *read(
            "the models and their maker",
            *below(
                "system", "system/name", "system/endmodelname", "system/basemodelname", "org/name"
            ),
        ),
        *read(
            "`dcterms:license`, `dcterms:issued`",
            *below(
                "system", "system/endmodellicense", "system/endmodel license", "system/releasedate"
            ),
        ),
        *coded("`pg:outputModality`", "system/system/type"),
        *coded("the level of a parameter", "system/*/class"),
        *read("a link, by its parameter", "system/*/link"),
        *skip(_NOTES, "system/*/notes"),
        *skip("how the index sorts its table", "system/system/performanceclass"),
        *rest("system"),
    )
)

MOT = KeyTable(
    (
        *read("the model and its makers", *below("entry", "release/name", "release/version",
              "release/producer", "release/huggingface")),
        *read("`dcterms:issued` of the entry, links, architecture, what it comes from",
              *below("entry", "release/date", "release/repository", "release/architecture",
                     "release/origin")),
        *skip("the edition of the framework", *below("entry", "framework/name",
              "framework/version", "framework/date")),
        *coded("a component that is released", "entry/release/components/name"),
        *read("its licence and place", *below("entry", "release/components/license",
              "release/components/license_path", "release/components/component_path")),
        *read("the licence of all", *below("entry", "release/license/*/name",
                                           "release/license/*/path")),
        *skip("what the framework says of each component", *below("entry",
              "release/components/description", "release/contact")),
        *rest("entry"),
    )
)  # fmt: skip

EPOCH = KeyTable(
    (
        *read("the model, its makers, its parents", *below("row", "Model", "Organization",
              "Base model")),
        *read("a property each", *below("row", "Publication date", "Domain", "Parameters",
              "Training compute (FLOP)", "Training dataset", "Training dataset size (datapoints)",
              "Training time (hours)", "Training hardware", "Hardware quantity", "Link")),
        *phrases("how a value was come by, and access", *below("row", "Confidence",
                 "Training compute estimation method", "Model accessibility")),
        *read("whether the code is released; what else is said of it as stated", *below("row",
              "Training code accessibility", "Inference code accessibility")),
        *phrases("what a size counts, and a licence's name; else it is prose", *below("row",
                 "Dataset size notes", "Accessibility notes")),
        *skip("who wrote the paper and what was written of it", *below("row", "Authors",
              "Citations", "Notability*", "Abstract", "Country (from Organization)",
              "Organization categorization", "Frontier model")),
        *skip("how the index came to a value, in words", *below("row", "*notes")),
        *rest("row"),
    )
)  # fmt: skip

OSAIMAP = KeyTable(
    (
        *read("the model or dataset and its owner", *below("row", "model_id", "dataset_id",
              "author")),
        *read("parents, and how they are related", *below("row", "base_model", "base_model_id")),
        *coded("how it was made, and in which precision", *below("row", "model_type", "precision")),
        *read("a property each", *below("row", "architecture", "params_b", "license",
              "submission_date", "github_repo", "pipeline_tag", "library_name", "created_at",
              "last_modified")),
        *coded("by the tag, as on the Hub", "row/tags"),
        *skip("topics, and where a model can run", "row/topics"),
        *read("`pg:EvaluationResult`", *below("row", "average", "ifeval", "bbh", "math_lvl5",
              "gpqa", "musr", "mmlu_pro")),
        *skip(_USE, *below("row", "downloads", "likes")),
        *rest("row"),
    )
)  # fmt: skip

FMTI = KeyTable(
    (
        *read("the indicator", "row/Indicator"),
        *skip("how the index words and groups its indicators", *below("row", "Domain", "Subdomain",
              "Definition", "Notes", "Example disclosure", "Reference_*", "Link_*")),
        *coded("whether the developer discloses it", "row/Score"),
        *read("`dcterms:references`", "row/References"),
        *coded("whether the developer discloses it; the sentences as stated of the result",
               *below("row", "Disclosure", "Justification")),
        *skip("whether it was disclosed first for the report", "row/New disclosure?"),
        *coded("the developer of the column: whether it discloses it; a sentence as stated", "row/*"),
    )
)  # fmt: skip
