"""Training runs of every format that tells of them become stages with inputs, code and settings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import document

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.registry import readers

LINEAGE = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-01T05:00:00Z",
    "run": {
        "runId": "11111111-0000-4000-8000-000000000000",
        "facets": {"mlflow_params": {"_producer": "x", "learning_rate": "0.01"}},
    },
    "job": {
        "namespace": "lab",
        "name": "train",
        "facets": {"sourceCodeLocation": {"url": "https://git.example/oak", "version": "8f2b1c0"}},
    },
    "inputs": [{"namespace": "s3://lab", "name": "oak-web", "facets": {"version": {"datasetVersion": "7"}}}],
    "outputs": [{"namespace": "s3://lab", "name": "oak", "facets": {"datasetType": {"datasetType": "MODEL"}}}],
    "producer": "https://example.org",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
}  # fmt: skip
ACTIVITY = {
    "prefix": {"ex": "https://example.org/"},
    "entity": {"ex:oak": {"prov:type": "Model", "prov:label": "Oak"}, "ex:web": {"prov:type": "Dataset"},
               "ex:held": {"prov:type": "Dataset"}},
    "activity": {"ex:train": {"prov:startTime": "2026-01-01T00:00:00", "ex:learning_rate": "0.01",
                              "ex:git_commit": "8f2b1c0"}},
    "used": {"_:1": {"prov:activity": "ex:train", "prov:entity": "ex:web"},
             "_:2": {"prov:activity": "ex:train", "prov:entity": "ex:held", "prov:role": "validation"}},
    "wasGeneratedBy": {"_:3": {"prov:entity": "ex:oak", "prov:activity": "ex:train"}},
}  # fmt: skip
CRATE = {
    "@context": "https://w3id.org/ro/crate/1.2/context",
    "@graph": [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
         "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"}},
        {"@id": "./", "@type": "Dataset", "name": "crate"},
        {"@id": "oak.pt", "@type": ["File", "MLModel"], "name": "oak"},
        {"@id": "web.csv", "@type": ["File", "Dataset"], "name": "web"},
        {"@id": "#lr", "@type": "PropertyValue", "name": "learning_rate", "value": "0.01"},
        {"@id": "#code", "@type": "SoftwareSourceCode", "name": "train.py", "version": "8f2b1c0"},
        {"@id": "#run", "@type": "CreateAction", "startTime": "2026-01-01T00:00:00Z",
         "object": [{"@id": "web.csv"}, {"@id": "#lr"}], "result": {"@id": "oak.pt"},
         "instrument": {"@id": "#code"}},
    ],
}  # fmt: skip


def _claims(format_: str, whole: Any, name: str = "input.json") -> list[Claim]:
    results = readers()[format_].read(document(json.dumps(whole).encode(), name))
    return [item for item in results if isinstance(item, Claim)]


@pytest.mark.parametrize(
    ("format_", "whole"), [("openlineage", LINEAGE), ("prov", ACTIVITY), ("rocrate", CRATE)]
)
def test_a_run_is_a_stage_of_the_model_with_what_it_used(format_: str, whole: Any) -> None:
    claims = _claims(format_, whole)
    (stage,) = [c.value for c in claims if c.predicate == PG.trainingStage]
    about = {(c.predicate, str(c.value)) for c in claims if c.subject == stage}
    assert (RDF.type, PG.TrainingStage) in about
    assert (PG.codeRevision, "8f2b1c0") in about
    assert (PG.hyperparameter, "learning_rate: 0.01") in about
    assert any(p == PROV.used and "web" in value for p, value in about)
    assert {p for p, _ in about} & {PROV.startedAtTime, PROV.endedAtTime}


def test_an_input_is_used_at_the_version_that_the_event_gives() -> None:
    claims = _claims("openlineage", LINEAGE)
    (state,) = [c.value for c in claims if c.predicate == PROV.used]
    about = {c.predicate: str(c.value) for c in claims if c.subject == state}
    assert about[SCHEMA.version] == "7"
    assert about[PROV.specializationOf].endswith("oak-web")


def test_data_used_for_validation_is_no_training_data() -> None:
    by = {(c.predicate, str(c.value).rpartition("/")[2]) for c in _claims("prov", ACTIVITY)}
    assert (PG.trainedOn, "example.org-web") in by
    assert (PG.validatedOn, "example.org-held") in by
    assert (PG.trainedOn, "example.org-held") not in by


def test_an_element_has_its_label_for_a_name_and_the_hub_s_repository_for_itself() -> None:
    whole = {
        "prefix": {"hf": "https://huggingface.co/"},
        "entity": {
            "hf:acme/oak": {"prov:type": "Model", "prov:label": "Oak", "ex:license": "Apache-2.0"}
        },
        "activity": {},
    }
    about = {(c.predicate, str(c.value)) for c in _claims("prov", whole)}
    assert (SCHEMA.name, "Oak") in about
    assert any(value.endswith("licenses/Apache-2.0") for _, value in about)
    assert any(c.subject.endswith("id/model/acme/oak") for c in _claims("prov", whole))


def test_what_a_bundle_of_prov_states_is_read_as_the_document_s_own() -> None:
    inner = {
        "entity": {"hf:acme/oak": {"prov:type": "Model"}, "hf:acme/ash": {"prov:type": "Model"}},
        "wasDerivedFrom": {
            "_:1": {"prov:generatedEntity": "hf:acme/oak", "prov:usedEntity": "hf:acme/ash"}
        },
    }
    whole = {
        "prefix": {"hf": "https://huggingface.co/"},
        "entity": {"ex:b": {"prov:type": "prov:Bundle"}},
        "bundle": {"ex:b": inner},
    }
    claims = _claims("prov", whole)
    [edge] = [claim for claim in claims if claim.predicate == PROV.wasDerivedFrom]
    assert (edge.subject, edge.value) == (iris.model("acme/oak"), iris.model("acme/ash"))
    names = {str(c.value) for c in claims if c.predicate == SCHEMA.name}
    assert {"acme/oak", "acme/ash"} <= names
    assert not {"hf:acme/oak", "hf:acme/ash"} & names
    assert {c.basis for c in claims if c.predicate == SCHEMA.name} == {Basis.INFERENCE}


OURS = "https://w3id.org/provenance-graph/id/"


def test_whoever_writes_our_name_for_a_thing_means_it() -> None:
    """Of a model or a dataset of that kind; any other address is the document's own."""
    elements = {
        "pg:model/acme/oak": {"prov:type": "Model"},
        "pg:dataset/acme/web": {"prov:type": "Dataset"},
        "pg:dataset/acme/odd": {"prov:type": "Model"},
    }
    whole = {"prefix": {"pg": OURS}, "entity": elements, "activity": {}}
    about = {c.subject for c in _claims("prov", whole)}
    assert {f"{OURS}model/acme/oak", f"{OURS}dataset/acme/web"} <= about
    assert f"{OURS}dataset/acme/odd" not in about
    crate = json.loads(json.dumps(CRATE).replace("oak.pt", f"{OURS}model/acme/oak"))
    assert f"{OURS}model/acme/oak" in {c.subject for c in _claims("rocrate", crate)}


