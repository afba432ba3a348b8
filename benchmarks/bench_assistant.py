"""Statements generated from a store's accepted facts, in many wordings, given to ``cite_check``.

python benchmarks/bench_assistant.py STORE [SEED [COUNT]]

A seed chooses the models, the wordings and the notation of numbers and days. A true statement must
be judged supported, a false or outdated one contradicted, one about a fact that the developer does
not disclose undisclosed. Wrong verdicts are printed, a wrong *supported* first; the exit code is 1
below 99 %.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from provenance_graph import Graph
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assistant import cite_check
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import ID, Iri, short_id
from provenance_graph.core.terms import DCTERMS, PG, RDF

Case = tuple[str, str]
TRUE, FALSE, HIDDEN = "supported", "contradicted", "undisclosed"

NUMBERS: dict[Iri, tuple[str, ...]] = {
    PG.parameterCount: (
        "{name} counts {value} parameters.",
        "In total, {name} has {value} parameters.",
        "The size of {name} is {value} parameters.",
        "Its authors gave {name} {value} parameters.",
        "{name} weighs in at {value} params.",
    ),
    PG.contextLength: (
        "{name} supports a context of {value} tokens.",
        "The context window of {name} spans {value} tokens.",
        "Up to {value} tokens of context fit into {name}.",
    ),
    PG.layerCount: (
        "{name} stacks {value} layers.",
        "There are {value} layers in {name}.",
        "{name} is built of {value} transformer blocks.",
    ),
    PG.vocabularySize: (
        "{name} has a vocabulary of {value} entries.",
        "The vocabulary of {name} holds {value} tokens.",
    ),
    PG.attentionHeadCount: (
        "{name} uses {value} attention heads.",
        "Each layer of {name} has {value} attention heads.",
    ),
    PG.trainingTokenCount: (
        "{name} was pretrained on {value} tokens.",
        "{value} training tokens went into {name}.",
    ),
}
DAYS = (
    "{name} came out on {day}.",
    "{name} has been available since {day}.",
    "On {day}, {name} was released.",
    "The release date of {name} is {day}.",
)
MAKERS = (
    "{name} is a model made by {who}.",
    "{who} created {name}.",
    "The developer of {name} is {who}.",
)
LICENCES = (
    "{name} is distributed under the {licence} licence.",
    "The weights of {name} are licensed as {licence}.",
    "{name} comes with the licence {licence}.",
)
SILENCES = (
    "{name} has {value} parameters.",
    "{name} was pretrained on {value} tokens.",
    "{name} has a vocabulary of {value} entries.",
)
_SILENT_TERM = dict(
    zip(SILENCES, (PG.parameterCount, PG.trainingTokenCount, PG.vocabularySize), strict=True)
)


def written(number: int, chance: random.Random) -> str:
    """A number in a random notation, without loss."""
    forms = [f"{number:,}", str(number)]
    for word, size in (("trillion", 10**12), ("billion", 10**9), ("million", 10**6)):
        if number >= size and number % (size // 100) == 0:
            value = f"{Decimal(number) / size:f}"
            short = value.rstrip("0").rstrip(".") if "." in value else value
            forms += [f"{short} {word}", f"{short}{word[0].upper()}"]
            break
    return chance.choice(forms)


def dated(day: date, chance: random.Random) -> str:
    """A day in a random notation."""
    forms = ("%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%d.%m.%Y")
    return day.strftime(chance.choice(forms))


def cases(snapshot: AcceptedSnapshot, seed: int) -> Iterator[Case]:
    """Yield statements with their expected verdict, over models in an order drawn from the seed."""
    chance = random.Random(seed)
    models = sorted(
        s
        for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Model)
        if s.startswith(f"{ID}model/")
    )
    chance.shuffle(models)
    makers, licences = (
        _values(snapshot, models, DCTERMS.creator),
        _values(snapshot, models, DCTERMS.license),
    )
    for model in models:
        name = short_id(model)
        makes: list[Callable[[], Iterator[Case]]] = [
            lambda m=model, n=name: _numbers(snapshot, m, n, chance),
            lambda m=model, n=name: _days(snapshot, m, n, chance),
            lambda m=model, n=name: _entities(
                snapshot, m, n, DCTERMS.creator, MAKERS, makers, chance
            ),
            lambda m=model, n=name: _entities(
                snapshot, m, n, DCTERMS.license, LICENCES, licences, chance
            ),
            lambda m=model, n=name: _silences(snapshot, m, n, chance),
        ]
        for make in makes:
            yield from make()


def _numbers(
    snapshot: AcceptedSnapshot, model: Iri, name: str, chance: random.Random
) -> Iterator[Case]:
    term = chance.choice(list(NUMBERS))
    values = [int(v.lexical) for v in snapshot.values(model, term) if isinstance(v, Literal)]
    if len(values) != 1 or not values[0]:
        return
    number, wording = values[0], chance.choice(NUMBERS[term])
    if chance.random() < 0.5:
        yield wording.format(name=name, value=written(number, chance)), TRUE
    else:
        wrong = int(number * chance.choice((Decimal("1.5"), 2, 3, Decimal("0.5"))))
        yield wording.format(name=name, value=written(wrong or number + 5, chance)), FALSE
    stated = {
        int(one.claim.value.lexical)
        for one in snapshot.claims(model, term)
        if one.status.label == "Superseded"
        and isinstance(one.claim.value, Literal)
        and one.claim.value.lexical.isdigit()
    } - {number}
    for old in sorted(stated)[:1]:  # facts that were stated once and no longer are
        if abs(old - number) * 20 > number:
            yield wording.format(name=name, value=f"{old:,}"), FALSE


def _days(
    snapshot: AcceptedSnapshot, model: Iri, name: str, chance: random.Random
) -> Iterator[Case]:
    values = [v.lexical for v in snapshot.values(model, DCTERMS.issued) if isinstance(v, Literal)]
    if len(values) != 1 or snapshot.precision(model, DCTERMS.issued) or len(values[0]) != 10:
        return
    day = date.fromisoformat(values[0])
    true = chance.random() < 0.5
    shown = (
        day if true else day.replace(year=day.year - chance.choice((1, 2)), day=min(day.day, 28))
    )
    wording = chance.choice(DAYS)
    yield wording.format(name=name, day=dated(shown, chance)), TRUE if true else FALSE


def _values(snapshot: AcceptedSnapshot, models: list[Iri], term: Iri) -> list[Iri]:
    used = {v for m in models[:2_000] for v in snapshot.values(m, term) if isinstance(v, Iri)}
    return sorted(used)


def _entities(
    snapshot: AcceptedSnapshot,
    model: Iri,
    name: str,
    term: Iri,
    wordings: tuple[str, ...],
    others: list[Iri],
    chance: random.Random,
) -> Iterator[Case]:
    own = [v for v in snapshot.values(model, term) if isinstance(v, Iri)]
    if len(own) != 1 or "/licence/stated" in own[0] or "/licence/expression" in own[0]:
        return
    true = chance.random() < 0.5
    shown = own[0] if true else chance.choice(others)
    label = (
        short_id(shown).rpartition("/")[2].removeprefix("licence:")
        if term == DCTERMS.license
        else snapshot.label(shown)
    )
    folded = (label or "").casefold()
    mine = (snapshot.label(own[0]) or "").casefold()
    if not label or len(label) < 4 or (not true and (folded in mine or mine in folded)):
        return
    if not true and term == DCTERMS.license and folded.split("-")[0] in short_id(own[0]).casefold():
        return  # a family of licences may be meant by its name
    if not true and term == DCTERMS.creator and snapshot.canonical(shown) == own[0]:
        return
    wording = chance.choice(wordings)
    yield wording.format(name=name, who=label, licence=label), TRUE if true else FALSE


def _silences(
    snapshot: AcceptedSnapshot, model: Iri, name: str, chance: random.Random
) -> Iterator[Case]:
    for wording, term in _SILENT_TERM.items():
        status = snapshot.statuses(model).get(term)
        if status in (PG.Undisclosed, PG.Withheld) and not snapshot.values(model, term):
            value = written(chance.choice((7, 13, 70, 400)) * 10**9, chance)
            yield wording.format(name=name, value=value), HIDDEN


def chosen(snapshot: AcceptedSnapshot, seed: int, count: int) -> list[Case]:
    """``count`` cases, at most half of one verdict and a quarter undisclosed."""
    most = {TRUE: count // 2, FALSE: count // 2, HIDDEN: count // 4}
    counts: Counter[str] = Counter()
    results: list[Case] = []
    for case in cases(snapshot, seed):
        if counts[case[1]] < most[case[1]]:
            counts[case[1]] += 1
            results.append(case)
        if len(results) >= count and counts[HIDDEN] >= count // 20:
            break
    return results


def main() -> int:
    place, seed, count = [*sys.argv[1:], *("var/graph", "1", "300")[len(sys.argv) - 1 :]][:3]
    with Graph.open(place) as graph:
        snapshot = graph.snapshot()
        listed = chosen(snapshot, int(seed), int(count))
        results = [
            one
            for at in range(0, len(listed), 400)
            for one in cite_check(snapshot, "\n".join(s for s, _ in listed[at : at + 400]))
        ]
    wrong = [
        (one.verdict, verdict, one.statement, one.why)
        for one, (_, verdict) in zip(results, listed, strict=True)
        if one.verdict != verdict
    ]
    for verdict, wanted, statement, why in sorted(wrong, key=lambda one: one[0] != TRUE):
        print(f"{verdict} for {wanted}: {statement} ({why})")
    counts = Counter(verdict for _, verdict in listed)
    share = 1 - len(wrong) / len(listed)
    print(
        f"{len(listed)} statements (seed {seed}: {dict(counts)}): {share:.1%} marked right, "
        f"{sum(one[0] == TRUE for one in wrong)} wrongly supported"
    )
    return 0 if share >= 0.99 else 1


if __name__ == "__main__":
    sys.exit(main())
