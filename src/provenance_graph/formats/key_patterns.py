"""Matching of key paths of documents against the path patterns of key tables."""

from __future__ import annotations

from collections.abc import Sequence


def fits(pattern: str, path: tuple[str, ...]) -> bool:
    """Whether a pattern matches a path; a final ``**`` matches everything below."""
    steps = pattern.split("/")
    if steps[-1] == "**":
        steps = steps[:-1]
        if len(path) < len(steps):
            return False
        path = path[: len(steps)]
    return len(steps) == len(path) and _agree(steps, path)


def fits_below(pattern: str, path: tuple[str, ...]) -> bool:
    """Whether a pattern can match some path that begins with the given path."""
    steps = pattern.split("/")
    if steps[-1] == "**":
        steps = steps[:-1]
    elif len(steps) <= len(path):
        return False
    return _agree(steps[: len(path)], path[: len(steps)])


def _agree(steps: Sequence[str], path: tuple[str, ...]) -> bool:
    return all(
        step == part
        or (step[-1:] == "*" and part.startswith(step[:-1]))
        or (step[:1] == "*" and part.endswith(step[1:]))
        for step, part in zip(steps, path, strict=True)
    )
