"""``show``: the profile of a model, or the page of any other entity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import PG
from provenance_graph.model.disclosure.states import STATES
from provenance_graph.model.display import value_text, with_unit
from provenance_graph.model.knowledge import sentence
from provenance_graph.model.naming.entities import kind_by_name
from provenance_graph.options import as_of_option, format_option
from provenance_graph.session import Session
from provenance_graph.tables import counted, folded

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.core.results import Ref, SourceRef
    from provenance_graph.model.answers import (
        AssessedNode,
        ClaimAnswer,
        EntityFact,
        FieldAnswer,
        NodeAnswer,
        ProfileAnswer,
        RelatedAnswer,
    )
    from provenance_graph.model.naming.entities import EntityMatch


CSV_COLUMNS = (
    "section",
    "field",
    "value",
    "status",
    "contested",
    "sources",
    "notes",
    "documents",
)
MAX_FLAGGED = 5
MAX_NOT_UNDERSTOOD = 8
"""The most statements that fill no field and are shown on a page."""


@click.command()
@click.argument("thing", shell_complete=completion.anything)
@as_of_option
@format_option()
@click.option("--all", "everything", is_flag=True, help="Also the fields that no source covers.")
@click.option("--sources", is_flag=True, help="Below each value, the documents that state it.")
@click.pass_obj
@with_receipts
def command(
    session: Session, thing: str, as_of: str, form: str, everything: bool, sources: bool
) -> None:
    """The profile of THING: a model, dataset, organisation, licence, family, source or record.

    For a model, every field with its value or disclosure status; for any other entity its facts,
    the entities that refer to it, and its records.
    """
    from provenance_graph.changes.profiles import profile_of
    from provenance_graph.conflicts.number import number_of
    from provenance_graph.model.naming.entities import find_entity

    snapshot = session.snapshot(as_of)
    meant = find_entity(snapshot, thing)
    session.say_others(meant.others)
    if meant.kind not in ("model", "family") or not snapshot.present.types(meant.iri):
        _show_entity(session, snapshot, meant, form)
        return
    json = profile_of(snapshot, meant.iri)
    if form != "table" and json["unknown"]:
        session.say(f"{json['unknown'][0].upper()}{json['unknown'][1:]}.")
    if form == "json":
        session.print_json(json)
    elif form == "csv":
        rows = [
            (
                s["name"],
                f["label"],
                _values(f),
                f["status"],
                f["contested"],
                f["sources"],
                _notes(f),
                "\n".join(map(_document, f["documents"])),
            )
            for s in json["sections"]
            for f in s["fields"]
            if everything or _known(f)
        ]
        session.print_table(CSV_COLUMNS, rows, form)
    else:
        conflicts = number_of(snapshot, snapshot.canonical(meant.iri))
        flagged = _flagged(snapshot, meant.iri)
        click.echo(folded("\n".join(page(json, everything, conflicts, flagged, sources))))


def _show_entity(
    session: Session, snapshot: AcceptedSnapshot, meant: EntityMatch, form: str
) -> None:
    """Print the page of an entity that is no model."""
    from provenance_graph.model.pages.entity import entity_page

    json = entity_page(snapshot, meant).to_json()
    if json["unknown"]:
        session.say(f"{json['unknown'][0].upper()}{json['unknown'][1:]}.")
    if form == "json":
        session.print_json(json)
        return
    if form == "csv":
        rows = [
            (fact["property"], value["value"], value["label"])
            for fact in json["facts"]
            for value in fact["values"]
        ]
        session.print_table(("property", "value", "label"), rows, form)
        return
    click.echo(f"{json['name']}  ({json['kind']} {json['id']})")
    if json["describedAs"]:
        click.echo(folded(f"described as {', '.join(json['describedAs'])}"))
    known = f"as known on {json['asOf']}; " if json["asOf"] else ""
    click.echo(f"{known}{counted(len(json['records']), 'record')}\n")
    facts = [
        (label, "\n".join(value["label"] for value in values[:20]))
        for label, values in (
            *((fact["label"], fact["values"]) for fact in json["facts"]),
            *((f"{fact['label']}, denied", fact["values"]) for fact in json["denied"]),
        )
    ]
    if facts:
        session.print_table(("fact", "value"), facts)
    if json["relations"]:
        click.echo("\npointed to by\n")
        session.print_table(
            ("relation", "how many", "the first"),
            [
                (one["label"], one["count"], "\n".join(t["label"] for t in one["things"][:6]))
                for one in json["relations"]
            ],
        )


def _flagged(snapshot: AcceptedSnapshot, subject: Iri) -> list[str]:
    """The flagged claims about an entity as lines, with the reasons."""
    if not any(True for _ in snapshot.quads(predicate=PG.flagged)):
        return []
    from provenance_graph.core.rdf import claim_iri
    from provenance_graph.recording import flags

    reasons = [
        f"{local_name(one.claim.predicate)}: {why}"
        for one in snapshot.claims(subject)
        for why in flags(snapshot, claim_iri(one.header.record, one.claim), one.header.record)
    ]
    return list(dict.fromkeys(reasons))


def page(
    result: ProfileAnswer,
    everything: bool = False,
    conflicts: int = 0,
    flagged: Sequence[str] = (),
    sources: bool = False,
) -> Iterator[str]:
    """The profile as lines of text; with ``sources`` the documents follow each value."""
    kinds = ", ".join(result["kinds"]) or kind_by_name(Iri(result["iri"]))
    yield f"{result['name']}  ({kinds} {result['id']})"
    known = f"as known on {result['asOf']}; " if result["asOf"] else ""
    yield f"{known}{counted(result['records'], 'record')}" + (
        f"; described as {', '.join(result['describedAs'])}" if result["describedAs"] else ""
    )
    if result["unknown"]:
        yield f"{result['unknown'][0].upper()}{result['unknown'][1:]}."
        return
    yield sentence(result["knowledge"])
    if conflicts:
        yield f"{counted(conflicts, 'conflict')} between sources (see `conflicts`)"
    yield from (f"flagged as wrong: {one}" for one in flagged[:MAX_FLAGGED])
    if len(flagged) > MAX_FLAGGED:
        yield f"{len(flagged) - MAX_FLAGGED} more flags (see `claims`, `ask flagged-claims`)"
    yield from _succession(result)
    silent: list[str] = []
    covered = _covered_elsewhere(result)
    for section in result["sections"]:
        rows = [field for field in section["fields"] if everything or _known(field)]
        silent += [
            field["label"]
            for field in section["fields"]
            if field["knowledge"] == "notCovered" and field["property"] not in covered
        ]
        if rows:
            yield ""
            yield section["name"]
            yield from _fields(rows, sources)
    yield from _versions(result)
    yield from _scores(result)
    yield from _assessments(result)
    yield from _offers(result)
    yield from _other_facts(result["otherFacts"], everything)
    if silent and not everything:
        yield ""
        yield f"No source covers: {', '.join(silent)}"
    yield ""
    yield (
        "  ".join(f"{state.glyph} {state.label}" for state in STATES.values())
        + "  ≠ sources give other values too (see `claims`)"
    )


_NOT_UNDERSTOOD = local_name(PG.otherStatement)


def _covered_elsewhere(result: ProfileAnswer) -> set[str]:
    """Fields without a value whose subject has nodes further down the page."""
    others = {fact["property"] for fact in result["otherFacts"]}
    covered = {"version"} if result["versions"] else set()
    return covered | ({"trainingMethod"} if "learningApproach" in others else set())


def _other_facts(facts: Sequence[EntityFact], everything: bool) -> Iterator[str]:
    """Lines with accepted facts that are no field of the page, and statements not understood."""
    named = [fact for fact in facts if fact["property"] != _NOT_UNDERSTOOD]
    if named:
        yield ""
        yield "Other facts"
    for fact in named:
        yield f"  {fact['label']}: {'; '.join(value['label'] for value in fact['values'])}"
    texts = [v["label"] for f in facts if f["property"] == _NOT_UNDERSTOOD for v in f["values"]]
    visible = texts if everything else texts[:MAX_NOT_UNDERSTOOD]
    if visible:
        yield ""
        yield "Stated, not understood"
        yield from (f"  {text}" for text in visible)
    if len(visible) < len(texts):
        yield f"  and {len(texts) - len(visible)} more (--all shows them)"


def _known(field: FieldAnswer) -> bool:
    return bool(
        field["values"]
        or field["estimates"]
        or field["rivals"]
        or field["knowledge"] != "notCovered"
    )


def _fields(rows: Iterable[FieldAnswer], named: bool) -> Iterator[str]:
    rows = list(rows)
    width = min(max(len(row["label"]) for row in rows), 34)
    for row in rows:
        state = STATES[row["state"]]
        mark = state.glyph + ("≠" if row["contested"] else " ")
        value = _values(row)
        status = "" if state.key == "disclosed" else state.label
        if not value:
            value, status = status or "no value", ""
        else:
            value = with_unit(value, row["unit"])
            if state.key in ("undisclosed", "withheld"):  # outranks no reported value
                status = f"reported by others; the developer: {state.label}"
        sources = counted(row["sources"], "source")
        if row["values"] and row["custody"]:
            sources += f", {row['custody'].lower()}"
        tail = "; ".join(part for part in (status, sources, _notes(row)) if part)
        yield f"  {mark} {row['label']:<{width}}  {value}  [{tail}]"
        if named:
            yield from (f"       {_document(document)}" for document in row["documents"])


def _document(document: SourceRef) -> str:
    """A document with its known days and its custody, as text."""
    edition = f"edition of {document['edition']}, " if document["edition"] else ""
    read = f"read {document['retrieved'][:10]}"
    return f"{document['document']} ({edition}{read}, {document['custody'].lower()})"


def _values(field: FieldAnswer) -> str:
    return ", ".join(map(value_text, field["values"]))


def _notes(field: FieldAnswer) -> str:
    notes = []
    if field["reason"] and field["contested"] and field["rivals"]:
        notes.append(f"accepted: {field['reason']}")
        rivals = {_claim(c): None for c in field["rivals"]}
        notes.append("not accepted: " + ", ".join(list(rivals)[:4]))
    elif field["implausible"]:
        notes.append("a source's value is implausible (see `claims`)")
    elif not field["values"] and field["rivals"]:
        reported = {_claim(c): None for c in field["rivals"]}
        notes.append("reported, not accepted: " + ", ".join(list(reported)[:3]))
    if field["estimates"]:
        reported = {_claim(c): None for c in field["estimates"]}
        notes.append("estimate, not accepted: " + ", ".join(list(reported)[:3]))
    return "; ".join(notes)


def _claim(claim: ClaimAnswer) -> str:
    value = value_text(claim["value"]) if claim["value"] is not None else claim["asStated"]
    return f"{value} ({claim['publisher']['id']})"


def _succession(result: ProfileAnswer) -> Iterator[str]:
    for words, entities in (
        ("part of", result["partOf"]),
        ("a form of", result["specializationOf"]),
        ("replaces", result["replaces"]),
        ("replaced by", result["replacedBy"]),
    ):
        if entities:
            yield f"{words} {_names(entities)}"


def _names(entities: Iterable[Ref]) -> str:
    visible = (
        f"{entity['label']} ({entity['id']})" if entity["label"] != entity["id"] else entity["id"]
        for entity in entities
    )
    return ", ".join(visible)


def _versions(result: RelatedAnswer) -> Iterator[str]:
    rows = [
        *((f"version {value_text(v.get('version'))}", v) for v in result["versions"]),
        *((f"configuration {value_text(c.get('name'))}", c) for c in result["configurations"]),
        *((f"alias {value_text(a.get('alias'))} → {_target(a)}", a) for a in result["aliases"]),
    ]
    if rows:
        yield ""
        yield "Versions, configurations, aliases"
        for words, node in rows:
            yield f"  {words}  ({node['id']})"


def _target(alias: NodeAnswer) -> str:
    """The id of an alias's target: a model and its versions often have the same label."""
    target = alias.get("resolvesTo")
    targets = target if isinstance(target, list) else [target]
    return ", ".join(t["id"] if isinstance(t, dict) else value_text(t) for t in targets)


