"""Rules on a pair: the licence that a model declares, and terms that it inherits.

Each returns whether the pair conflicts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from provenance_graph.licences.inheritance.passing import TermClass
from provenance_graph.licences.texts.catalogue import Catalogue, Licence

COMPATIBLE: dict[str, frozenset[str]] = {
    "gpl-3.0": frozenset({"gpl-3.0", "agpl-3.0", "GPL-3.0-or-later", "AGPL-3.0-or-later"}),
    "agpl-3.0": frozenset({"agpl-3.0", "AGPL-3.0-or-later"}),
    "cc-by-sa-4.0": frozenset({"cc-by-sa-4.0", "gpl-3.0"}),
}
"""Licences that a same-licence duty accepts besides the same one (CC lists GPL-3.0, one way)."""


def accepted_licences(licence: Licence) -> frozenset[str]:
    """The short ids of the licences that satisfy a same-licence duty, with the licence's own."""
    return COMPATIBLE.get(licence.key, frozenset()) | {licence.key}


BURDENS = frozenset({"terms", "noncommercial", "copyleft", "output-ban", "derivatives"})
"""Groups of conditions that a relabelling must not drop; notices can be met under any licence."""

_RESTRICTIONS = frozenset({"terms", "noncommercial", "output-ban", "derivatives"})
"""Groups of conditions that a same-licence text forbids to add."""

OPEN_BANS = frozenset({"banned-if-competing", "banned-for-foundation-models"})
"""Bans on outputs whose text leaves open which models they mean: a warning, not a violation."""

Declared = Sequence[Licence]
Pair = Callable[[Catalogue, Declared, Licence, TermClass], bool]


USE_RESTRICTIONS = frozenset(
    {
        "use-restrictions",
        "use-restrictions-annex-A",
        "prohibited-use-policy",
        "acceptable-use-policy",
    }
)
"""Conditions that a duty to pass on use restrictions means; without rights of the licensor."""


def keeps(declared: Declared, licence: Licence) -> bool:
    """Whether a declared licence is the same one, or has all of its use restrictions."""
    restrictions = USE_RESTRICTIONS.intersection(licence.conditions)
    return any(
        one.iri == licence.iri or (bool(restrictions) and restrictions <= set(one.conditions))
        for one in declared
    )


def flow_down(_: Catalogue, declared: Declared, licence: Licence, terms: TermClass) -> bool:
    """LR-01: use restrictions must be passed on, and the declared licence lacks them."""
    return "flow-down-use-restrictions" in terms.conditions and not keeps(declared, licence)


def share_alike(_: Catalogue, declared: Declared, licence: Licence, terms: TermClass) -> bool:
    """LR-02: the same licence is required and another is declared."""
    accepted = COMPATIBLE.get(licence.key, frozenset({licence.key}))
    return bool({"share-alike", "share-alike-database"} & set(terms.conditions)) and not any(
        one.iri == licence.iri or one.key in accepted for one in declared
    )


def non_commercial(catalogue: Catalogue, declared: Declared, _: Licence, terms: TermClass) -> bool:
    """LR-03: a non-commercial restriction reaches a model that permits commercial use."""
    return any(
        "commercial" in catalogue.conditions[key].blocks for key in terms.conditions
    ) and any("commercial" in one.grants for one in declared)


def relabel(catalogue: Catalogue, declared: Declared, licence: Licence, terms: TermClass) -> bool:
    """LR-07: the declared licence has none of the restrictions, or is another version.

    Another version is no conflict where the text requires any licence that keeps its restrictions.
    """
    burdens = [key for key in terms.conditions if catalogue.conditions[key].group in BURDENS]
    if not burdens or any(one.iri == licence.iri for one in declared):
        return False
    any_keeping = any(carry.key == "carry-restrictions" for carry in licence.passes.values())
    another_version = any(one.family == licence.family for one in declared) and not (
        any_keeping and keeps(declared, licence)
    )
    return another_version or not any(_satisfied(catalogue, declared, key) for key in burdens)


def _satisfied(catalogue: Catalogue, declared: Declared, key: str) -> bool:
    """Whether a declared licence has the condition, or an equivalent one."""
    group = catalogue.conditions[key].group
    return any(
        key == stored or (group == "noncommercial" and catalogue.conditions[stored].group == group)
        for one in declared
        for stored in one.conditions
    )


def clashing(catalogue: Catalogue, alike: Licence, licence: Licence, terms: TermClass) -> bool:
    """LR-17: a same-licence text that allows no further restriction, and terms that restrict.

    Both texts cannot be complied with: one forbids what the other demands to be passed on.
    """
    return (
        "share-alike" in alike.conditions
        and alike.iri != licence.iri
        and licence.key not in accepted_licences(alike)
        and not any(restricts(catalogue, key) for key in alike.conditions)
        and any(restricts(catalogue, key) for key in terms.conditions)
    )


def restricts(catalogue: Catalogue, key: str) -> bool:
    """Whether a condition is a restriction that a same-licence text forbids to add."""
    return catalogue.conditions[key].group in _RESTRICTIONS


def name_prefix(_: Catalogue, __: Declared, licence: Licence, terms: TermClass) -> bool:
    """LR-04, before the name is checked: whether the terms require a name prefix."""
    return bool(licence.prefix) and "name-prefix" in terms.conditions


PAIRS: dict[str, tuple[Pair, bool, bool]] = {
    "LR-01": (flow_down, True, False),
    "LR-02": (share_alike, True, True),
    "LR-03": (non_commercial, True, True),
    "LR-07": (relabel, True, False),
}
"""Per rule the test, and whether it looks at settled and at unsettled terms."""
