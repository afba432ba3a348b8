"""The Model Openness Tool: one YAML file per model, with its released components.

A file lists which of the seventeen components of the Model Openness Framework a model comes with
and under which licence. The resulting class is computed elsewhere. Dates are the day of entry for
old models and the release day for new ones, and a file does not state which, so they are read as
days of entry. ``version`` is mostly the size in the model's name, and ``origin`` is free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDFS, SCHEMA
from provenance_graph.formats import model_names, statements
from provenance_graph.formats.catalogues import assessed, entries, keys
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "mot"
FRAMEWORK = "Model Openness Framework"
COMPONENTS = (
    "Model architecture",
    "Data preprocessing code",
    "Training code",
    "Inference code",
    "Evaluation code",
    "Supporting libraries and tools",
    "Model parameters (Final)",
    "Model parameters (Intermediate)",
    "Datasets",
    "Evaluation data",
    "Model metadata",
    "Sample model outputs",
    "Model card",
    "Data card",
    "Technical report",
    "Research paper",
    "Evaluation results",
)
"""The seventeen components of the framework, version 1.0."""

WEIGHTS = "Model parameters (Final)"
_KNOWN = {name.casefold(): name for name in COMPONENTS}
_ABSENT = re.compile(r"component (?:component )?not included?\b", re.IGNORECASE)
_MODEL_NAME = re.compile(r"[A-Za-z][\w+.-]*\d[\w+.-]*")
_SIZE = re.compile(r"(?:\d+x)?\d+(?:\.\d+)?[BbMm]")
_PLACES = {
    "Training code": PG.trainingCode,
    "Inference code": PG.inferenceCode,
    "Evaluation code": PG.evaluationCode,
    "Model card": PG.modelCard,
    "Technical report": PG.paper,
    "Research paper": PG.paper,
    WEIGHTS: PG.weightsLocation,
}
_OF_ONE_MODEL = frozenset({WEIGHTS, "Model card"})
"""Components that cannot lie in another model's Hub repository."""


def recognises(features: Features) -> bool:
    """Whether a document states the Model Openness Framework and has a release."""
    value = mapping(features.value)
    framework = mapping(value.get("framework"))
    return (
        features.syntax in ("yaml", "json")
        and framework.get("name") == FRAMEWORK
        and isinstance(value.get("release"), dict)
    )


