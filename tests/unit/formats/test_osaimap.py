from __future__ import annotations

import pytest
from reading import document
from shared import SHARED, needs_shared

from provenance_graph.core import iris, terms
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.terms import PG, PROV
from provenance_graph.formats.catalogues.osaimap.reader import READER

HEAD = (
    "model_id,base_model,architecture,precision,params_b,license,model_type,average,submission_date"
)


def read(*rows: str, head: str = HEAD) -> list[Claim | Problem]:
    text = "\n".join([head, *rows]) + "\n"
    return list(READER.read(document(text, "model_benchmarks.csv")))


def edges(result: list[Claim | Problem]) -> list[tuple[object, object]]:
    derived = (*terms.DERIVATIONS, PROV.wasDerivedFrom)
    return [
        (c.predicate, c.value) for c in result if isinstance(c, Claim) and c.predicate in derived
    ]


def test_a_merge_that_points_at_itself_is_a_problem_and_no_edge():
    result = read("a/m,a/m (Merge),X,bfloat16,7,,🤝,1,2024-09-03")
    assert edges(result) == []
    assert [p.kind for p in result if isinstance(p, Problem)] == ["lineage"]


def test_a_pretrained_model_and_a_removed_base_are_no_edges_and_no_problems():
    result = read(
        "a/m,a/m,X,bfloat16,7,,🟢,1,2024-09-03", "a/n,Removed,X,bfloat16,7,,🔶,1,2024-09-03"
    )
    assert edges(result) == []
    assert not [p for p in result if isinstance(p, Problem)]


def test_the_sign_tells_the_kind_of_derivation():
    result = read(
        "a/m,a/base,X,bfloat16,7,,🟩,1,2024-09-03", "a/n,a/base,X,bfloat16,7,,?,1,2024-09-03"
    )
    assert edges(result) == [
        (PG.continuedFrom, iris.model("a/base")),
        (PROV.wasDerivedFrom, iris.model("a/base")),
    ]


def test_a_second_run_of_a_model_is_another_result():
    result = read("a/m,,X,bfloat16,7,,🟢,1,2024-09-03", "a/m,,X,4bit,7,,🟢,2,2024-09-04")
    scores = {
        c.subject: str(c.value) for c in result if isinstance(c, Claim) and c.predicate == PG.score
    }
    assert sorted(scores.values()) == ["1", "2"]


def test_a_rounded_size_keeps_its_text():
    (claim,) = [
        c
        for c in read("a/m,,X,bfloat16,8.03,,🟢,1,2024-09-03")
        if isinstance(c, Claim) and c.predicate == PG.parameterCount
    ]
    assert (str(claim.value), claim.as_stated) == ("8030000000", "8.03 B")


def test_a_relation_in_a_tag_is_an_edge_and_the_bare_one_beside_it_is_not():
    head = "model_id,author,downloads,likes,pipeline_tag,library_name,created_at,last_modified,tags"
    result = read(
        'a/b-awq,a,1,1,,,2024-05-06,,"base_model:a/b,base_model:quantized:a/b"', head=head
    )
    assert edges(result) == [(PG.quantizedFrom, iris.model("a/b"))]


@pytest.mark.parametrize(
    ("name", "base", "relation"),
    [
        ("sentence-transformers/all-MiniLM-L6-v2", "nreimers/MiniLM-L6", PROV.wasDerivedFrom),
        ("org/ministral-3b-instruct", "org/ministral-3b-base", PROV.wasDerivedFrom),
        ("Xenova/bge-base", "BAAI/bge-base", PG.quantizedFrom),
        ("org/kimi-k2-W4A8", "org/kimi-k2", PG.quantizedFrom),
    ],
)
def test_a_tag_calls_only_that_quantised_which_its_name_calls_so(name, base, relation):
    head = "model_id,author,downloads,likes,pipeline_tag,library_name,created_at,last_modified,tags"
    result = read(f'{name},a,1,1,,,2024-05-06,,"base_model:quantized:{base}"', head=head)
    assert edges(result) == [(relation, iris.model(base))]


