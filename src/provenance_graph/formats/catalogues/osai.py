"""The European Open Source AI Index: one YAML file per system.

A file grades a system as open, partial or closed per parameter, and names two models: the base
model and the end model that users meet. The training compute stands in the comments at the head of
the file, which a YAML parser drops; it is read from the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.developers import developer_names
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS
from provenance_graph.formats import model_names, statements
from provenance_graph.formats.catalogues import assessed, entries, keys
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered
from provenance_graph.formats.fields.modalities import modalities
from provenance_graph.formats.statements import mapping, scalar_text, stated_name

SOURCE = "osai"
INDEX = "European Open Source AI Index"
SCHEME = assessed.Scheme("osai", INDEX, "12 parameters", INDEX)
PARAMETERS = (
    "datasources_basemodel",
    "datasources_endmodel",
    "weights_basemodel",
    "weights_endmodel",
    "trainingcode",
    "code",
    "hardware_architecture",
    "preprint",
    "paper",
    "modelcard",
    "datasheet",
    "package",
    "api",
    "licenses",
)
"""The fourteen parameters; the index dropped ``package`` and ``api`` in 2025."""

_LEVELS = {
    "open": PG.LevelDisclosed,
    "partial": PG.LevelPartial,
    "closed": PG.LevelUnmet,
}
_KINDS = ("text", "code", "image", "video", "audio")
_LINKS = {
    "trainingcode": PG.trainingCode,
    "preprint": PG.paper,
    "paper": PG.paper,
    "modelcard": PG.modelCard,
}
_NOBODY = {"undisclosed": Stance.REPORTS_UNDISCLOSED, "unknown": Stance.NOT_STATED}
_COMPUTE = re.compile(
    r"#\s*-\s*(?P<which>Base|End) model training compute:\s*(?P<stated>.*)", re.IGNORECASE
)
_FLOP = re.compile(
    r"(?P<bound>>=|>|≥)?\s*(?P<about>~|≈)?\s*(?P<value>\d+(?:\.\d+)?[eE]\+?\d+)(?P<rest>.*)",
    re.DOTALL,
)
_GUESSED = re.compile(r"chinchilla|comparison|speculat|\?", re.IGNORECASE)


def recognises(features: Features) -> bool:
    """Whether a document is a file of the index: a system with at least three graded parameters."""
    value = mapping(features.value)
    return (
        features.syntax == "yaml"
        and isinstance(value.get("system"), dict)
        and sum(isinstance(value.get(key), dict) and "class" in value[key] for key in PARAMETERS)
        >= 3
    )


def origin(document: Document) -> Origin:
    """The origin of the index, with the file's name as local identifier; it asks for a citation."""
    local = re.sub(r"\.ya?ml$", "", (document.name or document.url).rsplit("/", 1)[-1])
    return Origin(
        local=iris.name_slug(statements.clean(local)),
        publisher=iris.organization(INDEX),
        basis=Basis.THIRD_PARTY,
        title=INDEX,
        licence="CC-BY-4.0",
        attribution=(
            "European Open Source AI Index, https://osai-index.eu/ (doi 10.5281/zenodo.15386042); "
            "Liesenfeld and Dingemanse 2024, Rethinking open source generative AI"
        ),
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims about a system's end model, base model and developer.

    Raises Unreadable for a document without a mapping under ``system``.
    """
    whole = statements.sanitise(document.yaml, document.text)
    system = mapping(mapping(whole).get("system"))
    if not system:
        raise Unreadable(document.url, "no mapping under 'system', so it names no model")
    end_name = _end_name(system)
    if not end_name:
        yield Problem("/system/endmodelname", "the system has no name", "endmodelname: or name:")
        return
    end = _model(end_name, _url(whole, "weights_endmodel"), scalar_text(system.get("link")))
    yield from statements.is_a(end, PG.Model, end_name)
    yield from statements.made_by(end, stated_name(mapping(whole.get("org")).get("name")))
    yield from _system(system, end, end_name)
    yield from _weights(whole, "endmodel", end, end_name)
    base, claims = _base(whole, system, end, end_name)
    yield from claims
    yield from _org(mapping(whole.get("org")))
    yield from _parameters(
        whole, end, end_name, iris.entity(SOURCE, "assessment", iris.name_slug(end_name))
    )
    yield from _sources(whole, end, base)
    yield from compute(document.text, end, base)


def _end_name(system: Mapping[Any, Any]) -> str:
    name = stated_name(system.get("endmodelname")) or stated_name(system.get("name"))
    return stated_name(system.get("name")) if name.casefold() in _NOBODY else name


def _url(whole: dict[Any, Any], key: str) -> str:
    return scalar_text(mapping(whole.get(key)).get("link"))


def _model(name: str, *links: str) -> Iri:
    """The Hub model of a link whose repository has the model's name, else an entity of the index."""
    for url in links:
        repository = statements.hub_model(url)
        if repository and model_names.same_name(repository, name):
            return iris.model(repository)
    return iris.entity(SOURCE, "model", iris.name_slug(name))


def _system(system: dict[Any, Any], end: Iri, name: str) -> Iterator[Claim | Problem]:
    """Yield the claims of the index about the system itself.

    The release date is an inference: of the 14 systems of the shipped records that another source
    dates, the index names another month for ten (an earlier version's, or the series').
    """
    licence_key = "endmodellicense" if "endmodellicense" in system else "endmodel license"
    if licence_key in system:
        yield from _licence(scalar_text(system[licence_key]), end, f"/system/{licence_key}")
        if licence_key != "endmodellicense":
            yield Problem(f"/system/{licence_key}", "misspelt key", "endmodellicense", kind="key")
    if "releasedate" in system:
        if stated := scalar_text(system["releasedate"]):
            where = "/system/releasedate"
            yield statements.dated(end, DCTERMS.issued, stated, where, basis=Basis.INFERENCE)
        else:
            yield statements.not_given(
                end, DCTERMS.issued, Stance.NOT_STATED, "", "/system/releasedate"
            )
    for kind in re.split(r"[,/]\s*", scalar_text(system.get("type"))):
        if (content := kind.strip().casefold()) in _KINDS:
            yield Claim(end, PG.outputModality, modalities()[content])
        elif kind:
            yield Problem(
                "/system/type", f"unknown kind of system {kind[:60]!r}", ", ".join(_KINDS)
            )
    if url := scalar_text(system.get("link")):
        repository = statements.hub_model(url)
        if model_names.same_name(repository, name):
            yield Claim(end, PG.hubRepository, statements.hub_page(repository))
        else:
            yield statements.link(end, RDFS.seeAlso, url, "/system/link")


def _document(end: Iri, key: str, url: str, name: str) -> Claim | Problem:
    """The claim of a paper, card or code; a card in another model's repository is a problem."""
    where, repository = f"/{key}/link", statements.hub_model(url)
    if key == "modelcard" and repository and not _own_card(repository, name):
        what = f"the card of {repository}, and the model is called {name[:80]!r}"
        return Problem(where, what, "the model's own card", kind="link")
    return statements.link(end, _LINKS[key], url, where)


def _own_card(repository: str, name: str) -> bool:
    """Whether a repository's card may be the model's, rather than that of its base model."""
    base = model_names.letters(name).startswith(model_names.letters(repository.partition("/")[2]))
    return model_names.same_name(repository, name) or (
        not base and model_names.may_hold(repository, name)
    )


def _licence(text: str, end: Iri, where: str) -> Iterator[Claim]:
    if text:
        yield from statements.licensed(end, text, locator=where)
    else:
        yield statements.not_given(end, DCTERMS.license, Stance.NOT_STATED, "", where)


def _weights(whole: dict[Any, Any], which: str, model: Iri, name: str) -> Iterator[Claim | Problem]:
    key = f"weights_{which}"
    part = mapping(whole.get(key))
    verdict, url = scalar_text(part.get("class")).casefold(), scalar_text(part.get("link"))
    if verdict == "open":
        yield Claim(model, PG.weightsAvailability, PG.OpenWeights)
    elif verdict in _LEVELS:
        stance = Stance.PARTLY_STATED if verdict == "partial" else Stance.DENIES
        yield statements.not_given(model, PG.weightsAvailability, stance, verdict, f"/{key}/class")
    if url:
        where = f"/{key}/link"
        repository = statements.hub_model(url)
        if not repository:
            yield statements.link(model, PG.weightsLocation, url, where)
        elif model_names.same_name(repository, name):
            yield Claim(model, PG.hubRepository, statements.hub_page(repository))
        else:
            plausible = model_names.may_hold(repository, name)
            if plausible:
                yield statements.link(model, PG.weightsLocation, url, where)
            yield Problem(
                where,
                f"the link leads to {repository}, the model is called {name[:80]!r}",
                "read as a location of weights, not as the model's repository"
                if plausible
                else "another model's weights; the address of its own",
                kind="link",
            )


def _base(
    whole: dict[Any, Any], system: dict[Any, Any], end: Iri, end_name: str
) -> tuple[Iri | None, list[Claim | Problem]]:
    """The base model, and the claims that the end model was trained from it."""
    name, where = stated_name(system.get("basemodelname")), "/system/basemodelname"
    if not name or name.casefold() == "none" or name == end_name:
        return (end if name == end_name else None), []
    if stance := _NOBODY.get(name.casefold()):
        return None, [statements.not_given(end, PG.fineTunedFrom, stance, name, where)]
    if name.endswith("?"):
        parent = iris.entity(SOURCE, "unresolved", iris.name_slug(name))
        return None, [
            Claim(parent, RDF.type, PG.UnresolvedReference),
            Claim(parent, PG.unresolvedText, statements.literal(name)),
            Claim(
                end,
                PG.fineTunedFrom,
                parent,
                basis=Basis.ESTIMATE,
                as_stated=name,
                locator=where,
            ),
        ]
    base = _model(name, _url(whole, "weights_basemodel"))
    if base == end:
        return end, []
    if model_names.is_itself(name, end_name):
        what = f"{name!r} is the model itself or its family"
        return None, [Problem(where, what, "the name of the base model", kind="lineage")]
    claims: list[Claim | Problem] = list(statements.is_a(base, PG.Model, name))
    claims.append(Claim(end, PG.fineTunedFrom, base))
    claims.extend(_weights(whole, "basemodel", base, name))
    return base, claims


def _org(org: dict[Any, Any]) -> Iterator[Claim | Problem]:
    """Yield the developer's page; none where several developers are named together."""
    name, url = stated_name(org.get("name")), scalar_text(org.get("link"))
    if name and url and name not in developer_names().together:
        yield statements.link(iris.organization(name), PG.homepage, url, "/org/link")


def _parameters(whole: dict[Any, Any], end: Iri, name: str, node: Iri) -> Iterator[Claim | Problem]:
    old = any(key in whole for key in ("package", "api"))
    scheme = replace(SCHEME, version="14 parameters") if old else SCHEME
    yield from assessed.assessment(node, scheme, end)
    for key in PARAMETERS:
        if key not in whole:
            continue
        part, where = mapping(whole[key]), f"/{key}/class"
        verdict, url = scalar_text(part.get("class")).casefold(), scalar_text(part.get("link"))
        if verdict not in _LEVELS:
            yield Problem(where, f"unknown judgement {verdict[:60]!r}", "open, partial or closed")
            continue
        yield from assessed.result(node, SCHEME, key, verdict=verdict, level=_LEVELS[verdict])
        if key in _LINKS and url and verdict != "closed":
            yield _document(end, key, url, name)
    if verdict_of(whole, "trainingcode") == "closed":
        yield statements.not_given(
            end, PG.trainingCode, Stance.REPORTS_UNDISCLOSED, "closed", "/trainingcode/class"
        )
    url = _url(whole, "code") or _url(whole, "trainingcode")
    if url and statements.on_code_host(url):
        yield statements.link(end, PG.codeRepository, url, "/code/link")


def verdict_of(whole: dict[Any, Any], key: str) -> str:
    """The grade of one parameter, in lower case; empty where there is none."""
    return scalar_text(mapping(whole.get(key)).get("class")).casefold()


def _sources(whole: dict[Any, Any], end: Iri, base: Iri | None) -> Iterator[Claim | Problem]:
    """Yield the training data: a dataset where the link names one on the Hub, else a stance."""
    for key, model in (("datasources_endmodel", end), ("datasources_basemodel", base)):
        if model is None or (key == "datasources_basemodel" and model == end):
            continue
        verdict, where = verdict_of(whole, key), f"/{key}"
        if verdict == "closed":
            yield statements.not_given(
                model, PG.trainedOn, Stance.REPORTS_UNDISCLOSED, verdict, f"{where}/class"
            )
        elif repository := statements.hub_dataset(_url(whole, key)):
            dataset = iris.dataset(repository)
            yield from statements.is_a(dataset, PG.Dataset, repository)
            yield Claim(dataset, PG.hubRepository, statements.hub_page(f"datasets/{repository}"))
            if verdict == "partial":
                yield Claim(
                    model, PG.trainedOn, dataset, Stance.PARTLY_STATED, locator=f"{where}/link"
                )
            else:
                yield Claim(model, PG.trainedOn, dataset)
        elif verdict == "partial":
            yield statements.not_given(
                model, PG.trainedOn, Stance.PARTLY_STATED, verdict, f"{where}/class"
            )


def compute(text: str, end: Iri, base: Iri | None) -> Iterator[Claim | Problem]:
    """Yield the training compute stated in the file's comments, with its basis.

    Reported figures have the record's basis; figures computed from parameters, data or hardware are
    Inference; lower bounds and comparisons are Estimates.

    >>> end = iris.model("x/y")
    >>> [claim] = compute("# - End model training compute: ~4e+22 FLOP (hardware figures)", end, None)
    >>> claim.value.lexical, claim.basis.label, claim.locator
    ('40000000000000000000000', 'Inference', 'L1')
    """
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("#") or (match := _COMPUTE.fullmatch(line.rstrip())) is None:
            continue
        model = end if match["which"].casefold() == "end" else base
        if model is not None:
            yield _flop(model, match["stated"], f"L{number}")


def _flop(model: Iri, stated: str, where: str) -> Claim:
    predicate, text = PG.trainingComputeFLOP, stated[: statements.MAX_STATED]
    if stated in ("", "-") or stated.casefold().startswith("unknown"):
        return statements.not_given(model, predicate, Stance.NOT_STATED, text, where)
    match = _FLOP.fullmatch(stated)
    number = statements.real(match["value"]) if match else None
    if match is None or number is None or number <= 0:
        return Claim(
            model, predicate, None, as_stated=text, locator=where, unusable="not a number of FLOP"
        )
    rest = match["rest"]
    if re.search(r"\bto\s+~?\d", rest):
        return statements.not_given(model, predicate, Stance.PARTLY_STATED, text, where)
    stance = Stance.PARTLY_STATED if match["bound"] else Stance.STATED
    if match["bound"] or _GUESSED.search(rest):
        basis: Basis | None = Basis.ESTIMATE
    else:
        basis = None if "from " in rest else Basis.INFERENCE
    return Claim(
        model, predicate, literals.double(number), stance, basis, as_stated=text, locator=where
    )


SYNTAXES = ("yaml",)


def _subject(whole: Mapping[Any, Any]) -> Iri | None:
    """The end model of the system, or None where it has no name."""
    system = mapping(whole.get("system"))
    name = _end_name(system)
    if not name:
        return None
    return _model(name, _url(dict(whole), "weights_endmodel"), scalar_text(system.get("link")))


_SUBJECTS = entries.whole(_subject)
_LEAVES = gathered(keys.one("system"))
_READ = entries.with_rest(read, keys.OSAI, _LEAVES, _SUBJECTS)

READER = Reader(
    format=SOURCE,
    title="European Open Source AI Index (YAML per system)",
    recognises=recognises,
    origin=origin,
    read=_READ,
    version="10",
    keys=keys.OSAI,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
