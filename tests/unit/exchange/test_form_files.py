"""Files of forms that are wrong, refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance_graph.core.errors import UsageError
from provenance_graph.formats.forms.definition import read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = 'x'", "title"),
        ("not toml", "not TOML"),
        (
            'id="f"\ntitle="t"\nauthority="a"\nedition="e"\nsource="s"\n[[section]]\ntitle="s"\n'
            '[[section.field]]\nid="1"\ntitle="t"\nfrom=["moon/pg:digest"]',
            "'moon' is not a place",
        ),
        (
            'id="f"\ntitle="t"\nauthority="a"\nedition="e"\nsource="s"\n[[section]]\ntitle="s"\n'
            '[[section.field]]\nid="1"\ntitle="t"\n[[section.field]]\nid="1"\ntitle="t"',
            "two fields have one id",
        ),
    ],
)
def test_a_bad_form_file_is_said_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "f.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=words):
        read(file)
