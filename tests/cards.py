"""Cards and configurations as the Hugging Face reader reads them."""

from __future__ import annotations

from reading import document

from provenance_graph.core.claims import Claim, Problem
from provenance_graph.formats.huggingface import reader as huggingface

READ = huggingface.READER.read


def claims(text: str, name: str) -> list[Claim]:
    return [item for item in READ(document(text, name)) if isinstance(item, Claim)]


def problems(text: str, name: str) -> list[Problem]:
    return [item for item in READ(document(text, name)) if isinstance(item, Problem)]


def card(front: str, name: str = "acme-labs--Tiny.md") -> list[Claim]:
    return claims(f"---\n{front}\n---\n", name)
