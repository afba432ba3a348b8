from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import SHARED, needs_shared

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, SCHEMA
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.formats.licences.names import SPDX, normalise

SUBJECT = Iri("https://example.org/m")


@pytest.mark.parametrize(
    ("family", "link", "spdx"),
    [
        (
            "CC BY-NC-SA",
            "https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode",
            "CC-BY-NC-SA-4.0",
        ),
        ("cc-by", "https://creativecommons.org/licenses/by/3.0/", "CC-BY-3.0"),
        ("gpl", "https://www.gnu.org/licenses/gpl-3.0.html", "GPL-3.0-only"),
    ],
)
def test_an_address_says_which_of_a_family_is_meant(family: str, link: str, spdx: str) -> None:
    assert normalise(family, link=link).value == SPDX + spdx


@pytest.mark.parametrize("link", ["https://opensource.org/licenses/MIT", "https://x.example/l"])
def test_the_address_of_another_licence_says_nothing_of_a_family(link: str) -> None:
    assert normalise("gpl", link=link).value is None


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("Apache 2", "Apache-2.0"),
        ("apache license 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("MIT License", "MIT"),
        ("The MIT Licence", "MIT"),
        ("cc-by-nc 4.0", "CC-BY-NC-4.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("CC_BY_4.0", "CC-BY-4.0"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("gpl-3.0", "GPL-3.0-only"),
        ("GPL-3.0+", "GPL-3.0-or-later"),
        ("GPLv2+", "GPL-2.0-or-later"),
        ("GPL v3 or later", "GPL-3.0-or-later"),
        ("AGPLv3", "AGPL-3.0-only"),
        ("LGPLv2.1", "LGPL-2.1-only"),
        ("odc-by", "ODC-By-1.0"),
        ("lgpl-lr", "LGPLLR"),
        ("unlicense", "Unlicense"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("http://spdx.org/licenses/MIT", "MIT"),
        ("The MIT License (MIT)", "MIT"),
        ("Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"),
        ("CC BY-NC-ND 4.0 International", "CC-BY-NC-ND-4.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("GNU Lesser General Public License v3", "LGPL-3.0-only"),
        ("GNU Affero General Public License, version 3 or later", "AGPL-3.0-or-later"),
        ("New BSD License", "BSD-3-Clause"),
        ("Simplified BSD", "BSD-2-Clause"),
        ("Open Data Commons Open Database License v1.0", "ODbL-1.0"),
    ],
)
def test_a_usual_spelling_is_its_spdx_licence(text, spdx):
    assert normalise(text).value == SPDX + spdx


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("llama3.1", "llama-3.1"),
        ("Llama 3.1 Community License Agreement ", "llama-3.1"),
        ("Meta Llama 3 Community License Agreement", "llama-3"),
        ("LicenseRef-scancode-llama-3.1-license-2024", "llama-3.1"),
        ("Gemma Terms of Use", "gemma"),
        ("CC-BY-NC-4.0 with Acceptable Use Addendum", "cohere-cc-by-nc"),
        ("CC-BY-NC 4.0 License (w/ Acceptable Use Addendum)", "cohere-cc-by-nc"),
        ("AI2 ImpACT License – Low Risk Artifacts", "ai2-impact"),
        ("https://allenai.org/licenses/impact-mr", "ai2-impact"),
        ("https://cohere.com/c4ai-cc-by-nc-license", "cohere-cc-by-nc"),
        ("OpenMDW License Agreement, version 1.1", "openmdw-1.1"),
        ("bigcode-openrail-m", "bigcode-openrail-m-v1"),
        ("CreativeML Open RAIL++-M License", "openrail++"),
        ("tongyi-qianwen-research", "qwen-research"),
        ("DeepSeek License Agreement", "deepseek-model-1.0"),
        ("https://ai.google.dev/gemma/terms", "gemma"),
        ("proprietary", "proprietary"),
        ("Closed", "proprietary"),
        ("apple-amlr", "apple-amlr"),
    ],
)
def test_a_model_licence_is_one_of_ours(text, ours):
    assert normalise(text).value == iris.mint("licence", ours)


