"""The analyzer of who is in a photo by what its file says: names that other programs gave, with or without a place.

Regions of XMP come first, then the IPTC's "person shown", then keywords such as People/Alice. One name counts once, and
two names for one place are one person: the name that comes first.
"""

from collections.abc import Sequence

from haven_fs import Analyzer, Facts, Metadata, Region, Sample, named_people, names, overlap

ONE_FACE = 0.5
"""Overlap (intersection over union) from which two boxes are around one face."""
MOST = 500
"""People in one photo; a picture of a crowd has fewer."""


class NamesAnalyzer(Analyzer):
    """Gives regions of the kind "face": a name, and where it is in the upright picture if the file says."""

    name = "names"
    version = 1
    needs = "metadata"

    def analyze(self, batch: Sequence[Sample]) -> list[Facts]:
        """Return one Facts for each sample."""
        return [_facts(sample.metadata) for sample in batch]


def _facts(metadata: Metadata) -> Facts:
    facts = Facts()
    people: dict[str, Region] = {}
    for name, box in named_people(metadata, facts.problems):
        known = people.get(names.fold(name))
        # Another name for the same place comes from notes that a program left behind when it changed the first.
        if box and any(r.name != name and r.box and overlap(r.box, box) >= ONE_FACE for r in people.values()):
            continue
        if known is None or (known.box is None and box is not None):
            people[names.fold(name)] = Region("face", box, name=known.name if known else name)
    facts.regions = list(people.values())[:MOST]
    return facts