@needs_shared
def test_the_leaderboards_self_pointing_parents_are_counted():
    assert SHARED
    path = SHARED / "sources/os-ai-map/huggingface/model_benchmarks.csv"
    results = list(READER.read(document(path.read_bytes(), path.name)))
    problems = [
        p for p in results if isinstance(p, Problem) and "in place of unknown parents" in p.what
    ]
    assert len(problems) > 800
    scores = [c for c in results if isinstance(c, Claim) and c.predicate == PG.score]
    assert len(scores) == 2960 * 7


def test_a_tag_for_how_data_were_loaded_names_no_dataset():
    head = "model_id,author,created_at,tags,likes,downloads"
    row = 'a/m,a,2024-01-01,"dataset:imagefolder,dataset:a/photos",1,2'
    result = read(row, head=head)
    trained = [c.value for c in result if isinstance(c, Claim) and c.predicate == PG.trainedOn]
    assert trained == [iris.dataset("a/photos")]
    assert [p.what for p in result if isinstance(p, Problem)] == [
        "'imagefolder' states how data were loaded, not which"
    ]


def test_tags_of_the_crawl_tell_method_and_bits():
    head = "model_id,author,downloads,likes,pipeline_tag,library_name,created_at,last_modified,tags"
    rows = [
        f'a/{name},a,1,1,,,2024-09-03,2024-09-03,"{tags}"'
        for name, tags in (
            ("awq", "base_model:quantized:a/base,4-bit,awq"),
            ("packed", "base_model:quantized:a/base,8-bit,modelopt"),
            ("lora", "base_model:adapter:a/base,4-bit,bitsandbytes"),
        )
    ]
    told = {PG.quantizationMethod, PG.quantizationBits}
    stated = {
        (c.subject, str(c.value))
        for c in read(*rows, head=head)
        if isinstance(c, Claim) and c.predicate in told
    }
    assert stated == {
        (iris.model("a/awq"), "awq"),
        (iris.model("a/awq"), "4"),
        (iris.model("a/packed"), "modelopt"),
    }


def test_how_a_model_was_made_stays_as_stated_where_no_base_has_it():
    result = read("a/m,a/m,X,bfloat16,7,,🟢,1,2024-09-03", "a/n,b/k,X,bfloat16,7,,🔶,1,2024-09-03")
    stated = [c for c in result if isinstance(c, Claim) and c.predicate == PG.otherStatement]
    assert [str(c.value) for c in stated] == ["model_type: 🟢"]
    assert stated[0].subject == iris.model("a/m")


def test_tags_are_counted_one_by_one():
    text = 'model_id,created_at,tags,likes\na/m,2024-01-01,"license:mit,geology,region:us",3\n'
    leaves = READER.leaves(document(text, "tracked_models.csv"))
    assert [leaf.path[1] for leaf in leaves if leaf.path[1] in ("tags", "topics")] == [
        "tags",
        "topics",
        "topics",
    ]


@pytest.mark.parametrize(
    ("name", "base", "relation"),
    [
        ("a/Heron-8B-FP8", "b/Heron-8B", PROV.wasDerivedFrom),
        ("a/Heron-8B", "b/Heron-8B", PROV.wasDerivedFrom),
        ("a/Heron-9B-v2", "a/Heron-12B-v2", PROV.wasDerivedFrom),
        ("a/heron-E2B-it", "a/heron-E4B-it", PROV.wasDerivedFrom),
        ("a/Heron-8B-Instruct", "b/Heron-8B", PG.fineTunedFrom),
        ("a/Heron-VL-11B", "b/Heron-8B", PG.fineTunedFrom),
    ],
)
def test_a_tag_calls_only_that_a_tune_which_has_its_bases_size_and_another_name(
    name, base, relation
):
    head = "model_id,author,downloads,likes,pipeline_tag,library_name,created_at,last_modified,tags"
    result = read(f'{name},a,1,1,,,2024-05-06,,"base_model:finetune:{base}"', head=head)
    assert edges(result) == [(relation, iris.model(base))]
