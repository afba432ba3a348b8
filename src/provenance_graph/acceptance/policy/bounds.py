"""The bounds of plausibility that an acceptance policy states, and the range of each.

Their values are in ``ontology/plausibility.ttl``, each with the value that it is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.ontology_files import ontology_values
from provenance_graph.core.terms import PG


@dataclass(frozen=True, slots=True)
class Plausible:
    """The bounds of plausible values: ratios are shares of one, days and counts whole numbers."""

    least_size_in_name: float
    greatest_size_in_name: float
    least_experts_in_name: float
    greatest_experts_in_name: float
    least_nominal_size: float
    greatest_nominal_size: float
    from_dimensions: float
    days_after_creation: float
    days_before_creation: float
    days_from_name: float
    days_before_release: float
    output_over_context: float
    input_over_context: float
    offers_over_context: float
    operations_per_parameter: float
    parameters_of_large: float


@dataclass(frozen=True, slots=True)
class Bound:
    """The property that states a bound, and the least and greatest number allowed for it."""

    term: Iri
    least: float
    greatest: float
    whole: bool = False


_LEAST, _GREATEST, _DAYS = (0.0, 1.0), (1.0, 100.0), (0.0, 36_500.0)

BOUNDS: Final[Mapping[str, Bound]] = MappingProxyType(
    {
        "least_size_in_name": Bound(PG.leastSizeInNameRatio, *_LEAST),
        "greatest_size_in_name": Bound(PG.greatestSizeInNameRatio, *_GREATEST),
        "least_experts_in_name": Bound(PG.leastExpertsInNameRatio, *_LEAST),
        "greatest_experts_in_name": Bound(PG.greatestExpertsInNameRatio, *_GREATEST),
        "least_nominal_size": Bound(PG.leastNominalSizeRatio, *_LEAST),
        "greatest_nominal_size": Bound(PG.greatestNominalSizeRatio, *_GREATEST),
        "from_dimensions": Bound(PG.dimensionsTolerance, *_LEAST),
        "days_after_creation": Bound(PG.maxDaysAfterCreation, *_DAYS, whole=True),
        "days_before_creation": Bound(PG.maxDaysBeforeCreation, *_DAYS, whole=True),
        "days_from_name": Bound(PG.maxDaysFromDateInName, *_DAYS, whole=True),
        "days_before_release": Bound(PG.maxPaperDaysBeforeRelease, *_DAYS, whole=True),
        "output_over_context": Bound(PG.greatestOutputRatio, *_GREATEST),
        "input_over_context": Bound(PG.greatestInputRatio, *_GREATEST),
        "offers_over_context": Bound(PG.greatestOfferRatio, *_GREATEST),
        "operations_per_parameter": Bound(PG.minOperationsPerParameter, 0, 1e15, whole=True),
        "parameters_of_large": Bound(PG.minParametersOfLargeModel, 0, 1e15, whole=True),
    }
)
"""Every field of ``Plausible`` with the term of the ontology that states it."""


def shipped_bounds() -> Mapping[Iri, Value]:
    """The bounds that ship with the ontology, by term.

    They serve stores that were built before their policy stated any.
    """
    return ontology_values("plausibility.ttl", PG.DefaultPolicy)