def _scores(result: RelatedAnswer) -> Iterator[str]:
    if result["scores"]:
        yield ""
        yield "Scores"
    for score in result["scores"]:
        top = _out_of(score)
        parts = [
            value_text(score.get(key))
            for key in ("metric", "setup", "evaluator", "date", "independence")
        ]
        of = value_text(score.get("evaluationOf"))
        about = "; ".join(part for part in parts if part)
        yield f"  {value_text(score.get('benchmark'))}: {value_text(score.get('score'))}{top}  [{of}{'; ' if about else ''}{about}]"
    if result["ranks"]:
        yield ""
        yield "Ranks (each with its list, date and population)"
    for rank in result["ranks"]:
        population = value_text(rank.get("population")) or "population not stated"
        date = value_text(rank.get("date")) or "date not stated"
        yield f"  #{value_text(rank.get('rank'))} in {value_text(rank.get('ranking'))}  [{date}; {population}; {value_text(rank.get('rankOf'))}]"


def _out_of(node: NodeAnswer | AssessedNode) -> str:
    """The highest possible score as text, where it is stated."""
    maximum = value_text(node.get("maxScore"))
    return f" / {maximum}" if maximum else ""


def _assessments(results: RelatedAnswer) -> Iterator[str]:
    if results["assessments"]:
        yield ""
        yield "Assessments published by others"
    for made in results["assessments"]:
        score = value_text(made.get("score")) or value_text(made.get("verdict")) or "no total"
        top = _out_of(made)
        scored = sum("score" in result or "level" in result for result in made["results"])
        yield (
            f"  {value_text(made.get('scheme'))}: {score}{top}  by {value_text(made.get('evaluator')) or 'unnamed'}"
            f"  [{counted(len(made['results']), 'criterion result')}, {scored} with a score]"
        )


def _offers(result: RelatedAnswer) -> Iterator[str]:
    if result["offers"]:
        providers = sorted({value_text(offer.get("provider")) for offer in result["offers"]})
        yield ""
        yield f"Offered by {counted(len(providers), 'provider')}: {', '.join(providers[:12])}" + (
            f" and {len(providers) - 12} more" if len(providers) > 12 else ""
        )
