"""Models packaged for registries: Kitfiles, ModelPack configurations, and their OCI manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats import coverage, model_names, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, coded, later, read, skip, text
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import languages, packages, runs
from provenance_graph.formats.fields.modalities import modalities
from provenance_graph.formats.huggingface.tables import DTYPES
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "modelpack"
_MEDIA = re.compile(
    r"application/vnd\.(?:cncf\.model|kitops\.modelkit|cnai\.model)\.", re.IGNORECASE
)
_INSIDE = "how the package is laid out"
_OCI = "org.opencontainers.image."
KEYS = KeyTable(
    (
        *skip(
            "that it is such a package",
            "manifestVersion",
            "schemaVersion",
            "mediaType",
            "artifactType",
            "config/mediaType",
        ),
        *read("the model", "package/name", "model/name", "descriptor/name"),
        *read(
            "`pg:ModelVersion`",
            "package/version",
            "model/version",
            "descriptor/version",
            "descriptor/revision",
        ),
        *read("`dcterms:license`", "package/license", "model/license", "descriptor/licenses"),
        *read("`dcterms:creator`", "package/authors", "descriptor/authors", "descriptor/vendor"),
        *text(
            SCHEMA.description, "package/description", "model/description", "descriptor/description"
        ),
        *read("`pg:framework`", "model/framework"),
        *read("a parent, where the model's path is another package's name", "model/path"),
        *text(PG.modelType, "descriptor/family"),
        *text(PG.architectureFamily, "config/architecture"),
        *text(PG.fileFormat, "config/format"),
        *read("`pg:parameterCount`", "config/paramSize"),
        *text(PG.quantizationMethod, "config/quantization"),
        *read("`dcterms:created`", "descriptor/createdAt"),
        *read("`pg:codeRepository`, `pg:homepage`", "descriptor/sourceURL", "descriptor/docURL"),
        *read("`pg:trainedOn`", "descriptor/datasetsURL", "datasets/name", "datasets/path"),
        *read("`dcterms:license` of the dataset", "datasets/license"),
        *text(SCHEMA.description, "datasets/description"),
        *read(
            "`pg:Artifact` with `pg:digest` and `pg:byteSize`",
            "layers/digest",
            "layers/size",
            "layers/annotations/org.cncf.model.filepath",
            "layers/annotations/org.opencontainers.image.title",
            "layers/mediaType",
        ),
        *skip(_INSIDE, "config/digest", "config/size", "modelfs/**"),
        *read(
            "`pg:inputModality`, `pg:outputModality`",
            "config/capabilities/inputTypes",
            "config/capabilities/outputTypes",
        ),
        *text(DCTERMS.language, "config/capabilities/languages"),
        *read("`pg:knowledgeCutoff`", "config/capabilities/knowledgeCutoff"),
        *coded("`pg:weightPrecision`", "config/precision"),
        *read("`dcterms:license` of the package", "annotations/org.opencontainers.image.licenses"),
        *read(
            "`pg:ModelVersion`",
            "annotations/org.opencontainers.image.revision",
            "annotations/org.opencontainers.image.version",
        ),
        *read("`dcterms:created`", "annotations/org.opencontainers.image.created"),
        *read(
            "the model's name where the package gives none",
            "annotations/org.opencontainers.image.title",
        ),
        *text(SCHEMA.description, "annotations/org.opencontainers.image.description"),
        *read("the dataset, where it lies on the Hub", "datasets/remotePath"),
        *later(
            "package/**",
            "model/**",
            "descriptor/**",
            "config/**",
            "datasets/**",
            "code/**",
            "docs/**",
            "prompts/**",
            "mcpServers/**",
            "layers/**",
            "annotations/**",
            "subject/**",
        ),
    )
)


def recognises(features: Features) -> bool:
    """Whether a document is a Kitfile, a ModelPack configuration, or a manifest of one of them."""
    value = mapping(features.value)
    if features.syntax == "json":
        kinds = [
            scalar_text(value.get("artifactType")),
            scalar_text(mapping(value.get("config")).get("mediaType")),
        ]
        packed = "descriptor" in value and "modelfs" in value
        return packed or any(_MEDIA.match(kind) for kind in kinds)
    if features.syntax in ("yaml", "text"):
        lines = {line.split(":")[0] for line in features.lines if line[:1].isalpha()}
        keys = features.keys or lines
        return "manifestVersion" in keys and bool(keys & {"package", "model", "datasets"})
    return False


def _whole(document: Document) -> dict[Any, Any]:
    parsed = document.json if document.features.syntax == "json" else document.yaml
    return mapping(statements.sanitise(parsed, document.text))


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value of the file."""
    for leaf in coverage.leaves(_whole(document), ("",), ""):
        yield Leaf(leaf.path[1:], leaf.location, leaf.value)


