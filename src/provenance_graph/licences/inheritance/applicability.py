"""Whether a clause applies, judged on the licensor's model that the clause speaks of.

A clause such as "multimodal models included in Llama 3.2" speaks of the licensor's models. It is
judged on the licensor's model at the step of the lineage where the clause arises. A text-only model
made from that model stays under the clause; a multimodal one made from a text-only model of the
licensor does not come under it.
"""

from __future__ import annotations

from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.licences.texts.catalogue import Applicability, Licence


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """The traits of a model that clauses depend on; None and "" where none is accepted.

    ``size`` is the number of parameters, ``released`` an ISO day.
    """

    name: str
    multimodal: bool | None
    size: int | None
    released: str
    outputs: frozenset[str] = frozenset()


def traits(snapshot: AcceptedSnapshot, model: Iri) -> ModelTraits:
    """The traits of a model in the accepted view."""
    kinds, outputs, sizes, days = set(), set(), [], []
    for _, predicate, value, _ in snapshot.quads(model):
        if predicate in (PG.inputModality, PG.outputModality):
            kinds.add(value)
            if predicate == PG.outputModality:
                outputs.add(str(value))
        elif predicate == PG.parameterCount and isinstance(value, Literal):
            sizes.append(value.lexical)
        elif predicate == DCTERMS.issued and isinstance(value, Literal):
            days.append(value.lexical[:10])
    size = next((int(one) for one in sizes if one.isdecimal()), None)
    multimodal = bool(kinds - {PG.Text}) if kinds else None
    return ModelTraits(
        local_name(model), multimodal, size, min(days, default=""), frozenset(outputs)
    )


def names_model(licence: Licence, model: Iri) -> bool:
    """Whether a model is the licensor's own, by the owner in its name.

    Any model counts as such for a licence without a recorded licensor.
    """
    return not licence.namespaces or short_id(model).partition("/")[0] in licence.namespaces


def holds(limits: Applicability, model: ModelTraits) -> tuple[bool | None, str]:
    """Whether a clause with these limits applies to a model, and why not or why unknown (None).

    >>> text = ModelTraits("Llama-3.2-1B", False, None, "")
    >>> holds(Applicability(multimodal=True), text)
    (False, 'Llama-3.2-1B takes and gives text only')
    """
    unknown = ""
    if limits.multimodal:
        if model.multimodal is False:
            return False, f"{model.name} takes and gives text only"
        if model.multimodal is None:
            unknown = f"whether {model.name} is multimodal is not recorded"
    if limits.names and not any(part in model.name.lower() for part in limits.names):
        return False, f"{model.name} is not one of the models that it names"
    if limits.min_size is not None or limits.max_size is not None:
        if model.size is None:
            unknown = f"the size of {model.name} is not recorded"
        elif not (limits.min_size or 0) <= model.size <= (limits.max_size or model.size):
            return False, f"{model.name} has {model.size:,} parameters"
    if limits.since or limits.until:
        if not model.released:
            unknown = f"the release day of {model.name} is not recorded"
        elif model.released < limits.since or (limits.until and model.released > limits.until):
            return False, f"{model.name} was released on {model.released}"
    return (None, unknown) if unknown else (True, "")
