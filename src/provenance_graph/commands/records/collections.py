"""``collections``: the collections of records, and which of them are private."""

from __future__ import annotations

from collections import Counter

import click

from provenance_graph import completion
from provenance_graph.core.errors import NotFound, UsageError
from provenance_graph.core.iris import Iri, mint, slug
from provenance_graph.options import format_option
from provenance_graph.session import Session


@click.command()
@click.option(
    "--private",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.collections,
    help="Make a collection private: only tokens with the scope read-private see it.",
)
@click.option(
    "--public",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.collections,
    help="Make it public again.",
)
@format_option()
@click.pass_obj
def command(session: Session, private: tuple[str, ...], public: tuple[str, ...], form: str) -> None:
    """List the collections of the store with their records, or change who may read them.

    Records that the holder of a token writes over HTTP are private once `service-TOKEN` is,
    where TOKEN is the token's name.
    """
    from provenance_graph.ingest.private import collections_of, private_collections
    from provenance_graph.ingest.update import set_private
    from provenance_graph.store.embedded import EmbeddedStore

    if both := set(map(slug, private)) & set(map(slug, public)):
        raise UsageError(f"{min(both)}: give --private or --public, not both")
    if private or public:
        with EmbeddedStore.open_writer(session.folder) as store:
            known = {*collections_of(store).values(), *private_collections(store)}
            for names, wanted in ((private, True), (public, False)):
                chosen = [_named(name, known) for name in names]
                if chosen:
                    set_private(store, chosen, session.levels(), private=wanted)
    stored = session.store()
    closed = private_collections(stored)
    rows = [
        (
            collection.rpartition("/")[2],
            count,
            "private" if collection in closed else "public",
        )
        for collection, count in sorted(Counter(collections_of(stored).values()).items())
    ]
    session.print_table(("collection", "records", "who may read it"), rows, form)


def _named(name: str, known: set[Iri]) -> Iri:
    """The collection of a name; a token's collection is valid before it has records."""
    collection = mint("collection", slug(name))
    if collection not in known and not name.startswith("service-"):
        raise NotFound(name, "collection", known=sorted(one.rpartition("/")[2] for one in known))
    return collection
