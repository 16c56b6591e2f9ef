"""Who is in a photo by what its file says: people who are marked in the picture, then those it only names."""

from collections.abc import Iterator

from haven_fs.library.headers import Metadata
from haven_fs.library.personnames import listed_people
from haven_fs.library.regions import REGIONS, Box
from haven_fs.library.upright import frame_of, upright


def named_people(metadata: Metadata, problems: list[str]) -> Iterator[tuple[str, Box | None]]:
    """Give names, each with its place in the upright picture, None if it is somewhere in it; one may come twice.

    Of a video no place is given: it is many pictures. `problems` gets a sentence about places that cannot be right.
    """
    for area in metadata.regions:
        if metadata.kind == "video" or area.box is None:
            yield area.name, None
            continue
        box = upright(area, metadata)
        if box is None:
            problem = "Some people in this picture are marked outside of it, so only their names are used."
            if frame_of(area, metadata) is None:
                problem = (
                    "People were marked in this picture before it was cropped or turned, so only their names are used."
                )
            if problem not in problems and not _is_point_or_whole(area.box):
                problems.append(problem)
        yield area.name, box
    # What a sidecar lists stands in place of what the file lists, if it names anybody.
    listed = listed_people(metadata.beside)
    for name in listed if listed or REGIONS in metadata.beside else listed_people(metadata.xmp):
        yield name, None


def _is_point_or_whole(box: Box) -> bool:
    return box[0] == box[2] or box[1] == box[3] or box == (0, 0, 1, 1)