def origin(document: Document) -> Origin:
    """The origin LF AI & Data Foundation, with the file's name as local identifier."""
    local = re.sub(r"\.(?:ya?ml|json)$", "", (document.name or document.url).rsplit("/", 1)[-1])
    return Origin(
        local=iris.name_slug(statements.clean(local)),
        publisher=iris.organization("LF AI & Data Foundation"),
        basis=Basis.THIRD_PARTY,
        title="Model Openness Tool",
        licence="MIT",
        attribution="Model Openness Tool, LF AI & Data Foundation, https://mot.isitopen.ai/",
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims about a model and its components.

    Raises Unreadable for a document without a mapping under ``release``.
    """
    parsed = document.json if document.features.syntax == "json" else document.yaml
    whole = statements.sanitise(parsed, document.text)
    release = mapping(mapping(whole).get("release"))
    name = stated_name(release.get("name"))
    if not release:
        raise Unreadable(document.url, "no mapping under 'release', so it names no model")
    if not name:
        what = "the model has no name"
        yield Problem("/release/name", what, "name: Falcon-40B", kind="missing")
        return
    version = stated_name(release.get("version"))
    model = _model(name, version, scalar_text(release.get("huggingface")))
    yield from statements.is_a(model, PG.Model, name)
    for maker in re.split(
        r",\s+(?:and\s+)?(?!Inc\b|Ltd\b|LLC\b)", stated_name(release.get("producer"))
    ):
        if maker.strip().casefold() in _NO_MAKER:
            yield statements.not_given(
                model, DCTERMS.creator, Stance.PARTLY_STATED, maker.strip(), "/release/producer"
            )
        else:
            yield from statements.made_by(model, maker.strip())
    yield from _about(release, model, name, version)
    yield from _origin(release, model, name)
    yield from _components(release, model, whole, name)


_NO_MAKER = frozenset({"multilateral", "telecom"})
"""Producers that name a kind of developer, not a developer."""


def _model(name: str, version: str, url: str) -> Iri:
    repository = statements.hub_model(_link(url))
    if repository and model_names.same_name(repository, name, name + version):
        return iris.model(repository)
    return iris.entity(SOURCE, "model", iris.name_slug(name))


def _link(text: str) -> str:
    """The address without a title pasted behind it; a bare repository name as its Hub page."""
    bare = re.sub(r"\s+·\s+Hugging Face$", "", text)
    named = (
        hub.is_name(bare) and "." not in bare.partition("/")[0]
    )  # a first step with a dot is a host
    return hub.page(bare) if named else bare


def _about(
    release: dict[Any, Any], model: Iri, name: str, version: str
) -> Iterator[Claim | Problem]:
    if _SIZE.fullmatch(version):
        size = literals.whole(version) if "x" not in version else None
        if size is not None:
            yield Claim(
                model, PG.nominalParameterCount, size, as_stated=version, locator="/release/version"
            )
        else:
            yield Claim(model, SCHEMA.version, statements.literal(version))
    elif version:
        yield Claim(model, SCHEMA.version, statements.literal(version))
    if stated := scalar_text(release.get("date")):
        yield statements.dated(model, PG.entryDate, stated, "/release/date")
    if url := scalar_text(release.get("repository")):
        yield statements.link(model, PG.codeRepository, _link(url), "/release/repository")
    architecture = scalar_text(release.get("architecture"))
    if architecture.casefold() == "undisclosed":
        yield statements.not_given(
            model,
            PG.architectureFamily,
            Stance.REPORTS_UNDISCLOSED,
            architecture,
            "/release/architecture",
        )
    elif architecture and architecture != "other":
        yield Claim(
            model, PG.architectureFamily, statements.literal(architecture[: statements.MAX_STATED])
        )
    yield from _hub(release, model, name, version)


def _hub(release: dict[Any, Any], model: Iri, name: str, version: str) -> Iterator[Claim | Problem]:
    url, where = scalar_text(release.get("huggingface")), "/release/huggingface"
    if not url:
        return
    if _link(url) != url:
        yield Problem(where, f"{url[:80]!r} is not an address", _link(url)[:120], kind="link")
    repository = statements.hub_model(_link(url))
    if repository and model_names.same_name(repository, name, name + version):
        yield Claim(model, PG.hubRepository, statements.hub_page(repository))
        return
    plausible = bool(repository) and model_names.may_hold(repository, f"{name} {version}")
    if plausible or not repository:
        predicate = PG.weightsLocation if plausible else RDFS.seeAlso
        yield statements.link(model, predicate, _link(url), where)
    if repository:
        yield Problem(
            where,
            f"the link leads to {repository}, the model is called {name[:80]!r} {version[:20]}".strip(),
            "recorded as a location of weights, not as the model's repository"
            if plausible
            else "another model's weights; the address of its own",
            kind="link",
        )


def _origin(release: dict[Any, Any], model: Iri, name: str) -> Iterator[Claim | Problem]:
    """Yield the model's parent: only where the text names a model of one size.

    The field is free text, and most of it states architectural heritage ("GPT-3, some differences")
    or a family ("Mistral"), neither of which has weights to start from.
    """
    text, where = stated_name(release.get("origin")), "/release/origin"
    if not text:
        return
    if _is_licence(text):
        yield Problem(where, f"{text!r} is a licence, not a model", "the name of the base model")
        return
    repository = statements.hub_model(_link(text))
    stated = repository.partition("/")[2] or text
    if model_names.is_itself(stated, name):
        what = f"{text!r} is the model itself or its family"
        yield Problem(where, what, "the name of the base model", kind="lineage")
        yield Claim(model, PG.statedOrigin, statements.literal(text))
        return
    own = model_names.size_tokens(f"{name} {stated_name(release.get('version'))}")
    theirs = model_names.size_tokens(stated)
    named = (
        repository
        or (_MODEL_NAME.fullmatch(text) and theirs and _same_line(text, name))
        or _is_base_of(text, name)
    )
    if not named or (own and theirs and own != theirs):
        if named:
            what = f"{text!r} has another size than the model, {', '.join(sorted(own))}"
            yield Problem(where, what, "a base model of the same size", kind="lineage")
        yield Claim(model, PG.statedOrigin, statements.literal(text))
        return
    parent = (
        iris.model(repository) if repository else iris.entity(SOURCE, "model", iris.name_slug(text))
    )
    if not repository:
        yield from statements.is_a(parent, PG.Model, text)
    yield Claim(model, PROV.wasDerivedFrom, parent, as_stated=text, locator=where)


_TUNED = frozenset(
    {"instruct", "instructed", "chat", "it", "sft", "dpo", "rlhf", "base", "hf", "tuned", "moe"}
)


def _same_line(parent: str, child: str) -> bool:
    """Whether two names differ only in sizes and words for tuning; if not, the origin is heritage.

    >>> _same_line("gemma-2-9b", "Gemma 2 9B it"), _same_line("ChatGLM3-6B-Base", "ChatGLM2")
    (True, False)
    """
    one, other = (
        "".join(
            piece
            for piece in re.findall(r"[a-z]+|\d+", model_names.SIZE_WORD.sub(" ", name.casefold()))
            if piece not in _TUNED
        )
        for name in (parent, child)
    )
    return bool(one) and bool(other) and (one.endswith(other) or other.endswith(one))


def _is_base_of(text: str, name: str) -> bool:
    """Whether a text is the name of the model's own base: ``dbrx-base`` for DBRX Instruct."""
    stem = re.fullmatch(r"(.+?)[\s_-]base", text.strip(), re.IGNORECASE)
    letters = re.sub(r"[\W_]+", "", stem[1]).casefold() if stem else ""
    return bool(letters) and re.sub(r"[\W_]+", "", name).casefold().startswith(letters)


def _is_licence(text: str) -> bool:
    """Whether a text is an SPDX licence or says so; ``Gemma`` names a model as well as its terms."""
    value = licence_names.normalise(text).value
    return (value is not None and value.startswith(licence_names.SPDX)) or bool(
        re.search(r"\blicen[sc]e\b", text, re.IGNORECASE)
    )


def _components(
    release: dict[Any, Any], model: Iri, whole: dict[Any, Any], name: str
) -> Iterator[Claim | Problem]:
    version = scalar_text(mapping(whole.get("framework")).get("version")) or "1.0"
    scheme = assessed.Scheme(f"mof-{version}", FRAMEWORK, version, "Model Openness Tool")
    node = iris.entity(SOURCE, "assessment", iris.name_slug(name))
    yield from assessed.assessment(node, scheme, model)
    included: dict[str, dict[Any, Any]] = {}
    for n, raw in enumerate(as_list(release.get("components"))):
        component, where = mapping(raw), f"/release/components/{n}"
        title = _KNOWN.get(scalar_text(component.get("name")).casefold())
        if title is None:
            text = scalar_text(component.get("name"))[:80]
            yield Problem(f"{where}/name", f"{text!r} is not a component of the framework")
            continue
        if title in included:
            yield Problem(f"{where}/name", f"{title!r} is listed twice", "one entry per component")
            continue
        if _ABSENT.search(scalar_text(component.get("license"))):
            continue
        included[title] = component
        yield from _component(node, scheme, title, component, where, model)
    for title in COMPONENTS:
        if title not in included:
            yield from assessed.result(
                node, scheme, title, verdict="not included", level=PG.LevelUnmet
            )
    if not _undisclosed(release):
        yield from _licence(release, model, included.get(WEIGHTS))
    elif WEIGHTS in included:
        why = "weights with a licence, of a model whose size and architecture are undisclosed"
        yield Problem("/release/components", why, "the terms of the service", kind="licence")


def _component(
    node: Iri,
    scheme: assessed.Scheme,
    title: str,
    component: dict[Any, Any],
    where: str,
    model: Iri,
) -> Iterator[Claim | Problem]:
    yield from assessed.result(node, scheme, title, verdict="included", level=PG.LevelDisclosed)
    yield from statements.licensed(
        assessed.result_iri(node, title),
        scalar_text(component.get("license")),
        link=scalar_text(component.get("license_path")),
        locator=f"{where}/license",
    )
    if (url := scalar_text(component.get("component_path"))) and title in _PLACES:
        location, called = f"{where}/component_path", unquote(local_name(model))
        repository = statements.hub_model(_link(url)) if title in _OF_ONE_MODEL else ""
        if repository and not (
            model_names.same_name(repository, called) or model_names.may_hold(repository, called)
        ):
            what = f"the link leads to {repository}, the model is called {called[:80]!r}"
            yield Problem(location, what, "the address of its own", kind="link")
        else:
            yield statements.link(model, _PLACES[title], _link(url), location)


def _undisclosed(release: dict[Any, Any]) -> bool:
    """Whether size and architecture are both stated as undisclosed: no weights are released."""
    return all(
        scalar_text(release.get(key)).casefold() == "undisclosed"
        for key in ("version", "architecture")
    )


def _licence(
    release: dict[Any, Any], model: Iri, weights: dict[Any, Any] | None
) -> Iterator[Claim | Problem]:
    """Yield the licence of the model: its weights', else the one for data, else for everything."""
    wide = mapping(release.get("license"))
    for kind in ("data", "distribution"):
        part = mapping(wide.get(kind))
        if scalar_text(part.get("name")):
            fallback = (
                scalar_text(part.get("name")),
                scalar_text(part.get("path")),
                f"/release/license/{kind}/name",
            )
            break
    else:
        fallback = "", "", ""
    stated = scalar_text((weights or {}).get("license"))
    if stated and not (stated.casefold() == "unlicensed" and fallback[0]):
        link, where = (
            scalar_text((weights or {}).get("license_path")),
            f"/release/components ({WEIGHTS})",
        )
        yield from statements.licensed(model, stated, link=link, locator=where)
    elif fallback[0]:
        yield from statements.licensed(model, fallback[0], link=fallback[1], locator=fallback[2])


SYNTAXES = ("yaml", "json")


def _subject(whole: Mapping[Any, Any]) -> Iri | None:
    """The model of an entry, or None where it has no name."""
    release = mapping(whole.get("release"))
    name = stated_name(release.get("name"))
    version = stated_name(release.get("version"))
    return _model(name, version, scalar_text(release.get("huggingface"))) if name else None


_SUBJECTS = entries.whole(_subject)
_LEAVES = gathered(keys.one("entry"))
_READ = entries.with_rest(read, keys.MOT, _LEAVES, _SUBJECTS)

READER = Reader(
    format=SOURCE,
    title="Model Openness Tool (YAML per model)",
    recognises=recognises,
    origin=origin,
    read=_READ,
    version="9",
    keys=keys.MOT,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
