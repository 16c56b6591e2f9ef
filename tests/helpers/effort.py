"""How often chance is tried: random writes, made-up bytes and kills a few times, and often where all must run."""

import os
from typing import TypeVar

Effort = TypeVar("Effort")
ALL = os.environ.get("HAVEN_REQUIRE_ALL") == "1"


def times(few: Effort, many: Effort) -> Effort:
    """Return how often to try, or what: `many` under HAVEN_REQUIRE_ALL=1, as .ci/run does."""
    return many if ALL else few
