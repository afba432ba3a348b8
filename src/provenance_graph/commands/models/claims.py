"""``claims``: every claim about an entity, with source, basis, status and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.options import as_of_option, format_option
from provenance_graph.session import Session

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.core.claims import SourcedClaim
    from provenance_graph.core.iris import Iri

STANDINGS = ("Accepted", "Alternative", "Rejected", "Superseded")
COLUMNS = (
    "property",
    "value",
    "standing",
    "why",
    "basis",
    "publisher",
    "custody",
    "retrieved",
    "edition",
    "where",
    "flagged",
    "document",
)


@click.command()
@click.argument("thing", shell_complete=completion.anything)
@click.argument("property", required=False, shell_complete=completion.properties)
@as_of_option
@format_option()
@click.pass_obj
@with_receipts
def command(session: Session, thing: str, property: str | None, as_of: str, form: str) -> None:
    """Every claim about THING (a model, dataset, organisation …), or about one PROPERTY of it.

    Each with its source, its basis, whether it is accepted, and why.
    """
    from provenance_graph.core.iris import local_name, short_id
    from provenance_graph.model.cells import claim_json, claim_labels
    from provenance_graph.model.fields import property_named
    from provenance_graph.model.naming.entities import find_entity

    snapshot = session.snapshot(as_of)
    meant = find_entity(snapshot, thing)
    session.say_others(meant.others)
    subject = meant.iri
    predicate = property_named(snapshot, property) if property else None
    claims = snapshot.claims(subject, predicate)
    session.say_unknown(snapshot, subject)
    labels = claim_labels(snapshot, claims)
    if form == "json":
        session.print_json(
            [{**claim_json(one, labels), "flags": _flags(snapshot, one)} for one in claims]
        )
        return
    claims.sort(
        key=lambda c: (
            local_name(c.claim.predicate),
            STANDINGS.index(c.status.label),
            c.header.record,
        )
    )
    restriction = f" of {local_name(predicate)}" if predicate else ""
    session.print_table(
        COLUMNS,
        [_row(snapshot, one, labels) for one in claims],
        form,
        empty=f"no source in the store states anything{restriction} about {short_id(subject)}"
        + (f" by {as_of}" if as_of else ""),
    )


def _row(
    snapshot: AcceptedSnapshot, sourced: SourcedClaim, labels: dict[Iri, str]
) -> tuple[str, ...]:
    """A claim as a row of the table."""
    from provenance_graph.core.iris import local_name, short_id

    claim, header = sourced.claim, sourced.header
    return (
        local_name(claim.predicate),
        _value(sourced, labels),
        sourced.status.label,
        sourced.reason,
        sourced.basis.label,
        short_id(header.publisher),
        header.custody.label.lower(),
        header.retrieved[:10],
        header.edition,
        claim.locator,
        "; ".join(_flags(snapshot, sourced)),
        header.document,
    )


def _value(sourced: SourcedClaim, labels: dict[Iri, str]) -> str:
    """The value of a claim as text: a label or value, else the text as stated, else the stance."""
    from provenance_graph.core.iris import Iri
    from provenance_graph.core.literals import date_text
    from provenance_graph.session import rendered

    claim = sourced.claim
    if claim.value is None:
        return claim.as_stated or claim.stance.label
    label = labels.get(claim.value) if isinstance(claim.value, Iri) else ""
    return label or date_text(rendered(claim.value), claim.precision)


def _flags(snapshot: AcceptedSnapshot, sourced: SourcedClaim) -> list[str]:
    from provenance_graph.core.rdf import claim_iri
    from provenance_graph.recording import flags

    record = sourced.header.record
    return flags(snapshot, claim_iri(record, sourced.claim), record)