def test_an_event_of_a_dataset_without_a_run_is_read() -> None:
    event = {"eventTime": "2026-01-01T00:00:00Z", "producer": "x", "schemaURL": "y",
             "dataset": {"namespace": "hf", "name": "web", "facets": {"version": {"datasetVersion": "3"}}}}  # fmt: skip
    it = document(json.dumps(event).encode(), "event.json")
    assert readers()["openlineage"].recognises(it.features)
    assert "3" in {str(c.value) for c in _claims("openlineage", event)}


@pytest.mark.parametrize("as_lists", [True, False])
def test_a_run_of_mlflow_is_a_stage_of_the_models_that_it_logged(as_lists: bool) -> None:
    def pairs(values: dict[str, str]) -> Any:
        listed = [{"key": key, "value": value} for key, value in values.items()]
        return listed if as_lists else values

    data = {
        "name": "imdb",
        "digest": "8f9eb48c",
        "source_type": "hugging_face",
        "source": json.dumps({"path": "stanfordnlp/imdb"}),
    }
    held = {"name": "held-out", "digest": "aa", "source_type": "local", "source": "{}"}
    run = {
        "info": {"run_id": "r1", "run_name": "rf-train", "start_time": 1786605097222, "status": "FINISHED"},
        "data": {"params": pairs({"learning_rate": "0.01"}), "metrics": pairs({"accuracy": "0.91"}),
                 "tags": pairs({"mlflow.source.git.commit": "8f2b1c0"})},
        "inputs": {"dataset_inputs": [
            {"dataset": data, "tags": [{"key": "mlflow.data.context", "value": "training"}]},
            {"dataset": held, "tags": [{"key": "mlflow.data.context", "value": "eval"}]}]},
        "outputs": {"model_outputs": [{"model_id": "m-1"}]},
    }  # fmt: skip
    whole = {"run": run} if as_lists else run
    it = document(json.dumps(whole).encode(), "run.json")
    assert [n for n, r in readers().items() if r.recognises(it.features)] == ["mlflow"]
    claims = _claims("mlflow", whole)
    model = next(c.subject for c in claims if c.predicate == PG.trainingStage)
    by = {(c.predicate, str(c.value).rpartition("id/")[2]) for c in claims if c.subject == model}
    assert (PG.trainedOn, "dataset/stanfordnlp/imdb") in by
    assert (PG.testedOn, "in/mlflow/dataset/held-out") in by
    assert (PG.otherStatement, "metric: accuracy = 0.91") in by
    stage = {(c.predicate, str(c.value)) for c in claims if "/run/" in c.subject}
    assert (PG.codeRevision, "8f2b1c0") in stage
    assert (PG.hyperparameter, "learning_rate: 0.01") in stage
    assert (PROV.startedAtTime, "2026-08-13") in stage