@pytest.mark.parametrize(
    "text",
    ["Modified MIT", "MIT-like", "Apache-2.0?", "multiple", "MIT AND", "Apache-2.0 (MIT)", "MIT (Expat-like)",
     "MIT/Apache-2.0", "apache-2.0, mit", "CC-BY-4.0 (data), MIT (code)", "attribution", "Attribution 9.9",
     "GNU Greater General Public License v3", "kimi", "research only", "Public Domain",
     "Apache-2.0 and Community License for Baichuan2 Model", "https://example.org/LICENSE",
     "https://huggingface.co/x/y/blob/main/LICENSE", "x" * 5000, "(((((", "https://[::1", "\ud800"],
)  # fmt: skip
def test_what_no_table_holds_stays_text(text):
    result = normalise(text)
    assert result.value is None
    assert result.unusable == "unrecognised licence"
    assert result.as_stated.startswith(text[:40].replace("\ud800", "\ufffd"))


@pytest.mark.parametrize("text", ["gpl", "BSD", "cc", "CC-BY-NC", "openrail", "Apache"])
def test_a_family_is_not_one_licence(text):
    assert normalise(text).unusable == "names a family of licences, not one of them"


def test_absence_is_told_in_four_ways():
    assert normalise("").stance is Stance.NOT_STATED
    assert normalise("license").stance is Stance.NOT_STATED, "what a trainer's template leaves"
    assert normalise("Undisclosed").stance is Stance.REPORTS_UNDISCLOSED
    assert normalise("unlicensed").stance is Stance.DECLARED_EMPTY
    assert normalise("unknown").unusable == "the source does not know the licence"


def test_other_is_told_by_its_name_or_its_link():
    assert normalise("other", name="gemma").value == iris.mint("licence", "gemma")
    link = "https://github.com/deepseek-ai/DeepSeek-V3/blob/main/LICENSE-MODEL"
    assert normalise("other", link=link).value == iris.mint("licence", "deepseek-model-1.0")
    assert normalise("other", name="LICENSE", link="LICENSE").unusable == "unrecognised licence"
    assert normalise("other", name="lfm-1.0").as_stated == "other (name: lfm-1.0)"


def test_a_name_and_a_link_that_disagree_mean_nothing():
    result = normalise("other", name="mit", link="https://ai.google.dev/gemma/terms")
    assert (result.value, result.unusable) == (
        None,
        "its name and its link mean different licences",
    )


def test_an_expression_is_a_node_with_its_licences():
    result = normalise("mit and CC BY 4.0")
    assert result.expression == "MIT AND CC-BY-4.0"
    assert result.parts == (Iri(SPDX + "MIT"), Iri(SPDX + "CC-BY-4.0"))
    stated = list(licence_names.claims(SUBJECT, result))
    assert stated[0].value == result.value
    assert Claim(result.value, DCTERMS.references, Iri(SPDX + "MIT")) in stated


def test_an_exception_stays_with_its_licence():
    result = normalise("GPL-2.0-or-later with classpath-exception-2.0")
    assert result.expression == "GPL-2.0-or-later WITH Classpath-exception-2.0"
    assert normalise("(MIT OR Apache-2.0) AND CC0-1.0").expression == (
        "(MIT OR Apache-2.0) AND CC0-1.0"
    )
    assert normalise("MIT WITH MIT").value is None


def test_a_licence_said_in_its_own_token_is_a_plain_triple():
    (claim,) = licence_names.claims(SUBJECT, normalise("Apache-2.0"))
    assert claim.plain
    (spelt,) = licence_names.claims(SUBJECT, normalise("Apache 2"), locator="L3")
    assert (spelt.as_stated, spelt.locator) == ("Apache 2", "L3")


@needs_shared
def test_every_token_of_the_hub_is_told():
    assert SHARED
    table = (SHARED / "vocabularies/hf/repositories-licenses.md").read_text()
    tokens = re.findall(r"^\|.*?\| `(.*?)`", table, re.MULTILINE)
    assert len(tokens) > 70
    assert [t for t in tokens if normalise(t).value is None] == [
        "openrail", "bsd", "cc", "gfdl", "gpl", "lgpl", "unknown", "other",
    ]  # fmt: skip


