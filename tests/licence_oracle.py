"""Whether a use is allowed, worked out without a step of the engine's reasoning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from licence_above import WEIGHTS, Arrival
from licence_rules_oracle import BURDENS, Findings

from provenance_graph.licences.texts.catalogue import Condition, Licence

UNNAMED = ("unlicensed", "hub-other", "hub-unknown", "proprietary")


class Oracle(Findings):
    """The answers on uses of one entity of a small graph."""

    def allowed(self, use: str, met: Iterable[str] = (), *, stated: bool = False) -> bool:
        """Whether a use is allowed and no rule is violated.

        ``met`` are kinds of duties that are kept, ``stated`` that the developer says what the weights
        were made from.
        """
        meets = set(met)
        if not (self._service_only or stated or self.lineage_is_complete):
            return False
        if any(True for _ in self._in_the_way(use, meets)):
            return False
        return not any(
            severity == "Violation" and not (rule == "LR-04" and "name" in meets)
            for rule, licences in self._rules.items()
            for _, severity in licences
        )

    @cached_property
    def _service_only(self) -> bool:
        return any(one.service for one in self.own) and all(
            one.service or one.key in UNNAMED for one in self.own
        )

    @cached_property
    def lineage_is_complete(self) -> bool:
        """Whether developers say where all weights come from, and no model descends from itself."""
        parents = defaultdict(set)
        for child, kind, parent in self.edges:
            if kind in WEIGHTS:
                parents[child].add(parent)

        def above(name: str) -> set[str]:
            found: set[str] = set()
            waiting = [name]
            while waiting:
                new = parents[waiting.pop()] - found
                found |= new
                waiting += new
            return found

        reached = {self.subject, *above(self.subject)}
        return self.plan.recorded and not any(one in above(one) for one in reached)

    def _in_the_way(self, use: str, met: set[str]) -> Iterable[str]:
        """Why a use is not allowed, leaving aside how far lineage is recorded."""
        if not self._service_only:
            above = (one for one in self.arrivals if one.what in ("unknown", "ungranted"))
            if not self.judged or any(one.weights for one in above):
                yield "unknown"
        if self.broken:
            yield "outputs"
        for licence, settled, limits, weights in self._governing():
            yield from self._not_granted(use, licence, settled, limits, weights, met)
        for licence, condition, holders, settled, weights in self._binding():
            yield from self._conditioned(use, licence, condition, holders, settled, weights, met)
        if use == "train-on-outputs":
            yield from self._outputs(met)

    def _governing(self) -> Iterable[tuple[Licence, bool, bool, bool]]:
        """Licences with whether they bind, limit what is permitted, and come over weights."""
        for one in self.own:
            if one.known and (one.service == self._service_only or not one.service):
                yield one, True, True, True
        stored: dict[tuple[str, bool, bool], tuple[Licence, bool]] = {}
        for one in self.arrivals:
            if one.licence is None or one.what in ("unknown", "ungranted"):
                continue
            if self._service_only and one.weights:
                continue
            key = (one.licence.iri, one.settled, one.weights)
            limits = one.what == "grants" or stored.get(key, (None, False))[1]
            stored[key] = (one.licence, limits)
        for (_, settled, weights), (licence, limits) in stored.items():
            yield licence, settled, limits, weights

    def _not_granted(
        self, use: str, licence: Licence, settled: bool, limits: bool, weights: bool, met: set[str]
    ) -> Iterable[str]:
        needs = self.catalogue.uses[use].permission
        if not needs or not limits or needs in licence.grants:
            return
        as_service = licence.service and use not in ("distribute", "modify", "sublicense")
        if as_service and licence.grants and "service" in met:
            return
        yield f"{licence.key} does not grant {needs}"

    def _binding(self) -> Iterable[tuple[Licence, Condition, set[str], bool, bool]]:
        """Duties and restrictions, each with its holders, once over weights and once over data."""
        stored: dict[tuple[str, str, bool], tuple[Licence, set[str], bool]] = {}
        for licence in self.own:
            if licence.service and not self._service_only:
                continue
            for key in licence.conditions:
                if not self.catalogue.conditions[key].derivatives_only:
                    stored[licence.iri, key, True] = (licence, {self.subject}, True)
        for licence, condition, by in self.terms:
            if self._service_only and by.weights:
                continue
            key = (licence.iri, condition.key, by.weights)
            before = stored.get(key, (licence, set(), False))
            stored[key] = (licence, before[1] | {by.origin}, before[2] or by.settled)
        for (_, key, weights), (licence, holders, settled) in stored.items():
            yield licence, self.catalogue.conditions[key], holders, settled, weights

    def _conditioned(
        self,
        use: str,
        licence: Licence,
        condition: Condition,
        holders: set[str],
        settled: bool,
        weights: bool,
        met: set[str],
    ) -> Iterable[str]:
        only = licence.clause(condition.key).applies.uses
        if only and use not in only:
            return
        if use not in condition.blocks | condition.conditions | only:
            return
        answer = self.applies(licence, condition.key, holders)
        if answer is False:
            return
        asks = use not in condition.blocks and answer is True
        if asks and (condition.group in met or not (settled or weights)):
            return
        yield f"{licence.key} {condition.key}"

    def _outputs(self, met: set[str]) -> Iterable[str]:
        """Whether others may be trained on what the subject writes, by each licence's own clause."""
        for licence, settled, _, weights in self._governing():
            carry = licence.passes.get("outputs")
            bears = (weights and licence in self.own) or any(
                one.licence is not None
                and (one.licence.iri, one.settled, one.weights) == (licence.iri, settled, weights)
                and (one.what == "ban" or self._heavy(one))
                for one in self.arrivals
            )
            if carry is None or not bears or (carry.mode == "firm" and not carry.groups):
                continue
            asks = (carry.mode == "banned" and carry.key != "banned") or carry.mode == "firm"
            if asks and ("outputs" in met or not (settled or weights)):
                continue
            yield f"{licence.key} on outputs"

    def _heavy(self, one: Arrival) -> bool:
        groups = {self.catalogue.conditions[key].group for key in one.licence.conditions}
        return one.what in BURDENS & groups
