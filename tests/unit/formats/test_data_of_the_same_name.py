"""A model and a dataset of one name are two repositories: what a model is trained on is the dataset."""

from __future__ import annotations

import pytest

from provenance_graph.core.iris import dataset, model
from provenance_graph.core.terms import PG, RDF
from tests.cards import claims


@pytest.mark.parametrize("front", ["datasets: [acme/zeta]", "tags: ['dataset:acme/zeta']"])
def test_training_data_called_as_the_model_are_a_dataset(front: str) -> None:
    said = claims(f"---\n{front}\n---\n", "acme--zeta.md")
    assert [c.subject for c in said if c.predicate == PG.trainedOn] == [model("acme/zeta")]
    assert [c.value for c in said if c.predicate == PG.trainedOn] == [dataset("acme/zeta")]
    kinds = {(c.subject, c.value) for c in said if c.predicate == RDF.type}
    assert (dataset("acme/zeta"), PG.Dataset) in kinds
    assert (dataset("acme/zeta"), PG.Model) not in kinds
    assert (model("acme/zeta"), PG.Dataset) not in kinds
