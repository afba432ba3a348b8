"""The policy in words, the facts that each rule decided, and what another policy would change."""

from __future__ import annotations

import json
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from provenance_graph.acceptance.evidence import view
from provenance_graph.acceptance.policy.answers import ComparedPolicies, PolicyAnswer
from provenance_graph.acceptance.policy.bounds import Plausible
from provenance_graph.acceptance.policy.policy import (
    CUSTODY_RANK,
    Policy,
    PolicyCriterion,
)
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.view import View
from provenance_graph.core.claims import AcceptanceRule
from provenance_graph.core.files import replacing
from provenance_graph.core.iris import Iri, local_name, short_id, shorten, spaced
from provenance_graph.core.terms import PG, RDF

EXAMPLES = 3
FORMAT = "2"
"""Version of the format of a counts file, part of its name: older files are not read."""
_KINDS = (PG.Model, PG.OfferedModel, PG.Dataset, PG.ModelFamily)
_CRITERIA = {
    PolicyCriterion.BASIS: "the stronger basis",
    PolicyCriterion.EDITION: "the later edition of the source",
    PolicyCriterion.CLOSENESS: "the closer source",
    PolicyCriterion.SUPPORT: "more independent sources",
    PolicyCriterion.CUSTODY: "better custody",
    PolicyCriterion.STATEMENT: "the later day that the source states",
    PolicyCriterion.VALUE: "the lowest value, contested",
}
_DEMOTED = "demoted"
_RULES = {
    "inferred": "a lone inference, accepted and marked",
    "implausible": "a plausibility check contradicts a value",
    AcceptanceRule.SILENCE: "the developer's nondisclosure outranks a value without a document",
    _DEMOTED: "developer rank refused: the publisher or the custody does not support it",
    AcceptanceRule.NEVER: "a basis that is never accepted",
    AcceptanceRule.CONFIDENCE: "below the least confidence",
    AcceptanceRule.PROSE: "lineage that a program took from prose",
    AcceptanceRule.GENERIC: "a generic term, which identifies nothing",
    AcceptanceRule.RIVAL: "closer sources list the values, and not this one",
    AcceptanceRule.WEAK: "inferred from evidence too weak for the property",
    AcceptanceRule.KEEPER: "an account that hosts models of others is not a developer",
    AcceptanceRule.SERVICE: "what a service catalogue states of its service, applied to weights in a repository",
    AcceptanceRule.VALIDITY: "not valid on the day",
    AcceptanceRule.SUPERSEDED: "a later retrieval replaced it",
}


@dataclass
class Tally:
    """The number of facts that a rule decided, with examples as (entity, property).

    The examples are the first by name, whatever the order of the decisions.
    """

    count: int = 0
    examples: list[tuple[Iri, Iri]] = field(default_factory=list)

    def add(self, subject: Iri, predicate: Iri) -> None:
        """Count one decided fact, and keep it if it is among the first examples."""
        self.count += 1
        if len(self.examples) < EXAMPLES or (subject, predicate) < self.examples[-1]:
            insort(self.examples, (subject, predicate))
            del self.examples[EXAMPLES:]

    def in_words(self) -> list[str]:
        """The examples as text: entity and property."""
        return [f"{short_id(subject)} {local_name(one)}" for subject, one in self.examples]


@dataclass(frozen=True, slots=True)
class Difference:
    """A property of an entity whose accepted values differ under another policy.

    ``now`` are the accepted values, ``then`` those under the other policy.
    """

    subject: Iri
    property: Iri
    now: tuple[str, ...]
    then: tuple[str, ...]


def sentences(policy: Policy) -> Iterator[str]:
    """The policy in words, one sentence at a time."""
    order = ", ".join(spaced(basis.label) for basis in policy.basis_order)
    yield f"Bases, strongest first: {order}."
    yield f"Never accepted: {', '.join(sorted(spaced(basis.label) for basis in policy.never))}."
    yield f"Never accepted: a claim of a confidence below {policy.confidence}."
    yield (
        "A developer's statement or an artifact reading counts as one where the publisher is the "
        "model's developer and custody is verified or asserted; else as a third party's report."
    )
    yield f"Between claims of one basis decide: {_criteria(policy.order)}."
    yield f"Of facts that change in time decide: {_criteria(policy.changing_order)}."
    yield from _named(policy)
    if policy.of_services:
        served = ", ".join(sorted(map(shorten, policy.of_services)))
        listing = sorted(local_name(iri) for iri, one in policy.sources.items() if one.services)
        yield (
            "Where weights are in a repository, a service catalogue describes its service, not the model "
            f"({', '.join(listing)}): {served}."
        )
    yield from _too_weak(policy)
    changing = ", ".join(sorted(map(shorten, policy.changing)))
    yield f"Facts that change in time: {changing}."
    yield (
        f"On {len(policy.guarded)} properties documented nondisclosure by the developer outranks a "
        "third party's value without a document."
    )
    yield f"{len(policy.single)} properties take one value; of the others every value is accepted."
    yield _implausible(policy.plausible)
    yield f"Custody, best first: {', '.join(custody.label for custody in CUSTODY_RANK)}."
    closest = sorted(policy.sources.items(), key=lambda item: (item[1].closeness, item[0]))
    named = ", ".join(f"{local_name(iri)} {source.closeness}" for iri, source in closest)
    yield f"Closeness of the sources (0 is closest): {named}; any other 5."
    yield f"Now is {policy.day}."


