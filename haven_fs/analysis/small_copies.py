"""Small pictures for grids, made while a photo is decoded anyway: so looking at a folder costs no decoding."""

from collections.abc import Sequence

from haven_fs.analysis.analyzer import Analyzer, Facts, Sample
from haven_fs.config import Settings
from haven_fs.hook import hookimpl


class SmallCopies(Analyzer):
    """Makes the renditions for grids of each photo. The store may lose them later, and makes them again if asked."""

    name = "small copies"
    version = 1
    needs = "picture"

    def analyze(self, batch: Sequence[Sample]) -> Sequence[Facts]:
        """Return Facts with the small copies of each picture."""
        from haven_fs.renditions.making import small_copies

        return [Facts(small_copies=small_copies(sample.picture)) if sample.picture else Facts() for sample in batch]


@hookimpl
def haven_analyzers(settings: Settings) -> Sequence[Analyzer]:
    """Have small pictures made while indexing, unless none are to be kept."""
    keeps = settings.get("renditions.percent") or settings.get("renditions.least_megabytes")
    return [SmallCopies()] if keeps else []
