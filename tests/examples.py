"""How many examples a property test tries: few in every run, all of them when roaming."""

from __future__ import annotations

import os

ROAMING = os.environ.get("HYPOTHESIS_PROFILE") == "roam"


def sample(few: int, many: int) -> int:
    """``few`` seeded examples in every run, ``many`` by chance in ``make roam``."""
    return many if ROAMING else few
