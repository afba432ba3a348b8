"""Precision and recall of identity against answers that documents state, which are hidden.

    python benchmarks/bench_identity_heldout.py [SEED]

Index entries that name their repository lose it and keep only their label; hosts' offers whose id
holds a repository's owner lose the owner. The models that the rules find are then compared with the
hidden answers; entries whose model no other record knows are left out. Half of each kind is hidden,
drawn by the seed; every wrong merge is printed.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from provenance_graph.acceptance.identity import RULE_AUTHOR
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Literal, Record
from provenance_graph.core.iris import ID, Iri, local_name, short_id
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.ingest.build import compile_quads
from provenance_graph.ingest.shipped import mappings, reference_quads, shipped_records
from provenance_graph.matching.identify import identify
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.processes import uncollected

MODEL = ID + "model/"
INDICES = frozenset({"osai", "mot"})
HOSTS = frozenset({"litellm", "modelsdev"})
HIDDEN = frozenset({PG.hubRepository, PG.weightsLocation, SCHEMA.url, SCHEMA.sameAs})


@dataclass(frozen=True, slots=True)
class Hidden:
    """A name with a hidden answer: the kind of source, the name, the model's IRI."""

    kind: str
    name: Iri
    answer: Iri


def main(seed: int) -> None:
    """Hide answers, run the rules, count the results."""
    data = folder("data")
    records = list(shipped_records(data))
    hidden = {one.name: one for one in chosen(records, seed)}
    changed = [without_answer(record, hidden) for record in records]
    rows = [
        row
        for row in mappings(data)
        if not row.author.startswith(RULE_AUTHOR) and row.subject not in hidden
    ]
    with uncollected(), MemoryStore(compile_quads(list(reference_quads()), changed, rows)) as store:
        snapshot = AcceptedSnapshot(store)
        decided = identify(snapshot, ["organization", "model"]).mappings
        head = heads(decided)
        tell(hidden.values(), head, snapshot)


def chosen(records: list[Record], seed: int) -> Iterator[Hidden]:
    """Yield half of the names that one document identifies and another document knows."""
    drawn = random.Random(seed)
    known: dict[Iri, set[str]] = defaultdict(set)
    labels: dict[tuple[str, Iri], str] = {}
    for record in records:
        source = local_name(record.header.collection)
        for claim in record.claims:
            known[claim.subject].add(source)
            if claim.predicate == SCHEMA.name and isinstance(claim.value, Literal):
                labels[source, claim.subject] = claim.value.lexical
    for (source, subject), label in sorted(labels.items()):
        known_elsewhere = subject.startswith(MODEL) and len(known[subject]) > 1
        if source in INDICES and known_elsewhere and drawn.random() < 0.5:
            yield Hidden("index", iris.entity(source, "model", f"{iris.slug(label)}-"), subject)
    repositories = {short_id(one).casefold(): one for one in known if one.startswith(MODEL)}
    for name in sorted(known):
        parts = short_id(name).split("/")
        if parts[0] in HOSTS and len(parts) >= 5 and parts[1] == "model":
            answer = repositories.get("/".join(parts[-2:]).casefold())
            if answer is not None and drawn.random() < 0.5:
                yield Hidden("offer", name, answer)


def without_answer(record: Record, hidden: dict[Iri, Hidden]) -> Record:
    """The record as it would be if its source had not given the answer."""
    source = local_name(record.header.collection)
    renamed: dict[Iri, Iri] = {}
    if source in INDICES:
        for one in hidden.values():
            if one.kind == "index" and f"/in/{source}/" in one.name:
                renamed[one.answer] = one.name
    for one in hidden.values():
        if one.kind == "offer":
            prefix, _, rest = one.name.rpartition("/")
            renamed[one.name] = Iri(f"{prefix.rpartition('/')[0]}/{rest}")

    def shown(term: Iri) -> Iri:
        return renamed.get(term, term)

    claims: list[Claim] = []
    for claim in record.claims:
        if claim.predicate in HIDDEN and claim.subject in renamed:
            continue
        value = shown(claim.value) if isinstance(claim.value, Iri) else claim.value
        claims.append(replace(claim, subject=shown(claim.subject), value=value))
    return replace(record, claims=tuple(dict.fromkeys(claims)), ordered=False).sort()


def heads(rows: Iterable[Mapping]) -> dict[Iri, Iri]:
    """The canonical name of each merged name."""
    return {row.subject: row.object for row in rows if row.merges}


def tell(hidden: Iterable[Hidden], head: dict[Iri, Iri], snapshot: AcceptedSnapshot) -> None:
    """Print the results for each kind, and every wrong merge."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in hidden:
        name = one.name
        if one.kind == "offer":
            prefix, _, rest = name.rpartition("/")
            name = Iri(f"{prefix.rpartition('/')[0]}/{rest}")
        if not snapshot.types(snapshot.canonical(one.answer)):
            continue
        answer = snapshot.canonical(one.answer)
        answer, found = head.get(answer, answer), head.get(name)
        counts[one.kind]["all"] += 1
        if found is None:
            counts[one.kind]["missed"] += 1
            print(f"missed\t{one.kind}\t{short_id(name)}\t{short_id(answer)}")
        elif found == answer:
            counts[one.kind]["right"] += 1
        else:
            counts[one.kind]["wrong"] += 1
            print(f"wrong\t{one.kind}\t{short_id(name)}\t{short_id(found)}\t{short_id(answer)}")
    for kind, count in sorted(counts.items()):
        joined = count["right"] + count["wrong"]
        print(
            f"{kind}: {count['all']} hidden, {joined} joined; precision "
            f"{count['right'] / max(joined, 1):.3f}, recall {count['right'] / count['all']:.3f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20261129)
