"""The analyzer that gives every photo its details, from the decode that all analyzers share.

Of a video they are those of the first frame that analyzers are given, the one about a third into it.
"""

from collections.abc import Sequence

from haven_fs import Analyzer, Facts, Sample


class LookAnalyzer(Analyzer):
    """Gives the details of each picture, no bytes for one with next to nothing in it; CopiesFacet keeps them."""

    name = "look"
    version = 2
    needs = "picture"

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample, in order."""
        from haven_duplicates.details import details_of

        found = [details_of(sample.picture) if sample.picture is not None else None for sample in batch]
        return [Facts(kept=details.dumps() if details is not None else b"") for details in found]
