"""The rules on licences, decided from their definitions and what comes down by every chain."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from licence_above import Above, Arrival, once

from provenance_graph.licences.texts.catalogue import Condition, Licence

BURDENS = {"terms", "noncommercial", "copyleft", "output-ban", "derivatives"}
RESTRICTIONS = BURDENS - {"copyleft"}
POLICIES = {
    "use-restrictions",
    "use-restrictions-annex-A",
    "prohibited-use-policy",
    "acceptable-use-policy",
}
ALSO_ACCEPTED = {
    "cc-by-sa-4.0": {"gpl-3.0"},
    "gpl-3.0": {"agpl-3.0", "GPL-3.0-or-later", "AGPL-3.0-or-later"},
    "agpl-3.0": {"AGPL-3.0-or-later"},
}
ALSO_ACCEPTED = {
    "cc-by-sa-4.0": {"gpl-3.0"},
    "gpl-3.0": {"agpl-3.0", "GPL-3.0-or-later", "AGPL-3.0-or-later"},
    "agpl-3.0": {"AGPL-3.0-or-later"},
}


class Findings(Above):
    """The rules that an entity runs against."""

    def findings(self) -> set[tuple[str, str, str]]:
        """Rule, licence and severity of every finding, of LR-15 the holder in place of a licence."""
        results = set()
        for rule, licences in self._rules.items():
            results |= {(rule, licence.iri, severity) for licence, severity in licences}
        unknown = {one.origin for one in self.arrivals if one.what in ("unknown", "ungranted")}
        if not self.judged:
            unknown.add(self.subject)
        return results | {("LR-15", name, "Warning") for name in unknown}

    @property
    def judged(self) -> bool:
        """Whether all that the subject declares is known, and it declares something."""
        return bool(self.own) and all(one.known for one in self.own)

    @cached_property
    def _rules(self) -> dict[str, list[tuple[Licence, str]]]:
        merged = {p for c, kind, p in self.edges if c == self.subject and kind == "merge"}
        alike = self.settled("share-alike")
        rivals = [
            one for one in alike if any(not _accepts(one) & _accepts(other) for other in alike)
        ]
        return {
            **(self._label_rules() if self.judged else {}),
            "LR-04": [
                (one, "Violation")
                for one in self.settled("name-prefix")
                if one.prefix and not self._named_as(one)
            ],
            "breach": [(one.licence, "") for one in self.broken],
            "LR-06": [(one, "Info") for one in self.settled("display-text")],
            "LR-08": [(one, "Info") for one in self._excluding("eu")],
            "LR-10": [(one, "Violation") for one in rivals if len(merged) > 1],
            "LR-11": [(one, "Info") for one in self._bases()],
            "LR-16": [(one, "Info") for one in self._dated()],
            "LR-17": [(one, "Violation") for one in self._clashing()],
        }

    def _label_rules(self) -> dict[str, list[tuple[Licence, str]]]:
        """Rules on a label that is known, against what comes from above."""
        commercial = any("commercial" in one.grants for one in self.own)
        alike = {"share-alike", "share-alike-database"}
        return {
            "LR-01": [
                (one, "Violation")
                for one in self.settled("flow-down-use-restrictions")
                if not self._keeps_policies(one)
            ],
            "LR-02": [
                (one, severity)
                for one, severity in self._weighed(lambda c: c.key in alike)
                if not any(own.iri == one.iri or own.key in _accepts(one) for own in self.own)
            ],
            "LR-03": [
                one for one in self._weighed(lambda c: "commercial" in c.blocks) if commercial
            ],
            "LR-07": [(one, "Warning") for one in self._relabelled()],
            "LR-12": list(self._copies()),
        }

    def _weighed(self, wanted: Callable[[Condition], bool]) -> list[tuple[Licence, str]]:
        """Licences with a condition, as a violation where it binds, else as a warning."""
        worst: dict[str, tuple[Licence, str]] = {}
        for licence, condition, by in sorted(self.terms, key=lambda one: one[2].settled):
            if wanted(condition):
                worst[licence.iri] = (licence, "Violation" if by.settled else "Warning")
        return list(worst.values())

    def _keeps_policies(self, licence: Licence) -> bool:
        asked = POLICIES & set(licence.conditions)
        return any(
            own.iri == licence.iri or (bool(asked) and asked <= set(own.conditions))
            for own in self.own
        )

    def _relabelled(self) -> list[Licence]:
        """Licences above of which the label has none of the restrictions, or another version."""
        burdens = defaultdict(set)
        licences = {}
        for licence, condition, by in self.terms:
            if by.settled and condition.group in BURDENS:
                burdens[licence.iri].add(condition)
                licences[licence.iri] = licence
        results = []
        kinds = {one.key: one.group for one in self.catalogue.conditions.values()}
        own = {key for one in self.own for key in one.conditions}
        for iri, asked in burdens.items():
            licence = licences[iri]
            if any(one.iri == iri for one in self.own):
                continue
            noncommercial = any(kinds[key] == "noncommercial" for key in own)
            kept = any(
                one.key in own or (one.group == "noncommercial" and noncommercial) for one in asked
            )
            free = any(one.key == "carry-restrictions" for one in licence.passes.values())
            version = any(one.family == licence.family for one in self.own)
            if not kept or (version and not (free and self._keeps_policies(licence))):
                results.append(licence)
        return results

    def _named_as(self, licence: Licence) -> bool:
        def plain(text: str) -> str:
            return re.sub("[^a-z0-9]", "", text.lower())

        name, prefix = plain(self.subject.rpartition("/")[2]), plain(licence.prefix)
        return any(
            name.startswith(start + prefix) for start in ("", *map(plain, licence.namespaces))
        )

    def _excluding(self, use: str) -> list[Licence]:
        """Licences with a clause that excludes a use of some models, and applies here."""
        holders: dict[tuple[str, str], set[str]] = defaultdict(set)
        every = {one.iri: one for one in self.own}
        for licence in self.own:
            for key in licence.conditions:
                holders[licence.iri, key].add(self.subject)
        for licence, condition, by in self.terms:
            every[licence.iri] = licence
            holders[licence.iri, condition.key].add(by.origin)
        return [
            every[iri]
            for (iri, key), stored in holders.items()
            if use in self.catalogue.conditions[key].blocks
            and every[iri].clause(key).applies.limits_models
            and self.applies(every[iri], key, stored)
        ]

    def _bases(self) -> list[Licence]:
        """Licences with terms of their own of what the subject is an adapter of."""
        groups = {one.key: one.group for one in self.catalogue.conditions.values()}
        return [
            licence
            for child, kind, parent in self.edges
            if child == self.subject and kind == "adapter"
            for licence in self.licences(parent)
            if any(groups[key] in BURDENS for key in licence.conditions)
        ]

    def _copies(self) -> Iterable[tuple[Licence, str]]:
        """Known licences of what the subject is a copy of in another format, and not its own."""
        for child, kind, parent in self.edges:
            for licence in (
                self.licences(parent) if (child, kind) == (self.subject, "quantize") else ()
            ):
                if licence.known and not any(own.iri == licence.iri for own in self.own):
                    carry = licence.passes.get("quantize")
                    light = carry is not None and carry.key in (
                        "free",
                        "notice-only",
                        "attribution",
                    )
                    yield licence, "Info" if light else "Warning"

    def _dated(self) -> list[Licence]:
        above = (lic for lic, *_ in self._known_arrivals())
        return [
            one
            for one in once((*self.own, *above))
            if len(self.catalogue.licence(one.iri).texts) > 1
            or "aup-latest-version-binds" in one.restrictions
        ]

    def _known_arrivals(self) -> Iterable[tuple[Licence, Arrival]]:
        for one in self.arrivals:
            if one.licence is not None and one.what not in ("unknown", "ban", "ungranted"):
                yield one.licence, one

    def _clashing(self) -> list[Licence]:
        """Licences whose restrictions must be kept beside a text that lets nobody add one."""
        groups = {one.key: one.group for one in self.catalogue.conditions.values()}
        declared = self.own if self.judged else ()
        strict = [
            one
            for one in (*declared, *self.settled("share-alike"))
            if "share-alike" in one.conditions
            and not any(groups[key] in RESTRICTIONS for key in one.conditions)
        ]
        restricting = once(
            lic for lic, one, by in self.terms if by.settled and one.group in RESTRICTIONS
        )
        return [
            one
            for one in restricting
            if any(text.iri != one.iri and one.key not in _accepts(text) for text in strict)
        ]


def _accepts(licence: Licence) -> set[str]:
    return {licence.key} | ALSO_ACCEPTED.get(licence.key, set())
