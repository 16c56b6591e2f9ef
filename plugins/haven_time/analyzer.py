"""The analyzer of capture times."""

import time
from collections.abc import Sequence

from haven_fs import Analyzer, Facts, Sample
from haven_time.clock import TOLERATED_FUTURE
from haven_time.taken import taken_of

MOMENT = "moment"
"""The note with the moment, if only that is known, and the first and last second of the day or month that is besides;
for haven_time.nearby."""


class TimeAnalyzer(Analyzer):
    """Gives taken, taken_offset and taken_source; what was not believed is in the problems."""

    name = "time"
    version = 3
    needs = "metadata"
    light = True

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample; without values if nothing says when it was taken."""
        now = time.time()
        return [_facts(sample, now) for sample in batch]


def _facts(sample: Sample, now: float) -> Facts:
    facts = Facts()
    future: list[int] = []
    if taken := taken_of(sample, now, facts.problems, future):
        facts.values = {"taken": taken.clock, "taken_offset": taken.offset, "taken_source": taken.source}
        if taken.moment:
            facts.notes[MOMENT] = [str(second) for second in taken.moment]
    facts.problems = list(dict.fromkeys(facts.problems))
    if future:  # perhaps it is this computer's clock that is wrong
        facts.again_after = min(future) - TOLERATED_FUTURE
    return facts
