"""Data types of an assessment scheme: pillars, criteria, items, and the share of each level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from provenance_graph.core.errors import BadRubric, NotFound
from provenance_graph.core.iris import ID, Iri, local_name
from provenance_graph.core.terms import PG

DEFAULT_RUBRIC = "kg-transparency"
"""The id of the rubric that is used where none is named."""
COMPUTED = frozenset({PG.WeightedScheme, PG.ChecklistScheme, PG.ClassScheme})
RULES = frozenset({PG.AnyProperty, PG.AllProperties, PG.SharedProperties, PG.Unrepresented})
LEVELS = (
    PG.LevelVerified,
    PG.LevelDisclosed,
    PG.LevelPartial,
    PG.LevelContradicted,
    PG.LevelUnmet,
    PG.LevelUndisclosed,
    PG.LevelEstimate,
    PG.LevelNotAssessed,
    PG.LevelNotApplicable,
)
"""Every level, from the most to the least informative about the developer."""
LEVEL_RANK = {level: rank for rank, level in enumerate(LEVELS)}
"""The position of each level in that order."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A condition on claims that one property alone does not express.

    A claim on any of ``properties`` counts, if its value is among ``values`` or begins with one of
    ``prefixes``, where these are given. ``bases`` are required bases other than the developer's.
    ``unmet_otherwise``: another value stated by the developer shows that the facet is unmet.
    ``must_agree``: the facet fails if any of the properties is contradicted.
    """

    iri: Iri
    label: str
    properties: tuple[Iri, ...]
    values: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    bases: frozenset[Iri] = frozenset()
    unmet_otherwise: bool = False
    must_agree: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a scheme: its weight, and the rule over the properties and facets it uses."""

    iri: Iri
    label: str
    criterion: Iri
    weight: Fraction
    rule: Iri
    uses: tuple[Iri, ...]
    order: int = 0
    not_applicable_when: tuple[Iri, ...] = ()
    required: bool = False
    notation: str = ""

    @property
    def code(self) -> str:
        """The short name: the scheme's own notation, else the last part of the IRI."""
        return self.notation or self.iri.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A group of items with a maximum; in some schemes a single item is its own criterion."""

    iri: Iri
    label: str
    maximum: Fraction
    items: tuple[Item, ...]
    pillar: Iri | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Pillar:
    """A group of criteria, or in a scheme of classes one class with its ``grade``."""

    iri: Iri
    label: str
    order: int = 0
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Rubric:
    """An assessment scheme that can be applied.

    ``factors`` give for each level the share of an item's weight in the low and in the high total;
    a level without factors takes the item out of the score.
    """

    iri: Iri
    label: str
    definition: str
    kind: Iri
    version: str
    maximum: Fraction
    factors: Mapping[Iri, tuple[Fraction, Fraction]]
    pillars: tuple[Pillar, ...]
    criteria: tuple[Criterion, ...]
    reading_of: Iri | None = None
    sources: tuple[str, ...] = ()
    licence: str = ""
    attribution: str = ""

    @property
    def id(self) -> str:
        """The short id of the scheme: ``kg-transparency``."""
        return rubric_id(self.iri)

    @property
    def items(self) -> Iterator[Item]:
        """Every item, in the order of the scheme."""
        for criterion in self.criteria:
            yield from criterion.items

    @property
    def is_computed(self) -> bool:
        """Whether results are computed from claims; otherwise only published results exist."""
        return self.kind in COMPUTED


@dataclass(frozen=True, slots=True)
class Rubrics:
    """All schemes of a store, by IRI, and the facets they share."""

    schemes: Mapping[Iri, Rubric]
    facets: Mapping[Iri, Facet]
    labels: Mapping[Iri, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Rubric]:
        return iter(self.schemes.values())

    def get(self, name: str) -> Rubric:
        """A scheme by its id or IRI; raises NotFound with the known ids."""
        for rubric in self:
            if name in (rubric.id, rubric.iri):
                return rubric
        raise NotFound(name, "rubric", known=sorted(rubric.id for rubric in self))

    def applied(self, name: str) -> Rubric:
        """The scheme to compute for a name: the scheme itself, or the reading of a published one.

        Raises BadRubric if a published scheme gives no rule and no other scheme is a reading of it.
        """
        rubric = self.get(name)
        if rubric.is_computed:
            return rubric
        for other in self:
            if other.reading_of == rubric.iri:
                return other
        raise BadRubric(
            f"{rubric.id}: its publisher gives no rule to compute, and no other scheme reads it"
        )

    @property
    def uses(self) -> frozenset[Iri]:
        """Every property and facet that an item uses."""
        return frozenset(
            use
            for rubric in self
            for item in rubric.items
            for use in (*item.uses, *item.not_applicable_when)
        )

    def label(self, name: Iri) -> str:
        """The label of a property, facet, scheme, pillar, criterion or item."""
        return self.labels.get(name) or local_name(name)


def rubric_id(scheme: Iri) -> str:
    """The id of a scheme from its IRI.

    >>> rubric_id(Iri("https://w3id.org/provenance-graph/id/rubric/apx-10"))
    'apx-10'
    """
    return scheme.removeprefix(f"{ID}rubric/")
