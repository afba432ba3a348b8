"""Bills of materials in XML: what the standard has no place for is told, and nothing beside it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import document, read
from shared import SHARED

from provenance_graph.core.claims import Problem
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.formats import xml
from provenance_graph.formats.cyclonedx import elements
from provenance_graph.formats.cyclonedx import reader as cyclonedx
from provenance_graph.formats.cyclonedx.bom import whole_of

GOLDEN = Path(__file__).parents[2] / "golden" / "cyclonedx" / "xml" / "input.xml"
HEAD = '<bom xmlns="http://cyclonedx.org/schema/bom/1.6" xmlns:x="urn:ext" version="1"'


def of(*components: str, beside: str = "", root: str = "") -> str:
    inner = "".join(components)
    return f"{HEAD} {root}><components>{inner}</components>{beside}</bom>"


def model(inner: str = "", attributes: str = "") -> str:
    head = f'<component type="machine-learning-model" bom-ref="m" {attributes}>'
    return f"{head}<name>acme/tiny</name>{inner}</component>"


def told(text: str) -> dict[str, list[Problem]]:
    """All problems of a document, those of its schema too, by their place."""
    assert cyclonedx.READER.invalid is not None
    one = document(text, "bom.xml")
    _, problems = read(cyclonedx.READER, text, "bom.xml")
    results: dict[str, list[Problem]] = {}
    whole_of(one)
    for problem in (*problems, *one.repeated, *cyclonedx.READER.invalid(one)):
        results.setdefault(problem.where, []).append(problem)
    return results


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (of(model("<flavour>mint</flavour>")), "/components/0/flavour", "'model/flavour' is not"),
        (of(model("<flavour>mint</flavour>")), "/components/0/flavour",
         "1.6 has no element 'flavour' here"),
        (of(model(attributes='colour="red"')), "/components/0/colour", "'model/colour' is not a key"),
        (of(model('<hashes><hash alg="MD5" colour="red">9a1a59f2a1b3c4d5e6f708192a3b4c5d</hash></hashes>')),
         "/components/0/hashes/0/colour", "1.6 has no attribute 'colour' here"),
        (of('<component type="library"><name>l</name><gadget>g</gadget></component>'),
         "/components/0/gadget", "no element 'gadget'"),
        (of(model("<licenses><license><id>MIT</id><smell>x</smell></license></licenses>")),
         "/components/0/licenses/license/smell", "no element 'smell'"),
        (of(model("<licenses><permit>free</permit></licenses>")),
         "/components/0/licenses/permit", "no element 'permit'"),
        (of(model(), "<widget>w</widget>"), "/components/widget",
         "'bom/components/widget' is not a key"),
        (of(model(), beside='<dependencies><dependency ref="m"><weak ref="q"/></dependency></dependencies>'),
         "/dependencies/0/weak/ref", "'bom/dependencies/weak/ref' is not a key"),
        (of(model(), beside='<dependencies><dependency ref="m"/><loose>l</loose></dependencies>'),
         "/dependencies/loose", "'bom/dependencies/loose' is not a key"),
        (of(model(), beside="<universe><star>s</star></universe>"), "/universe", "no element 'universe'"),
        (of(model(), beside="text at the end"), "/#text", "'bom/#text' is not a key"),
        (of(model(), " text among the members "), "/components/#text",
         "'bom/components/#text' is not a key"),
        (of(model("<x:size>huge</x:size>")), "/components/0/size",
         "'size' of urn:ext is not part of CycloneDX"),
        (of(model(attributes='x:name="other"')), "/components/0/name",
         "'name' of urn:ext is not part of CycloneDX"),
    ],
)  # fmt: skip
def test_what_cyclonedx_has_not_is_told(text: str, where: str, what: str) -> None:
    problems = told(text)
    assert where in problems, sorted(problems)
    assert any(what in one.what for one in problems[where]), problems[where]


@pytest.mark.parametrize(
    "stranger",
    [
        "<widget/>",
        "<x:component/>",
        "<!-- a comment -->",
        "stray words",
        '<widget a="b"/><widget/>',
    ],
)
def test_a_stranger_in_a_list_takes_nothing_away(stranger: str) -> None:
    plain, strange = of(model()), of(stranger, model(), stranger)
    assert (
        whole_of(document(strange, "bom.xml"))["components"]
        == (whole_of(document(plain, "bom.xml"))["components"])
    )
    dependency = (
        '<dependencies>{}<dependency ref="m"><dependency ref="n"/>{}</dependency></dependencies>'
    )
    text = of(model(), beside=dependency.format(stranger, stranger))
    [known] = whole_of(document(text, "bom.xml"))["dependencies"]
    assert (known["ref"], known["dependsOn"]) == ("m", ["n"])


def test_names_of_another_namespace_replace_nothing() -> None:
    text = of(
        model(
            "<x:name>evil</x:name><licenses><license><id>MIT</id><x:id>GPL-3.0</x:id></license>"
            "</licenses>",
            'x:type="library"',
        )
    )
    claims, _ = read(cyclonedx.READER, text, "bom.xml")
    assert {str(c.value) for c in claims if c.predicate == SCHEMA.name} == {"acme/tiny"}
    assert [str(c.value) for c in claims if c.predicate == DCTERMS.license] == [
        "http://spdx.org/licenses/MIT"
    ]
    assert any(c.value == PG.Model for c in claims)


@pytest.mark.parametrize("version", ["1.4", "1.5", "1.6", "1.7"])
def test_a_document_of_any_version_is_held_against_its_own_schema(version: str) -> None:
    text = of(model("<tags><tag>a</tag></tags>")).replace("/1.6", f"/{version}")
    where = [one.where for one in told(text).get("/components/0/tags", [])]
    assert bool(where) is (version < "1.6"), "tags of a component came with 1.6"


def examples() -> list[Path]:
    folder = SHARED / "sources" / "documents" / "cyclonedx-mlbom" if SHARED else None
    return [GOLDEN, *(sorted(folder.glob("*valid-*.xml")) if folder else [])]


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.name[-40:])
def test_in_valid_documents_there_is_nothing_unknown(path: Path) -> None:
    text = path.read_text("utf-8")
    version = cyclonedx.xml.MARK.search(text)
    assert version is not None
    root = xml.parsed(text, "urn:x")  # type: ignore[arg-type]
    assert [str(one) for one in elements.unknown(root, version[1], cyclonedx.xml.LISTS)] == []
    assert [str(one) for one in elements.foreign(root, cyclonedx.xml.LISTS)] == []


def test_of_many_unknown_elements_some_are_told_and_a_count() -> None:
    many = "".join(f"<e{n}/>" for n in range(70))
    root = xml.parsed(of(model(many)), "urn:x")  # type: ignore[arg-type]
    problems = list(elements.unknown(root, "1.6", cyclonedx.xml.LISTS))
    assert len(problems) == elements.MAX_PROBLEMS + 1
    assert "20 more places" in problems[-1].what
