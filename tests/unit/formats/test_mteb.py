from __future__ import annotations

import json

import pytest
from reading import document
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats.catalogues.mteb.reader import READER


def read(**row: object) -> list[Claim | Problem]:
    line = json.dumps({"source": "mteb", "name": "acme/e", **row})
    return list(READER.read(document(line, "models.jsonl")))


@pytest.mark.parametrize(
    ("status", "stance"),
    [("declared-empty", Stance.DECLARED_EMPTY), ("undisclosed", Stance.REPORTS_UNDISCLOSED)],
)
def test_an_empty_list_and_none_at_all_are_told_apart(status, stance):
    result = read(training_datasets_status=status)
    assert [c.stance for c in result if isinstance(c, Claim) and c.predicate == PG.trainedOn] == [
        stance
    ]


def test_what_it_was_adapted_from_is_an_inference_without_a_kind():
    result = read(adapted_from="acme/base")
    (claim,) = [c for c in result if isinstance(c, Claim) and c.predicate == PROV.wasDerivedFrom]
    assert (claim.value, claim.basis) == (iris.model("acme/base"), Basis.INFERENCE)


def test_a_reference_to_another_repository_merges_nothing():
    result = read(reference="https://huggingface.co/acme/other")
    subjects = {c.subject for c in result if isinstance(c, Claim)}
    assert iris.entity("mteb", "model", "acme/e") in subjects
    assert not {iris.model("acme/e"), iris.model("acme/other")} & subjects
    assert [p.kind for p in result if isinstance(p, Problem)] == ["identity"]


def test_the_full_width_of_several_counts():
    (claim,) = [
        c
        for c in read(embed_dim=[64, 768, 512])
        if isinstance(c, Claim) and c.predicate == PG.embeddingDimension
    ]
    assert (str(claim.value), claim.as_stated) == ("768", "64, 768, 512")


def test_settings_in_brackets_make_a_configuration():
    result = read(name="acme/e (embed_dim=64)", embed_dim=64)
    node = iris.entity("mteb", "configuration", "acme-e-embed_dim-64")
    values = {c.predicate: c.value for c in result if isinstance(c, Claim) and c.subject == node}
    assert values[PROV.specializationOf] == iris.entity("mteb", "model", "acme/e")


def test_a_line_that_nests_too_deep_does_not_stop_the_rest():
    text = (
        '{"source": "mteb", "name": "a/b"}\n'
        + "[" * 5000
        + "]" * 5000
        + '\n{"source": "mteb", "name": "c/d"}\n'
    )
    results = list(READER.read(document(text, "models.jsonl")))
    assert [p.where for p in results if isinstance(p, Problem)] == ["L2"]
    assert iris.entity("mteb", "model", "c/d") in {
        c.subject for c in results if isinstance(c, Claim)
    }


@needs_shared
def test_the_states_of_training_data_come_out_as_counted():
    assert SHARED
    path = SHARED / "sources/mteb/models.jsonl"
    results = list(READER.read(document(path.read_bytes(), path.name)))
    stances = [c.stance for c in results if isinstance(c, Claim) and c.predicate == PG.trainedOn]
    assert stances.count(Stance.DECLARED_EMPTY) == 136
    assert stances.count(Stance.REPORTS_UNDISCLOSED) == 118


@pytest.mark.parametrize(("licence", "basis"), [("mit", Basis.INFERENCE), ("apache-2.0", None)])
def test_the_day_of_a_revision_and_an_assumed_licence_are_inferences(licence, basis):
    result = [c for c in read(release_date="2024-09-10", license=licence) if isinstance(c, Claim)]
    assert [c.basis for c in result if c.predicate == DCTERMS.issued] == [Basis.INFERENCE]
    assert [c.basis for c in result if c.predicate == DCTERMS.license] == [basis]


@pytest.mark.parametrize("day", ["2019-11-01", "2022-03-02"])
def test_a_day_that_stands_for_many_models_is_kept_and_says_nothing(day):
    (claim,) = [
        c for c in read(release_date=day) if isinstance(c, Claim) and c.predicate == DCTERMS.issued
    ]
    assert (claim.value, claim.as_stated) == (None, day)
    assert claim.unusable


def test_reserved_places_of_a_position_table_are_no_context():
    (claim,) = [
        c for c in read(max_tokens=514) if isinstance(c, Claim) and c.predicate == PG.contextLength
    ]
    assert (str(claim.value), claim.basis) == ("512", Basis.INFERENCE)


@pytest.mark.parametrize(
    ("name", "base", "stands"),
    [
        ("acme/e5-base-v2", "acme/e5-base", False),
        ("acme/tiny2", "acme/tiny", False),
        ("acme/e-v1.5", "acme/e-v1", False),
        ("acme/e5-base-v2", "acme/bert-base", True),
        ("acme/e-4K-x2", "acme/e-1.5K-x2", True),
    ],
)
def test_an_earlier_version_of_one_line_is_no_base(name, base, stands):
    [claim] = [
        c
        for c in read(name=name, adapted_from=base)
        if isinstance(c, Claim) and c.predicate == PROV.wasDerivedFrom
    ]
    assert (claim.value is not None) is stands
    assert stands or claim.as_stated == base


@pytest.mark.parametrize(
    ("modalities", "licence", "stands"),
    [
        (["audio"], "mit", False),
        (["audio", "text"], "mit", False),
        (["audio"], "apache-2.0", True),
        (["text"], "mit", True),
    ],
)
def test_mit_of_a_model_of_sound_is_no_licence(modalities, licence, stands):
    [claim] = [
        c
        for c in read(modalities=modalities, license=licence)
        if isinstance(c, Claim) and c.predicate == DCTERMS.license
    ]
    assert (claim.value is not None) is stands
