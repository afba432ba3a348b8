"""Names of parents that stand for the model itself: its name, family or own checkpoints."""

from __future__ import annotations

import re

from provenance_graph.core.iris import Iri, local_name, short_id

_CHECKPOINT = re.compile(r"(checkpoint|ckpt|step|epoch|iter|stage\d+)[-_ ]?\d*", re.IGNORECASE)


def names_itself(child: str, parent: str) -> bool:
    """Whether a text given as a parent names only the child, its family or its checkpoint.

    >>> names_itself("Mistral-7B-v0.1", "mistral"), names_itself("OLMo-7B-hf", "olmo-7b-hf")
    (True, True)
    >>> names_itself("debertav3large-kear", "debertav3large"), names_itself("x", "checkpoint-26250")
    (False, True)
    """
    mine, other = _tokens(child), _tokens(parent)
    if not other or mine == other or _CHECKPOINT.fullmatch(parent):
        return True
    family = mine[: len(other)] == other
    return family and not any(c.isdigit() for token in other for c in token)


def _tokens(name: str) -> list[str]:
    return [token for token in re.split(r"[^a-z0-9]+", name.lower()) if token]


def display_name(name: Iri) -> str:
    """The name of an entity in answers: the short id, or the text of a reference in words."""
    return local_name(name) if "/unresolved/" in name else short_id(name)


def is_of_owner(owner: str, text: str) -> bool:
    """Whether a text given as a parent begins with the owner's own name.

    >>> is_of_owner("deepseek-ai", "deepseek-r1-series-unnamed-member"), is_of_owner("x", "llama-2")
    (True, False)
    """
    mine, other = _tokens(owner), _tokens(text)
    return bool(mine) and other[:1] == mine[:1]


def is_own_checkpoint(child: Iri, parent: Iri) -> bool:
    """Whether a parent is a checkpoint of the child's own training: its IRI extends the child's."""
    return parent.startswith((child + "/", child + "@"))


def release_of(name: Iri) -> Iri:
    """The release that a checkpoint belongs to; the name itself where it is no checkpoint."""
    head, _, _ = name.partition("@")
    parts = head.split("/model/", 1)
    if len(parts) == 2 and parts[1].count("/") > 1:
        owner, model, *_ = parts[1].split("/")
        return Iri(f"{parts[0]}/model/{owner}/{model}")
    return Iri(head)