def test_a_run_of_mlflow_that_did_not_finish_says_so_of_what_it_logged() -> None:
    for status, told in (("FAILED", True), ("KILLED", True), ("FINISHED", False)):
        info = {"run_id": "r1", "status": status}
        outputs = {"model_outputs": [{"model_id": "m-1"}]}
        claims = _claims("mlflow", {"info": info, "data": {}, "outputs": outputs})
        about = {c.subject for c in claims if str(c.value) == f"status of the run: {status}"}
        assert len(about) == 2 * told


def test_a_run_without_a_model_is_a_stage_by_itself() -> None:
    whole = {"info": {"run_id": "r1"}, "data": {"params": {"lr": "1"}}}
    about = {(c.predicate, str(c.value)) for c in _claims("mlflow", whole)}
    assert (RDF.type, PG.TrainingStage) in about
    assert (PG.hyperparameter, "lr: 1") in about


def test_what_a_relation_states_besides_its_ends_is_kept() -> None:
    whole = {
        "prefix": {"ex": "https://example.org/"},
        "entity": {"ex:oak": {"prov:type": "Model", "ex:sha256": "ab" * 32}},
        "activity": {"ex:train": {}},
        "agent": {"ex:lab": {}},
        "wasGeneratedBy": {
            "_:g": {
                "prov:entity": "ex:oak",
                "prov:activity": "ex:train",
                "prov:time": "2026-01-02T03:04:05",
            }
        },
        "wasAssociatedWith": {
            "_:a": {"prov:activity": "ex:train", "prov:agent": "ex:lab", "prov:plan": "ex:recipe"}
        },
    }
    about = {(c.predicate, str(c.value)) for c in _claims("prov", whole)}
    assert any(p == DCTERMS.created and v.startswith("2026-01-02") for p, v in about)
    assert (PG.digest, f"sha256:{'ab' * 32}") in about
    assert any("ex:recipe" in value for _, value in about)


def test_the_events_of_a_run_belong_together() -> None:
    began = {**LINEAGE, "eventType": "START", "eventTime": "2025-12-30T05:00:00Z", "outputs": []}
    ended = {
        **LINEAGE,
        "inputs": LINEAGE["inputs"][:0],
        "job": {"namespace": "lab", "name": "train"},
    }
    claims = _claims("openlineage", [began, ended])
    stage = {claim.predicate: str(claim.value) for claim in claims if "/run/" in claim.subject}
    assert stage[PROV.startedAtTime] == "2025-12-30"
    assert stage[PROV.endedAtTime] == "2026-01-01"
    assert stage[PG.codeRevision] == "8f2b1c0"
    assert stage[PROV.used].endswith("/7")  # the version that the first event names
    trained = [claim for claim in claims if claim.predicate == PG.trainedOn]
    assert [str(claim.value).rpartition("/")[2] for claim in trained] == ["oak-web"]


def test_the_time_for_which_a_run_was_scheduled_is_not_its_start() -> None:
    scheduled = {"nominalTime": {"nominalStartTime": "2020-01-01T00:00:00Z"}}
    claims = _claims("openlineage", {**LINEAGE, "run": {"runId": "r1", "facets": scheduled}})
    assert PROV.startedAtTime not in {claim.predicate for claim in claims}
    assert PROV.endedAtTime in {claim.predicate for claim in claims}
    kept = {str(claim.value) for claim in claims if claim.predicate == PG.otherStatement}
    assert "run.facets.nominalTime.nominalStartTime: 2020-01-01T00:00:00Z" in kept


