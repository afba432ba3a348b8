"""Package URLs of exports: pinned where one commit is known, and never a parent's by guess."""

from __future__ import annotations

from provenance_graph.core import literals
from provenance_graph.core.iris import Iri, model
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA
from provenance_graph.model.bundles.results import Bundle, BundleEntity

MODEL = model("org/small")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def package_url(*versions: str) -> str:
    entities = {MODEL: BundleEntity(MODEL, {}, repository="org/small")}
    nodes = []
    for number, text in enumerate(versions):
        node = Iri(f"urn:version:{number}")
        facts = {
            RDF.type: (PG.ModelVersion,),
            SCHEMA.version: (literals.text(text),),
            PROV.specializationOf: (MODEL,),
        }
        entities[node] = BundleEntity(node, facts)
        nodes.append((PROV.specializationOf, node))
    bundle = object.__new__(Bundle)
    for name, value in (("datasets", ()), ("entities", entities), ("nodes", {MODEL: nodes})):
        object.__setattr__(bundle, name, value)
    return bundle.package_url(entities[MODEL])


def test_the_one_commit_that_is_known_is_in_the_package_url() -> None:
    assert package_url(COMMIT) == f"pkg:huggingface/org/small@{COMMIT}"


def test_a_name_or_several_commits_pin_nothing() -> None:
    for versions in ((), ("1.0",), (COMMIT, COMMIT[::-1])):
        assert package_url(*versions) == "pkg:huggingface/org/small"
