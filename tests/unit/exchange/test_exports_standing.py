"""What exports say of how values and sources stand: inferred values, custody of what is cited."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import audit_store
import pytest
from exports_back import missing, read_back

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals, rdf
from provenance_graph.core.claims import Basis, Claim, Custody, Record
from provenance_graph.core.iris import Iri, dataset, model
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.exchange.ledger import INFERRED
from provenance_graph.exchange.registry import export, exporters
from provenance_graph.formats.fields.own_export import inferred_in_export
from provenance_graph.ingest.build import compile_quads
from provenance_graph.model.bundles.gather import bundle
from provenance_graph.model.bundles.results import Bundle
from provenance_graph.store.memory import MemoryStore
from tests import importing
from tests.importing import Take, headers, write

store, take = importing.store, importing.take  # fixtures

MODEL, PARENT, DATA = audit_store.MODEL, model("org/parent"), dataset("org/data")
INFERRED_OF = {MODEL: {PG.parameterCount, PG.fineTunedFrom}, DATA: {DCTERMS.license}}
MIT = Iri("http://spdx.org/licenses/MIT")


def records() -> list[Record]:
    """A verified card that states names, and a list taken as asserted that only infers the rest."""
    stated = audit_store.record(
        "card",
        "2025-05-01",
        Basis.DEVELOPER,
        *(Claim(e, RDF.type, PG.Dataset if e == DATA else PG.Model) for e in (MODEL, PARENT, DATA)),
        *(
            Claim(e, SCHEMA.name, literals.text(n))
            for e, n in ((MODEL, "M"), (PARENT, "P"), (DATA, "D"))
        ),
        Claim(MODEL, PG.hubRepository, Iri("https://huggingface.co/org/m")),
        Claim(PARENT, PG.hubRepository, Iri("https://huggingface.co/org/parent")),
        Claim(MODEL, PG.layerCount, literals.integer(3)),
        Claim(MODEL, PG.trainedOn, DATA),
    )
    guessed = audit_store.record(
        "list",
        "2025-05-02",
        Basis.INFERENCE,
        Claim(MODEL, PG.parameterCount, literals.integer(7)),
        Claim(MODEL, PG.fineTunedFrom, PARENT),
        Claim(DATA, DCTERMS.license, MIT),
    )
    return [
        replace(stated, header=replace(stated.header, custody=Custody.VERIFIED)),
        replace(guessed, header=replace(guessed.header, custody=Custody.ASSERTED)),
    ]


@pytest.fixture(scope="module")
def known() -> Iterator[Bundle]:
    with MemoryStore(compile_quads(audit_store.reference(), records(), [])) as held:
        yield bundle(AcceptedSnapshot(held), [MODEL])


def of_dataset(known: Bundle, format: str) -> Bundle:
    return replace(known, subjects=(DATA,)) if format == "croissant" else known


@pytest.mark.parametrize("format", sorted(exporters()))
def test_every_format_names_what_is_inferred_and_the_custody_of_its_records(
    format: str, known: Bundle
) -> None:
    text = export(of_dataset(known, format), format).text
    assert {e: set(p) for e, p in inferred_in_export(text).items()} == INFERRED_OF
    one, other = (r.header.record.rpartition("/id/record/")[2] for r in records())
    assert f"custody asserted {other}, else verified" in text, one


@pytest.mark.parametrize("format", sorted(exporters()))
def test_an_inferred_value_is_marked_in_the_document_or_is_a_loss(
    format: str, known: Bundle
) -> None:
    made = export(of_dataset(known, format), format)
    body = re.sub(r"provenance-graph:exportedFrom [^\n]*", "", made.text)
    lost = {loss.property for loss in made.losses if loss.reason == INFERRED}
    said = "inferred" in body.casefold()
    assert said != bool(lost)
    if lost:  # every property of its entities, by name
        assert lost == {
            p for s in ({DATA} if format == "croissant" else INFERRED_OF) for p in INFERRED_OF[s]
        }


@pytest.mark.parametrize("format", sorted({*exporters()} - {"trig", "trig12"}))
def test_what_is_said_of_values_is_read_back_as_no_statement(format: str, known: Bundle) -> None:
    one = of_dataset(known, format)
    made = export(one, format)
    assert missing(one, format, made, "org--m") == []
    if format not in ("turtle", "jsonld", "prov"):  # RDF is read as it stands
        assert not {c.predicate for c in read_back(format, made, "org--m")} & {
            PG.inferred,
            PG.implausible,
            PG.custody,
        }


@pytest.mark.parametrize("format", ["spdx3", "cyclonedx", "prov"])
def test_every_cited_source_has_its_custody(format: str, known: Bundle) -> None:
    text = export(known, format).text
    if format == "prov":
        lines = {line.strip(" .;\t") for line in text.splitlines()}
        assert {"pg:custody pg:Verified", "pg:custody pg:Asserted"} <= lines
        return
    whole = json.loads(text)
    cited = (
        [c["note"] for c in whole["citations"]]
        if format == "cyclonedx"
        else [
            r["comment"]
            for e in whole["@graph"]
            for r in e.get("externalRef", ())
            if "comment" in r
        ]
    )
    assert cited
    assert all(("custody verified" if "/card" in c else "custody asserted") in c for c in cited)
    if format == "cyclonedx":
        assert all(c.endswith("inferred from it") == ("/list" in c) for c in cited)


@pytest.mark.parametrize("format", ["fair4ml", "mldcat-ap", "hf-card", "spdx3", "cyclonedx"])
def test_an_inferred_value_stays_one_where_its_records_are_not(
    store: MemoryStore, take: Take, tmp_path: Path, format: str, known: Bundle
) -> None:
    text = export(known, format).text
    take(write(tmp_path / "in" / f"org--m.{exporters()[format].suffix}", text))
    (header,) = headers(store)
    assert header.custody is Custody.ASSUMED
    bases = {
        claim.predicate: claim.basis or header.basis for claim in _claims(store, header.record)
    }
    assert bases[PG.fineTunedFrom] is Basis.INFERENCE
    assert bases.get(PG.trainedOn, Basis.THIRD_PARTY) is not Basis.INFERENCE


def _claims(store: MemoryStore, record: Iri) -> tuple[Claim, ...]:
    return rdf.from_quads(store.quads(graph=record)).claims
