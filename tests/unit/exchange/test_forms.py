"""Forms: data, filled from claims, and read again."""

from __future__ import annotations

from html.parser import HTMLParser

import audit_store
import pytest
from form_cases import MODEL, field, filled, world

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Stance
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.formats.forms.definition import form_named, forms
from provenance_graph.forms.answers import STATUSES
from provenance_graph.forms.fill import fill
from provenance_graph.forms.render import RENDERERS

NAMES = {
    "eu-gpai-mdf",
    "eu-annex-iv",
    "eu-annex-xi",
    "eu-annex-xii",
    "eu-training-summary",
    "ca-ab-2013",
    "datasheet",
    "model-card",
}


def test_every_form_of_the_interface_ships() -> None:
    assert set(forms()) >= NAMES


@pytest.mark.parametrize("name", sorted(forms()))
def test_every_property_that_a_form_names_is_in_the_ontology(name: str) -> None:
    known = {s for s, *_ in audit_store.reference()}
    for one in forms()[name].fields.values():
        for source in one.sources:
            if source.place != "derived":
                assert source.iri in known, f"{name} {one.id}: {source.iri}"
                assert not source.only or source.only in known


@pytest.mark.parametrize("name", sorted(forms()))
def test_a_model_of_which_nothing_is_known_has_an_empty_form(name: str) -> None:
    with world() as store:
        form = fill(AcceptedSnapshot(store), model("nobody/knows"), form_named(name))
    for section in form.sections:
        for one in section.fields:
            assert one.status in ("empty", "derived")
            assert one.ask
            assert all(v.value == "unknown" for v in one.values)


def test_a_field_has_its_value_its_status_and_its_claims() -> None:
    with world(Claim(MODEL, PG.parameterCount, literals.integer(7_000_000_000))) as store:
        form = filled(store, "eu-gpai-mdf")
    size = field(form, "2.7")
    assert size.status == "stated"
    assert (size.values[0].label, size.values[0].text) == ("parameters", "7,000,000,000")
    (number,) = size.values[0].footnotes
    receipt = form.footnotes[number - 1].receipt
    assert receipt["document"] == "https://example.org/card"
    assert receipt["basis"] == "DeveloperStatement"


def test_a_unit_stands_once_and_a_quantity_in_one_property() -> None:
    claims = (
        Claim(MODEL, PG.parameterCount, literals.integer(7_000)),
        Claim(MODEL, PG.nominalParameterCount, literals.integer(7_000), basis=Basis.THIRD_PARTY),
        Claim(MODEL, PG.trainingTokenCount, literals.integer(15_000)),
        Claim(MODEL, PG.trainingDatapointCount, literals.integer(900), basis=Basis.THIRD_PARTY),
        Claim(MODEL, PG.contextLength, literals.integer(64_000)),
        Claim(MODEL, PG.maxOutputTokens, literals.integer(32_000)),
    )
    with world(*claims) as store:
        form = filled(store, "eu-gpai-mdf")
    sizes = [f"{v.label}: {v.text}" for v in field(form, "2.7").values]
    assert sizes == ["parameters: 7000"]  # the size in the name is the same number
    assert field(form, "2.7").status == "stated"  # whoever repeats it adds no part of others
    cited = {n for s in form.sections for f in s.fields for v in f.values for n in v.footnotes}
    assert cited == {note.number for note in form.footnotes}  # it is cited all the same
    amounts = [f"{v.label}: {v.text}" for v in field(form, "6.4").values]
    assert amounts == ["training tokens: 15,000", "training data points: 900"]
    (whole,) = field(form, "2.6").values
    assert whole.text == "32,000 tokens"  # one property answers: no label, so the unit is needed


def test_software_without_a_version_fills_its_question_in_part() -> None:
    with world(Claim(MODEL, PG.framework, literals.text("transformers"))) as store:
        form = filled(store, "eu-annex-iv")
    assert field(form, "1(c)").missing == ["versions (no source states it)"]
    assert field(form, "8").ask == "the provider of the AI system that the model is built into"


@pytest.mark.parametrize("name", sorted(forms()))
def test_a_domain_of_application_is_shown_and_answers_no_question(name: str) -> None:
    with world(Claim(MODEL, PG.applicationDomain, literals.text("language"))) as store:
        form = filled(store, name)
    shown = [f for s in form.sections for f in s.fields if "language" in {v.text for v in f.values}]
    assert {f.status for f in shown} <= {"partly"}  # neither a use nor a kind of systems
    assert all("ntended" in f.title for f in shown)
    if name == "eu-gpai-mdf":
        assert [f.id for f in shown] == ["4.2"]
        assert field(form, "4.3").status == "empty"


