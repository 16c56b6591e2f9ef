"""The analyzer that gives every photo its look, from the decode that all analyzers share.

Of a video it is the look of the first frame that analyzers are given, the one about a third into it.
"""

from collections.abc import Sequence

from haven_fs import Analyzer, Embedding, Facts, Sample

SPACE = "look:1"


class LookAnalyzer(Analyzer):
    """Gives one embedding a photo, none for a picture with next to nothing in it."""

    name = "look"
    version = 1
    needs = "picture"
    space = SPACE

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample, in order."""
        from haven_duplicates.look import look_of

        looks = [look_of(sample.picture) if sample.picture is not None else None for sample in batch]
        return [Facts(embeddings=[Embedding(SPACE, look)] if look else []) for look in looks]
