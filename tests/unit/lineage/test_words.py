"""The words of lineage relations are those of the ontology, in both directions."""

from provenance_graph.core.iris import PREFIXES, local_name
from provenance_graph.core.resources import folder
from provenance_graph.lineage.arrays import RELATIONS
from provenance_graph.lineage.formats import _INVERSE
from provenance_graph.lineage.words import saying


def test_every_relation_reads_in_both_directions() -> None:
    assert set(_INVERSE) == set(RELATIONS)
    assert all(saying(relation) for relation in RELATIONS)


def test_a_relation_reads_as_the_ontology_labels_it() -> None:
    text = (folder("ontology") / "lineage.ttl").read_text()
    defined = [one for one in RELATIONS if one.startswith(PREFIXES["pg"])]
    assert len(defined) == len(RELATIONS) - 2  # PROV-O's own, of no stated kind
    for one in defined:
        _, _, after = text.partition(f"pg:{local_name(one)} a owl:ObjectProperty")
        assert after.split('skos:prefLabel "', 1)[1].startswith(f'{saying(one)}"@en')
