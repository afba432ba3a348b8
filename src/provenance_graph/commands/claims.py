"""``claims``: who says what, on what basis, and which claim was accepted and why."""

from __future__ import annotations

import click

from provenance_graph import completion
from provenance_graph.cited import with_receipts
from provenance_graph.session import Session

COLUMNS = (
    "property",
    "value",
    "standing",
    "why",
    "basis",
    "publisher",
    "custody",
    "retrieved",
    "where",
    "flagged",
    "document",
)


@click.command()
@click.argument("thing", shell_complete=completion.models)
@click.argument("property", required=False)
@click.option("--as-of", default="", metavar="DATE", help="As known on that day.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@click.pass_obj
@with_receipts
def command(session: Session, thing: str, property: str | None, as_of: str, form: str) -> None:
    """Every claim about THING (a model, dataset, organisation …), or about one PROPERTY of it, as its sources state them."""
    from provenance_graph.core.iris import Iri, local_name, short_id
    from provenance_graph.core.rdf import claim_iri
    from provenance_graph.model.entities import find_entity
    from provenance_graph.model.fields import property_named
    from provenance_graph.model.profile import claim_json, claim_labels
    from provenance_graph.recording import flags
    from provenance_graph.session import shown

    snapshot = session.snapshot(as_of)
    meant = find_entity(snapshot, thing)
    session.say_others(meant.others)
    subject = meant.iri
    predicate = property_named(snapshot, property) if property else None
    claims = snapshot.claims(subject, predicate)
    session.say_unknown(snapshot, subject)
    labels = claim_labels(snapshot, claims)
    if form == "json":
        reported = [
            {
                **claim_json(one, labels),
                "flags": flags(
                    snapshot, claim_iri(one.header.record, one.claim), one.header.record
                ),
            }
            for one in claims
        ]
        session.print_json(reported)
        return
    order = ("Accepted", "Alternative", "Rejected", "Superseded")
    claims.sort(
        key=lambda c: (
            local_name(c.claim.predicate),
            order.index(c.standing.label),
            c.header.record,
        )
    )
    rows = [
        (
            local_name(c.claim.predicate),
            (labels.get(c.claim.value) if isinstance(c.claim.value, Iri) else "")
            or shown(c.claim.value)
            if c.claim.value is not None
            else c.claim.as_stated or c.claim.stance.label,
            c.standing.label,
            c.reason,
            c.basis.label,
            short_id(c.header.publisher),
            c.header.custody.label.lower(),
            c.header.retrieved[:10],
            c.claim.locator,
            "; ".join(flags(snapshot, claim_iri(c.header.record, c.claim), c.header.record)),
            c.header.document,
        )
        for c in claims
    ]
    session.print_table(COLUMNS, rows, form)
