"""How often chance is tried: random writes, made-up bytes and kills a few times, and often where all must run."""

import os

ALL = os.environ.get("HAVEN_REQUIRE_ALL") == "1"


def times(few: int, many: int) -> int:
    """Return how often to try: `many` times under HAVEN_REQUIRE_ALL=1, as .ci/run does."""
    return many if ALL else few