def test_third_parties_and_silence_have_their_own_status() -> None:
    claims = (
        Claim(MODEL, PG.parameterCount, literals.integer(7), basis=Basis.THIRD_PARTY),
        Claim(MODEL, PG.trainingComputeFLOP, None, Stance.DECLINES),
        Claim(MODEL, PG.usagePolicy, None, Stance.NOT_STATED),
    )
    with world(*claims) as store:
        form = filled(store, "eu-gpai-mdf")
    assert field(form, "2.7").status == "reported"
    assert field(form, "7.2").status == "declined"
    assert field(form, "7.2").footnotes
    assert field(form, "4.1").status == "leftBlank"
    assert field(form, "4.1").ask == "the developer, org"


@pytest.mark.parametrize("format", sorted(RENDERERS))
def test_the_same_store_gives_the_same_bytes(format: str) -> None:
    with world(Claim(MODEL, PG.parameterCount, literals.integer(7))) as store:
        first, again = (RENDERERS[format](filled(store, "eu-annex-xi")) for _ in range(2))
    assert first == again


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.named: set[str] = set()
        self.away: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.named |= given.keys()
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if (given.get("href") or "").startswith("#") else []
        self.away += [href] if (href := given.get("href")) and not href.startswith("#") else []


def test_addresses_of_documents_and_values_are_links_and_nothing_else_is() -> None:
    claims = (
        Claim(MODEL, PG.usagePolicy, Iri("https://example.org/use?a=1&b=2")),
        Claim(MODEL, PG.intendedUse, literals.text("javascript:alert(1)")),
        Claim(MODEL, PG.knownLimitation, literals.text('https://x.org/"onclick="alert(1)')),
    )
    with world(*claims) as store:
        form = filled(store, "eu-gpai-mdf")
        parsed = _Ids()
        parsed.feed(RENDERERS["html"](form))
    assert {"https://example.org/use?a=1&b=2", "https://example.org/card"} <= {*parsed.away}
    assert {form.source, *(note.receipt["document"] for note in form.footnotes)} <= {*parsed.away}
    assert all(address.startswith("https://") for address in parsed.away)
    assert not parsed.named & {"onclick"}


@pytest.mark.parametrize("name", sorted(forms()))
def test_counts_of_fields_stand_in_the_order_of_their_statuses(name: str) -> None:
    claims = (
        Claim(MODEL, PG.trainingComputeFLOP, None, Stance.DECLINES),
        Claim(MODEL, PG.parameterCount, literals.integer(7)),
        Claim(MODEL, DCTERMS.license, Iri("http://spdx.org/licenses/MIT"), basis=Basis.THIRD_PARTY),
    )
    with world(*claims) as store:
        form = filled(store, name)
    assert [*form.counts] == [status for status in STATUSES if status in form.counts]
    assert sum(form.counts.values()) == sum(len(section.fields) for section in form.sections)


def test_the_page_is_one_file_whose_footnotes_lead_somewhere() -> None:
    with world(Claim(MODEL, PG.intendedUse, literals.text("<script>alert(1)</script>"))) as store:
        page = RENDERERS["html"](filled(store, "eu-gpai-mdf"))
    parsed = _Ids()
    parsed.feed(page)
    assert "script" not in parsed.tags
    assert "&lt;script&gt;" in page
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)
    assert "src=" not in page


def test_markdown_takes_no_markup_from_a_value() -> None:
    with world(Claim(MODEL, PG.intendedUse, literals.text("a [link](x) <b>`"))) as store:
        text = RENDERERS["md"](filled(store, "eu-gpai-mdf"))
    assert r"a \[link\](x) \<b\>\`" in text


def test_a_model_trained_from_scratch_is_said_to_be_made_from_no_other() -> None:
    from_scratch = Claim(
        MODEL, PROV.wasDerivedFrom, None, Stance.DECLARED_EMPTY, as_stated="from scratch"
    )
    with world(from_scratch) as store:
        origin = field(filled(store, "eu-gpai-mdf"), "1.6")
    assert origin.status == "stated"
    assert [value.text for value in origin.values] == [
        "no other model: trained from scratch, as its developer says"
    ]
    assert origin.values[0].footnotes
    with world(from_scratch, basis=Basis.THIRD_PARTY) as store:
        assert field(filled(store, "eu-gpai-mdf"), "1.6").values == []
    with world(from_scratch, Claim(MODEL, PG.fineTunedFrom, Iri(f"{MODEL}-base"))) as store:
        values = field(filled(store, "eu-gpai-mdf"), "1.6").values
    assert [value.property for value in values] == ["fineTunedFrom"]


