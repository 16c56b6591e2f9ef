"""The analyzer of who is in a photo by what its file says: names that other programs gave, with or without a place.

Regions of XMP come first, then the IPTC's "person shown", then keywords such as People/Alice. One name counts once, and
two names for one place are one person: the name that comes first.
"""

from collections.abc import Iterator, Sequence

from haven_fs import Analyzer, Facts, Metadata, Region, Sample
from haven_fs.library.personnames import listed_people, name_key
from haven_fs.library.regions import MOST_REGIONS, Box
from haven_fs.library.upright import frame_of, overlap, upright
from haven_fs.library.xmp import SIDECAR_PEOPLE

ONE_FACE = 0.5
"""Overlap (intersection over union) from which two boxes are around one face."""


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
    for name, box in _marked(metadata, facts.problems):
        known = people.get(name_key(name))
        # Another name for the same place comes from notes that a program left behind when it changed the first.
        if box and any(r.name != name and r.box and overlap(r.box, box) >= ONE_FACE for r in people.values()):
            continue
        if known is None or (known.box is None and box is not None):
            people[name_key(name)] = Region("face", box, name=known.name if known else name)
    listed = metadata.xmp.get(SIDECAR_PEOPLE)
    for name in listed_people(metadata.xmp) if listed is None else listed:
        people.setdefault(name_key(name), Region("face", None, name=name))
    facts.regions = list(people.values())[:MOST_REGIONS]
    return facts


def _marked(metadata: Metadata, problems: list[str]) -> Iterator[tuple[str, Box | None]]:
    """Give the names of regions and their places; of a video none, which has many pictures."""
    for area in metadata.regions:
        if metadata.kind == "video" or area.box is None:
            yield area.name, None
            continue
        box = upright(area, metadata)
        if box is None:
            problem = "Where some people are in this picture was marked outside of it; only their names count."
            if frame_of(area, metadata) is None:
                problem = (
                    "People were marked in this picture when it had another shape, before it was cropped or turned;"
                    " only their names count."
                )
            if problem not in problems and not _is_point_or_whole(area.box):
                problems.append(problem)
        yield area.name, box


def _is_point_or_whole(box: Box) -> bool:
    return box[0] == box[2] or box[1] == box[3] or box == (0, 0, 1, 1)