def _named(policy: Policy) -> Iterator[str]:
    """A sentence for each list of properties or values that the policy names."""
    for names, name_of, sentence in (
        (
            policy.supported_first,
            shorten,
            "Of these the value that more sources give precedes that of a closer source",
        ),
        (policy.no_values, short_id, "Values that identify nothing and are never accepted"),
        (
            policy.closest,
            shorten,
            "Of several values only those of the closest source are accepted",
        ),
        (
            policy.keepers,
            short_id,
            "Accounts that host models of others, and are never accepted as developers",
        ),
    ):
        if names:
            yield f"{sentence}: {', '.join(sorted(map(name_of, names)))}."


def _implausible(bounds: Plausible) -> str:
    """A sentence with all plausibility checks and their bounds."""
    return (
        f"Implausible: a rounded count or a nominal size outside {bounds.least_size_in_name} to "
        f"{bounds.greatest_size_in_name} times the size in the name ({bounds.least_experts_in_name} to {bounds.greatest_experts_in_name} times that of experts), or more than {bounds.from_dimensions:.0%} from the sum of the dimensions; a nominal size outside "
        f"{bounds.least_nominal_size} to {bounds.greatest_nominal_size} times every count that the developer or a researched index gives; a third "
        f"party's release day more than {bounds.days_after_creation} days after the repository's creation, a "
        f"catalogue's more than {bounds.days_before_creation} before it, any more than {bounds.days_from_name} "
        "from a date in the name, and any of a name that says latest; a context length that is the sliding "
        f"window; an output limit of text of more than {bounds.output_over_context} times every context, an input limit of more than {bounds.input_over_context} times it; of models of {bounds.parameters_of_large:.0e} parameters or more a compute below {bounds.operations_per_parameter:.0e} operations for each; embeddings as the inferred output of a model whose repository publishes it for generating; a paper that a third party names, {bounds.days_before_release} days older than the release or more; a base that a "
        "third party names and whose name gives a larger size than the model's own"
        f"; a catalogue's context length of which two providers offer more than {bounds.offers_over_context} times, listed among the conflicts."
    )


def _too_weak(policy: Policy) -> Iterator[str]:
    """A sentence for each collection and reason for which inferences are never accepted."""
    for collection, source in sorted(policy.sources.items()):
        reasons: dict[str, list[str]] = defaultdict(list)
        for predicate, reason in source.refuses.items():
            reasons[reason].append(shorten(predicate))
        for reason, properties in sorted(reasons.items()):
            named = ", ".join(sorted(properties))
            yield f"Inferred from {local_name(collection)}, never accepted ({named}): {reason}"


def _criteria(order: Iterable[PolicyCriterion]) -> str:
    return ", then ".join(_CRITERIA[one] for one in order if one is not PolicyCriterion.BASIS)


def subjects(snapshot: AcceptedSnapshot) -> list[Iri]:
    """The canonical IRIs, sorted, of all models, offered models, datasets and families."""
    return sorted(
        {s for kind in _KINDS for s, *_ in snapshot.quads(predicate=RDF.type, object=kind)}
    )