@needs_shared
def test_every_licence_described_by_us_is_told_by_its_id():
    import json

    assert SHARED
    known = json.loads((SHARED / "knowledge/licences.json").read_text())["licences"]
    for licence in known:
        if licence["id"] not in (
            "gemma-4-apache",
            "cohere-cc-by-nc",
            "unlicensed",
            "hub-other",
            "hub-unknown",
        ):
            assert normalise(licence["id"]).value is not None, licence["id"]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400), st.text(max_size=40), st.text(max_size=40))
def test_any_text_gets_an_answer(text, name, link):
    result = normalise(text, name=name, link="https://" + link)
    assert result.value is not None or result.unusable or result.stance is not Stance.STATED


@pytest.mark.parametrize(
    ("name", "link", "known"),
    [
        ("flux-1-dev-non-commercial-license", "LICENSE.md", "flux-1-dev-nc"),
        ("", "https://huggingface.co/black-forest-labs/FLUX.1-Fill-dev/blob/main/LICENSE.md",
         "flux-1-dev-nc"),
        ("databricks-open-model-license", "https://www.databricks.com/legal/open-model-license",
         "databricks-open-model"),
        ("coqui-public-model-license", "https://coqui.ai/cpml", "coqui-cpml-1.0.0"),
        ("lfm1.0", "LICENSE", "lfm-open-1.0"),
        ("health-ai-developer-foundations", "", "hai-def"),
        ("jamba-open-model-license", "https://www.ai21.com/jamba-open-model-license/", "jamba-open-model"),
        ("tencent-hunyuan-community", "LICENSE.txt", "tencent-hunyuan-community"),
    ],
)  # fmt: skip
def test_a_licence_of_the_further_list_is_recognised(name, link, known):
    assert normalise("other", name=name, link=link).value == iris.mint("licence", known)


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("LicenseRef-scancode-flux-1-nc", "flux-1-dev-nc"),
        ("LicenseRef-scancode-stable-diffusion-2022-08-22", "creativeml-openrail-m"),
        ("stable-diffusion-2022-08-22", "creativeml-openrail-m"),
        ("LicenseRef-scancode-llama-3.1-license-2024", "llama-3.1"),
    ],
)
def test_a_key_of_scancode_is_the_licence_it_stands_for(key, known):
    assert normalise(key).value == iris.mint("licence", known)


@pytest.mark.parametrize(
    ("text", "name", "link", "local", "called"),
    [
        ("other", "exaone", "LICENSE", "exaone", "exaone"),
        ("other", "yi-license", "LICENSE", "yi-license", "yi-license"),
        (
            "other",
            "Acme Model Terms 2",
            "https://acme.org/terms",
            "acme-model-terms-2",
            "Acme Model Terms 2",
        ),
        ("other", "", "https://www.acme.org/terms", "acme.org-terms", "https://www.acme.org/terms"),
        ("acme-1.0", "acme-1.0", "", "acme-1.0", "acme-1.0"),
    ],
)
def test_a_licence_that_nobody_here_knows_is_kept_as_stated(text, name, link, local, called):
    result = normalise(text, name=name, link=link)
    assert result.value == iris.mint("licence", "stated", local)
    made = {c.predicate: str(c.value) for c in licence_names.claims(SUBJECT, result)}
    assert made[SCHEMA.name] == called
    assert made[DCTERMS.license] == result.value
    assert (SCHEMA.url in made) is ("://" in link)


@pytest.mark.parametrize(
    ("text", "name", "link"),
    [
        ("other", "", ""),
        ("other", "LICENSE", "LICENSE"),
        ("other", "custom", ""),
        ("unknown", "unknown", ""),
        ("llama", "llama", ""),
        ("other", "???", ""),
    ],
)
def test_words_that_tell_no_licence_from_another_make_none(text, name, link):
    assert normalise(text, name=name, link=link).value is None