def origin(document: Document) -> Origin:
    """The origin: the package's vendor or first author as publisher."""
    whole = _whole(document)
    descriptor, package = mapping(whole.get("descriptor")), mapping(whole.get("package"))
    authors = [*as_list(descriptor.get("authors")), *as_list(package.get("authors"))]
    named = (name for each in authors if (name := _without_address(stated_name(each))))
    maker = stated_name(descriptor.get("vendor")) or next(named, "")
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization(maker or "unnamed authors of model packages"),
        basis=Basis.THIRD_PARTY,
        title="Packed model",
        attribution=maker,
    )


def read_package(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of a package about its model, its datasets and its files."""
    whole = _whole(document)
    yield from coverage.unknown(leaves(document), KEYS, "ModelPack and KitOps")
    descriptor, package = mapping(whole.get("descriptor")), mapping(whole.get("package"))
    about = mapping(whole.get("model"))
    notes = mapping(whole.get("annotations"))
    names = [stated_name(part.get("name")) for part in (about, descriptor, package)]
    names.append(stated_name(notes.get(f"{_OCI}title")))
    name = next((each for each in names if each), "")
    fallback = re.sub(r"(?:^|/)Kitfile$", "", document.name or "model")
    if name:
        model = paths.named(SOURCE, "model", name, document)
    else:
        model = paths.by_path(SOURCE, iris.slug(fallback or "model"), document)
    yield from statements.is_a(model, PG.Model, name)
    for each in names:
        if each and each != name:
            yield coverage.other(model, "name", each)
    own = [part.get("license") or part.get("licenses") for part in (about, descriptor)]
    if any(own) and package.get("license"):  # of code and documents too
        yield coverage.other(model, "package.license", scalar_text(package["license"]))
        package = {key: value for key, value in package.items() if key != "license"}
    for part, where in ((about, "/model"), (descriptor, "/descriptor"), (package, "/package")):
        yield from _about(model, part, where, document)
    config = mapping(whole.get("config"))
    packed = scalar_text(config.get("quantization"))
    revision = scalar_text(descriptor.get("revision"))
    for url, where in (
        (scalar_text(descriptor.get("sourceURL")), "/descriptor/sourceURL"),
        (scalar_text(notes.get(f"{_OCI}source")), f"/annotations/{_OCI}source"),
    ):
        yield from _source(model, url, name, packed, revision, where)
    yield from _annotated(model, notes)
    yield from _config(model, config)
    for n, raw in enumerate(as_list(whole.get("datasets"))):
        yield from _dataset(model, mapping(raw), f"/datasets/{n}", document)
    for n, raw in enumerate(as_list(whole.get("layers"))):
        yield from _layer(model, mapping(raw), f"/layers/{n}")
    for leaf in leaves(document):
        row = KEYS.find(leaf.path)
        if leaf.path[0] == "datasets":
            continue
        if row is None or row.treatment is coverage.Treatment.NOT_READ:
            yield coverage.other(model, ".".join(leaf.path), scalar_text(leaf.value))
        elif row.property == DCTERMS.language:
            yield languages.stated(model, scalar_text(leaf.value), "config.capabilities.languages")
        elif row.property is not None:
            yield coverage.stated(model, row.property, scalar_text(leaf.value), leaf.where)


def _about(
    model: Iri, part: dict[Any, Any], where: str, document: Document
) -> Iterator[Claim | Problem]:
    """Yield version, licence, makers, framework and origin."""
    for key in ("version", "revision"):
        yield from packages.version_of(SOURCE, model, stated_name(part.get(key)))
    for key in ("license", "licenses"):
        texts = [text_ for each in as_list(part.get(key)) if (text_ := scalar_text(each))]
        for text_ in texts:
            for claim in statements.licensed(model, text_, locator=f"{where}/{key}"):
                one_of = len(texts) > 1 and claim.predicate == DCTERMS.license
                yield packages.partly(claim, f"{where}/{key}") if one_of else claim
    makers = [*as_list(part.get("vendor")), *as_list(part.get("authors"))]
    for maker in dict.fromkeys(_without_address(stated_name(each)) for each in makers):
        yield from statements.made_by(model, maker)
    if framework := stated_name(part.get("framework")):
        yield Claim(model, PG.framework, statements.literal(framework))
    if (created := part.get("createdAt")) is not None:
        yield statements.dated(model, DCTERMS.created, created, f"{where}/createdAt")
    if url := scalar_text(part.get("docURL")):
        yield statements.link(model, PG.homepage, url, f"{where}/docURL")
    for url in map(scalar_text, as_list(part.get("datasetsURL"))):
        yield from _trained(model, url, url, document)
    if path := scalar_text(part.get("path")):
        yield from _path(model, path, stated_name(part.get("name")), f"{where}/path")


def _source(
    model: Iri, url: str, name: str, packed: str, revision: str, where: str
) -> Iterator[Claim | Problem]:
    """Yield the package's source: code, the Hub repository that it holds, or its parent.

    A repository with the package's own name is the model itself, unless the package states a
    quantisation that the repository's name does not contain.
    """
    repository = hub.address(url) if url else None
    if (
        repository is None
        or repository.kind is not hub.RepositoryKind.MODEL
        or not repository.owner
    ):
        if url:
            yield statements.link(model, PG.codeRepository, url, where)
        return
    converted = bool(packed) and packed.casefold() not in repository.name.casefold()
    if model_names.same_name(repository.name, name) and not converted:
        yield Claim(model, PG.hubRepository, hub.page(repository.name))
        return
    parent = iris.model(repository.name)
    yield from statements.is_a(parent, PG.Model)
    yield Claim(parent, PG.hubRepository, hub.page(repository.name))
    yield Claim(model, PROV.wasDerivedFrom, parent)
    if packed:
        yield Claim(model, PG.quantizedFrom, parent, basis=Basis.INFERENCE, locator=where)
    fixed = revision or ("" if repository.revision == "main" else repository.revision)
    if fixed:
        yield from packages.pinned(model, parent, fixed)


def _without_address(maker: str) -> str:
    """A maker's name without its e-mail address, which is personal data.

    >>> _without_address("Skua Lab <lab@skua.example>"), _without_address("lab@skua.example")
    ('Skua Lab', '')
    """
    return re.sub(r"\s*[<(]?[\w.+-]+@[\w.-]+[>)]?\s*", " ", maker).strip()


def _annotated(model: Iri, notes: dict[Any, Any]) -> Iterator[Claim | Problem]:
    """Yield the claims of OCI's annotations of the whole package: licence, version, day."""
    for text_ in map(scalar_text, as_list(notes.get(f"{_OCI}licenses"))):
        if text_:
            yield from statements.licensed(model, text_, locator=f"/annotations/{_OCI}licenses")
    for key in ("version", "revision"):
        yield from packages.version_of(SOURCE, model, stated_name(notes.get(f"{_OCI}{key}")))
    if (created := notes.get(f"{_OCI}created")) is not None:
        yield statements.dated(model, DCTERMS.created, created, f"/annotations/{_OCI}created")


def _path(model: Iri, path: str, name: str, where: str) -> Iterator[Claim | Problem]:
    """Yield the location of the weights: files in the package, or a package that it extends."""
    repository = hub.address(path)
    if repository is not None and repository.kind is hub.RepositoryKind.MODEL:
        yield from _source(model, path, name, "", "", where)
    elif re.fullmatch(
        r"[\w.-]+(?:\.[a-z]{2,}|:\d+)/[\w./-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})", path
    ):
        parent = iris.entity(SOURCE, "unresolved", iris.slug(path)[:120])
        yield Claim(parent, RDF.type, PG.UnresolvedReference)
        yield Claim(parent, PG.unresolvedText, statements.literal(path))
        yield from packages.descends(model, parent, path, where)
    else:
        yield coverage.other(model, "path", path)


def _config(model: Iri, config: dict[Any, Any]) -> Iterator[Claim]:
    if size := scalar_text(config.get("paramSize")):
        yield statements.quantity(model, PG.nominalParameterCount, size, "/config/paramSize")
    if stored := scalar_text(config.get("precision")):
        yield _coded(model, PG.weightPrecision, stored, DTYPES, "/config/precision")
    able, where = mapping(config.get("capabilities")), "/config/capabilities"
    for key, predicate in (("inputTypes", PG.inputModality), ("outputTypes", PG.outputModality)):
        for n, kind in enumerate(map(scalar_text, as_list(able.get(key)))):
            yield _coded(model, predicate, kind, modalities(), f"{where}/{key}/{n}")
    if (cutoff := able.get("knowledgeCutoff")) is not None:
        yield statements.dated(model, PG.knowledgeCutoff, cutoff, f"{where}/knowledgeCutoff")


def _coded(model: Iri, predicate: Iri, stated: str, codes: Mapping[str, Iri], where: str) -> Claim:
    """The claim of a word as a concept of a code list; as stated where the list lacks it."""
    code = codes.get(stated.casefold())
    text = "" if code else stated[: statements.MAX_STATED]
    why = "" if code else "not in the code list"
    return Claim(model, predicate, code, as_stated=text, locator=where, unusable=why)


_WEIGHTS = re.compile(r"\bweights?\b|\bcheckpoints?\b|\.(?:gguf|safetensors|onnx)$", re.IGNORECASE)


def _dataset(
    model: Iri, raw: dict[Any, Any], where: str, document: Document
) -> Iterator[Claim | Problem]:
    """Yield a dataset of a Kitfile as used, which usually means training.

    Since a Kitfile holds one model, weights of other models are packed as datasets, too; these are
    kept as stated.
    """
    name, path = stated_name(raw.get("name")), scalar_text(raw.get("path"))
    remote = scalar_text(raw.get("remotePath"))
    if not name and not path:
        yield Problem(where, "a dataset without name and path", "name")
        return
    if _WEIGHTS.search(" ".join((name, path, scalar_text(raw.get("description"))))):
        for leaf in coverage.leaves(raw, ("datasets",), where):
            yield coverage.other(model, ".".join(leaf.path), scalar_text(leaf.value))
        return
    url = remote.replace("hf://", hub.PAGE) or path
    claims = list(_trained(model, name or path, url, document))
    yield from (
        replace(c, basis=Basis.INFERENCE, locator=where) if c.subject == model else c
        for c in claims
    )
    dataset = claims[0].subject
    if text_ := scalar_text(raw.get("license")):
        yield from statements.licensed(dataset, text_, locator=f"{where}/license")
    yield from coverage.claims(dataset, coverage.leaves(raw, ("datasets",), where), KEYS)


def _trained(model: Iri, name: str, url: str, document: Document) -> Iterator[Claim]:
    repository = statements.hub_dataset(url)
    dataset = (
        iris.dataset(repository)
        if repository
        else paths.named(SOURCE, "dataset", name, document, url)
    )
    yield from statements.is_a(dataset, PG.Dataset, repository or name)
    yield Claim(model, runs.data_relation(name), dataset)
    if url and url != name and not repository:
        yield coverage.other(dataset, "path", url)


def _layer(model: Iri, raw: dict[Any, Any], where: str) -> Iterator[Claim | Problem]:
    """Yield a layer as a file, with its digest and size."""
    algorithm, _, content = scalar_text(raw.get("digest")).partition(":")
    digest = packages.digest(algorithm, content)
    if not digest:
        what = f"{scalar_text(raw.get('digest'))[:80]!r} is not a digest"
        yield Problem(f"{where}/digest", what, "sha256: and 64 hexadecimal digits")
    notes = mapping(raw.get("annotations"))
    keys = ("org.cncf.model.filepath", "org.opencontainers.image.title")
    name = next((stated_name(notes.get(key)) for key in keys if stated_name(notes.get(key))), "")
    known = name or content[:16] or where.rpartition("/")[2]
    claims = list(packages.artifact(SOURCE, model, known, [digest] if digest else []))
    yield from (c for c in claims if name or c.predicate != PG.fileName)
    if (size := raw.get("size")) is not None:
        yield statements.quantity(claims[0].subject, PG.byteSize, size, f"{where}/size")
    if media := scalar_text(raw.get("mediaType")):
        yield Claim(claims[0].subject, PG.fileFormat, statements.literal(media))


SYNTAXES = ("json", "yaml", "text")

READER = Reader(
    format=SOURCE,
    title="Packed models: Kitfile, ModelPack, OCI manifest",
    recognises=recognises,
    origin=origin,
    read=read_package,
    version="7",
    keys=KEYS,
    leaves=leaves,
)