def test_the_name_of_a_repository_that_an_event_gives_as_an_id_is_inferred() -> None:
    inputs = [{"namespace": "hf://", "name": f"datasets/{name}"} for name in ("acme/web", "c4")]
    claims = _claims("openlineage", {**LINEAGE, "inputs": inputs})
    basis = {str(c.value): c.basis for c in claims if c.predicate == SCHEMA.name}
    assert basis["acme/web"] is Basis.INFERENCE
    assert basis["oak"] is None


def test_events_of_other_runs_do_not_mix() -> None:
    other = {
        **LINEAGE,
        "eventType": "START",
        "outputs": [],
        "run": {"runId": "another"},
        "inputs": [{"namespace": "s3://lab", "name": "secret"}],
    }
    claims = _claims("openlineage", [other, LINEAGE])
    assert not [c for c in claims if c.predicate == PG.trainedOn and "secret" in str(c.value)]


@pytest.mark.parametrize("state", ["FAIL", "ABORT"])
def test_a_run_that_failed_derives_nothing(state: str) -> None:
    began = {**LINEAGE, "eventType": "START", "eventTime": "2025-12-30T05:00:00Z"}
    claims = _claims("openlineage", [began, {**LINEAGE, "eventType": state}])
    relations = (PG.trainedOn, PG.trainingStage, PROV.wasDerivedFrom)
    assert not [claim for claim in claims if claim.predicate in relations]
    assert f"eventType: {state}" in {str(claim.value) for claim in claims}
    for last in ([], [LINEAGE]):  # of which no end is told, and that is complete
        claims = _claims("openlineage", [began, *last])
        assert {PG.trainedOn, PG.trainingStage} <= {claim.predicate for claim in claims}


def test_an_action_that_failed_derives_nothing() -> None:
    status = {"actionStatus": {"@id": "http://schema.org/FailedActionStatus"}}
    nodes = [{**n, **(status if n["@id"] == "#run" else {})} for n in CRATE["@graph"]]
    claims = _claims("rocrate", {**CRATE, "@graph": nodes})
    relations = (PG.trainedOn, PG.trainingStage, PROV.wasDerivedFrom)
    assert not [claim for claim in claims if claim.predicate in relations]
    assert [c for c in claims if c.predicate == PG.otherStatement and "made from" in str(c.value)]


def _crate_of(*nodes: dict[str, Any]) -> list[Claim]:
    model = {"@id": "oak.pt", "@type": ["File", "MLModel"], "name": "oak"}
    graph = [node for node in CRATE["@graph"] if node["@id"] not in ("oak.pt", "#run")]
    return _claims("rocrate", {**CRATE, "@graph": [*graph, {**model, **nodes[0]}, *nodes[1:]]})


def test_a_node_that_a_crate_s_model_points_to_is_told_by_its_name_and_value() -> None:
    accuracy = {"@id": "#acc", "@type": "PropertyValue", "name": "accuracy", "value": 0.87}
    claims = _crate_of({"additionalProperty": [{"@id": "#acc"}]}, accuracy)
    kept = {str(c.value) for c in claims if c.predicate == PG.otherStatement}
    assert "additionalProperty: accuracy: 0.87" in kept


def test_a_licence_that_a_crate_describes_is_one_by_its_name_and_address() -> None:
    terms = {
        "@id": "#t",
        "@type": "CreativeWork",
        "name": "House Terms",
        "url": "https://o.example/t",
    }
    claims = _crate_of({"license": {"@id": "#t"}}, terms)
    licence = next(c.value for c in claims if c.predicate == DCTERMS.license)
    assert [str(c.value) for c in claims if (c.subject, c.predicate) == (licence, SCHEMA.url)] == [
        "https://o.example/t"
    ]


def test_the_text_of_a_licence_that_a_crate_describes_is_kept() -> None:
    terms = {"@id": "#t", "@type": "CreativeWork", "name": "House Terms", "text": "No weapons."}
    claims = _crate_of({"license": {"@id": "#t"}}, terms)
    assert "license.text: No weapons." in {str(c.value) for c in claims}


def test_a_crate_s_model_is_a_file_and_may_come_from_a_repository_of_the_hub() -> None:
    base = {"@id": "https://huggingface.co/acme/base"}
    claims = _crate_of(
        {"isBasedOn": base, "contentSize": "88", "encodingFormat": "application/onnx"}
    )
    stated = {(c.predicate, str(c.value)) for c in claims}
    assert {(PG.byteSize, "88"), (PG.fileFormat, "application/onnx")} <= stated
    assert any(p == PROV.wasDerivedFrom and v.endswith("model/acme/base") for p, v in stated)