def examine(
    snapshot: AcceptedSnapshot,
    subjects: Iterable[Iri],
    other: Policy | None = None,
    step: Callable[[], None] = lambda: None,
) -> tuple[dict[str, Tally], list[Difference]]:
    """Tally what each rule decided over some subjects, and list what another policy would change.

    The tallies are by the rule in words, without rules that decided nothing; the differences are
    sorted by subject. ``step`` is called after each subject.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    differences: list[Difference] = []
    for subject, seen in snapshot.views(subjects):
        _tally(seen, tallies)
        if other is not None:
            then = view(subject, snapshot.statements, other, snapshot.latest, snapshot.as_of)
            differences.extend(_differ(seen, then, snapshot.policy))
        step()
    differences.sort(key=attrgetter("subject"))
    words: dict[str, str] = {str(one.value): text for one, text in _CRITERIA.items()}
    words.update(_RULES)
    return {words[key]: tallies[key] for key in words if key in tallies}, differences


def tallied(
    snapshot: AcceptedSnapshot,
    progress: Callable[[int], AbstractContextManager[Callable[[], None]]],
) -> tuple[int, dict[str, Tally]]:
    """The number of entities and the tally of each rule over them, from a stored file or counted.

    Counting resolves every entity. A snapshot of now with a folder therefore stores the counts
    there under its version, for later calls. ``progress`` opens a display of so many steps.
    """
    with suppress(OSError, ValueError):  # the file is damaged or of another day: count again
        if (known := stored(snapshot)) is not None:
            return known
    entities = subjects(snapshot)
    with progress(len(entities)) as step:
        tallies, _ = examine(snapshot, entities, step=step)
    if snapshot.folder is not None:
        file = counts_file(snapshot.folder, snapshot.version)
        rows = {rule: [one.count, one.examples] for rule, one in tallies.items()}
        with suppress(OSError):  # the folder is full or read-only: the next call counts again
            file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(file) as aside:
                aside.write_text(json.dumps([snapshot.policy.day, len(entities), rows]), "utf-8")
            for old in file.parent.glob("policy-*.json"):
                if old != file:
                    old.unlink(missing_ok=True)
    return len(entities), tallies


def counts_file(folder: Path, version: str) -> Path:
    """The path of the file with the counts of a version."""
    return folder / f"policy-{FORMAT}-{version}.json"


def stored(snapshot: AcceptedSnapshot) -> tuple[int, dict[str, Tally]] | None:
    """The number of entities and the tallies in a snapshot's folder; None where there are none.

    Raises OSError or ValueError for a file that is damaged or of another day.
    """
    if snapshot.folder is None:
        return None
    file = counts_file(snapshot.folder, snapshot.version)
    try:
        counted_on, entities, rows = json.loads(file.read_text("utf-8"))
        tallies = {
            rule: Tally(int(count), [(Iri(subject), Iri(one)) for subject, one in examples])
            for rule, (count, examples) in rows.items()
        }
        entities = int(entities)
    except FileNotFoundError:
        return None
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{file.name} holds no counts") from error
    if counted_on != snapshot.policy.day:
        raise ValueError(f"{file.name} was counted on {counted_on}")
    return entities, tallies


def to_answer(policy: Policy, entities: int, tallies: Mapping[str, Tally]) -> PolicyAnswer:
    """The policy with the tallies of its rules, as JSON."""
    return {
        "policy": list(sentences(policy)),
        "entities": entities,
        "rules": [
            {
                "rule": rule,
                "count": tally.count,
                "examples": [
                    {"iri": subject, "id": short_id(subject), "property": local_name(one)}
                    for subject, one in tally.examples
                ],
            }
            for rule, tally in tallies.items()
        ],
    }


def compared(
    answer: PolicyAnswer, other: Policy, differences: Iterable[Difference]
) -> ComparedPolicies:
    """An answer extended by another policy and the differences that it would make, as JSON."""
    return {
        **answer,
        "other": list(sentences(other)),
        "differences": [
            {
                "subject": short_id(one.subject),
                "property": local_name(one.property),
                "now": list(one.now),
                "then": list(one.then),
            }
            for one in differences
        ],
    }


def _tally(seen: View, tallies: dict[str, Tally]) -> None:
    for predicate, criterion in seen.decided.items():
        tallies[criterion.value].add(seen.subject, predicate)
    for _, mark, marked, _ in seen.quads:
        if mark == PG.inferred and isinstance(marked, Iri):
            tallies["inferred"].add(seen.subject, marked)
        elif mark == PG.implausible and isinstance(marked, Iri):
            tallies["implausible"].add(seen.subject, marked)
    counted: set[tuple[str, Iri]] = set()
    for stored in seen.claims:
        for rule in (_DEMOTED if stored.demoted else "", stored.rule or ""):
            if rule in _RULES and (rule, stored.claim.predicate) not in counted:
                counted.add((rule, stored.claim.predicate))
                tallies[rule].add(seen.subject, stored.claim.predicate)


def _differ(seen: View, then: View, policy: Policy) -> Iterator[Difference]:
    mine, theirs = _values(seen, policy), _values(then, policy)
    for predicate in sorted({*mine, *theirs}):
        if mine.get(predicate) != theirs.get(predicate):
            yield Difference(
                seen.subject,
                predicate,
                tuple(sorted(mine.get(predicate, ()))),
                tuple(sorted(theirs.get(predicate, ()))),
            )


def _values(seen: View, policy: Policy) -> dict[Iri, set[str]]:
    result: dict[Iri, set[str]] = defaultdict(set)
    for _, predicate, value, _ in seen.quads:
        if predicate in policy.facts:
            result[predicate].add(short_id(value) if isinstance(value, Iri) else str(value))
    return result


def by_property(differences: Iterable[Difference]) -> list[tuple[str, int]]:
    """The number of differing facts of each property, most first."""
    counts = Counter(local_name(one.property) for one in differences)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