def test_a_value_of_another_source_is_marked_and_makes_the_field_mixed() -> None:
    paper = Claim(MODEL, PG.paper, Iri("https://arxiv.org/abs/2204.05149"), basis=Basis.THIRD_PARTY)
    card = Claim(MODEL, PG.modelCard, Iri("https://example.org/card"))
    with world(paper, card) as store:
        form = filled(store, "eu-gpai-mdf")
    specifications = field(form, "2.2")
    assert specifications.status == "mixed"
    line = next(x for x in RENDERERS["md"](form).splitlines() if "2204.05149" in x)
    assert "reported by others" in line
    assert "(reported by others)" in RENDERERS["html"](form)


def test_a_question_of_two_parts_is_whole_with_both_alone() -> None:
    weights = Claim(MODEL, PG.weightsAvailability, PG.OpenWeights)
    day = Claim(MODEL, DCTERMS.issued, literals.day("2025-04-01").literal)  # type: ignore[union-attr]
    with world(weights) as store:
        form = filled(store, "eu-annex-xi")
    released = field(form, "S1 1(c)")
    assert released.status == "partly"
    assert released.missing == ["date of release (no source states it)"]
    assert "without a value: date of release (no source states it)" in RENDERERS["md"](form)
    assert "without a value: date of release (no source states it)" in RENDERERS["html"](form)
    with world(weights, day) as store:
        released = field(filled(store, "eu-annex-xi"), "S1 1(c)")
    assert (released.status, released.missing) == ("stated", [])


def test_a_part_that_was_searched_for_in_vain_is_told_beside_the_other() -> None:
    claims = (
        Claim(MODEL, PG.trainedOn, None, stance=Stance.REPORTS_UNDISCLOSED),
        Claim(MODEL, PG.testedOn, Iri("https://w3id.org/provenance-graph/id/dataset/org/t")),
    )
    with world(*claims) as store:
        data = field(filled(store, "eu-annex-xi"), "S1 2(c)")
    assert data.missing == ["training data (searched for, not disclosed)"]


def test_a_task_that_a_list_names_is_no_intended_use() -> None:
    with world(Claim(MODEL, PG.task, literals.text("text-generation"))) as store:
        for name, id_ in (("eu-gpai-mdf", "4.2"), ("model-card", "2.1"), ("eu-annex-xii", "1(a)")):
            uses = field(filled(store, name), id_)
            assert uses.status == "partly"
            assert [value.text for value in uses.values] == ["text-generation"]


def test_a_models_own_licence_and_maker_are_not_those_of_its_data() -> None:
    licence = Claim(MODEL, DCTERMS.license, Iri("http://spdx.org/licenses/MIT"))
    with world(licence) as store:
        form = filled(store, "datasheet")
    assert [field(form, one).status for one in ("1.2", "6.1", "6.3")] == ["empty"] * 3


def test_values_that_read_alike_stand_once_with_all_their_sources() -> None:
    provider = "https://w3id.org/provenance-graph/id/organization/host"
    offers = [Iri(f"https://w3id.org/provenance-graph/id/in/t/offer/{n}") for n in (1, 2)]
    claims = [
        Claim(offer, term, value)
        for offer in offers
        for term, value in (
            (RDF.type, PG.Offer),
            (PG.offerOf, MODEL),
            (PG.provider, Iri(provider)),
        )
    ]
    with world(*claims) as store:
        form = filled(store, "eu-gpai-mdf")
    channels = field(form, "3.1")
    assert len(channels.values) == 2
    assert len(channels.distinct_values) == 1
    assert len(channels.distinct_values[0].footnotes) == 2


def test_how_something_was_measured_is_not_answered_with_what_was_measured() -> None:
    claims = (
        Claim(MODEL, PG.trainingCO2eTonnes, literals.decimal("420")),
        Claim(MODEL, PG.trainingHardware, literals.text("H100")),
    )
    with world(*claims) as store:
        form = filled(store, "eu-gpai-mdf")
    assert [field(form, one).status for one in ("7.3", "8.2")] == ["empty", "empty"]
    assert [value.text for value in field(form, "7.1").values] == ["H100"]


def test_the_owners_of_training_data_are_no_kinds_of_data() -> None:
    with world(Claim(MODEL, PG.dataAcquisition, PG.PublicDataset)) as store:
        form = filled(store, "ca-ab-2013")
    assert field(form, "1").status == "empty"


def test_every_footnote_of_a_form_is_cited() -> None:
    claims = (
        Claim(MODEL, DCTERMS.license, PG.LicensedData),
        Claim(MODEL, PG.termsOfUse, None, Stance.NOT_STATED),
    )
    with world(*claims) as store:
        form = filled(store, "eu-gpai-mdf")
    text = RENDERERS["md"](form).partition("## Sources")[0]
    assert all(f"[^{note.number}]" in text for note in form.footnotes)
